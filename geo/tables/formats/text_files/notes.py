"""The notes below a delimited table."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from zoneblanche.geo.tables.formats.text_files.text import Cut, Record

_NOTE = re.compile(r"\w: |©|^\s*[*(\[\"⁰¹²³⁴-⁹]|^\s*[_-]{3}")
"""A line that names a source, or begins with a mark of a footnote."""
_ITEM = re.compile(r"^\s*(?:[0-9]{1,2}|[a-z])[).] ?[^\W\d]")
"""A line that begins as an item of a list does: `1) `, `a. `."""
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?)]\s*$")
_FEWEST_WORDS = 4  # of a sentence
_NOTE_LENGTH = 200  # characters that show what a line is
_SAMPLE = 300  # records that show what a row is
_FIGURE = re.compile(r"\s*[-+]?[0-9][0-9.,'\u00a0\u202f ]*%?\s*")


class _RowForms(NamedTuple):
    """What the rows of a table have in common.

    Attributes:
        width: number of cells.
        figures: whether there are rows with a figure; the others are not looked at then.
        forms: of their first cells, see `_form`.
        marks: with which their first cells begin as notes do, see `_mark`.
    """

    width: int
    figures: bool
    forms: set[str]
    marks: set[str]

    def has_row(self, record: Record) -> bool:
        """Return whether a record of the width of the table is one of its rows."""
        if len(record.cells) != self.width or _filled(record) < 2:
            return False
        if not self.figures or _has_figure(record):
            return True
        return _form(record.cells[0]) in self.forms


def without_notes(cut: Cut, lines: list[str]) -> tuple[Cut, list[Record]]:
    """Return the records without the notes below them, and the notes.

    Notes begin after a blank line, and no row follows: no record of the width of the table with a
    figure or a first cell like those of the rows, and none at all if the table has no figures. The
    first has one cell, or begins as a note does, and as no row does, and has another number of
    cells: `Note: rounded, revised`. Without a blank line they are the last lines of one cell that
    begin so, or are a sentence: of more words than any first cell of a row has. A last line without
    a line break that is like the first cell of a row, or an item of a list, is a row that is cut
    off.
    """
    records = cut.records
    width = len(records[0].cells) if records else 1
    if width < 2 or len(records) < 3:
        return cut, []
    rows = _forms_of_rows(records, width)
    start = _start_of_sentences(cut, rows)
    for place in range(len(records) - 1, 0, -1):
        record = records[place]
        if not cut.blank or rows.has_row(record):
            break
        after_blank = not lines[record.line - 2].strip() if record.line > 1 else False
        alone = _filled(record) == 1
        if place == len(records) - 1 and not cut.ends:
            alone = alone and _form(record.cells[0]) not in rows.forms
        mark = _mark(record.cells[0])
        ragged = len(record.cells) != width and mark is not None and mark not in rows.marks
        if after_blank and (alone or ragged):
            start = place
    below = records[start:]
    if not below:
        return cut, []
    gaps = sum(not lines[record.line - 2].strip() for record in below)
    strays = [stray for stray in cut.strays if stray.line < below[0].line]
    kept = replace(cut, records=records[:start], strays=strays, blank=max(cut.blank - gaps, 0))
    return replace(kept, ends=True), below


def _forms_of_rows(records: list[Record], width: int) -> _RowForms:
    rows = [record for record in records[1:_SAMPLE] if len(record.cells) == width]
    figured = [record for record in rows if _has_figure(record)]
    firsts = [record.cells[0] for record in figured or rows]
    marks = {mark for mark in map(_mark, firsts) if mark is not None}
    return _RowForms(width, bool(figured), set(map(_form, firsts)), marks)


def _start_of_sentences(cut: Cut, rows: _RowForms) -> int:
    """Return the number of the first record of those at the end that read as notes."""
    records = cut.records
    start = len(records)
    most = None
    while start > 2 and len(records[start - 1].cells) == 1:
        text = records[start - 1].cells[0]
        ends = start < len(records) or cut.ends
        mark = _mark(text)
        if mark is None or mark in rows.marks or not (ends or _NOTE.search(text[:_NOTE_LENGTH])):
            if most is None:
                whole_rows = (record for record in records if len(record.cells) == rows.width)
                most = max((_words(record.cells[0]) for record in whole_rows), default=0)
            whole = ends or _SENTENCE_END.search(text[-_NOTE_LENGTH:])
            if not whole or _words(text) <= max(most, _FEWEST_WORDS - 1):
                break
        start -= 1
    return start


def _mark(text: str) -> str | None:
    """Return how a note begins, with 0 for its digits and a for its letters, else None.

    >>> _mark("12. Ain"), _mark("Source: INSEE"), _mark("Ain")
    ('0. a', 'a: ', None)
    """
    text = text[:_NOTE_LENGTH]
    match = _NOTE.search(text) or _ITEM.search(text)
    if match is None:
        return None
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d+", "0", match.group().lstrip()))


def _form(text: str) -> str:
    """Return a text with 0 for each digit, a for a single letter and aa for words.

    >>> _form("01001"), _form("2A004"), _form("Saint-Denis"), _form("3. Allier"), _form("..")
    ('00000', '0a000', 'aa', '0. aa', '..')
    """
    letters = _LETTERS.sub(lambda match: "aa"[: len(match.group())], text[:_NOTE_LENGTH].strip())
    return _DIGIT.sub("0", letters)


def _filled(record: Record) -> int:
    return sum(map(bool, map(str.strip, record.cells)))


def _has_figure(record: Record) -> bool:
    return any(map(_FIGURE.fullmatch, record.cells[1:]))


def _words(text: str) -> int:
    return len(_WORD.findall(text[:_NOTE_LENGTH]))
