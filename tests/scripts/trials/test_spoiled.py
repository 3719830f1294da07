"""Spoiled projects: each is refused with a sentence, or read with an account of every row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.scripts.conftest import Command

PROJECT = """
title = "Two squares"
lang = "en"
[territories]
path = "squares.geojson"
code = "code"
[[layers]]
id = "sites"
path = "sites.csv"
kind = "points"
x = "lon"
y = "lat"
"""
POINTS = "lon,lat\n4.05,46.05\n4.06,46.05\n4.15,46.05\n9,9\n,46\n"
Run = Callable[[Path], tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two squares of 0.1° and five points: two in the first, one in the second, two in neither."""
    gpd.GeoDataFrame(
        {"code": ["01001", "01002"]},
        geometry=[shapely.box(4.0, 46, 4.1, 46.1), shapely.box(4.1, 46, 4.2, 46.1)],
        crs=4326,
    ).to_file(tmp_path / "squares.geojson", driver="GeoJSON")
    (tmp_path / "sites.csv").write_text(POINTS, encoding="utf-8")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(zoneblanche: Command) -> Run:
    def command(folder: Path) -> tuple[int, str]:
        status, _, err = zoneblanche("run", folder / "project.toml", "-o", folder / "out", "-q")
        assert bool(status) != (folder / "out").exists(), "all or nothing"
        return status, err

    return command


def counts(folder: Path) -> list[str]:
    lines = (folder / "out" / "territories.csv").read_text("utf-8").splitlines()
    place = lines[0].split(",").index("sites")
    return [line.split(",")[place] for line in lines[1:]]


def test_points_that_lie_nowhere_are_listed(folder: Path, run: Run) -> None:
    status, err = run(folder)
    assert status == 0, err
    assert counts(folder) == ["2", "1"]
    account = json.loads((folder / "out" / "run.json").read_text("utf-8"))["rows"]["sites"]
    assert (account["rows"], account["matched"]) == (5, 3)
    reasons = {row["row"]: row["reason"] for row in account["listed"]}
    assert reasons == {
        "line 5": "lies in none of the territories",
        "line 6": "has no two coordinates",
    }


def test_points_with_a_decimal_comma(folder: Path, run: Run) -> None:
    (folder / "sites.csv").write_text(
        "lon;lat\n4,05;46,05\n4,06;46,05\n4,15;46,05\n", encoding="utf-8"
    )
    status, err = run(folder)
    assert status == 0, err
    assert counts(folder) == ["2", "1"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("inf,46", "not a finite number"),
        ("400,46", "above 180"),
        ("4_0,46", "line 5"),
        ("abc,46", "line 5"),
        ("4,46,3", "line 5"),
    ],
)
def test_spoiled_points(folder: Path, run: Run, row: str, message: str) -> None:
    (folder / "sites.csv").write_text(POINTS.replace("9,9", row), encoding="utf-8")
    status, err = run(folder)
    assert status == 2
    assert message in err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "sites"', 'id = "score"', "a column of the results"),
        ('id = "sites"', 'id = "FID"', "a column of the results"),
        ('title = "Two squares"', "title = {}", "title"),
        ('y = "lat"', 'y = "lat"\nband = 0', "band"),
        ('y = "lat"', 'y = "lat"\nweight = "nowhere"', "nothing is known of 'nowhere'"),
        ('y = "lat"', 'y = "lat"\ncrs = "EPSG:999999"', "reference system"),
        ('y = "lat"', 'y = "lat"\ncrs = "EPSG:4978"', "reference system"),
        (
            'y = "lat"',
            'y = "lat"\n[[layers]]\nid = "Sites"\npath = "sites.csv"\nkind = "points"\n'
            'x = "lon"\ny = "lat"',
            "two layers have the id",
        ),
    ],
)
def test_a_spoiled_project_file(folder: Path, run: Run, old: str, new: str, message: str) -> None:
    assert old in PROJECT
    (folder / "project.toml").write_text(PROJECT.replace(old, new), encoding="utf-8")
    status, err = run(folder)
    assert status == 2
    assert message in err


TABLE = """
[[layers]]
id = "taux"
path = "taux.csv"
code = "{code}"
value = "{value}"
unit = "percent"
"""


@pytest.mark.parametrize(
    ("code", "value", "rows", "words"),
    [
        ("insee", "part", "01001;1", ["'insee'", "'part'", "sites.csv, line 2"]),
        ("code", "taux", "1001;102", ["lost its leading zeros", "'102' is above", "line 2"]),
        ("code", "taux", "01001;\n01002;nd", ["none of the 2 rows has a figure", "sites.csv"]),
    ],
)
def test_all_faults_of_all_files_at_once(
    folder: Path, run: Run, code: str, value: str, rows: str, words: list[str]
) -> None:
    project = PROJECT + TABLE.format(code=code, value=value)
    (folder / "project.toml").write_text(f'country = "fr"\n{project}', encoding="utf-8")
    (folder / "taux.csv").write_text(f"code;taux\n{rows}\n", encoding="utf-8")
    (folder / "sites.csv").write_text("lon,lat\nx,y\n", encoding="utf-8")
    status, err = run(folder)
    assert status == 2
    assert [word for word in words if word not in err] == []


def test_every_part_of_a_shapefile_is_in_the_account(folder: Path, run: Run) -> None:
    gpd.read_file(folder / "squares.geojson").to_file(folder / "squares.shp")
    text = PROJECT.replace("squares.geojson", "squares.shp")
    (folder / "project.toml").write_text(text, encoding="utf-8")
    status, err = run(folder)
    assert status == 0, err
    read = json.loads((folder / "out" / "run.json").read_text("utf-8"))["inputs"]
    parts = {name.split(", ")[-1] for name in read}
    assert {"squares.shp", "squares.dbf", "squares.shx", "squares.prj", "squares.cpg"} <= parts
