"""Files of figures that no connector reads: tables that others compiled from publishers' files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.arcep_fixed import SOURCE as ARCEP_FIXED
from zoneblanche.layers.publishers.arcep_ftth import SOURCE as ARCEP_FTTH
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import read_codes, read_figures, read_rows

TECHNOLOGIES = {
    "nb_locaux": "premises",
    "nb_locaux_fibre": "premises_ftth",
    "nb_locaux_cable": "premises_coaxial",
    "nb_locaux_dsl": "premises_copper",
    "nb_locaux_thd_radio": "premises_fixed_wireless_30mbps",
    "nb_locaux_4g_fixe": "premises_fixed_4g",
    "nb_locaux_hd_radio": "premises_fixed_wireless",
    "nb_locaux_satellite": "premises_satellite",
}
OPERATORS = range(1, 5)


def read_technologies(path: Path) -> Table:
    """Return premises by available technology, counts by commune; an empty count is 0."""
    rows = read_rows(path, ("code_insee", *TECHNOLOGIES), separator=",")
    counts = rows[list(TECHNOLOGIES)].replace("", "0")
    frame = read_figures(rows.assign(**counts), TECHNOLOGIES, path).values
    return _table(
        frame,
        read_codes(rows, "code_insee", path, pattern=COMMUNE),
        replace(
            ARCEP_FIXED,
            title="Ma connexion internet, technologies par commune",
            published="2024",
            sha256=sha256_of(path),
            note="A published copy of May 2025 of the table of 2024; its quarter is not stated.",
        ),
        vintage="2024",
    )


def read_fibre_percent(path: Path) -> pd.Series:
    """Return the percentage of premises that fibre passes, to one decimal, by commune."""
    rows = read_rows(path, ("code_insee", "fibre_pct"), separator=",")
    figures = read_figures(
        rows, {"fibre_pct": "percent"}, path, unit="percent", bounds=(0, 100)
    ).values
    codes = read_codes(rows, "code_insee", path, pattern=COMMUNE)
    return pd.Series(figures["percent"].to_numpy(), index=pd.Index(codes, name="code"))


def fibre_of(
    percent: pd.Series, technologies: Table, earlier: Sequence[pd.Series], path: Path
) -> Table:
    """Return premises, and those that fibre passes: the newest percentages of the premises of the
    table of technologies.

    Where the newest file has no percentage (Paris, Lyon, Marseille), fibre is that of the
    technologies; where these have no premises, the first of the earlier tables that has any counts.
    """
    frame = technologies.frame[["premises", "premises_ftth"]].reindex(earlier[0].index)
    premises = frame["premises"].round()
    for other in earlier:
        premises = premises.where(premises > 0, other.round().reindex(premises.index))
    newest = percent.reindex(frame.index) * premises / 100
    frame = frame.assign(
        premises=premises, premises_ftth=newest.where(newest.notna(), frame["premises_ftth"])
    )
    source = replace(
        ARCEP_FTTH,
        published="2026-02",
        sha256=sha256_of(path),
        note="Percentages by commune, to one decimal, published by February 2026; premises, and "
        "Paris, Lyon and Marseille, are those of Ma connexion internet, 2024.",
    )
    return replace(technologies, frame=frame, source=source, period=source.published)


def read_coverage(mainland: Path, overseas: Path | None, month: str) -> Table:
    """Return percent of the area covered in 4G by at least 1, 2, 3 and 4 operators, and the area.

    Args:
        mainland: a reconstruction by commune from maps of a grid of 366 m.
        overseas: exact figures of January 2019, or None.
        month: of the mainland's columns: "2019_06".
    """
    columns = {f"pct_surface_4g_min{n}op_{month}": f"area_{n}" for n in OPERATORS}
    cells = {**columns, "n_pixels": "area"}
    parts = [_coverage(mainland, cells, cell_km2=0.366**2)]
    if overseas is not None:
        exact = {f"pct_surface_4g_min{n}op_2019_01": f"area_{n}" for n in OPERATORS}
        parts.append(_coverage(overseas, {**exact, "superficie_km2": "area"}, cell_km2=1.0))
    frame = pd.concat(parts)
    note = (
        "A reconstruction by commune from the operators' maps of theoretical outdoor coverage, on "
        "a grid of 366 m; within about 2 points by EPCI."
    )
    if overseas is not None:
        note += " Overseas: exact areas, January 2019."
    source = Source(
        producer="Arcep, CGET",
        title="Couverture 4G par nombre d'opérateurs",
        licence="Licence Ouverte",
        published=month.replace("_", "-"),
        sha256=sha256_of(mainland),
        note=note,
    )
    return _table(frame, frame.index.to_series(), source, vintage="2019")


def _coverage(path: Path, columns: Mapping[str, str], *, cell_km2: float) -> pd.DataFrame:
    rows = read_rows(path, ("code_insee", *columns), separator=",")
    frame = read_figures(rows, columns, path, unit="number", bounds=(0, None)).values
    frame.index = pd.Index(read_codes(rows, "code_insee", path, pattern=COMMUNE), name="code")
    frame["area"] *= cell_km2
    return frame


def _table(frame: pd.DataFrame, codes: pd.Series, source: Source, *, vintage: str) -> Table:
    return Table(
        frame=frame.set_axis(pd.Index(codes, name="code")),
        level="commune",
        source=source,
        vintage=vintage,
        period=source.published,
        rows=FileRows(codes),
    )
