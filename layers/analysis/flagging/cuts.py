"""The value at which a condition divides territories, and which are on one side for certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

_DIGITS = 9


@dataclass(frozen=True)
class Cut:
    """The value at which a fixed threshold, or a quantile of a reference, divides an indicator.

    Attributes:
        op, value: a value is on the chosen side if `value_of_it op value`; `value` is NaN if no
            territory can be chosen because all are equal.
        share: share of the reference on the chosen side, 0 to 1 (NaN for a fixed threshold).
        territories: number of territories of the reference (0 for a fixed threshold).
    """

    op: Literal["<", "<=", ">", ">="]
    value: float
    share: float = float("nan")
    territories: int = 0

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Return whether each value is on the chosen side; False for NaN."""
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        return compare[self.op](np.round(values, _DIGITS), round(self.value, _DIGITS))

    @property
    def chooses_high(self) -> bool:
        """Whether the high values are chosen."""
        return self.op in (">", ">=")


def quantile_cut(
    values: np.ndarray,
    *,
    quantile: float,
    low_is_chosen: bool,
    weights: np.ndarray | None = None,
) -> Cut:
    """Return where the extreme `quantile` of a reference ends. Ties are never split.

    Territories are taken value by value from the chosen end; equal ones (to nine decimals) come
    together. The chosen set is the one whose share of the reference is nearest to `quantile` (the
    larger of two equally near). It always contains those at the extreme value, because none can be
    worse, unless all are equal: then it is empty. With distinct values this is the usual quantile
    to within one territory. The worst quartile of a boolean is every territory at its worse value.

    Args:
        values: float, one per territory of the reference; NaN is outside it.
        quantile: share, 0 to 1.
        low_is_chosen: whether the low values are the extreme in question.
        weights: people (or another weight), same length; None counts each territory as one. A
            territory of unknown weight is outside the reference.

    >>> quantile_cut(np.array([1.0, 2, 3, 4]), quantile=0.25, low_is_chosen=True)
    Cut(op='<=', value=1.0, share=0.25, territories=4)
    >>> quantile_cut(np.array([0.0, 1, 1, 1, 1]), quantile=0.25, low_is_chosen=True)
    Cut(op='<=', value=0.0, share=0.2, territories=5)
    """
    op: Literal["<=", ">="] = "<=" if low_is_chosen else ">="
    counted = np.ones(len(values)) if weights is None else weights
    present = ~np.isnan(values) & ~np.isnan(counted)
    steps, place = np.unique(np.round(values[present], _DIGITS), return_inverse=True)
    total = counted[present].sum()
    if len(steps) < 2 or not total > 0:
        return Cut(op, float("nan"), 0.0, int(present.sum()))
    mass = np.bincount(place, weights=counted[present]) / total
    share = np.cumsum(mass if low_is_chosen else mass[::-1])[:-1]
    distance = np.round(np.abs(share - quantile), 12)
    chosen = len(share) - 1 - int(np.argmin(distance[::-1]))
    value = steps[chosen] if low_is_chosen else steps[::-1][chosen]
    return Cut(op, float(value), float(share[chosen]), int(present.sum()))


def sides_of(
    cut: Cut, values: np.ndarray, interval: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return which territories are on the chosen side of a cut: for certain, and possibly.

    Without an interval every value is exact. With one, a territory is certainly on a side if its
    value, its rank and both ends of its rank interval are; a territory without an interval is
    exact.

    Args:
        cut: of the values.
        values: float; NaN is on neither side.
        interval: same length; `rank_low` and `rank_high`, in either order, and `rank` if the ranks
            count more territories than these. Rank 1 is the highest value.

    Returns:
        Two boolean arrays: certainly, and possibly (which includes certainly).
    """
    holds = cut.holds(values)
    if interval is None or not {"rank_low", "rank_high"} <= set(interval.columns):
        return holds, holds
    ranks = pd.Series(values).rank(ascending=False, method="min").to_numpy()
    if "rank" in interval:
        # Ranks of the whole country, if the atlas is a part of it.
        ranks = interval["rank"].to_numpy(dtype="float64")
    below = (~holds if cut.chooses_high else holds) & ~np.isnan(values) & ~np.isnan(ranks)
    boundary = np.min(ranks[below]) if below.any() else np.inf
    ends = interval[["rank_low", "rank_high"]].to_numpy(dtype="float64")
    ends = np.where(np.isnan(ends), ranks[:, None], ends)
    above = ends < boundary
    inside = above if cut.chooses_high else ~above
    present = ~np.isnan(values)
    return holds & inside.all(axis=1), present & (holds | inside.any(axis=1))


CERTAIN, POSSIBLE = 0.9, 0.1
"""Shares of the draws from which a count is certainly, and possibly, on the chosen side."""


def sides_by_draws(
    cut: Cut, values: np.ndarray, interval: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return `sides_of`, or what the draws say of a count: the columns `at_least_1`, `at_least_2`
    of its interval are shares of the draws.

    A count is certainly on the chosen side if `CERTAIN` of the draws are, even if the figures
    themselves are not, and possibly if `POSSIBLE` are.
    """
    name = f"at_least_{cut.value:g}"
    if cut.op != ">=" or interval is None or name not in interval:
        return sides_of(cut, values, interval)
    share = interval[name].to_numpy(dtype="float64")
    certainty = np.where(np.isnan(share), cut.holds(values).astype("float64"), share)
    present = ~np.isnan(values)
    return present & (certainty >= CERTAIN), present & (certainty >= POSSIBLE)
