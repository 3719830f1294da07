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
        fit: on a constant and the natural logarithms of population and density.
        fitted_territories: how many the fit is on.
    """

    indicator: str
    table: pd.DataFrame
    fit: LogisticFit
    fitted_territories: int


def compare_equal_size(atlas: Atlas, indicator_id: str) -> EqualSize:
    """Compare each territory with the mean of the others of its legal size band, and with a
    logistic fit on log population and log density.

    logit P = b₀ + b₁ ln(population) + b₂ ln(population/km²); see `logistic.fit_logistic`.

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
    logs = np.log(np.column_stack([people[inhabited], people[inhabited] / area[inhabited]]))
    fit = fit_logistic(percent[inhabited].to_numpy() / 100, logs)
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
        and `residual` (mean, points), `low` and `high` (95 % interval of the residual; its error is
        √Σr²/n, without an assumption about the variance; NaN below ten territories, for which it is
        not reliable).

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
    known = compared.table["residual"].notna()
    table = compared.table[known]
    grouped = table.groupby(territories.parents.loc[known, level])
    found = grouped[["value", "expected", "residual"]].mean()
    found.insert(0, "territories", grouped.size())
    squares = (table["residual"] ** 2).groupby(territories.parents.loc[known, level]).sum()
    error = (Z95 * np.sqrt(squares) / found["territories"]).where(found["territories"] >= 10)
    found["low"], found["high"] = found["residual"] - error, found["residual"] + error
    found.insert(0, "name", [territories.place_name(level, str(code)) for code in found.index])
    return found.sort_values(["residual", "name"])


def sparse_at_equal_size(
    atlas: Atlas, indicator_id: str
) -> tuple[float, float, float, float] | None:
    """How far sparse territories are from the others, and from others of their size band.

    In each legal size band the mean of the sparse (rule `sparse`) less that of the others; the
    bands weigh as many sparse territories as they have. Bands without two of either are left out.

    Returns:
        The plain difference, that at equal size, and its 95 % interval; None where no band has
        both.
    """
    sparse = Judge(atlas, read_rule("sparse")).verdict().states == YES
    table = pd.DataFrame({"x": atlas.values[indicator_id], "sparse": sparse})
    table["band"] = size_band(atlas.territories.facts["population"])
    table = table.dropna()
    thin = _by_band(table[table["sparse"]])
    other = _by_band(table[~table["sparse"]])
    thin, other = thin[thin["count"] >= 2], other[other["count"] >= 2]
    both = thin.index.intersection(other.index)
    if both.empty:
        return None
    thin, other = thin.loc[both], other.loc[both]
    share = thin["count"] / thin["count"].sum()
    left = float((share * (thin["mean"] - other["mean"])).sum())
    error = thin["var"] / thin["count"] + other["var"] / other["count"]
    margin = Z95 * float(np.sqrt((share**2 * error).sum()))
    raw = table.loc[table["sparse"], "x"].mean() - table.loc[~table["sparse"], "x"].mean()
    return float(raw), left, left - margin, left + margin


def _by_band(table: pd.DataFrame) -> pd.DataFrame:
    grouped = table.groupby("band")["x"]
    return pd.DataFrame({"mean": grouped.mean(), "var": grouped.var(), "count": grouped.count()})


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
            "Points above or below what log population and log density predict "
            "(logistic regression)."
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
