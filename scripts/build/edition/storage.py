"""The files of an edition: the same content always gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from zoneblanche.geo.files.results.output import workshop_file
from zoneblanche.layers.edition.files import HEADER

ZSTD_LEVEL = 22

VERTEX = "geometry.list.element.list.element.list.element."

# One page per column: zstd then finds repetitions over the whole country, not over a mebibyte.
ONE_PAGE: dict[str, Any] = {
    "data_page_size": 1 << 30,
    "row_group_size": 1 << 20,
    "write_statistics": False,
}


def write_packed(table: pa.Table, path: Path, **options: Any) -> None:
    """Write Parquet that is as small as zstd makes it; options are those of `pq.write_table`."""
    with workshop_file(path) as staging:
        pq.write_table(
            table,
            staging,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            **options,
            **ONE_PAGE,
        )


def write_streams(streams: Mapping[str, bytes], header: Mapping[str, Any], path: Path) -> None:
    """Write streams of bytes and their header, for `layers.edition.files.read_streams`."""
    text = json.dumps(header).encode()
    table = pa.table(
        {"name": list(streams), "data": pa.array(streams.values(), type=pa.binary())}
    ).replace_schema_metadata({HEADER: text})
    write_packed(table, path, use_dictionary=False)


REPEATED = ("epci", "departement", "region", "commune")
"""Columns that are stored as dictionaries."""


def write_communes(communes: pd.DataFrame, path: Path) -> None:
    """Write Parquet, sorted by the column `code`: the columns of communes, without their shapes."""
    frame = communes.sort_values("code", ignore_index=True)
    with workshop_file(path) as staging:
        frame.to_parquet(
            staging,
            index=False,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=[name for name in REPEATED if name in frame],
            **ONE_PAGE,
        )


def as_multipolygons(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return polygons as multipolygons of one part, and multipolygons unchanged."""
    whole = [
        shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape for shape in shapes
    ]
    return gpd.GeoSeries(whole, index=shapes.index, crs=shapes.crs)


def write_shapes(communes: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet 1.1 with native (GeoArrow) coordinates, sorted by the column `code`.

    Longitudes and latitudes are two columns of doubles whose bytes are stored stream by stream: the
    high bytes hardly change from vertex to vertex, and the low ones are zero on the grid.
    """
    frame = communes.sort_values("code", ignore_index=True)
    # One type of geometry for all, as the native encoding requires.
    with workshop_file(path) as staging:
        frame.set_geometry(as_multipolygons(frame.geometry)).to_parquet(
            staging,
            index=False,
            geometry_encoding="geoarrow",
            schema_version="1.1.0",
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=[name for name in REPEATED if name in frame],
            use_byte_stream_split=[f"{VERTEX}x", f"{VERTEX}y"],
            **ONE_PAGE,
        )


def write_presence(panel: pd.DataFrame, path: Path) -> None:
    """Write Parquet: the waves of one commune are adjacent, so their repetitions cost nothing."""
    names = ["code", "wave", "website", "email_domain"]
    schema = pa.schema([(name, pa.string()) for name in names])
    table = pa.Table.from_pandas(panel[names], schema=schema, preserve_index=False)
    write_packed(table.replace_schema_metadata(None), path, use_dictionary=False)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 CSV with a comma and a line feed."""
    with workshop_file(path) as staging:
        table.to_csv(staging, index=False, lineterminator="\n", encoding="utf-8")


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write indented UTF-8 JSON."""
    with workshop_file(path) as staging:
        staging.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
