"""The inputs of `scripts.bench.geo`: real communes, generated rasters, points and polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def read_communes(data: Path, subject: str) -> Any:
    """Return all communes in degrees for points; for the rest those of the mainland, in metres."""
    import geopandas as gpd

    communes = gpd.read_parquet(data / "fr/boundaries/communes_2026.parquet")
    if subject != "points":
        communes = communes[~communes["code_dep"].str.startswith("97")].to_crs(2154)
    plain = communes[["code", "geometry"]].set_index("code")
    return plain.set_geometry(plain.make_valid())


SIDE = 10_000


def make_raster(folder: Path) -> Path:
    """Return a raster of France, 10,000 × 10,000 cells of about 100 m with random amounts."""
    import rasterio

    path = folder / "france_100m.tif"
    if path.exists():
        return path
    rng = np.random.default_rng(7)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:2154",
        transform=rasterio.Affine(115, 0, 99_000, 0, -107, 7_115_000),
        dtype="float32",
        height=SIDE,
        width=SIDE,
        count=1,
        tiled=True,
        nodata=-1,
        compress="deflate",
    ) as out:
        for row in range(0, SIDE, 256):
            high = min(256, SIDE - row)
            block = rng.integers(0, 50, (high, SIDE)).astype(np.float32)
            out.write(block, 1, window=((row, row + high), (0, SIDE)))
    return path


BOXES = [  # west, south, east, north of the mainland and of the five overseas départements
    (-5.2, 41.3, 9.6, 51.1),
    (-61.9, 15.8, -61.0, 16.6),
    (-61.3, 14.3, -60.8, 15.0),
    (-54.7, 2.1, -51.6, 5.8),
    (55.2, -21.4, 55.9, -20.8),
    (45.0, -13.1, 45.3, -12.6),
]
OVERSEAS = 0.05  # of the points


def make_points(folder: Path, rows: int) -> Path:
    """Return random points in the boxes, in Parquet with row groups of a million."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"points_{rows}.parquet"
    if path.exists():
        return path
    rng = np.random.default_rng(3)
    schema = pa.schema([("x", pa.float64()), ("y", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, 2**20):
            n = min(2**20, rows - first)
            box = np.where(rng.random(n) < OVERSEAS, rng.integers(1, len(BOXES), n), 0)
            west, south, east, north = np.array(BOXES)[box].T
            x, y = rng.uniform(west, east), rng.uniform(south, north)
            writer.write_table(pa.table({"x": x, "y": y}, schema=schema))
    return path


def make_coverage(data: Path) -> Any:
    """Return 50,000 irregular polygons around real mobile sites, of 0.8 to 4 km."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    path = next((data / "fr/connectivity").glob("2018_01_Sites*.csv"))
    sites = pd.read_csv(path, sep=";", na_values="#N/A").dropna().sample(50_000, random_state=1)
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 33)[:-1]
    reach = rng.uniform(800, 4000, (len(sites), 1)) * rng.uniform(0.6, 1.4, (len(sites), 32))
    x = sites["x"].to_numpy()[:, None] + reach * np.cos(angle)
    y = sites["y"].to_numpy()[:, None] + reach * np.sin(angle)
    return gpd.GeoSeries(shapely.polygons(np.stack([x, y], axis=-1)), crs=2154)
