"""What an atlas with an index shows: who is worst off, how certain that is, and which choices
matter.

Every figure is computed from the atlas and its draws; docs/findings.md shows those of France.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import _, ngettext, pgettext, translate, translate_all
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.flagging.flags import flag, flag_summary
from zoneblanche.layers.analysis.inequality.equal_size import LEAST_OVERLAP, sparse_at_equal_size
from zoneblanche.layers.analysis.inequality.groups import known_groupings
from zoneblanche.layers.analysis.inequality.spread import variance_between
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.uncertainty.choices import compute_choices
from zoneblanche.layers.index.uncertainty.sensitivity import Sensitivity
from zoneblanche.maps.drawn.cite import SEMICOLON
from zoneblanche.maps.drawn.words import colon, write_number

WORST, DRAWS = 10, 100
"""Number of areas that are named, and of draws of their ranks."""

MOST_GROUPS = 200
"""A level with more areas has few territories in each, which are similar for that reason alone."""

FLAG = "sparse-underserved"

WORDS: Mapping[str, str] = {
    "worst": _(
        "Worst off of the {count} {level} ({title}, mean by inhabitant; rank "
        "from 5 to 95 % of {draws} draws)"
    ),
    "best": _(
        "Highest scores of the {count} {level} ({title}, mean by inhabitant; "
        "rank from 5 to 95 % of {draws} draws)"
    ),
    "rank": _("rank"),
    "flag": _("{title}: {percent} % of the population ({count} territories), possibly {more} %"),
    "between": _("{title}, variance between inhabitants, share between groups rather than within"),
    "equal": _(
        "{title}, sparse territories against the others: {raw} points; at "
        "equal size {left} ({low} to {high})"
    ),
    "choices": _(
        "{title}, choices that move ranks (total Sobol index; mean shift "
        "{shift} ranks, {runs} runs)"
    ),
    "without": _("{title}, mean rank shift without"),
    "normalise": _("normalisation"),
    "weights": _("weights (± {share} %)"),
    "leave_out": _("an indicator left out"),
    "aggregate": _("aggregation"),
    "goalposts": _("goalposts"),
    "equal_weights": _("equal weights"),
    "treat": _("treatment"),
    "impute": _("imputation"),
    "size-band": _("size bands"),
    "density-class": _("density classes"),
    "to": pgettext("findings", "to"),
    "still": _("no choice moves a rank"),
}


def print_findings(file: Path, *, recipe: str, lang: str | None) -> None:
    """Compute the index of an atlas again, and print what it shows."""
    from zoneblanche.layers.outputs.atlas_file import load_atlas

    atlas = compute_index(load_atlas(file), recipe)
    index_id = list(atlas.recipes)[-1]
    lang = lang or atlas.lang
    for found in (_flagged(atlas, lang), main_lines(atlas, index_id, lang)):
        print(*found, sep="\n")
    print(*choice_lines(atlas, index_id, lang), sep="\n")


def main_lines(atlas: Atlas, index_id: str, lang: str) -> list[str]:
    """Return the findings that take about half a second for all communes, without those that the
    atlas has no figures for.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        lang: of the texts.

    Raises:
        InputError: the atlas has no recipe of the index.
    """
    return [
        *_worst_areas(atlas, index_id, lang),
        *_between(atlas, index_id, lang),
        *_at_equal_size(atlas, index_id, lang),
    ]


def _worst_areas(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    country, territories = atlas.territories.country, atlas.territories
    level = None if country is None else country.bare_code_level
    if country is None or level is None or level not in territories.parents:
        return
    found = rank_areas(atlas, index_id, level=level).dropna(subset=["rank"])
    if len(found) < 2 or found["rank_low"].isna().all():
        return
    indicator = atlas.indicator(index_id)
    words = translate_all(WORDS, lang)
    head = words["worst" if indicator.better == "lower" else "best"].format(
        count=len(found),
        level=in_language(country.level(level).plural, lang),
        title=indicator.title_in(lang),
        draws=DRAWS,
    )
    named = [
        f"{territories.place_name(level, str(code))} {write_number(row.score, 1, lang)}, "
        f"{words['rank']} {_span(row.rank_low, row.rank_high)}"
        for code, row in found.head(WORST).iterrows()
    ]
    yield f"{head}{colon(lang)}{translate(SEMICOLON, lang).join(named)}"


def _span(low: float, high: float) -> str:
    """Return the ranks from `low` to `high`, or the rank if they are equal.

    >>> _span(1, 1), _span(2, 5)
    ('1', '2–5')
    """
    return f"{low:.0f}–{high:.0f}" if high > low else f"{low:.0f}"


def _flagged(atlas: Atlas, lang: str) -> Iterator[str]:
    """Return the share of the population, if people are counted and the rule can be judged."""
    if FLAG not in atlas.indicators:
        if not {"density", "handicaps"} <= set(atlas.indicators):
            return
        atlas = flag(atlas, FLAG)
    found = flag_summary(atlas, FLAG)
    if not found.population:
        return
    yield translate(WORDS["flag"], lang).format(
        title=atlas.indicator(FLAG).title_in(lang),
        percent=write_number(found.population_percent(found.flagged), 1, lang),
        count=write_number(found.flagged.territories, 0, lang),
        more=write_number(found.population_percent(found.possible), 1, lang),
    )


def _between(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    """Return how much of the inequality is between density classes, size bands, and areas."""
    values, people = atlas.values[index_id], atlas.territories.facts["population"]
    if values[people > 0].nunique() < 2:
        return
    parts = []
    for by in known_groupings(atlas, most=MOST_GROUPS):
        share = variance_between(atlas, index_id, by=by, people=True)
        title = grouping_title(atlas, by, lang)
        parts.append(f"{title} {write_number(share, 1, lang)} %")
    head = translate(WORDS["between"], lang).format(title=atlas.indicator(index_id).title_in(lang))
    yield f"{head}{colon(lang)}{', '.join(parts)}"


def _at_equal_size(atlas: Atlas, index_id: str, lang: str) -> Iterator[str]:
    if "density" not in atlas.indicators:
        return
    found = sparse_at_equal_size(atlas, index_id)
    if found is None:
        return
    raw, left, low, high = (
        _signed(figure, lang) for figure in (found.raw, found.left, found.low, found.high)
    )
    yield translate(WORDS["equal"], lang).format(
        title=atlas.indicator(index_id).title_in(lang), raw=raw, left=left, low=low, high=high
    )
    if found.left_out:
        left_out = ngettext(
            "{count} sparse territory is left out of the comparison at equal size: its size band "
            "has fewer than {least} on a side.",
            "{count} sparse territories are left out of the comparison at equal size: their size "
            "bands have fewer than {least} on a side.",
            found.left_out,
            least=LEAST_OVERLAP,
        )
        yield translate(left_out, lang)


def choice_lines(atlas: Atlas, index_id: str, lang: str) -> list[str]:
    """Return which choice changes ranks, and by how much they change without each indicator: some
    seconds. An index of one indicator has no line: see `compute_choices`."""
    found = compute_choices(atlas, index_id)
    if found is None:
        return []
    words, title = translate_all(WORDS, lang), atlas.indicator(index_id).title_in(lang)
    first = f"{title}{colon(lang)}{words['still']}"
    if found.sensitivity is not None:
        first = _choices(found.sensitivity, words, title, found.recipe, lang)
    without = [
        f"{atlas.indicator(str(name)).title_in(lang)} {write_number(moved, 0, lang)}"
        for name, moved in found.shift.items()
    ]
    return [
        first,
        f"{words['without'].format(title=title)}{colon(lang)}{', '.join(without)}",
    ]


def _choices(
    found: Sensitivity, words: Mapping[str, str], title: str, recipe: Recipe, lang: str
) -> str:
    share = write_number(100 * recipe.uncertainty.weights, 0, lang)
    parts = [
        f"{words[str(name)].format(share=share)} {write_number(row.total, 2, lang)} "
        f"({write_number(row.total_low, 2, lang)} {words['to']} "
        f"{write_number(row.total_high, 2, lang)})"
        for name, row in found.table.sort_values("total", ascending=False).iterrows()
    ]
    shift = write_number(found.mean_shift, 0, lang)
    head = words["choices"].format(title=title, shift=shift, runs=found.runs)
    return f"{head}{colon(lang)}{', '.join(parts)}"


def grouping_title(atlas: Atlas, by: str, lang: str) -> str:
    """Return the title of a grouping of territories, see `known_groupings`."""
    country = atlas.territories.country
    if by in translate_all(WORDS, lang) or country is None:
        return translate(WORDS[by], lang)
    return in_language(country.level(by).plural, lang)


def _signed(figure: float, lang: str) -> str:
    text = write_number(figure, 1, lang)
    return f"+{text}" if figure > 0 else text
