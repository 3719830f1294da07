"""Workbooks, Parquet and JSON: typed cells as text, and what is damaged or dangerous."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point

from zoneblanche.geo.errors import Fault, InputError, ZoneblancheError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.tables import column, parse_codes, parse_numbers, read_raw_table

KNOWN = pd.Index(["01001", "01002", "01004"])


def workbook(folder: Path, *rows: list[object], name: str = "t.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Données"
    for row in rows:
        sheet.append(row)
    for cell in sheet["C"]:
        cell.number_format = "0.0%"
    path = folder / name
    book.save(path)
    return path


def faults_of(path: Path, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_raw_table(path, **options)
    return caught.value.faults


def repacked(path: Path, part: str, content: bytes) -> Path:
    """The workbook with one part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    path.write_bytes(buffer.getvalue())
    return path


def test_a_text_in_its_cell_is_read_without_its_pronunciation(tmp_path: Path) -> None:
    """And a blank cell beyond the columns is no fault, however long."""
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>code</t></r><rPh sb="0" eb="4"><t>kodo</t>'
        '</rPh></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>01001</t></is></c><c r="B2"><v>1</v></c>'
        f'<c r="D2" t="inlineStr"><is><t>{" " * 32_768}</t></is></c></row></sheetData></worksheet>'
    )
    path = workbook(tmp_path, ["code", "n"], ["01001", 1])
    raw = read_raw_table(repacked(path, "xl/worksheets/sheet1.xml", content.encode()))
    assert {name: list(cells) for name, cells in raw.columns.items()} == {
        "code": ["01001"],
        "n": ["1"],
    }


def test_cells_of_a_workbook_are_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["code", "n", "part", "le", "ok", "f"],
        ["01001", 12.5, 0.125, dt.date(2024, 12, 3), True, "=B2*2"],
        ["01002", 7, None, None, False, " é <&> "],
        [None, None, None, None, None, None],
        ["01004", 1e20, 1, dt.datetime(2024, 1, 1, 12), None, None],
    )
    table = read_raw_table(path)
    assert {name: list(cells) for name, cells in table.columns.items()} == {
        "code": ["01001", "01002", "01004"],
        "n": ["12.5", "7", "1e+20"],
        "part": ["12.5 %", "", "100 %"],
        "le": ["2024-12-03", "", "2024-01-01T12:00:00"],
        "ok": ["true", "false", ""],
        "f": ["=B2*2", " é <&> ", ""],
    }
    assert table.lines.tolist() == [2, 3, 5]
    assert any("shown in percent" in notice for notice in table.notices)
    assert parse_numbers(table, "part", unit="percent").values[0] == 12.5
    with pytest.raises(InputError, match=r"line 2, column 'f': '=B2\*2' is a formula"):
        parse_numbers(table, "f")


def test_whole_numbers_in_a_column_of_codes_have_lost_their_zeros(tmp_path: Path) -> None:
    table = read_raw_table(workbook(tmp_path, ["code", "n"], [1001, 1], ["01002", 2]))
    with pytest.raises(InputError, match=r"line 2, column 'code': '1001' has lost"):
        parse_codes(table, "code", valid_codes=KNOWN)
    digits = read_raw_table(workbook(tmp_path, ["siren", "n"], [200029999, 1], [200042935, 2]))
    codes = parse_codes(digits, "siren", pattern=r"\d{9}")
    assert codes.matched.all()
    assert any("whole numbers" in notice for notice in codes.notices)


def test_the_header_of_a_workbook(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Grille"], [], ["code", "n"], ["01001", 1]]
    path = workbook(tmp_path, *rows)
    raw = read_raw_table(path)
    assert list(raw.columns) == ["code", "n"]
    assert any("the header is on line 3" in notice for notice in raw.notices)
    assert list(read_raw_table(path, header=3).columns) == ["code", "n"]
    assert faults_of(path, header=2)[0].kind == "header-place"
    repeated = read_raw_table(workbook(tmp_path, ["a", "a", "b"], [1, 2, 3]))
    assert (list(repeated.columns), dict(repeated.repeated)) == (["b"], {"a": [1, 2]})
    assert faults_of(workbook(tmp_path, ["a", "b"], [1, 2, 3]))[0].kind == "ragged-row"
    assert faults_of(workbook(tmp_path, ["a", "b"]))[0].kind == "no-rows"
    assert faults_of(workbook(tmp_path))[0].kind == "empty-file"


def test_sheets_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], [1, 2])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Documentation").append(["x", "y"])
    book.save(path)
    assert any("the first" in notice for notice in read_raw_table(path).notices)
    (fault,) = faults_of(path, sheet="Donnees")
    assert "Did you mean 'Données'?" in str(fault)
    assert faults_of(path, sheet="Documentation")[0].kind == "no-rows"


def test_a_workbook_of_another_name_is_read(tmp_path: Path) -> None:
    table = read_raw_table(workbook(tmp_path, ["a", "b"], [1, 2], name="t.csv"))
    assert any("XLSX workbook, whatever its name" in notice for notice in table.notices)


def test_an_archive_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], [1, 2])
    repacked(path, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 40_000_000)
    (fault,) = faults_of(path)
    assert fault.kind == "archive-bomb"
    (fault,) = faults_of(
        path, limits=replace(DEFAULT_LIMITS, archive_bytes=30_000_000, archive_ratio=1e9)
    )
    assert fault.kind == "too-large"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>',
        b"<worksheet><row r='1'><c r='A1' t='s'><v>999</v></c></row></worksheet>",
        b"<worksheet><row r='1'><c r='ZZZ1'><v>1</v></c></row></worksheet>",
        b"<worksheet><row r='1'><c r='A1'><v>x</v></c></row></worksheet>",
        b"<worksheet><sheetData><row",
        b"",
    ],
)
def test_damaged_sheets_are_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = repacked(workbook(tmp_path, ["a", "b"], [1, 2]), "xl/worksheets/sheet1.xml", content)
    assert faults_of(path)[0].kind == "damaged-file"


def test_limits_of_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], *([row, row] for row in range(200)))
    for limit in ({"rows": 50}, {"cells": 50}, {"columns": 1}):
        assert faults_of(path, limits=replace(DEFAULT_LIMITS, **limit))[0].kind == "too-large"
    long = workbook(tmp_path, ["a", "b"], ["x" * 30_000, 1])
    (fault,) = faults_of(long, limits=replace(DEFAULT_LIMITS, cell_length=100))
    assert (fault.kind, fault.line, fault.column) == ("overlong-cell", 2, "a")


def test_parquet_columns_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "code": pa.array(["01001", "01002"]).dictionary_encode(),
            "n": pa.array([1, None], pa.int32()),
            "x": pa.array([0.1, float("nan")], pa.float32()),
            "y": pa.array([96.9, 1e20]),
            "ok": [True, False],
            "shape": [b"\x00", b"\x01"],
        }
    )
    pq.write_table(table, path)
    raw = read_raw_table(path)
    assert {name: list(cells) for name, cells in raw.columns.items()} == {
        "code": ["01001", "01002"],
        "n": ["1", ""],
        "x": ["0.1", ""],
        "y": ["96.9", "1e+20"],
        "ok": ["true", "false"],
    }
    assert any("not read" in notice and "shape" in notice for notice in raw.notices)
    assert parse_numbers(raw, "x").values[0] == 0.1
    with pytest.raises(InputError, match=r"feature 0, column 'x'"):
        parse_codes(raw, "x", valid_codes=KNOWN)


def test_a_parquet_column_of_bytes_is_named_with_its_type(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"code": [b"01001", b"01002"], "taux": [5, 6]}).to_parquet(path)
    raw = read_raw_table(path)
    assert column(raw, "taux").tolist() == ["5", "6"]
    with pytest.raises(InputError, match="the column holds binary: neither text nor numbers"):
        column(raw, "code")


def test_spoiled_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"code": [1001, 1002]}), path)
    with pytest.raises(InputError, match="has lost its leading zeros"):
        parse_codes(read_raw_table(path), "code", valid_codes=KNOWN)
    assert faults_of(path, limits=replace(DEFAULT_LIMITS, rows=1))[0].kind == "too-large"
    assert faults_of(path, limits=replace(DEFAULT_LIMITS, archive_bytes=1))[0].kind == "too-large"
    pq.write_table(pa.table({"code": pa.array([], pa.string())}), path)
    assert faults_of(path)[0].kind == "no-rows"
    path.write_bytes(path.read_bytes()[:100])
    assert faults_of(path)[0].kind == "damaged-file"


def test_json_records(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(
        '[{"code": "01001", "n": 96.90, "t": ["a"]}, {"code": "01002", "n": null, "b": true}]'
    )
    raw = read_raw_table(path)
    assert {name: list(cells) for name, cells in raw.columns.items()} == {
        "code": ["01001", "01002"],
        "n": ["96.90", ""],
        "t": ['["a"]', ""],
        "b": ["", "true"],
    }
    path.write_text(json.dumps({"generated": "2026", "communes": [{"code": "01001"}]}))
    assert any("those of 'communes'" in notice for notice in read_raw_table(path).notices)


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ('[{"code": 1', "json-syntax", "cut off"),
        ('[{"code": 1},\n{"code" 2}]', "json-syntax", "line 2: column 9"),
        ('{"a": 1}\n{"a": 2}', "json-syntax", "One record a line"),
        ('[{"a": 1, "a": 2}]', "duplicate-column", "more than once"),
        ('[{"a": NaN}]', "not-finite", "NaN"),
        ('[{"a": -Infinity}]', "not-finite", "Infinity"),
        ('{"type": "FeatureCollection", "features": []}', "no-rows", "no rows"),
        ('{"type": "Topology", "objects": {}}', "no-features", "no layer"),
        ('{"a": 1}', "wrong-format", "no list of records"),
        ("[1, 2]", "ragged-row", "not an object"),
        ("[]", "no-rows", "no rows"),
        ("[" * 100_000, "json-syntax", "too deep"),
        ('[{"": 1}]', "header-place", "has no column names"),
    ],
)
def test_spoiled_json(tmp_path: Path, text: str, kind: str, says: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(text)
    fault = faults_of(path)[0]
    assert fault.kind == kind
    assert says in str(fault)


def test_json_rows_below_their_names(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[["code", "n"],\n["01001", "5"],\n["01002", null]]')
    assert column(read_raw_table(path), "n").tolist() == ["5", ""]
    for text, says in (
        ('[["code", "code"], ["01001", "5"]]', "does not have a different name"),
        ('[["code", 5], ["01001", "5"]]', "does not have a different name"),
        ('[["code", "n"], ["01001"]]', "the row has 1 cell, the header 2"),
        ('[["code", "n"]]', "no rows"),
        ('[["code", "n"], {"code": "01001"}]', "the record is not an object"),
    ):
        path.write_text(text)
        assert says in str(faults_of(path)[0])


def test_a_code_that_is_a_json_number(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"code": 1001}, {"code": 1002}]')
    with pytest.raises(InputError, match="has lost its leading zeros"):
        parse_codes(read_raw_table(path), "code", valid_codes=KNOWN)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "json", "dbf"])
def test_any_damage_gives_a_table_or_a_sentence(tmp_path: Path, kind: str) -> None:
    frame = pd.DataFrame({"code": ["01001", "01002"] * 8, "taux": [96.9, 0.5] * 8})
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        frame.to_csv(path, sep=";", decimal=",", index=False)
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "dbf":
        places = gpd.GeoDataFrame(frame, geometry=[Point(0, 0)] * len(frame), crs=4326)
        places.to_file(path.with_suffix(".shp"))
    else:
        frame.to_json(path, orient="records")
    good = path.read_bytes()
    chance = random.Random(kind)
    for _ in range(150):
        spoiled = bytearray(good)
        for _ in range(chance.choice((1, 1, 3, 20))):
            at = chance.randrange(len(spoiled))
            if chance.random() < 0.5:
                spoiled[at] = chance.choice(
                    (0, 9, 10, 34, 44, 59, 0x80, 0xFF, chance.randrange(256))
                )
            else:
                del spoiled[at : at + chance.randrange(1, 40)]
            spoiled = spoiled or bytearray(b"x")
        path.write_bytes(spoiled)
        try:
            table = read_raw_table(path)
            for name in table.columns:
                parse_numbers(table, name)
        except ZoneblancheError as error:
            assert str(error)
