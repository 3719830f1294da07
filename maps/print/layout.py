"""The layout of a static map on paper: title, map, frames, legend, sources.

Lengths are points (1/72 inch), from the upper left corner downward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, quantity
from zoneblanche.maps.print.shapes import Placed, Region

MM = 72 / 25.4


@dataclass(frozen=True)
class Paper:
    """The size limits of a picture, in millimetres; with `height` None the content determines
    it."""

    width: float
    height: float | None = None


PAPERS = {
    "a4": Paper(170.0),
    "a4-landscape": Paper(257.0, 170.0),
    "column": Paper(85.0),
    "slide": Paper(250.0, 140.0),
}
"""Between the margins of an A4 sheet, portrait and landscape; one of two columns on it; a slide of
16 : 9."""

NARROWEST, WIDEST = 60.0, 400.0
BESIDE_FROM = 130.0
"""Width in millimetres from which the legend is to the right of the map and not below it."""

HIGHEST = 1.25
"""Maximum height of the map in widths: a long country is drawn narrower than the paper."""

MARGIN, GAP = 6.0, 8.0
INSETS_A_ROW = 5
INSET, LEAST_INSET = 24.0, 12.0
"""Width of the frame of a distant part in millimetres, and its minimum."""

UNDER_INSET = 26.0
"""Height of a frame's name and scale bar, and the space before the next row of frames."""

LOWEST = 40.0
"""Minimum height of the map in millimetres, with any content around it."""


@dataclass(frozen=True)
class Caption:
    """The texts around a static map.

    Attributes:
        title, note: what is shown and where; its date and native level.
        heading: title of the legend, "" if the title of the map says it.
        sources: lines with the sources of the figures and the borders, with dates and licences.
        alt: the content of the map in a sentence, for readers who do not see it.
        units: the name of the territories, plural.
        lang: of all texts.
        coarse: whether the figures are those of larger areas, which are hatched.
    """

    title: str
    note: str
    heading: str
    sources: tuple[str, ...]
    alt: str
    units: str
    lang: str
    coarse: bool = False


@dataclass(frozen=True)
class Letters:
    """Font sizes in points."""

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


def read_paper(text: str) -> Paper:
    """Return the size limits of a picture: a name of `PAPERS`, or a width in millimetres.

    Raises:
        InputError: neither, or a number out of bounds.

    >>> read_paper("column"), read_paper("120").width
    (Paper(width=85.0, height=None), 120.0)
    """
    if text in PAPERS:
        return PAPERS[text]
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not NARROWEST <= width <= WIDEST:
        raise InputError(
            Fault(
                _("--width {text} is not a width.", text=repr(text)),
                remedy=_(
                    "Write {papers}, or millimetres from {narrowest} to {widest}.",
                    papers=", ".join(PAPERS),
                    narrowest=quantity(NARROWEST, digits=0),
                    widest=quantity(WIDEST, digits=0),
                ),
                kind="option",
            )
        )
    return Paper(width)


def letters_for(width: float) -> Letters:
    """Return font sizes for a picture of that many millimetres; none below 6.5 points, which is
    readable in print."""
    if width < BESIDE_FROM:
        return Letters(title=10.0, text=7.2, small=6.5)
    if width < 220.0:
        return Letters(title=14.0, text=8.0, small=6.8)
    return Letters(title=18.0, text=10.5, small=8.5)


def place_main(
    region: Region, left: float, top: float, width: float, highest: float | None = None
) -> tuple[Placed, Box]:
    """Return the main part as large as its box allows, in its middle."""
    west, south, east, north = region.box
    high = (north - south) / max(east - west, 1e-9)
    height = width * float(np.clip(high, 0.25, HIGHEST))
    if highest is not None:
        height = min(height, max(highest, LOWEST * MM))
    box = Box(left, top, width, height)
    return _fit(region, box), box


def place_frames(
    regions: list[Region], left: float, top: float, width: float, highest: float | None = None
) -> list[Frame]:
    """Return frames for distant parts in a row, or in several rows if there are many.

    If the height is bounded, they are as large as it allows, in as many rows as needed.
    """
    frames = []
    a_row, side = INSETS_A_ROW, _side(INSETS_A_ROW, width)
    if highest is not None and regions:
        a_row, side = max(
            ((count, _side(count, width, highest, len(regions))) for count in range(2, 6)),
            key=lambda option: (option[1], option[0]),
        )
    high = side * 0.95
    for at, region in enumerate(regions):
        row, column = divmod(at, a_row)
        x = left + column * (side + GAP)
        y = top + row * (high + UNDER_INSET)
        box = Box(x, y, side, high)
        inner = Box(x + 4, y + 4, side - 8, high - 8)
        frames.append(Frame(box, _fit(region, inner)))
    return frames


def _side(a_row: int, width: float, highest: float | None = None, count: int = 0) -> float:
    """Return the width of so many frames per row, at most `INSET`; all rows must fit into the
    height."""
    side = min((width - GAP * (a_row - 1)) / a_row, INSET * MM)
    if highest is not None:
        rows = -(-count // a_row)
        side = min(side, max((highest / rows - UNDER_INSET) / 0.95, LEAST_INSET * MM))
    return side


def _fit(region: Region, box: Box) -> Placed:
    west, south, east, north = region.box
    step = float(max((east - west) / box.width, (north - south) / box.height, 1e-9))
    left = box.left + (box.width - (east - west) / step) / 2
    top = box.top + (box.height - (north - south) / step) / 2
    return Placed(region, left, top, step)
