"""Paint territories by class into the pixels of a PNG, without a drawing library.

A canvas says for each pixel which territory contains its middle. It is filled row by row from the
edges that cross the middles of a row. For all of France this takes a fraction of a second. The
result is a PNG with a palette, about ten times smaller than one in full colour.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoneblanche.maps.drawn.palettes import rgb

Canvas = NDArray[np.int32]
"""Position of the territory of each pixel, -1 for none."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Edges:
    """The borders of territories in a plane, x to the east and y to the north.

    Attributes:
        x, y: vertices of rings or of arcs, one after the other.
        followed: whether an edge leads from the vertex to the next one.
        owner: position of the territory whose border the edge is. The edges of a territory are
            closed.
    """

    x: np.ndarray
    y: np.ndarray
    followed: np.ndarray
    owner: np.ndarray

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (
            float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())
        )  # fmt: skip


@dataclass(frozen=True)
class View:
    """Where a plane is on a canvas.

    Attributes:
        west, north: a point in the plane.
        left, top: its position on the canvas, in pixels.
        step: units of the plane per pixel.
    """

    west: float
    north: float
    step: float
    left: float = 0.0
    top: float = 0.0

    def on_canvas(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return points of the plane in pixels, from the upper left corner of the canvas."""
        return (x - self.west) / self.step + self.left, self.rows_of(y)

    def rows_of(self, y: np.ndarray) -> np.ndarray:
        """Return how many pixels below the upper edge of the canvas points are, in a new array."""
        rows: np.ndarray = self.north - y
        rows /= self.step
        rows += self.top
        return rows


_TOGETHER = 50_000
"""Spans of pixels that are filled together: all at once would take several times the canvas."""


def new_canvas(height: int, width: int) -> Canvas:
    """Return an empty canvas."""
    return np.full((height, width), -1, dtype=np.int32)


def fill_canvas(canvas: Canvas, edges: Edges, view: View) -> None:
    """Write the position of each territory into the pixels whose middles it covers: in every row,
    the edges of a territory that cross its middle come in pairs, of where it begins and ends."""
    # The first row whose middle is not above the edge. Of edges beyond the canvas, which are most
    # of a country's in the frame of an island, no row is left. In place: a country has millions.
    height = view.rows_of(edges.y)
    height -= 0.5
    np.ceil(height, out=height)
    line = np.clip(height, 0, canvas.shape[0], out=height).astype(np.int32)
    crossing = np.flatnonzero(edges.followed[:-1] & (line[:-1] != line[1:]))
    repeats = np.abs(line[crossing + 1] - line[crossing])
    edge = np.repeat(crossing, repeats)
    first = np.minimum(line[edge], line[edge + 1])
    del height, line
    row = first + np.arange(len(edge)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    x, y = view.on_canvas(edges.x[edge], edges.y[edge])
    next_x, next_y = view.on_canvas(edges.x[edge + 1], edges.y[edge + 1])
    territory = edges.owner[edge]
    at = _where_crossed(row + 0.5, x, y, next_x, next_y)
    del crossing, repeats, edge, first, x, y, next_x, next_y  # as many as edges cross rows
    order = np.lexsort((at, territory * np.int64(canvas.shape[0]) + row))
    row, at, territory = row[order][::2], at[order], territory[order][::2]
    begin = np.clip(np.ceil(at[::2] - 0.5).astype(np.int64), 0, canvas.shape[1])
    end = np.clip(np.ceil(at[1::2] - 0.5).astype(np.int64), 0, canvas.shape[1])
    visible = np.flatnonzero(end > begin)
    for first_span in range(0, len(visible), _TOGETHER):
        span = visible[first_span : first_span + _TOGETHER]
        length = end[span] - begin[span]
        start = row[span] * canvas.shape[1] + begin[span]
        place = np.repeat(start - (np.cumsum(length) - length), length) + np.arange(length.sum())
        canvas.ravel()[place] = np.repeat(territory[span], length)


def _where_crossed(
    row: np.ndarray, x: np.ndarray, y: np.ndarray, next_x: np.ndarray, next_y: np.ndarray
) -> np.ndarray:
    """Return x + (row - y) / (next_y - y) · (next_x - x), in the memory of the arguments."""
    row -= y
    next_y -= y
    row /= next_y
    next_x -= x
    row *= next_x
    row += x
    return row


def paint_canvas(
    canvas: Canvas,
    classes: np.ndarray,
    colours: Sequence[str],
    *,
    missing: tuple[str, str],
    stripe_every: int,
    lines: Sequence[tuple[str, Mask | None]],
) -> bytes:
    """Return the canvas as a PNG.

    Args:
        canvas: to paint.
        classes: the colour number of each territory, -1 if its figure is missing.
        colours: "#rrggbb".
        missing: ground and stripes of the hatch that means "no data".
        stripe_every: pixels from one stripe to the next; a stripe is two wide.
        lines: colour and pixels of lines on top, in order; None for no line.
    """
    ground = 1 + len(colours)  # in the palette, after "nothing" and the classes
    # Position -1, a pixel of no territory, has the last of these: nothing.
    colour = np.append(np.where(classes < 0, ground, np.asarray(classes) + 1), 0).astype(np.uint8)
    pixels = colour[canvas]
    blank = pixels == ground
    if blank.any():
        rows, columns = np.ogrid[: canvas.shape[0], : canvas.shape[1]]
        pixels[blank & ((rows + columns) % stripe_every < _STRIPE_WIDTH)] = ground + 1
    for place, (_, mask) in enumerate(lines, start=ground + 2):
        if mask is not None:
            pixels[mask] = place
    return write_png(pixels, ["#ffffff", *colours, *missing, *(line for line, _ in lines)])


_STRIPE_WIDTH = 2


def find_borders(field: np.ndarray, inside: Mask) -> Mask:
    """Return pixels of a territory whose right or lower neighbour is another one's, or any
    neighbour none's."""
    edge = find_shore(inside)
    edge[:, :-1] |= field[:, :-1] != field[:, 1:]
    edge[:-1] |= field[:-1] != field[1:]
    return edge & inside


def find_shore(inside: Mask) -> Mask:
    """Return pixels of a territory whose left or upper neighbour belongs to none."""
    edge = np.zeros(inside.shape, dtype=bool)
    edge[:, 1:] |= ~inside[:, :-1]
    edge[1:] |= ~inside[:-1]
    return edge & inside


def write_png(pixels: NDArray[np.uint8], palette: list[str]) -> bytes:
    """Return a PNG with a palette, in which colour 0 is transparent (ISO/IEC 15948).

    >>> write_png(np.zeros((1, 1), dtype=np.uint8), ["#ffffff"])[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    colours = b"".join(bytes(rgb(colour)) for colour in palette)
    # Rows of classes are runs of one colour. To look for more takes five times as long.
    packer = zlib.compressobj(6, strategy=zlib.Z_RLE)
    body = packer.compress(rows.tobytes()) + packer.flush()
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
