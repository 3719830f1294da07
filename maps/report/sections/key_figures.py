"""Section: the key figures of an area, next to its references."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneblanche.layers.analysis.estimates import difference_of, figure_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.content import (
    Cell,
    Chart,
    Mark,
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
from zoneblanche.maps.report.scope import Scope, digits_of

TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Subject:
    """Whose figures are in the table: the area, or, for a whole country, its sparse part."""

    area: Area
    references: tuple[Area, ...]


def key_section(scope: Scope) -> Section:
    """Return the table of figures, the chart of those on a scale of 0 to 100, and the sentences."""
    words, measured = scope.words, scope.shared.measured
    subject = subject_of(scope)
    table = _table(scope, subject)
    sentences = _said(scope, subject, table)
    blocks: list[object] = []
    chart = _chart(scope, subject, table)
    if chart is not None:
        blocks.append(chart)
    if measured:
        blocks.append(table)
    notes = [words["interval_note"]]
    if subject.references and measured:
        notes.append(words["difference_note"])
    return Section("key", words["key"], sentences, blocks=tuple(blocks), notes=tuple(notes))


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


def _table(scope: Scope, subject: Subject) -> Table:
    words = scope.words
    name = scope.label(subject.area)
    name = name[:1].upper() + name[1:]
    columns = {"indicator": words["indicator"], "area": name}
    for place, reference in enumerate(subject.references):
        columns[f"ref{place}"] = scope.label(reference)
        columns[f"dif{place}"] = words["difference"]
    rows = {i.id: _row(scope, subject, i) for i in scope.shared.measured}
    caption = words["key_caption"].format(name=name)
    return make_table("t-key", caption, columns, rows, note=words["key_note"])


def _row(scope: Scope, subject: Subject, indicator: Indicator) -> list[Cell]:
    columns, inside = scope.shared.columns, subject.area.inside
    cells = [name_cell(indicator.title_in(scope.lang))]
    cells.append(scope.figure(figure_of(columns, indicator, inside), indicator))
    for reference in subject.references:
        whole = figure_of(columns, indicator, reference.inside)
        cells.append(scope.figure(whole, indicator))
        apart = difference_of(
            columns, indicator, inside, reference.inside, digits=digits_of(indicator)
        )
        cells.append(scope.difference(apart, indicator))
    return cells


def _said(scope: Scope, subject: Subject, table: Table) -> tuple[Sentence, ...]:
    if not table.rows:
        return (say(scope.words, "key.nothing"),)
    sentences = [*_index_said(scope, subject, table), *coarse_said(scope)]
    for place, reference in enumerate(subject.references):
        sentences += _grouped(scope, subject, table, place, reference)
    return tuple(sentences)


def coarse_said(scope: Scope) -> tuple[Sentence, ...]:
    """Return which figures are computed from those of a containing level, by name."""
    atlas, main = scope.atlas, scope.shared.main
    native = "" if main is None else atlas.coarser_level_of(main)
    if main is None or not native:
        return ()
    roles = ("index", "flag")
    named = [
        Piece(one.title_in(scope.lang), is_name=True)
        for one in atlas.indicators.values()
        if one.role in roles and atlas.coarser_level_of(one) == native
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


def _index_said(scope: Scope, subject: Subject, table: Table) -> list[Sentence]:
    main = scope.shared.main
    if main is None:
        return [say(scope.words, "index.none")]
    cell = table.at(main.id, "area")
    if cell.value is None:
        # Scores without people as weights have no mean of the area.
        scored = np.isfinite(scope.shared.columns.values(main.id)[subject.area.inside]).any()
        key = "index.unweighted" if scored else "index.unknown"
        return [say(scope.words, key, title=name_of(table.at(main.id, "indicator")))]
    slots: dict[str, Slot] = {
        "title": name_of(table.at(main.id, "indicator")),
        "value": cell,
        "range": cell.range if cell.range_text else "",
        "in_area": scope.inside(subject.area),
    }
    bracket = "ranged" if cell.range_text else "plain"
    meaning = _meaning(scope, main)
    if not subject.references:
        return [say(scope.words, f"index.alone.{bracket}", **slots, meaning=meaning)]
    sentences = []
    if not scope.references:  # the whole atlas is the reference of its sparse part
        sentences += _alone(scope, table.at(main.id, "ref0"), main, meaning)
    last = len(subject.references) - 1
    reference, apart = table.at(main.id, f"ref{last}"), table.at(main.id, f"dif{last}")
    key = f"index.{apart.kind}.{bracket}" if apart.range_text else f"index.unsure.{bracket}"
    sentences.append(
        say(
            scope.words,
            key,
            **slots,
            meaning=meaning,
            reference=reference,
            in_reference=scope.inside(subject.references[last]),
            difference=apart,
            difference_range=apart.range,
        )
    )
    return sentences


def _meaning(scope: Scope, main: Indicator) -> str:
    """Return what a high score means, and the range of scores."""
    meaning = scope.words["high_is_bad" if main.better == "lower" else "high_is_good"]
    low, high = main.bounds
    if low is None or high is None or (low, high) != (0, 100):
        return meaning
    return scope.words["of_a_hundred"].format(meaning=meaning)


def _alone(scope: Scope, cell: Cell, main: Indicator, meaning: str) -> list[Sentence]:
    key = "index.alone.ranged" if cell.range_text else "index.alone.plain"
    slots: dict[str, Slot] = {
        "value": cell,
        "range": cell.range,
        "in_area": scope.inside(scope.area),
    }
    title = Piece(main.title_in(scope.lang), is_name=True)
    return [say(scope.words, key, title=title, **slots, meaning=meaning)]


def _grouped(
    scope: Scope, subject: Subject, table: Table, place: int, reference: Area
) -> list[Sentence]:
    """Return one sentence for each conclusion: which figures are better, worse, not
    distinguishable."""
    by_tone: dict[str, list[Piece]] = {}
    for indicator in scope.shared.measured:
        if indicator is scope.shared.main or indicator.role in ("dimension", "context"):
            continue
        cell, other = table.at(indicator.id, "area"), table.at(indicator.id, f"ref{place}")
        apart = table.at(indicator.id, f"dif{place}")
        if cell.value is None or other.value is None:
            continue
        tone = apart.kind
        if cell.range_text == scope.words["coarse_mark"]:
            tone = "coarse"
        elif subject.area.count == 1:
            tone = "single"
        elif not apart.range_text and tone != "unsure":
            tone = f"counted_{tone}"
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


_ORDER = [
    *("worse", "counted_worse", "better", "counted_better", "less", "more"),
    *(
        "counted_less",
        "counted_more",
        "same",
        "equal",
        "counted_equal",
        "unsure",
        "single",
        "coarse",
    ),
]


def _chart(scope: Scope, subject: Subject, table: Table) -> Chart | None:
    rows = []
    for indicator in scope.shared.measured:
        if indicator.unit not in ("percent", "score", "boolean"):
            continue
        cell = table.at(indicator.id, "area")
        marks = []
        for place in range(len(subject.references)):
            other = table.at(indicator.id, f"ref{place}")
            if other.value is not None:
                at = _place(other.value)
                marks.append(Mark(at, at, at, f"ref{place}"))
        if cell.value is not None:
            low = cell.value if cell.low is None else cell.low
            high = cell.value if cell.high is None else cell.high
            marks.append(Mark(_place(cell.value), _place(low), _place(high), "area"))
        if marks:
            rows.append((indicator.title_in(scope.lang), tuple(marks)))
    if not rows:
        return None
    legend = [("area", scope.label(subject.area))]
    legend += [(f"ref{k}", scope.label(one)) for k, one in enumerate(subject.references)]
    return Chart(
        label=scope.words["key_chart"],
        rows=tuple(rows),
        ticks=tuple((tick / 100, scope.number(tick)) for tick in TICKS),
        legend=tuple(legend),
    )


def _place(value: float) -> float:
    return float(np.clip(value / 100, 0, 1))
