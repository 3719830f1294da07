"""Styles of the columns for QGIS and others, so that a GeoPackage looks like the page.

A style gives the colour of each class of a column, or of two columns. `maps.drawn.gis_styles`
creates it, and this module writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

LAYER = "territories"
"""The layer of the GeoPackage that the styles belong to."""


@dataclass(frozen=True)
class Span:
    """Figures of a class: `low` ≤ value < `high` (None: open), or exactly `code`."""

    low: float | None = None
    high: float | None = None
    code: float | None = None

    @property
    def tests(self) -> list[tuple[str, float]]:
        """Return the comparisons that a figure of the class meets."""
        if self.code is not None:
            return [("=", self.code)]
        tests = [(">=", self.low), ("<", self.high)]
        return [(sign, value) for sign, value in tests if value is not None]


@dataclass(frozen=True)
class StyleClass:
    """A class of a style: its label, its colour, and its span of each column.

    Without spans it is the class of rows without a figure in one of the columns.
    """

    label: str
    colour: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Style:
    """How a column is drawn, or two columns as one map.

    Attributes:
        name: of the style, as QGIS lists it.
        columns: of the table.
        classes: in the order of the legend.
    """

    name: str
    columns: tuple[str, ...]
    classes: tuple[StyleClass, ...]


def write_qml(style: Style) -> str:
    """Return a style for QGIS: one rule per class, so that missing values are drawn and named
    too."""
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ET.SubElement(renderer, "rules", key="{root}")
    symbols = ET.SubElement(renderer, "symbols")
    for place, style_class in enumerate(style.classes):
        ET.SubElement(
            rules, "rule", key=f"{{{place}}}", symbol=str(place), label=style_class.label,
            filter=_expression(style.columns, style_class),
        )  # fmt: skip
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(place), alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        options = ET.SubElement(layer, "Option", type="Map")
        for name, value in _fill_of(style_class).items():
            ET.SubElement(options, "Option", name=name, type="QString", value=value)
    ET.SubElement(root, "layerGeometryType").text = "2"
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode")


def write_sld(style: Style) -> str:
    """Return a style as OGC Styled Layer Descriptor 1.1, for GeoServer and others."""
    names = {"sld": "http://www.opengis.net/sld", "se": "http://www.opengis.net/se",
             "ogc": "http://www.opengis.net/ogc"}  # fmt: skip
    root = ET.Element("sld:StyledLayerDescriptor", {f"xmlns:{k}": v for k, v in names.items()})
    root.set("version", "1.1.0")
    layer = ET.SubElement(root, "sld:NamedLayer")
    ET.SubElement(layer, "se:Name").text = LAYER
    user = ET.SubElement(layer, "sld:UserStyle")
    ET.SubElement(user, "se:Name").text = style.name
    feature = ET.SubElement(user, "se:FeatureTypeStyle")
    for style_class in style.classes:
        rule = ET.SubElement(feature, "se:Rule")
        ET.SubElement(rule, "se:Name").text = style_class.label
        _sld_filter(ET.SubElement(rule, "ogc:Filter"), style.columns, style_class)
        fill = ET.SubElement(ET.SubElement(rule, "se:PolygonSymbolizer"), "se:Fill")
        ET.SubElement(fill, "se:SvgParameter", name="fill").text = style_class.colour
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _sld_filter(parent: ET.Element, columns: tuple[str, ...], style_class: StyleClass) -> None:
    words = {
        ">=": "PropertyIsGreaterThanOrEqualTo",
        "<": "PropertyIsLessThan",
        "=": "PropertyIsEqualTo",
    }
    if not style_class.spans:
        if len(columns) > 1:
            parent = ET.SubElement(parent, "ogc:Or")
        for column in columns:
            null = ET.SubElement(parent, "ogc:PropertyIsNull")
            ET.SubElement(null, "ogc:PropertyName").text = column
        return
    tests = _tests_of(columns, style_class)
    if len(tests) > 1:
        parent = ET.SubElement(parent, "ogc:And")
    for column, sign, value in tests:
        test = ET.SubElement(parent, f"ogc:{words[sign]}")
        ET.SubElement(test, "ogc:PropertyName").text = column
        ET.SubElement(test, "ogc:Literal").text = f"{value:.9g}"


def _expression(columns: tuple[str, ...], style_class: StyleClass) -> str:
    if not style_class.spans:
        return " OR ".join(f"{_quoted(column)} IS NULL" for column in columns)
    tests = _tests_of(columns, style_class)
    return " AND ".join(f"{_quoted(column)} {sign} {value:.9g}" for column, sign, value in tests)


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _tests_of(columns: tuple[str, ...], style_class: StyleClass) -> list[tuple[str, str, float]]:
    return [
        (column, sign, value)
        for column, span in zip(columns, style_class.spans, strict=True)
        for sign, value in span.tests
    ]


def _fill_of(style_class: StyleClass) -> dict[str, str]:
    colour = ",".join(str(int(style_class.colour[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"
    return {
        "color": colour,
        "style": "solid" if style_class.spans else "b_diagonal",
        "outline_style": "no",
    }
