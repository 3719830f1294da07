"""Vector files: four squares, spoiled in every way that is promised to be caught."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, ZoneblancheError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.vectors.facts import FigureForm
from zoneblanche.geo.vectors.read import ReadTerritories, read_polygons, read_territories

FRANCE = read_country("fr")
CODES = ["48001", "48002", "48003", "48004"]
SUFFIXES = ("geojson", "gpkg", "parquet", "shp")


def squares(**columns: list[Any]) -> gpd.GeoDataFrame:
    """Four squares of a tenth of a degree in Lozère, two by two."""
    shapes = [box(x, y, x + 0.1, y + 0.1) for x in (3.4, 3.5) for y in (44.4, 44.5)]
    table = {"code": CODES, "nom": ["Mende", "Florac", "Marvejols", "Langogne"], **columns}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def changed(**shapes: Any) -> gpd.GeoDataFrame:
    """The squares with other shapes in place of some: code c48001=shape."""
    frame = squares()
    for code, shape in shapes.items():
        frame.loc[frame["code"] == code[1:], "geometry"] = gpd.GeoSeries([shape], crs=4326).values
    return frame


def saved(frame: gpd.GeoDataFrame, folder: Path, suffix: str = "geojson") -> Path:
    path = folder / f"communes.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    elif suffix == "gpkg":
        frame.to_file(path, layer="communes")
    else:
        frame.to_file(path)
    return path


def read(path: Path, **options: Any) -> ReadTerritories:
    options = {"code": "code", "country": FRANCE, "level": "commune", **options}
    return read_territories(path, **options)


def faults_of(path: Path, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert all(fault.file == str(path) for fault in caught.value.faults)
    return caught.value.faults


def geojson(folder: Path, content: Any) -> Path:
    path = folder / "communes.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def collection(folder: Path, **changes: Any) -> Path:
    """The squares as GeoJSON, with members of the file changed."""
    return geojson(folder, {**json.loads(squares().to_json()), **changes})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_format_gives_the_same_territories(tmp_path: Path, suffix: str) -> None:
    path = saved(squares(pop=[10, 20, None, 40], dep=["48"] * 4), tmp_path, suffix)
    result = read(path, name="nom", population="pop", parents={"departement": "dep"})
    territories = result.territories
    assert list(territories.codes) == CODES
    assert list(territories.names) == ["Mende", "Florac", "Marvejols", "Langogne"]
    assert territories.facts["population"].tolist()[:2] == [10, 20]
    assert np.isnan(territories.facts["population"].iloc[2])
    assert territories.parents["departement"].tolist() == ["48"] * 4
    assert territories.facts["area_km2"].sum() == pytest.approx(353.6, rel=1e-3)
    assert (result.notices, result.repaired, territories.vintage) == ((), (), "")


def test_topojson_shares_its_arcs(tmp_path: Path) -> None:
    topology: dict[str, Any] = {
        "type": "Topology",
        "transform": {"scale": [0.1, 0.1], "translate": [3.4, 44.4]},
        "arcs": [
            [[1, 0], [0, 1]],
            [[1, 1], [-1, 0], [0, -1], [1, 0]],
            [[1, 0], [1, 0], [0, 1], [-1, 0]],
        ],
        "objects": {
            "communes": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "id": "48001", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "id": "48002", "arcs": [[[2, -1]]]},
                ],
            }
        },
    }
    path = tmp_path / "t.json"
    path.write_text(json.dumps(topology))
    territories = read(path, code="id").territories
    assert list(territories.codes) == ["48001", "48002"]
    assert shapely.equals(territories.frame.geometry.iloc[0], box(3.4, 44.4, 3.5, 44.5))
    assert shapely.equals(territories.frame.geometry.iloc[1], box(3.5, 44.4, 3.6, 44.5))
    assert faults_of(path, code="id", layer="commune")[0].kind == "unknown-layer"
    topology["objects"]["communes"]["geometries"][0]["arcs"] = [[0, 9]]
    path.write_text(json.dumps(topology))
    (fault,) = faults_of(path, code="id")
    assert (fault.kind, fault.feature) == ("unreadable-shape", "48001")
    del topology["arcs"]
    path.write_text(json.dumps(topology))
    assert faults_of(path, code="id")[0].kind == "damaged-file"


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", "empty-file", "empty"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "wrong-format", "VRT"),
        (
            b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>',
            "wrong-format",
            "KML",
        ),
        (b"<html></html>", "wrong-format", "HTML"),
        (b"code,wkt\n1,POINT(0 0)\n", "wrong-format", "a text file"),
        (b"PK\x03\x04....", "damaged-file", "the archive is damaged"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal"}', "wrong-format", "neither"),
        (b'{"type": "Point", "coordinates": [0, 0]}', "wrong-format", "neither"),
        (b"[1, 2]", "wrong-format", "neither"),
        (b'{"type": "FeatureCollection", "features": []}', "no-features", "no features"),
        (b'{"type": "FeatureCollection", "features": 3}', "wrong-format", "list"),
        (b'{"type": "FeatureCollection", "features": [{"type"', "json-syntax", "cut off"),
        (b'{"type": "FeatureCollection",\n "features" []}', "json-syntax", "line 2: column 13"),
        (b'{"type": "Feature", "x": NaN}', "not-finite", "NaN"),
        (b'{"type": "Feature", "x": "\xe9"}', "encoding", "UTF-8"),
        (b'{"a": ' * 50_000, "json-syntax", "too deep"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "damaged-file", "GeoPackage"),
        (b"PAR1xxxxPAR1", "damaged-file", "damaged"),
    ],
)
def test_what_is_no_file_of_polygons(tmp_path: Path, content: bytes, kind: str, says: str) -> None:
    path = tmp_path / "communes.geojson"
    path.write_bytes(content)
    (fault,) = faults_of(path)
    assert fault.kind == kind
    assert says in str(fault)


@pytest.mark.parametrize(
    "name", ["communes.GEOJSON", "communes.csv", "communes.shp", "a.zip!b.json"]
)
def test_content_decides_not_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copy(saved(squares(), tmp_path), path)
    assert len(read(path).territories) == 4


@pytest.mark.parametrize("path", ["/vsicurl/http://example.org/a.shp", "http://example.org/a.json"])
def test_addresses_are_no_files(path: str) -> None:
    with pytest.raises(InputError) as caught:
        read(Path(path))
    assert caught.value.faults[0].kind == "no-file"


@pytest.mark.parametrize(
    ("crs", "kind"),
    [
        ({"type": "link", "properties": {"href": "http://example.org/crs"}}, "crs-link"),
        ({"type": "link", "properties": {"href": "crs.wkt", "type": "ogcwkt"}}, "crs-link"),
        ({"type": "name", "properties": {"name": "http://example.org/crs"}}, "unknown-crs"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}, "unknown-crs"),
        ("EPSG:4326", "unknown-crs"),
    ],
)
def test_a_crs_member_is_never_followed(tmp_path: Path, crs: Any, kind: str) -> None:
    (fault,) = faults_of(collection(tmp_path, crs=crs))
    assert (fault.kind, fault.column) == (kind, "crs")


def test_an_old_geojson_in_a_projection_is_read_in_it(tmp_path: Path) -> None:
    result = read(saved(squares().to_crs(2154), tmp_path))
    assert result.territories.frame.crs.to_epsg() == 2154
    assert any("EPSG:2154" in notice for notice in result.notices)
    assert result.territories.facts["area_km2"].sum() == pytest.approx(353.6, rel=1e-3)


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "shp"])
def test_no_reference_system(tmp_path: Path, suffix: str) -> None:
    path = saved(squares(), tmp_path, suffix)
    if suffix == "shp":
        path.with_suffix(".prj").unlink()
    elif suffix == "gpkg":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        connection.close()
    else:
        squares().set_crs(None, allow_override=True).to_parquet(path)
    (fault,) = faults_of(path)
    assert fault.kind == "no-crs"


def swapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(frame.geometry.to_numpy(), lambda points: points[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(turned, crs=frame.crs))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_swapped_axes_are_seen_by_the_country(tmp_path: Path, suffix: str) -> None:
    (fault,) = faults_of(saved(swapped(squares()), tmp_path, suffix))
    assert fault.kind == "swapped-axes"
    assert "44.4 3.4" in str(fault)


def test_swapped_axes_of_a_projection_and_without_a_country(tmp_path: Path) -> None:
    assert faults_of(saved(swapped(squares().to_crs(2154)), tmp_path))[0].kind == "swapped-axes"
    far = squares()
    far["geometry"] = far.geometry.translate(xoff=120, yoff=-20)
    (fault,) = faults_of(saved(swapped(far), tmp_path), country=None, level="territory")
    assert fault.kind == "swapped-axes"


def test_degrees_that_are_none(tmp_path: Path) -> None:
    """A unit of half a radian puts Lozère beyond the pole; grads put it elsewhere on the globe."""
    wkt = pyproj.CRS(4326).to_wkt("WKT1_ESRI")
    for radians, kind in ((0.5, "crs-units"), (0.01570796326794897, None)):
        path = saved(squares(), tmp_path, ".shp")
        path.with_suffix(".prj").write_text(wkt.replace("0.0174532925199433", str(radians)))
        if kind is None:
            read(path, country=None, level="territory")
        else:
            assert faults_of(path, country=None, level="territory")[0].kind == kind


@pytest.mark.parametrize(
    ("declared", "actual", "kind"),
    [(4326, 2154, "crs-units"), (2154, 4326, "crs-units"), (2056, 2154, "outside-country")],
)
def test_the_declared_reference_system_is_not_the_true_one(
    tmp_path: Path, declared: int, actual: int, kind: str
) -> None:
    frame = squares().to_crs(actual).set_crs(declared, allow_override=True)
    (fault,) = faults_of(saved(frame, tmp_path, "gpkg"))
    assert fault.kind == kind


def test_a_territory_far_away_is_named(tmp_path: Path) -> None:
    (fault,) = faults_of(saved(changed(c48003=box(0, 0, 0.1, 0.1)), tmp_path))
    assert fault.kind == "outside-country"
    assert "1 of 4" in str(fault)
    assert "48003" in str(fault)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)]),
        Polygon([(179, 0), (181, 0), (181, 1), (179, 1)]),
    ],
)
def test_the_antimeridian(tmp_path: Path, shape: Polygon) -> None:
    path = saved(changed(c48003=shape), tmp_path)
    (fault,) = faults_of(path, country=None, level="territory")
    assert fault.kind == "antimeridian"
    assert "48003" in str(fault)


def test_parts_on_both_sides_of_the_antimeridian_are_right(tmp_path: Path) -> None:
    shape = MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])
    result = read(saved(changed(c48003=shape), tmp_path), country=None, level="territory")
    assert len(result.territories) == 4


BOW_TIE = Polygon([(3.5, 44.4), (3.6, 44.5), (3.6, 44.4), (3.5, 44.5)])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bow_tie_is_refused(tmp_path: Path, suffix: str) -> None:
    (fault,) = faults_of(saved(changed(c48003=BOW_TIE), tmp_path, suffix))
    assert (fault.kind, fault.feature) == ("invalid-shape", "48003")
    assert "100 %" in str(fault)
    assert "3.55 44.45" in str(fault)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_small_crossing_is_mended_and_stated(tmp_path: Path, suffix: str) -> None:
    ring = [(3.5, 44.4), (3.6, 44.4), (3.6, 44.5), (3.55, 44.5), (3.551, 44.501), (3.551, 44.499)]
    result = read(saved(changed(c48003=Polygon([*ring, (3.5, 44.5)])), tmp_path, suffix))
    assert result.repaired == ("48003",)
    assert result.territories.frame.geometry.is_valid.all()
    assert any("48003 (self-intersection" in notice for notice in result.notices)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_heights_are_dropped_and_stated(tmp_path: Path, suffix: str) -> None:
    frame = squares()
    frame["geometry"] = gpd.GeoSeries(shapely.force_3d(frame.geometry.to_numpy(), 5), crs=4326)
    result = read(saved(frame, tmp_path, suffix))
    assert not result.territories.frame.geometry.has_z.any()
    assert any("heights (Z) of 4 shapes" in notice for notice in result.notices)


@pytest.mark.parametrize(
    ("geometry", "kind", "says"),
    [
        ({"type": "Polygon", "coordinates": []}, "no-shape", "it has no shape"),
        ({"type": "MultiPolygon", "coordinates": []}, "no-shape", "it has no shape"),
        ({"type": "Point", "coordinates": [3, 44]}, "unreadable-shape", "a Point"),
        ({"type": "GeometryCollection", "geometries": []}, "unreadable-shape", "a Geometry"),
        (
            {"type": "Polygon", "coordinates": [[[3, 44], [4, 44], [3, 44]]]},
            "unreadable-shape",
            "four",
        ),
        (
            {"type": "Polygon", "coordinates": [[[3, 44], [4, 44], [4, 45], [3, 45]]]},
            "unreadable-shape",
            "does not end where it begins",
        ),
        (
            {
                "type": "Polygon",
                "coordinates": [[["3", "44"], ["4", "44"], ["4", "45"], ["3", "44"]]],
            },
            "unreadable-shape",
            "not pairs of numbers",
        ),
        (
            {"type": "Polygon", "coordinates": [[[3, 44], [4], [4, 45], [3, 44]]]},
            "unreadable-shape",
            "different lengths",
        ),
        (
            {"type": "Polygon", "coordinates": [[[3, 44], [1e999, 44], [4, 45], [3, 44]]]},
            "not-finite",
            "Infinity",
        ),
        ({"type": "Polygon"}, "unreadable-shape", "without coordinates"),
        ({"type": "Polygon", "coordinates": [3]}, "unreadable-shape", "not pairs"),
        ("POLYGON EMPTY", "unreadable-shape", "no geometry object"),
        (
            {"type": "Polygon", "coordinates": [[[3, 44], [3.1, 44], [3.2, 44], [3, 44]]]},
            "invalid-shape",
            "48003",
        ),
    ],
)
def test_a_feature_without_a_polygon_is_named(
    tmp_path: Path, geometry: Any, kind: str, says: str
) -> None:
    content = json.loads(squares().to_json())
    content["features"][2]["geometry"] = geometry
    (fault,) = faults_of(geojson(tmp_path, content))
    assert fault.kind == kind
    assert says in str(fault)
    assert kind == "not-finite" or fault.feature == "48003"


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
@pytest.mark.parametrize(
    ("shape", "kind"),
    [(Polygon(), "no-shape"), (Point(3, 44), "not-a-polygon")],
)
def test_other_formats_too(tmp_path: Path, suffix: str, shape: Any, kind: str) -> None:
    (fault,) = faults_of(saved(changed(c48003=shape), tmp_path, suffix))
    assert (fault.kind, fault.feature) == (kind, "48003")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (box(3.4, 44.4, 3.5, 44.5), "duplicate-shape"),
        (box(3.45, 44.45, 3.6, 44.55), "overlap"),
        (box(3.42, 44.42, 3.44, 44.44), "overlap"),
    ],
)
def test_overlaps_are_refused(tmp_path: Path, shape: Polygon, kind: str) -> None:
    fault = faults_of(saved(changed(c48003=shape), tmp_path))[0]
    assert fault.kind == kind
    assert {"48001", "48003"} >= {str(fault.feature)}


def test_slivers_and_gaps_are_stated_with_codes(tmp_path: Path) -> None:
    sliver = read(saved(changed(c48003=box(3.4999, 44.4, 3.6, 44.5)), tmp_path))
    assert any("48001 / 48003 (0.1 %)" in notice for notice in sliver.notices)
    ring = box(3.4, 44.3, 3.7, 44.6).difference(box(3.45, 44.35, 3.65, 44.55))
    frame = squares().iloc[:1]
    frame["geometry"] = gpd.GeoSeries([ring], crs=4326)
    (notice,) = read(saved(frame, tmp_path)).notices
    assert "1 gap is enclosed" in notice
    assert "km² between 48001" in notice


@pytest.mark.parametrize(
    ("codes", "feature", "value", "kind", "says"),
    [
        (["48001", "48002", None, "48004"], 2, "", "blank-code", "blank"),
        (["48001", "48002", "  ", "48004"], 2, "  ", "blank-code", "blank"),
        (["48001", "48002", "48003.0", "48004"], 2, "48003.0", "code-not-text", "text"),
        (["48001", "48002", "4.8E+04", "48004"], 2, "4.8E+04", "code-not-text", "text"),
        (["48001", "48002", "1004", "48004"], 2, "1004", "lost-zeros", "01004"),
        ([1001, 48002, 48003, 48004], 0, "1001", "lost-zeros", "01001"),
        ([48001.0, 48002.5, 48003.0, 48004.0], 0, "48001.0", "code-not-text", "text"),
        (["a", "b", "c", "d"], None, "a", "no-match", "has the form"),
    ],
)
def test_spoiled_codes(
    tmp_path: Path, codes: list[Any], feature: int | None, value: str, kind: str, says: str
) -> None:
    fault = faults_of(saved(squares(code=codes), tmp_path))[0]
    assert (fault.kind, fault.column, fault.feature, fault.value) == (kind, "code", feature, value)
    assert says in str(fault)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_whole_numbers_are_exact_codes(tmp_path: Path, suffix: str) -> None:
    result = read(saved(squares(code=[48001, 48002, 48003, 48004]), tmp_path, suffix))
    assert list(result.territories.codes) == CODES
    assert any("whole numbers" in notice for notice in result.notices)


def test_a_missing_field_names_the_nearest_and_all(tmp_path: Path) -> None:
    path = saved(squares(), tmp_path)
    for asked in ("Code ", "codes"):
        (fault,) = faults_of(path, code=asked)
        assert fault.kind == "unknown-column"
        assert "Did you mean 'code'?" in str(fault)
        assert "Fields: 'code', 'nom'." in str(fault)


def test_blank_names_and_figures_that_are_none(tmp_path: Path) -> None:
    path = saved(squares(nom=["Mende", "", None, " "], pop=["1", "un", "-2", ""]), tmp_path)
    result = read(path, name="nom")
    assert list(result.territories.names) == ["Mende", "48002", "48003", "48004"]
    assert any("3 names are blank" in notice for notice in result.notices)
    faults = faults_of(path, population="pop")
    assert [(fault.feature, fault.value) for fault in faults] == [("48002", "un"), ("48003", "-2")]


@pytest.mark.parametrize(
    ("cells", "form", "people"),
    [
        (["1 234", "12 345", "803", "1 234 567"], {}, [1234, 12345, 803, 1234567]),
        (["1\u00a0234", "12\u00a0345", "803", ""], {}, [1234, 12345, 803, None]),
        (["1\u202f234", "12\u202f345", "803", ":"], {}, [1234, 12345, 803, None]),
        (["1'234", "12'345", "803", "n/a"], {}, [1234, 12345, 803, None]),
        (["1’234", "12’345", "803", "x"], {}, [1234, 12345, 803, None]),
        (["1,234", "12,345", "803", "1,234,567"], {}, [1234, 12345, 803, 1234567]),
        (["1.234", "12.345", "803", "1.234.567"], {}, [1234, 12345, 803, 1234567]),
        (["1234,5", "12,25", "803", "3"], {}, [1234.5, 12.25, 803, 3]),
        (["1.234,5", "12,25", "803", "3"], {"thousands": "."}, [1234.5, 12.25, 803, 3]),
        (["1.234", "2.345", "3.456", "1.0"], {"decimal": "."}, [1.234, 2.345, 3.456, 1]),
        ([1.234, 2.345, 3.456, None], {}, [1.234, 2.345, 3.456, None]),
        (["5", "?", "6", "7"], {"missing": {"?": Reason.SECRET}}, [5, None, 6, 7]),
        ([120, 999999, 80, 95], {"nodata": (999999.0,)}, [120, None, 80, 95]),
        ([120, 999999, 80, 95], {"nodata": None}, [120, 999999, 80, 95]),
    ],
)
def test_inhabitants_are_read_as_figures_of_a_table(
    tmp_path: Path, cells: list[Any], form: dict[str, Any], people: list[float | None]
) -> None:
    path = saved(squares(pop=cells), tmp_path)
    territories = read(path, population="pop", figures=FigureForm(**form)).territories
    assert territories.facts["population"].replace({np.nan: None}).tolist() == people


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["1 234", "1'234", "5", "6"], "thousands are set apart in 2 ways"),
        (["1,5", "2.5", "5", "6"], "mixes decimal marks: '1,5' here, '2.5' on feature 48002"),
        ([120, 999999, 80, 95], "set nodata = 999999"),
        ([True, 5, 6, 7], "feature 48001, column 'pop': 'True' is not a number"),
    ],
)
def test_doubtful_inhabitants_are_refused(tmp_path: Path, cells: list[Any], says: str) -> None:
    (fault,) = faults_of(saved(squares(pop=cells), tmp_path), population="pop")
    assert says in str(fault)


def test_areas_that_may_be_thousands_are_refused(tmp_path: Path) -> None:
    path = saved(squares(aire=["1.234", "2.345", "80", "95"]), tmp_path)
    (fault,) = faults_of(path, area_km2="aire")
    assert "Write decimal = '.' if they are decimals" in str(fault)


def test_a_name_is_whole_or_refused(tmp_path: Path) -> None:
    path = saved(squares(nom=["Mende", "a" * 1500, "b", "c"]), tmp_path)
    assert read(path, name="nom").territories.names["48002"] == "a" * 1500
    (fault,) = faults_of(path, name="nom", limits=replace(DEFAULT_LIMITS, cell_length=1400))
    assert (fault.feature, fault.column, fault.kind) == (1, "nom", "overlong-cell")


def test_all_faults_at_once(tmp_path: Path) -> None:
    frame = changed(c48003=BOW_TIE, c48002=Polygon())
    frame.loc[0, "code"] = "1001"
    kinds = {fault.kind for fault in faults_of(saved(frame, tmp_path))}
    assert kinds == {"lost-zeros", "no-shape", "invalid-shape"}


def test_all_fields_that_are_not_there_at_once(tmp_path: Path) -> None:
    path = saved(squares(), tmp_path)
    faults = faults_of(path, code="codes", name="noms", population="pop")
    assert [fault.value for fault in faults] == ["codes", "noms", "pop"]


@pytest.mark.parametrize(
    ("areas", "says"),
    [
        ([8800.0] * 4, "They look like hectares"),
        ([8.8e7] * 4, "They look like m²"),
        ([880.0] * 4, "Give areas in km²"),
        ([88.0, 88.0, 88.0, 0.0], "no area of 0"),
        ([88.0, 1e12, 88.0, 88.0], "not a figure from 0 to 520,000,000"),
    ],
)
def test_official_areas_of_another_unit(tmp_path: Path, areas: list[float], says: str) -> None:
    path = saved(squares(aire=areas), tmp_path)
    assert says in str(faults_of(path, area_km2="aire")[0])


def test_official_areas_differ_a_little(tmp_path: Path) -> None:
    path = saved(squares(aire=[80.0, 60.0, None, 95.0]), tmp_path)
    assert read(path, area_km2="aire").territories.facts["area_km2"].iloc[1] == 60


def test_more_people_than_on_earth(tmp_path: Path) -> None:
    path = saved(squares(pop=[1.0, 1e11, 1.0, 1.0]), tmp_path)
    assert faults_of(path, population="pop")[0].kind == "out-of-range"


def test_a_layer_of_several(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    squares().to_file(path, layer="communes")
    squares().iloc[:2].to_file(path, layer="cantons")
    (fault,) = faults_of(path)
    assert (fault.kind, "cantons, communes" in str(fault)) == ("several-layers", True)
    assert "Did you mean 'communes'?" in str(faults_of(path, layer="commune")[0])
    assert len(read(path, layer="cantons").territories) == 2


def test_a_geopackage_is_not_let_loose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneblanche.geo.files.database._STEPS", 10)
    monkeypatch.setattr("zoneblanche.geo.files.database._MOST_STEPS", 20)
    assert faults_of(saved(squares(), tmp_path, "gpkg"))[0].kind == "damaged-file"


def test_a_shapefile_needs_its_parts_and_no_others(tmp_path: Path) -> None:
    path = saved(squares(), tmp_path, "shp")
    (tmp_path / "communes.vrt").write_text("<OGRVRTDataSource/>")
    path.with_suffix(".dbf").rename(tmp_path / "COMMUNES.DBF")
    path = path.rename(tmp_path / "communes.SHP")
    assert read(path, name="nom").territories.names.iloc[0] == "Mende"
    (tmp_path / "COMMUNES.DBF").unlink()
    (fault,) = faults_of(path)
    assert fault.kind == "incomplete-shapefile"
    assert ".dbf" in str(fault)


def test_parts_of_two_shapefiles(tmp_path: Path) -> None:
    path = saved(squares(), tmp_path, "shp")
    (tmp_path / "other").mkdir()
    other = saved(squares().iloc[:2], tmp_path / "other", "shp")
    other.with_suffix(".dbf").replace(path.with_suffix(".dbf"))
    (fault,) = faults_of(path)
    assert "its .shx lists 4 shapes, its .dbf 2 rows" in str(fault)


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"vertices": 10}, "vertices, more than the limit of 10"),
        ({"features": 3}, "4 features, more than the limit of 3"),
        ({"vector_bytes": 10}, "more than the limit of 10"),
        ({"json_bytes": 10}, "more than the limit of 10"),
    ],
)
def test_limits_are_stated(tmp_path: Path, limit: dict[str, int], says: str) -> None:
    (fault,) = faults_of(saved(squares(), tmp_path), limits=replace(DEFAULT_LIMITS, **limit))
    assert fault.kind == "too-large"
    assert says in str(fault)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_damage_gives_territories_or_a_sentence(tmp_path: Path, suffix: str) -> None:
    path = saved(squares(), tmp_path, suffix)
    parts = [part for part in tmp_path.iterdir() if part.suffix != ".cpg"]
    good = {part: part.read_bytes() for part in parts}
    chance = random.Random(suffix)
    for _ in range(120):
        for part, content in good.items():
            part.write_bytes(content)
        part = chance.choice(parts)
        spoiled = bytearray(good[part])
        for _ in range(chance.choice((1, 1, 4, 30))):
            at = chance.randrange(len(spoiled))
            if chance.random() < 0.8:
                spoiled[at] = chance.randrange(256)
            else:
                del spoiled[at : at + chance.randrange(1, 30)]
            spoiled = spoiled or bytearray(b"x")
        part.write_bytes(spoiled)
        try:
            assert len(read(path, name="nom", population="nom" if at % 2 else None).territories)
        except ZoneblancheError as error:
            assert str(error)


def test_coverage_polygons_may_overlap(tmp_path: Path) -> None:
    path = saved(changed(c48003=box(3.45, 44.45, 3.6, 44.55)), tmp_path)
    polygons = read_polygons(path)
    assert len(polygons.frame) == 4
    assert polygons.frame.crs.to_epsg() is None or polygons.frame.crs.is_geographic
    with pytest.raises(InputError) as caught:
        read_polygons(saved(changed(c48003=BOW_TIE), tmp_path))
    assert caught.value.faults[0].feature == "2"


def test_a_wkb_that_promises_too_much(tmp_path: Path) -> None:
    path = saved(squares(), tmp_path, "gpkg")
    huge = b"GP\x00\x01\xe6\x10\x00\x00" + struct.pack("<BIII", 1, 3, 1, 2**31)
    with sqlite3.connect(path) as connection:
        connection.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("MinX", "MaxX", "MinY", "MaxY"):
            connection.create_function(f"ST_{name}", 1, lambda _: 0.0)
        connection.execute("UPDATE communes SET geom = ? WHERE code = '48002'", (huge,))
    connection.close()
    (fault,) = faults_of(path)
    assert (fault.kind, fault.feature) == ("unreadable-shape", "48002")


def test_coordinates_of_no_place_and_a_system_of_no_earth(tmp_path: Path) -> None:
    frame = changed(c48003=Polygon([(3.5, 44.4), (1e300, 44.4), (3.6, 1e300), (3.5, 44.4)]))
    for suffix in ("gpkg", "parquet", "shp"):
        (fault,) = faults_of(saved(frame, tmp_path, suffix))
        assert (fault.kind, fault.feature) == ("not-finite", "48003")
    path = saved(squares(), tmp_path, "shp")
    wkt = path.with_suffix(".prj").read_text().replace("6378137.0", "3396190.0")
    path.with_suffix(".prj").write_text(wkt)
    (fault,) = faults_of(path)
    assert fault.kind == "unknown-crs"
    local = 'LOCAL_CS["plan",UNIT["metre",1]]'
    path.with_suffix(".prj").write_text(local)
    assert faults_of(path)[0].kind in ("no-crs", "unknown-crs")


def test_communes_of_france(shared_data: Path) -> None:
    result = read(
        shared_data / "fr/boundaries/communes_2026.parquet",
        name="name",
        parents={"departement": "code_dep", "epci": "code_epci"},
    )
    assert len(result.territories) == 34_875
    assert result.repaired == ("65275",)
    assert result.territories.parents["epci"].isna().sum() == 11
    assert any("13 km² between 66005" in notice for notice in result.notices)


def test_municipalities_of_switzerland(shared_data: Path) -> None:
    result = read_territories(
        shared_data / "ch/municipalities.shp",
        code="id",
        level="municipality",
        country=read_country("ch"),
    )
    assert len(result.territories) == 2_113
    assert result.territories.frame.crs.to_epsg() == 2056
    # 41,285 km² less the lakes that belong to no municipality.
    assert 39_900 < result.territories.facts["area_km2"].sum() < 41_285
    assert pd.Series(result.territories.codes).str.fullmatch("[0-9]+").all()
