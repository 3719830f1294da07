"""Open formats: styles in the GeoPackage, DCAT-AP, vector tiles."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.dcat import describe_dcat
from zoneblanche.layers.outputs.export import write_results
from zoneblanche.layers.outputs.geopackage import add_styles, write_geopackage
from zoneblanche.layers.outputs.styles import Span, Style, StyleClass, write_qml, write_sld
from zoneblanche.layers.outputs.tiles import write_pmtiles

HOSTILE = "a\"<b>&'--"
STYLE = Style(
    "Fibre <3",
    (HOSTILE,),
    (
        StyleClass("< 10", "#ff0000", (Span(high=10.0),)),
        StyleClass("10 – 20", "#00ff00", (Span(low=10.0, high=20.0),)),
        StyleClass("yes", "#0000ff", (Span(code=1),)),
        StyleClass("no data", "#999999"),
    ),
)


@pytest.fixture
def atlas(toy: Territories) -> Atlas:
    values = pd.DataFrame({"fibre": [5.0, 15.0, np.nan, 80.0]}, index=toy.codes)
    reasons = values.isna().astype("int8") * int(Reason.SECRET)
    source = Source("Arcep", "Fibre", "https://example.org/f", "Licence Ouverte 2.0", "2026-01-31")
    fibre = Indicator(
        "fibre", {"fr": "Fibre", "en": "Fibre"}, "percent", "higher",
        period="2026-01-31", sources=(source,),
    )  # fmt: skip
    return Atlas(toy, values, reasons, {"fibre": fibre}, pd.DataFrame(index=toy.codes))


@pytest.fixture
def results(atlas: Atlas, tmp_path: Path) -> Path:
    write_results(atlas, tmp_path, lang="en", title="Toy")
    return tmp_path


def test_styles_are_well_formed_whatever_the_names() -> None:
    qml = ET.fromstring(write_qml(STYLE).partition("\n")[2])
    rules = qml.findall(".//rule")
    quoted = HOSTILE.replace('"', '""')
    assert [rule.get("filter") for rule in rules] == [
        f'"{quoted}" < 10', f'"{quoted}" >= 10 AND "{quoted}" < 20', f'"{quoted}" = 1',
        f'"{quoted}" IS NULL',
    ]  # fmt: skip
    assert len(qml.findall(".//symbol")) == 4
    colours = [o.get("value") for o in qml.findall(".//Option[@name='color']")]
    assert colours[:2] == ["255,0,0,255", "0,255,0,255"]
    sld = ET.fromstring(write_sld(STYLE).partition("\n")[2])
    space = {"ogc": "http://www.opengis.net/ogc", "se": "http://www.opengis.net/se"}
    assert len(sld.findall(".//se:Rule", space)) == 4
    assert len(sld.findall(".//ogc:PropertyIsNull", space)) == 1
    assert {n.text for n in sld.findall(".//ogc:PropertyName", space)} == {HOSTILE}


def test_a_style_of_two_columns_asks_for_both() -> None:
    both = StyleClass("few and sparse", "#ff0000", (Span(high=10.0), Span(low=1.0, high=2.0)))
    style = Style("Two", ("density", "presence"), (both, StyleClass("no data", "#999999")))
    rules = ET.fromstring(write_qml(style).partition("\n")[2]).findall(".//rule")
    assert [rule.get("filter") for rule in rules] == [
        '"density" < 10 AND "presence" >= 1 AND "presence" < 2',
        '"density" IS NULL OR "presence" IS NULL',
    ]
    sld = ET.fromstring(write_sld(style).partition("\n")[2])
    space = {"ogc": "http://www.opengis.net/ogc"}
    assert len(sld.findall(".//ogc:And/*", space)) == 3
    assert len(sld.findall(".//ogc:Or/ogc:PropertyIsNull", space)) == 2


def test_the_geopackage_holds_its_styles(results: Path) -> None:
    path = results / "territories.gpkg"
    add_styles(path, [STYLE, STYLE])
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute(
            "SELECT f_table_name, f_geometry_column, styleName, useAsDefault FROM layer_styles"
        ).fetchall()
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert rows == [("territories", "geom", "Fibre <3", 1), ("territories", "geom", "Fibre <3", 0)]
    names = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert names == {"territories", "layer_styles"}
    assert len(pyogrio.read_dataframe(path, layer="territories")) == 4


def test_the_same_styles_give_the_same_bytes(atlas: Atlas, tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        write_results(atlas, folder, lang="en", title="Toy", styles=[STYLE])
        contents.append((folder / "territories.gpkg").read_bytes())
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        gpkg = next(r for r in package["resources"] if r["path"] == "territories.gpkg")
        assert gpkg["bytes"] == len(contents[-1])
    assert contents[0] == contents[1]


def test_older_versions_of_gdal_write_the_same_geopackage(
    toy: Territories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = toy.frame.assign(
        text=["é", None, "", "a"],
        whole=pd.array([1, None, 3, 4], dtype="Int64"),
        number=[1.5, np.nan, 0.0, -2.0],
    )
    frame = frame.set_geometry(
        [*frame.geometry[:3], shapely.MultiPolygon([frame.geometry.iloc[3]])]
    )
    write_geopackage(frame.set_crs(toy.frame.crs), tmp_path / "now.gpkg")
    monkeypatch.setattr("zoneblanche.layers.outputs.geopackage.ARROW_SINCE", (99, 0, 0))
    write_geopackage(frame.set_crs(toy.frame.crs), tmp_path / "before.gpkg")
    assert (tmp_path / "now.gpkg").read_bytes() == (tmp_path / "before.gpkg").read_bytes()
    assert pyogrio.read_info(tmp_path / "now.gpkg")["geometry_type"] == "MultiPolygon"


def test_a_geopackage_that_is_written_in_parts_has_all_rows_and_the_types_of_the_whole(
    toy: Territories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = toy.frame.assign(
        text=[None, None, "", "a"],  # nothing in the first part
        nothing=pd.Series([None] * 4, toy.frame.index, dtype="object"),
        whole=pd.array([None, None, 3, 4], dtype="Int64"),
        pieces=pd.concat(
            [pd.Series(list("ab"), dtype="str"), pd.Series(list("cd"), dtype="str")]
        ).set_axis(toy.frame.index),  # of which Arrow has two arrays
    ).set_geometry([None, *toy.frame.geometry[1:]], crs=toy.frame.crs)
    write_geopackage(frame, tmp_path / "at_once.gpkg")
    monkeypatch.setattr("zoneblanche.layers.outputs.geopackage.ROWS_AT_ONCE", 2)
    write_geopackage(frame, tmp_path / "parts.gpkg")
    at_once, parts = (
        pyogrio.read_dataframe(tmp_path / name) for name in ("at_once.gpkg", "parts.gpkg")
    )
    assert at_once["code"].tolist() == toy.codes.tolist()
    assert_geodataframe_equal(parts, at_once)
    infos = [pyogrio.read_info(tmp_path / name) for name in ("at_once.gpkg", "parts.gpkg")]
    assert infos[0]["dtypes"].tolist() == infos[1]["dtypes"].tolist()
    assert infos[0]["crs"] == infos[1]["crs"] == "EPSG:2154"


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_a_stop_while_a_geopackage_is_written_is_a_stop(
    error: type[BaseException], toy: Territories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(shapes: np.ndarray) -> None:
        raise error

    monkeypatch.setattr("zoneblanche.layers.outputs.geopackage._wkb_of", stop)
    with pytest.raises(error):
        write_geopackage(toy.frame, tmp_path / "stopped.gpkg")


def test_a_geopackage_of_something_else_is_refused(tmp_path: Path, atlas: Atlas) -> None:
    path = tmp_path / "other.gpkg"
    pyogrio.write_dataframe(
        atlas.territories.frame.reset_index(), path, layer="x", promote_to_multi=True
    )
    with pytest.raises(InputError, match="no layer 'territories'"):
        add_styles(path, [STYLE])


def test_dcat_describes_every_file(results: Path, atlas: Atlas) -> None:
    package = json.loads((results / "datapackage.json").read_text("utf-8"))
    description = describe_dcat(atlas, package, lang="fr", url="https://example.org/d/")
    json.dumps(description, allow_nan=False)
    assert description["dct:title"] == {"@value": "Toy", "@language": "fr"}
    assert description["dct:description"]["@value"] == "Fibre"
    assert description["dct:temporal"]["dcat:endDate"]["@value"] == "2026-01-31"
    files = description["dcat:distribution"]
    assert [one["dcat:downloadURL"]["@id"] for one in files] == [
        f"https://example.org/d/territories.{kind}" for kind in ("csv", "parquet", "gpkg", "xlsx")
    ]
    for one, resource in zip(files, package["resources"], strict=True):
        assert resource["hash"] == "sha256:" + one["spdx:checksum"]["spdx:checksumValue"]
        assert one["dct:license"] == [
            {"@id": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"}
        ]
    prefixes = {key.partition(":")[0] for key in _keys(description)} - {"@context", "@id", "@type",
                                                                 "@value", "@language"}  # fmt: skip
    assert prefixes <= set(description["@context"])


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {k for k in value if k not in ("@context",)} | {
            key for name, one in value.items() if name != "@context" for key in _keys(one)
        }
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_tiles_hold_every_territory(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "toy.pmtiles"
    write_pmtiles(atlas, path, lang="en", min_zoom=5, max_zoom=7)
    first = path.read_bytes()
    assert first[:7] == b"PMTiles"
    write_pmtiles(atlas, path, lang="en", min_zoom=5, max_zoom=7)
    assert path.read_bytes() == first  # no name of a staging file in it
    frame = pyogrio.read_dataframe(path)
    assert set(frame["code"]) == set(atlas.codes)
    assert "fibre: statistical secrecy" in set(frame["missing"])
    assert frame.drop_duplicates("code").set_index("code")["fibre"]["A2"] == 15.0
    with pytest.raises(InputError, match="zooms 9 to 3"):
        write_pmtiles(atlas, path, lang="en", min_zoom=9, max_zoom=3)
    with pytest.raises(InputError, match="PMTiles file"):
        write_pmtiles(atlas, tmp_path / "toy.zip", lang="en")
