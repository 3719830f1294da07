"""Territories as shared arcs: each stretch of border once, with the territory on either side.

In a coverage of polygons, every inner border appears twice. Here it appears once. Everything that
needs borders and not polygons uses these arcs: the map page, contiguity, point location, zonal
sums.

Orientation, everywhere in the project: x grows to the east and y to the north. Along an arc, from
its first vertex to its last, territory `left` is on the left and `right` on the right. So an edge
that goes north has `left` to its west and `right` to its east; -1 is "no territory". The sum over
arcs of +½(x₀y₁ - x₁y₀) for `left`, and of its opposite for `right`, is each area exactly.

Method: orient the rings (shells anticlockwise, holes clockwise), snap them to the grid and number
the vertices. Two half-edges between the same two vertices in opposite directions are twins. Rings
are cut where three or more borders meet (a junction), or where the territory beyond changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

GRID_CELLS = 2**31 - 1  # coordinates on the grid are int32


@dataclass(frozen=True)
class Arcs:
    """The shared borders of n territories.

    Arc k has the vertices `x[starts[k]:starts[k + 1]]`, at least two. A closed arc (an island, an
    enclave) repeats its first vertex at its end. Successive vertices are never equal.

    Attributes:
        x, y: coordinates of all arcs one after another, shape (starts[-1],). On a grid: int32,
            in grid steps from `origin`. Without a grid: float64, the input coordinates.
        starts: where each arc begins, and the end; int64, shape (arcs + 1,).
        left, right: position in the input of the territory on each side, -1 for none; int32,
            shape (arcs,). They always differ.
        bounds: west, south, east, north of each arc in the unit of x and y; shape (arcs, 4).
        grid: the grid step in the unit of the CRS, or None for the input coordinates.
        origin: the position of grid point (0, 0) in the CRS; (0.0, 0.0) without a grid.
        count: number of input territories, including those without a shape.
        enlarged: positions of the territories too small for the grid, drawn as one grid square.
    """

    x: NDArray[np.int32] | Floats
    y: NDArray[np.int32] | Floats
    starts: Ints
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    bounds: NDArray[np.int32] | Floats
    grid: float | None
    origin: tuple[float, float]
    count: int
    enlarged: Ints

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True)
class Edges:
    """The edges of arcs as parallel arrays: from (x0, y0) to (x1, y1), all of shape (edges,)."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]


@dataclass(frozen=True)
class Rings:
    """Rings without their closing vertex, each with its territory on the left.

    Attributes:
        x, y: vertices of all rings one after another; ring r is `starts[r]:starts[r + 1]`.
        starts: int64, shape (rings + 1,).
        territory: position of the territory of each ring; int64, shape (rings,).
    """

    x: np.ndarray
    y: np.ndarray
    starts: Ints
    territory: Ints

    @property
    def of_vertex(self) -> Ints:
        """The ring of each vertex."""
        return np.repeat(np.arange(len(self.territory)), np.diff(self.starts))

    @property
    def following(self) -> Ints:
        """For each vertex, the position of the next one in its ring."""
        following = np.arange(1, len(self.x) + 1)
        full = np.diff(self.starts) > 0
        following[self.starts[1:][full] - 1] = self.starts[:-1][full]
        return following


def build_arcs(
    geometry: gpd.GeoSeries | np.ndarray,
    *,
    grid: float | None = None,
    origin: tuple[float, float] | None = None,
) -> Arcs:
    """Return the shared arcs of a coverage of valid polygons and multipolygons, in their CRS.

    `grid` is the step to which coordinates are snapped (10 for ten metres in a metric CRS); None
    does not snap them. `origin` defaults to the south-west corner, rounded down to the grid.
    None and empty geometries have no arc.

    Polygons that are not a coverage still give a usable result. An edge without a twin, on the
    outer border or at a gap, has -1 beyond it; so has every edge of two neighbours that do not
    share their vertices. Where territories overlap, each keeps its own edges, and a point is in
    all territories whose edges wind around it: a sweep along a row enters a territory at each edge
    that has it on the far side and leaves it where it is on the near side, and draws the
    territory that it entered last. Two equal polygons give arcs of each in the same place, with -1
    beyond. Edges that a territory shares with itself (parts that touch along a side) vanish.

    A territory whose area on the grid is not positive is replaced by the grid square that contains
    a point inside it, on top of its neighbours, and is listed in `enlarged`. Parts and holes of
    larger territories that vanish on the grid are left out.

    Raises:
        InputError: other geometry types, coordinates that are not finite, a grid too fine for
            the extent (more than 2³¹ - 1 steps).

    >>> from shapely import box
    >>> arcs = build_arcs(np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)]), grid=10)
    >>> [(int(a), int(b)) for a, b in zip(arcs.left, arcs.right)]
    [(0, -1), (1, 0), (1, -1)]
    """
    shapes = np.asarray(geometry, dtype=object)
    rings = read_rings(shapes)
    enlarged: Ints = np.empty(0, dtype=np.int64)
    if grid is None:
        place = (0.0, 0.0)
    else:
        place = _place_origin(rings, grid, origin)
        rings, enlarged = _snap(rings, shapes, grid, place)
    rings = _without_repeats(rings)
    return _cut(rings, grid=grid, origin=place, count=len(shapes), enlarged=enlarged)


def read_edges(arcs: Arcs) -> Edges:
    """Return every edge of the arcs once, in the CRS of the territories (not on the grid)."""
    begin = np.ones(len(arcs.x), dtype=bool)
    begin[arcs.starts[1:] - 1] = False
    first = np.flatnonzero(begin)
    step = 1.0 if arcs.grid is None else arcs.grid
    x: Floats = arcs.x * np.float64(step) + arcs.origin[0]
    y: Floats = arcs.y * np.float64(step) + arcs.origin[1]
    edges = np.diff(arcs.starts) - 1
    return Edges(
        x0=x[first],
        y0=y[first],
        x1=x[first + 1],
        y1=y[first + 1],
        left=np.repeat(arcs.left, edges),
        right=np.repeat(arcs.right, edges),
    )


def compute_areas(arcs: Arcs) -> Floats:
    """Return the area of each territory by the shoelace formula over the arcs, shape (count,).

    The unit is the square of the unit of x and y. On a grid these are grid squares, exact to half
    a square.
    """
    x, y = arcs.x.astype(np.float64), arcs.y.astype(np.float64)
    if len(arcs) == 0:
        return np.zeros(arcs.count)
    # Relative to each arc's first vertex, so that distant coordinates lose no digits ...
    origin = np.repeat(arcs.starts[:-1], np.diff(arcs.starts))
    dx, dy = x - x[origin], y - y[origin]
    cross = dx * np.roll(dy, -1) - np.roll(dx, -1) * dy
    cross[arcs.starts[1:] - 1] = 0.0
    fan = np.add.reduceat(cross, arcs.starts[:-1])
    # ... plus what the chord from first to last vertex sweeps, seen from the whole's middle.
    first, last = arcs.starts[:-1], arcs.starts[1:] - 1
    x, y = x - np.round(x.mean()), y - np.round(y.mean())
    twice = fan + x[first] * y[last] - x[last] * y[first]
    # weights of the left sides, minus those of the right sides; slot 0 takes "no territory"
    areas = np.bincount(arcs.left + 1, twice, arcs.count + 1)
    areas -= np.bincount(arcs.right + 1, twice, arcs.count + 1)
    return areas[1:] / 2


def read_rings(geometry: gpd.GeoSeries | np.ndarray) -> Rings:
    """Return all rings, shells anticlockwise and holes clockwise: the territory is on the left.

    Raises:
        InputError: other geometry types than polygons, coordinates that are not finite.
    """
    shapes = np.asarray(geometry, dtype=object)
    check_polygons(shapes)
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    solid = ~shapely.is_empty(polygons)
    polygons, owner = polygons[solid], owner[solid].astype(np.int64)
    if not len(polygons):
        none = np.empty(0)
        return Rings(none, none, np.zeros(1, np.int64), np.empty(0, np.int64))
    _unused, coordinates, (ring_ends, polygon_ends) = shapely.to_ragged_array(
        polygons, include_z=False
    )
    check_finite(coordinates)
    shell = np.zeros(len(ring_ends) - 1, dtype=bool)
    shell[polygon_ends[:-1]] = True
    territory = np.repeat(owner, np.diff(polygon_ends))
    return _orient(coordinates, ring_ends.astype(np.int64), shell, territory)


def check_polygons(shapes: np.ndarray) -> None:
    """Refuse other geometries than polygons, multipolygons and None.

    Raises:
        InputError: with the positions of the others.
    """
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if wrong.size:
        geometry_type = shapes[wrong[0]].geom_type
        raise InputError(
            Fault(
                _(
                    "expected polygons and multipolygons, got {found} (positions {wrong}).",
                    found=geometry_type,
                    wrong=first_of(wrong),
                ),
                remedy=_("Keep only the polygons of the territories."),
                kind="geometry-type",
            )
        )


def check_finite(coordinates: Floats) -> None:
    """Refuse coordinates that are NaN or infinite.

    Raises:
        InputError: some are.
    """
    if not np.isfinite(coordinates).all():
        raise InputError(
            Fault(_("some coordinates are not finite numbers."), kind="geometry-coordinates")
        )


def _orient(coordinates: Floats, ends: Ints, shell: np.ndarray, territory: Ints) -> Rings:
    x, y = np.ascontiguousarray(coordinates[:, 0]), np.ascontiguousarray(coordinates[:, 1])
    first = np.repeat(ends[:-1], np.diff(ends))
    dx, dy = x - x[first], y - y[first]  # relative to a corner, so that no digit is lost
    cross = dx[:-1] * dy[1:] - dx[1:] * dy[:-1]
    cross[ends[1:-1] - 1] = 0.0  # from one ring's end to the next one's start
    backward = (np.add.reduceat(cross, ends[:-1]) < 0) == shell
    sizes = np.diff(ends) - 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    source = np.delete(np.arange(len(x)), ends[1:] - 1)
    turn = np.repeat(backward, sizes)
    if turn.any():
        source[turn] = (np.repeat(ends[:-1] + ends[1:] - 2, sizes) - source)[turn]
    return Rings(x[source], y[source], starts, territory)


def _place_origin(
    rings: Rings, grid: float, origin: tuple[float, float] | None
) -> tuple[float, float]:
    if not (np.isfinite(grid) and grid > 0):
        raise InputError(
            Fault(_("the grid step must be a positive number, got {grid}.", grid=grid))
        )
    if not len(rings.x):
        return origin or (0.0, 0.0)
    if origin is None:
        origin = (
            float(np.floor(rings.x.min() / grid) * grid),
            float(np.floor(rings.y.min() / grid) * grid),
        )
    reach = max(np.abs(rings.x - origin[0]).max(), np.abs(rings.y - origin[1]).max()) / grid
    if reach >= GRID_CELLS:
        raise InputError(
            Fault(
                _(
                    "a grid of {grid} needs {reach} steps across the territories; at most "
                    "{grid_cells} fit.",
                    grid=grid,
                    reach=f"{reach:.3g}",
                    grid_cells=GRID_CELLS,
                ),
                remedy=_("Use a coarser grid."),
                kind="grid",
            )
        )
    return origin


def _snap(
    rings: Rings, shapes: np.ndarray, grid: float, origin: tuple[float, float]
) -> tuple[Rings, Ints]:
    """Return the rings on the grid (int64), and the territories that were too small for it."""
    x = np.rint((rings.x - origin[0]) / grid).astype(np.int64)
    y = np.rint((rings.y - origin[1]) / grid).astype(np.int64)
    following = rings.following
    ring = rings.of_vertex
    first = rings.starts[ring]
    dx, dy = x - x[first], y - y[first]  # small numbers: their products stay exact
    cross = dx * dy[following] - dx[following] * dy
    twice = np.bincount(rings.territory[ring], cross.astype(np.float64), len(shapes))
    present = np.zeros(len(shapes), dtype=bool)
    present[rings.territory] = True
    small = np.flatnonzero(present & (twice <= 0))
    snapped = Rings(x, y, rings.starts, rings.territory)
    if not small.size:
        return snapped, small
    keep = ~np.isin(rings.territory, small)
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes[small]))
    corner = np.floor((inside - origin) / grid).astype(np.int64)
    sizes = np.concatenate([np.diff(rings.starts)[keep], np.full(len(small), 4)])
    return (
        Rings(
            np.concatenate([x[keep[ring]], (corner[:, :1] + [0, 1, 1, 0]).ravel()]),
            np.concatenate([y[keep[ring]], (corner[:, 1:] + [0, 0, 1, 1]).ravel()]),
            np.concatenate([[0], np.cumsum(sizes)]),
            np.concatenate([rings.territory[keep], small]),
        ),
        small,
    )


def _without_repeats(rings: Rings) -> Rings:
    following = rings.following
    keep = (rings.x != rings.x[following]) | (rings.y != rings.y[following])
    if keep.all():
        return rings
    sizes = np.bincount(rings.of_vertex[keep], minlength=len(rings.territory))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Rings(rings.x[keep], rings.y[keep], starts, rings.territory)


def _number(x: np.ndarray, y: np.ndarray) -> tuple[Ints, int]:
    """Return a number for each distinct vertex, in order of appearance, and their count."""
    if not len(x):
        return np.empty(0, np.int64), 0
    if x.dtype == np.int64:
        column, row = x - x.min(), y
    else:
        column, row = pd.factorize(x)[0], pd.factorize(y)[0]
    number, distinct = pd.factorize(row * (column.max() + 1) + column)
    return number, len(distinct)


def _find_twins(rings: Rings, vertex: Ints, vertices: int) -> Ints:
    """Return the territory beyond each half-edge: -1 for none, -2 if the edge vanishes."""
    ahead = vertex[rings.following]
    forward = vertex < ahead
    low, high = np.minimum(vertex, ahead), np.maximum(vertex, ahead)
    edge, edges = pd.factorize(low * np.int64(vertices) + high)
    territory = rings.territory[rings.of_vertex]
    side = np.full((2, len(edges)), -1, dtype=np.int64)
    side[0, edge[forward]] = territory[forward]
    side[1, edge[~forward]] = territory[~forward]
    beyond = np.where(forward, side[1, edge], side[0, edge])
    # An edge used twice in one direction, or in both directions by one territory, is not a border
    # of a coverage. Such edges are rare, and are paired with more care.
    used = np.bincount(edge * 2 + forward, minlength=2 * len(edges)).reshape(-1, 2)
    odd = (used > 1).any(axis=1) | (side[0] == side[1])
    doubtful = np.flatnonzero(odd[edge])
    if doubtful.size:
        beyond[doubtful] = _pair(edge[doubtful], territory[doubtful], forward[doubtful])
    return beyond


def _pair(edge: Ints, territory: Ints, forward: np.ndarray) -> Ints:
    """Return the territory beyond half-edges that overlap: a territory first cancels itself."""
    edges = pd.DataFrame({"edge": edge, "territory": territory, "forward": forward})
    rank = edges.groupby(["edge", "territory", "forward"]).cumcount()
    ways = edges.groupby(["edge", "territory"])["forward"]
    ahead = ways.transform("sum")
    back = ways.transform("size") - ahead
    beyond = np.full(len(edges), -2, dtype=np.int64)
    left = edges[rank >= np.minimum(ahead, back)].sort_values(["edge", "territory"], kind="stable")
    left = left.assign(turn=left.groupby(["edge", "forward"]).cumcount())
    twin = left.assign(forward=~left["forward"])
    keys = ["edge", "turn", "forward"]
    paired = left[keys].merge(twin[[*keys, "territory"]], on=keys, how="left")["territory"]
    beyond[left.index] = paired.fillna(-1).astype(np.int64).to_numpy()
    return beyond


def _cut(
    rings: Rings, *, grid: float | None, origin: tuple[float, float], count: int, enlarged: Ints
) -> Arcs:
    vertex, vertices = _number(rings.x, rings.y)
    beyond = _find_twins(rings, vertex, vertices)
    following = rings.following
    ring = rings.of_vertex
    # Of two twins one is kept: that of the territory with the higher position (-1 is below all).
    kept = (beyond > -2) & (rings.territory[ring] > beyond)
    ends = np.concatenate([vertex[kept], vertex[following[kept]]])
    junction = np.bincount(ends, minlength=vertices) != 2
    previous = np.empty_like(following)
    previous[following] = np.arange(len(following))
    begins = kept & (junction[vertex] | ~kept[previous] | (beyond[previous] != beyond))
    order = _from_a_cut(rings, begins, ring)
    first_of_ring = np.zeros(len(order), dtype=bool)
    first_of_ring[rings.starts[:-1][np.diff(rings.starts) > 0]] = True
    begins = begins[order] | (first_of_ring & kept[order])
    begins, order = begins[kept[order]], order[kept[order]]
    x, y, starts = _join(rings, order, begins)
    first = order[begins]
    if grid is not None:
        x, y = x.astype(np.int32), y.astype(np.int32)
    return Arcs(
        x=x,
        y=y,
        starts=starts,
        left=rings.territory[ring[first]].astype(np.int32),
        right=beyond[first].astype(np.int32),
        bounds=bounds_of_arcs(x, y, starts),
        grid=grid,
        origin=origin,
        count=count,
        enlarged=enlarged,
    )


def _from_a_cut(rings: Rings, begins: np.ndarray, ring: Ints) -> Ints:
    """Return the half-edges with each ring rotated so that it starts where an arc begins, if
    any."""
    turned = rings.starts[:-1].copy()
    cuts = np.flatnonzero(begins)[::-1]
    turned[ring[cuts]] = cuts  # reversed, so that the first cut of each ring remains
    sizes = np.diff(rings.starts)[ring]
    start = rings.starts[ring]
    return start + (np.arange(len(ring)) - start + turned[ring] - start) % np.maximum(sizes, 1)


def _join(rings: Rings, order: Ints, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray, Ints]:
    """Return the vertices of the arcs: the start of each half-edge, and the end of each last
    one."""
    arc = np.cumsum(begins) - 1
    edges = np.bincount(arc, minlength=0)
    starts = np.concatenate([[0], np.cumsum(edges + 1)]).astype(np.int64)
    source = np.empty(starts[-1], dtype=np.int64)
    source[np.arange(len(order)) + arc] = order
    source[starts[1:] - 1] = rings.following[order[np.cumsum(edges) - 1]]
    return rings.x[source], rings.y[source], starts


def bounds_of_arcs(x: np.ndarray, y: np.ndarray, starts: Ints) -> np.ndarray:
    """Return west, south, east, north of each arc, shape (arcs, 4); see `Arcs`."""
    if len(starts) == 1:
        return np.empty((0, 4), dtype=x.dtype)
    sides = [(np.minimum, x), (np.minimum, y), (np.maximum, x), (np.maximum, y)]
    return np.column_stack([pick.reduceat(values, starts[:-1]) for pick, values in sides])
