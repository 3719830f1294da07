"""`zoneblanche check`: what it prints and writes, and its exit status."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.scripts.conftest import Command
from zoneblanche.scripts.language import language_of

TOWNS = [("A{{7*7}}", "01001"), ("<img src=x>", "01002"), ("C", "01003"), ("D", "01004")]


@pytest.fixture
def check(zoneblanche: Command) -> Command:
    return partial(zoneblanche, "check")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]],
            },
        }
        for x, (name, code) in enumerate(TOWNS)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (tmp_path / "t.geojson").write_text(json.dumps(collection), encoding="utf-8")
    (tmp_path / "f.csv").write_text("code;v\n01001;0\n01002;80\n01003;90,5\n09999;1\n", "utf-8")
    (tmp_path / "p.toml").write_text(
        'lang = "fr"\n[territories]\npath = "t.geojson"\ncode = "code"\nname = "name"\n'
        '[[layers]]\nid = "f"\ntitle = "</title><script>x"\npath = "f.csv"\ncode = "code"\n'
        'value = "v"\nunit = "percent"\nsource = "Arcep, 2025-09-30"\n',
        encoding="utf-8",
    )
    return tmp_path / "p.toml"


def test_what_a_steward_reads(check: Command, project: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "q.html", tmp_path / "q.json"
    status, out, err = check(project, "-o", page, "-o", data)
    assert (status, err) == (0, "")
    assert "Qualité des données" in out
    assert "lues 4 ; rattachées 3 ; listées 1 ; sans compte 0" in out.replace("\u00a0", " ")
    text = page.read_text("utf-8")
    assert "<script" not in text
    assert "&lt;/title&gt;&lt;script&gt;x" in text
    assert "default-src 'none'" in text
    record = json.loads(data.read_text("utf-8"))
    assert record["columns"][0]["missing"] == {"not_matched": 1}
    counts = {"rows": 4, "matched": 3, "outside": 0, "listed": 1, "unaccounted": 0}
    assert record["rows"]["f"] == counts


def test_a_level_has_the_name_that_its_country_gives(check: Command, tmp_path: Path) -> None:
    square = [[[4.0, 50.5], [4.1, 50.5], [4.1, 50.6], [4.0, 50.5]]]
    town = {"properties": {"nis": "11001"}, "geometry": {"type": "Polygon", "coordinates": square}}
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", **town}]}
    (tmp_path / "t.geojson").write_text(json.dumps(collection), encoding="utf-8")
    (tmp_path / "f.csv").write_text("nis;v\n11001;80\n", "utf-8")
    (tmp_path / "p.toml").write_text(
        'country = "be"\nlang = "fr"\n[territories]\npath = "t.geojson"\ncode = "nis"\n'
        '[[layers]]\nid = "f"\npath = "f.csv"\ncode = "nis"\nvalue = "v"\n',
        encoding="utf-8",
    )
    status, out, err = check(tmp_path / "p.toml")
    assert (status, err) == (0, "")
    assert "mesuré par commune" in out
    assert "municipality" not in out


def test_the_same_exit_status_as_a_run(check: Command, project: Path, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("code;v\n01001;102\n", "utf-8")
    status, out, err = check(project)
    assert (status, out) == (2, "")
    assert "ligne 2, colonne 'v'\u00a0: '102' est supérieur à 100" in err
    status, _, err = check(project, "-o", tmp_path / "q.pdf")
    assert status == 2
    assert "q.pdf" in err


def test_the_zeros_of_the_fibre_table(check: Command, shared_data: Path, tmp_path: Path) -> None:
    shutil.copy(shared_data / "fr" / "connectivity" / "communes_fibre_pct.csv", tmp_path / "f.csv")
    (tmp_path / "p.toml").write_text(
        'country = "fr"\ncatalogue = []\n[[layers]]\nid = "fibre"\npath = "f.csv"\n'
        'code = "code_insee"\nvalue = "fibre_pct"\nunit = "percent"\n',
        encoding="utf-8",
    )
    status, _, err = check(tmp_path / "p.toml", "-q", "-o", tmp_path / "q.json")
    assert (status, err) == (0, "")
    column = json.loads((tmp_path / "q.json").read_text("utf-8"))["columns"][-1]
    assert column["zeros"] == 731
    assert "57019" in column["large_zeros"], "Amnéville, a town served by cable"


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        (["run"], "fr"),
        (["run", "--lang", "en"], "en"),
        (["run", "--lang=fr", "x.toml"], "fr"),
        (["map", "a.parquet"], "en"),
        (["run", "nowhere.toml"], "en"),
        (["probe", "fr", "-o", "a.parquet"], "fr"),
        (["probe", "list.csv"], "en"),
        (["barometer", "--probe", "a.parquet"], "fr"),
    ],
)
def test_the_language_of_failures(arguments: list[str], lang: str) -> None:
    assert language_of(arguments) == lang


@pytest.mark.parametrize(
    ("argument", "message"),
    [("--levl", "Option inconnue\u00a0: --levl"), ("--level", "demande une valeur")],
)
def test_a_misused_option_is_said_in_french(check: Command, argument: str, message: str) -> None:
    status, _, err = check("--lang=fr", argument)
    assert status == 2
    assert message in err


def test_a_source_of_two_layers_is_told_once(check: Command, project: Path) -> None:
    text = project.read_text("utf-8")
    layer = text[text.index("[[layers]]") :].replace('id = "f"', 'id = "g"')
    project.write_text(text + layer.replace("</title><script>x", "G"), encoding="utf-8")
    status, out, _ = check(project)
    assert status == 0
    assert out.count("Arcep, f.csv, 2025-09-30") == 1
