"""The official code, its levels and the legal populations, from the npm package of Etalab."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.scripts.build.edition.packages import read_member

ZONES = ("metro", "drom")
"""The zones of the package that are départements; `com` are collectivities with figures of their
own."""


@dataclass(frozen=True)
class OfficialCode:
    """The communes of one vintage, and their containing territories.

    Attributes:
        communes: index `code`, sorted; columns `name`, `epci` (None for a commune without one),
            `departement`, `region`, `population`, `postal_codes`, `seat`.
        levels: columns `level`, `code`, `name`, `parent_level`, `parent`, `seat`, all text.
        former: the current code of each former one.
        arrondissements: municipal ones: index `code`, sorted; columns `name`, `commune` and
            `population`.
    """

    communes: pd.DataFrame
    levels: pd.DataFrame
    former: dict[str, str]
    arrondissements: pd.DataFrame


def read_official_code(archive: Path) -> OfficialCode:
    """Read the package's lists of communes, EPCI, arrondissements, départements and régions.

    Raises:
        InputError: a list is missing, or a commune belongs to two EPCI.
    """
    names = ("communes", "epci", "arrondissements", "departements", "regions")
    lists = {name: json.loads(read_member(archive, f"data/{name}.json")) for name in names}
    current = [row for row in lists["communes"] if row["type"] == "commune-actuelle"]
    current = [row for row in current if row["zone"] in ZONES]
    departements = [row for row in lists["departements"] if row["zone"] in ZONES]
    regions = [row for row in lists["regions"] if row["zone"] in ZONES]
    seats = _seat_ranks(lists["arrondissements"], departements, regions)
    communes = _communes(current, _membership(lists["epci"], archive), seats)
    return OfficialCode(
        communes=communes,
        levels=_levels(lists["epci"], departements, regions),
        former={old: row["code"] for row in current for old in row.get("anciensCodes", ())},
        arrondissements=_arrondissements(lists["communes"]),
    )


def _communes(
    rows: Sequence[dict[str, Any]], epci: dict[str, str], seats: dict[str, int]
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "name": [row["nom"] for row in rows],
            "epci": [epci.get(row["code"]) for row in rows],
            "departement": [row["departement"] for row in rows],
            "region": [row["region"] for row in rows],
            "population": [row["population"] for row in rows],
            "postal_codes": [" ".join(row["codesPostaux"]) for row in rows],
            "seat": [seats.get(row["code"], 0) for row in rows],
        },
        index=pd.Index([row["code"] for row in rows], name="code"),
    )
    return table.astype({"population": "int32", "seat": "int8"}).sort_index()


def _arrondissements(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    parts = [row for row in rows if row["type"] == "arrondissement-municipal"]
    table = pd.DataFrame(
        {
            "name": [row["nom"] for row in parts],
            "commune": [row["commune"] for row in parts],
            "population": [row["population"] for row in parts],
        },
        index=pd.Index([row["code"] for row in parts], name="code"),
    )
    return table.astype({"population": "int32"}).sort_index()


def _membership(epci: Sequence[dict[str, Any]], archive: Path) -> dict[str, str]:
    pairs = [(member["code"], row["code"]) for row in epci for member in row["membres"]]
    codes = pd.Series([commune for commune, _ in pairs])
    twice = sorted(codes[codes.duplicated()].unique())
    if twice:
        message = f"{len(twice)} communes belong to two EPCI (first: {first_of(twice)})."
        raise InputError(Fault(message, file=str(archive), kind="duplicate-code"))
    return dict(pairs)


def _seat_ranks(*ascending: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return INSEE's rank of each seat: 2 of an arrondissement, 3 of a département, 4 of a région.

    The package's own `rangChefLieu` is 0 for every commune of version 6.0.0, so the rank is read
    from the seats that the levels name; the seats of cantons (1) are not in the package.
    """
    ranks: dict[str, int] = {}
    for rank, rows in enumerate(ascending, start=2):
        ranks |= {row["chefLieu"]: rank for row in rows}
    return ranks


def _levels(
    epci: Sequence[dict[str, Any]],
    departements: Sequence[dict[str, Any]],
    regions: Sequence[dict[str, Any]],
) -> pd.DataFrame:
    rows = [("country", "FR", "France", "", "", "75056")]
    rows += [("region", r["code"], r["nom"], "country", "FR", r["chefLieu"]) for r in regions]
    rows += [
        ("departement", d["code"], d["nom"], "region", d["region"], d["chefLieu"])
        for d in departements
    ]
    # An EPCI may be in two régions, and the package does not name its seat.
    rows += [
        ("epci", row["code"], row["nom"], "country", "FR", "")
        for row in sorted(epci, key=lambda row: str(row["code"]))
    ]
    columns = ["level", "code", "name", "parent_level", "parent", "seat"]
    return pd.DataFrame(rows, columns=columns)
