"""A workbook that the reader drops is read as the package reads it, and refused in its words."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Page

from tests.browser.test_reader_table import KNOWN, read_on_page, said_by_python
from zoneblanche.geo.tables import parse_codes, parse_numbers, read_raw_table
from zoneblanche.scripts.bench.dropped import as_workbook, made_rows

pytestmark = pytest.mark.browser

Rows = list[list[Any]]
HEAD = ["code", "taux"]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(rows: Rows, shape: Callable[[Any], None] = lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    shape(book.active)
    return saved(book)


def in_percent(sheet: Any) -> None:
    for cell in sheet["B"][1:]:
        cell.number_format = "0.0%"


def in_own_form(sheet: Any) -> None:
    for cell in sheet["B"][1:]:
        cell.number_format = '[Red]0.00" days"'


def with_zeros(sheet: Any) -> None:
    """Codes stored as numbers, and shown with their zeros."""
    for cell in sheet["A"][1:]:
        cell.number_format = '00" "000'


def second_of_three(sheet: Any) -> None:
    """The first sheet is hidden, the last one is not read."""
    hidden = sheet.parent.create_sheet("notes", 0)
    hidden.append(["nothing"])
    hidden.sheet_state = "hidden"
    sheet.parent.create_sheet("more").append(HEAD)


GOOD: dict[str, tuple[bytes, str]] = {
    "plain": (workbook([HEAD, ["01001", 1.5], ["01002", 2], ["2A004", -3.25]]), "number"),
    "three-decimals": (workbook([HEAD, ["01001", 1.234], ["01002", 2.5]]), "number"),
    "text": (workbook([HEAD, ["01001", "1,5"], ["01002", "nd"], ["48095", "[c]"]]), "number"),
    "percent": (workbook([HEAD, ["01001", 0.125], ["01002", 1], ["48095", 0.3]], in_percent),
                "percent"),
    "zeros": (workbook([HEAD, [1001, 12.5], [1002, -1]], with_zeros), "number"),
    "form": (workbook([HEAD, ["01001", 12.5], ["48095", 1]], in_own_form), "number"),
    "titles": (workbook([["Fibre in France"], [], HEAD, ["01001", 1], ["01002", 2]]), "number"),
    "notes": (workbook([HEAD, ["01001", 1], ["01002", 2], [], ["Source: Arcep"]]), "number"),
    "gaps": (workbook([HEAD, ["01001", 1], [], ["01002", None], ["48095", 3]]), "count"),
    "sheets": (workbook([HEAD, ["01001", 1], ["01002", 2]], second_of_three), "number"),
    "names": (workbook([["code", "e\u0301te\u0301 & <b>"], ["01001", 1], ["48095", 2]]), "number"),
    "unknown": (workbook([HEAD, ["01001", 1e-7], ["99999", 2], ["2a004", 1e14]]), "number"),
}  # fmt: skip


def test_good_workbooks_are_read_as_the_package_reads_them(
    reader: Page,
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.xlsx"
    for name, (data, unit) in GOOD.items():
        path.write_bytes(data)
        raw = read_raw_table(path)
        codes = parse_codes(raw, "code", valid_codes=pd.Index(KNOWN))
        figures = parse_numbers(raw, list(raw.columns)[1], unit=unit)
        reading = read_on_page(reader, data, unit, "fr", "t.xlsx")
        assert reading["said"] == [], name
        places = [KNOWN.index(code) if code in KNOWN else -1 for code in codes.codes]
        assert reading["at"] == places, name
        np.testing.assert_array_equal(np.array(reading["values"], dtype=float), figures.values)
        assert reading["reasons"] == figures.reasons.tolist(), name


def merged(sheet: Any) -> None:
    sheet.merge_cells("B2:B3")


def changed(data: bytes, member: str, act: Callable[[bytes], bytes]) -> bytes:
    """The workbook with another text in one of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, act(old.read(name)) if name == member else old.read(name))
    return stream.getvalue()


def without(data: bytes, member: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
    return stream.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", 8) as book:
        book.writestr(name, content)
    return stream.getvalue()


def stored(data: bytes) -> bytes:
    """The workbook without compression."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return stream.getvalue()


def flipped(data: bytes, at: int) -> bytes:
    """The workbook with another byte in the deflated sheet."""
    start = data.index(SHEET.encode()) + len(SHEET) + at
    return data[:start] + bytes([data[start] ^ 0xFF]) + data[start + 1 :]


def with_other_sum(data: bytes) -> bytes:
    """The workbook with another checksum of its sheet, wherever it is written."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        checksum = book.getinfo(SHEET).CRC
    return data.replace(checksum.to_bytes(4, "little"), (checksum ^ 1).to_bytes(4, "little"))


PLAIN = GOOD["plain"][0]
SHEET = "xl/worksheets/sheet1.xml"
PHONETIC = b'<t>code</t><rPh sb="0" eb="4"><t>kodo</t></rPh>'
BLANKS = b'<c r="Z2" t="inlineStr"><is><t>' + b" " * 32_768 + b"</t></is></c></row>"
GOOD["phonetic"] = (
    changed(PLAIN, SHEET, lambda xml: xml.replace(b"<t>code</t>", PHONETIC)),
    "number",
)
ENDS = b"</row></sheetData>"
GOOD["blanks-beyond"] = (
    changed(PLAIN, SHEET, lambda xml: xml.replace(ENDS, BLANKS + b"</sheetData>")), "number",
)  # fmt: skip
DOCTYPE = b'<!DOCTYPE a [<!ENTITY x "y">]><worksheet'
BAD: dict[str, bytes] = {
    "no-rows": workbook([HEAD]),
    "empty": workbook([]),
    "no-names": workbook([[" ", " "], ["01001", 1]]),
    "beyond": workbook([HEAD, ["01001", 1, "x"], ["01002", 2]]),
    "same-names": workbook([["code", "taux", "taux"], ["01001", 1, 2]]),
    "merged": workbook([HEAD, ["01001", 1], ["01002", None]], merged),
    "formula": workbook([HEAD, ["01001", 1], ["01002", "=A1+1"]]),
    "error": workbook([HEAD, ["01001", 1], ["01002", "#N/A"]]),
    "date": workbook([HEAD, ["01001", 1], ["01002", dt.date(2021, 3, 12)]]),
    "moment": workbook([HEAD, ["01001", 1], ["01002", dt.datetime(2021, 3, 12, 6)]]),
    "yes": workbook([HEAD, ["01001", 1], ["01002", True]]),
    "decimal-code": workbook([HEAD, ["01001", 1], ["1002.0", 2]]),
    "blank-code": workbook([HEAD, ["01001", 1], [None, 2]]),
    "long-cell": workbook([HEAD, ["01001", 1], ["01002", "x" * 32_768]]),
    "odd-text": workbook([HEAD, ["01001", 'l\'été "x"'], ["01002", "\u200b\u2028é"]]),
    "cut": PLAIN[:-40],
    "cut-xml": changed(PLAIN, SHEET, lambda xml: xml[: len(xml) // 2]),
    "crossed": changed(PLAIN, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetdata>")),
    "entity": changed(PLAIN, SHEET, lambda xml: xml.replace(b"<worksheet", DOCTYPE, 1)),
    "no-relations": without(PLAIN, "xl/_rels/workbook.xml.rels"),
    "no-sheet": without(PLAIN, SHEET),
    "bomb": with_member(PLAIN, "xl/media/zero.bin", bytes(11 * 2**20)),
    "twice": with_member(PLAIN, SHEET.upper(), b"<a/>"),
    "flipped": flipped(PLAIN, 40),
    "wrong-sum": with_other_sum(PLAIN),
    "spoiled": stored(PLAIN).replace(b"<sheetData>", b"<sheetdata>"),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_bad_workbooks_get_the_sentences_of_the_package(
    reader: Page,
    tmp_path: Path,
    lang: str,
) -> None:
    path = tmp_path / "t.xlsx"
    for name, data in BAD.items():
        path.write_bytes(data)
        expected = [
            one.replace(str(path), "t.xlsx") for one in said_by_python(path, "number", lang)
        ]
        assert expected, name
        assert read_on_page(reader, data, "number", lang, "t.xlsx")["said"] == expected, name


def test_an_archive_that_is_no_workbook(reader: Page) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "text")
    (message,) = read_on_page(reader, stream.getvalue(), "number", "en", "t.zip")["said"]
    assert message.startswith("t.zip: the file is a ZIP archive; only tables in CSV, TSV and XLSX")


CELLS = (
    '<c r="A1"><v>1.50</v></c><c r="B1" t="n"><v>-0</v></c><c r="C1"><v>1E-7</v></c>',
    '<c r="A1"><v>0.0000001</v></c><c r="B1"><v>0.000001</v></c><c r="C1"><v>007</v></c>',
    '<c r="A1"><v>12.300000000000001</v></c><c r="B1"><v>1234567890123456</v></c>',
    '<c r="A1"><v>-12.5</v></c><c r="B1"><v>0</v></c><c r="C1"><v>0.0</v></c>',
    '<c r="A1"><v>.5</v></c><c r="B1"><v>+1</v></c><c r="C1"><v> 1 </v></c>',
    '<c r="A1" s="1"><v>44000</v></c><c r="B1" s="2"><v>0.125</v></c><c r="C1" s="1"/>',
    '<c r="A1" s="3"><v>1004</v></c><c r="B1" s="3"><v>-4</v></c><c r="C1" s="3"><v>1.5</v></c>',
    '<c r="A1" t="s"><v>1</v></c><c r="B1" t="str"><v>=1</v></c><c r="C1" t="b"><v>1</v></c>',
    '<c r="A1" t="inlineStr"><is><t>_x0041_ é</t></is></c><c r="B1" t="e"><v>#N/A</v></c>',
    '<c r="A1" t="str"><v>a &amp; b</v></c><c r="B1" t="inlineStr"><is><t>&lt;b></t></is></c>',
    '<c r="B1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c>',
    '<c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c><c r="AZ1"><v>3</v></c><c r="XFD1"><v>4</v></c>',
    '<c r="C1"><v>1</v></c><c><v>2</v></c><c r="T1"><v>3</v></c><c r="AK1"><v></v></c>',
    '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>1</v></c>',
    '<c r="XFE1"><v>1</v></c>',
    '<c r="A1" t="s"><v>9</v></c>',
    '<c r="A1"><v>x</v></c>',
    '<c r="A1" s="1><v>1</v></c>',
    '<c r="A1"><v>1</v>',
    '<c r="A1"><v>1</c></v>',
)
READ_BOTH = """(cells) => {
  const shownAs = (style) => ["", "date", "percent", "00000"][style];
  const read = (row) => {
    const xml = `<worksheet><sheetData><row r="1">${row}</row></sheetData></worksheet>`;
    try {
      const epoch = Date.UTC(1899, 11, 30);
      const { rows, fractions } = readSheet(xml, { strings: ["a", "b"], shownAs, epoch });
      const texts = [];
      rows.forEach((one) => one.cells.each((text, column) => texts.push([column, text])));
      const told = rows.map((one) => [one.line, one.cells.size, one.cells.last, one.cells.blank]);
      return JSON.stringify([told, texts.sort((a, b) => a[0] - b[0]), [...fractions].sort()]);
    } catch (error) {
      return error.kind ?? String(error);
    }
  };
  return cells.map((row) => [read(row), read(row.replaceAll("<c r=", "<c  r="))]);
}"""


def test_plain_cells_are_read_as_any_other(reader: Page) -> None:
    """With two spaces, a cell is not written as most programs write it."""
    shown = reader.evaluate(READ_BOTH, list(CELLS))
    for cells, (plain, other) in zip(CELLS, shown, strict=True):
        assert plain == other, cells
    texts = [dict(json.loads(one)[1]) for one, _ in shown[:14]]
    assert texts[0] == {0: "1.5", 1: "0", 2: "1e-7"}
    assert texts[1] == {0: "1e-7", 1: "0.000001", 2: "7"}
    assert texts[2] == {0: "12.3", 1: "1234567890123456"}
    assert texts[3] == {0: "-12.5", 1: "0", 2: "0"}
    assert texts[4] == {0: "0.5", 1: "1", 2: "1"}
    assert texts[5] == {0: "2020-06-18", 1: "12.5 %"}
    assert texts[6] == {0: "01004", 1: "-0004", 2: "1.5"}
    assert texts[8] == {0: "A é", 1: "#N/A"}
    assert texts[10] == {0: "2", 1: "3"}
    assert texts[11] == {0: "1", 51: "3", 16_383: "4"}
    assert texts[12] == {2: "1", 3: "2", 19: "3"}
    assert [plain for plain, _ in shown[14:]] == [
        "ValueError", "IndexError", "ValueError", "ExpatError", "ExpatError", "ExpatError",
    ]  # fmt: skip


KEEP_BOOK = """([codes, data]) => {
  const signs = atob(data);
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  window.book = { codes, bytes };
}"""
READ_BOOK = """async () => {
  const { codes, bytes } = window.book;
  const base = { codes, names: codes, layers: [], head: { levels: [], upper: [], project: null,
    level: { title: "", plural: "" } } };
  const own = new OwnTable({ base, textOf: () => "" }, await readBook(bytes, "t.xlsx"));
  return [own.figures.length, own.match.at.filter((at) => at >= 0).length];
}"""


def of_two_lines(title: bool) -> bytes:
    """A sheet whose header has the years over two columns each."""
    rows: Rows = [["Communes in two years"]] if title else []
    top = len(rows) + 1
    rows += [["code", 2022, None, 2023, None], [None, "count", "rate", "count", "share"]]
    rows += [["01001", 5, 1.5, 6, 50], ["01002", 7, 2.5, 8, 51.5], ["48095", 9, 3.5, 10, 52]]

    def merge(sheet: Any) -> None:
        for place in (f"A{top}:A{top + 1}", f"B{top}:C{top}", f"D{top}:E{top}"):
            sheet.merge_cells(place)
        if title:
            sheet.merge_cells("A1:E1")

    return workbook(rows, merge)


TWO_LINES = """async (bytes) => {
  const table = await tableOfFile(Uint8Array.from(bytes), "t.xlsx");
  const known = new Map(table.cells[0].map((code, i) => [code, i]));
  matchCodes(table, { column: 0 }, { plural: "" }, known);
  return table.names.slice(1).map((name, k) =>
    [name, Array.from(readFigures(table, k + 1, "number").values)]);
}"""


@pytest.mark.parametrize("title", [False, True])
def test_a_header_of_two_lines_is_read_as_in_the_package(
    reader: Page, tmp_path: Path, title: bool
) -> None:
    """A project names its columns; the page has to find them."""
    data = of_two_lines(title)
    shown = reader.evaluate(TWO_LINES, list(data))
    assert [name for name, _values in shown] == ["2022 count", "rate", "2023 count", "share"]
    path = tmp_path / "t.xlsx"
    path.write_bytes(data)
    for name, values in shown:
        raw = read_raw_table(path, wanted=["code", name])
        assert parse_codes(raw, "code", valid_codes=pd.Index(KNOWN)).matched.all()
        assert parse_numbers(raw, name, unit="number").values.tolist() == values, name


PIECES = """(xml) => {
  const bytes = new TextEncoder().encode(xml);
  const pieces = [...textPieces(bytes)];
  const told = { strings: [], shownAs: () => "", epoch: 0 };
  const read = (text) => readSheet(text, told).rows.map(
    ({ line, cells }) => [line, cells.get(0), cells.get(1)]);
  const whole = read(xml);
  return [pieces.length, JSON.stringify(read(pieces)) === JSON.stringify(whole), whole.length];
}"""


def test_a_sheet_is_read_in_pieces_as_it_is_read_whole(reader: Page) -> None:
    """A comment or a text may contain what ends a row; a piece never ends in one."""
    text = '<c r="A{0}" t="inlineStr"><is><t>\ufeffcœur {0}</t></is></c>'
    row = f'<row r="{{0}}">{text}<c r="B{{0}}"><v>{{0}}</v></c></row>'
    rows = [row.format(k) for k in range(1, 2_001)]
    sheet = "<worksheet><sheetData>{}</sheetData></worksheet>"
    many, same, count = reader.evaluate(PIECES, sheet.format("".join(rows)))
    assert same
    assert many > 5 and count == 2_000
    odd = [row.replace("<v>", "<!-- </row> --><v>") for row in rows]
    few, same, count = reader.evaluate(PIECES, sheet.format("".join(rows[:500] + odd[500:])))
    assert same
    assert few < many and count == 2_000


def test_a_workbook_of_all_communes_is_read_whole(reader: Page) -> None:
    """How long it takes is measured by `scripts.bench.dropped`."""
    codes = [f"{1001 + 2 * at:05}" for at in range(35_000)]
    data = as_workbook(made_rows(codes, [f"Nom {code}" for code in codes]))
    reader.evaluate(KEEP_BOOK, [codes, base64.b64encode(data).decode()])
    assert reader.evaluate(READ_BOOK) == [18, 35_000]
