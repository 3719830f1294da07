"""Which choice of a recipe changes the ranks of an atlas, and by how much each indicator does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Normalise, Recipe, Uncertainty
from zoneblanche.layers.index.score import index_values, score_atlas
from zoneblanche.layers.index.uncertainty.remove import remove_each
from zoneblanche.layers.index.uncertainty.sensitivity import Sensitivity, sensitivity

RUNS = 128
"""N of the Saltelli design; the index is computed N·(choices + 2) times."""


@dataclass(frozen=True)
class Choices:
    """What the ranks of an index depend on.

    Attributes:
        recipe: with the choices that were compared, see `compute_choices`.
        sensitivity: to each of them; None if none changes a rank.
        shift: mean shift of the ranks without each indicator, the greatest first.
    """

    recipe: Recipe
    sensitivity: Sensitivity | None
    shift: pd.Series


def compute_choices(atlas: Atlas, index_id: str, *, runs: int = RUNS) -> Choices | None:
    """Return which choice changes ranks, and by how much they change without each indicator: some
    seconds.

    For a recipe with one uncertain choice, three are compared: its weights, its normalisation (with
    percentile ranks, if its means are arithmetic) and the loss of an indicator.

    Returns:
        None for an index of one indicator, which has no choice that changes a rank.

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    recipe = _doubted(atlas.recipe(index_id), atlas)
    if len(recipe.elements) < 2:
        return None
    scoring = score_atlas(atlas, recipe)
    result: Sensitivity | None = None
    try:
        result = sensitivity(scoring.values, scoring.scored, context=scoring.context, count=runs)
    except InputError as error:
        if {fault.kind for fault in error.faults} != {"no-variance"}:
            raise
    return Choices(recipe, result, remove_each(scoring.scored).shift.sort_values(ascending=False))


def _doubted(recipe: Recipe, atlas: Atlas) -> Recipe:
    uncertainty = recipe.uncertainty
    lists = (uncertainty.treat, uncertainty.impute, uncertainty.normalise, uncertainty.aggregate)
    if (
        sum(len(choices) > 1 for choices in lists)
        + uncertainty.leave_out
        + (uncertainty.weights > 0)
        > 1
    ):
        return recipe
    fixed = all(element.goalposts is not None for element in recipe.elements)
    # Other means have their own scale, or are not defined for the zero of the last.
    arithmetic = all(dimension.aggregate == "arithmetic" for dimension in recipe.dimensions)
    normalise: tuple[Normalise, ...] = ("goalposts" if fixed else "minmax", "prank")
    # If all have the same figure, as in one département, there are no ranks.
    values = index_values(recipe, atlas)
    varied = bool((values.max() > values.min()).all())
    normalise = normalise if arithmetic and varied else ()
    doubted = Uncertainty(weights=uncertainty.weights or 0.25, normalise=normalise, leave_out=True)
    return replace(recipe, uncertainty=doubted)
