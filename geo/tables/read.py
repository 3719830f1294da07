"""The entry point for tables: what the file is, and which module reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.archive import unpacked_member
from zoneblanche.geo.files.kinds import check_file, kind_of, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.tables.formats.delimited import read_delimited
from zoneblanche.geo.tables.formats.json_records import read_records
from zoneblanche.geo.tables.formats.workbook import is_workbook, read_workbook
from zoneblanche.geo.tables.raw import RawTable

ACCEPTED = _("tables in CSV, TSV, XLSX, Parquet and JSON")
_SUFFIXES = {
    "text": (".csv", ".tsv", ".txt", ".tab", ""),
    "xlsx": (".xlsx", ".xlsm"),
    "parquet": (".parquet", ".pq"),
    "json": (".json",),
}
_CALLED = {
    "text": _("delimited text"),
    "xlsx": _("an XLSX workbook"),
    "parquet": _("a Parquet file"),
}


def read_raw_table(
    path: Path | str,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header: int | None = None,
    member: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> RawTable:
    """Read a table of any supported kind, every cell as text and every row with its position.

    The content of the file decides its kind. Separator and encoding are detected and stated in the
    notices. If they are ambiguous, the file is refused.

    Args:
        separator, encoding: of a text file, pinned.
        decimal: mark of all its figures, "," or ".", pinned; else detected in each column.
        sheet: of a workbook; the first visible one if None.
        header: 1-based line of a text file, or row of a sheet, with the names of the columns.
        member: regular expression on the name of a file. A ZIP archive that contains one such file
            is read as that file; without it, archives are refused.

    Raises:
        InputError: all faults of the file together, each with its line: a file of another kind,
            bytes that are not text, ragged or truncated rows, stray quotes, columns with the same
            name, overlong cells, no rows, more than the limits.
        ProblemWithEnvironment: no permission to read the file.
    """
    path = Path(path)
    _check_pins(separator, decimal, str(path))
    kind = kind_of(check_file(path, most_bytes=limits.table_bytes, what=_("table")))
    if kind == "zip" and is_workbook(path):
        kind = "xlsx"
        table = read_workbook(path, sheet=sheet, header=header, limits=limits)
    elif kind == "zip" and member:
        with unpacked_member(path, member, limits=limits, what=_("tables")) as place:
            table = read_raw_table(
                place,
                separator=separator,
                decimal=decimal,
                encoding=encoding,
                sheet=sheet,
                header=header,
                limits=limits,
            )
        return replace(table, file=str(path), notices=())
    elif kind == "parquet":
        # pyarrow takes a tenth of a second to import, which a project of CSV files does not need.
        from zoneblanche.geo.tables.formats.parquet import read_columnar

        table = read_columnar(path, limits=limits)
    elif kind == "json":
        table = read_records(path, limits=limits)
    elif kind == "text":
        table = read_delimited(
            path,
            separator=separator,
            decimal=decimal,
            encoding=encoding,
            header=header,
            limits=limits,
        )
    else:
        raise InputError(refused_kind(path, kind, accepted=ACCEPTED))
    table = replace(table, decimal=decimal)
    if path.suffix.lower() not in _SUFFIXES[kind] and kind in _CALLED:
        notice = _(
            "{path}: by its content this is {called}, whatever its name.",
            path=path,
            called=_CALLED[kind],
        )
        table = replace(table, notices=(*table.notices, remark(notice)))
    return table


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
