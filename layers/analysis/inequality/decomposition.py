"""Splitting inequality: between and within groups, and between neighbours and others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.inequality.groups import groups_of
from zoneblanche.layers.analysis.inequality.logistic import xlogy
from zoneblanche.layers.analysis.inequality.measures import gini, sample_of, theil
from zoneblanche.layers.analysis.spatial.moran import neighbourhood_of
from zoneblanche.layers.atlas import Atlas


@dataclass(frozen=True)
class TheilSplit:
    """Theil's T split into a part between groups and a part within: `total` = `between` + `within`.

    Attributes:
        total, between, within: of T.
        groups: one row per group: `territories`, `weight_share`, `value_share`, `mean`, `theil`
            (inside it), `between` and `within` (its parts of the two sums).
        left_out: territories with a value and no group.
    """

    total: float
    between: float
    within: float
    groups: pd.DataFrame
    left_out: int

    @property
    def between_percent(self) -> float:
        """Share of the inequality between the groups, 0 to 100; NaN if there is no inequality."""
        return 100 * self.between / self.total if self.total > 0 else float("nan")


def theil_split(
    values: pd.Series, groups: pd.Series, *, weights: pd.Series | None = None
) -> TheilSplit:
    """T = Σ_g s_g ln(s_g / p_g) + Σ_g s_g T_g, s the group's share of the total, p of the weight.

    Theil 1967, ch. 4. Territories without value, weight or group are left out.

    Args:
        values: not negative, one per territory.
        groups: key of the group of each, same index; None for no group.
        weights: people, same index; without them each territory counts as one.

    Raises:
        InputError: negative values, or no known value in any group.

    >>> split = theil_split(pd.Series([1.0, 1.0, 3.0, 3.0]), pd.Series(list("aabb")))
    >>> round(split.between, 4), split.within
    (0.1308, 0.0)
    """
    weight = pd.Series(1.0, index=values.index) if weights is None else weights
    present = values.notna() & weight.notna()
    grouped = present & groups.notna()
    sample_of(values[grouped], weight[grouped])
    x, heads = (column[grouped].to_numpy(dtype="float64") for column in (values, weight))
    amount = (x * heads).sum()
    if not amount > 0:
        raise InputError(_("all values are zero: there is no inequality to split."))
    group_numbers, keys = pd.factorize(groups[grouped], sort=True)
    table = _by_group(x, heads, group_numbers).set_axis(keys).rename_axis("group")
    return TheilSplit(
        total=theil(x, weights=heads),
        between=float(table["between"].sum()),
        within=float(table["within"].sum()),
        groups=table,
        left_out=int((present & groups.isna()).sum()),
    )


def _by_group(x: np.ndarray, weight: np.ndarray, group_numbers: np.ndarray) -> pd.DataFrame:
    """Return the rows of `TheilSplit.groups`, by the position of the group of each value."""
    size, totals = np.bincount(group_numbers, weight), np.bincount(group_numbers, weight * x)
    weight_share, value_share = size / size.sum(), totals / totals.sum()
    positive = totals > 0
    mean = np.divide(totals, size, out=np.full(len(size), np.nan), where=size > 0)
    relative = np.where(
        positive[group_numbers], x / np.where(positive, mean, 1.0)[group_numbers], 0.0
    )
    inside = np.bincount(group_numbers, weight * xlogy(relative, relative))
    theil_inside = np.divide(inside, size, out=np.zeros(len(size)), where=positive)
    theil_inside = np.maximum(theil_inside, 0.0)  # rounding may leave a value slightly below 0
    ratio = np.divide(value_share, weight_share, out=np.ones(len(size)), where=positive)
    return pd.DataFrame(
        {
            "territories": np.bincount(group_numbers),
            "weight_share": weight_share,
            "value_share": value_share,
            "mean": mean,
            "theil": theil_inside,
            "between": xlogy(value_share, ratio),
            "within": value_share * theil_inside,
        }
    )


def split_inequality(
    atlas: Atlas, indicator_id: str, *, by: str, people: bool = False
) -> TheilSplit:
    """Apply `theil_split` to an indicator by size band, containing level or category of the atlas.

    Args:
        atlas: with the indicator.
        indicator_id: of a figure that cannot be negative.
        by: see `groups.groups_of`.
        people: whether territories count by their population.

    Raises:
        InputError: no such indicator or grouping, or values that cannot be split.
    """
    atlas.indicator(indicator_id)
    groups = groups_of(atlas, by)
    weights = atlas.territories.facts["population"] if people else None
    split = theil_split(atlas.values.loc[:, indicator_id], groups.of, weights=weights)
    titles: dict[str, Text | str] = dict(groups.titles)
    order = [key for key in titles if key in split.groups.index]
    rest = [key for key in split.groups.index if key not in titles]
    return TheilSplit(
        total=split.total,
        between=split.between,
        within=split.within,
        groups=split.groups.loc[[*order, *rest]],
        left_out=split.left_out,
    )


@dataclass(frozen=True)
class SpatialGini:
    """The Gini coefficient as differences between neighbours and between others.

    Attributes:
        gini: of the territories with a value.
        neighbours, others: Σ |xᵢ − xⱼ| over the ordered pairs (each pair twice) that are
            neighbours, and that are not.
        expected_neighbours: `neighbours` for values in random places: the whole sum times the share
            of neighbours among all pairs.
        p: pseudo p-value that neighbours differ so little (one tail), from permutations.
        permutations, seed: of it.
    """

    gini: float
    neighbours: float
    others: float
    expected_neighbours: float
    p: float
    permutations: int
    seed: int

    @property
    def likeness(self) -> float:
        """1 − observed/expected differences of neighbours: 0 by chance, 1 if they are equal."""
        return 1 - self.neighbours / self.expected_neighbours


def spatial_gini(
    values: pd.Series, contiguity: Contiguity, *, permutations: int = 999, seed: int = 0
) -> SpatialGini:
    """Rey and Smith 2013: G = Σ_neighbours |xᵢ − xⱼ|/(2n²μ) + Σ_others |xᵢ − xⱼ|/(2n²μ).

    Args:
        values: not negative, in the order of the contiguity; NaN is left out, with its borders.
        contiguity: the neighbours (or members of a group: any symmetric relation).
        permutations: shuffles of all values for `p`.
        seed: of them.

    Raises:
        InputError: negative values; see `moran.neighbourhood_of`.
    """
    coefficient = gini(values)
    near = neighbourhood_of(values, contiguity)
    size = len(near.known)
    row = np.repeat(np.arange(size), near.cardinalities)
    once = row < near.neighbours
    first, second = row[once], near.neighbours[once]
    x = near.z - near.z.min()
    between_all = 2 * coefficient * size**2 * values.mean()
    observed = 2 * np.abs(x[first] - x[second]).sum()
    rng = np.random.default_rng(seed)
    shuffled = x.copy()
    as_small = 0
    for _unused in range(permutations):
        rng.shuffle(shuffled)
        as_small += bool(2 * np.abs(shuffled[first] - shuffled[second]).sum() <= observed)
    return SpatialGini(
        gini=coefficient,
        neighbours=float(observed),
        others=float(between_all - observed),
        expected_neighbours=float(between_all * len(first) / (size * (size - 1) / 2)),
        p=(as_small + 1) / (permutations + 1),
        permutations=permutations,
        seed=seed,
    )


def likeness_of_neighbours(values: pd.Series, contiguity: Contiguity) -> float:
    """Return `SpatialGini.likeness`; NaN if a figure is negative, because Gini is then not defined.

    Raises:
        InputError: see `spatial_gini`.
    """
    if (values < 0).any():
        return float("nan")
    return spatial_gini(values, contiguity, permutations=1).likeness
