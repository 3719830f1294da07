"""Point location: exact on borders, never in two territories, equal to geopandas.sjoin."""

from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from zoneblanche.geo.borders.arcs import build_arcs, read_edges
from zoneblanche.geo.points.locate import _side, build_locator, locate_points


def locate(shapes: list, points: list[tuple[float, float]], cell: float | None = None) -> list[int]:
    locator = build_locator(gpd.GeoSeries(shapes), cell=cell)
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return locate_points(locator, x, y).tolist()


FOUR = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)]


@pytest.mark.parametrize("cell", [None, 0.13, 0.5, 1.0, 7.0])
def test_points_on_shared_borders_belong_to_the_east_and_the_north(cell: float | None) -> None:
    points = [(1, 0.5), (0.5, 1), (1, 1), (1, 1.5), (1.5, 1), (0.5, 0.5), (1.5, 1.5)]
    assert locate(FOUR, points, cell) == [1, 2, 3, 3, 3, 0, 3]


@pytest.mark.parametrize("cell", [None, 0.13, 0.5, 1.0, 7.0])
def test_points_on_the_outer_border_are_inside(cell: float | None) -> None:
    points = [(2, 0.5), (0, 0), (2, 2), (0.5, 2), (1, 2), (2, 1), (0, 1.5), (0.5, 0)]
    assert locate(FOUR, points, cell) == [1, 0, 3, 2, 2, 1, 2, 0]


def test_points_that_are_nowhere() -> None:
    nowhere = [(3, 0.5), (-1, -1), (np.nan, 0.5), (0.5, np.inf), (1e300, -1e300), (2.0000001, 1)]
    assert locate(FOUR, nowhere) == [-1] * 6
    assert locate([None, Polygon()], [(0, 0)]) == [-1]
    assert locate(FOUR, []) == []


def test_enclaves_holes_and_islands() -> None:
    hole, lake = box(1, 1, 2, 2), box(3, 1, 4, 2)
    shapes = [
        box(0, 0, 5, 3).difference(hole).difference(lake),
        MultiPolygon([hole, box(8, 0, 9, 1)]),
        box(8.5, 4, 9, 5),
    ]
    points = [(0.5, 1.5), (1.5, 1.5), (2.5, 1.5), (3.5, 1.5), (4.5, 1.5), (6, 1.5), (8.5, 0.5)]
    for cell in (None, 0.21, 2.0):
        assert locate(shapes, points, cell) == [0, 1, 0, -1, 0, -1, 1]
        assert locate(shapes, [(8.7, 4.5), (8.7, 2), (9.5, 4.5)], cell) == [2, -1, -1]


def test_overlaps_and_slivers_lose_nobody() -> None:
    nested = [box(0, 0, 10, 10), box(3, 3, 6, 6)]
    assert locate(nested, [(1, 4), (4, 4), (8, 4), (11, 4)], 0.7) == [0, 1, 0, -1]
    almost = [box(0, 0, 5, 10), box(4.999, 0, 10, 10), box(10.001, 0, 15, 10)]
    points = [(x, 5.0) for x in (4.9, 4.9995, 5.5, 9.99, 10.0005, 12)]
    for cell in (None, 0.3, 4.0):
        assert locate(almost, points, cell) == [0, 1, 1, 1, -1, 2]


def test_a_thin_wedge_whose_borders_almost_coincide() -> None:
    tip = (0.0, 1e6)
    west = Polygon([(-10, 0), (1, 0), tip, (-10, 1e6)])
    wedge = Polygon([(1, 0), (1.0000001, 0), tip])
    east = Polygon([(1.0000001, 0), (10, 0), (10, 1e6), tip])
    heights = np.linspace(1, 999_999, 501)
    points = [(0.9999999 * (1 - h / 1e6), float(h)) for h in heights]
    assert set(locate([west, wedge, east], points)) == {0}
    shapes = gpd.GeoSeries([west, wedge, east])
    rng = np.random.default_rng(5)
    x = (1 + rng.uniform(-1e-7, 2e-7, 500)) * (1 - heights[:500] / 1e6)
    owners = locate_points(build_locator(shapes), x, heights[:500])
    points_there = shapely.points(x, heights[:500])
    for place, territory in enumerate(owners):
        assert shapes.iloc[territory].intersects(points_there[place])


near = st.integers(-3, 3)
doubles = st.floats(-1e7, 1e7, allow_nan=False, width=64)


@settings(max_examples=500, deadline=None)
@given(doubles, doubles, doubles, doubles, st.floats(0, 1), near, near)
def test_sides_are_exact(
    ax: float, ay: float, bx: float, by: float, part: float, up: int, across: int
) -> None:
    """Points as near to the line as doubles can be; the judge is rational arithmetic."""
    px, py = ax + part * (bx - ax), ay + part * (by - ay)
    px, py = px + across * np.spacing(px), py + up * np.spacing(py)
    a, b, c, d, e, f = (Fraction(float(value)) for value in (ax, ay, bx, by, px, py))
    exact = (a - e) * (d - f) - (b - f) * (c - e)
    if exact != 0 and abs(exact) < Fraction(1, 10**24):
        return  # beyond double-double, and far below any coordinate's own precision
    assert _side(ax, ay, bx, by, px, py) == (exact > 0) - (exact < 0)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 4), min_size=5, max_size=5), min_size=4, max_size=4),
    st.sampled_from([0.1, 0.4, 1.0, 2.5]),
    st.floats(-1, 1),
)
def test_equals_the_obvious_version(owners: list[list[int]], cell: float, shear: float) -> None:
    cells: dict[int, list] = {}
    for row, line in enumerate(owners):
        for column, owner in enumerate(line):
            if owner >= 0:
                cells.setdefault(owner, []).append(box(column, row, column + 1, row + 1))
    shapes = [
        shapely.transform(
            shapely.coverage_union_all(part),
            lambda p: np.column_stack([p[:, 0] + shear * p[:, 1], p[:, 1]]),
        )
        for part in cells.values()
    ]
    grid = [(0.25 * i, 0.25 * j) for i in range(-5, 26) for j in range(-1, 18)]
    located = locate(shapes, grid, cell)
    for point, territory in zip(shapely.points(grid), located, strict=True):
        touching = [k for k, shape in enumerate(shapes) if shapely.intersects(shape, point)]
        assert territory in touching if touching else territory == -1


def test_real_points_and_real_vertices_against_sjoin(shared_data: Path) -> None:
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes[communes["code_dep"].isin(["29", "13", "66", "2A", "75"])]
    communes = communes.to_crs(2154).reset_index(drop=True)
    arcs = build_arcs(communes.geometry)
    locator = build_locator(arcs)
    edges = read_edges(arcs)
    rng = np.random.default_rng(3)
    west, south, east, north = communes.total_bounds
    pick = rng.choice(len(edges.x0), 3000, replace=False)
    x = np.concatenate([rng.uniform(west, east, 20_000), edges.x0[pick]])
    y = np.concatenate([rng.uniform(south, north, 20_000), edges.y0[pick]])
    owners = locate_points(locator, x, y)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=2154))
    joined = gpd.sjoin(points, communes[["geometry"]], predicate="intersects")
    touching = joined.groupby(level=0)["index_right"].agg(set)
    assert set(np.flatnonzero(owners >= 0)) == set(touching.index)
    assert all(owners[place] in some for place, some in touching.items())


def test_parts_that_lie_apart_have_grids_of_their_own() -> None:
    """Two archipelagos an ocean away, and a lake far inside a land whose isle is another's."""
    squares = [
        shapely.box(x + dx, y + dy, x + dx + 1, y + dy + 1)
        for x, y in ((0.0, 0.0), (5000.0, 0.0), (0.0, -9000.0))
        for dx in range(3)
        for dy in range(3)
    ]
    land = shapely.box(10_000, 0, 14_000, 4_000).difference(
        shapely.box(11_000, 1_000, 13_000, 3_000)
    )
    isle = shapely.box(11_999, 1_999, 12_001, 2_001)
    shapes = gpd.GeoSeries([*squares, land, isle])
    locator = build_locator(shapes)
    assert len(locator.grids) == 4, "the isle lies in the frame of the land"
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [5000, 0], [0, -9000], [11_998, 1_998], [10_990, 990], [7000, 3]])
    points = corners[rng.integers(0, len(corners), 5_000)] + rng.uniform(-1, 5, (5_000, 2))
    owners = locate_points(locator, points[:, 0], points[:, 1])
    expected = np.full(len(points), -1)
    for position, shape in enumerate(shapes):
        expected[shapely.contains_xy(shape, points[:, 0], points[:, 1])] = position
    assert (owners == expected).all()
    assert (owners >= 0).mean() > 0.2 and (owners < 0).mean() > 0.2
