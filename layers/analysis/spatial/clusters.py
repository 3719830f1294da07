"""Local Moran: clusters of similar values, tested by permutations and corrected for multiple
tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.borders.stored import contiguity_of
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _, quantity, remark, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.spatial.moran import Neighbourhood, neighbourhood_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

NONE, HIGH_HIGH, LOW_HIGH, LOW_LOW, HIGH_LOW = range(5)
"""Labels, numbered like PySAL's quadrants: the first word is the territory, the second its
neighbours."""

SUFFIX = "-clusters"
"""Of the id of a column of clusters, after the id of the indicator."""

LABELS = {
    NONE: _("nothing significant"),
    HIGH_HIGH: _("high among high"),
    LOW_HIGH: _("low among high"),
    LOW_LOW: _("low among low"),
    HIGH_LOW: _("high among low"),
}


@dataclass(frozen=True)
class LocalMoran:
    """The local statistic of each territory, and which clusters survive the correction.

    Attributes:
        table: index as the values; `statistic` (I of the territory), `p` (pseudo p-value, one tail,
            as PySAL's `p_sim`), `q` (after the correction), `quadrant` (1 HH, 2 LH, 3 LL, 4 HL,
            whether significant or not), `label` (the quadrant if q ≤ the rate, else 0). NaN
            everywhere without a value, or without a neighbour that has one.
        rate: the false-discovery rate of the labels.
        tails: what the correction was applied to: `two` doubles `p`.
        permutations, seed: of the reference distributions.
        missing, islands: codes without a value; with a value and no neighbour that has one.
    """

    table: pd.DataFrame
    rate: float
    tails: Literal["one", "two"]
    permutations: int
    seed: int
    missing: tuple[str, ...]
    islands: tuple[str, ...]

    def counts(self) -> dict[int, int]:
        """Number of territories with each label."""
        counted = self.table["label"].value_counts()
        return {label: int(counted.get(label, 0)) for label in LABELS}


def local_moran(
    values: pd.Series,
    contiguity: Contiguity,
    *,
    permutations: int = 9999,
    seed: int = 0,
    rate: float = 0.05,
    tails: Literal["one", "two"] = "two",
) -> LocalMoran:
    """Return local Moran's I, its conditional permutation p-value, and labels after FDR correction.

    Iᵢ = (n − 1) zᵢ Σⱼ wᵢⱼ zⱼ / Σ z², w row-standardised (Anselin 1995, as `esda.Moran_Local`). The
    reference of territory i keeps zᵢ in its place and draws its k neighbours, without replacement,
    from the n − 1 others; `_tail_counts` explains why one table is exact for all. p = (the rarer
    tail + 1)/(permutations + 1). Draws equal to the observed value count in both tails. esda leaves
    them out of the lower one. Ours is the conservative side, and differs only for figures with
    ties, such as booleans.

    The correction is Benjamini and Hochberg 1995. p is that of one tail, chosen after the result is
    known, so by chance p ≤ a has probability 2a. By default it is doubled first, and `rate` is then
    correct. `tails="one"` corrects p without doubling, as is usual with PySAL and GeoDa.

    Args: values: one per territory, in the order of the contiguity; NaN is left out, with its
        borders. contiguity: the neighbours. permutations: draws of the reference; the lowest p is
        1/(permutations + 1). seed: of the draws; the same seed gives the same p. rate:
        false-discovery rate of the labels. tails: see above.

    Raises:
        InputError: see `moran.neighbourhood_of`; permutations below 1; a rate outside 0 to 1.
    """
    if permutations < 1 or not 0 < rate < 1:
        raise InputError(
            Fault(
                _(
                    "{permutations} permutations at a rate of {rate}.",
                    permutations=permutations,
                    rate=f"{rate:g}",
                ),
                remedy=_("Give at least 1 permutation, and a rate between 0 and 1."),
            )
        )
    near = neighbourhood_of(values, contiguity)
    lag = near.lag(near.z)
    at_least, at_most = _tail_counts(near, permutations=permutations, seed=seed)
    # A territory exactly at the mean has a statistic of 0 with any neighbours.
    rarer = np.where(near.z == 0, permutations, np.minimum(at_least, at_most))
    p = (rarer + 1) / (permutations + 1)
    tested = near.cardinalities > 0
    q = np.full(len(p), np.nan)
    q[tested] = benjamini_hochberg(np.minimum(p[tested] * (2 if tails == "two" else 1), 1.0))
    quadrant = np.select(
        [near.z > 0, lag > 0],
        [np.where(lag > 0, HIGH_HIGH, HIGH_LOW), LOW_HIGH],
        default=LOW_LOW,
    )
    table = pd.DataFrame(
        {
            "statistic": (len(p) - 1) * near.z * lag / (near.z**2).sum(),
            "p": p,
            "q": q,
            "quadrant": quadrant.astype("float64"),
            "label": np.where(q <= rate, quadrant, NONE).astype("float64"),
        },
        index=near.index,
    )
    table[~tested] = np.nan
    missing = np.setdiff1d(np.arange(len(values)), near.known, assume_unique=True)
    return LocalMoran(
        table=table.reindex(values.index),
        rate=rate,
        tails=tails,
        permutations=permutations,
        seed=seed,
        missing=tuple(values.index[missing]),
        islands=tuple(near.index[~tested]),
    )


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return adjusted p-values: reject where they are ≤ the desired false-discovery rate.

    q of the k-th smallest of m is the lowest m·p/j over the j-th smallest, j ≥ k. Benjamini and
    Hochberg 1995.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


def _tail_counts(
    near: Neighbourhood, *, permutations: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many draws have a neighbour sum at least, and at most, as extreme as observed.

    One table serves all territories. Each draw is a sequence of distinct territories. For territory
    i it gives the sum of the first k of the sequence *without i*, where k is the number of i's
    neighbours. A random sequence without i is a random sequence of the others, so the reference is
    exactly the conditional one. The sum is the prefix sum of k, unless i is among the first k: then
    it is the prefix sum of k + 1 minus zᵢ. So each k is sorted once and searched by all its
    territories, and the few draws that contain i early are corrected one by one.
    """
    size, degree = len(near.known), near.cardinalities
    deepest = int(degree.max())
    drawn = _distinct_draws(
        size, min(deepest + 1, size), permutations=permutations, rng=np.random.default_rng(seed)
    )
    sums = np.cumsum(near.z[drawn], axis=0)
    observed = near.sum_of_neighbours(near.z)
    # Sums that differ only by the order of their terms are ties.
    slack = 1e-9 * np.abs(near.z).max() * max(deepest, 1)
    # The statistic increases with the sum where z is above 0, and decreases where it is below.
    at_least = np.zeros(size, dtype=np.int64)
    at_most = np.zeros(size, dtype=np.int64)
    for k in np.unique(degree[degree > 0]):
        chosen = np.flatnonzero(degree == k)
        ordered = np.sort(sums[k - 1])
        at_least[chosen] = permutations - np.searchsorted(ordered, observed[chosen] - slack)
        at_most[chosen] = np.searchsorted(ordered, observed[chosen] + slack, side="right")
    depth, draw = np.nonzero(np.arange(len(drawn))[:, None] < degree[drawn])
    unit = drawn[depth, draw]
    wrong = sums[degree[unit] - 1, draw]
    right = sums[degree[unit], draw] - near.z[unit]
    for counts, low in ((at_least, True), (at_most, False)):
        compare = np.greater_equal if low else np.less_equal
        edge = observed[unit] - slack if low else observed[unit] + slack
        shift = compare(right, edge).astype(np.int64) - compare(wrong, edge)
        np.add.at(counts, unit, shift)
    return at_least, at_most


def _distinct_draws(
    size: int, depth: int, *, permutations: int, rng: np.random.Generator
) -> np.ndarray:
    """Return random sequences of distinct positions, shape (depth, permutations)."""
    if 2 * size < depth**2:
        # Few territories: shuffle all of them, in blocks of bounded memory.
        rows = [
            rng.permuted(np.tile(np.arange(size), (min(1000, permutations - done), 1)), axis=1)
            for done in range(0, permutations, 1000)
        ]
        return np.ascontiguousarray(np.concatenate([block[:, :depth] for block in rows]).T)
    # Many: draw with replacement, and draw again each sequence with a duplicate.
    drawn = rng.integers(size, size=(depth, permutations))
    doubled = np.arange(permutations)
    while len(doubled):
        ordered = np.sort(drawn[:, doubled], axis=0)
        doubled = doubled[(ordered[1:] == ordered[:-1]).any(axis=0)]
        drawn[:, doubled] = rng.integers(size, size=(depth, len(doubled)))
    return drawn


def add_clusters(
    atlas: Atlas,
    indicator_id: str,
    *,
    contiguity: Contiguity | None = None,
    permutations: int = 9999,
    seed: int = 0,
    rate: float = 0.05,
) -> Atlas:
    """Return the atlas with a column `<indicator>-clusters`: the local Moran labels of an
    indicator.

    Args:
        atlas: with the indicator.
        indicator_id: of a figure, not of a category.
        contiguity: of the atlas' territories, if already known.
        permutations, seed, rate: see `local_moran`.

    Raises:
        InputError: no such indicator, a category, or nothing to cluster.
    """
    indicator = atlas.indicator(indicator_id)
    if indicator.unit == "category":
        raise InputError(
            _(
                "{indicator_id} is a category: it has no high and no low.",
                indicator_id=repr(indicator_id),
            )
        )
    check_own_level(atlas, indicator)
    if contiguity is None:
        contiguity = contiguity_of(atlas.territories)
    table = atlas.values
    result = local_moran(
        table[indicator_id], contiguity, permutations=permutations, seed=seed, rate=rate
    )
    reasons = atlas.reasons[indicator_id].copy()
    reasons[list(result.islands)] = int(Reason.NOT_APPLICABLE)
    clustered = atlas.add(
        _cluster_indicator(indicator, result), result.table["label"], reasons=reasons
    )
    if not result.islands:
        return clustered
    first, alone = first_of(result.islands), len(result.islands)
    notice = _(
        "{layer}: {count} territories have no neighbour with a figure and belong to no cluster "
        "(first: {codes}).",
        layer=titled(indicator.title),
        count=alone,
        codes=first,
    )
    return clustered.noting(remark(notice))


def check_own_level(atlas: Atlas, indicator: Indicator) -> None:
    """Refuse figures that territories share because they are those of a containing level: their
    neighbours are alike by construction.

    Raises:
        InputError: the figures are, at least in part, of a coarser level.
    """
    native = atlas.coarser_level_of(indicator)
    if native:
        raise InputError(
            Fault(
                _(
                    "{title} rests on figures by {level}, repeated for each territory in it: what "
                    "it shows below that level is no pattern.",
                    title=titled(indicator.title),
                    level=native,
                ),
                remedy=_("Measure it at that level: --level {level}.", level=native),
                kind="coarser-level",
            )
        )


def _cluster_indicator(indicator: Indicator, result: LocalMoran) -> Indicator:
    return Indicator(
        id=f"{indicator.id}{SUFFIX}",
        title=_("Clusters: {title}", title=titled(indicator.title)),
        unit="category",
        digits=0,
        period=indicator.period,
        native_level=indicator.native_level,
        sources=indicator.sources,
        method=_(
            "Local Moran, {permutations} conditional permutations, equal draws counted in both "
            "tails; labels at a false discovery rate of {rate} %, which holds under positive "
            "dependence (Benjamini and Hochberg).",
            permutations=result.permutations,
            rate=quantity(100 * result.rate),
        ),
        categories=LABELS,
        role="typology",
        parts=(indicator.id,),
    )
