"""Records of authorities: JSON lists, JSON lines or CSV exports, with or without gzip."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import _

GREATEST_EXPORT = 2_000_000_000
"""Maximum size of an export, unpacked, in bytes."""

Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """Return the records of an export, by its content: a JSON list, JSON lines, or CSV with `;`.

    Raises:
        InputError: none of these, or a record that is not an object.
    """
    text = _text(path).lstrip("\ufeff")
    start = text.lstrip()[:1]
    try:
        if start == "[":
            records = json.loads(text)
        elif start == "{":
            records = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            records = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    except (ValueError, RecursionError, csv.Error) as error:
        raise InputError(
            Fault(
                _("is no list of records: {error}.", error=error),
                file=str(path),
                remedy=_("It may be truncated: fetch it again."),
                kind="records",
            )
        ) from error
    if not all(isinstance(record, dict) for record in records):
        raise InputError(Fault(_("holds records without fields."), file=str(path), kind="records"))
    return records


def listed(value: Any) -> list[Any]:
    """Return a field that is a list, a JSON-encoded list, or empty.

    >>> listed('[{"valeur": "https://a.fr"}]')
    [{'valeur': 'https://a.fr'}]
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except (ValueError, RecursionError):
            return []
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def email_domain(address: Any) -> str | None:
    """Return the domain of the first address, lower case; never the part before the @.

    >>> email_domain("Mairie@Mende.fr;autre@mende.fr")
    'mende.fr'
    """
    first = str(address or "").split(";")[0].strip()
    name, found, domain = first.rpartition("@")
    return domain.lower() if found and name and "." in domain and " " not in domain else None


def require_fields(records: list[Record], fields: tuple[str, ...], path: Path) -> None:
    """Refuse an export in which no record has one of the fields.

    Raises:
        InputError: which are absent.
    """
    known = set().union(*(record.keys() for record in records)) if records else set()
    absent = [field for field in fields if field not in known]
    if absent:
        raise InputError(
            Fault(
                _(
                    "no record has the field {map}; there are {known}.",
                    map=", ".join(map(repr, absent)),
                    known=shown(", ".join(sorted(known)), limit=200),
                ),
                file=str(path),
                kind="header",
            )
        )


def one_a_code(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return one row per code: the authority itself before its annexes, then the one with a
    website.

    Args:
        rows: columns `code`, `name`, `website`.

    Returns:
        The rows, index `code`, without `name`; and the number of others, which are left out.
    """
    annexe = rows["name"].str.contains(r"déléguée?|annexe|associée|antenne", case=False, regex=True)
    order = rows.assign(_annexe=annexe.astype(bool), _none=rows["website"].isna())
    order = order.sort_values(["code", "_annexe", "_none", "name"], kind="stable")
    kept = order.drop_duplicates("code").drop(columns=["_annexe", "_none", "name"])
    return kept.set_index("code"), len(rows) - len(kept)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as stream:
                content = stream.read(GREATEST_EXPORT + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(
                Fault(
                    _("cannot be unpacked: {error}.", error=error), file=str(path), kind="archive"
                )
            ) from error
    if len(content) > GREATEST_EXPORT:
        raise InputError(Fault(_("is larger than any export should be."), file=str(path)))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(Fault(_("is no text."), file=str(path), kind="not-text")) from error
