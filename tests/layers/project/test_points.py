"""Points of a project: means by a weight, shapes, both coordinates in a cell, metres."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import MultiPolygon, box, mapping

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.inputs.accounting import unaccounted_rows
from zoneblanche.layers.project.read import read_project
from zoneblanche.maps.page.header.places import describe_places
from zoneblanche.maps.page.shapes.geometry import encode_geometry

PROJECT = """
{top}
[territories]
path = "t.geojson"
code = "code"
{territories}
[[layers]]
id = "p"
kind = "points"
path = "{path}"
{layer}
"""

TABLE = "lon,lat,speed,tests\n0.5,0.5,10,1\n0.6,0.5,40,2\n1.5,0.5,7,1\n1.6,0.5,,5\n9,9,1,1\n,,1,1\n"


def measured(
    folder: Path,
    content: str | None,
    layer: str,
    *,
    name: str = "p.csv",
    top: str = "",
    more: str = "",
) -> Atlas:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "state": "S"},
            "geometry": mapping(box(number, 0, number + 1, 1)),
        }
        for number, code in enumerate("ABC")
    ]
    (folder / "t.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features})
    )
    if content is not None:
        (folder / name).write_text(content, encoding="utf-8")
    text = PROJECT.format(top=top, territories=more, path=name, layer=layer)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    atlas = build_atlas(read_project(folder / "project.toml"))
    assert all(unaccounted_rows(account) == 0 for account in atlas.account.values())
    return atlas


def said(folder: Path, content: str, layer: str, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        measured(folder, content, layer, **options)
    return str(caught.value)


def test_a_mean_is_weighted_by_a_column(tmp_path: Path) -> None:
    layer = 'stat = "mean"\nvalue = "speed"\nweight = "tests"\nx = "lon"\ny = "lat"'
    atlas = measured(tmp_path, TABLE, layer)
    assert atlas.values["p"].tolist()[:2] == [30, 7]
    assert np.isnan(atlas.values["p"]["C"])
    assert atlas.account["p"]["matched"] == 4
    state = '[territories.parents]\nstate = "state"'
    whole = measured(tmp_path, TABLE, layer, top='level = "state"', more=state)
    assert whole.values["p"]["S"] == pytest.approx((10 + 80 + 7) / 4)


def test_without_a_weight_each_point_counts_once(tmp_path: Path) -> None:
    atlas = measured(tmp_path, TABLE, 'stat = "mean"\nvalue = "speed"\nx = "lon"\ny = "lat"')
    assert atlas.values["p"].tolist()[:2] == [25, 7]


def points(*coordinates: list[float] | None) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "mast" if place else "shop", "v": place},
            "geometry": None if one is None else {"type": "Point", "coordinates": one},
        }
        for place, one in enumerate(coordinates)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_points_of_geojson(tmp_path: Path) -> None:
    content = points([0.5, 0.5], [0.6, 0.6, 12], [1.5, 0.5], None)
    atlas = measured(tmp_path, content, "", name="p.geojson")
    assert atlas.values["p"].tolist() == [2, 1, 0]
    picked = measured(tmp_path, content, 'where = { kind = "mast" }', name="p.geojson")
    assert picked.values["p"].tolist() == [1, 1, 0]
    mean = measured(tmp_path, content, 'stat = "mean"\nvalue = "v"', name="p.geojson")
    assert mean.values["p"].tolist()[:2] == [0.5, 2]


def test_shapes_that_are_not_points_are_refused(tmp_path: Path) -> None:
    assert "a Polygon, not a point" in said(
        tmp_path, (tmp_path / "x").name and json.dumps(
            {"type": "Feature", "properties": {}, "geometry": mapping(box(0, 0, 1, 1))}
        ), "", name="p.geojson",
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["geojson", "shp", "gpkg", "parquet"])
def test_the_mean_of_polygons_is_that_of_their_middles(tmp_path: Path, suffix: str) -> None:
    tiles = [box(x, 0.4, x + 0.2, 0.6) for x in (0.1, 0.5, 0.9, 1.4)]  # the third: middle at 1.0
    frame = gpd.GeoDataFrame({"v": [10, 20, 90, 30], "w": [1, 3, 1, 1]}, geometry=tiles, crs=4326)
    path = tmp_path / f"p.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    layer = 'stat = "mean"\nvalue = "v"\nweight = "w"'
    atlas = measured(tmp_path, None, layer, name=path.name)
    assert atlas.values["p"].tolist()[:2] == [17.5, 60]
    assert any("a polygon is counted where its middle is" in one for one in atlas.notices)


def test_points_of_a_file_without_a_header(tmp_path: Path) -> None:
    """As OpenCelliD publishes: the position is in the seventh and eighth column."""
    places = ((0.5, 0.5), (0.6, 0.5), (1.5, 0.5), (9, 9))
    table = "".join(f"LTE,208,1,5000,{row},0,{x},{y}\n" for row, (x, y) in enumerate(places))
    without = said(tmp_path, table, 'x = "7"\ny = "8"')
    assert "write header = 0 and name columns by number" in without
    atlas = measured(tmp_path, table, 'x = "7"\ny = "8"\nheader = 0')
    assert atlas.values["p"].tolist() == [2, 1, 0]


def test_both_coordinates_in_one_cell(tmp_path: Path) -> None:
    table = 'id;geo\n1;"0.5, 0.25"\n2;"0.5,1.5"\n3;(0.1 1.9)\n4;\n'
    atlas = measured(tmp_path, table, 'position = "geo"')
    assert atlas.values["p"].tolist() == [1, 2, 0]
    wrong = said(tmp_path, "id;geo\n1;here\n2;0.5, 1.5\n", 'position = "geo"')
    assert 'Expected is "44.518, 3.501"' in wrong


def test_the_middle_of_shapes_in_well_known_text(tmp_path: Path) -> None:
    tile = "POLYGON ((1.4 0.4, 1.6 0.4, 1.6 0.6, 1.4 0.6, 1.4 0.4))"
    table = f"id;geo\n1;POINT (0.5 0.25)\n2;{tile}\n3;\n"
    atlas = measured(tmp_path, table, 'position = "geo"')
    assert atlas.values["p"].tolist() == [1, 1, 0]
    metres = "id|geo\n1|SRID=3857;POINT (55660 27830)\n"
    atlas = measured(tmp_path, metres, 'position = "geo"')
    assert atlas.values["p"].tolist() == [1, 0, 0]
    wrong = said(tmp_path, "id;geo\n1;POINT (0.5 0.25)\n2;POINT (1\n", 'position = "geo"')
    assert '"POINT (3.501 44.518)"' in wrong
    wrong = said(tmp_path, "id|geo\n1|POINT (0.5 0.2);POINT (1.5 0.4)\n", 'position = "geo"')
    assert "the cell does not hold a latitude and a longitude" in wrong
    mixed = "id|geo\n1|SRID=4326;POINT (0.5 0.2)\n2|SRID=3857;POINT (55660 27830)\n"
    wrong = said(tmp_path, mixed, 'position = "geo"')
    assert "another reference system: SRID=3857, but SRID=4326 in the first shape" in wrong
    atlas = measured(tmp_path, "id|geo\n1|SRID=0;POINT (0.5 0.2)\n", 'position = "geo"')
    assert atlas.values["p"].tolist() == [1, 0, 0]


def test_points_of_a_shapefile_and_of_geoparquet(tmp_path: Path) -> None:
    places = gpd.GeoDataFrame(
        {"v": [1, 2, 3]}, geometry=gpd.points_from_xy([0.5, 0.6, 1.5], [0.5] * 3)
    )
    places.set_crs(4326).to_file(tmp_path / "q.shp")
    places.set_crs(4326).to_parquet(tmp_path / "q.parquet")
    for name in ("q.shp", "q.parquet"):
        atlas = measured(tmp_path, None, "", name=name)
        assert atlas.values["p"].tolist() == [2, 1, 0], name


def test_a_multipoint_of_one_point_is_a_point(tmp_path: Path) -> None:
    content = points([0.5, 0.5], [1.5, 0.5]).replace(
        '"Point", "coordinates": [0.5, 0.5]', ('"MultiPoint", "coordinates": [[0.5, 0.5]]')
    )
    assert measured(tmp_path, content, "", name="p.geojson").values["p"].tolist() == [1, 1, 0]
    several = content.replace("[[0.5, 0.5]]", "[[0.5, 0.5], [0.6, 0.5]]")
    assert "a MultiPoint, not a point" in said(tmp_path, several, "", name="p.geojson")


def test_marks_of_a_missing_figure_of_points(tmp_path: Path) -> None:
    table = "lon,lat,v\n0.5,0.5,?\n0.6,0.5,4\n1.5,0.5,-5\n"
    layer = 'x = "lon"\ny = "lat"\nstat = "mean"\nvalue = "v"\n'
    atlas = measured(tmp_path, table, layer + 'missing = ["?"]\nnodata = -5')
    assert atlas.values["p"].tolist()[0] == 4
    assert np.isnan(atlas.values["p"]["B"])
    without = layer.replace('stat = "mean"\nvalue = "v"\n', 'missing = ["?"]')
    assert "missing says which cells of value" in said(tmp_path, table, without)
    zero = "lon,lat,w,v\n0.5,0.5,0,4\n"
    assert "a weight above 0" in said(tmp_path, zero, layer + 'weight = "w"')


@pytest.mark.parametrize(
    ("above", "encoding"), [("", "utf-8"), ("Liste; x\n\n", "utf-8"), ("", "utf-16")]
)
def test_large_files_are_read_as_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str, encoding: str
) -> None:
    table = above + "lon;lat\n" + "0,5;0,5\n0,6;0,5\n1,5;0,25\n9,0;9,0\n;\n" * 3
    (tmp_path / "q.csv").write_text(table, encoding=encoding)
    monkeypatch.setattr("zoneblanche.layers.project.user_layers.points.MOST_BYTES_LISTED", 10)
    atlas = measured(tmp_path, None, 'x = "lon"\ny = "lat"', name="q.csv")
    assert atlas.values["p"].tolist() == [6, 3, 0]
    counted = atlas.account["p"].get("counted", {})
    streamed = not above and encoding == "utf-8"
    assert ("has no two coordinates" in counted) == streamed
    if streamed:
        layer = 'x = "lon"\ny = "lat"\nstat = "distance"'
        assert measured(tmp_path, None, layer, name="q.csv").values["p"].notna().all()


def test_metres_are_not_degrees(tmp_path: Path) -> None:
    table = "x;y\n627000;6888000\n628000;6888100\n"
    assert "crs = 'EPSG:2154'" in said(tmp_path, table, 'x = "x"\ny = "y"')


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ('x = "lon"', "a layer of kind points needs 'y'"),
        ("", "a layer of kind points needs 'x'"),
        ('x = "lon"\ny = "lat"\nposition = "geo"', "Name position, or x and y"),
        ('x = "lon"\ny = "lat"\nstat = "mean"', "value goes with stat = 'mean'"),
        ('x = "lon"\ny = "lat"\nvalue = "v"', "value goes with stat = 'mean'"),
        ('position = "geo"\nstat = "distance"', "needs the columns x and y"),
    ],
)
def test_keys_of_points_that_do_not_go_together(tmp_path: Path, layer: str, says: str) -> None:
    assert says in said(tmp_path, TABLE, layer)


COUNTRY = """
code = "xx"
name = { en = "Xland", de = "Xland" }
lang = "de"
bounds = [-1, -1, 4, 2]
bare_code_level = "gemeinde"
[levels.gemeinde]
title = { en = "municipality", de = "Gemeinde" }
plural = { en = "municipalities", de = "Gemeinden" }
within = ["land"]
code_pattern = "[A-C]"
[levels.land]
title = { en = "state", de = "Land" }
plural = { en = "states", de = "Länder" }
code_pattern = "S"
[parts.mainland]
title = { en = "Xland", de = "Xland" }
crs = "EPSG:6933"
"""


def test_a_country_is_described_beside_the_project(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(COUNTRY, encoding="utf-8")
    options = {
        "top": 'country = "xx.toml"\nlevel = "land"',
        "more": '[territories.parents]\nland = "state"',
    }
    atlas = measured(tmp_path, TABLE, 'x = "lon"\ny = "lat"', **options)
    assert atlas.territories.level_title("de", plural=True) == "Länder"
    assert atlas.lang == "de"
    assert atlas.values["p"].tolist() == [4]
    assert "is not a level" in said(
        tmp_path, TABLE, 'x = "lon"\ny = "lat"', top='country = "xx.toml"\nlevel = "kreis"'
    )
    assert "leads to no file" in said(
        tmp_path, TABLE, "x = 'lon'\ny = 'lat'", top='country = "yy.toml"'
    )
    (tmp_path / "xx.toml").write_text(f'edition = "fr"\n{COUNTRY}', encoding="utf-8")
    assert "only a country of zoneblanche has an edition" in said(
        tmp_path, TABLE, 'x = "lon"\ny = "lat"', top='country = "xx.toml"'
    )


def test_a_country_across_180_degrees(tmp_path: Path) -> None:
    (tmp_path / "fj.toml").write_text(
        'code = "fj"\nname = { en = "Fiji" }\nlang = "en"\nbounds = [176.0, -21.0, 182.0, -12.0]\n'
        'bare_code_level = "province"\n[levels.province]\ntitle = { en = "province" }\n'
        'plural = { en = "provinces" }\nwithin = ["country"]\n[levels.country]\n'
        'title = { en = "country" }\nplural = { en = "countries" }\n[parts.mainland]\n'
        'title = { en = "Fiji" }\ncrs = "EPSG:3460"\n'
    )
    table = {"code": ["W", "N", "E"]}
    north = MultiPolygon([box(178, -18, 180, -16), box(-180, -18, -179, -16)])
    shapes = [box(177, -18, 178, -16), north, box(-179, -18, -178.2, -16)]
    gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_file(tmp_path / "t.gpkg")
    (tmp_path / "p.csv").write_text("lon,lat\n179.5,-17\n-179.5,-17\n177.5,-17\n2,-17\n")
    (tmp_path / "project.toml").write_text(
        'country = "fj.toml"\n[territories]\npath = "t.gpkg"\ncode = "code"\n[[layers]]\nid = "p"\n'
        'kind = "points"\npath = "p.csv"\nx = "lon"\ny = "lat"\n'
    )
    atlas = build_atlas(read_project(tmp_path / "project.toml"))
    assert atlas.values["p"].tolist() == [1, 2, 0]
    home = describe_places(atlas.territories, encode_geometry(atlas.territories.frame.geometry))[
        "home"
    ]
    (south, west), (north_, east) = home
    assert (west, east) == pytest.approx((177, 181.8), abs=0.1)
    assert (south, north_) == pytest.approx((-18, -16), abs=0.1)
