"""From one level of territories to a higher one: shapes, sums and means.

An extensive figure (people, premises) is summed. An intensive one (a share, a density) is the mean
of its parts weighted by its own denominator (premises, population, area): never the mean of means.
"""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.borders.dissolve import dissolve
from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import Territories


def sum_by(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Return the sum of an extensive figure over the members of each group.

    A group with a missing member is missing: the sum of the others would be too small without
    showing it. Members without a group are not counted.

    Args:
        values: any unit; NaN is missing.
        groups: code of the group of each value, on the same index; None for no group.

    Returns:
        One value per group, index sorted by code.

    >>> sum_by(pd.Series([1.0, 2.0, np.nan]), pd.Series(["a", "a", "b"])).tolist()
    [3.0, nan]
    """
    place, codes = _places(groups)
    inside = place >= 0
    figures = values.to_numpy(dtype=np.float64)[inside]
    # A missing member makes the sum of its group NaN.
    total = np.bincount(place[inside], weights=figures, minlength=len(codes))
    return pd.Series(total, index=codes)


def known_sum_by(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Return the sum of the known figures over the members of each group, NaN if none is known.

    For facts such as people, whose unknown members the caller names.

    >>> known_sum_by(pd.Series([1.0, 2.0, np.nan]), pd.Series(["a", "a", "a"])).tolist()
    [3.0]
    """
    known = sum_by(values.notna().astype("float64"), groups)
    return sum_by(values.fillna(0.0), groups).where(known > 0)


def mean_by(values: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Return the mean of an intensive figure over each group, weighted by its denominator.

    Args:
        values: NaN is missing and is left out.
        weights: the denominator, ≥ 0, on the same index; NaN counts as missing.
        groups: code of the group of each value, on the same index; None for no group.

    Returns:
        Index: codes of the groups, sorted. `mean`: the weighted mean, NaN if no member with a
        positive weight is known; `known`: share of the group's weight that is known, 0 to 1.

    >>> table = mean_by(pd.Series([10.0, 40.0]), pd.Series([2.0, 1.0]), pd.Series(["a", "a"]))
    >>> table["mean"].tolist()
    [20.0]
    """
    place, codes = _places(groups)
    inside = place >= 0
    place = place[inside]
    figures = values.to_numpy(dtype=np.float64)[inside]
    weight = weights.to_numpy(dtype=np.float64)[inside]
    usable = ~(np.isnan(figures) | np.isnan(weight))

    def total(column: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=column, minlength=len(codes))

    known = total(np.where(usable, weight, 0.0))
    products = total(np.where(usable, figures, 0.0) * np.where(usable, weight, 0.0))
    whole = total(np.nan_to_num(weight, nan=0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        table = {
            "mean": np.where(known > 0, products / known, np.nan),
            "known": np.where(whole > 0, known / whole, 0.0),
        }
    return pd.DataFrame(table, index=codes)


def prevailing_by(values: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.Series:
    """Return the value that most of the weight of each group has, the lowest on a tie.

    For answers and categories, which have no mean.

    Args:
        values, weights, groups: as for `mean_by`.

    Returns:
        Index: codes of the groups, sorted; NaN if no member with a positive weight is known.

    >>> kinds, groups = pd.Series([1.0, 2.0, 2.0]), pd.Series(["a", "a", "a"])
    >>> prevailing_by(kinds, pd.Series([3.0, 1.0, 1.0]), groups).tolist()
    [1.0]
    """
    place, codes = _places(groups)
    table = pd.DataFrame(
        {"place": place, "value": values.to_numpy("float64"), "weight": weights.to_numpy("float64")}
    ).dropna()
    table = table[(table["place"] >= 0) & (table["weight"] > 0)]
    sums = table.groupby(["place", "value"])["weight"].sum().reset_index()
    order = sums.sort_values(["weight", "value"], ascending=[False, True], kind="stable")
    prevailing = order.drop_duplicates("place").set_index("place")["value"]
    return pd.Series(prevailing.reindex(range(len(codes))).to_numpy("float64"), index=codes)


def _places(groups: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return the position of each row's group, -1 for none, and the codes of the groups, sorted. A
    categorical has them, which saves sorting the codes for every column."""
    if isinstance(groups.dtype, pd.CategoricalDtype):
        place, codes = groups.cat.codes.to_numpy(), groups.cat.categories
    else:
        place, codes = pd.factorize(groups, sort=True)
    return place.astype(np.int64), pd.Index(codes, dtype="object", name=groups.name)


def groups_at(territories: Territories, level: str) -> pd.Series:
    """Return the code of the territory of `level` that contains each territory.

    Raises:
        InputError: the level does not contain them.
    """
    if level == territories.level:
        return pd.Series(territories.codes, index=territories.codes)
    if level not in territories.parents:
        known = [territories.level, *territories.parents.columns]
        raise InputError(
            Fault(
                _(
                    "no level {level} contains the {level_2} territories.",
                    level=repr(level),
                    level_2=territories.level,
                ),
                remedy=nearest(level, known),
                kind="unknown-level",
            )
        )
    return territories.parents[level]


def territories_at(
    territories: Territories, level: str, *, shapes: Literal["united", "boxes"] = "united"
) -> Territories:
    """Return the territories of a containing level: shapes united, facts summed over the members
    that have them, parents kept.

    Members without a territory at that level (an island commune without EPCI) are left out; the
    caller reports them.

    Args:
        territories: the members.
        level: id of the level.
        shapes: "boxes" gives each territory the bounding box of its members instead of their
            union, which takes seconds for a country. Use it if nothing is drawn from the result.

    Raises:
        InputError: the level does not contain the territories.
    """
    groups = groups_at(territories, level)
    if level == territories.level:
        return territories
    frame = (_united if shapes == "united" else _boxed)(territories, groups)
    codes = frame.index
    first = territories.parents.groupby(groups).nunique(dropna=False).reindex(codes)
    above = [
        str(name) for name in territories.parents if name != level and (first[name] <= 1).all()
    ]
    parents = territories.parents[above].groupby(groups).first().reindex(codes)
    facts = pd.DataFrame(
        {
            name: known_sum_by(territories.facts[name], groups).reindex(codes)
            for name in territories.facts
        }
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
    """Return the codes of the territories that no territory of `level` contains."""
    groups = groups_at(territories, level)
    return tuple(territories.codes[groups.isna().to_numpy()])


def _united(territories: Territories, groups: pd.Series) -> gpd.GeoDataFrame:
    """Return one row per group, with the union of its members as its shape."""
    known, codes, position = _positions(territories, groups)
    shapes = territories.frame.geometry.to_numpy()[known]
    order = np.argsort(position, kind="stable")
    members = np.split(shapes[order], np.flatnonzero(np.diff(position[order])) + 1)
    united = np.array([dissolve(part) for part in members], dtype=object)
    return _frame_of(united, codes, territories)


def _boxed(territories: Territories, groups: pd.Series) -> gpd.GeoDataFrame:
    """Return one row per group, with its bounding box as its shape."""
    known, codes, position = _positions(territories, groups)
    boxes = shapely.bounds(territories.frame.geometry.to_numpy()[known])
    ends = np.array([[np.inf, np.inf, -np.inf, -np.inf]]).repeat(len(codes), axis=0)
    np.minimum.at(ends[:, :2], position, boxes[:, :2])
    np.maximum.at(ends[:, 2:], position, boxes[:, 2:])
    return _frame_of(shapely.box(*ends.T), codes, territories)


def _positions(
    territories: Territories, groups: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which territories are in a group, the sorted codes of the groups, and their
    positions."""
    known = groups.notna().to_numpy()
    codes, position = np.unique(groups[known].to_numpy(dtype=str), return_inverse=True)
    if not len(codes):
        raise InputError(
            _(
                "none of the territories (first: {codes}) lies in one.",
                codes=first_of(territories.codes),
            )
        )
    return known, codes, position


def _frame_of(shapes: np.ndarray, codes: np.ndarray, territories: Territories) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(shapes, index=pd.Index(codes, name="code", dtype="object")),
        crs=territories.frame.crs,
    )
