"""Arcep, FttH deployment by commune: the zipped shapefile of *Cartefibre*, and its flat table.

The attribute table in the archive is Latin-1 although its `.cpg` says otherwise, and counts Paris,
Lyon and Marseille by arrondissement.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.archive import is_archive, unpacked_member
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.geo.vintages.arrondissements import Choice, as_chosen
from zoneblanche.layers.fetching.from_folder import columns_of
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import (
    check_header,
    date_in_name,
    dated_table,
    read_codes,
    read_figures,
    read_rows,
    sum_parts,
)

SOURCE = Source(
    producer="Arcep",
    title="Déploiement de la fibre jusqu'à l'abonné (Cartefibre)",
    url="https://www.data.gouv.fr/fr/datasets/"
    "le-marche-du-haut-et-tres-haut-debit-fixe-deploiements/",
    licence="Licence Ouverte",
)
_SHAPEFILE = {"Locaux": "premises", "ftth": "premises_ftth"}
_FLAT = {"locaux": "premises", "deploye_commune": "premises_ftth"}
_QUARTER = re.compile(r"ftth_(20\d\d)_T([1-4])")


def read_ftth(path: Path, arrondissements: Choice = "whole") -> Table:
    """Return premises, and premises passed by fibre, by commune, as counts.

    Reads the zipped shapefile `YYYYTn-Commune` (without its shapes), the CSV "données
    sous-jacentes" of the geographic survey, and the table of quarters of 2017 and 2018
    (`code_insee`, `locaux`, `ftth_2018_T1`), of which it uses the last. The content decides which
    of them it is.

    Raises:
        InputError: none of these, or an impossible number of premises passed.
    """
    if is_archive(path):
        rows, columns = _attributes(path), _SHAPEFILE
    else:
        rows, columns = _flat_table(path)
    codes = read_codes(rows, "INSEE_COM", path, pattern=COMMUNE)
    counts = read_figures(rows, columns, path).values
    whole = as_chosen(codes, arrondissements)
    frame = sum_parts(counts, whole)
    wrong = frame.index[frame["premises_ftth"] > 2 * frame["premises"] + 50]
    if len(wrong) > len(frame) // 100:
        raise InputError(
            Fault(
                _(
                    "{count} communes have more than twice as many premises passed as "
                    "premises (first: {wrong}).",
                    count=len(wrong),
                    wrong=first_of(wrong),
                ),
                file=str(path),
                remedy=_("Are the columns those of Arcep's layout?"),
                kind="value",
            )
        )
    counted = FileRows(whole, counted="record" if is_archive(path) else "line")
    return dated_table(frame, SOURCE, date_in_name(path), rows=counted)


def _flat_table(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a table as text, its codes as `INSEE_COM`, and its columns of figures."""
    quarters = sorted(name for name in columns_of(path) if _QUARTER.fullmatch(name))
    if not quarters:
        return read_rows(path, ("INSEE_COM", *_FLAT)), _FLAT
    rows = read_rows(path, ("code_insee", "locaux"), separator=",")
    columns = {"locaux": "premises", quarters[-1]: "premises_ftth"}
    return rows.rename(columns={"code_insee": "INSEE_COM"}), columns


def _attributes(path: Path) -> pd.DataFrame:
    """Return the attribute table of the shapefile in an archive, as text, without the shapes."""
    from zoneblanche.geo.vectors.formats.shapefile import read_attributes

    with unpacked_member(
        path, r"(?i)\.dbf$", limits=DEFAULT_LIMITS, what=_("attribute tables (.dbf)")
    ) as table:
        frame = read_attributes(table, encoding="ISO-8859-1")
    check_header(frame.columns, ("INSEE_COM", *_SHAPEFILE), path)
    columns = ("INSEE_COM", *_SHAPEFILE)
    return pd.DataFrame(
        {name: list(map(_plain, frame[name])) for name in columns}, index=frame.index + 1
    )


def _plain(value: object) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


CONNECTORS = (
    Connector(
        id="arcep-ftth",
        title={"fr": "Déploiement de la fibre", "en": "Fibre deployment"},
        source=SOURCE,
        level="commune",
        read=read_ftth,
        apart=partial(read_ftth, arrondissements="separate"),
        columns={
            "premises": _("premises (count)"),
            "premises_ftth": _("premises that fibre passes (count); may exceed `premises`"),
        },
        counts=("premises", "premises_ftth"),
        header=("INSEE_COM", *_SHAPEFILE),
        resource=Resource(
            "ftth-commune.zip",
            dataset="le-marche-du-haut-et-tres-haut-debit-fixe-deploiements",
            title=r"\d{4}T\d-Commune",
        ),
        named=r"(releve_geographique.*|communes_ftth_20\d\d_?T\d)\.csv",
    ),
)
