"""The entry point for tables: what the file is, and which module reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.archive import (
    member_names,
    only_member,
    unpacked_gzip,
    unpacked_member,
    unpacked_vector,
)
from zoneblanche.geo.files.kinds import DESCRIBED, check_file, kind_of, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import Notices, _, remark, without
from zoneblanche.geo.tables.formats.dbase import read_dbase
from zoneblanche.geo.tables.formats.json_records import read_records
from zoneblanche.geo.tables.formats.sheets.opendocument import is_spreadsheet, read_spreadsheet
from zoneblanche.geo.tables.formats.sheets.workbook import is_workbook, read_workbook
from zoneblanche.geo.tables.formats.text_files.delimited import read_delimited
from zoneblanche.geo.tables.formats.text_files.header import squeezed
from zoneblanche.geo.tables.raw import RawTable

ACCEPTED = _("tables in CSV, TSV, XLSX, ODS, Parquet, JSON and dBASE, and attributes of polygons")
_SUFFIXES = {
    "text": (".csv", ".tsv", ".txt", ".tab", ""),
    "xlsx": (".xlsx", ".xlsm"),
    "ods": (".ods", ".fods"),
    "parquet": (".parquet", ".pq"),
    "json": (".json", ".geojson", ".topojson"),
    "dbase": (".dbf",),
}
_CALLED = {
    "text": _("delimited text"),
    "xlsx": _("an XLSX workbook"),
    "ods": _("an OpenDocument spreadsheet"),
    "parquet": _("a Parquet file"),
    "dbase": DESCRIBED["dbase"],
}
_POLYGONS = re.compile(r"\.(shp|gpkg)$", re.IGNORECASE)
_DBASE = re.compile(r"\.dbf$", re.IGNORECASE)
_IN_ARCHIVES = re.compile(r"\.(csv|tsv|tab|txt|xlsx|xlsm|ods|parquet|json|geojson)$", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """How a table is written, where that is given and not detected.

    Attributes:
        separator, encoding: of a text file.
        decimal: mark of all its figures, "," or ".".
        sheet: of a workbook; else the first visible one with the wanted columns.
        header: 1-based line of a text file, or row of a sheet, with the names of the columns; 0 if
            there is none, and the columns are called "1", "2", ….
        layer: of a file of polygons with several layers.
        wanted: columns that are used: they show which line is the header, and which sheet is read.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: int | None = None
    layer: str | None = None
    wanted: tuple[str, ...] = ()


def read_raw_table(
    path: Path | str,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header: int | None = None,
    layer: str | None = None,
    wanted: Collection[str] = (),
    member: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> RawTable:
    """Read a table of any supported kind, every cell as text and every row with its position.

    The content of the file decides its kind. Separator and encoding are detected and stated in the
    notices. If they are ambiguous, the file is refused. A ZIP archive around one table, and a table
    compressed by gzip, are read as that table.

    Args:
        separator, decimal, encoding, sheet, header, layer, wanted: see `Form`.
        member: regular expression on the name of a file in a ZIP archive, if it has several.

    Raises:
        InputError: all faults of the file together, each with its line: a file of another kind,
            bytes that are not text, ragged or truncated rows, stray quotes, overlong cells, no
            rows, more than the limits.
        ProblemWithEnvironment: no permission to read the file.
    """
    path = Path(path)
    _check_pins(separator, decimal, str(path))
    form = Form(separator, decimal, encoding, sheet, header, layer, tuple(wanted))
    kind = kind_of(check_file(path, most_bytes=limits.table_bytes, what=_("table")))
    if kind in ("zip", "gzip") and not is_workbook(path) and not is_spreadsheet(path):
        return _in_archive(path, kind, form, member, limits)
    return _read(path, kind, form, limits)


def _in_archive(path: Path, kind: str, form: Form, member: str, limits: Limits) -> RawTable:
    """Return the one table of an archive; an archive in it is not opened."""
    what = _("tables")
    remarks = Notices()
    with ExitStack() as stack:
        if kind == "gzip":
            place = stack.enter_context(unpacked_gzip(path, limits=limits))
        elif not member and _holds_polygons_alone(path):
            place = stack.enter_context(
                unpacked_vector(path, limits=limits, layer=form.layer, notices=remarks)
            )
        else:
            names = _tables_in(path)
            pattern = member or only_member(
                path, names, what=what, stem=form.layer, notices=remarks
            )
            if len(list(filter(names.search, member_names(path)))) > 1:
                form = replace(form, layer=None)  # it names the table
            place = stack.enter_context(
                unpacked_member(path, pattern, limits=limits, what=what, stem=path.stem)
            )
        inside = kind_of(check_file(place, most_bytes=limits.archive_bytes, what=_("table")))
        if inside == "shapefile":
            form = replace(form, layer=None)
        table = _read(place, inside, form, limits)
        prefix = f"{place.parent}{os.sep}"
        notices = () if member else tuple(without(note, prefix) for note in table.notices)
    return replace(table, file=str(path), notices=(*remarks, *notices))


def _holds_polygons_alone(path: Path) -> bool:
    """Return whether an archive has a shapefile or GeoPackage and no table."""
    names = member_names(path)
    return not any(map(_IN_ARCHIVES.search, names)) and any(map(_POLYGONS.search, names))


def _tables_in(path: Path) -> re.Pattern[str]:
    """Return what the names of the tables of an archive are like: a .dbf is one if none is of
    another kind."""
    names = member_names(path)
    alone = not any(map(_IN_ARCHIVES.search, names)) and any(map(_DBASE.search, names))
    return _DBASE if alone else _IN_ARCHIVES


def _read(path: Path, kind: str, form: Form, limits: Limits) -> RawTable:
    if kind == "zip":
        kind = "xlsx" if is_workbook(path) else "ods" if is_spreadsheet(path) else "zip"
    if kind in ("xlsx", "ods"):
        read = read_workbook if kind == "xlsx" else read_spreadsheet
        table = read(path, sheet=form.sheet, header=form.header, limits=limits, wanted=form.wanted)
    elif kind == "parquet":
        # pyarrow takes a tenth of a second to import, which a project of CSV files does not need.
        from zoneblanche.geo.tables.formats.parquet import read_columnar

        table = read_columnar(path, limits=limits)
    elif kind == "json":
        table = read_records(path, limits=limits, layer=form.layer)
    elif kind == "dbase":
        table = read_dbase(path, encoding=form.encoding, limits=limits)
    elif kind in ("sqlite", "shapefile"):
        from zoneblanche.geo.tables.formats.attributes import read_attributes

        table = read_attributes(
            path,
            kind,
            layer=form.layer,
            wanted=form.wanted,
            encoding=form.encoding,
            limits=limits,
        )
    elif kind == "text":
        table = read_delimited(
            path,
            separator=form.separator,
            decimal=form.decimal,
            encoding=form.encoding,
            header=form.header,
            limits=limits,
            wanted=form.wanted,
        )
    else:
        raise InputError(refused_kind(path, kind, accepted=ACCEPTED))
    table = replace(_with_wanted_names(table, form.wanted), decimal=form.decimal)
    if kind in _CALLED and path.suffix.lower() not in _SUFFIXES[kind]:
        notice = _(
            "{path}: by its content this is {called}, whatever its name.",
            path=path,
            called=_CALLED[kind],
        )
        table = replace(table, notices=(*table.notices, remark(notice)))
    return table


def _with_wanted_names(table: RawTable, wanted: tuple[str, ...]) -> RawTable:
    """Return the table with the names as the user writes them: without the spaces around them and
    the line breaks that a header has."""
    columns_of: dict[str, list[str]] = {}
    for name in table.columns:
        columns_of.setdefault(squeezed(name), []).append(name)
    renamed = {
        columns_of[squeezed(name)][0]: name
        for name in wanted
        if name not in table.columns and len(columns_of.get(squeezed(name), ())) == 1
    }
    if not renamed:
        return table
    return replace(
        table,
        columns={renamed.get(name, name): cells for name, cells in table.columns.items()},
        stored={renamed.get(name, name): kind for name, kind in table.stored.items()},
        merged={renamed.get(name, name): rows for name, rows in table.merged.items()},
    )


def _check_pins(separator: str | None, decimal: str | None, file: str) -> None:
    faults = []
    if separator is not None and (
        len(separator) != 1 or separator.isalnum() or separator in '"\n\r'
    ):
        faults.append(
            Fault(
                _("{separator} cannot separate cells.", separator=shown(separator)),
                file=file,
                remedy=_("Possible are ';', ',', '|' and a tab."),
                kind="option",
            )
        )
    if decimal not in (None, ",", "."):
        faults.append(
            Fault(
                _("{decimal} is not a decimal mark.", decimal=shown(decimal)),
                file=file,
                remedy=_("Possible are ',' and '.'."),
                kind="option",
            )
        )
    if decimal is not None and decimal == separator == ".":
        faults.append(
            Fault(_("separator and decimal are the same mark."), file=file, kind="option")
        )
    if faults:
        raise InputError(faults)
