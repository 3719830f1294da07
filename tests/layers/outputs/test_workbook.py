"""The workbook: what a spreadsheet program finds in it."""

from __future__ import annotations

import math
import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs import export, workbook
from zoneblanche.layers.outputs.export import write_results

HOSTILE = ["=1+1", "#N/A", "Cour\x07be", "a;@SUM(1)"]


@pytest.fixture
def atlas(toy: Territories) -> Atlas:
    source = Source("Arcep", "Débits", "https://example.org", "Licence Ouverte 2.0", "2026-01-31")
    names = toy.frame.assign(name=HOSTILE)
    atlas = empty_atlas(replace(toy, frame=names))
    fibre = Indicator(
        "fibre", {"fr": "Fibre", "en": "Fibre lines"}, "percent", "higher", bounds=(0, 100),
        method={"fr": "Locaux raccordables.", "en": "Premises passed."}, sources=(source,),
        period="2026-01-31",
    )  # fmt: skip
    site = Indicator("site", {"fr": "Site", "en": "Website"}, "boolean", "higher", bounds=(0, 1))
    kind = Indicator(
        "kind", {"fr": "Type", "en": "Kind"}, "category",
        categories={1: {"fr": "rural", "en": "rural"}, 2: {"fr": "urbain", "en": "urban"}},
    )  # fmt: skip
    codes = toy.codes
    atlas = atlas.add(fibre, pd.Series([5.0, 0.0, np.nan, 80.5], codes), reasons=Reason.SECRET)
    atlas = atlas.add(site, pd.Series([1.0, 0.0, 1.0, 0.0], codes))
    atlas = atlas.add(kind, pd.Series([1.0, 2.0, 2.0, 1.0], codes))
    table = {"title": "Lack", "indicators": ["fibre", "site"], "min_available": 0.5}
    return compute_index(atlas, recipe_from_table(table, file="r.toml"), draws=20)


def cells_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_sheets_of_a_workbook(atlas: Atlas, tmp_path: Path) -> None:
    write_results(atlas, tmp_path, lang="en", title="Toy")
    book = openpyxl.load_workbook(tmp_path / "territories.xlsx")
    assert book.sheetnames == ["Figures", "Definitions and sources"]
    figures, definitions = book.worksheets
    header, *rows = cells_of(figures)
    assert header[:5] == ["Code", "Name", "Fibre lines (%)", "Website (yes or no)", "Kind"]
    assert "Lack (0 to 100)" in header
    assert [row[0] for row in rows] == list(atlas.codes)
    assert [row[2] for row in rows] == [5, 0, None, 80.5]
    assert {cell.number_format for cell in figures["C"][1:]} == {"#,##0.0", "General"}
    assert [row[3] for row in rows] == ["yes", "no", "yes", "no"]
    assert [row[4] for row in rows] == ["rural", "urban", "urban", "rural"]
    missing = header.index("Missing figures and why")
    assert rows[2][missing] == "Fibre lines: statistical secrecy"
    assert figures.freeze_panes == "C2"
    assert figures.auto_filter.ref == figures.dimensions
    defined = {row[1]: row for row in cells_of(definitions)}
    assert defined["fibre"][:1] + defined["fibre"][2:7] == [
        "Fibre lines", "%", "higher", "2026-01-31", None, "Premises passed.",
    ]  # fmt: skip
    assert defined["https://example.org"][8] == "Licence Ouverte 2.0"


def test_texts_are_never_formulas(atlas: Atlas, tmp_path: Path) -> None:
    write_results(atlas, tmp_path, lang="fr", title="=1+1")
    figures = openpyxl.load_workbook(tmp_path / "territories.xlsx").worksheets[0]
    cells = [row[1] for row in figures.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ["=1+1", "#N/A", "Cour\ufffdbe", "a;@SUM(1)"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True, False, False, True]
    codes = [row[0] for row in figures.iter_rows(min_row=2)]
    assert {cell.data_type for cell in codes} == {"s"}


def test_the_same_figures_give_the_same_bytes(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, zone in (("one", "UTC"), ("two", "Pacific/Noumea")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv("TZ", zone)
        write_results(atlas, tmp_path / name, lang="fr", title="Toy")
    first, second = (tmp_path / name / "territories.xlsx" for name in ("one", "two"))
    assert sha256_of(first) == sha256_of(second)
    with zipfile.ZipFile(first) as packed:
        dates = re.findall(rb"[0-9-]{10}T[0-9:]{8}Z", packed.read("docProps/core.xml"))
        assert set(dates) == {b"2000-01-01T00:00:00Z"}
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_many_territories_have_a_workbook_on_request(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ALWAYS_BELOW", 4)
    write_results(atlas, tmp_path, lang="en", title="Toy")
    assert not (tmp_path / "territories.xlsx").exists()
    assert "xlsx" not in (tmp_path / "datapackage.json").read_text("utf-8")
    write_results(atlas, tmp_path, lang="en", title="Toy", xlsx=True)
    assert (tmp_path / "territories.xlsx").is_file()
    assert '"format": "xlsx"' in (tmp_path / "datapackage.json").read_text("utf-8")
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(InputError, match="4 territories do not fit in a workbook"):
        write_results(atlas, tmp_path, lang="en", title="Toy", xlsx=True)


def test_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    counts = pd.array([3, None], dtype="Int64")
    table = pd.DataFrame({"code": ["01001", "=1+1"], "people": counts, "km": [1.5, np.nan]})
    lines = pd.DataFrame({"Assumptions": ["One.", "@Two."]})
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        workbook.write_tables({"Proposed": table, "Answer": lines}, path, title="Plan")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = openpyxl.load_workbook(paths[0])
    rows = list(book["Proposed"].values)
    assert rows == [("code", "people", "km"), ("01001", 3, 1.5), ("=1+1", None, None)]
    assert book["Proposed"]["A3"].data_type == "s"
    assert [cell for (cell,) in book["Answer"].values] == ["Assumptions", "One.", "@Two."]


def test_cells_of_every_kind(tmp_path: Path) -> None:
    cells = pd.Series(
        [np.float32(1.5), np.int64(4), np.bool_(True), False, math.inf, math.nan, "", "x" * 40_000],
        dtype="object",
    )
    workbook.write_tables({"Kinds": pd.DataFrame({"cell": cells})}, tmp_path / "a.xlsx", title="")
    rows = [cell for (cell,) in openpyxl.load_workbook(tmp_path / "a.xlsx")["Kinds"].values]
    assert rows == ["cell", 1.5, 4, True, False, "inf", None, None, "x" * workbook.LONGEST]
    assert [type(cell) for cell in rows[2:5]] == [int, bool, bool]


def test_nothing_is_left_behind_by_a_workbook_that_fails(tmp_path: Path) -> None:
    table = pd.DataFrame({"cell": [1, object()]})
    with pytest.raises(TypeError):
        workbook.write_tables({"Kinds": table}, tmp_path / "a.xlsx", title="")
    assert list(tmp_path.iterdir()) == []


FORMULA = (
    '<r><t>x</t></r></is></c><c r="B2"><f>HYPERLINK("http://example.org/","y")</f><v>0</v></c>'
    '<c r="C2" t="inlineStr"><is><r><t>z</t></r>'
)


@pytest.mark.parametrize("text", ["<r>A & B</r>", "<r><t>x</t></r>", FORMULA, "a < b & c", "]]>"])
def test_no_text_is_markup(text: str, tmp_path: Path) -> None:
    """XlsxWriter writes a text that begins with <r> and ends with </r> as XML."""
    table = pd.DataFrame({text: [text, "last"], "b": [None, 1.0], "c": [None, 2.0]}, dtype="object")
    workbook.write_tables({"S": table}, tmp_path / "a.xlsx", title=text)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["S"]
    assert list(sheet.values) == [(text, "b", "c"), (text, None, None), ("last", 1, 2)]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_the_next_workbook_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []

    def noted(*arguments: Any, **options: Any) -> tempfile.TemporaryDirectory[str]:
        folder = tempfile.TemporaryDirectory(*arguments, **options)
        folders.append(Path(folder.name))
        return folder

    monkeypatch.setattr(workbook, "TemporaryDirectory", noted)
    for _turn in range(2):
        with staged_file(tmp_path / "a.xlsx", "tables") as path:
            workbook.write_tables({"S": pd.DataFrame({"cell": [1]})}, path, title="")
            assert not folders[0].exists()
        folders[0].mkdir()  # as if the command had been killed
        (folders[0] / "row").touch()
    assert folders[0].parent == tmp_path
