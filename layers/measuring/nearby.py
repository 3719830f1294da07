"""Places on territories: how many are in each, and the distance to the nearest from its middle.

A list of places covers a part of the country (the mainland, an island) or it does not. If it names
no place at all in a part, the part is not covered. Its territories get neither 0 nor a distance
across an ocean.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.points.distance import centres_of, distance_to_nearest
from zoneblanche.geo.territories import Territories

FEW = 1000
"""Points up to which an index of polygons is faster than to load the compiler, a second or two."""
SLACK = 0.3
"""Degrees around a part of the country within which a place counts as in it."""


def parts_of(territories: Territories) -> pd.Series:
    """Return the id of the part of the country of each territory; one part without a country."""
    country = territories.country
    if country is None:
        return pd.Series("all", index=territories.codes)
    return pd.Series(territories.parts_by_code, index=territories.codes)


def located_in(territories: Territories, points: gpd.GeoSeries) -> pd.Series:
    """Return the code of the territory of each point, on the index of the points; missing for none.

    A point on a border, of few, is in the first of the territories.
    """
    projected = points.to_crs(territories.frame.crs)
    if len(points) <= FEW:
        tree = shapely.STRtree(territories.frame.geometry.to_numpy())
        point, place = tree.query(projected.to_numpy(), predicate="intersects")
        places = np.full(len(points), len(territories.codes))
        np.minimum.at(places, point, place)
    else:
        from zoneblanche.geo.points.locate import build_locator, locate_points

        places = locate_points(
            build_locator(territories.frame.geometry),
            projected.x.to_numpy(),
            projected.y.to_numpy(),
        )
    codes = np.array([*territories.codes, None], dtype="object")
    return pd.Series(codes[places], index=points.index)


def covered_by(territories: Territories, codes: pd.Series) -> pd.Series:
    """Return whether each territory is in a part of the country with any place.

    Args:
        codes: of the territory of each place, for example from `located_in`.
    """
    parts = parts_of(territories)
    covered_parts = set(parts.reindex(codes.dropna().unique()).dropna())
    return parts.isin(covered_parts)


def kilometres_to_nearest(
    territories: Territories, points: gpd.GeoSeries, *, middles: gpd.GeoSeries | None = None
) -> pd.Series:
    """Return the kilometres from the middle of each territory to the nearest point of its part of
    the country; NaN if that part has none.

    Args:
        territories: all of the country.
        points: places, in any CRS.
        middles: instead of the middle of its polygon, for some or all of the territories;
            EPSG:4326.
    """
    places = centres_of(territories)
    if middles is not None:
        places = pd.concat([middles, places[~places.index.isin(middles.index)]]).loc[places.index]
    targets = points.to_crs("EPSG:4326")
    kilometres = pd.Series(np.nan, index=territories.codes)
    parts = parts_of(territories)
    for _, members in parts.groupby(parts):
        members_places = places.loc[members.index]
        west, south, east, north = members_places.total_bounds
        inside = targets.cx[west - SLACK : east + SLACK, south - SLACK : north + SLACK]
        kilometres[members.index] = distance_to_nearest(members_places, inside) / 1000
    return kilometres
