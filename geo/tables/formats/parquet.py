"""A Parquet file as a raw table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, quantity, remark
from zoneblanche.geo.tables.formats.delimited import check_size, no_rows, overlong
from zoneblanche.geo.tables.formats.header import build, check_names
from zoneblanche.geo.tables.raw import RawTable, Stored


def read_columnar(path: Path, *, limits: Limits) -> RawTable:
    """Read a Parquet file; columns of text, numbers, truth values and dates become text.

    Columns of other types (shapes, lists, bytes) cannot be used; a notice names them. NaN and null
    are blank cells.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    try:
        with pq.ParquetFile(path, memory_map=False) as parquet:
            _check_metadata(parquet.metadata, file, limits)
            schema = parquet.schema_arrow
        wanted = [name for name in schema.names if _is_plain(_type_of(schema, name))]
        # Texts stay in their dictionary, because a small file may repeat one long text a
        # million times.
        with pq.ParquetFile(path, memory_map=False, read_dictionary=wanted) as parquet:
            table = parquet.read(columns=wanted, use_threads=False)
            table.validate(full=True)
            columns = [_texts(table[name]) for name in wanted]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError(
            Fault(
                _("the Parquet file is damaged ({name}).", name=type(error).__name__),
                file=file,
                remedy=_("Export or fetch it again."),
                kind="damaged-file",
            )
        ) from error
    faults = check_names(list(schema.names), file=file)
    for name, cells in zip(wanted, columns, strict=True):
        faults += [
            overlong(cell, file, place, name, limits)
            for place, cell in enumerate(cells)
            if len(cell) > limits.cell_length
        ]
    if faults:
        raise InputError(faults[: limits.faults])
    if not table.num_rows:
        raise InputError(no_rows(file))
    left = [name for name in schema.names if name not in wanted]
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
    return build(
        file,
        wanted,
        columns,
        np.arange(table.num_rows),
        counted="record",
        stored=stored,
        notices=notices,
    )


def _check_metadata(metadata: Any, file: str, limits: Limits) -> None:
    check_size(metadata.num_rows, metadata.num_columns, file, limits)
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    total = sum(group.total_byte_size for group in groups)
    if total > limits.archive_bytes:
        raise InputError(
            Fault(
                _(
                    "the file unpacks to {total} bytes, more than the limit of {archive_bytes}.",
                    total=quantity(total),
                    archive_bytes=quantity(limits.archive_bytes),
                ),
                file=file,
                remedy=_("Keep only the rows and columns needed, or raise the limit."),
                kind="too-large",
            )
        )


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


def _texts(column: Any) -> np.ndarray:
    if pa.types.is_dictionary(column.type):
        return _from_dictionary(column)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    texts = column.cast(pa.string()).to_pylist()
    return np.array(["" if text is None else text for text in texts], dtype=object)


def _from_dictionary(column: Any) -> np.ndarray:
    """Return cells that share the texts of their dictionary."""
    parts = [np.array([], dtype=object)]
    for chunk in column.chunks:
        texts = np.append(_texts(pa.chunked_array([chunk.dictionary])), "")
        places = chunk.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
        parts.append(texts[places])
    return np.concatenate(parts)
