"""GeoPackage (OGC 12-128r18), read as an SQLite database.

GDAL is not used, because its SQLite driver supports tables that open other files. The database is
opened read-only and immutable, so no journal next to it is read or written.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _
from zoneblanche.geo.vectors.formats.features import (
    Features,
    check_features,
    choose_layer,
    damaged,
    objects,
)

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_STEPS = 100_000
_MOST_STEPS = 2_000
"""Two hundred million steps of SQLite's virtual machine in total, ten times what a million features
need: a view that never ends is stopped."""


def read_geopackage(
    path: Path, *, layer: str | None, wanted: tuple[str, ...], limits: Limits
) -> Features:
    """Return the features of one layer of a GeoPackage.

    Raises:
        InputError: an SQLite database that is not a GeoPackage, no such layer, several layers and
            none named, damage, more than the limits.
    """
    file = str(path)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _fence(connection)
        return _layer(connection, file, layer, wanted, limits)
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
        raise damaged(file, "GeoPackage", error) from error
    finally:
        connection.close()


def _fence(connection: sqlite3.Connection) -> None:
    """Trust nothing in the file: nothing runs forever, text is UTF-8 or an error."""
    left = [_MOST_STEPS]

    def step() -> int:
        left[0] -= 1
        return left[0] < 0

    connection.set_progress_handler(step, _STEPS)
    connection.text_factory = lambda data: data.decode("utf-8")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")


def _layer(
    connection: sqlite3.Connection,
    file: str,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
) -> Features:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= tables:
        raise InputError(
            Fault(
                _("the file is an SQLite database, but no GeoPackage."),
                file=file,
                remedy=_("Export the polygons as GeoPackage or GeoJSON."),
                kind="wrong-format",
            )
        )
    rows = connection.execute(
        "SELECT c.table_name, g.column_name, g.srs_id FROM gpkg_contents AS c "
        "JOIN gpkg_geometry_columns AS g ON g.table_name = c.table_name "
        "WHERE c.data_type = 'features' ORDER BY c.table_name"
    ).fetchall()
    by_name = {name: (column, srs) for name, column, srs in rows}
    chosen = choose_layer(list(by_name), layer, file=file)
    shape_column, srs = by_name[chosen]
    table = _quoted(chosen)
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    check_features(count, len(names), file, limits)
    asked = [name for name in wanted if name in names]
    columns = ", ".join(_quoted(name) for name in [shape_column, *asked])
    found = connection.execute(f"SELECT {columns} FROM {table}").fetchmany(limits.features + 1)
    check_features(len(found), len(names), file, limits)
    shapes, unreadable = _shapes([row[0] for row in found])
    fields = {name: objects([row[place + 1] for row in found]) for place, name in enumerate(asked)}
    crs = _crs(connection, srs)
    known = tuple(name for name in names if name != shape_column)
    return Features(file, shapes, fields, known, crs, unreadable)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs(connection: sqlite3.Connection, srs: Any) -> pyproj.CRS | None:
    """Return the CRS of the layer; -1 and 0 are "undefined" in the standard."""
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (srs,),
    ).fetchone()
    if row is None or srs in (0, -1):
        return None
    organization, number, definition = row
    try:
        if str(organization).upper() == "EPSG":
            return pyproj.CRS.from_authority("EPSG", int(number))
        return pyproj.CRS.from_wkt(str(definition))
    except (pyproj.exceptions.CRSError, TypeError):
        return None


def _shapes(blobs: list[Any]) -> tuple[np.ndarray, dict[int, str]]:
    unreadable: dict[int, str] = {}
    texts: list[bytes | None] = []
    for number, blob in enumerate(blobs):
        texts.append(None)
        if blob is None:
            continue
        size = (blob[3] >> 1) & 7 if isinstance(blob, bytes) and len(blob) > 8 else 9
        if size > 4 or blob[:2] != b"GP":
            unreadable[number] = "no GeoPackage geometry"
        else:
            texts[-1] = blob[8 + _ENVELOPE_BYTES[size] :]
    shapes = shapes_of_wkb(texts, unreadable)
    return shapes, unreadable


def shapes_of_wkb(texts: list[bytes | None], unreadable: dict[int, str]) -> np.ndarray:
    """Return shapes from well-known binary; those that cannot be read are recorded in
    `unreadable`."""
    wkb = objects(texts)
    with np.errstate(all="ignore"):  # coordinates that are not finite are a fault later
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([text is not None for text in texts], dtype=bool)
    for number in np.flatnonzero(shapely.is_missing(shapes) & given):
        unreadable[int(number)] = "no well-known binary of a polygon"
    return shapes
