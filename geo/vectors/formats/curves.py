"""Curves in well-known binary, divided into short edges: GEOS reads straight edges only.

Types: ISO/IEC 13249-3 (SQL/MM), as GeoPackage and PostGIS have them. A circular string has three
points for an arc; a full circle has its first point at its end, and the opposite one between.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np
import shapely

from zoneblanche.geo.messages import _
from zoneblanche.geo.vectors.formats.rings import BadShape

STEP_DEGREES = 1.0
"""Angle of each edge of an arc: the area of a circle is then 0.005 % too small."""

_Z, _M, SRID = 0x80000000, 0x40000000, 0x20000000
"""Flags on the type of a shape, as PostGIS has them; the standard adds 1000, 2000 or 3000."""

_POINT, _LINE, _POLYGON, _CIRCULAR, _COMPOUND, _CURVE_POLYGON = 1, 2, 3, 8, 9, 10
_POLYGONS = frozenset((_POLYGON, _CURVE_POLYGON))
_LINES = frozenset((_LINE, _CIRCULAR, _COMPOUND))
_COLLECTIONS = frozenset((4, 5, 6, 7, 11, 12))
_NAMES = {13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}


@dataclass(frozen=True)
class Linear:
    """A shape with straight edges.

    Attributes:
        shape: two-dimensional.
        has_arcs: whether arcs were divided; a MultiSurface often has straight edges only.
    """

    shape: shapely.Geometry
    has_arcs: bool


def kind_of_shape(declared: int) -> tuple[int, int]:
    """Return the type of a shape, 0 if unknown, and the number of coordinates of each position."""
    bare = declared & 0x1FFFFFFF
    thousands, kind = divmod(bare, 1000)
    high = bool(declared & _Z) or thousands in (1, 3)
    measured = bool(declared & _M) or thousands in (2, 3)
    return (kind if thousands < 4 else 0), 2 + high + measured


def linear_of_wkb(blob: bytes) -> Linear:
    """Return a shape with its curves divided, without heights and measures.

    Args:
        blob: well-known binary that `geo.vectors.formats.wkb.check_wkb` accepts.

    Raises:
        BadShape: a surface that is not flat, or a ring that is not closed.
    """
    reader = _Reader(blob)
    try:
        shape = reader.shape()
    except shapely.errors.GEOSException as error:
        raise BadShape(_("a curve that cannot be read ({error})", error=error)) from error
    except ValueError as error:
        if isinstance(error, BadShape):
            raise
        raise BadShape(_("a curve that cannot be read ({error})", error=error)) from error
    return Linear(shape, reader.has_arcs)


class _Reader:
    """Reads one shape and its parts, from the beginning of the binary on."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._place = 0
        self.has_arcs = False

    def shape(self) -> shapely.Geometry:
        kind, order, size = self._head()
        if kind in _LINES:
            return shapely.LineString(self._line(kind, order, size))
        if kind in _POLYGONS:
            return self._polygon(kind, order, size)
        if kind == _POINT:
            return shapely.Point(self._positions(1, order, size)[0])
        if kind not in _COLLECTIONS:
            raise BadShape(_("a {kind}, not a polygon", kind=_NAMES.get(kind, str(kind))))
        parts = [self.shape() for _part in range(self._count(order))]
        if parts and all(isinstance(part, shapely.Polygon) for part in parts):
            return shapely.MultiPolygon(parts)
        return shapely.GeometryCollection(parts)

    def _polygon(self, kind: int, order: str, size: int) -> shapely.Polygon:
        rings = []
        for _ring in range(self._count(order)):
            if kind == _CURVE_POLYGON:
                rings.append(self._line(*self._head()))
            else:
                rings.append(self._positions(self._count(order), order, size))
        return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()

    def _line(self, kind: int, order: str, size: int) -> np.ndarray:
        """Return the positions of a line, a circular string, or a string of both: shape (n, 2)."""
        count = self._count(order)
        if kind != _COMPOUND:
            points = self._positions(count, order, size)
            if kind == _CIRCULAR and count:
                self.has_arcs = True
                points = _divided(points)
            return points
        pieces: list[np.ndarray] = []
        for _piece in range(count):
            piece = self._line(*self._head())
            pieces.append(piece[1:] if pieces else piece)
        return np.concatenate(pieces) if pieces else np.empty((0, 2))

    def _head(self) -> tuple[int, str, int]:
        order = "<" if self._blob[self._place] else ">"
        (declared,) = struct.unpack_from(f"{order}I", self._blob, self._place + 1)
        self._place += 9 if declared & SRID else 5
        return (*kind_of_shape(declared)[:1], order, kind_of_shape(declared)[1])

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._blob, self._place)
        self._place += 4
        return int(count)

    def _positions(self, count: int, order: str, size: int) -> np.ndarray:
        numbers = np.frombuffer(self._blob, f"{order}f8", count * size, self._place)
        self._place += 8 * count * size
        return numbers.reshape(count, size)[:, :2].astype(float)


def _divided(points: np.ndarray) -> np.ndarray:
    """Return the positions of a circular string with each arc divided, shape (n, 2).

    Raises:
        BadShape: not an odd number of points, three at least.
    """
    if len(points) < 3 or len(points) % 2 == 0:
        raise BadShape(_("a circular string of {count} points", count=len(points)))
    arcs = [_arc(*points[first : first + 3]) for first in range(0, len(points) - 1, 2)]
    return np.concatenate([points[:1], *(arc[1:] for arc in arcs)])


def _arc(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return positions along the arc through three points; the three if they are on a line."""
    if (start == end).all():
        centre, turn = (start + middle) / 2, 2 * math.pi
    else:
        centre_of_arc = _centre(start, middle, end)
        if centre_of_arc is None:
            return np.array([start, middle, end])
        centre = centre_of_arc
        first, second, third = (
            math.atan2(*(point - centre)[::-1]) for point in (start, middle, end)
        )
        turn = (third - first) % (2 * math.pi)
        if (second - first) % (2 * math.pi) > turn:
            turn -= 2 * math.pi
    edges = max(2, math.ceil(abs(math.degrees(turn)) / STEP_DEGREES))
    angle = math.atan2(*(start - centre)[::-1]) + np.linspace(0, turn, edges + 1)
    radius = math.hypot(*(start - centre))
    along = centre + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    along[0], along[-1] = start, end
    return along


def _centre(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> np.ndarray | None:
    """Return the centre of the circle through three points, None if they are on a line."""
    chord, second_chord = middle - start, end - start
    cross = 2 * (chord[0] * second_chord[1] - chord[1] * second_chord[0])
    if not np.isfinite(cross) or abs(cross) <= 1e-12 * max(
        chord @ chord, second_chord @ second_chord
    ):
        return None
    x = (second_chord[1] * (chord @ chord) - chord[1] * (second_chord @ second_chord)) / cross
    y = (chord[0] * (second_chord @ second_chord) - second_chord[0] * (chord @ chord)) / cross
    return np.asarray(start + np.array([x, y]))
