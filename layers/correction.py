"""A correction: a figure of one territory that somebody knows better than its publisher."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Correction:
    """A corrected figure.

    Attributes:
        code: of the territory, at the level that was measured.
        indicator: id of the corrected indicator.
        value: the figure in its place.
        old: the published figure; None if it was missing.
        date: from which the correction is, ISO 8601 ("2026-11-30").
        who, why: who corrects, and what they know.
    """

    code: str
    indicator: str
    value: float
    old: float | None
    date: str
    who: str
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; `Correction(**record)` reads it."""
        return asdict(self)
