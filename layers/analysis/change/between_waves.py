"""Change between two waves: what really changed, and what only seems to have.

A mean over territories moves when figures change, and also when the list of territories does,
when other ones are known, or when another way of measuring is used. Here each has its own term.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Element, Recipe
from zoneblanche.layers.index.score import resolve, score

MOST_INDICATORS = 12
"""Beyond this the change of an index that is no weighted sum takes too long to take apart."""


@dataclass(frozen=True)
class Change:
    """The change of a mean: `total` = `real` + `codes` + `coverage` + `method`.

    Attributes:
        before, after: the mean of each wave as it was published, on its own territories.
        total: after − before.
        real: mean change of the territories that are known in both waves, on constant territory.
        low, high: 95 % interval of `real`, from the spread of the territories' changes.
        codes: what carrying the first wave to the territories of the second does by itself, and
            what the territories bring that have no past.
        coverage: what comes of territories known in one wave only.
        method: what measuring the first wave as the second does by itself; 0 unless it was given.
        territories: how many `real` is on.
        gained, lost: how many of them rose, and fell.
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
) -> Change:
    """The change of the mean of an indicator between two waves, on constant territory.

    With M₀ the first wave's mean on its own codes, C₀ that of the wave carried to the second's
    codes, R₀ that of the carried wave measured as the second was, M₁ the second's mean, C₁ that
    of it on the codes that the carried wave has, and r₀, r₁ those of R and of the second over the
    territories known in both: M₁ − M₀ = real (r₁ − r₀) + codes [(C₀ − M₀) + (M₁ − C₁)] +
    coverage [(r₀ − R₀) + (C₁ − r₁)] + method (R₀ − C₀).

    Args:
        before: the first wave, by the codes of its date; NaN is missing.
        after: the second wave, by the codes of its date.
        carried: the first wave on the codes of the second (`geo.vintages.carry`). Without it the
            codes that both have are taken to be the same territories.
        remeasured: the first wave on the codes of the second, by the second's method, where the
            method changed. It must be missing where `carried` is.
        weights_before: what each territory counts for in the first wave's own mean; one without.
        weights: likewise on the codes of the second, for all other means. Constant, so that
            people who move are no change of the indicator.

    Raises:
        InputError: codes that stand twice, weights of one wave only, weights that are missing or
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
        raise InputError("the first wave, measured anew, is not known where it was.")
    weight = pd.Series(1.0, index=after.index) if weights is None else weights.reindex(after.index)
    weight_before = (
        pd.Series(1.0, index=before.index)
        if weights_before is None
        else weights_before.reindex(before.index)
    )
    both = same.notna() & after.notna()
    if not both.any():
        raise InputError("no territory is known in both waves: there is no change to measure.")
    own, there = _mean(before, weight_before), _mean(moved, weight)
    anew, now = _mean(same, weight), _mean(after, weight)
    past = after.index.isin(source.index)
    there_now = _mean(after[past], weight[past])
    first, second = _mean(same[both], weight[both]), _mean(after[both], weight[both])
    steps = (after - same)[both].to_numpy()
    share = weight[both].to_numpy() / weight[both].sum()
    error = 1.959964 * np.sqrt((share**2 * (steps - (second - first)) ** 2).sum())
    return Change(
        before=own,
        after=now,
        total=now - own,
        real=second - first,
        low=float(second - first - error),
        high=float(second - first + error),
        codes=(there - own) + (now - there_now),
        coverage=(first - anew) + (there_now - second),
        method=anew - there,
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
        Fault(f"codes of the {which} wave stand twice (first: {first_of(wave.index[doubled])}).")
        for which, wave in (("first", before), ("second", after))
        if (doubled := wave.index.duplicated()).any()
    ]
    if (weights is None) != (weights_before is None):
        faults.append(Fault("weights are given for one wave only; give them for both."))
    for wave, weight in ((before, weights_before), (after, weights)):
        if weight is None or faults:
            continue
        wrong = wave.notna() & ~(weight.reindex(wave.index) >= 0)
        if wrong.any():
            codes = first_of(wave.index[wrong])
            faults.append(Fault(f"{wrong.sum()} weights are missing or negative (first: {codes})."))
    if faults:
        raise InputError(faults)


def _mean(values: pd.Series, weights: pd.Series) -> float:
    known = values.notna()
    total = weights[known].sum()
    if not total > 0:
        raise InputError("a wave has no known value with a weight: it has no mean.")
    return float((values[known] * weights[known]).sum() / total)


@dataclass(frozen=True)
class IndexChange:
    """The change of an index, territory by territory and indicator by indicator.

    Attributes:
        table: index as the second atlas; `before`, `after`, `change` (of the score), NaN where
            one of the indicators is missing in one of the waves.
        parts: same index; one column an indicator: its part of the change. A row adds up to its
            `change`.
        left_out: codes of the territories without.
    """

    table: pd.DataFrame
    parts: pd.DataFrame
    left_out: tuple[str, ...]

    def mean_parts(self) -> pd.Series:
        """Mean part of each indicator, which add up to the mean change."""
        return self.parts.mean()


def measure_index_change(before: Atlas, after: Atlas, recipe: Recipe) -> IndexChange:
    """How an index changed between two atlases of the same territories, and what changed it.

    Only a recipe on a fixed scale can be compared over time: goalposts, no treatment, no
    imputation, given weights. On a relative scale a territory moves because others do.

    Args:
        before: the first wave, on the territories of the second (carry it there first).
        after: the second wave.
        recipe: of the index.

    Raises:
        InputError: other territories, a relative recipe, an indicator that is missing altogether.
    """
    if not before.codes.equals(after.codes):
        raise InputError(
            "the two waves are not on the same territories: carry the first to the codes of the "
            "second (geo.vintages.carry)."
        )
    recipe = resolve(recipe, after.indicators)
    check_fixed(recipe)
    ids = [element.id for element in recipe.elements]
    for name in ids:
        before.indicator(name)
    first, second = before.values[ids], after.values[ids]
    known = first.notna().all(axis=1) & second.notna().all(axis=1)
    if not known.any():
        raise InputError("no territory has every indicator in both waves.")
    parts = decompose_change(
        first[known],
        second[known],
        lambda table: score(table, recipe).index,
        additive=all(dimension.aggregate == "arithmetic" for dimension in recipe.dimensions),
    )
    start = score(first[known], recipe).index
    table = pd.DataFrame({"before": start, "after": start + parts.sum(axis=1)})
    table["change"] = parts.sum(axis=1)
    return IndexChange(
        table=table.reindex(after.codes),
        parts=parts.reindex(after.codes),
        left_out=tuple(after.codes[~known.to_numpy()]),
    )


def decompose_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    scored: Callable[[pd.DataFrame], pd.Series],
    *,
    additive: bool = False,
) -> pd.DataFrame:
    """Each indicator's part of the change of a score: Shapley 1953.

    The part of an indicator is what its change adds to the score, averaged over all orders in
    which the indicators can have changed; parts add up to the change. For a weighted sum every
    order gives the same, and one step each is enough.

    Args:
        before, after: the same rows and columns, without NaN.
        scored: from such a table to a score for each row.
        additive: whether the score is a weighted sum of functions of one indicator each.

    Raises:
        InputError: tables that are not alike, or too many indicators.
    """
    if not before.index.equals(after.index) or list(before.columns) != list(after.columns):
        raise InputError("the tables of the two waves have not the same rows and columns.")
    names = list(before.columns)
    if not additive and len(names) > MOST_INDICATORS:
        raise InputError(
            f"the change of {len(names)} indicators in a score that is no weighted sum cannot be "
            f"taken apart; up to {MOST_INDICATORS} can."
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
        InputError: what is relative in it, all of it at once.
    """
    faults = [
        Fault(
            f"{element.id!r} is scored relative to the other territories.",
            file=recipe.file or None,
            remedy='Give it normalise = "goalposts", treat = "none" and impute = "none".',
            kind="relative-scale",
        )
        for element in recipe.elements
        if not _is_fixed(element)
    ]
    relative = ("copeland", "bod", "mpi-minus", "mpi-plus")
    faults += [
        Fault(
            f"the dimension {dimension.id!r} weighs or ranks territories against each other.",
            file=recipe.file or None,
            remedy="Give it weights, and a mean as its aggregation.",
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
