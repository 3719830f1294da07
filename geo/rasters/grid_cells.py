"""Amounts in square cells (people) on territories, each amount kept whole.

A cell inside one territory belongs to it. A cell that borders cross is divided by area into 25
parts, of which only those in a territory count. So the people of a cell on a coast or a frontier
are not lost in the sea or abroad; only a cell that touches no territory is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from zoneblanche.geo.points.locate import Locator, build_locator, locate_points

Floats = NDArray[np.float64]
Places = NDArray[np.int32]

SIDE = 5
"""Parts along each side of a cell that a border crosses."""


@dataclass(frozen=True)
class Cells:
    """Cells of a square grid, each once.

    Attributes:
        west, south: of each cell, in the unit of the CRS, multiples of the size.
        amount: of each cell, 0 or more.
        size: side of a cell.
        crs: of the grid, as pyproj reads it.
    """

    west: Floats
    south: Floats
    amount: Floats
    size: float
    crs: str

    def __len__(self) -> int:
        return len(self.amount)


@dataclass(frozen=True)
class Shared:
    """Amounts of cells on territories: `amounts` and `lost_amount` add up to the total.

    Attributes:
        amounts: on the index of the territories; 0 without a cell.
        counted: number of cells that touch a territory, of those that were requested.
        lost: number of cells that touch no territory.
        lost_amount: their amount.
    """

    amounts: pd.Series
    counted: int
    lost: int
    lost_amount: float


def share_cells(
    cells: Cells, territories_geometry: gpd.GeoSeries, *, chosen: NDArray[np.bool_] | None = None
) -> Shared:
    """Return the amounts of cells on territories that do not overlap.

    Args:
        cells: of any grid.
        territories_geometry: all territories, so that a cell on the border of two is shared out.
        chosen: the territories whose cells are counted; by default all.

    Only the corners of a cell show whether borders cross it. A border that enters and leaves
    between two corners is not seen, and the part that it cuts off stays with the rest.
    """
    locator = build_locator(territories_geometry)
    to_there = pyproj.Transformer.from_crs(cells.crs, territories_geometry.crs, always_xy=True)
    corners = _at_corners(cells, locator, to_there)
    whole = (corners[:, 0] >= 0) & (corners == corners[:, :1]).all(axis=1)
    count_of = len(territories_geometry)
    sums = _sums(corners[whole, 0], cells.amount[whole], count_of)
    crossed = np.flatnonzero(~whole)
    parts = _at_parts(cells, crossed, locator, to_there)
    inside = parts >= 0
    count = inside.sum(axis=1)
    each = cells.amount[crossed] / np.maximum(count, 1)
    sums += _sums(parts[inside], np.repeat(each, SIDE * SIDE)[inside.ravel()], count_of)
    nowhere = crossed[count == 0]
    if chosen is None:
        chosen = np.ones(count_of, dtype=bool)
    counted = chosen[corners[whole, 0]].sum() + (chosen[parts] & inside).any(axis=1).sum()
    return Shared(
        amounts=pd.Series(sums, index=territories_geometry.index),
        counted=int(counted),
        lost=len(nowhere),
        lost_amount=float(cells.amount[nowhere].sum()),
    )


def _sums(places: Places, amounts: Floats, count: int) -> Floats:
    # With no positions at all, bincount returns integers.
    return np.bincount(places, weights=amounts, minlength=count).astype("float64")


def write_cells(cells: Cells, out: Path) -> None:
    """Write the cells as a GeoTIFF of float32 in their own CRS; 0 without a cell."""
    import rasterio

    column = np.rint((cells.west - cells.west.min()) / cells.size).astype(np.int64)
    top = cells.south.max()
    row = np.rint((top - cells.south) / cells.size).astype(np.int64)
    amounts = np.zeros((int(row.max()) + 1, int(column.max()) + 1), dtype="float32")
    amounts[row, column] = cells.amount
    grid = rasterio.Affine(
        cells.size, 0, float(cells.west.min()), 0, -cells.size, float(top + cells.size)
    )
    with rasterio.open(
        out, "w", driver="GTiff", width=amounts.shape[1], height=amounts.shape[0], count=1,
        dtype="float32", crs=cells.crs, transform=grid, compress="deflate", tiled=True,
    ) as raster:  # fmt: skip
        raster.write(amounts, 1)


def _at_corners(cells: Cells, locator: Locator, to_there: pyproj.Transformer) -> Places:
    """Return the territory at each corner of each cell, -1 for none; shape (cells, 4). A shared
    corner is located once."""
    column = np.rint(cells.west / cells.size).astype(np.int64)
    row = np.rint(cells.south / cells.size).astype(np.int64)
    wide = np.int64(1) << 32
    nodes = np.stack([(row + up) * wide + column + right for up in (0, 1) for right in (0, 1)], 1)
    distinct, places = np.unique(nodes, return_inverse=True)
    rows = distinct // wide
    x, y = to_there.transform((distinct - rows * wide) * cells.size, rows * cells.size)
    return locate_points(locator, np.asarray(x), np.asarray(y))[places.reshape(nodes.shape)]


def _at_parts(
    cells: Cells, chosen: NDArray[np.intp], locator: Locator, to_there: pyproj.Transformer
) -> Places:
    """Return the territory of the middle of each part of the chosen cells; -1 for none."""
    steps = (np.arange(SIDE) + 0.5) * cells.size / SIDE
    x = cells.west[chosen][:, None] + np.tile(steps, SIDE)
    y = cells.south[chosen][:, None] + np.repeat(steps, SIDE)
    projected = to_there.transform(x.ravel(), y.ravel())
    places = locate_points(locator, np.asarray(projected[0]), np.asarray(projected[1]))
    return places.reshape(len(chosen), SIDE * SIDE)
