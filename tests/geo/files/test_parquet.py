"""Parquet files that hold more than they seem to, or say what is not so."""

from __future__ import annotations

import gzip
import random
import resource
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, MIB
from zoneblanche.geo.files.parquet import open_parquet
from zoneblanche.geo.files.thrift import BadThrift, read_struct
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.geo.vectors.formats import Features
from zoneblanche.geo.vectors.formats.geoparquet import read_geoparquet
from zoneblanche.geo.vectors.read import read_polygons
from zoneblanche.scripts.trials.mutations.thrift import Struct

ROWS = 1_000_000
GEO = b'{"version":"1.0.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB"}}}'


def fault_of(read: Callable[[Path], Any], path: Path) -> Fault:
    """The one fault of a file that is refused soon and at little cost.

    Memory is that of the whole process: Arrow and GEOS do not ask Python for theirs.
    """
    read(_warm(path.parent))
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError) as caught:
        read(path)
    assert time.monotonic() - begin < 5
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 * MIB
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert len(str(fault)) < 1000
    return fault


def read_with_codes(path: Path) -> Features:
    return read_geoparquet(path, wanted=("code",), limits=DEFAULT_LIMITS, notices=Notices())


def _warm(folder: Path) -> Path:
    """A small file that is well, read first: a library takes memory where it is first used."""
    path = folder / "warm.parquet"
    table = pa.table({"code": ["01001"], "geometry": [shapely.to_wkb(shapely.box(0, 0, 1, 1))]})
    pq.write_table(table.replace_schema_metadata({b"geo": GEO}), path)
    return path


def repeated(value: bytes | str, folder: Path) -> Path:
    """A million rows that point to one value."""
    path = folder / "bomb.parquet"
    zeros = np.zeros(ROWS, dtype="int32")
    kind = pa.binary() if isinstance(value, bytes) else pa.string()
    column = pa.DictionaryArray.from_arrays(zeros, pa.array([value], kind))
    name = "geometry" if isinstance(value, bytes) else "code"
    table = pa.table({name: column}).replace_schema_metadata({b"geo": GEO})
    pq.write_table(table, path, compression="zstd")
    assert path.stat().st_size < MIB
    return path


def test_a_long_text_in_a_million_cells(tmp_path: Path) -> None:
    path = repeated("x" * 100_000, tmp_path)
    with pytest.raises(InputError) as caught:
        read_raw_table(path)
    assert len(caught.value.faults) == DEFAULT_LIMITS.faults
    assert {fault.kind for fault in caught.value.faults} == {"overlong-cell"}


def test_a_text_that_is_just_short_enough_in_a_million_features(tmp_path: Path) -> None:
    path = repeated("x" * 30_000, tmp_path)
    table = pq.read_table(path)
    box = pa.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))])
    boxes = pa.DictionaryArray.from_arrays(np.zeros(len(table), dtype="int32"), box)
    pq.write_table(table.append_column("geometry", boxes), path, compression="zstd")
    fault = fault_of(read_with_codes, path)
    assert (fault.kind, fault.column) == ("too-large", "code")


def test_a_large_shape_in_a_million_cells(tmp_path: Path) -> None:
    ring = np.column_stack(
        [np.cos(np.linspace(0, 6.28, 60_000)), np.sin(np.linspace(0, 6.28, 60_000))]
    )
    path = repeated(shapely.to_wkb(shapely.Polygon(ring)), tmp_path)
    assert fault_of(read_polygons, path).kind == "too-large"


def test_numbers_that_repeat_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    zeros = pa.array(np.zeros(ROWS))
    pq.write_table(pa.table({f"c{number}": zeros for number in range(40)}), path)
    assert fault_of(read_raw_table, path).kind == "archive-bomb"


@pytest.mark.parametrize("rows", [1_000, 100_000])
def test_texts_that_lean_on_the_one_before(tmp_path: Path, rows: int) -> None:
    """Each is as long as a page, and takes a byte."""
    path = tmp_path / "bomb.parquet"
    schema = pa.schema([("code", pa.string())])
    part = pa.table({"code": ["x" * 30_000] * 1000}, schema=schema)
    with pq.ParquetWriter(
        path, schema, use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY"
    ) as writer:
        for batch in part.to_batches() * (rows // 1000):
            writer.write_batch(batch, row_group_size=rows)
    assert path.stat().st_size < MIB
    if rows > 1_000:
        assert fault_of(read_raw_table, path).kind == "archive-bomb"
    else:
        assert set(read_raw_table(path).columns["code"]) == {"x" * 30_000}


def test_texts_that_lean_on_the_one_before_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    codes = [f"{number:05}" for number in range(20_000)]
    pq.write_table(
        pa.table({"code": codes}), path, use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY"
    )
    assert read_raw_table(path).columns["code"].tolist() == codes


def crafted(folder: Path, **header_fields: Any) -> Path:
    """A table of one column of text, `code`, one page, written by hand.

    Args:
        header_fields: what its headers say in place of what is so.
    """
    data = header_fields.get("data", struct.pack("<I", 5) + b"01001")
    packed = gzip.compress(data)
    header = (
        Struct().i32(1, header_fields.get("kind", 0)).i32(2, header_fields.get("whole", len(data)))
    )
    header.i32(3, header_fields.get("packed", len(packed)))
    if header_fields.get("kind") == 2:
        header.part(7, Struct().i32(1, header_fields.get("values", 1)).i32(2, 0))
    else:
        page = Struct().i32(1, header_fields.get("values", 1)).i32(2, 0).i32(3, 3).i32(4, 3)
        header.part(5, page)
    body = header.written() + packed
    column = Struct().i32(1, 6).items(2, 5, [b"\0"]).items(3, 8, [b"\x04code"]).i32(4, 2)
    column.i64(5, header_fields.get("all_values", 1)).i64(
        6, header_fields.get("unpacked", len(data))
    )
    column.i64(7, header_fields.get("length", len(body))).i64(9, header_fields.get("offset", 4))
    chunk = Struct().i64(2, 4).part(3, column)
    group = (
        Struct()
        .items(1, 12, [chunk.written()])
        .i64(2, 10)
        .i64(3, header_fields.get("group_rows", 1))
    )
    leaf = Struct().i32(1, 6).i32(3, 0).string(4, b"code").i32(6, 0)
    top = Struct().string(4, b"schema").i32(5, 1)
    deep = [Struct().i32(3, 1).string(4, b"a").i32(5, 1).written()] * header_fields.get("deep", 0)
    schema = [top.written(), *deep, leaf.written()]
    footer = Struct().i32(1, 1).items(2, 12, schema).i64(3, header_fields.get("rows", 1))
    footer.items(4, 12, [group.written()])
    end = footer.written()
    path = folder / "crafted.parquet"
    path.write_bytes(b"PAR1" + body + end + struct.pack("<I", len(end)) + b"PAR1")
    return path


def test_what_is_written_by_hand_is_read(tmp_path: Path) -> None:
    assert read_raw_table(crafted(tmp_path)).columns["code"].tolist() == ["01001"]


@pytest.mark.parametrize(
    "header_fields",
    [
        {"whole": 2**31 - 1},
        {"whole": 2**30, "unpacked": 2**30},
        {"data": struct.pack("<I", 2**28) + bytes(2**28)},
    ],
    ids=["page", "column", "zeros"],
)
def test_a_page_that_says_it_is_large(tmp_path: Path, header_fields: dict[str, Any]) -> None:
    assert fault_of(read_raw_table, crafted(tmp_path, **header_fields)).kind == "archive-bomb"


@pytest.mark.parametrize(
    "header_fields",
    [
        {"kind": 2, "values": 2**31 - 1},
        {"values": 2**31 - 1},
        {"values": -1},
        {"all_values": 2**40},
        {"all_values": 2**40, "values": 2**31 - 1},
        {"group_rows": 2},
        {"group_rows": 2, "rows": 2, "all_values": 2},
        {"rows": -1, "group_rows": -1},
        {"packed": -1},
        {"packed": 2**31 - 1},
        {"whole": -1},
        {"length": 2**60},
        {"length": -5},
        {"offset": -5},
        {"offset": 2**60},
        {"deep": 60},
        {"deep": 100_000},
    ],
    ids=str,
)
def test_headers_that_say_what_is_not_so(tmp_path: Path, header_fields: dict[str, Any]) -> None:
    assert fault_of(read_raw_table, crafted(tmp_path, **header_fields)).kind == "damaged-file"


def test_a_footer_is_read_before_arrow_sees_it(tmp_path: Path) -> None:
    """Also by a version of Arrow that has no bound of its own."""
    path = crafted(tmp_path, deep=100_000)
    with (
        pytest.raises(InputError) as caught,
        open_parquet(path, limits=DEFAULT_LIMITS, what="Parquet file"),
    ):
        pass
    assert "nested too deep" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x15", b"\x18\x05a", b"\x19\xf5\xff\xff\xff\xff\x0f", b"\x1c" * 100, b"\x1b\x00",
        b"\x15\x02\x05\x02\x02\x00", b"\x15" + b"\xff" * 20, b"\x19" * 3 + b"\x19\x19" * 50,
    ],
    ids=repr,
)  # fmt: skip
def test_no_structure(data: bytes) -> None:
    with pytest.raises(BadThrift):
        read_struct(data)


def test_any_damage_to_the_headers_is_a_sentence(tmp_path: Path) -> None:
    good = crafted(tmp_path).read_bytes()
    path = tmp_path / "spoiled.parquet"
    chance = random.Random(7)
    for _ in range(400):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            read_raw_table(path)
        except InputError as error:
            assert len(str(error)) < 2000
