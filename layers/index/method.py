"""The method of an index in words, generated from its recipe."""

from __future__ import annotations

from collections.abc import Mapping

from zoneblanche.geo.country import Text
from zoneblanche.geo.messages import (
    Message,
    _,
    as_title,
    join,
    percent,
    pgettext,
    semicolons,
    titled,
)
from zoneblanche.layers.index.recipe.recipe import Dimension, Recipe

_AGGREGATE = {
    "arithmetic": pgettext("method", "arithmetic mean"),
    "geometric": pgettext("method", "geometric mean"),
    "harmonic": pgettext("method", "harmonic mean"),
    "generalised": pgettext("method", "generalised mean"),
    "median": pgettext("method", "weighted median"),
    "copeland": pgettext("method", "Copeland's method"),
    "mpi-minus": pgettext("method", "Mazziotta-Pareto index, penalty −"),
    "mpi-plus": pgettext("method", "Mazziotta-Pareto index, penalty +"),
    "ampi-minus": pgettext("method", "adjusted Mazziotta-Pareto, penalty −"),
    "ampi-plus": pgettext("method", "adjusted Mazziotta-Pareto, penalty +"),
    "bod": pgettext("method", "benefit of the doubt"),
}
_NORMALISE = {
    "minmax": pgettext("method", "observed minimum and maximum"),
    "goalposts": pgettext("method", "fixed goalposts"),
    "zscore": pgettext("method", "z-scores"),
    "scaled": pgettext("method", "a fixed linear scale"),
    "dist2max": pgettext("method", "distance to the maximum"),
    "dist2ref": pgettext("method", "distance to a reference"),
    "dist2targ": pgettext("method", "distance to a target"),
    "fracmax": pgettext("method", "share of the maximum"),
    "prank": pgettext("method", "percentile rank"),
    "rank": pgettext("method", "rank"),
    "borda": pgettext("method", "Borda points"),
    "mpi": pgettext("method", "100 ± 10 standard deviations"),
    "ampi": pgettext("method", "70 and 130 at the goalposts"),
}
_STEP = {
    "mean": pgettext("method", "mean"),
    "median": pgettext("method", "median"),
    "group-mean": pgettext("method", "mean of the group"),
    "group-median": pgettext("method", "median of the group"),
    "regression": pgettext("method", "estimated by regression"),
    "winsorise": pgettext("method", "winsorised"),
    "log": pgettext("method", "logarithm"),
    "boxcox": pgettext("method", "Box-Cox transformation"),
    "auto": pgettext("method", "winsorised, else logarithm, where skewness asks for it"),
}


def describe(
    recipe: Recipe, weights: Mapping[str, Mapping[str, float]], titles: Mapping[str, Text | str]
) -> dict[str, str]:
    """Return the method of the whole index.

    Args:
        recipe: of the index.
        weights: the shares that were used, by dimension and child.
        titles: of the indicators, by id (a text, or one per language).
    """
    parts = [
        _sentence(dimension, weights[dimension.id], titles)
        for dimension in reversed(recipe.dimensions)
    ]
    return as_title(_("{clauses}.", clauses=semicolons([*parts, *_steps(recipe, titles)])))


def describe_dimension(
    dimension: Dimension, shares: Mapping[str, float], titles: Mapping[str, Text | str]
) -> dict[str, str]:
    """Return the method of one dimension."""
    return as_title(_("{clauses}.", clauses=_sentence(dimension, shares, titles)))


def _steps(recipe: Recipe, titles: Mapping[str, Text | str]) -> list[str]:
    def title(name: str) -> str:
        return titled(titles.get(name, name))

    parts: list[str] = []
    divided = [element for element in recipe.elements if element.denominator is not None]
    if divided:
        pairs = join(join((title(e.id), title(str(e.denominator))), " / ") for e in divided)
        parts.append(_("divided: {pairs}", pairs=pairs))
    methods = dict.fromkeys(element.normalise for element in recipe.elements)
    parts.append(_("normalisation: {steps}", steps=join(map(_NORMALISE.__getitem__, methods))))
    logged = [title(element.id) for element in recipe.elements if element.scale == "log"]
    if logged:
        parts.append(_("on a log scale: {titles}", titles=join(logged)))
    imputed = dict.fromkeys(element.impute for element in recipe.elements)
    treated = dict.fromkeys(element.treat for element in recipe.elements)
    if done := join(_STEP[step] for step in imputed if step != "none"):
        parts.append(_("imputation: {steps}", steps=done))
    if done := join(_STEP[step] for step in treated if step != "none"):
        parts.append(_("outliers: {steps}", steps=done))
    parts += _who_is_scored(recipe)
    if recipe.orientation == "worse":
        parts.append(_("a high score is worse off"))
    if recipe.draws:
        parts.append(
            _(
                "rank interval: 5th to 95th percentile of {draws} draws (seed {seed})",
                draws=recipe.draws,
                seed=recipe.seed,
            )
        )
    return parts


def _who_is_scored(recipe: Recipe) -> list[str]:
    parts: list[str] = []
    if recipe.min_available > 0 or not (recipe.required or recipe.min_dimensions):
        parts.append(
            _(
                "a territory gets a score where at least {share} of the indicators are known",
                share=percent(recipe.min_available),
            )
        )
    if recipe.required:
        needed = {child.id: getattr(child, "title", child.id) for child in recipe.root.children}
        titles = join((titled(needed[name]) for name in recipe.required), _(" and "))
        parts.append(_("a territory gets a score where {titles} are known", titles=titles))
    if recipe.min_dimensions:
        parts.append(_("a score needs at least {count} known parts", count=recipe.min_dimensions))
    if recipe.inhabited:
        parts.append(_("a territory without inhabitants gets no score"))
    if recipe.incomplete == "unranked":
        parts.append(_("a territory that lacks a part has no rank"))
    return parts


def _sentence(
    dimension: Dimension, shares: Mapping[str, float], titles: Mapping[str, Text | str]
) -> Message:
    child_titles = {child.id: getattr(child, "title", None) for child in dimension.children}
    parts = [
        _(
            "{title} ({share})",
            title=titled(child_titles[child] or titles.get(child, child)),
            share=percent(share),
        )
        for child, share in shares.items()
    ]
    return _(
        "{title}: {mean} of {parts}",
        title=titled(dimension.title),
        mean=_AGGREGATE[dimension.aggregate],
        parts=join(parts),
    )
