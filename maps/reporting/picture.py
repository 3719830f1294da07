"""A map as a picture, drawn without a network, a browser or a drawing library.

Territories are filled row by row from the edges that cross the middle of each row of pixels, which
for all of France takes a fraction of a second; the result is a PNG with a palette, some ten times
smaller than one in full colour. Letters stand beside it, in the page, where they stay text.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arcs import read_rings
from geo.country import in_language
from maps.header_places import part_of_each
from maps.palettes import rgb

if TYPE_CHECKING:
    from geo.territories import Territories

DENSITY = 2
"""Pixels of the picture a pixel of the page: sharp on paper and on fine screens."""

GAP = 10
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


def draw_picture(
    territories: Territories,
    classes: np.ndarray,
    colours: list[str],
    *,
    lang: str,
    missing: tuple[str, str],
    outline: str | None = None,
    width: int = 700,
) -> Picture | None:
    """Paint territories by class.

    Args:
        territories: what to paint; those without a shape are left out.
        classes: for each the place of its colour, -1 where its figure is missing.
        colours: "#rrggbb".
        lang: of the names of distant parts.
        missing: ground and stripes of the hatch that says "no data".
        outline: id of a containing level whose borders are drawn stronger.
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
    groups = None
    if outline is not None and outline in territories.parents:
        groups = np.unique(territories.parents[outline].astype(str), return_inverse=True)[1]
    pixels, palette = _coloured(canvas, classes, colours, missing, groups)
    names = [] if len(territories) > 2500 else _places(territories, panes)
    return Picture(
        png=write_png(pixels, palette),
        width=width,
        height=height,
        labels=(*labels, *names),
        frames=tuple(frames),
        scale=None if metres is None else _scale_bar(metres, lang),
    )


@dataclass(frozen=True)
class _Pane:
    """Some of the territories and where they go: projected shapes, their positions, the box of
    the picture (in fine pixels), and how many metres a fine pixel is."""

    shapes: np.ndarray
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
    groups = _distant_groups(territories, drawn)
    main = drawn & ~np.any([inside for _, inside in groups], axis=0) if groups else drawn
    if not main.any():
        main, groups = drawn, []
    geographic = bool(territories.frame.crs.is_geographic)
    projected = _projected(shapes[main], geographic)
    box = _box(projected)
    high = (box[3] - box[1]) / (box[2] - box[0]) if box[2] > box[0] else 1.0
    main_height = int(np.clip(round(width * high), 60, round(width * 1.15)))
    inset = round(width * INSET_SHARE)
    height = main_height + (inset + 18 + GAP if groups else 0)
    panes = [_pane(projected, np.flatnonzero(main), box, 0, 0, width, main_height)]
    metres = panes[0].step * DENSITY if geographic or _in_metres(territories) else None
    labels, frames = [], []
    left = (width - len(groups) * inset - (len(groups) - 1) * GAP) / 2
    for place, (title, inside) in enumerate(groups):
        x, y = left + place * (inset + GAP), float(main_height + GAP)
        own = _projected(shapes[inside], geographic)
        pad = 4
        panes.append(
            _pane(own, np.flatnonzero(inside), _box(own), x + pad, y + pad, inset - 2 * pad,
                  inset - 2 * pad)
        )  # fmt: skip
        frames.append((x, y, float(inset), float(inset)))
        labels.append(Label(x + inset / 2, y + inset + 13, in_language(title, lang), "frame"))
    return panes, labels, frames, height, metres


def _distant_groups(
    territories: Territories, drawn: np.ndarray
) -> list[tuple[object, np.ndarray]]:  # type: ignore[type-arg]
    country = territories.country
    if country is None or not country.parts:
        return []
    of = part_of_each(territories)
    found = [(part.title, drawn & (of == part.id)) for part in country.parts if part.inset]
    return [(title, inside) for title, inside in found if inside.any()]


def _in_metres(territories: Territories) -> bool:
    axes = territories.frame.crs.axis_info
    return bool(axes) and all(axis.unit_name == "metre" for axis in axes)


def _projected(shapes: np.ndarray, geographic: bool) -> np.ndarray:
    """Shapes in a plane: as they are, or on Lambert's conformal cone (1772) over their own
    latitudes, on a sphere: a picture is not measured on."""
    if not geographic:
        return shapes
    west, south, east, north = _box(shapes)
    middle = np.radians((west + east) / 2)
    first, second = (np.radians(south + (north - south) * share) for share in (1 / 6, 5 / 6))
    slope = float(np.sin((first + second) / 2))
    if second - first > 1e-6 and abs(slope) > 0.02:
        ratio = np.log(np.cos(first) / np.cos(second))
        slope = float(ratio / np.log(_opening(second) / _opening(first)))
    radius = 6_371_000.0
    if abs(slope) <= 0.02:  # about the equator the cone is a cylinder
        scale = float(np.cos((first + second) / 2))
        return shapely.transform(
            shapes, lambda at: np.radians(at - [np.degrees(middle), 0]) * [scale, 1.0] * radius
        )
    size = float(np.cos(first) * _opening(first) ** slope / slope)

    def onto_cone(at: np.ndarray) -> np.ndarray:
        away = size / _opening(np.radians(at[:, 1])) ** slope
        turn = slope * (np.radians(at[:, 0]) - middle)
        return radius * np.column_stack([away * np.sin(turn), -away * np.cos(turn)])

    return shapely.transform(shapes, onto_cone)


def _opening(latitude: np.ndarray | float) -> np.ndarray | float:
    return np.tan(np.pi / 4 + latitude / 2)


def _box(shapes: np.ndarray) -> tuple[float, float, float, float]:
    bounds = shapely.bounds(shapes)
    return (
        float(bounds[:, 0].min()), float(bounds[:, 1].min()),
        float(bounds[:, 2].max()), float(bounds[:, 3].max()),
    )  # fmt: skip


def _pane(
    shapes: np.ndarray,
    members: np.ndarray,
    box: tuple[float, float, float, float],
    left: float,
    top: float,
    width: float,
    height: float,
) -> _Pane:
    """Shapes as large as fits into a box of the page, in its middle, a pixel from its edges."""
    room = np.array([width, height]) * DENSITY - 2.0
    size = np.array([box[2] - box[0], box[3] - box[1]])
    step = float(max((size / room).max(), 1e-12))
    spare = (room - size / step) / 2 + 1.0
    return _Pane(
        shapes, members, left * DENSITY + spare[0], top * DENSITY + spare[1], step, (box[0], box[3])
    )


def _fill(canvas: Pixels, pane: _Pane) -> None:
    """Write the position of each territory into the pixels whose middles it covers: for every
    row, a territory's edges that cross its middle come in pairs, of where it begins and ends."""
    rings = read_rings(pane.shapes)
    x = (rings.x - pane.corner[0]) / pane.step + pane.left
    y = (pane.corner[1] - rings.y) / pane.step + pane.top
    after = rings.following
    x1, y1 = x[after], y[after]
    first = np.ceil(np.minimum(y, y1) - 0.5).astype(np.int64)
    count = np.ceil(np.maximum(y, y1) - 0.5).astype(np.int64) - first
    edges = np.flatnonzero(count > 0)
    repeats = count[edges]
    edge = np.repeat(edges, repeats)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    share = (row + 0.5 - y[edge]) / (y1[edge] - y[edge])
    at = x[edge] + share * (x1[edge] - x[edge])
    territory = rings.territory[rings.of_vertex[edge]]
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
    of = np.where(inside, np.asarray(classes, dtype=np.int64)[canvas], 0)
    pixels = np.where(inside, of + 1, 0).astype(np.uint8)
    blank = inside & (of < 0)
    if blank.any():
        rows, columns = np.indices(canvas.shape, sparse=True)
        stripe = (rows + columns) % STRIPE_EVERY < STRIPE_WIDTH
        pixels[blank] = ground
        pixels[blank & stripe] = ground + 1
    shown = len(np.unique(canvas)) - 1
    if shown and np.sqrt(inside.sum() / shown) > WIDE_BORDERS * DENSITY:
        pixels[_edges_of(canvas) & inside] = ground + 2
    if groups is not None:
        pixels[_edges_of(np.where(inside, groups[canvas], -1)) & inside] = ground + 3
    pixels[_edges_of(inside.astype(np.int32)) & inside] = ground + 4
    return pixels, palette


def _edges_of(field: np.ndarray) -> np.ndarray:
    """Pixels whose right or lower neighbour is another one's, or the left or upper nobody's."""
    edge = np.zeros(field.shape, dtype=bool)
    edge[:, :-1] |= field[:, :-1] != field[:, 1:]
    edge[:-1] |= field[:-1] != field[1:]
    nobody = field <= (0 if field.max() <= 1 else -1)
    edge[:, 1:] |= nobody[:, :-1] & ~nobody[:, 1:]
    edge[1:] |= nobody[:-1] & ~nobody[1:]
    return edge


def _places(territories: Territories, panes: list[_Pane], *, most: int = 7) -> list[Label]:
    """Names of the largest territories that do not stand in each other's way."""
    if "population" not in territories.facts or len(territories) < 8:
        return []
    people = territories.facts["population"].to_numpy(dtype="float64")
    pane = panes[0]
    at = shapely.get_coordinates(shapely.point_on_surface(pane.shapes))
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
    body = zlib.compress(rows.tobytes(), 9)
    parts = ((b"IHDR", header), (b"PLTE", colours), (b"tRNS", b"\0"), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )
