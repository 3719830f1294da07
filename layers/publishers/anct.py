"""ANCT: digital presence of territories (DPNT), and the places of France Services."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.records import Record, read_records
from zoneblanche.geo.vintages.arrondissements import Choice, as_chosen
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_records import email_domain, repeated_codes, require_fields
from zoneblanche.layers.publishers.read_tables import (
    date_in_name,
    dated_table,
    read_codes,
    read_figures,
    read_rows,
)

if TYPE_CHECKING:
    import geopandas as gpd

CRITERIA = (
    *(f"1.{n}" for n in range(1, 9)),
    *(f"2.{n}" for n in range(1, 9)),
    *("1.a", "1.aa", "2.a", "2.aa", "a", "aa"),
)
"""The criteria of the référentiel, with its numbers, and its levels (RPNT 0.2)."""

PRESENCE = Source(
    producer="ANCT",
    title="Données de la présence numérique des territoires",
    url="https://www.data.gouv.fr/fr/datasets/donnees-de-la-presence-numerique-des-territoires/",
    licence="Licence Ouverte 2.0",
)
PLACES = Source(
    producer="ANCT",
    title="Liste des structures France services",
    url="https://www.data.gouv.fr/fr/datasets/liste-des-structures-france-services/",
    licence="Licence Ouverte 2.0",
)
ITINERANT = ("Bus_équivalent", "Itinérante")
"""Formats of places that move: a bus, or a round of several town halls."""

_NAMES = {
    "rpnt": ("rpnt", "rcpnt"),
    "code_insee": ("code_insee", "insee_geo"),
    "departement_code_insee": ("departement_code_insee", "insee_dep"),
    "region_code_insee": ("region_code_insee", "insee_reg"),
    "site_internet": ("site_internet", "website_url"),
    "adresse_messagerie": ("adresse_messagerie", "email_official"),
}
"""Fields of the published dataset, and their names in the service behind it."""


def read_conformance(path: Path, *, level: str) -> Table:
    """Return which criteria of the référentiel each authority meets, as evaluated by ANCT.

    A criterion is 1, 0 or missing. It is missing if the authority was not evaluated, or if its
    checks are still running and the criterion is not met yet. It is missing for all if no record of
    the file has it (an older référentiel).

    Columns: `rpnt_1_1` … `rpnt_2_8`, the levels `rpnt_1_a` … `rpnt_aa`, `website` and
    `email_domain`. In rows of départements and régions, `code_insee` is the commune of their seat;
    their own code is used.

    Raises:
        InputError: no such dataset, no record of that level, or a duplicate authority.
    """
    records = read_records(path)
    require_fields(records, ("type", "siren"), path)
    criteria_met = {met for record in records for met in _field(record, "rpnt") or ()}
    chosen = {
        number: record for number, record in enumerate(records) if record.get("type") == level
    }
    if not chosen:
        raise InputError(
            Fault(
                _("holds no record of type {level}.", level=repr(level)),
                file=str(path),
                kind="no-records",
            )
        )
    rows = pd.DataFrame(
        [_row(record, level, criteria_met) for record in chosen.values()], list(chosen)
    )
    frame = rows.set_index("code")
    if faults := repeated_codes(frame.index, path):
        raise InputError(faults)
    criteria = frame.filter(regex="^rpnt_")
    reasons = criteria.isna() * int(Reason.NOT_COLLECTED)
    return Table(
        frame=frame,
        level=level,
        source=PRESENCE,
        reasons=reasons.astype("int8"),
        rows=FileRows(
            rows["code"], {"of another level": len(records) - len(rows)}, counted="record"
        ),
    )


def holds_level(path: Path, *, level: str) -> bool:
    """Return whether a dataset has an authority of that level."""
    try:
        return any(record.get("type") == level for record in read_records(path))
    except InputError:
        return False


def _row(record: Record, level: str, criteria_met: set[str]) -> dict[str, Any]:
    met = _field(record, "rpnt")
    running = "IN_PROGRESS" in (record.get("issues") or ())
    values = {}
    for criterion in CRITERIA:
        if met is None or criterion not in criteria_met or (running and criterion not in met):
            value = np.nan
        else:
            value = float(criterion in met)
        values["rpnt_" + criterion.replace(".", "_")] = value
    return {
        "code": _KEYS[level](record),
        **values,
        "website": _field(record, "site_internet") or None,
        "email_domain": email_domain(_field(record, "adresse_messagerie")),
    }


def _field(record: Record, name: str) -> Any:
    return next((record[key] for key in _NAMES[name] if record.get(key) is not None), None)


_KEYS: dict[str, Callable[[Record], str]] = {
    "commune": lambda record: str(_field(record, "code_insee")),
    "epci": lambda record: str(record["siren"])[:9],
    "departement": lambda record: str(_field(record, "departement_code_insee")),
    "region": lambda record: str(_field(record, "region_code_insee")),
}


def read_france_services(path: Path, arrondissements: Choice = "whole") -> Table:
    """Return the number of France Services places by commune: all, and those that are not
    itinerant.

    The list is exhaustive: a commune that it does not name has no place. A bus is counted in the
    commune that it belongs to.
    """
    rows = read_rows(path, ("insee_com", "format_fs"), separator=",")
    codes = read_codes(rows, "insee_com", path, pattern=COMMUNE, unique=False)
    codes = as_chosen(codes, arrondissements)
    fixed = ~rows["format_fs"].isin(ITINERANT)
    counts = pd.DataFrame({"places": 1.0, "places_fixed": fixed.astype("float64")}, rows.index)
    frame = counts.groupby(codes.rename("code")).sum()
    return dated_table(frame, PLACES, date_in_name(path), rows=FileRows(codes))


def places_of_france_services(path: Path) -> gpd.GeoDataFrame:
    """Return the places as points, EPSG:4326, with `code` and `format`; only those with a
    position."""
    import geopandas as gpd

    rows = read_rows(path, ("insee_com", "format_fs", "latitude", "longitude"), separator=",")
    position = read_figures(
        rows,
        {"longitude": "x", "latitude": "y"},
        path,
        unit="number",
        bounds=(-180, 180),
        decimal=".",
    ).values
    present = position.notna().all(axis=1)
    return gpd.GeoDataFrame(
        {"code": rows.loc[present, "insee_com"], "format": rows.loc[present, "format_fs"]},
        geometry=gpd.points_from_xy(position.loc[present, "x"], position.loc[present, "y"]),
        crs="EPSG:4326",
    )


def fixed_places_of_france_services(path: Path) -> gpd.GeoDataFrame:
    """Return the places that do not move, as `places_of_france_services` does."""
    places = places_of_france_services(path)
    return places[~places["format"].isin(ITINERANT)]


def _conformance(level: str) -> Connector:
    return Connector(
        id="anct-dpnt" if level == "commune" else f"anct-dpnt-{level}",
        title={
            "fr": f"Présence numérique des territoires ({level})",
            "en": f"Digital presence of territories ({level})",
        },
        source=PRESENCE,
        level=level,
        read=partial(read_conformance, level=level),
        columns={
            **{
                "rpnt_" + name.replace(".", "_"): _("RPNT {criterion}: 1 or 0", criterion=name)
                for name in CRITERIA
            },
            "website": _("text"),
            "email_domain": _("text"),
        },
        named=r"(dpnt|presence-numerique).*\.json(\.gz)?",
        holds=partial(holds_level, level=level),
        header=("type", "siren", "rpnt", "code_insee", "site_internet", "adresse_messagerie"),
        resource=Resource(
            "presence-numerique-des-territoires.json.gz",
            "https://www.data.gouv.fr/api/1/datasets/r/fd73a12f-572c-4b04-89e9-91cc8c6ebcb3",
        ),
    )


CONNECTORS = (
    *(_conformance(level) for level in _KEYS),
    Connector(
        id="anct-france-services",
        title={"fr": "Structures France services", "en": "France Services places"},
        source=PLACES,
        level="commune",
        read=read_france_services,
        apart=partial(read_france_services, arrondissements="separate"),
        places=fixed_places_of_france_services,
        counts=("places", "places_fixed"),
        columns={
            "places": _("places (count)"),
            "places_fixed": _("places that do not move (count)"),
            "km": _("kilometres to the nearest place that does not move"),
            "km_people": _("kilometres from the mean position of the people, if squares are given"),
        },
        header=("insee_com", "format_fs", "latitude", "longitude"),
        separator=",",
        resource=Resource(
            "liste-fs.csv", dataset="liste-des-structures-france-services", title=r"liste-fs.*\.csv"
        ),
        exhaustive=True,
    ),
)
