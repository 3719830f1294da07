"""Delimited text: what it is, how it is cut, and every way in which it can be spoiled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.tables import RawTable, column, read_raw_table
from zoneblanche.geo.tables.formats.text_files.delimited import _plain_rows, _rows


def write(folder: Path, content: str | bytes, name: str = "fibre.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults_of(path: Path, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_raw_table(path, **options)
    assert all(fault.file == str(path) for fault in caught.value.faults)
    return caught.value.faults


def cells(table: RawTable) -> dict[str, list[str]]:
    return {name: list(values) for name, values in table.columns.items()}


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("code;taux\n01001;96,9\n", ";"),
        ("code,taux\n01001,96.9\n", ","),
        ("code\ttaux\n01001\t96,9\n", "\t"),
        ("code|taux\n01001|96,9\n", "|"),
        ('code,taux\n01001,"96,9"\n', ","),
        ("code;nom, prénom\n01001;96,9\n01002;x\n", ";"),
    ],
)
def test_the_separator_is_told_by_evidence_and_stated(
    tmp_path: Path, content: str, separator: str
) -> None:
    table = read_raw_table(write(tmp_path, content))
    assert table.separator == separator
    assert len(table.columns) == 2
    assert any("separator" in notice for notice in table.notices)


def test_lines_are_kept_through_blank_and_multiline_records(tmp_path: Path) -> None:
    text = 'code;nom\r\n01001;"une\r\nadresse"\r\n\r\n01002;b\r\n;\r\n01004;"dit ""le"" c"\r\n'
    table = read_raw_table(write(tmp_path, text))
    assert table.lines.tolist() == [2, 5, 7]
    assert cells(table) == {
        "code": ["01001", "01002", "01004"],
        "nom": ["une\nadresse", "b", 'dit "le" c'],
    }
    assert any("2 blank lines" in notice for notice in table.notices)


def test_an_index_without_a_name_is_left_out_and_said(tmp_path: Path) -> None:
    table = read_raw_table(write(tmp_path, ",code,taux\n0,01001,5\n1,01002,6\n"))
    assert list(table.columns) == ["code", "taux"]
    assert any("without a name" in notice for notice in table.notices)


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        ("code;nom\n01001;Ambérieu\n".encode("utf-8-sig"), "utf-8-sig"),
        ("code;nom\n01001;Ambérieu\n".encode("utf-16"), "utf-16"),
        ("code;nom\n01001;Ambérieu\n".encode("cp1252"), "cp1252"),
        ("code;nom\n01001;Ambérieu\n".encode(), "utf-8"),
    ],
)
def test_the_encoding_is_told_by_evidence(tmp_path: Path, encoded: bytes, encoding: str) -> None:
    table = read_raw_table(write(tmp_path, encoded))
    assert table.encoding == encoding
    assert cells(table) == {"code": ["01001"], "nom": ["Ambérieu"]}
    assert any("read as" in notice for notice in table.notices) == ("8" not in encoding)


def test_the_separator_is_the_one_with_which_the_header_has_the_columns(tmp_path: Path) -> None:
    key = "freq,unit,geo\\TIME_PERIOD"
    path = write(tmp_path, f"{key}\t2020 \t2021 \nA,PC,FR101\t10.5 p\t: \nA,PC,FR102\t7 \t8 \n")
    with pytest.raises(InputError, match="can be cut by ',', tab alike"):
        read_raw_table(path)
    table = read_raw_table(path, wanted=(key, "2020"))
    assert cells(table)["2020"] == ["10.5 p", "7 "]


@pytest.mark.parametrize(
    ("names", "encoding", "says"),
    [
        (["Łódź", "Świdnica"], "cp1250", "by its letters, e.g. 'Świdnica'"),
        (["Košice", "Ľubovňa"], "iso-8859-2", "by its letters, e.g. 'Košice'"),
        (["Orléans", "Besançon"], "mac-roman", "by its letters, e.g. 'Besançon'"),
        (["Genève"], "cp1252", 'it may be cp1250. If letters are wrong, write encoding = "cp1250"'),
        (["Râşnov", "Braşov"], "cp1250", "by its letters"),
    ],
)
def test_letters_show_the_encoding(
    tmp_path: Path, names: list[str], encoding: str, says: str
) -> None:
    rows = "".join(f"{row};{name}\n" for row, name in enumerate(names))
    path = write(tmp_path, f"code;nom\n{rows}".encode(encoding))
    table = read_raw_table(path)
    assert cells(table)["nom"] == names
    assert table.encoding == encoding
    (notice,) = [one for one in table.notices if "read as" in one]
    assert says in notice
    pinned = read_raw_table(path, encoding=encoding)
    assert cells(pinned)["nom"] == names


@pytest.mark.parametrize(
    ("content", "line", "says", "kind"),
    [
        ("code;nom\n1;é\n".encode() + b"2;\xe9\n", 3, "mixes two encodings", "encoding"),
        ("code;nom\n1;a\n2;é\n".encode("cp850"), 3, "cannot be determined", "encoding"),
        ("code;nom\n1;a\n2;b\n".encode("utf-16-le"), 1, "UTF-16 without", "encoding"),
        (b"code;nom\n1;a\n2;b\0\n", 3, "NUL byte", "nul"),
        (b"\xff\xfec\x00;\x00\x00\xd8\n\x00", None, "not utf-16", "encoding"),
    ],
)
def test_bytes_that_are_no_text(
    tmp_path: Path, content: bytes, line: int | None, says: str, kind: str
) -> None:
    (fault,) = faults_of(write(tmp_path, content))
    assert says in str(fault)
    assert fault.kind == kind
    assert line is None or fault.line == line


def test_a_text_encoded_twice_is_said(tmp_path: Path) -> None:
    table = read_raw_table(write(tmp_path, "code,nom\n1,Faucigny-GliÃ¨res\n"))
    assert any("encoded twice" in notice for notice in table.notices)


@pytest.mark.parametrize(
    ("content", "line", "at", "value", "kind", "says"),
    [
        ("code;taux\n1;5;7\n2;3\n", 2, "taux", "1;5;7", "ragged-row", "3 cells, the header 2"),
        ("code;taux\n1;5\n2\n3;4\n", 3, "taux", "2", "ragged-row", "1 cell, the header 2"),
        ("code;taux\n1;5\n2;4\n01", 4, "taux", "01", "truncated-row", "cut off"),
        ("code,taux\n1,96,9\n2,95\n", 2, "taux", "1,96,9", "ragged-row", "a decimal comma?"),
        ("code,taux\n1,96,9\n2,95,1\n", 2, "taux", "1,96,9", "ragged-row", "a decimal comma?"),
        ('code;taux\n1;"5\n2;4\n', 2, "taux", '"5', "stray-quote", "opened and not closed"),
        ('code;taux\n1;5\n2;4"\n3;1\n', 3, "taux", '4"', "stray-quote", "opened and not closed"),
        ('code;taux\n1;5\n2;4 "x" 3\n', 3, "taux", '4 "x" 3', "stray-quote", "is misplaced"),
        ('code;taux\n1;5\n2;"4"x\n', 3, "taux", '"4"x', "stray-quote", "is misplaced"),
        ('code;taux\n1;"5\n2;4"\n3;1\n', 2, "taux", "5\n2;4", "stray-quote", "over whole rows"),
        ('code;taux\n1;5\n2;"4', 3, "taux", '"4', "stray-quote", "opened and not closed"),
        ("a;b,c\n1;2,5\n", 1, None, "a;b,c", "ambiguous-separator", "separator = ';'"),
        ("code;taux\n1;" + "9" * 40_000, 2, "taux", None, "overlong-cell", "40,000 characters"),
    ],
)
def test_each_way_to_spoil_a_row_names_its_place(
    tmp_path: Path,
    content: str,
    line: int,
    at: str | None,
    value: str | None,
    kind: str,
    says: str,
) -> None:
    fault = faults_of(write(tmp_path, content))[0]
    assert (fault.line, fault.column, fault.kind) == (line, at, kind)
    assert says in str(fault)
    assert value is None or fault.value == value
    assert f"line {line}" in str(fault)


def test_all_faults_of_a_file_are_raised_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, 'code;taux;taux\n1;5;6\n2;7\n3;"8;9\n4;1;2;3\n5;1;1\n')
    assert [(fault.line, fault.kind) for fault in faults_of(path)] == [
        (3, "ragged-row"),
        (4, "stray-quote"),
        (5, "ragged-row"),
    ]


def test_a_repeated_column_is_a_fault_of_whoever_asks_for_it(tmp_path: Path) -> None:
    raw = read_raw_table(write(tmp_path, "\ncode;taux;taux\n1;5;6\n"))
    assert column(raw, "code").tolist() == ["1"]
    with pytest.raises(InputError, match="2 columns are called 'taux'") as caught:
        column(raw, "taux")
    assert caught.value.faults[0].line == 2


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("Titre\nSource : INSEE\ncode;taux\n1;5\n2;6\n", ()),
        ("Titre, avec virgule\nle 1;2\n\ncode;taux\n1;5\n2;6\n", ("code", "taux")),
        ('Titre\n"code";"taux"\n1;5\n2;6\n', ("taux",)),
    ],
)
def test_titles_above_a_table_are_left_out(
    tmp_path: Path, content: str, wanted: tuple[str, ...]
) -> None:
    raw = read_raw_table(write(tmp_path, content), wanted=wanted)
    assert column(raw, "taux").tolist() == ["5", "6"]
    assert any("the lines above it are left out" in notice for notice in raw.notices)
    assert raw.lines.tolist() == [content.count("\n") - 1, content.count("\n")]


NOTES = 'code,taux\n1,5\n2,6.5\n3,..\n\nSymbol legend:\n"..","not available"\n"Source: 17-10"\n'


def test_notes_below_a_table_are_left_out(tmp_path: Path) -> None:
    raw = read_raw_table(write(tmp_path, NOTES))
    assert column(raw, "taux").tolist() == ["5", "6.5", ".."]
    (notice,) = [one for one in raw.notices if "below the table" in one]
    assert "3 lines below the table are left out, from line 6 ('Symbol legend:')" in notice


SITES = "".join(f"0200{row},https://{row}.fr\n" for row in range(6))


@pytest.mark.parametrize(
    "content",
    [
        "code,taux\n1,5\n\nnote\n2,6\n",  # a row with a figure follows
        "code,taux\n1,5\n2,6\nnote\n",  # no blank line
        f"code,site\n01001,a.fr\n01002,b.fr\n\nNote: revised, see below, x\n{SITES}",
        f"code,site\n01001,a.fr\n01002,b.fr\n\nNote: revised\n{SITES}",
        "code,taux\n01001,5\n01002,6\n\nnote\n01003,nd\n",  # a row without a figure follows
        "code;v\n1. Ain;3\n2. Aisne;4\n\n3. Allier;5;6\n",  # it begins as rows do
        "code;v\n1) Ain;3\n2) Aisne;4\n3) Allier\n",
        "code;v\nEst: Ain;3\nEst: Aisne;4\nOuest: Allier\n",
    ],
)
def test_what_may_be_a_row_is_no_note(tmp_path: Path, content: str) -> None:
    assert faults_of(write(tmp_path, content))[0].kind == "ragged-row"


@pytest.mark.parametrize(
    "last",
    [
        "Saint Jean de la Porte",  # cut off
        "Saint Jean de la Porte\n",  # no more words than the names above have
        "a" * 3_000_000,
        "The figures are provisional until further n",  # the end of the file is missing
    ],
)
def test_a_row_that_is_cut_off_is_no_note(tmp_path: Path, last: str) -> None:
    rows = "nom;taux\nParis;1\nSaint Jean de la Tour;2\nLyon;3\n"
    assert faults_of(write(tmp_path, rows + last))[0].kind in ("ragged-row", "truncated-row")


@pytest.mark.parametrize(
    "content",
    [
        "code;v\n1. Ain;3\n2. Aisne;4\n3. Allier",
        "code;v\n1. Ain;3\n2. Aisne;4\n\n3. Allier",
        "code;v\nAin;3\nAisne;4\n3. Allier",  # an item that is cut off, or a row
        "code;v\n01001;3\n01002;4\n\n01003",
    ],
)
def test_a_last_line_like_a_row_is_cut_off(tmp_path: Path, content: str) -> None:
    (fault,) = faults_of(write(tmp_path, content))
    assert fault.kind == "truncated-row"
    assert "The last line seems cut off" in str(fault)


@pytest.mark.parametrize(
    "last",
    [
        "The figures are provisional until further notice.",
        "The figures are provisional until further notice\n",
        "The figures are provisional until further notice\n* Estimated",
        "Source: INSEE",
    ],
)
def test_sentences_below_a_table_are_left_out(tmp_path: Path, last: str) -> None:
    rows = "nom;taux\nParis;1\nSaint Jean de la Tour;2\nLyon;3\n"
    assert column(read_raw_table(write(tmp_path, rows + last)), "taux").tolist() == ["1", "2", "3"]


def test_formulas_that_hold_a_text_are_that_text(tmp_path: Path) -> None:
    rows = '="01001";5;=""\n"=""01002""";6;"="\n01003;7;x\n'
    raw = read_raw_table(write(tmp_path, f"code;taux;note\n{rows}"))
    assert column(raw, "code").tolist() == ["01001", "01002", "01003"]
    assert column(raw, "note").tolist() == ["", "=", "x"]
    path = write(tmp_path, 'code;taux\n="01001;5\n01002;6\n')
    assert faults_of(path)[0].kind == "stray-quote"


def test_a_file_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    path = write(tmp_path, "LTE,208,2.02,46.05,1,1\nLTE,208,2.05,46.05,1,1\n")
    raw = read_raw_table(path, header=0)
    assert column(raw, "3").tolist() == ["2.02", "2.05"]
    assert raw.lines.tolist() == [1, 2]
    with pytest.raises(InputError, match="write header = 0 and name columns by number"):
        column(read_raw_table(path), "3")


def test_faults_are_bounded(tmp_path: Path) -> None:
    path = write(tmp_path, "code;taux\n" + "1;2;3\n" * 5_000)
    with pytest.raises(InputError) as caught:
        read_raw_table(path)
    assert len(caught.value.faults) == DEFAULT_LIMITS.faults
    assert len(str(caught.value).splitlines()) == InputError.shown_faults + 1


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", "empty-file", "is empty"),
        (b"\n \n", "empty-file", "is empty"),
        (b"\xef\xbb\xbf", "empty-file", "is empty"),
        (b"code;taux\n", "no-rows", "no rows"),
        (b"code;taux\n;\n", "no-rows", "no rows"),
        (b"<!DOCTYPE html><html>404</html>", "wrong-format", "HTML page"),
        (b"\n<OGRVRTDataSource></OGRVRTDataSource>", "wrong-format", "VRT"),
        (b'<VRTDataset rasterXSize="1">', "wrong-format", "VRT"),
        (b'<?xml version="1.0"?><a/>', "wrong-format", "XML"),
        (b"\x1f\x8b\x08\x00rest", "damaged-file", "gzip"),
        (b"PK\x03\x04rest", "damaged-file", "archive"),
        (b"II*\x00rest", "wrong-format", "TIFF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "wrong-format", r"\.xlsx|CSV"),
        (bytes(range(256)) * 8, "wrong-format", "binary"),
        (b"SQLite format 3\x00rest", "damaged-file", "GeoPackage"),
        (b"version https://git-lfs.github.com/spec/v1\n", "wrong-format", "LFS"),
    ],
)
def test_content_decides_what_a_file_is(
    tmp_path: Path, content: bytes, kind: str, says: str
) -> None:
    path = write(tmp_path, content)
    (fault,) = faults_of(path)
    assert fault.kind == kind
    with pytest.raises(InputError, match=says):
        read_raw_table(path)


def test_a_text_of_another_name_is_read_and_said(tmp_path: Path) -> None:
    table = read_raw_table(write(tmp_path, "code;taux\n1;2\n", "fibre.xlsx"))
    assert any("whatever its name" in notice for notice in table.notices)


def test_pins_are_obeyed_and_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "Titre\n\na;b,c\n1;2,5\n")
    table = read_raw_table(path, separator=";", header=3, decimal=",", encoding="cp1252")
    assert cells(table) == {"a": ["1"], "b,c": ["2,5"]}
    assert table.decimal == ","
    assert [fault.kind for fault in faults_of(path, separator="ab", decimal=";")] == ["option"] * 2
    assert faults_of(path, header=9)[0].kind == "header-place"
    assert faults_of(path, encoding="klingon")[0].kind == "encoding"
    assert faults_of(path, encoding="hex")[0].kind == "encoding"
    assert "pin the separator" in str(faults_of(path, separator=",", header=1)[0])


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [("Taux d'acces", "Taux d’accès"), ("CODE_INSEE", "code_insee "), ("cod_insee", "code_insee ")],
)
def test_a_missing_column_names_the_nearest_and_all(
    tmp_path: Path, asked: str, suggested: str
) -> None:
    table = read_raw_table(write(tmp_path, "code_insee ;Taux d’accès;x\n1;2;3\n"))
    with pytest.raises(InputError) as caught:
        column(table, asked)
    message = str(caught.value)
    assert f"Did you mean {suggested!r}?" in message
    assert "Columns: 'code_insee ', 'Taux d’accès', 'x'." in message


def test_a_column_under_a_wrong_separator_says_so(tmp_path: Path) -> None:
    table = read_raw_table(write(tmp_path, "code;taux\n1;2\n"), separator=",")
    with pytest.raises(InputError, match="pin the separator"):
        column(table, "taux")


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"table_bytes": 10}, "more than the limit of 10"),
        ({"rows": 1}, "2 rows, more than the limit of 1"),
        ({"columns": 1}, "2 columns, more than the limit of 1"),
        ({"cells": 3}, "4 cells, more than the limit of 3"),
    ],
)
def test_limits_are_stated(tmp_path: Path, limit: dict[str, int], says: str) -> None:
    path = write(tmp_path, "code;taux\n1;2\n3;4\n")
    (fault,) = faults_of(path, limits=replace(DEFAULT_LIMITS, **limit))
    assert says in str(fault)
    assert fault.kind == "too-large"


def test_what_is_no_plain_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path)[0].kind == "not-a-file"
    write(tmp_path, "a;b\n1;2\n")
    with pytest.raises(InputError, match=r"Did you mean 'fibre\.csv'"):
        read_raw_table(tmp_path / "fibres.csv")
    for name in ("/vsicurl/http://example.org/a.csv", "https://example.org/a.csv", "a\0b.csv"):
        with pytest.raises(InputError):
            read_raw_table(name)


CELL = st.text("a1.'\t ", max_size=3)
LINE = st.tuples(CELL, CELL).map(";".join)


@given(st.lists(LINE, min_size=1, max_size=6) | st.lists(LINE | st.text('a1;" ', max_size=6)))
def test_plain_lines_are_read_as_lines_one_by_one(written: list[str]) -> None:
    lines = ["code;v", *written, ""]
    try:
        cut = _rows(lines, 0, ";", header=None, file="t.csv", limits=DEFAULT_LIMITS)
    except InputError:
        cut = None
    plain = _plain_rows(lines, 0, ";", file="t.csv", limits=DEFAULT_LIMITS)
    if plain is None:
        return
    assert cut is not None
    assert (plain.names, plain.header, plain.notices) == (cut.names, cut.header, cut.notices)
    assert plain.lines.tolist() == cut.lines.tolist()
    assert [column.tolist() for column in plain.columns] == [one.tolist() for one in cut.columns]
