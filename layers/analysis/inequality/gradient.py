"""How an indicator changes with density, or with size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.inequality.groups import BAND_EDGES
from zoneblanche.layers.analysis.inequality.spread import bounds_of
from zoneblanche.layers.atlas import Atlas

DENSITY_EDGES = (0, 10, 30, 100, 300, 1500)
"""Lower limits of the bands of density, in inhabitants per km². 30: ANCT's very sparse communes;
300 and 1,500: the urban cluster and the urban centre of the degree of urbanisation."""

Along = Literal["density", "population"]


@dataclass(frozen=True)
class Gradient:
    """An indicator along density or population.

    Attributes:
        indicator, along: the indicator, and the variable.
        bands: one row per band, from the sparsest or smallest: `from_`, `to` (NaN for the open
            last), `territories`, `population`, `mean` (weighted by the indicator's denominator),
            `plain_mean` (each territory as one).
        spearman, p: rank correlation, and its two-sided p.
        per_doubling: least-squares change of the indicator, in its unit, each time density or
            population doubles.
        per_doubling_error: its standard error, robust to unequal variance (White 1980).
        concentration: 2 cov(x, R)/μ, R the position among people from the sparsest on, −1 to 1:
            above 0 if people in denser (larger) territories have more. Wagstaff, Paci and van
            Doorslaer 1991. NaN for an indicator with negative values or a mean of zero.
        erreygers: 8 cov(x, R)/(highest − lowest possible value), for a bounded indicator, −1 to 1;
            its complement has the opposite sign and the same size. Erreygers 2009. NaN for amounts.
        territories: number of territories with a value and people.
    """

    indicator: str
    along: Along
    bands: pd.DataFrame
    spearman: float
    p: float
    per_doubling: float
    per_doubling_error: float
    concentration: float
    erreygers: float
    territories: int


def measure_gradient(atlas: Atlas, indicator_id: str, *, along: Along = "density") -> Gradient:
    """Return the gradient of an indicator.

    Territories without a value, an area (for density) or inhabitants are left out.

    Raises:
        InputError: no such indicator, a category, or fewer than three territories that differ.
    """
    indicator = atlas.indicator(indicator_id)
    if indicator.unit == "category":
        raise InputError(
            _(
                "{indicator_id} is a category: it neither rises nor falls.",
                indicator_id=repr(indicator_id),
            )
        )
    facts = atlas.territories.facts
    people = facts["population"]
    place = people / facts["area_km2"] if along == "density" else people
    values = atlas.values.loc[:, indicator_id]
    present = values.notna() & (place > 0) & np.isfinite(place)
    x, at, count = values[present].to_numpy(), place[present].to_numpy(), people[present].to_numpy()
    if len(x) < 3 or np.ptp(at) == 0 or np.ptp(x) == 0:
        raise InputError(
            _(
                "{indicator_id} is known for {count} territories with inhabitants, or "
                "does not vary with {along}: a gradient needs three that differ.",
                indicator_id=repr(indicator_id),
                count=len(x),
                along=along,
            )
        )
    rho = stats.spearmanr(at, x)
    slope, error = _slope(np.log2(at), x)
    denominator = atlas.weight_of(indicator)[present].to_numpy(dtype="float64")
    edges = DENSITY_EDGES if along == "density" else BAND_EDGES
    return Gradient(
        indicator=indicator_id,
        along=along,
        bands=_bands(x, at, count, denominator, edges),
        spearman=float(rho.statistic),
        p=float(rho.pvalue),
        per_doubling=slope,
        per_doubling_error=error,
        concentration=concentration_index(x, order=at, weights=count),
        erreygers=erreygers_index(x, order=at, weights=count, bounds=bounds_of(indicator)),
        territories=len(x),
    )


def concentration_index(x: np.ndarray, *, order: np.ndarray, weights: np.ndarray) -> float:
    """2 cov(x, R)/μ with weights; equal `order` shares the middle position. NaN if μ is not above
    0.

    With `order` = x it is the Gini coefficient.

    >>> one = np.ones(3)
    >>> round(concentration_index(np.array([2.0, 4, 6]), order=np.array([3, 2, 1]), weights=one), 4)
    -0.2222
    """
    if (x < 0).any() or not (weights * x).sum() > 0:
        return float("nan")
    mean = (weights * x).sum() / weights.sum()
    return 2 * _covariance(x, order, weights) / float(mean)


def erreygers_index(
    x: np.ndarray,
    *,
    order: np.ndarray,
    weights: np.ndarray,
    bounds: tuple[float, float] | None,
) -> float:
    """8 cov(x, R)/(high − low) with weights, R as in `concentration_index`; NaN without bounds.

    >>> x, one, at = np.array([0.0, 1, 1]), np.ones(3), np.array([1, 2, 3])
    >>> round(erreygers_index(x, order=at, weights=one, bounds=(0, 1)), 4)
    0.8889
    >>> round(erreygers_index(1 - x, order=at, weights=one, bounds=(0, 1)), 4)
    -0.8889
    """
    if bounds is None:
        return float("nan")
    return 8 * _covariance(x, order, weights) / (bounds[1] - bounds[0])


def _covariance(x: np.ndarray, order: np.ndarray, weights: np.ndarray) -> float:
    """Return the covariance of figures and the position among people in that order."""
    _unused, group = np.unique(order, return_inverse=True)
    group_weight = np.bincount(group, weights=weights)
    middle = (np.cumsum(group_weight) - group_weight / 2)[group] / weights.sum()
    share = weights / weights.sum()
    return float((share * (x - (share * x).sum()) * (middle - 0.5)).sum())


def _slope(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the least-squares slope of y on x, and its heteroscedasticity-robust standard
    error."""
    dx = x - x.mean()
    slope = (dx * y).sum() / (dx**2).sum()
    rest = y - y.mean() - slope * dx
    return float(slope), float(np.sqrt(((dx * rest) ** 2).sum()) / (dx**2).sum())


def _bands(
    x: np.ndarray,
    at: np.ndarray,
    people: np.ndarray,
    denominator: np.ndarray,
    edges: tuple[int, ...],
) -> pd.DataFrame:
    rows = []
    band = np.searchsorted(edges, at, side="right")
    for place, low in enumerate(edges, start=1):
        inside = band == place
        weight = np.nan_to_num(denominator[inside])
        rows.append(
            {
                "from_": float(low),
                "to": float(edges[place]) if place < len(edges) else np.nan,
                "territories": int(inside.sum()),
                "population": people[inside].sum(),
                "mean": np.average(x[inside], weights=weight) if weight.sum() > 0 else np.nan,
                "plain_mean": x[inside].mean() if inside.any() else np.nan,
            }
        )
    return pd.DataFrame(rows)
