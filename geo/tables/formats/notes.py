"""The notes below a delimited table."""

from __future__ import annotations

import re
from dataclasses import replace

from zoneblanche.geo.tables.formats.text import Cut, Record

_NOTE = re.compile(r"\w: |©|^\s*[*(\[\"⁰¹²³⁴-⁹]|^\s*[_-]{3}|^\s*(?:[0-9]{1,2}|[a-z])[).] ?[^\W\d]")
"""A line that names a source, or begins as a footnote does: `1) `, `a. `, `*`."""
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?)]\s*$")
_FEWEST_WORDS = 4  # of a sentence
_NOTE_LENGTH = 200  # characters that show what a line is
_FIGURE = re.compile(r"\s*[-+]?[0-9][0-9.,'\u00a0\u202f ]*%?\s*")


def without_notes(cut: Cut, lines: list[str]) -> tuple[Cut, list[Record]]:
    """Return the records without the notes below them, and the notes.

    Notes begin after a blank line, and no row with a figure follows. The first has one cell, or
    begins as a note does and has another number of cells than a row: `Note: rounded, revised`.
    Without a blank line they are the last lines of one cell that name a source, or are a sentence:
    of more words than any first cell of a row has, so that it is no row that is cut off.
    """
    records = cut.records
    width = len(records[0].cells) if records else 1
    if width < 2 or len(records) < 3:
        return cut, []
    start = _start_of_sentences(cut, width)
    for place in range(len(records) - 1, 0, -1):
        record = records[place]
        if len(record.cells) == width and any(map(_FIGURE.fullmatch, record.cells[1:])):
            break
        if not cut.blank:
            break
        after_blank = not lines[record.line - 2].strip() if record.line > 1 else False
        alone = sum(map(bool, map(str.strip, record.cells))) == 1
        ragged = len(record.cells) != width and _NOTE.search(record.cells[0][:_NOTE_LENGTH])
        if after_blank and (alone or ragged):
            start = place
    below = records[start:]
    if not below:
        return cut, []
    gaps = sum(not lines[record.line - 2].strip() for record in below)
    strays = [stray for stray in cut.strays if stray.line < below[0].line]
    kept = replace(cut, records=records[:start], strays=strays, blank=max(cut.blank - gaps, 0))
    return replace(kept, ends=True), below


def _start_of_sentences(cut: Cut, width: int) -> int:
    """Return the number of the first record of those at the end that read as notes."""
    records = cut.records
    start = len(records)
    most = None
    while start > 2 and len(records[start - 1].cells) == 1:
        text = records[start - 1].cells[0]
        if not _NOTE.search(text[:_NOTE_LENGTH]):
            if most is None:
                rows = (record for record in records if len(record.cells) == width)
                most = max((_words(record.cells[0]) for record in rows), default=0)
            whole = start < len(records) or cut.ends or _SENTENCE_END.search(text[-_NOTE_LENGTH:])
            if not whole or _words(text) <= max(most, _FEWEST_WORDS - 1):
                break
        start -= 1
    return start


def _words(text: str) -> int:
    return len(_WORD.findall(text[:_NOTE_LENGTH]))
