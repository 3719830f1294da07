"""INSEE, census by IRIS or commune: ages (*évolution et structure de la population*) and diplomas
(*diplômes, formation*), added up to communes.

The names of the columns contain the year of the census (`P21_POP65P`). The figures are weighted
estimates and have decimals. The census of a year is published on the communes of two years later.
Mayotte is not in these files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.archive import is_archive
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.geo.tables.raw import lacks_columns
from zoneblanche.geo.vintages.arrondissements import as_chosen
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import (
    read_codes,
    read_figures,
    read_rows,
    rows_of,
    sum_parts,
)

_FILES = "https://www.insee.fr/fr/statistiques/fichier"

AGES = Source(
    "INSEE",
    "Recensement de la population, évolution et structure de la population",
    "https://www.insee.fr/fr/statistiques/8268806",
    "Licence Ouverte 2.0",
    note=_("Weighted estimates of the census, added up from IRIS."),
)
DIPLOMAS = Source(
    "INSEE",
    "Recensement de la population, diplômes et formation",
    "https://www.insee.fr/fr/statistiques/8268840",
    "Licence Ouverte 2.0",
    note=_("Weighted estimates of the census, added up from IRIS."),
)
Figures = Mapping[str, tuple[tuple[str, ...], ...]]
"""By column of a table, the official columns that are added up to it, without the year; the second
choice if the file lacks the first."""

_AGES: Figures = {
    "people_census": (("POP",),),
    "people_65": (("POP65P",), ("H65P", "F65P")),
    "people_75": (("POP75P",), ("POP7589", "POP90P")),
}
_DIPLOMAS: Figures = {
    "people_out_of_school": (("NSCOL15P",),),
    "people_low_diploma": (("NSCOL15P_DIPLMIN", "NSCOL15P_BEPC"),),
}
_COMPACT = {"com": "COM", "pop": "POP", "pop_65p": "POP65P", "pop_75p": "POP75P"}
_CODES = ("COM", "CODGEO")
_YEARS_TO_ITS_CODES = 2


def read_ages(path: Path) -> Table:
    """Return the people of each commune, and those of 65 and of 75 years and over.

    Reads `base-ic-evol-struct-pop-YYYY`, by IRIS, and `base-cc-evol-struct-pop-YYYY`, by commune,
    zipped or not; and a compact table of the former (`com`, `pop`, `pop_65p`; CSV or Parquet). A
    file without those of 75 and over did not collect them.
    """
    return _read(path, _AGES, AGES, optional=("people_75",))


def read_diplomas(path: Path) -> Table:
    """Return the people of 15 and over who have left school, and those of them without a diploma or
    with at most the certificate of primary studies (CEP) or the brevet.

    Reads `base-ic-diplomes-formation-YYYY` and `base-cc-diplomes-formation-YYYY`.
    """
    return _read(path, _DIPLOMAS, DIPLOMAS)


def _read(path: Path, wanted: Figures, source: Source, *, optional: tuple[str, ...] = ()) -> Table:
    rows, counted = _rows(path)
    year = _year(rows, next(iter(wanted.values()))[0][0], path)
    chosen = {name: _chosen(rows, parts, year) for name, parts in wanted.items()}
    absent = [name for name, columns in chosen.items() if not columns and name not in optional]
    code = next((name for name in _CODES if name in rows), None)
    if absent or code is None:
        lacking = [f"P{year[2:]}_{part}" for name in absent for part in wanted[name][0]]
        raise lacks_columns(
            path,
            first_of(lacking or _CODES),
            remedy=_("Is it the file of this publisher? See docs/sources.md for its layout."),
        )
    whole = as_chosen(read_codes(rows, code, path, pattern=COMMUNE, unique=False), "whole")
    read = {column: column for columns in chosen.values() for column in columns}
    figures = read_figures(rows, read, path, unit="number", bounds=(0, None)).values
    columns_of = {name: columns for name, columns in chosen.items() if columns}
    added = pd.DataFrame(
        {name: figures[columns].sum(axis=1, skipna=False) for name, columns in columns_of.items()}
    )
    frame = sum_parts(added, whole)
    _check_parts(frame, path)
    date = f"{year}-01-01" if year else ""
    return Table(
        frame=frame,
        level="commune",
        source=replace(source, published=date),
        vintage=str(int(year) + _YEARS_TO_ITS_CODES) if year else "",
        period=date,
        rows=FileRows(whole, counted=counted),
    )


def _rows(path: Path) -> tuple[pd.DataFrame, Literal["line", "record"]]:
    """Return the rows as text, with the official names without the year for a compact table, and
    what their index counts."""
    if is_archive(path):
        # The archive also has a table that describes the columns: meta_base-ic-….CSV.
        return read_rows(path, (), member=r"(?i)(^|/)base-(ic|cc)-[^/]*\.csv$"), "line"
    raw = read_raw_table(path)
    return rows_of(raw, ()).rename(columns=_COMPACT), raw.counted


def _year(rows: pd.DataFrame, first: str, path: Path) -> str:
    """Return the year of the census in the names of the columns, the newest of several; else in the
    file name."""
    names = (re.fullmatch(rf"P(\d\d)_{first}", str(name)) for name in rows)
    years = [int(match[1]) for match in names if match]
    if years:
        return f"20{max(years):02}"
    year_match = re.search(r"20\d\d", path.name)
    return year_match[0] if year_match else ""


def _chosen(rows: pd.DataFrame, choices: tuple[tuple[str, ...], ...], year: str) -> list[str]:
    """Return the columns of the file that a figure is the sum of; none if one is missing."""
    for parts in choices:
        for names in ([f"P{year[2:]}_{part}" for part in parts], list(parts)):
            if all(name in rows for name in names):
                return names
    return []


def _check_parts(frame: pd.DataFrame, path: Path) -> None:
    """Refuse parts that exceed their whole, the first column, by more than rounding."""
    names = list(map(str, frame))
    for name in names[1:]:
        wrong = frame.index[frame[name] > 1.01 * frame[names[0]] + 5]
        if len(wrong):
            raise InputError(
                Fault(
                    _(
                        "{name} is greater than {names} in {count} communes (first: {wrong}).",
                        name=name,
                        names=names[0],
                        count=len(wrong),
                        wrong=first_of(wrong),
                    ),
                    file=str(path),
                    kind="value",
                )
            )


CONNECTORS = (
    Connector(
        id="insee-ages",
        named=r"(base-(ic|cc)-evol-struct-pop-20\d\d.*\.(csv|zip)|iris_20\d\d\.(csv|parquet))",
        title={"fr": "Âge de la population", "en": "Ages of the population"},
        source=AGES,
        level="commune",
        read=read_ages,
        columns={
            "people_census": _("people (count)"),
            "people_65": _("people of 65 and more (count)"),
            "people_75": _("people of 75 and more (count)"),
        },
        counts=("people_census", "people_65", "people_75"),
        header=("IRIS", "COM", "P21_POP", "P21_POP65P", "P21_POP75P"),
        separator=";",
        resource=Resource(
            "base-ic-evol-struct-pop-2021_csv.zip",
            f"{_FILES}/8268806/base-ic-evol-struct-pop-2021_csv.zip",
        ),
    ),
    Connector(
        id="insee-diplomas",
        named=r"base-(ic|cc)-diplomes-formation-20\d\d.*\.(csv|zip)",
        title={"fr": "Diplômes de la population", "en": "Diplomas of the population"},
        source=DIPLOMAS,
        level="commune",
        read=read_diplomas,
        columns={
            "people_out_of_school": _("people of 15 and more who have left school (count)"),
            "people_low_diploma": _("without a diploma, or with CEP or brevet at most (count)"),
        },
        counts=("people_out_of_school", "people_low_diploma"),
        header=("IRIS", "COM", "P21_NSCOL15P", "P21_NSCOL15P_DIPLMIN", "P21_NSCOL15P_BEPC"),
        separator=";",
        resource=Resource(
            "base-ic-diplomes-formation-2021_csv.zip",
            f"{_FILES}/8268840/base-ic-diplomes-formation-2021_csv.zip",
        ),
    ),
)
