"""The ASEM example of COINr, as recipes and tables, and small atlases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.indicator import Better, Indicator


class Asem:
    """The example of the JRC, and what COINr 1.1.14 made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = self.read("ASEM_iMeta.csv", index="iCode")
        self.data = self.read("ASEM_iData.csv", index="uCode")
        self.indicators = list(self.meta.index[self.meta["Type"] == "Indicator"])
        self.better = {
            name: "lower" if self.meta["Direction"][name] == -1 else "higher"
            for name in self.indicators
        }

    def read(self, name: str, *, index: str | None = None) -> pd.DataFrame:
        return pd.read_csv(
            self.folder / name,
            index_col=index,
            keep_default_na=False,
            na_values=["NA"],
        )

    def expected(self, step: str) -> pd.DataFrame:
        return self.read(f"expected_dset_{step}.csv", index="uCode")

    def recipe(self, **options: object) -> Recipe:
        """The example's recipe: three levels of equal weights."""
        dimensions: dict[str, dict[str, object]] = {}
        for name in self.meta.index[self.meta["Type"] == "Aggregate"]:
            children = self.meta.index[self.meta["Parent"] == name]
            if name != "Index":
                dimensions[name] = {"weights": {c: float(self.meta["Weight"][c]) for c in children}}
        table = {
            "id": "Index",
            "weights": {"Conn": 1, "Sust": 1},
            "dimensions": dimensions,
            "indicators": {name: {"better": better} for name, better in self.better.items()},
            "draws": 0,
            **options,
        }
        return recipe_from_table(table, file="asem.toml", indicators=self.indicators)


@pytest.fixture(scope="session")
def asem(shared_data: Path) -> Asem:
    return Asem(shared_data / "reference" / "coinr")


@pytest.fixture(scope="session")
def make_atlas() -> Callable[..., Atlas]:
    """An atlas of unit squares from a table, all indicators `higher` unless told."""

    def make(table: pd.DataFrame, **better: Better) -> Atlas:
        count = len(table)
        codes = pd.Index([str(code) for code in table.index], name="code", dtype="str")
        squares = shapely.box(np.arange(count), 0, np.arange(count) + 1, 1)
        frame = gpd.GeoDataFrame({"name": codes}, geometry=squares, crs="EPSG:2154", index=codes)
        facts = pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes)
        parents = pd.DataFrame({"region": ["r"] * count}, index=codes)
        territories = Territories(frame=frame, level="commune", parents=parents, facts=facts)
        atlas = empty_atlas(territories)
        for name in table:
            column = pd.Series(table[name].to_numpy("float64"), index=codes)
            direction = better.get(str(name), "higher")
            atlas = atlas.add(Indicator(str(name), str(name), better=direction), column)
        return atlas

    return make
