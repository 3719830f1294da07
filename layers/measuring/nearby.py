"""Places on territories: how many lie in each, and how far the nearest is from its middle.

A list of places covers a part of the country (the mainland, an island) or it does not: where it
names no place at all, the part is not covered, and its territories have neither 0 nor a distance
to the other side of an ocean.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.points.distance import centres_of, distance_to_nearest
from zoneblanche.geo.points.locate import build_locator, locate_points
from zoneblanche.geo.territories import Territories

SLACK = 0.3
"""Degrees around a part of the country within which a place is counted as lying in it."""


def parts_of(territories: Territories) -> pd.Series:
    """Id of the part of the country in which each territory lies; one part without a country."""
    country = territories.country
    if country is None:
        return pd.Series("all", index=territories.codes)
    return pd.Series(country.parts_of(territories.codes), index=territories.codes)


def located_in(territories: Territories, points: gpd.GeoSeries) -> pd.Series:
    """Code of the territory in which each point lies, on the points' index; None for none."""
    here = points.to_crs(territories.frame.crs)
    found = locate_points(
        build_locator(territories.frame.geometry), here.x.to_numpy(), here.y.to_numpy()
    )
    codes = np.array([*territories.codes, None], dtype="object")
    return pd.Series(codes[found], index=points.index)


def covered_by(territories: Territories, codes: pd.Series) -> pd.Series:
    """Whether each territory lies in a part of the country where there is any place.

    Args:
        codes: of the territory of each place, e.g. of `located_in`.
    """
    parts = parts_of(territories)
    there = set(parts.reindex(codes.dropna().unique()).dropna())
    return parts.isin(there)


def kilometres_to_nearest(territories: Territories, points: gpd.GeoSeries) -> pd.Series:
    """Kilometres from the middle of each territory to the nearest point of its own part of the
    country; NaN where that part has none."""
    places = centres_of(territories)
    there = points.to_crs("EPSG:4326")
    found = pd.Series(np.nan, index=territories.codes)
    parts = parts_of(territories)
    for _, members in parts.groupby(parts):
        here = places.loc[members.index]
        west, south, east, north = here.total_bounds
        inside = there.cx[west - SLACK : east + SLACK, south - SLACK : north + SLACK]
        found[members.index] = distance_to_nearest(here, inside) / 1000
    return found
