"""The account of a table: every row is matched, or listed with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
        told: dict[str, Any] = {
            "rows": self.rows,
            "matched": self.matched,
            "listed": [vars(row) for row in self.listed],
        }
        if self.outside:
            told["outside"] = self.outside
        if self.counted:
            told["counted"] = dict(self.counted)
        return {**told, "carried": [vars(row) for row in self.carried]} if self.carried else told
