"""Compute an index: run a recipe's steps on an atlas, and add what comes out to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import Fault, InputError, nearest
from geo.source import union_of
from layers.atlas import Atlas
from layers.index.aggregate import aggregate
from layers.index.impute import groups_in, impute
from layers.index.method import describe, describe_dimension
from layers.index.normalise import normalise
from layers.index.orient import oriented, scale_ends, upward_elements
from layers.index.rank import rank
from layers.index.recipe import (
    Dimension,
    Element,
    Recipe,
    read_recipe,
)
from layers.index.screen import screen
from layers.index.step import Step
from layers.index.treat import Limits, treat
from layers.index.weight import weigh
from layers.indicator import Indicator, Reason


@dataclass(frozen=True)
class Scored:
    """What a recipe gives on a table.

    Attributes:
        recipe: with the direction and goalposts of every indicator filled in.
        steps: screen, impute, treat, normalise, in the order they were run.
        scores: one column for each dimension, the index last; as the recipe orients them; NaN
            where there is no score.
        upward: the same before `orientation` is applied: high is good.
        weights: the shares that were used, by dimension and child.
        notices: what is to be told of how weights were found.
    """

    recipe: Recipe
    steps: tuple[Step, ...]
    scores: pd.DataFrame
    upward: pd.DataFrame
    weights: Mapping[str, Mapping[str, float]]
    notices: tuple[str, ...] = ()

    @property
    def normalised(self) -> pd.DataFrame:
        """The normalised indicators, high being good."""
        return self.steps[-1].values

    @property
    def index(self) -> pd.Series:
        """The score of the whole index."""
        return self.scores[self.recipe.id]


def compute_index(atlas: Atlas, recipe: str | Path | Recipe, *, draws: int | None = None) -> Atlas:
    """The atlas with the index of a recipe, its dimensions, and the uncertainty of its ranks.

    One column is added for each dimension (role "dimension") and one for the index (id of the
    recipe, role "index"). Territories of which too little is known keep their indicators and get
    no index, for `Reason.TOO_FEW`. `intervals` has a table for the index and each dimension, by its
    id: `rank` (1 is the highest score; ties share the least), and, from the draws, `rank_low`,
    `rank_high`, `score_low` and `score_high` (5th and 95th percentiles) and `worst_decile`, see
    `layers.index.robustness`.

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
    values = atlas.values[[element.id for element in recipe.elements]]
    groups = index_groups(recipe, atlas)
    scored = score(values, recipe, groups=groups)
    intervals, notices = _intervals(values, scored, groups)
    atlas = _with_columns(atlas, scored)
    return replace(
        atlas,
        intervals={**atlas.intervals, **intervals},
        recipes={**atlas.recipes, recipe.id: recipe},
    ).noting(*scored.notices, *notices)


def score(values: pd.DataFrame, recipe: Recipe, *, groups: pd.Series | None = None) -> Scored:
    """Scores of a table by a recipe whose indicators have their directions.

    Args:
        values: the indicators of the recipe, one column each, float64; NaN is missing.
        recipe: see `resolve`.
        groups: of the rows, for group imputation.

    Raises:
        InputError: an indicator that cannot be scored, or scores that a mean is not defined for.
    """
    steps = prepare(values, recipe, groups=groups)
    upward, weights, notices = combine(steps[-1].values, recipe)
    return Scored(
        recipe=recipe,
        steps=steps,
        scores=oriented(upward, recipe),
        upward=upward,
        weights=weights,
        notices=notices,
    )


def prepare(
    values: pd.DataFrame, recipe: Recipe, *, groups: pd.Series | None = None
) -> tuple[Step, Step, Step, Step]:
    """The steps before aggregation: screen, impute, treat, normalise.

    A row that is screened out takes no part in what follows: not in the means of the imputation,
    nor in the minimum and maximum of the scale.
    """
    elements = upward_elements(recipe)
    ids = [element.id for element in elements]
    values = values[ids].astype("float64")
    screened = screen(values, min_available=recipe.min_available)
    kept = screened.details["kept"]
    if not kept.any():
        raise InputError(
            Fault(
                f"no territory has {recipe.min_available:.0%} of the {len(ids)} indicators of "
                f"{recipe.id!r}.",
                remedy="Lower min_available, or leave out the indicators that have no data.",
                kind="too-few",
            )
        )
    methods = {element.id: element.impute for element in elements}
    imputed = impute(screened.values, methods, groups=groups, rows=kept)
    limits = Limits(recipe.skew, recipe.kurtosis, recipe.max_winsorised, recipe.boxcox)
    treated = treat(imputed.values, {e.id: e.treat for e in elements}, limits=limits)
    scaled = normalise(treated.values, elements, reference=recipe.reference)
    return screened, imputed, treated, scaled


def combine(
    normalised: pd.DataFrame, recipe: Recipe
) -> tuple[pd.DataFrame, dict[str, dict[str, float]], tuple[str, ...]]:
    """Aggregate normalised indicators up the dimensions.

    Returns:
        One column a dimension, the index last, high being good; the shares that were used; and
        what is to be told of how they were found.
    """
    table = normalised.copy()
    weights: dict[str, dict[str, float]] = {}
    notices: list[str] = []
    for dimension in recipe.dimensions:
        children = table[[child.id for child in dimension.children]]
        found = weigh(children, dimension)
        scores = aggregate(
            children,
            found.shares,
            how=dimension.aggregate,
            power=dimension.power,
            name=dimension.id,
        )
        known = normalised[[element.id for element in dimension.elements()]].notna().mean(axis=1)
        table[dimension.id] = scores.where(known >= dimension.min_available)
        weights[dimension.id] = dict(found.shares)
        notices += found.notices
    return table[[dimension.id for dimension in recipe.dimensions]], weights, tuple(notices)


def resolve(recipe: Recipe, indicators: Mapping[str, Indicator]) -> Recipe:
    """The recipe with each indicator's direction, and goalposts where it has bounds of its own.

    Raises:
        InputError: indicators that are not there (with a suggestion), or have no direction.
    """
    faults = [
        Fault(
            f"there is no indicator {element.id!r}.",
            file=recipe.file or None,
            column=f"recipe {recipe.id}",
            remedy=_where_from(element.id, indicators),
            kind="unknown-indicator",
        )
        for element in recipe.elements
        if element.id not in indicators
    ]
    for dimension in recipe.dimensions:
        there = indicators.get(dimension.id)
        if there is not None and there.role not in ("dimension", "index"):
            faults.append(
                Fault(
                    f"the dimension {dimension.id!r} has the id of an indicator.",
                    file=recipe.file or None,
                    column=f"recipe {recipe.id}",
                    remedy="Give the dimension another id.",
                    kind="duplicate-dimension",
                )
            )
    if faults:
        raise InputError(faults)
    return replace(recipe, root=_resolved(recipe.root, indicators))


def _where_from(name: str, indicators: Mapping[str, Indicator]) -> str:
    """What to do about an indicator that is not there: give its source, or spell it so."""
    from layers.catalogue import known_layers

    layer = known_layers().get(name)
    if layer is None or not layer.needs:
        return nearest(name, indicators)
    needs = ", ".join(layer.needs).replace("|", " or ")
    return f"It is measured from {needs}: give it with --source NAME=FILE."


def _resolved(dimension: Dimension, indicators: Mapping[str, Indicator]) -> Dimension:
    children = tuple(
        _resolved(child, indicators)
        if isinstance(child, Dimension)
        else _directed(child, indicators[child.id])
        for child in dimension.children
    )
    return replace(dimension, children=children)


def _directed(element: Element, indicator: Indicator) -> Element:
    better = element.better or indicator.better
    goalposts = element.goalposts
    if goalposts is None and element.normalise == "goalposts":
        goalposts = _own_bounds(indicator)
    if goalposts is not None and indicator.unit == "percent" and max(goalposts) <= 1:
        raise InputError(
            Fault(
                f"the goalposts {list(goalposts)} of {element.id!r} are not those of a percentage.",
                column=f"recipe.indicators.{element.id}.goalposts",
                remedy="Write them from 0 to 100; without any, an indicator has its unit's.",
                kind="goalposts",
            )
        )
    return replace(element, better=better, goalposts=goalposts)


def _own_bounds(indicator: Indicator) -> tuple[float, float] | None:
    low, high = indicator.bounds
    if low is not None and high is not None and low < high:
        return float(low), float(high)
    return {"percent": (0.0, 100.0), "boolean": (0.0, 1.0), "score": (0.0, 100.0)}.get(
        indicator.unit
    )


def index_groups(recipe: Recipe, atlas: Atlas) -> pd.Series | None:
    """The groups that a recipe's imputation uses, one a territory; None where it uses none."""
    if recipe.group is None:
        return None
    parents = atlas.territories.parents
    return groups_in(recipe.group, values=atlas.values, parents=parents, file=recipe.file or None)


def _with_columns(atlas: Atlas, scored: Scored) -> Atlas:
    recipe = scored.recipe
    titles = {name: indicator.title for name, indicator in atlas.indicators.items()}
    titles |= {dimension.id: dimension.title for dimension in recipe.dimensions}
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
            native_level=_coarsest(parts, atlas),
            sources=union_of(*(part.sources for part in parts)),
            method=describe(recipe, scored.weights, titles)
            if whole
            else describe_dimension(dimension, shares, titles),
            role="index" if whole else "dimension",
            parts=tuple(child.id for child in dimension.children),
        )
        atlas = atlas.add(indicator, scored.scores[dimension.id], reasons=Reason.TOO_FEW)
    return atlas


def _interval_of(parts: list[Indicator]) -> str:
    """The dates of the parts, from the first to the last, as ISO 8601 writes an interval."""
    dates = sorted({part.period for part in parts if part.period})
    return "/".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""


def _coarsest(parts: list[Indicator], atlas: Atlas) -> str:
    """The coarsest level that any part was measured at: a composite is no finer than its parts."""
    levels = [part.native_level for part in parts if part.native_level]
    coarse = [level for level in atlas.territories.parents.columns if level in levels]
    return coarse[-1] if coarse else (levels[0] if levels else "")


def _intervals(
    values: pd.DataFrame, scored: Scored, groups: pd.Series | None
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    columns = ("rank_low", "rank_high", "score_low", "score_high", "worst_decile")
    if scored.recipe.draws == 0:
        ranks = {name: rank(scores).to_frame("rank") for name, scores in scored.scores.items()}
        none = dict.fromkeys(columns, np.nan)
        return {str(name): table.assign(**none) for name, table in ranks.items()}, ()
    from layers.index.robustness import draw_dimensions

    drawn = draw_dimensions(values, scored, groups=groups)
    tables = {name: found.table[["rank", *columns]] for name, found in drawn.items()}
    return tables, drawn[scored.recipe.id].notices
