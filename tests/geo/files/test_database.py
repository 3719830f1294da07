"""GeoPackages that are crafted, left open by a program, or changed meanwhile."""

from __future__ import annotations

import sqlite3
import struct
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, MIB
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.vectors.formats.geopackage import read_geopackage

SQUARES = gpd.GeoDataFrame(
    {"code": ["48001", "48002"]},
    geometry=[shapely.box(3.4, 44.4, 3.5, 44.5), shapely.box(3.5, 44.4, 3.6, 44.5)],
    crs=4326,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "communes.gpkg"
    SQUARES.to_file(path, layer="communes")
    return path


@contextmanager
def changing(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, with the functions that the triggers of a GeoPackage call."""
    with closing(sqlite3.connect(path)) as base:
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("MinX", "MaxX", "MinY", "MaxY"):
            base.create_function(f"ST_{name}", 1, lambda _: 0.0)
        yield base
        base.commit()


def codes_of(path: Path) -> list[str]:
    features = read_geopackage(
        path, layer=None, wanted=("code",), limits=DEFAULT_LIMITS, notices=Notices()
    )
    return features.fields["code"].tolist()


def fault_of(path: Path) -> Fault:
    """The one fault of a file that is refused soon and at little cost."""
    tracemalloc.start()
    begin = time.monotonic()
    with pytest.raises(InputError) as caught:
        codes_of(path)
    assert time.monotonic() - begin < 5
    assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    tracemalloc.stop()
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert len(str(fault)) < 1000
    return fault


@pytest.mark.parametrize("relation", ["communes", "gpkg_contents", "gpkg_spatial_ref_sys"])
def test_a_view_holds_more_than_the_file(path: Path, relation: str) -> None:
    with changing(path) as base:
        columns = [row[1] for row in base.execute(f"PRAGMA table_info({relation})")]
        chosen = ", ".join(
            f"zeroblob(900000000) AS {name}" if name in ("geom", "definition") else name
            for name in columns
        )
        base.execute("PRAGMA legacy_alter_table = ON")
        base.execute(f"ALTER TABLE {relation} RENAME TO old")
        base.execute(f"CREATE VIEW {relation} AS SELECT {chosen} FROM old")
    fault = fault_of(path)
    assert fault.kind == "wrong-format"
    assert ("is a view" in str(fault)) == (relation == "communes")


def test_a_virtual_table_is_not_read(path: Path) -> None:
    with changing(path) as base:
        base.execute("DROP TABLE communes")
        base.execute("CREATE VIRTUAL TABLE communes USING fts5(geom, code)")
    assert "virtual table" in str(fault_of(path))


def test_a_computed_column_is_not_read(path: Path) -> None:
    with changing(path) as base:
        base.execute("ALTER TABLE communes DROP COLUMN code")
        base.execute("ALTER TABLE communes ADD COLUMN code AS (hex(zeroblob(400000000)))")
    features = read_geopackage(
        path, layer=None, wanted=("code",), limits=DEFAULT_LIMITS, notices=Notices()
    )
    assert (features.names, dict(features.fields)) == (("fid",), {})
    with changing(path) as base:
        base.execute("ALTER TABLE communes ADD COLUMN shape AS (zeroblob(900000000))")
        base.execute("UPDATE gpkg_geometry_columns SET column_name = 'shape'")
    assert fault_of(path).kind == "damaged-file"


def test_cells_that_share_their_bytes(tmp_path: Path) -> None:
    """Every row of the table leads to the same four megabytes of overflow pages."""
    path = tmp_path / "communes.gpkg"
    SQUARES.iloc[:0].to_file(path, layer="communes")
    with changing(path) as base:
        base.execute("INSERT INTO communes (geom, code) VALUES (zeroblob(4194304), 'a')")
        base.commit()
        (pages,) = base.execute("PRAGMA page_count").fetchone()
        (size,) = base.execute("PRAGMA page_size").fetchone()
        for number in range(6):
            base.execute(
                "INSERT INTO communes (geom, code) VALUES (zeroblob(4194304), ?)", (str(number),)
            )
        (root,) = base.execute(
            "SELECT rootpage FROM sqlite_master WHERE name='communes'"
        ).fetchone()
    data = bytearray(path.read_bytes())
    leaf = data[(root - 1) * size : root * size]
    assert leaf[0] == 13, "the rows are in one leaf"
    cells = struct.unpack_from(f">{struct.unpack_from('>H', leaf, 3)[0]}H", leaf, 8)
    ends = sorted((*cells, size))
    links = [(root - 1) * size + ends[ends.index(cell) + 1] - 4 for cell in cells]
    for link in links:
        data[link : link + 4] = data[links[0] : links[0] + 4]
    data[28:32] = struct.pack(">I", pages)
    path.write_bytes(data[: pages * size])
    assert fault_of(path).kind == "archive-bomb"


def test_rows_in_a_log_beside_the_file_are_read(path: Path) -> None:
    with changing(path) as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("UPDATE communes SET code = '48999' WHERE code = '48002'")
        base.commit()
        assert path.with_name("communes.gpkg-wal").stat().st_size > 0
        before = {entry.name: entry.read_bytes() for entry in path.parent.iterdir()}
        assert codes_of(path) == ["48001", "48999"]
        assert {entry.name: entry.read_bytes() for entry in path.parent.iterdir()} == before
        base.execute("UPDATE communes SET code = '48888' WHERE code = '48001'")
        assert codes_of(path) == ["48001", "48999"]
        base.rollback()
    assert codes_of(path) == ["48001", "48999"]


def test_a_change_that_was_not_finished(path: Path) -> None:
    with changing(path) as base:
        base.execute("PRAGMA cache_size = 1")
        base.execute("BEGIN")
        base.execute("UPDATE communes SET code = hex(randomblob(3000))")
        journal = path.with_name("communes.gpkg-journal").read_bytes()
        spoiled = path.read_bytes()
        base.rollback()
    journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + journal[8:]
    path.with_name("communes.gpkg-journal").write_bytes(journal)
    path.write_bytes(spoiled)
    fault = fault_of(path)
    assert fault.kind == "unfinished-change"
    assert "communes.gpkg-journal" in str(fault)
    path.with_name("communes.gpkg-journal").write_bytes(bytes(28) + journal[28:])
    assert len(codes_of(path)) == 2, "a journal that is done with is none"
