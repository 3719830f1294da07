"""Reading official tables: columns by name, codes as text, marks as reasons, faults with a place.

Publishers' layouts are known, so nothing is guessed here: separator and header are what the
connector declares, and a file that differs is refused with what was found.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import Fault, InputError, first_of, shown
from layers.indicator import Reason

GREATEST_TABLE = 2_000_000_000
"""Bytes of a table beyond which it is refused, unpacked: no official one comes near."""

MARKS: Mapping[str, Reason] = {
    "": Reason.NOT_PUBLISHED,
    "NA": Reason.NOT_PUBLISHED,
    "#N/A": Reason.NOT_PUBLISHED,
    "ns": Reason.NOT_PUBLISHED,
    "nd": Reason.NOT_COLLECTED,
    "N/D": Reason.NOT_COLLECTED,
    "s": Reason.SECRET,
    "so": Reason.NOT_APPLICABLE,
}
"""What stands for a figure in official tables: not significant, not available, secret, not
applicable (INSEE, "signes conventionnels")."""

_NUMBER = r"-?\d+(?:[.,]\d+)?"
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")


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
    """The rows of an official CSV, every cell as it stands, as text.

    Args:
        path: the CSV, or a zip archive that holds it.
        columns: names that the header must have; others are read as well.
        member: regular expression on the name of the file inside an archive.

    Returns:
        Index: the 1-based line of each row. One text column for each column of the file.

    Raises:
        InputError: not text, a header without one of the columns, a row of another length.
    """
    text = _decoded(_content(path, member), path)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(Fault(f"is not the CSV it should be: {error}.", file=str(path))) from error
    if not lines:
        raise InputError(Fault("is empty.", file=str(path), kind="empty"))
    header = [name.strip() for name in lines[0]]
    check_header(header, columns, path)
    rows = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if cells]
    ragged = [number for number, cells in rows if len(cells) != len(header)]
    if ragged:
        raise InputError(
            Fault(
                f"{len(ragged)} rows do not have the {len(header)} cells of the header "
                f"(first: line {first_of(ragged)}).",
                file=str(path),
                remedy="The file is truncated or was changed by hand: fetch it again.",
                kind="ragged",
            )
        )
    return pd.DataFrame(
        [cells for _, cells in rows],
        columns=header,
        index=pd.Index([number for number, _ in rows], name="line"),
        dtype="str",
    )


def check_header(header: Iterable[str], columns: Iterable[str], path: Path) -> None:
    """Refuse a table that does not have the columns that its layout has.

    Raises:
        InputError: which are absent, and what the header says instead.
    """
    found = [str(name) for name in header]
    absent = [name for name in columns if name not in found]
    if absent:
        raise InputError(
            Fault(
                f"has no column {', '.join(map(repr, absent))}; its header says "
                f"{shown(', '.join(found), limit=200)}.",
                file=str(path),
                remedy="Is it the file of this publisher? See docs/sources.md for its layout.",
                kind="header",
            )
        )


def read_codes(
    rows: pd.DataFrame, column: str, path: Path, *, pattern: str, unique: bool = True
) -> pd.Series:
    """The codes of a column, as text.

    Args:
        pattern: regular expression that a whole code matches.
        unique: whether a code may stand once only.

    Raises:
        InputError: codes of another form (a lost leading zero), or duplicates.
    """
    codes = rows[column].str.strip()
    wrong = ~codes.str.fullmatch(pattern)
    faults = [
        Fault(
            f"{shown(value)} is no code of the form expected here.",
            file=str(path),
            line=_line(line),
            column=column,
            value=value,
            remedy="Codes are text of fixed length, with their leading zeros.",
            kind="code",
        )
        for line, value in codes[wrong].items()
    ]
    if not faults and unique and codes.duplicated().any():
        faults = [_duplicates(codes, column, path)]
    if faults:
        raise InputError(faults)
    return codes


def read_figures(
    rows: pd.DataFrame,
    columns: Mapping[str, str],
    path: Path,
    *,
    low: float | None = 0.0,
    high: float | None = None,
) -> Figures:
    """Columns of figures: decimal point or comma, spaces between thousands, marks as reasons.

    Args:
        columns: name in the file → name in the result.
        low, high: least and greatest value that can be; None where open.

    Raises:
        InputError: cells that are neither figure nor mark, or out of range, with line and column.
    """
    values, reasons, faults = {}, {}, []
    for column, name in columns.items():
        cells = rows[column].str.strip()
        told = cells.map(MARKS)
        text = cells.where(told.isna(), "").str.replace(_THOUSANDS, "", regex=True)
        readable = text.str.fullmatch(_NUMBER)
        number = pd.to_numeric(text.str.replace(",", ".", regex=False).where(readable))
        faults += _cell_faults(cells[told.isna() & ~readable], column, path, "is no figure")
        outside = pd.Series(False, index=rows.index)
        outside |= False if low is None else number < low
        outside |= False if high is None else number > high
        faults += _cell_faults(cells[outside], column, path, f"is outside {low} to {high}")
        values[name] = number.astype("float64")
        reasons[name] = told.fillna(int(Reason.PRESENT)).astype("int8")
    if faults:
        raise InputError(faults)
    return Figures(
        values=pd.DataFrame(values, index=rows.index),
        reasons=pd.DataFrame(reasons, index=rows.index),
    )


def one_value(rows: pd.DataFrame, column: str, path: Path) -> str:
    """The one value that a whole column repeats (a date), or "" in a table without rows.

    Raises:
        InputError: it has several.
    """
    found = rows[column].unique()
    if len(found) > 1:
        raise InputError(
            Fault(
                f"holds several values of {column!r} ({first_of(found)}); one was expected.",
                file=str(path),
                column=column,
                remedy="Keep the rows of one release.",
                kind="several-releases",
            )
        )
    return str(found[0]) if len(found) else ""


def sum_parts(frame: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Sums of extensive columns by code; a sum with a missing part is missing.

    Args:
        frame: float64 columns.
        codes: the code that each row counts for, same index.
    """
    grouped = frame.groupby(codes.rename("code"))
    whole = grouped.count().eq(grouped.size(), axis=0)
    return grouped.sum().where(whole)


def first_reason(reasons: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """For each code, the reason of its first missing part, or PRESENT; int8."""
    return reasons.groupby(codes.rename("code")).max().astype("int8")


def _content(path: Path, member: str) -> bytes:
    if not member or not zipfile.is_zipfile(path):
        if path.stat().st_size > GREATEST_TABLE:
            raise _too_big(path, path.stat().st_size)
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = [info for info in archive.infolist() if re.search(member, info.filename)]
        if len(names) != 1:
            held = first_of(archive.namelist())
            raise InputError(
                Fault(
                    f"holds {len(names)} files named like {member!r}; one was expected "
                    f"(it holds {held}).",
                    file=str(path),
                    kind="archive",
                )
            )
        return read_member(archive, names[0], path)


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    """One file of an archive, unpacked in memory and bounded.

    Raises:
        InputError: it says, or turns out, to be larger than any official table.
    """
    if info.file_size > GREATEST_TABLE:
        raise _too_big(path, info.file_size)
    try:
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise InputError(Fault(f"cannot be unpacked: {error}.", file=str(path))) from error
    if len(content) > info.file_size:
        raise _too_big(path, len(content))
    return content


def _decoded(content: bytes, path: Path) -> str:
    """UTF-8, else the Windows code page that some releases are written in."""
    if b"\0" in content[:4096]:
        raise InputError(Fault("is no text.", file=str(path), kind="not-text"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _too_big(path: Path, size: int) -> InputError:
    return InputError(
        Fault(
            f"holds {size:,} bytes; no official table has more than {GREATEST_TABLE:,}.",
            file=str(path),
            kind="too-big",
        )
    )


def _duplicates(codes: pd.Series, column: str, path: Path) -> Fault:
    doubled = codes[codes.duplicated()]
    lines = codes.index[codes == doubled.iloc[0]]
    return Fault(
        f"{doubled.nunique()} codes stand more than once (first: {first_of(doubled.unique())}, "
        f"on lines {first_of(lines)}).",
        file=str(path),
        line=_line(lines[-1]),
        column=column,
        value=str(doubled.iloc[0]),
        remedy="Keep one row a code.",
        kind="duplicate-code",
    )


def _cell_faults(cells: pd.Series, column: str, path: Path, what: str) -> list[Fault]:
    return [
        Fault(
            f"{shown(value)} {what}.",
            file=str(path),
            line=_line(line),
            column=column,
            value=str(value),
            kind="value",
        )
        for line, value in cells.items()
    ]


def _line(label: object) -> int | None:
    return int(label) if isinstance(label, int | np.integer) else None
