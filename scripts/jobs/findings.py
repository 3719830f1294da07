"""What an atlas with an index shows: who is worst off, how certain that is, and which choices
matter.

Every figure is computed from the atlas and its draws; docs/findings.md shows those of France.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from zoneblanche.geo.messages import (
    _,
    join,
    ngettext,
    quantity,
    semicolons,
    titled,
    translate,
)
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.flagging.flags import flag, flag_summary
from zoneblanche.layers.analysis.inequality.equal_size import LEAST_OVERLAP, sparse_at_equal_size
from zoneblanche.layers.analysis.inequality.groups import grouping_title, known_groupings
from zoneblanche.layers.analysis.inequality.spread import variance_between
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.uncertainty.choices import compute_choices
from zoneblanche.layers.index.uncertainty.sensitivity import Sensitivity

WORST, DRAWS = 10, 100
"""Number of areas that are named, and of draws of their ranks."""

MOST_GROUPS = 200
"""A level with more areas has few territories in each, which are similar for that reason alone."""

FLAG = "sparse-underserved"

CHOICES: Mapping[str, str] = {
    "normalise": _("normalisation"),
    "leave_out": _("an indicator left out"),
    "aggregate": _("aggregation"),
    "goalposts": _("goalposts"),
    "equal_weights": _("equal weights"),
    "treat": _("treatment"),
    "impute": _("imputation"),
}
"""The names of the choices of a recipe, by those of `Sensitivity.table`; that of its weights has
their range."""


def print_findings(file: Path, *, recipe: str, lang: str | None) -> None:
    """Compute the index of an atlas again, and print what it shows."""
    from zoneblanche.layers.outputs.atlas_file import load_atlas

    atlas = compute_index(load_atlas(file), recipe)
    index_id = list(atlas.recipes)[-1]
    lang = lang or atlas.lang
    print(*(translate(line, lang) for line in _flagged(atlas)), sep="\n")
    print(*main_lines(atlas, index_id, lang), sep="\n")
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
    sentences = [
        *_worst_areas(atlas, index_id),
        *_between(atlas, index_id),
        *_at_equal_size(atlas, index_id),
    ]
    return [translate(sentence, lang) for sentence in sentences]


def _worst_areas(atlas: Atlas, index_id: str) -> Iterator[str]:
    territories, level = atlas.territories, atlas.territories.area_level
    if level is None:
        return
    ranked = rank_areas(atlas, index_id, level=level).dropna(subset=["rank"])
    if len(ranked) < 2 or ranked["rank_low"].isna().all():
        return
    indicator = atlas.indicator(index_id)
    slots = {
        "count": quantity(len(ranked)),
        "level": territories.level_message(level=level, plural=True),
        "title": titled(indicator.title),
        "draws": quantity(DRAWS),
        "listed": semicolons(
            _("{name} {score}, rank {rank}", name=name, score=score, rank=rank)
            for name, score, rank in (
                (
                    territories.place_name(level, str(code)),
                    quantity(row.score, 1),
                    _span(row.rank_low, row.rank_high),
                )
                for code, row in ranked.head(WORST).iterrows()
            )
        ),
    }
    if indicator.better == "lower":
        yield _(
            "Worst off of the {count} {level} ({title}, mean by inhabitant; rank "
            "from 5 to 95 % of {draws} draws): {listed}",
            **slots,
        )
    else:
        yield _(
            "Highest scores of the {count} {level} ({title}, mean by inhabitant; "
            "rank from 5 to 95 % of {draws} draws): {listed}",
            **slots,
        )


def _span(low: float, high: float) -> str:
    """Return the ranks from `low` to `high`, or the rank if they are equal.

    >>> _span(1, 1), _span(2, 5)
    ('1', '2–5')
    """
    return f"{low:.0f}–{high:.0f}" if high > low else f"{low:.0f}"


def _flagged(atlas: Atlas) -> Iterator[str]:
    """Return the share of the population, if people are counted and the rule can be judged."""
    if FLAG not in atlas.indicators:
        if not {"density", "handicaps"} <= set(atlas.indicators):
            return
        atlas = flag(atlas, FLAG)
    summary = flag_summary(atlas, FLAG)
    if not summary.population:
        return
    yield ngettext(
        "{title}: {percent} % of the population ({count} territory), possibly {more} %",
        "{title}: {percent} % of the population ({count} territories), possibly {more} %",
        summary.flagged.territories,
        title=titled(atlas.indicator(FLAG).title),
        percent=quantity(summary.population_percent(summary.flagged), 1),
        more=quantity(summary.population_percent(summary.possible), 1),
    )


def _between(atlas: Atlas, index_id: str) -> Iterator[str]:
    """Return how much of the inequality is between density classes, size bands, and areas."""
    values, people = atlas.values[index_id], atlas.territories.facts["population"]
    if values[people > 0].nunique() < 2:
        return
    shares = {
        by: variance_between(atlas, index_id, by=by, people=True)
        for by in known_groupings(atlas, most=MOST_GROUPS)
    }
    yield _(
        "{title}, variance between inhabitants, share between groups rather than within: {listed}",
        title=titled(atlas.indicator(index_id).title),
        listed=join(
            _("{title} {share} %", title=grouping_title(atlas, by), share=quantity(share, 1))
            for by, share in shares.items()
        ),
    )


def _at_equal_size(atlas: Atlas, index_id: str) -> Iterator[str]:
    if "density" not in atlas.indicators:
        return
    compared = sparse_at_equal_size(atlas, index_id)
    if compared is None:
        return
    yield _(
        "{title}, sparse territories against the others: {raw} points; at "
        "equal size {left} ({low} to {high})",
        title=titled(atlas.indicator(index_id).title),
        raw=_signed(compared.raw),
        left=_signed(compared.left),
        low=_signed(compared.low),
        high=_signed(compared.high),
    )
    if compared.left_out:
        yield ngettext(
            "{count} sparse territory is left out of the comparison at equal size: its size band "
            "has fewer than {least} on a side.",
            "{count} sparse territories are left out of the comparison at equal size: their size "
            "bands have fewer than {least} on a side.",
            compared.left_out,
            least=LEAST_OVERLAP,
        )


def choice_lines(atlas: Atlas, index_id: str, lang: str) -> list[str]:
    """Return which choice changes ranks, and by how much they change without each indicator: some
    seconds. An index of one indicator has no line: see `compute_choices`."""
    choices = compute_choices(atlas, index_id)
    if choices is None:
        return []
    title = titled(atlas.indicator(index_id).title)
    if choices.sensitivity is None:
        first: str = _("{title}: no choice moves a rank", title=title)
    else:
        first = _choices(choices.sensitivity, title, choices.recipe)
    without = _(
        "{title}, mean rank shift without: {listed}",
        title=title,
        listed=join(
            _(
                "{name} {score}",
                name=titled(atlas.indicator(str(name)).title),
                score=quantity(shift, 0),
            )
            for name, shift in choices.shift.items()
        ),
    )
    return [translate(first, lang), translate(without, lang)]


def _choices(sensitivity: Sensitivity, title: str, recipe: Recipe) -> str:
    weights = _("weights (± {share} %)", share=quantity(100 * recipe.uncertainty.weights, 0))
    return _(
        "{title}, choices that move ranks (total Sobol index; mean shift "
        "{shift} ranks, {runs} runs): {listed}",
        title=title,
        shift=quantity(sensitivity.mean_shift, 0),
        runs=quantity(sensitivity.runs),
        listed=join(
            _(
                "{name} {score} ({low} to {high})",
                name=weights if name == "weights" else CHOICES[str(name)],
                score=quantity(row.total, 2),
                low=quantity(row.total_low, 2),
                high=quantity(row.total_high, 2),
            )
            for name, row in sensitivity.table.sort_values("total", ascending=False).iterrows()
        ),
    )


def _signed(difference: float) -> str:
    """Return a difference of scores for a slot, with its sign."""
    return join(("+" if difference > 0 else "", quantity(difference, 1)), "")
