"""From one level of territories to a higher one: shapes, sums and means.

An extensive figure (people, premises) is summed. An intensive one (a share, a density) is the mean
of its parts weighted by its own denominator (premises, population, area): never the mean of means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.borders.dissolve import dissolve
from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import Territories


@dataclass(frozen=True)
class Grouping:
    """The groups of some rows, sorted once for the sums of many columns.

    Attributes:
        inside: (rows,) bool: the rows that are in a group.
        place: (rows inside,) int64: the position in `codes` of the group of each.
        codes: of the groups, sorted.
    """

    inside: np.ndarray
    place: np.ndarray
    codes: pd.Index

    def figures(self, column: pd.Series) -> np.ndarray:
        """Return a column of the rows: (rows inside,) float64."""
        return column.to_numpy(dtype=np.float64)[self.inside]

    def total(self, figures: np.ndarray) -> np.ndarray:
        """Return the sum of (rows inside,) figures over each group, NaN with a NaN: (groups,)
        float64."""
        return np.bincount(self.place, weights=figures, minlength=len(self.codes))

    def has(self, rows: np.ndarray) -> np.ndarray:
        """Return whether a group has one of the chosen (rows inside,): (groups,) bool."""
        return np.bincount(self.place[rows], minlength=len(self.codes)) > 0


def grouping(groups: pd.Series | Grouping) -> Grouping:
    """Return the groups of rows by their codes; a row whose code is missing is in none."""
    if isinstance(groups, Grouping):
        return groups
    if isinstance(groups.dtype, pd.CategoricalDtype):
        groups = groups.astype("object")  # sorted by code, not by the order of the categories
    place, codes = pd.factorize(groups, sort=True)
    inside = place >= 0
    index = pd.Index(codes, dtype="object", name=groups.name)
    return Grouping(inside, place[inside].astype(np.int64), index)


def sum_by(values: pd.Series, groups: pd.Series | Grouping) -> pd.Series:
    """Return the sum of an extensive figure over the members of each group.

    A group with a missing member is missing: the sum of the others would be too small without
    showing it. Members without a group are not counted.

    Args:
        values: any unit; NaN is missing.
        groups: code of the group of each value, on the same index, None for no group; or the
            `grouping` of these codes.

    Returns:
        One value per group, index sorted by code.

    >>> sum_by(pd.Series([1.0, 2.0, np.nan]), pd.Series(["a", "a", "b"])).tolist()
    [3.0, nan]
    """
    members = grouping(groups)
    # A missing member makes the sum of its group NaN.
    return pd.Series(members.total(members.figures(values)), index=members.codes)


def known_sum_by(values: pd.Series, groups: pd.Series | Grouping) -> pd.Series:
    """Return the sum of the known figures over the members of each group, NaN if none is known.

    For facts such as people, whose unknown members the caller names.

    >>> known_sum_by(pd.Series([1.0, 2.0, np.nan]), pd.Series(["a", "a", "a"])).tolist()
    [3.0]
    """
    members = grouping(groups)
    present = members.has(values.notna().to_numpy()[members.inside])
    return sum_by(values.fillna(0.0), members).where(present)


def mean_by(values: pd.Series, weights: pd.Series, groups: pd.Series | Grouping) -> pd.DataFrame:
    """Return the mean of an intensive figure over each group, weighted by its denominator.

    Args:
        values: NaN is missing and is left out.
        weights: the denominator, ≥ 0, on the same index; NaN counts as missing.
        groups: as for `sum_by`.

    Returns:
        Index: codes of the groups, sorted. `mean`: the weighted mean, NaN if no member with a
        positive weight is known; `known`: share of the group's weight that is known, 0 to 1.

    >>> table = mean_by(pd.Series([10.0, 40.0]), pd.Series([2.0, 1.0]), pd.Series(["a", "a"]))
    >>> table["mean"].tolist()
    [20.0]
    """
    members = grouping(groups)
    means = means_of(members.figures(values), members.figures(weights), members)
    return pd.DataFrame({"mean": means.mean, "known": means.known}, index=members.codes)


@dataclass(frozen=True)
class Means:
    """The columns of `mean_by` as arrays, and the weight of the members that are known: (groups,)
    float64 each."""

    mean: np.ndarray
    known: np.ndarray
    weight: np.ndarray


def means_of(figures: np.ndarray, weights: np.ndarray, groups: Grouping) -> Means:
    """Return what `mean_by` does.

    Args:
        figures, weights: (rows inside,) float64, NaN is missing.
        groups: of the rows.
    """
    usable = ~(np.isnan(figures) | np.isnan(weights))
    used = np.where(usable, weights, 0.0)
    weight = groups.total(used)
    products = groups.total(np.where(usable, figures, 0.0) * used)
    whole = groups.total(np.nan_to_num(weights, nan=0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Means(
            mean=np.where(weight > 0, products / weight, np.nan),
            known=np.where(whole > 0, weight / whole, 0.0),
            weight=weight,
        )


def prevailing_by(values: pd.Series, weights: pd.Series, groups: pd.Series | Grouping) -> pd.Series:
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
    members = grouping(groups)
    table = pd.DataFrame(
        {
            "place": members.place,
            "value": members.figures(values),
            "weight": members.figures(weights),
        }
    ).dropna()
    table = table[table["weight"] > 0]
    sums = table.groupby(["place", "value"])["weight"].sum().reset_index()
    order = sums.sort_values(["weight", "value"], ascending=[False, True], kind="stable")
    prevailing = order.drop_duplicates("place").set_index("place")["value"]
    prevailing = prevailing.reindex(range(len(members.codes)))
    return pd.Series(prevailing.to_numpy("float64"), index=members.codes)


def groups_at(territories: Territories, level: str) -> pd.Series:
    """Return the code of the territory of `level` that contains each territory.

    Raises:
        InputError: the level does not contain them.
    """
    if level == territories.level:
        return pd.Series(territories.codes, index=territories.codes)
    if level not in territories.parents:
        levels = [territories.level, *territories.parents.columns]
        raise InputError(
            Fault(
                _(
                    "no level {level} contains the {level_2} territories.",
                    level=repr(level),
                    level_2=territories.level,
                ),
                remedy=nearest(level, levels),
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
    members = grouping(groups)
    if not len(members.codes):
        raise InputError(
            _(
                "none of the territories (first: {codes}) lies in one.",
                codes=first_of(territories.codes),
            )
        )
    frame = (_united if shapes == "united" else _boxed)(territories, members)
    codes = frame.index
    parents = _parents_of(territories.parents.drop(columns=level), members).set_axis(codes)
    facts = pd.DataFrame(
        {
            name: known_sum_by(territories.facts[name], members).set_axis(codes)
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
        parent_names={key: territories.parent_names.get(key, {}) for key in map(str, parents)},
        vintage=territories.vintage,
        country=territories.country,
        sources=territories.sources,
    )


def left_out(territories: Territories, level: str) -> tuple[str, ...]:
    """Return the codes of the territories that no territory of `level` contains."""
    groups = groups_at(territories, level)
    return tuple(territories.codes[groups.isna().to_numpy()])


def _parents_of(parents: pd.DataFrame, members: Grouping) -> pd.DataFrame:
    """Return the parents of each group at the levels where all its members have the same one."""
    first = np.unique(members.place, return_index=True)[1]
    rows = np.flatnonzero(members.inside)
    above = []
    for name in parents:
        codes = pd.factorize(parents[name])[0][rows]
        if (codes == codes[first][members.place]).all():
            above.append(name)
    return parents[above].iloc[rows[first]]


def _united(territories: Territories, members: Grouping) -> gpd.GeoDataFrame:
    """Return one row per group, with the union of its members as its shape."""
    shapes = territories.frame.geometry.to_numpy()[members.inside]
    order = np.argsort(members.place, kind="stable")
    parts = np.split(shapes[order], np.flatnonzero(np.diff(members.place[order])) + 1)
    united = np.array([dissolve(part) for part in parts], dtype=object)
    return _frame_of(united, members.codes, territories)


def _boxed(territories: Territories, members: Grouping) -> gpd.GeoDataFrame:
    """Return one row per group, with its bounding box as its shape."""
    boxes = shapely.bounds(territories.frame.geometry.to_numpy()[members.inside])
    ends = np.array([[np.inf, np.inf, -np.inf, -np.inf]]).repeat(len(members.codes), axis=0)
    np.minimum.at(ends[:, :2], members.place, boxes[:, :2])
    np.maximum.at(ends[:, 2:], members.place, boxes[:, 2:])
    return _frame_of(shapely.box(*ends.T), members.codes, territories)


def _frame_of(shapes: np.ndarray, codes: pd.Index, territories: Territories) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(shapes, index=codes.rename("code")),
        crs=territories.frame.crs,
    )
