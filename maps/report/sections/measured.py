"""Section: what is measured and what is not; section: the quality of the data."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import severity_of, translate
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.context import is_published
from zoneblanche.layers.catalogue import known_layers
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

MANY = 0.01
"""Share of the people without a score above which the summary mentions them."""


def measured_section(scope: Scope) -> Section:
    """Return every indicator with its unit, level, date and source; then what is not measured."""
    words, measured = scope.words, scope.shared.measured
    rows = {indicator.id: _described(scope, indicator) for indicator in measured}
    columns = {
        "indicator": words["indicator"],
        "unit": words["unit"],
        "level": words["measured_at"],
        "period": words["period"],
        "source": words["source"],
    }
    table = make_table("t-measures", words["measures_caption"], columns, rows)
    # What no publisher of this country has is not listed as missing.
    country = scope.atlas.territories.country
    absent = [
        layer.indicator.title_in(scope.lang)
        for name, layer in known_layers().items()
        if name not in scope.atlas.indicators and country is not None
        if is_published(layer, country)
    ]
    notes = [words["limits"]]
    if absent:
        listed = joined(absent, last=words["and"])
        notes.insert(0, words["not_measured"] + listed + ".")
    coarse = [i for i in measured if _is_coarse(scope, i) and not i.parts]
    if coarse:
        titles = joined([i.title_in(scope.lang) for i in coarse], last=words["and"])
        notes.insert(0, words["coarse_note"] + titles + ".")
    indicators = [i for i in measured if not i.parts and i.role == "indicator"]
    sentences: tuple[Sentence, ...] = ()
    if indicators:
        pieces = _listed(words, [i.title_in(scope.lang) for i in indicators])
        sentences = (say(words, "measures.own", listed=pieces),)
    return Section(
        "measures",
        words["measures"],
        sentences,
        blocks=(table,) if rows else (),
        notes=tuple(notes),
    )


def quality_section(scope: Scope) -> Section:
    """Return for how many territories each figure is known, and why it is not known for the
    others."""
    words, measured = scope.words, scope.shared.measured
    rows = {indicator.id: _coverage(scope, indicator) for indicator in measured}
    columns = {
        "indicator": words["indicator"],
        "known": words["known"],
        "of": words["of_units"].format(units=scope.units),
        "share": words["coverage"],
        "without": words["without"],
        "people": words["without_people"],
        "missing": words["missing_why"],
    }
    caption = words["quality_caption"].format(units=scope.units)
    table = make_table("t-quality", caption, columns, rows)
    sentences = _said(scope, table)
    blocks: tuple[object, ...] = (table,) if rows else ()
    account = _account(scope)
    if account is not None:
        blocks += (account,)
        sentences += _account_said(scope, account)
    blocks += _notices(scope)
    return Section(
        "quality", words["quality"], sentences, blocks=blocks, notes=(words["missing_note"],)
    )


def _listed(words: dict[str, str], titles: list[str]) -> tuple[Piece, ...]:
    pieces = [Piece(titles[0], is_name=True)]
    for title in titles[1:]:
        pieces += [Piece(words["list_break"]), Piece(title, is_name=True)]
    return tuple(pieces)


@dataclass(frozen=True)
class Notices:
    """The notices of the run, in the report's language: its warnings, or its remarks."""

    title: str
    texts: tuple[str, ...]


def _without_commands(text: str) -> str:
    """Return a notice without its sentences on options and commands, which are for whoever runs
    zoneblanche, not for a reader.

    >>> _without_commands("One layer is not measured. Give it with --source NAME=FILE.")
    'One layer is not measured.'
    """
    sentences = re.split(r"(?<=[.!?]) ", text)
    return " ".join(one for one in sentences if not COMMAND.search(one))


def _notices(scope: Scope) -> tuple[Notices, ...]:
    """Return warnings and remarks separately, each with its heading; nothing if there is none."""
    titles = {"warning": scope.words["notices"], "remark": scope.words["remarks"]}
    sentences = {
        title: tuple(
            text
            for notice in scope.atlas.notices
            if severity_of(notice) == severity
            if (text := _without_commands(translate(notice, scope.lang)))
        )
        for severity, title in titles.items()
    }
    return tuple(Notices(title, texts) for title, texts in sentences.items() if texts)


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
    known = int((reasons == Reason.PRESENT).sum())
    size = len(reasons)
    silent = scope.area.inside & (scope.atlas.reasons[indicator.id] != Reason.PRESENT).to_numpy()
    why = []
    for reason in Reason:
        count = int((reasons == reason).sum())
        if count and reason is not Reason.PRESENT:
            why.append(f"{in_language(reason.title, scope.lang)} ({scope.number(count)})")
    return (
        name_cell(indicator.title_in(scope.lang)),
        scope.count(known),
        scope.count(size),
        scope.percent(100 * known / size if size else np.nan),
        scope.count(size - known),
        scope.count(people_of(scope, silent) if silent.any() else 0.0),
        Cell(", ".join(why) or "–"),
    )


def _said(scope: Scope, table: Table) -> tuple[Sentence, ...]:
    if not table.rows:
        return (say(scope.words, "quality.nothing"),)
    least = min(table.rows, key=lambda row: table.at(row, "known").value or 0.0)
    known, size = table.at(least, "known"), table.at(least, "of")
    if known.value == size.value:
        return (say(scope.words, "quality.complete", units=scope.units),)
    sentence = say(
        scope.words,
        "quality.least",
        title=name_of(table.at(least, "indicator")),
        known=known,
        of=size,
        units=scope.units_of(size.value),
        why=table.at(least, "missing"),
    )
    return (sentence, *_unscored_said(scope, table))


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


def _account_said(scope: Scope, table: Table) -> tuple[Sentence, ...]:
    most = max(table.rows, key=lambda row: table.at(row, "listed").value or 0.0)
    return (
        say(
            scope.words,
            "quality.rows",
            title=name_of(table.at(most, "indicator")),
            listed=table.at(most, "listed"),
            rows=table.at(most, "rows"),
        ),
    )


def _unscored_said(scope: Scope, table: Table) -> tuple[Sentence, ...]:
    """Return who is left out of the index; a summary says it if they are more than a hundredth."""
    main = scope.shared.main
    if main is None or not table.at(main.id, "without").value:
        return ()
    people, everyone = table.at(main.id, "people"), people_of(scope, scope.area.inside)
    if people.value is None:
        return ()
    many = people.value > MANY * everyone
    return (
        say(
            scope.words,
            "quality.unscored_many" if many else "quality.unscored",
            title=name_of(table.at(main.id, "indicator")),
            n=table.at(main.id, "without"),
            people=people,
            units=scope.units_of(table.at(main.id, "without").value),
        ),
    )


def people_of(scope: Scope, chosen: np.ndarray) -> float:
    """Return the people of the territories of a mask over those of the whole atlas, if known."""
    people = population_of(scope.atlas).to_numpy(dtype="float64")[chosen]
    return float(np.nansum(people)) if (~np.isnan(people)).any() else float("nan")
