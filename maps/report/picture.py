"""A map as a picture, drawn without a network, a browser or a drawing library.

The main part of the territories, and the distant ones in frames below it. Text is not part of the
picture but of the page that shows it, where it stays text.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

from zoneblanche.geo.country import in_language
from zoneblanche.maps.drawn.distance import round_length, write_distance
from zoneblanche.maps.drawn.insets import distant_groups
from zoneblanche.maps.drawn.paint import (
    Canvas,
    Edges,
    View,
    fill_canvas,
    find_borders,
    new_canvas,
    paint_canvas,
)

if TYPE_CHECKING:
    from zoneblanche.geo.country import Part
    from zoneblanche.geo.territories import Territories

DENSITY = 2
"""Pixels of the picture per pixel of the page: sharp on paper and on high-resolution screens."""

GAP, PAD, UNDER_FRAME = 10, 4, 34
"""Pixels between frames, within them, and below them for their name and scale bar."""

LONGEST_BAR = 100.0
"""Maximum length of the scale bar of the main part, in pixels."""

MOST_NAMED = 2500
"""Number of territories above which none is named on the picture."""

INSET_SHARE = 0.17
WIDE_BORDERS = 14.0
"""Width of a typical territory, in pixels, above which borders between territories are drawn."""

BORDER, OUTLINE, COAST = "#ffffff", "#3a4350", "#1d2530"
STRIPE_EVERY = 8

EARTH_RADIUS = 6_371_000.0
FLAT_BELOW, FLAT_OVER = 1.15, 120.0
"""Degrees from the equator to the middle of a map, and from its south to its north, below and
above which its cone is a cylinder."""


@dataclass(frozen=True)
class Label:
    """A word on the picture, in pixels of the page.

    Attributes:
        x, y: of its middle.
        text: the word.
        kind: "frame" for the name of a frame, "place" for that of a place, or "number".
        place: what it names, if that is elsewhere; a line leads there.
    """

    x: float
    y: float
    text: str
    kind: str
    place: tuple[float, float] | None = None


Scale = tuple[float, str]
"""Length of a scale bar in pixels of the page, and the distance it represents."""


@dataclass(frozen=True)
class Frame:
    """The frame of a distant part, in pixels of the page, with its own scale if one is known."""

    x: float
    y: float
    width: float
    height: float
    scale: Scale | None


@dataclass(frozen=True)
class Pane:
    """Some of the territories: their borders in a plane, its position on the fine pixels, and, for
    names, their positions and a point inside each."""

    edges: Edges
    view: View
    members: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True)
class Plane:
    """The borders of territories in planes, before they have a size.

    Attributes:
        panes: the main part, and the distant parts.
        parts: the distant parts.
        measured: whether a unit of the plane is a metre.
    """

    panes: tuple[Pane, ...]
    parts: tuple[Part, ...]
    measured: bool


@dataclass(frozen=True)
class Sheet:
    """The position of each territory on a picture, before it has a colour: one sheet serves many
    pictures.

    Attributes:
        canvas: position of the territory of each fine pixel, -1 for none.
        width, height: in pixels of the page.
        labels: names of frames and of the largest places.
        frames: of distant parts.
        scale: of the main part; None if the unit of the map is not known.
        plane: the borders, for a sheet of the same territories in another width.
    """

    canvas: Canvas
    width: int
    height: int
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    scale: Scale | None
    plane: Plane = field(repr=False)


@dataclass(frozen=True)
class Picture:
    """A picture as the bytes of a PNG, and its sheet."""

    png: bytes
    sheet: Sheet

    @property
    def data_url(self) -> str:
        """Return the picture as a data URL."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def lay_out(
    territories: Territories, *, lang: str, width: int = 680, like: Sheet | None = None
) -> Sheet | None:
    """Lay territories out on a picture.

    Args:
        territories: those without a shape are left out.
        lang: of the names of distant parts.
        width: of the picture on the page, in pixels.
        like: a sheet of the same territories, in any width: their borders are not read again.

    Returns:
        None if no territory has a shape.
    """
    plane = _flat(territories) if like is None else like.plane
    if plane is None:
        return None
    layout = _layout(plane, width, lang)
    canvas = new_canvas(layout.height * DENSITY, width * DENSITY)
    for pane in layout.panes:
        fill_canvas(canvas, pane.edges, pane.view)
    names = (
        [] if len(territories) > MOST_NAMED else _places(territories, layout.panes[0], width=width)
    )
    return Sheet(
        canvas=canvas,
        width=width,
        height=layout.height,
        labels=(*layout.labels, *names),
        frames=layout.frames,
        scale=layout.scale,
        plane=plane,
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
        territories: to paint.
        classes: the colour number of each, -1 if its figure is missing.
        colours: "#rrggbb".
        missing: ground and stripes of the hatch that means "no data".
        outline: id of a containing level whose borders are drawn stronger.
    """
    canvas = sheet.canvas
    inside = canvas >= 0
    fine = groups = None
    shown = np.count_nonzero(np.bincount(canvas[inside])) if inside.any() else 0
    if shown and np.sqrt(inside.sum() / shown) > WIDE_BORDERS * DENSITY:
        fine = find_borders(canvas, inside)
    if outline is not None and outline in territories.parents:
        outline_numbers = np.append(pd.factorize(territories.parents[outline])[0], -1)
        groups = find_borders(outline_numbers[canvas], inside)
    lines = ((BORDER, fine), (OUTLINE, groups), (COAST, find_borders(inside, inside)))
    png = paint_canvas(
        canvas, classes, colours, missing=missing, stripe_every=STRIPE_EVERY, lines=lines
    )
    return Picture(png, sheet)


@dataclass(frozen=True)
class _Layout:
    """The positions of the main part, which is the first pane, and of the frames of distant
    parts."""

    panes: tuple[Pane, ...]
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    height: int
    scale: Scale | None


def _flat(territories: Territories) -> Plane | None:
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
    first = _flatten(shapes, main, geographic, named=len(territories) <= MOST_NAMED)
    others = (_flatten(shapes, inside, geographic) for _, inside in groups)
    return Plane((first, *others), tuple(part for part, _ in groups), measured)


def _layout(plane: Plane, width: int, lang: str) -> _Layout:
    first, *others = plane.panes
    west, south, east, north = first.edges.box
    high = (north - south) / (east - west) if east > west else 1.0
    main_height = int(np.clip(round(width * high), 60, round(width * 1.15)))
    inset = round(width * INSET_SHARE)
    panes = [_fit(first, 0, 0, width, main_height)]
    labels, frames = [], []
    left = (width - len(others) * inset - (len(others) - 1) * GAP) / 2
    for place, (part, other) in enumerate(zip(plane.parts, others, strict=True)):
        x, y = left + place * (inset + GAP), float(main_height + GAP)
        side = inset - 2 * PAD
        panes.append(_fit(other, x + PAD, y + PAD, side, side))
        scale = _scale_of(panes[-1], lang, inset * 0.55) if plane.measured else None
        frames.append(Frame(x, y, float(inset), float(inset), scale))
        labels.append(Label(x + inset / 2, y + inset + 13, in_language(part.title, lang), "frame"))
    return _Layout(
        panes=tuple(panes),
        labels=tuple(labels),
        frames=tuple(frames),
        height=main_height + (GAP + inset + UNDER_FRAME if others else 0),
        scale=_scale_of(panes[0], lang, LONGEST_BAR) if plane.measured else None,
    )


def _flatten(
    shapes: np.ndarray, chosen: np.ndarray, geographic: bool, *, named: bool = False
) -> Pane:
    """Return the chosen shapes in a plane, unchanged or projected from degrees; not yet on a
    canvas."""
    members = np.flatnonzero(chosen)
    polygons, of_polygon = shapely.get_parts(shapes[chosen], return_index=True)
    # A polygon without holes, as nearly all are, is one ring: its vertices are read directly.
    holed = shapely.get_num_interior_rings(polygons) > 0
    rings, of_ring = shapely.get_rings(polygons[holed], return_index=True)
    lines = np.concatenate([polygons[~holed], rings])
    line_owner = members[np.concatenate([of_polygon[~holed], of_polygon[holed][of_ring]])]
    at, sizes = shapely.get_coordinates(lines), shapely.get_num_coordinates(lines)
    followed = np.ones(len(at), dtype=bool)
    followed[np.cumsum(sizes) - 1] = False
    inside = np.empty((0, 2))
    if named:
        inside = shapely.get_coordinates(shapely.point_on_surface(shapes[chosen]))
    if geographic:
        onto = _cone(at)
        at, inside = onto(at), onto(inside)
    owner = np.repeat(line_owner, sizes).astype(np.int32)
    edges = Edges(at[:, 0], at[:, 1], followed, owner)
    return Pane(edges, View(0.0, 0.0, 1.0), members, inside)


def _cone(degrees: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Lambert's conformal cone over the places' own latitudes, on a sphere: a picture is looked
    at, not measured on. About the equator, and for most of the globe, it is a cylinder."""
    west, south, east, north = (float(end) for end in (*degrees.min(axis=0), *degrees.max(axis=0)))
    first, second = (south + (north - south) * share for share in (1 / 6, 5 / 6))
    middle = (first + second) / 2
    if abs(middle) < FLAT_BELOW or north - south > FLAT_OVER:
        kind = f"+proj=eqc +lat_ts={middle}"
    else:
        kind = f"+proj=lcc +lat_1={first} +lat_2={second}"
    plane = pyproj.Proj(f"{kind} +lon_0={(west + east) / 2} +R={EARTH_RADIUS} +over")
    return lambda at: np.column_stack(plane(at[:, 0], at[:, 1]))


def _fit(pane: Pane, left: float, top: float, width: float, height: float) -> Pane:
    """Return shapes as large as they fit into a box of the page, in its middle, a pixel from its
    edges."""
    west, south, east, north = pane.edges.box
    room = np.array([width, height]) * DENSITY - 2.0
    size = np.array([east - west, north - south])
    step = float(max((size / room).max(), 1e-12))
    spare = (room - size / step) / 2 + 1.0
    view = View(west, north, step, left * DENSITY + spare[0], top * DENSITY + spare[1])
    return replace(pane, view=view)


def _scale_of(pane: Pane, lang: str, longest: float) -> Scale:
    metres = round_length(pane.view.step * DENSITY, longest)
    return metres / (pane.view.step * DENSITY), write_distance(metres, lang)


def _in_metres(territories: Territories) -> bool:
    axes = territories.frame.crs.axis_info
    return bool(axes) and all(axis.unit_name == "metre" for axis in axes)


def _places(territories: Territories, pane: Pane, *, width: int, most: int = 7) -> list[Label]:
    """Return names of the largest territories that do not overlap, and are inside the picture."""
    if "population" not in territories.facts or len(territories) < 8:
        return []
    people = territories.facts["population"].to_numpy(dtype="float64")
    across, down = pane.view.on_canvas(pane.inside[:, 0], pane.inside[:, 1])
    names = territories.names.to_numpy()
    order = pane.members.argsort()
    largest_first = order[np.argsort(-np.nan_to_num(people[pane.members[order]]), kind="stable")]
    boxes: list[tuple[float, float, float]] = []
    labels: list[Label] = []
    for member in largest_first[: most * 4]:
        name = str(names[pane.members[member]])
        if len(labels) == most or len(name) > 28:
            continue
        x, y = across[member] / DENSITY, down[member] / DENSITY
        reach = 4.2 * len(name) + 8
        if not reach <= x <= width - reach:
            continue
        if all(abs(y - b) > 20 or abs(x - a) > reach + c for a, b, c in boxes):
            boxes.append((x, y, reach))
            labels.append(Label(x, y, name, "place"))
    return labels
