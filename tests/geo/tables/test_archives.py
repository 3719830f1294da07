"""Archives around one table, OpenDocument spreadsheets, and attributes of polygons as tables."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import openpyxl
import pytest
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.messages import severity_of
from zoneblanche.geo.tables import column, parse_numbers, read_raw_table
from zoneblanche.geo.vectors.read import read_polygons

CSV = "code;taux\n01001;5\n01002;6,5\n"


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def faults_of(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_raw_table(path, **options)
    return str(caught.value)


def test_an_archive_around_one_table(tmp_path: Path) -> None:
    path = zipped(tmp_path / "fibre.zip", data__csv=CSV, readme__md="x")
    raw = read_raw_table(path)
    assert column(raw, "taux").tolist() == ["5", "6,5"]
    assert raw.file == str(path)
    assert "fibre.csv: the separator is ';', by evidence." in raw.notices


def test_several_tables_in_an_archive_are_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "fibre.zip", data__csv=CSV, meta__csv=CSV)
    message = faults_of(path)
    assert "contains 2 tables" in message
    assert "'data.csv', 'meta.csv'" in message
    assert 'layer = "data"' in message
    assert column(read_raw_table(path, layer="data"), "taux").tolist() == ["5", "6,5"]
    assert column(read_raw_table(path, member="data"), "taux").tolist() == ["5", "6,5"]


def test_files_that_describe_the_table_are_left_aside_and_named(tmp_path: Path) -> None:
    for aside in ("README", "licence-ouverte", "Metadata_Country_API", "98100001_MetaData"):
        path = zipped(tmp_path / "t.zip", **{"b__csv": CSV, f"{aside}__csv": "a;b\n1;2\n"})
        raw = read_raw_table(path)
        assert column(raw, "taux").tolist() == ["5", "6,5"]
        assert any(f"'b.csv' is read; by their names other files describe it ('{aside}.csv')" in one
                   for one in raw.notices)  # fmt: skip
    for data in ("licences-boissons", "noticeable", "mes-metadata"):
        path = zipped(tmp_path / "t.zip", **{"b__csv": CSV, f"{data}__csv": CSV})
        assert "contains 2 tables" in faults_of(path)


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", data__csv=CSV).read_bytes()
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("data.csv", inner)
    assert "a ZIP archive" in faults_of(tmp_path / "outer.zip")


def test_a_compressed_table(tmp_path: Path) -> None:
    path = tmp_path / "fibre.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode()))
    assert column(read_raw_table(path), "taux").tolist() == ["5", "6,5"]


@pytest.mark.parametrize("suffix", ["zip", "gz"])
def test_limits_hold_for_what_is_unpacked(tmp_path: Path, suffix: str) -> None:
    long = CSV + "01003;7\n" * 2_000_000
    path = tmp_path / f"fibre.csv.{suffix}"
    if suffix == "gz":
        path.write_bytes(gzip.compress(long.encode()))
    else:
        zipped(path, data__csv=long)
    assert "archive bomb" in faults_of(path)
    assert DEFAULT_LIMITS.archive_ratio == 200


def ods(path: Path, *sheets: str) -> Path:
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text"))
    content = f"<office:document-content {spaces}>{''.join(sheets)}</office:document-content>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return path


def cell(value: Any) -> str:
    if isinstance(value, str):
        kind, text = 'office:value-type="string"', escape(value)
    else:
        kind, text = f'office:value-type="float" office:value="{value!r}"', f"{value}"
    return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"


def sheet(name: str, *rows: list[Any]) -> str:
    lines = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        if row
        else '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        for row in rows
    )
    return f'<table:table table:name="{name}">{lines}</table:table>'


def test_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    notes = sheet("Notes", ["Read me"], ["Second line"])
    table = sheet("Data", ["Title"], ["code", "taux"], ["01001", 5], ["01002", 1.234], [], ["Note"])
    raw = read_raw_table(ods(tmp_path / "t.ods", notes, table), wanted=("code", "taux"))
    assert column(raw, "code").tolist() == ["01001", "01002"]
    assert parse_numbers(raw, "taux").values.tolist() == [5, 1.234]
    assert raw.lines.tolist() == [3, 4]
    text = " ".join(raw.notices)
    assert "sheet 'Data' is read, the first with these columns" in text
    assert "1 line below the table is left out, from line 7 ('Note')" in text


def test_percentages_dates_and_repeated_cells_of_an_opendocument_spreadsheet(
    tmp_path: Path,
) -> None:
    row = (
        '<table:table-row><table:table-cell table:number-columns-repeated="2" '
        'office:value-type="percentage" office:value="0.125"><text:p>12.5 %</text:p>'
        '</table:table-cell><table:table-cell office:value-type="date" '
        'office:date-value="2024-05-01"><text:p>1 May</text:p></table:table-cell>'
        "</table:table-row>"
    )
    head = sheet("S", ["a", "b", "day"]).replace("</table:table>", f"{row}</table:table>")
    raw = read_raw_table(ods(tmp_path / "t.ods", head))
    assert [cells.tolist() for cells in raw.columns.values()] == [
        ["12.5 %"], ["12.5 %"], ["2024-05-01"]
    ]  # fmt: skip


def test_numbers_shown_with_leading_zeros_keep_them(tmp_path: Path) -> None:
    table = sheet("S", ["code", "v"], [1001, 5], [1002, 6]).replace("<text:p>100", "<text:p>0100")
    raw = read_raw_table(ods(tmp_path / "t.ods", table))
    assert column(raw, "code").tolist() == ["01001", "01002"]
    book = openpyxl.Workbook()
    for row in (["code", "v", "w"], [1001, 5, 7], [1002, -6, 1.5]):
        book.active.append(row)
    for place, form in (("A", '00" "000'), ("B", "000"), ("C", "00")):
        for cell in book.active[place][1:]:
            cell.number_format = form
    book.save(tmp_path / "t.xlsx")
    raw = read_raw_table(tmp_path / "t.xlsx")
    assert column(raw, "code").tolist() == ["01001", "01002"]
    assert parse_numbers(raw, "v").values.tolist() == [5, -6]
    assert parse_numbers(raw, "w").values.tolist() == [7, 1.5]


def two_lines(path: Path) -> Path:
    book = openpyxl.Workbook()
    rows = (["code", "2022", None, "2023", None], [None, "n", "share", "n", "share"])
    for row in (*rows, ["01001", 1, 2, 3, 4], ["01002", 5, 6, 7, 8]):
        book.active.append(row)
    for cells in ("A1:A2", "B1:C1", "D1:E1"):
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_a_column_of_a_merged_header_has_the_name_of_its_group(tmp_path: Path) -> None:
    path = two_lines(tmp_path / "t.xlsx")
    raw = read_raw_table(path, wanted=("code", "2023 n"))
    assert column(raw, "2023 n").tolist() == ["3", "7"]
    raw = read_raw_table(path, wanted=("code", "n"))
    with pytest.raises(InputError, match="Columns: 'code', '2022 n', '2022 share', '2023 n'"):
        column(raw, "n")


def test_sheets_with_the_same_columns_are_named_in_a_warning(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    for year in (2022, 2023):
        sheet_of_year = book.create_sheet(str(year))
        sheet_of_year.append(["code", "n"])
        sheet_of_year.append(["01001", year])
    book.save(tmp_path / "t.xlsx")
    raw = read_raw_table(tmp_path / "t.xlsx", wanted=("code", "n"))
    (notice,) = [one for one in raw.notices if "sheet" in one]
    assert "others have the same columns (2023)" in notice
    assert 'sheet = "2023"' in notice
    assert severity_of(notice) == "warning"
    assert column(read_raw_table(tmp_path / "t.xlsx", sheet="2023"), "n").tolist() == ["2023"]


def test_a_spreadsheet_without_a_sheet_says_what_to_do(tmp_path: Path) -> None:
    assert "Save it as XLSX or CSV" in faults_of(ods(tmp_path / "t.ods"))


def test_the_sheet_with_the_columns_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["About this file"])
    table = book.create_sheet("Tabelle 1")
    for row in (["Gebäude, 2024"], ["AGS", "Anteil"], ["01001", 1.234], [], ["© Amt"]):
        table.append(row)
    book.save(tmp_path / "t.xlsx")
    raw = read_raw_table(tmp_path / "t.xlsx", wanted=("AGS", "Anteil"))
    assert parse_numbers(raw, "Anteil").values.tolist() == [1.234]


SQUARES = gpd.GeoDataFrame(
    {"code": ["A", "B"], "v": [1.5, None], "n": [3, 4]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    crs=4326,
)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_attributes_of_polygons_are_a_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    SQUARES.to_file(path)
    raw = read_raw_table(path, wanted=("code", "v", "n"))
    assert column(raw, "code").tolist() == ["A", "B"]
    assert column(raw, "n").tolist() == ["3", "4"]
    assert column(raw, "v").tolist() == ["1.5", ""]
    assert raw.counted == "record"


def test_a_feature_without_a_shape_keeps_its_row(tmp_path: Path) -> None:
    content = json.loads(SQUARES.to_json())
    content["features"][0]["geometry"] = None
    (tmp_path / "t.geojson").write_text(json.dumps(content))
    assert column(read_raw_table(tmp_path / "t.geojson"), "n").tolist() == ["3", "4"]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_a_field_that_is_not_there_is_a_fault_with_those_that_are(
    tmp_path: Path, suffix: str
) -> None:
    table = {"code": ["A"], "menages": [7]}
    path = tmp_path / f"t.{suffix}"
    gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)], crs=4326).to_file(path)
    wanted = ("code", "Menage")
    with pytest.raises(InputError, match=r"'Menage'\. .*'code', 'menages'"):
        column(read_raw_table(path, wanted=wanted), "Menage")


def with_attributes(path: Path) -> Path:
    frame = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    frame.to_file(path, layer="places")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE figures (code TEXT, v REAL)")
        base.executemany("INSERT INTO figures VALUES (?, ?)", [("01001", 1.5), ("01002", None)])
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type) VALUES (?, ?)",
            ("figures", "attributes"),
        )
    return path


def test_a_table_of_a_geopackage_without_shapes(tmp_path: Path) -> None:
    path = with_attributes(tmp_path / "t.gpkg")
    raw = read_raw_table(path, wanted=("code", "v"))
    assert column(raw, "v").tolist() == ["1.5", ""]
    assert any("table 'figures' is read, the only one with these" in one for one in raw.notices)
    assert not read_raw_table(path, layer="figures", wanted=("code", "v")).notices
    assert "holds 2 layers: figures, places" in faults_of(path, wanted=("code",))
    assert "no field 'v'" in faults_of(path, wanted=("code", "v"), layer="places")
    with pytest.raises(InputError, match="no layer 'figures'"):
        read_polygons(path, layer="figures")
