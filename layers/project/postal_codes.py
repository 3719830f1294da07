"""A column of postal codes where codes of communes are expected.

Many postal codes are also the code of a commune, of another one: a table of postal codes would give
its figures to the wrong places.
"""

from __future__ import annotations

import numpy as np

from zoneblanche.geo.errors import InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables import Codes, RawTable
from zoneblanche.geo.territories import Territories

_COLUMN = "postal_codes"
_MOST_OTHER = 0.1
"""Share of the codes that may be no postal code: mistakes, and codes of companies (cedex)."""


def check_kind_of_codes(
    raw: RawTable, name: str, codes: Codes, territories: Territories, level: str
) -> None:
    """Refuse codes that are postal codes, by those that the territories have.

    Args:
        raw, name: the table and the column of the codes.
        codes: what was read of it.
        territories: with the column `postal_codes` among their texts, if it is known.
        level: of the codes.

    Raises:
        InputError: nearly all codes are postal codes, and some are those of no territory.
    """
    extra = territories.whole.extra
    unknown = ~codes.matched
    if extra is None or _COLUMN not in extra or level != territories.level or not unknown.any():
        return
    postal = {one for text in extra[_COLUMN].dropna().unique() for one in str(text).split()}
    found = codes.codes.isin(postal)
    if found.mean() < 1 - _MOST_OTHER or found.sum() <= codes.matched.sum():
        return
    strange = codes.codes[unknown & found]
    if not len(strange):
        return
    row = int(np.flatnonzero(unknown & found)[0])
    raise InputError(
        raw.fault(
            _(
                "the column has postal codes, not codes of {title} ({codes}).",
                title=territories.level_message(plural=True),
                codes=first_of(strange),
            ),
            row=row,
            column=name,
            remedy=_("Name a column with the official codes: one postal code has several places."),
            kind="postal-codes",
        )
    )
