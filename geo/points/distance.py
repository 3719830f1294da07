"""The distance to the nearest of some points, on the ellipsoid.

For points in memory; `geo.points.nearest` reads points from files of any length.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import Territories


def centres_of(territories: Territories) -> gpd.GeoSeries:
    """Return a point in the middle of each territory, EPSG:4326: its centroid if that is inside,
    else another point inside."""
    shapes = territories.frame.geometry.to_crs("EPSG:4326").to_numpy()
    middle = shapely.centroid(shapes)
    outside = ~shapely.intersects(shapes, middle)
    middle[outside] = shapely.point_on_surface(shapes[outside])
    return gpd.GeoSeries(middle, index=territories.codes, crs="EPSG:4326")


def distance_to_nearest(places: gpd.GeoSeries, points: gpd.GeoSeries) -> pd.Series:
    """Return the metres from each place to the nearest point, along the ellipsoid (Karney 2013).

    The nearest point is found along straight lines through the Earth.

    Args:
        places: points, in any known CRS.
        points: points, in any known CRS; missing and empty ones are ignored.

    Returns:
        float64 on the index of the places; NaN if there is no point at all.

    Raises:
        InputError: an unknown CRS.

    >>> towns = gpd.GeoSeries.from_xy([2.0, 3.0], [48.0, 48.0], crs=4326)
    >>> distance_to_nearest(towns, towns.iloc[:1]).round().tolist()
    [0.0, 74625.0]
    """
    # Here, not above: importing it takes longer than a run that has no points.
    from scipy.spatial import cKDTree

    if places.crs is None or points.crs is None:
        raise InputError(Fault(_("the points have no coordinate system."), kind="no-crs"))
    origins, targets = (series.to_crs("EPSG:4326") for series in (places, points))
    targets = targets[~(targets.isna() | targets.is_empty)]
    if targets.empty or origins.empty:
        return pd.Series(np.nan, index=places.index, name="distance_m")
    here_x, here_y = origins.x.to_numpy(), origins.y.to_numpy()
    nearest_places = cKDTree(to_geocentric(targets.x.to_numpy(), targets.y.to_numpy())).query(
        to_geocentric(here_x, here_y)
    )[1]
    nearest = targets.iloc[nearest_places]
    _unused, _unused, metres = pyproj.Geod(ellps="WGS84").inv(here_x, here_y, nearest.x, nearest.y)
    return pd.Series(metres, index=places.index, name="distance_m")


def to_geocentric(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Return metres from the centre of the Earth of points on WGS 84 in degrees, shape (points,
    3)."""
    earth = pyproj.Geod(ellps="WGS84")
    longitude, latitude = np.radians(east), np.radians(north)
    normal = earth.a / np.sqrt(1 - earth.es * np.sin(latitude) ** 2)
    return np.column_stack(
        [
            normal * np.cos(latitude) * np.cos(longitude),
            normal * np.cos(latitude) * np.sin(longitude),
            normal * (1 - earth.es) * np.sin(latitude),
        ]
    )
