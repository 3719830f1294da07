"""What the rank of each territory depends on: errors of each dimension, and the choices.

The mean shift of all ranks (`layers.index.uncertainty.sensitivity`) cannot see measurement errors:
they average out. Here the variance of every territory's own rank is apportioned, and the parts are
summed over the territories.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.recipe.recipe import Dimension
from zoneblanche.layers.index.score import Scored, prepare
from zoneblanche.layers.index.uncertainty.drawing import plain
from zoneblanche.layers.index.uncertainty.drawing.draws import variants
from zoneblanche.layers.index.uncertainty.errors import ErrorSampler

WEIGHTS, CHOICES = "weights", "choices"


def own_rank_indices(
    values: pd.DataFrame, scored: Scored, context: Context, *, count: int = 64
) -> pd.DataFrame:
    """Return first-order and total indices of the territories' own ranks.

    The factors are the errors of each dimension of the index, its weights, and its other choices
    (means and goalposts) together. Estimators of Saltelli et al. (2010) and Jansen (1999), with the
    sums over the territories in numerator and denominator.

    Args:
        values: the table that was scored.
        scored: the result of the recipe.
        context: what it used of the rows.
        count: N of the design; the index is computed N·(factors + 2) times.

    Returns:
        One row per factor: `first` and `total`; the greatest total first.
    """
    design = _Design(values, scored, context)
    random = np.random.default_rng([scored.recipe.seed, 3])
    shape = (count, len(design.factors))
    first, second = (random.integers(0, 2**62, shape) for _unused in range(2))
    a = np.stack([design.ranks(row) for row in first])
    b = np.stack([design.ranks(row) for row in second])
    variance = np.concatenate([a, b]).var(axis=0, ddof=1).sum()
    rows = {}
    for column, name in enumerate(design.factors):
        mixed = first.copy()
        mixed[:, column] = second[:, column]
        ab = np.stack([design.ranks(row) for row in mixed])
        rows[name] = {
            "first": float((b * (ab - a)).mean(axis=0).sum() / variance),
            "total": float(((a - ab) ** 2).mean(axis=0).sum() / (2.0 * variance)),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.sort_values("total", ascending=False, kind="stable")


class _Design:
    """Ranks of all territories for a row of the design: one number a factor."""

    def __init__(self, values: pd.DataFrame, scored: Scored, context: Context) -> None:
        recipe = scored.recipe
        self.index = recipe.id
        self.spread = recipe.uncertainty.weights
        self.equal = recipe.uncertainty.equal
        self.samplers = [
            # The same rows in every variant; a mean of another kind is computed in the draws only.
            ErrorSampler(
                replace(scored, recipe=variant, steps=prepare(values, variant, context=context)),
                context,
            )
            for variant in variants(recipe)
        ]
        numbers = {element.id: number for number, element in enumerate(recipe.elements)}
        self.parts = {
            child.id: [
                numbers[element.id]
                for element in (child.elements() if isinstance(child, Dimension) else [child])
            ]
            for child in recipe.root.children
        }
        self.factors = [*self.parts, WEIGHTS, CHOICES]
        ranked = scored.ranked(recipe.id).notna().to_numpy()
        self.columns = np.flatnonzero(ranked[self.samplers[0].rows])
        sizes = [len(dimension.children) for dimension in recipe.dimensions]
        self.even = np.concatenate([np.full(size, 1.0 / size) for size in sizes])

    def ranks(self, row: np.ndarray) -> np.ndarray:
        """Return (ranked units,) float64."""
        numbers = dict(zip(self.factors, map(int, row), strict=True))
        seeds = {n: numbers[name] for name, inside in self.parts.items() for n in inside}
        sampler = self.samplers[numbers[CHOICES] % len(self.samplers)]
        random = np.random.default_rng(numbers[WEIGHTS])
        nominal = sampler.weights[0]
        if self.equal and random.integers(0, 2):
            nominal = self.even
        weights = nominal * (1.0 + self.spread * random.uniform(-1.0, 1.0, len(nominal)))
        scores = sampler.draw(0, plain, seeds=seeds, weights=weights.astype("float32")[None, :])[
            self.index
        ][self.columns]
        places = np.empty((1, len(scores)), dtype="float32")
        plain.rank_draws(scores[None, :], np.ones(len(scores), dtype="int64"), places)
        return places[0].astype("float64")
