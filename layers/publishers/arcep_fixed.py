"""Arcep, *Ma connexion internet*: premises by available speed and technology.

Layout: one row per territory and type of premises, separator `;`, figures are counts of premises.
The file of communes has `code_insee`, that of départements `code_dep`, that of régions `code_reg`;
all three are read here. The speeds are cumulative: premises at 1 Gbit/s are among those at 100
Mbit/s.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.raw import lacks_columns
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.read_tables import (
    dated_table,
    one_value,
    read_codes,
    read_figures,
    read_rows,
)

_BASE = "https://data.arcep.fr/fixe/maconnexioninternet/statistiques/last/commune/"

SOURCE = Source(
    producer="Arcep",
    title="Ma connexion internet",
    url="https://www.data.gouv.fr/fr/datasets/ma-connexion-internet/",
    licence="Licence Ouverte 2.0",
)

SPEEDS = {
    "nbr": "premises",
    "inel_hd": "premises_without_broadband",
    "elig_hd05": "premises_05mbps",
    "elig_hd3": "premises_3mbps",
    "elig_bhd8": "premises_8mbps",
    "elig_thd30": "premises_30mbps",
    "elig_thd100": "premises_100mbps",
    "elig_thd1g": "premises_1gbps",
}
TECHNOLOGIES = {
    "nbr": "premises",
    "elig_ftth": "premises_ftth",
    "elig_coax": "premises_coaxial",
    "elig_cu": "premises_copper",
    "elig_thdr": "premises_fixed_wireless_30mbps",
    "elig_4gf": "premises_fixed_4g",
    "elig_hdr": "premises_fixed_wireless",
    "elig_sat": "premises_satellite",
}
BEST = {
    "nbr": "premises",
    "nbr_elig_8": "premises_8mbps",
    "elig_ftth": "premises_best_ftth",
    "elig_coax": "premises_best_coaxial",
    "elig_cu_30": "premises_best_copper_30mbps",
    "elig_thdr": "premises_best_fixed_wireless_30mbps",
    "elig_cu_8": "premises_best_copper_8mbps",
    "elig_4gf": "premises_best_fixed_4g",
    "elig_hdr": "premises_best_fixed_wireless",
    "elig_sat": "premises_best_satellite",
}
_KEYS = {"code_insee": "commune", "code_dep": "departement", "code_reg": "region"}


def read_speeds(path: Path) -> Table:
    """Return premises by available speed, cumulative, as counts.

    Raises:
        InputError: not this layout, or counts that increase with the speed.
    """
    table = _read(path, SPEEDS)
    _check_cumulative(table.frame, path)
    return _with_satellite_notice(table)


def read_technologies(path: Path) -> Table:
    """Return premises by available technology; a premises may have several."""
    return _read(path, TECHNOLOGIES)


def read_best_technologies(path: Path) -> Table:
    """Return premises by their best technology: a partition of those that can have 8 Mbit/s.

    Raises:
        InputError: the parts do not add up to `nbr_elig_8`.
    """
    table = _read(path, BEST)
    parts = table.frame[[name for name in BEST.values() if name.startswith("premises_best_")]]
    wrong = table.frame.index[parts.sum(axis=1) != table.frame["premises_8mbps"]]
    if len(wrong):
        raise InputError(
            Fault(
                _(
                    "the technologies do not make up nbr_elig_8 in {count} rows (first: {wrong}).",
                    count=len(wrong),
                    wrong=first_of(wrong),
                ),
                file=str(path),
                kind="partition",
            )
        )
    return table


def _read(path: Path, columns: Mapping[str, str]) -> Table:
    rows = read_rows(path, ("type", "date"))
    # Until 2021 the column of fixed 4G was misspelt.
    rows = rows.rename(columns={"elig_4fg": "elig_4gf"})
    key = next((name for name in _KEYS if name in rows), None)
    absent = [name for name in columns if name not in rows]
    if key is None or absent:
        raise lacks_columns(
            path,
            first_of(absent or _KEYS),
            remedy=_("See docs/sources.md for the layout of Arcep's commune files."),
        )
    everything = len(rows)
    rows = rows[rows["type"] == "all"]
    level = _KEYS[key]
    pattern = read_country("fr").level(level).code_pattern
    # Some releases have Saint-Barthélemy, Saint-Martin and Saint-Pierre; they are listed.
    codes = read_codes(rows, key, path, pattern=f"{pattern}|97[578][0-9]{{0,2}}")
    figures = read_figures(rows, columns, path)
    frame = figures.values.set_index(pd.Index(codes, name="code"))
    period = one_value(rows, "date", path)
    counted = FileRows(codes, {"of one type of premises": everything - len(rows)})
    return dated_table(frame, SOURCE, period, rows=counted, level=level)


def _check_cumulative(frame: pd.DataFrame, path: Path) -> None:
    order = [name for name in SPEEDS.values() if name != "premises_without_broadband"]
    for more, less in itertools.pairwise(order):
        wrong = frame.index[frame[less] > frame[more]]
        if len(wrong):
            raise InputError(
                Fault(
                    _(
                        "{less} is greater than {more} in {count} rows (first: {wrong}); the "
                        "counts are cumulative.",
                        less=less,
                        more=more,
                        count=len(wrong),
                        wrong=first_of(wrong),
                    ),
                    file=str(path),
                    kind="cumulative",
                )
            )


def _with_satellite_notice(table: Table) -> Table:
    """Add a notice that satellite is counted, if the figures show it.

    The layout does not say so. By wire, nearly all premises that can have 30 Mbit/s can have 100;
    satellite gives 30 Mbit/s to nearly all and 100 to none.
    """
    total = table.frame[["premises", "premises_30mbps", "premises_100mbps"]].sum()
    reached = total / total["premises"] if total["premises"] > 0 else total
    gap = reached["premises_30mbps"] - reached["premises_100mbps"]
    if reached["premises_30mbps"] < 0.99 or gap < 0.02:
        return table
    share = f"{100 * reached['premises_30mbps']:.1f}"
    note = remark(
        _(
            "{share} % of premises have 30 Mbit/s: all technologies are counted, "
            "satellite included, and that share says nothing; those at 100 Mbit/s "
            "and 1 Gbit/s do.",
            share=share,
        )
    )
    return replace(table, source=replace(table.source, note=note), notices=(note,))


def _connector(
    connector_id: str, *, file: str, fr: str, en: str, prefer: str = "", feeds: str = ""
) -> Connector:
    read, columns = {
        "commune_debit.csv": (read_speeds, SPEEDS),
        "commune_debit_filaire.csv": (read_speeds, SPEEDS),
        "commune_techno.csv": (read_technologies, TECHNOLOGIES),
        "commune_meilleure_techno_thd.csv": (read_best_technologies, BEST),
    }[file]
    return Connector(
        id=connector_id,
        title={"fr": fr, "en": en},
        source=SOURCE,
        level="commune",
        read=read,
        columns=dict.fromkeys(columns.values(), _("premises (count)")),
        header=("code_insee", "type", *columns, "date"),
        separator=";",
        resource=Resource(filename=file, url=_BASE + file),
        named=re.escape(file.removesuffix(".csv")) + r"[_-]?\d{4}.*\.csv",
        prefer=prefer,
        feeds=feeds,
        counts=tuple(columns.values()),
    )


CONNECTORS = (
    _connector(
        "arcep-debit",
        file="commune_debit.csv",
        fr="Locaux par débit, toutes technologies",
        en="Premises by speed, all technologies",
        prefer="arcep-debit-filaire",
    ),
    _connector(
        "arcep-debit-filaire",
        file="commune_debit_filaire.csv",
        fr="Locaux par débit, technologies filaires",
        en="Premises by speed, by wire",
        feeds="arcep-debit",
    ),
    _connector(
        "arcep-technologies",
        file="commune_techno.csv",
        fr="Locaux par technologie",
        en="Premises by technology",
    ),
    _connector(
        "arcep-best-technology",
        file="commune_meilleure_techno_thd.csv",
        fr="Locaux par meilleure technologie",
        en="Premises by best technology",
    ),
)
