"""Which territories are neighbours, from shared arcs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.borders.arcs import Arcs, build_arcs, check_finite, check_polygons

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Contiguity:
    """A symmetric neighbour relation in compressed sparse rows.

    The neighbours of territory i are `neighbours[starts[i]:starts[i + 1]]`, in ascending order;
    a territory is never its own neighbour.

    Attributes:
        starts: int64, shape (territories + 1,).
        neighbours: positions of the neighbours; int32, shape (2 × edges,).
    """

    starts: Ints
    neighbours: NDArray[np.int32]

    @property
    def cardinalities(self) -> Ints:
        """Number of neighbours of each territory, shape (territories,)."""
        return np.diff(self.starts)

    @property
    def islands(self) -> Ints:
        """Positions of the territories without a neighbour, including those without a shape."""
        return np.flatnonzero(self.cardinalities == 0)

    @property
    def edges(self) -> int:
        """Number of pairs of neighbours, each pair once."""
        return len(self.neighbours) // 2


def compute_contiguity(
    territories: gpd.GeoSeries | Arcs, *, rule: Literal["queen", "rook"] = "queen"
) -> Contiguity:
    """Return the neighbours of each territory: `queen` shares a vertex, `rook` an edge.

    The pairs are those of `libpysal.weights.Queen` and `Rook`: two neighbours have a vertex (an
    edge between two vertices) with equal coordinates. So use arcs built without a grid, unless
    snapping is to join neighbours whose coordinates differ. Borders that coincide without a common
    vertex, and overlaps, make no neighbours; a gap separates them.

    >>> from shapely import box
    >>> squares = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 1, 2, 2)])
    >>> found = compute_contiguity(squares)
    >>> found.neighbours.tolist(), found.starts.tolist()
    ([1, 2, 0, 2, 0, 1], [0, 2, 4, 6])
    >>> compute_contiguity(squares, rule="rook").edges
    2
    """
    if rule == "queen" and not isinstance(territories, Arcs):
        first, second = _sharing_a_vertex(territories)
        return _compress(first, second, len(territories))
    arcs = territories if isinstance(territories, Arcs) else build_arcs(territories)
    first, second = _sharing_an_edge(arcs)
    if rule == "queen":
        more_first, more_second = _sharing_a_junction(arcs)
        first = np.concatenate([first, more_first])
        second = np.concatenate([second, more_second])
    return _compress(first, second, arcs.count)


def _sharing_a_vertex(territories: gpd.GeoSeries) -> tuple[Ints, Ints]:
    """Return the pairs of territories that share a vertex, without building their arcs."""
    shapes = territories.to_numpy()
    check_polygons(shapes)
    xy, territory = shapely.get_coordinates(shapes, return_index=True)
    check_finite(xy)
    return _meeting(_points(xy[:, 0], xy[:, 1]), territory, len(territories))


def _sharing_an_edge(arcs: Arcs) -> tuple[Ints, Ints]:
    inner = arcs.right >= 0
    return arcs.left[inner].astype(np.int64), arcs.right[inner].astype(np.int64)


def _sharing_a_junction(arcs: Arcs) -> tuple[Ints, Ints]:
    """Return the pairs of territories that meet at a point where arcs end.

    Two territories that share a vertex share an arc or meet where arcs end: a vertex with two
    borders only has the same territory on both sides of each.
    """
    ends = np.concatenate([arcs.starts[:-1], arcs.starts[1:] - 1])
    junction = _points(arcs.x[ends], arcs.y[ends])
    at = np.concatenate([junction, junction])
    territory = np.concatenate([np.tile(arcs.left, 2), np.tile(arcs.right, 2)]).astype(np.int64)
    return _meeting(at[territory >= 0], territory[territory >= 0], arcs.count)


def _points(x: np.ndarray, y: np.ndarray) -> Ints:
    """Return a number for each vertex, the same where the coordinates are."""
    column, row = pd.factorize(x)[0], pd.factorize(y)[0]
    return row * np.int64(len(x) + 1) + column


def _meeting(at: Ints, territory: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the pairs of territories that are at one point."""
    if len(at) and at.max() >= 2**62 // count:
        at = pd.factorize(at)[0]
    at, territory = np.divmod(_distinct(at * np.int64(count) + territory), max(count, 1))
    pairs: list[tuple[Ints, Ints]] = []
    # Sorted by point: pair each with the next, the one after, ... while the point is the same.
    # Four territories at a point are rare, so this ends after a few rounds.
    for step in range(1, len(at)):
        same = at[step:] == at[:-step]
        if not same.any():
            break
        pairs.append((territory[:-step][same], territory[step:][same]))
    none: Ints = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([none, *(first for first, _ in pairs)]),
        np.concatenate([none, *(second for _, second in pairs)]),
    )


def _compress(first: Ints, second: Ints, count: int) -> Contiguity:
    both = np.concatenate([first * count + second, second * count + first])
    row, column = np.divmod(_distinct(both), max(count, 1))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
    return Contiguity(starts=starts, neighbours=column.astype(np.int32))


def _distinct(numbers: Ints) -> Ints:
    """Like `np.unique`, which hashes and takes ten times as long as sorting integers."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]]
