"""Boundaries, population tiles and the events of the official code: files without figures.

They are fetched like the others; `geo` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.layers.fetching.from_folder import columns_of
from zoneblanche.layers.publishers.connector import Connector, Resource

COMMUNE_LAYOUTS: tuple[Mapping[str, str], ...] = (
    {
        "code": "code_insee",
        "name": "nom_officiel",
        "population": "population",
        "departement": "code_insee_du_departement",
        "region": "code_insee_de_la_region",
        "epci": "codes_siren_des_epci",
    },
    {
        "code": "INSEE_COM",
        "name": "NOM",
        "population": "POPULATION",
        "departement": "INSEE_DEP",
        "region": "INSEE_REG",
        "epci": "SIREN_EPCI",
    },
)
"""IGN's names of the columns of communes: since version 4 (2025), and before."""


def commune_columns(path: Path) -> Mapping[str, str] | None:
    """Return the names of the columns in a GeoParquet file of IGN's communes; None if it has
    neither codes nor names under any of the publisher's names."""
    columns = columns_of(path)
    for layout in COMMUNE_LAYOUTS:
        if {layout["code"], layout["name"]} <= columns:
            return {what: column for what, column in layout.items() if column in columns}
    return None


def _has_communes(path: Path) -> bool:
    return commune_columns(path) is not None


_INSEE = "https://www.insee.fr/fr/statistiques/fichier"
_GHSL = (
    "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A/"
    "GHS_POP_E2020_GLOBE_R2023A_54009_1000/V1-0/tiles/"
)


def _population_tile(row: int, column: int) -> Connector:
    tile = f"R{row}_C{column}"
    name = f"GHS_POP_E2020_GLOBE_R2023A_54009_1000_V1_0_{tile}.zip"
    return Connector(
        id=f"ghsl-population-{tile.lower().replace('_', '-')}",
        title={"fr": f"Population sur grille, tuile {tile}", "en": f"Population grid, tile {tile}"},
        source=Source(
            "European Commission, JRC",
            "GHS-POP R2023A, 2020, 1 km",
            "https://human-settlement.emergency.copernicus.eu/",
            "CC BY 4.0",
            "2020-01-01",
            note=_("Persons in each cell of 1 km; ESRI:54009."),
        ),
        level="",
        aids="population",
        resource=Resource(name, _GHSL + name, on_request=True),
    )


CONNECTORS = (
    Connector(
        id="ign-admin-express",
        named=r"(admin-?express.*|communes?_20\d\d)\.parquet",
        title={"fr": "Contours des communes", "en": "Boundaries of communes"},
        source=Source(
            "IGN",
            "ADMIN EXPRESS COG",
            "https://geoservices.ign.fr/adminexpress",
            "Licence Ouverte 2.0",
            "2026-01-01",
        ),
        level="",
        aids="boundaries",
        holds=_has_communes,
        resource=Resource(
            "commune.parquet",
            "https://data.geopf.fr/chunk/telechargement/download/ADMIN-EXPRESS-COG-PARTIEL/"
            "ADMIN-EXPRESS-COG_4-0__GEOPARQUET_WGS84G_FRA_2026-01-01/commune.parquet",
            max_bytes=1_000_000_000,
            on_request=True,
        ),
    ),
    Connector(
        id="insee-code-events",
        named=r"(v_mvt_?commune|mouvements-communes).*\.csv",
        title={
            "fr": "Événements du code officiel géographique",
            "en": "Events of the official geographic code",
        },
        source=Source(
            "INSEE",
            "Code officiel géographique 2026, événements survenus aux communes",
            "https://www.insee.fr/fr/information/8740222",
            "Licence Ouverte 2.0",
            "2026-01-01",
        ),
        level="",
        aids="events",
        header=("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "TYPECOM_AP", "COM_AP"),
        separator=",",
        resource=Resource("v_mvt_commune_2026.csv", f"{_INSEE}/8740222/v_mvt_commune_2026.csv"),
    ),
    _population_tile(4, 18),
    _population_tile(4, 19),
)
