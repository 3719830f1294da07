"""Areas that contain territories: the mean of an index over their inhabitants, and their ranks.

This mean is what the terminal, the report and the map page show of an area. An index that is
computed anew on the aggregated figures of areas is another one, and `zoneblanche index --level`
computes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import mean_by
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.score import ScoredAtlas, score_atlas, score_bounds
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.errors import ErrorSampler, loops_for
from zoneblanche.layers.index.uncertainty.robustness import draw_scores

LEAST_RANKED = 0.5
"""Minimum share of the people of an area in territories with a rank: below, the area has none."""


def rank_areas(atlas: Atlas, index_id: str, *, level: str, draws: int = 100) -> pd.DataFrame:
    """Rank areas by the mean of an index over their inhabitants, with the interval of their rank.

    The mean is computed in every draw, so that what varies together within an area is not averaged
    out. The draws are those of the measurement errors that the recipe states, else of its choices.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        level: of the areas, one that contains the territories.
        draws: how many.

    Returns:
        Index: codes, the highest score first. `score`, `rank`, `rank_low`, `rank_high` (5 and 95 %
        of the draws, widened to the rank itself; NaN if the recipe has no draws). `worst_decile`:
        share of the draws in which the area is in the worst tenth. `rank` and what follows are NaN
        where more than half of the people live in territories without a rank; `bound_low` and
        `bound_high` are then the means of the bounds of their scores.

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    found = score_atlas(atlas, atlas.recipe(index_id))
    people = atlas.territories.facts["population"]
    areas = atlas.territories.parents[level]
    means = mean_by(atlas.values[index_id], people, areas)["mean"].dropna()
    ranked = found.scored.ranked(index_id).notna().reindex(atlas.codes, fill_value=False)
    covered = mean_by(ranked.astype("float64"), people, areas)["mean"].reindex(means.index)
    table = pd.DataFrame({"score": means})
    has_rank = (covered >= LEAST_RANKED).to_numpy()
    table["rank"] = rank(means.where(has_rank))
    drawn = _drawn_means(atlas, found, draws=draws)[level].reindex(columns=table.index[has_rank])
    drawn = drawn.reindex(columns=table.index)
    ranks = drawn.rank(axis=1, method="min", ascending=False).to_numpy()
    low, high, worst = np.full((3, len(means)), np.nan)
    known = np.isfinite(ranks).all(axis=0) if len(ranks) else np.zeros(len(means), dtype="bool")
    if known.any():
        low[known], high[known] = np.quantile(ranks[:, known], (0.05, 0.95), axis=0)
        most = max(1, round(int(known.sum()) / 10))
        worse = ranks[:, known] <= most
        if found.scored.recipe.orientation != "worse":
            worse = ranks[:, known] > known.sum() - most
        worst[known] = worse.mean(axis=0)
    table["rank_low"] = np.fmin(np.floor(low), table["rank"]).where(known)
    table["rank_high"] = np.fmax(np.ceil(high), table["rank"]).where(known)
    table["worst_decile"] = worst
    for name, ends in score_bounds(found.scored).items():
        table[name] = mean_by(ends, people, areas)["mean"].reindex(table.index).where(~has_rank)
    return table.sort_values("score", ascending=False, kind="stable")


@dataclass(frozen=True)
class _Drawn:
    """The means of all areas in the draws of one index, and what they are of."""

    territories: Territories
    index_id: str
    draws: int
    scores: bytes
    means: Mapping[str, pd.DataFrame]


_last: list[_Drawn] = []
"""The draws of the last index: the terminal, the page and the report ask for the same ones."""


def _drawn_means(atlas: Atlas, found: ScoredAtlas, *, draws: int) -> Mapping[str, pd.DataFrame]:
    """Return by level the mean of each area in each draw: rows are draws, columns codes."""
    index_id = found.scored.recipe.id
    scores = atlas.values[index_id].to_numpy("float64").tobytes()
    for known in _last:
        same = known.territories is atlas.territories and known.scores == scores
        if same and (known.index_id, known.draws) == (index_id, draws):
            return known.means
    means = _compute_means(atlas, found, draws=draws)
    _last[:] = [_Drawn(atlas.territories, index_id, draws, scores, means)]
    return means


def _compute_means(atlas: Atlas, found: ScoredAtlas, *, draws: int) -> dict[str, pd.DataFrame]:
    people = atlas.territories.facts["population"].to_numpy("float64")
    groups = {}
    for level in atlas.territories.parents:
        codes = pd.Categorical(atlas.territories.parents[level])
        groups[str(level)] = (codes.codes, codes.categories)
    sums: dict[str, list[np.ndarray]] = {level: [] for level in groups}
    for scores in _draws(found, draws=draws):
        counted = np.isfinite(scores) & (people > 0)
        weights = np.where(counted, people, 0.0)
        for level, (places, categories) in groups.items():
            inside = places >= 0
            total, weight = (
                np.bincount(places[inside], weights=column[inside], minlength=len(categories))
                for column in (weights * np.where(counted, scores, 0.0), weights)
            )
            with np.errstate(invalid="ignore", divide="ignore"):
                sums[level].append(total / weight)
    return {
        level: pd.DataFrame(
            np.reshape(sums[level], (len(sums[level]), len(categories))),
            columns=pd.Index(categories, dtype="object"),
        )
        for level, (_, categories) in groups.items()
    }


def _draws(found: ScoredAtlas, *, draws: int) -> Iterator[np.ndarray]:
    """Yield the scores of the index in one draw after another: (territories,) float64."""
    scored, index_id = found.scored, found.scored.recipe.id
    if scored.recipe.has_errors and scored.recipe.draws:
        sampler = ErrorSampler(scored, found.context)
        for block in sampler.blocks(draws, loops_for(kept=True)):
            for row in block[index_id]:
                scores = np.full(len(sampler.rows), np.nan)
                scores[sampler.rows] = row
                yield scores
        return
    drawn = draw_scores(found.values, scored, draws=draws, context=found.context, names=[index_id])
    for row in drawn[index_id]:
        yield row.astype("float64")
