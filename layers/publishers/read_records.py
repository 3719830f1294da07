"""Records of authorities: their fields, their domains, one record for each code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables.records import Record


def email_domain(address: Any) -> str | None:
    """Return the domain of the first address, lower case; never the part before the @.

    >>> email_domain("Mairie@Mende.fr;autre@mende.fr")
    'mende.fr'
    """
    first = str(address or "").split(";")[0].strip()
    name, at_sign, domain = first.rpartition("@")
    return domain.lower() if at_sign and name and "." in domain and " " not in domain else None


def require_fields(records: list[Record], fields: tuple[str, ...], path: Path) -> None:
    """Refuse an export in which no record has one of the fields.

    Raises:
        InputError: which are absent.
    """
    keys = set().union(*(record.keys() for record in records)) if records else set()
    absent = [field for field in fields if field not in keys]
    if absent:
        raise InputError(
            Fault(
                _(
                    "no record has the field {map}; there are {known}.",
                    map=", ".join(map(repr, absent)),
                    known=shown(", ".join(sorted(keys)), limit=200),
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


def repeated_codes(codes: pd.Index | pd.Series, path: Path) -> list[Fault]:
    """Return the fault of codes that several records or rows have; none if each has its own."""
    repeats = codes[codes.duplicated()].unique()
    if not len(repeats):
        return []
    return [
        Fault(
            _("{codes} are listed twice.", codes=first_of(repeats)),
            file=str(path),
            remedy=_("Keep one row per code."),
            kind="duplicate-code",
        )
    ]
