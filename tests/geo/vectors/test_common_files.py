"""Files of polygons as officials publish them: several features a code, collections, archives."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely.geometry import Polygon, box, mapping

from zoneblanche.geo.codes.part import CodePart
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.geo.territories import measured_area_km2
from zoneblanche.geo.vectors.antimeridian import joined_at_180
from zoneblanche.geo.vectors.read import ReadTerritories, read_polygons, read_territories
from zoneblanche.geo.vectors.unite import unite_features

SHAPES = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2)]


def saved(folder: Path, suffix: str = "geojson", shapes: Any = SHAPES, **columns: Any) -> Path:
    table = {"code": ["A", "B", "C"], "name": ["Å", "Bé", "C"], **columns}
    path = folder / f"t.{suffix}"
    gpd.GeoDataFrame(table, geometry=list(shapes), crs=4326).to_file(path)
    return path


def read(path: Path, **options: Any) -> ReadTerritories:
    return read_territories(path, **{"code": "code", "name": "name", **options})


def fault(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return str(caught.value)


def geojson(folder: Path, *geometries: Any) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": geometry}
        for code, geometry in zip("ABC", geometries, strict=False)
    ]
    path = folder / "t.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(("column", "form"), [("tile", "WKT"), ("area", "WKT"), ("geom", "WKB")])
def test_shapes_in_a_column_of_plain_parquet(tmp_path: Path, column: str, form: str) -> None:
    cells = shapely.to_wkt(SHAPES) if form == "WKT" else shapely.to_wkb(SHAPES)
    table = pd.DataFrame({"code": list("ABC"), "name": ["Å", "Bé", "C"], column: cells})
    table.to_parquet(tmp_path / "t.parquet")
    result = read(tmp_path / "t.parquet")
    assert all(map(shapely.equals, result.territories.frame.geometry, SHAPES))
    assert result.territories.names.tolist() == ["Å", "Bé", "C"]
    text = " ".join(result.notices)
    assert f"the shapes are those of the column '{column}' ({form})" in text
    assert "it names no reference system: longitude and latitude" in text
    assert len(read_polygons(tmp_path / "t.parquet").frame) == 3


def test_well_known_text_names_its_reference_system(tmp_path: Path) -> None:
    metres = gpd.GeoSeries(SHAPES, crs=4326).to_crs(3857)
    table = pd.DataFrame({"code": list("ABC"), "wkt": "SRID=3857;" + metres.to_wkt()})
    table.to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet", name=None).territories.frame.crs.to_epsg() == 3857
    table["wkt"] = metres.to_wkt()
    table.to_parquet(tmp_path / "t.parquet")
    assert "look like metres" in fault(tmp_path / "t.parquet", name=None)
    crs = pyproj.CRS(3857)
    assert len(read(tmp_path / "t.parquet", name=None, crs=crs).territories.codes) == 3


def test_well_known_text_in_two_reference_systems_is_refused(tmp_path: Path) -> None:
    texts = "SRID=4326;" + shapely.to_wkt(np.array(SHAPES)).astype(object)
    texts[1] = texts[1].replace("4326", "2154")
    pd.DataFrame({"code": list("ABC"), "wkt": texts}).to_parquet(tmp_path / "t.parquet")
    message = fault(tmp_path / "t.parquet", name=None)
    assert "SRID=2154, but SRID=4326 in the first shape" in message
    texts = "SRID=0;" + shapely.to_wkt(np.array(SHAPES)).astype(object)
    pd.DataFrame({"code": list("ABC"), "wkt": texts}).to_parquet(tmp_path / "t.parquet")
    result = read(tmp_path / "t.parquet", name=None)
    assert any("it names no reference system" in notice for notice in result.notices)


def test_well_known_text_that_is_broken_or_deep_is_refused(tmp_path: Path) -> None:
    deep = "GEOMETRYCOLLECTION(" * 100_000 + ")" * 100_000
    texts = [shapely.to_wkt(SHAPES[0]), "POLYGON ((1", deep]
    pd.DataFrame({"code": list("ABC"), "wkt": texts}).to_parquet(tmp_path / "t.parquet")
    message = fault(tmp_path / "t.parquet", name=None)
    assert "no well-known text of a shape" in message
    assert "shapes nested more than 4 deep" in message
    pd.DataFrame({"code": list("ABC")}).to_parquet(tmp_path / "t.parquet")
    assert "not GeoParquet" in fault(tmp_path / "t.parquet", name=None)


def test_features_of_one_code_are_united(tmp_path: Path) -> None:
    path = saved(tmp_path, code=["A", "B", "A"], name=["One", "Two", "One"], pop=[5, 6, None])
    result = read(path, population="pop")
    assert result.territories.codes.tolist() == ["A", "B"]
    assert result.territories.facts["population"].tolist() == [5, 6]
    assert result.territories.frame.geometry["A"].equals(shapely.union_all([SHAPES[0], SHAPES[2]]))
    assert any(
        "1 code is on several features, which are united (A × 2)" in n for n in result.notices
    )


def test_waters_without_inhabitants_are_united_with_their_place(tmp_path: Path) -> None:
    for people in ([5, 6, 0], [0, 6, 5]):
        path = saved(tmp_path, code=["A", "B", "A"], name=["One", "Two", "One"], pop=people)
        territories = read(path, population="pop").territories
        assert territories.facts["population"].tolist() == [5, 6]
        assert any(
            "1 feature has 0 inhabitants and is united with others of its code (A)" in notice
            for notice in read(path, population="pop").notices
        )
    path = saved(tmp_path, code=["A", "B", "A"], name=["One", "Two", "One"], pop=[0, 6, 0])
    assert read(path, population="pop").territories.facts["population"].tolist() == [0, 6]


def test_only_inhabitants_of_0_are_those_of_another_feature() -> None:
    index = pd.Index(["A", "B", "A"], name="code")
    table = pd.DataFrame({"population": [5, 6, 0], "coastal": [0, 1, 1], "parent": 11}, index=index)
    united, _shapes, faults = unite_features(
        table, np.array(SHAPES), "t.shp", code="code", notices=Notices()
    )
    assert [fault.message for fault in faults] == [
        "the code 'A' is on 2 features with different cells in coastal: '0', '1'."
    ]
    assert united["population"].tolist() == [5, 6]
    assert set(map(str, united.dtypes)) == {"int64"}


def test_an_overlap_by_the_rounding_of_coordinates_is_not_said(tmp_path: Path) -> None:
    shapes = [box(0, 0, 1 + 1e-12, 1), box(1, 0, 2, 1), box(0, 1, 1, 2)]
    assert not any("slivers" in notice for notice in read(saved(tmp_path, shapes=shapes)).notices)
    shapes[0] = box(0, 0, 1 + 1e-6, 1)
    assert any("slivers" in notice for notice in read(saved(tmp_path, shapes=shapes)).notices)


@pytest.mark.parametrize(
    ("columns", "says"),
    [({"name": ["One", "Two", "Six"]}, "cells in name: 'One', 'Six'"),
     ({"name": ["One", "Two", "One"], "pop": [5, 6, 7]}, "cells in population: '5.0', '7.0'")],
)  # fmt: skip
def test_features_of_one_code_that_differ_are_refused(
    tmp_path: Path, columns: dict[str, Any], says: str
) -> None:
    message = fault(
        saved(tmp_path, code=["A", "B", "A"], **{"pop": 1, **columns}), population="pop"
    )
    assert "feature A" in message
    assert says in message


def test_features_are_picked_before_anything_is_checked(tmp_path: Path) -> None:
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 0, 2, 1)]
    path = saved(tmp_path, shapes=shapes, level=[3, 3, 2])
    assert "pick those of one level with where" in fault(path)
    assert read(path, where={"level": 3}).territories.codes.tolist() == ["A", "B"]
    assert "no row has level = 4. The column has '3', '2'" in fault(path, where={"level": 4})
    assert "there is no field 'niveau'" in fault(path, where={"niveau": 4})
    assert len(read_polygons(path, where={"level": 2}).frame) == 1


def test_polygons_of_a_collection_are_kept(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[0, 0], [5, 5]]}
    first = {"type": "GeometryCollection", "geometries": [mapping(SHAPES[0]), line]}
    result = read(geojson(tmp_path, first, mapping(SHAPES[1])))
    assert result.territories.frame.geometry["A"].equals(SHAPES[0])
    assert result.notices == (
        f"{tmp_path}/t.geojson: lines and points in the collection of 1 feature are left out (A).",
    )
    only_line = {"type": "GeometryCollection", "geometries": [line]}
    assert "a GeometryCollection, not a polygon" in fault(geojson(tmp_path, only_line))


def test_a_feature_without_a_shape_is_left_out(tmp_path: Path) -> None:
    result = read(geojson(tmp_path, mapping(SHAPES[0]), None, mapping(SHAPES[1])))
    assert result.territories.codes.tolist() == ["A", "C"]
    assert "1 feature has no shape and is left out (B)" in result.notices[0]
    assert "it has no shape" in fault(geojson(tmp_path, None))


def test_collapsed_rings_are_left_out(tmp_path: Path) -> None:
    islet = [[5, 5], [6, 5], [5, 5]]
    parts = {"type": "MultiPolygon", "coordinates": [mapping(SHAPES[0])["coordinates"], [islet]]}
    result = read(geojson(tmp_path, parts))
    assert result.territories.frame.geometry["A"].area == 1
    assert "1 ring of fewer than three different positions is left out" in result.notices[0]
    hole = {"type": "Polygon", "coordinates": [*mapping(SHAPES[0])["coordinates"], islet]}
    assert read(geojson(tmp_path, hole)).territories.frame.geometry["A"].area == 1
    whole = {"type": "Polygon", "coordinates": [islet]}
    assert "a ring of fewer than four positions" in fault(geojson(tmp_path, whole))


def test_a_territory_of_which_quantisation_left_nothing_has_no_shape(tmp_path: Path) -> None:
    ring = [list(place) for place in SHAPES[0].exterior.coords]
    geometries = [
        {"type": "Polygon", "id": "A", "arcs": [[0]], "properties": {"name": "A"}},
        {"type": "Polygon", "id": "B", "arcs": [[1, 2]], "properties": {"name": "B"}},
        {"type": "MultiPolygon", "id": "C", "arcs": [[[1, 2]]], "properties": {"name": "C"}},
    ]
    arcs = [ring, [[5, 5], [6, 5]], [[6, 5], [5, 5]]]
    objects = {"o": {"type": "GeometryCollection", "geometries": geometries}}
    content = {"type": "Topology", "arcs": arcs, "objects": objects}
    (tmp_path / "t.json").write_text(json.dumps(content))
    result = read(tmp_path / "t.json", code="id")
    assert result.territories.codes.tolist() == ["A"]
    text = " ".join(result.notices)
    assert "2 rings of fewer than three different positions are left out" in text
    assert "2 features have no shape and are left out (B, C)" in text


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_an_archive_around_one_file_of_polygons(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path, suffix)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for part in tmp_path.glob(f"{path.stem}.*"):
            archive.write(part, f"folder/{part.name}")
    result = read(tmp_path / "all.zip")
    assert result.territories.names.tolist() == ["Å", "Bé", "C"]


def test_an_archive_of_two_files_of_polygons_needs_the_name_of_one(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, "a.geojson")
        archive.write(path, "b.geojson")
    assert "contains 2 files of polygons" in fault(tmp_path / "all.zip")
    assert len(read(tmp_path / "all.zip", layer="b").territories.codes) == 3


def test_polygons_compressed_by_gzip(tmp_path: Path) -> None:
    path = saved(tmp_path)
    (tmp_path / "u.geojson.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read(tmp_path / "u.geojson.gz").territories.names.tolist() == ["Å", "Bé", "C"]


def test_the_reference_system_of_old_geojson(tmp_path: Path) -> None:
    content = json.loads(geojson(tmp_path, *map(mapping, SHAPES)).read_text())
    content["crs"] = {"type": "EPSG", "properties": {"code": 3857}}
    (tmp_path / "t.geojson").write_text(json.dumps(content))
    assert "look like degrees" in fault(tmp_path / "t.geojson")


@pytest.mark.parametrize(
    ("encoding", "names", "read_as", "letters"),
    [
        ("cp1252", ["Évry", "Œuilly", "Haÿ"], "cp1252", ["Évry", "Œuilly", "Haÿ"]),
        ("cp1250", ["Žďár", "Ústí", "Brno"], "cp1250", ["Žďár", "Ústí", "Brno"]),
        ("iso-8859-2", ["Łódź", "Świdnica", "Żary"], "iso-8859-2", ["Łódź", "Świdnica", "Żary"]),
        ("cp932", ["大阪府", "b", "c"], "ISO-8859-1", None),
    ],
)
def test_text_of_a_shapefile_without_a_declared_encoding(
    tmp_path: Path, encoding: str, names: list[str], read_as: str, letters: list[str] | None
) -> None:
    table = {"code": list("ABC"), "name": names}
    frame = gpd.GeoDataFrame(table, geometry=SHAPES, crs=4326)
    frame.to_file(tmp_path / "t.shp", encoding=encoding)
    (tmp_path / "t.cpg").unlink()
    table_of = bytearray((tmp_path / "t.dbf").read_bytes())
    table_of[29] = 0
    (tmp_path / "t.dbf").write_bytes(table_of)
    result = read(tmp_path / "t.shp")
    assert any(f"encoding of its text, which is read as {read_as}" in n for n in result.notices)
    if letters is not None:
        assert result.territories.names.tolist() == letters
    pinned = read(tmp_path / "t.shp", encoding=encoding)
    assert pinned.territories.names.tolist() == names
    assert not any("does not declare" in notice for notice in pinned.notices)


def test_text_of_a_shapefile_that_declares_the_code_page_of_its_computer(tmp_path: Path) -> None:
    table = {"code": list("ABC"), "name": ["Łódź", "Świdnica", "Żary"]}
    frame = gpd.GeoDataFrame(table, geometry=SHAPES, crs=4326)
    for names, encoding in ((table["name"], "cp1250"), (["Évry", "Œuilly", "Haÿ"], "cp1252")):
        frame.assign(name=names).to_file(tmp_path / "t.shp", encoding=encoding)
        (tmp_path / "t.cpg").unlink(missing_ok=True)
        written = bytearray((tmp_path / "t.dbf").read_bytes())
        written[29] = 0x57
        (tmp_path / "t.dbf").write_bytes(written)
        result = read(tmp_path / "t.shp")
        assert result.territories.names.tolist() == names
        notices = [one for one in result.notices if "declare" in one]
        assert len(notices) == (encoding == "cp1250")


def test_part_of_a_field_is_the_code(tmp_path: Path) -> None:
    path = saved(tmp_path, code=["DE-01", "DE-02", "DE-03"])
    for part in (CodePart(prefix="DE-"), CodePart(digits=-2)):
        assert read(path, part=part).territories.codes.tolist() == ["01", "02", "03"]


def test_a_reference_system_is_given(tmp_path: Path) -> None:
    squares = [box(x, 6_500_000, x + 1000, 6_501_000) for x in (600_000, 601_000)]
    path = geojson(tmp_path, *map(mapping, squares))
    assert "they look like metres" in fault(path).replace("the coordinates look", "they look")
    result = read(path, crs=pyproj.CRS("EPSG:2154"))
    assert result.territories.frame.crs.to_epsg() == 2154
    assert any("which the project names" in notice for notice in result.notices)


def utf8_shapefile(folder: Path, *, cpg: str | None) -> Path:
    path = saved(folder, "shp", name=["Moûtiers", "Besançon", "é" * 60])
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table[:29] + b"\0" + table[30:])
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize("cpg", [None, "ISO-8859-1", "UTF-8"])
def test_text_of_a_shapefile_is_utf8_if_its_bytes_are(tmp_path: Path, cpg: str | None) -> None:
    result = read(utf8_shapefile(tmp_path, cpg=cpg))
    assert result.territories.names.tolist() == ["Moûtiers", "Besançon", "é" * 60]
    assert any("read as UTF-8, by its bytes" in one for one in result.notices) == (cpg != "UTF-8")


def test_a_letter_cut_off_by_the_width_of_its_field_is_no_other_encoding(tmp_path: Path) -> None:
    path = utf8_shapefile(tmp_path, cpg=None)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = struct.unpack("<8xHH", table[:12])
    end = start + 3 * width
    table[end - 2 : end] = b"e\xc3"  # the last name: its last letter is half there
    path.with_suffix(".dbf").write_bytes(bytes(table))
    assert read(path).territories.names.tolist()[:2] == ["Moûtiers", "Besançon"]


@pytest.mark.parametrize("name", ["Œuilly", "Haÿ"])
def test_letters_that_a_declared_encoding_lacks(tmp_path: Path, name: str) -> None:
    table = {"code": ["A"], "name": [name]}
    frame = gpd.GeoDataFrame(table, geometry=SHAPES[:1], crs=4326)
    frame.to_file(tmp_path / "t.shp", encoding="cp1252")
    (tmp_path / "t.cpg").write_text("ISO-8859-1")
    result = read(tmp_path / "t.shp")
    assert result.territories.names.tolist() == [name]
    assert any("read as cp1252" in notice for notice in result.notices) == (name == "Œuilly")
    (tmp_path / "t.shp").unlink()
    assert read_raw_table(tmp_path / "t.dbf").columns["name"].tolist() == [name]


def test_an_encoding_is_given(tmp_path: Path) -> None:
    path = tmp_path / "t.shp"
    table = {"code": ["A"], "name": ["Łódź"]}
    gpd.GeoDataFrame(table, geometry=SHAPES[:1], crs=4326).to_file(path, encoding="cp1250")
    path.with_suffix(".cpg").unlink()
    assert read(path, encoding="cp1250").territories.names.tolist() == ["Łódź"]
    assert "only a shapefile has an encoding" in fault(saved(tmp_path), encoding="cp1250")


def test_antarctica_does_not_cross_the_antimeridian(tmp_path: Path) -> None:
    ring = [[-180, -90], [180, -90], [180, -75], [0, -75], [-180, -75], [-180, -90]]
    result = read(geojson(tmp_path, {"type": "Polygon", "coordinates": [ring]}))
    # The cap of a sphere of 6,371 km south of 75 degrees.
    assert result.territories.facts["area_km2"]["A"] == pytest.approx(8.69e6, rel=0.01)
    assert read(geojson(tmp_path, mapping(box(-180, -90, 180, -75)))).territories.codes[0] == "A"
    crossing = [[178, -17], [-179, -17], [-179, -16], [178, -16], [178, -17]]
    assert "crosses the antimeridian" in fault(
        geojson(tmp_path, {"type": "Polygon", "coordinates": [crossing]})
    )


def test_gaps_by_the_rounding_of_coordinates_are_not_stated(tmp_path: Path) -> None:
    sides = [
        shapely.segmentize(box(*one), 0.5) for one in ((178, -44, 181, -42), (176, -44, 178, -42))
    ]
    table = {"code": ["A", "B"], "name": ["A", "B"]}
    frame = gpd.GeoDataFrame(table, geometry=sides, crs=4326).to_crs(2193)
    frame.to_file(tmp_path / "t.gpkg")  # whose shapes are cut at 180 degrees
    notices = read(tmp_path / "t.gpkg").notices
    assert any("both sides of 180 degrees" in notice for notice in notices)
    assert not any("enclosed" in notice for notice in notices)


@pytest.mark.parametrize("crs", ["EPSG:3832", "EPSG:3460"])
def test_projected_polygons_across_the_antimeridian_are_cut(tmp_path: Path, crs: str) -> None:
    halves = [box(178, -18, 180, -16), box(-180, -18, -179, -16)]
    flat = gpd.GeoSeries(halves, crs=4326).segmentize(0.01)
    shapes = flat.to_crs(crs).buffer(0)
    joined = shapely.union_all(shapes.to_numpy(), grid_size=0.001)
    table = {"code": ["A"], "name": ["A"]}
    gpd.GeoDataFrame(table, geometry=[joined], crs=crs).to_parquet(tmp_path / "t.parquet")
    result = read(tmp_path / "t.parquet")
    expected = measured_area_km2(flat).sum()
    assert result.territories.facts["area_km2"]["A"] == pytest.approx(expected, rel=1e-5)
    assert result.territories.frame.total_bounds[[0, 2]] == pytest.approx([-180, 180])
    assert any("cut there (A)" in notice for notice in result.notices)


def test_shapes_at_both_ends_of_the_map_are_put_side_by_side() -> None:
    ends = [box(177, -18, 178, -17), box(178, -17, 180, -16), box(-180, -17, -179, -16)]
    fiji = gpd.GeoSeries([ends[0], shapely.MultiPolygon(ends[1:])], crs=4326)
    joined = joined_at_180(fiji)
    assert joined.total_bounds.tolist() == [177, -18, 181, -16]
    assert shapely.area(joined.to_numpy()).tolist() == [1, 3]
    states = [box(-125, 25, -67, 49), box(-170, 55, -130, 70), box(172, 52, 174, 53)]
    assert joined_at_180(gpd.GeoSeries(states, crs=4326)).total_bounds[[0, 2]].tolist() == [
        -188,
        -67,
    ]


@pytest.mark.parametrize(
    "shapes",
    [
        [box(5, 45, 8, 48)],
        [box(-180, -90, 180, -60), box(170, -45, 178, -35)],  # Antarctica goes around
        [box(-60, 15, -55, 17), box(55, -21, 56, -20), box(165, -22, 167, -20)],
    ],
)
def test_other_shapes_stay_where_they_are(shapes: list[shapely.Geometry]) -> None:
    series = gpd.GeoSeries(shapes, crs=4326)
    joined = joined_at_180(series)
    assert np.ptp(joined.total_bounds[[0, 2]]) <= np.ptp(series.total_bounds[[0, 2]])
    assert joined.geom_equals(series).sum() >= len(shapes) / 2


def test_marks_between_the_groups_of_the_codes_of_a_country(tmp_path: Path) -> None:
    corsica = [box(8.6, 42, 8.7, 42.1), box(8.7, 42, 8.8, 42.1), box(8.8, 42, 8.9, 42.1)]
    path = saved(tmp_path, shapes=corsica, code=["2A 004", "2A 006", "2B 033"])
    options = {"country": read_country("fr"), "level": "commune"}
    result = read(path, **options)
    assert list(result.territories.codes) == ["2A004", "2A006", "2B033"]
    assert "'2A 004' as 2A004" in "".join(result.notices)
    path = saved(tmp_path, shapes=corsica, code=["2A 004", "2A004", "2B 033"])
    assert list(read(path, **options).territories.codes) == ["2A 004", "2A004", "2B 033"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
@pytest.mark.parametrize("topology", [False, True])
def test_json_in_any_encoding_of_unicode(tmp_path: Path, encoding: str, topology: bool) -> None:
    properties = {"code": "A", "name": "Orléans", "v": 3}
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shape = {"type": "Polygon", "arcs": [[0]]} if topology else mapping(Polygon(ring))
    feature = (
        {**shape, "properties": properties}
        if topology
        else {
            "type": "Feature",
            "properties": properties,
            "geometry": shape,
        }
    )
    content = (
        {
            "type": "Topology",
            "arcs": [ring],
            "objects": {
                "a": {
                    "type": "GeometryCollection",
                    "geometries": [feature],
                }
            },
        }
        if topology
        else {"type": "FeatureCollection", "features": [feature]}
    )
    path = tmp_path / "t.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding=encoding)
    assert read(path).territories.frame["name"].tolist() == ["Orléans"]
    assert list(read_raw_table(path).columns["name"]) == ["Orléans"]
    with pytest.raises(InputError, match="more than the limit of 100"):
        read(path, limits=Limits(json_bytes=100))


def test_json_in_utf_16_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes('{"type":\n "FeatureCollection"'.encode("utf-16") + b"\x00")
    assert "line 2: the file is not UTF-16" in fault(path)
