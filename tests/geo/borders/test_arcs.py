"""Shared arcs: by hand on toy coverages, and by law on random partitions."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from zoneblanche.geo.borders.arcs import Arcs, build_arcs, compute_areas, read_edges
from zoneblanche.geo.errors import InputError


def sides(arcs: Arcs) -> list[tuple[int, int]]:
    return sorted(zip(arcs.left.tolist(), arcs.right.tolist(), strict=True))


def vertices(arcs: Arcs, arc: int) -> list[tuple[float, float]]:
    part = slice(arcs.starts[arc], arcs.starts[arc + 1])
    return list(zip(arcs.x[part].tolist(), arcs.y[part].tolist(), strict=True))


def territories_on_row(arcs: Arcs, y: float, columns: list[float]) -> list[int]:
    """The sweep that the module describes, one row at a time, slowly."""
    edges = read_edges(arcs)
    crossings = []
    for x0, y0, x1, y1, left, right in zip(
        edges.x0, edges.y0, edges.x1, edges.y1, edges.left, edges.right, strict=True
    ):
        if (y0 <= y) == (y1 <= y):
            continue
        x = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        near, far = (left, right) if y1 > y0 else (right, left)
        crossings.append((x, int(near), int(far)))
    crossings.sort(key=lambda crossing: crossing[0])
    owners = []
    for column in columns:
        entered: list[int] = []
        for x, near, far in crossings:
            if x > column:
                break
            if near in entered:
                entered.remove(near)
            if far >= 0:
                entered.append(far)
        owners.append(entered[-1] if entered else -1)
    return owners


def test_two_neighbours_share_one_arc() -> None:
    arcs = build_arcs(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    assert sides(arcs) == [(0, -1), (1, -1), (1, 0)]
    shared = arcs.left.tolist().index(1) if arcs.right[0] == 0 else arcs.right.tolist().index(0)
    # Territory 1 lies east of the border: with it on the left hand one walks south.
    assert vertices(arcs, shared) == [(1.0, 1.0), (1.0, 0.0)]
    assert arcs.bounds[shared].tolist() == [1.0, 0.0, 1.0, 1.0]
    assert compute_areas(arcs).tolist() == [1.0, 1.0]


def test_ring_orientation_of_the_input_does_not_matter() -> None:
    ring = [(0, 0), (0, 3), (3, 3), (3, 0)]
    hole = [(1, 1), (2, 1), (2, 2), (1, 2)]
    for shell in (ring, ring[::-1]):
        for inner in (hole, hole[::-1]):
            arcs = build_arcs(np.array([Polygon(shell, [inner])]))
            assert compute_areas(arcs).tolist() == [8.0]
            assert arcs.right.tolist() == [-1, -1]


def test_an_enclave_is_a_closed_arc_between_two_territories() -> None:
    inner = box(1, 1, 2, 2)
    outer = box(0, 0, 3, 3).difference(inner)
    arcs = build_arcs(gpd.GeoSeries([outer, inner]))
    assert sides(arcs) == [(0, -1), (1, 0)]
    enclave = arcs.left.tolist().index(1)
    path = vertices(arcs, enclave)
    assert path[0] == path[-1]
    assert len(path) == 5
    assert compute_areas(arcs).tolist() == [8.0, 1.0]


def test_a_hole_that_nobody_fills_has_no_territory_beyond() -> None:
    arcs = build_arcs(np.array([box(0, 0, 3, 3).difference(box(1, 1, 2, 2))]))
    assert sides(arcs) == [(0, -1), (0, -1)]


def test_islands_missing_and_empty_shapes() -> None:
    shapes = gpd.GeoSeries(
        [None, MultiPolygon([box(0, 0, 1, 1), box(5, 5, 7, 6)]), Polygon(), box(9, 9, 10, 10)]
    )
    arcs = build_arcs(shapes, grid=1)
    assert arcs.count == 4
    assert sides(arcs) == [(1, -1), (1, -1), (3, -1)]
    assert compute_areas(arcs).tolist() == [0.0, 3.0, 0.0, 1.0]
    assert arcs.enlarged.size == 0
    nothing = build_arcs(gpd.GeoSeries([None, Polygon()]), grid=10)
    assert len(nothing) == 0
    assert compute_areas(nothing).tolist() == [0.0, 0.0]
    assert len(read_edges(nothing).x0) == 0


def test_arcs_end_where_four_corners_touch() -> None:
    cells = np.array([box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)])
    arcs = build_arcs(cells)
    assert len(arcs) == 8
    ends = [vertices(arcs, k)[i] for k in range(8) for i in (0, -1)]
    assert ends.count((1.0, 1.0)) == 4
    assert sum((1.0, 1.0) in vertices(arcs, k)[1:-1] for k in range(8)) == 0


def test_two_territories_that_touch_in_one_point_only() -> None:
    arcs = build_arcs(np.array([box(0, 0, 1, 1), box(1, 1, 2, 2)]))
    assert sides(arcs) == [(0, -1), (1, -1)]
    assert all(vertices(arcs, k)[0] == vertices(arcs, k)[-1] == (1.0, 1.0) for k in (0, 1))


def test_a_closed_border_is_not_cut_where_its_ring_happens_to_start() -> None:
    west = Polygon([(1, 0.5), (1, 1), (0, 1), (0, 0), (1, 0)])  # starts in mid-border
    arcs = build_arcs(np.array([west, Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1, 0.5)])]))
    assert sides(arcs) == [(0, -1), (1, -1), (1, 0)]


def test_snapping_drops_repeated_vertices_and_keeps_the_origin() -> None:
    shape = Polygon([(100, 200), (109, 200), (110, 200), (111, 200), (110, 210), (100, 210)])
    arcs = build_arcs(np.array([shape]), grid=10)
    assert arcs.x.dtype == arcs.y.dtype == arcs.bounds.dtype == np.int32
    assert arcs.origin == (100.0, 200.0)
    assert sorted(set(vertices(arcs, 0))) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert len(arcs.x) == 5
    edges = read_edges(arcs)
    assert (edges.x0.min(), edges.y0.max()) == (100.0, 210.0)


def test_a_territory_too_small_for_the_grid_becomes_one_square() -> None:
    shapes = np.array([box(0, 0, 40, 100), box(40, 0, 41, 100), box(41, 0, 100, 100)])
    arcs = build_arcs(shapes, grid=10, origin=(0, 0))
    assert arcs.enlarged.tolist() == [1]
    assert (2, 0) in sides(arcs)  # its neighbours close up behind it
    assert compute_areas(arcs).tolist() == [40.0, 1.0, 60.0]
    assert territories_on_row(arcs, 55.0, [5, 35, 45, 55, 95, 105]) == [0, 0, 1, 2, 2, -1]


def test_overlaps_keep_every_edge_and_draw_the_last_that_came_in() -> None:
    arcs = build_arcs(np.array([box(0, 0, 10, 10), box(5, 1, 15, 9), box(1, 4, 2, 6)]))
    assert set(arcs.right.tolist()) == {-1}
    assert compute_areas(arcs).tolist() == [100.0, 80.0, 2.0]
    row = territories_on_row(arcs, 5.0, [-1, 0.5, 1.5, 3, 6, 12, 16])
    assert row == [-1, 0, 2, 0, 1, 1, -1]


def test_equal_polygons_give_arcs_of_each_on_one_place() -> None:
    arcs = build_arcs(np.array([box(0, 0, 1, 1), box(0, 0, 1, 1)]))
    assert set(sides(arcs)) == {(0, -1), (1, -1)}
    assert territories_on_row(arcs, 0.5, [0.5, 2]) == [1, -1]
    assert compute_areas(arcs).tolist() == [1.0, 1.0]


def test_a_doubled_territory_beside_a_neighbour_pairs_once() -> None:
    arcs = build_arcs(np.array([box(0, 0, 1, 1), box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    assert compute_areas(arcs).tolist() == [1.0, 1.0, 1.0]
    assert sides(arcs).count((2, 0)) == 1
    assert (2, 1) not in sides(arcs)


def test_edges_that_a_territory_shares_with_itself_vanish() -> None:
    halves = MultiPolygon([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    arcs = build_arcs(np.array([halves, box(2, 0, 3, 1)]))
    assert compute_areas(arcs).tolist() == [2.0, 1.0]
    assert (arcs.left != arcs.right).all()
    edges = read_edges(arcs)
    assert not ((edges.x0 == 1.0) & (edges.x1 == 1.0)).any()


@pytest.mark.parametrize(
    ("shapes", "grid", "words"),
    [
        ([Point(0, 0)], None, "got Point"),
        ([box(0, 0, 1e9, 1)], 0.1, "coarser grid"),
        ([box(0, 0, 1, 1)], -1.0, "positive number"),
        ([Polygon([(0, 0), (1, 0), (np.inf, 1)])], None, "not finite"),
    ],
)
def test_refusals(shapes: list, grid: float | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build_arcs(np.array(shapes, dtype=object), grid=grid)


cell_owners = st.lists(st.lists(st.integers(-1, 4), min_size=5, max_size=5), min_size=1, max_size=5)


def partition(owners: list[list[int]]) -> np.ndarray:
    """Territories as the unions of unit cells; -1 is a gap. Every cell corner is a vertex."""
    shapes = []
    for territory in range(5):
        cells = [
            box(column, row, column + 1, row + 1)
            for row, line in enumerate(owners)
            for column, owner in enumerate(line)
            if owner == territory
        ]
        shapes.append(shapely.coverage_union_all(cells) if cells else None)
    return np.array(shapes, dtype=object)


@settings(max_examples=150, deadline=None)
@given(cell_owners, st.sampled_from([None, 1.0]))
def test_laws_on_random_partitions(owners: list[list[int]], grid: float | None) -> None:
    shapes = partition(owners)
    arcs = build_arcs(shapes, grid=grid)
    expected = [0.0 if shape is None else shape.area for shape in shapes]
    assert compute_areas(arcs).tolist() == expected
    edges = read_edges(arcs)
    ends = [
        tuple(sorted([(x0, y0), (x1, y1)]))
        for x0, y0, x1, y1 in zip(edges.x0, edges.y0, edges.x1, edges.y1, strict=True)
    ]
    assert len(ends) == len(set(ends))
    drawn = [shape for shape in shapes if shape is not None]
    if drawn:
        length = np.hypot(edges.x1 - edges.x0, edges.y1 - edges.y0).sum()
        lines = shapely.union_all([shape.boundary for shape in drawn])
        assert length == pytest.approx(lines.length)
    assert (arcs.left != arcs.right).all()
    for row, line in enumerate(owners):
        centres = [column + 0.5 for column in range(5)]
        assert territories_on_row(arcs, row + 0.5, centres) == line


@settings(max_examples=50, deadline=None)
@given(cell_owners)
def test_arcs_end_at_junctions_only(owners: list[list[int]]) -> None:
    arcs = build_arcs(partition(owners))
    edges = read_edges(arcs)
    ends = list(zip(edges.x0, edges.y0, strict=True)) + list(zip(edges.x1, edges.y1, strict=True))
    degree = {point: ends.count(point) for point in ends}
    for arc in range(len(arcs)):
        path = vertices(arcs, arc)
        assert all(degree[point] == 2 for point in path[1:-1])
        assert path[0] == path[-1] or (degree[path[0]] > 2 and degree[path[-1]] > 2)


def test_france(shared_data: Path) -> None:
    communes = gpd.read_parquet(
        shared_data / "fr/boundaries/communes_2026.parquet", columns=["geometry"]
    ).to_crs(3857)
    arcs = build_arcs(communes.geometry, grid=10)
    assert arcs.count == 34_875
    assert arcs.enlarged.size == 0
    assert set(range(arcs.count)) == set(arcs.left.tolist()) | set(arcs.right.tolist()) - {-1}
    exact = communes.area.to_numpy() / 100
    assert compute_areas(arcs).sum() == pytest.approx(exact.sum(), rel=1e-6)
    unsnapped = build_arcs(communes.geometry)
    np.testing.assert_allclose(compute_areas(unsnapped), communes.area, rtol=1e-8)
