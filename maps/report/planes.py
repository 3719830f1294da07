"""Shapes in a plane, projected where they are in degrees, and the pixels that they fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

DENSITY = 2
"""Pixels of the picture a pixel of the page: sharp on paper and on fine screens."""

Pixels = NDArray[np.int32]


@dataclass(frozen=True)
class Edges:
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
class Pane:
    """Some of the territories and where they go: their edges and positions, the corner of the
    picture (in fine pixels), how many metres a fine pixel is, and where that corner lies."""

    edges: Edges
    members: np.ndarray
    left: float
    top: float
    step: float
    corner: tuple[float, float]


def edges_of(shapes: np.ndarray, geographic: bool, *, named: bool = False) -> Edges:
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
    return Edges(at[:, 0], at[:, 1], begins, np.repeat(ring_owner, sizes), inside)


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


def pane_of(
    edges: Edges,
    members: np.ndarray,
    left: float,
    top: float,
    width: float,
    height: float,
) -> Pane:
    """Shapes as large as fits into a box of the page, in its middle, a pixel from its edges."""
    box = edges.box
    room = np.array([width, height]) * DENSITY - 2.0
    size = np.array([box[2] - box[0], box[3] - box[1]])
    step = float(max((size / room).max(), 1e-12))
    spare = (room - size / step) / 2 + 1.0
    return Pane(
        edges, members, left * DENSITY + spare[0], top * DENSITY + spare[1], step, (box[0], box[3])
    )


def fill_pane(canvas: Pixels, pane: Pane) -> None:
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
