"""The spread of an indicator within larger areas whose one figure their territories share.

A figure that is known by département says nothing of the communes of one: each has its own truth
around that figure. A recipe with `coarse = "allow"` ranks them all the same, and its draws add the
spread that such truths have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, join, quantity, titled
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.errors import MeasurementError
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.indicator import Indicator


@dataclass(frozen=True)
class Spread:
    """How far territories are from the figure of the area around them.

    Attributes:
        deviation: standard deviation within an area, in the unit of the indicator.
        areas: number of areas whose territories have figures of their own, from which it comes; 0:
            the recipe gives it.
    """

    deviation: float
    areas: int


def coarse_parts(atlas: Atlas, recipe: Recipe) -> list[Indicator]:
    """Return the indicators of a recipe that are known by containing areas only."""
    parts = [atlas.indicator(element.id) for element in recipe.elements]
    return [part for part in parts if atlas.coarser_level_of(part)]


def shared_figures(figures: pd.Series, areas: pd.Series) -> pd.Series:
    """Return which territories have the one figure of all territories of their area: bool.

    Args:
        figures: by territory; NaN is unknown.
        areas: the code of the area of each, on the same index.
    """
    of_area = figures.groupby(areas)
    return ((of_area.transform("nunique") == 1) & (of_area.transform("count") > 1)).fillna(False)


def spread_within(figures: pd.Series, areas: pd.Series) -> Spread | None:
    """Return the pooled standard deviation within the areas whose territories differ; None where
    no area has figures of its territories.

    >>> figures = pd.Series([10.0, 20.0, 7.0, 7.0], list("abcd"))
    >>> areas = pd.Series(["A", "A", "B", "B"], list("abcd"))
    >>> spread = spread_within(figures, areas)
    >>> (round(spread.deviation, 3), spread.areas)
    (7.071, 1)
    """
    known = figures.notna() & areas.notna()
    figures, areas = figures[known], areas[known]
    differ = figures.groupby(areas).transform("nunique") > 1
    if not differ.any():
        return None
    figures, areas = figures[differ], areas[differ]
    rest = figures - figures.groupby(areas).transform("mean")
    count = areas.nunique()
    return Spread(float(np.sqrt((rest**2).sum() / (len(rest) - count))), int(count))


def with_spreads(atlas: Atlas, recipe: Recipe) -> tuple[Recipe, tuple[str, ...], bool]:
    """Return a recipe whose coarser indicators have a spread within their areas, what is said of
    it, and whether all have one.

    The spread comes from the areas whose territories have figures of their own, or else is the
    recipe's `within`. An indicator that the recipe divides by a denominator has none, for the
    quotients of one area differ. Indicators that are not coarser lose `within`.

    Args:
        atlas: with the indicators.
        recipe: resolved for it.
    """
    errors: dict[str, MeasurementError] = {}
    notices: list[str] = []
    without: list[Indicator] = []
    for element in recipe.elements:
        part, error = atlas.indicator(element.id), element.measurement_error or MeasurementError()
        level = atlas.coarser_level_of(part)
        spread = _spread(atlas, element, error, level) if level else None
        if spread is not None:
            errors[element.id] = replace(error, within=spread.deviation, within_level=level)
            notices.append(_spread_notice(atlas.territories, part, level, spread))
            continue
        if level:
            without.append(part)
        if error.within:
            errors[element.id] = replace(error, within=0.0)
    if without:
        notices.append(_unknown(recipe, without))
    root = _with_errors(recipe.root, errors) if errors else recipe.root
    return replace(recipe, root=root), tuple(notices), not without


def _spread(atlas: Atlas, element: Element, error: MeasurementError, level: str) -> Spread | None:
    if element.denominator is not None or error.flips is not None:
        return None
    parents = atlas.territories.parents
    spread = spread_within(atlas.values[element.id], parents[level]) if level in parents else None
    if spread is None and error.within > 0 and level in parents:
        return Spread(error.within, 0)
    return spread


def _with_errors(dimension: Dimension, errors: dict[str, MeasurementError]) -> Dimension:
    children: list[Dimension | Element] = []
    for child in dimension.children:
        if isinstance(child, Dimension):
            child = _with_errors(child, errors)
        elif child.id in errors:
            error = errors[child.id]
            exact = error == MeasurementError()
            child = replace(child, error=0.0, error_model=None if exact else error)
        children.append(child)
    return replace(dimension, children=tuple(children))


def _spread_notice(territories: Territories, part: Indicator, level: str, spread: Spread) -> str:
    slots = {
        "layer": titled(part.title),
        "areas": _name_of(territories, level),
        "territories": territories.level_message(plural=True),
        "spread": quantity(float(f"{spread.deviation:.3g}")),
    }
    if spread.areas:
        return _(
            "{layer} is known by {areas} only: the draws add a spread of {spread} between "
            "the {territories} of one, that of the {count} {areas} whose {territories} have "
            "figures of their own.",
            count=quantity(spread.areas),
            **slots,
        )
    return _(
        "{layer} is known by {areas} only: the draws add the spread of {spread} between "
        "the {territories} of one that the recipe gives.",
        **slots,
    )


def _unknown(recipe: Recipe, parts: list[Indicator]) -> str:
    return _(
        "{index} has ranks and no intervals: {layers} is known by larger areas only, and the "
        "spread within them is not known. Give it as within in {keys}.",
        index=titled(recipe.title),
        layers=join(titled(part.title) for part in parts),
        keys=join(f"[recipe.indicators.{part.id}.error]" for part in parts),
    )


def _name_of(territories: Territories, level: str) -> str:
    if territories.country is None:
        return level
    return titled(territories.country.level(level).plural)
