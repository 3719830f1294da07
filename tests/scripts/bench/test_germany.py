"""The page for Germany, on a made Germany of two hundred places as wide as the real one."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.bench.germany import write_germany


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("germany")
    write_germany(folder, 200, detail=1)
    return folder


def test_the_project_of_the_page_measures_all_places(folder: Path) -> None:
    frame = gpd.read_file(folder / "vg250.gpkg")
    land = frame[frame["GF"] == 4]
    assert len(land) > land["AGS"].nunique() == 200
    assert (frame["GF"] == 2).any()
    assert frame.geometry.is_valid.all()
    assert frame.to_crs(4326).total_bounds[2] > 14, "east of the area of use of EPSG:25832"
    atlas = build_atlas(read_project(folder / "project.toml"))
    assert len(atlas.codes) == 200
    unknown = atlas.territories.facts["population"].isna()
    assert unknown.sum() == 5
    assert atlas.values["breitband"].isna().equals(unknown)
    assert atlas.values["website"].notna().all()
    kreise = build_atlas(read_project(folder / "project.toml").with_changes({"level": "kreis"}))
    assert len(kreise.codes) == land["AGS"].str[:5].nunique()
    assert kreise.territories.names.iloc[0].startswith("Name ")


def test_without_where_the_waters_are_united_with_their_places(folder: Path) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("where"))
    (folder / "whole.toml").write_text(text.replace(line, ""), encoding="utf-8")
    atlas = build_atlas(read_project(folder / "whole.toml"))
    part = build_atlas(read_project(folder / "project.toml"))
    known = part.territories.facts["population"].dropna()
    assert atlas.territories.facts["population"][known.index].equals(known)
    assert atlas.territories.facts["area_km2"].sum() > part.territories.facts["area_km2"].sum()
