"""Styles of the columns for QGIS and others, so that a GeoPackage opens as it looks on the page.

A style says in which colour each class of a column is drawn; it is made by whoever knows colours
(`scripts.styling`) and written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

LAYER = "territories"
"""The layer of the GeoPackage that styles are of."""


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
