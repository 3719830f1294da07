"""The territories as a GeoPackage that contains the styles of its columns."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.lock import written_by_gdal
from zoneblanche.geo.messages import _
from zoneblanche.layers.outputs.styles import LAYER, Style, write_qml, write_sld

FIXED_TIME = "2000-01-01T00:00:00.000Z"
"""Used where the format requires a time, so that the same inputs give the same bytes."""

ARROW_SINCE = (3, 8, 0)
"""Version of GDAL that takes whole columns, in half the time. Of a large table the file differs by
its count of transactions, which SQLite has in the header."""

ROWS_AT_ONCE = 4096
"""Rows that are handed over together: those of a country need a tenth of the process."""

SHAPE = "geometry"


def write_geopackage(frame: gpd.GeoDataFrame, path: Path, styles: Sequence[Style] = ()) -> None:
    """Write territories, codes in a column, and the styles of their columns, the first the default.

    Text is written unchanged: make it harmless first (`geo.tables.safe_text`), because spreadsheet
    programs open tables of a GeoPackage too.

    Raises:
        OSError: the place cannot be written.
    """
    # Most commands write none.
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        with written_by_gdal(path):
            if pyogrio.__gdal_version__ >= ARROW_SINCE:
                _write_columns(frame, path)
            else:
                frame.to_file(
                    path, driver="GPKG", layer=LAYER, engine="pyogrio", promote_to_multi=True
                )
            _check_count(path, len(frame))
            if styles:
                add_styles(path, styles)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_columns(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write what `GeoDataFrame.to_file` writes, which makes a copy of all columns first."""
    import pyogrio

    if frame.index.name is not None:
        frame = frame.reset_index()
    shapes = frame.geometry.to_numpy()
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    schema = _schema_of(cells)
    wkb = pa.field(SHAPE, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
    raised: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for first in range(0, len(cells), ROWS_AT_ONCE):
                rows = slice(first, first + ROWS_AT_ONCE)
                part = pa.Table.from_pandas(cells.iloc[rows], schema, preserve_index=False)
                part = part.append_column(wkb, _wkb_of(shapes[rows]))
                yield from part.combine_chunks().to_batches()
        except BaseException as error:  # a stop too, of which GDAL says only that it got no batch
            raised.append(error)
            raise

    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema.append(wkb), batches()),
            path,
            layer=LAYER,
            driver="GPKG",
            geometry_name=SHAPE,
            geometry_type=_kind_of(shapes),
            crs=_name_of_crs(frame),
        )
    except RuntimeError:
        if raised:
            raise raised[0] from None
        raise


def _schema_of(cells: pd.DataFrame) -> pa.Schema:
    """Return the types of the columns; text for one without any value, which GDAL has no type
    for."""
    fields = pa.Schema.from_pandas(cells, preserve_index=False)
    return pa.schema(
        [
            field.with_type(pa.string()) if pa.types.is_null(field.type) else field
            for field in fields
        ]
    )


def _wkb_of(shapes: np.ndarray) -> pa.Array:
    """Return shapes as WKB, a polygon as a multipolygon of one part."""
    shapes = shapes.copy()
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes[single] = shapely.multipolygons(shapes[single][:, np.newaxis])
    return pa.array(shapely.to_wkb(shapes), type=pa.binary())


def _kind_of(shapes: np.ndarray) -> str:
    """Return the type of the shapes, as GDAL names it."""
    if shapely.is_missing(shapes).all():
        return "Unknown"
    return "MultiPolygon Z" if shapely.has_z(shapes).any() else "MultiPolygon"


def _name_of_crs(frame: gpd.GeoDataFrame) -> str | None:
    if frame.crs is None:
        return None
    number = frame.crs.to_epsg()
    return f"EPSG:{number}" if number else str(frame.crs.to_wkt("WKT1_GDAL"))


def _check_count(path: Path, count: int) -> None:
    """Check the number of rows: GDAL may close a file without an error when the disk was full."""
    with closing(sqlite3.connect(path)) as base:
        arrived = base.execute(f"SELECT count(*) FROM {LAYER}").fetchone()[0]
    if arrived != count:
        raise OSError(errno.EIO, f"{arrived} of {count} rows arrived", str(path))


def add_styles(path: Path, styles: Sequence[Style]) -> None:
    """Write the table `layer_styles`, which QGIS and GDAL read, into a GeoPackage.

    Each style has its QML (QGIS) and its SLD (OGC 1.1). The same styles give the same bytes.
    """
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("DROP TABLE IF EXISTS layer_styles")
        base.execute("DELETE FROM gpkg_contents WHERE table_name = 'layer_styles'")
        base.execute(_STYLES_TABLE)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
            (FIXED_TIME,),
        )
        for place, style in enumerate(styles):
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                "owner, ui, update_time) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL, ?)",
                (LAYER, _geometry_column(base), style.name, write_qml(style), write_sld(style),
                 int(place == 0), ", ".join(style.columns), FIXED_TIME),
            )  # fmt: skip


def _geometry_column(base: sqlite3.Connection) -> str:
    row = base.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (LAYER,)
    ).fetchone()
    if row is None:
        raise InputError(_("the GeoPackage has no layer {layer}.", layer=repr(LAYER)))
    return str(row[0])


_STYLES_TABLE = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
    "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
    "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
    "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME "
    "DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
)
