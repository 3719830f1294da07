"""An XLSX workbook as a raw table.

Its XML is read here and not through openpyxl. This way every size is limited before it is unpacked,
and no document type is accepted.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.parsers import expat

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, open_plain, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, MIB, Limits
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.tables.formats.sheets.sheet import SheetReader, StringsReader, XmlReader
from zoneblanche.geo.tables.formats.sheets.sheet_table import (
    FIRST_ROWS,
    SheetPart,
    as_table,
    chosen_sheet,
    holds_columns,
)
from zoneblanche.geo.tables.raw import RawTable

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OSError,
    ValueError,
    OverflowError,
)
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENTS = {9, 10}
_ZEROS = re.compile("0{2,20}")
"""A format that writes a number with leading zeros, as codes are."""
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_WINDOWS_EPOCH = dt.datetime(1899, 12, 30)
_MAC_EPOCH = dt.datetime(1904, 1, 1)


def is_workbook(path: Path) -> bool:
    """Return whether a ZIP archive is an XLSX workbook."""
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except DAMAGED:
        return False


def read_workbook(
    path: Path,
    *,
    sheet: str | None,
    header: int | None,
    limits: Limits,
    wanted: Collection[str] = (),
) -> RawTable:
    """Read a sheet of an XLSX workbook, its cells as text.

    Numbers become their shortest digits, dates become ISO dates, cells displayed as percentages
    become "12.5 %". A formula without a stored result stays a formula, which is not a figure.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    with _opened(path, limits) as book:
        part, notices = chosen_sheet(book.parts, sheet, file, partial(_has_columns, book, wanted))
        content = book.read(part)
    return as_table(content, notices, header, file, limits, wanted)


def _has_columns(book: _Workbook, wanted: Collection[str], part: SheetPart) -> bool:
    return holds_columns(book.read(part, most_rows=FIRST_ROWS).rows, wanted)


@dataclass(frozen=True)
class Header:
    """The place of the header of a table in a workbook.

    Attributes:
        sheet: its name.
        line: the 1-based row of the header.
        above: the text above it.
    """

    sheet: str
    line: int
    above: str


def find_header(
    path: Path, columns: Collection[str], *, limits: Limits = DEFAULT_LIMITS
) -> Header | None:
    """Return the first row of a workbook that has these cells, among the first 40 of each sheet.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    kind = kind_of(check_file(path, most_bytes=limits.table_bytes, what=_("workbook")))
    if kind != "zip":
        raise InputError(refused_kind(path, kind, accepted=_("XLSX workbooks")))
    with _opened(path, limits) as book:
        for part in book.parts:
            rows = book.read(part, most_rows=FIRST_ROWS).rows
            texts = [[cell.strip() for _, cell in sorted(cells.items())] for _, cells in rows]
            for place, row in enumerate(texts):
                if set(columns) <= set(row):
                    above = " ".join(cell for before in texts[:place] for cell in before)
                    return Header(part.name, rows[place][0], above)
    return None


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[_Workbook]:
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            check_archive(archive, str(path), limits)
            yield _Workbook(archive, str(path), limits)
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(damaged_workbook(str(path), error)) from error


def damaged_workbook(file: str, error: Exception) -> Fault:
    """Return the fault of a workbook that cannot be unpacked or parsed."""
    return Fault(
        _("the workbook is damaged or encrypted ({name}).", name=type(error).__name__),
        file=file,
        remedy=_("Open it in a spreadsheet program and save it again, without a password."),
        kind="damaged-file",
    )


class _Workbook:
    """An open workbook, its size checked.

    Attributes:
        parts: its sheets.
    """

    def __init__(self, archive: zipfile.ZipFile, file: str, limits: Limits) -> None:
        self._archive, self._file, self._limits = archive, file, limits
        book, self._relations = _BookReader(), _RelationsReader()
        self._stream("xl/workbook.xml", book)
        self._stream("xl/_rels/workbook.xml.rels", self._relations)
        self._strings, self._styles = StringsReader(limits), _StylesReader()
        names = set(archive.namelist())
        if self._relations.strings in names:
            self._stream(self._relations.strings, self._strings)
        if self._relations.styles in names:
            self._stream(self._relations.styles, self._styles)
        self._epoch = _MAC_EPOCH if book.mac_dates else _WINDOWS_EPOCH
        self.parts = book.parts

    def read(self, part: SheetPart, *, most_rows: int | None = None) -> SheetReader:
        """Read the cells of a sheet, or those of its first rows."""
        content = SheetReader(
            file=self._file,
            strings=self._strings.strings,
            shown_as=self._styles.shown_as,
            epoch=self._epoch,
            limits=self._limits,
            most_rows=most_rows,
        )
        self._stream(self._relations.targets[part.relation], content)
        return content

    def _stream(self, member: str, reader: XmlReader) -> None:
        with self._archive.open(member) as stream:
            reader.read(stream)


def _counts(members: list[zipfile.ZipInfo]) -> Counter[str]:
    """Return how often each part occurs, by the name that a program may consider the same."""
    return Counter(member.filename.casefold() for member in members)


def check_archive(archive: zipfile.ZipFile, file: str, limits: Limits) -> None:
    """Refuse the archive by its declared sizes; zipfile never reads beyond them.

    Raises:
        InputError: parts of one name, or more than the limits.
    """
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    twice = first_of(name for name, count in _counts(members).items() if count > 1)
    if twice:
        raise InputError(
            Fault(
                _(
                    "parts of the workbook appear in it more than once: {twice}.",
                    twice=shown(twice),
                ),
                file=file,
                value=twice[:60],
                remedy=_("Open it in a spreadsheet program and save it again."),
                kind="damaged-file",
            )
        )
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > 10 * MIB and ratio > limits.archive_ratio:
            raise InputError(
                Fault(
                    _(
                        "{filename} unpacks to {ratio} times its size, more than the limit of "
                        "{archive_ratio}.",
                        filename=shown(member.filename),
                        ratio=quantity(ratio, digits=0),
                        archive_ratio=quantity(limits.archive_ratio, digits=0),
                    ),
                    file=file,
                    remedy=_("This looks like an archive bomb; if it is not one, raise the limit."),
                    kind="archive-bomb",
                )
            )
    if total > limits.archive_bytes:
        raise InputError(
            Fault(
                _(
                    "the workbook unpacks to {total} bytes, more than the limit of "
                    "{archive_bytes}.",
                    total=quantity(total),
                    archive_bytes=quantity(limits.archive_bytes),
                ),
                file=file,
                remedy=_("Keep only the sheet and columns needed, or raise the limit."),
                kind="too-large",
            )
        )


class _BookReader(XmlReader):
    """The sheets of a workbook and the epoch of its dates."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[SheetPart] = []
        self.mac_dates = False

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next(value for key, value in attributes.items() if key.endswith(":id"))
            hidden = attributes.get("state", "visible") != "visible"
            self.parts.append(SheetPart(attributes["name"], relation, hidden))
        elif tag == "workbookPr":
            self.mac_dates = attributes.get("date1904") in ("1", "true")


class _RelationsReader(XmlReader):
    """The paths of the parts of a workbook in its archive."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.strings = self.styles = ""

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes["Target"]
        target = target[1:] if target.startswith("/") else f"xl/{target}"
        self.targets[attributes["Id"]] = target
        if attributes["Type"].endswith("/sharedStrings"):
            self.strings = target
        elif attributes["Type"].endswith("/styles"):
            self.styles = target


class _StylesReader(XmlReader):
    """How each style displays a number: "", "date", "percent", or zeros for as many digits."""

    def __init__(self) -> None:
        super().__init__()
        self._own: dict[int, str] = {}
        self._styles: list[int] = []
        self._inside = False

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self._own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self._styles.append(int(attributes.get("numFmtId", 0)))

    def _finish(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False

    def shown_as(self, style: int) -> str:
        """Return how a cell of this style displays its number."""
        form = self._styles[style] if style < len(self._styles) else 0
        if form in self._own:
            code = _LITERALS.sub("", self._own[form].split(";")[0]).lower()
            if "%" in code:
                return "percent"
            if _ZEROS.fullmatch(code):
                return code
            return "date" if re.search("[ymdhs]", code) and "general" not in code else ""
        return "date" if form in _DATES else "percent" if form in _PERCENTS else ""
