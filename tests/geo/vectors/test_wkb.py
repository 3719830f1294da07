"""Well-known binary that is deeper, longer or other than it says."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.vectors.formats.wkb import BadBinary, check_wkb, shapes_of_wkb

SQUARE = shapely.box(3.4, 44.4, 3.5, 44.5)
SHAPES = [
    *map(
        shapely.from_wkt,
        (
            "POINT (1 2)", "POINT EMPTY", "POINT Z (1 2 3)", "LINESTRING (0 0, 1 1)",
            "POLYGON EMPTY", "MULTIPOLYGON EMPTY", "MULTIPOINT (0 0, 1 1)", "LINEARRING EMPTY",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))",
            "MULTIPOLYGON Z (((0 0 1, 1 0 1, 1 1 1, 0 0 1)), ((5 5 1, 6 5 1, 6 6 1, 5 5 1)))",
            "GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 0)), MULTIPOINT (0 0, 1 1))",
            "POLYGON ZM ((0 0 1 2, 1 0 1 2, 1 1 1 2, 0 0 1 2))",
        ),
    )
]  # fmt: skip


def nested(deep: int, kind: int = 7) -> bytes:
    return struct.pack("<BII", 1, kind, 1) * deep + shapely.to_wkb(SQUARE)


def saved(blob: bytes, folder: Path, kind: str) -> Path:
    """Two squares, the second with this in place of its shape."""
    path = folder / f"squares.{kind}"
    frame = gpd.GeoDataFrame(
        {"code": ["48001", "48002"]}, geometry=[SQUARE, shapely.box(4, 44, 5, 45)], crs=4326
    )
    if kind == "parquet":
        frame.to_parquet(path)
        table = pq.read_table(path)
        cells = [table["geometry"][0].as_py(), blob]
        place = table.schema.get_field_index("geometry")
        table = table.set_column(place, table.field(place), pa.array(cells, pa.binary()))
        pq.write_table(table, path)
    else:
        from tests.geo.files.test_database import changing

        frame.to_file(path, layer="squares")
        with changing(path) as base:
            cell = b"GP\x00\x01\xe6\x10\x00\x00" + blob
            base.execute("UPDATE squares SET geom = ? WHERE code = '48002'", (cell,))
    return path


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
@pytest.mark.parametrize("around", [4, 5, 6, 7, 10, 12])
def test_a_hundred_thousand_shapes_in_one_another(tmp_path: Path, kind: str, around: int) -> None:
    """In a process of its own: it ended with 139."""
    path = saved(nested(100_000, around), tmp_path, kind)
    code = (
        "import sys; from zoneblanche.geo.vectors.read import read_territories; "
        "read_territories(sys.argv[1], code='code')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "feature 48002: its shape cannot be read: shapes nested more than 4 deep." in done.stderr


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("flavor", ["extended", "iso"])
def test_whatever_geos_writes_passes_and_no_part_of_it(
    shape: shapely.Geometry, order: int, flavor: str
) -> None:
    with_srid = shapely.set_srid(shape, 4326)
    blob = shapely.to_wkb(
        with_srid, byte_order=order, flavor=flavor, include_srid=flavor == "extended",
        output_dimension=4,
    )  # fmt: skip
    check_wkb(blob)
    for length in range(len(blob)):
        with pytest.raises(BadBinary):
            check_wkb(blob[:length])


@given(st.sampled_from(SHAPES), st.integers(0, 200), st.binary(min_size=1, max_size=9))
def test_what_passes_can_be_given_to_geos(
    shape: shapely.Geometry, place: int, other: bytes
) -> None:
    blob = bytearray(shapely.to_wkb(shape))
    place = min(place, len(blob) - 1)
    blob[place : place + len(other)] = other
    unreadable: dict[int, str] = {}
    (read_shape,) = shapes_of_wkb([bytes(blob)], unreadable)
    assert (read_shape is None) == (0 in unreadable)


@pytest.mark.parametrize(
    "blob",
    [
        struct.pack("<BII", 1, 3, 2**32 - 1),
        struct.pack("<BIII", 1, 3, 1, 2**32 - 1),
        struct.pack("<BII", 1, 6, 2**32 - 1) + bytes(100),
        struct.pack("<BII", 1, 7, 2**31),
        struct.pack("<BI", 2, 3),
        struct.pack("<BI", 1, 4003),
        struct.pack("<BI", 1, 99),
        b"",
    ],
)
def test_counts_that_are_not_there(blob: bytes) -> None:
    unreadable: dict[int, str] = {}
    assert shapes_of_wkb([blob], unreadable).tolist() == [None]
    assert 0 in unreadable
