"""Every column of an atlas in the page's classes and colours, as styles of a GeoPackage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from geo.country import Text, in_language
from layers.indicator import Indicator
from layers.styles import Style, StyleClass
from maps.breaks import quantile_breaks
from maps.header_layers import shown_digits
from maps.palettes import CONTEXT, MISSING, NEED, ramp
from maps.reporting.crossing import class_texts, kind_colours
from maps.words import YES_NO

if TYPE_CHECKING:
    from layers.atlas import Atlas

NO_DATA = {"fr": "pas de donnée", "en": "no data"}

_ORDER = {"index": 0, "dimension": 1, "flag": 2, "indicator": 3, "typology": 4, "context": 5}


def styles_of(atlas: Atlas, *, lang: str) -> list[Style]:
    """A style for each column of the results that has figures, the index first.

    Args:
        atlas: of the results.
        lang: of the names and labels.
    """
    styles, indices = [], 0
    for indicator in sorted(atlas.indicators.values(), key=lambda item: _ORDER[item.role]):
        column = indicator.id
        if indicator.role == "index":
            column = "score" if indices == 0 else f"{indicator.id}.score"
            indices += 1
        classes = _classes_of(atlas, indicator, lang)
        if classes:
            missing = StyleClass(NO_DATA[lang], MISSING["light"][1])
            styles.append(Style(indicator.title_in(lang), column, (*classes, missing)))
    return styles


def _classes_of(atlas: Atlas, indicator: Indicator, lang: str) -> list[StyleClass]:
    values = atlas.values[indicator.id].to_numpy(dtype="float64")
    known = values[~np.isnan(values)]
    titles: Mapping[int, Text | str] = indicator.categories
    if indicator.unit == "boolean" and np.isin(known, (0, 1)).all():
        titles = titles or YES_NO
    if titles:
        codes = sorted(titles)
        return [
            StyleClass(in_language(titles[code], lang), colour, code=code)
            for code, colour in zip(codes, kind_colours(indicator, len(codes)), strict=True)
        ]
    return _steps_of(values, indicator, lang) if len(known) else []


def _steps_of(values: np.ndarray, indicator: Indicator, lang: str) -> list[StyleClass]:
    """Classes of a figure. A page classes what it shows, at its precision; the table has more
    decimals, so that a class begins half a step of that precision before its break."""
    digits = shown_digits(indicator)
    breaks = quantile_breaks(np.round(values, digits), digits=digits)
    colours = ramp(NEED["light"] if indicator.better else CONTEXT["light"], len(breaks) + 1)
    if indicator.better == "higher":
        colours = colours[::-1]
    cuts = [at - 0.5 * 10.0**-digits for at in breaks]
    lows: list[float | None] = [None if cuts else -1e300, *cuts]
    highs: list[float | None] = [*cuts, None]
    texts = class_texts(breaks, indicator, lang)
    return [
        StyleClass(text, colour, low, high)
        for text, colour, low, high in zip(texts, colours, lows, highs, strict=True)
    ]
