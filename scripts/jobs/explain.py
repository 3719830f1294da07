"""What makes up one territory's score, and how recipes differ: `explain` and `compare`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import (
    _,
    join,
    ngettext,
    pgettext,
    quantity,
    semicolons,
    titled,
    translate,
)
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.agreement import compare_ranks, rank_by_recipes
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import EFFECTS, Explanation, explain, strengths_weaknesses
from zoneblanche.layers.index.recipe.load import read_recipe
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import index_values
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.scripts.terminal import align_columns

MOVERS, FEW = 3, 3
"""Number of territories named at the ends of a comparison, and of indicators of a profile."""

NO_BREAK = "\u00a0"
"""Between a figure and its unit."""


def print_explanation(file: Path, code: str, *, recipe: str | None, lang: str | None) -> None:
    """Print what makes up a territory's score.

    Args:
        file: an atlas; if it has no index, `recipe` is computed on it first.
        code: of the territory.
        recipe: id of an index of the atlas, else the name or file of a recipe to compute; None: the
            last index of the atlas, or `digital-inequality`.
        lang: one with a catalogue; None: that of the atlas.
    """
    atlas = load_atlas(file)
    if recipe is None:
        recipe = list(atlas.recipes)[-1] if atlas.recipes else "digital-inequality"
    if recipe not in atlas.recipes:
        atlas = compute_index(atlas, recipe)
        recipe = list(atlas.recipes)[-1]
    print(*explanation_lines(atlas, code, recipe, lang or atlas.lang), sep="\n")


def explanation_lines(atlas: Atlas, code: str, index_id: str, lang: str) -> list[str]:
    """Return the lines that `print_explanation` prints.

    Raises:
        InputError: no such territory or index, or a score that has no parts.
    """
    explanation, recipe = explain(atlas, code, index_id), atlas.recipes[index_id]
    table = align_columns(
        [[translate(cell, lang) for cell in row] for row in _rows(atlas, explanation, recipe, lang)]
    )
    return [
        f"{atlas.territories.names[code]} ({code})",
        translate(_placed(atlas, explanation, recipe), lang),
        "",
        *table,
        *(translate(line, lang) for line in _strongest(atlas, code, recipe)),
    ]


def _placed(atlas: Atlas, explanation: Explanation, recipe: Recipe) -> str:
    """Return the score and the rank of a territory, the interval of the rank if there is one, and
    what a high score means."""
    code, table = explanation.code, atlas.intervals.get(recipe.id)
    slots = {
        "title": titled(atlas.indicator(recipe.id).title),
        "score": quantity(explanation.score, _digits(recipe)),
        "rank": quantity(explanation.rank, 0),
        "count": quantity(atlas.values[recipe.id].count()),
        "meaning": _("A high score is worse off.")
        if recipe.orientation == "worse"
        else _("A high score is better off."),
    }
    if table is not None and "rank_low" in table and np.isfinite(table["rank_low"][code]):
        return _(
            "{title}: {score}, rank {rank} of {count} (5 to 95 % of the draws: {low} to {high}). "
            "{meaning}",
            low=quantity(table["rank_low"][code], 0),
            high=quantity(table["rank_high"][code], 0),
            **slots,
        )
    return _("{title}: {score}, rank {rank} of {count}. {meaning}", **slots)


_Row = tuple[str, str, str, str, str]


def _rows(atlas: Atlas, explanation: Explanation, recipe: Recipe, lang: str) -> Iterator[_Row]:
    """Yield the table of the parts: title, figure, score, weight and contribution."""
    digits = _digits(recipe)
    yield (
        "",
        pgettext("explain", "figure"),
        pgettext("explain", "score"),
        pgettext("explain", "weight"),
        pgettext("explain", "contribution"),
    )
    if explanation.reference:
        start = _("score of the medians, to start from")
        yield start, "", "", "", quantity(explanation.reference, digits)

    def descend(dimension: Dimension, depth: int) -> Iterator[_Row]:
        for child in dimension.children:
            indent = "  " * depth
            if isinstance(child, Dimension):
                row = pd.Series(explanation.dimensions.loc[child.id])
                yield indent + in_language(child.title, lang), "", *_scored(row, digits)
                yield from descend(child, depth + 1)
            else:
                row = pd.Series(explanation.parts.loc[child.id])
                title = indent + atlas.indicator(child.id).title_in(lang)
                yield title, _figure(atlas, child, row, explanation.code), *_scored(row, digits)

    yield from descend(recipe.root, 0)
    yield _("sum"), "", "", "", quantity(explanation.score, digits)


def _scored(row: pd.Series, digits: int) -> tuple[str, str, str]:
    """Return score, weight and contribution of a part, or of a dimension."""
    return (
        quantity(row["score"], digits),
        join((quantity(100 * row["weight"], 1), "%"), NO_BREAK),
        quantity(row["contribution"], digits),
    )


def _figure(atlas: Atlas, element: Element, row: pd.Series, code: str) -> str:
    """Return the figure as measured, with its unit and what was done to it, or why it is
    missing."""
    indicator = atlas.indicator(element.id)
    if np.isnan(row["value"]):
        reason = Reason(int(atlas.reasons[element.id][code]))
        return _("missing: {reason}", reason=titled(reason.title))
    if indicator.unit == "boolean":
        return _("yes") if row["value"] else pgettext("explain", "no")
    digits = 6 if element.denominator is not None else indicator.digits
    unit = "%" if indicator.unit == "percent" else titled(indicator.suffix)
    text = join((quantity(row["value"], digits), unit), NO_BREAK)
    if not row["done"]:
        return text
    return _("{text} ({how})", text=text, how=semicolons(map(_effect, row["done"])))


def _effect(action: str) -> str:
    return EFFECTS.get(action, action)


def _digits(recipe: Recipe) -> int:
    """Return the decimals of the scores: more if they run from 0 to 1."""
    ends = [end for element in recipe.elements for end in element.range]
    bounded = all(e.normalise in ("minmax", "goalposts") for e in recipe.elements)
    return 1 if not bounded or max(ends) > 10 else 3


def _strongest(atlas: Atlas, code: str, recipe: Recipe) -> Iterator[str]:
    """Yield where the territory ranks highest and lowest; the rank of a yes or no is not
    informative."""
    values = index_values(recipe, atlas)
    best, worst = strengths_weaknesses(values, recipe, code, count=FEW)
    if set(best.index) & set(worst.index) or (best.empty and worst.empty):
        return
    yield ""
    if not best.empty:
        yield _("Highest ranks: {listed}", listed=_ranks(atlas, best))
    if not worst.empty:
        yield _("Lowest ranks: {listed}", listed=_ranks(atlas, worst[::-1]))


def _ranks(atlas: Atlas, table: pd.DataFrame) -> str:
    return join(
        _("{name} {score}", name=titled(atlas.indicator(str(name)).title), score=quantity(rank, 0))
        for name, rank in table["rank"].items()
    )


def print_comparison(file: Path, recipes: Sequence[str], *, lang: str | None) -> None:
    """Print how the rankings of several recipes on one atlas differ."""
    atlas = load_atlas(file)
    print(*comparison_lines(atlas, recipes, lang or atlas.lang), sep="\n")


def comparison_lines(atlas: Atlas, recipes: Sequence[str], lang: str) -> list[str]:
    """Return the lines that `print_comparison` prints: for each pair, how much ranks agree, and who
    moves.

    Raises:
        InputError: fewer than two recipes, a duplicate, or one that the atlas has no figures for.
    """
    if len(set(recipes)) < 2 or len(set(recipes)) < len(recipes):
        raise InputError(
            Fault(
                _(
                    "{count} different recipes are given; two or more are compared.",
                    count=len(set(recipes)),
                ),
                remedy=_("Name each once: zoneblanche compare ATLAS.parquet RECIPE RECIPE."),
                kind="option",
            )
        )
    names = [Path(name).stem if name.endswith(".toml") else name for name in recipes]
    names = names if len(set(names)) == len(names) else list(recipes)
    table = rank_by_recipes(
        atlas, {name: read_recipe(path) for name, path in zip(names, recipes, strict=True)}
    )
    lines: list[str] = [
        ngettext(
            "{count} territory has a score in each; rank 1 is best off.",
            "{count} territories have a score in each; rank 1 is best off.",
            len(table),
        )
    ]
    for first, second in combinations(names, 2):
        lines += _pair_lines(atlas, table, first, second)
    return [translate(line, lang) for line in lines]


def _pair_lines(atlas: Atlas, table: pd.DataFrame, first: str, second: str) -> Iterator[str]:
    agreement = compare_ranks(table[first], table[second])
    shift = agreement.shift
    yield _(
        "{one} and {other}: rank correlation {spearman}, mean shift {mean} "
        "ranks, median {median}; {both} % in common among the worst off (a "
        "tenth, with those that tie)",
        one=first,
        other=second,
        spearman=quantity(agreement.spearman, 2),
        mean=quantity(float(shift.abs().mean()), 0),
        median=quantity(float(shift.abs().median()), 0),
        both=quantity(agreement.worst_in_common_percent, 0),
    )
    order = shift.sort_values(ascending=False, kind="stable")
    better, worse = order[order > 0].index[:MOVERS], order[order < 0].index[::-1][:MOVERS]
    if len(better):
        listed = _moves(atlas, table.loc[better, [first, second]])
        yield _("  better placed by {other}: {listed}", other=second, listed=listed)
    if len(worse):
        listed = _moves(atlas, table.loc[worse, [first, second]])
        yield _("  worse placed by {other}: {listed}", other=second, listed=listed)


def _moves(atlas: Atlas, ranks: pd.DataFrame) -> str:
    """Return territories with their ranks by two recipes."""
    return join(
        _(
            "{name} ({code}) {before} → {after}",
            name=atlas.territories.names[code],
            code=code,
            before=quantity(before, 0),
            after=quantity(after, 0),
        )
        for code, (before, after) in zip(ranks.index, ranks.to_numpy(), strict=True)
    )
