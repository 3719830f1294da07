"""Twelve towns in a row, for plans whose answer can be computed by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator

COUNT = 12
"""Towns in the row, 10 km wide."""
KILOMETRES = Indicator("far", "Distance", "number", "lower", suffix="km", bounds=(0, None))
SITE = Indicator("website", "Website", "boolean", "higher", bounds=(0, 1))
INNER = 3.8
"""Kilometres to a site in a town: 0.38 times the square root of 100 km²."""
RECIPE = {
    "id": "lack",
    "orientation": "worse",
    "normalise": "goalposts",
    "weights": {"far": 2, "website": 1},
    "indicators": {"far": {"goalposts": [0, 60]}},
}
"""An index of the two, as a table; without the number of draws."""


def kilometres() -> np.ndarray:
    """Return the distance of each town to a site in the first."""
    return np.maximum(10.0 * np.arange(COUNT), INNER)


def row_of_towns() -> Atlas:
    """Return twelve squares of 10 km in a row; people 100, 200, …; all in one département, half of
    them in each EPCI."""
    codes = pd.Index([f"T{place:02}" for place in range(COUNT)], name="code")
    west = [600_000 + 10_000 * place for place in range(COUNT)]
    squares = [shapely.box(x, 6_500_000, x + 10_000, 6_510_000) for x in west]
    frame = gpd.GeoDataFrame(
        {"name": [f"Town {place}" for place in range(COUNT)]},
        geometry=gpd.GeoSeries(squares, index=codes),
        index=codes,
        crs="EPSG:2154",
    )
    half = ["X"] * 6 + ["Y"] * 6
    return empty_atlas(
        Territories(
            frame=frame,
            level="commune",
            parents=pd.DataFrame({"epci": half, "departement": "D"}, index=codes),
            facts=pd.DataFrame(
                {"population": 100.0 * np.arange(1, COUNT + 1), "area_km2": 100.0}, index=codes
            ),
            vintage="2026",
        )
    )
