"""Impute: fill missing figures if a recipe asks for it, and record which ones.

Without imputation, a missing figure is left out, and the weights of the others are divided by their
sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.recipe import Impute
from zoneblanche.layers.index.steps.step import Step, labels_where


def impute(
    values: pd.DataFrame,
    methods: Mapping[str, Impute],
    *,
    groups: pd.Series | None = None,
    rows: pd.Series | None = None,
    estimates: Mapping[str, pd.Series] | None = None,
) -> Step:
    """Fill missing cells with the mean or median of the column, or of the row's group in it.

    COINr 1.1.14: `i_mean`, `i_median`, `i_mean_grp`, `i_median_grp`. A group without any figure
    fills nothing, and a row without a group is not changed.

    Args:
        values: one column per indicator, float64; NaN is missing.
        methods: by column; columns that are absent are not changed.
        groups: the group of each row, for the group methods; None or NaN for no group.
        rows: boolean; the rows to fill, all if None. Means are over all rows.
        estimates: by column, what "regression" fills; NaN leaves a cell missing.

    Returns:
        Step whose details count, for each indicator, the cells that were missing, filled, left.

    Raises:
        InputError: a group method without groups, or a column without any figure.
    """
    filled, actions, details, faults = values.copy(), {}, {}, []
    for name, method in methods.items():
        column = values[name]
        wanted = column.isna() if rows is None else column.isna() & rows
        if method == "none" or not wanted.any():
            continue
        if method.startswith("group") and groups is None:
            faults.append(
                Fault(
                    _("{method} of {name} needs groups.", method=method, name=repr(name)),
                    kind="no-group",
                )
            )
            continue
        if column.isna().all():
            faults.append(
                Fault(
                    _("{name} has no figure to impute from.", name=repr(name)), kind="all-missing"
                )
            )
            continue
        if method == "regression":
            fill = pd.Series(np.nan, values.index) if estimates is None else estimates[name]
        else:
            fill = _filling(column, method, groups)
        took = wanted & fill.notna()
        filled[name] = column.where(~took, fill)
        actions[name] = labels_where(values.index, {f"imputed: {method}": took.to_numpy()})
        left = int(wanted.sum() - took.sum())
        details[name] = {
            "method": method,
            "missing": int(wanted.sum()),
            "filled": int(took.sum()),
            "left": left,
        }
    if faults:
        raise InputError(faults)
    return Step("impute", filled, actions, pd.DataFrame.from_dict(details, orient="index"))


def _filling(column: pd.Series, method: Impute, groups: pd.Series | None) -> pd.Series:
    statistic: Literal["mean", "median"] = "median" if method.endswith("median") else "mean"
    if method.startswith("group"):
        assert groups is not None
        return column.groupby(groups, observed=True).transform(statistic)
    return pd.Series(column.agg(statistic), index=column.index)


def groups_in(
    name: str, *, values: pd.DataFrame, parents: pd.DataFrame, file: str | None = None
) -> pd.Series:
    """Return the groups that a recipe names: a column of the atlas, else a level that contains the
    rows.

    Raises:
        InputError: neither has that name.
    """
    for table in (values, parents):
        if name in table:
            return table[name]
    names = first_of([*parents.columns, *values.columns], count=12)
    raise InputError(
        Fault(
            _("there is no column or level {name} to group by.", name=repr(name)),
            file=file,
            column="recipe.group",
            remedy=_("Known: {known}.", known=names),
            kind="unknown-group",
        )
    )
