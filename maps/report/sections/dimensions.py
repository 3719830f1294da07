"""Section: the maps of the dimensions of the index, each with a paragraph; and the glossary."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoneblanche.layers.index.handicaps import HANDICAPS
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.content import (
    Piece,
    Section,
    Sentence,
    Slot,
    Table,
    name_of,
    piece_of,
    say,
)
from zoneblanche.maps.report.map import Figure, draw_figure
from zoneblanche.maps.report.picture import lay_out
from zoneblanche.maps.report.scope import MANY, Scope
from zoneblanche.maps.report.sections.key_figures import (
    dimensions_of,
    key_table,
    scores_note,
    subject_of,
)

WIDTH, NARROW = 300, 200
"""Width of a small map in pixels of the page, two of them side by side; narrower ones of `MANY`
territories, so that the page stays small."""

TERMS = ("index", "interval", "rank", "flag", "decile", "deviation", "variance", "density")


@dataclass(frozen=True)
class Multiples:
    """Small maps side by side, each with what is said of it, and how to read them."""

    title: str
    figures: tuple[tuple[Figure, Sentence | None], ...]
    note: str


@dataclass(frozen=True)
class Glossary:
    """Terms of the report with their definitions."""

    title: str
    entries: tuple[tuple[str, str], ...]


def dimensions_section(scope: Scope) -> Section:
    """Return a small map of each dimension of which a figure is known, and its paragraph."""
    words, chosen = scope.words, dimensions_of(scope)
    if not chosen:
        return Section("dimensions", words["dimensions"], notes=(words["dimensions_none"],))
    table = key_table(scope)
    width = WIDTH if scope.area.count <= MANY else NARROW
    sheet = lay_out(scope.inner.territories, lang=scope.lang, width=width, like=scope.sheet)
    if sheet is not None:  # names and scales of frames have no room
        frames = tuple(replace(frame, scale=None) for frame in sheet.frames)
        sheet = replace(sheet, labels=(), frames=frames)
    figures = []
    for dimension in chosen:
        figure = draw_figure(
            scope.atlas,
            dimension.id,
            scope.area.inside,
            scope.lang,
            width=width,
            sheet=sheet,
            classed=scope.shared.classed(dimension.id, scope.lang),
        )
        sentence = _sentence(scope, dimension, table)
        if figure is not None:
            figures.append((figure, sentence))
    if not figures:
        sentences = tuple(_sentence(scope, dimension, table) for dimension in chosen)
        return Section("dimensions", words["dimensions"], sentences)
    note = words["map_note"]
    if any(
        scope.atlas.indicator(name).unit == "boolean"
        for dimension in chosen
        for name in dimension.parts
    ):
        note += " " + words["dimension_note"].format(units=scope.units)
    if turned := scores_note(scope):
        note += " " + turned
    multiples = Multiples("", tuple(figures), note)
    return Section("dimensions", words["dimensions"], blocks=(multiples,))


def _sentence(scope: Scope, dimension: Indicator, table: Table) -> Sentence:
    """Return a dimension, also of the widest reference, then the figures it is computed from."""
    subject = subject_of(scope)
    last = len(subject.references) - 1
    slots: dict[str, Slot] = {
        "title": name_of(table.at(dimension.id, "indicator")),
        "score": scope.kind_of_score(subject.area),
        "value": table.at(dimension.id, "area"),
        "in_area": scope.inside(subject.area),
        "listed": _parts(scope, dimension, table, last),
    }
    apart = table.at(dimension.id, f"dif{last}") if last >= 0 else None
    if apart is None or apart.value is None:
        return say(scope.words, "dimension.alone", **slots)
    slots["reference"] = table.at(dimension.id, f"ref{last}")
    slots["in_reference"] = scope.inside(subject.references[last])
    return say(scope.words, f"dimension.{apart.kind}", **slots)


def _parts(scope: Scope, dimension: Indicator, table: Table, last: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for name in dimension.parts:
        if name not in table.rows:
            continue
        if pieces:
            pieces.append(Piece(scope.words["list_break"]))
        pieces += [name_of(table.at(name, "indicator")), Piece(scope.words["colon"])]
        own = table.at(name, "area")
        if own.value is None:
            pieces.append(Piece(scope.words["not_known"]))
            continue
        pieces.append(piece_of(own))
        if scope.atlas.indicator(name).unit == "boolean" and subject_of(scope).area.count > 1:
            pieces.append(Piece(scope.words["of_all_units"].format(units=scope.units)))
        if last >= 0 and table.at(name, f"ref{last}").value is not None:
            other = piece_of(table.at(name, f"ref{last}"))
            pieces += [Piece(scope.words["against"]), other]
    return tuple(pieces)


def glossary_section(scope: Scope) -> Section:
    """Return the terms that the report uses."""
    words = scope.words
    entries = [(words[f"term_{name}"], words[f"define_{name}"]) for name in TERMS]
    if HANDICAPS in scope.atlas.indicators:
        handicaps = scope.atlas.indicator(HANDICAPS)
        place = TERMS.index("flag") + 1
        entries.insert(place, (handicaps.title_in(scope.lang), handicaps.method_in(scope.lang)))
    blocks = (Glossary(words["glossary"], tuple(entries)),)
    return Section("glossary", words["glossary"], blocks=blocks)
