"""Copeland's method: a unit scores the number of units that it beats, minus those that beat it.

One unit beats another if the weights of the indicators on which it is higher exceed those on which
it is lower (Munda & Nardo 2009). This depends on the pair and not on the order in each indicator,
so every pair is compared: n²·k comparisons, in numpy for few units and compiled for many. Units
with the same figures are combined first.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

FEW = 3000
"""Maximum number of distinct units for which numpy is fast enough."""

_TIE = 1e-9
"""Weights are shares of one; margins below this are ties with a rounding error."""


def copeland(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return wins minus losses of each row against all others, between −(n − 1) and n − 1.

    An indicator that one of a pair lacks is left out for that pair. COINr 1.1.14 gives the same
    figures without missing values; it loops over the pairs in R.

    Args:
        x: (units, indicators) float64; NaN is missing. Rows without any figure are NaN.
        weights: (indicators,) ≥ 0, summing to one.
    """
    comparable = ~np.isnan(x).all(axis=1)
    # Dense ranks compare like the figures, and fit into float32 without rounding.
    ranks = np.full(x.shape, np.nan, dtype="float32")
    for column in range(x.shape[1]):
        present = ~np.isnan(x[:, column])
        _, places = np.unique(x[present, column], return_inverse=True)
        ranks[present, column] = places
    filled = np.where(np.isnan(ranks[comparable]), np.float32(-1), ranks[comparable])
    rows, back, counts = np.unique(filled, axis=0, return_inverse=True, return_counts=True)
    rows = np.ascontiguousarray(np.where(rows < 0, np.float32(np.nan), rows).T)
    count = counts.astype("float64")
    if rows.shape[1] <= FEW:
        scores = _in_numpy(rows, weights, count)
    else:
        scores = _compiled(rows, weights, count)
    out = np.full(len(x), np.nan)
    out[comparable] = scores[back.ravel()]
    return out


def _in_numpy(rows: np.ndarray, weights: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`rows` is (indicators, units)."""
    scores = np.empty(rows.shape[1])
    for start in range(0, rows.shape[1], 256):
        block = rows[:, start : start + 256]
        margin = np.zeros((block.shape[1], rows.shape[1]))
        for mine, others, weight in zip(block, rows, weights, strict=True):
            ahead = np.sign(mine[:, None] - others[None, :])
            margin += weight * np.where(np.isnan(ahead), 0.0, ahead)
        won = np.where(np.abs(margin) < _TIE, 0.0, np.sign(margin))
        scores[start : start + 256] = won @ count
    return scores


def _compiled(rows: np.ndarray, weights: np.ndarray, count: np.ndarray) -> np.ndarray:
    from zoneblanche.layers.index.uncertainty.drawing.kernels import pairwise_wins

    units = rows.shape[1]
    scores = np.empty(units)
    parts = [(start, min(start + 512, units)) for start in range(0, units, 512)]

    def run(part: tuple[int, int]) -> None:
        pairwise_wins(rows, weights, count, *part, _TIE, scores)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, parts))
    return scores
