"""Projected polygons that reach across the antimeridian.

In longitude and latitude such a polygon would go the other way around the globe. It is cut at 180
degrees into two parts (RFC 7946, 3.1.9), as polygons in degrees have to be from the beginning.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely

LONGEST_EDGE_M = 5_000.0
"""Edges longer than this are divided before they are projected, because they bend."""

_HALF, _WHOLE = 180.0, 360.0


def cut_at_180(shapes: np.ndarray, crs: pyproj.CRS | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the shapes in longitude and latitude, those across the antimeridian cut there.

    Args:
        shapes: valid polygons, or None where there is none.
        crs: theirs.

    Returns:
        The shapes, and which of them were cut; None if the system is not projected or no shape
        is across the antimeridian.
    """
    if crs is None or not crs.is_projected:
        return None
    to_degrees = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    boxes = shapely.bounds(shapes)
    x = boxes[:, [0, 2, 2, 0]]
    y = boxes[:, [1, 1, 3, 3]]
    corners, _unused = to_degrees.transform(x, y)
    wide = np.isfinite(corners).all(axis=1) & (np.ptp(corners, axis=1) > _HALF)
    if not wide.any():
        return None
    metre = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
    fine = shapely.segmentize(shapes, LONGEST_EDGE_M / metre)

    def degrees(positions: np.ndarray) -> np.ndarray:
        return np.column_stack(to_degrees.transform(positions[:, 0], positions[:, 1]))

    flat = shapely.transform(fine, degrees)
    across = np.zeros(len(shapes), dtype=bool)
    for number in np.flatnonzero(wide).tolist():
        longitude = shapely.get_coordinates(flat[number])[:, 0]
        unrolled = np.where(longitude < 0, longitude + _WHOLE, longitude)
        across[number] = np.ptp(longitude) > _HALF > np.ptp(unrolled)
        if across[number]:
            flat[number] = _cut(shapely.transform(flat[number], _unrolled))
    return (flat, across) if across.any() else None


def joined_at_180(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes in degrees side by side on a flat map: longitudes may be beyond 180.

    The parts of Fiji at both ends of the map become neighbours. The map is cut where no shape is:
    at the widest gap between their longitudes. Shapes that are nearer together as they are stay.

    Args:
        shapes: in longitude and latitude.
    """
    whole = shapely.bounds(shapes.to_numpy())
    if np.isnan(whole).all() or np.nanmax(whole[:, 2]) - np.nanmin(whole[:, 0]) <= _HALF:
        return shapes
    parts, owner = shapely.get_parts(shapes.to_numpy(), return_index=True)
    boxes = shapely.bounds(parts)
    order = np.argsort(boxes[:, 0], kind="stable")
    west, reached = boxes[order, 0], np.maximum.accumulate(boxes[order, 2])
    gaps = west[1:] - reached[:-1]
    around = west[0] + _WHOLE - reached[-1]
    if not len(gaps) or gaps.max() <= around:
        return shapes
    cut = west[1:][gaps.argmax()]
    eastern = boxes[:, 0] >= cut
    # The smaller half moves, so that most longitudes stay as they are written.
    moving, by = (eastern, -_WHOLE) if eastern.sum() < (~eastern).sum() else (~eastern, _WHOLE)
    parts = parts.copy()
    parts[moving] = shapely.transform(
        parts[moving], lambda positions: positions + np.array([by, 0.0])
    )
    moved = shapes.to_numpy().copy()
    for number in np.unique(owner[moving]).tolist():
        mine = parts[owner == number]
        moved[number] = mine[0] if len(mine) == 1 else shapely.multipolygons(mine)
    return gpd.GeoSeries(moved, index=shapes.index, crs=shapes.crs)


def _unrolled(positions: np.ndarray) -> np.ndarray:
    return positions + np.where(positions[:, :1] < 0, [_WHOLE, 0], [0, 0])


def _cut(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a polygon with longitudes from 0 to 360 as parts from -180 to 180."""
    west = shapely.intersection(shape, shapely.box(0, -90, _HALF, 90))
    east = shapely.intersection(shape, shapely.box(_HALF, -90, _WHOLE, 90))
    east = shapely.transform(east, lambda positions: positions - [_WHOLE, 0])
    parts = shapely.get_parts(shapely.get_parts(np.array([west, east])))
    polygons = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
