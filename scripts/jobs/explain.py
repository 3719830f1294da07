"""What makes up one territory's score, and how recipes differ: `explain` and `compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, pgettext, translate, translate_all
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.agreement import compare_ranks, rank_by_recipes
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import Explanation, explain, strengths_weaknesses
from zoneblanche.layers.index.recipe.load import read_recipe
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import index_values
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.drawn.words import colon, write_number

MOVERS, FEW = 3, 3
"""Number of territories named at the ends of a comparison, and of indicators of a profile."""

WORDS: Mapping[str, str] = {
    "rank": _("rank {rank} of {count}"),
    "interval": _(" (5 to 95 % of the draws: {low} to {high})"),
    "worse": _("A high score is worse off."),
    "better": _("A high score is better off."),
    "head": _("figure|score|weight|contribution"),
    "start": _("score of the medians, to start from"),
    "sum": _("sum"),
    "yes": _("yes"),
    "no": pgettext("explain", "no"),
    "strong": _("Highest ranks"),
    "weak": _("Lowest ranks"),
    "missing": _("missing: {reason}"),
    "compared": _("{count} territories have a score in each; rank 1 is best off."),
    "pair": _(
        "{one} and {other}: rank correlation {spearman}, mean shift {mean} "
        "ranks, median {median}; {both} % in common among the worst off (a "
        "tenth, with those that tie)"
    ),
    "up": _("  better placed by {other}"),
    "down": _("  worse placed by {other}"),
}


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
    found, recipe = explain(atlas, code, index_id), atlas.recipes[index_id]
    words, index = translate_all(WORDS, lang), atlas.indicator(index_id)
    scored = atlas.values[index_id].count()
    placed = words["rank"].format(
        rank=write_number(found.rank, 0, lang), count=write_number(scored, 0, lang)
    )
    table = atlas.intervals.get(index_id)
    if table is not None and "rank_low" in table and np.isfinite(table["rank_low"][code]):
        low, high = (write_number(table[f"rank_{end}"][code], 0, lang) for end in _ENDS)
        placed += words["interval"].format(low=low, high=high)
    score_text = write_number(found.score, _digits(recipe), lang)
    return [
        f"{atlas.territories.names[code]} ({code})",
        f"{index.title_in(lang)}{colon(lang)}{score_text}, {placed}. {words[recipe.orientation]}",
        "",
        *_aligned(list(_rows(atlas, found, recipe, lang))),
        *_strongest(atlas, code, recipe, lang),
    ]


_ENDS = ("low", "high")
_Row = tuple[str, str, str, str, str]


def _rows(atlas: Atlas, found: Explanation, recipe: Recipe, lang: str) -> Iterator[_Row]:
    words, digits = translate_all(WORDS, lang), _digits(recipe)
    first, second, third, fourth = words["head"].split("|")
    yield "", first, second, third, fourth
    if found.reference:
        yield words["start"], "", "", "", write_number(found.reference, digits, lang)

    def descend(dimension: Dimension, depth: int) -> Iterator[_Row]:
        for child in dimension.children:
            indent = "  " * depth
            if isinstance(child, Dimension):
                row = pd.Series(found.dimensions.loc[child.id])
                title = indent + in_language(child.title, lang)
                yield title, "", *_written(row, digits, lang)
                yield from descend(child, depth + 1)
            else:
                row = pd.Series(found.parts.loc[child.id])
                title = indent + atlas.indicator(child.id).title_in(lang)
                yield (
                    title,
                    _figure(atlas, child, row, found.code, lang),
                    *_written(row, digits, lang),
                )

    yield from descend(recipe.root, 0)
    yield words["sum"], "", "", "", write_number(found.score, digits, lang)


def _written(row: pd.Series, digits: int, lang: str) -> tuple[str, str, str]:
    weight = write_number(100 * row["weight"], 1, lang)
    return (
        write_number(row["score"], digits, lang),
        f"{weight} %",
        write_number(row["contribution"], digits, lang),
    )


def _figure(atlas: Atlas, element: Element, row: pd.Series, code: str, lang: str) -> str:
    """Return the figure as measured, with its unit, or why it is missing."""
    indicator = atlas.indicator(element.id)
    if np.isnan(row["value"]):
        reason = Reason(int(atlas.reasons[element.id][code]))
        return translate(WORDS["missing"], lang).format(reason=in_language(reason.title, lang))
    if indicator.unit == "boolean":
        return translate(WORDS["yes" if row["value"] else "no"], lang)
    digits = 6 if element.denominator is not None else indicator.digits
    unit = " %" if indicator.unit == "percent" else f" {in_language(indicator.suffix, lang)}"
    text = write_number(row["value"], digits, lang) + unit.rstrip()
    return f"{text} ({row['done']})" if row["done"] else text


def _digits(recipe: Recipe) -> int:
    """Return the decimals of the scores: more if they run from 0 to 1."""
    ends = [end for element in recipe.elements for end in element.range]
    bounded = all(e.normalise in ("minmax", "goalposts") for e in recipe.elements)
    return 1 if not bounded or max(ends) > 10 else 3


def _aligned(rows: Sequence[_Row]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, 5))]
        ).rstrip()
        for row in rows
    ]


def _strongest(atlas: Atlas, code: str, recipe: Recipe, lang: str) -> Iterator[str]:
    """Return where the territory ranks highest and lowest; the rank of a yes or no is not
    informative."""
    values = index_values(recipe, atlas)
    best, worst = strengths_weaknesses(values, recipe, code, count=FEW)
    if set(best.index) & set(worst.index):
        return
    if best.empty and worst.empty:
        return
    yield ""
    for word, table in (("strong", best), ("weak", worst[::-1])):
        if table.empty:
            continue
        texts = [
            f"{atlas.indicator(str(name)).title_in(lang)} {write_number(place, 0, lang)}"
            for name, place in table["rank"].items()
        ]
        yield f"{translate(WORDS[word], lang)}{colon(lang)}{', '.join(texts)}"


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
    words = translate_all(WORDS, lang)
    lines = [words["compared"].format(count=write_number(len(table), 0, lang))]
    for one, other in combinations(names, 2):
        lines += _pair_lines(atlas, table, one, other, lang)
    return lines


def _pair_lines(
    atlas: Atlas, table: pd.DataFrame, one: str, other: str, lang: str
) -> Iterator[str]:
    words, found = translate_all(WORDS, lang), compare_ranks(table[one], table[other])
    shift = found.shift
    yield words["pair"].format(
        one=one,
        other=other,
        spearman=write_number(found.spearman, 2, lang),
        mean=write_number(float(shift.abs().mean()), 0, lang),
        median=write_number(float(shift.abs().median()), 0, lang),
        both=write_number(found.worst_in_common_percent, 0, lang),
    )
    order = shift.sort_values(ascending=False, kind="stable")
    for word, codes in (("up", order[order > 0].index), ("down", order[order < 0].index[::-1])):
        named = [
            f"{atlas.territories.names[code]} ({code}) {write_number(table[one][code], 0, lang)} → "
            f"{write_number(table[other][code], 0, lang)}"
            for code in codes[:MOVERS]
        ]
        if named:
            yield f"{words[word].format(other=other)}{colon(lang)}{', '.join(named)}"
