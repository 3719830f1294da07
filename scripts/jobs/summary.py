"""The results of a run, in a few lines for the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import (
    _,
    quantity,
    severity_of,
    translate,
    translate_all,
    warnings_first,
)
from zoneblanche.layers.analysis.flagging.flags import flag_summary
from zoneblanche.layers.analysis.overview import LARGE, SMALL, measure_overall, share_criterion
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.drawn.cite import SEMICOLON
from zoneblanche.maps.drawn.words import colon, write_number
from zoneblanche.scripts.jobs.findings import main_lines

WORDS = {
    "people": _("people"),
    "of": _("of the"),
    "they_hold": _("home to {share} % of the population"),
    "applies": _("of those it applies to"),
    "below": _("below {limit} inhabitants", limit=quantity(SMALL)),
    "above": _("above {limit}", limit=quantity(LARGE)),
    "overall": _("overall"),
    "lowest": _("lowest"),
    "highest": _("highest"),
    "measured_by": _("measured by"),
    "coarse": _("in part by figures known by {level} only"),
    "alike": _("the same for all territories in it"),
    "worst": _("Worst off"),
    "best": _("Best off"),
    "highest_scores": _("Highest scores"),
    "rank": _("rank"),
    "share": _("share rank 1"),
    "flagged": _("flagged"),
    "possible": _("possible"),
    "unknown": _("not known"),
    "unreadable": _("unreadable, counted as not met"),
    "missing": _("Missing"),
    "warning": _("Warning:"),
    "remark": _("Remark:"),
    "remarks": _("Remarks on the computation: {n}, to be read with -v{kept}."),
    "or_in": _("or in"),
    "look": _("Look at"),
    "files": _("Files"),
}


def print_summary(atlas: Atlas, *, page: Path, lang: str) -> None:
    """Print the results of the run and where they are."""
    for line in summary_lines(atlas, lang=lang):
        print(line)
    words = translate_all(WORDS, lang)
    print(f"\n{words['look']}{colon(lang)}{page.absolute().as_uri()}")
    print(f"{words['files']}{colon(lang)}{page.parent}{'/' if page.parent.name else ''}")


def summary_lines(atlas: Atlas, *, lang: str) -> list[str]:
    """Return the findings, one line each; every figure is computed from the atlas."""
    words = translate_all(WORDS, lang)
    territories = atlas.territories
    population = territories.facts["population"]
    title = territories.level_title(lang, plural=len(territories) != 1)
    head = f"{write_number(len(territories), 0, lang)} {title}"
    if population.notna().any():
        head += f", {write_number(population.sum(), 0, lang)} {words['people']}"
    lines = [head]
    for indicator in atlas.indicators.values():
        if indicator.role in ("indicator", "context"):
            lines += _indicator_lines(atlas, indicator, lang)
    for indicator in atlas.indicators.values():
        if indicator.role == "index":
            lines += _index_lines(atlas, indicator, lang)
        if indicator.role == "flag":
            lines.append(_flag_line(atlas, indicator, lang))
    for index_id in atlas.recipes:
        lines += main_lines(atlas, index_id, lang)
    return lines


def _indicator_lines(atlas: Atlas, indicator: Indicator, lang: str) -> list[str]:
    if indicator.unit == "boolean":
        return _criterion_lines(atlas, indicator, lang)
    if indicator.unit == "category" or atlas.values[indicator.id].notna().sum() == 0:
        return []
    return [_mean_line(atlas, indicator, lang)]


def _criterion_lines(atlas: Atlas, indicator: Indicator, lang: str) -> list[str]:
    """Return the share of territories that meet a criterion, of the known ones, and the share of
    all people who live in them."""
    words, shares = translate_all(WORDS, lang), share_criterion(atlas, indicator.id)
    if shares is None:
        return []
    plural = atlas.territories.level_title(lang, plural=True)
    line = f"{indicator.title_in(lang)}{colon(lang)}{_percent(shares.met, lang)}"
    line += f" {words['of']} {plural}"
    if np.isfinite(shares.people):
        line += f", {words['they_hold']}".format(share=write_number(shares.people, 1, lang))
    if np.isfinite(shares.small):
        line += (
            f" ({_percent(shares.small, lang)} {words['below']}, "
            f"{_percent(shares.large, lang)} {words['above']})"
        )
    apart = translate(SEMICOLON, lang)
    if np.isfinite(shares.applicable):
        line += f"{apart}{_percent(shares.applicable, lang)} {words['applies']}"
    if shares.unknown:
        line += f"{apart}{write_number(shares.unknown, 0, lang)} {words['unknown']}"
    # These two and the unreadable are the cells without a figure in the tables.
    if shares.unreadable:
        line += f"{apart}{write_number(shares.unreadable, 0, lang)} {words['unreadable']}"
    return [line]


def _percent(share: float, lang: str) -> str:
    return f"{write_number(share, 1, lang)} %"


def _mean_line(atlas: Atlas, indicator: Indicator, lang: str) -> str:
    """Return the overall figure and, except for context, its extremes by large unit."""
    words, country = translate_all(WORDS, lang), atlas.territories.country
    level = None if country is None or indicator.role == "context" else country.bare_code_level
    found = measure_overall(atlas, indicator.id, level=level)
    unit = " %" if indicator.unit == "percent" else f" {in_language(indicator.suffix, lang)}"
    shown = write_number(found.value, indicator.digits, lang)
    line = f"{indicator.title_in(lang)}{colon(lang)}{shown}{unit.rstrip()} {words['overall']}"
    native = atlas.coarser_level_of(indicator)
    if native:
        dated = f", {indicator.period}" if indicator.period else ""
        line += f" ({words['measured_by']} {_level(atlas, native, lang)}{dated})"
    for word, end in (("highest", found.highest), ("lowest", found.lowest)):
        if level is not None and end is not None:
            name = atlas.territories.place_name(level, end[0])
            shown = write_number(end[1], indicator.digits, lang)
            line += f"{translate(SEMICOLON, lang)}{words[word]} {shown}{unit.rstrip()} ({name})"
    return line


def _level(atlas: Atlas, level: str, lang: str) -> str:
    country = atlas.territories.country
    return level if country is None else in_language(country.level(level).title, lang)


def _index_lines(atlas: Atlas, indicator: Indicator, lang: str) -> list[str]:
    words = translate_all(WORDS, lang)
    scores = atlas.values[indicator.id].dropna()
    if scores.empty:
        return [f"{indicator.title_in(lang)}{colon(lang)}–"]
    table = atlas.intervals.get(indicator.id)
    # Rank 1 is the highest score; the indicator's direction says whether that is good.
    head = "worst" if indicator.better == "lower" else "best"
    order = scores.sort_values(ascending=False, kind="stable").index[:5]
    named = []
    for code in order:
        text = f"{atlas.territories.label(code)} "
        text += write_number(scores[code], indicator.digits, lang)
        if table is not None and {"rank_low", "rank_high"} <= set(table.columns):
            low, high = table.loc[code, ["rank_low", "rank_high"]].to_numpy(dtype="float64")
            if np.isfinite(low) and np.isfinite(high):
                text += f", {words['rank']} {write_number(low, 0, lang)}"
                text += f"–{write_number(high, 0, lang)}" if high > low else ""
        named.append(text)
    first = int((rank(scores) == 1).sum())
    tied = f" ({write_number(first, 0, lang)} {words['share']})" if first > 1 else ""
    joined = translate(SEMICOLON, lang).join(named)
    title = indicator.title_in(lang) + _coarse(atlas, indicator, lang)
    return [f"{title}. {words[head]}{tied}{colon(lang)}{joined}"]


def _coarse(atlas: Atlas, indicator: Indicator, lang: str) -> str:
    """Return a note in brackets if a result depends on figures that territories share."""
    native, words = atlas.coarser_level_of(indicator), translate_all(WORDS, lang)
    if not native:
        return ""
    text = words["coarse"].format(level=_level(atlas, native, lang))
    return f" ({text}, {words['alike']})" if indicator.role == "index" else f" ({text})"


def _flag_line(atlas: Atlas, indicator: Indicator, lang: str) -> str:
    words = translate_all(WORDS, lang)
    summary = flag_summary(atlas, indicator.id)
    parts = []
    for word, tally in (
        ("flagged", summary.flagged),
        ("possible", summary.possible),
        ("unknown", summary.unknown),
    ):
        if word != "flagged" and not tally.territories:
            continue
        text = f"{write_number(tally.territories, 0, lang)} {words[word]}"
        if tally.population is not None and np.isfinite(tally.population):
            text += f" ({write_number(tally.population, 0, lang)} {words['people']}"
            share = write_number(summary.population_percent(tally), 1, lang)
            text += f", {share} %)" if summary.population else ")"
        parts.append(text)
    title = indicator.title_in(lang) + _coarse(atlas, indicator, lang)
    return f"{title}{colon(lang)}" + ", ".join(parts)


def print_notices(atlas: Atlas, *, lang: str, verbose: bool = False, account: str = "") -> None:
    """Print notices on stderr, separate from the findings: each warning, and the remarks if
    requested, else their number.

    Args:
        atlas: with the notices.
        lang: of the texts.
        verbose: whether remarks are requested.
        account: the file that also contains them, if any.
    """
    words = translate_all(WORDS, lang)
    notices = warnings_first(atlas.notices)
    shown = [notice for notice in notices if verbose or severity_of(notice) == "warning"]
    for notice in shown:
        print(f"{words[severity_of(notice)]} {translate(notice, lang)}", file=sys.stderr)
    hidden = len(notices) - len(shown)
    if hidden:
        kept = f" {words['or_in']} {account}" if account else ""
        print(words["remarks"].format(n=hidden, kept=kept), file=sys.stderr)
