"""Run the steps of a recipe on a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, percent
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.context import Context, index_context
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.steps.aggregate import aggregate
from zoneblanche.layers.index.steps.denominate import denominate
from zoneblanche.layers.index.steps.impute import impute
from zoneblanche.layers.index.steps.normalise import normalise, normalised
from zoneblanche.layers.index.steps.orient import oriented, scale_ends, upward_elements
from zoneblanche.layers.index.steps.regress import estimate
from zoneblanche.layers.index.steps.screen import screen
from zoneblanche.layers.index.steps.step import Step
from zoneblanche.layers.index.steps.treat import Limits, treat
from zoneblanche.layers.index.steps.weight import weigh
from zoneblanche.layers.indicator import RESERVED, Indicator


@dataclass(frozen=True)
class Scored:
    """The result of a recipe on a table.

    Attributes:
        recipe: with the direction and goalposts of every indicator filled in.
        steps: screen, impute, treat, normalise, in order.
        scores: one column per dimension, the index last; oriented like the recipe; NaN without a
            score.
        upward: the same before `orientation` is applied: high is good.
        weights: the shares that were used, by dimension and child.
        notices: about how weights were computed.
    """

    recipe: Recipe
    steps: tuple[Step, ...]
    scores: pd.DataFrame
    upward: pd.DataFrame
    weights: Mapping[str, Mapping[str, float]]
    notices: tuple[str, ...] = ()

    @property
    def normalised(self) -> pd.DataFrame:
        """The normalised indicators; high is good."""
        return self.steps[-1].values

    @property
    def index(self) -> pd.Series:
        """The score of the whole index."""
        return self.scores[self.recipe.id]

    @property
    def incomplete(self) -> pd.Series:
        """Which rows have a score of the index although they lack one of its parts."""
        parts = self.scores[_inner_parts(self.recipe)]
        lacking = parts.isna().any(axis=1)
        for child in self.recipe.root.children:
            if isinstance(child, Element):
                lacking |= self.normalised[child.id].isna()
        return lacking & self.index.notna()

    @property
    def unranked(self) -> pd.Series:
        """Which rows have a score of the index, and no rank."""
        return self.incomplete & (self.recipe.incomplete == "unranked")

    def ranked(self, name: str) -> pd.Series:
        """Return the scores of a dimension or of the index that have a rank; NaN for the others."""
        scores = self.scores[name]
        return scores.where(~self.unranked) if name == self.recipe.id else scores

    @property
    def estimated(self) -> pd.Series:
        """Which rows have an imputed figure."""
        changed = self.steps[1].actions.values()
        none = pd.Series(False, index=self.scores.index)
        return none if not changed else pd.concat([a != "" for a in changed], axis=1).any(axis=1)


def _inner_parts(recipe: Recipe) -> list[str]:
    return [child.id for child in recipe.root.children if isinstance(child, Dimension)]


def score(values: pd.DataFrame, recipe: Recipe, *, context: Context | None = None) -> Scored:
    """Return scores of a table by a recipe whose indicators have their directions.

    Args:
        values: the indicators of the recipe, one column each, float64; NaN is missing.
        recipe: see `resolve`.
        context: what else the recipe uses of the rows; None if it uses nothing.

    Raises:
        InputError: an indicator that cannot be scored, or scores that a mean is not defined for.
    """
    steps = prepare(values, recipe, context=context)
    upward, weights, notices = combine(steps[-1].values, recipe)
    upward[recipe.id] = upward[recipe.id].where(steps[0].details["kept"])
    if upward[recipe.id].isna().all():
        raise InputError(_nothing_scored(recipe))
    return Scored(
        recipe=recipe,
        steps=steps,
        scores=oriented(upward, recipe),
        upward=upward,
        weights=weights,
        notices=notices,
    )


def prepare(
    values: pd.DataFrame, recipe: Recipe, *, context: Context | None = None
) -> tuple[Step, Step, Step, Step]:
    """Run the steps before aggregation: screen, impute, treat, normalise.

    A screened-out row is not used in what follows: neither in the means of the imputation nor in
    the minimum and maximum of the scale. Its figures are normalised where the scale is fixed.
    """
    context = context or Context()
    elements = upward_elements(recipe)
    ids = [element.id for element in elements]
    values = values[ids].astype("float64")
    people = context.fact("population") > 0 if recipe.inhabited else None
    screened = screen(values, min_available=recipe.min_available, inhabited=people)
    kept = screened.details["kept"]
    if not kept.any():
        raise InputError(
            Fault(
                _(
                    "no territory has {min_available} of the indicators of {recipe}.",
                    min_available=percent(recipe.min_available),
                    recipe=repr(recipe.id),
                ),
                remedy=_("Lower min_available, or leave out the indicators that have no data."),
                kind="too-few",
            )
        )
    methods = {element.id: element.impute for element in elements}
    estimates = {
        element.id: estimate(screened.values[element.id], element.regression, context, rows=kept)
        for element in elements
        if element.regression is not None and screened.values[element.id].isna().any()
    }
    imputed = impute(
        screened.values, methods, groups=context.groups, rows=kept, estimates=estimates
    )
    limits = Limits(recipe.skew, recipe.kurtosis, recipe.max_winsorised, recipe.boxcox)
    treated = treat(imputed.values, {e.id: e.treat for e in elements}, limits=limits)
    scaled = normalise(treated.values, elements, reference=recipe.reference)
    return screened, imputed, treated, _on_fixed_scales(scaled, values, elements, rows=~kept)


def _nothing_scored(recipe: Recipe) -> Fault:
    return Fault(
        _("no territory has what a score of {recipe} needs.", recipe=repr(recipe.id)),
        remedy=_("Give the figures of its required parts, or name fewer in `required`."),
        kind="too-few",
    )


def _on_fixed_scales(
    scaled: Step, values: pd.DataFrame, elements: tuple[Element, ...], *, rows: pd.Series
) -> Step:
    """Return the normalised figures with those of screened-out rows where a scale does not depend
    on other territories: a dimension is known where its own indicators are."""
    if not rows.any():
        return scaled
    table = scaled.values.copy()
    for element in elements:
        if element.normalise in ("goalposts", "scaled") and element.treat == "none":
            figures = values.loc[rows, element.id].to_numpy("float64")
            table.loc[rows, element.id] = normalised(figures, element)[0]
    return replace(scaled, values=table)


def combine(
    scores: pd.DataFrame, recipe: Recipe
) -> tuple[pd.DataFrame, dict[str, dict[str, float]], tuple[str, ...]]:
    """Aggregate normalised indicators dimension by dimension.

    Returns:
        One column per dimension, the index last; high is good; the shares that were used; and
        notices about how they were computed.
    """
    table = scores.copy()
    weights: dict[str, dict[str, float]] = {}
    notices: list[str] = []
    for dimension in recipe.dimensions:
        children = table[[child.id for child in dimension.children]]
        weighed = weigh(children, dimension)
        combined = aggregate(
            children,
            weighed.shares,
            how=dimension.aggregate,
            power=dimension.power,
            name=dimension.id,
        )
        available = scores[[element.id for element in dimension.elements()]].notna().mean(axis=1)
        table[dimension.id] = combined.where(available >= dimension.min_available)
        weights[dimension.id] = dict(weighed.shares)
        notices += weighed.notices
    table[recipe.id] = table[recipe.id].where(enough_known(table, recipe))
    return table[[dimension.id for dimension in recipe.dimensions]], weights, tuple(notices)


def enough_known(scores: pd.DataFrame, recipe: Recipe) -> pd.Series:
    """Return which rows have the parts of the index that a score needs: all required ones, and
    `min_dimensions` of them."""
    parts = scores[[child.id for child in recipe.root.children]].notna()
    enough = parts.sum(axis=1) >= recipe.min_dimensions
    return enough & parts[list(recipe.required)].all(axis=1)


def score_bounds(scored: Scored) -> pd.DataFrame:
    """Return what the scores of the incomplete rows would be with the least and the greatest of
    the parts of the index that they lack: `bound_low` and `bound_high`, NaN for other rows.

    A part without ends of its scale gives no bounds.
    """
    recipe, rows = scored.recipe, scored.incomplete
    table = pd.concat([scored.normalised, scored.upward], axis=1)
    parts = table.loc[rows, [child.id for child in recipe.root.children]]
    bounds = pd.DataFrame(np.nan, scored.scores.index, ["bound_low", "bound_high"])
    ends = [scale_ends(child, count=len(table)) for child in recipe.root.children]
    if not rows.any() or any(end is None for end in ends):
        return bounds
    for name, side in (("bound_low", 0), ("bound_high", 1)):
        at_end = {str(c): end[side] for c, end in zip(parts, ends, strict=True) if end}
        total = aggregate(
            parts.fillna(at_end),
            scored.weights[recipe.id],
            how=recipe.root.aggregate,
            power=recipe.root.power,
            name=recipe.id,
        )
        around = scored.upward.loc[rows].assign(**{recipe.id: total})
        bounds.loc[rows, name] = oriented(around, recipe)[recipe.id]
    low, high = bounds.min(axis=1), bounds.max(axis=1)
    return bounds.assign(bound_low=low, bound_high=high)


def resolve(recipe: Recipe, indicators: Mapping[str, Indicator]) -> Recipe:
    """Return the recipe with each indicator's direction, and its bounds as goalposts where needed.

    Raises:
        InputError: indicators that do not exist (with a suggestion), or have no direction.
    """
    faults = [
        Fault(
            _("there is no indicator {element}.", element=repr(element.id)),
            file=recipe.file or None,
            column=f"recipe {recipe.id}",
            remedy=_where_from(element.id, indicators),
            kind="unknown-indicator",
        )
        for element in recipe.elements
        if element.id not in indicators
    ]
    claimed = {
        name.casefold(): _("has the id of the indicator {name}", name=repr(name))
        for name, indicator in indicators.items()
        if indicator.role not in ("dimension", "index")
    }
    # The score of the whole is a column with its own name in the results, for any id.
    columns = dict.fromkeys(RESERVED, _("has the name of a column of the results"))
    faults += [
        Fault(
            _(
                "the dimension {dimension} {known}.",
                dimension=repr(dimension.id),
                known=taken[dimension.id.casefold()],
            ),
            file=recipe.file or None,
            column=f"recipe {recipe.id}",
            remedy=_("Give the dimension another id."),
            kind="duplicate-dimension",
        )
        for dimension in recipe.dimensions
        for taken in (claimed if dimension is recipe.root else {**columns, **claimed},)
        if dimension.id.casefold() in taken
    ]
    if faults:
        raise InputError(faults)
    return replace(recipe, root=_resolved(recipe.root, indicators))


def _where_from(name: str, indicators: Mapping[str, Indicator]) -> str:
    """Return what to do about an indicator that does not exist: give its source, or correct its
    name."""
    from zoneblanche.layers.catalogue import known_layers

    layer = known_layers().get(name)
    if layer is None or not layer.needs:
        return nearest(name, indicators)
    needs = ", ".join(layer.needs).replace("|", " / ")
    return _("It is measured from {needs}: give it with --source NAME=FILE.", needs=needs)


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
                _(
                    "the goalposts {goalposts} of {element} are not those of a percentage.",
                    goalposts=list(goalposts),
                    element=repr(element.id),
                ),
                column=f"recipe.indicators.{element.id}.goalposts",
                remedy=_("Write them from 0 to 100; without any, an indicator has its unit's."),
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


def index_values(recipe: Recipe, atlas: Atlas) -> pd.DataFrame:
    """Return the indicators of a recipe, one column each, divided by their denominators.

    Raises:
        InputError: a denominator that the atlas does not have, with a suggestion.
    """
    values = atlas.values[[element.id for element in recipe.elements]]
    by = {e.id: e.denominator for e in recipe.elements if e.denominator is not None}
    if not by:
        return values
    carried = pd.concat([atlas.weights, atlas.territories.facts, atlas.values], axis=1)
    carried = carried.loc[:, ~carried.columns.duplicated(keep="last")]
    faults = [
        Fault(
            _(
                "nothing is known of {denominator}, by which {name} is to be divided.",
                denominator=repr(denominator),
                name=repr(name),
            ),
            file=recipe.file or None,
            column=f"recipe.indicators.{name}.denominator",
            remedy=nearest(denominator, map(str, carried.columns)),
            kind="unknown-denominator",
        )
        for name, denominator in by.items()
        if denominator not in carried
    ]
    if faults:
        raise InputError(faults)
    return denominate(values, carried, by).values


@dataclass(frozen=True)
class ScoredAtlas:
    """An index on an atlas, before anything is rounded or written into it.

    Attributes:
        values: the indicators of the recipe, see `index_values`.
        context: see `index_context`.
        scored: the scores.
    """

    values: pd.DataFrame
    context: Context
    scored: Scored


def score_atlas(atlas: Atlas, recipe: Recipe) -> ScoredAtlas:
    """The scores of a resolved recipe on the territories of an atlas.

    Raises:
        InputError: see `index_values`, `index_context` and `score`.
    """
    values, context = index_values(recipe, atlas), index_context(recipe, atlas)
    return ScoredAtlas(values, context, score(values, recipe, context=context))
