"""A table as it is in its file: every cell is text, every row has its position."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.messages import _, join

Stored = Literal["text", "integer", "float"]
"""How a typed file stored a column before its cells became text."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """The result of `read_raw_table`.

    Attributes:
        file: the file, as the user named it.
        columns: the cells of each named column, unchanged text; "" is a blank cell. Accents of the
            names are composed (NFC).
        lines: the position of each row: the 1-based line of a text file or row of a workbook, or
            the 0-based record of a JSON or Parquet file.
        counted: "line" or "record": which of the two `lines` is.
        stored: how a typed file stored the columns that are not text.
        separator: between fields, or "" in a file without one.
        decimal: the pinned decimal mark, or None to detect it in each column.
        encoding: of the text, or "".
        notices: observations and decisions, as sentences.
        merged: by column, the first and last row of merged cells.
        repeated: names that several columns have, and where. They are not among `columns`.
        unread: the type of each column of a typed file that holds neither text nor numbers. They
            are not among `columns`.
        header: the line with the names of the columns, if there is one.
        whole: whether the table is the same whichever of its columns are wanted.
        names: by what messages name each record of a typed file, such as the codes of features.
    """

    file: str
    columns: Mapping[str, np.ndarray]
    lines: np.ndarray
    counted: Literal["line", "record"] = "line"
    stored: Mapping[str, Stored] = field(default_factory=dict)
    separator: str = ""
    decimal: str | None = None
    encoding: str = ""
    notices: tuple[str, ...] = ()
    merged: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    repeated: Mapping[str, Sequence[int]] = field(default_factory=dict)
    header: int | None = None
    whole: bool = False
    unread: Mapping[str, str] = field(default_factory=dict)
    names: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def serves(self, wanted: Iterable[str]) -> bool:
        """Return whether reading the file with these wanted columns would give the same table."""
        return self.whole and set(wanted) <= set(self.columns)

    def take(self, rows: np.ndarray) -> RawTable:
        """Return the table of some rows: a boolean array, or positions."""
        if rows.dtype == bool and rows.all():
            return self  # a table has as many columns as layers that take its rows
        columns = {name: cells[rows] for name, cells in self.columns.items()}
        names = None if self.names is None else self.names[rows]
        return replace(self, columns=columns, lines=self.lines[rows], names=names)

    def named_by(self, name: str) -> RawTable:
        """Return the table whose records messages name by the cells of a column, if it has one.
        Rows of a text or a workbook are named by their line."""
        if self.counted == "line" or name not in self.columns:
            return self
        return replace(self, names=self.columns[name])

    def feature(self, row: int) -> str | int:
        """Return by what messages name a record: its name, or its 0-based number."""
        name = "" if self.names is None else str(self.names[row]).strip()
        return name or int(self.lines[row])

    def place(self, row: int) -> str:
        """Return the position of a row, in words ("line 7")."""
        if self.counted == "line":
            return _("line {line}", line=self.lines[row])
        if self.names is not None:
            return _("feature {feature}", feature=self.feature(row))
        return _("record {record}", record=self.lines[row])

    def places(self, lines: Iterable[object]) -> str:
        """Return the positions of several rows in words ("lines 7, 9")."""
        if self.counted == "line":
            return _("lines {lines}", lines=first_of(lines))
        return _("records {records}", records=first_of(lines))

    def fault(
        self, message: str, *, row: int, column: str, remedy: str = "", kind: str = "value"
    ) -> Fault:
        """Return the fault of one cell, with its file, line, column and value."""
        return Fault(
            message,
            file=self.file,
            line=int(self.lines[row]) if self.counted == "line" else None,
            feature=self.feature(row) if self.counted == "record" else None,
            column=column,
            value=str(self.columns[column][row]),
            remedy=remedy,
            kind=kind,
        )

    def column_fault(self, message: str, *, column: str, remedy: str, kind: str) -> Fault:
        """Return the fault of a whole column."""
        return Fault(message, file=self.file, column=column, remedy=remedy, kind=kind)


def column(raw: RawTable, name: str) -> np.ndarray:
    """Return the cells of the column with exactly that name.

    Raises:
        InputError: no such column; the message names those of the file and suggests the nearest,
            ignoring case, accents, spaces and byte-order marks. A column of bytes, lists or shapes.
    """
    if name in raw.repeated:
        raise InputError(_repeated_fault(raw, name))
    if name in raw.columns:
        faults = [_merged_fault(raw, name, *rows) for rows in raw.merged.get(name, ())]
        if any(faults):
            raise InputError([fault for fault in faults if fault is not None])
        return raw.columns[name]
    if name in raw.unread:
        raise InputError(
            raw.column_fault(
                _("the column holds {type}: neither text nor numbers.", type=raw.unread[name]),
                column=name,
                remedy=_("Write it as text or numbers."),
                kind="column-type",
            )
        )
    raise InputError(missing_column(name, list(raw.columns), file=raw.file))


def _repeated_fault(raw: RawTable, name: str) -> Fault:
    places = raw.repeated[name]
    return Fault(
        _(
            "{count} columns are called {name} (columns {places}).",
            count=len(places),
            name=shown(name),
            places=", ".join(map(str, places[:10])),
        ),
        file=raw.file,
        line=raw.header,
        column=name,
        value=name,
        remedy=_("Give each column a different name."),
        kind="duplicate-column",
    )


def _merged_fault(raw: RawTable, name: str, first: int, last: int) -> Fault | None:
    """Return the fault of a cell over several rows: its value may hold for all of them or the
    first."""
    rows = np.flatnonzero((raw.lines >= first) & (raw.lines <= last))
    if not len(rows):
        return None
    return raw.fault(
        _("the cell is part of a larger one that begins elsewhere (merged cells)."),
        row=int(rows[0]),
        column=name,
        remedy=_("Split merged cells, and write each row its own value."),
        kind="merged-cells",
    )


def lacks_columns(path: Path | str, columns: str, *, remedy: str) -> InputError:
    """Return the error of a file without columns that its layout has.

    Args:
        columns: those that are absent, as a list in a sentence.
        remedy: what the user can do, as a sentence.
    """
    return InputError(
        Fault(
            _("has no column {columns}.", columns=columns),
            file=str(path),
            remedy=remedy,
            kind="header",
        )
    )


def missing_column(name: str, names_of_file: list[str], *, file: str) -> Fault:
    """Return the fault of a column that does not exist, with the nearest name and all names."""
    alike = [other for other in names_of_file if plain(other) == plain(name)]
    if not alike:
        near = difflib.get_close_matches(plain(name), map(plain, names_of_file), n=1, cutoff=0.6)
        alike = [other for other in names_of_file if plain(other) in near]
    suggestion = _("Did you mean {alike}?", alike=repr(alike[0])) if alike else ""
    names = first_of([shown(other) for other in names_of_file], count=20)
    unsplit = len(names_of_file) == 1 and any(mark in names_of_file[0] for mark in ";,\t|")
    hint = (
        _("The whole line is one column: pin the separator that the file has.") if unsplit else ""
    )
    if len(names_of_file) > 1 and 2 * sum(map(_is_number, names_of_file)) > len(names_of_file):
        hint = _("If the first line is not a header, write header = 0 and name columns by number.")
    return Fault(
        _("there is no column {name}.", name=shown(name)),
        file=file,
        value=name,
        remedy=join((suggestion, _("Columns: {names}.", names=names), hint), " "),
        kind="unknown-column",
    )


def _is_number(name: str) -> bool:
    return re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", name.strip()) is not None


def plain(name: str) -> str:
    """Return a name without case, accents, spaces and marks.

    >>> plain("\\ufeff Taux d'accès ")
    'tauxdacces'
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
