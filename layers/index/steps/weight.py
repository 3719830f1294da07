"""Weight: the weight of each element within its dimension.

Given weights are used unchanged. "equal" is one each. "pca" and "effective" are computed from the
normalised scores. They describe the data and not what matters (OECD/JRC Handbook, step 6); a recipe
that uses them has to justify it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _, percent, remark
from zoneblanche.layers.index.recipe.recipe import Aggregate, Dimension
from zoneblanche.layers.index.steps.aggregate import aggregate

_ROUNDING = 1e-12
"""Share of the square of the largest score below which a covariance is rounding."""


@dataclass(frozen=True)
class Weights:
    """Weights of a dimension's children, by id, summing to one, and notices about them."""

    shares: Mapping[str, float]
    notices: tuple[str, ...] = ()


def weigh(scores: pd.DataFrame, dimension: Dimension) -> Weights:
    """Return the weights of a dimension's children.

    Args:
        scores: one column per child, normalised, the good direction up.
        dimension: how its weights are computed.

    Raises:
        InputError: fewer complete rows than indicators for "pca" and "effective".
    """
    if dimension.weighting == "pca":
        return _pca_weights(scores, dimension)
    if dimension.weighting == "effective":
        return _effective_weights(scores, dimension)
    total = sum(dimension.weights.values())
    return Weights({name: weight / total for name, weight in dimension.weights.items()})


@dataclass(frozen=True)
class Components:
    """Principal components of a table's correlation matrix.

    Attributes:
        loadings: one row per column of the table, one column per component, each of length one; the
            sign is such that the loadings of a component do not sum below zero.
        deviations: standard deviation along each component; their squares sum to the number of
            columns.
        rows: complete rows that were used.
    """

    loadings: pd.DataFrame
    deviations: pd.Series
    rows: int

    @property
    def explained(self) -> pd.Series:
        """Share of the variance of each component."""
        variances = self.deviations**2
        return variances / variances.sum()


def principal_components(values: pd.DataFrame) -> Components:
    """Like R's `prcomp(center = TRUE, scale. = TRUE)` on the complete rows.

    Raises:
        InputError: no more complete rows than columns, or a column that is constant in them.
    """
    complete = values.dropna()
    count, width = complete.shape
    if count <= width:
        raise InputError(
            Fault(
                _(
                    "{count} complete rows are too few for the principal components of "
                    "{width} columns.",
                    count=count,
                    width=width,
                ),
                remedy=_("Give weights, or fewer indicators, or impute."),
                kind="too-few-units",
            )
        )
    x = complete.to_numpy("float64")
    deviation = x.std(axis=0, ddof=1)
    if (deviation == 0).any():
        constant = [name for name, flat in zip(values, deviation == 0, strict=True) if flat]
        raise InputError(
            Fault(
                _("{constant} is constant in the complete rows.", constant=first_of(constant)),
                kind="constant",
            )
        )
    z = (x - x.mean(axis=0)) / deviation
    _unused, singular, axes = np.linalg.svd(z, full_matrices=False)
    axes *= np.where(axes.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    names = [f"PC{number + 1}" for number in range(width)]
    return Components(
        loadings=pd.DataFrame(axes.T, index=values.columns, columns=names),
        deviations=pd.Series(singular / np.sqrt(count - 1), index=names),
        rows=count,
    )


def _pca_weights(scores: pd.DataFrame, dimension: Dimension) -> Weights:
    if scores.shape[1] == 1:
        return Weights({str(scores.columns[0]): 1.0})
    components = principal_components(scores)
    first = components.loadings["PC1"]
    # A negative loading would reward a worse figure. The indicator is left out, with a notice.
    against = list(first.index[first < 0])
    shares = first.clip(lower=0.0)
    notices: list[str] = [
        remark(
            _(
                "{dimension}: the first principal component holds {pc1} of the "
                "variance of {shape} elements ({rows} complete rows).",
                dimension=dimension.id,
                pc1=percent(components.explained["PC1"]),
                shape=scores.shape[1],
                rows=components.rows,
            )
        )
    ]
    if against:
        notices.append(
            _(
                "{dimension}: {against} moves against the first component and gets no "
                "weight from it.",
                dimension=dimension.id,
                against=first_of(against),
            )
        )
    return Weights(
        {str(name): float(w) for name, w in (shares / shares.sum()).items()}, tuple(notices)
    )


def effective_shares(
    scores: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    how: Aggregate = "arithmetic",
    power: float = 1.0,
) -> pd.Series:
    """Return the share of each element in the sum of the correlations of all with their aggregate.

    COINr's measure of influence (`get_opt_weights`): Pearson correlations over the rows where both
    are known, divided by their sum.
    """
    score = aggregate(scores, weights, how=how, power=power)
    correlations = _correlations(scores.to_numpy("float64"), score.to_numpy("float64"))
    return pd.Series(correlations / correlations.sum(), index=scores.columns)


def _correlations(columns: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return the Pearson correlation of each column with the score, over the rows where both are
    known."""
    present = ~np.isnan(columns) & ~np.isnan(score)[:, None]
    count = present.sum(axis=0)
    x = np.where(present, columns, 0.0)
    y = np.where(present, score[:, None], 0.0)
    x = np.where(present, x - x.sum(axis=0) / count, 0.0)
    y = np.where(present, y - y.sum(axis=0) / count, 0.0)
    spread = np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    # Of a constant score only rounding is left, which correlates with anything.
    steady = spread <= _ROUNDING * (np.abs(columns[present]).max(initial=1.0) ** 2) * count
    return np.where(steady, np.nan, (x * y).sum(axis=0) / np.where(steady, 1.0, spread))


def _opposed(dimension: Dimension, names: list[str]) -> Fault:
    return Fault(
        _(
            "no weights give the elements of {dimension} the same influence: {names} cancel "
            "each other out, and their mean is constant.",
            dimension=repr(dimension.id),
            names=first_of(names),
        ),
        remedy=_("Give weights, turn the direction of one (better), or leave one out."),
        kind="no-weights",
    )


def _effective_weights(scores: pd.DataFrame, dimension: Dimension) -> Weights:
    """Return weights with which every element has the same influence (`effective_shares`).

    Solved by least squares on the logarithms of the weights; COINr stops its Nelder-Mead search at
    a relative tolerance of 0.1.
    """
    from scipy.optimize import least_squares

    names = [str(name) for name in scores]
    if len(names) == 1:
        return Weights({names[0]: 1.0})
    if len(scores.dropna()) <= len(names):
        raise InputError(
            Fault(
                _(
                    "{count} complete rows are too few to weigh {count_2} columns of "
                    "{dimension} by their influence.",
                    count=len(scores.dropna()),
                    count_2=len(names),
                    dimension=repr(dimension.id),
                ),
                remedy=_("Give weights, or fewer indicators."),
                kind="too-few-units",
            )
        )
    target = 1.0 / len(names)

    def shares_of(logs: np.ndarray) -> dict[str, float]:
        # The last weight is the reference of the others: only their ratios matter.
        powers = np.exp(np.append(logs, 0.0))
        return dict(zip(names, map(float, powers / powers.sum()), strict=True))

    def miss(logs: np.ndarray) -> np.ndarray:
        shares = effective_shares(
            scores, shares_of(logs), how=dimension.aggregate, power=dimension.power
        )
        if not np.isfinite(shares.to_numpy()).all():
            raise InputError(_opposed(dimension, names))
        return shares.to_numpy()[:-1] - target

    # Weights are kept within e⁻⁸ and e⁸ of each other: beyond, an element has no effect.
    start = np.zeros(len(names) - 1)
    fit = least_squares(miss, start, bounds=(-8.0, 8.0), xtol=1e-12, ftol=1e-12, max_nfev=200)
    worst = float(np.abs(fit.fun).max())
    notices: tuple[str, ...] = ()
    if worst > 1e-3:
        notices = (
            _(
                "{dimension}: no weights give every element the same influence; the "
                "nearest leave one {worst} away.",
                dimension=dimension.id,
                worst=percent(worst, digits=1),
            ),
        )
    return Weights(shares_of(fit.x), notices)
