"""A delimited text file as a raw table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import read_bytes
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Translatable, _, ngettext, quantity, remark
from zoneblanche.geo.tables.formats.text_files.header import build, check_names
from zoneblanche.geo.tables.formats.text_files.notes import without_notes
from zoneblanche.geo.tables.formats.text_files.plain_lines import cut_plain_lines
from zoneblanche.geo.tables.formats.text_files.text import (
    SEPARATOR_NAMES,
    Cut,
    Cutter,
    Decoded,
    Record,
    Stray,
    decode,
    find_separator,
    text_notices,
    title_lines,
)
from zoneblanche.geo.tables.raw import RawTable

_SEPARATOR_LINE = re.compile(r'"?sep=([;,|\t])"?')
"""A line that some spreadsheet programs write before the header."""

_DECIMALS = re.compile(r"\s*-?[0-9]+[.,]([0-9]+)\s*")
_DIGITS = re.compile(r"\s*-?[0-9]+\s*")


def read_delimited(
    path: Path,
    *,
    separator: str | None,
    decimal: str | None,
    encoding: str | None,
    header: int | None,
    limits: Limits,
    wanted: Collection[str] = (),
) -> RawTable:
    """Read a CSV or TSV file, every cell unchanged.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    data = read_bytes(path, most_bytes=limits.table_bytes)
    return cut_delimited(
        decode(data, file=str(path), encoding=encoding),
        file=str(path),
        separator=separator,
        decimal=decimal,
        header=header,
        limits=limits,
        wanted=wanted,
    )


def cut_delimited(
    decoded: Decoded,
    *,
    file: str,
    separator: str | None,
    decimal: str | None,
    header: int | None,
    limits: Limits,
    wanted: Collection[str] = (),
) -> RawTable:
    """Cut the text of a CSV or TSV file into cells.

    Titles above the table and notes below it are left out, with a notice: see `_title_lines` and
    `geo.tables.formats.text_files.notes`.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    lines = decoded.text.split("\n")
    notices = text_notices(decoded, file)
    first = _first_line(lines, header or None, file)
    separator_line = _SEPARATOR_LINE.fullmatch(lines[first]) if header is None else None
    if separator_line:
        notices.append(
            remark(
                _(
                    "{file}: its first line names the separator, {told}.",
                    file=file,
                    told=shown(separator_line[1]),
                )
            )
        )
        separator = separator or separator_line[1]
        first = next((at for at in range(first + 1, len(lines)) if lines[at].strip()), first)
    titles = 0
    if header is None:
        titles = title_lines(lines, first, separator, wanted)
        if titles:
            notices.append(_titles_notice(file, first, titles, lines))
            first += titles
    evident = separator is None
    if separator is None:
        separator = find_separator(lines, first, file=file, wanted=wanted)
    if evident and separator:
        notices.append(
            remark(
                _(
                    "{file}: the separator is {separator_names}, by evidence.",
                    file=file,
                    separator_names=SEPARATOR_NAMES[separator],
                )
            )
        )
    rows = None
    if header != 0:
        rows = _plain_rows(lines, first, separator, file=file, limits=limits)
    if rows is None:
        rows = _rows(lines, first, separator, header=header, file=file, limits=limits)
    return build(
        file,
        rows.names,
        rows.columns,
        rows.lines,
        separator=separator,
        decimal=decimal,
        encoding=decoded.encoding,
        notices=notices + rows.notices,
        header=rows.header or None,
        whole=not titles,  # wanted columns only help to find a header below titles
    )


class _Rows(NamedTuple):
    """The columns of a table, the lines of its rows and of its header, and what was left out."""

    names: list[str]
    columns: list[np.ndarray]
    lines: np.ndarray
    header: int
    notices: list[str]


def _plain_rows(
    lines: list[str], first: int, separator: str, *, file: str, limits: Limits
) -> _Rows | None:
    """Return the rows of a table of plain lines that ends with a line break, and has no faults."""
    table = lines[first:-1]
    if lines[-1] or len(table) < 2:
        return None
    columns = cut_plain_lines(table, separator, longest=limits.cell_length)
    if columns is None:
        return None
    names = columns[:, 0].tolist()
    if check_names(names, file=file, line=first + 1):
        return None
    check_size(len(table) - 1, len(names), file, limits)
    numbers = np.arange(first + 2, first + 1 + len(table))
    return _Rows(names, list(columns[:, 1:]), numbers, first + 1, [])


def _rows(
    lines: list[str],
    first: int,
    separator: str,
    *,
    header: int | None,
    file: str,
    limits: Limits,
) -> _Rows:
    """Return the rows of a table, line by line.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    cut = Cutter(separator or "\t").cut(lines, first)
    if header == 0:
        cut = _numbered(cut)
    cut, below = without_notes(cut, lines)
    check_size(len(cut.records) - 1, len(cut.records[0].cells) if cut.records else 1, file, limits)
    names = _checked(cut, separator, file, limits)
    records = [record for record in cut.records[1:] if any(map(str.strip, record.cells))]
    if not records:
        raise InputError(no_rows(file))
    if not cut.ends:
        _check_last_figure(records, names, file)
    cells = zip(*(record.cells for record in records), strict=True)
    return _Rows(
        names,
        [np.array(column, dtype=object) for column in cells],
        np.array([record.line for record in records]),
        cut.records[0].line,
        _left_out(file, cut.blank + len(cut.records) - 1 - len(records), below),
    )


def _numbered(cut: Cut) -> Cut:
    """Return the records of a file without a header below one of numbers: "1", "2", …"""
    width = len(cut.records[0].cells) if cut.records else 1
    header = Record(0, [str(place + 1) for place in range(width)])
    return replace(cut, records=[header, *cut.records])


def _titles_notice(file: str, first: int, titles: int, lines: list[str]) -> Translatable:
    return remark(
        _(
            "{file}: the header is on line {header}; the lines above it are left out ({first}, …).",
            file=file,
            header=first + titles + 1,
            first=shown(lines[first].strip()),
        )
    )


def _left_out(file: str, blank: int, below: list[Record]) -> list[str]:
    """Return the notices about blank lines and about notes below the table."""
    notices: list[str] = []
    if blank:
        notices.append(
            remark(
                _(
                    "{file}: {blank} blank lines among the rows are left out.",
                    file=file,
                    blank=blank,
                )
            )
        )
    if below:
        notices.append(
            remark(
                ngettext(
                    "{file}: {count} line below the table is left out, from line {line} ({first}).",
                    "{file}: {count} lines below the table are left out, from line {line} "
                    "({first}).",
                    len(below),
                    file=file,
                    line=below[0].line,
                    first=shown(" ".join(below[0].cells).strip()),
                )
            )
        )
    return notices


def no_rows(file: str) -> Fault:
    """Return the fault of a table that has a header and no rows."""
    return Fault(
        _("the table has a header and no rows."),
        file=file,
        remedy=_("Export or fetch it again."),
        kind="no-rows",
    )


def check_size(rows: int, columns: int, file: str, limits: Limits) -> None:
    """Refuse a table with too many rows, columns or cells.

    Raises:
        InputError: which limit, and what was found.
    """
    for count, limit, what in (
        (rows, limits.rows, _("rows")),
        (columns, limits.columns, _("columns")),
        (rows * columns, limits.cells, _("cells")),
    ):
        if count > limit:
            raise InputError(
                Fault(
                    _(
                        "the table has {found} {what}, more than the limit of {limit}.",
                        found=quantity(count),
                        what=what,
                        limit=quantity(limit),
                    ),
                    file=file,
                    remedy=_("Keep only the rows and columns needed, or raise the limit."),
                    kind="too-large",
                )
            )


def _first_line(lines: list[str], header: int | None, file: str) -> int:
    """Return the index of the header line: the pinned one, else the first that is not blank."""
    if header is None:
        return next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not 1 <= header <= len(lines) or not lines[header - 1].strip():
        raise InputError(
            Fault(
                _(
                    "line {header} holds no header; the file has {count} lines.",
                    header=header,
                    count=len(lines),
                ),
                file=file,
                line=header,
                remedy=_("Pin header to the line that names the columns, counted from 1."),
                kind="header-place",
            )
        )
    return header - 1


def _checked(cut: Cut, separator: str, file: str, limits: Limits) -> list[str]:
    """Return the names of the columns after checking all records.

    Raises:
        InputError: stray quotes, rows of another length than the header, overlong cells, and what
            `check_names` refuses, all together up to the limit of faults.
    """
    header = cut.records[0] if cut.records else None
    if header is None or (cut.strays and cut.strays[0].line < header.line):
        raise InputError([_stray_fault(stray, [], file) for stray in cut.strays[: limits.faults]])
    names = header.cells
    faults = check_names(names, file=file, line=header.line)
    faults += [_stray_fault(stray, names, file) for stray in cut.strays[: limits.faults]]
    width = len(names)
    for record in cut.records[1:]:
        if len(record.cells) != width:
            last = not cut.ends and record is cut.records[-1]
            faults.append(_ragged_fault(record, names, separator, file, truncated=last))
            if len(faults) >= limits.faults:
                break
    if cut.longest > limits.cell_length:
        faults += _overlong(cut.records, names, file, limits)
    if faults:
        raise InputError(sorted(faults, key=lambda fault: fault.line or 0))
    return names


def _check_last_figure(records: list[Record], names: list[str], file: str) -> None:
    """Refuse a file without a final line break whose last figure is shorter than all others: the
    end of the file, and of the figure, may be cut off.

    Raises:
        InputError: every other row has the same number of decimals, and the last has fewer.
    """
    *others, last = (record.cells[-1] for record in records)
    decimals = {len(match[1]) if (match := _DECIMALS.fullmatch(cell)) else 0 for cell in others}
    match = _DECIMALS.fullmatch(last)
    if len(others) < 3 or len(decimals) != 1 or not (match or _DIGITS.fullmatch(last)):
        return
    usual, digits = decimals.pop(), len(match[1]) if match else 0
    if digits < usual:
        raise InputError(
            Fault(
                _(
                    "the file ends within a line, and {last} has {here} decimals where all "
                    "other rows have {usual}.",
                    last=shown(last),
                    here=digits,
                    usual=usual,
                ),
                file=file,
                line=records[-1].line,
                column=names[-1],
                value=last[:60],
                remedy=_(
                    "If it is cut off, export or fetch the file again; if not, end the "
                    "last line with a line break."
                ),
                kind="truncated-row",
            )
        )


def _stray_fault(stray: Stray, names: list[str], file: str) -> Fault:
    return Fault(
        _("{found}: {value}.", found=stray.error, value=shown(stray.value)),
        file=file,
        line=stray.line,
        column=names[stray.cell] if stray.cell < len(names) else str(stray.cell + 1),
        value=stray.value,
        remedy=_("Put quotes around the whole cell and double those within, or take them away."),
        kind="stray-quote",
    )


def _ragged_fault(
    record: Record, names: list[str], separator: str, file: str, *, truncated: bool
) -> Fault:
    count, width = len(record.cells), len(names)
    line = (separator or "\t").join(record.cells)
    remedy = _("Give every row as many cells as the header has.")
    if truncated and count < width:
        remedy = _("The last line seems cut off: export or fetch the file again.")
    elif separator == "," and count > width and _digits_side_by_side(record.cells):
        remedy = _("Is that a decimal comma? Quote such cells, or separate cells by ';'.")
    elif width == 1:
        remedy = _("The header is one cell: pin the separator, or header to the right line.")
    return Fault(
        ngettext(
            "the row has {count} cell, the header {width}: {line}.",
            "the row has {count} cells, the header {width}: {line}.",
            count,
            width=width,
            line=shown(line),
        ),
        file=file,
        line=record.line,
        column=names[count] if count < width else names[-1],
        value=line[:200],
        remedy=remedy,
        kind="truncated-row" if truncated and count < width else "ragged-row",
    )


def _digits_side_by_side(cells: list[str]) -> bool:
    return any(
        _DIGITS.fullmatch(left) and _DIGITS.fullmatch(right)
        for left, right in itertools.pairwise(cells[1:])
    )


def _overlong(records: list[Record], names: list[str], file: str, limits: Limits) -> list[Fault]:
    faults = []
    for record in records:
        for place, cell in enumerate(record.cells):
            if len(cell) > limits.cell_length:
                name = names[place] if place < len(names) else str(place + 1)
                faults.append(overlong(cell, file, record.line, name, limits))
        if len(faults) >= limits.faults:
            break
    return faults


def overlong(cell: str, file: str, line: int, name: str, limits: Limits) -> Fault:
    """Return the fault of a cell with more characters than the limit."""
    return Fault(
        _(
            "the cell has {count} characters, more than the limit of {cell_length}.",
            count=quantity(len(cell)),
            cell_length=quantity(limits.cell_length),
        ),
        file=file,
        line=line,
        column=name[:60],
        value=cell[:60],
        remedy=_("Shorten it, leave the column out, or raise the limit."),
        kind="overlong-cell",
    )
