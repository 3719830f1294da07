"""Which figures an edition has, and from which file of a folder each comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.layers.edition.figures import PackedColumn
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.inputs.recode import on_todays_codes
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector, connector_named
from zoneblanche.scripts.build.edition.figures.files import (
    fibre_of,
    read_coverage,
    read_fibre_percent,
    read_technologies,
)
from zoneblanche.scripts.build.edition.packages import one_file

EVENTS = "mouvements-communes.csv"


@dataclass(frozen=True)
class FigureTable:
    """One table of figures.

    Attributes:
        table: on the codes of the edition.
        columns: what is kept of it.
        definition: of the figures, in English.
    """

    table: Table
    columns: tuple[PackedColumn, ...]
    definition: str


@dataclass(frozen=True)
class _Wanted:
    """What is read by a connector.

    Attributes:
        file: its name, anywhere below the folder.
        connector: id of the connector that reads it; by default the id of the table.
    """

    file: str
    definition: str
    columns: tuple[PackedColumn, ...]
    connector: str = ""


_WANTED: Mapping[str, _Wanted] = {
    "arcep-debit": _Wanted(
        "commune_debit_2022-12-31.csv",
        "Premises, and those that can have 30, 100 Mbit/s and 1 Gbit/s: all technologies, "
        "satellite included, cumulative.",
        (
            PackedColumn("premises"),
            PackedColumn("premises_30mbps", added_to="arcep-debit/premises"),
            PackedColumn("premises_100mbps", added_to="arcep-debit/premises"),
            PackedColumn("premises_1gbps", added_to="arcep-debit/premises_100mbps"),
        ),
    ),
    "arcep-ftth-2018": _Wanted(
        "communes_ftth_2018T1.csv",
        "Premises, and those that fibre passes, on the codes of 2026.",
        (
            PackedColumn("premises", added_to="arcep-debit/premises"),
            PackedColumn("premises_ftth"),
        ),
        connector="arcep-ftth",
    ),
    "mxmap": _Wanted(
        "mxmap_fr_2026-07.csv",
        "Host of the e-mail of town halls, their domain, and whether it has MX and SPF records.",
        (
            PackedColumn("mx"),
            PackedColumn("spf"),
            PackedColumn("provider"),
            PackedColumn("domain", same_as="town-halls/email_domain"),
        ),
    ),
    "insee-density": _Wanted(
        "grille_densite_7_niveaux_2024.xlsx",
        "Density class of the commune, 1 (dense) to 7 (very dispersed).",
        (PackedColumn("density_level"),),
    ),
    "insee-areas": _Wanted(
        "comparateur_2024_superficies.csv",
        "Official area, km².",
        (PackedColumn("area_km2", digits=2),),
    ),
    "insee-ages": _Wanted(
        "iris_2021.parquet",
        "People of the census, and those of 65 and over: weighted estimates, added up from IRIS; "
        "people to one, the share of 65 and over to 0.01 %.",
        (
            PackedColumn("people_census", added_to="population"),
            PackedColumn("people_65", digits=2, percent_of="insee-ages/people_census"),
        ),
    ),
    "insee-filosofi": _Wanted(
        "cc_filosofi_2021_COM.csv",
        "Median standard of living, euros a year and consumption unit; people under 60 % of the "
        "median; ninth decile over first; people in tax households.",
        (
            PackedColumn("people_in_households", added_to="population"),
            PackedColumn("median_income", digits=-1),
            PackedColumn("poverty_percent"),
            PackedColumn("income_decile_ratio", digits=1),
        ),
    ),
    "anct-france-services": _Wanted(
        "liste-fs-20240801.csv",
        "France Services places, those that do not move, and kilometres from the middle of the "
        "commune to the nearest of the latter.",
        (PackedColumn("places"), PackedColumn("places_fixed"), PackedColumn("km", digits=2)),
    ),
}


def figure_tables(folder: Path, territories: Territories) -> dict[str, FigureTable]:
    """Return the tables of figures on the codes of the territories, each with what is kept of it.

    Args:
        folder: holds the publishers' files, at any depth.
        territories: of the edition.

    Raises:
        InputError: a file is missing, there twice, or not as its publisher makes it.
    """
    files = partial(one_file, folder)
    events = read_events(files(EVENTS))
    tables: dict[str, FigureTable] = {}
    for name, wanted in _WANTED.items():
        connector = wanted.connector or name
        sources = {connector: files(wanted.file), "insee-code-events": files(EVENTS)}
        table = gather_inputs(sources, {}, territories)[connector]
        tables[name] = FigureTable(table, wanted.columns, wanted.definition)

    def today(table: Table, connector: Connector) -> Table:
        return on_todays_codes(table, connector, territories, events=events)

    technologies = today(
        read_technologies(files("communes_techno_2024.csv")), connector_named("arcep-technologies")
    )
    tables["arcep-technologies"] = FigureTable(
        technologies,
        (
            PackedColumn("premises", added_to="arcep-debit/premises"),
            *(
                PackedColumn(column, added_to="arcep-technologies/premises")
                for column in ("premises_ftth", "premises_copper", "premises_fixed_4g")
            ),
            *(
                PackedColumn(column)
                for column in (
                    "premises_coaxial",
                    "premises_fixed_wireless_30mbps",
                    "premises_fixed_wireless",
                )
            ),
        ),
        "Premises that can have each technology; a premises may have several.",
    )
    newest = files("communes_fibre_pct.csv")
    tables["arcep-ftth"] = FigureTable(
        fibre_of(
            read_fibre_percent(newest),
            technologies,
            [tables[name].table.frame["premises"] for name in ("arcep-debit", "arcep-ftth-2018")],
            newest,
        ),
        (
            PackedColumn("premises", added_to="arcep-technologies/premises|arcep-debit/premises"),
            PackedColumn("premises_ftth", digits=1, percent_of="arcep-ftth/premises"),
        ),
        "Premises, and those that fibre passes: percentages to one decimal.",
    )
    mainland, overseas = (
        files("communes_4g_nb_operateurs_2017_2019.csv"),
        files("communes_drom_4g_2019_01.csv"),
    )
    for name, month, others in (
        ("coverage-4g", "2019_06", overseas),
        ("coverage-4g-2017", "2017_07", None),
    ):
        tables[name] = FigureTable(
            today(read_coverage(mainland, others, month), _by_area(name)),
            tuple(PackedColumn(f"area_{count}") for count in range(1, 5)),
            "Percent of the area that at least 1, 2, 3, 4 operators cover in 4G, to one percent.",
        )
    return tables


def _by_area(name: str) -> Connector:
    """How percentages of an area are carried to other codes."""
    shares = {f"area_{count}": "area" for count in range(1, 5)}
    nobody = connector_named("arcep-4g-raster")
    return replace(nobody, id=name, counts=("area",), means=shares)
