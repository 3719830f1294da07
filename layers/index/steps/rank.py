"""Rank: 1 is the highest score."""

from __future__ import annotations

import pandas as pd


def rank(scores: pd.Series) -> pd.Series:
    """Return the rank of each score: 1 is the highest, ties share the lowest rank, NaN has no rank.

    Scores that differ by less than 1e-9 are a tie with a rounding error: three thirds of 100, and
    one whole.

    >>> rank(pd.Series([10.0, 30.0, float("nan"), 30.0])).tolist()
    [3.0, 1.0, nan, 1.0]
    """
    return scores.round(9).rank(method="min", ascending=False).rename("rank")
