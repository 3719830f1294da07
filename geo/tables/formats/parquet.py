"""A Parquet file as a raw table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.files.parquet import cells_of, longest_of, open_parquet
from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.tables.formats.text_files.delimited import check_size, no_rows, overlong
from zoneblanche.geo.tables.formats.text_files.header import build, check_names
from zoneblanche.geo.tables.raw import RawTable, Stored


def read_columnar(path: Path, *, limits: Limits) -> RawTable:
    """Read a Parquet file; columns of text, numbers, truth values and dates become text.

    Columns of other types (shapes, lists, bytes) cannot be used; a notice names them. NaN and null
    are blank cells.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    with open_parquet(path, limits=limits, what=_("Parquet file")) as source:
        names = list(source.schema.names)
        check_size(source.rows, len(names), file, limits)
        wanted = [name for name in names if _is_plain(_type_of(source.schema, name))]
        table = source.read(wanted, most_bytes=limits.archive_bytes)
        faults = check_names(names, file=file)
        columns = []
        for name in wanted:
            faults += _overlong(table[name], name, file, limits)
            if not faults:
                columns.append(_texts(table[name]))
    if faults:
        raise InputError(faults[: limits.faults])
    if not table.num_rows:
        raise InputError(no_rows(file))
    left = [name for name in names if name not in wanted]
    notices: list[str] = (
        [
            remark(
                _(
                    "{file}: not read, since neither text nor number: {left}.",
                    file=file,
                    left=first_of(left),
                )
            )
        ]
        if left
        else []
    )
    stored = {name: kind for name in wanted if (kind := _stored(table[name].type)) is not None}
    raw = build(
        file,
        wanted,
        columns,
        np.arange(table.num_rows),
        counted="record",
        stored=stored,
        notices=notices,
        whole=True,
    )
    types = {name: str(_type_of(source.schema, name)) for name in left}
    return replace(raw, unread=types)


def _overlong(column: pa.ChunkedArray, name: str, file: str, limits: Limits) -> list[Fault]:
    """Return the faults of cells with more characters than the limit."""
    if not pa.types.is_dictionary(column.type) or longest_of(column) <= limits.cell_length:
        return []
    faults: list[Fault] = []
    for place, cell in enumerate(_texts(column)):
        if len(cell) > limits.cell_length:
            faults.append(overlong(cell, file, place, name, limits))
            if len(faults) >= limits.faults:
                break
    return faults


def _type_of(schema: Any, name: str) -> Any:
    places = schema.get_all_field_indices(name)
    return schema.field(places[0]).type if len(places) == 1 else pa.null()


def _is_plain(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return any(test(kind) for test in tests)


def _stored(kind: Any) -> Stored | None:
    if pa.types.is_integer(kind):
        return "integer"
    return "float" if pa.types.is_floating(kind) or pa.types.is_decimal(kind) else None


def _texts(column: pa.ChunkedArray) -> np.ndarray:
    """Return the cells as text. Equal cells share one text."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    cells = cells_of(column, _as_text)
    cells[pc.is_null(column).to_numpy()] = ""
    return cells


def _as_text(part: pa.Array) -> np.ndarray:
    return np.array(part.cast(pa.string()).to_pylist(), dtype=object)
