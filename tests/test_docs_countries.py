"""The pages for other countries: what they show is run, on small made polygons or real ones."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.jobs.main_job.run import run_project

DOCS = Path(__file__).resolve().parents[1] / "docs"
COMMANDS = re.compile(r"^zoneblanche (.+)$", re.MULTILINE)
NAMED = re.compile(r"^`([\w.-]+)`:\n\n^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def written(page: str, folder: Path) -> Path:
    """The files that a page shows, in a folder; and its project file."""
    for name, text in NAMED.findall((DOCS / page).read_text("utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "project.toml"


def measured(project: Path, level: str | None = None) -> Atlas:
    read = read_project(project)
    return build_atlas(read if level is None else read.with_changes({"level": level}))


def run_as_shown(page: str, project: Path) -> Atlas:
    """The atlas of the first run that a page shows, with all of its results; every command of the
    page is one."""
    text = (DOCS / page).read_text("utf-8")
    check, *runs = (shlex.split(one) for one in COMMANDS.findall(text))
    assert check == ["check", "project.toml"]
    assert [one[:2] for one in runs] == [["run", "project.toml"]] * len(runs)
    out = project.parent / runs[0][-1]
    atlas = run_project(project, out=out, quiet=True)
    assert (out / "index.html").is_file()
    return atlas


def test_germany(tmp_path: Path) -> None:
    project = written("germany.md", tmp_path)
    rows = [
        ("01001000", "Flensburg", 4, 92_000),
        ("01001000", "Flensburg", 2, 0),
        ("09162000", "München", 4, 1_500_000),
        ("09162999", "Forstgebiet", 4, None),
    ]
    table = {
        name: list(cells)
        for name, cells in zip(("AGS", "GEN", "GF", "EWZ"), zip(*rows, strict=True), strict=True)
    }
    squares = [box(x, 5_300_000, x + 10_000, 5_310_000) for x in range(500_000, 540_000, 10_000)]
    frame = gpd.GeoDataFrame(table, geometry=squares, crs="EPSG:25832")
    frame.to_file(tmp_path / "vg250.gpkg", layer="vg250_gem")
    atlas = run_as_shown("germany.md", project)
    assert atlas.lang == "de"
    assert atlas.values["breitband"].tolist()[:2] == [88.4, 95.2]
    assert atlas.reasons["breitband"]["09162999"] == Reason.NOT_PUBLISHED
    assert atlas.values["website"].tolist() == [1, 0, 1]
    assert atlas.values["kontakt"].tolist() == [1, 0, 0]
    kreise = measured(project, "kreis")
    assert kreise.territories.names.tolist() == ["Flensburg", "München"]
    assert kreise.territories.facts["population"].tolist() == [92_000, 1_500_000]
    assert any("population of 1 territory is not known (09162999)" in one for one in kreise.notices)
    assert measured(project, "land").territories.names.tolist() == ["Schleswig-Holstein", "Bayern"]


def test_switzerland(tmp_path: Path, shared_data: Path) -> None:
    project = written("switzerland.md", tmp_path)
    for path in (shared_data / "ch").iterdir():
        shutil.copy(path, tmp_path / path.name)
    atlas = run_as_shown("switzerland.md", project)
    assert len(atlas.codes) == 2113
    assert set(atlas.territories.parent_names["canton"].values()) >= {"Zürich", "Genève", "Jura"}
    records = json.loads((tmp_path / "domains_ch.json").read_text("utf-8"))["municipalities"]
    assert atlas.account["website"]["matched"] == len(records)
    assert atlas.values["website"].sum() == sum(bool(one["website"]) for one in records)
    assert atlas.values["email"].sum() == sum(bool(one["emails"]) for one in records)


def test_the_united_states(tmp_path: Path) -> None:
    project = written("united-states.md", tmp_path)
    places = {
        "01001": ("Autauga", -86.6, 32.5),
        "01003": ("Baldwin", -87.7, 30.7),
        "02016": ("Aleutians West", -174.0, 52.0),
        "15001": ("Hawaii", -155.5, 19.6),
    }
    arcs, geometries = [], []
    for code, (name, west, south) in places.items():
        ring = [list(one) for one in box(west, south, west + 0.5, south + 0.5).exterior.coords]
        geometries.append(
            {
                "type": "MultiPolygon",
                "id": code,
                "properties": {"name": name},
                "arcs": [[[len(arcs)]]],
            }
        )
        arcs.append(ring)
    # An islet that quantisation has collapsed, and a part on the other side of 180 degrees.
    geometries[2]["arcs"] += [[[len(arcs)]], [[len(arcs) + 1]]]
    arcs += [[[173, 52], [173.1, 52], [173, 52]], [[173, 52], [174, 52], [174, 53], [173, 52]]]
    topology = {"type": "Topology", "arcs": arcs, "objects": {
        "counties": {"type": "GeometryCollection", "geometries": geometries},
        "states": {"type": "GeometryCollection", "geometries": []}}}  # fmt: skip
    (tmp_path / "counties-10m.json").write_text(json.dumps(topology))
    atlas = run_as_shown("united-states.md", project)
    assert atlas.values["households"].tolist() == [21_559, 84_047, 1_120, 72_200]
    assert np.isnan(atlas.values["subscription"]["02016"])
    assert atlas.account["subscription"]["listed"][0]["code"] == "Geography"
    assert any("1 ring of fewer than three" in notice for notice in atlas.notices)
    country = atlas.territories.country
    assert country is not None
    assert country.parts_of(atlas.codes).tolist() == ["mainland", "mainland", "alaska", "hawaii"]
    states = measured(project, "state")
    assert states.territories.names.tolist() == ["Alabama", "Alaska", "Hawaii"]
    expected = (86.9 * 21_559 + 89.2 * 84_047) / (21_559 + 84_047)
    assert states.values["subscription"]["01"] == pytest.approx(expected)
