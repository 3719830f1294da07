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
from dataclasses import dataclass, replace
from pathlib import Path
from xml.parsers import expat

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, open_plain, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, MIB, Limits
from zoneblanche.geo.messages import _, quantity, remark
from zoneblanche.geo.tables.formats.delimited import check_size, no_rows, overlong
from zoneblanche.geo.tables.formats.header import build, check_names, composed
from zoneblanche.geo.tables.formats.sheet import (
    SheetReader,
    SheetRow,
    StringsReader,
    XmlReader,
    cells_of_range,
)
from zoneblanche.geo.tables.raw import RawTable, Stored

_DAMAGED = (
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
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_WINDOWS_EPOCH = dt.datetime(1899, 12, 30)
_MAC_EPOCH = dt.datetime(1904, 1, 1)
_FIRST_ROWS = 40


@dataclass(frozen=True)
class _Part:
    """A sheet of the workbook: its name, the id of its relation, and whether it is hidden."""

    name: str
    relation: str
    hidden: bool


def is_workbook(path: Path) -> bool:
    """Return whether a ZIP archive is an XLSX workbook."""
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _DAMAGED:
        return False


def read_workbook(path: Path, *, sheet: str | None, header: int | None, limits: Limits) -> RawTable:
    """Read a sheet of an XLSX workbook, its cells as text.

    Numbers become their shortest digits, dates become ISO dates, cells displayed as percentages
    become "12.5 %". A formula without a stored result stays a formula, which is not a figure.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    with _opened(path, limits) as book:
        part, notices = _chosen(book.parts, sheet, file)
        content = book.read(part)
    if content.percents:
        notices.append(
            remark(
                _(
                    "{file}: {percents} cells shown in percent are read as percentages.",
                    file=file,
                    percents=content.percents,
                )
            )
        )
    return _as_table(content, notices, header, file, limits)


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
            rows = book.read(part, most_rows=_FIRST_ROWS).rows
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
            _check_archive(archive, str(path), limits)
            yield _Workbook(archive, str(path), limits)
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            Fault(
                _("the workbook is damaged or encrypted ({name}).", name=type(error).__name__),
                file=str(path),
                remedy=_("Open it in a spreadsheet program and save it again, without a password."),
                kind="damaged-file",
            )
        ) from error


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

    def read(self, part: _Part, *, most_rows: int | None = None) -> SheetReader:
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


def _check_archive(archive: zipfile.ZipFile, file: str, limits: Limits) -> None:
    """Refuse the archive by its declared sizes; zipfile never reads beyond them."""
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


def _chosen(parts: list[_Part], sheet: str | None, file: str) -> tuple[_Part, list[str]]:
    names = [part.name for part in parts]
    if sheet is not None:
        for part in parts:
            if part.name == sheet:
                return part, []
        raise InputError(
            Fault(
                _("the workbook has no sheet {sheet}.", sheet=shown(sheet)),
                file=file,
                value=sheet,
                remedy=_(
                    "{nearest} Sheets: {names}.",
                    nearest=nearest(sheet, names),
                    names=first_of(names, count=10),
                ),
                kind="unknown-sheet",
            )
        )
    visible = [part for part in parts if not part.hidden] or parts
    notices: list[str] = []
    if len(parts) > 1:
        others = first_of([name for name in names if name != visible[0].name])
        notices.append(
            _(
                "{file}: sheet {name} is read, the first; there are also {others}.",
                file=file,
                name=shown(visible[0].name),
                others=others,
            )
        )
    return visible[0], notices


def _as_table(
    content: SheetReader, notices: list[str], header: int | None, file: str, limits: Limits
) -> RawTable:
    if not content.rows:
        raise InputError(Fault(_("the sheet is empty."), file=file, kind="empty-file"))
    start = _header_row(content.rows, header, file)
    line, head = content.rows[start]
    width = max(head) + 1
    names = [head.get(place, "") for place in range(width)]
    rows = [row for row in content.rows[start + 1 :] if any(map(str.strip, row[1].values()))]
    check_size(len(rows), width, file, limits)
    faults = check_names(names, file=file, line=line)
    faults += _cell_faults(rows, names, file, limits)
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError(no_rows(file))
    cells = [
        np.array([row.get(place, "") for _unused, row in rows], dtype=object)
        for place in range(width)
    ]
    stored: dict[str, Stored] = {
        names[place]: "integer"
        for place, count in content.whole.items()
        if place < width and count >= len(rows) - 1
    }
    lines = np.array([number for number, _unused in rows])
    table = build(file, names, cells, lines, stored=stored, notices=notices)
    return replace(table, merged=_merged(content.merged, names, line))


def _merged(ranges: list[str], names: list[str], header: int) -> dict[str, list[tuple[int, int]]]:
    """Return rows below the header whose cell is part of a merged one, by column."""
    merged: dict[str, list[tuple[int, int]]] = {}
    for reference in ranges:
        columns, rows = cells_of_range(reference)
        if not rows or rows[-1] <= header:
            continue
        for place in range(columns[0], min(columns[-1] + 1, len(names))):
            first = max(rows[0] + (place == columns[0]), header + 1)
            if first <= rows[-1]:
                merged.setdefault(composed(names[place]), []).append((first, rows[-1]))
    return merged


def _header_row(rows: list[SheetRow], header: int | None, file: str) -> int:
    """Return the index of the header row: the pinned one, else the first if it names all
    columns."""
    if header is not None:
        for place, (line, _unused) in enumerate(rows):
            if line == header:
                return place
        raise InputError(
            Fault(
                _("row {header} holds no header.", header=header),
                file=file,
                line=header,
                remedy=_("Pin header to the row that names the columns, counted from 1."),
                kind="header-place",
            )
        )
    widest = max(len(cells) for _unused, cells in rows[:100])
    if len(rows[0][1]) == 1 and widest > 1:
        full = [str(line) for line, cells in rows[:100] if len(cells) == widest][:3]
        raise InputError(
            Fault(
                _(
                    "the first row is not a header: it has one cell, others have {widest} cells.",
                    widest=widest,
                ),
                file=file,
                line=rows[0][0],
                value=next(iter(rows[0][1].values()))[:60],
                remedy=_(
                    "Pin header to the row that names the columns; the first full rows are {full}.",
                    full=", ".join(full),
                ),
                kind="header-place",
            )
        )
    return 0


def _cell_faults(rows: list[SheetRow], names: list[str], file: str, limits: Limits) -> list[Fault]:
    """Return faults of cells outside the header's columns, and of overlong ones."""
    faults = []
    width = len(names)
    for line, cells in rows:
        for place, cell in cells.items():
            if place >= width and cell.strip():
                faults.append(
                    Fault(
                        _(
                            "a cell is beyond the {width} columns of the header: {cell}.",
                            width=width,
                            cell=shown(cell),
                        ),
                        file=file,
                        line=line,
                        column=names[-1],
                        value=cell[:60],
                        remedy=_("Name its column, empty it, or pin header to the right row."),
                        kind="ragged-row",
                    )
                )
            elif len(cell) > limits.cell_length:
                faults.append(overlong(cell, file, line, names[place], limits))
        if len(faults) >= limits.faults:
            break
    return faults


class _BookReader(XmlReader):
    """The sheets of a workbook and the epoch of its dates."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[_Part] = []
        self.mac_dates = False

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next(value for key, value in attributes.items() if key.endswith(":id"))
            hidden = attributes.get("state", "visible") != "visible"
            self.parts.append(_Part(attributes["name"], relation, hidden))
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
    """How each style displays a number: "", "date" or "percent"."""

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
            return "date" if re.search("[ymdhs]", code) and "general" not in code else ""
        return "date" if form in _DATES else "percent" if form in _PERCENTS else ""
