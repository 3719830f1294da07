"""Remove: the ranks without one indicator or dimension."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Dimension
from zoneblanche.layers.index.score import Scored, combine
from zoneblanche.layers.index.steps.orient import oriented
from zoneblanche.layers.index.steps.rank import rank


@dataclass(frozen=True)
class Removal:
    """The index without each of its elements.

    Attributes:
        ranks: one column per removed element, on the index of the scores.
        shift: mean |rank without it − rank with it| over the units that have both.
    """

    ranks: pd.DataFrame
    shift: pd.Series


def remove_each(scored: Scored, *, what: str = "indicators") -> Removal:
    """Leave out every indicator, or every dimension, in turn.

    The weight of the element is set to 0 and the others are divided by their sum (COINr
    `remove_elements`). Normalisation does not change.

    Args:
        scored: the index.
        what: "indicators", "dimensions", or the id of a dimension, whose children are removed.
    """
    recipe = scored.recipe
    named = {dimension.id: dimension for dimension in recipe.dimensions}
    if what == "indicators":
        names = [element.id for element in recipe.elements]
    elif what == "dimensions":
        names = [dimension.id for dimension in recipe.root.dimensions()]
    else:
        names = [child.id for child in named[what].children]
    nominal = rank(scored.index)
    ranks = pd.DataFrame({name: rank(without(scored, name)) for name in names})
    shift = ranks.sub(nominal, axis=0).abs().mean()
    return Removal(ranks, shift.rename("shift"))


def without(scored: Scored, element_id: str) -> pd.Series:
    """Return scores of the index without one indicator or dimension; NaN if nothing remains."""
    root = _pruned(scored.recipe.root, element_id, scored)
    # The same territories, whether or not they would have a score without it.
    recipe = replace(scored.recipe, root=root, required=(), min_dimensions=0)
    if not _counts(recipe.root):
        return pd.Series(np.nan, index=scored.index.index)
    upward, _, _ = combine(scored.normalised, recipe)
    return oriented(upward, recipe)[recipe.id].where(scored.index.notna())


def _pruned(dimension: Dimension, element_id: str, scored: Scored) -> Dimension:
    """Return the recipe with the weights that were used, and without the element (or dimensions
    that contained it only)."""
    shares = scored.weights[dimension.id]
    children = tuple(
        _pruned(child, element_id, scored) if isinstance(child, Dimension) else child
        for child in dimension.children
        if child.id != element_id
    )
    children = tuple(
        child for child in children if not isinstance(child, Dimension) or _counts(child)
    )
    weights = {child.id: shares[child.id] for child in children}
    return replace(dimension, children=children, weights=weights, weighting="given")


def _counts(dimension: Dimension) -> bool:
    """Return whether a dimension still has a part with a weight."""
    return sum(dimension.weights.values()) > 0
