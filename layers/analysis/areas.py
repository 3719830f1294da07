"""Areas that contain territories, ranked by the mean of an index over their inhabitants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import mean_by
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.score import score_atlas
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.robustness import draw_scores


def rank_areas(atlas: Atlas, index_id: str, *, level: str, draws: int = 100) -> pd.DataFrame:
    """Rank areas by the mean of an index over their inhabitants, with the interval of their rank.

    The mean is computed in every draw, so that what varies together within an area is not averaged
    out.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        level: of the areas, one that contains the territories.
        draws: how many.

    Returns:
        Index: codes, the highest score first. `score`, `rank`, `rank_low`, `rank_high` (5 and 95 %
        of the draws, widened to the rank itself; NaN if the recipe has no draws).

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    found = score_atlas(atlas, atlas.recipe(index_id))
    drawn = draw_scores(
        found.values, found.scored, draws=draws, context=found.context, names=[index_id]
    )[index_id]
    areas, people = atlas.territories.parents[level], atlas.territories.facts["population"]
    means = mean_by(atlas.values[index_id], people, areas)["mean"].dropna()
    counted = (atlas.values[index_id].notna() & areas.isin(means.index) & (people > 0)).to_numpy()
    place = means.index.get_indexer(pd.Index(areas[counted]))
    weight = people[counted].to_numpy("float64")
    total = np.bincount(place, weights=weight, minlength=len(means))
    sums = [
        np.bincount(place, weights=weight * row, minlength=len(means))
        for row in drawn[:, counted].astype("float64")
    ]
    ranks = pd.DataFrame(np.reshape(sums, (-1, len(means))) / total).rank(
        axis=1, method="min", ascending=False
    )
    low, high = np.full((2, len(means)), np.nan)
    if len(ranks):
        low, high = np.nanquantile(ranks, (0.05, 0.95), axis=0)
    table = pd.DataFrame({"score": means, "rank": rank(means)})
    table["rank_low"] = np.minimum(np.floor(low), table["rank"])
    table["rank_high"] = np.maximum(np.ceil(high), table["rank"])
    return table.sort_values("score", ascending=False, kind="stable")
