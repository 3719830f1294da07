"""Handicaps: in how many dimensions a territory is beyond a fixed threshold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, join, quantity, titled
from zoneblanche.geo.source import union_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Dimension, Handicap, Recipe
from zoneblanche.layers.indicator import Indicator

HANDICAPS = "handicaps"
"""Id of the column that a recipe with handicaps adds."""

_DIGITS = 9
_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def handicapped(recipe: Recipe) -> tuple[Dimension, ...]:
    """Return the dimensions of a recipe that have a threshold."""
    return tuple(d for d in recipe.dimensions if d.handicap is not None)


def holds(scores: np.ndarray, handicap: Handicap) -> np.ndarray:
    """Return where scores are beyond the threshold; False for NaN."""
    held: np.ndarray = _COMPARE[handicap.op](
        np.round(scores, _DIGITS), round(handicap.value, _DIGITS)
    )
    return held


def count_handicaps(scores: pd.DataFrame, recipe: Recipe) -> pd.Series:
    """Return the number of handicaps of each row; NaN without a score of the index. A dimension
    that is not known is none."""
    count = np.zeros(len(scores))
    for dimension in handicapped(recipe):
        assert dimension.handicap is not None
        count += holds(scores[dimension.id].to_numpy("float64"), dimension.handicap)
    return pd.Series(count, index=scores.index).where(scores[recipe.id].notna())


def handicap_indicator(atlas: Atlas, recipe: Recipe) -> Indicator:
    """Return the description of the column.

    Args:
        atlas: with the dimensions of the recipe.
        recipe: that has handicaps.
    """
    dimensions = handicapped(recipe)
    parts = [atlas.indicator(dimension.id) for dimension in dimensions]
    thresholds = []
    for dimension in dimensions:
        assert dimension.handicap is not None
        thresholds.append(
            _(
                "{title} {sign} {value}",
                title=titled(dimension.title),
                sign=_SIGNS[dimension.handicap.op],
                value=quantity(dimension.handicap.value, digits=0),
            )
        )
    return Indicator(
        id=HANDICAPS,
        title=_("Handicaps"),
        unit="number",
        better="lower",
        denominator=atlas.indicator(recipe.id).denominator,
        bounds=(0.0, float(len(dimensions))),
        digits=0,
        period=atlas.indicator(recipe.id).period,
        native_level=atlas.coarsest_level_of(parts),
        sources=union_of(*(part.sources for part in parts)),
        method=_(
            "Number of dimensions of {index} beyond a fixed threshold: {thresholds}.",
            index=titled(recipe.title),
            thresholds=join(thresholds),
        ),
        role="context",
        parts=tuple(dimension.id for dimension in dimensions),
    )
