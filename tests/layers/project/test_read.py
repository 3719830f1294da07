from __future__ import annotations

import re
from pathlib import Path

import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.project.read import read_project

GOOD = """
title = "Test"
lang = "fr"
level = "territory"
[territories]
path = "p.geojson"
code = "code"
[[layers]]
id = "4g"
path = "t.csv"
code = "code"
value = "v"
unit = "percent"
[recipe]
weights = { 4g = 1 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.geojson").write_text("{}")
    (tmp_path / "t.csv").write_text("code,v\nA,1\n")
    return tmp_path


def faults(folder: Path, text: str) -> str:
    path = folder / "project.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project(path)
    for fault in caught.value.faults:
        assert fault.file == str(path)
    return str(caught.value)


def test_a_project_is_read(folder: Path) -> None:
    path = folder / "project.toml"
    path.write_text(GOOD)
    project = read_project(path, sources={"arcep-debit": Path("/elsewhere.csv")})
    assert project.title == "Test"
    assert project.table.layers[0].id == "4g"
    assert project.path("t.csv") == folder / "t.csv"
    assert project.sources["arcep-debit"] == Path("/elsewhere.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Test"', 'titel = "Test"', "Did you mean 'title'?"),
        ('unit = "percent"', 'units = "percent"', "Did you mean 'unit'?"),
        ('code = "code"\n[[', 'cod = "code"\n[[', "Did you mean 'code'?"),
        (
            'unit = "percent"',
            'unit = "procent"',
            "'procent' is not a choice here",
        ),
        ('lang = "fr"', 'lang = "xx"', "Known: en, "),
        ('value = "v"\n', "", "a layer of kind table needs 'value'"),
        ('path = "t.csv"', 'path = "T.csv"', "leads to no file. Did you mean 't.csv'?"),
        ('path = "t.csv"', 'path = "../t.csv"', "leads out of the project's folder"),
        ('path = "t.csv"', 'path = "/etc/passwd"', "leads out of the project's folder"),
        ('path = "t.csv"', 'path = "C:\\\\t.csv"', "leads out of the project's folder"),
        ('path = "t.csv"', 'path = "https://example.org/t.csv"', "is an address"),
        ('path = "t.csv"', 'path = "/vsicurl/http://example.org/t.csv"', "is an address"),
        ('id = "4g"', 'id = "4 g"', "does not fit"),
        ('id = "4g"', 'id = "../4g"', "does not fit"),
        ('lang = "fr"', 'lang = "fr"\ncountry = "fra"', "no country 'fra'"),
        ("[recipe]", 'use = "x"\n[recipe]', "not known"),
        ('lang = "fr"', 'lang = "fr"\nuse = "presence-only"', "both a shipped recipe"),
        ("[recipe]", '[output]\nname = "../x"\n[recipe]', "not a valid file name"),
        ('title = "Test"', 'title = "Test', "line 2"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(folder: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert message in faults(folder, GOOD.replace(old, new, 1))


def test_all_faults_are_told_at_once(folder: Path) -> None:
    text = GOOD.replace('path = "t.csv"', 'path = "T.csv"').replace("p.geojson", "q.geojson")
    message = faults(folder, text)
    assert "T.csv" in message
    assert "q.geojson" in message


def test_two_layers_of_one_id(folder: Path) -> None:
    doubled = GOOD.replace("[recipe]", '[[layers]]\nid = "4g"\npath = "t.csv"\n'
                           'code = "code"\nvalue = "v"\n[recipe]')  # fmt: skip
    assert "two layers have the id '4g'" in faults(folder, doubled)


def test_neither_country_nor_polygons(folder: Path) -> None:
    assert "neither a country nor territories" in faults(folder, 'title = "x"\n')


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    outside = folder.parent / "secret.csv"
    outside.write_text("code,v\n")
    (folder / "t.csv").unlink()
    (folder / "t.csv").symlink_to(outside)
    assert "leads out of the project's folder" in faults(folder, GOOD)


def test_a_stat_that_does_not_go_with_the_kind(folder: Path) -> None:
    text = GOOD.replace('unit = "percent"', 'stat = "sum"')
    assert "does not go with kind = 'table'" in faults(folder, text)


def test_a_fault_names_the_key_as_the_file_has_it(folder: Path) -> None:
    text = faults(folder, GOOD.replace('path = "t.csv"', 'path = "none.csv"'))
    assert "key 'layers.4g.path'" in text


def test_no_such_project() -> None:
    with pytest.raises(InputError, match=r"no folder 'nowhere'"):
        read_project("nowhere/project.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('value = "v"', 'value = "code"', "name the same column"),
        ('path = "t.csv"', 'path = "a\\u0000b"', "cannot be followed|leads out"),
        ('path = "t.csv"', 'path = "loop"', "cannot be followed"),
        ('path = "t.csv"', 'path = "."', "leads to a folder"),
        ('path = "t.csv"', 'path = "nowhere"', "a broken link"),
        ('unit = "percent"', 'unit = "percent"\nband = 1', "says nothing for a layer of kind"),
        ('lang = "fr"', 'lang = "fr"\nflags = ["../rule.toml"]', "leads out of the project"),
        ('lang = "fr"', 'lang = "fr"\nflags = ["spars"]', "no rule is called 'spars'"),
        ('title = "Test"', "title = 3", "one a language"),
        ('lang = "fr"', 'lang = "fr"\nlayers = 3', "'layers' has a value and is a table as well"),
        ('unit = "percent"', 'units = "percent"', r"layers\.4g\.units"),
    ],
)
def test_more_that_is_wrong(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("nothing.csv")
    assert old in GOOD
    assert re.search(message, faults(folder, GOOD.replace(old, new, 1)))


def test_a_file_whose_accents_are_written_apart(folder: Path) -> None:
    (folder / "t.csv").rename(folder / "e\u0301te\u0301.csv")
    text = GOOD.replace('path = "t.csv"', 'path = "été.csv"')
    (folder / "project.toml").write_text(text, encoding="utf-8")
    project = read_project(folder / "project.toml")
    assert project.path("été.csv").is_file()


def test_faults_have_their_lines(folder: Path) -> None:
    text = GOOD.replace('unit = "percent"', 'unit = "procent"').replace("4g = 1", "4g = -1")
    text = text.replace('lang = "fr"', 'lang = "zz"')
    path = folder / "project.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project(path)
    places = [(fault.line, fault.column) for fault in caught.value.faults]
    assert places == [(3, "lang"), (13, "layers.4g.unit"), (15, "recipe.weights")]
    path.write_text(GOOD.replace('path = "t.csv"', 'path = "T.csv"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"project\.toml, line 10, key 'layers\.4g\.path'"):
        read_project(path)


OF_SOURCE = """
country = "fr"
[[layers]]
id = "income"
from = "insee-filosofi"
value = "median_income"
weight = "people_in_households"
[[layers]]
id = "site"
kind = "presence"
from = "town-halls"
value = "website"
unit = "boolean"
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"insee-filosofi"', '"insee-filosof"', "line 5, key 'layers.income.from': no source is"),
        ('"median_income"', '"median"', "line 6, key 'layers.income.value': the source insee-"),
        ('value = "website"', 'value = "web"', "line 12, key 'layers.site.value': 'web' is not"),
        ('"town-halls"', '"town-halls"\npath = "t.csv"', "the key 'path' says nothing"),
        ('kind = "presence"', 'kind = "presense"', "Did you mean 'presence'?"),
    ],
)
def test_a_layer_of_a_source(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "project.toml"
    path.write_text(OF_SOURCE, encoding="utf-8")
    assert [layer.kind for layer in read_project(path).table.layers] == ["column", "presence"]
    assert old in OF_SOURCE
    assert message in faults(folder, OF_SOURCE.replace(old, new, 1))
