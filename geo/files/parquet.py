"""Parquet files, measured before anything is unpacked.

A Parquet file of forty kilobytes can hold gigabytes: pages of zeros, or one long text that a
million cells point to. So the header of every page is read first. Texts stay in their
dictionary, which holds each distinct text once.

Layout: apache/parquet-format, README.md and Encodings.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.files.limits import MIB, Limits
from zoneblanche.geo.files.thrift import BadThrift, read_struct
from zoneblanche.geo.messages import _, quantity

ALWAYS_FINE = 64 * MIB
"""Unpacked size below which a file may be any number of times as large as it is packed."""

MOST_COLUMNS = 20_000
"""Leaves of the schema, shapes in lists and records among them."""

_MOST_DEEP = 40
_HEADER_BYTES = 4096
_LONGEST_HEADER = MIB
_SMALL_BATCH = 32 * MIB

_DATA_PAGE, _DICTIONARY_PAGE, _DATA_PAGE_2 = 0, 2, 3
_DELTA_BYTE_ARRAY = 7
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}


@dataclass(frozen=True)
class _Pages:
    """What the pages of one column chunk hold.

    Attributes:
        unpacked: bytes of all pages.
        values: in the data pages, nulls included.
        entries: in the dictionary.
        largest: bytes of the largest page.
        leaning: whether a text may begin as the one before it does.
    """

    unpacked: int
    values: int
    entries: int
    largest: int
    leaning: bool


class ParquetSource:
    """An open Parquet file: its schema is known, and nothing is unpacked yet.

    Attributes:
        schema: its columns, as Arrow has them, with the file's own metadata.
        rows: how many there are.
    """

    def __init__(self, stream: IO[bytes], file: str, limits: Limits) -> None:
        self._stream = stream
        self._file = file
        self._limits = limits
        self._size = stream.seek(0, 2)
        check_footer(stream, self._size)
        self._parquet = pq.ParquetFile(
            stream, memory_map=False, thrift_container_size_limit=1_000_000
        )
        self._metadata = self._parquet.metadata
        self.schema: pa.Schema = self._parquet.schema_arrow
        self.rows = int(self._metadata.num_rows)
        counts = [
            self._metadata.row_group(group).num_rows
            for group in range(self._metadata.num_row_groups)
        ]
        if min(counts, default=0) < 0 or sum(counts) != self.rows:
            raise ValueError("the row groups have other rows than the file")
        if self._metadata.num_columns > MOST_COLUMNS:
            raise ValueError("too many columns")

    def read(self, columns: Sequence[str], *, most_bytes: int) -> pa.Table:
        """Return columns of the file, with texts and bytes as dictionaries.

        Args:
            columns: names of columns that are not duplicated.
            most_bytes: that they may unpack to.

        Raises:
            InputError: they unpack to more, or to more than the limit of times the file's size.
            ValueError, OSError, pyarrow.ArrowException: the file is damaged.
        """
        chosen = _leaves_of(self._metadata, columns)
        leaning, largest = self._check_pages(chosen, most_bytes)
        schema = self._metadata.schema
        texts = [
            schema.column(leaf).path
            for leaf in chosen
            if schema.column(leaf).physical_type == "BYTE_ARRAY"
            and schema.column(leaf).max_repetition_level == 0
        ]
        whole = [path for path in texts if path not in leaning]
        self._stream.seek(0)
        # Not closed here: the stream is the caller's.
        parquet = pq.ParquetFile(self._stream, memory_map=False, read_dictionary=whole)
        if leaning:
            table = self._read_slowly(parquet, columns, largest, most_bytes)
        else:
            table = parquet.read(columns=list(columns), use_threads=False)
        table.validate(full=True)
        return table.select(list(columns))

    def check_texts(self, table: pa.Table, names: Iterable[str], *, most_bytes: int) -> None:
        """Refuse columns whose texts are too large, repeated ones included: what works on them
        gives each row its own.

        Args:
            table: what `read` returned.
            names: of its columns; those of other kinds do not count.
            most_bytes: of all texts together.

        Raises:
            InputError: they are larger.
        """
        total = 0
        for name in names:
            if pa.types.is_dictionary(table[name].type):
                total += unpacked_size(table[name])
                if total > most_bytes:
                    raise self._too_large(total, most_bytes, name)

    def _read_slowly(
        self, parquet: pq.ParquetFile, columns: Sequence[str], largest: int, most_bytes: int
    ) -> pa.Table:
        """Read columns whose texts may each be as long as a page: a few rows at a time."""
        parts, total = [], 0
        size = max(1, min(65_536, _SMALL_BATCH // max(1, largest)))
        for batch in parquet.iter_batches(size, columns=list(columns), use_threads=False):
            total += batch.nbytes
            self._check_size(total, most_bytes)
            parts.append(pa.Table.from_batches([batch]))
        return pa.concat_tables(parts) if parts else self.schema.empty_table()

    def _check_pages(self, leaves: Sequence[int], most_bytes: int) -> tuple[set[str], int]:
        """Refuse what would unpack to too much.

        Returns:
            The columns whose texts lean on the one before, and the largest page of them.
        """
        total, largest = 0, 0
        leaning: set[str] = set()
        for group in range(self._metadata.num_row_groups):
            part = self._metadata.row_group(group)
            for leaf in leaves:
                column = self._metadata.schema.column(leaf)
                pages = _pages_of(self._stream, part.column(leaf), self._size)
                flat = column.max_repetition_level == 0
                if pages.values != part.column(leaf).num_values or (
                    flat and pages.values != part.num_rows
                ):
                    raise ValueError("pages have other values than the column")
                total += pages.unpacked + _width(column) * (pages.values + pages.entries)
                self._check_size(total, most_bytes, column=column.path)
                if pages.leaning:
                    leaning.add(column.path)
                    largest = max(largest, pages.largest)
        return leaning, largest

    def _check_size(self, total: int, most_bytes: int, column: str | None = None) -> None:
        times = total / max(self._size, 1)
        if total > ALWAYS_FINE and times > self._limits.archive_ratio:
            raise InputError(
                Fault(
                    _(
                        "the file unpacks to more than {ratio} times its size.",
                        ratio=quantity(self._limits.archive_ratio, 0),
                    ),
                    file=self._file,
                    column=column,
                    remedy=_("This looks like an archive bomb; if it is not one, raise the limit."),
                    kind="archive-bomb",
                )
            )
        if total > most_bytes:
            raise self._too_large(total, most_bytes, column)

    def _too_large(self, total: int, most_bytes: int, column: str | None) -> InputError:
        return InputError(
            Fault(
                _(
                    "the file unpacks to {total} bytes, more than the limit of {archive_bytes}.",
                    total=quantity(total),
                    archive_bytes=quantity(most_bytes),
                ),
                file=self._file,
                column=column,
                remedy=_("Keep only the rows and columns needed, or raise the limit."),
                kind="too-large",
            )
        )


@contextmanager
def open_parquet(path: Path, *, limits: Limits, what: str) -> Iterator[ParquetSource]:
    """Open a Parquet file for the duration of the block.

    Args:
        path: of a file that `zoneblanche.geo.files.kinds.check_file` found good.
        limits: the ratio by which it may unpack.
        what: it is called in a sentence ("GeoParquet file").

    Raises:
        InputError: it is damaged; also where the block comes upon that.
    """
    try:
        with open_plain(path) as stream:
            yield ParquetSource(stream, str(path), limits)
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        raise InputError(
            Fault(
                _("the {what} is damaged ({name}).", what=what, name=type(error).__name__),
                file=str(path),
                remedy=_("Export or fetch it again."),
                kind="damaged-file",
            )
        ) from error


def cells_of(column: pa.ChunkedArray, convert: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Return the cells of a column. Equal cells share one object.

    Args:
        column: of `ParquetSource.read`.
        convert: from an array of Arrow's without a dictionary to one of numpy's, null to None.
    """
    if not pa.types.is_dictionary(column.type):
        return convert(column)
    parts = [np.empty(0, dtype=object)]
    for chunk in column.chunks:
        entries = np.empty(len(chunk.dictionary) + 1, dtype=object)
        entries[:-1] = convert(chunk.dictionary)
        places = chunk.indices.fill_null(len(entries) - 1).to_numpy(zero_copy_only=False)
        parts.append(entries[places])
    return np.concatenate(parts)


def longest_of(column: pa.ChunkedArray) -> int:
    """Return the size of the longest text or binary of a column in bytes, or 0."""
    longest = 0
    for chunk in column.chunks:
        entries = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        longest = max(longest, pc.max(pc.binary_length(entries)).as_py() or 0)
    return longest


def unpacked_size(column: pa.ChunkedArray) -> int:
    """Return the size of all texts or binaries of a column in bytes, repeated ones included."""
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        total += pc.sum(pc.take(lengths, chunk.indices).cast(pa.int64())).as_py() or 0
    return total


def check_footer(stream: IO[bytes], size: int) -> None:
    """Refuse a schema that is nested too deep for a recursive reader.

    Raises:
        ValueError: it is, or the footer is none.
    """
    stream.seek(max(0, size - 8))
    tail = stream.read(8)
    if len(tail) < 8 or tail[4:] != b"PAR1":
        raise ValueError("no footer")
    (length,) = struct.unpack("<I", tail[:4])
    if length > size - 12:
        raise ValueError("no footer")
    stream.seek(size - 8 - length)
    footer, _ = read_struct(stream.read(length))
    left = [1]  # elements still to come, by how deep they are nested
    elements = footer.get(2)
    if not isinstance(elements, list):
        raise ValueError("no schema")
    for element in elements:
        while left and not left[-1]:
            left.pop()
        if not left or not isinstance(element, dict):
            raise ValueError("elements outside the schema")
        left[-1] -= 1
        if len(left) > _MOST_DEEP:
            raise ValueError("a schema that is nested too deep")
        left.append(_number(element, 5) if 5 in element else 0)


def check_row_group(
    stream: IO[bytes],
    metadata: pq.FileMetaData,
    group: int,
    columns: Sequence[str],
    *,
    most_page_bytes: int,
) -> None:
    """Refuse a row group whose columns cannot be read in batches, because a page is too large.

    Args:
        stream: of the file.
        metadata: of the file.
        group: number of the row group.
        columns: that are read.
        most_page_bytes: maximum size of a page, unpacked.

    Raises:
        ValueError: a page is larger, or lies.
    """
    size = stream.seek(0, 2)
    part = metadata.row_group(group)
    for leaf in _leaves_of(metadata, columns):
        pages = _pages_of(stream, part.column(leaf), size)
        if pages.largest > most_page_bytes or pages.values != part.num_rows:
            raise ValueError("a page is too large, or has other values than the column")


def _leaves_of(metadata: pq.FileMetaData, columns: Sequence[str]) -> list[int]:
    """Return the numbers of the leaves that are read with these columns."""
    names, within = set(columns), tuple(f"{name}." for name in columns)
    paths = [metadata.schema.column(leaf).path for leaf in range(metadata.num_columns)]
    return [leaf for leaf, path in enumerate(paths) if path in names or path.startswith(within)]


def _width(column: pq.ColumnSchema) -> int:
    """Return the bytes of one value in memory. A text is a number in a dictionary."""
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(column.length)
    return _WIDTHS.get(column.physical_type, 4)


def _pages_of(stream: IO[bytes], chunk: pq.ColumnChunkMetaData, size: int) -> _Pages:
    """Return what the page headers of a column chunk say.

    Raises:
        ValueError: they lie outside the chunk, or say what cannot be.
    """
    if not chunk.num_values:
        return _Pages(0, 0, 0, 0, False)  # and none is read
    place = int(chunk.data_page_offset)
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < place:
        place = int(chunk.dictionary_page_offset)
    end = place + int(chunk.total_compressed_size)
    if not 0 <= place <= end <= size:
        raise ValueError("a column outside the file")
    unpacked = values = entries = largest = 0
    leaning = False
    while place < end:
        header, length = _page_header(stream, place, end)
        whole, packed = _number(header, 2), _number(header, 3)
        place += length + packed
        if place > end:
            raise ValueError("a page outside its column")
        kind = _number(header, 1)
        if kind == _DICTIONARY_PAGE:
            count = _number(_part(header, 7), 1)
            if entries or count > 8 * whole:
                raise ValueError("a dictionary of too many entries")
            entries += count
        elif kind in (_DATA_PAGE, _DATA_PAGE_2):
            part = _part(header, 5 if kind == _DATA_PAGE else 8)
            values += _number(part, 1)
            leaning |= _number(part, 2 if kind == _DATA_PAGE else 4) == _DELTA_BYTE_ARRAY
        unpacked += whole
        largest = max(largest, whole)
    return _Pages(unpacked, values, entries, largest, leaning)


def _page_header(stream: IO[bytes], place: int, end: int) -> tuple[dict[int, Any], int]:
    """Return the header of a page and its length in bytes."""
    size = _HEADER_BYTES
    while True:
        stream.seek(place)
        data = stream.read(min(size, end - place))
        try:
            return read_struct(data)
        except BadThrift:
            if size >= _LONGEST_HEADER or len(data) < size:
                raise
            size *= 16


def _number(fields: Mapping[int, Any], number: int) -> int:
    """Return a field that is a whole number of 0 or more."""
    value = fields.get(number)
    if not isinstance(value, int) or value < 0:
        raise ValueError("a header lacks a number")
    return value


def _part(fields: Mapping[int, Any], number: int) -> Mapping[int, Any]:
    value = fields.get(number)
    if not isinstance(value, dict):
        raise ValueError("a header lacks a part")
    return value
