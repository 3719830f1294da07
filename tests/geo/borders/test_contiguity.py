"""Neighbours: by hand, and against the slow obvious version on random partitions."""

from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from zoneblanche.geo.borders.arcs import build_arcs
from zoneblanche.geo.borders.contiguity import Contiguity, compute_contiguity
from zoneblanche.geo.errors import InputError


def pairs(contiguity: Contiguity) -> set[tuple[int, int]]:
    rows = np.repeat(np.arange(len(contiguity.cardinalities)), contiguity.cardinalities)
    return {(int(a), int(b)) for a, b in zip(rows, contiguity.neighbours, strict=True) if a < b}


def obvious_pairs(shapes: list, rule: str) -> set[tuple[int, int]]:
    """Two territories are neighbours if they have a vertex (an edge) in common."""
    have: list[set] = []
    for shape in shapes:
        marks: set = set()
        for polygon in shapely.get_parts(shape):
            for ring in [polygon.exterior, *polygon.interiors]:
                points = list(ring.coords)
                edges = (frozenset(edge) for edge in pairwise(points))
                marks.update(points if rule == "queen" else edges)
        have.append(marks)
    return {(i, j) for j in range(len(have)) for i in range(j) if have[i] & have[j]}


def test_four_cells_islands_and_shapes_that_are_not_there() -> None:
    shapes = gpd.GeoSeries(
        [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2), box(5, 5, 6, 6), None]
    )
    queen = compute_contiguity(shapes)
    assert pairs(queen) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert queen.islands.tolist() == [4, 5]
    assert queen.edges == 6
    assert queen.neighbours[queen.starts[2] : queen.starts[3]].tolist() == [0, 1, 3]
    rook = compute_contiguity(shapes, rule="rook")
    assert pairs(rook) == {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_enclave_and_exclave() -> None:
    hole = box(1, 1, 2, 2)
    shapes = [
        box(0, 0, 3, 3).difference(hole),
        MultiPolygon([hole, box(8, 0, 9, 1)]),
        box(9, 0, 10, 1),
    ]
    assert pairs(compute_contiguity(gpd.GeoSeries(shapes))) == {(0, 1), (1, 2)}


def test_overlaps_and_borders_without_a_common_vertex_make_no_neighbours() -> None:
    overlap = gpd.GeoSeries([box(0, 0, 2, 2), box(1, 0.5, 3, 1.5)])
    assert compute_contiguity(overlap).edges == 0
    beside = gpd.GeoSeries([box(0, 0, 1, 3), box(1, 1, 2, 2)])
    assert compute_contiguity(beside).edges == 0


def test_arcs_on_a_grid_join_what_is_almost_touching() -> None:
    shapes = gpd.GeoSeries([box(0, 0, 10, 10), box(10.001, 0, 20, 10)])
    assert compute_contiguity(shapes).edges == 0
    assert compute_contiguity(build_arcs(shapes, grid=1), rule="rook").edges == 1


def test_nothing() -> None:
    contiguity = compute_contiguity(gpd.GeoSeries([], dtype="geometry"))
    assert contiguity.edges == 0
    assert contiguity.starts.tolist() == [0]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 6), min_size=5, max_size=5), min_size=1, max_size=5),
    st.sampled_from(["queen", "rook"]),
)
def test_equals_the_obvious_version(
    owners: list[list[int]], rule: Literal["queen", "rook"]
) -> None:
    cells: dict[int, list] = {}
    for row, line in enumerate(owners):
        for column, owner in enumerate(line):
            if owner >= 0:
                cells.setdefault(owner, []).append(box(column, row, column + 1, row + 1))
    # coverage_union keeps the vertices on straight sides, as a real coverage has them
    shapes = [shapely.coverage_union_all(part) for part in cells.values()]
    territories = gpd.GeoSeries(shapes)
    for given_as in (territories, build_arcs(territories)):
        contiguity = compute_contiguity(given_as, rule=rule)
        assert pairs(contiguity) == obvious_pairs(shapes, rule)


@pytest.mark.filterwarnings("ignore")  # libpysal's own: islands, use_index
def test_equals_libpysal_on_real_communes(shared_data: Path) -> None:
    from libpysal.weights import Queen, Rook

    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    some = communes[communes["code_dep"].isin(["29", "974"])].reset_index(drop=True)
    rules: tuple[tuple[Literal["queen", "rook"], Any], ...] = (("queen", Queen), ("rook", Rook))
    for rule, reference in rules:
        expected = reference.from_dataframe(some)
        contiguity = compute_contiguity(some.geometry, rule=rule)
        by_arcs = compute_contiguity(build_arcs(some.geometry), rule=rule)
        assert np.array_equal(contiguity.neighbours, by_arcs.neighbours)
        assert pairs(contiguity) == {
            (i, j) for i, near in expected.neighbors.items() for j in near if i < j
        }
        assert contiguity.islands.tolist() == expected.islands


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Point(0, 0), "expected polygons and multipolygons, got Point"),
        (shapely.Polygon([(0, 0), (1, 0), (np.inf, 1)]), "not finite numbers"),
    ],
)
@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_what_is_no_polygon_has_no_neighbours(
    shape: shapely.Geometry, words: str, rule: Literal["queen", "rook"]
) -> None:
    with pytest.raises(InputError, match=words):
        compute_contiguity(gpd.GeoSeries([shape, shape]), rule=rule)
