"""Natural cubic splines: curves that are straight beyond their outer knots."""

from __future__ import annotations

import numpy as np

_KNOTS = (
    (500, (0.05, 0.275, 0.5, 0.725, 0.95)),
    (200, (0.05, 0.35, 0.65, 0.95)),
    (100, (0.1, 0.5, 0.9)),
)
"""Quantiles of the knots (Harrell 2015, table 2.3), by the least number of rows."""


def knots_of(x: np.ndarray) -> np.ndarray:
    """Return the knots for a variable: fewer with fewer rows, none for a straight line.

    >>> knots_of(np.arange(1001.0)).tolist()
    [50.0, 275.0, 500.0, 725.0, 950.0]
    >>> knots_of(np.arange(20.0)).tolist()
    []
    """
    quantiles = next((found for least, found in _KNOTS if len(x) >= least), ())
    knots = np.unique(np.quantile(x, quantiles)) if quantiles else np.empty(0)
    return knots if len(knots) >= 3 else np.empty(0)


def natural_spline(x: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Return the columns of a natural cubic spline without its constant: x, and one column for each
    knot but two. Hastie, Tibshirani and Friedman 2009, (5.4) and (5.5).

    Args:
        x: one figure per row.
        knots: in order; none gives x alone.

    >>> natural_spline(np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 2])).round(3).tolist()
    [[0.0, 0.0], [1.0, 0.5], [2.0, 3.0], [3.0, 6.0]]
    """
    if len(knots) < 3:
        return x[:, None]
    last = knots[-1]

    def part(knot: float) -> np.ndarray:
        cubes = np.clip(x - knot, 0, None) ** 3 - np.clip(x - last, 0, None) ** 3
        return cubes / (last - knot)

    end = part(knots[-2])
    return np.column_stack([x, *(part(knot) - end for knot in knots[:-2])])
