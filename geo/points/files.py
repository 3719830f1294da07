"""Read points from CSV or Parquet files of any size, in pieces of bounded size.

A piece is a row group of a Parquet file or a byte range of a CSV file. A small object describes it;
that object can be sent to another machine and read there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from zoneblanche.geo.errors import (
    Fault,
    InputError,
    ProblemWithEnvironment,
    missing_file,
    nearest,
    shown,
)
from zoneblanche.geo.files.kinds import check_file, kind_of, open_plain, refused_kind
from zoneblanche.geo.files.parquet import check_footer, check_row_group
from zoneblanche.geo.messages import _
from zoneblanche.geo.points.bounds import (
    MOST_TOLD,
    beyond_bounds,
    coordinate_fault,
    lines_of_rows,
)

Floats = NDArray[np.float64]

CHUNK_BYTES = 2**25  # of CSV: about half a million rows
BATCH_ROWS = 2**20  # of Parquet, whose row groups can have any size
LINE_BYTES = 2**20
LARGEST_FILE = 2**44
MOST_PAGE_BYTES = 2**28  # of a column of a Parquet; writers make pages of a megabyte
_EVIDENCE_BYTES = 2**16
_COORDINATE = {
    mark: re.compile(rf"[-+]?[0-9]+(?:{re.escape(mark)}[0-9]*)?(?:[eE][-+]?[0-9]+)?")
    for mark in ".,"
}
ABSENT = ["", "NA", "N/A", "#N/A", "#NA", "n/a", "NaN", "nan", "null", "NULL", "None", "\\N"]


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are read, and how a CSV writes them.

    Attributes:
        x, y: names of the columns of coordinates.
        values: names of further columns of numbers.
        means: names of columns whose mean is wanted.
        weight: name of the column of weights of these means; None weighs each row alike.
        separator: of a CSV; None detects it in the header line.
        decimal: "." or ",".
        bounds: greatest absolute x and y of a point; None counts points beyond them among those in
            no territory.
    """

    x: str
    y: str
    values: tuple[str, ...] = ()
    separator: str | None = None
    decimal: Literal[".", ","] = "."
    bounds: tuple[float, float] | None = None
    means: tuple[str, ...] = ()
    weight: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read: x, y and those of numbers."""
        weights = () if self.weight is None else (self.weight,)
        return (self.x, self.y, *self.values, *self.means, *weights)

    @property
    def summed(self) -> tuple[str, ...]:
        """What is summed over the points of a territory: values, and for each mean the products
        with the weights and the weights of the rows that have a figure."""
        products = [(f"{name} × {self.weight}", f"{self.weight} × {name}") for name in self.means]
        return (*self.values, *(part for pair in products for part in pair))


@dataclass(frozen=True)
class Chunk:
    """A piece of a table: bytes `first` to `last` of a CSV, or row group `first` of a Parquet file.

    A line belongs to the chunk in which it begins. `header` has the names of the columns.
    """

    path: str
    kind: Literal["csv", "parquet"]
    first: int
    last: int
    header: tuple[str, ...]
    layout: Layout


@dataclass(frozen=True)
class Batch:
    """Points in memory: x, y of shape (rows,), values of shape (rows, `Layout.summed`); NaN is
    missing."""

    x: Floats
    y: Floats
    values: Floats


def plan_chunks(source: str | Path | Sequence[str | Path], layout: Layout) -> list[Chunk]:
    """Return the pieces of one file, of several, or of all CSV and Parquet files of a folder.

    fsspec, if installed, opens a path with a scheme (`s3://…`). The first bytes of a file decide
    its kind. A CSV has a header line, and no line break within a field.

    Raises:
        InputError: no such file, another format, a column that does not exist.
    """
    sources = [source] if isinstance(source, str | Path) else list(source)
    chunks: list[Chunk] = []
    for path in (path for entry in sources for path in _files(entry)):
        if "://" not in path:
            start = check_file(Path(path), most_bytes=LARGEST_FILE, what=_("table of points"))
            kind = kind_of(start)
        else:
            with _open(path) as stream:
                kind = kind_of(stream.read(4096))
        if kind == "parquet":
            chunks += _plan_parquet(path, layout)
        elif kind == "text":
            chunks += _plan_csv(path, layout)
        else:
            raise InputError(refused_kind(Path(path), kind, accepted=_("CSV and Parquet")))
    return chunks


def layout_by_evidence(path: Path, layout: Layout) -> Layout | None:
    """Return the layout of a plain CSV with its separator and decimal mark; None for another file.

    A plain one is UTF-8, has the columns in its first line, and figures below it. A Parquet file
    has the given layout.
    """
    with _open(str(path)) as stream:
        start = stream.read(_EVIDENCE_BYTES)
    if kind_of(start) != "text":
        return layout if kind_of(start) == "parquet" else None
    try:
        lines = start.rpartition(b"\n")[0].decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return None
    header = lines[0] if lines else ""
    separator = layout.separator or max(";,\t|", key=header.count)
    names = [name.strip().strip('"') for name in header.split(separator)]
    if not {layout.x, layout.y} <= set(names):
        return None
    places = [names.index(layout.x), names.index(layout.y)]
    cells = [
        row[place].strip().strip('"')
        for row in (line.split(separator) for line in lines[1:])
        if len(row) > max(places)
        for place in places
    ]
    for decimal in (".", ","):
        if all(cell in ABSENT or _COORDINATE[decimal].fullmatch(cell) for cell in cells):
            return replace(layout, separator=separator, decimal=decimal)
    return None


def read_chunk(chunk: Chunk) -> Iterator[Batch]:
    """Read the points of a chunk, in batches of bounded size.

    Raises:
        InputError: rows of another length than the header, text instead of a number, a
            coordinate beyond the bounds of the layout, a weight below 0.
    """
    columns = list(chunk.layout.columns)
    with _open(chunk.path) as stream:
        if chunk.kind == "parquet":
            yield from _read_row_group(stream, chunk, columns)
            return
        begin, data = _read_lines(stream, chunk)
        if not data:
            return
        rows, place = _parse(data, chunk, columns), partial(lines_of_rows, stream, begin)
        _check_weights(rows, chunk, place)
        batch = _to_batch(rows, chunk.layout)
        _check_bounds(batch, chunk, place)
    yield batch


def _read_row_group(stream: IO[bytes], chunk: Chunk, columns: list[str]) -> Iterator[Batch]:
    names = sorted(set(columns))
    with _damage_as_fault(chunk.path):
        table = pa.parquet.ParquetFile(stream)
        if "://" not in chunk.path:  # elsewhere each header would be asked for by itself
            check_row_group(
                stream, table.metadata, chunk.first, names, most_page_bytes=MOST_PAGE_BYTES
            )
        before = sum(table.metadata.row_group(group).num_rows for group in range(chunk.first))
        for rows in table.iter_batches(BATCH_ROWS, [chunk.first], names):
            place = partial(_rows_after, before)
            _check_weights(rows, chunk, place)
            batch = _to_batch(rows, chunk.layout)
            _check_bounds(batch, chunk, place)
            yield batch
            before += rows.num_rows


def _rows_after(before: int, rows: list[int]) -> list[int]:
    return [before + row for row in rows]


def _check_bounds(batch: Batch, chunk: Chunk, place: Callable[[list[int]], list[int]]) -> None:
    """Refuse coordinates beyond the bounds; `place` gives the position of rows of the batch."""
    bounds = chunk.layout.bounds
    beyond = [] if bounds is None else beyond_bounds(batch.x, batch.y, bounds)
    if bounds is None or not beyond:
        return
    places = place([row for row, _unused in beyond])
    raise InputError(
        [
            coordinate_fault(
                float((batch.x, batch.y)[side][row]),
                bounds[side],
                file=chunk.path,
                column=(chunk.layout.x, chunk.layout.y)[side],
                line=at if chunk.kind == "csv" else None,
                feature=at if chunk.kind == "parquet" else None,
            )
            for (row, side), at in zip(beyond, places, strict=True)
        ]
    )


def _files(entry: str | Path) -> list[str]:
    name = str(entry)
    if "://" in name:
        system, place = _file_system(name)
        if not system.isdir(place):
            return [name]
        paths = [system.unstrip_protocol(path) for path in sorted(system.find(place))]
    elif Path(entry).is_dir():
        paths = [str(path) for path in sorted(Path(entry).rglob("*")) if path.is_file()]
    else:
        return [name]
    paths = [path for path in paths if path.lower().endswith((".csv", ".txt", ".parquet", ".pq"))]
    if not paths:
        raise InputError(
            Fault(_("the folder holds no CSV or Parquet file."), file=name, kind="empty-folder")
        )
    return paths


def _file_system(name: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise ProblemWithEnvironment(
            _("{name}: paths of this kind need the PyPI package fsspec.", name=name)
        ) from error
    return cast(tuple[Any, str], fsspec.core.url_to_fs(name))


def _open(path: str) -> IO[bytes]:
    try:
        if "://" in path:
            system, place = _file_system(path)
            return cast(IO[bytes], system.open(place, "rb"))
        return open_plain(Path(path), what=_("table of points"))
    except FileNotFoundError as error:
        raise InputError(missing_file(path, what=_("table of points"))) from error


def _plan_parquet(path: str, layout: Layout) -> list[Chunk]:
    with _open(path) as stream, _damage_as_fault(path):
        check_footer(stream, stream.seek(0, 2))
        stream.seek(0)
        table = pa.parquet.ParquetFile(stream)
        schema, groups = table.schema_arrow, table.num_row_groups
    _check_columns(path, schema.names, layout)
    faults = [
        Fault(
            _("the column holds {type}, not numbers.", type=schema.field(name).type),
            file=path,
            column=name,
        )
        for name in layout.columns
        if not _is_number(schema.field(name).type)
    ]
    if faults:
        raise InputError(faults)
    names = tuple(schema.names)
    return [Chunk(path, "parquet", group, group + 1, names, layout) for group in range(groups)]


@contextmanager
def _damage_as_fault(path: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        raise InputError(
            Fault(
                _("the Parquet file is damaged ({error}).", error=shown(str(error), limit=200)),
                file=path,
                kind="damaged",
            )
        ) from error


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    )


def _plan_csv(path: str, layout: Layout) -> list[Chunk]:
    with _open(path) as stream:
        line = stream.readline(LINE_BYTES)
        begin = stream.tell()
        end = stream.seek(0, io.SEEK_END)
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        text = line.decode("cp1252", "replace").rstrip("\r\n")
    separator = layout.separator or max(";,\t|", key=text.count)
    names = tuple(name.strip().strip('"') for name in text.split(separator))
    _check_columns(path, names, layout)
    csv_layout = replace(layout, separator=separator)
    return [
        Chunk(path, "csv", first, min(first + CHUNK_BYTES, end), names, csv_layout)
        for first in range(begin, end, CHUNK_BYTES)
    ]


def _check_columns(path: str, names: Sequence[str], layout: Layout) -> None:
    faults = [
        Fault(_("there is no such column."), file=path, column=name, remedy=nearest(name, names))
        for name in layout.columns
        if name not in names
    ]
    faults += [
        Fault(_("the column appears twice."), file=path, column=name, kind="duplicate-column")
        for name in sorted({name for name in names if list(names).count(name) > 1})
    ]
    if faults:
        raise InputError(faults)


def _read_lines(stream: IO[bytes], chunk: Chunk) -> tuple[int, bytes]:
    """Return the lines that begin within the chunk, and the byte where the first begins."""
    stream.seek(chunk.first - 1)
    stream.readline(LINE_BYTES)
    begin = stream.tell()
    data = stream.read(max(chunk.last - begin, 0))
    if data and not data.endswith(b"\n"):
        data += stream.readline(LINE_BYTES)
    return begin, data


def _parse(data: bytes, chunk: Chunk, columns: list[str]) -> pa.Table:
    wanted = sorted(set(columns))
    try:
        return pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(column_names=list(chunk.header), use_threads=False),
            parse_options=pa.csv.ParseOptions(delimiter=chunk.layout.separator),
            convert_options=pa.csv.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.float64()),
                decimal_point=chunk.layout.decimal,
                null_values=ABSENT,
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError(
            Fault(
                _(
                    "a row between bytes {first} and {last} cannot be read ({error}).",
                    first=chunk.first,
                    last=chunk.last,
                    error=error,
                ),
                file=chunk.path,
                remedy=_("Check the separator, the decimal mark and that all rows are whole."),
                kind="unreadable-row",
            )
        ) from error


def _check_weights(
    table: pa.Table | pa.RecordBatch, chunk: Chunk, place: Callable[[list[int]], list[int]]
) -> None:
    """Refuse weights below 0; `place` gives the position of rows of the table."""
    if chunk.layout.weight is None:
        return
    weights = _numbers(table, chunk.layout.weight)
    below = np.flatnonzero(weights < 0)[:MOST_TOLD].tolist()
    if not below:
        return
    raise InputError(
        [
            Fault(
                _("a weight is below 0."),
                file=chunk.path,
                line=at if chunk.kind == "csv" else None,
                feature=at if chunk.kind == "parquet" else None,
                column=chunk.layout.weight,
                value=f"{weights[row]:.15g}",
                remedy=_("Name the column of weights: amounts of 0 or more."),
                kind="out-of-range",
            )
            for row, at in zip(below, place(below), strict=True)
        ]
    )


def _numbers(table: pa.Table | pa.RecordBatch, name: str) -> Floats:
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _to_batch(table: pa.Table | pa.RecordBatch, layout: Layout) -> Batch:
    numbers = partial(_numbers, table)
    values = [numbers(name) for name in layout.values]
    weights = np.ones(table.num_rows) if layout.weight is None else numbers(layout.weight)
    for name in layout.means:
        product = numbers(name) * weights
        values += [product, np.where(np.isfinite(product), weights, np.nan)]
    shape = np.column_stack(values) if values else np.empty((table.num_rows, 0))
    return Batch(numbers(layout.x), numbers(layout.y), shape)
