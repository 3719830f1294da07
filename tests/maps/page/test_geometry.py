"""The borders that a page carries are those of the territories."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from zoneblanche.geo.borders.arcs import build_arcs, compute_areas
from zoneblanche.maps.page.shapes import geometry as module
from zoneblanche.maps.page.shapes.geometry import (
    choose_grid,
    encode_geometry,
    mercator,
    simplify_arcs,
)
from zoneblanche.maps.page.shapes.lines import unpack_lines


def test_the_projection_is_web_mercator() -> None:
    places = np.array([[-61.8, 16.2], [3.5, 44.5], [55.5, -21.1], [0, 0]])
    ours = shapely.get_coordinates(mercator(shapely.points(places)))
    proj = Transformer.from_crs(4326, 3857, always_xy=True)
    np.testing.assert_allclose(ours, np.column_stack(proj.transform(*places.T)), atol=1e-6)


def squares(*origins: tuple[float, float], side: float = 1000) -> gpd.GeoSeries:
    shapes = [shapely.box(x, y, x + side, y + side) for x, y in origins]
    return gpd.GeoSeries(shapes, crs="EPSG:3857")


def test_neighbours_share_one_border() -> None:
    page = encode_geometry(squares((0, 0), (1000, 0)))
    assert page.header["arcs"] == 3
    assert not page.header["layered"]
    assert page.tolerance_m == 0


@pytest.mark.parametrize(
    ("second", "expected"),
    [((500, 500), True), ((1000, 0), False), ((1000, 1000), False), ((999.9, 0), False)],
    ids=["overlap", "side", "corner", "within the grid"],
)
def test_overlaps_are_found(second: tuple[float, float], expected: bool) -> None:
    assert encode_geometry(squares((0, 0), second)).header["layered"] is expected


LAKE = shapely.Point(2500, 2500).buffer(900)
MOSAIC = [
    *(
        shapely.box(x, y, x + 1000, y + 1000).difference(LAKE)
        for x, y in product(range(0, 5000, 1000), repeat=2)
    ),
    LAKE,
    shapely.Point(9000, 9000).buffer(500),
]
"""Territories around another one, whose border is met in pieces, and an island."""


@pytest.mark.parametrize(
    "shapes",
    [
        squares((0, 0), (1000, 0), (-7_000_000, 5_000_000)),
        gpd.GeoSeries(MOSAIC, crs="EPSG:3857"),
        gpd.GeoSeries([None], crs="EPSG:3857"),
    ],
    ids=["far apart", "mosaic", "no shape"],
)
def test_packed_borders_are_unpacked(shapes: gpd.GeoSeries) -> None:
    page = encode_geometry(shapes)
    lines = unpack_lines(page.streams)
    for name, numbers in vars(page.lines).items():
        assert getattr(lines, name).tolist() == numbers.tolist(), name


def test_the_grid_suits_the_territories() -> None:
    assert choose_grid(squares((0, 0), (900_000, 900_000)).to_numpy()) == 10
    assert choose_grid(squares((0, 0), (900, 900), side=300).to_numpy()) == 1
    assert choose_grid(np.array([], dtype=object)) == 1
    assert choose_grid(np.array([None, shapely.Polygon()])) == 1


def test_territories_without_shape_are_counted_and_not_drawn() -> None:
    page = encode_geometry(gpd.GeoSeries([None, shapely.box(0, 0, 1, 1)], crs="EPSG:4326"))
    assert page.header["territories"] == 2
    assert np.isnan(page.boxes[0]).all()


def test_simplified_borders_are_still_shared(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cantons = gpd.read_file(shared_data / "ch" / "municipalities.shp").to_crs(4326)
    shapes = mercator(cantons.geometry.make_valid().to_numpy())
    shapes = np.array([_polygons(shape) for shape in shapes])
    arcs = build_arcs(shapes, grid=10)
    monkeypatch.setattr(module, "MOST_VERTICES", len(arcs.x) // 2)
    x, y, starts, tolerance = simplify_arcs(arcs)
    assert len(x) <= 1.1 * len(arcs.x) / 2
    assert tolerance > 0
    ends = [arcs.starts[:-1], arcs.starts[1:] - 1]
    for before, after in zip(ends, [starts[:-1], starts[1:] - 1], strict=True):
        assert (arcs.x[before] == x[after]).all() and (arcs.y[before] == y[after]).all()
    areas = compute_areas(arcs) * arcs.grid**2
    after = (
        compute_areas(type(arcs)(**{**vars(arcs), "x": x, "y": y, "starts": starts})) * arcs.grid**2
    )
    assert after.sum() == pytest.approx(areas.sum(), rel=1e-3)
    assert (after > 0).mean() > 0.999


def test_the_borders_of_a_continent_are_not_all_straight(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cantons = gpd.read_file(shared_data / "ch" / "municipalities.shp").to_crs(4326)
    shapes = mercator(cantons.geometry.make_valid().to_numpy())
    arcs = build_arcs(np.array([_polygons(shape) for shape in shapes]), grid=10)
    monkeypatch.setattr(module, "MOST_VERTICES", len(arcs))  # fewer than their ends
    x, _y, _starts, tolerance = simplify_arcs(arcs)
    assert len(x) / len(arcs) - 2 > 0.9 * module.FEWEST_BETWEEN  # which a sample decides
    assert 0 < tolerance < max(module.TOLERANCES)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"])
