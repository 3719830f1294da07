"""DILA, the directory of public services: declarations of local authorities.

One export has town halls (`mairie`), EPCI, départements (`cg`) and régions (`cr`). Each has a
connector here, because a table has one level. Fields that are lists are JSON-encoded. Only the
domain of an address is kept, and nothing about persons.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.records import Record, listed, read_records
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.probing.pages.accounts import account_of
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.read_records import email_domain, one_a_code, require_fields

NETWORKS = ("facebook", "x", "instagram", "youtube", "linkedin", "tiktok", "mastodon", "bluesky")
"""The social networks, each a column: 1 if the authority declares an account."""

SERVICES = {"application_mobile": "mobile_app", "sve": "electronic_referral", "tchat": "chat"}
"""Fields of the export that list a service of the authority, and the column of each: 1 where one is
declared, 0 where the field is empty."""

MODIFIED = "date_modification"
"""Field of the export: when an entry was last touched."""

RECENT_DAYS = 365
"""Days that the last change of an entry may be old and still count as recent."""

PIVOTS = {"commune": "mairie", "epci": "epci", "departement": "cg", "region": "cr"}
"""The directory's kind of service for the authority of each level."""

SOURCE = Source(
    producer="DILA",
    title="Annuaire de l'administration",
    url="https://api-lannuaire.service-public.gouv.fr/explore/dataset/api-lannuaire-administration/",
    licence="Licence Ouverte 2.0",
)
_EXPORT = (
    "https://api-lannuaire.service-public.gouv.fr/api/explore/v2.1/catalog/datasets/"
    "api-lannuaire-administration/exports/json?where=pivot%20LIKE%20%22{pivot}%22"
)
_FIELDS = ("nom", "pivot", "site_internet", "adresse_courriel", "code_insee_commune")


def read_directory(path: Path, *, level: str) -> Table:
    """Return declared website, domain of the e-mail, and accounts on social networks, by authority.

    If a code has several records (delegated town halls, annexes), the authority itself is kept and
    a notice counts the others. If the export has no field `reseau_social` at all, accounts are not
    collected, which is not the same as none.

    Raises:
        InputError: no such export, or no record of that level in it.
    """
    records = read_records(path)
    require_fields(records, _FIELDS, path)
    chosen = {
        number: record for number, record in enumerate(records) if PIVOTS[level] in _kinds(record)
    }
    if not chosen:
        raise InputError(
            Fault(
                _("holds no record of {pivots}.", pivots=repr(PIVOTS[level])),
                file=str(path),
                kind="no-records",
            )
        )
    social = any("reseau_social" in record for record in records)
    rows = pd.DataFrame(
        [_row(record, level, social=social) for record in chosen.values()], list(chosen)
    )
    collected = {field for record in records for field in (*SERVICES, MODIFIED) if field in record}
    for field, column in SERVICES.items():
        cells = [_declares(record.get(field)) for record in chosen.values()]
        rows[column] = cells if field in collected else float("nan")
    days = _days_since([_day(record.get(MODIFIED)) for record in chosen.values()], rows.index)
    rows["entry_days"] = days
    rows["entry_recent"] = (days <= RECENT_DAYS).astype("float64").where(days.notna())
    without = int((rows["code"] == "").sum())
    coded = rows[rows["code"] != ""]
    frame, others = one_a_code(coded)
    notices = [
        notice
        for count, notice in (
            (
                others,
                remark(
                    _("Further records of the same authorities, left out: {others}.", others=others)
                ),
            ),
            (without, _("Records without a code, left out: {without}.", without=without)),
        )
        if count
    ]
    reasons = pd.DataFrame(
        int(Reason.PRESENT if social else Reason.NOT_COLLECTED),
        index=frame.index,
        columns=list(NETWORKS),
        dtype="int8",
    )
    ages = ((MODIFIED, "entry_days"), (MODIFIED, "entry_recent"))
    for field, column in (*SERVICES.items(), *ages):
        absent = Reason.NOT_PUBLISHED if field in collected else Reason.NOT_COLLECTED
        reasons[column] = np.where(frame[column].isna(), int(absent), int(Reason.PRESENT))
    reasons = reasons.astype("int8")
    left_out = {
        "without a code": without,
        "a further record of the same authority": others,
        "of another level": len(records) - len(rows),
    }
    return Table(
        frame=frame,
        level=level,
        source=SOURCE,
        notices=tuple(notices),
        reasons=reasons,
        rows=FileRows(coded["code"].drop_duplicates(), left_out, counted="record"),
    )


def holds_level(path: Path, *, level: str) -> bool:
    """Return whether an export has an authority of that level."""
    try:
        records = read_records(path)
        require_fields(records, _FIELDS, path)
        return any(PIVOTS[level] in _kinds(record) for record in records)
    except InputError:
        return False


def networks_of(record: Record) -> set[str]:
    """Return the networks on which a record declares an account.

    >>> networks_of({"reseau_social": '[{"valeur": "https://x.com/a", "custom_dico2": "X"}]'})
    {'x'}
    """
    networks = set()
    for account in listed(record.get("reseau_social")):
        if isinstance(account, dict) and account.get("valeur"):
            name = str(account.get("custom_dico2") or account.get("description") or "").lower()
            linked = account_of(str(account["valeur"]).strip())
            if linked is not None and linked.network in NETWORKS:
                networks.add(linked.network)
            if name in ("x", "x.com") or "twitter" in name:
                networks.add("x")
            networks |= {network for network in NETWORKS if network != "x" and network in name}
    return networks


def _row(record: Record, level: str, *, social: bool) -> dict[str, Any]:
    sites = [
        site.get("valeur") for site in listed(record["site_internet"]) if isinstance(site, dict)
    ]
    accounts = networks_of(record)
    return {
        "code": _KEYS[level](record),
        "name": str(record.get("nom") or ""),
        "website": next((str(site).strip() for site in sites if site), None),
        "email_domain": email_domain(record["adresse_courriel"]),
        **{name: float(name in accounts) if social else float("nan") for name in NETWORKS},
    }


def _declares(cell: Any) -> float:
    """1 where a list of services, or a text, holds anything."""
    if isinstance(cell, str) and not cell.strip().startswith(("[", "{")):
        return float(bool(cell.strip()))
    values: list[Any] = []
    for entry in listed(cell):
        if not isinstance(entry, dict):
            values.append(entry)
        elif "valeur" in entry:
            values.append(entry["valeur"])
        else:  # nothing published says what fields a chat has
            values += entry.values()
    return float(any(str(value or "").strip() for value in values))


def _day(cell: Any) -> str:
    """A date of the export, `11/09/2026 10:22:33` or ISO, as an ISO day; "" where it is none."""
    text = str(cell or "").strip()
    french = re.match(r"(\d{2})/(\d{2})/(\d{4})(?!\d)", text)
    text = f"{french[3]}-{french[2]}-{french[1]}" if french else text[:10]
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _days_since(days: list[str], index: pd.Index) -> pd.Series:
    """Days before the newest entry of the export, which is as old as the export is."""
    newest = max(days, default="")
    if not newest:
        return pd.Series(float("nan"), index=index)
    last = date.fromisoformat(newest)
    ages = [float((last - date.fromisoformat(day)).days) if day else float("nan") for day in days]
    return pd.Series(ages, index=index)


def _kinds(record: Record) -> set[str]:
    return {
        str(pivot.get("type_service_local"))
        for pivot in listed(record["pivot"])
        if isinstance(pivot, dict)
    }


def _seat(record: Record) -> str:
    return str(record.get("code_insee_commune") or "").strip()


def _siren(record: Record) -> str:
    return str(record.get("siren") or record.get("siret") or "").replace(" ", "")[:9]


_KEYS: dict[str, Callable[[Record], str]] = {
    "commune": _seat,
    "epci": _siren,
    "departement": lambda record: departement_of(_seat(record)),
    "region": lambda record: region_of(_seat(record)),
}
_TITLES = {
    "commune": ("Annuaire des mairies", "Directory of town halls"),
    "epci": ("Annuaire des intercommunalités", "Directory of EPCI"),
    "departement": ("Annuaire des départements", "Directory of départements"),
    "region": ("Annuaire des régions", "Directory of régions"),
}


# From the seat of an authority to its code: tables of départements and régions use their own -----

DEPARTEMENTS_OF: dict[str, tuple[str, ...]] = {
    "01": ("971",),
    "02": ("972",),
    "03": ("973",),
    "04": ("974",),
    "06": ("976",),
    "11": ("75", "77", "78", "91", "92", "93", "94", "95"),
    "24": ("18", "28", "36", "37", "41", "45"),
    "27": ("21", "25", "39", "58", "70", "71", "89", "90"),
    "28": ("14", "27", "50", "61", "76"),
    "32": ("02", "59", "60", "62", "80"),
    "44": ("08", "10", "51", "52", "54", "55", "57", "67", "68", "88"),
    "52": ("44", "49", "53", "72", "85"),
    "53": ("22", "29", "35", "56"),
    "75": ("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"),
    "76": ("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"),
    "84": ("01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"),
    "93": ("04", "05", "06", "13", "83", "84"),
    "94": ("2A", "2B"),
}
"""The départements of each région (loi n° 2015-29 du 16 janvier 2015; INSEE codes)."""

_REGION_OF = {part: region for region, parts in DEPARTEMENTS_OF.items() for part in parts}


def departement_of(commune: str) -> str:
    """Return the code of the département of a commune.

    >>> departement_of("97105"), departement_of("2A004")
    ('971', '2A')
    """
    return commune[:3] if commune.startswith("97") else commune[:2]


def region_of(commune: str) -> str:
    """Return the code of the région of a commune, or "" if it is in none (an overseas
    collectivity).

    >>> region_of("48095")
    '76'
    """
    return _REGION_OF.get(departement_of(commune), "")


def _connector(level: str) -> Connector:
    fr, en = _TITLES[level]
    return Connector(
        id="dila-directory" if level == "commune" else f"dila-directory-{level}",
        title={"fr": fr, "en": en},
        source=SOURCE,
        level=level,
        read=partial(read_directory, level=level),
        columns={
            "website": _("text: the declared address"),
            "email_domain": _("text: the domain of the declared e-mail"),
            **dict.fromkeys(NETWORKS, _("1 where an account is declared, 0 where none is")),
            "mobile_app": _("1 where a mobile app is declared, 0 where none is"),
            "electronic_referral": _("1 where electronic referral is declared, 0 where it is not"),
            "chat": _("1 where a chat is declared, 0 where none is"),
            "entry_days": _("days from the entry's last change to the newest of the export"),
            "entry_recent": _("1 where the entry changed in the last 365 days, 0 where before"),
        },
        header=_FIELDS,
        named=r"(annuaire|api-lannuaire-administration).*\.(json|jsonl|csv)(\.gz)?",
        holds=partial(holds_level, level=level),
        resource=Resource(
            f"annuaire-{PIVOTS[level]}.json", _EXPORT.format(pivot=PIVOTS[level]), max_bytes=10**9
        ),
        feeds="town-halls" if level == "commune" else "",
    )


CONNECTORS = tuple(_connector(level) for level in PIVOTS)
