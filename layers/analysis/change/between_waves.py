"""Change between two waves: real change, and what only looks like it.

A mean over territories changes when figures change. It also changes with the list of territories,
with the territories that are known, and with the method. Here each has its own term.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Element, Recipe
from zoneblanche.layers.index.score import resolve, score
from zoneblanche.layers.intervals import Z95

MOST_INDICATORS = 12
"""With more indicators, splitting the change of an index that is not a weighted sum takes too
long."""


@dataclass(frozen=True)
class Change:
    """The change of a mean: `total` = `real` + `codes` + `coverage` + `method`.

    Attributes:
        before, after: the mean of each wave as it was published, on its own territories.
        total: after − before.
        real: mean change of the territories known in both waves, on constant territory.
        low, high: 95 % interval of `real`, from the spread of the territories' changes, clustered
            if clusters are given.
        codes: the effect of carrying the first wave to the territories of the second, and of the
            territories without a past.
        coverage: the effect of territories known in one wave only.
        method: the effect of measuring the first wave like the second; 0 unless it is given.
        territories: number of territories of `real`.
        gained, lost: how many of them increased, and decreased.
    """

    before: float
    after: float
    total: float
    real: float
    low: float
    high: float
    codes: float
    coverage: float
    method: float
    territories: int
    gained: int
    lost: int


def measure_change(
    before: pd.Series,
    after: pd.Series,
    *,
    carried: pd.Series | None = None,
    remeasured: pd.Series | None = None,
    weights_before: pd.Series | None = None,
    weights: pd.Series | None = None,
    clusters: pd.Series | None = None,
) -> Change:
    """Return the change of the mean of an indicator between two waves, on constant territory.

    Let M₀ be the first wave's mean on its own codes, C₀ that of the wave carried to the second's
    codes, R₀ that of the carried wave measured like the second, M₁ the second's mean, C₁ its mean
    on the codes that the carried wave has, and r₀, r₁ the means of R and of the second over the
    territories known in both. Then M₁ − M₀ = real (r₁ − r₀) + codes [(C₀ − M₀) + (M₁ − C₁)] +
    coverage [(r₀ − R₀) + (C₁ − r₁)] + method (R₀ − C₀).

    Args:
        before: the first wave, by the codes of its date; NaN is missing.
        after: the second wave, by the codes of its date.
        carried: the first wave on the codes of the second (`geo.vintages.carry`). Without it,
            codes that both have are considered the same territories.
        remeasured: the first wave on the codes of the second, by the second's method, if the
            method changed. It must be missing where `carried` is.
        weights_before: weight of each territory in the first wave's own mean; one if not given.
        weights: the same on the codes of the second, for all other means. They are constant, so
            people who move do not change the indicator.
        clusters: the cluster of each territory on the codes of the second: territories of one
            change together (one office answers for several town halls), so that its interval is
            wider. Without it each territory is a cluster.

    Raises:
        InputError: duplicate codes, weights of one wave only, weights that are missing or
            negative, or no territory that is known in both waves.

    >>> first = pd.Series({"a": 0.0, "b": 1.0, "old": 1.0})
    >>> change = measure_change(first, pd.Series({"a": 1.0, "b": 1.0, "new": 0.0}))
    >>> change.real, round(change.total, 9)
    (0.5, 0.0)
    """
    _check_waves(before, after, weights_before, weights)
    source = before if carried is None else carried
    moved = source.reindex(after.index)
    same = moved if remeasured is None else remeasured.reindex(after.index)
    if not (same.isna() == moved.isna()).all():
        raise InputError(_("the first wave, measured again, is not known where it was."))
    weight = pd.Series(1.0, index=after.index) if weights is None else weights.reindex(after.index)
    weight_before = (
        pd.Series(1.0, index=before.index)
        if weights_before is None
        else weights_before.reindex(before.index)
    )
    both = same.notna() & after.notna()
    if not both.any():
        raise InputError(_("no territory is known in both waves: there is no change to measure."))
    mean_before, mean_carried = _mean(before, weight_before), _mean(moved, weight)
    anew, now = _mean(same, weight), _mean(after, weight)
    past = after.index.isin(source.index)
    there_now = _mean(after[past], weight[past])
    first, second = _mean(same[both], weight[both]), _mean(after[both], weight[both])
    steps = (after - same)[both].to_numpy()
    share = weight[both].to_numpy() / weight[both].sum()
    pulls = pd.Series(share * (steps - (second - first)), index=after.index[both])
    if clusters is not None:
        pulls = pulls.groupby(clusters.reindex(pulls.index).fillna("")).sum()
    error = Z95 * float(np.sqrt((pulls**2).sum()))
    return Change(
        before=mean_before,
        after=now,
        total=now - mean_before,
        real=second - first,
        low=float(second - first - error),
        high=float(second - first + error),
        codes=(mean_carried - mean_before) + (now - there_now),
        coverage=(first - anew) + (there_now - second),
        method=anew - mean_carried,
        territories=int(both.sum()),
        gained=int((steps > 0).sum()),
        lost=int((steps < 0).sum()),
    )


def _check_waves(
    before: pd.Series,
    after: pd.Series,
    weights_before: pd.Series | None,
    weights: pd.Series | None,
) -> None:
    faults = [
        Fault(
            _(
                "codes of the {which} wave appear twice (first: {index}).",
                which=position,
                index=first_of(wave.index[doubled]),
            )
        )
        for position, wave in (("first", before), ("second", after))
        if (doubled := wave.index.duplicated()).any()
    ]
    if (weights is None) != (weights_before is None):
        faults.append(Fault(_("weights are given for one wave only; give them for both.")))
    for wave, weight in ((before, weights_before), (after, weights)):
        if weight is None or faults:
            continue
        wrong = wave.notna() & ~(weight.reindex(wave.index) >= 0)
        if wrong.any():
            codes = first_of(wave.index[wrong])
            faults.append(
                Fault(
                    _(
                        "{wrong} weights are missing or negative (first: {codes}).",
                        wrong=wrong.sum(),
                        codes=codes,
                    )
                )
            )
    if faults:
        raise InputError(faults)


def _mean(values: pd.Series, weights: pd.Series) -> float:
    present = values.notna()
    total = weights[present].sum()
    if not total > 0:
        raise InputError(_("a wave has no known value with a weight: it has no mean."))
    return float((values[present] * weights[present]).sum() / total)


@dataclass(frozen=True)
class IndexChange:
    """The change of an index, by territory and by indicator.

    Attributes:
        table: index as the second atlas; `before`, `after`, `change` (of the score), NaN if one of
            the indicators is missing in one of the waves.
        parts: same index; one column per indicator: its part of the change. A row adds up to its
            `change`.
        left_out: codes of the territories without a change.
    """

    table: pd.DataFrame
    parts: pd.DataFrame
    left_out: tuple[str, ...]


def measure_index_change(before: Atlas, after: Atlas, recipe: Recipe) -> IndexChange:
    """Return how an index changed between two atlases of the same territories, and why.

    Only a recipe on a fixed scale is comparable over time: goalposts, no treatment, no imputation,
    given weights. On a relative scale a territory moves because others do.

    Args:
        before: the first wave, on the territories of the second (carry it there first).
        after: the second wave.
        recipe: of the index.

    Raises:
        InputError: other territories, a relative recipe, an indicator that is entirely missing.
    """
    if not before.codes.equals(after.codes):
        raise InputError(
            _(
                "the two waves are not on the same territories: carry the first to the "
                "codes of the second (geo.vintages.carry)."
            )
        )
    recipe = resolve(recipe, after.indicators)
    check_fixed(recipe)
    ids = [element.id for element in recipe.elements]
    for name in ids:
        before.indicator(name)
    first, second = before.values[ids], after.values[ids]
    present = first.notna().all(axis=1) & second.notna().all(axis=1)
    if not present.any():
        raise InputError(_("no territory has every indicator in both waves."))
    parts = decompose_change(
        first[present],
        second[present],
        lambda table: score(table, recipe).index,
        additive=all(dimension.aggregate == "arithmetic" for dimension in recipe.dimensions),
    )
    start = score(first[present], recipe).index
    table = pd.DataFrame({"before": start, "after": start + parts.sum(axis=1)})
    table["change"] = parts.sum(axis=1)
    return IndexChange(
        table=table.reindex(after.codes),
        parts=parts.reindex(after.codes),
        left_out=tuple(after.codes[~present.to_numpy()]),
    )


def decompose_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    scored: Callable[[pd.DataFrame], pd.Series],
    *,
    additive: bool = False,
) -> pd.DataFrame:
    """Return each indicator's part of the change of a score: Shapley 1953.

    The part of an indicator is what its change adds to the score, averaged over all orders in which
    the indicators can have changed. Parts add up to the change. For a weighted sum every order
    gives the same result, and one step each is enough.

    Args:
        before, after: the same rows and columns, without NaN.
        scored: from such a table to a score for each row.
        additive: whether the score is a weighted sum of functions of one indicator each.

    Raises:
        InputError: tables with different rows or columns, or too many indicators.
    """
    if not before.index.equals(after.index) or list(before.columns) != list(after.columns):
        raise InputError(_("the tables of the two waves have not the same rows and columns."))
    names = list(before.columns)
    if not additive and len(names) > MOST_INDICATORS:
        raise InputError(
            _(
                "the change of {count} indicators in a score that is not a weighted sum cannot "
                "be taken apart; up to {most_indicators} can.",
                count=len(names),
                most_indicators=MOST_INDICATORS,
            )
        )
    reached = {}
    deepest = 1 if additive else len(names)
    for size in range(deepest + 1):
        for changed in combinations(names, size):
            mixed = before.assign(**{name: after[name] for name in changed})
            reached[frozenset(changed)] = scored(mixed).to_numpy()
    if additive:
        start = reached[frozenset()]
        parts = {name: reached[frozenset([name])] - start for name in names}
    else:
        parts = {name: _shapley(name, reached, len(names)) for name in names}
    return pd.DataFrame(parts, index=before.index)


def _shapley(name: str, reached: dict[frozenset[str], np.ndarray], count: int) -> np.ndarray:
    part = np.zeros_like(reached[frozenset()])
    for others, value in reached.items():
        if name not in others:
            size = len(others)
            orders = factorial(size) * factorial(count - size - 1) / factorial(count)
            part += orders * (reached[others | {name}] - value)
    return part


def check_fixed(recipe: Recipe) -> None:
    """Refuse a recipe whose scores depend on the other territories.

    Raises:
        InputError: everything that is relative in it.
    """
    faults = [
        Fault(
            _("{element} is scored relative to the other territories.", element=repr(element.id)),
            file=recipe.file or None,
            remedy=_('Give it normalise = "goalposts", treat = "none" and impute = "none".'),
            kind="relative-scale",
        )
        for element in recipe.elements
        if not _is_fixed(element)
    ]
    relative = ("copeland", "bod", "mpi-minus", "mpi-plus")
    faults += [
        Fault(
            _(
                "the dimension {dimension} weighs or ranks territories against each other.",
                dimension=repr(dimension.id),
            ),
            file=recipe.file or None,
            remedy=_("Give it weights, and a mean as its aggregation."),
            kind="relative-scale",
        )
        for dimension in recipe.dimensions
        if dimension.weighting in ("pca", "effective") or dimension.aggregate in relative
    ]
    if faults:
        raise InputError(faults)


def _is_fixed(element: Element) -> bool:
    fixed = element.normalise in ("goalposts", "scaled") or (
        element.normalise == "ampi" and element.goalposts is not None
    )
    return fixed and element.treat == "none" and element.impute == "none"
