"""A logistic fit by iteratively reweighted least squares, of a yes or no, or of a share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _

MOST_ITERATIONS = 50
_ENOUGH = 1e-10
_SEPARATED = 1e10
"""With standardised columns, a condition number beyond this means that the likelihood increases
forever along some direction."""


@dataclass(frozen=True)
class LogisticFit:
    """P(y) = 1 / (1 + exp(−X b)).

    Attributes:
        coefficients, errors: b, and its standard errors, robust to a misspecified variance (Huber
            and White), which shares need.
        fitted: P for each row, 0 to 1.
        deviance, null_deviance: of the fit, and of a constant.
        iterations: their number.
    """

    coefficients: np.ndarray
    errors: np.ndarray
    fitted: np.ndarray
    deviance: float
    null_deviance: float
    iterations: int

    @property
    def explained(self) -> float:
        """Share of the null deviance that the fit explains (McFadden's R² for a yes or no)."""
        return 1 - self.deviance / self.null_deviance


def fit_logistic(y: np.ndarray, x: np.ndarray) -> LogisticFit:
    """Maximum (quasi-)likelihood fit. McCullagh and Nelder 1989; shares: Papke and Wooldridge 1996.

    Args:
        y: 0 to 1, without NaN.
        x: one row per y, one column per variable; a constant is added as the first column.

    Raises:
        InputError: fewer rows than coefficients, all y equal, columns that depend on each other,
            or y that the columns separate completely, so that no finite coefficient fits best.

    >>> y = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
    >>> fit_logistic(y, np.arange(6.0)[:, None]).coefficients.round(4).tolist()
    [-3.0351, 1.214]
    """
    if len(y) <= x.shape[1] + 1 or not (x.std(axis=0) > 0).all():
        raise InputError(
            _(
                "a fit on {shape} variables needs more than {count} rows, or rows that differ.",
                shape=x.shape[1],
                count=len(y),
            )
        )
    centre, spread = x.mean(axis=0), x.std(axis=0)
    if np.ptp(y) == 0:
        raise InputError(
            _(
                "all {count} values are {y}: there is nothing to explain.",
                count=len(y),
                y=f"{y[0]:g}",
            )
        )
    # Standardised columns keep the equations well conditioned; undone below.
    design = np.column_stack([np.ones(len(y)), (x - centre) / spread])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(_("the variables of the fit determine each other: leave one out."))
    b, iterations = _iterate(y, design)
    fitted = expit(design @ b)
    bread = np.linalg.inv(_information(design, fitted))
    scores = design * (y - fitted)[:, None]
    covariance = bread @ (scores.T @ scores) @ bread
    undo = np.diag(np.concatenate([[1.0], 1 / spread]))
    undo[0, 1:] = -centre / spread
    return LogisticFit(
        coefficients=undo @ b,
        errors=np.sqrt(np.diag(undo @ covariance @ undo.T)),
        fitted=fitted,
        deviance=_deviance(y, fitted),
        null_deviance=_deviance(y, np.full(len(y), y.mean())),
        iterations=iterations,
    )


def _iterate(y: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, int]:
    b = np.zeros(design.shape[1])
    b[0] = np.log(y.mean() / (1 - y.mean()))
    for iteration in range(1, MOST_ITERATIONS + 1):
        fitted = expit(design @ b)
        information = _information(design, fitted)
        if np.linalg.cond(information) > _SEPARATED:
            break
        step = np.linalg.solve(information, design.T @ (y - fitted))
        b = b + step
        if np.abs(step).max() < _ENOUGH * (1 + np.abs(b).max()):
            return b, iteration
    raise InputError(
        _(
            "no logistic curve fits best ({most_iterations} steps): the variables "
            "separate the zeros from the ones. Use the comparison with peers, or "
            "more territories.",
            most_iterations=MOST_ITERATIONS,
        )
    )


def _information(design: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    return (design * (fitted * (1 - fitted))[:, None]).T @ design


def _deviance(y: np.ndarray, fitted: np.ndarray) -> float:
    """2 Σ [y ln(y/P) + (1 − y) ln((1 − y)/(1 − P))]; the terms of y = 0 and y = 1 vanish."""
    chance_yes, chance_no = np.clip(fitted, 1e-300, None), np.clip(1 - fitted, 1e-300, None)
    terms = xlogy(y, y / chance_yes) + xlogy(1 - y, (1 - y) / chance_no)
    return float(2 * terms.sum())


def expit(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(−x)) without overflow; importing scipy's takes longer than the fit."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def xlogy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x · ln y, and 0 where x is 0."""
    zero = x == 0
    return np.where(zero, 0.0, x * np.log(np.where(zero, 1.0, y)))
