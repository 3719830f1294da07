"""Colours: one ramp from better off to worse off, one for context, categories, and the 3 × 3
square.

Worse off is dark on a light page and bright on a dark page, in whichever direction the indicator
runs; the legend says so in words. All ramps keep their order in grey and under the three
dichromacies (a test computes it). Lines and signs on a page have the contrast of 3 : 1 that WCAG
2.2 requires (success criterion 1.4.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Theme = Literal["light", "dark"]

NEED: dict[Theme, tuple[str, ...]] = {
    "light": ("#f2d5a5", "#eeb178", "#e28a57", "#cc6149", "#a5384b", "#70204f", "#3b1138"),
    "dark": ("#283142", "#4a3f63", "#7d4673", "#b5506b", "#e06f55", "#f5a24e", "#fde08a"),
}
"""From better off to worse off."""

CONTEXT: dict[Theme, tuple[str, ...]] = {
    "light": ("#cedfda", "#abcecd", "#83b6be", "#589aaa", "#357a94", "#205678", "#143355"),
    "dark": ("#263641", "#2b4c5e", "#30667a", "#3f8797", "#62a9ac", "#97cbc0", "#d9eed6"),
}
"""From little to much, if neither is better."""

DIVERGING: dict[Theme, dict[str, tuple[str, ...]]] = {
    "light": {
        "worse": ("#f4d2a0", "#e2795a", "#7a2350"),
        "better": ("#c6e0db", "#5fa5ad", "#1b4f6e"),
    },
    "dark": {
        "worse": ("#5a4436", "#c06a4a", "#f7b96a"),
        "better": ("#2c4a55", "#5a9fa6", "#bfe8dc"),
    },
}
"""Either side of zero, from near to far: worse off, and better off."""

BIVARIATE: dict[Theme, tuple[str, ...]] = {
    "light": (
        "#dcd8d0", "#a8ccd5", "#6fb3c4",
        "#e2b392", "#b29aa2", "#6a7d9c",
        "#d9794f", "#9d4f5e", "#3a2150",
    ),
    "dark": (
        "#2b313a", "#3a5a68", "#4c8fa3",
        "#6e4a40", "#7a6a78", "#8ba6c4",
        "#b9603c", "#d9868a", "#fbe3c0",
    ),
}  # fmt: skip
"""Three classes of x (in a row) by three of y (row by row); in the last both conditions meet."""

KINDS: dict[Theme, tuple[str, ...]] = {
    "light": (
        "#332288", "#117733", "#88ccee", "#ddcc77", "#cc6677",
        "#aa4499", "#44aa99", "#999933", "#882255", "#bbbbbb",
    ),
    "dark": (
        "#8f83e0", "#4fae6d", "#9fd8f2", "#e6d88f", "#e58b98",
        "#cf7fc2", "#6cc8b9", "#bcbc5c", "#c2638f", "#9aa3ad",
    ),
}  # fmt: skip
"""Categories without an order: Paul Tol's "muted" set, safe for colour-blind readers."""

LISA: dict[Theme, tuple[str, ...]] = {
    "light": ("#d7191c", "#8fc4de", "#2c6fb0", "#f5a46b", "#d4d7da"),
    "dark": ("#f0524f", "#a9d4ea", "#4f94d4", "#f7b98a", "#4a525d"),
}
"""Local clusters in GeoDa's colours: high among high, low among high, low among low, high among
low, and nothing significant."""

PAPER: dict[Theme, str] = {"light": "#ffffff", "dark": "#171b22"}
"""The background of the panel and the card."""

SEA: dict[Theme, str] = {"light": "#f6f9fb", "dark": "#0e1116"}
"""The background of the map."""

INK: dict[Theme, str] = {"light": "#1d2530", "dark": "#eef1f5"}
"""Text, and the line around what is selected."""

RULE: dict[Theme, str] = {"light": "#6d7784", "dark": "#8b95a3"}
"""The line around the colours of a legend and around controls."""

DEEP, PALE = "#10151c", "#ffffff"
"""Lines between groups of territories: one for pale colours, the other for deep ones."""

MISSING: dict[Theme, tuple[str, str]] = {
    "light": ("#ffffff", "#8a939e"),
    "dark": ("#171b22", "#78828f"),
}
"""Ground and stripes of the hatch that means "no data"."""


def ramp(colours: Sequence[str], count: int) -> list[str]:
    """Return `count` colours evenly along a ramp, including its two ends.

    >>> ramp(("#000000", "#ffffff"), 3)
    ['#000000', '#808080', '#ffffff']
    """
    if count == 1:
        return [colours[len(colours) // 2]]
    stops = np.array([rgb(colour) for colour in colours])
    places = np.linspace(0, len(colours) - 1, count)
    channels = [np.interp(places, np.arange(len(colours)), stops[:, c]) for c in range(3)]
    return [_hexadecimal(colour) for colour in np.column_stack(channels)]


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB).

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return round((light + 0.05) / (dark + 0.05), 6)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    return float(_linear(colour) @ [0.2126, 0.7152, 0.0722])


def _linear(colour: str) -> NDArray[np.float64]:
    share = np.array(rgb(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _hexadecimal(channels: NDArray[np.float64]) -> str:
    red, green, blue = (int(np.floor(value + 0.5)) for value in channels)
    return f"#{red:02x}{green:02x}{blue:02x}"


def for_page() -> dict[str, dict[str, object]]:
    """Return all colours of both themes, for the header of the page."""
    return {
        theme: {
            "need": list(NEED[theme]),
            "context": list(CONTEXT[theme]),
            "bivariate": list(BIVARIATE[theme]),
            "diverging": {side: list(stops) for side, stops in DIVERGING[theme].items()},
            "kinds": list(KINDS[theme]),
            "lisa": list(LISA[theme]),
            "paper": PAPER[theme],
            "sea": SEA[theme],
            "ink": INK[theme],
            "rule": RULE[theme],
            "deep": DEEP,
            "pale": PALE,
            "missing": list(MISSING[theme]),
        }
        for theme in ("light", "dark")
    }
