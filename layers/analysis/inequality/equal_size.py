"""At equal size: a territory compared with its peers, and with the prediction from size and
density.

"Les offres numériques sont encore très différentes à taille égale": a small commune without a
website is not behind other small communes; a town without one is behind other towns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.flagging.judge import YES, Judge
from zoneblanche.layers.analysis.flagging.rule import read_rule
from zoneblanche.layers.analysis.inequality.groups import band_titles, size_band
from zoneblanche.layers.analysis.inequality.logistic import LogisticFit, fit_logistic
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.intervals import Z95, wilson

LEAST_OVERLAP = 30
"""Territories that a size band needs on either side to be compared."""

LEAST_TERRITORIES, LEAST_CLUSTERS = 10, 5
"""What the interval of a mean needs."""

_SCALES = {"boolean": 100.0, "percent": 1.0, "score": 1.0}
"""Factors that convert a unit to percent."""


@dataclass(frozen=True)
class EqualSize:
    """An indicator compared with peers of the size band and with the prediction from size and
    density.

    Attributes:
        indicator: its id.
        table: index as the territories. `value` (percent; a yes is 100), `band` (1 to 11), `peers`
            (others of the band with a value), `peers_mean`, `peers_difference`, `expected` (of the
            fit), `residual` (value − expected, in points). NaN where there is no value; in the
            last two also where nobody lives or the area is not known.
        fit: on a constant and natural splines of the logarithms of population and density.
        fitted_territories: how many the fit is on.
    """

    indicator: str
    table: pd.DataFrame
    fit: LogisticFit
    fitted_territories: int


def compare_equal_size(atlas: Atlas, indicator_id: str) -> EqualSize:
    """Compare each territory with the mean of the others of its legal size band, and with a
    logistic fit on log population and log density.

    logit P = b₀ + f(ln population) + g(ln population/km²), where f and g are natural cubic splines;
    straight lines below a hundred territories, or where no splines fit. See
    `logistic.fit_logistic`.

    Args:
        atlas: with the indicator, populations and areas.
        indicator_id: of a boolean, a percent or a score of 0 to 100.

    Raises:
        InputError: no such indicator, another unit, a percent or score outside 0 to 100, or
            nothing that can be fitted.
    """
    percent = _in_percent(atlas, indicator_id)
    facts = atlas.territories.facts
    people, area = facts["population"], facts["area_km2"]
    inhabited = percent.notna() & (people > 0) & (area > 0)
    size = np.log(people[inhabited].to_numpy())
    density = size - np.log(area[inhabited].to_numpy())
    fit = _fit(percent[inhabited].to_numpy() / 100, size, density)
    expected = pd.Series(np.nan, index=percent.index)
    expected[inhabited] = 100 * fit.fitted
    band = size_band(people)
    grouped = percent.groupby(band)
    count = grouped.transform("count")
    total = grouped.transform("sum")
    peers = (count - 1).where(percent.notna() & band.notna())
    mean = (total - percent) / peers.where(peers > 0)
    table = pd.DataFrame(
        {
            "value": percent,
            "band": band,
            "peers": peers,
            "peers_mean": mean,
            "peers_difference": percent - mean,
            "expected": expected,
            "residual": percent - expected,
        }
    )
    return EqualSize(
        indicator=indicator_id, table=table, fit=fit, fitted_territories=int(inhabited.sum())
    )


def _fit(y: np.ndarray, *variables: np.ndarray) -> LogisticFit:
    """Fit splines of the variables; straight lines where the curves separate zeros from ones."""
    lines = np.column_stack(variables)
    splines = np.column_stack([natural_spline(x, knots_of(x)) for x in variables])
    if splines.shape[1] == lines.shape[1]:
        return fit_logistic(y, lines)
    try:
        return fit_logistic(y, splines)
    except InputError:
        return fit_logistic(y, lines)


def calibration_table(compared: EqualSize) -> pd.DataFrame:
    """Return one row per size band with a fitted territory: `territories`, and the means `value`,
    `expected` and `residual`. Residuals near 0 in each band show that the curve fits everywhere."""
    fitted = compared.table.dropna(subset=["residual"])
    grouped = fitted.groupby("band")[["value", "expected", "residual"]]
    return grouped.mean().assign(territories=grouped.size())


def bands_table(compared: EqualSize) -> pd.DataFrame:
    """Return one row per size band: `title_fr`, `title_en`, `territories` with a value, `mean`
    (percent), `low` and `high` (95 % interval of the mean: Wilson 1927, for a yes or no)."""
    rows = {}
    for band, title in band_titles().items():
        values = compared.table.loc[compared.table["band"] == band, "value"].dropna()
        low, high = wilson(values.mean() / 100, len(values)) if len(values) else (np.nan, np.nan)
        rows[band] = {
            "title_fr": title["fr"],
            "title_en": title["en"],
            "territories": len(values),
            "mean": values.mean() if len(values) else np.nan,
            "low": 100 * low,
            "high": 100 * high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("band")


def residuals_by(atlas: Atlas, compared: EqualSize, *, level: str) -> pd.DataFrame:
    """Return which territories of a level are above or below the prediction for their members.

    Args:
        atlas: the one that was compared.
        compared: see `compare_equal_size`.
        level: id of a level that contains the territories ("departement").

    Returns:
        One row per territory of that level, worst first: `name`, `territories`, `value`, `expected`
        and `residual` (mean, points), `low` and `high` (95 % interval of the residual; neighbours
        are alike, so its error is clustered by the finest level that contains the territories; NaN
        below ten territories or five clusters, for which it is not reliable).

    Raises:
        InputError: no such level contains the territories.
    """
    territories = atlas.territories
    if level not in territories.parents:
        raise InputError(
            Fault(
                _("no level {level} contains the territories.", level=repr(level)),
                remedy=nearest(level, territories.parents.columns),
                kind="unknown-level",
            )
        )
    present = compared.table["residual"].notna()
    table = compared.table[present]
    groups = territories.parents.loc[present, level]
    grouped = table.groupby(groups)
    means = grouped[["value", "expected", "residual"]].mean()
    means.insert(0, "territories", grouped.size())
    error = Z95 * _clustered_errors(
        table["residual"], groups, clusters_of(atlas, within=level)[present]
    )
    means["low"], means["high"] = means["residual"] - error, means["residual"] + error
    means.insert(0, "name", [territories.place_name(level, str(code)) for code in means.index])
    return means.sort_values(["residual", "name"])


def clusters_of(atlas: Atlas, *, within: str = "") -> pd.Series:
    """Return the cluster of each territory: the one that contains it at the finest level of those
    that contain territories (EPCI in France), or the territory itself.

    Args:
        atlas: any.
        within: a level; the clusters are finer than it.
    """
    parents = atlas.territories.parents
    own = pd.Series(atlas.codes.astype(str), index=atlas.codes, dtype="object")
    if not len(parents.columns):
        return own
    finest = str(parents.nunique().idxmax())
    if finest == within:
        return own
    return parents[finest].astype("object").where(parents[finest].notna(), own)


def _clustered_errors(residual: pd.Series, groups: pd.Series, clusters: pd.Series) -> pd.Series:
    """Return the standard error of the mean residual of each group: √(G/(G−1) Σ (Σ (r − m))²)/n
    over the G clusters of the group. Liang and Zeger 1986."""
    frame = pd.DataFrame({"r": residual, "group": groups, "cluster": clusters})
    frame["r"] -= frame.groupby("group")["r"].transform("mean")
    sums = frame.groupby(["group", "cluster"], observed=True)["r"].sum()
    by_group = (sums**2).groupby(level="group")
    count, size = by_group.size(), frame.groupby("group", observed=True).size()
    error = np.sqrt(by_group.sum() * count / (count - 1).where(count > 1)) / size
    return error.where((size >= LEAST_TERRITORIES) & (count >= LEAST_CLUSTERS))


@dataclass(frozen=True)
class SparseGap:
    """How far sparse territories are from the others.

    Attributes:
        raw: the plain difference of the means.
        left: the difference at equal size.
        low, high: 95 % interval of `left`, clustered.
        compared: number of sparse territories that are compared at equal size.
        left_out: number of the others: their size band has fewer than `LEAST_OVERLAP` on a side.
    """

    raw: float
    left: float
    low: float
    high: float
    compared: int
    left_out: int


def sparse_at_equal_size(atlas: Atlas, indicator_id: str) -> SparseGap | None:
    """Compare sparse territories with the others, and with others of their size band.

    In each legal size band the mean of the sparse (rule `sparse`) less that of the others; the
    bands weigh as many sparse territories as they have. Bands with fewer than `LEAST_OVERLAP` of
    either are left out: they would rest on few territories.

    Returns:
        The differences; None where no band has enough of both.
    """
    sparse = Judge(atlas, read_rule("sparse")).verdict().states == YES
    table = pd.DataFrame({"x": atlas.values[indicator_id], "sparse": sparse})
    table["band"] = size_band(atlas.territories.facts["population"])
    table["cluster"] = clusters_of(atlas)
    table = table.dropna()
    counts = pd.crosstab(table["band"], table["sparse"])
    if counts.shape[1] < 2:
        return None
    both = counts.index[(counts >= LEAST_OVERLAP).all(axis=1)]
    if both.empty:
        return None
    overlap = table[table["band"].isin(both)]
    share = counts.loc[both, True] / counts.loc[both, True].sum()
    side = overlap.groupby(["band", "sparse"])["x"]
    means = side.mean()
    thin, other = (means.xs(is_sparse, level="sparse") for is_sparse in (True, False))
    left = float((share * (thin - other)).sum())
    # The influence of each territory on the difference; those of one cluster vary together.
    weight = overlap["band"].map(share).astype("float64") / side.transform("size")
    centred = (overlap["x"] - side.transform("mean")) * weight
    sums = centred.where(overlap["sparse"], -centred).groupby(overlap["cluster"]).sum()
    correction = len(sums) / (len(sums) - 1) if len(sums) > 1 else np.nan
    margin = Z95 * float(np.sqrt(correction * (sums**2).sum()))
    raw = table.loc[table["sparse"], "x"].mean() - table.loc[~table["sparse"], "x"].mean()
    compared = int(overlap["sparse"].sum())
    return SparseGap(
        raw=float(raw),
        left=left,
        low=left - margin,
        high=left + margin,
        compared=compared,
        left_out=int(table["sparse"].sum()) - compared,
    )


def add_equal_size(atlas: Atlas, indicator_id: str) -> Atlas:
    """Return the atlas with a column `<indicator>-equal-size`: the residual, in points.

    Raises:
        InputError: see `compare_equal_size`.
    """
    compared = compare_equal_size(atlas, indicator_id)
    source = atlas.indicator(indicator_id)
    residual = compared.table["residual"]
    reasons = atlas.reasons[indicator_id].where(
        atlas.reasons[indicator_id] != Reason.PRESENT, int(Reason.NOT_APPLICABLE)
    )
    indicator = Indicator(
        id=f"{indicator_id}-equal-size",
        title=_("{title}, at equal size", title=titled(source.title)),
        unit="number",
        better=source.better,
        bounds=(-100, 100),
        digits=0,
        suffix="points",
        period=source.period,
        native_level=source.native_level,
        sources=source.sources,
        method=_(
            "Points above or below what population and density predict (logistic regression on "
            "natural splines of their logarithms)."
        ),
        role="context",
        parts=(indicator_id,),
    )
    return atlas.add(indicator, residual, reasons=reasons)


def _in_percent(atlas: Atlas, indicator_id: str) -> pd.Series:
    indicator = atlas.indicator(indicator_id)
    if indicator.unit not in _SCALES:
        raise InputError(
            Fault(
                _(
                    "{indicator_id} is in {unit}; a logistic fit is of a boolean, a "
                    "percent or a score.",
                    indicator_id=repr(indicator_id),
                    unit=indicator.unit,
                ),
                kind="wrong-unit",
            )
        )
    percent = _SCALES[indicator.unit] * atlas.values.loc[:, indicator_id]
    outside = (percent < 0) | (percent > 100)
    if outside.any():
        raise InputError(
            _(
                "{outside} values of {indicator_id} lie outside its scale (first: {iloc}).",
                outside=outside.sum(),
                indicator_id=repr(indicator_id),
                iloc=f"{percent[outside].iloc[0] / _SCALES[indicator.unit]:g}",
            )
        )
    return percent


# Natural cubic splines: curves that are straight beyond their outer knots ----------------------

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
    quantiles = next((levels for least, levels in _KNOTS if len(x) >= least), ())
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
