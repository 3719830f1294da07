"""How much the rankings of several recipes on one atlas agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.score import resolve, score_atlas
from zoneblanche.layers.index.steps.rank import rank

WORST = 10
"""The worst off that are compared are one in so many territories."""


@dataclass(frozen=True)
class Agreement:
    """How much two rankings agree.

    Attributes:
        spearman: correlation of the ranks.
        shift: rank in the first minus rank in the second, for each territory; above 0 for those
            that the second places better.
        worst_in_common_percent: share of the worst off, a tenth with ties, that both have among
            them, 0 to 100; of the shorter of the two lists.
    """

    spearman: float
    shift: pd.Series
    worst_in_common_percent: float


def rank_by_recipes(atlas: Atlas, recipes: Mapping[str, Recipe]) -> pd.DataFrame:
    """Return ranks of the territories under several recipes, one column each; 1 is the best off,
    for any orientation of a recipe, and ties share the lowest rank. Only territories with a score
    in each.

    Raises:
        InputError: a recipe that the atlas has no figures for, or no territory with a score in
            each.
    """
    table = pd.DataFrame(
        {name: _best_first(atlas, recipe) for name, recipe in recipes.items()}
    ).dropna()
    if table.empty:
        raise InputError(
            Fault(
                _("no territory has a score in each of the recipes."),
                remedy=_("Lower min_available, or compare recipes of the same indicators."),
                kind="option",
            )
        )
    return table.rank(method="min")


def _best_first(atlas: Atlas, recipe: Recipe) -> pd.Series:
    recipe = resolve(recipe, atlas.indicators)
    scores = score_atlas(atlas, recipe).scored.index
    return rank(-scores if recipe.orientation == "worse" else scores)


def compare_ranks(first: pd.Series, second: pd.Series) -> Agreement:
    """Return how much two rankings of the same territories agree; rank 1 is the best off.

    >>> round(compare_ranks(pd.Series([1.0, 2.0]), pd.Series([2.0, 1.0])).spearman, 9)
    -1.0
    """
    # Counted from the worst, equal ones together: nothing distinguishes them.
    tenth = max(1, len(first) / WORST)
    worst = [set(ranks.index[(-ranks).rank(method="min") <= tenth]) for ranks in (first, second)]
    in_common = len(worst[0] & worst[1]) / min(map(len, worst))
    return Agreement(float(first.corr(second)), first - second, 100 * in_common)
