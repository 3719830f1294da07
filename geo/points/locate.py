"""The territory of a point: exact, without a tree, in bounded memory.

A uniform grid covers the borders. A cell that no border touches is in one territory, which it
stores. In any other cell, the search goes west from the point along its parallel: the first border
has the territory of the point on its eastern side. Two questions arise: is a border west of the
point, and which of two borders is nearer? The sign of a determinant answers both. It is evaluated
in double-double arithmetic where rounding could change it, like in GEOS (Shewchuk 1997 for the
filter). So a point is never in two territories, and never lost between two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from zoneblanche.geo.borders.arcs import Arcs, build_arcs, read_edges
from zoneblanche.geo.runtime.compiled import compiled

Floats = NDArray[np.float64]
Sides = NDArray[np.int32]

MOST_CELLS = 2**24  # 64 MiB of offsets
COARSE = 256  # cells per side, to find territories that are far apart
MOST_GRIDS = 32  # a point checks the frame of each
CELLS_PER_EDGE = 4
MARGIN = 1e-6  # of a cell: an edge is listed in each cell within this distance
MOST_ENTERED = 64  # overlapping territories
FILTER = 4e-16  # relative error of the determinant, above Shewchuk's (3 + 16 ε) ε


@dataclass(frozen=True)
class Grid:
    """Borders of the territories within one frame, indexed by a uniform grid.

    Attributes:
        frame: west, south, east, north of the borders.
        edges: x0, y0, x1, y1 of each border, south end first; float64, shape (edges, 4).
        west, east: territory on each side, -1 for none; int32, shape (edges,). The search does not
            use a border along a parallel; for it these are the left and the right side.
        starts: where each cell's edges begin in `listed`; int32, shape (cells + 1,).
        listed: int32, edge numbers by cell.
        inside: territory of each cell without an edge, -1 for none; int32, shape (cells,).
        corner: west and south of the grid.
        cell: side of a cell, in the unit of the CRS.
        shape: rows, columns.
    """

    frame: tuple[float, float, float, float]
    edges: Floats
    west: NDArray[np.int32]
    east: NDArray[np.int32]
    starts: NDArray[np.int32]
    listed: NDArray[np.int32]
    inside: NDArray[np.int32]
    corner: tuple[float, float]
    cell: float
    shape: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = (self.edges, self.west, self.east, self.starts, self.listed, self.inside)
        return sum(part.nbytes for part in arrays)


@dataclass(frozen=True)
class Locator:
    """Borders of territories, indexed for `locate_points`.

    Attributes:
        grids: one for each distant part of the country. Their frames do not meet, so a point is
            searched in one only. A single grid would have cells of some kilometres where islands
            are an ocean away.
        count: number of territories.
    """

    grids: tuple[Grid, ...]
    count: int

    @cached_property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(grid.nbytes for grid in self.grids)


def build_locator(territories: gpd.GeoSeries | Arcs, *, cell: float | None = None) -> Locator:
    """Index territories for `locate_points`; `cell` is the side of a grid cell.

    By default there are four cells per edge and at most 2²⁴: about 500 m for France.

    Raises:
        InputError: what `build_arcs` refuses.
    """
    arcs = territories if isinstance(territories, Arcs) else build_arcs(territories)
    lines = read_edges(arcs)
    south_first = lines.y0 <= lines.y1
    edges = np.where(
        south_first[:, None],
        np.column_stack([lines.x0, lines.y0, lines.x1, lines.y1]),
        np.column_stack([lines.x1, lines.y1, lines.x0, lines.y0]),
    )
    # Going north, left is west.
    west = np.where(south_first, lines.left, lines.right).astype(np.int32)
    east = np.where(south_first, lines.right, lines.left).astype(np.int32)
    grids = [
        _index(edges[part], west[part], east[part], cell, most=MOST_CELLS * len(part) // len(edges))
        for part in _apart(edges)
    ]
    return Locator(tuple(grids), arcs.count)


def _index(edges: Floats, west: Sides, east: Sides, cell: float | None, *, most: int) -> Grid:
    """Return the grid of these borders, with at most `most` cells."""
    frame = _frame(edges)
    corner, cell, shape = _lay_grid(frame, min(most, CELLS_PER_EDGE * len(edges) + 16), cell)
    starts = np.zeros(shape[0] * shape[1] + 1, dtype=np.int32)
    _list_edges(edges, *corner, cell, shape[1], starts, np.empty(0, dtype=np.int32))
    np.cumsum(starts, out=starts)
    listed = np.empty(starts[-1], dtype=np.int32)
    _list_edges(edges, *corner, cell, shape[1], starts.copy(), listed)
    inside = np.full(shape[0] * shape[1], -1, dtype=np.int32)
    _fill_cells(edges, west, east, starts, listed, inside, *corner, cell, shape[1])
    return Grid(frame, edges, west, east, starts, listed, inside, corner, cell, shape)


def _apart(edges: Floats) -> list[NDArray[np.intp]]:
    """Return the positions of the edges of each part whose frame meets no other.

    Edges are grouped by coarse cells that have edges and are connected. Groups are joined while
    their frames meet. Edges that share a vertex have frames that meet, so a ring is in one group,
    and everything inside a ring is inside its frame.
    """
    # Here, not above: importing it takes longer than a run that has no points.
    from scipy import ndimage

    if not len(edges):
        return []
    west, south, east, north = _frame(edges)
    step = max(east - west, north - south) / (COARSE - 1) or 1.0
    column = ((edges[:, 0] - west) / step).astype(np.intp)
    row = ((edges[:, 1] - south) / step).astype(np.intp)
    occupied = np.zeros((COARSE, COARSE), dtype=bool)
    occupied[row, column] = True
    named, count = ndimage.label(occupied, structure=np.ones((3, 3)))
    group = named[row, column] - 1
    frames = np.full((count, 4), np.inf)
    np.minimum.at(frames[:, 0], group, np.minimum(edges[:, 0], edges[:, 2]))
    np.minimum.at(frames[:, 1], group, edges[:, 1])
    np.minimum.at(frames[:, 2], group, -np.maximum(edges[:, 0], edges[:, 2]))
    np.minimum.at(frames[:, 3], group, -edges[:, 3])
    joined = _joined(frames * [1, 1, -1, -1])[group]
    if joined.max() >= MOST_GRIDS:
        return [np.arange(len(edges))]
    return [np.flatnonzero(joined == part) for part in range(joined.max() + 1)]


def _joined(frames: Floats) -> NDArray[np.intp]:
    """Return numbers, from 0, of the groups after joining those whose frames meet."""
    from scipy.sparse.csgraph import connected_components

    number = np.arange(len(frames))
    while True:
        west, south, east, north = frames.T
        meets = (west[:, None] <= east) & (west <= east[:, None])
        meets &= (south[:, None] <= north) & (south <= north[:, None])
        count, label = connected_components(meets, directed=False)
        number = label[number]
        if count == len(frames):
            return number
        ends = np.stack([west, south, -east, -north])
        least = np.full((4, count), np.inf)
        for side in range(4):
            np.minimum.at(least[side], label, ends[side])
        frames = least.T * [1, 1, -1, -1]


def _frame(edges: Floats) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    x = edges[:, [0, 2]]
    return float(x.min()), float(edges[:, 1].min()), float(x.max()), float(edges[:, 3].max())


def locate_points(locator: Locator, x: Floats, y: Floats) -> NDArray[np.int32]:
    """Return the position of the territory of each point, -1 for none; shape of x.

    Coordinates are in the CRS of the territories. A point on a border belongs to exactly one
    territory: the one to its east or, on a border along a parallel, the one to its north. If there
    is none, it is the one with the lowest position among those that it touches. A point that is
    not finite is in none. Where territories overlap, a point is in the one whose western border is
    nearest.
    """
    x = np.ascontiguousarray(x, dtype=np.float64)
    y = np.ascontiguousarray(y, dtype=np.float64)
    places = np.full(len(x), -1, dtype=np.int32)
    for grid in locator.grids:
        west, south, east, north = grid.frame
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if len(near) == len(x):
            _locate_in(grid, x, y, places)
        elif len(near):
            positions = np.full(len(near), -1, dtype=np.int32)
            _locate_in(grid, x[near], y[near], positions)
            places[near] = positions
    return places


def _locate_in(grid: Grid, x: Floats, y: Floats, owners: NDArray[np.int32]) -> None:
    _locate(
        x,
        y,
        grid.edges,
        grid.west,
        grid.east,
        grid.starts,
        grid.listed,
        grid.inside,
        *grid.corner,
        grid.cell,
        grid.shape[1],
        owners,
    )


def _lay_grid(
    frame: tuple[float, float, float, float], cells: int, cell: float | None
) -> tuple[tuple[float, float], float, tuple[int, int]]:
    """Return corner, side of a cell, rows and columns of a grid of about `cells` cells."""
    west, south, east, north = frame
    width, height = east - west, north - south
    least = max(np.sqrt(width * height / cells), max(width, height) / cells)
    cell = float(max(least, cell or 0.0))
    # One cell of margin on each side: every search to the west ends inside the grid.
    shape = (int(height / cell) + 3, int(width / cell) + 3)
    return (west - cell, south - cell), cell, shape


@compiled
def _list_edges(
    edges: np.ndarray,
    corner_x: float,
    corner_y: float,
    cell: float,
    columns: int,
    starts: np.ndarray,
    listed: np.ndarray,
) -> None:
    """Without `listed`: count the edges of each cell, one position up. With it: list them."""
    for edge in range(len(edges)):
        x0 = (edges[edge, 0] - corner_x) / cell
        y0 = (edges[edge, 1] - corner_y) / cell
        x1 = (edges[edge, 2] - corner_x) / cell
        y1 = (edges[edge, 3] - corner_y) / cell
        slope = (x1 - x0) / (y1 - y0) if y1 > y0 else 0.0
        for row in range(int(y0 - MARGIN), int(y1 + MARGIN) + 1):
            low, high = max(y0, row - MARGIN), min(y1, row + 1 + MARGIN)
            a = x0 if low == y0 else x0 + slope * (low - y0)
            b = x1 if high == y1 else x0 + slope * (high - y0)
            first, last = int(min(a, b) - MARGIN), int(max(a, b) + MARGIN)
            for at in range(row * columns + first, row * columns + last + 1):
                if listed.size == 0:
                    starts[at + 1] += 1
                else:
                    listed[starts[at]] = edge
                    starts[at] += 1


@compiled
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return 1 if p is left of the line from a to b, -1 if right, 0 if exactly on it."""
    left, right = (ax - px) * (by - py), (ay - py) * (bx - px)
    value = left - right
    if abs(value) > FILTER * (abs(left) + abs(right)):
        return 1 if value > 0 else -1
    # Differences and products as unevaluated sums of two doubles (Dekker 1971).
    high, low = 0.0, 0.0
    for turn in range(2):
        u, v = (ax, px) if turn == 0 else (ay, py)
        s, t = (by, py) if turn == 0 else (bx, px)
        p = u - v
        back = p - u
        p_low = (u - (p - back)) - (v + back)
        q = s - t
        back = q - s
        q_low = (s - (q - back)) - (t + back)
        product = p * q
        wide = 134217729.0 * p
        p1 = wide - (wide - p)
        p2 = p - p1
        wide = 134217729.0 * q
        q1 = wide - (wide - q)
        q2 = q - q1
        rest = ((p1 * q1 - product) + p1 * q2 + p2 * q1) + p2 * q2
        rest += p * q_low + p_low * q
        if turn == 0:
            high, low = product, rest
        else:
            difference = high - product
            back = difference - high
            error = (high - (difference - back)) - (product + back)
            low = error + (low - rest)
            high = difference
    value = high + low
    return 1 if value > 0 else (-1 if value < 0 else 0)


@compiled
def _is_west_of(edges: np.ndarray, first: int, second: int) -> bool:
    """Return whether edge `first` crosses a parallel that both cross further west; ties by number.

    Edges of a coverage do not cross, so the end of one that is within the reach of the other
    decides; if the southern ends meet, the northern ones decide.
    """
    if edges[first, 1] >= edges[second, 1]:
        side = _edge_side(edges, second, edges[first, 0], edges[first, 1])
    else:
        side = -_edge_side(edges, first, edges[second, 0], edges[second, 1])
    if side == 0:
        if edges[first, 3] <= edges[second, 3]:
            side = _edge_side(edges, second, edges[first, 2], edges[first, 3])
        else:
            side = -_edge_side(edges, first, edges[second, 2], edges[second, 3])
    return side > 0 if side != 0 else first < second


@compiled
def _edge_side(edges: np.ndarray, edge: int, x: float, y: float) -> int:
    return _side(edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3], x, y)


@compiled
def _look_west(
    x: float,
    y: float,
    column: int,
    row: int,
    edges: np.ndarray,
    west: np.ndarray,
    east: np.ndarray,
    starts: np.ndarray,
    listed: np.ndarray,
    inside: np.ndarray,
    corner_x: float,
    cell: float,
    columns: int,
) -> int:
    """Return the territory of a point, from the borders to its west."""
    # Territories entered by their eastern border and not yet left by their western one: the point
    # is not in them. There are none for a point inside a coverage, one for a point beyond its
    # coast, and more only where territories overlap.
    entered = np.empty(MOST_ENTERED, dtype=np.int32)
    depth = 0
    last = -1
    while column >= 0:
        at = row * columns + column
        if starts[at] == starts[at + 1]:
            owner = inside[at]
            if owner < 0 or _place_of(owner, entered, depth) < 0:
                return owner
            column -= 1
            continue
        nearest = -1
        for k in range(starts[at], starts[at + 1]):
            edge = listed[k]
            if not (edges[edge, 1] <= y < edges[edge, 3]):
                continue
            if _edge_side(edges, edge, x, y) > 0 or edge == last:
                continue
            if last >= 0 and not _is_west_of(edges, edge, last):
                continue
            if nearest < 0 or _is_west_of(edges, nearest, edge):
                nearest = edge
        if nearest < 0 or _crossing(edges, nearest, y) < corner_x + (column - MARGIN) * cell:
            column -= 1  # edges that cross further west are compared there, with their neighbours
            continue
        owner = east[nearest]
        if owner >= 0:
            place = _place_of(owner, entered, depth)
            if place < 0:
                return owner
            depth -= 1
            entered[place] = entered[depth]
        if west[nearest] >= 0 and depth < MOST_ENTERED:
            entered[depth] = west[nearest]
            depth += 1
        last = nearest
    return -1


@compiled
def _crossing(edges: np.ndarray, edge: int, y: float) -> float:
    x0, y0, x1, y1 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
    return x0 + (x1 - x0) * ((y - y0) / (y1 - y0))


@compiled
def _place_of(owner: int, entered: np.ndarray, depth: int) -> int:
    for place in range(depth):
        if entered[place] == owner:
            return place
    return -1


@compiled
def _touched(
    x: float,
    y: float,
    at: int,
    edges: np.ndarray,
    west: np.ndarray,
    east: np.ndarray,
    starts: np.ndarray,
    listed: np.ndarray,
) -> int:
    """Return the lowest territory whose border the point is on, -1 for none."""
    lowest = -1
    for k in range(starts[at], starts[at + 1]):
        edge = listed[k]
        x0, y0, x1, y1 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
        if not (y0 <= y <= y1 and min(x0, x1) <= x <= max(x0, x1)):
            continue
        if _side(x0, y0, x1, y1, x, y) != 0:
            continue
        for owner in (west[edge], east[edge]):
            if owner >= 0 and (lowest < 0 or owner < lowest):
                lowest = owner
    return lowest


@compiled
def _fill_cells(
    edges: np.ndarray,
    west: np.ndarray,
    east: np.ndarray,
    starts: np.ndarray,
    listed: np.ndarray,
    inside: np.ndarray,
    corner_x: float,
    corner_y: float,
    cell: float,
    columns: int,
) -> None:
    """Set the territory of each cell without an edge: that of its western neighbour or its
    centre."""
    for at in range(len(inside)):
        row, column = at // columns, at % columns
        if starts[at] != starts[at + 1] or column == 0:
            continue
        if starts[at - 1] == starts[at]:
            inside[at] = inside[at - 1]
            continue
        x, y = corner_x + (column + 0.5) * cell, corner_y + (row + 0.5) * cell
        inside[at] = _look_west(
            x,
            y,
            column - 1,
            row,
            edges,
            west,
            east,
            starts,
            listed,
            inside,
            corner_x,
            cell,
            columns,
        )


@compiled
def _locate(
    xs: np.ndarray,
    ys: np.ndarray,
    edges: np.ndarray,
    west: np.ndarray,
    east: np.ndarray,
    starts: np.ndarray,
    listed: np.ndarray,
    inside: np.ndarray,
    corner_x: float,
    corner_y: float,
    cell: float,
    columns: int,
    owners: np.ndarray,
) -> None:
    rows = len(inside) // columns
    for point in range(len(xs)):
        x, y = xs[point], ys[point]
        across, up = (x - corner_x) / cell, (y - corner_y) / cell
        if not (0.0 <= across < columns and 0.0 <= up < rows):  # NaN too
            continue
        column, row = int(across), int(up)
        at = row * columns + column
        if starts[at] == starts[at + 1]:
            owners[point] = inside[at]
            continue
        owner = _look_west(
            x, y, column, row, edges, west, east, starts, listed, inside, corner_x, cell, columns
        )
        if owner < 0:
            owner = _touched(x, y, at, edges, west, east, starts, listed)
        owners[point] = owner
