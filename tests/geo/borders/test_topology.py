"""Polygons as shared arcs, and back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zoneblanche.geo.borders.arcs import compute_areas
from zoneblanche.geo.borders.contiguity import compute_contiguity
from zoneblanche.geo.borders.topology import arcs_of, build_topology, polygons_of

STEP = 0.25


def multi(*parts: shapely.Polygon) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(parts)


HOLED = shapely.Polygon(
    shapely.box(0, 0, 4, 4).exterior.coords, [shapely.box(1, 1, 2, 2).exterior.coords]
)
OTHER = shapely.Polygon([(6, 4), (4, 4), (4, 2), (4, 0), (6, 0)])

COUNTRIES = {
    "an enclave, and the shape around it": [multi(HOLED), multi(shapely.box(1, 1, 2, 2))],
    "a hole that touches its shell at a point": [
        multi(shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 0), (1, 2), (2, 1)]])),
        multi(shapely.Polygon([(0, 0), (2, 1), (1, 2)])),
    ],
    "a border with a vertex that only one shape has": [multi(HOLED), multi(OTHER)],
    "an island of two parts that touch another at a corner": [
        multi(shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)),
        multi(shapely.box(1, 1, 2, 2)),
    ],
    "four around one point": [
        multi(shapely.box(x, y, x + 1, y + 1)) for x in (-1, 0) for y in (-1, 0)
    ],
    "two borders between the same two shapes": [
        multi(
            shapely.Polygon([(0, 0), (9, 0), (9, 5), (0, 5)], [[(4, 2), (4, 3), (5, 3), (5, 2)]])
        ),
        multi(shapely.box(0, 5, 9, 9), shapely.box(4, 2, 5, 3)),
    ],
}


@pytest.fixture
def shapes(country: str) -> np.ndarray:
    return np.asarray(shapely.orient_polygons(np.array(COUNTRIES[country])))


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_polygons_come_back_to_the_bit(shapes: np.ndarray) -> None:
    topology = build_topology(shapes, step=STEP)
    assert shapely.equals_identical(polygons_of(topology), shapes).all()


@pytest.mark.parametrize("country", COUNTRIES)
def test_neighbours_and_areas_are_those_of_the_polygons(shapes: np.ndarray) -> None:
    arcs = arcs_of(build_topology(shapes, step=STEP))
    near, due = compute_contiguity(arcs), compute_contiguity(gpd.GeoSeries(shapes))
    assert near.starts.tolist() == due.starts.tolist()
    assert near.neighbours.tolist() == due.neighbours.tolist()
    assert compute_areas(arcs) * STEP**2 == pytest.approx(shapely.area(shapes))


def test_each_inner_border_is_there_once() -> None:
    squares = [multi(shapely.box(x, 0, x + 1, 1)) for x in range(3)]
    topology = build_topology(shapely.orient_polygons(np.array(squares)), step=STEP)
    assert len(topology.passed) == len(topology.starts) - 1 + 2
    assert topology.reversed.sum() == 2


def test_a_vertex_beside_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not on the grid of 0\.25"):
        build_topology(np.array([multi(shapely.box(0, 0, 1, 1.1))]), step=STEP)


def test_shapes_that_overlap_or_are_turned_around_are_refused() -> None:
    square = shapely.box(0, 0, 1, 1)
    beside = shapely.reverse(shapely.box(1, 0, 2, 1))
    for other in (square, beside):
        with pytest.raises(ValueError, match="on one side"):
            build_topology(np.array([multi(square), multi(other)]), step=STEP)
