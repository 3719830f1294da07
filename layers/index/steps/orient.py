"""Orient: the direction of an index, and the ends of its scale."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Better, Dimension, Element, Recipe
from zoneblanche.layers.index.steps.normalise import scale_of


def oriented(upward: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """Return scores in the orientation of the recipe.

    "worse" mirrors each score at the middle of its scale as the last operation: low + high − score,
    so 100 − score on 0 to 100, and −score if the scale has no ends. The treatment of low scores by
    a mean (a geometric mean does not let a good dimension compensate for a bad one) is thus the
    same as for "better". Mazziotta-Pareto indices are not mirrored: they are standardised with the
    worse direction up, like their authors do, and the penalty has the given sign.
    """
    if recipe.orientation == "better" or is_mazziotta(recipe):
        return upward
    mirrored = {}
    for dimension in recipe.dimensions:
        ends = scale_ends(dimension, count=len(upward))
        mirrored[dimension.id] = (sum(ends) if ends else 0.0) - upward[dimension.id]
    return pd.DataFrame(mirrored, index=upward.index)


def scale_ends(node: Dimension | Element, *, count: int) -> tuple[float, float] | None:
    """Return the lowest and highest score that a dimension or indicator can have, None if there is
    none.

    `count` is the number of units, which ranks depend on.
    """
    if isinstance(node, Element):
        return scale_of(node.normalise, range_=node.range, count=count)
    if node.aggregate == "bod":
        return (0.0, 1.0)
    if node.aggregate == "copeland":
        return None
    ends = {scale_ends(child, count=count) for child in node.children}
    return ends.pop() if len(ends) == 1 else None


def is_mazziotta(recipe: Recipe) -> bool:
    """Return whether the indicators are standardised like Mazziotta and Pareto's (all, or none)."""
    return any(element.normalise in ("mpi", "ampi") for element in recipe.elements)


def upward_elements(recipe: Recipe) -> tuple[Element, ...]:
    """Return the indicators with the direction that is normalised upwards, see `oriented`."""
    if recipe.orientation == "better" or not is_mazziotta(recipe):
        return recipe.elements
    other: dict[Better, Better] = {"higher": "lower", "lower": "higher", None: None}
    return tuple(replace(element, better=other[element.better]) for element in recipe.elements)
