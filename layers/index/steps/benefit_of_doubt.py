"""Benefit of the doubt: each unit is weighed so that it looks its best.

The score is the largest weighted sum that weights ≥ 0 can give the unit while giving no unit more
than 1 (Cherchye, Moesen, Rogge & Van Puyenbroeck 2007): a linear programme a unit. All have the
same constraints, so with few indicators the corners of that region are listed once and every unit
takes its best corner; with more, the programmes are solved one by one, on constraints that bind.
"""

from __future__ import annotations

import numpy as np

CORNERS = 6
"""Most indicators for which the corners are listed: their number grows fast with more."""


def benefit_of_doubt(x: np.ndarray) -> np.ndarray:
    """Scores between 0 and 1; at least one unit has 1.

    A missing figure gives its unit no credit: it counts as 0 in the unit's sum.

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
    """The rows that no other row equals or exceeds everywhere: only they can bind.

    A row's sum is never below that of a row it dominates, so candidates come by falling sum.
    """
    left = rows[np.argsort(-rows.sum(axis=1), kind="stable")]
    kept = []
    while len(left):
        kept.append(left[0])
        left = left[(left > left[0]).any(axis=1)]
    return np.stack(kept)


def _corners(best: np.ndarray) -> np.ndarray:
    """Corners of {w ≥ 0, best · w ≤ 1}."""
    from scipy.spatial import HalfspaceIntersection

    width = best.shape[1]
    halfspaces = np.vstack(
        [
            np.hstack([best, -np.ones((len(best), 1))]),
            np.hstack([-np.eye(width), np.zeros((width, 1))]),
        ]
    )
    inside = np.full(width, 0.5 / best.sum(axis=1).max())
    found = HalfspaceIntersection(halfspaces, inside).intersections
    found = np.maximum(found, 0.0)
    return found / np.maximum((best @ found.T).max(axis=0), 1.0)[:, None]


def _programmes(rows: np.ndarray, best: np.ndarray) -> np.ndarray:
    """One linear programme a row; constraints are added as they are broken."""
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
