"""Open formats beside the tables: QGIS styles in the GeoPackage, DCAT-AP, PMTiles.

A style says in which colour each class of a column is drawn; it is made by whoever knows colours
(`scripts.reporting`) and written here, so that a GeoPackage opens in QGIS as it looks on the page.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely

from geo.errors import InputError
from geo.source import sha256_of, union_of
from geo.staging import staged_file
from layers.atlas import Atlas
from layers.export import FIXED_TIME, results_table

LAYER = "territories"
"""The layer of the GeoPackage that `layers.export` writes."""

TILE_UNITS = 4096
"""Steps across a vector tile; what is smaller than one at the last zoom is not drawn."""

_EARTH = 40_075_016.7
_EXTENSIONS = {
    "csv": ("text/csv", "CSV"),
    "parquet": ("application/vnd.apache.parquet", "PARQUET"),
    "gpkg": ("application/geopackage+sqlite3", "GPKG"),
}
_AUTHORITY = "http://publications.europa.eu/resource/authority"


@dataclass(frozen=True)
class StyleClass:
    """A class of a column: `low` ≤ value < `high` (None: open), or exactly `code`.

    All three None stand for missing values.
    """

    label: str
    colour: str
    low: float | None = None
    high: float | None = None
    code: float | None = None


@dataclass(frozen=True)
class Style:
    """How one column is drawn.

    Attributes:
        name: of the style, as QGIS lists it.
        column: of the table.
        classes: in the order of the legend.
    """

    name: str
    column: str
    classes: tuple[StyleClass, ...]


def style_geopackage(folder: Path, styles: Sequence[Style]) -> None:
    """Write styles into `territories.gpkg` of a folder of results, the first being the default,
    and its new size and hash into `datapackage.json`.

    Raises:
        OSError: the files cannot be written.
    """
    path = folder / "territories.gpkg"
    add_styles(path, styles)
    described = folder / "datapackage.json"
    package = json.loads(described.read_text("utf-8"))
    for resource in package["resources"]:
        if resource["path"] == path.name:
            resource |= {"bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}
    text = json.dumps(package, ensure_ascii=False, indent=2, allow_nan=False)
    described.write_text(text + "\n", encoding="utf-8", newline="\n")


def add_styles(path: Path, styles: Sequence[Style]) -> None:
    """Write the table `layer_styles`, which QGIS and GDAL read, into a GeoPackage.

    Each style has its QML (QGIS) and its SLD (OGC 1.1). The same styles give the same bytes.
    """
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("DROP TABLE IF EXISTS layer_styles")
        base.execute("DELETE FROM gpkg_contents WHERE table_name = 'layer_styles'")
        base.execute(_STYLES_TABLE)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
            (FIXED_TIME,),
        )
        for place, style in enumerate(styles):
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                "owner, ui, update_time) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL, ?)",
                (LAYER, _geometry_column(base), style.name, write_qml(style), write_sld(style),
                 int(place == 0), style.column, FIXED_TIME),
            )  # fmt: skip


def _geometry_column(base: sqlite3.Connection) -> str:
    found = base.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (LAYER,)
    ).fetchone()
    if found is None:
        raise InputError(f"the GeoPackage has no layer {LAYER!r}.")
    return str(found[0])


_STYLES_TABLE = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
    "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
    "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
    "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME "
    "DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
)


def write_qml(style: Style) -> str:
    """A style for QGIS: one rule a class, so that missing values are drawn and named as well."""
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ET.SubElement(renderer, "rules", key="{root}")
    symbols = ET.SubElement(renderer, "symbols")
    for place, one in enumerate(style.classes):
        ET.SubElement(
            rules, "rule", key=f"{{{place}}}", symbol=str(place), label=one.label,
            filter=_expression(style.column, one),
        )  # fmt: skip
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(place), alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        options = ET.SubElement(layer, "Option", type="Map")
        for name, value in _fill_of(one).items():
            ET.SubElement(options, "Option", name=name, type="QString", value=value)
    ET.SubElement(root, "layerGeometryType").text = "2"
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode")


def write_sld(style: Style) -> str:
    """A style as OGC Styled Layer Descriptor 1.1, for GeoServer and others."""
    names = {"sld": "http://www.opengis.net/sld", "se": "http://www.opengis.net/se",
             "ogc": "http://www.opengis.net/ogc"}  # fmt: skip
    root = ET.Element("sld:StyledLayerDescriptor", {f"xmlns:{k}": v for k, v in names.items()})
    root.set("version", "1.1.0")
    layer = ET.SubElement(root, "sld:NamedLayer")
    ET.SubElement(layer, "se:Name").text = LAYER
    user = ET.SubElement(layer, "sld:UserStyle")
    ET.SubElement(user, "se:Name").text = style.name
    feature = ET.SubElement(user, "se:FeatureTypeStyle")
    for one in style.classes:
        rule = ET.SubElement(feature, "se:Rule")
        ET.SubElement(rule, "se:Name").text = one.label
        _sld_filter(ET.SubElement(rule, "ogc:Filter"), style.column, one)
        fill = ET.SubElement(ET.SubElement(rule, "se:PolygonSymbolizer"), "se:Fill")
        ET.SubElement(fill, "se:SvgParameter", name="fill").text = one.colour
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _sld_filter(parent: ET.Element, column: str, one: StyleClass) -> None:
    tests = _tests_of(one)
    if not tests:
        null = ET.SubElement(parent, "ogc:PropertyIsNull")
        ET.SubElement(null, "ogc:PropertyName").text = column
        return
    if len(tests) > 1:
        parent = ET.SubElement(parent, "ogc:And")
    words = {
        ">=": "PropertyIsGreaterThanOrEqualTo",
        "<": "PropertyIsLessThan",
        "=": "PropertyIsEqualTo",
    }
    for sign, value in tests:
        test = ET.SubElement(parent, f"ogc:{words[sign]}")
        ET.SubElement(test, "ogc:PropertyName").text = column
        ET.SubElement(test, "ogc:Literal").text = f"{value:.9g}"


def _expression(column: str, one: StyleClass) -> str:
    name = '"' + column.replace('"', '""') + '"'
    tests = _tests_of(one)
    if not tests:
        return f"{name} IS NULL"
    return " AND ".join(f"{name} {sign} {value:.9g}" for sign, value in tests)


def _tests_of(one: StyleClass) -> list[tuple[str, float]]:
    """The comparisons that a value of the class meets; none for missing values."""
    if one.code is not None:
        return [("=", one.code)]
    tests = [(">=", one.low), ("<", one.high)]
    return [(sign, value) for sign, value in tests if value is not None]


def _fill_of(one: StyleClass) -> dict[str, str]:
    colour = ",".join(str(int(one.colour[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"
    missing = not _tests_of(one)
    return {
        "color": colour,
        "style": "b_diagonal" if missing else "solid",
        "outline_style": "no",
    }


def describe_dcat(
    atlas: Atlas,
    package: Mapping[str, Any],
    *,
    lang: str,
    description: str = "",
    url: str = "",
) -> dict[str, Any]:
    """The results as a dataset of DCAT-AP 3, in JSON-LD.

    Args:
        atlas: what was written.
        package: the content of `datapackage.json`.
        lang: of the texts.
        description: of the dataset; else what is measured.
        url: where the folder is published; without it addresses are relative to the file, which
            JSON-LD resolves.
    """
    measured = [i.title_in(lang) for i in atlas.indicators.values() if not i.parts]
    title = str(package.get("title") or package.get("name") or "zoneblanche")
    sources = union_of(
        atlas.territories.sources, *(item.sources for item in atlas.indicators.values())
    )
    dataset: dict[str, Any] = {
        "@id": url or "./",
        "@type": "dcat:Dataset",
        "dct:title": _text(title, lang),
        "dct:description": _text(description or "; ".join(measured) or title, lang),
        "dct:language": {"@id": f"{_AUTHORITY}/language/{'FRA' if lang == 'fr' else 'ENG'}"},
        "dcat:theme": [
            {"@id": f"{_AUTHORITY}/data-theme/{theme}"} for theme in ("REGI", "TECH", "GOVE")
        ],
        "dcat:keyword": [_text(word, lang) for word in measured],
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": [_text(source.cite(), lang) for source in sources],
        },
        "dct:source": [
            {"@id": s.url} for s in sources if s.url.startswith(("http://", "https://"))
        ],
        "dcat:distribution": [
            _distribution(resource, package, lang=lang, url=url)
            for resource in package["resources"]
        ],
    }
    country = atlas.territories.country
    if country is not None and country.code == "fr":
        dataset["dct:spatial"] = {"@id": f"{_AUTHORITY}/country/FRA"}
    periods = sorted(i.period for i in atlas.indicators.values() if len(i.period) == 10)
    if periods:
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(periods[0]),
            "dcat:endDate": _date(periods[-1]),
        }
    return {"@context": _CONTEXT, **dataset}


def _distribution(
    resource: Mapping[str, Any], package: Mapping[str, Any], *, lang: str, url: str
) -> dict[str, Any]:
    path = str(resource["path"])
    media, kind = _EXTENSIONS[path.rpartition(".")[2]]
    told: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": _text(path, lang),
        "dcat:accessURL": {"@id": url or "./"},
        "dcat:downloadURL": {"@id": f"{url}{path}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dct:format": {"@id": f"{_AUTHORITY}/file-type/{kind}"},
        "dcat:byteSize": {"@value": str(resource["bytes"]), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": str(resource["hash"]).partition(":")[2],
        },
    }
    licences = [str(one["title"]) for one in package.get("licenses", ())]
    if licences:
        told["dct:license"] = [
            {"@id": _LICENCES[name]} if name in _LICENCES
            else {"@type": "dct:LicenseDocument", "dct:title": _text(name, lang)}
            for name in licences
        ]  # fmt: skip
    return told


_LICENCES = {
    "Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def _text(text: str, lang: str) -> dict[str, str]:
    return {"@value": text, "@language": lang}


def _date(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:date"}


def write_pmtiles(
    atlas: Atlas, path: str | Path, *, lang: str, min_zoom: int = 3, max_zoom: int = 9
) -> None:
    """The atlas as vector tiles in one file (PMTiles 3), which a web map reads piece by piece.

    Written by GDAL. Borders are first simplified as a coverage, so that neighbours stay
    neighbours, to what the last zoom can show.

    Args:
        atlas: with polygons.
        path: of the file; whole or not at all.
        lang: of the reasons in the column `missing`.
        min_zoom, max_zoom: of the tiles; 9 shows some 20 m.

    Raises:
        InputError: zooms that are not 0 ≤ min ≤ max ≤ 14.
        ProblemWithEnvironment: the file cannot be written.
    """
    if not 0 <= min_zoom <= max_zoom <= 14:
        raise InputError(f"zooms {min_zoom} to {max_zoom}: they must rise, from 0 to 14 at most.")
    mercator = atlas.territories.frame.geometry.to_crs("EPSG:3857")
    step = _EARTH / 2**max_zoom / TILE_UNITS
    simple = shapely.coverage_simplify(mercator.to_numpy(), step)
    table = results_table(atlas, lang=lang)
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(simple, table.index, crs="EPSG:3857"))
    frame = frame[~frame.geometry.is_empty].reset_index()
    target = Path(path)
    if target.suffix != ".pmtiles":
        raise InputError(f"{target.name!r} is no name of a PMTiles file: end it in .pmtiles.")
    with staged_file(target) as staging:
        staging.unlink()
        frame.to_file(
            staging, driver="PMTiles", engine="pyogrio", layer=LAYER,
            MINZOOM=min_zoom, MAXZOOM=max_zoom, MAX_SIZE=2_000_000, MAX_FEATURES=400_000,
        )  # fmt: skip
