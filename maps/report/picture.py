"""A map as a picture, drawn without a network, a browser or a drawing library.

Territories are filled row by row from the edges that cross the middle of each row of pixels, which
for all of France takes a fraction of a second; the result is a PNG with a palette, some ten times
smaller than one in full colour. Letters stand beside it, in the page, where they stay text.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.country import in_language
from zoneblanche.maps.drawn.distance import round_length, write_distance
from zoneblanche.maps.drawn.insets import distant_groups
from zoneblanche.maps.drawn.png import write_png
from zoneblanche.maps.report.planes import DENSITY, Pane, Pixels, edges_of, fill_pane, pane_of

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories

GAP, PAD, UNDER_FRAME = 10, 4, 34
"""Pixels between frames, within them, and below them for their name and scale bar."""

LONGEST_BAR = 100.0
"""Pixels that the scale bar of the main part may be long."""

MOST_NAMED = 2500
"""Territories above which none is named on the picture."""

INSET_SHARE = 0.17
WIDE_BORDERS = 14.0
"""Width of a typical territory, in pixels, above which borders between territories are drawn."""

BORDER, OUTLINE, COAST = "#ffffff", "#3a4350", "#1d2530"
STRIPE_EVERY, STRIPE_WIDTH = 8, 2


@dataclass(frozen=True)
class Label:
    """A word on the picture, in pixels of the page, and whether it names a frame."""

    x: float
    y: float
    text: str
    kind: str


Scale = tuple[float, str]
"""Length of a scale bar in pixels of the page, and what it stands for."""


@dataclass(frozen=True)
class Frame:
    """The frame of a distant part, in pixels of the page, with its own scale if one is known."""

    x: float
    y: float
    width: float
    height: float
    scale: Scale | None


@dataclass(frozen=True)
class Picture:
    """A picture and what stands on it.

    Attributes:
        png: the bytes.
        width, height: in pixels of the page.
        labels: names of frames and of the largest places.
        frames: of distant parts.
        scale: of the main part; None where the unit of the map is not known.
    """

    png: bytes
    width: int
    height: int
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    scale: Scale | None

    @property
    def data_url(self) -> str:
        """The picture as an address that holds it."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Sheet:
    """Where each territory lies on a picture, before it has a colour: one serves many pictures.

    Attributes:
        canvas: position of the territory that each fine pixel is in, -1 for none.
        width, height: in pixels of the page.
        labels, frames, scale: as in `Picture`.
    """

    canvas: Pixels
    width: int
    height: int
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    scale: Scale | None


def lay_out(territories: Territories, *, lang: str, width: int = 680) -> Sheet | None:
    """Lay territories out on a picture.

    Args:
        territories: those without a shape are left out.
        lang: of the names of distant parts.
        width: of the picture on the page, in pixels.

    Returns:
        None where no territory has a shape.
    """
    layout = _layout(territories, width, lang)
    if layout is None:
        return None
    canvas = np.full((layout.height * DENSITY, width * DENSITY), -1, dtype=np.int32)
    for pane in layout.panes:
        fill_pane(canvas, pane)
    names = [] if len(territories) > MOST_NAMED else _places(territories, layout.panes[0])
    return Sheet(
        canvas=canvas,
        width=width,
        height=layout.height,
        labels=(*layout.labels, *names),
        frames=layout.frames,
        scale=layout.scale,
    )


def paint_picture(
    sheet: Sheet,
    territories: Territories,
    classes: np.ndarray,
    colours: list[str],
    *,
    missing: tuple[str, str],
    outline: str | None = None,
) -> Picture:
    """Paint territories by class.

    Args:
        sheet: of these territories.
        territories: what is painted.
        classes: for each the place of its colour, -1 where its figure is missing.
        colours: "#rrggbb".
        missing: ground and stripes of the hatch that says "no data".
        outline: id of a containing level whose borders are drawn stronger.
    """
    groups = None
    if outline is not None and outline in territories.parents:
        groups = pd.factorize(territories.parents[outline])[0]
    pixels, palette = _coloured(sheet.canvas, classes, colours, missing, groups)
    return Picture(
        png=write_png(pixels, palette),
        width=sheet.width,
        height=sheet.height,
        labels=sheet.labels,
        frames=sheet.frames,
        scale=sheet.scale,
    )


@dataclass(frozen=True)
class _Layout:
    """Where the main part, which is the first pane, and the frames of distant parts go."""

    panes: tuple[Pane, ...]
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    height: int
    scale: Scale | None


def _layout(territories: Territories, width: int, lang: str) -> _Layout | None:
    shapes = territories.frame.geometry.to_numpy()
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not drawn.any():
        return None
    groups = distant_groups(territories, drawn)
    main = drawn & ~np.any([inside for _, inside in groups], axis=0) if groups else drawn
    if not main.any():
        main, groups = drawn, []
    geographic = bool(territories.frame.crs.is_geographic)
    measured = geographic or _in_metres(territories)
    edges = edges_of(shapes[main], geographic, named=len(territories) <= MOST_NAMED)
    box = edges.box
    high = (box[3] - box[1]) / (box[2] - box[0]) if box[2] > box[0] else 1.0
    main_height = int(np.clip(round(width * high), 60, round(width * 1.15)))
    inset = round(width * INSET_SHARE)
    panes = [pane_of(edges, np.flatnonzero(main), 0, 0, width, main_height)]
    labels, frames = [], []
    left = (width - len(groups) * inset - (len(groups) - 1) * GAP) / 2
    for place, (part, inside) in enumerate(groups):
        x, y = left + place * (inset + GAP), float(main_height + GAP)
        own, side = edges_of(shapes[inside], geographic), inset - 2 * PAD
        panes.append(pane_of(own, np.flatnonzero(inside), x + PAD, y + PAD, side, side))
        scale = _scale_of(panes[-1], lang, inset * 0.55) if measured else None
        frames.append(Frame(x, y, float(inset), float(inset), scale))
        labels.append(Label(x + inset / 2, y + inset + 13, in_language(part.title, lang), "frame"))
    return _Layout(
        panes=tuple(panes),
        labels=tuple(labels),
        frames=tuple(frames),
        height=main_height + (GAP + inset + UNDER_FRAME if groups else 0),
        scale=_scale_of(panes[0], lang, LONGEST_BAR) if measured else None,
    )


def _scale_of(pane: Pane, lang: str, longest: float) -> Scale:
    metres = round_length(pane.step * DENSITY, longest)
    return metres / (pane.step * DENSITY), write_distance(metres, lang)


def _in_metres(territories: Territories) -> bool:
    axes = territories.frame.crs.axis_info
    return bool(axes) and all(axis.unit_name == "metre" for axis in axes)


def _coloured(
    canvas: Pixels,
    classes: np.ndarray,
    colours: list[str],
    missing: tuple[str, str],
    groups: np.ndarray | None,
) -> tuple[NDArray[np.uint8], list[str]]:
    """Palette positions of the pixels: 0 is nothing, then classes, hatch, and three lines."""
    palette = ["#ffffff", *colours, *missing, BORDER, OUTLINE, COAST]
    ground = 1 + len(colours)
    inside = canvas >= 0
    # Position -1, nobody's pixel, takes the last of these: nothing.
    colour = np.append(np.where(classes < 0, ground, np.asarray(classes) + 1), 0).astype(np.uint8)
    pixels = colour[canvas]
    blank = pixels == ground
    if blank.any():
        rows, columns = np.ogrid[: canvas.shape[0], : canvas.shape[1]]
        stripe = (rows + columns) % STRIPE_EVERY < STRIPE_WIDTH
        pixels[blank & stripe] = ground + 1
    shown = np.count_nonzero(np.bincount(canvas[inside])) if inside.any() else 0
    if shown and np.sqrt(inside.sum() / shown) > WIDE_BORDERS * DENSITY:
        pixels[_edges_of(canvas, inside)] = ground + 2
    if groups is not None:
        of = np.append(groups, -1)
        pixels[_edges_of(of[canvas], inside)] = ground + 3
    pixels[_edges_of(inside, inside)] = ground + 4
    return pixels, palette


def _edges_of(field: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Pixels inside whose right or lower neighbour is another one's, or any neighbour nobody's."""
    edge = np.zeros(field.shape, dtype=bool)
    edge[:, :-1] |= field[:, :-1] != field[:, 1:]
    edge[:-1] |= field[:-1] != field[1:]
    edge[:, 1:] |= ~inside[:, :-1]
    edge[1:] |= ~inside[:-1]
    return edge & inside


def _places(territories: Territories, pane: Pane, *, most: int = 7) -> list[Label]:
    """Names of the largest territories that do not stand in each other's way."""
    if "population" not in territories.facts or len(territories) < 8:
        return []
    people = territories.facts["population"].to_numpy(dtype="float64")
    at = pane.edges.inside
    names = territories.names.to_numpy()
    order = pane.members.argsort()
    known = order[np.argsort(-np.nan_to_num(people[pane.members[order]]), kind="stable")]
    taken: list[tuple[float, float, float]] = []
    labels: list[Label] = []
    for member in known[: most * 4]:
        name = str(names[pane.members[member]])
        if len(labels) == most or len(name) > 28:
            continue
        x = ((at[member, 0] - pane.corner[0]) / pane.step + pane.left) / DENSITY
        y = ((pane.corner[1] - at[member, 1]) / pane.step + pane.top) / DENSITY
        reach = 4.2 * len(name) + 8
        if all(abs(y - b) > 20 or abs(x - a) > reach + c for a, b, c in taken):
            taken.append((x, y, reach))
            labels.append(Label(x, y, name, "place"))
    return labels
