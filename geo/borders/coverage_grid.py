"""Coverage polygons as a raster: how many groups cover each cell of a refined grid.

A population raster says how many people live in a cell, not where in it. With coverage on a finer
version of the same grid, the covered share of a cell's people is the covered share of its area.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.features import rasterize

from zoneblanche.geo.rasters.read import read_raster_facts

PARTS = 4
"""Cells of the raster on each side of a cell of the given grid: 250 m in a cell of 1 km."""

NOTHING = 255


def write_group_counts(
    shapes: gpd.GeoSeries, groups: pd.Series, *, like: Path, out: Path, parts: int = PARTS
) -> None:
    """Write a GeoTIFF of the number of groups whose polygons contain the middle of each cell.

    Args:
        shapes: polygons in any CRS.
        groups: the group of each (an operator), at most 254; same index.
        like: raster whose CRS, extent and cells are used, each cell divided.
        out: file to write; uint8, 0 without a polygon, so that it covers all of `like`.
        parts: cells on each side of a cell of `like`.

    Raises:
        InputError: `geo.rasters.read` does not read `like`.
    """
    grid = read_raster_facts(like)
    shape = (grid.shape[0] * parts, grid.shape[1] * parts)
    a, b, west, d, e, north = grid.transform
    fine = rasterio.Affine(a / parts, b / parts, west, d / parts, e / parts, north)
    projected = shapes.to_crs(grid.crs)
    counts = np.zeros(shape, dtype="uint8")
    for _, members in projected.groupby(groups.to_numpy(), sort=True):
        usable = [member for member in members if member is not None and not member.is_empty]
        if usable:
            counts += rasterize(usable, out_shape=shape, transform=fine, dtype="uint8")
    with rasterio.open(
        out, "w", driver="GTiff", width=shape[1], height=shape[0], count=1, dtype="uint8",
        crs=grid.crs.to_wkt(), transform=fine, nodata=NOTHING, compress="deflate", tiled=True,
    ) as raster:  # fmt: skip
        raster.write(counts, 1)
