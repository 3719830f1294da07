"""Styles of a GeoPackage: every column of an atlas in the page's classes and colours."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from zoneblanche.geo.messages import translate
from zoneblanche.layers.outputs.styles import Span, Style, StyleClass
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of
from zoneblanche.maps.drawn.classes import Classed, Edges, class_territories
from zoneblanche.maps.drawn.palettes import MISSING
from zoneblanche.maps.drawn.words import WORDS
from zoneblanche.maps.page.header.layers import list_bivariates, shown_digits
from zoneblanche.maps.report.map import title_with_unit

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

_ORDER = {"index": 0, "dimension": 1, "flag": 2, "indicator": 3, "typology": 4, "context": 5}


def styles_of(atlas: Atlas, *, lang: str) -> list[Style]:
    """Return a style for each column of the results that has figures, the index first, and one for
    the bivariate map that the page offers.

    Args:
        atlas: of the results.
        lang: of the names and labels.
    """
    columns: dict[str, str] = {}
    for indicator in sorted(atlas.indicators.values(), key=lambda item: _ORDER[item.role]):
        if indicator.role == "index":
            first = "score" not in columns.values()
            columns[indicator.id] = "score" if first else f"{indicator.id}.score"
        else:
            columns[indicator.id] = indicator.id
    shown: list[str | Bivariate] = [name for name in columns if atlas.values[name].notna().any()]
    shown += list_bivariates(atlas, "")
    styles = [_style_of(atlas, indicator, columns, lang) for indicator in shown]
    return [style for style in styles if style is not None]


def _style_of(
    atlas: Atlas, shown: str | Bivariate, columns: dict[str, str], lang: str
) -> Style | None:
    ids = ids_of(shown)
    classed = class_territories(atlas, shown, lang=lang)
    halves = [0.5 * 10.0 ** -shown_digits(atlas.indicator(name)) for name in ids]
    spans = _spans_of(classed, halves)
    classes = [
        StyleClass(label, colour, span)
        for label, colour, span in zip(classed.labels, classed.colours, spans, strict=True)
        if label
    ]
    if not classes:
        return None
    missing = StyleClass(translate(WORDS["no_data"], lang), MISSING["light"][1])
    title = title_with_unit(atlas, shown, lang)
    return Style(title, tuple(columns[name] for name in ids), (*classes, missing))


def _spans_of(classed: Classed, halves: list[float]) -> list[tuple[Span, ...]]:
    """Return the figures of each class. A page classifies figures at its displayed precision, and
    the table has more decimals. So a class begins half a step of that precision below its break."""
    if classed.square is not None:
        across, up = classed.square
        return [(_span(x, halves[0]), _span(y, halves[1])) for y in up.edges for x in across.edges]
    if classed.codes:
        return [(Span(code=code),) for code in classed.codes]
    ends: list[float | None] = [None, *classed.breaks, None]
    if len(ends) == 2:
        return [(Span(low=-1e300),)]  # every figure that is not missing
    return [(_span(edges, halves[0]),) for edges in pairwise(ends)]


def _span(edges: Edges, half: float) -> Span:
    low, high = edges
    return Span(None if low is None else low - half, None if high is None else high - half)
