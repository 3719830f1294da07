"""The means of many draws together: arithmetic on weighted sums, for the compiled loops."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Aggregate, Dimension, Recipe
from zoneblanche.layers.index.steps.aggregate import aggregate

SLOW: tuple[Aggregate, ...] = ("median", "copeland", "bod")
"""Aggregations that are not weighted sums: each draw calls `aggregate` itself."""


@dataclass(frozen=True)
class Scenario:
    """A prepared table, and the mean that combines it.

    Attributes:
        recipe: with the options of this scenario.
        x: (indicators, units) float32, NaN is missing.
        offset, sign: a score is offset + sign · score.
        sums: for each mean, the figures that it sums, with 0 for NaN; filled as needed.
        known: (indicators, units) float32, 1 if known; None if everything is.
        rows: of `sums` and `known`, those of one dimension, contiguous in memory.
    """

    recipe: Recipe
    x: np.ndarray
    offset: float
    sign: float
    known: np.ndarray | None
    sums: dict[tuple[str, float], np.ndarray] = field(default_factory=dict)
    rows: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """Scores of a dimension, (draws, units) float32, and whether none of them is NaN."""

    scores: np.ndarray
    complete: bool


def dimension_scores(
    scenario: Scenario, weights: np.ndarray, loops: ModuleType, *, only: Collection[str]
) -> dict[str, Made]:
    """Aggregate dimension by dimension, for several draws of one scenario; high is good.

    Args:
        scenario: the figures.
        weights: (draws, children of all dimensions) float32, in the order of `recipe.dimensions`.
        loops: the module `drawing.kernels` or `drawing.plain`.
        only: the dimensions to compute.
    """
    rows = {element.id: row for row, element in enumerate(scenario.recipe.elements)}
    made: dict[str, Made] = {}
    first = 0
    for dimension in scenario.recipe.dimensions:
        width = len(dimension.children)
        w = weights[:, first : first + width]
        first += width
        if dimension.id not in only:
            continue
        if dimension.aggregate in SLOW:
            scored = one_by_one(scenario, dimension, rows, w, made)
        else:
            scored = weighted_mean(scenario, dimension, rows, w, made, loops)
        if dimension.min_available > 0 and scenario.known is not None:
            presence = scenario.known[[rows[element.id] for element in dimension.elements()]]
            scored.scores[:, presence.mean(axis=0) < dimension.min_available] = np.nan
            scored = Made(scored.scores, complete=False)
        made[dimension.id] = scored
    return made


@dataclass(frozen=True)
class Children:
    """What a dimension combines, and with which weights in each draw.

    Attributes:
        rows: of the scenario's tables, those of its own indicators.
        weights: (draws, own indicators) float32, contiguous in memory.
        below: the scores of each dimension below, and its (draws,) weights.
    """

    rows: list[int]
    weights: np.ndarray
    below: list[tuple[np.ndarray, np.ndarray]]


def _children_of(
    dimension: Dimension, rows: Mapping[str, int], weights: np.ndarray, made: Mapping[str, Made]
) -> Children:
    names = [child.id for child in dimension.children]
    own = [place for place, name in enumerate(names) if name in rows]
    below = [
        (made[name].scores, np.ascontiguousarray(weights[:, place]))
        for place, name in enumerate(names)
        if name not in rows
    ]
    return Children(
        [rows[names[place]] for place in own], np.ascontiguousarray(weights[:, own]), below
    )


def weighted_mean(
    scenario: Scenario,
    dimension: Dimension,
    rows: Mapping[str, int],
    weights: np.ndarray,
    made: Mapping[str, Made],
    loops: ModuleType,
) -> Made:
    """Return a mean that is a function of weighted sums."""
    whole = scenario.known is None and bool((weights.sum(axis=1) > 0).all())
    whole = whole and all(made[c.id].complete for c in dimension.children if c.id not in rows)
    if whole:
        weights = weights / weights.sum(axis=1, keepdims=True)
    children = _children_of(dimension, rows, weights, made)
    penalised = dimension.aggregate.endswith(("-minus", "-plus"))
    present = None
    if scenario.known is not None:
        present = _rows(scenario, dimension, "known", children.rows)
        if not (children.below or penalised):
            mean = np.empty((len(weights), scenario.x.shape[1]), dtype="float32")
            figures = _rows(scenario, dimension, "", children.rows)
            loops.weighted_means(figures, present, children.weights, mean)
            with np.errstate(invalid="ignore", divide="ignore"):
                return Made(_out_of(dimension, mean), whole)

    def summed(*, square: bool) -> np.ndarray:
        def add(scores: np.ndarray, weights: np.ndarray, total: np.ndarray) -> None:
            part = _into(dimension, scores)
            loops.add_scores(part * part if square else part, weights, total)

        figures = _rows(scenario, dimension, "square" if square else "", children.rows)
        return _sum_over(children, figures, add, scenario, loops)

    denominator = (
        np.float32(1) if whole else _sum_over(children, present, loops.add_known, scenario, loops)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = summed(square=False)
        if not whole:
            mean /= denominator
        if not penalised:
            return Made(_out_of(dimension, mean), whole)
        spread = np.maximum(summed(square=True) / denominator - mean * mean, np.float32(0))
        sign = np.float32(-1 if dimension.aggregate.endswith("minus") else 1)
        return Made(mean + sign * spread / mean, whole)


def _sum_over(
    children: Children,
    table: np.ndarray | None,
    add: Callable[[np.ndarray, np.ndarray, np.ndarray], None],
    scenario: Scenario,
    loops: ModuleType,
) -> np.ndarray:
    """Return the weighted sum over the children of a dimension: (draws, units) float32.

    Args:
        children: of the dimension.
        table: (own indicators, units) float32; None if all are 1.
        add: adds to the sum what a dimension below contributes, by its scores and weights.
        scenario: of the draws.
        loops: the module `drawing.kernels` or `drawing.plain`.
    """
    total = np.zeros((len(children.weights), scenario.x.shape[1]), dtype="float32")
    if table is None:
        total += children.weights.sum(axis=1, keepdims=True)
    elif children.rows:
        loops.weighted_sums(table, children.weights, total)
    for scores, weights in children.below:
        add(scores, weights, total)
    return total


def _rows(scenario: Scenario, dimension: Dimension, what: str, rows: list[int]) -> np.ndarray:
    """Return the rows of a dimension's own indicators, of what its mean sums ("", "square") or of
    what is known; cached, because every few draws need them."""
    key = (dimension.id, what)
    if key not in scenario.rows:
        if what == "known":
            assert scenario.known is not None
            table = scenario.known
        else:
            table = _summed(scenario, dimension, square=what == "square")
        scenario.rows[key] = np.ascontiguousarray(table[rows])
    return scenario.rows[key]


def _summed(scenario: Scenario, dimension: Dimension, *, square: bool = False) -> np.ndarray:
    """Return what the mean of a dimension sums over the indicators; cached, because every draw
    needs it."""
    key = (f"{dimension.aggregate}{square}", dimension.power)
    if key not in scenario.sums:
        figures = scenario.x * scenario.x if square else scenario.x
        with np.errstate(invalid="ignore", divide="ignore"):
            into = _into(dimension, figures).astype("float32")
        np.copyto(into, np.float32(0), where=np.isnan(scenario.x))
        scenario.sums[key] = into
    return scenario.sums[key]


def _into(dimension: Dimension, scores: np.ndarray) -> np.ndarray:
    """Return the scale on which a dimension's mean is arithmetic."""
    if dimension.aggregate == "geometric":
        return np.log(scores)
    if dimension.aggregate == "harmonic":
        return np.float32(1) / scores
    if dimension.aggregate == "generalised":
        return scores ** np.float32(dimension.power)
    return scores


def _out_of(dimension: Dimension, mean: np.ndarray) -> np.ndarray:
    if dimension.aggregate == "geometric":
        return np.exp(mean)
    if dimension.aggregate == "harmonic":
        return np.float32(1) / mean
    if dimension.aggregate == "generalised":
        return mean ** np.float32(1.0 / dimension.power)
    return mean


def one_by_one(
    scenario: Scenario,
    dimension: Dimension,
    rows: Mapping[str, int],
    weights: np.ndarray,
    made: Mapping[str, Made],
) -> Made:
    """An aggregation that is not a weighted sum: `aggregate`, draw by draw."""
    names = [child.id for child in dimension.children]
    scores = []
    for draw, row in enumerate(weights):
        columns = {n: scenario.x[rows[n]] if n in rows else made[n].scores[draw] for n in names}
        mean = aggregate(
            pd.DataFrame(columns).astype("float64"),
            dict(zip(names, row.astype("float64"), strict=True)),
            how=dimension.aggregate,
            power=dimension.power,
            name=dimension.id,
        )
        scores.append(mean.to_numpy("float32"))
    return Made(np.stack(scores), complete=False)
