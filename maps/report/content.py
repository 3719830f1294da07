"""The content of a report: tables of figures, and sentences whose numbers are cells of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter

LONGEST_WORD = 40
"""Maximum number of characters of a word that fits on a line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: the displayed text.
        value: the figure behind it, None for text and if it is missing.
        range_text, low, high: its interval, "" and None without.
        is_name: whether the text is from the data, in any script and direction.
        bar: positions in 0 to 1 of its low end, itself and its high end, for the small picture of
            its interval; () without.
        kind: the conclusion about a difference ("worse", "same", …), for its style; "" elsewhere.
        url: an http(s) address that the text links to, or "".
        code: of the territory that a name belongs to, or "".
        id: of the element in the page; given by its table.
    """

    text: str
    value: float | None = None
    range_text: str = ""
    low: float | None = None
    high: float | None = None
    is_name: bool = False
    bar: tuple[float, ...] = ()
    kind: str = ""
    url: str = ""
    code: str = ""
    id: str = ""

    @property
    def range(self) -> Piece:
        """Return the interval as a piece of a sentence."""
        return Piece(self.range_text, target=f"{self.id}-i")


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence: plain words, a name from the data, or a figure of a cell.

    Attributes:
        text: of the piece.
        target: id of the cell that contains the figure, or "".
        is_name: whether it is a name from the data.
    """

    text: str
    target: str = ""
    is_name: bool = False

    @property
    def is_endless(self) -> bool:
        """Whether a word of it may be longer than a line, so that it must be split."""
        return max(map(len, self.text.split()), default=0) > LONGEST_WORD


@dataclass(frozen=True)
class Sentence:
    """A sentence of a report.

    Attributes:
        key: its template, which says what it claims ("compare.below").
        pieces: in order.
    """

    key: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes:
        id: of the element in the page.
        caption: what it shows.
        columns: heading of each column by its key; the first is that of the row headers.
        rows: cells by the key of the row, in the order of the columns; the first is its header.
        note: how to read it, or "".
    """

    id: str
    caption: str
    columns: Mapping[str, str]
    rows: Mapping[str, tuple[Cell, ...]]
    note: str = ""

    @property
    def numeric(self) -> frozenset[str]:
        """Keys of the columns with figures, not text."""
        return frozenset(
            key
            for place, key in enumerate(self.columns)
            if place and any(cells[place].value is not None for cells in self.rows.values())
        )

    def at(self, row: str, column: str) -> Cell:
        """Return one cell."""
        return self.rows[row][list(self.columns).index(column)]


@dataclass(frozen=True)
class Line:
    """A line of a line chart: kind, name, points as shares of the two scales, and its last text."""

    kind: str
    name: str
    points: tuple[tuple[float, float], ...]
    last: str


@dataclass(frozen=True)
class LineChart:
    """Figures over time."""

    label: str
    lines: tuple[Line, ...]
    ticks_x: tuple[tuple[float, str], ...]
    ticks_y: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Section:
    """A section of a report: first its sentences, then pictures, then their tables.

    Attributes:
        id, title: of the section.
        sentences: one paragraph.
        blocks: tables, charts, pictures and notes, in order; a template draws each by its type.
        notes: paragraphs of explanation, without figures of the data.
        more: tables of the workbook that no page shows; long ones are made when it is written.
    """

    id: str
    title: str
    sentences: tuple[Sentence, ...] = ()
    blocks: tuple[object, ...] = ()
    notes: tuple[str, ...] = ()
    more: tuple[Table | Callable[[], Table], ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


def make_table(
    table_id: str,
    caption: str,
    columns: Mapping[str, str],
    rows: Mapping[str, Sequence[Cell]],
    *,
    note: str = "",
) -> Table:
    """Return a table whose cells know their id: that of the table, the row and the column.

    >>> made = make_table("t", "T", {"name": "Name", "n": "N"}, {"a": [Cell("A"), Cell("1", 1.0)]})
    >>> made.at("a", "n").id
    't-1-n'
    """
    cells_of = {
        key: tuple(
            replace(cell, id=f"{table_id}-{place}-{column}")
            for column, cell in zip(columns, cells, strict=True)
        )
        for place, (key, cells) in enumerate(rows.items(), start=1)
    }
    return Table(id=table_id, caption=caption, columns=columns, rows=cells_of, note=note)


Slot = Cell | Piece | str | tuple[Piece, ...]


def say(words: Mapping[str, str], key: str, **slots: Slot) -> Sentence:
    """Return a sentence from the template `key`: `{slots}` are cells, pieces or plain words.

    Slots are concatenated with the words of the template, not formatted into them, so that a name
    that looks like a template stays a name.

    >>> say({"k": "{n} of them."}, "k", n=Cell("3", 3.0, id="t-1-n")).text
    '3 of them.'
    """
    pieces: list[Piece] = []
    for literal, name, _, _ in Formatter().parse(words[key]):
        if literal:
            pieces.append(Piece(literal))
        if name:
            pieces += _pieces(slots[name])
    return Sentence(key, tuple(piece for piece in pieces if piece.text))


def _pieces(slot: Slot) -> tuple[Piece, ...]:
    if isinstance(slot, tuple):
        return slot
    return (piece_of(slot),)


def piece_of(slot: Cell | Piece | str) -> Piece:
    """Return a piece of a sentence: a cell's figure with a link to it, or plain words."""
    if isinstance(slot, Piece):
        return slot
    if isinstance(slot, Cell):
        return Piece(slot.text, target=slot.id, is_name=slot.is_name)
    return Piece(slot)


def name_cell(text: object, *, url: str = "") -> Cell:
    """Return a cell with a name from the data."""
    return Cell(str(text), is_name=True, url=url)


def name_of(cell: Cell) -> Piece:
    """Return the name in a cell, as a piece of a sentence."""
    return Piece(cell.text, is_name=True)


def finite(value: float | None) -> float | None:
    """Return the value, or None if it is NaN, infinite or None."""
    return None if value is None or not math.isfinite(value) else float(value)


def joined(parts: Iterable[str], *, last: str) -> str:
    """Return parts as a list in words.

    >>> joined(["a", "b", "c"], last=" and ")
    'a, b and c'
    """
    items = list(parts)
    return ", ".join(items) if len(items) < 2 else ", ".join(items[:-1]) + last + items[-1]
