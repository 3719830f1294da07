"""Compute an index: run the steps of a recipe on an atlas, and add the results to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, join, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, Column
from zoneblanche.layers.index.handicaps import (
    HANDICAPS,
    count_handicaps,
    handicap_indicator,
    handicapped,
)
from zoneblanche.layers.index.method import describe, describe_dimension
from zoneblanche.layers.index.recipe.load import read_recipe
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.score import Scored, ScoredAtlas, resolve, score_atlas, score_bounds
from zoneblanche.layers.index.steps.orient import scale_ends
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.area_means import AreaMeans, draw_area_means
from zoneblanche.layers.index.uncertainty.drawing.kept import KeptDraws
from zoneblanche.layers.index.uncertainty.errors import draw_errors
from zoneblanche.layers.index.uncertainty.robustness import draw_dimensions, draw_ranks
from zoneblanche.layers.index.uncertainty.within import coarse_parts, with_spreads
from zoneblanche.layers.indicator import Indicator

_INTERVALS, _MEANS = "intervals", "means"
_DRAWN = ("rank_low", "rank_high", "score_low", "score_high", "worst_decile")


def compute_index(atlas: Atlas, recipe: str | Path | Recipe, *, draws: int | None = None) -> Atlas:
    """Return the atlas with the index of a recipe, its dimensions, and the uncertainty of its
    ranks.

    One column is added for each dimension (role "dimension") and one for the index (id of the
    recipe, role "index"). Territories with too few known figures keep their indicators and get no
    index, with `Reason.TOO_FEW`. `intervals` has a table for the index and each dimension, by its
    id: `rank` (1 is the highest score; ties share the lowest rank), `tied` (how many others have
    that rank), and, from the draws, `rank_low`, `rank_high`, `score_low` and `score_high` (5th and
    95th percentiles) and `worst_decile`, see `layers.index.uncertainty.robustness`. If the recipe
    states measurement errors, these are of the errors, the index has `tenth` and `in_tenth` too
    (`layers.index.uncertainty.errors`), and `choice_rank_low`, `choice_rank_high` and
    `choice_worst_decile` are of the uncertain choices. The table of the index has `bound_low` and
    `bound_high` if some territories lack one of its parts, see `layers.index.score.score_bounds`,
    and `estimated` (1 where a figure was imputed).

    If an indicator is known by areas that contain the territories only, there are no intervals and
    no handicaps, with a notice, unless the recipe says `coarse = "allow"`. Then the draws add the
    spread within these areas, see `layers.index.uncertainty.within`; if it is not known, there are
    ranks and no intervals.

    A recipe whose dimensions have a `handicap` adds the column `handicaps` too, see
    `layers.index.handicaps`. Its table has the share of the draws with at least one, two, …

    Args:
        atlas: with the indicators that the recipe names.
        recipe: a recipe, or the name or path of one.
        draws: instead of the recipe's own number; 0 leaves the bounds NaN.

    Raises:
        InputError: an indicator that the atlas does not have, or that cannot be scored.
    """
    recipe = recipe if isinstance(recipe, Recipe) else read_recipe(recipe)
    recipe = resolve(recipe, atlas.indicators)
    recipe = recipe if draws is None else replace(recipe, draws=draws)
    coarse = coarse_parts(atlas, recipe) if recipe.coarse == "refuse" else []
    recipe, notices, drawable = with_spreads(atlas, recipe)
    scoring = score_atlas(atlas, recipe)
    scored = scoring.scored
    if coarse:
        drawn = _Drawn({}, {}, _too_coarse(recipe, coarse))
    else:
        drawn = _draw_or_read(scoring, atlas.territories, drawable=drawable)
        if recipe.draws:
            drawn = replace(drawn, notices=(*notices, *drawn.notices))
    atlas = _with_columns(atlas, scored)
    if handicapped(recipe) and not coarse:
        count = count_handicaps(scored.scores, recipe)
        atlas = atlas.add(handicap_indicator(atlas, recipe), count, reasons=Reason.TOO_FEW)
    others = {name: other for name, other in atlas.recipes.items() if name != recipe.id}
    area_means = {name: means for name, means in atlas.area_means.items() if name != recipe.id}
    if drawn.area_means:
        area_means[recipe.id] = drawn.area_means
    return replace(
        atlas,
        intervals={**atlas.intervals, **drawn.intervals},
        area_means=area_means,
        recipes={**others, recipe.id: recipe},
    ).noting(*scored.notices, *drawn.notices)


def _too_coarse(recipe: Recipe, parts: list[Indicator]) -> tuple[str, ...]:
    notice = _(
        "{index} has no ranks and no intervals: {layers} is known by larger areas only.",
        index=titled(recipe.title),
        layers=join(titled(part.title) for part in parts),
    )
    return (notice,)


def _with_columns(atlas: Atlas, scored: Scored) -> Atlas:
    recipe = scored.recipe
    titles = {name: indicator.title for name, indicator in atlas.indicators.items()}
    titles |= {dimension.id: dimension.title for dimension in recipe.dimensions}
    columns: list[Column] = []
    for dimension in recipe.dimensions:
        whole = dimension is recipe.root
        parts = [atlas.indicator(element.id) for element in dimension.elements()]
        ends = scale_ends(dimension, count=len(scored.scores))
        shares = scored.weights[dimension.id]
        indicator = Indicator(
            id=dimension.id,
            title=recipe.title if whole else dimension.title,
            unit="score" if ends is not None and ends[0] >= 0 and ends[1] == 100 else "number",
            better="lower" if recipe.orientation == "worse" else "higher",
            bounds=(None, None) if ends is None else ends,
            denominator="population" if "population" in atlas.territories.facts else "territories",
            period=_interval_of(parts),
            native_level=atlas.coarsest_level_of(parts),
            sources=union_of(*(part.sources for part in parts)),
            method=describe(recipe, scored.weights, titles)
            if whole
            else describe_dimension(dimension, shares, titles),
            role="index" if whole else "dimension",
            parts=tuple(child.id for child in dimension.children),
        )
        columns.append(Column(indicator, scored.scores[dimension.id], Reason.TOO_FEW))
    return atlas.add_columns(columns)


def _interval_of(parts: list[Indicator]) -> str:
    """Return the dates of the parts, from the first to the last, as an ISO 8601 interval."""
    dates = sorted({part.period for part in parts if part.period})
    return "/".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""


@dataclass(frozen=True)
class _Drawn:
    """What the draws of an index give: see `Atlas.intervals` and `Atlas.area_means`."""

    intervals: dict[str, pd.DataFrame]
    area_means: Mapping[str, pd.DataFrame]
    notices: tuple[str, ...] = ()


def _draw_or_read(scoring: ScoredAtlas, territories: Territories, *, drawable: bool) -> _Drawn:
    """Return the draws; those of a large index are kept, unless they come with notices."""
    if scoring.scored.recipe.draws == 0 or not drawable:
        return _draw(scoring, territories, drawable=drawable)
    kept = KeptDraws(scoring, territories)
    tables = kept.read()
    if tables is not None:
        groups: dict[str, dict[str, pd.DataFrame]] = {_INTERVALS: {}, _MEANS: {}}
        for name, table in tables.items():
            group, _unused, rest = name.partition(" ")
            groups[group][rest] = table
        return _Drawn(groups[_INTERVALS], groups[_MEANS])
    drawn = _draw(scoring, territories, drawable=drawable)
    if not drawn.notices:
        kept.keep(_tables_of(drawn))
    return drawn


def _tables_of(drawn: _Drawn) -> dict[str, pd.DataFrame]:
    intervals = {f"{_INTERVALS} {name}": table for name, table in drawn.intervals.items()}
    means = {f"{_MEANS} {level}": table for level, table in drawn.area_means.items()}
    return {**intervals, **means}


def draw_anew(atlas: Atlas, recipe: Recipe) -> tuple[str, dict[str, pd.DataFrame]]:
    """Return the draws of an index for an edition to have, see `layers.edition.draws`: a digest of
    all they rest on, and their tables."""
    recipe, _notices, drawable = with_spreads(atlas, resolve(recipe, atlas.indicators))
    scoring = score_atlas(atlas, recipe)
    drawn = _draw(scoring, atlas.territories, drawable=drawable)
    assert not drawn.notices, "who reads kept draws is not told their notices"
    return KeptDraws(scoring, atlas.territories).rests_on, _tables_of(drawn)


def _draw(scored_atlas: ScoredAtlas, territories: Territories, *, drawable: bool) -> _Drawn:
    scored, recipe = scored_atlas.scored, scored_atlas.scored.recipe
    notices: tuple[str, ...] = ()
    means: Mapping[str, pd.DataFrame] = {}
    varied = recipe.has_errors or recipe.uncertainty.varies
    if recipe.draws == 0 or not varied or not drawable:
        none = dict.fromkeys(_DRAWN, np.nan)
        tables = {name: table.assign(**none) for name, table in _ranks(scored).items()}
    elif recipe.has_errors:
        tables, means, notices = _under_errors(scored_atlas, territories)
    else:
        drawn = draw_dimensions(scored_atlas.values, scored, context=scored_atlas.context)
        tables = {name: draws.table[["rank", *_DRAWN]] for name, draws in drawn.items()}
        notices = drawn[recipe.id].notices
        means = draw_area_means(scored_atlas, territories)
    tables = {
        name: table.assign(tied=_tied(table["rank"])) if "rank" in table else table
        for name, table in tables.items()
    }
    index = recipe.id
    if scored.incomplete.any():
        tables[index] = tables[index].join(score_bounds(scored))
    if scored.estimated.any():
        tables[index] = tables[index].assign(estimated=scored.estimated.astype("float64"))
    return _Drawn(tables, means, notices)


def _ranks(scored: Scored) -> dict[str, pd.DataFrame]:
    return {
        dimension.id: rank(scored.ranked(dimension.id)).to_frame("rank")
        for dimension in scored.recipe.dimensions
    }


def _under_errors(
    scored_atlas: ScoredAtlas, territories: Territories
) -> tuple[dict[str, pd.DataFrame], Mapping[str, pd.DataFrame], tuple[str, ...]]:
    """Return the intervals under the stated errors, and apart from them, as `choice_…`, those of
    the ranks of the index under other choices; and the means of areas under the errors."""
    scored, recipe = scored_atlas.scored, scored_atlas.scored.recipe
    areas = AreaMeans(territories)
    errors = draw_errors(scored, scored_atlas.context, watch=areas.add)
    means = areas.tables()
    tables = {name: table.join(errors.tables[name]) for name, table in _ranks(scored).items()}
    if errors.handicaps is not None:
        tables[HANDICAPS] = errors.handicaps
    if not recipe.uncertainty.varies:
        return tables, means, ()
    choices = draw_ranks(scored_atlas.values, scored, context=scored_atlas.context, pairs=False)
    apart = choices.table[["rank_low", "rank_high", "worst_decile"]].add_prefix("choice_")
    return {**tables, recipe.id: tables[recipe.id].join(apart)}, means, choices.notices


def _tied(ranks: pd.Series) -> pd.Series:
    """Return with how many others each shares its rank."""
    return ranks.map(ranks.value_counts()) - 1.0
