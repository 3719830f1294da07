"""Official tables through the reader of tables: archives, headers, codes and figures.

The layouts of publishers are known, so nothing is detected here: the connector declares separator
and header, and a file that differs is refused with what was found. `geo.tables` does all checks of
cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables import (
    MARKS,
    RawTable,
    TableUnit,
    find_header,
    parse_codes,
    parse_numbers,
    read_raw_table,
)
from zoneblanche.layers.layer import FileRows, Table

_MARKS = {**MARKS, "#n/a": Reason.NOT_PUBLISHED}
"""With the mark of spreadsheet programs, which Arcep's sites of 2018 have."""


@dataclass(frozen=True)
class Figures:
    """Columns of figures and, for each cell, why it is missing.

    Attributes:
        values: float64; NaN is missing. Index: line numbers of the file.
        reasons: int8 codes of `Reason`, same shape.
    """

    values: pd.DataFrame
    reasons: pd.DataFrame


def read_rows(
    path: Path, columns: Iterable[str], *, separator: str = ";", member: str = ""
) -> pd.DataFrame:
    """Return the rows of an official CSV, every cell as unchanged text.

    Args:
        path: the CSV, or a zip archive that contains it.
        columns: names that the header must have; others are read as well.
        member: regular expression for the name of the file inside an archive.

    Returns:
        Index: the 1-based line of each row. One text column for each column of the file.

    Raises: InputError: everything that `read_raw_table` refuses, or a header without one of the
        columns.
    """
    return rows_of(read_raw_table(path, separator=separator, member=member), columns)


def read_sheet(path: Path, columns: Iterable[str]) -> tuple[pd.DataFrame, str]:
    """Return the table of a workbook whose header has these names, and the text above it.

    Returns:
        Every cell as text, index the 1-based row of the sheet; and the lines above, joined.

    Raises:
        InputError: not a workbook, or no sheet with such a header.
    """
    wanted = set(columns)
    header = find_header(path, wanted)
    if header is not None:
        raw = read_raw_table(path, sheet=header.sheet, header=header.line)
        return rows_of(raw, wanted), header.above
    raise InputError(
        Fault(
            _("no sheet has the columns {wanted}.", wanted=first_of(sorted(wanted))),
            file=str(path),
            kind="header",
        )
    )


def rows_of(raw: RawTable, columns: Iterable[str]) -> pd.DataFrame:
    """Return a raw table as a frame of text, index the line of each row.

    Raises:
        InputError: a column is absent; the message lists those of the header.
    """
    check_header(raw.columns, columns, Path(raw.file))
    return pd.DataFrame(dict(raw.columns), index=pd.Index(raw.lines, name="line"), dtype="str")


def check_header(header: Iterable[str], columns: Iterable[str], path: Path) -> None:
    """Refuse a table without the columns of its layout.

    Raises:
        InputError: which are absent, and what the header has instead.
    """
    present = [str(name) for name in header]
    absent = [name for name in columns if name not in present]
    if absent:
        raise InputError(
            Fault(
                _(
                    "has no column {map}; its header says {found}.",
                    map=", ".join(map(repr, absent)),
                    found=shown(", ".join(present), limit=200),
                ),
                file=str(path),
                remedy=_("Is it the file of this publisher? See docs/sources.md for its layout."),
                kind="header",
            )
        )


def read_codes(
    rows: pd.DataFrame, column: str, path: Path, *, pattern: str, unique: bool = True
) -> pd.Series:
    """Return the codes of a column, as text, on the index of the rows.

    Args:
        pattern: regular expression that matches a whole code.
        unique: whether a code must be unique.

    Raises:
        InputError: codes of another form (a lost leading zero), or duplicates.
    """
    judged = rows if unique else rows.drop_duplicates(column)
    codes = parse_codes(_raw(judged, (column,), path), column, pattern=pattern)
    if codes.account.listed:
        raise InputError(
            [
                Fault(
                    _(
                        "{row} is not a code of the form expected here ({row_2}).",
                        row=shown(row.code),
                        row_2=row.row,
                    ),
                    file=str(path),
                    column=column,
                    value=row.code,
                    kind="code",
                )
                for row in codes.account.listed
            ]
        )
    return rows[column].str.strip()


def read_figures(
    rows: pd.DataFrame,
    columns: Mapping[str, str],
    path: Path,
    *,
    unit: TableUnit = "count",
    bounds: tuple[float | None, float | None] = (None, None),
    decimal: str | None = None,
) -> Figures:
    """Return columns of figures, read strictly: see `geo.tables.parse_numbers`.

    Args:
        columns: name in the file → name in the result.
        unit, bounds: of all of them.
        decimal: the publisher's mark, where three decimals could pass for thousands.

    Raises:
        InputError: cells that are neither figure nor mark, or out of range, with line and column.
    """
    raw = _raw(rows, columns, path)
    values, reasons = {}, {}
    faults: list[Fault] = []
    for column, name in columns.items():
        try:
            figures = parse_numbers(
                raw, column, unit=unit, bounds=bounds, marks=_MARKS, decimal=decimal
            )
        except InputError as error:
            faults += error.faults
            continue
        values[name], reasons[name] = figures.values, figures.reasons
    if faults:
        raise InputError(faults)
    return Figures(
        values=pd.DataFrame(values, index=rows.index, dtype="float64"),
        reasons=pd.DataFrame(reasons, index=rows.index, dtype="int8"),
    )


def one_value(rows: pd.DataFrame, column: str, path: Path) -> str:
    """Return the single value of a whole column (a date), or "" for a table without rows.

    Raises:
        InputError: it has several.
    """
    values = rows[column].unique()
    if len(values) > 1:
        raise InputError(
            Fault(
                _(
                    "holds several values of {column} ({found}); one was expected.",
                    column=repr(column),
                    found=first_of(values),
                ),
                file=str(path),
                column=column,
                remedy=_("Keep the rows of one release."),
                kind="several-releases",
            )
        )
    return str(values[0]) if len(values) else ""


def dated_table(
    frame: pd.DataFrame, source: Source, period: str, *, rows: FileRows, level: str = "commune"
) -> Table:
    """Return a table of figures of a date, whose codes are those of its year.

    Args:
        frame: index: codes of `level`.
        source: cited with the date.
        period: ISO date, or "".
        rows: those of the file.
    """
    return Table(
        frame=frame,
        level=level,
        source=replace(source, published=period),
        vintage=period[:4],
        period=period,
        rows=rows,
    )


def date_in_name(path: Path) -> str:
    """Return the date in the name of a file: a day, the end of a quarter, a month; "" if there is
    none.

    >>> date_in_name(Path("2026T2-commune.zip")), date_in_name(Path("operators_2019_06_l93.tif"))
    ('2026-06-30', '2019-06')
    """
    day = re.search(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)", path.name)
    if day:
        return "-".join(day.groups())
    quarter = re.search(r"(20\d\d)[_-]?[tT]([1-4])(?!\d)", path.name)
    if quarter:
        ends = {"1": "-03-31", "2": "-06-30", "3": "-09-30", "4": "-12-31"}
        return quarter[1] + ends[quarter[2]]
    month = re.search(r"(?<!\d)(20\d\d)[_-](0[1-9]|1[0-2])(?!\d)", path.name)
    return f"{month[1]}-{month[2]}" if month else ""


def sum_parts(frame: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Return sums of extensive columns by code; a sum with a missing part is missing.

    Args:
        frame: float64 columns.
        codes: the code that each row counts for, same index.
    """
    grouped = frame.groupby(codes.rename("code"))
    whole = grouped.count().eq(grouped.size(), axis=0)
    return grouped.sum().where(whole)


def first_reason(reasons: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Return for each code the reason of a missing part, or PRESENT; int8."""
    return reasons.groupby(codes.rename("code")).max().astype("int8")


def _raw(rows: pd.DataFrame, columns: Iterable[str], path: Path) -> RawTable:
    # A missing text, such as one of an attribute table, is an empty cell.
    cells = {name: rows[name].astype("object").fillna("").to_numpy() for name in columns}
    return RawTable(file=str(path), columns=cells, lines=np.asarray(rows.index))
