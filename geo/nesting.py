"""From one level of territories to a higher one: shapes, sums and means.

An extensive figure (people, premises) is summed. An intensive one (a share, a density) is the mean
of its parts weighted by its own denominator (premises, population, area): never the mean of means.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import Fault, InputError, first_of, nearest
from geo.territories import Territories


def sum_by(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Sum of an extensive figure over the members of each group.

    A group with a missing member is missing: the sum of the rest would be too small and would not
    say so. Members without a group count nowhere.

    Args:
        values: any unit; NaN is missing.
        groups: code of the group of each value, on the same index; None for none.

    Returns:
        One value a group, index sorted by code.

    >>> sum_by(pd.Series([1.0, 2.0, np.nan]), pd.Series(["a", "a", "b"])).tolist()
    [3.0, nan]
    """
    grouped = values.groupby(groups)
    total = grouped.sum()
    return total.where(grouped.count() == grouped.size())


def mean_by(values: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Mean of an intensive figure over each group, weighted by its denominator.

    Args:
        values: NaN is missing and takes no part.
        weights: the denominator, ≥ 0, on the same index; NaN counts as missing.
        groups: code of the group of each value, on the same index; None for none.

    Returns:
        Index: codes of the groups, sorted. `mean`: the weighted mean, NaN where no member with a
        positive weight is known; `known`: share of the group's weight that it rests on, 0 to 1.

    >>> table = mean_by(pd.Series([10.0, 40.0]), pd.Series([2.0, 1.0]), pd.Series(["a", "a"]))
    >>> table["mean"].tolist()
    [20.0]
    """
    usable = values.notna() & weights.notna()
    weight = weights.where(usable)
    parts = pd.DataFrame(
        {"product": values * weight, "weight": weight, "all": weights}, index=values.index
    )
    sums = parts.groupby(groups).sum()
    positive = sums["weight"] > 0
    return pd.DataFrame(
        {
            "mean": (sums["product"] / sums["weight"]).where(positive),
            "known": (sums["weight"] / sums["all"]).where(sums["all"] > 0, 0.0),
        }
    )


def groups_at(territories: Territories, level: str) -> pd.Series:
    """Code of the territory of `level` that contains each territory.

    Raises:
        InputError: the level does not contain them.
    """
    if level == territories.level:
        return pd.Series(territories.codes, index=territories.codes)
    if level not in territories.parents:
        known = [territories.level, *territories.parents.columns]
        raise InputError(
            Fault(
                f"no level {level!r} contains the {territories.level} territories.",
                remedy=nearest(level, known),
                kind="unknown-level",
            )
        )
    return territories.parents[level]


def territories_at(territories: Territories, level: str) -> Territories:
    """The territories of a containing level: shapes united, facts summed, parents kept.

    Members without a territory at that level (an island commune without EPCI) are left out; the
    caller states them.

    Raises:
        InputError: the level does not contain the territories.
    """
    groups = groups_at(territories, level)
    if level == territories.level:
        return territories
    frame = _united(territories, groups)
    codes = frame.index
    first = territories.parents.groupby(groups).nunique(dropna=False).reindex(codes)
    above = [
        str(name) for name in territories.parents if name != level and (first[name] <= 1).all()
    ]
    parents = territories.parents[above].groupby(groups).first().reindex(codes)
    facts = pd.DataFrame(
        {name: sum_by(territories.facts[name], groups).reindex(codes) for name in territories.facts}
    )
    names = territories.parent_names.get(level, {})
    frame.insert(0, "name", [names.get(code, code) for code in codes])
    return Territories(
        frame=frame,
        level=level,
        parents=parents,
        facts=facts,
        parent_names={key: territories.parent_names.get(key, {}) for key in above},
        vintage=territories.vintage,
        country=territories.country,
        sources=territories.sources,
    )


def left_out(territories: Territories, level: str) -> tuple[str, ...]:
    """Codes of the territories that no territory of `level` contains."""
    groups = groups_at(territories, level)
    return tuple(territories.codes[groups.isna().to_numpy()])


def _united(territories: Territories, groups: pd.Series) -> gpd.GeoDataFrame:
    """One row a group. The fast union asks for shared edges; where a union of it is not a valid
    polygon (the parts overlapped), that group is united the slow way."""
    known = groups.notna().to_numpy()
    codes, position = np.unique(groups[known].to_numpy(dtype=str), return_inverse=True)
    if not len(codes):
        raise InputError(
            f"none of the territories (first: {first_of(territories.codes)}) lies in one."
        )
    shapes = territories.frame.geometry.to_numpy()[known]
    order = np.argsort(position, kind="stable")
    members = np.split(shapes[order], np.flatnonzero(np.diff(position[order])) + 1)
    united = np.array([shapely.coverage_union_all(part) for part in members], dtype=object)
    for row in np.flatnonzero(~shapely.is_valid(united)):
        united[row] = shapely.union_all(members[row])
    return gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(united, index=pd.Index(codes, name="code", dtype="object")),
        crs=territories.frame.crs,
    )
