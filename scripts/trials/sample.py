"""A small project with a file of every kind, for trials that run the main job many times.

python -m scripts.trials.sample FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SQUARES = [("01001", 4.0, 46.0), ("01002", 4.1, 46.0), ("01003", 4.0, 46.1), ("01004", 4.1, 46.1)]
PEOPLE = (10, 20, 30, 40)
VECTORS = ("geojson", "gpkg", "parquet", "shp", "topojson")
TABLES = ("csv", "xlsx", "parquet", "json")

PROJECT = """\
title = "Quatre carrés"
lang = "en"
flags = ["little-fibre.toml"]

[territories]
path = "squares.{vector}"
code = "code"
name = "nom"
population = "pop"
source = "IGN, squares, 2026-01-01, Licence Ouverte 2.0"

[[layers]]
id = "fibre"
title = "Fibre"
path = "fibre.{table}"
code = "code"
value = "taux"
unit = "percent"
source = "Arcep, 2022-12-31, Licence Ouverte 2.0"

[[layers]]
id = "debit"
path = "debit.tif"
kind = "raster"
stat = "mean"

[[layers]]
id = "web"
path = "web.csv"
code = "code"
value = "site"
unit = "url"

[[layers]]
id = "4g"
path = "4g.geojson"
kind = "polygons"

[[layers]]
id = "antennes"
path = "sites.csv"
kind = "points"
x = "lon"
y = "lat"

[recipe]
normalise = "minmax"
aggregate = "arithmetic"
min_available = 0.5
weights = {{ fibre = 0.4, debit = 0.2, 4g = 0.2, web = 0.2 }}

[output]
name = "carte"
"""
RULE = """\
id = "little-fibre"
title = { fr = "Peu de fibre", en = "Little fibre" }
method = { fr = "Moins de 60 %.", en = "Less than 60 %." }
all = [{ indicator = "fibre", op = "<", value = 60 }]
"""


def write_sample(folder: Path, *, vector: str = "geojson", table: str = "csv") -> Path:
    """Write four squares of 0.1° and a layer of each kind, into a new folder.

    Args:
        folder: for the files.
        vector: format of the territories, one of `VECTORS`.
        table: format of the first table, one of `TABLES`.

    Returns:
        The project file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_squares(folder / f"squares.{vector}")
    _write_fibre(folder / f"fibre.{table}")
    _write_raster(folder / "debit.tif")
    _write_coverage(folder / "4g.geojson")
    texts = {
        "web.csv": "code,site\n01001,https://a.fr\n01002,\n01003,www.c.fr\n01004,https://d.fr\n",
        "sites.csv": "lon,lat\n4.05,46.05\n4.06,46.05\n4.15,46.15\n9,9\n",
        "little-fibre.toml": RULE,
        "project.toml": PROJECT.format(vector=vector, table=table),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / "project.toml"


def _write_squares(path: Path) -> None:
    import geopandas as gpd
    import shapely

    squares = gpd.GeoDataFrame(
        {"code": [code for code, _, _ in SQUARES], "nom": list("ABCD"), "pop": list(PEOPLE)},
        geometry=[shapely.box(x, y, x + 0.1, y + 0.1) for _, x, y in SQUARES],
        crs=4326,
    )
    drivers = {"geojson": "GeoJSON", "gpkg": "GPKG", "shp": "ESRI Shapefile"}
    kind = path.suffix.removeprefix(".")
    if kind == "parquet":
        squares.to_parquet(path)
    elif kind == "topojson":
        path.write_text(json.dumps(_topology(squares)), encoding="utf-8")
    else:
        squares.to_file(path, driver=drivers[kind])


def _topology(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return a TopoJSON whose arcs are whole rings."""
    arcs = [[list(corner) for corner in shape.exterior.coords] for shape in frame.geometry]
    shapes = [
        {"type": "Polygon", "arcs": [[place]], "properties": dict(row)}
        for place, row in enumerate(frame.drop(columns="geometry").to_dict("records"))
    ]
    objects = {"squares": {"type": "GeometryCollection", "geometries": shapes}}
    return {"type": "Topology", "objects": objects, "arcs": arcs}


def _write_fibre(path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame(
        {"code": ["01001", "01002", "01003", "09999"], "taux": [50.5, 100.0, None, 3.5]}
    )
    writers: dict[str, Callable[[pd.DataFrame], None]] = {
        ".csv": lambda table: table.to_csv(path, sep=";", decimal=",", index=False),
        ".xlsx": lambda table: table.to_excel(path, index=False),
        ".parquet": lambda table: table.to_parquet(path, index=False),
        ".json": lambda table: table.to_json(path, orient="records"),
    }
    writers[path.suffix](table)


def _write_raster(path: Path) -> None:
    import numpy as np
    import rasterio

    cells = np.repeat([[3, 3, 4, 4], [1, 1, 2, 2]], 2, axis=0).astype("float32")
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=4, count=1, dtype="float32",
        crs="EPSG:4326", nodata=-1, transform=rasterio.Affine(0.05, 0, 4.0, 0, -0.05, 46.2),
    ) as raster:  # fmt: skip
        raster.write(cells, 1)


def _write_coverage(path: Path) -> None:
    import geopandas as gpd
    import shapely

    parts = [shapely.box(4.0, 46.0, 4.05, 46.1), shapely.box(4.0, 46.0, 4.05, 46.1)]
    gpd.GeoDataFrame(geometry=parts, crs=4326).to_file(path, driver="GeoJSON")


def main() -> None:
    """Write the project into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m scripts.trials.sample FOLDER")
    print(write_sample(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
