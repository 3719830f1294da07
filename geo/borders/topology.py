"""Polygons of a coverage as the stretches of border that they share, from which they come back.

Unlike `geo.borders.arcs`, which keeps what separates territories, a topology keeps every ring with
its direction and its first vertex. So the polygons made from it are those it was made of, to the
bit, and each inner border is stored once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.borders.arcs import Arcs, bounds_of_arcs

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Topology:
    """Multipolygons on a grid through (0, 0), as arcs and the rings that consist of them.

    Arc k has the vertices `x[starts[k]:starts[k + 1]]`, at least two. It ends where three or more
    borders meet, and where a ring begins. All arrays are int64.

    Attributes:
        x, y: coordinates of all arcs one after another, in grid steps.
        starts: where each arc begins, and the end; shape (arcs + 1,).
        passed: the arcs of all rings one after another; an arc is first passed after all arcs of
            lower numbers, in its own direction.
        reversed: 1 where an arc is passed from its last vertex to its first.
        ring_sizes: number of arcs of each ring.
        polygon_sizes: number of rings of each polygon, the shell first.
        shape_sizes: number of polygons of each shape.
        step: of the grid, in the unit of the coordinates.
    """

    x: Ints
    y: Ints
    starts: Ints
    passed: Ints
    reversed: Ints
    ring_sizes: Ints
    polygon_sizes: Ints
    shape_sizes: Ints
    step: float


def build_topology(shapes: np.ndarray, *, step: float) -> Topology:
    """Return the topology of multipolygons.

    Args:
        shapes: valid multipolygons of a coverage; none is missing or empty. Their rings are
            oriented: shells anticlockwise, holes clockwise.
        step: of the grid on which all coordinates are.

    Raises:
        ValueError: a vertex is not on the grid, or two shapes are on one side of a border.
    """
    _kind, coordinates, (rings, polygons, parts) = shapely.to_ragged_array(shapes, include_z=False)
    scaled = coordinates / step
    if not np.array_equal(scaled, np.rint(scaled)):
        raise ValueError(f"some vertices are not on the grid of {step}")
    places = np.delete(scaled.astype(np.int64), rings[1:] - 1, axis=0)
    x, y = places[:, 0], places[:, 1]
    sizes = np.diff(rings) - 1
    begins = np.concatenate([[0], np.cumsum(sizes)])
    following = np.arange(1, len(x) + 1)
    following[begins[1:] - 1] = begins[:-1]
    vertex, number = _numbered(x, y)
    junction = _junctions(vertex, vertex[following], number)
    junction[vertex[begins[:-1]]] = True
    first = np.flatnonzero(junction[vertex])  # the first vertex of each passage
    counts = np.diff(np.append(first, len(x)))
    # A passage and its reverse begin with the two ends of the same arc.
    last = first + counts - 1
    ahead = vertex[first] * np.int64(number) + vertex[following[first]]
    behind = vertex[following[last]] * np.int64(number) + vertex[last]
    passed, _arcs = pd.factorize(np.minimum(ahead, behind))
    made = np.unique(passed, return_index=True)[1]
    turned = (ahead != ahead[made][passed]).astype(np.int64)
    if np.bincount(2 * passed + turned).max() > 1:
        raise ValueError("two shapes are on one side of a border")
    starts = np.concatenate([[0], np.cumsum(counts[made] + 1)])
    source = np.repeat(first[made] - starts[:-1], counts[made] + 1) + np.arange(starts[-1])
    source[starts[1:] - 1] = following[last[made]]
    return Topology(
        x=x[source],
        y=y[source],
        starts=starts,
        passed=passed.astype(np.int64),
        reversed=turned,
        ring_sizes=np.diff(np.searchsorted(first, begins)),
        polygon_sizes=np.diff(polygons).astype(np.int64),
        shape_sizes=np.diff(parts).astype(np.int64),
        step=step,
    )


def polygons_of(topology: Topology) -> np.ndarray:
    """Return the multipolygons, those that `build_topology` was given."""
    edges = np.diff(topology.starts) - 1
    counts = edges[topology.passed]
    ends = np.cumsum(counts)
    direction = 1 - 2 * topology.reversed
    first = topology.starts[topology.passed] + topology.reversed * counts
    within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    source = np.repeat(first, counts) + np.repeat(direction, counts) * within
    rings = np.concatenate([[0], ends[np.cumsum(topology.ring_sizes) - 1]])
    source = np.insert(source, rings[1:], source[rings[:-1]])  # a ring ends with its first vertex
    coordinates = np.column_stack([topology.x[source], topology.y[source]]) * topology.step
    offsets = (
        rings + np.arange(len(rings)),
        np.concatenate([[0], np.cumsum(topology.polygon_sizes)]),
        np.concatenate([[0], np.cumsum(topology.shape_sizes)]),
    )
    shapes: np.ndarray = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, coordinates, offsets
    )
    return shapes


def arcs_of(topology: Topology) -> Arcs:
    """Return the arcs with the shapes on either side: those of `build_arcs` without a grid, some
    of them in two, in another order and direction."""
    shape = np.repeat(np.arange(len(topology.shape_sizes)), topology.shape_sizes)
    shape = np.repeat(np.repeat(shape, topology.polygon_sizes), topology.ring_sizes)
    sides = np.full((2, len(topology.starts) - 1), -1, dtype=np.int32)
    sides[topology.reversed, topology.passed] = shape
    between = sides[0] != sides[1]
    kept = np.repeat(between, np.diff(topology.starts))
    starts = np.concatenate([[0], np.cumsum(np.diff(topology.starts)[between])])
    x, y = topology.x[kept].astype(np.int32), topology.y[kept].astype(np.int32)
    return Arcs(
        x=x,
        y=y,
        starts=starts,
        left=sides[0][between],
        right=sides[1][between],
        bounds=bounds_of_arcs(x, y, starts),
        grid=topology.step,
        origin=(0.0, 0.0),
        count=len(topology.shape_sizes),
        enlarged=np.empty(0, dtype=np.int64),
    )


def _numbered(x: Ints, y: Ints) -> tuple[Ints, int]:
    """Return a number for each distinct vertex, and their count."""
    low = y.min()
    number, distinct = pd.factorize((x - x.min()) * (y.max() - low + 1) + y - low)
    return number.astype(np.int64), len(distinct)


def _junctions(start: Ints, end: Ints, count: int) -> NDArray[np.bool_]:
    """Return which vertices have another number of borders than two."""
    pairs = np.minimum(start, end) * np.int64(count) + np.maximum(start, end)
    low, high = np.divmod(pd.unique(pairs), count)
    return (np.bincount(low, minlength=count) + np.bincount(high, minlength=count)) != 2
