"""Delimited text: encoding, separator and rows, each detected and stated."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.encoding import (
    Guess,
    foreign_words,
    guess_encoding,
    has_letters_of_utf8,
)
from zoneblanche.geo.messages import Translatable, _, join, remark

SEPARATORS = (";", ",", "\t", "|")
SEPARATOR_NAMES = {";": "';'", ",": "','", "\t": _("tab"), "|": "'|'"}
_SAMPLE = 300
"""Number of lines used to detect the separator."""

_MOST_TITLES = 40
"""Number of lines above a header that are looked at."""

_MOST_LINES_OF_A_CELL = 100
_MOST_STRAYS = 1_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_OF_FILES = {"unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "undefined"}
"""Codecs of Python that do more than decode bytes to characters."""

_MOJIBAKE = re.compile("Ã[\u0080-\u00bf©¨ªœ®´»¼¢§]")


class Record(NamedTuple):
    """One record of a delimited text: its first line, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Stray:
    """A record that cannot be split, because a quote is in the wrong place.

    Attributes:
        line: the first line of the record.
        cell: 0-based number of the cell with the quote.
        value: its text.
        error: as a sentence.
    """

    line: int
    cell: int
    value: str
    error: str


@dataclass(frozen=True)
class Cut:
    """A delimited text split into records.

    Attributes:
        records: those that could be split, without blank lines.
        strays: those that could not.
        blank: number of blank lines that were left out, except those at the end.
        ends: whether the last line ends with a line break.
        longest: characters of the longest line, or of a record of several lines.
    """

    records: list[Record]
    strays: list[Stray]
    blank: int
    ends: bool
    longest: int


class Decoded(NamedTuple):
    """The text of a file, the encoding it is read as, and the guess that this is, if it is one."""

    text: str
    encoding: str
    guess: Guess | None = None


def decode(data: bytes, *, file: str, encoding: str | None) -> Decoded:
    """Return the text of a file and its encoding.

    UTF-8 or what a byte-order mark says; else the encoding of one byte to which the letters belong
    (`geo.files.encoding`).

    Raises:
        InputError: NUL bytes, two encodings in one file, an unknown encoding, or a pinned one that
            does not fit.
    """
    name = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), None)
    guess = None
    if name is not None:
        text = _decoded_as(data, name, file)
    else:
        text, name, guess = _decoded_by_evidence(data, file)
    at = text.find("\0")
    if at >= 0:
        raise InputError(_bytes_fault(_("the text contains a NUL byte."), file, text[:at], "nul"))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, name, guess)


def _decoded_as(data: bytes, name: str, file: str) -> str:
    try:
        if codecs.lookup(name).name in _NOT_OF_FILES:
            raise LookupError(name)
        return data.decode(name)
    except LookupError:
        raise InputError(
            Fault(
                _("{name} is not an encoding of text.", name=shown(name)),
                file=file,
                remedy=_("Known are for example utf-8, cp1252, iso-8859-15 and utf-16."),
                kind="encoding",
            )
        ) from None
    except ValueError as error:
        before = data[: getattr(error, "start", 0)].decode("latin-1")
        raise InputError(
            _bytes_fault(_("the file is not {name} text.", name=name), file, before, "encoding")
        ) from error


def _decoded_by_evidence(data: bytes, file: str) -> Decoded:
    if data.count(b"\0") > len(data) / 4:
        message = _("the file looks like UTF-16 without its byte-order mark.")
        raise InputError(_bytes_fault(message, file, "", "encoding"))
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("latin-1")
    if has_letters_of_utf8(data):
        message = _("one byte is not UTF-8, others are: the file mixes two encodings.")
        raise InputError(_bytes_fault(message, file, before, "encoding"))
    guess = guess_encoding(foreign_words(data))
    try:
        if guess is not None:
            return Decoded(data.decode(guess.encoding), guess.encoding, guess)
    except UnicodeDecodeError:
        pass  # of more words than were looked at
    message = _("the text is not UTF-8, and its encoding cannot be determined.")
    raise InputError(_bytes_fault(message, file, before, "encoding"))


def _bytes_fault(message: str, file: str, before: str, kind: str) -> Fault:
    return Fault(
        message,
        file=file,
        line=before.count("\n") + 1,
        remedy=_("Save the file as UTF-8, or pin encoding."),
        kind=kind,
    )


def text_notices(decoded: Decoded, file: str) -> list[str]:
    """Return the notices about decoding the text."""
    text, encoding, guess = decoded
    notices: list[str] = []
    if guess is not None and not guess.usual:
        notices.append(remark(guess_notice(guess, file)))
    elif encoding not in ("utf-8", "utf-8-sig"):
        notices.append(remark(_("{file}: read as {encoding} text.", file=file, encoding=encoding)))
    if _MOJIBAKE.search(text):
        notices.append(
            _("{file}: letters such as 'Ã©' show that the text was encoded twice.", file=file)
        )
    return notices


def guess_notice(guess: Guess, file: str) -> Translatable:
    """Return in which encoding a text is read, by its letters, and how to name another one."""
    if guess.other:
        return _(
            "{file}: read as {encoding} text, e.g. {word}; it may be {other}. If letters are "
            "wrong, write encoding = {quoted}.",
            file=file,
            encoding=guess.encoding,
            word=shown(guess.word),
            other=guess.other,
            quoted=f'"{guess.other}"',
        )
    return _(
        "{file}: read as {encoding} text by its letters, e.g. {word}. If they are wrong, name "
        "another: encoding.",
        file=file,
        encoding=guess.encoding,
        word=shown(guess.word),
    )


_TEXT_FORMULA = re.compile(r'\A="([^"]*)"\Z')


class Cutter:
    """Splits lines into records by one separator: RFC 4180, strictly.

    A quote surrounds a whole cell or is doubled within one. Text with a stray quote is refused: the
    quote may have swallowed the rows up to the next one. A cell ="01001", by which programs keep a
    spreadsheet from dropping zeros, is the text 01001.
    """

    def __init__(self, separator: str) -> None:
        mark = re.escape(separator)
        cell = rf'=?"(?:[^"]|"")*+"{mark}|[^"{mark}]*+{mark}'
        self.separator = separator
        self._cells = re.compile(rf'=?"((?:[^"]|"")*+)"{mark}|([^"{mark}]*+){mark}')
        self._record = re.compile(rf"(?:{cell})*+")

    def cut(self, lines: list[str], first: int = 0) -> Cut:
        """Return the records from the line with index `first`.

        Args:
            lines: of the text, the last one "" if the text ends with a line break.
        """
        records: list[Record] = []
        strays: list[Stray] = []
        blank, pending, number = 0, 0, first
        longest = max(map(len, lines), default=0)
        while number < len(lines):
            line = lines[number]
            number += 1
            if not line or line.isspace():
                pending += 1
                continue
            blank, pending = blank + pending, 0
            if '"' not in line:
                records.append(Record(number, line.split(self.separator)))
                continue
            parts = _with_rest_of_quote(lines, number - 1)
            result = self._quoted(parts, number)
            if isinstance(result, Record):
                records.append(result)
                number += len(parts) - 1
                longest = max(longest, sum(map(len, parts)))
            else:
                strays.append(result)
                if len(strays) >= _MOST_STRAYS:
                    break
        return Cut(records, strays, blank, not lines or lines[-1] == "", longest)

    def _quoted(self, parts: list[str], number: int) -> Record | Stray:
        """Return the record of a line with quotes, including the lines that its quoted cells
        continue on."""
        line = "\n".join(parts) + self.separator
        good = self._record.match(line)
        end = good.end() if good else 0
        if end < len(line):
            cell = len(self._cells.findall(line[:end]))
            open_ended = sum(part.count('"') for part in parts) % 2
            message = (
                _("a quote is opened and not closed") if open_ended else _("a quote is misplaced")
            )
            return Stray(number, cell, line[end : end + 60].removesuffix(self.separator), message)
        cells = [
            _TEXT_FORMULA.sub(r"\1", quoted.replace('""', '"')) if quoted else bare
            for quoted, bare in self._cells.findall(line)
        ]
        for place, value in enumerate(cells):
            if len(parts) > 1 and self._swallowed(value, len(cells)):
                return Stray(number, place, value[:60], _("a quoted cell goes on over whole rows"))
        return Record(number, cells)

    def _swallowed(self, value: str, columns: int) -> bool:
        """Return whether the further lines of a cell look like records of the table."""
        rest = value.split("\n")[1:]
        return columns > 1 and any(part.count(self.separator) >= columns - 1 for part in rest)


def _with_rest_of_quote(lines: list[str], start: int) -> list[str]:
    """Return the line and those after it until its quotes are even, if that is near."""
    quotes = 0
    for number in range(start, min(start + _MOST_LINES_OF_A_CELL, len(lines))):
        quotes += lines[number].count('"')
        if quotes % 2 == 0:
            return lines[start : number + 1]
    return [lines[start]]


def find_separator(lines: list[str], first: int, *, file: str, wanted: Collection[str] = ()) -> str:
    """Return the separator with which the first records have as many cells as the header, or "". Of
    several it is the one with which the header has all wanted columns: the first column of a table
    of Eurostat, in which tabs separate cells, is `freq,unit,geo\\TIME_PERIOD`.

    Raises:
        InputError: two separators fit equally well; or the first line is not the header.
    """
    sample = lines[first : first + _SAMPLE]
    counts = {mark: _cell_counts(sample, mark) for mark in SEPARATORS}
    fits = {
        mark: sum(count == numbers[0] for count in numbers) / len(numbers)
        for mark, numbers in counts.items()
        if numbers and numbers[0] > 1
    }
    perfect = [mark for mark, fit in fits.items() if fit == 1.0]
    columns = {_composed(name.strip()) for name in wanted}
    named = [mark for mark in perfect if columns and columns <= _names_in(lines[first], mark)]
    if len(named) == 1:
        return named[0]
    if len(perfect) > 1:
        names = join(SEPARATOR_NAMES[mark] for mark in perfect)
        raise InputError(
            Fault(
                _("the header and rows can be cut by {names} alike.", names=names),
                file=file,
                line=first + 1,
                value=sample[0][:60],
                remedy=_(
                    "Pin the separator, e.g. separator = {perfect}.", perfect=repr(perfect[0])
                ),
                kind="ambiguous-separator",
            )
        )
    if fits:
        return max(fits, key=lambda mark: (fits[mark], counts[mark][0]))
    _check_no_title(sample, counts, first, file)
    return ""


def title_lines(
    lines: list[str], first: int, separator: str | None, wanted: Collection[str]
) -> int:
    """Return how many lines above the header belong to no table: a title, the source, a date.

    The header is the first line with all wanted columns. If no column is known, or no line has
    them, it is the first line with as many cells as most lines, if the lines above it have one.

    Args:
        lines: of the text.
        first: index of the first line that is not blank.
        separator: the pinned one, or None.
        wanted: names of columns.
    """
    names = {_composed(name) for name in wanted}
    marks = SEPARATORS if separator is None else (separator,)
    for number in range(first, min(first + _MOST_TITLES, len(lines))):
        line = lines[number]
        if names and any(names <= _names_in(line, mark) for mark in marks):
            return number - first
    sample = lines[first : first + _SAMPLE]
    for mark in marks:
        if mark in lines[first]:
            return 0
    for mark in marks:
        records = Cutter(mark).cut(sample).records
        counts = [len(record.cells) for record in records]
        usual, times = Counter(counts).most_common(1)[0] if counts else (0, 0)
        if usual < 2 or times < 2:
            continue
        above = next(place for place, count in enumerate(counts) if count == usual)
        if all(count == 1 for count in counts[:above]) and above <= _MOST_TITLES:
            return records[above].line - 1
    return 0


def _names_in(line: str, mark: str) -> set[str]:
    return {_composed(cell.strip().strip('"').strip()) for cell in line.split(mark)}


def _composed(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _cell_counts(sample: list[str], mark: str) -> list[int]:
    cut = Cutter(mark).cut(sample)
    return [len(record.cells) for record in cut.records]


def _check_no_title(sample: list[str], counts: dict[str, list[int]], first: int, file: str) -> None:
    """Refuse a text whose first line is one cell and most other lines have several."""
    for mark, numbers in counts.items():
        usual, times = Counter(numbers).most_common(1)[0] if numbers else (0, 0)
        if usual < 2 or times < 2:
            continue
        records = Cutter(mark).cut(sample).records
        line = next(record.line for record in records if len(record.cells) == usual) + first
        raise InputError(
            Fault(
                _(
                    "the first line is not a header: it has one cell, the rows have {usual} cells.",
                    usual=usual,
                ),
                file=file,
                line=first + 1,
                value=sample[0][:60],
                remedy=_("If the header is on line {line}, pin header = {line}.", line=line),
                kind="header-place",
            )
        )
