"""Rank: 1 is the highest score."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata


def rank(scores: pd.Series) -> pd.Series:
    """Rank of each score, 1 being the highest; ties share the least; NaN has no rank.

    >>> rank(pd.Series([10.0, 30.0, float("nan"), 30.0])).tolist()
    [3.0, 1.0, nan, 1.0]
    """
    known = scores.notna().to_numpy()
    ranks = np.full(len(scores), np.nan)
    ranks[known] = rankdata(-scores.to_numpy("float64")[known], method="min")
    return pd.Series(ranks, index=scores.index, name="rank")
