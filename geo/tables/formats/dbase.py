"""A dBASE table (.dbf) as a raw table: the attributes of a shapefile without its shapes, or a table
that was published so.

The cells are texts of a fixed width, which are read as they are. GDAL would read 12 for `12,5` in a
field of figures, and 0 for `n/a`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.kinds import read_bytes
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import ngettext, remark
from zoneblanche.geo.tables.formats.text_files.delimited import check_size, no_rows
from zoneblanche.geo.tables.formats.text_files.header import build, check_names
from zoneblanche.geo.tables.formats.text_files.text import Decoded, decode, text_notices
from zoneblanche.geo.tables.raw import RawTable, Stored
from zoneblanche.geo.vectors.formats.dbase import (
    codec_of,
    declared_encoding,
    is_cp1252,
    is_utf8,
)
from zoneblanche.geo.vectors.formats.features import damaged
from zoneblanche.geo.vectors.formats.shapefile import shapefile_parts

_HEAD = struct.Struct("<4xIHH20x")
_DESCRIPTOR = struct.Struct("<11sc4xBB14x")
_READ = "CNFDL"
"""Types of fields whose cells are text: characters, numbers, floats, dates, truth values."""
_DELETED = ord("*")
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TRUTH = {**dict.fromkeys("TtYy", "true"), **dict.fromkeys("FfNn", "false"), "?": "", " ": ""}


class Field(NamedTuple):
    """A field of a dBASE table: its name, type, and place in a record, in bytes."""

    name: bytes
    kind: str
    start: int
    width: int


def read_dbase(path: Path, *, encoding: str | None, limits: Limits) -> RawTable:
    """Read a dBASE table, every cell as text.

    Numbers keep their digits, dates become ISO dates, truth values "true" and "false". Records that
    are marked as deleted are left out, which is stated. Fields of other types are not read. Text is
    UTF-8 if its bytes are, else in the encoding that a .cpg or the table declares, else in the one
    that its letters show.

    Args:
        encoding: of the text, if it is given.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    fields, records = _records(read_bytes(path, most_bytes=limits.table_bytes), file)
    check_size(len(records), len(fields), file, limits)
    lines = np.flatnonzero(records[:, 0] != _DELETED)
    if not len(lines):
        raise InputError(no_rows(file))
    cells = {field: _cells(records[lines], field) for field in fields}
    decoded = _decoded(path, cells, encoding)
    codec, errors = decoded.encoding, "ignore" if is_utf8(path) else "strict"
    names = {field: field.name.decode(codec, errors) for field in fields}
    faults = check_names(list(names.values()), file=file)
    if faults:
        raise InputError(faults)
    columns = {
        field: _texts(cells[field], field.kind, codec, errors)
        for field in fields
        if field.kind in _READ
    }
    table = build(
        file,
        [names[field] for field in columns],
        [np.array(texts, dtype=object) for texts in columns.values()],
        lines,
        encoding=codec,
        counted="record",
        stored=_stored(columns, names),
        notices=[*text_notices(decoded, file), *_of_deleted(len(records) - len(lines), file)],
        whole=True,
    )
    return replace(
        table, unread={names[field]: field.kind for field in fields if field not in columns}
    )


def _records(data: bytes, file: str) -> tuple[list[Field], np.ndarray]:
    """Return the fields, and the records as bytes, one row each.

    Raises:
        InputError: no records, or more than the file has room for; a head that does not fit.
    """
    rows, start, width = _HEAD.unpack(data[: _HEAD.size].ljust(_HEAD.size, b"\0"))
    fields = _fields(data[_HEAD.size : start], width)
    if not rows:
        raise InputError(no_rows(file))
    # The last byte, a space, is missing in some files.
    if not fields or start + rows * width > len(data) + 1:
        raise damaged(file, "attribute table", ValueError())
    whole = data[start:].ljust(rows * width, b" ")
    return fields, np.frombuffer(whole, dtype=np.uint8, count=rows * width).reshape(rows, width)


def _fields(descriptors: bytes, width: int) -> list[Field]:
    """Return the fields that fill a record, [] if they do not."""
    fields = []
    for first in range(0, len(descriptors) - _DESCRIPTOR.size + 1, _DESCRIPTOR.size):
        if descriptors[first] == 0x0D:
            break
        fields.append(_DESCRIPTOR.unpack_from(descriptors, first))
    short = [size for _name, _kind, size, _more in fields]
    # Some programs write the width of long texts into the byte of the decimals, too.
    long = [size + 256 * more if kind == b"C" else size for _name, kind, size, more in fields]
    for widths in (short, long):
        if sum(widths) + 1 == width:
            starts = np.cumsum([1, *widths]).tolist()
            return [
                Field(name.partition(b"\0")[0], kind.decode("latin-1").upper(), place, size)
                for (name, kind, _size, _more), place, size in zip(
                    fields, starts, widths, strict=False
                )
            ]
    return []


def _cells(records: np.ndarray, field: Field) -> list[bytes]:
    """Return the cells of a field, without what fills them up."""
    part = np.ascontiguousarray(records[:, field.start : field.start + field.width])
    cells = part.view(f"S{field.width}").ravel().tolist() if field.width else [b""] * len(records)
    return [cell.partition(b"\0")[0].rstrip(b" ") for cell in cells]


def _decoded(path: Path, cells: Mapping[Field, list[bytes]], encoding: str | None) -> Decoded:
    """Return the names and texts of a table in their encoding.

    Raises:
        InputError: no encoding fits.
    """
    if encoding is None and is_utf8(path):
        return Decoded("", "utf-8")
    texts = [field.name for field in cells]
    for field, column in cells.items():
        texts += column if field.kind == "C" else ()
    data = b"\n".join(texts)
    name_in_file = declared_encoding(path, shapefile_parts(path).get(".cpg"))
    declared = "cp1252" if is_cp1252(path, name_in_file) else codec_of(name_in_file)
    for name in (encoding,) if encoding is not None else (declared, None):
        try:
            return decode(data, file=str(path), encoding=name)
        except InputError as error:
            faults = [replace(fault, line=None) for fault in error.faults]
    raise InputError(faults)


def _texts(cells: Iterable[bytes], kind: str, codec: str, errors: str) -> list[str]:
    """Return the cells of a field of some type as text."""
    texts = [cell.decode(codec if kind == "C" else "latin-1", errors) for cell in cells]
    if kind in "NF":
        return ["" if not text.strip(" *") else text.strip() for text in texts]
    if kind == "D":
        return ["" if not text.strip(" 0") else _DATE.sub(r"\1-\2-\3", text) for text in texts]
    if kind == "L":
        return [_TRUTH.get(text or " ", text) for text in texts]
    return texts


def _stored(columns: Mapping[Field, list[str]], names: Mapping[Field, str]) -> dict[str, Stored]:
    """Return which fields hold figures: whole ones, or some with decimals."""
    stored: dict[str, Stored] = {}
    for field, texts in columns.items():
        figures = [text for text in texts if text] if field.kind in "NF" else []
        if figures and all(map(_NUMBER.fullmatch, figures)):
            whole = all(map(_WHOLE.fullmatch, figures))
            stored[names[field]] = "integer" if whole else "float"
    return stored


def _of_deleted(count: int, file: str) -> list[str]:
    if not count:
        return []
    return [
        remark(
            ngettext(
                "{file}: {count} record that is marked as deleted is left out.",
                "{file}: {count} records that are marked as deleted are left out.",
                count,
                file=file,
            )
        )
    ]
