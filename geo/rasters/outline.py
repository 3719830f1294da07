"""The borders of territories in the columns and rows of a raster."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import NDArray

from zoneblanche.geo.borders.arcs import Rings, read_rings
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.rasters.read import RasterFacts

Floats = NDArray[np.float64]

TOLERANCE_CELLS = 0.02  # an edge that bends more than this when projected is divided
EARTH_RADIUS_M = 6_371_000.0
DEGREE_M = 111_320.0


@dataclass(frozen=True)
class Outline:
    """Borders of the territories in columns and rows of the raster, and their areas in cells.

    Attributes:
        column, row: of each vertex of the rings, counted from the first corner of the raster.
        rings: the rings in the CRS of the territories.
        area: of each territory in cells, NaN without a shape.
        turn: -1 if rows run against y, which reverses every ring; else 1.
    """

    column: Floats
    row: Floats
    rings: Rings
    area: Floats
    turn: float


def _to_cells(
    x: Floats, y: Floats, geometry: gpd.GeoSeries, facts: RasterFacts
) -> tuple[Floats, Floats]:
    if geometry.crs != facts.crs:
        change = pyproj.Transformer.from_crs(geometry.crs, facts.crs, always_xy=True)
        x, y = change.transform(x, y)
    a, _unused, c, _unused, e, f = facts.transform
    return (x - c) / a, (y - f) / e


def divide_long_edges(geometry: gpd.GeoSeries, facts: RasterFacts) -> gpd.GeoSeries:
    """Return the territories, with vertices added if edges would bend in the CRS of the raster.

    Raises:
        InputError: the territories have no CRS.
    """
    if geometry.crs is None:
        raise InputError(Fault(_("the territories have no coordinate system."), kind="no-crs"))
    if geometry.crs == facts.crs:
        return geometry
    # The great circle over a chord of length s is at most s²/8R away from it; three times that
    # allows for projections that bend more. Shorter edges need no check.
    cell_m = abs(facts.transform[0]) * (DEGREE_M if facts.crs.is_geographic else 1.0)
    unit_m = DEGREE_M if geometry.crs.is_geographic else 1.0
    longest = math.sqrt(TOLERANCE_CELLS * cell_m * 8 * EARTH_RADIUS_M / 3) / unit_m
    rings = read_rings(geometry)
    following = rings.following
    x0, y0, x1, y1 = rings.x, rings.y, rings.x[following], rings.y[following]
    length = np.hypot(x1 - x0, y1 - y0)
    far = np.flatnonzero(length > longest)
    if not far.size:
        return geometry
    ends = np.concatenate([x0[far], x1[far], (x0 + x1)[far] / 2])
    column, row = _to_cells(
        ends, np.concatenate([y0[far], y1[far], (y0 + y1)[far] / 2]), geometry, facts
    )
    (c0, c1, cm), (r0, r1, rm) = column.reshape(3, -1), row.reshape(3, -1)
    bend = np.hypot(cm - (c0 + c1) / 2, rm - (r0 + r1) / 2)
    allowed = length[far] * np.sqrt(TOLERANCE_CELLS / np.maximum(bend, TOLERANCE_CELLS))
    if not (bend > TOLERANCE_CELLS).any():
        return geometry
    return geometry.segmentize(float(allowed[bend > TOLERANCE_CELLS].min()))


def trace(geometry: gpd.GeoSeries, facts: RasterFacts) -> Outline:
    """Return the outline of territories, their vertices transformed exactly.

    Raises:
        InputError: vertices that the CRS of the raster cannot express; no territory on the raster.
    """
    rings = read_rings(geometry)
    column, row = _to_cells(rings.x, rings.y, geometry, facts)
    lost = ~(np.isfinite(column) & np.isfinite(row))
    if lost.any():
        where = np.unique(rings.territory[rings.of_vertex[lost]])
        raise InputError(
            Fault(
                _(
                    "{count} territories cannot be expressed in the raster's coordinate "
                    "system: {index}.",
                    count=len(where),
                    index=first_of(geometry.index[where]),
                ),
                file=facts.path,
                remedy=_("Leave them out, or use a raster whose coordinate system reaches them."),
                kind="outside-crs",
            )
        )
    territory = rings.territory[rings.of_vertex]
    following = rings.following
    corner = rings.starts[:-1][rings.of_vertex]
    dc, dr = column - column[corner], row - row[corner]
    turn = math.copysign(1.0, facts.transform[0] * facts.transform[4])
    cross = turn * (dc * dr[following] - dc[following] * dr)
    area = np.bincount(territory, cross, len(geometry)) / 2
    area[area <= 0] = np.nan
    rows, columns = facts.shape
    if len(row) and not (
        row.min() < rows and row.max() > 0 and column.min() < columns and column.max() > 0
    ):
        raise InputError(
            Fault(
                _(
                    "no territory lies on the raster, which covers {bounds} of {crs}.",
                    bounds=facts.bounds,
                    crs=facts.crs.name,
                ),
                file=facts.path,
                remedy=_("Check the coordinate systems of both."),
                kind="no-overlap",
            )
        )
    return Outline(column, row, rings, area, turn)
