"""Codes, figures and addresses of a column: each spoiled cell with its line and value."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import severity_of
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import (
    Figures,
    RawTable,
    is_web_address,
    parse_codes,
    parse_numbers,
    parse_urls,
    spreadsheet_safe,
)

COMMUNES = pd.Index(["01001", "01002", "01004", "01005", "2A004"])


def raw(*cells: str, name: str = "taux", **others: list[str]) -> RawTable:
    columns = {name: list(cells), **others}
    return RawTable(
        file="t.csv",
        columns={key: np.array(value, dtype=object) for key, value in columns.items()},
        lines=np.arange(2, 2 + len(cells)),
    )


def numbers(*cells: str, **options: Any) -> Figures:
    return parse_numbers(raw(*cells), "taux", **options)


def faults_of(*cells: str, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        numbers(*cells, **options)
    assert all((fault.file, fault.column) == ("t.csv", "taux") for fault in caught.value.faults)
    return caught.value.faults


def test_every_row_is_matched_or_listed_with_its_reason() -> None:
    cells = ("01001", " 01002 ", "2a004", "99999", "01099")
    codes = parse_codes(
        raw(*cells),
        "taux",
        valid_codes=COMMUNES,
        explain=lambda code: "merged into 01004" if code == "01099" else "",
    )
    assert codes.matched.tolist() == [True, True, False, False, False]
    assert codes.account.rows == codes.account.matched + len(codes.account.listed)
    assert [(row.row, row.code, row.reason) for row in codes.account.listed] == [
        ("line 4", "2a004", "unknown code; 2A004 is known"),
        ("line 5", "99999", "unknown code"),
        ("line 6", "01099", "merged into 01004"),
    ]
    assert any("spaces around a code" in notice for notice in codes.notices)
    placed = codes.place(np.array([1.0, 2, 3, 4, 5]), COMMUNES, missing=np.nan)
    assert placed.iloc[:2].tolist() == [1, 2]
    assert placed.iloc[2:].isna().all()


@pytest.mark.parametrize(
    ("cells", "line", "value", "kind", "says"),
    [
        (("01002", "1001"), 3, "1001", "lost-zeros", "01001 is a code"),
        (("01002", "1001.0"), 3, "1001.0", "code-not-text", "with decimals"),
        (("01002", "1E5"), 3, "1E5", "code-not-text", "scientific notation"),
        (("01002", "2,0E+08"), 3, "2,0E+08", "code-not-text", "scientific notation"),
        (("01002", ""), 3, "", "blank-code", "blank"),
        (("01002", "\u00a0"), 3, "\u00a0", "blank-code", "blank"),
        (("01002", "01001", "01002"), 2, "01002", "duplicate-code", "2 rows (lines 2, 4)"),
        (("01002", "01002 "), 2, "01002", "duplicate-code", "2 rows (lines 2, 3)"),
    ],
)
def test_spoiled_codes(cells: tuple[str, ...], line: int, value: str, kind: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_codes(raw(*cells), "taux", valid_codes=COMMUNES)
    (fault,) = caught.value.faults
    assert (fault.line, fault.value, fault.kind) == (line, value, kind)
    assert says in str(fault)


@pytest.mark.parametrize("mark", [" ", "\u00a0", "\u202f", "-", ".", "'"])
def test_marks_between_the_groups_of_a_code_are_taken_away(mark: str) -> None:
    cells = [f"01{mark}001", f"01{mark}004", f"2A{mark}004", f"01{mark}099"]
    codes = parse_codes(
        raw(*cells),
        "taux",
        valid_codes=COMMUNES,
        explain=lambda code: "merged into 01004" if code == "01099" else "",
    )
    assert list(codes.codes[codes.matched]) == ["01001", "01004", "2A004"]
    assert codes.account.listed[0].code == cells[3]
    assert codes.account.listed[0].reason == "merged into 01004"
    (notice,) = [one for one in codes.notices if "marks inside" in one]
    assert "as 01001" in notice
    assert severity_of(notice) == "remark"


def test_codes_of_territories_may_be_written_in_groups() -> None:
    ars = pd.Index(["08 1 11 000", "08 1 15 001"])
    codes = parse_codes(raw("08111000", "08115001"), "taux", valid_codes=ars)
    assert list(codes.codes) == list(ars)
    codes = parse_codes(raw("08-1-11-000", "08"), "taux", valid_codes=pd.Index(["08111000"]))
    assert codes.matched.tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        (("01001", "01 001", "01004"), COMMUNES),  # one code in two forms
        (("0 1001", "01 002", "01004"), COMMUNES),  # groups of different lengths
        (("01-001", "01 002", "01004"), COMMUNES),  # different marks
        (("1-12", "11-2", "7"), pd.Index(["112", "7"])),  # two codes would be one
        (("1-1", "7"), pd.Index(["1 1", "1.1", "7"])),  # and so here
        (("100.0", "7"), pd.Index(["1000", "7"])),  # a figure
    ],
)
def test_marks_stay_where_codes_could_be_confused(cells: tuple[str, ...], known: pd.Index) -> None:
    try:
        codes = parse_codes(raw(*cells), "taux", valid_codes=known)
    except InputError as error:
        assert [fault.value for fault in error.faults] == ["100.0"]
    else:
        assert list(codes.codes[codes.matched]) == [cell for cell in cells if cell in known]


def test_zeros_lost_by_a_code_in_groups() -> None:
    with pytest.raises(InputError, match="01001 is a code"):
        parse_codes(raw("1 001", "2A 004"), "taux", valid_codes=COMMUNES)


def test_lost_zeros_show_by_the_pattern_alone() -> None:
    with pytest.raises(InputError, match="01001 is a code"):
        parse_codes(raw("1001", "75056"), "taux", pattern=r"\d{5}")


def test_no_row_that_matches_is_a_fault() -> None:
    with pytest.raises(InputError) as caught:
        parse_codes(raw("'01001", "x"), "taux", valid_codes=COMMUNES, level_title="communes")
    assert caught.value.faults[0].kind == "no-match"
    assert "none of the 2 codes" in str(caught.value)
    assert "write code_prefix =" in str(caught.value)


@pytest.mark.parametrize("label", ["Total", "Ensemble", " Insgesamt", "OGÓŁEM", "Total France"])
def test_a_total_needs_no_code(label: str) -> None:
    table = raw("01001", "01002", "", nom=["Aa", "Bb", label])
    codes = parse_codes(table, "taux", valid_codes=COMMUNES)
    assert codes.matched.tolist() == [True, True, False]
    (listed,) = codes.account.listed
    assert (listed.row, listed.reason) == ("line 4", "a total without a code")
    assert any("(first: a total without a code)" in one for one in codes.notices)
    with pytest.raises(InputError, match="the code is blank"):
        parse_codes(raw("01001", "", nom=["Aa", "Totalville"]), "taux", valid_codes=COMMUNES)


def test_doubled_rows_that_are_listed_anyway_do_no_harm() -> None:
    codes = parse_codes(raw("01001", "TOTAL", "TOTAL"), "taux", valid_codes=COMMUNES)
    assert len(codes.account.listed) == 2


def test_scientific_looking_codes_that_are_known_are_codes() -> None:
    assert parse_codes(
        raw("1E5", "2E5"), "taux", valid_codes=pd.Index(["1E5", "2E5"])
    ).matched.all()


def test_marks_are_reasons_and_never_zero() -> None:
    read = numbers("s", "NS", "nd", "N/D", "NA", "so", "", "0", "12")
    assert read.reasons.tolist() == [
        Reason.SECRET,
        Reason.SECRET,
        Reason.NOT_PUBLISHED,
        Reason.NOT_PUBLISHED,
        Reason.NOT_PUBLISHED,
        Reason.NOT_APPLICABLE,
        Reason.NOT_PUBLISHED,
        Reason.PRESENT,
        Reason.PRESENT,
    ]
    assert np.isnan(read.values[:7]).all()
    assert read.values[7:].tolist() == [0.0, 12.0]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("12.5", "3"), [12.5, 3]),
        (("12,5", "3"), [12.5, 3]),
        (("-0.5", "+3", "−4"), [-0.5, 3, -4]),
        (("1\u202f234", "12"), [1234, 12]),
        (("1 234,5", "12 345,25"), [1234.5, 12345.25]),
        (("1'234", "7"), [1234, 7]),
        (("1e-05", "2E+3"), [1e-05, 2000]),
        (("1,234", "2,5"), [1.234, 2.5]),
        ((" 7 ", "\u00a08"), [7, 8]),
    ],
)
def test_figures_that_are_read(cells: tuple[str, ...], values: list[float]) -> None:
    assert numbers(*cells).values.tolist() == values


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("1_000", "ambiguous-value"),
        ("inf", "not-finite"),
        ("-Infinity", "not-finite"),
        ("NaN", "not-finite"),
        ("1e400", "not-finite"),
        ("1e-400", "not-finite"),
        ("-", "ambiguous-value"),
        ("–", "ambiguous-value"),
        ("12.", "ambiguous-value"),
        ("1.234,56", "ambiguous-value"),
        ("1,234,567", "ambiguous-value"),
        ("12 34", "ambiguous-value"),
        ("0x1F", "not-a-number"),
        ("١٢", "not-a-number"),
        ("12 €", "not-a-number"),
        ("#DIV/0!", "not-a-number"),
        ("2024-12-03", "not-a-number"),
        ("=A1*2", "formula"),
        ("12 %", "percent-sign"),
        ("nul", "not-a-number"),
        ("1e", "not-a-number"),
        ("--5", "not-a-number"),
    ],
)
def test_a_cell_that_is_no_figure_stops_with_its_line_and_value(cell: str, kind: str) -> None:
    (fault,) = faults_of("5", cell, "6")
    assert (fault.line, fault.value, fault.kind) == (3, cell, kind)
    assert fault.remedy


@pytest.mark.parametrize(
    ("unit", "cells", "line", "value", "kind"),
    [
        ("percent", ("50", "102"), 3, "102", "out-of-range"),
        ("percent", ("50", "102 %"), 3, "102 %", "out-of-range"),
        ("percent", ("50", "−3 %"), 3, "−3 %", "out-of-range"),
        ("percent", ("50", "-3"), 3, "-3", "out-of-range"),
        ("ratio", ("0.5", "1.2"), 3, "1.2", "out-of-range"),
        ("count", ("5", "-1"), 3, "-1", "out-of-range"),
        ("count", ("5", "2.5"), 3, "2.5", "not-whole"),
        ("number", ("5", "1.234"), 3, "1.234", "ambiguous-decimal"),
        ("number", ("2,500", "1,234"), 2, "2,500", "ambiguous-decimal"),
        ("number", ("12.5", "13.5", "12,5"), 4, "12,5", "decimal-mark"),
        ("boolean", ("oui", "peut-être"), 3, "peut-être", "not-a-boolean"),
        ("boolean", ("1", "2"), 3, "2", "not-a-boolean"),
        ("percent", ("50", "-9999"), 3, "-9999", "out-of-range"),
        ("number", ("3.5", "12", "-9999"), 4, "-9999", "undeclared-nodata"),
        ("number", ("3.5", "12", "-99"), 4, "-99", "undeclared-nodata"),
        ("count", ("35", "12", "999999"), 4, "999999", "undeclared-nodata"),
        ("number", ("3.5", "1.7976931348623157e308"), 3, None, "undeclared-nodata"),
        ("percent", ("96.9", "0.97", "54.1", "88.2"), 3, "0.97", "mixed-scale"),
        ("percent", ("0.9", "90", "0.8", "85", "70"), 2, "0.9", "mixed-scale"),
    ],
)
def test_values_that_cannot_be(
    unit: str, cells: tuple[str, ...], line: int, value: str | None, kind: str
) -> None:
    fault = faults_of(*cells, unit=unit)[0]
    assert (fault.line, fault.kind) == (line, kind)
    assert value is None or fault.value == value
    assert f"t.csv, line {line}, column 'taux'" in str(fault)


def test_out_of_range_codes_for_no_data_say_how_to_declare_them() -> None:
    assert "nodata = -9999" in str(faults_of("50", "-9999", unit="percent")[0])
    read = numbers("50", "-9999", unit="percent", nodata=[-9999])
    assert read.reasons.tolist() == [Reason.PRESENT, Reason.NOT_PUBLISHED]


def test_half_shares_half_percentages_is_refused_row_by_row() -> None:
    generator = np.random.default_rng(1)
    percentages = generator.uniform(1, 100, 100).round(1)
    cells = [
        str(value) if row % 2 else f"{value / 100:.4f}" for row, value in enumerate(percentages)
    ]
    assert len(faults_of(*cells, unit="percent")) == 50


def test_percentages_that_are_all_shares_ask_for_the_unit() -> None:
    (fault,) = faults_of("0.97", "0.5", "1", "0", unit="percent")
    assert fault.kind == "scale"
    assert 'unit = "ratio"' in str(fault)
    assert numbers("0.97", "0.5", "1", "0", unit="ratio").values.tolist() == [0.97, 0.5, 1, 0]
    assert numbers("0.97 %", "0.5 %", "1 %", unit="percent").values.tolist() == [0.97, 0.5, 1]


@pytest.mark.parametrize(
    "cells",
    [
        ("0.5", "12.3", "45.1", "100"),
        ("0.05", "0.33", "2.5", "12.25", "100"),
        ("0", "0", "0.4", "0"),
        ("0.2", "0.4", "3", "5", "8", "40"),
        ("0.3", "0.6", "0.1", "0.4", "2", "3", "12"),
        ("0.123456789012345", "49.5626822157434", "1.5"),
    ],
)
def test_small_percentages_are_no_mixture(cells: tuple[str, ...]) -> None:
    assert np.isfinite(numbers(*cells, unit="percent").values).all()


def test_rounding_past_a_bound_is_put_back() -> None:
    assert numbers("100.00000000000001", "5", unit="percent").values.max() == 100.0


def test_decimal_marks_by_evidence_are_stated_and_pins_obeyed() -> None:
    assert any("decimal mark is ','" in notice for notice in numbers("12,5", "3").notices)
    assert any("decimal mark is '.'" in notice for notice in numbers("12.5", "3").notices)
    assert numbers("1,234", "2,500", decimal=",").values.tolist() == [1.234, 2.5]
    assert faults_of("12,34", "2.5", decimal=".")[0].kind == "decimal-mark"
    assert numbers("1,234", "2,500", unit="percent").values.tolist() == [1.234, 2.5]
    beside = raw("1,234", "2,500", autre=["12,5", "7"])
    assert parse_numbers(beside, "taux").values.tolist() == [1.234, 2.5]
    points = raw("1.234", "2.500", autre=["12,5", "7"])
    with pytest.raises(InputError, match="may be thousands or decimals"):
        parse_numbers(points, "taux")


def test_thousands_set_apart_in_two_ways_are_refused() -> None:
    assert any("between thousands" in notice for notice in numbers("1 234", "5").notices)
    assert faults_of("1 234", "1\u00a0234")[0].kind == "ambiguous-value"


def test_truth_values() -> None:
    cells = ("oui", "Non", "TRUE", "faux", "1", "0", "yes", "no", "", "nd")
    read = numbers(*cells, unit="boolean")
    assert read.values[:8].tolist() == [1, 0, 1, 0, 1, 0, 1, 0]
    assert read.reasons[8:].tolist() == [Reason.NOT_PUBLISHED] * 2


def test_bounds_of_the_indicator_hold_too() -> None:
    assert faults_of("3", "9", bounds=(0, 7))[0].value == "9"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_python_floats_come_back_as_they_are(values: list[float]) -> None:
    cells = [repr(value) for value in values]
    try:
        assert numbers(*cells).values.tolist() == values
    except InputError as error:
        kinds = {fault.kind for fault in error.faults}
        assert kinds <= {"undeclared-nodata", "ambiguous-decimal"}


@given(
    st.lists(st.text(max_size=8), min_size=1, max_size=5), st.sampled_from(["number", "percent"])
)
def test_any_cells_give_figures_or_sentences(cells: list[str], unit: str) -> None:
    try:
        read = numbers(*cells, unit=unit)
    except InputError as error:
        assert all(fault.message and fault.kind for fault in error.faults)
    else:
        assert (np.isnan(read.values) == (read.reasons != Reason.PRESENT)).all()


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("http://www.mende.fr", True),
        ("https://mende.fr:8443/a?b=c#d", True),
        ("HTTPS://Mende.FR/", True),
        ("https://évreux.fr", True),
        ("https://xn--vreux-9ra.fr/", True),
        ("www.mende.fr", False),
        ("//mende.fr", False),
        ("ftp://mende.fr", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://mende", False),
        ("https://10.0.0.1/", False),
        ("https://user@mende.fr", False),
        ("https://user:pass@mende.fr/", False),
        ("https://mende.fr/a b", False),
        ("https://mende.fr/\u202efdp", False),
        ("https://mende.fr/<script>", False),
        ("https://mende.fr\\@evil.fr", False),
        ("https://-mende.fr", False),
        ("https://mende..fr", False),
        ("https:///mende.fr", False),
        ("https://mende.fr/" + "a" * 3000, False),
        ("https://[::1", False),
        ("néant", False),
    ],
)
def test_web_addresses(address: str, good: bool) -> None:
    assert is_web_address(address) is good


def test_a_website_is_declared_or_not_or_unreadable() -> None:
    read = parse_urls(raw("https://a.fr", "", "www.b.fr", " https://c.fr "), "taux")
    assert read.values[[0, 1, 3]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(read.values[2])
    assert read.reasons.tolist() == [0, 0, Reason.UNREADABLE, 0]
    (notice,) = read.notices
    assert "line 4: 'www.b.fr'" in notice


STARTS = "=+-@|＝＋－＠｜﹦﹢﹣﹫−"
FORMULAS = [f"{blank}{sign}1+1" for sign in STARTS for blank in ("", " ", "\u00a0", "\u200b\x00")]


@pytest.mark.parametrize("start", [*FORMULAS, "\ta"])
def test_formulas_are_neutralised(start: str) -> None:
    assert spreadsheet_safe(start) == f"'{start}"


@pytest.mark.parametrize("sign", "\t\r\n")
def test_a_text_that_begins_with_a_separator(sign: str) -> None:
    assert spreadsheet_safe(f"{sign}=1") == f"'{sign}'=1"


def cells_in(line: str, separator: str) -> list[str]:
    """What a spreadsheet of any locale may take for cells: quotes count or do not."""
    plain = re.split(rf"[{re.escape(separator)}\r\n]", line)
    return [cell.strip('"') for cell in plain]


@pytest.mark.parametrize("between", [";", "\t", "|", "\n", "\r", "; ", ';"', ';""', ";\t "])
@pytest.mark.parametrize("sign", STARTS)
def test_no_locale_finds_a_formula_within_a_text(between: str, sign: str) -> None:
    text = f"a{between}{sign}1+1"
    safe = spreadsheet_safe(text)
    assert safe.replace("'", "") == text
    frame = pd.DataFrame({"code": ["01"], "name": [safe], "value": [-1.5]})
    written = frame.to_csv(index=False, lineterminator="\n")
    for separator in ";\t|":
        for cell in cells_in(written, separator):
            assert not cell.lstrip(" \t\u00a0").startswith(tuple(STARTS)), (separator, cell)


@given(st.text(alphabet=st.sampled_from("ab;,\t|\n\r \"\u00a0\u200b=+-@＝'")))
def test_a_text_is_made_safe_once(text: str) -> None:
    safe = spreadsheet_safe(text)
    assert spreadsheet_safe(safe) == safe
    assert [sign for sign in safe if sign != "'"] == [sign for sign in text if sign != "'"]


@pytest.mark.parametrize(
    "text", ["", "Saint-Denis", "l'Haÿ-les-Roses", "a, -b", "1 = 2", "A/B", "fibre; cuivre", "x|y"]
)
def test_other_texts_stay(text: str) -> None:
    assert spreadsheet_safe(text) == text


@pytest.mark.parametrize(
    ("cells", "options", "values"),
    [
        (("1,234", "2,345", "803"), {"decimal": "."}, [1234, 2345, 803]),
        (("1,234.5", "2,345", "803.25"), {"decimal": "."}, [1234.5, 2345, 803.25]),
        (("1.234", "2.345", "803"), {"decimal": ","}, [1234, 2345, 803]),
        (("1.234", "2.345", "803"), {"decimal": "."}, [1.234, 2.345, 803]),
        (("1,234", "803"), {"unit": "count"}, [1234, 803]),
        (("1.234", "803"), {"unit": "count"}, [1234, 803]),
        (("1.234.567,8", "803"), {"thousands": "."}, [1234567.8, 803]),
        (("12,34,567", "803"), {"thousands": ","}, [1234567, 803]),
        (("1.234", "1.234.567", "803"), {}, [1234, 1234567, 803]),
    ],
)
def test_marks_between_thousands(
    cells: tuple[str, ...], options: dict[str, Any], values: list[float]
) -> None:
    assert numbers(*cells, **options).values.tolist() == values


def test_the_remedies_of_an_ambiguous_mark_work() -> None:
    cells = ("1.234", "2.345", "803", "45.100")
    (fault,) = faults_of(*cells)
    assert "decimal = '.' if they are decimals, or thousands = '.'" in fault.remedy
    assert numbers(*cells, decimal=".").values[0] == 1.234
    assert numbers(*cells, thousands=".").values[0] == 1234


def test_numbers_of_a_typed_file_have_a_decimal_point() -> None:
    typed = replace(raw("1.234", "2.345"), stored={"taux": "float"})
    assert parse_numbers(typed, "taux").values.tolist() == [1.234, 2.345]


def test_flags_behind_figures_are_left_out_and_stated() -> None:
    read = numbers("10,5 p", "20,5 bep", "30,5 [r]", "40,5(e)", ": u", "50,5 E", "7", "")
    assert read.values[[0, 1, 2, 3, 5, 6]].tolist() == [10.5, 20.5, 30.5, 40.5, 50.5, 7]
    assert np.isnan(read.values[[4, 7]]).all()
    (notice,) = [one for one in read.notices if "letters" in one]
    assert "letters behind 5 figures are flags and are left out (E, bep, e, p, r)" in notice
    assert severity_of(notice) == "warning"
    for text in ("12 km", "12p", "12 r e", "12 x", "p", "12 (p", "12 p)", "12 [p)"):
        assert faults_of("10,5 p", "7", text)
    assert faults_of("10,5 p", "7", "1.5 p")[0].kind == "decimal-mark"


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("3.2 B", "4.1 B", "700.5"), False),  # billions
        (("3.2 B", "4.1 A", "700.5"), True),
        (("12 d", "5 d"), False),  # days
        (("12 d", "5 d", "7"), True),
        (("12 (d)", "5 [d]"), True),
    ],
)
def test_letters_that_may_be_a_unit_are_refused(cells: tuple[str, ...], read: bool) -> None:
    if read:
        assert not np.isnan(numbers(*cells).values).any()
    else:
        assert faults_of(*cells)[0].kind == "not-a-number"


def test_marks_of_footnotes_behind_figures_are_left_out_and_stated() -> None:
    read = numbers("12,5 1)", "1 234²", "15,5*", "16,1 (a)", "17,5 (2)", "18,5 [3]", "7†", "19")
    assert read.values.tolist() == [12.5, 1234, 15.5, 16.1, 17.5, 18.5, 7, 19]
    notices = [one for one in read.notices if "behind" in one]
    assert "letters behind 1 figure are a flag and are left out (a)" in notices[0]
    assert (
        "marks of footnotes behind 6 figures are left out (*, 1), 2, 3, ² and 1 more)" in notices[1]
    )
    assert {severity_of(one) for one in notices} == {"warning"}
    for text in ("12 (45)", "12 (4,5)", "12 (345)", "(12)", "12)", "5-"):
        assert faults_of("12 (3)", text)
    assert numbers("12*", "*").reasons.tolist() == [Reason.PRESENT, Reason.SECRET]


def test_flags_of_eurostat_are_flags_in_a_whole_column() -> None:
    table = replace(raw("10.5 p", "20.5 p", ": "), file="t.tsv")
    with pytest.raises(InputError):
        parse_numbers(table, "taux")
    columns = {"freq,unit,geo\\TIME_PERIOD": table.columns["taux"], **table.columns}
    read = parse_numbers(replace(table, columns=columns), "taux")
    assert read.values[:2].tolist() == [10.5, 20.5]


def test_codes_of_surveys_that_repeat_are_for_no_data() -> None:
    assert {fault.kind for fault in faults_of("777", "777", "60", "70", "80")} == {
        "undeclared-nodata"
    }
    assert numbers("999", "60", "70", "80").values[0] == 999
    assert numbers("-1", "2", "0", "1", "3", "1").values[0] == -1


@pytest.mark.parametrize(
    "cells",
    [
        ("-888888888", "-666666666", "52000", "48000"),
        ("-888888888", "12", "7"),
        ("-555", "-555", "12", "7", "30"),
        ("123456789", "123456789", "52", "48"),
        ("-1", "-1", "52", "48", "30"),
        ("-77000001", "52000", "48000"),
        ("9999999999", "52000", "48000"),
        ("-77", "12", "13", "16"),
        ("-200", "-200", "1", "5", "3"),
        ("-1", "120", "130", "140", "150", "160"),
    ],
)
def test_codes_for_no_data_are_known_by_their_form_and_distance(cells: tuple[str, ...]) -> None:
    faults = faults_of(*cells)
    assert {fault.kind for fault in faults} == {"undeclared-nodata"}
    codes = [float(cell) for cell in cells if abs(float(cell)) > 1e5 or float(cell) < 0]
    read = numbers(*cells, nodata=codes)
    assert np.isnan(read.values).sum() == len(codes) - sum(c in (52000.0, 48000.0) for c in codes)
    assert numbers(*cells, nodata=None).values.tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize(
    "cells",
    [
        ("-5", "-5", "12", "7"),  # a change: not far enough from the others
        ("-3", "-2", "12", "-77", "50"),
        ("5", "500000", "39000", "80"),
        ("0", "0", "-0.5", "100"),
        ("-22", "-33", "-44"),
        ("9999", "8421", "7000"),
        ("88888", "41000", "52000", "77000"),
        ("99999", "99999", "41000", "52000", "770000"),
        ("99999", "99999", "99999", "5", "5", "770000"),
    ],
)
def test_ordinary_figures_are_no_codes(cells: tuple[str, ...]) -> None:
    assert numbers(*cells).values.tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize(
    "cells",
    [
        ("99999", "41000", "52000", "77000"),
        ("88888", "88888", "41000", "52000", "77000"),
        ("99999", "99999", "99999", "41000", "52000", "770000"),
    ],
)
def test_long_codes_among_figures_as_large_are_for_no_data(cells: tuple[str, ...]) -> None:
    (fault,) = faults_of(*cells)
    assert (fault.kind, fault.value) == ("undeclared-nodata", cells[0])


def test_the_nodata_of_a_remedy_is_written_with_all_its_digits() -> None:
    faults = faults_of("-888888888", "-666666666", "52000")
    assert "nodata = [-888888888, -666666666]" in faults[0].remedy


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (":", Reason.NOT_PUBLISHED),
        ("..", Reason.NOT_PUBLISHED),
        ("[c]", Reason.SECRET),
        ("*", Reason.SECRET),
        ("<5", Reason.SECRET),
        ("(X)", Reason.NOT_APPLICABLE),
        ("N/A - secret statistique", Reason.SECRET),
        ("N/A - division par 0", Reason.NOT_APPLICABLE),
    ],
)
def test_marks_of_statistical_offices_are_known(cell: str, reason: Reason) -> None:
    read = numbers("3", cell)
    assert np.isnan(read.values[1])
    assert read.reasons[1] == reason


def test_further_marks_are_named_with_their_reasons() -> None:
    missing = {"keine Angabe": Reason.NOT_COLLECTED, "-": Reason.NOT_APPLICABLE}
    read = numbers("3", "Keine angabe", "-", missing=missing)
    assert read.reasons[1:].tolist() == [Reason.NOT_COLLECTED, Reason.NOT_APPLICABLE]
    assert "not-a-number" in {fault.kind for fault in faults_of("3", "keine Angabe")}


def test_a_letter_in_a_column_of_truth_values_is_not_taken_for_missing() -> None:
    assert faults_of("yes", "n", unit="boolean")[0].kind == "not-a-boolean"


def test_figures_are_placed_by_code_whatever_the_order_of_the_rows() -> None:
    codes = parse_codes(raw("01004", "99999", "01001"), "taux", valid_codes=COMMUNES)
    figures = np.array([4.0, 9.0, 1.0])
    for index in (COMMUNES, COMMUNES[::-1], pd.Index(["01004"]), pd.Index([], dtype="object")):
        expected = pd.Series([1.0, 4.0], index=["01001", "01004"]).reindex(index)
        for _again in range(2):  # the second time, the rows are kept
            placed = codes.place(figures, index, missing=np.nan)
            pd.testing.assert_series_equal(placed, expected)
    reasons = codes.place(np.array([0, 0, 0], dtype=np.int8), COMMUNES, missing=3)
    assert (reasons.dtype, reasons.tolist()) == (np.int8, [0, 3, 0, 3, 3])
    turned = replace(codes, codes=codes.codes[::-1])  # has rows of its own
    assert turned.place(figures, COMMUNES, missing=np.nan)["01004"] == 1.0
