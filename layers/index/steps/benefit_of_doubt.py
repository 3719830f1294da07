"""Benefit of the doubt: each unit has the weights that give it its best score.

The score is the largest weighted sum with weights ≥ 0 that give no unit more than 1 (Cherchye,
Moesen, Rogge & Van Puyenbroeck 2007): one linear programme per unit. All programmes have the same
constraints. With few indicators, the vertices of the region are listed once, and every unit takes
its best vertex. With more, the programmes are solved one by one, on constraints that bind.
"""

from __future__ import annotations

import numpy as np

CORNERS = 6
"""Maximum number of indicators for which the vertices are listed; their number grows fast."""


def benefit_of_doubt(x: np.ndarray) -> np.ndarray:
    """Return scores between 0 and 1; at least one unit has 1.

    A missing figure counts as 0 in the sum of its unit.

    Args:
        x: (units, indicators) float64, ≥ 0; NaN is missing.
    """
    figures = np.where(np.isnan(x), 0.0, x)
    top = figures.max(axis=0)
    figures = figures[:, top > 0] / top[top > 0]
    if not figures.shape[1]:
        return np.zeros(len(x))
    rows, back = np.unique(figures, axis=0, return_inverse=True)
    best = _undominated(rows)
    if rows.shape[1] == 1:
        scores = rows[:, 0]
    elif rows.shape[1] <= CORNERS:
        scores = (rows @ _corners(best).T).max(axis=1)
    else:
        scores = _programmes(rows, best)
    return np.minimum(scores, 1.0)[back.ravel()]


def _undominated(rows: np.ndarray) -> np.ndarray:
    """Return the rows that no other row equals or exceeds everywhere: only they can bind.

    The sum of a row is never below that of a row it dominates, so candidates are tried by falling
    sum.
    """
    left = rows[np.argsort(-rows.sum(axis=1), kind="stable")]
    kept = []
    while len(left):
        kept.append(left[0])
        left = left[(left > left[0]).any(axis=1)]
    return np.stack(kept)


def _corners(best: np.ndarray) -> np.ndarray:
    """Return the vertices of {w ≥ 0, best · w ≤ 1}."""
    from scipy.spatial import HalfspaceIntersection

    width = best.shape[1]
    halfspaces = np.vstack(
        [
            np.hstack([best, -np.ones((len(best), 1))]),
            np.hstack([-np.eye(width), np.zeros((width, 1))]),
        ]
    )
    inside = np.full(width, 0.5 / best.sum(axis=1).max())
    corners = HalfspaceIntersection(halfspaces, inside).intersections
    corners = np.maximum(corners, 0.0)
    return corners / np.maximum((best @ corners.T).max(axis=0), 1.0)[:, None]


def _programmes(rows: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Solve one linear programme per row; constraints are added as they are violated."""
    from scipy.optimize import linprog

    binding = list(dict.fromkeys(int(place) for place in best.argmax(axis=0)))
    scores = np.empty(len(rows))
    for number, row in enumerate(rows):
        while True:
            solved = linprog(-row, A_ub=best[binding], b_ub=np.ones(len(binding)), method="highs")
            sums = best @ solved.x
            worst = int(sums.argmax())
            if sums[worst] <= 1.0 + 1e-9 or worst in binding:
                break
            binding.append(worst)
        scores[number] = -solved.fun
    return scores
