"""Tables that were once read in silence, or made a run stop in the wrong way."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.tables import column, parse_codes, parse_numbers, read_raw_table


def kinds(caught: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {fault.kind for fault in caught.value.faults}


def workbook(path: Path, *merged: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["code", "taux", "note"], ["01001", 50.5, "a"], ["01002", 7, "b"]):
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


@pytest.mark.parametrize(("merged", "name"), [("A2:A3", "code"), ("B2:B3", "taux")])
def test_cells_merged_over_rows_are_refused(tmp_path: Path, merged: str, name: str) -> None:
    raw = read_raw_table(workbook(tmp_path / "t.xlsx", merged))
    with pytest.raises(InputError, match=r"line 3.*merged cells") as caught:
        column(raw, name)
    assert kinds(caught) == {"merged-cells"}


def test_merged_cells_of_other_columns_do_no_harm(tmp_path: Path) -> None:
    raw = read_raw_table(workbook(tmp_path / "t.xlsx", "C2:C3"))
    assert column(raw, "code").tolist() == ["01001", "01002"]
    assert parse_numbers(raw, "taux").values.tolist() == [50.5, 7]


def test_one_long_text_a_million_times_takes_no_memory(tmp_path: Path) -> None:
    codes = pa.DictionaryArray.from_arrays(pa.array(np.zeros(300_000, "int32")), ["0" * 30_000])
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"code": codes}), path, store_schema=False)
    assert path.stat().st_size < 10_000
    raw = read_raw_table(path)
    assert len({id(cell) for cell in column(raw, "code")}) == 1
    with pytest.raises(InputError, match="too long for a code"):
        parse_codes(raw, "code", valid_codes=pd.Index(["01001"]))


def test_dictionaries_are_read_with_their_gaps(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"v": pa.array(["a", None, "b", "a"]), "n": [1.5, None, 2, 1.5]}),
        tmp_path / "t.parquet",
        row_group_size=2,
    )
    raw = read_raw_table(tmp_path / "t.parquet")
    assert column(raw, "v").tolist() == ["a", "", "b", "a"]
    assert column(raw, "n").tolist() == ["1.5", "", "2", "1.5"]


@pytest.mark.parametrize("name", ["unicode_escape", "idna", "utf-7", "zlib", "klingon"])
def test_codecs_that_are_no_encodings_of_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "t.csv").write_text("code;v\na;1\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not an encoding of text"):
        read_raw_table(tmp_path / "t.csv", encoding=name)


def test_the_line_that_names_the_separator(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sep=;\ncode;v\na;1\nb;2\n", encoding="utf-8")
    raw = read_raw_table(tmp_path / "t.csv")
    assert list(raw.columns) == ["code", "v"]
    assert raw.lines.tolist() == [3, 4]
    assert any("names the separator" in notice for notice in raw.notices)


def test_accents_may_be_written_in_two_ways(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code;de\u0301bit\nE\u03011;5\nÉ2;6\n", encoding="utf-8")
    raw = read_raw_table(tmp_path / "t.csv")
    assert parse_numbers(raw, "débit").values.tolist() == [5, 6]
    codes = parse_codes(raw, "code", valid_codes=pd.Index(["É1", "É2"]))
    assert codes.matched.all()


@pytest.mark.parametrize("value", ["1e308", "-1e308", "3.4e38"])
def test_no_measured_quantity_is_that_large(tmp_path: Path, value: str) -> None:
    (tmp_path / "t.csv").write_text(f"code;v\na;1e308\nb;{value}\nc;1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        parse_numbers(read_raw_table(tmp_path / "t.csv"), "v")
    assert kinds(caught) == {"undeclared-nodata"}


def test_a_figure_that_looks_like_no_data_may_be_declared_a_figure(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code;v\na;99999\nb;3\n", encoding="utf-8")
    raw = read_raw_table(tmp_path / "t.csv")
    with pytest.raises(InputError, match='nodata = "none"'):
        parse_numbers(raw, "v")
    assert parse_numbers(raw, "v", nodata=None).values.tolist() == [99999, 3]


@pytest.mark.parametrize("text", ['[{"code": "\\ud800", "v": 1}]', '[{"code": "a", "code": "b"}]'])
def test_json_that_no_table_can_hold(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"half of a surrogate pair|more than once"):
        read_raw_table(tmp_path / "t.json")


@pytest.mark.parametrize("content", ["text", 3, None])
def test_json_without_records(tmp_path: Path, content: object) -> None:
    (tmp_path / "t.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError):
        read_raw_table(tmp_path / "t.json")


def test_a_workbook_with_two_sheets_of_one_name_in_its_archive(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", archive.read("xl/worksheets/sheet1.xml"))
    with pytest.raises(InputError, match="more than once"):
        read_raw_table(path)


def test_a_count_that_nothing_has(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code;n\na;100000000000000000000\nb;1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2.*more than there is"):
        parse_numbers(read_raw_table(tmp_path / "t.csv"), "n", unit="count")


@pytest.mark.parametrize(
    ("end", "refused"), [("8.2", True), ("8", True), ("8.25", False), ("8.2\n", False)]
)
def test_a_file_that_ends_within_a_figure(tmp_path: Path, end: str, refused: bool) -> None:
    (tmp_path / "t.csv").write_text(f"code;v\na;1.25\nb;2.50\nc;3.75\nd;{end}", encoding="utf-8")
    if refused:
        with pytest.raises(InputError, match=r"line 5.*ends within a line"):
            read_raw_table(tmp_path / "t.csv")
    else:
        assert len(read_raw_table(tmp_path / "t.csv")) == 4
