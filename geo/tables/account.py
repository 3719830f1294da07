"""The account of a table: every row is matched, or listed with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np


class Fate(IntEnum):
    """What became of a row: its code is that of a territory; or a former code, whose figures were
    carried; or that of a territory that is not chosen; or it is lost."""

    MATCHED = 0
    CARRIED = 1
    OUTSIDE = 2
    LOST = 3


@dataclass(frozen=True)
class Listed:
    """A row of an input without a territory, and the reason."""

    row: str
    code: str
    reason: str


@dataclass(frozen=True)
class Account:
    """The rows of one input: `rows` = `matched` + `outside` + `listed` + `counted`.

    Attributes:
        rows: data rows read.
        matched: rows whose code is that of a territory.
        outside: rows of territories that `within` does not select.
        listed: the others, each with its reason.
        counted: rows of a file too long to list each row, by reason.
        carried: matched rows with a former code, each with what became of the code.
    """

    rows: int
    matched: int
    listed: tuple[Listed, ...] = ()
    carried: tuple[Listed, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    outside: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the account for `run.json`."""
        record: dict[str, Any] = {
            "rows": self.rows,
            "matched": self.matched,
            "listed": [vars(row) for row in self.listed],
        }
        if self.outside:
            record["outside"] = self.outside
        if self.counted:
            record["counted"] = dict(self.counted)
        return (
            {**record, "carried": [vars(row) for row in self.carried]} if self.carried else record
        )


def account_rows(
    fates: np.ndarray,
    row: Callable[[int], Listed],
    *,
    left_out: Mapping[str, int] | None = None,
    most: int | None = None,
    reason: Callable[[int], str] | None = None,
) -> Account:
    """Return the account of an input from the fate of each of its rows.

    Args:
        fates: one `Fate` a row.
        row: from the position of a carried or lost row to its entry.
        left_out: number of further rows that have no code, by reason.
        most: number of lost rows above which they are counted by reason instead of listed.
        reason: from the position of a lost row to its reason, for rows that are only counted; None
            to take it from its entry.

    >>> lost = Listed("line 3", "01099", "no territory has this code")
    >>> account = account_rows(np.array([Fate.MATCHED, Fate.LOST]), lambda _: lost)
    >>> account.rows, account.matched, account.listed[0].code
    (2, 1, '01099')
    """
    lost = np.flatnonzero(fates == Fate.LOST).tolist()
    carried = tuple(row(place) for place in np.flatnonzero(fates == Fate.CARRIED).tolist())
    listed: tuple[Listed, ...] = ()
    counted = Counter({why: number for why, number in (left_out or {}).items() if number})
    total = len(fates) + sum(counted.values())
    if most is None or len(lost) <= most:
        listed = tuple(row(place) for place in lost)
    else:
        reason = reason or (lambda place: row(place).reason)
        for why, number in Counter(reason(place) for place in lost).most_common():
            counted[why] += number
    return Account(
        rows=total,
        matched=int((fates <= Fate.CARRIED).sum()),
        listed=listed,
        carried=carried,
        counted=dict(counted),
        outside=int((fates == Fate.OUTSIDE).sum()),
    )
