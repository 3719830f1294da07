"""GeoPackage (OGC 12-128r18), read as an SQLite database.

GDAL is not used, because its SQLite driver supports tables that open other files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.database import LONGEST_CELL, Database, open_database
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.vectors.formats.features import Features, check_features, choose_layer, objects
from zoneblanche.geo.vectors.formats.wkb import shapes_of_wkb

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_CONTENTS, _SHAPES, _SYSTEMS = "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"
_MOST_LAYERS = 10_000


def read_geopackage(
    path: Path, *, layer: str | None, wanted: tuple[str, ...], limits: Limits, notices: Notices
) -> Features:
    """Return the features of one layer of a GeoPackage.

    Raises:
        InputError: an SQLite database that is not a GeoPackage, no such layer, several layers
            and none named, a layer that is a view, damage, more than the limits.
    """
    with open_database(path, what="GeoPackage") as base:
        _check_tables(base, (_CONTENTS, _SHAPES, _SYSTEMS))
        columns = ("table_name", "column_name", "srs_id")
        shapes = base.select(_SHAPES, columns, most=_MOST_LAYERS)
        shape_columns = {name: (column, srs) for name, column, srs in shapes}
        by_name = {name: shape_columns[name] for name in _layers(base) if name in shape_columns}
        chosen = choose_layer(list(by_name), layer, file=base.file)
        return _features(base, chosen, *by_name[chosen], wanted, limits, notices=notices)


def read_table(
    path: Path, *, layer: str | None, wanted: tuple[str, ...], limits: Limits, notices: Notices
) -> Features:
    """Return the rows of a table of a GeoPackage, with or without shapes, which are not read.

    Of several tables it is the one that `layer` names, else the only one with all wanted columns,
    which is stated.

    Raises:
        InputError: as `read_geopackage`.
    """
    with open_database(path, what="GeoPackage") as base:
        _check_tables(base, (_CONTENTS,))
        tables = _layers(base, ("features", "attributes"))
        with_columns = [
            name for name in tables if set(wanted) <= set(base.columns(name)) or name == layer
        ]
        if layer is None and len(tables) > 1 and wanted and len(with_columns) == 1:
            layer = with_columns[0]
            notices.remark(
                _(
                    "{file}: table {name} is read, the only one with these columns.",
                    file=base.file,
                    name=shown(layer),
                )
            )
        table = choose_layer(tables, layer, file=base.file)
        names = base.columns(table)
        check_features(base.count(table), len(names), base.file, limits)
        present = [name for name in wanted if name in names]
        rows = base.select(table, present or names[:1], most=limits.features)
        check_features(len(rows), len(names), base.file, limits)
    fields = {name: objects([row[place] for row in rows]) for place, name in enumerate(present)}
    return Features(str(path), np.full(len(rows), None), fields, tuple(names), None)


def read_attributes(
    path: Path, columns: Callable[[list[str]], list[str] | None], *, limits: Limits
) -> list[tuple[Any, ...]] | None:
    """Return fields of the first layer of a GeoPackage that has them, one tuple for each feature.

    Args:
        columns: from the names of a layer's fields to those that are read, or None.

    Returns:
        None where no layer has them.

    Raises:
        InputError: not a GeoPackage, a layer that is a view, damage, more than the limits.
    """
    with open_database(path, what="GeoPackage") as base:
        _check_tables(base, (_CONTENTS,))
        for table in _layers(base):
            names = base.columns(table)
            chosen = columns(names)
            if chosen is not None:
                check_features(base.count(table), len(names), base.file, limits)
                rows = base.select(table, chosen, most=limits.features)
                check_features(len(rows), len(names), base.file, limits)
                return rows
    return None


def _check_tables(base: Database, needed: tuple[str, ...]) -> None:
    if not base.tables.issuperset(needed):
        raise InputError(
            Fault(
                _("the file is an SQLite database, but no GeoPackage."),
                file=base.file,
                remedy=_("Export the polygons as GeoPackage or GeoJSON."),
                kind="wrong-format",
            )
        )


def _layers(base: Database, kinds: tuple[str, ...] = ("features",)) -> list[str]:
    listed = base.select(_CONTENTS, ("table_name", "data_type"), most=_MOST_LAYERS)
    return sorted(name for name, kind in listed if kind in kinds and isinstance(name, str))


def _features(
    base: Database,
    table: str,
    shape_column: Any,
    srs: Any,
    wanted: tuple[str, ...],
    limits: Limits,
    *,
    notices: Notices,
) -> Features:
    count, names = base.count(table), base.columns(table)
    check_features(count, len(names), base.file, limits)
    if shape_column not in names:
        raise ValueError("the column of shapes is not there")
    present = [name for name in wanted if name in names]
    rows = base.select(table, [shape_column, *present], most=limits.features, longest=LONGEST_CELL)
    check_features(len(rows), len(names), base.file, limits)
    shapes, unreadable = _shapes([row[0] for row in rows], base.file, notices=notices)
    fields = {name: objects([row[place + 1] for row in rows]) for place, name in enumerate(present)}
    columns = tuple(name for name in names if name != shape_column)
    return Features(base.file, shapes, fields, columns, _crs(base, srs), unreadable)


def _crs(base: Database, srs: Any) -> pyproj.CRS | None:
    """Return the CRS of the layer. In the standard, -1 and 0 mean "undefined"."""
    columns = ("srs_id", "organization", "organization_coordsys_id", "definition")
    listed = base.select(_SYSTEMS, columns, most=100_000)
    row = next((rest for number, *rest in listed if number == srs), None)
    if row is None or srs in (0, -1):
        return None
    organization, number, definition = row
    try:
        if str(organization).upper() == "EPSG":
            return pyproj.CRS.from_authority("EPSG", int(number))
        return pyproj.CRS.from_wkt(str(definition))
    except (pyproj.exceptions.CRSError, TypeError):
        return None


def _shapes(blobs: list[Any], file: str, *, notices: Notices) -> tuple[np.ndarray, dict[int, str]]:
    unreadable: dict[int, str] = {}
    texts: list[bytes | None] = []
    for number, blob in enumerate(blobs):
        texts.append(None)
        if blob is None:
            continue
        size = (blob[3] >> 1) & 7 if isinstance(blob, bytes) and len(blob) > 8 else 9
        if size > 4 or blob[:2] != b"GP":
            unreadable[number] = _("no GeoPackage geometry")
        else:
            texts[-1] = blob[8 + _ENVELOPE_BYTES[size] :]
    shapes = shapes_of_wkb(texts, unreadable, file=file, notices=notices)
    return shapes, unreadable
