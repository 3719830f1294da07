"""The mean of an index over the inhabitants of containing territories, in each of its draws.

The mean is taken in every draw, so that what varies together within an area is not averaged out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.index.score import ScoredAtlas
from zoneblanche.layers.index.uncertainty.errors import draw_errors, is_drawn
from zoneblanche.layers.index.uncertainty.robustness import draw_scores

AREA_DRAWS = 100
"""Number of draws that the ranks of containing territories rest on."""


class AreaMeans:
    """Collects the means of all areas, one draw after another."""

    def __init__(self, territories: Territories) -> None:
        self._people = territories.facts["population"].to_numpy("float64")
        self._groups: dict[str, tuple[np.ndarray, pd.Index]] = {}
        for level, column in territories.parents.items():
            group = pd.Categorical(column)
            # One more for the territories outside any area, whose place is -1.
            self._groups[str(level)] = group.codes.astype("int64") + 1, group.categories
        self._means: dict[str, list[np.ndarray]] = {level: [] for level in self._groups}
        self._counted = np.zeros(0, dtype="bool")
        self._weights: dict[str, np.ndarray] = {}
        self.draws = 0

    def add(self, scores: np.ndarray) -> None:
        """Take the scores of the index in one draw more: (territories,) float64, NaN without one.
        Draws after the first `AREA_DRAWS` are not taken."""
        if self.draws == AREA_DRAWS:
            return
        self.draws += 1
        counted = np.isfinite(scores) & (self._people > 0)
        weights = np.where(counted, self._people, 0.0)
        if not np.array_equal(counted, self._counted):
            self._counted = counted
            self._weights = {level: self._total(level, weights) for level in self._groups}
        products = weights * np.where(counted, scores, 0.0)
        for level, weight in self._weights.items():
            with np.errstate(invalid="ignore", divide="ignore"):
                self._means[level].append(self._total(level, products) / weight)

    def _total(self, level: str, figures: np.ndarray) -> np.ndarray:
        places, categories = self._groups[level]
        return np.bincount(places, weights=figures, minlength=len(categories) + 1)[1:]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the means by level, as exact as the scores, which are single: rows are draws,
        columns the codes of the areas."""
        return {
            level: pd.DataFrame(
                np.reshape(self._means[level], (self.draws, len(categories)))
                .astype("float32")
                .astype("float64"),
                columns=pd.Index(categories, dtype="object"),
            )
            for level, (_, categories) in self._groups.items()
        }


def draw_area_means(scored_atlas: ScoredAtlas, territories: Territories) -> dict[str, pd.DataFrame]:
    """Return the means of all areas in draws of the measurement errors that the recipe states, else
    of its choices: see `AreaMeans.tables`.

    Args:
        scored_atlas: the index on the territories.
        territories: those of the index.
    """
    means, scored = AreaMeans(territories), scored_atlas.scored
    if is_drawn(scored.recipe):
        # Never more than the recipe asks for: those that `compute_index` hands on.
        draws = min(AREA_DRAWS, scored.recipe.draws)
        draw_errors(scored, scored_atlas.context, draws=draws, watch=means.add)
    else:
        name = scored.recipe.id
        drawn = draw_scores(
            scored_atlas.values,
            scored,
            draws=AREA_DRAWS,
            context=scored_atlas.context,
            names=[name],
        )
        for scores in drawn[name]:
            means.add(scores.astype("float64"))
    return means.tables()
