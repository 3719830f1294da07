"""The spread of an indicator within larger areas whose one figure their territories share.

A figure that is published by département does not describe each of its communes: their true
figures differ around it. A recipe with `coarse = "allow"` ranks the communes nevertheless, and its
draws add the standard deviation of these differences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, quantity, titled
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
    """Return which territories have the one figure that more than half of their area has: bool.

    One that differs, such as a corrected one, has a figure of its own. Means that differ by
    rounding are one figure.

    Args:
        figures: by territory; NaN is unknown.
        areas: the code of the area of each, on the same index.
    """
    # What more than half have is the median.
    middle = figures.groupby(areas).transform("median")
    near = pd.Series(np.isclose(figures, middle, rtol=1e-9, atol=0.0), index=figures.index)
    of_area = near.where(figures.notna()).astype("float64").groupby(areas)
    common = (of_area.transform("mean") > 0.5) & (of_area.transform("sum") > 1)
    return near & common.fillna(False)


def spread_within(figures: pd.Series, areas: pd.Series) -> Spread | None:
    """Return the pooled standard deviation within the areas whose territories have figures of
    their own; None where there is no such area.

    >>> figures = pd.Series([10.0, 20.0, 7.0, 7.0], list("abcd"))
    >>> areas = pd.Series(["A", "A", "B", "B"], list("abcd"))
    >>> spread = spread_within(figures, areas)
    >>> (round(spread.deviation, 3), spread.areas)
    (7.071, 1)
    """
    present = figures.notna() & areas.notna()
    figures, areas = figures[present], areas[present]
    shares = shared_figures(figures, areas).groupby(areas).transform("any")
    several = figures.groupby(areas).transform("count") > 1
    figures, areas = figures[several & ~shares], areas[several & ~shares]
    if figures.empty:
        return None
    rest = figures - figures.groupby(areas).transform("mean")
    count = areas.nunique()
    return Spread(float(np.sqrt((rest**2).sum() / (len(rest) - count))), int(count))


def with_spreads(atlas: Atlas, recipe: Recipe) -> tuple[Recipe, tuple[str, ...], bool]:
    """Return a recipe whose coarser indicators have a spread within their areas, what is said of
    it, and whether all have one.

    The spread comes from the areas whose territories have figures of their own, or else is the
    recipe's `within`. Indicators that are not coarser lose `within`.

    Args:
        atlas: with the indicators.
        recipe: resolved for it.
    """
    errors: dict[str, MeasurementError] = {}
    notices: list[str] = []
    drawable = True
    for element in recipe.elements:
        part, error = atlas.indicator(element.id), element.measurement_error or MeasurementError()
        level = atlas.coarser_level_of(part)
        why = _impossible(atlas, element, level, recipe) if level else ""
        spread = None if why or not level else _spread(atlas, element, error, level)
        if spread is not None:
            errors[element.id] = replace(error, within=spread.deviation, within_level=level)
            notices.append(_spread_notice(atlas.territories, part, level, spread, error.within))
            continue
        if level:
            drawable = False
            notices.append(why or _unknown(recipe, part))
        if error.within:
            errors[element.id] = replace(error, within=0.0)
    root = _with_errors(recipe.root, errors) if errors else recipe.root
    return replace(recipe, root=root), tuple(notices), drawable


def _impossible(atlas: Atlas, element: Element, level: str, recipe: Recipe) -> str:
    """Return why no spread can be added to an indicator; "" if one can."""
    slots = {"index": titled(recipe.title), "layer": titled(atlas.indicator(element.id).title)}
    error = element.measurement_error
    if level not in atlas.territories.parents:
        return _(
            "{index} has ranks and no intervals: {layer} is known by larger areas only, and it is "
            "not known which territories are in which area.",
            **slots,
        )
    if element.denominator is not None:
        return _(
            "{index} has ranks and no intervals: {layer} is known by larger areas only, and is "
            "divided by a figure of each territory.",
            **slots,
        )
    if error is not None and error.flips is not None:
        return _(
            "{index} has ranks and no intervals: {layer} is known by larger areas only, and is a "
            "yes or no.",
            **slots,
        )
    if not element.has_straight_scale:
        return _(
            "{index} has ranks and no intervals: {layer} is known by larger areas only, and its "
            "scale is not a straight line on which a spread has one size.",
            **slots,
        )
    return ""


def _spread(atlas: Atlas, element: Element, error: MeasurementError, level: str) -> Spread | None:
    spread = spread_within(atlas.values[element.id], atlas.territories.parents[level])
    if spread is None and error.within > 0:
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


def _spread_notice(
    territories: Territories, part: Indicator, level: str, spread: Spread, declared: float
) -> str:
    slots = {
        "layer": titled(part.title),
        "areas": territories.level_message(level=level, plural=True),
        "territories": territories.level_message(plural=True),
        "spread": quantity(float(f"{spread.deviation:.3g}")),
    }
    if not spread.areas:
        return _(
            "{layer} is known by {areas} only: the draws add the spread of {spread} between the "
            "{territories} of one that the recipe gives.",
            **slots,
        )
    slots["count"] = quantity(spread.areas)
    if declared:
        return _(
            "{layer} is known by {areas} only: the draws add a spread of {spread} between the "
            "{territories} of one, that of the {count} {areas} whose {territories} have figures of "
            "their own, and not the {given} of the recipe.",
            given=quantity(declared),
            **slots,
        )
    return _(
        "{layer} is known by {areas} only: the draws add a spread of {spread} between the "
        "{territories} of one, that of the {count} {areas} whose {territories} have figures of "
        "their own.",
        **slots,
    )


def _unknown(recipe: Recipe, part: Indicator) -> str:
    return _(
        "{index} has ranks and no intervals: {layer} is known by larger areas only, and the "
        "spread within them is not known. Give it as within in {key}.",
        index=titled(recipe.title),
        layer=titled(part.title),
        key=f"[recipe.indicators.{part.id}.error]",
    )
