"""The figures of a column, and the marks for missing figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.reasons import Reason

MARKS: Mapping[str, Reason] = {
    "": Reason.NOT_PUBLISHED,
    "nd": Reason.NOT_PUBLISHED,
    "n/d": Reason.NOT_PUBLISHED,
    "na": Reason.NOT_PUBLISHED,
    "n/a": Reason.NOT_PUBLISHED,
    "\\n": Reason.NOT_PUBLISHED,
    "s": Reason.SECRET,
    "ns": Reason.SECRET,
    "so": Reason.NOT_APPLICABLE,
}
r"""Marks for a missing figure in official tables, in lower case, and the reason.

INSEE's signs: `s` secret, `ns` not significant, which INSEE writes where too few households
answered to publish a figure; `nd` not available; `so` not applicable. R and statistical offices
write `NA`, databases write `\N`. A dash is not among them: it means zero in some tables and "not
known" in others, and is refused.
"""


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
