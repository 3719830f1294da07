"""Small projects of the kinds of files that officials publish: the right figures."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely.geometry import box, mapping

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.inputs.accounting import unaccounted_rows
from zoneblanche.layers.project.index import with_index
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.jobs.main_job.run import run_project

POLYGONS = {
    "01001": {"name": "Aa", "pop": 1000, "state": "S1"},
    "01002": {"name": "Bb", "pop": 10, "state": "S1"},
    "02003": {"name": "Cc", "pop": None, "state": "S2"},
    "02004": {"name": "Dd", "pop": 40, "state": None},
}
HEAD = """
[territories]
path = "t.geojson"
code = "code"
name = "name"
population = "pop"
{territories}

[[layers]]
id = "v"
path = "v.csv"
code = "code"
value = "v"
{layer}
"""


def project(
    folder: Path, table: str, *, layer: str = "", territories: str = "", top: str = ""
) -> Any:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, **cells},
            "geometry": mapping(box(number, 50, number + 1, 51)),
        }
        for number, (code, cells) in enumerate(POLYGONS.items())
    ]
    content = {"type": "FeatureCollection", "features": features}
    (folder / "t.geojson").write_text(json.dumps(content), encoding="utf-8")
    (folder / "v.csv").write_text(table, encoding="utf-8")
    text = top + HEAD.format(layer=layer, territories=territories)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return read_project(folder / "project.toml")


def measured(folder: Path, table: str, **options: str) -> Atlas:
    atlas = build_atlas(project(folder, table, **options))
    assert all(unaccounted_rows(account) == 0 for account in atlas.account.values())
    return atlas


def faults(folder: Path, table: str, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        measured(folder, table, **options)
    return str(caught.value)


LONG = "code;what;year;v\n" + "".join(
    f"{code};{what};{year};{value + (what == 'adsl') * 50 + (year == 2022) * 7}\n"
    for value, code in enumerate(POLYGONS)
    for what in ("fibre", "adsl")
    for year in (2022, 2023)
)


def test_rows_of_a_long_table_are_picked(tmp_path: Path) -> None:
    atlas = measured(tmp_path, LONG, layer='where = { year = 2023, what = "fibre" }')
    assert atlas.values["v"].tolist() == [0, 1, 2, 3]
    assert atlas.account["v"]["counted"] == {"not picked by where": 12}
    assert "Pick rows with where" in faults(tmp_path, LONG)
    assert "no row has what = '4g'. The column has 'fibre', 'adsl'" in faults(
        tmp_path, LONG, layer='where = { what = "4g" }'
    )


@pytest.mark.parametrize(("how", "values"), [("sum", 114), ("mean", 28.5), ("first", 7)])
def test_rows_of_one_code_are_combined(tmp_path: Path, how: str, values: float) -> None:
    atlas = measured(tmp_path, LONG, layer=f'combine = "{how}"')
    assert atlas.values["v"]["01001"] == values
    assert atlas.account["v"]["rows"] == 16
    assert atlas.account["v"]["counted"] == {"combined with another row of its code": 12}


def test_a_sum_with_a_missing_part_is_missing(tmp_path: Path) -> None:
    table = "code,v\n01001,1\n01001,[c]\n01002,3\n01002,4\n"
    atlas = measured(tmp_path, table, layer='combine = "sum"')
    assert atlas.values["v"]["01002"] == 7
    assert np.isnan(atlas.values["v"]["01001"])
    assert atlas.reasons["v"]["01001"] == Reason.SECRET


def test_a_second_line_of_the_header_is_listed(tmp_path: Path) -> None:
    table = "code,v\nGeography,Estimate!!Percent\n0500000US01001,1.5\n0500000US02003,2\n"
    message = faults(tmp_path, table)
    assert "code_prefix = '0500000US', or code_digits = -5" in message
    for layer in ("code_digits = -5", 'code_prefix = "0500000US"'):
        atlas = measured(tmp_path, table, layer=layer)
        assert atlas.values["v"].dropna().tolist() == [1.5, 2]
        assert atlas.account["v"]["listed"][0]["code"] == "Geography"


def test_codes_of_territories_that_hold_those_of_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = {f"0500000US{code}": cells for code, cells in POLYGONS.items()}
    monkeypatch.setattr(f"{__name__}.POLYGONS", longer)
    assert "ends in one of these: write code_digits = -5 in [territories]" in faults(
        tmp_path, PERCENT
    )
    atlas = measured(tmp_path, PERCENT, territories="code_digits = -5")
    assert atlas.values["v"].to_dict() == {"01001": 90, "01002": 10, "02003": 50, "02004": 20}


def test_notes_of_one_cell_without_a_blank_line_before_them(tmp_path: Path) -> None:
    table = "code;v\n01001;1,5\n01002;2,5\nQuelle: Destatis, Stand 2023\n* geheim\n"
    atlas = measured(tmp_path, table)
    assert atlas.values["v"].dropna().tolist() == [1.5, 2.5]
    assert any("2 lines below the table are left out, from line 4" in n for n in atlas.notices)
    for notes in (
        "\nNote: rounded; revised; final\nSource: Destatis; Table 3; 2024\n",
        "1) vorläufig\n2) ohne Berlin\n",
        "¹ provisional\na) estimated\n",
    ):
        noted = measured(tmp_path, f"code;v\n01001;1,5\n01002;2,5\n{notes}")
        assert noted.values["v"].dropna().tolist() == [1.5, 2.5]
        assert any("2 lines below the table" in notice for notice in noted.notices)
    assert "the row has 1 cell" in faults(tmp_path, "code;v\n01001;1,5\n01002;2,5\n02003\n")
    assert "the row has 1 cell" in faults(tmp_path, "code;v\n01001;1,5\nSaint Denis\n01002;2,5\n")


@pytest.mark.parametrize("name", [" v ", '"v\u00a0"', '"v\n"'])
def test_spaces_and_line_breaks_of_a_header_do_not_count(tmp_path: Path, name: str) -> None:
    atlas = measured(tmp_path, f" code ,{name}\n01001,1.5\n01002,2.5\n")
    assert atlas.values["v"].dropna().tolist() == [1.5, 2.5]


def test_the_remedy_for_figures_with_two_marks_works(tmp_path: Path) -> None:
    table = "code;v\n01001;1.234,5\n01002;803,1\n"
    assert "name the mark: thousands = ',' or '.'" in faults(tmp_path, table)
    atlas = measured(tmp_path, table, layer='thousands = "."')
    assert atlas.values["v"].dropna().tolist() == [1234.5, 803.1]


def test_a_header_of_two_lines_with_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["code", "Rate", None], [None, "v", "w"], ["01001", 1.5, 9], ["01002", 2.5, 9]):
        book.active.append(row)
    book.active.merge_cells("A1:A2")
    book.active.merge_cells("B1:C1")
    project(tmp_path, "")
    book.save(tmp_path / "v.csv")
    text = (tmp_path / "project.toml").read_text("utf-8")
    atlas = build_atlas(read_project(tmp_path / "project.toml"))
    assert 'value = "v"' in text
    assert atlas.values["v"].dropna().tolist() == [1.5, 2.5]


@pytest.mark.parametrize("aside", ["README.txt", "98100001_MetaData.csv", "licence.txt"])
def test_files_that_describe_an_archive_are_not_its_table(tmp_path: Path, aside: str) -> None:
    project(tmp_path, "")
    with zipfile.ZipFile(tmp_path / "v.csv", "w") as archive:
        archive.writestr("d/98100001.csv", "code,v\n01001,1.5\n")
        archive.writestr(f"d/{aside}", "Dimension,Notes\n1,2\n")
    assert build_atlas(read_project(tmp_path / "project.toml")).values["v"]["01001"] == 1.5


def test_attributes_of_a_shapefile_in_an_archive(tmp_path: Path) -> None:
    project(tmp_path, "")
    table = {"code": ["01001", "01002"], "v": [1.5, 2.5]}
    gpd.GeoDataFrame(table, geometry=[box(0, 0, 1, 1)] * 2, crs=4326).to_file(tmp_path / "s.shp")
    with zipfile.ZipFile(tmp_path / "v.csv", "w") as archive:
        for part in tmp_path.glob("s.*"):
            archive.write(part, f"d/{part.name}")
    atlas = build_atlas(read_project(tmp_path / "project.toml"))
    assert atlas.values["v"].dropna().tolist() == [1.5, 2.5]


def test_texts_that_mean_missing_have_reasons(tmp_path: Path) -> None:
    table = "code,v\n01001,*\n01002,no data\n02003,-\n02004,3\n"
    layer = 'missing = { "no data" = "not_collected", "-" = "not_applicable" }'
    atlas = measured(tmp_path, table, layer=layer)
    assert atlas.reasons["v"].tolist() == [
        Reason.SECRET, Reason.NOT_COLLECTED, Reason.NOT_APPLICABLE, Reason.PRESENT
    ]  # fmt: skip


@pytest.mark.parametrize("cells", [("0", "7", "8", "9"), ("0", "7,5", "8,5", "9,5")])
def test_a_number_may_be_a_text_that_means_missing(tmp_path: Path, cells: tuple[str, ...]) -> None:
    rows = "".join(f"{code};{cell}\n" for code, cell in zip(POLYGONS, cells, strict=True))
    atlas = measured(tmp_path, f"code;v\n{rows}", layer='missing = ["0"]')
    assert np.isnan(atlas.values["v"]["01001"])
    assert atlas.values["v"].notna().sum() == 3


def test_websites_as_bare_domains_and_cells_that_are_filled(tmp_path: Path) -> None:
    table = "code,v\n01001,www.aa.de\n01002,\n02003,not known\n02004,dd.de\n"
    atlas = measured(tmp_path, table, layer='unit = "domain"')
    assert atlas.values["v"].tolist()[:2] == [1, 0]
    assert atlas.reasons["v"]["02003"] == Reason.UNREADABLE
    filled = measured(tmp_path, table, layer='filled = true\nmissing = ["not known"]')
    assert filled.values["v"].tolist()[:2] == [1, 0]
    assert filled.reasons["v"]["02003"] == Reason.NOT_PUBLISHED


PERCENT = "code,v\n01001,90\n01002,10\n02003,50\n02004,20\n"
STATES = '[territories.parents]\nstate = "state"'


def test_a_percentage_is_weighted_by_people_where_they_are_known(tmp_path: Path) -> None:
    options = {"territories": STATES, "top": 'level = "state"\n'}
    atlas = measured(tmp_path, PERCENT, layer='unit = "percent"', **options)
    assert atlas.values["v"]["S1"] == pytest.approx((90 * 1000 + 10 * 10) / 1010)
    assert np.isnan(atlas.values["v"]["S2"])
    notices = " ".join(atlas.notices)
    assert "1 territory is in no state (02004)" in notices
    assert "1 of the territories has a figure and no population to weigh it by" in notices
    assert "is not in the mean (02003)" in notices
    assert "defect" not in notices
    assert atlas.territories.facts["population"]["S1"] == 1010


def test_a_plain_mean_is_said(tmp_path: Path) -> None:
    options = {"territories": STATES, "top": 'level = "state"\n'}
    atlas = measured(tmp_path, PERCENT, layer='unit = "number"', **options)
    assert atlas.values["v"]["S1"] == 50
    assert any("is the plain mean of their territories" in notice for notice in atlas.notices)
    assert atlas.coarser_level_of(atlas.indicators["v"]) == ""


def test_another_layer_is_a_weight(tmp_path: Path) -> None:
    table = "code,v,hh\n01001,90,1\n01002,10,3\n02003,50,1\n02004,20,1\n"
    layer = (
        'unit = "percent"\nweight = "hh"\n[[layers]]\nid = "hh"\npath = "v.csv"\n'
        'code = "code"\nvalue = "hh"\nunit = "count"\nbetter = "none"'
    )
    options = {"territories": STATES, "top": 'level = "state"\n'}
    atlas = measured(tmp_path, table, layer=layer, **options)
    assert atlas.values["v"].tolist() == [30, 50]
    unknown = faults(tmp_path, table, layer=layer.replace('weight = "hh"', 'weight = "x"'))
    assert "nothing is known of 'x'" in unknown


def test_a_mean_over_nothing_is_said(tmp_path: Path) -> None:
    table = "code,v,hh\n01001,90,0\n01002,10,0\n02003,50,1\n02004,20,1\n"
    layer = (
        'unit = "percent"\nweight = "hh"\n[[layers]]\nid = "hh"\ntitle = "Homes"\npath = "v.csv"\n'
        'code = "code"\nvalue = "hh"\nunit = "count"\nbetter = "none"'
    )
    options = {"territories": STATES, "top": 'level = "state"\n'}
    atlas = measured(tmp_path, table, layer=layer, **options)
    assert np.isnan(atlas.values["v"]["S1"])
    assert atlas.reasons["v"]["S1"] == Reason.NOT_APPLICABLE
    assert any("S1 has no figure, because the Homes of its" in notice for notice in atlas.notices)


def test_a_level_that_the_country_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(
        'code = "xx"\nname = { en = "Exland" }\nlang = "en"\nbounds = [-1.0, 49.0, 5.0, 52.0]\n'
        'bare_code_level = "town"\n[levels.town]\ntitle = { en = "town" }\n'
        'plural = { en = "towns" }\n'
        'within = ["country"]\n[levels.country]\ntitle = { en = "country" }\n'
        'plural = { en = "countries" }\n[parts.mainland]\ntitle = { en = "Exland" }\n'
        'crs = "EPSG:3035"\n'
    )
    given = project(tmp_path, PERCENT, territories=STATES, top='country = "xx.toml"\n')
    country = given.country
    assert [level.id for level in country.levels] == ["town", "state", "country"]
    assert country.finer_than("state") == {"town"}
    atlas = run_project(Path(given.file), out=tmp_path / "out", quiet=True)
    assert atlas.territories.parents["state"].tolist()[:3] == ["S1", "S1", "S2"]
    upper = build_atlas(given.with_changes({"level": "state"}))
    assert upper.territories.level_title("en", plural=True) == "state"


@pytest.mark.parametrize("encoding", ["utf-8", "cp850"])
def test_parents_by_the_digits_of_the_code_have_names(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "names.csv").write_text("AGS,GEN\n0-1,Nord\n0-2,Süd\n", encoding=encoding)
    territories = (
        '[territories.parents]\nland = { digits = 2, names = "names.csv", code = "AGS", '
        f'name = "GEN", encoding = "{encoding}" }}\nstate = {{ field = "state", name = "name" }}'
    )
    options = {"territories": territories, "top": 'level = "land"\n'}
    atlas = measured(tmp_path, PERCENT, layer='unit = "percent"', **options)
    assert atlas.territories.names.tolist() == ["Nord", "Süd"]


@pytest.mark.parametrize(
    ("parent", "says"),
    [
        ('{ field = "state", digits = 2 }', "a field, or the digits of a code, not both"),
        ('{ digits = 2, names = "v.csv" }', "a table of names needs code and name"),
        ('{ digits = 2, code = "x" }', "column of a table of names, which is missing"),
        ('{ digits = 2, encoding = "x" }', "of a table of names, which is missing"),
        ('{ digits = 0 }', "'0' does not fit" ),
        ('{ digits = 9 }', "4 codes have fewer than 9 characters"),
    ],
)  # fmt: skip
def test_parents_that_cannot_be(tmp_path: Path, parent: str, says: str) -> None:
    message = faults(tmp_path, PERCENT, territories=f"[territories.parents]\nland = {parent}")
    assert says.replace("'0'", "0") in message.replace("'0'", "0")


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ("code_digits = 0", "expected is a whole number: 5 for the first 5 characters"),
        ('nodata = ":"', "List texts under missing"),
        ("missing = [3]", "expected is a list of texts"),
        ('missing = { "x" = "unknown" }', "'unknown' is not a reason here"),
        ('combine = "median"', "'median' is not a choice here"),
        ("where = { what = 1979-05-27 }", "expected is a text, a number, true or false"),
        ("header = -1", "0 or more"),
        ('thousands = "_"', "is not a choice here"),
        ('filled = "yes"', "true or false"),
        ('thousands = ","\ndecimal = ","', "decimal and thousands are the same mark"),
        ("code_prefix = 5", "expected is a text"),
    ],
)
def test_a_value_that_does_not_fit_is_one_fault_of_its_key(
    tmp_path: Path, layer: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        project(tmp_path, PERCENT, layer=layer)
    (fault,) = caught.value.faults
    assert fault.column is not None
    assert fault.column.startswith(f"layers.v.{layer.split(' ', 1)[0]}")
    assert says in str(fault)


@pytest.mark.parametrize(
    ("territories", "says"),
    [
        ("code_digits = 0", "expected is a whole number: 5 for the first 5 characters"),
        ("code_prefix = 5", "expected is a text"),
        ('crs = "EPSG:0"', "'EPSG:0' is not a reference system"),
        ('encoding = "cp1250"', "only a shapefile has an encoding"),
        ('where = { name = "Zz" }', "no row has name = 'Zz'"),
        ('crs = "EPSG:2154"', "they look like degrees. Correct the key crs, or take it out."),
        ('decimal = ";"', "';' is not a choice here"),
        ('thousands = "_"', "'_' is not a choice here"),
        ('missing = { ":" = "unknown" }', "'unknown' is not a reason here"),
        ('nodata = ":"', "List texts under missing"),
        ('thousands = "."\ndecimal = "."', "decimal and thousands are the same mark"),
    ],
)
def test_a_key_of_the_territories_that_does_not_fit(
    tmp_path: Path, territories: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        measured(tmp_path, PERCENT, territories=territories)
    (fault,) = caught.value.faults
    assert says in str(fault)


def test_inhabitants_as_officials_write_them(tmp_path: Path, monkeypatch: Any) -> None:
    people = {"01001": "1 234", "01002": "unbekannt", "02003": "803", "02004": "12\u202f345"}
    for code, cell in people.items():
        monkeypatch.setitem(POLYGONS, code, {**POLYGONS[code], "pop": cell})
    message = faults(tmp_path, PERCENT)
    assert "thousands are set apart in 2 ways (a space, a thin no-break space)" in message
    monkeypatch.setitem(POLYGONS, "02004", {"name": "Dd", "pop": "12 345"})
    message = faults(tmp_path, PERCENT)
    assert "feature 01002, column 'pop': 'unbekannt' is not a number" in message
    assert "list the text under missing" in message
    atlas = measured(tmp_path, PERCENT, territories='missing = ["unbekannt"]')
    assert atlas.territories.facts["population"].fillna(-1).tolist() == [1234, -1, 803, 12345]
    assert any("a space is read as between thousands" in notice for notice in atlas.notices)
    monkeypatch.setitem(POLYGONS, "02004", {"name": "Dd", "pop": "12%"})
    message = faults(tmp_path, PERCENT, territories='missing = ["unbekannt"]')
    assert "feature 02004, column 'pop': '12%' has a percent sign" in message
    assert "Correct it, or leave it empty" in message
    assert "unit = " not in message


def test_how_figures_of_territories_are_written_needs_their_field(tmp_path: Path) -> None:
    path = Path(project(tmp_path, PERCENT).file)
    text = path.read_text("utf-8").replace('population = "pop"', 'thousands = "."')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="thousands says how population and area_km2 are written"):
        read_project(path)


def test_a_cell_of_a_feature_is_named_by_its_code(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(POLYGONS, "02003", {**POLYGONS["02003"], "v": "high"})
    path = Path(project(tmp_path, PERCENT).file)
    path.write_text(path.read_text("utf-8").replace('"v.csv"', '"t.geojson"'), encoding="utf-8")
    with pytest.raises(InputError, match="feature 02003, column 'v': 'high' is not a number"):
        build_atlas(read_project(path))


@pytest.mark.parametrize(
    ("usual", "rounded"),
    [("0.3", "0.30000000000000004"), ("0", "5.6e-17"), ("-90", "-90.00000000000001")],
)
def test_rounding_gives_a_layer_no_scale(tmp_path: Path, usual: str, rounded: str) -> None:
    cells = dict(zip(POLYGONS, (usual, rounded, usual, usual), strict=True))
    table = "code,v,w\n" + "".join(f"{code},{v},{w}\n" for w, (code, v) in enumerate(cells.items()))
    more = '[[layers]]\nid = "w"\npath = "v.csv"\ncode = "code"\nvalue = "w"'
    given = project(tmp_path, table, layer=more)
    atlas, recipe = with_index(given, build_atlas(given))
    assert recipe is not None
    assert [element.id for element in recipe.elements] == ["w"]
    written = project(tmp_path, table, layer=f"{more}\n[recipe]\nweights = {{ v = 3, w = 1 }}")
    atlas, recipe = with_index(written, build_atlas(written))
    assert recipe is not None
    assert [element.id for element in recipe.elements] == ["w"]
    assert any("The weights of the others: w 1" in notice for notice in atlas.notices)
    alone = project(tmp_path, table, layer="[recipe]\nweights = { v = 1 }")
    with pytest.raises(InputError, match="is constant"):
        with_index(alone, build_atlas(alone))


def test_a_list_and_tables_of_one_name(tmp_path: Path) -> None:
    layer = '[recipe]\nindicators = ["v"]\n[recipe.indicators.v]\ngoalposts = [0, 10]'
    message = faults(tmp_path, PERCENT, layer=layer)
    assert "'recipe.indicators' has a value and is a table as well" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'weights = "equal"\n[recipe.weights]\nv = 1',
            "'recipe.weights' has a value and is a table",
        ),
        ("weights = { v = 1 }\n[recipe.weights]\nv = 1", "'recipe.weights' is declared twice"),
        ("[recipe]\nmin_available = 1", "the table 'recipe' is declared twice"),
        ("[layers]\nid = 3", "'layers' has a value and is a table as well"),
    ],
)
def test_tables_and_values_of_one_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        project(tmp_path, PERCENT, layer=f"[recipe]\n{text}")
    (fault,) = caught.value.faults
    assert says in str(fault)
