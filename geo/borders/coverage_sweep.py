"""The area of overlapping polygons inside others, each place counted once, without an overlay.

A line sweeps each territory from south to north and stops at the heights at which a border begins,
ends or crosses another. Between two stops no borders cross, so the line meets a row of trapezoids
whose areas are exact. Each group has a depth. It increases at a border with a polygon of the group
to its east, and decreases at one with a polygon to its west. The depths show which groups cover a
trapezoid, and how many. Borders that coincide make trapezoids of zero width, so nothing is snapped
and no topology can fail.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.borders.arcs import read_rings
from zoneblanche.geo.runtime.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Packed = tuple[Floats, Floats, Ints, Ints, Floats]
"""x, y, following, starts and box of `Borders`: a kernel cannot take a dataclass."""

Edge = tuple[float, float, float, float, float, float]

PART = 256  # territories that a thread takes at a time
# Columns of an edge, south end first.
Y0, X0, Y1, X1, TURN, GROUP = range(6)
LAND = -1.0  # the group of a territory's own border


@dataclass(frozen=True)
class Borders:
    """The rings of polygons, each with its polygon on the left.

    Attributes:
        x, y: vertices; those of polygon p are `starts[p]:starts[p + 1]`.
        following: for each vertex, the position of the next one in its ring.
        starts: int64, shape (polygons + 1,).
        box: west, south, east, north of each polygon.
    """

    x: Floats
    y: Floats
    following: Ints
    starts: Ints
    box: Floats


def read_borders(shapes: Shapes) -> Borders:
    """Return the borders of polygons or multipolygons."""
    rings = read_rings(shapes)
    first = np.searchsorted(rings.territory, np.arange(len(shapes) + 1))
    return Borders(rings.x, rings.y, rings.following, rings.starts[first], shapely.bounds(shapes))


def measure_cover(
    land: Borders, pieces: Borders, label: Ints, pairs: tuple[Ints, Ints], depth: Ints
) -> tuple[Floats, Floats]:
    """Return the covered area of each territory, in the square of the unit of the coordinates.

    Args:
        land: the territories.
        pieces: polygons that cover; `label` gives the group of each.
        pairs: positions of territories, ascending, and of the pieces to check in each.
        depth: 1 where a group covers a territory entirely, shape (territories, groups).

    Returns:
        by each group, shape (territories, groups); by exactly 0, 1, 2, … groups (column 0 stays
        zero), shape (territories, groups + 1).
    """
    count, groups = depth.shape
    by_group, exactly = np.zeros((count, groups)), np.zeros((count, groups + 1))
    place, piece = pairs
    begin = np.searchsorted(place, np.arange(count + 1))

    def work(first: int) -> None:
        last = min(first + PART, count)
        _measure(
            first,
            last,
            (land.x, land.y, land.following, land.starts, land.box),
            (pieces.x, pieces.y, pieces.following, pieces.starts, pieces.box),
            label,
            begin,
            piece,
            depth,
            by_group,
            exactly,
        )

    # The kernel releases the GIL, so that all processors work.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, range(0, count, PART)):
            pass
    return by_group, exactly


@compiled
def _measure(
    first: int,
    last: int,
    land: Packed,
    pieces: Packed,
    label: np.ndarray,
    begin: np.ndarray,
    piece: np.ndarray,
    depth: np.ndarray,
    by_group: np.ndarray,
    exactly: np.ndarray,
) -> None:
    edges = np.empty((1024, 6))
    for place in range(first, last):
        box = land[4][place]
        count = 0
        edges, count = _add_edges(land, place, LAND, box, edges, count)
        for at in range(begin[place], begin[place + 1]):
            edges, count = _add_edges(pieces, piece[at], label[piece[at]], box, edges, count)
        _sweep(edges[:count], depth[place], by_group[place], exactly[place])


@compiled
def _add_edges(
    borders: Packed, polygon: int, group: float, box: np.ndarray, edges: np.ndarray, count: int
) -> tuple[np.ndarray, int]:
    """Add the edges of a polygon within a box, relative to its corner.

    Edges east of the box are left out. Edges west of it are moved to its western side, where they
    still change the depth.
    """
    xs, ys, following, starts, boxes = borders
    west, south = box[0], box[1]
    width, height = box[2] - west, box[3] - south
    if boxes[polygon, 0] - west >= width or boxes[polygon, 3] <= south:
        return edges, count
    if boxes[polygon, 2] <= west or boxes[polygon, 1] - south >= height:
        return edges, count
    for vertex in range(starts[polygon], starts[polygon + 1]):
        x0, y0 = xs[vertex] - west, ys[vertex] - south
        x1, y1 = xs[following[vertex]] - west, ys[following[vertex]] - south
        turn = -1.0
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
            turn = 1.0  # going south, the polygon is to the east
        if y1 <= 0.0 or y0 >= height or y0 == y1 or min(x0, x1) > width:
            continue
        slope = (x1 - x0) / (y1 - y0)
        if y0 < 0.0:
            x0, y0 = x0 - slope * y0, 0.0
        if y1 > height:
            x1, y1 = x1 + slope * (height - y1), height
        if count + 3 > len(edges):
            more = np.empty((2 * len(edges), 6))
            more[:count] = edges[:count]
            edges = more
        # The edge is cut at each side of the box; going north it meets them in this order.
        for side in (0.0, width) if x0 < x1 else (width, 0.0):
            if min(x0, x1) < side < max(x0, x1):
                middle = min(max(y0 + (side - x0) / slope, y0), y1)
                count = _put(edges, count, (y0, x0, middle, side, turn, group), width)
                x0, y0 = side, middle
        count = _put(edges, count, (y0, x0, y1, x1, turn, group), width)
    return edges, count


@compiled
def _put(edges: np.ndarray, count: int, edge: Edge, width: float) -> int:
    y0, x0, y1, x1, turn, group = edge
    if y1 <= y0 or max(x0, x1) > width:
        return count
    edges[count, Y0], edges[count, X0] = y0, max(x0, 0.0)
    edges[count, Y1], edges[count, X1] = y1, max(x1, 0.0)
    edges[count, TURN], edges[count, GROUP] = turn, group
    return count + 1


@compiled
def _sweep(edges: np.ndarray, depth: np.ndarray, by_group: np.ndarray, exactly: np.ndarray) -> None:
    """Add the covered areas of one territory, slab by slab."""
    count = len(edges)
    heights = np.sort(np.concatenate((edges[:, Y0], edges[:, Y1])))
    entering = np.argsort(edges[:, Y0])
    low, high, middle = np.empty(count), np.empty(count), np.empty(count)
    active, order = np.empty(count, np.int64), np.empty(count, np.int64)
    met = crossed = coming = 0
    crossings = np.empty(256)
    for at in range(len(heights) - 1):
        south, north = heights[at], heights[at + 1]
        if not south < north:
            continue
        kept = 0
        for k in range(met):
            if edges[active[k], Y1] > south:
                active[kept] = active[k]
                low[active[kept]] = high[active[kept]]
                kept += 1
        met = kept
        while coming < count and edges[entering[coming], Y0] <= south:
            active[met] = entering[coming]
            low[active[met]] = edges[active[met], X0]
            met += 1
            coming += 1
        for k in range(met):
            edge = active[k]
            y0, x0 = edges[edge, Y0], edges[edge, X0]
            y1, x1 = edges[edge, Y1], edges[edge, X1]
            high[edge] = x1 if north == y1 else x0 + (x1 - x0) * ((north - y0) / (y1 - y0))
        _sort(active[:met], low, high)
        order[:met] = active[:met]
        crossings, crossed = _cross(order[:met], low, high, crossings)
        if crossed == 0:
            for k in range(met):
                middle[active[k]] = 0.5 * (low[active[k]] + high[active[k]])
            _add_row(active[:met], middle, north - south, edges, depth, by_group, exactly)
        else:
            begin = 0.0
            for end in np.append(np.sort(crossings[:crossed]), 1.0):
                if end > begin:
                    share = 0.5 * (begin + end)
                    for k in range(met):
                        edge = active[k]
                        middle[edge] = low[edge] + share * (high[edge] - low[edge])
                    _sort(active[:met], middle, middle)
                    part = (end - begin) * (north - south)
                    _add_row(active[:met], middle, part, edges, depth, by_group, exactly)
                    begin = end
        active[:met] = order[:met]


@compiled
def _sort(order: np.ndarray, key: np.ndarray, then: np.ndarray) -> None:
    """Sort edges from west to east, in place; they are nearly sorted."""
    for k in range(1, len(order)):
        edge = order[k]
        j = k - 1
        while j >= 0 and (
            key[order[j]] > key[edge]
            or (key[order[j]] == key[edge] and then[order[j]] > then[edge])
        ):
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = edge


@compiled
def _cross(
    order: np.ndarray, low: np.ndarray, high: np.ndarray, crossings: np.ndarray
) -> tuple[np.ndarray, int]:
    """Sort edges by their position at the top of a slab; each pair that changes places crosses.

    Returns the crossings, as shares of the height of the slab, in an array that grows as needed,
    and their number.
    """
    crossed = 0
    for k in range(1, len(order)):
        edge = order[k]
        j = k - 1
        while j >= 0 and high[order[j]] > high[edge]:
            apart = low[edge] - low[order[j]]
            if apart > 0.0:
                if crossed == len(crossings):
                    crossings = np.append(crossings, np.empty(crossed))
                crossings[crossed] = apart / (apart + (high[order[j]] - high[edge]))
                crossed += 1
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = edge
    return crossings, crossed


@compiled
def _add_row(
    order: np.ndarray,
    x: np.ndarray,
    height: float,
    edges: np.ndarray,
    depth: np.ndarray,
    by_group: np.ndarray,
    exactly: np.ndarray,
) -> None:
    """Add one row of trapezoids: their widths at half height times the height."""
    deep = depth.copy()
    groups = len(deep)
    covering = np.count_nonzero(deep)
    inside = 0
    for k in range(len(order)):
        edge = order[k]
        if inside > 0 and covering > 0:
            area = height * (x[edge] - x[order[k - 1]])
            exactly[covering] += area
            for group in range(groups):
                if deep[group] > 0:
                    by_group[group] += area
        turn, group = int(edges[edge, TURN]), int(edges[edge, GROUP])
        if group < 0:
            inside += turn
            continue
        before = deep[group] > 0
        deep[group] += turn
        covering += int(deep[group] > 0) - int(before)
