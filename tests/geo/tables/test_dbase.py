"""A dBASE table (.dbf) without shapes: every cell as it is, or a sentence."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.tables import RawTable, parse_numbers, read_raw_table
from zoneblanche.geo.vectors.formats.shapefile import companions_of
from zoneblanche.geo.vectors.read import read_territories

FIELDS = [("CODE", "C", 5), ("NOM", "C", 10), ("TAUX", "N", 8), ("JOUR", "D", 8), ("FIBRE", "L", 1)]
ROWS = [
    ("01001", "Łódź", "12.50", "20240131", "T"),
    ("01002", "Żary", "12.5", "00000000", "f"),
    ("01004", "Świdnica", "********", "", "?"),
    ("01005", "Gdańsk", "7", "20241399", "y"),
]


def dbf(
    folder: Path,
    *,
    fields: Any = FIELDS,
    rows: Any = ROWS,
    encoding: str = "cp1250",
    page: int = 0,
    deleted: tuple[int, ...] = (),
) -> Path:
    """Write a dBASE III table, as programs of statistical offices do."""
    width = 1 + sum(size for _name, _kind, size in fields)
    head = (3, 124, 1, 31, len(rows), 33 + 32 * len(fields), width, page)
    data = struct.pack("<BBBBIHH17xB2x", *head)
    for name, kind, size in fields:
        more = size >> 8 if kind == "C" else 0
        data += struct.pack("<11sc4xBB14x", name.encode(encoding), kind.encode(), size & 255, more)
    data += b"\r"
    for number, row in enumerate(rows):
        data += b"*" if number in deleted else b" "
        for (_name, kind, size), cell in zip(fields, row, strict=True):
            text = cell.encode(encoding)
            data += text.rjust(size) if kind in "NF" else text.ljust(size)
    path = folder / "t.dbf"
    path.write_bytes(data + b"\x1a")
    return path


def cells(table: RawTable) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in table.columns.items()}


def fault(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_raw_table(path, **options)
    return str(caught.value)


def test_every_cell_is_read_as_text(tmp_path: Path) -> None:
    table = read_raw_table(dbf(tmp_path))
    assert cells(table) == {
        "CODE": ["01001", "01002", "01004", "01005"],
        "NOM": ["Łódź", "Żary", "Świdnica", "Gdańsk"],
        "TAUX": ["12.50", "12.5", "", "7"],
        "JOUR": ["2024-01-31", "", "", "2024-13-99"],
        "FIBRE": ["true", "false", "", "true"],
    }
    assert table.stored == {"TAUX": "float"}
    assert any("read as cp1250 text by its letters" in one for one in table.notices)
    assert parse_numbers(table, "TAUX").values[:2].tolist() == [12.5, 12.5]


def test_figures_with_a_comma_are_not_cut_off(tmp_path: Path) -> None:
    rows = [("01001", "a", "12,5", "", "T"), ("01002", "b", "3,25", "", "T")]
    table = read_raw_table(dbf(tmp_path, rows=rows))
    assert table.stored == {}
    assert parse_numbers(table, "TAUX").values.tolist() == [12.5, 3.25]


@pytest.mark.parametrize(
    ("encoding", "page", "cpg"),
    [
        ("utf-8", 0, None),
        ("cp852", 0x64, None),
        ("cp1251", 0, "1251"),
        ("iso-8859-2", 0, "ISO 88592"),
        ("cp1250", 0x57, None),
        ("cp1250", 0, "UTF-8"),
    ],
)
def test_the_text_is_in_the_encoding_declared_or_that_of_its_letters(
    tmp_path: Path, encoding: str, page: int, cpg: str | None
) -> None:
    names = ["София", "Русе"] if encoding == "cp1251" else ["Łódź", "Żary"]
    rows = [(f"0100{row}", name, "1", "", "T") for row, name in enumerate(names)]
    path = dbf(tmp_path, rows=rows, encoding=encoding, page=page)
    if cpg is not None:
        path.with_suffix(".CPG").write_text(cpg)
        assert companions_of(path) == (path.with_suffix(".CPG"),)
    assert cells(read_raw_table(path))["NOM"] == names
    assert cells(read_raw_table(path, encoding=encoding))["NOM"] == names
    assert "not an encoding of text" in fault(path, encoding="x")
    assert "the file is not ascii text" in fault(path, encoding="ascii")


def test_deleted_records_are_left_out(tmp_path: Path) -> None:
    table = read_raw_table(dbf(tmp_path, deleted=(0, 2)))
    assert cells(table)["CODE"] == ["01002", "01005"]
    assert table.lines.tolist() == [1, 3]
    assert any("2 records that are marked as deleted" in one for one in table.notices)
    assert "no rows" in fault(dbf(tmp_path, deleted=(0, 1, 2, 3)))
    assert "no rows" in fault(dbf(tmp_path, rows=[]))


def test_fields_of_bytes_are_not_read(tmp_path: Path) -> None:
    fields = [("CODE", "C", 5), ("NOTE", "M", 10), ("LONG", "C", 300)]
    table = read_raw_table(dbf(tmp_path, fields=fields, rows=[("01001", "0000000001", "x" * 290)]))
    assert cells(table) == {"CODE": ["01001"], "LONG": ["x" * 290]}
    assert table.unread == {"NOTE": "M"}
    assert "the column holds M" in _column_fault(table, "NOTE")


def _column_fault(table: RawTable, name: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_numbers(table, name)
    return str(caught.value)


def test_damage_and_limits(tmp_path: Path) -> None:
    path = dbf(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert "is damaged" in fault(path)
    path.write_bytes(whole[:10] + b"\x09\x00" + whole[12:])
    assert "is damaged" in fault(path)
    path.write_bytes(whole[:-2])  # without the mark of the end, and the last space
    assert len(read_raw_table(path)) == 4
    path.write_bytes(whole)
    assert "more than the limit of 3" in fault(path, limits=Limits(rows=3))
    assert "more than the limit of 99" in fault(path, limits=Limits(table_bytes=99))


def test_a_table_in_an_archive_or_under_another_name(tmp_path: Path) -> None:
    path = dbf(tmp_path)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.write(path, "data/T.DBF")
        archive.writestr("readme.html", "x")
    assert cells(read_raw_table(tmp_path / "t.zip"))["CODE"] == cells(read_raw_table(path))["CODE"]
    path.rename(tmp_path / "t.csv")
    table = read_raw_table(tmp_path / "t.csv")
    assert any("this is a dBASE table" in one for one in table.notices)


@pytest.mark.parametrize(("page", "name"), [("cp850", "data/T.CPG"), ("cp852", "data/t.cpg")])
def test_the_encoding_of_a_table_in_an_archive(tmp_path: Path, page: str, name: str) -> None:
    rows = [("01001", "Orléans", "1", "", "")]  # as letters of cp1252, it would be Orl‚ans
    path = dbf(tmp_path, rows=rows, encoding=page)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.write(path, "data/T.dbf")
        archive.writestr("data/other.cpg", "UTF-8")
        archive.writestr(name, page)
    table = read_raw_table(tmp_path / "t.zip")
    assert cells(table)["NOM"] == ["Orléans"]
    assert table.encoding == page
    limits = Limits(archive_bytes=path.stat().st_size)
    with zipfile.ZipFile(tmp_path / "t.zip", "a") as archive:
        archive.writestr("u.dbf", path.read_bytes())
        archive.writestr("u.cpg", " " * 5_000)
    with pytest.raises(InputError, match=r"u\.cpg' unpacks to 5,000 bytes, more than the limit"):
        read_raw_table(tmp_path / "t.zip", layer="u", limits=limits)


def test_a_table_is_no_polygons(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a dBASE table .* Name the .shp next to it"):
        read_territories(dbf(tmp_path), code="CODE")


def test_a_shapefile_with_figures_that_gdal_reads_in_part_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"], "v": [12.25]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "t.shp")
    path = tmp_path / "t.dbf"
    assert b"12.25" in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"12.25", b"12,25"))
    message = fault(tmp_path / "t.shp", wanted=("code", "v"))
    assert "'12,250000000000000' is not a figure" in message
    assert "name the .dbf as a table" in message
    table = read_raw_table(path)
    assert parse_numbers(table, "v").values.tolist() == [12.25]
    assert len(read_raw_table(tmp_path / "t.shp", wanted=("code",))) == 1
