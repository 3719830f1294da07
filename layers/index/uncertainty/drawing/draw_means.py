"""The means of many draws together: arithmetic on weighted sums, for the compiled loops."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
            known = scenario.known[[rows[element.id] for element in dimension.elements()]]
            scored.scores[:, known.mean(axis=0) < dimension.min_available] = np.nan
            scored = Made(scored.scores, complete=False)
        made[dimension.id] = scored
    return made


def weighted_mean(
    scenario: Scenario,
    dimension: Dimension,
    rows: Mapping[str, int],
    weights: np.ndarray,
    made: Mapping[str, Made],
    loops: ModuleType,
) -> Made:
    """Return a mean that is a function of weighted sums."""
    shape = (len(weights), scenario.x.shape[1])
    leaves = [(n, rows[c.id]) for n, c in enumerate(dimension.children) if c.id in rows]
    inner = [(n, c.id) for n, c in enumerate(dimension.children) if c.id not in rows]
    figures = [row for _, row in leaves]
    whole = scenario.known is None and bool((weights.sum(axis=1) > 0).all())
    whole = whole and all(made[name].complete for _, name in inner)
    if whole:
        weights = weights / weights.sum(axis=1, keepdims=True)
    leaf_weights = np.ascontiguousarray(weights[:, [place for place, _ in leaves]])
    penalised = dimension.aggregate.endswith(("-minus", "-plus"))
    if scenario.known is not None and not (inner or whole or penalised):
        mean = np.empty(shape, dtype="float32")
        known_rows = _rows(scenario, dimension, "known", figures)
        loops.weighted_means(
            _rows(scenario, dimension, "", figures), known_rows, leaf_weights, mean
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            return Made(_out_of(dimension, mean), whole)

    def summed(*, square: bool) -> np.ndarray:
        total = np.zeros(shape, dtype="float32")
        if leaves:
            table = _rows(scenario, dimension, "square" if square else "", figures)
            loops.weighted_sums(table, leaf_weights, total)
        for place, name in inner:
            part = _into(dimension, made[name].scores)
            part = part * part if square else part
            loops.add_scores(part, np.ascontiguousarray(weights[:, place]), total)
        return total

    known = np.float32(1) if whole else _weight_known(scenario, weights, leaves, inner, made, loops)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = summed(square=False)
        if not whole:
            mean /= known
        if not penalised:
            return Made(_out_of(dimension, mean), whole)
        spread = np.maximum(summed(square=True) / known - mean * mean, np.float32(0))
        sign = np.float32(-1 if dimension.aggregate.endswith("minus") else 1)
        return Made(mean + sign * spread / mean, whole)


def _weight_known(
    scenario: Scenario,
    weights: np.ndarray,
    leaves: list[tuple[int, int]],
    inner: list[tuple[int, str]],
    made: Mapping[str, Made],
    loops: ModuleType,
) -> np.ndarray:
    """Return the sum of the weights of the known figures: (draws, units) float32."""
    known = np.zeros((len(weights), scenario.x.shape[1]), dtype="float32")
    leaf_weights = np.ascontiguousarray(weights[:, [place for place, _ in leaves]])
    if scenario.known is None:
        known += leaf_weights.sum(axis=1, keepdims=True)
    elif leaves:
        loops.weighted_sums(scenario.known[[row for _, row in leaves]], leaf_weights, known)
    for place, name in inner:
        loops.add_known(made[name].scores, np.ascontiguousarray(weights[:, place]), known)
    return known


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
        one = aggregate(
            pd.DataFrame(columns).astype("float64"),
            dict(zip(names, row.astype("float64"), strict=True)),
            how=dimension.aggregate,
            power=dimension.power,
            name=dimension.id,
        )
        scores.append(one.to_numpy("float32"))
    return Made(np.stack(scores), complete=False)
