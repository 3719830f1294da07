"""What a column of figures becomes, and the marks that stand for a missing one."""

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
r"""What stands for a figure in official tables, in lower case, and why it is missing.

INSEE's signs: `s` secret, `ns` not significant, which INSEE writes where too few households answer
for a figure to be given out; `nd` not available; `so` not applicable. `NA` is what R and statistics
offices write, `\N` what databases do. A dash is not among them: it stands for nought in some
tables and for "not known" in others, and is refused.
"""


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of one column, one for each row of its table.

    Attributes:
        values: float64; NaN is missing.
        reasons: int8 codes of `geo.reasons.Reason`; PRESENT where there is a value.
        notices: what was found and decided, as sentences.
    """

    values: np.ndarray
    reasons: np.ndarray
    notices: tuple[str, ...] = ()
