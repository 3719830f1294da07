"""Regression: estimates of missing cells of an indicator from what is known of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.recipe import Regression

if TYPE_CHECKING:
    from zoneblanche.layers.index.context import Context


def estimate(
    column: pd.Series, how: Regression, context: Context, *, rows: pd.Series | None = None
) -> pd.Series:
    """Return estimates of the missing cells of a column, by ordinary least squares.

    On a logarithmic scale the estimate is exp of the fitted logarithm, the median and not the mean
    of what the cell may be. The mean of a group counts the cell itself where it is known: the fit
    gives groups a little more weight than a prediction of unknown cells would, which `shrink`
    moderates.

    Args:
        column: float64; NaN is missing.
        how: the regressors; rows where one of them is unknown, or not above zero on a logarithmic
            scale, are neither used nor estimated.
        context: has the regressors and groups; with its reasons, only cells that miss for
            `how.reasons` are estimated. Without the groups, as on the level of the groups
            themselves, their mean is no regressor.
        rows: boolean; the rows to use and to estimate, all if None.

    Returns:
        float64 on the index of the column; NaN where the cell is known or is not estimated.

    Raises:
        InputError: an unknown regressor, or fewer known rows than coefficients.
    """
    estimated = pd.Series(np.nan, index=column.index)
    wanted = _wanted(column, how, context, rows)
    if not wanted.any():
        return estimated
    y = _scaled(column, how.scale)
    regressors = [np.ones(len(column))]
    if how.group is not None and context.has_group(how.group):
        regressors.append(_group_means(y, context.group(how.group), how.shrink).to_numpy())
    regressors += [_scaled(context.fact(name), scale).to_numpy() for name, scale in how.on.items()]
    x = np.column_stack(regressors)
    usable = np.isfinite(x).all(axis=1)
    if rows is not None:
        usable &= rows.to_numpy()
    fitted = usable & y.notna().to_numpy()
    if fitted.sum() <= x.shape[1]:
        raise InputError(
            Fault(
                _(
                    "{name} is known with all its regressors in {count} rows, which is too few to "
                    "estimate the others.",
                    name=repr(str(column.name)),
                    count=int(fitted.sum()),
                ),
                remedy=_("Name fewer regressors, or choose another imputation."),
                kind="too-few-units",
            )
        )
    coefficients = np.linalg.lstsq(x[fitted], y.to_numpy()[fitted], rcond=None)[0]
    wanted = wanted & usable
    estimates = x[wanted] @ coefficients
    estimated[wanted] = np.exp(estimates) if how.scale == "log" else estimates
    return estimated


def _wanted(
    column: pd.Series, how: Regression, context: Context, rows: pd.Series | None
) -> np.ndarray:
    """Return which cells are missing for one of the reasons."""
    wanted = column.isna()
    for_reason = context.missing_for(str(column.name), how.reasons)
    wanted = wanted if for_reason is None else wanted & for_reason
    return (wanted if rows is None else wanted & rows).to_numpy()


def _scaled(column: pd.Series, scale: str) -> pd.Series:
    column = column.astype("float64")
    if scale == "linear":
        return column
    return pd.Series(np.log(column.where(column > 0)), index=column.index)


def _group_means(y: pd.Series, groups: pd.Series, shrink: float) -> pd.Series:
    """(n·mean of the group + shrink·mean of all)/(n + shrink); the mean of all without a group."""
    grouped = y.groupby(groups, observed=True)
    count = grouped.transform("count").reindex(y.index).fillna(0.0)
    mean = grouped.transform("mean").reindex(y.index).fillna(y.mean())
    return (count * mean + shrink * y.mean()) / (count + shrink) if shrink else mean
