"""Measures of inequality: Gini, Theil, Atkinson, ratios, the Lorenz curve.

Each measure counts a territory as one, or as its inhabitants: pass their number as `weights`. NaN
values, and values of unknown weight, are left out. Negative values are refused, because these
measures are not defined for them. If all values are zero, there is nothing to share, and a measure
is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.inequality.logistic import xlogy
from zoneblanche.layers.atlas import Atlas

Values = pd.Series | np.ndarray
Sample = tuple[np.ndarray, np.ndarray]
"""Values in ascending order and their weights."""

Measure = Callable[[np.ndarray, np.ndarray], float]
_NAN = float("nan")


def gini(values: Values, *, weights: Values | None = None) -> float:
    """Gini coefficient, 0 (equal) to 1: Σᵢ Σⱼ wᵢ wⱼ |xᵢ − xⱼ| / (2 W² μ).

    Without weights the greatest value is 1 − 1/n. Gini 1912; population-weighted as in Milanovic
    2005, "concept 2".

    >>> gini(np.array([0.0, 1.0])), gini(np.array([1.0, 3.0]), weights=np.array([3.0, 1.0]))
    (0.5, 0.25)
    """
    return _gini(*sample_of(values, weights))


def theil(values: Values, *, weights: Values | None = None) -> float:
    """Theil's T: Σ sᵢ ln(sᵢ / pᵢ), s the share of the total and p of the weight; Σ sᵢ ln(n sᵢ).

    0 if all are equal, at most ln n; a zero value adds nothing. Theil 1967.

    >>> round(theil(np.array([1.0, 3.0])), 4)
    0.1308
    """
    return _theil(*sample_of(values, weights))


def atkinson(values: Values, *, epsilon: float = 0.5, weights: Values | None = None) -> float:
    """Atkinson's index: 1 − (Σ pᵢ (xᵢ/μ)^(1−ε))^(1/(1−ε)); with ε = 1, 1 − geometric mean/μ.

    ε, above 0, is the weight of a shortfall at the bottom. With ε ≥ 1 one value of zero makes it 1.
    Atkinson 1970.

    >>> round(atkinson(np.array([1.0, 3.0]), epsilon=1), 4)
    0.134
    """
    if not epsilon > 0:
        raise InputError(
            _("Atkinson's epsilon is {epsilon}; it must be above 0.", epsilon=f"{epsilon:g}")
        )
    return _atkinson(*sample_of(values, weights), epsilon=epsilon)


def share_ratio(
    values: Values, *, top: float = 0.1, bottom: float = 0.4, weights: Values | None = None
) -> float:
    """The share of the top over the share of the bottom; Palma's ratio by default.

    (1 − L(1 − top)) / L(bottom) on the Lorenz curve L; NaN if the bottom has nothing. Palma 2011;
    Cobham and Sumner 2013.

    >>> share_ratio(np.array([1.0, 1, 1, 1, 1, 1, 1, 1, 1, 4]))
    1.0
    """
    _check_shares(top, bottom)
    return _share_ratio(*sample_of(values, weights), top=top, bottom=bottom)


def quantile_ratio(
    values: Values, *, top: float = 0.9, bottom: float = 0.1, weights: Values | None = None
) -> float:
    """One quantile over another; P90/P10 by default. NaN if the lower one is zero.

    A quantile is the lowest value at which the weight reaches its share.

    >>> quantile_ratio(np.arange(1.0, 11))
    9.0
    """
    _check_shares(top, bottom)
    return _quantile_ratio(*sample_of(values, weights), top=top, bottom=bottom)


def lorenz_curve(
    values: Values, *, weights: Values | None = None, points: int | None = None
) -> pd.DataFrame:
    """The Lorenz curve: `weight_share` (the poorest share) and its `value_share`.

    From (0, 0) to (1, 1); one row per value, or `points` evenly spaced rows interpolated on it.
    Lorenz 1905.

    >>> lorenz_curve(np.array([3.0, 1.0])).value_share.tolist()
    [0.0, 0.25, 1.0]
    """
    x, weight = sample_of(values, weights)
    if not (x * weight).sum() > 0:
        raise InputError(_("all values are zero: shares of the total cannot be computed."))
    at, cumulated = _lorenz(x, weight)
    if points is not None:
        if points < 2:
            raise InputError(_("a curve of {points} points; it needs at least 2.", points=points))
        even = np.linspace(0, 1, points)
        at, cumulated = even, np.interp(even, at, cumulated)
    return pd.DataFrame({"weight_share": at, "value_share": cumulated})


@dataclass(frozen=True)
class Inequality:
    """Every measure of one indicator, counting territories and counting people.

    Attributes:
        indicator: its id.
        table: one row per measure and weighting (index levels `measure` and `counted`, the latter
            `territories` or `population`); `value`, and `low`, `high`, the bootstrap interval.
        territories: number of territories with a value.
        missing: number of those without, which are left out.
        level, draws, seed: of the intervals.
    """

    indicator: str
    table: pd.DataFrame
    territories: int
    missing: int
    level: float
    draws: int
    seed: int


def measure_inequality(
    atlas: Atlas, indicator_id: str, *, draws: int = 499, seed: int = 0, level: float = 0.9
) -> Inequality:
    """Return all measures of an indicator, each with its bootstrap interval; NaN if inhabitants are
    to be counted and no territory has a population.

    The interval is the percentile interval over territories drawn with replacement (Efron 1979).
    All territories are measured, so it does not describe sampling, but how much the figure depends
    on which territories there are.

    Args:
        atlas: with the indicator and the populations.
        indicator_id: of a figure that cannot be negative, and is not a category.
        draws: bootstrap samples; 0 leaves the bounds NaN.
        seed: of the draws.
        level: of the interval: 0.9 gives its 5 % and 95 % ends.

    Raises:
        InputError: no such indicator, a category, negative values, no known value.
    """
    indicator = atlas.indicator(indicator_id)
    if indicator.unit == "category":
        raise InputError(
            _(
                "{indicator_id} is a category: its codes cannot be unequal.",
                indicator_id=repr(indicator_id),
            )
        )
    values = atlas.values.loc[:, indicator_id]
    rows: dict[tuple[str, str], tuple[float, float, float]] = {}
    for counted in ("territories", "population"):
        people = atlas.territories.facts["population"] if counted == "population" else None
        if people is not None and not people[values.notna()].sum() > 0:
            rows |= {(name, counted): (np.nan, np.nan, np.nan) for name in MEASURES}
            continue
        sample = sample_of(values, people)
        drawn = _bootstrap(sample, draws=draws, seed=seed)
        for name, measure in MEASURES.items():
            low, high = _interval(drawn[name], level)
            rows[name, counted] = (measure(*sample), low, high)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    table.index = pd.MultiIndex.from_tuples(table.index, names=["measure", "counted"])
    count = int(values.notna().sum())
    return Inequality(
        indicator=indicator_id,
        table=table,
        territories=count,
        missing=len(values) - count,
        level=level,
        draws=draws,
        seed=seed,
    )


def lorenz_table(atlas: Atlas, indicator_id: str, *, points: int = 101) -> pd.DataFrame:
    """The Lorenz curves of an indicator: what the lowest `share_percent` hold, of territories
    (`held_territories_percent`) and of people (`held_people_percent`).

    Raises:
        InputError: see `lorenz_curve`.
    """
    values, people = atlas.values[indicator_id], atlas.territories.facts["population"]
    of_all = lorenz_curve(values, points=points)
    of_people = lorenz_curve(values, weights=people, points=points)
    return pd.DataFrame(
        {
            "share_percent": 100 * of_all["weight_share"],
            "held_territories_percent": 100 * of_all["value_share"],
            "held_people_percent": 100 * of_people["value_share"],
        }
    )


def bootstrap_interval(
    measure: Measure,
    values: Values,
    *,
    weights: Values | None = None,
    draws: int = 499,
    seed: int = 0,
    level: float = 0.9,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a measure of ascending values and their weights."""
    drawn = _bootstrap(sample_of(values, weights), draws=draws, seed=seed, measures={"it": measure})
    return _interval(drawn["it"], level)


def sample_of(values: Values, weights: Values | None) -> Sample:
    """Return the known values in ascending order, and their weights (ones if not given).

    Raises:
        InputError: no known value, negative or infinite values or weights, weights that are all
            zero or of another length.
    """
    x = np.asarray(values, dtype="float64")
    weight = np.ones(len(x)) if weights is None else np.asarray(weights, dtype="float64")
    if len(weight) != len(x):
        raise InputError(
            _(
                "{count} values and {count_2} weights; give one weight a value.",
                count=len(x),
                count_2=len(weight),
            )
        )
    present = ~np.isnan(x) & ~np.isnan(weight)
    x, weight = x[present], weight[present]
    for numbers, what in ((x, _("values")), (weight, _("weights"))):
        wrong = (numbers < 0) | np.isinf(numbers)
        if wrong.any():
            raise InputError(
                Fault(
                    _(
                        "{wrong} of {count} {what} are negative or infinite (first: {numbers}).",
                        wrong=wrong.sum(),
                        count=len(numbers),
                        what=what,
                        numbers=f"{numbers[wrong][0]:g}",
                    ),
                    remedy=_("Inequality is measured of amounts: shift, or choose another figure."),
                )
            )
    if not weight.sum() > 0:
        raise InputError(_("no value is known, or none has a weight: there is nothing to compare."))
    order = np.argsort(x, kind="stable")
    return x[order], weight[order]


def _bootstrap(
    sample: Sample, *, draws: int, seed: int, measures: dict[str, Measure] | None = None
) -> dict[str, np.ndarray]:
    """Return each measure on samples of territories with replacement: the order stays, weights
    change."""
    measures = MEASURES if measures is None else measures
    x, weight = sample
    rng = np.random.default_rng(seed)
    figures = {name: np.full(draws, np.nan) for name in measures}
    for draw in range(draws):
        counts = np.bincount(rng.integers(len(x), size=len(x)), minlength=len(x))
        drawn = weight * counts
        if drawn.sum() > 0:
            for name, measure in measures.items():
                figures[name][draw] = measure(x, drawn)
    return figures


def _interval(drawn: np.ndarray, level: float) -> tuple[float, float]:
    observed = drawn[~np.isnan(drawn)]
    if not len(observed):
        return _NAN, _NAN
    tail = (1 - level) / 2
    low, high = np.quantile(observed, [tail, 1 - tail])
    return float(low), float(high)


def _gini(x: np.ndarray, weight: np.ndarray) -> float:
    total, amount = weight.sum(), (weight * x).sum()
    if not amount > 0:
        return _NAN
    rank = 2 * np.cumsum(weight) - weight - total
    return max(float((weight * x * rank).sum() / (total * amount)), 0.0)


def _theil(x: np.ndarray, weight: np.ndarray) -> float:
    total, amount = weight.sum(), (weight * x).sum()
    if not amount > 0:
        return _NAN
    relative = x * total / amount
    return max(float((weight * xlogy(relative, relative)).sum() / total), 0.0)


def _atkinson(x: np.ndarray, weight: np.ndarray, *, epsilon: float) -> float:
    total, amount = weight.sum(), (weight * x).sum()
    if not amount > 0:
        return _NAN
    weighted = weight > 0
    relative, share = x[weighted] * total / amount, weight[weighted] / total
    if epsilon >= 1 and (relative == 0).any():
        return 1.0
    if epsilon == 1:
        even = np.exp((share * np.log(relative)).sum())
    else:
        even = (share * relative ** (1 - epsilon)).sum() ** (1 / (1 - epsilon))
    return min(max(float(1 - even), 0.0), 1.0)


def _lorenz(x: np.ndarray, weight: np.ndarray) -> Sample:
    at = np.concatenate([[0.0], np.cumsum(weight)])
    cumulated = np.concatenate([[0.0], np.cumsum(weight * x)])
    return at / at[-1], cumulated / cumulated[-1]


def _share_ratio(x: np.ndarray, weight: np.ndarray, *, top: float, bottom: float) -> float:
    if not (weight * x).sum() > 0:
        return _NAN
    below, above = np.interp([bottom, 1 - top], *_lorenz(x, weight))
    return float((1 - above) / below) if below > 0 else _NAN


def _quantile_ratio(x: np.ndarray, weight: np.ndarray, *, top: float, bottom: float) -> float:
    reached = np.cumsum(weight)
    # A share that a sum misses by its last bit only counts as reached.
    wanted = np.array([bottom, top]) * reached[-1] * (1 - 1e-12)
    low, high = x[np.minimum(np.searchsorted(reached, wanted), len(x) - 1)]
    return float(high / low) if low > 0 else _NAN


def _check_shares(top: float, bottom: float) -> None:
    if not (0 < top < 1 and 0 < bottom < 1):
        raise InputError(
            _(
                "shares of {top} and {bottom}; both must lie between 0 and 1.",
                top=f"{top:g}",
                bottom=f"{bottom:g}",
            )
        )


MEASURES: dict[str, Measure] = {
    "gini": _gini,
    "theil": _theil,
    "atkinson-0.5": partial(_atkinson, epsilon=0.5),
    "palma": partial(_share_ratio, top=0.1, bottom=0.4),
    "p90-p10": partial(_quantile_ratio, top=0.9, bottom=0.1),
}
"""The measures of `measure_inequality`, by name."""
