"""Section: what is measured and what is not, and the quality of the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import severity_of, translate
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.drawn.cite import SEMICOLON
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    joined,
    make_table,
    name_cell,
    name_of,
    say,
)
from zoneblanche.maps.report.scope import Scope, population_of

COMMAND = re.compile(r"(?<!\S)--[a-z]|`zoneblanche ")
"""An option or a command in a notice."""

FEW_NAMED = 12
"""Number of figures up to which a sentence names them."""
MANY = 0.01
"""Share of the people without a score above which the summary mentions them."""


def measured_section(scope: Scope) -> Section:
    """Return every figure of the page with its unit, date, source and coverage; then what is not
    measured, and what may mislead. For the workbook, the same of all figures."""
    words, shown = scope.words, scope.shared.shown
    table = _measures(scope, shown, "t-quality")
    unscored, account = _unscored(scope), _account(scope)
    sentences = (
        *_measures_sentence(scope),
        *_sentences(scope, table),
        *_unscored_sentences(scope, unscored),
    )
    notes = [words["missing_note"], words["limits"]]
    notes += older_people_notes(scope, scope.area.inside)
    coarse = [
        indicator for indicator in shown if _is_coarse(scope, indicator) and not indicator.parts
    ]
    if coarse:
        titles = joined([indicator.title_in(scope.lang) for indicator in coarse], last=words["and"])
        notes.insert(0, words["coarse_note"] + titles + ".")
    more: list[Table | Callable[[], Table]] = [] if account is None else [account]
    more.append(partial(_coverages, scope, scope.shared.measured))
    if len(shown) < len(scope.shared.measured):
        more.append(partial(_measures, scope, scope.shared.measured, "t-measures"))
        notes.append(words["measured_more"])
    blocks = [unscored, table if table.rows else None, *_notices(scope)]
    return Section(
        "quality",
        words["quality"],
        sentences,
        blocks=tuple(block for block in blocks if block is not None),
        notes=tuple(notes),
        more=tuple(more),
    )


def _measures_sentence(scope: Scope) -> tuple[Sentence, ...]:
    """Return the figures that are measured, by name, if they are few: not what is computed from
    them."""
    indicators = [
        indicator
        for indicator in scope.shared.shown
        if not indicator.parts and indicator.role not in ("index", "dimension")
    ]
    if not indicators or len(indicators) > FEW_NAMED:
        return ()
    listed = _listed(scope.words, [indicator.title_in(scope.lang) for indicator in indicators])
    return (say(scope.words, "measures.own", listed=listed),)


def _measures(scope: Scope, indicators: Sequence[Indicator], table_id: str) -> Table:
    words = scope.words
    columns = {
        "indicator": words["indicator"],
        "period": words["period"],
        "source": words["source"],
        "known": words["known"],
        "of": words["of_units"].format(units=scope.units),
        "missing": words["missing_why"],
    }
    rows = {}
    for indicator in indicators:
        described, coverage = _described(scope, indicator), _coverage(scope, indicator)
        title, _unit, _level, period, source = described
        rows[indicator.id] = (title, period, source, coverage[1], coverage[2], coverage[6])
    caption = words["measures_caption"].format(units=scope.units)
    return make_table(table_id, caption, columns, rows)


def _coverages(scope: Scope, indicators: Sequence[Indicator]) -> Table:
    """Return for how many territories each figure is known, at which level, and how many people
    live in the others."""
    words = scope.words
    columns = {
        "indicator": words["indicator"],
        "unit": words["unit"],
        "level": words["measured_at"],
        "known": words["known"],
        "of": words["of_units"].format(units=scope.units),
        "share": words["coverage"],
        "without": words["without"],
        "people": words["without_people"],
        "missing": words["missing_why"],
    }
    rows = {}
    for indicator in indicators:
        title, *coverage = _coverage(scope, indicator)
        rows[indicator.id] = (title, *_described(scope, indicator)[1:3], *coverage)
    caption = words["quality_caption"].format(units=scope.units)
    return make_table("t-coverage", caption, columns, rows)


def _listed(words: dict[str, str], titles: list[str]) -> tuple[Piece, ...]:
    pieces = [Piece(titles[0], is_name=True)]
    for title in titles[1:]:
        pieces += [Piece(words["list_break"]), Piece(title, is_name=True)]
    return tuple(pieces)


@dataclass(frozen=True)
class Notices:
    """Short texts under a heading, such as the warnings of the run."""

    title: str
    texts: tuple[str, ...]


def _without_commands(text: str) -> str:
    """Return a notice without its sentences on options and commands, which are for whoever runs
    zoneblanche, not for a reader.

    >>> _without_commands("One layer is not measured. Give it with --source NAME=FILE.")
    'One layer is not measured.'
    """
    sentences = re.split(r"(?<=[.!?]) ", text)
    return " ".join(sentence for sentence in sentences if not COMMAND.search(sentence))


def _notices(scope: Scope) -> tuple[Notices, ...]:
    """Return the warnings of the run; its remarks are in its account, for whoever repeats it."""
    texts = tuple(
        text
        for notice in scope.atlas.notices
        if severity_of(notice) == "warning"
        if (text := _without_commands(translate(notice, scope.lang)))
    )
    return (Notices(scope.words["notices"], texts),) if texts else ()


def _described(scope: Scope, indicator: Indicator) -> tuple[Cell, ...]:
    words = scope.words
    level = indicator.native_level or scope.atlas.territories.level
    base_level = scope.atlas.territories.level
    title = scope.atlas.territories.level_title(scope.lang)
    composite = words["composite"] if indicator.parts else ""
    return (
        name_cell(indicator.title_in(scope.lang)),
        Cell(words.get(f"unit_{indicator.unit}", indicator.unit)),
        Cell(composite or (title if level == base_level else scope.level_title(level))),
        Cell(scope.day(indicator.period) if indicator.period else "–"),
        name_cell(translate(SEMICOLON, scope.lang).join(
            dict.fromkeys(s.producer for s in indicator.sources if s.producer)
        ) or "–"),
    )  # fmt: skip


def _is_coarse(scope: Scope, indicator: Indicator) -> bool:
    return indicator.native_level not in ("", scope.atlas.territories.level)


def _coverage(scope: Scope, indicator: Indicator) -> tuple[Cell, ...]:
    reasons = scope.inner.reasons[indicator.id].to_numpy()
    present = int((reasons == Reason.PRESENT).sum())
    size = len(reasons)
    silent = scope.area.inside & (scope.atlas.reasons[indicator.id] != Reason.PRESENT).to_numpy()
    why = []
    for reason in Reason:
        count = int((reasons == reason).sum())
        if count and reason is not Reason.PRESENT:
            why.append(f"{in_language(reason.title, scope.lang)} ({scope.number(count)})")
    return (
        name_cell(indicator.title_in(scope.lang)),
        scope.count(present),
        scope.count(size),
        scope.percent(100 * present / size if size else np.nan),
        scope.count(size - present),
        scope.count(people_of(scope, silent) if silent.any() else 0.0),
        Cell(", ".join(why) or "–"),
    )


def _sentences(scope: Scope, table: Table) -> tuple[Sentence, ...]:
    if not table.rows:
        return (say(scope.words, "quality.nothing"),)
    least = min(table.rows, key=lambda row: table.at(row, "known").value or 0.0)
    present, size = table.at(least, "known"), table.at(least, "of")
    if present.value == size.value:
        return (say(scope.words, "quality.complete", units=scope.units),)
    sentence = say(
        scope.words,
        "quality.least",
        title=name_of(table.at(least, "indicator")),
        known=present,
        of=size,
        units=scope.units_of(size.value),
        why=table.at(least, "missing"),
    )
    return (sentence,)


def _account(scope: Scope) -> Table | None:
    """Return for each input with rows without a territory: rows read and rows matched. It is of the
    whole atlas."""
    words = scope.words
    rows = {}
    for name, account in scope.atlas.account.items():
        unmatched = len(account.get("listed", ()))
        if not unmatched or name not in scope.atlas.indicators:
            continue
        rows[name] = (
            name_cell(scope.atlas.indicators[name].title_in(scope.lang)),
            scope.count(float(account["rows"])),
            scope.count(float(account["matched"])),
            scope.count(float(account.get("outside", 0))),
            scope.count(unmatched),
        )
    if not rows:
        return None
    columns = {"indicator": words["indicator"], "rows": words["rows_read"],
               "matched": words["rows_matched"], "outside": words["rows_outside"],
               "listed": words["rows_listed"]}  # fmt: skip
    return make_table("t-account", words["account_caption"], columns, rows,
                      note=words["account_note"])  # fmt: skip


def _unscored(scope: Scope) -> Table | None:
    """Return how many territories have no score, and how many people live there; None if all have
    one."""
    main = scope.shared.main
    if main is None:
        return None
    scored = scope.atlas.values[main.id].notna().to_numpy()
    silent = scope.area.inside & ~scored
    if not silent.any():
        return None
    words = scope.words
    people = people_of(scope, silent)
    row = (name_cell(main.title_in(scope.lang)), scope.count(silent.sum()), scope.count(people))
    columns = {
        "indicator": words["indicator"],
        "without": words["without"],
        "people": words["without_people"],
    }
    caption = words["unscored_caption"].format(units=scope.units)
    return make_table("t-unscored", caption, columns, {main.id: row})


def _unscored_sentences(scope: Scope, table: Table | None) -> tuple[Sentence, ...]:
    """Return who is left out of the index; a summary says it if they are more than a hundredth."""
    if table is None:
        return ()
    (row,) = table.rows
    people, everyone = table.at(row, "people"), people_of(scope, scope.area.inside)
    if people.value is None:
        return ()
    many = people.value > MANY * everyone
    return (
        say(
            scope.words,
            "quality.unscored_many" if many else "quality.unscored",
            title=name_of(table.at(row, "indicator")),
            n=table.at(row, "without"),
            people=people,
            units=scope.units_of(table.at(row, "without").value),
        ),
    )


def older_people_notes(scope: Scope, chosen: np.ndarray) -> list[str]:
    """Return for each part of the country with territories of a mask that its populations are of an
    earlier census, if they are."""
    return [
        scope.words["people_older"].format(part=in_language(part.title, scope.lang), year=year)
        for part, year, mask in scope.shared.older_people
        if (mask & chosen).any()
    ]


def people_of(scope: Scope, chosen: np.ndarray) -> float:
    """Return the people of the territories of a mask over those of the whole atlas, if known."""
    people = population_of(scope.atlas).to_numpy(dtype="float64")[chosen]
    return float(np.nansum(people)) if (~np.isnan(people)).any() else float("nan")
