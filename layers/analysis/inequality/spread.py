"""The spread of bounded figures: shares, scores, yes or no.

Gini and Theil measure amounts. On a bounded figure they depend on its direction: the coefficient of
a score is not that of 100 minus the score. Standard deviation, distance between deciles and shares
of the variance are the same for both.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.inequality.groups import groups_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

_BOUNDED = {
    "percent": (0.0, 100.0),
    "score": (0.0, 100.0),
    "ratio": (0.0, 1.0),
    "boolean": (0.0, 1.0),
}


def bounds_of(indicator: Indicator) -> tuple[float, float] | None:
    """Return the lowest and highest possible value of a bounded figure; None for an amount.

    >>> bounds_of(Indicator("a", "A", "percent")), bounds_of(Indicator("a", "A", "count"))
    ((0.0, 100.0), None)
    """
    low, high = indicator.bounds
    if low is not None and high is not None:
        return float(low), float(high)
    return _BOUNDED.get(indicator.unit)


def measure_spread(atlas: Atlas, indicator_id: str) -> pd.DataFrame:
    """Return the spread of a figure, of all territories and without an interval: nothing is a
    sample.

    Returns:
        Rows `sd` (standard deviation) and `q90-q10` (9th decile less the 1st), in the unit of the
        figure; columns `territories` and `population`, NaN where no population is known.

    Raises:
        InputError: no such indicator, a category, or no figure.
    """
    indicator, values = atlas.indicator(indicator_id), atlas.values[indicator_id]
    if indicator.unit == "category" or values.notna().sum() == 0:
        raise InputError(
            _("{indicator_id} has no figures that spread.", indicator_id=repr(indicator_id))
        )
    columns = {}
    for counted in ("territories", "population"):
        x, weight = _known(atlas, values, people=counted == "population")
        if not weight.sum() > 0:
            columns[counted] = [np.nan, np.nan]
            continue
        low, high = (_quantile(x, weight, share) for share in (0.1, 0.9))
        columns[counted] = [float(np.sqrt(_variance(x, weight))), high - low]
    return pd.DataFrame(columns, index=["sd", "q90-q10"])


def variance_between(atlas: Atlas, indicator_id: str, *, by: str, people: bool = False) -> float:
    """Return the share of the variance that is between groups rather than within them, in percent;
    NaN without variance.

    Args:
        atlas: with the indicator.
        indicator_id: of a figure.
        by: see `groups.groups_of`.
        people: whether territories count by their population.

    Raises:
        InputError: no such indicator or grouping.
    """
    values = atlas.values[atlas.indicator(indicator_id).id]
    groups = groups_of(atlas, by).of
    values = values.where(groups.notna())
    x, weight = _known(atlas, values, people=people)
    codes, _keys = pd.factorize(groups[values.notna()])
    total = np.bincount(codes, weights=weight)
    used = total > 0
    means = np.bincount(codes, weights=weight * x)[used] / total[used]
    whole = _variance(x, weight)
    return 100 * _variance(means, total[used]) / whole if whole > 0 else float("nan")


def _known(atlas: Atlas, values: pd.Series, *, people: bool) -> tuple[np.ndarray, np.ndarray]:
    present = values.notna().to_numpy()
    x = values.to_numpy(dtype="float64")[present]
    if not people:
        return x, np.ones(len(x))
    population = atlas.territories.facts["population"].to_numpy(dtype="float64")[present]
    return x, np.nan_to_num(population)


def _variance(x: np.ndarray, weight: np.ndarray) -> float:
    total = weight.sum()
    if total == 0:
        return float("nan")  # nobody is known to live there
    share = weight / total
    return float((share * (x - (share * x).sum()) ** 2).sum())


def _quantile(x: np.ndarray, weight: np.ndarray, share: float) -> float:
    """Return the least figure that at least this share of the weight does not exceed."""
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(x[order][np.searchsorted(reached, share - 1e-12)])
