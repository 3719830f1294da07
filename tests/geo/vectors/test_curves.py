"""Curves of well-known binary: arcs, circles, and surfaces with straight edges."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
import shapely

from zoneblanche.geo.messages import Notices
from zoneblanche.geo.vectors.formats.wkb import shapes_of_wkb

LINE, POLYGON, CIRCULAR, COMPOUND, CURVE_POLYGON, MULTI_SURFACE, TIN = 2, 3, 8, 9, 10, 12, 16
Points = list[tuple[float, ...]]


def head(kind: int, count: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}BII", order == "<", kind, count)


def line(kind: int, points: Points, order: str = "<") -> bytes:
    flat = [number for point in points for number in point]
    return head(kind, len(points), order) + struct.pack(f"{order}{len(flat)}d", *flat)


def curve_polygon(*rings: bytes, order: str = "<") -> bytes:
    return head(CURVE_POLYGON, len(rings), order) + b"".join(rings)


def read(blob: bytes) -> tuple[shapely.Geometry, dict[int, str], tuple[str, ...]]:
    unreadable: dict[int, str] = {}
    notices = Notices()
    (shape,) = shapes_of_wkb([blob], unreadable, file="a.gpkg", notices=notices)
    return shape, unreadable, notices.as_tuple()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_full_circle_has_its_area(order: str) -> None:
    circle = line(CIRCULAR, [(3, 5), (7, 5), (3, 5)], order)
    shape, unreadable, notices = read(curve_polygon(circle, order=order))
    assert unreadable == {}
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(4 * math.pi, rel=1e-4)
    assert shape.bounds == pytest.approx((3, 3, 7, 7))
    assert notices == ("a.gpkg: the curves of 1 shape are divided into edges of one degree.",)


@pytest.mark.parametrize(("middle", "area"), [((0, 1), math.pi / 2), ((0, -1), math.pi / 2)])
def test_a_half_disc_of_an_arc_and_a_line(middle: tuple[float, float], area: float) -> None:
    arc = line(CIRCULAR, [(1, 0), middle, (-1, 0)])
    ring = head(COMPOUND, 2) + arc + line(LINE, [(-1, 0), (1, 0)])
    shape, _unused, _more = read(curve_polygon(ring))
    assert shape.area == pytest.approx(area, rel=1e-4)
    assert np.sign(shape.centroid.y) == middle[1]


def test_heights_and_measures_are_left_out() -> None:
    high = line(CIRCULAR + 3000, [(0, 0, 5, 6), (2, 0, 5, 6), (0, 0, 5, 6)])
    shape, _unused, _more = read(head(CURVE_POLYGON + 3000, 1) + high)
    assert not shape.has_z
    assert shape.area == pytest.approx(math.pi, rel=1e-4)


def test_a_multisurface_with_straight_edges_is_a_multipolygon() -> None:
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 2)]
    blob = head(MULTI_SURFACE, 2) + b"".join(shapely.to_wkb(one) for one in boxes)
    shape, unreadable, notices = read(blob)
    assert shape.equals(shapely.MultiPolygon(boxes))
    assert (unreadable, notices) == ({}, ())


@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (curve_polygon(line(CIRCULAR, [(0, 0), (1, 0)])), "a circular string of 2 points"),
        (head(TIN, 0), "a TIN, not a polygon"),
        (curve_polygon(line(LINE, [(0, 0), (0, 0)])), "a curve that cannot be read"),
    ],
)
def test_what_is_not_a_polygon_is_said(blob: bytes, reason: str) -> None:
    shape, unreadable, _unused = read(blob)
    assert shape is None
    assert unreadable[0].startswith(reason)
