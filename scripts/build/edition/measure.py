"""Measure the size of an edition's geometry with other encodings.

    python -m scripts.build.edition.measure --packages DIR

The figures of docs/edition.md come from here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import typer
from rich.console import Console

from zoneblanche.geo.errors import InputError
from zoneblanche.scripts.build.edition.assemble import mended_shapes
from zoneblanche.scripts.build.edition.communes.directory import read_communes_table
from zoneblanche.scripts.build.edition.communes.official import read_official_code
from zoneblanche.scripts.build.edition.communes.shapes import snap
from zoneblanche.scripts.build.edition.packages import obtain_archive
from zoneblanche.scripts.build.edition.recipe import FRANCE
from zoneblanche.scripts.build.edition.storage import ONE_PAGE, VERTEX

METRES_A_DEGREE = 111_320

STREAMS: dict[str, Any] = {
    "use_dictionary": False,
    "use_byte_stream_split": [f"{VERTEX}x", f"{VERTEX}y"],
}
PLAIN: dict[str, Any] = {"use_dictionary": False}


def weigh(
    shapes: pd.Series, *, encoding: str, options: dict[str, Any], codec: str = "zstd", level: int
) -> int:
    """Return the bytes of a GeoParquet file that contains only these shapes, in their order."""
    multi = [shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s for s in shapes]
    arrow = gpd.GeoSeries(multi, crs="EPSG:4326").to_frame("geometry")
    table = pa.table(arrow.to_arrow(index=False, geometry_encoding=encoding, interleaved=False))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression=codec, compression_level=level, **options, **ONE_PAGE)
    return sink.tell()


def grids(mended: pd.Series) -> Iterator[tuple[str, pd.Series | None]]:
    """Return the shapes unchanged and on each grid, None if a grid is too coarse for them."""
    yield "none", mended
    steps = {"1e-5": 1e-5} | {f"2^-{k}": 2.0**-k for k in (18, 17, 16, 15, 14)}
    for name, step in steps.items():
        try:
            yield name, snap(mended, step)
        except InputError:
            yield name, None


def simplified(mended: pd.Series, metres: float) -> pd.Series:
    """Return the shapes after `coverage_simplify` (Visvalingam) with this tolerance at 46.5°
    north."""
    scale = METRES_A_DEGREE * np.sqrt(np.cos(np.radians(46.5)))
    simple = shapely.coverage_simplify(mended.to_numpy(), metres / scale)
    return pd.Series(simple, index=mended.index, dtype=object)


def main(
    packages: Annotated[Path, typer.Option(help="Folder with the packages' archives; kept.")],
) -> None:
    """Print one line per choice: its name, and bytes."""
    say = Console().print
    archives = {package: obtain_archive(package, packages) for package in FRANCE.packages}
    tables = {package: read_communes_table(archives[package]) for package in FRANCE.packages[1:]}
    former = read_official_code(archives[FRANCE.official]).former
    mended = mended_shapes(FRANCE, tables=tables, former=former).shapes
    for name, shapes in grids(mended):
        if shapes is None:
            say(f"grid {name}: too coarse, shapes do not survive")
            continue
        for encoding, options in {"geoarrow": STREAMS, "WKB": PLAIN}.items():
            say(
                f"grid {name}, {encoding}:",
                weigh(shapes, encoding=encoding, options=options, level=22),
            )
    best = snap(mended, FRANCE.grid)
    for level in (3, 15, 19, 22):
        say(f"zstd {level}:", weigh(best, encoding="geoarrow", options=STREAMS, level=level))
    brotli = weigh(best, encoding="geoarrow", options=STREAMS, codec="brotli", level=11)
    say("brotli 11:", brotli)
    say("geoarrow without streams:", weigh(best, encoding="geoarrow", options=PLAIN, level=22))
    hilbert = best.iloc[np.argsort(gpd.GeoSeries(best, crs="EPSG:4326").hilbert_distance())]
    for encoding, options in {"geoarrow": STREAMS, "WKB": PLAIN}.items():
        say(
            f"Hilbert order, {encoding}:",
            weigh(hilbert, encoding=encoding, options=options, level=22),
        )
    for metres in (5, 10, 20, 50, 100):
        shapes = simplified(mended, metres)
        vertices = shapely.get_num_coordinates(shapes.to_numpy()).sum()
        size = weigh(snap(shapes, FRANCE.grid), encoding="geoarrow", options=STREAMS, level=22)
        say(f"simplified at {metres} m: {vertices} vertices,", size)


if __name__ == "__main__":
    typer.run(main)
