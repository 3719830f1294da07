"""Where everything goes on the paper of a static map: title, map, frames, legend, sources.

Lengths are points (1/72 inch), from the upper left corner downward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Fault, InputError
from maps.static.shapes import Placed, Region

MM = 72 / 25.4
WIDTHS = {"a4": 170.0, "column": 85.0, "slide": 250.0}
"""In millimetres: between the margins of an A4 sheet, one of two columns on it, a slide."""

NARROWEST, WIDEST = 60.0, 400.0
BESIDE_FROM = 130.0
"""Width in millimetres from which the legend stands beside the map and not below it."""

HIGHEST = 1.25
"""Height of the map itself in widths: a long country is drawn narrower than the paper."""

MARGIN, GAP = 6.0, 8.0
INSETS_A_ROW = 5


@dataclass(frozen=True)
class Caption:
    """The words round a static map.

    Attributes:
        title, note: what is shown and where; of when, and at what level it was measured.
        heading: title of the legend, "" where the map's title says it.
        sources: lines of who the figures and the borders are from, with dates and licences.
        alt: what there is to see, in a sentence, for those who do not see it.
        units: what the territories are called, in the plural.
        lang: of all words.
    """

    title: str
    note: str
    heading: str
    sources: tuple[str, ...]
    alt: str
    units: str
    lang: str


@dataclass(frozen=True)
class Letters:
    """Sizes of letters in points."""

    title: float
    text: float
    small: float

    @property
    def line(self) -> float:
        """Height of a line of text."""
        return self.text * 1.32

    @property
    def small_line(self) -> float:
        """Height of a line of small text."""
        return self.small * 1.32


@dataclass(frozen=True)
class Box:
    """A rectangle on the paper."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class Frame:
    """The frame of a distant part, and the part in it."""

    box: Box
    placed: Placed


def read_width(text: str) -> float:
    """A width in millimetres: a name of `WIDTHS`, or a number.

    Raises:
        InputError: neither, or a number out of bounds.

    >>> read_width("column"), read_width("120")
    (85.0, 120.0)
    """
    if text in WIDTHS:
        return WIDTHS[text]
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not NARROWEST <= width <= WIDEST:
        raise InputError(
            Fault(
                f"--width {text!r} is no width.",
                remedy=f"Write {', '.join(WIDTHS)}, or millimetres from {NARROWEST:.0f} to "
                f"{WIDEST:.0f}.",
                kind="option",
            )
        )
    return width


def letters_for(width: float) -> Letters:
    """Letters for a picture of that many millimetres; none under 6.5 points, which print bears."""
    if width < BESIDE_FROM:
        return Letters(title=10.0, text=7.2, small=6.5)
    if width < 220.0:
        return Letters(title=14.0, text=8.0, small=6.8)
    return Letters(title=18.0, text=10.5, small=8.5)


def place_main(region: Region, left: float, top: float, width: float) -> tuple[Placed, Box]:
    """The main part as large as its box allows, in its middle."""
    west, south, east, north = region.box
    high = (north - south) / max(east - west, 1e-9)
    height = width * float(np.clip(high, 0.25, HIGHEST))
    box = Box(left, top, width, height)
    return _fit(region, box), box


def place_frames(regions: list[Region], left: float, top: float, width: float) -> list[Frame]:
    """Frames for distant parts in a row, or in rows where there are many."""
    frames = []
    side = min((width - GAP * (INSETS_A_ROW - 1)) / INSETS_A_ROW, 24 * MM)
    high = side * 0.95
    for at, region in enumerate(regions):
        row, column = divmod(at, INSETS_A_ROW)
        x = left + column * (side + GAP)
        y = top + row * (high + 26.0)
        box = Box(x, y, side, high)
        inner = Box(x + 4, y + 4, side - 8, high - 8)
        frames.append(Frame(box, _fit(region, inner)))
    return frames


def round_length(metres: float, most: float) -> float:
    """A round length for a scale bar, in metres.

    Args:
        metres: a point stands for.
        most: points that the bar may be long.

    >>> round_length(1000, 100), round_length(3, 50)
    (100000.0, 100.0)
    """
    power = 10.0 ** np.floor(np.log10(most * metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * metres * 1.0001))


def _fit(region: Region, box: Box) -> Placed:
    west, south, east, north = region.box
    step = float(max((east - west) / box.width, (north - south) / box.height, 1e-9))
    left = box.left + (box.width - (east - west) / step) / 2
    top = box.top + (box.height - (north - south) / step) / 2
    return Placed(region, left, top, step)
