"""INSEE: legal populations, density grid, areas, Filosofi income.

Every table is indexed by commune, with Paris, Lyon and Marseille whole (their arrondissements
summed if the table counts those).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.geo.vintages.arrondissements import Choice, as_chosen
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.read_tables import (
    first_reason,
    read_codes,
    read_figures,
    read_rows,
    read_sheet,
    sum_parts,
)

COMMUNE = r"[0-9][0-9AB][0-9]{3}"
"""The form of a commune's code, including arrondissements and former communes."""

_LICENCE = "Licence Ouverte 2.0"
_FILES = "https://www.insee.fr/fr/statistiques/fichier"

POPULATIONS = Source(
    "INSEE",
    "Populations légales 2023",
    "https://www.insee.fr/fr/statistiques/8680726",
    _LICENCE,
    "2023-01-01",
)
DENSITY = Source(
    "INSEE", "Grille communale de densité", "https://www.insee.fr/fr/information/6439600", _LICENCE
)
AREAS = Source("INSEE", "Comparateur de territoires, superficies", "", _LICENCE, "2024-01-01")
INCOME = Source(
    "INSEE",
    "Filosofi 2021, revenus et pauvreté des ménages",
    "https://www.insee.fr/fr/statistiques/7756729",
    _LICENCE,
    "2021-12-31",
)


def read_populations(path: Path, arrondissements: Choice = "whole") -> Table:
    """Return legal populations by commune: municipal, counted apart, total.

    `donnees_communes.csv` counts Paris, Lyon and Marseille by arrondissement: they are summed.
    Mayotte has its own file, in which the code is that of the département followed by the
    commune's. The year is that in the name of the file (`donnees_communes_2024.csv`), else 2023,
    because the file does not contain it. Populations of a year are published on the communes of two
    years later.
    """
    columns = {"PMUN": "population", "PCAP": "population_apart", "PTOT": "population_total"}
    year_match = re.search(r"20\d\d", path.name)
    year = year_match[0] if year_match else POPULATIONS.published[:4]
    rows = read_rows(
        path, ("DEP", "CODCOM", "COM", *columns), member=r"(^|/)donnees_communes\.csv$"
    )
    composed = rows["DEP"] + rows["CODCOM"].str[-2:].where(
        rows["DEP"].str.len() == 3, rows["CODCOM"]
    )
    rows = rows.assign(COM=rows["COM"].where(rows["COM"] != "", composed))
    whole = as_chosen(read_codes(rows, "COM", path, pattern=COMMUNE), arrondissements)
    return Table(
        frame=sum_parts(read_figures(rows, columns, path).values, whole).sort_index(),
        level="commune",
        source=replace(POPULATIONS, title=f"Populations légales {year}", published=f"{year}-01-01"),
        vintage=str(int(year) + 2),
        period=f"{year}-01-01",
        rows=FileRows(whole),
    )


def read_density(path: Path) -> Table:
    """Return the density level of each commune, 1 (dense) to 7 (very dispersed), and shares of
    population.

    The header is found by its names, below any number of title lines.

    Raises:
        InputError: no sheet has the header, or a level is not 1 to 7.
    """
    shares = {f"P{level}": f"population_in_level_{level}" for level in range(1, 8)}
    rows, title = read_sheet(path, ("CODGEO", "DENS"))
    codes = read_codes(rows, "CODGEO", path, pattern=COMMUNE)
    levels = read_figures(rows, {"DENS": "density_level"}, path, bounds=(1, 7)).values
    columns = {column: name for column, name in shares.items() if column in rows}
    parts = read_figures(rows, columns, path, unit="percent").values
    year = re.search(r"01/01/(\d{4})", title)
    vintage = year.group(1) if year else ""
    return Table(
        frame=levels.join(parts).set_index(pd.Index(codes, name="code")),
        level="commune",
        source=replace(DENSITY, published=f"{vintage}-01-01" if vintage else ""),
        vintage=vintage,
        period=f"{vintage}-01-01" if vintage else "",
    )


def read_areas(path: Path, arrondissements: Choice = "whole") -> Table:
    """Return the official area of each commune, in km².

    The table repeats a commune for each postal code and lists delegated communes, whose area is
    part of their commune's: COM and ARM rows are used, each code once, arrondissements summed.

    Raises:
        InputError: one code has several areas.
    """
    needed = ("insee_com", "commune_type", "superficie_km2")
    rows = read_rows(path, needed, separator=",")
    everything = len(rows)
    rows = rows[rows["commune_type"].isin(["COM", "ARM"])]
    distinct = rows.drop_duplicates(["insee_com", "superficie_km2"])
    codes = read_codes(distinct, "insee_com", path, pattern=COMMUNE)
    figures = read_figures(
        distinct, {"superficie_km2": "area_km2"}, path, unit="number", bounds=(0, None)
    )
    whole = as_chosen(codes, arrondissements)
    return Table(
        frame=sum_parts(figures.values, whole),
        level="commune",
        source=AREAS,
        vintage="2024",
        period=AREAS.published,
        reasons=first_reason(figures.reasons, whole),
        rows=FileRows(
            as_chosen(rows["insee_com"].str.strip(), arrondissements),
            {"a commune within another": everything - len(rows)},
        ),
    )


def read_income(path: Path) -> Table:
    """Return median standard of living (euros a year), poverty rate (percent), households.

    Secrecy (`s`, `ns`), `nd` and `so` are missing, each with its reason. The figures of 2021 are
    published on the communes of 2024.
    """
    columns = {
        "NBMENFISC21": "households",
        "NBPERSMENFISC21": "people_in_households",
        "MED21": "median_income",
        "TP6021": "poverty_percent",
        "RD21": "income_decile_ratio",
    }
    rows = read_rows(path, ("CODGEO", *columns), member=r"(^|/)cc_filosofi_2021_COM\.csv$")
    codes = pd.Index(read_codes(rows, "CODGEO", path, pattern=COMMUNE), name="code")
    figures = read_figures(rows, columns, path, unit="number", bounds=(0, None))
    return Table(
        frame=figures.values.set_index(codes),
        level="commune",
        source=INCOME,
        vintage="2024",
        period=INCOME.published,
        reasons=figures.reasons.set_index(codes),
    )


def _populations() -> tuple[Connector, Connector]:
    """Return the file of all but Mayotte, with the rows of Mayotte's file."""
    main = Connector(
        id="insee-populations",
        named=r"donnees_communes(_20\d\d)?\.csv",
        title={"fr": "Populations légales", "en": "Legal populations"},
        source=POPULATIONS,
        level="commune",
        read=read_populations,
        apart=partial(read_populations, arrondissements="separate"),
        columns={
            "population": _("people (count), municipal: the one that counts"),
            "population_apart": _("people (count) counted apart"),
            "population_total": _("people (count)"),
        },
        counts=("population", "population_apart", "population_total"),
        facts={"population": "population"},
        header=("DEP", "CODCOM", "COM", "PMUN", "PCAP", "PTOT"),
        separator=";",
        resource=Resource("ensemble.zip", f"{_FILES}/8680726/ensemble.zip"),
    )
    mayotte = replace(
        main,
        id="insee-populations-mayotte",
        named=r"donnees_communes_mayotte(_20\d\d)?\.csv",
        title={"fr": "Populations légales, Mayotte", "en": "Legal populations, Mayotte"},
        resource=None,
        feeds="insee-populations",
    )
    return main, mayotte


CONNECTORS = (
    *_populations(),
    Connector(
        id="insee-density",
        named=r"grille_densite.*\.xlsx",
        title={"fr": "Grille de densité à 7 niveaux", "en": "Density grid, 7 levels"},
        source=DENSITY,
        level="commune",
        read=read_density,
        columns={
            "density_level": _("1 (dense) to 7 (very dispersed)"),
            **{f"population_in_level_{n}": _("percent of population") for n in range(1, 8)},
        },
        header=("CODGEO", "DENS"),
        resource=Resource("grille_densite_2026.xlsx", f"{_FILES}/6439600/grille_densite_2026.xlsx"),
    ),
    Connector(
        id="insee-areas",
        named=r"comparateur.*superficies.*\.csv",
        title={"fr": "Superficies officielles", "en": "Official areas"},
        source=AREAS,
        level="commune",
        read=read_areas,
        apart=partial(read_areas, arrondissements="separate"),
        columns={"area_km2": "km²"},
        counts=("area_km2",),
        facts={"area_km2": "area_km2"},
        header=("insee_com", "commune_type", "superficie_km2"),
        separator=",",
    ),
    Connector(
        id="insee-filosofi",
        named=r"(cc_filosofi_2021_COM\.csv|base-cc-filosofi-2021.*_csv\.zip)",
        title={"fr": "Revenus et pauvreté", "en": "Income and poverty"},
        source=INCOME,
        level="commune",
        read=read_income,
        columns={
            "households": _("tax households (count)"),
            "people_in_households": _("people (count)"),
            "median_income": _("euros a year and consumption unit"),
            "poverty_percent": _("percent of people under 60 % of the median"),
            "income_decile_ratio": _("ninth decile / first decile"),
        },
        counts=("households", "people_in_households"),
        means=dict.fromkeys(
            ("median_income", "poverty_percent", "income_decile_ratio"), "people_in_households"
        ),
        header=("CODGEO", "NBMENFISC21", "NBPERSMENFISC21", "MED21", "TP6021", "RD21"),
        separator=";",
        resource=Resource(
            "base-cc-filosofi-2021-geo2024_csv.zip",
            f"{_FILES}/7756729/base-cc-filosofi-2021-geo2024_csv.zip",
        ),
    ),
)
