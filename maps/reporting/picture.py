"""A map as a picture, drawn without a network, a browser or a drawing library.

Territories are filled row by row from the edges that cross the middle of each row of pixels, which
for all of France takes a fraction of a second; the result is a PNG with a palette, some ten times
smaller than one in full colour. Letters stand beside it, in the page, where they stay text.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.country import Part, in_language
from maps.header_places import part_of_each
from maps.palettes import rgb

if TYPE_CHECKING:
    from geo.territories import Territories

DENSITY = 2
"""Pixels of the picture a pixel of the page: sharp on paper and on fine screens."""

GAP, PAD = 10, 4
MOST_NAMED = 2500
"""Territories above which none is named on the picture."""

INSET_SHARE = 0.17
WIDE_BORDERS = 14.0
"""Width of a typical territory, in pixels, above which borders between territories are drawn."""

BORDER, OUTLINE, COAST = "#ffffff", "#3a4350", "#1d2530"
STRIPE_EVERY, STRIPE_WIDTH = 8, 2

Pixels = NDArray[np.int32]


@dataclass(frozen=True)
class Label:
    """A word on the picture, in pixels of the page, and whether it names a frame."""

    x: float
    y: float
    text: str
    kind: str


@dataclass(frozen=True)
class Picture:
    """A picture and what stands on it.

    Attributes:
        png: the bytes.
        width, height: in pixels of the page.
        labels: names of frames and of the largest places.
        frames: x, y, width and height of the frames of distant parts.
        scale: length of the scale bar in pixels of the page and what it stands for; None where
            the unit of the map is not known.
    """

    png: bytes
    width: int
    height: int
    labels: tuple[Label, ...]
    frames: tuple[tuple[float, float, float, float], ...]
    scale: tuple[float, str] | None

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
    frames: tuple[tuple[float, float, float, float], ...]
    scale: tuple[float, str] | None


def lay_out(territories: Territories, *, lang: str, width: int = 680) -> Sheet | None:
    """Lay territories out on a picture.

    Args:
        territories: those without a shape are left out.
        lang: of the names of distant parts.
        width: of the picture on the page, in pixels.

    Returns:
        None where no territory has a shape.
    """
    panes, labels, frames, height, metres = _layout(territories, width, lang)
    if not panes:
        return None
    canvas = np.full((height * DENSITY, width * DENSITY), -1, dtype=np.int32)
    for pane in panes:
        _fill(canvas, pane)
    names = [] if len(territories) > MOST_NAMED else _places(territories, panes)
    return Sheet(
        canvas=canvas,
        width=width,
        height=height,
        labels=(*labels, *names),
        frames=tuple(frames),
        scale=None if metres is None else _scale_bar(metres, lang),
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
class _Edges:
    """Vertices of rings, closed, in a plane; which are followed by an edge; whose they are; and a
    point inside each territory."""

    x: np.ndarray
    y: np.ndarray
    begins: np.ndarray
    owner: np.ndarray
    inside: np.ndarray

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (
            float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())
        )  # fmt: skip


@dataclass(frozen=True)
class _Pane:
    """Some of the territories and where they go: their edges and positions, the corner of the
    picture (in fine pixels), how many metres a fine pixel is, and where that corner lies."""

    edges: _Edges
    members: np.ndarray
    left: float
    top: float
    step: float
    corner: tuple[float, float]


def _layout(
    territories: Territories, width: int, lang: str
) -> tuple[list[_Pane], list[Label], list[tuple[float, float, float, float]], int, float | None]:
    """Where the main part and the frames of distant parts go."""
    shapes = territories.frame.geometry.to_numpy()
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not drawn.any():
        return [], [], [], 0, None
    groups = distant_groups(territories, drawn)
    main = drawn & ~np.any([inside for _, inside in groups], axis=0) if groups else drawn
    if not main.any():
        main, groups = drawn, []
    geographic = bool(territories.frame.crs.is_geographic)
    edges = _edges(shapes[main], geographic, named=len(territories) <= MOST_NAMED)
    box = edges.box
    high = (box[3] - box[1]) / (box[2] - box[0]) if box[2] > box[0] else 1.0
    main_height = int(np.clip(round(width * high), 60, round(width * 1.15)))
    inset = round(width * INSET_SHARE)
    height = main_height + (inset + 18 + GAP if groups else 0)
    panes = [_pane(edges, np.flatnonzero(main), 0, 0, width, main_height)]
    metres = panes[0].step * DENSITY if geographic or _in_metres(territories) else None
    labels, frames = [], []
    left = (width - len(groups) * inset - (len(groups) - 1) * GAP) / 2
    for place, (part, inside) in enumerate(groups):
        x, y = left + place * (inset + GAP), float(main_height + GAP)
        own, side = _edges(shapes[inside], geographic), inset - 2 * PAD
        panes.append(_pane(own, np.flatnonzero(inside), x + PAD, y + PAD, side, side))
        frames.append((x, y, float(inset), float(inset)))
        labels.append(Label(x + inset / 2, y + inset + 13, in_language(part.title, lang), "frame"))
    return panes, labels, frames, height, metres


def distant_groups(territories: Territories, drawn: np.ndarray) -> list[tuple[Part, np.ndarray]]:
    """The parts that a country shows in frames, and which of the territories drawn lie in each."""
    country = territories.country
    if country is None or not country.parts:
        return []
    distant = [part for part in country.parts if part.inset]
    if territories.level == country.base.id:
        # One pattern for all parts: part by part takes a second for a country.
        joined = re.compile("|".join(f"(?P<p{k}>{part.codes})" for k, part in enumerate(distant)))
        matches = [joined.fullmatch(code) for code in territories.codes]
        of = np.array([match.lastgroup if match else "" for match in matches])
        found = [(part, drawn & (of == f"p{k}")) for k, part in enumerate(distant)]
    else:
        of = part_of_each(territories)
        found = [(part, drawn & (of == part.id)) for part in distant]
    return [(part, inside) for part, inside in found if inside.any()]


def _in_metres(territories: Territories) -> bool:
    axes = territories.frame.crs.axis_info
    return bool(axes) and all(axis.unit_name == "metre" for axis in axes)


def _edges(shapes: np.ndarray, geographic: bool, *, named: bool = False) -> _Edges:
    """The rings of polygons in a plane: as they are, or projected from degrees."""
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    _, at, (ring_ends, polygon_ends) = shapely.to_ragged_array(polygons, include_z=False)
    sizes = np.diff(ring_ends)
    ring_owner = np.repeat(owner, np.diff(polygon_ends))
    begins = np.ones(len(at), dtype=bool)
    begins[ring_ends[1:] - 1] = False
    inside = np.empty((0, 2))
    if named:
        inside = shapely.get_coordinates(shapely.point_on_surface(shapes))
    if geographic:
        onto = _cone(at)
        at, inside = onto(at), onto(inside)
    return _Edges(at[:, 0], at[:, 1], begins, np.repeat(ring_owner, sizes), inside)


def _cone(degrees: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Lambert's conformal cone (1772) over the places' own latitudes, on a sphere: a picture is
    looked at, not measured on."""
    west, south, east, north = (float(end) for end in (*degrees.min(axis=0), *degrees.max(axis=0)))
    middle, radius = (west + east) / 2, 6_371_000.0
    first, second = (np.radians(south + (north - south) * share) for share in (1 / 6, 5 / 6))
    slope = float(np.sin((first + second) / 2))
    if second - first > 1e-6 and abs(slope) > 0.02:
        ratio = np.log(np.cos(first) / np.cos(second))
        slope = float(ratio / np.log(_opening(second) / _opening(first)))
    if abs(slope) <= 0.02:  # about the equator the cone is a cylinder
        across = radius * float(np.cos((first + second) / 2))
        return lambda at: np.radians(at - [middle, 0.0]) * [across, radius]
    size = float(np.cos(first) * _opening(first) ** slope / slope)

    def onto(at: np.ndarray) -> np.ndarray:
        away = radius * size / _opening(np.radians(at[:, 1])) ** slope
        turn = slope * np.radians(at[:, 0] - middle)
        return np.column_stack([away * np.sin(turn), -away * np.cos(turn)])

    return onto


def _opening(latitude: np.ndarray | float) -> np.ndarray | float:
    return np.tan(np.pi / 4 + latitude / 2)


def _pane(
    edges: _Edges,
    members: np.ndarray,
    left: float,
    top: float,
    width: float,
    height: float,
) -> _Pane:
    """Shapes as large as fits into a box of the page, in its middle, a pixel from its edges."""
    box = edges.box
    room = np.array([width, height]) * DENSITY - 2.0
    size = np.array([box[2] - box[0], box[3] - box[1]])
    step = float(max((size / room).max(), 1e-12))
    spare = (room - size / step) / 2 + 1.0
    return _Pane(
        edges, members, left * DENSITY + spare[0], top * DENSITY + spare[1], step, (box[0], box[3])
    )


def _fill(canvas: Pixels, pane: _Pane) -> None:
    """Write the position of each territory into the pixels whose middles it covers: for every
    row, a territory's edges that cross its middle come in pairs, of where it begins and ends."""
    x = (pane.edges.x - pane.corner[0]) / pane.step + pane.left
    y = (pane.corner[1] - pane.edges.y) / pane.step + pane.top
    line = np.ceil(y - 0.5).astype(np.int64)  # the first row whose middle is not above
    crossing = np.flatnonzero(pane.edges.begins[:-1] & (line[:-1] != line[1:]))
    repeats = np.abs(line[crossing + 1] - line[crossing])
    edge = np.repeat(crossing, repeats)
    first = np.minimum(line[edge], line[edge + 1])
    row = first + np.arange(len(edge)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    share = (row + 0.5 - y[edge]) / (y[edge + 1] - y[edge])
    at = x[edge] + share * (x[edge + 1] - x[edge])
    territory = pane.edges.owner[edge]
    order = np.lexsort((at, row, territory))
    row, at, territory = row[order][::2], at[order], territory[order][::2]
    begin = np.clip(np.ceil(at[::2] - 0.5).astype(np.int64), 0, canvas.shape[1])
    end = np.clip(np.ceil(at[1::2] - 0.5).astype(np.int64), 0, canvas.shape[1])
    seen = (row >= 0) & (row < canvas.shape[0]) & (end > begin)
    row, begin, length, territory = row[seen], begin[seen], (end - begin)[seen], territory[seen]
    start = row * canvas.shape[1] + begin
    place = np.repeat(start - (np.cumsum(length) - length), length) + np.arange(length.sum())
    canvas.ravel()[place] = np.repeat(pane.members[territory], length)


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


def _places(territories: Territories, panes: list[_Pane], *, most: int = 7) -> list[Label]:
    """Names of the largest territories that do not stand in each other's way."""
    if "population" not in territories.facts or len(territories) < 8:
        return []
    people = territories.facts["population"].to_numpy(dtype="float64")
    pane = panes[0]
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


def _scale_bar(metres: float, lang: str) -> tuple[float, str] | None:
    """A round length of about a hundred pixels."""
    if not metres > 0:
        return None
    power = 10 ** np.floor(np.log10(100 * metres))
    length = max(step * power for step in (1, 2, 5) if step * power <= 100 * metres)
    text = f"{length / 1000:g}\u00a0km" if length >= 1000 else f"{length:g}\u00a0m"
    return float(length / metres), text.replace(".", "," if lang == "fr" else ".")


def write_png(pixels: NDArray[np.uint8], palette: list[str]) -> bytes:
    """A PNG with a palette, of which colour 0 is transparent (ISO/IEC 15948).

    >>> write_png(np.zeros((1, 1), dtype=np.uint8), ["#ffffff"])[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    colours = b"".join(bytes(rgb(colour)) for colour in palette)
    body = zlib.compress(rows.tobytes(), 6)
    parts = (
        (b"IHDR", header),
        (b"PLTE", colours),
        (b"tRNS", b"\0"),
        (b"IDAT", body),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
