"""Section: the figures of an area, next to its references."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from zoneblanche.layers.analysis.areas import LEAST_RANKED
from zoneblanche.layers.analysis.estimates import figure_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Slot,
    Table,
    make_table,
    name_cell,
    name_of,
    piece_of,
    say,
)
from zoneblanche.maps.report.scope import Scope, digits_of, population_of


@dataclass(frozen=True)
class Subject:
    """Whose figures are in the table: the area, or, for a whole country, its sparse part."""

    area: Area
    references: tuple[Area, ...]


def key_section(scope: Scope) -> Section:
    """Return the table of figures beside the references, and the sentences; for the workbook the
    table of all figures."""
    words, measured = scope.words, scope.shared.measured
    subject = subject_of(scope)
    table = key_table(scope)
    more: tuple[Callable[[], Table], ...] = ()
    if len(scope.shared.shown) < len(measured):
        caption = words["figures_caption"]
        more = (partial(_table, scope, subject, measured, "t-figures", caption),)
    notes = [words["means_note"].format(units=scope.units), words["counted_note"]]
    if scope.shared.drawn:
        notes.append(words["errors_note"])
    if turned := scores_note(scope):
        notes.insert(0, turned)
    return Section(
        "key",
        words["key"],
        _sentences(scope, subject, table),
        blocks=(table,) if measured else (),
        notes=tuple(notes) if measured else (),
        more=more,
    )


def dimensions_of(scope: Scope) -> tuple[Indicator, ...]:
    """Return the dimensions of the index of which a figure is known in the area."""
    return tuple(
        indicator
        for indicator in scope.shared.shown
        if indicator.role == "dimension" and not scope.inner.values[indicator.id].isna().all()
    )


def subject_of(scope: Scope) -> Subject:
    """Return the area and its references; for an atlas as a whole, its sparse territories and the
    whole."""
    if scope.references:
        return Subject(scope.area, scope.references)
    country = scope.atlas.territories.country
    facts = scope.atlas.territories.facts
    if country is not None and country.sparse_below and {"population", "area_km2"} <= set(facts):
        density = (facts["population"] / facts["area_km2"]).to_numpy(dtype="float64")
        sparse = scope.area.inside & (density < country.sparse_below)
        if 0 < sparse.sum() < scope.area.count:
            limit = scope.number(country.sparse_below)
            name = scope.words["sparse_name"].format(units=scope.units, limit=limit)
            return Subject(Area("sparse", "", name, sparse), (scope.area,))
    return Subject(scope.area, ())


def key_table(scope: Scope) -> Table:
    """Return the table of the figures that the page shows; its cells always have the same ids."""
    shown = scope.shared.shown
    return _table(scope, subject_of(scope), shown, "t-key", scope.words["key_caption"])


def _table(
    scope: Scope,
    subject: Subject,
    indicators: Sequence[Indicator],
    table_id: str,
    caption: str,
) -> Table:
    words = scope.words
    name = scope.label(subject.area)
    name = name[:1].upper() + name[1:]
    columns = {"indicator": words["indicator"], "area": name}
    for place, reference in enumerate(subject.references):
        columns[f"ref{place}"] = scope.label(reference)
        columns[f"dif{place}"] = words["difference"]
    rows = {indicator.id: _row(scope, subject, indicator) for indicator in indicators}
    note = words["key_note"] if subject.references else ""
    return make_table(table_id, caption.format(name=name), columns, rows, note=note)


def _row(scope: Scope, subject: Subject, indicator: Indicator) -> list[Cell]:
    digits = digits_of(indicator)
    cells = [name_cell(indicator.title_in(scope.lang)), _cell(scope, subject.area, indicator)]
    for reference in subject.references:
        apart = scope.shared.compare(indicator, subject.area, reference, digits=digits)
        cells += [_cell(scope, reference, indicator), scope.difference(apart, indicator)]
    return cells


def _cell(scope: Scope, area: Area, indicator: Indicator) -> Cell:
    if indicator is scope.shared.main:
        return scope.scored(area)
    return scope.figure(figure_of(scope.shared.columns, indicator, area.inside), indicator)


def _sentences(scope: Scope, subject: Subject, table: Table) -> tuple[Sentence, ...]:
    if not table.rows:
        return (say(scope.words, "key.nothing"),)
    sentences = [*_index_sentences(scope, subject, table), *coarse_sentences(scope)]
    last = len(subject.references) - 1
    if last >= 0 and not dimensions_of(scope):  # whose paragraphs say it
        sentences += _grouped(scope, subject, table, last, subject.references[last])
    return tuple(sentences)


def coarse_sentences(scope: Scope) -> tuple[Sentence, ...]:
    """Return which figures are computed from those of a containing level, by name."""
    atlas, main = scope.atlas, scope.shared.main
    native = "" if main is None else atlas.coarser_level_of(main)
    if main is None or not native:
        return ()
    roles = ("index", "flag")
    named = [
        Piece(indicator.title_in(scope.lang), is_name=True)
        for indicator in atlas.indicators.values()
        if indicator.role in roles and atlas.coarser_level_of(indicator) == native
    ]
    return (
        say(
            scope.words,
            "coarse.index",
            listed=_breaks(scope, named),
            level=scope.level_title(native),
            units=scope.units,
        ),
    )


def _breaks(scope: Scope, titles: list[Piece]) -> tuple[Piece, ...]:
    """Return titles with line breaks between them."""
    pieces = titles[:1]
    for title in titles[1:]:
        pieces += [Piece(scope.words["list_break"]), title]
    return tuple(pieces)


def _index_sentences(scope: Scope, subject: Subject, table: Table) -> list[Sentence]:
    main = scope.shared.main
    if main is None:
        return [say(scope.words, "index.none")]
    cell = table.at(main.id, "area")
    if cell.value is None:
        # Scores without people as weights have no mean of the area.
        scored = np.isfinite(scope.shared.columns.values(main.id)[subject.area.inside]).any()
        key = "index.unweighted" if scored else "index.unknown"
        return [say(scope.words, key, title=name_of(table.at(main.id, "indicator")))]
    if not subject.references:
        return _alone(scope, cell, main)
    sentences = []
    if not scope.references:  # the whole atlas is the reference of its sparse part
        sentences += _alone(scope, table.at(main.id, "ref0"), main)
    last = len(subject.references) - 1
    reference, apart = table.at(main.id, f"ref{last}"), table.at(main.id, f"dif{last}")
    bracket = "ranged" if apart.range_text else "plain"
    sentences.append(
        say(
            scope.words,
            f"index.{apart.kind}.{bracket}",
            title=name_of(table.at(main.id, "indicator")),
            value=cell,
            in_area=scope.inside(subject.area),
            meaning=_meaning(scope, main),
            score=scope.kind_of_score(subject.area),
            under=scope.words["under_gaps" if _has_gaps(scope, subject.area) else "under_errors"],
            reference=reference,
            in_reference=scope.inside(subject.references[last]),
            difference=apart,
            difference_range=apart.range,
        )
    )
    if _has_gaps(scope, subject.area):
        sentences.append(_gaps_sentence(scope, subject.area, main, cell))
    return sentences


def _has_gaps(scope: Scope, area: Area) -> bool:
    return bool(np.isfinite(scope.shared.bounds_of(area)[0]))


def _gaps_sentence(scope: Scope, area: Area, main: Indicator, cell: Cell) -> Sentence:
    """Return which parts of the index are unknown for most people of an area, and what they could
    make of its score."""
    people = population_of(scope.atlas).to_numpy("float64")[area.inside]
    missing = []
    for name in main.parts:
        present = ~np.isnan(scope.shared.columns.values(name)[area.inside])
        if np.nansum(people[present]) < LEAST_RANKED * np.nansum(people):
            missing.append(Piece(scope.atlas.indicator(name).title_in(scope.lang), is_name=True))
    listed = _breaks(scope, missing) if missing else (Piece(scope.words["part_of_index"]),)
    in_area = scope.inside(area)
    return say(scope.words, "index.partial", missing=listed, in_area=in_area, range=cell.range)


def scores_note(scope: Scope) -> str:
    """Return what a high score means, and which figures of the index it turns around; "" without an
    index."""
    words, main = scope.words, scope.shared.main
    if main is None or main.id not in scope.atlas.recipes:
        return ""
    turned = [
        scope.atlas.indicator(element.id).title_in(scope.lang)
        for element in scope.atlas.recipes[main.id].elements
        if element.id in scope.atlas.indicators
        if (element.better or scope.atlas.indicator(element.id).better) not in (None, main.better)
    ]
    note = words["scores_note"].format(meaning=_direction(scope, main))
    if turned:
        key = "turned_high_note" if main.better == "lower" else "turned_low_note"
        note += " " + words[key].format(listed=words["list_break"].join(turned))
    return note


def _direction(scope: Scope, main: Indicator) -> str:
    """Return what a high score means, and the range of scores."""
    words = scope.words
    meaning = words["high_is_bad" if main.better == "lower" else "high_is_good"]
    return words["of_a_hundred"].format(meaning=meaning) if main.bounds == (0, 100) else meaning


def _meaning(scope: Scope, main: Indicator) -> str:
    """Return what a high score means, the range of scores, and the years of the figures."""
    words, meaning = scope.words, _direction(scope, main)
    years = sorted(set(re.findall(r"\b\d{4}\b", main.period)))
    if not years:
        return meaning
    key = "of_year" if len(years) == 1 else "of_years"
    return words[key].format(meaning=meaning, first=years[0], last=years[-1])


def _alone(scope: Scope, cell: Cell, main: Indicator) -> list[Sentence]:
    key = "index.alone.ranged" if cell.range_text else "index.alone.plain"
    slots: dict[str, Slot] = {
        "title": Piece(main.title_in(scope.lang), is_name=True),
        "value": cell,
        "range": cell.range,
        "in_area": scope.inside(scope.area),
        "meaning": _meaning(scope, main),
        "score": scope.kind_of_score(scope.area),
    }
    return [say(scope.words, key, **slots)]


def _grouped(
    scope: Scope, subject: Subject, table: Table, place: int, reference: Area
) -> list[Sentence]:
    """Return one sentence for each conclusion: which figures are better, worse, not
    distinguishable."""
    by_tone: dict[str, list[Piece]] = {}
    for indicator in scope.shared.shown:
        if indicator is scope.shared.main or indicator.role in ("dimension", "context"):
            continue
        cell, other = table.at(indicator.id, "area"), table.at(indicator.id, f"ref{place}")
        if cell.value is None or other.value is None:
            continue
        tone = table.at(indicator.id, f"dif{place}").kind
        if cell.range_text == scope.words["coarse_mark"]:
            tone = "coarse"
        elif subject.area.count == 1:
            tone = "single"
        pieces = by_tone.setdefault(tone, [])
        if pieces:
            pieces.append(Piece(scope.words["list_break"]))
        pieces += [
            name_of(table.at(indicator.id, "indicator")),
            Piece(" ("),
            piece_of(cell),
            Piece(scope.words["against"]),
            piece_of(other),
            Piece(")"),
        ]
    return [
        say(
            scope.words,
            f"key.{tone}",
            listed=tuple(by_tone[tone]),
            in_reference=scope.inside(reference),
            in_area=scope.inside(subject.area),
        )
        for tone in sorted(by_tone, key=_ORDER.index)
    ]


_ORDER = ["worse", "better", "less", "more", "equal", "unsure", "single", "coarse"]
