"""What publishers' files may hold: the limits of the readers of users' files are theirs too."""

from __future__ import annotations

import gzip
import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import MIB
from zoneblanche.geo.tables.records import read_records
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.layers.fetching.from_folder import columns_of
from zoneblanche.layers.publishers.connector import read_source
from zoneblanche.layers.publishers.insee import read_density
from zoneblanche.layers.publishers.population_grid import read_cells

SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = {
    "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets>'
    b"</workbook>",
    "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Type="worksheet" '
    b'Target="worksheets/sheet1.xml"/></Relationships>',
}
RAM = 200 * MIB


def fault_of(read: Callable[[Path], object], path: Path) -> Fault:
    """The one fault of a file that is refused soon and without much memory."""
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError) as caught:
        read(path)
    assert time.monotonic() - begin < 10
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < RAM
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert len(str(fault)) < 1000
    return fault


def bomb(folder: Path, member: str, *, megabytes: int = 300) -> Path:
    """A workbook with one part that unpacks to a thousand times its size."""
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in WORKBOOK.items():
            archive.writestr(name, content)
        with archive.open(member, "w", force_zip64=True) as stream:
            stream.write(b"<worksheet><sheetData><row><c><v>")
            for _ in range(megabytes):
                stream.write(b"0" * MIB)
    assert path.stat().st_size < 10 * MIB
    return path


@pytest.mark.parametrize("member", [SHEET, "xl/sharedStrings.xml", "docProps/app.xml"])
def test_a_workbook_that_unpacks_to_much(tmp_path: Path, member: str) -> None:
    """openpyxl read it before anything of it was measured."""
    path = bomb(tmp_path, member)
    assert fault_of(read_density, path).kind == "archive-bomb"
    assert fault_of(lambda path: read_source("insee-density", path), path).kind == "archive-bomb"


def test_the_command_says_so_with_status_2(tmp_path: Path) -> None:
    path = bomb(tmp_path, SHEET)
    done = subprocess.run(
        [sys.executable, "-m", "zoneblanche.scripts.cli", "build", "--within", "48",
         "--source", f"insee-density={path}", "-o", tmp_path / "a.parquet", "--lang", "en"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "times its size, more than the limit of 200" in done.stderr
    assert not (tmp_path / "a.parquet").exists()


def grid(folder: Path, table: str) -> Path:
    path = folder / "carreaux_200m_met.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        base.execute("INSERT INTO gpkg_contents VALUES ('carreaux', 'features')")
        base.executescript(table)
        base.commit()
    return path


@pytest.mark.parametrize(
    "table",
    [
        "CREATE VIEW carreaux AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'CRS3035RES200mN' || i || 'E0' AS idcar_200m, 1.0 AS ind FROM n",
        "CREATE VIEW carreaux AS SELECT hex(zeroblob(400000000)) AS idcar_200m, 1 AS ind",
        "CREATE VIRTUAL TABLE carreaux USING fts5(idcar_200m, ind)",
    ],
    ids=["endless", "zeroblob", "virtual"],
)
def test_a_grid_that_never_ends(tmp_path: Path, table: str) -> None:
    fault = fault_of(read_cells, grid(tmp_path, table))
    assert fault.kind == "wrong-format"
    assert "view or a virtual table" in str(fault)


def test_a_computed_column_of_a_grid_is_not_read(tmp_path: Path) -> None:
    table = (
        "CREATE TABLE carreaux (n INTEGER, ind REAL, idcar_200m AS (hex(zeroblob(400000000))));"
        "INSERT INTO carreaux (n, ind) VALUES (1, 1.0)"
    )
    assert fault_of(read_cells, grid(tmp_path, table)).kind == "header"


@pytest.mark.parametrize("read", [read_events, read_cells], ids=["events", "grid"])
def test_a_csv_of_gigabytes(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """It has no bytes on the disk but those of its header."""
    path = tmp_path / "events.csv"
    with path.open("wb") as stream:
        stream.write(b"MOD,DATE_EFF,idcar_200m,ind\n")
        stream.truncate(2048 * MIB + 1)
    assert fault_of(read, path).kind == "too-large"


def test_a_csv_of_one_endless_line(tmp_path: Path) -> None:
    path = tmp_path / "carreaux_200m_met.csv"
    with path.open("wb") as stream:
        stream.write(b"idcar_200m,ind\n" + b"x" * (100 * MIB))
    assert fault_of(read_cells, path).kind == "damaged-file"


def test_records_that_unpack_to_much(tmp_path: Path) -> None:
    path = tmp_path / "presence.json.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"[")
        for _ in range(300):
            stream.write(b" " * MIB)
    assert fault_of(read_records, path).kind == "archive-bomb"


def test_records_of_too_many_values(tmp_path: Path) -> None:
    path = tmp_path / "annuaire.json"
    path.write_bytes(b"[" + b"{}," * 25_000_000 + b"{}]")
    assert fault_of(read_records, path).kind == "too-large"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}\n{"a": 2\n', "line 2: column 8"),
        (b'{"a": 1}\n[2]', "a record is not an object."),
        (b"[1]", "a record is not an object."),
        (b'[{"a": ' + b"[" * 100_000, "nested too deep"),
        (b"\x1f\x8b\x08 and no more", "the gzip file is damaged"),
        (b"%PDF-1.4", "the file is a PDF"),
        (b"a;b\n1\n", "the row has 1 cell, the header 2"),
    ],
)
def test_records_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "annuaire.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_records(path)
    assert message in str(caught.value)


def test_records_are_read_from_json_lines_and_csv(tmp_path: Path) -> None:
    records = [{"a": "é", "b": "1"}, {"a": "", "b": "2"}]
    path = tmp_path / "annuaire"
    path.write_text("\n".join(map(json.dumps, records)), "utf-8")
    assert read_records(path) == records
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(records).encode())
    assert read_records(path) == records
    path.write_text("a;b\né;1\n;2\n", "utf-8")
    assert read_records(path) == records
    path.write_bytes(gzip.compress(json.dumps(records).encode()))
    assert read_records(path) == records


def test_an_archive_of_a_table_that_unpacks_to_much(tmp_path: Path) -> None:
    path = tmp_path / "2026T2-Commune.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("commune.dbf", "w", force_zip64=True) as stream,
    ):
        for _ in range(400):
            stream.write(bytes(MIB))
    assert fault_of(lambda path: read_source("arcep-ftth", path), path).kind == "archive-bomb"


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(path))


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices have paths")
@pytest.mark.parametrize("make", [_pipe, _device, _socket, Path.mkdir])
@pytest.mark.parametrize(
    "source",
    ["insee-density", "arcep-debit", "dila-directory", "anct-dpnt", "arcep-ftth", "insee-ages"],
)
def test_what_is_no_plain_file_is_refused_at_once(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None], source: str
) -> None:
    path = tmp_path_factory.mktemp("s") / "x.csv"
    make(path)
    fault = fault_of(lambda path: read_source(source, path), path)
    assert fault.kind == "not-a-file"


@pytest.mark.skipif(os.name != "posix", reason="pipes have paths")
@pytest.mark.parametrize("make", [_pipe, _device])
def test_so_it_is_elsewhere(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "carreaux_200m_met.csv"
    make(path)
    assert fault_of(read_cells, path).kind == "not-a-file"
    assert fault_of(read_events, path).kind == "not-a-file"
    assert fault_of(read_records, path).kind == "not-a-file"
    assert columns_of(path) == set()
