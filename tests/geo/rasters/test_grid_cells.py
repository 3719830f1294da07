"""Amounts of square cells on territories: none lost but where no territory is."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.rasters.grid_cells import Cells, share_cells, write_cells

SOUTH, EAST = 2_400_000, 3_700_000


def cells(*placed: tuple[int, int, float]) -> Cells:
    """Cells of 200 m by column, row and amount."""
    west, south, amount = (np.array(part, dtype="float64") for part in zip(*placed, strict=True))
    return Cells(EAST + 200 * west, SOUTH + 200 * south, amount, 200.0, "EPSG:3035")


def strips(*borders: float) -> gpd.GeoSeries:
    """Territories from south to north over 2 km, between these metres from west to east."""
    shapes = [
        shapely.segmentize(shapely.box(EAST + west, SOUTH, EAST + east, SOUTH + 2000), 200)
        for west, east in itertools.pairwise(borders)
    ]
    index = [f"T{number}" for number in range(len(shapes))]
    return gpd.GeoSeries(shapes, index=index, crs=3035)


def test_a_cell_across_a_border_is_shared_out_by_area() -> None:
    territories = strips(0, 520, 2000)
    shared = share_cells(cells((0, 0, 10), (2, 3, 100), (5, 5, 7)), territories)
    # The border stands 120 m into the third column: three parts of five.
    assert shared.amounts.to_dict() == pytest.approx({"T0": 70, "T1": 47})
    assert (shared.lost, shared.lost_amount) == (0, 0)


def test_cells_of_chosen_territories_are_counted() -> None:
    placed = cells((0, 0, 10), (2, 3, 100), (5, 5, 7), (50, 5, 7))
    chosen = np.array([False, True])
    shared = share_cells(placed, strips(0, 520, 2000), chosen=chosen)
    assert (shared.counted, shared.lost) == (2, 1), "the one across the border is of both"
    assert share_cells(placed, strips(0, 520, 2000)).counted == 3


def test_on_a_coast_nobody_is_left_in_the_sea() -> None:
    shared = share_cells(cells((9, 0, 30), (10, 0, 4), (40, 0, 5)), strips(0, 1000, 1880))
    assert shared.amounts["T1"] == pytest.approx(30), "the part on land has all of its people"
    assert (shared.lost, shared.lost_amount) == (2, 9)


def test_on_territories_in_degrees() -> None:
    there = strips(0, 1000, 2000).to_crs(4326)
    shared = share_cells(cells((2, 2, 10), (7, 7, 20)), there)
    assert shared.amounts.tolist() == [10, 20]


@given(
    st.lists(
        st.tuples(st.integers(-3, 12), st.integers(-3, 12), st.floats(0, 1e4)),
        min_size=1,
        max_size=40,
        unique_by=lambda cell: cell[:2],
    ),
    st.floats(1, 1999),
)
def test_all_that_there_is_is_somewhere(placed: list[tuple[int, int, float]], cut: float) -> None:
    grid = cells(*placed)
    shared = share_cells(grid, strips(0, cut, 2000))
    assert (shared.amounts >= 0).all()
    total = shared.amounts.sum() + shared.lost_amount
    assert total == pytest.approx(grid.amount.sum(), abs=1e-6)


def test_as_a_raster_for_weights(tmp_path: Path) -> None:
    path = tmp_path / "people.tif"
    write_cells(cells((0, 0, 10), (2, 3, 4.5)), path)
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == 3035
        assert raster.bounds == (EAST, SOUTH, EAST + 600, SOUTH + 800)
        values = raster.read(1)
    assert values.tolist() == [[0, 0, 4.5], [0, 0, 0], [0, 0, 0], [10, 0, 0]]
