"""Areas that contain territories: the mean of an index over their inhabitants, and their ranks.

This mean is what the terminal, the report and the map page show of an area. An index that is
computed anew on the aggregated figures of areas is another one, and `zoneblanche index --level`
computes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import grouping, mean_by
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.score import score_atlas
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.area_means import AreaMeans, draw_area_means

LEAST_RANKED = 0.5
"""Minimum share of the people of an area in territories with a rank: below, the area has none."""


def rank_areas(atlas: Atlas, index_id: str, *, level: str) -> pd.DataFrame:
    """Rank areas by the mean of an index over their inhabitants, with the interval of their rank.

    The draws are those of the measurement errors that the recipe states, else of its choices, see
    `layers.index.uncertainty.area_means`. An atlas in which the index was computed has them
    already; of one that was read from a file they are drawn here.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        level: of the areas, one that contains the territories.

    Returns:
        Index: codes, the highest score first. `score`, `rank`, `rank_low`, `rank_high` (5 and 95 %
        of the draws, widened to the rank itself; NaN if the recipe has no draws). `worst_decile`:
        share of the draws in which the area is in the worst tenth. `rank` and what follows are NaN
        where more than half of the people live in territories without a rank; `bound_low` and
        `bound_high` are then the means of the bounds of their scores.

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    recipe = atlas.recipe(index_id)
    people = atlas.territories.facts["population"]
    areas = grouping(atlas.territories.parents[level])
    means = mean_by(atlas.values[index_id], people, areas)["mean"].dropna()
    covered = mean_by(_has_rank(atlas, index_id), people, areas)["mean"].reindex(means.index)
    table = pd.DataFrame({"score": means})
    has_rank = (covered >= LEAST_RANKED).to_numpy()
    table["rank"] = rank(means.where(has_rank))
    drawn = draw_means(atlas, index_id)[level].reindex(columns=table.index[has_rank])
    drawn = drawn.reindex(columns=table.index)
    ranks = drawn.rank(axis=1, method="min", ascending=False).to_numpy()
    low, high, worst = np.full((3, len(means)), np.nan)
    present = np.isfinite(ranks).all(axis=0) if len(ranks) else np.zeros(len(means), dtype="bool")
    if present.any():
        low[present], high[present] = np.quantile(ranks[:, present], (0.05, 0.95), axis=0)
        most = max(1, round(int(present.sum()) / 10))
        worse = ranks[:, present] <= most
        if recipe.orientation != "worse":
            worse = ranks[:, present] > present.sum() - most
        worst[present] = worse.mean(axis=0)
    table["rank_low"] = np.fmin(np.floor(low), table["rank"]).where(present)
    table["rank_high"] = np.fmax(np.ceil(high), table["rank"]).where(present)
    table["worst_decile"] = worst
    for name in ("bound_low", "bound_high"):
        ends = _interval(atlas, index_id, name)
        table[name] = mean_by(ends, people, areas)["mean"].reindex(table.index).where(~has_rank)
    return table.sort_values("score", ascending=False, kind="stable")


def _has_rank(atlas: Atlas, index_id: str) -> pd.Series:
    """Return 1 for each territory that has a rank, else 0."""
    ranks = _ranks_of(atlas, index_id)
    if ranks is None:
        return pd.Series(0.0, index=atlas.codes)
    return ranks.notna().astype("float64")


def _ranks_of(atlas: Atlas, index_id: str) -> pd.Series | None:
    """Return the ranks of the territories; None of an index that has none, because it rests on
    figures of larger areas."""
    table = atlas.intervals.get(index_id)
    return None if table is None or "rank" not in table else table["rank"]


def _is_drawn(atlas: Atlas, index_id: str) -> bool:
    """Return whether an index has intervals on the territories: areas have draws if they have."""
    table = atlas.intervals.get(index_id)
    return table is not None and "rank_low" in table and bool(table["rank_low"].notna().any())


def with_area_means(atlas: Atlas, index_ids: Iterable[str]) -> Atlas:
    """Return the atlas that has the draws of these indices, so that they are drawn once for all
    levels. Columns without a recipe or without intervals have none, nor has an atlas without
    inhabitants."""
    counted = "population" in atlas.territories.facts
    drawn = {
        name: draw_means(atlas, name)
        for name in index_ids
        if counted and name in atlas.recipes and _is_drawn(atlas, name)
    }
    return replace(atlas, area_means={**atlas.area_means, **drawn}) if drawn else atlas


def draw_means(atlas: Atlas, index_id: str) -> Mapping[str, pd.DataFrame]:
    """Return the mean of an index over the inhabitants of each area, in each draw of the errors.

    Two areas have the same draws, so that the difference of two columns has the interval of the
    difference.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.

    Returns:
        By level that contains the territories: rows are draws, columns the codes of the areas; no
        rows if the index has no intervals on the territories.

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    recipe, tables = atlas.recipe(index_id), atlas.area_means.get(index_id)
    if tables is not None:
        return tables
    if not _is_drawn(atlas, index_id):
        return AreaMeans(atlas.territories).tables()
    return draw_area_means(score_atlas(atlas, recipe), atlas.territories)


def interval_of(drawn: pd.Series | np.ndarray, value: float) -> tuple[float, float]:
    """Return the 5th and 95th percentile of drawn values, widened to the value itself; NaN without
    draws.

    >>> interval_of(np.array([1.0, 2.0, 3.0]), 5.0)
    (1.1, 5.0)
    """
    figures = np.asarray(drawn, dtype="float64")
    if not len(figures) or not np.isfinite(figures).all() or not np.isfinite(value):
        return float("nan"), float("nan")
    low, high = np.quantile(figures, (0.05, 0.95))
    return min(float(low), value), max(float(high), value)


def _interval(atlas: Atlas, index_id: str, name: str) -> pd.Series:
    """Return a column of the intervals of an index; NaN where it has none."""
    table = atlas.intervals.get(index_id)
    missing = pd.Series(np.nan, index=atlas.codes)
    return missing if table is None or name not in table else table[name]
