"""The cells of one sheet of an XLSX workbook, read while its XML is streamed.

Layout: ECMA-376, part 1, sections 18.3 (worksheets), 18.4 (shared strings), 18.8 (styles).
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, quantity

_MOST_COLUMNS = 16_384
_MOST_MERGED = 100_000
_CHUNK = 1 << 18
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_LETTERS = re.compile("[A-Z]{1,3}")

SheetRow = tuple[int, dict[int, str]]
"""The 1-based number of a row, and its non-blank cells by 0-based column."""


class XmlReader:
    """Streams one XML part through expat, without document types and therefore without entities."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._prefix: int | None = None
        self._collected: list[str] | None = None
        self._done = False

    def read(self, stream: IO[bytes]) -> None:
        """Read the part to its end, or until enough of it is read."""
        while not self._done and (chunk := stream.read(_CHUNK)):
            self._parser.Parse(chunk, False)
        if not self._done:
            self._parser.Parse(b"", True)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Called at the start of an element."""

    def _finish(self, tag: str) -> None:
        """Called at the end of an element."""

    def collect(self) -> None:
        """Start to collect text."""
        self._collected = []

    def collected(self) -> str:
        """Return the text since `collect`."""
        text = "".join(self._collected or ())
        self._collected = None
        return text

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._prefix is None:
            self._prefix = tag.find(":") + 1
            if not self._prefix:
                self._parser.StartElementHandler = self._begin
                self._parser.EndElementHandler = self._finish
        self._begin(tag[self._prefix :] if self._prefix else tag, attributes)

    def _end(self, tag: str) -> None:
        self._finish(tag[self._prefix :] if self._prefix else tag)

    def _text(self, text: str) -> None:
        if self._collected is not None:
            self._collected.append(text)

    def _doctype(self, *_: object) -> None:
        raise ValueError("a workbook has no document type")


class StringsReader(XmlReader):
    """The shared strings of a workbook, in order."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._phonetic = False
        self._limits = limits

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t" and not self._phonetic:
            self.collect()

    def _finish(self, tag: str) -> None:
        if tag == "t" and not self._phonetic:
            self._parts.append(self.collected())
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.strings.append(unescaped("".join(self._parts)))
            if len(self.strings) > self._limits.cells:
                raise ValueError("too many shared strings")


class SheetReader(XmlReader):
    """The rows of a sheet, every cell as text.

    Attributes:
        rows: those with a non-blank cell.
        percents: number of cells displayed as percentages.
        whole: number of integers, stored as such, in each column.
        fractions: columns with a number, stored as such, that is not whole.
        merged: the ranges of merged cells ("B2:B3").
    """

    def __init__(
        self,
        *,
        file: str,
        strings: list[str],
        shown_as: Callable[[int], str],
        epoch: dt.datetime,
        limits: Limits,
        most_rows: int | None = None,
    ) -> None:
        super().__init__()
        self.rows: list[SheetRow] = []
        self._most_rows = most_rows
        self.percents = 0
        self.whole: dict[int, int] = {}
        self.fractions: set[int] = set()
        self.merged: list[str] = []
        self._file = file
        self._strings = strings
        self._shown_as = functools.cache(shown_as)
        self._epoch = epoch
        self._limits = limits
        self._row = 0
        self._column = -1
        self._cells: dict[int, str] = {}
        self._count = 0
        self._type = "n"
        self._style = 0
        self._value = ""
        self._formula = ""
        self._phonetic = False

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._column = self._place(attributes.get("r"))
            self._value = self._formula = ""
        elif tag in ("v", "t", "f"):
            self.collect()
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
            self._cells = {}
        elif tag == "rPh":  # how to pronounce the text, for a reader of Japanese
            self._phonetic = True
        elif tag == "mergeCell" and len(self.merged) < _MOST_MERGED:
            self.merged.append(attributes.get("ref", ""))

    def _finish(self, tag: str) -> None:
        if tag in ("v", "t"):
            text = self.collected()
            if not self._phonetic:
                self._value += text
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "f":
            self._formula = self.collected() or "="
        elif tag == "c":
            text = self._text_of_cell()
            if text:
                self._cells[self._column] = text
                self._count += 1
                if self._count > self._limits.cells:
                    raise sheet_too_large(_("cells"), self._limits.cells, self._file)
        elif tag == "row" and self._cells:
            if self._done:
                return
            self.rows.append((self._row, self._cells))
            self._done = len(self.rows) == self._most_rows
            if len(self.rows) > self._limits.rows + 100:
                raise sheet_too_large(_("rows"), self._limits.rows, self._file)

    def _place(self, reference: str | None) -> int:
        if reference is None:
            return self._column + 1
        return _column_of(reference.rstrip("0123456789"))

    def _text_of_cell(self) -> str:
        value, kind = self._value, self._type
        if not value:
            return f"={self._formula.removeprefix('=')}" if self._formula else ""
        if kind == "s":
            return self._strings[int(value)]
        if kind == "b":
            return "true" if value.strip() == "1" else "false"
        if kind == "n":
            return self._text_of_number(value)
        return unescaped(value)

    def _text_of_number(self, value: str) -> str:
        form = self._shown_as(self._style)
        number = float(value)
        if form == "date":
            return _date(number, self._epoch)
        if form == "percent":
            self.percents += 1
            return f"{number * 100:.15g} %"
        if number.is_integer() and abs(number) < 1e15:
            self.whole[self._column] = self.whole.get(self._column, 0) + 1
            return str(int(number)).zfill(len(form))
        if not math.isfinite(number):
            raise ValueError("a number that is not finite")
        self.fractions.add(self._column)
        return repr(number)


def sheet_too_large(what: str, limit: int, file: str) -> InputError:
    """Return the error of a sheet with more cells or rows (`what`) than the limit."""
    return InputError(
        Fault(
            _(
                "the sheet has more than the limit of {limit} {what}.",
                limit=quantity(limit),
                what=what,
            ),
            file=file,
            remedy=_("Keep only the rows and columns needed, or raise the limit."),
            kind="too-large",
        )
    )


def cells_of_range(reference: str) -> tuple[range, range]:
    """Return the 0-based columns and 1-based rows of a range of cells.

    >>> cells_of_range("B2:C3")
    (range(1, 3), range(2, 4))
    """
    ends = [_CELL.fullmatch(part) for part in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return range(0), range(0)
    columns = [_column_of(end[1]) for end in ends if end]
    rows = [int(end[2]) for end in ends if end]
    return range(columns[0], columns[1] + 1), range(rows[0], rows[1] + 1)


@functools.cache
def _column_of(letters: str) -> int:
    """Return the 0-based number of the column with these letters ("A" is 0)."""
    if not _LETTERS.fullmatch(letters):
        raise ValueError("a cell without a place")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    if column > _MOST_COLUMNS:
        raise ValueError("a cell beyond the last column")
    return column - 1


def unescaped(text: str) -> str:
    """Return text with its `_x000D_` escapes decoded.

    >>> unescaped("a_x0009_b")
    'a\\tb'
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _date(number: float, epoch: dt.datetime) -> str:
    moment = epoch + dt.timedelta(days=number)
    return moment.date().isoformat() if number.is_integer() else moment.isoformat()
