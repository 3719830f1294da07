"""An OpenDocument spreadsheet (.ods) as a raw table.

Layout: OASIS OpenDocument 1.3, part 3. Like an XLSX workbook it is read here as a stream. Every
size is limited before it is unpacked, and no document type is accepted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables.formats.sheets.sheet import SheetRow, XmlReader, sheet_too_large
from zoneblanche.geo.tables.formats.sheets.sheet_table import (
    SheetPart,
    as_table,
    chosen_sheet,
    holds_columns,
)
from zoneblanche.geo.tables.formats.sheets.workbook import DAMAGED, check_archive, damaged_workbook
from zoneblanche.geo.tables.raw import RawTable

_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_COLUMNS = 16_384


def is_spreadsheet(path: Path) -> bool:
    """Return whether a ZIP archive is an OpenDocument spreadsheet."""
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if "mimetype" not in names or "content.xml" not in names:
                return False
            with archive.open("mimetype") as part:
                return part.read(len(_TYPE)) == _TYPE
    except DAMAGED:
        return False


def read_spreadsheet(
    path: Path,
    *,
    sheet: str | None,
    header: int | None,
    limits: Limits,
    wanted: Collection[str] = (),
) -> RawTable:
    """Read a sheet of an OpenDocument spreadsheet, its cells as text.

    Numbers keep their digits, dates are ISO dates, percentages become "12.5 %".

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    reader = _ContentReader(file, limits)
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            check_archive(archive, file, limits)
            with archive.open("content.xml") as content_stream:
                reader.read(content_stream)
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(damaged_workbook(file, error)) from error
    if not reader.sheets:
        raise InputError(
            Fault(
                _("the .ods workbook has no sheet."),
                file=file,
                remedy=_("Save it as XLSX or CSV."),
                kind="empty-file",
            )
        )
    parts = [SheetPart(name, name, hidden=False) for name in reader.sheets]
    part, notices = chosen_sheet(
        parts, sheet, file, lambda part: holds_columns(reader.sheets[part.name].rows, wanted)
    )
    content = reader.sheets[part.name]
    return as_table(content, notices, header, file, limits, wanted)


class OpenSheet:
    """The cells of one sheet, with the attributes of `sheet.SheetReader`."""

    def __init__(self) -> None:
        self.rows: list[SheetRow] = []
        self.percents = 0
        self.whole: dict[int, int] = {}
        self.fractions: set[int] = set()
        self.merged: list[str] = []


class _ContentReader(XmlReader):
    """The sheets of `content.xml`, by name."""

    def __init__(self, file: str, limits: Limits) -> None:
        super().__init__()
        self.sheets: dict[str, OpenSheet] = {}
        self._file, self._limits = file, limits
        self._sheet: OpenSheet | None = None
        self._row = self._column = self._repeat = self._across = self._count = 0
        self._cells: dict[int, str] = {}
        self._attributes: dict[str, str] = {}
        self._texts: list[str] = []
        self._note = 0

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._begin(tag, attributes)  # names keep their prefixes, of which there are several

    def _end(self, tag: str) -> None:
        self._finish(tag)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if tag == "table:table":
            self._sheet, self._row = OpenSheet(), 0
            self.sheets.setdefault(attributes.get("table:name", ""), self._sheet)
        elif tag == "table:table-row":
            self._repeat = int(attributes.get("table:number-rows-repeated", 1))
            self._cells, self._column = {}, 0
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._attributes, self._texts = attributes, []
            self._across = int(attributes.get("table:number-columns-repeated", 1))
            self._say_merged(attributes)
        elif tag == "office:annotation":
            self._note += 1
        elif tag == "text:p" and not self._note:
            self.collect()
        elif local in ("s", "tab", "line-break") and self._collected is not None:
            self._collected.append(" ")

    def _finish(self, tag: str) -> None:
        if tag == "office:annotation":
            self._note -= 1
        elif tag == "text:p" and not self._note:
            self._texts.append(self.collected())
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._add_cell()
        elif tag == "table:table-row" and self._sheet is not None:
            self._add_row(self._sheet)
        elif tag == "table:table":
            self._sheet = None

    def _say_merged(self, attributes: dict[str, str]) -> None:
        down = int(attributes.get("table:number-rows-spanned", 1))
        along = int(attributes.get("table:number-columns-spanned", 1))
        if down > 1 and self._sheet is not None and self._column + along <= _MOST_COLUMNS:
            first, last = _letters(self._column), _letters(self._column + along - 1)
            row = self._row + 1
            self._sheet.merged.append(f"{first}{row}:{last}{row + down - 1}")

    def _add_cell(self) -> None:
        text = self._text_of_cell()
        if text:
            if self._column + self._across > _MOST_COLUMNS:
                raise ValueError("a cell beyond the last column")
            for place in range(self._column, self._column + self._across):
                self._cells[place] = text
        self._column += self._across

    def _text_of_cell(self) -> str:
        kind = self._attributes.get("office:value-type", "")
        value = self._attributes.get("office:value", "")
        if kind == "date":
            return self._attributes.get("office:date-value", "").removesuffix("T00:00:00")
        if kind == "boolean":
            return self._attributes.get("office:boolean-value", "")
        if kind not in ("float", "percentage", "currency") or not value or self._sheet is None:
            return "\n".join(self._texts)
        number = float(value)
        if kind == "percentage":
            self._sheet.percents += 1
            return f"{number * 100:.15g} %"
        if number.is_integer() and abs(number) < 1e15:
            whole = self._sheet.whole
            whole[self._column] = whole.get(self._column, 0) + 1
            displayed = "".join(self._texts)
            zeros = displayed.isdecimal() and displayed.isascii() and int(displayed) == number
            return displayed if zeros else str(int(number))
        self._sheet.fractions.add(self._column)
        return repr(number)

    def _add_row(self, sheet: OpenSheet) -> None:
        # The last row is often repeated to the end of the sheet, and blank.
        repeat = self._repeat if self._cells else 0
        self._count += repeat * len(self._cells)
        for count, limit, what in (
            (self._count, self._limits.cells, _("cells")),
            (len(sheet.rows) + repeat, self._limits.rows + 100, _("rows")),
        ):
            if count > limit:
                raise sheet_too_large(what, limit, self._file)
        for offset in range(repeat):
            sheet.rows.append((self._row + offset + 1, self._cells))
        self._row += self._repeat


def _letters(column: int) -> str:
    """Return the letters of a 0-based column.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
