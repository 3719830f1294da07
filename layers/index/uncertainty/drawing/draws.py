"""Draws: plausible variants of a recipe, and the scores of each.

A draw varies what the `Uncertainty` of a recipe names: every weight within its share, and one of
the normalisations, aggregations, treatments and imputations. It may leave one indicator out.
Measurement errors are drawn apart, see `layers.index.uncertainty.errors`.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import Scored, prepare
from zoneblanche.layers.index.steps.orient import is_mazziotta, scale_ends
from zoneblanche.layers.index.uncertainty.drawing.draw_means import Scenario, dimension_scores


@dataclass(frozen=True)
class Plan:
    """The choices of each draw. All arrays have one row per draw.

    Attributes:
        scenario: number of the scenario, see `Sampler`.
        weights: one column per child of every dimension, in the order of `recipe.dimensions`.
    """

    scenario: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.scenario)

    def part(self, start: int, stop: int) -> Plan:
        """Return the draws from `start` to `stop`."""
        return Plan(self.scenario[start:stop], self.weights[start:stop])


class Sampler:
    """Draws of one recipe on one table.

    It has the prepared table of every scenario, which is every combination of treatment,
    imputation, normalisation and aggregation that the `Uncertainty` of the recipe allows. The first
    is the recipe itself, if no other is allowed.

    Attributes:
        target: the index, or one of its dimensions, see `of`.
        kept: (rows,) bool: the rows of the table that have a score of the target.
        units: number of columns of the draws.
        stands: (kept rows,) the column that represents each; `count`: how many rows each column
            represents.
        one_scale: whether the target has the same ends of scale in every scenario.
    """

    def __init__(
        self,
        values: pd.DataFrame,
        scored: Scored,
        *,
        context: Context | None = None,
    ) -> None:
        self.recipe = scored.recipe
        self._has_score = pd.DataFrame(
            {d.id: scored.ranked(d.id).notna() for d in self.recipe.dimensions}
        )
        self._held = self._has_score.any(axis=1).to_numpy()
        self.shares = [scored.weights[d.id] for d in self.recipe.dimensions]
        children = [child for d in self.recipe.dimensions for child in d.children]
        equal = [np.full(len(d.children), 1.0 / len(d.children)) for d in self.recipe.dimensions]
        self.equal = np.concatenate(equal)
        self.leaves = [place for place, c in enumerate(children) if isinstance(c, Element)]
        # The recipe itself was prepared when it was scored; a mean needs no preparation.
        prepared = [(self.recipe.elements, scored.normalised)]
        for recipe in variants(self.recipe):
            if all(recipe.elements != elements for elements, _table in prepared):
                table = prepare(values, recipe, context=context)[-1].values
                prepared.append((recipe.elements, table))
        self._whole = [
            self._scenario(recipe, next(table for key, table in prepared if key == recipe.elements))
            for recipe in variants(self.recipe)
        ]
        self._aim(self.recipe.id, distinct=False)

    def of(self, dimension_id: str) -> Sampler:
        """Return the same draws, of one dimension or the whole index, with one column for all rows
        with equal figures: their scores are equal in every draw."""
        part = copy.copy(self)
        part._aim(dimension_id, distinct=True)
        return part

    def _aim(self, dimension_id: str, *, distinct: bool) -> None:
        self.target = next(d for d in self.recipe.dimensions if d.id == dimension_id)
        self._on_the_way = {dimension.id for dimension in self.target.dimensions()} | {dimension_id}
        self.kept = self._has_score[dimension_id].to_numpy()
        self._columns = np.flatnonzero(self.kept[self._held])
        self.stands = np.arange(len(self._columns))
        self.count = np.ones(len(self._columns), dtype="int64")
        if distinct:
            element_ids = {element.id for element in self.target.elements()}
            rows = [
                row for row, element in enumerate(self.recipe.elements) if element.id in element_ids
            ]
            figures = np.vstack([scenario.x[rows] for scenario in self._whole])
            first, self.stands, self.count = _distinct(figures[:, self._columns])
            self._columns = self._columns[first]
        self.units = len(self._columns)
        self.scenarios = [self._narrowed(scenario) for scenario in self._whole]
        self.one_scale = len({self._ends(scenario) for scenario in self.scenarios}) == 1

    def _ends(self, scenario: Scenario) -> tuple[float, float] | None:
        dimension = next(d for d in scenario.recipe.dimensions if d.id == self.target.id)
        return scale_ends(dimension, count=len(self._held))

    def _narrowed(self, scenario: Scenario) -> Scenario:
        """Return the scenario of the target, on the columns that are scored."""
        ends = self._ends(scenario)
        presence = None if scenario.known is None else scenario.known[:, self._columns]
        return replace(
            scenario,
            x=np.ascontiguousarray(scenario.x[:, self._columns]),
            offset=float(sum(ends)) if scenario.sign < 0 and ends else 0.0,
            known=None if presence is None or presence.all() else np.ascontiguousarray(presence),
            sums={},
            rows={},
        )

    def plan(self, draws: int, *, seed: int) -> Plan:
        """Return the choices of so many draws; the same seed gives the same choices on any
        machine."""
        uncertain = self.recipe.uncertainty
        random = np.random.default_rng(seed)
        scenario = random.integers(0, len(self.scenarios), draws)
        nominal = np.concatenate([list(shares.values()) for shares in self.shares])
        spread = uncertain.weights * random.uniform(-1.0, 1.0, (draws, len(nominal)))
        weights = nominal * (1.0 + spread)
        if uncertain.equal:
            chosen = random.integers(0, 2, draws) == 1
            weights[chosen] = self.equal * (1.0 + spread[chosen])
        if uncertain.leave_out:
            left_out = random.integers(0, len(self.leaves) + 1, draws)
            for number, place in enumerate(self.leaves):
                weights[left_out == number, place] = 0.0
        return Plan(scenario, weights.astype("float32"))

    def scores(self, plan: Plan, loops: ModuleType) -> np.ndarray:
        """Return the scores of the target in every draw: (draws, units) float32.

        Args:
            plan: the draws.
            loops: the module `drawing.kernels` or `drawing.plain`.
        """
        out = np.empty((len(plan), self.units), dtype="float32")
        for number in np.unique(plan.scenario):
            chosen = np.flatnonzero(plan.scenario == number)
            scenario, weights = self.scenarios[number], plan.weights[chosen]
            out[chosen] = self._up(scenario, weights, loops)
        return out

    def _scenario(self, recipe: Recipe, table: pd.DataFrame) -> Scenario:
        x = np.ascontiguousarray(table.to_numpy("float32")[self._held].T)
        mirrored = recipe.orientation == "worse" and not is_mazziotta(recipe)
        missing = np.isnan(x)
        floor = recipe.uncertainty.floor if needs_positive(recipe) else 0.0
        if floor > 0:
            x = np.maximum(x, np.float32(floor))
        else:
            _check_positive(table[self._held], recipe)
        return Scenario(
            recipe=recipe,
            x=x,
            offset=0.0,
            sign=-1.0 if mirrored else 1.0,
            known=(~missing).astype("float32") if missing.any() else None,
        )

    def _up(self, scenario: Scenario, weights: np.ndarray, loops: ModuleType) -> np.ndarray:
        """Return the scores of the target in several draws of one scenario."""
        made = dimension_scores(scenario, weights, loops, only=self._on_the_way)
        target = made[self.target.id]
        if scenario.sign == 1.0:
            return target.scores
        return np.float32(scenario.offset) - target.scores


LISTS = ("treat", "impute", "normalise", "aggregate", "goalposts")
"""The uncertain choices that are lists, in the order of the scenarios."""


def variants(recipe: Recipe) -> Iterator[Recipe]:
    """Yield the recipe with every combination of the uncertain choices that are lists."""
    for options in _options(recipe):
        yield _with_options(recipe, options)


def _options(recipe: Recipe) -> Iterator[dict[str, Any]]:
    uncertain = recipe.uncertainty
    names = LISTS
    choices = [(name, getattr(uncertain, name)) for name in names if getattr(uncertain, name)]
    for picked in itertools.product(*(options for _unused, options in choices)):
        yield dict(zip((name for name, _unused in choices), picked, strict=True))


def _with_options(recipe: Recipe, options: Mapping[str, Any]) -> Recipe:
    return replace(recipe, root=_changed(recipe.root, options))


def _changed(dimension: Dimension, options: Mapping[str, Any]) -> Dimension:
    children = tuple(
        _changed(child, options)
        if isinstance(child, Dimension)
        else _changed_element(child, options)
        for child in dimension.children
    )
    return replace(
        dimension, children=children, aggregate=options.get("aggregate", dimension.aggregate)
    )


def _changed_element(element: Element, options: Mapping[str, Any]) -> Element:
    changed = {n: option for n, option in options.items() if n not in ("aggregate", "goalposts")}
    factor, posts = options.get("goalposts", 1.0), element.goalposts
    # A yes or no has no other ends.
    if posts is not None and posts != (0.0, 1.0):
        low, high = posts
        length = factor * (high - low)
        lower = element.better == "lower"
        changed["goalposts"] = (low, low + length) if lower else (high - length, high)
    return replace(element, **changed)


def _distinct(figures: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return columns that differ: the first of each, which of them each column equals, and their
    counts.

    NaN equals NaN: columns are compared by their bytes.
    """
    rows = np.ascontiguousarray(figures.T)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _unused, first, stands, count = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return first, stands, count.astype("int64")


def needs_positive(recipe: Recipe) -> bool:
    """Return whether one of its means is not defined for a score of zero."""
    return any(
        dimension.aggregate in ("geometric", "harmonic")
        or (dimension.aggregate == "generalised" and dimension.power < 0)
        for dimension in recipe.dimensions
    )


def _check_positive(table: pd.DataFrame, recipe: Recipe) -> None:
    """Refuse a drawn mean that is not defined for the scores, before ten thousand draws of NaN."""
    for dimension in recipe.dimensions:
        below_one = dimension.aggregate == "generalised" and dimension.power < 0
        if dimension.aggregate not in ("geometric", "harmonic") and not below_one:
            continue
        wrong = [e.id for e in dimension.elements() if (table[e.id] <= 0).any()]
        if wrong:
            raise InputError(
                Fault(
                    _(
                        "the {aggregate} mean of {dimension}, one of the uncertain choices, "
                        "needs scores above zero; {wrong} has some that are not.",
                        aggregate=dimension.aggregate,
                        dimension=repr(dimension.id),
                        wrong=first_of(wrong),
                    ),
                    column="recipe.uncertainty.aggregate",
                    remedy=_(
                        "Write range = [1, 100] in the recipe or a floor in its uncertainty, or "
                        "leave that mean out."
                    ),
                    kind="not-positive",
                )
            )
