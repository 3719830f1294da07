"""A toy atlas of unit squares in a row, and the real communes of France."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator

MakeAtlas = Callable[..., Atlas]


@pytest.fixture(scope="session")
def make_atlas() -> MakeAtlas:
    """A factory: columns of values, and what their indicators are."""

    def make(
        columns: Mapping[str, Sequence[float]],
        *,
        population: Sequence[float] | None = None,
        parents: Mapping[str, Sequence[str | None]] | None = None,
        intervals: Mapping[str, pd.DataFrame] | None = None,
        **options: Mapping[str, Any],
    ) -> Atlas:
        size = len(next(iter(columns.values())))
        codes = pd.Index([f"T{place:02d}" for place in range(size)], name="code")
        squares = [shapely.box(place, 0, place + 1, 1) for place in range(size)]
        territories = Territories(
            frame=gpd.GeoDataFrame(
                {"name": [f"Toy {code}" for code in codes]},
                geometry=squares,
                index=codes,
                crs="EPSG:2154",
            ),
            level="toy",
            parents=pd.DataFrame(dict(parents or {}), index=codes, dtype="object"),
            facts=pd.DataFrame(
                {
                    "population": [100.0] * size if population is None else population,
                    "area_km2": [1.0] * size,
                },
                index=codes,
                dtype="float64",
            ),
        )
        atlas = empty_atlas(territories)
        for name, values in columns.items():
            known = {"better": "higher", **options.get(name.replace("-", "_"), {})}
            atlas = atlas.add(
                Indicator(name, name.title(), **known),
                pd.Series(list(values), index=codes, dtype="float64"),
                reasons=Reason.NOT_PUBLISHED,
            )
        tables = {name: table.set_axis(codes) for name, table in (intervals or {}).items()}
        return replace(atlas, intervals=tables)

    return make
