"""A toy atlas that has one of everything a page must show."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.country import read_country
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

SOURCE = Source(
    "Producer", "Table of figures", "https://example.org/table", "CC BY 4.0", "2026-01-31"
)


@pytest.fixture
def overseas_atlas() -> Atlas:
    """Three communes of the mainland and two of Guadeloupe, in degrees."""
    places = [("48001", 3.2, 44.4), ("48002", 3.4, 44.4), ("48003", 3.3, 44.6),
              ("97101", -61.5, 16.2), ("97102", -61.3, 16.2)]  # fmt: skip
    codes = pd.Index([code for code, _, _ in places], name="code")
    shapes = [shapely.box(x, y, x + 0.2, y + 0.2) for _, x, y in places]
    frame = gpd.GeoDataFrame(
        {"name": [f"C{code}" for code in codes]}, geometry=shapes, index=codes, crs=4326
    )
    territories = Territories(
        frame=frame,
        level="commune",
        parents=pd.DataFrame({"country": "FR"}, index=codes),
        facts=pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes),
        parent_names={"country": {"FR": "France"}},
        country=read_country("fr"),
    )
    values = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, np.nan]}, index=codes)
    reasons = pd.DataFrame({"x": [0, 0, 0, 0, 2]}, index=codes, dtype="int8")
    indicator = Indicator("x", {"fr": "Besoin", "en": "Need"}, "score", "lower")
    return Atlas(territories, values, reasons, {"x": indicator}, pd.DataFrame(index=codes))


@pytest.fixture
def toy_atlas(toy: Territories) -> Atlas:
    """The toy country with figures."""
    return make_toy_atlas(toy)


def make_toy_atlas(toy: Territories) -> Atlas:
    """The toy country with an index, two indicators, a context figure, a flag and a gap."""
    indicators = [
        Indicator("need", {"fr": "Besoin", "en": "Need"}, "score", "lower", role="index",
                  bounds=(0, 100), sources=(SOURCE,), parts=("fibre", "presence")),
        Indicator("fibre", {"fr": "Fibre", "en": "Fibre"}, "percent", "higher", bounds=(0, 100),
                  period="2026-01-31", native_level="departement", sources=(SOURCE,)),
        Indicator("presence", {"fr": "Présence", "en": "Presence"}, "percent", "higher"),
        Indicator("density", {"fr": "Densité", "en": "Density"}, digits=1, role="context"),
        Indicator("sparse", {"fr": "Isolé", "en": "Sparse"}, "boolean", digits=0, role="flag"),
    ]  # fmt: skip
    values = pd.DataFrame(
        {
            "need": [12.5, 80.0, np.nan, 40.04],
            "fibre": [50.0, 50.0, 91.2, 91.2],
            "presence": [100.0, 0.0, 33.3, 66.7],
            "density": [1.0, 3.0, 10.0, 6.0],
            "sparse": [1.0, 1.0, 0.0, 0.0],
        },
        index=toy.codes,
    )
    reasons = pd.DataFrame(0, index=toy.codes, columns=values.columns, dtype="int8")
    reasons.loc["B1", "need"] = int(Reason.TOO_FEW)
    interval = pd.DataFrame(
        {
            "rank": [3.0, 1.0, np.nan, 2.0],
            "rank_low": [2.0, 1.0, np.nan, 1.0],
            "rank_high": [3.0, 2.0, np.nan, 3.0],
            "score_low": [10.0, 75.5, np.nan, 35.0],
            "score_high": [20.0, 85.0, np.nan, 44.0],
        },
        index=toy.codes,
    )
    return Atlas(
        territories=toy,
        values=values,
        reasons=reasons,
        indicators={one.id: one for one in indicators},
        weights=pd.DataFrame(index=toy.codes),
        intervals={"need": interval},
    )
