"""How far the nearest of some points is, on the ellipsoid, wherever on Earth.

For points that are at hand; `geo.points.compute_nearest` reads them from files of any length.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree

from geo.errors import Fault, InputError
from geo.territories import Territories


def centres_of(territories: Territories) -> gpd.GeoSeries:
    """A point in the middle of each territory, EPSG:4326: its centroid where that lies inside, or
    else a point that does."""
    shapes = territories.frame.geometry.to_crs("EPSG:4326").to_numpy()
    middle = shapely.centroid(shapes)
    outside = ~shapely.intersects(shapes, middle)
    middle[outside] = shapely.point_on_surface(shapes[outside])
    return gpd.GeoSeries(middle, index=territories.codes, crs="EPSG:4326")


def distance_to_nearest(places: gpd.GeoSeries, points: gpd.GeoSeries) -> pd.Series:
    """Metres from each place to the nearest point, along the ellipsoid (Karney 2013).

    The nearest is looked for along the chords of a sphere: where two points are equally far to
    within half a percent, the other one may be taken.

    Args:
        places: points, in any known CRS.
        points: points, in any known CRS; missing and empty ones are nowhere.

    Returns:
        float64 on the index of the places; NaN where there is no point at all.

    Raises:
        InputError: a CRS is not known.

    >>> towns = gpd.GeoSeries.from_xy([2.0, 3.0], [48.0, 48.0], crs=4326)
    >>> distance_to_nearest(towns, towns.iloc[:1]).round().tolist()
    [0.0, 74625.0]
    """
    if places.crs is None or points.crs is None:
        raise InputError(Fault("the points have no coordinate system.", kind="no-crs"))
    here, there = (series.to_crs("EPSG:4326") for series in (places, points))
    there = there[~(there.isna() | there.is_empty)]
    if there.empty or here.empty:
        return pd.Series(np.nan, index=places.index, name="distance_m")
    found = cKDTree(_on_sphere(there)).query(_on_sphere(here))[1]
    nearest = there.iloc[found]
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(here.x, here.y, nearest.x, nearest.y)
    return pd.Series(metres, index=places.index, name="distance_m")


def _on_sphere(points: gpd.GeoSeries) -> np.ndarray:
    """Unit vectors, shape (points, 3)."""
    east, north = np.radians(points.x.to_numpy()), np.radians(points.y.to_numpy())
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
