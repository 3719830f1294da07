"""Territories by class, in the colours and words of the page, for a picture and its legend.

The page does the same in `assets/classes.js`, from the same breaks; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, fill, join, quantity, translate, translate_all
from zoneblanche.geo.numerals import format_number
from zoneblanche.geo.reasons import Reason
from zoneblanche.maps.drawn.bivariate import Bivariate
from zoneblanche.maps.drawn.breaks import METHODS, classify, custom_breaks
from zoneblanche.maps.drawn.palettes import (
    BIVARIATE,
    CONTEXT,
    DIVERGING,
    KINDS,
    LISA,
    NEED,
    Theme,
    ramp,
)
from zoneblanche.maps.drawn.words import WORDS, percent_sign
from zoneblanche.maps.page.header.layers import Citations, describe_bivariate, describe_scale

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

BLANK = "\u00a0"

Edges = tuple[float | None, float | None]


@dataclass(frozen=True)
class Axis:
    """One side of the square of two indicators, from its pale end to its strong one.

    Attributes:
        title: of the indicator.
        heading: where the side leads, in words ("Density, lower").
        labels: of each third ("< 24.0"), "" if the figures allow fewer.
        spans: the same in words, with the unit ("under 24.0 people/km²").
        edges: the ends of each, None for an open end.
    """

    title: str
    heading: str
    labels: tuple[str, ...]
    spans: tuple[str, ...]
    edges: tuple[Edges, ...]


@dataclass(frozen=True)
class Classed:
    """Territories by class.

    Attributes:
        of: class of each territory of the atlas, -1 if its figure is missing.
        reasons: code of the `Reason` of each territory, 0 if it has a figure.
        colours, labels: of each class, from the lowest figure to the highest.
        method: name of the method of the breaks ("quantile"); "" for categories and bivariate maps.
        ends: words for the lowest and the highest class ("better off"), empty for categories and
            bivariate maps.
        square: the two sides of a bivariate map, x then y; else None.
        codes: of categories, in the order of their colours.
        breaks: between the classes of figures.
    """

    of: np.ndarray
    reasons: np.ndarray
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    method: str = ""
    ends: tuple[str, str] | tuple[()] = ()
    square: tuple[Axis, Axis] | None = None
    codes: tuple[int, ...] = ()
    breaks: tuple[float, ...] = ()

    def counts(self, inside: np.ndarray) -> list[int]:
        """Return how many of the territories of a mask are in each class."""
        counted = np.bincount(self.of[inside & (self.of >= 0)], minlength=len(self.colours))
        return [int(count) for count in counted]

    def missing(self, inside: np.ndarray, lang: str) -> list[tuple[str, int]]:
        """Return why figures of the territories of a mask are missing, the most frequent reason
        first."""
        codes, counts = np.unique(self.reasons[inside & (self.of < 0)], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(in_language(Reason(codes[k]).title, lang), int(counts[k])) for k in order]


def class_territories(
    atlas: Atlas,
    show: str | Bivariate,
    *,
    lang: str,
    method: str = "quantile",
    breaks: Sequence[float] = (),
    theme: Theme = "light",
) -> Classed:
    """Return the classes of an indicator, or of two, as the page has them.

    Args:
        atlas: the whole atlas is classified, so that a part has the colours of the whole.
        show: an indicator's id, or a bivariate map.
        lang: of the labels.
        method: "quantile", "jenks", "equal"; "goalposts" if the indicator is bounded; "named" if
            its recipe names classes.
        breaks: given inner breaks instead, ascending.
        theme: of the colours.

    Raises:
        InputError: no such indicator or method, or breaks that are not ascending.
    """
    if isinstance(show, Bivariate):
        return _pair(atlas, describe_bivariate(atlas, show, Citations()), lang, theme)
    indicator = atlas.indicator(show)
    layer = describe_scale(atlas, indicator, methods=[method] if method in METHODS else [])
    if "categories" in layer:
        return _kinds(atlas, layer, lang, theme)
    if breaks:
        layer["breaks"]["custom"] = custom_breaks(breaks)
        method = "custom"
    if method not in layer["breaks"]:
        raise InputError(
            Fault(
                _(
                    "{method} is not a way to classify {indicator}.",
                    method=repr(method),
                    indicator=repr(indicator.id),
                ),
                remedy=nearest(method, [*METHODS, *layer["breaks"]]),
                kind="option",
            )
        )
    return _figures(atlas, indicator, layer, lang=lang, method=method, theme=theme)


def _figures(
    atlas: Atlas,
    indicator: Indicator,
    layer: dict[str, Any],
    *,
    lang: str,
    method: str,
    theme: Theme,
) -> Classed:
    values, reasons = _column(atlas, indicator.id, layer["digits"])
    breaks = layer["breaks"][method]
    class_numbers = classify(values, breaks)
    classed_values = values[class_numbers >= 0]
    if not len(classed_values):
        return Classed(class_numbers, reasons, (), (), method)
    lowest, highest = float(classed_values.min()), float(classed_values.max())
    # If nothing is below the first break, or above the last one, that class has an open end.
    edges = [lowest if not breaks or lowest < breaks[0] else -np.inf, *breaks]
    edges.append(highest if not breaks or highest >= breaks[-1] else np.inf)
    last = len(edges) - 2
    labels = [_range(edges[k], edges[k + 1], k == last, layer, lang) for k in range(last + 1)]
    if method == "named":
        titles = [in_language(title, lang) for title in layer["class_titles"]]
        labels = [f"{title} ({span})" for title, span in zip(titles, labels, strict=True)]
    words = translate_all(WORDS, lang)
    low, high = ("low_end", "high_end")
    if layer["better"]:
        low, high = ("worse_end", "better_end")[:: 1 if layer["better"] == "higher" else -1]
    colours = (
        diverging(layer["better"], breaks, theme)
        if layer["diverging"]
        else _ordered(layer["better"], len(labels), theme)
    )
    return Classed(
        class_numbers,
        reasons,
        colours,
        tuple(labels),
        method,
        (words[low], words[high]),
        breaks=tuple(breaks),
    )


def _range(low: float, high: float, last: bool, layer: dict[str, Any], lang: str) -> str:
    """Return the label of a class, as the page writes it."""
    digits, percent = layer["digits"], layer["unit"] == "percent"
    suffix = in_language(layer["suffix"], lang) if layer["suffix"] else ""
    sign = percent_sign(lang) if percent else ""
    if low == -np.inf:
        text = fill(WORDS["range_under"], to=join((quantity(high, digits), sign), ""))
    elif high == np.inf:
        text = fill(WORDS["range_from"], **{"from": join((quantity(low, digits), sign), "")})
    elif low == high or (not last and high - low <= 1.001 * 10**-digits):
        return format_number(low, digits, lang) + (sign or (f"{BLANK}{suffix}" if suffix else ""))
    else:
        phrase = WORDS["range_closed" if last else "range_open"]
        end = join((quantity(high, digits), sign), "")
        text = fill(phrase, **{"from": quantity(low, digits), "to": end})
    return translate(text, lang)


def _kinds(atlas: Atlas, layer: dict[str, Any], lang: str, theme: Theme) -> Classed:
    values, reasons = _column(atlas, layer["id"], 0)
    codes = [code for code, _unused in layer["categories"]]
    class_numbers = np.full(len(values), -1)
    for place, code in enumerate(codes):
        class_numbers[values == code] = place
    if layer["ordered"]:
        colours = _ordered(layer["better"], max(len(codes), 2), theme)[: len(codes)]
    else:
        colours = _kind_colours(codes, LISA[theme] if layer["lisa"] else KINDS[theme])
    labels = tuple(in_language(title, lang) for _unused, title in layer["categories"])
    return Classed(class_numbers, reasons, colours, labels, codes=tuple(codes))


def _kind_colours(codes: list[int], kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return colours of categories: code 0 means none, and has the palette's grey, its last colour.
    A category keeps its colour where others do not occur."""
    *rest, grey = kinds
    return tuple(grey if code == 0 else rest[(code - 1) % len(rest)] for code in codes)


def _pair(atlas: Atlas, layer: dict[str, Any], lang: str, theme: Theme) -> Classed:
    places, axes, why = [], [], []
    for axis in ("x", "y"):
        indicator = atlas.indicator(layer[axis])
        breaks, low = layer["breaks"][axis], layer["toward"][axis] == "low"
        described = describe_scale(atlas, indicator)
        values, reasons = _column(atlas, indicator.id, described["digits"])
        class_numbers, most = classify(values, breaks), len(breaks)
        places.append(
            np.where(
                class_numbers < 0, -1, (most - class_numbers if low else class_numbers) + 2 - most
            )
        )
        axes.append(_axis(described, breaks, low=low, lang=lang))
        why.append(reasons)
    x, y = places
    labels = [
        f"{axes[0].title} {across} · {axes[1].title} {up}" if across and up else ""
        for up in axes[1].labels
        for across in axes[0].labels
    ]
    return Classed(
        of=np.where((x < 0) | (y < 0), -1, 3 * y + x),
        reasons=np.where(why[0] > 0, why[0], why[1]),
        colours=BIVARIATE[theme],
        labels=tuple(labels),
        square=(axes[0], axes[1]),
    )


def _axis(layer: dict[str, Any], breaks: Sequence[float], *, low: bool, lang: str) -> Axis:
    title = in_language(layer["title"], lang)
    sign = percent_sign(lang) if layer["unit"] == "percent" else ""
    suffix = in_language(layer["suffix"], lang) if layer["suffix"] else ""
    unit = sign or (f"{BLANK}{suffix}" if suffix else "")
    ends = [format_number(value, layer["digits"], lang) for value in breaks]
    thirds: list[tuple[str, str, Edges]] = []
    for k in range(len(breaks) + 1):
        edges = (breaks[k - 1] if k else None, breaks[k] if k < len(breaks) else None)
        a, b = ends[k - 1] if k else "", ends[k] if k < len(ends) else ""
        if not ends:
            label, span = "", _("all values")
        elif not a:
            label, span = f"< {b}{sign}", _("under {high}", high=b + unit)
        elif not b:
            label, span = f"≥ {a}{sign}", _("{low} and more", low=a + unit)
        else:
            label, span = f"{a} – {b}{sign}", _("{low} to under {high}", low=a, high=b + unit)
        thirds.append((label, translate(span, lang), edges))
    # If figures allow fewer than three, the pale ones are left out.
    thirds = [("", "–", (None, None))] * (3 - len(thirds)) + (thirds[::-1] if low else thirds)
    # Like the page, in `axisWords` of legend.js.
    heading = fill(WORDS["toward_low" if low else "toward_high"], title=title)
    if layer["better"] and low == (layer["better"] == "higher"):
        heading = fill(WORDS["toward_way_worse"], way=heading)
    labels, spans, edges_of = zip(*thirds, strict=True)
    return Axis(title, translate(heading, lang), labels, spans, edges_of)


def _column(atlas: Atlas, name: str, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return figures at the displayed precision, and why they are missing."""
    values = np.round(atlas.values[name].to_numpy(dtype=np.float64), digits)
    reasons = atlas.reasons[name].to_numpy(dtype=np.int64)
    return values, np.where(np.isnan(values), np.maximum(reasons, 1), 0)


def _ordered(better: str | None, count: int, theme: Theme) -> tuple[str, ...]:
    """Return colours from the lowest class to the highest: the strongest is where people are worse
    off."""
    colours = ramp(NEED[theme] if better else CONTEXT[theme], count)
    return tuple(colours[::-1] if better == "higher" else colours)


def diverging(better: str | None, breaks: Sequence[float], theme: Theme) -> tuple[str, ...]:
    """Return colours of classes below and above zero, stronger away from it."""
    below = sum(value <= 0 for value in breaks)
    above = len(breaks) + 1 - below
    low, high = ("better", "worse") if better == "lower" else ("worse", "better")
    sides = DIVERGING[theme]
    return (*_side(sides[low], below)[::-1], *_side(sides[high], above))


def _side(stops: Sequence[str], count: int) -> list[str]:
    return ramp(stops, count) if count else []
