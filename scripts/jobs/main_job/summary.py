"""The results of a run on the terminal: eight lines, and with `-v` every figure and notice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from zoneblanche.geo.messages import (
    _,
    join,
    ngettext,
    quantity,
    semicolons,
    severity_of,
    titled,
    translate,
    warnings_first,
)
from zoneblanche.geo.numerals import format_number
from zoneblanche.layers.analysis.flagging.flags import FlagSummary, flag_summary
from zoneblanche.layers.analysis.overview import (
    LARGE,
    SMALL,
    CriterionShares,
    measure_overall,
    share_criterion,
)
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.indicator import Indicator
from zoneblanche.scripts.jobs.findings import main_lines
from zoneblanche.scripts.jobs.main_job.headlines import headlines

CAVEATS = 2
"""Number of warnings that are printed without `-v`."""


def print_summary(
    atlas: Atlas, *, page: Path, lang: str, verbose: bool = False, account: str = ""
) -> None:
    """Print the results of the run, then its caveats on stderr, and last the page to open.

    Args:
        atlas: of the run.
        page: that was written.
        lang: of the texts.
        verbose: print every figure, warning and remark too.
        account: the file that also contains the notices, if any.
    """
    print(*headlines(atlas, lang=lang), sep="\n")
    if verbose:
        print(*summary_lines(atlas, lang=lang), sep="\n")
    sys.stdout.flush()
    if verbose:
        print_notices(atlas, lang=lang, verbose=True, account=account)
    else:
        _print_caveats(atlas, lang=lang, account=account)
    sys.stderr.flush()
    address = page.absolute().as_uri()
    print(translate(_("Open {address}", address=address), lang))


def _print_caveats(atlas: Atlas, *, lang: str, account: str) -> None:
    """Print two warnings at most, and how many there are besides, in one line."""
    warnings = [note for note in warnings_first(atlas.notices) if severity_of(note) == "warning"]
    if not warnings:
        return
    parts = [_("Warning: {notice}", notice=join(warnings[:CAVEATS], " "))]
    if len(warnings) > CAVEATS:
        parts.append(
            ngettext(
                "{count} more warning is in {account}, and with -v.",
                "{count} more warnings are in {account}, and with -v.",
                len(warnings) - CAVEATS,
                account=account,
            )
        )
    print(translate(join(parts, " "), lang), file=sys.stderr)


def summary_lines(atlas: Atlas, *, lang: str) -> list[str]:
    """Return every figure, one line each, in whole sentences; all are computed from the atlas."""
    lines: list[str] = []
    for indicator in atlas.indicators.values():
        if indicator.role in ("indicator", "context"):
            lines += _indicator_lines(atlas, indicator, lang)
    for indicator in atlas.indicators.values():
        if indicator.role == "index":
            lines.append(_index_line(atlas, indicator, lang))
        if indicator.role == "flag":
            lines.append(_flag_line(atlas, indicator, lang))
    for index_id in atlas.recipes:
        lines += main_lines(atlas, index_id, lang)
    return lines


def _indicator_lines(atlas: Atlas, indicator: Indicator, lang: str) -> list[str]:
    if indicator.unit == "boolean":
        shares = share_criterion(atlas, indicator.id)
        sentences = [] if shares is None else list(_criterion(atlas, indicator, shares, lang))
    elif indicator.unit == "category" or atlas.values[indicator.id].notna().sum() == 0:
        sentences = []
    else:
        sentences = list(_mean(atlas, indicator, lang))
    return [translate(join(sentences, " "), lang)] if sentences else []


def _criterion(
    atlas: Atlas, indicator: Indicator, shares: CriterionShares, lang: str
) -> Iterator[str]:
    """Yield the share of territories that meet a criterion, of the known ones, and the share of
    all people who live in them."""
    slots = {
        "title": titled(indicator.title),
        "met": quantity(shares.met, digits=1),
        "level": atlas.territories.level_title(lang, plural=True),
    }
    if np.isfinite(shares.people):
        people = quantity(shares.people, digits=1)
        yield _(
            "{title}: {met} % of the {level}, home to {people} % of the population.",
            people=people,
            **slots,
        )
    else:
        yield _("{title}: {met} % of the {level}.", **slots)
    if np.isfinite(shares.small):
        yield _(
            "It is {small} % below {few} inhabitants, and {large} % from {many} on.",
            small=quantity(shares.small, digits=1),
            large=quantity(shares.large, digits=1),
            few=quantity(SMALL),
            many=quantity(LARGE),
        )
    if np.isfinite(shares.applicable):
        share = quantity(shares.applicable, digits=1)
        yield _("It is {share} % of those that it applies to.", share=share)
    if shares.unknown:
        yield ngettext("{count} is not known.", "{count} are not known.", shares.unknown)
    # These two and the unreadable are the cells without a figure in the tables.
    if shares.unreadable:
        yield ngettext(
            "{count} is unreadable and counts as not met.",
            "{count} are unreadable and count as not met.",
            shares.unreadable,
        )


def _mean(atlas: Atlas, indicator: Indicator, lang: str) -> Iterator[str]:
    """Yield the overall figure and, except for context, its extremes by large unit."""
    level = None if indicator.role == "context" else atlas.territories.area_level
    overall = measure_overall(atlas, indicator.id, level=level)
    unit = "%" if indicator.unit == "percent" else titled(indicator.suffix)

    def figure(value: float) -> str:
        return join((quantity(value, digits=indicator.digits), unit), "\u00a0")

    yield _("{title}: {value} overall.", title=titled(indicator.title), value=figure(overall.value))
    native = atlas.coarser_level_of(indicator)
    if native and indicator.period:
        yield _(
            "It is measured by {level}, {period}.",
            level=atlas.territories.level_message(level=native),
            period=indicator.period,
        )
    elif native:
        yield _("It is measured by {level}.", level=atlas.territories.level_message(level=native))
    if level is not None and overall.highest is not None and overall.lowest is not None:
        place_name = atlas.territories.place_name
        yield _(
            "The highest is {high} ({highest}), the lowest {low} ({lowest}).",
            high=figure(overall.highest[1]),
            highest=place_name(level, overall.highest[0]),
            low=figure(overall.lowest[1]),
            lowest=place_name(level, overall.lowest[0]),
        )


def _index_line(atlas: Atlas, indicator: Indicator, lang: str) -> str:
    """Return the territories with the highest scores; those that share one are counted."""
    scores = atlas.values[indicator.id].dropna()
    title = titled(indicator.title)
    if scores.empty:
        return translate(_("{title}: no score.", title=title), lang)
    first = int((rank(scores) == 1).sum())
    sentences = []
    if first > 1:
        figure = format_number(scores.max(), indicator.digits, lang)
        sentences.append(
            _(
                "{title}: {count} territories share the highest score, {score}.",
                title=title,
                count=quantity(first),
                score=figure,
            )
        )
    else:
        order = scores.sort_values(ascending=False, kind="stable").index[:5]
        named = [
            f"{atlas.territories.label(code)} {format_number(scores[code], indicator.digits, lang)}"
            for code in order
            if (scores == scores[code]).sum() == 1
        ]
        sentences.append(
            _("{title}: the highest scores are {listed}.", title=title, listed=semicolons(named))
        )
    native = atlas.coarser_level_of(indicator)
    if native:
        level = atlas.territories.level_message(level=native)
        sentences.append(
            _(
                "It rests in part on figures known by {level} only, the same for all territories "
                "in it.",
                level=level,
            )
        )
    return translate(join(sentences, " "), lang)


def _flag_line(atlas: Atlas, indicator: Indicator, lang: str) -> str:
    summary = flag_summary(atlas, indicator.id)
    sentences = [_tallied(indicator, summary)]
    if summary.possible.territories:
        sentences.append(
            ngettext(
                "{count} more is possible.",
                "{count} more are possible.",
                summary.possible.territories,
            )
        )
    if summary.unknown.territories:
        sentences.append(
            ngettext("{count} is not known.", "{count} are not known.", summary.unknown.territories)
        )
    native = atlas.coarser_level_of(indicator)
    if native:
        level = atlas.territories.level_message(level=native)
        sentences.append(_("It rests in part on figures known by {level} only.", level=level))
    return translate(join(sentences, " "), lang)


def _tallied(indicator: Indicator, summary: FlagSummary) -> str:
    flagged, title = summary.flagged, titled(indicator.title)
    if not summary.population:
        return ngettext(
            "{title}: {count} territory is flagged.",
            "{title}: {count} territories are flagged.",
            flagged.territories,
            title=title,
        )
    return ngettext(
        "{title}: {count} territory is flagged, where {people} people live ({share} %).",
        "{title}: {count} territories are flagged, where {people} people live ({share} %).",
        flagged.territories,
        title=title,
        people=quantity(flagged.population, digits=0),
        share=quantity(summary.population_percent(flagged), digits=1),
    )


def print_notices(atlas: Atlas, *, lang: str, verbose: bool = False, account: str = "") -> None:
    """Print notices on stderr, separate from the findings: each warning, and the remarks if
    requested, else their number.

    Args:
        atlas: with the notices.
        lang: of the texts.
        verbose: whether remarks are requested.
        account: the file that also contains them, if any.
    """
    notices = warnings_first(atlas.notices)
    shown = [notice for notice in notices if verbose or severity_of(notice) == "warning"]
    for notice in shown:
        if severity_of(notice) == "warning":
            line = _("Warning: {notice}", notice=notice)
        else:
            line = _("Remark: {notice}", notice=notice)
        print(translate(line, lang), file=sys.stderr)
    hidden = len(notices) - len(shown)
    if hidden and account:
        line = _(
            "Remarks on the computation: {n}, to be read with -v or in {account}.",
            n=quantity(hidden),
            account=account,
        )
        print(translate(line, lang), file=sys.stderr)
    elif hidden:
        line = _("Remarks on the computation: {n}, to be read with -v.", n=quantity(hidden))
        print(translate(line, lang), file=sys.stderr)
