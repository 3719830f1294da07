"""A choice of territories is made before measuring: the same figures, an account of its own."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.country import read_country
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas, read_atlas, take
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.inputs.accounting import unaccounted_rows
from zoneblanche.layers.project.read import read_project

AROUND = ("12", "30")

PROJECT = """
country = "fr"
catalogue = ["presence", "presence-equal-size", "premises-1gbps"]

[territories]
path = "communes.geojson"
code = "code"
name = "name"
source = "a test"
[territories.parents]
epci = "epci"

[[layers]]
id = "own"
path = "own.csv"
code = "code"
value = "value"
source = "a test"

[[layers]]
id = "old"
path = "own.csv"
code = "code"
value = "value"
vintage = "2018"
unit = "count"
source = "a test"

[[layers]]
id = "points"
path = "points.csv"
kind = "points"
x = "x"
y = "y"
source = "a test"

[[layers]]
id = "near"
path = "points.csv"
kind = "points"
stat = "distance"
x = "x"
y = "y"
source = "a test"

[[layers]]
id = "area"
path = "area.geojson"
kind = "polygons"
source = "a test"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on the communes of four départements: a table with former codes, points, one of
    them nowhere, and a polygon over Aveyron and a part of Lozère."""
    made = tmp_path_factory.mktemp("within")
    communes = edition_territories(read_country("fr"))
    communes = communes.take(communes.parents["departement"].isin(["01", *AROUND, "48"]))
    frame = communes.frame.assign(epci=communes.parents["epci"]).reset_index(names="code")
    frame.to_file(made / "communes.geojson", driver="GeoJSON", engine="pyogrio")
    points = communes.frame.geometry.representative_point()
    with (made / "own.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("code", "value"))
        rows.writerows((code, number % 97) for number, code in enumerate(communes.codes))
        # Two that were merged in Lozère, two in Ain, and one that never was.
        rows.writerows((code, 5) for code in ("48006", "48011", "01003", "01018", "01999"))
    with (made / "points.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("x", "y"))
        rows.writerows(zip(points.x[::7], points.y[::7], strict=True))
        rows.writerow((-30, 40))
    aveyron = communes.frame.geometry[(communes.parents["departement"] == "12").to_numpy()]
    box = shapely.box(*aveyron.total_bounds)
    area = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(box))}
    (made / "area.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [area]})
    )
    (made / "project.toml").write_text(PROJECT)
    return made


def built(folder: Path, *within: str, level: str | None = None) -> Atlas:
    project = read_project(folder / "project.toml")
    table = project.table.model_copy(update={"within": list(within), "level": level})
    return build_atlas(replace(project, table=table))


@pytest.fixture(scope="module")
def france(folder: Path) -> Atlas:
    return built(folder)


@pytest.fixture(scope="module")
def lozere(folder: Path) -> Atlas:
    return built(folder, "48")


def test_figures_are_those_of_the_whole_country(france: Atlas, lozere: Atlas) -> None:
    inside = take(france, (france.territories.parents["departement"] == "48").to_numpy())
    pd.testing.assert_frame_equal(lozere.values, inside.values)
    pd.testing.assert_frame_equal(lozere.reasons, inside.reasons)
    assert lozere.territories.part_of is None


def test_every_row_is_accounted_for(france: Atlas, lozere: Atlas) -> None:
    for name, account in lozere.account.items():
        whole = france.account[name]
        assert unaccounted_rows(account) == 0, name
        assert account["rows"] == whole["rows"]
        assert account["matched"] + account["outside"] == whole["matched"] + (name == "own") * 2, (
            name
        )
    own = lozere.account["own"]
    assert {row["code"] for row in own["listed"]} == {"48006", "48011", "01999"}
    assert own["matched"] == len(lozere.codes)
    assert {row["code"] for row in lozere.account["old"]["carried"]} == {"48006", "48011"}
    assert [row["reason"] for row in lozere.account["points"]["listed"]] == [
        "lies in none of the territories"
    ]


def test_sentences_are_of_the_chosen(lozere: Atlas) -> None:
    text = " ".join(lozere.notices)
    assert "own: 2 rows have codes that are gone (48006, 48011)" in text
    assert "old: 2 older codes were carried" in text
    assert "Rows that concern other territories than those chosen: " in text
    assert "01003" not in text


def test_higher_levels_are_those_of_the_whole_country(france: Atlas, folder: Path) -> None:
    from zoneblanche.layers.aggregate import atlas_at

    epci = built(folder, "48", level="epci")
    same = atlas_at(france, "epci", shapes="boxes").values.loc[epci.codes]
    assert len(epci.codes) > 5
    assert "lie only partly in 48" in " ".join(epci.notices)
    pd.testing.assert_frame_equal(epci.values, same)
    assert epci.territories.part_of is None


def test_a_polygon_of_elsewhere_covers_nothing_here(folder: Path) -> None:
    ain = built(folder, "01")
    assert (ain.values["area"] == 0).all()
    assert np.isfinite(ain.values["near"]).all()


def test_the_python_face_chooses_alike() -> None:
    atlas = read_atlas("fr", within="48")
    assert atlas.account["website"]["outside"] + atlas.account["website"]["matched"] == 34827
