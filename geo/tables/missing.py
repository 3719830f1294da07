"""The figures of a column, and the marks for missing figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.reasons import Reason

MARKS: Mapping[str, Reason] = {
    **dict.fromkeys(
        ("", "nd", "n/d", "n.d.", "na", "n/a", "n.a.", "(na)", "\\n", "null", "k.a.", "n.v."),
        Reason.NOT_PUBLISHED,
    ),
    **dict.fromkeys((".", "..", "...", "…", ":", "~", "/", "[x]", "[u]"), Reason.NOT_PUBLISHED),
    **dict.fromkeys(("x", "f", "n", "[low]", "**", "***"), Reason.NOT_PUBLISHED),
    **dict.fromkeys(("s", "ns", "c", "*", "[c]", "(c)", "(d)", "(s)", ":c", ": c"), Reason.SECRET),
    **dict.fromkeys(("so", "(x)", "[z]", ":z", ": z"), Reason.NOT_APPLICABLE),
    **dict.fromkeys((":u", ": u", ":n", ": n"), Reason.NOT_PUBLISHED),
    "n/a - résultat non disponible": Reason.NOT_PUBLISHED,
    "n/a - secret statistique": Reason.SECRET,
    "n/a - division par 0": Reason.NOT_APPLICABLE,
}
r"""Marks for a missing figure in official tables, in lower case, and the reason.

- INSEE: `s` secret, `ns` not significant, which INSEE writes where too few households answered to
  publish a figure; `nd` not available; `so` not applicable; the texts of its local statistics.
- Eurostat: `:` not available, `:c` confidential, `:z` not applicable, `:u` of low reliability.
- ONS and NHS: `[c]` and `*` suppressed, `[x]` and `..` not available, `[z]` not applicable,
  `[low]` and `[u]` of low reliability, `~` not known.
- Destatis: `.` not known or secret, `...` not yet known, `/` too uncertain, `x` blocked.
- Statistics Canada: `..` not available, `...` not applicable, `x` suppressed, `F` too unreliable.
- US Census Bureau: `(X)` not applicable, `N` and `(NA)` not available, `(D)` and `(S)` withheld,
  `**` and `***` without an estimate or its error.

R and statistical offices write `NA`, databases write `\N`. A dash is not among them: it means zero
in some tables and "not known" in others, and is refused.
"""

PLAIN_MARKS: Mapping[str, Reason] = {
    text: MARKS[text]
    for text in ("", "nd", "n/d", "na", "n/a", "\\n", "s", "ns", "so", "..", ":", "[c]", "[x]")
}
"""Those of a column of truth values, in which single letters may stand for yes or no."""

_SPACED = re.compile(r"\A(\w)\. (\w)\.\Z")
"""An abbreviation of two words with a space: "k. A." in German tables."""
_BELOW = re.compile(r"[<≤] ?[0-9]{1,3}")
"""A small count that is suppressed ("<5")."""


def reason_of(text: str, marks: Mapping[str, Reason]) -> Reason | None:
    """Return why a cell is missing, or None if its text does not mean that.

    Args:
        text: without spaces around it.
        marks: texts in lower case, and why each means a missing figure.

    >>> reason_of("[c]", MARKS), reason_of("< 5", MARKS), reason_of("12", MARKS)
    (<Reason.SECRET: 2>, <Reason.SECRET: 2>, None)
    """
    folded = text.casefold()
    reason = marks.get(_SPACED.sub(r"\1.\2.", folded) if ". " in folded else folded)
    if reason is None and text[:1] in ("<", "≤") and "*" in marks and _BELOW.fullmatch(text):
        return Reason.SECRET
    return reason


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of one column, one per row of its table.

    Attributes:
        values: float64; NaN is missing.
        reasons: int8 codes of `geo.reasons.Reason`; PRESENT where there is a value.
        notices: observations and decisions, as sentences.
    """

    values: np.ndarray
    reasons: np.ndarray
    notices: tuple[str, ...] = ()
