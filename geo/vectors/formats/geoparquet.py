"""GeoParquet 1.0 and 1.1, and Parquet with shapes in a column of well-known text or binary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.files.parquet import ParquetSource, cells_of, open_parquet, unpacked_size
from zoneblanche.geo.files.structured.json_text import parse_json
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.vectors.formats.features import (
    Features,
    check_features,
    damaged,
    objects,
    too_large,
)
from zoneblanche.geo.vectors.formats.wkb import BadBinary, check_wkb, shapes_of_wkb
from zoneblanche.geo.vectors.formats.wkt import common_srid, is_wkt, shapes_of_wkt

_LONGITUDE_LATITUDE = "OGC:CRS84"
_ARROW_ENCODINGS = (
    "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
)  # fmt: skip
_BYTES_OF_A_VERTEX = 16
_USUAL_NAMES = frozenset(("geometry", "geom", "the_geom", "wkt", "wkb", "shape", "tile", "polygon"))
"""Of columns of shapes in files that do not declare them; `tile` is Ookla's."""


def read_geoparquet(
    path: Path, *, wanted: tuple[str, ...], limits: Limits, notices: Notices
) -> Features:
    """Return the features of a GeoParquet file, from its primary geometry column.

    A Parquet file that declares no geometry may have a column of well-known text or binary, which
    is found by its first cell. Its coordinates are longitude and latitude unless the text names
    another system (`SRID=2154;POINT (…)`). Both are stated.

    Raises:
        InputError: a Parquet file without geometry, damage, more than the limits.
    """
    file = str(path)
    with open_parquet(path, limits=limits, what=_("GeoParquet file")) as source:
        names = tuple(source.schema.names)
        check_features(source.rows, len(names), file, limits)
        plain = None
        if b"geo" not in (source.schema.metadata or {}):
            plain = _plain_shapes(source, file, limits, notices=notices)
            shape_column, column_metadata = plain.column, plain.metadata
        else:
            shape_column, column_metadata = primary_column(source.schema.metadata, file)
        _check_names(names, (shape_column, *wanted), file)
        if shape_column not in names:
            raise ValueError("it names a column of shapes that it has not")
        present = [name for name in wanted if name in names and name != shape_column]
        _check_types(source.schema, present, file)
        read = present if plain is not None else [*present, shape_column]
        table = source.read(read, most_bytes=limits.vector_bytes)
        source.check_texts(table, present, most_bytes=limits.archive_bytes)
        if plain is not None:
            shapes, unreadable = plain.shapes, plain.unreadable
        else:
            shapes, unreadable = shapes_of(table[shape_column], column_metadata, file, limits)
        fields = {name: cells_of(table[name], _cells) for name in present}
        crs = crs_of(column_metadata, file)
    return Features(
        file=file,
        shapes=shapes,
        fields=fields,
        names=tuple(name for name in names if name != shape_column),
        crs=crs,
        unreadable=unreadable,
    )


@dataclass(frozen=True, eq=False)
class _PlainShapes:
    """The shapes of a column that the file does not declare, and what its first cell says of it."""

    column: str
    metadata: dict[str, Any]
    shapes: np.ndarray
    unreadable: dict[int, str]


def _plain_shapes(
    source: ParquetSource, file: str, limits: Limits, *, notices: Notices
) -> _PlainShapes:
    """Return the shapes of the first column whose first cell is one: usual names come first.

    Raises:
        InputError: no such column.
    """
    fields = [field for field in source.schema if _may_hold_shapes(field.type)]
    names = [field.name for field in fields if source.schema.names.count(field.name) == 1]
    names.sort(key=lambda name: name.casefold() not in _USUAL_NAMES)
    for name in names:
        column = source.read([name], most_bytes=limits.vector_bytes)[name]
        if unpacked_size(column) > _BYTES_OF_A_VERTEX * 4 * limits.vertices:
            continue
        cells = list(cells_of(column, _cells))
        first = next((cell for cell in cells if cell), None)
        unreadable: dict[int, str] = {}
        srid = None
        if isinstance(first, str) and is_wkt(first):
            shapes, form = shapes_of_wkt(cells, unreadable), "WKT"
            unlike: dict[int, str] = {}
            srid = common_srid(cells, unlike)
            shapes[list(unlike)] = None
            unreadable |= unlike
        elif isinstance(first, bytes) and _is_wkb(first):
            shapes, form = shapes_of_wkb(cells, unreadable), "WKB"
        else:
            continue
        notices.remark(
            _(
                "{file}: the shapes are those of the column {name} ({form}).",
                file=file,
                name=shown(name),
                form=form,
            )
        )
        if srid is None:
            notices.warn(
                _(
                    "{file}: it names no reference system: longitude and latitude, unless crs says "
                    "another.",
                    file=file,
                )
            )
        crs = _LONGITUDE_LATITUDE if srid in (None, 4326) else f"EPSG:{srid}"
        return _PlainShapes(name, {"crs": crs}, shapes, unreadable)
    raise _without_geometry(file)


def _without_geometry(file: str) -> InputError:
    return InputError(
        Fault(
            _("the file is Parquet, but not GeoParquet: it has no geometry."),
            file=file,
            remedy=_("Export the polygons as GeoParquet, GeoPackage or GeoJSON."),
            kind="wrong-format",
        )
    )


def _may_hold_shapes(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_binary,
        pa.types.is_large_binary,
    )
    return any(test(kind) for test in tests)


def _is_wkb(cell: bytes) -> bool:
    try:
        check_wkb(cell)
    except BadBinary:
        return False
    return True


def primary_column(metadata: Mapping[bytes, bytes] | None, file: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the column of shapes, and what the file says of it.

    Args:
        metadata: of the file, as Arrow has it.
        file: names it in a fault.

    Raises:
        InputError: the file is not GeoParquet, or its metadata does not describe that column.
    """
    if b"geo" not in (metadata or {}):
        raise _without_geometry(file)
    assert metadata is not None
    try:
        parsed = parse_json(metadata[b"geo"].decode(), file=file)
        name = parsed["primary_column"]
        column = parsed["columns"][name]
        if not isinstance(name, str) or not isinstance(column, dict):
            raise TypeError
    except (InputError, ValueError, LookupError, TypeError) as error:
        raise damaged(file, _("GeoParquet file"), error) from error
    return name, column


def _check_names(names: tuple[str, ...], read: tuple[str, ...], file: str) -> None:
    doubled = [name for name in dict.fromkeys(read) if names.count(name) > 1]
    if doubled:
        raise InputError(
            Fault(
                _(
                    "{count} columns are called {name}.",
                    count=names.count(doubled[0]),
                    name=shown(doubled[0]),
                ),
                file=file,
                column=doubled[0],
                remedy=_("Give each column a different name."),
                kind="duplicate-column",
            )
        )


def _check_types(schema: pa.Schema, names: list[str], file: str) -> None:
    nested = [name for name in names if pa.types.is_nested(schema.field(name).type)]
    if nested:
        raise InputError(
            Fault(
                _("the cells of {name} hold several values each.", name=first_of(nested)),
                file=file,
                column=nested[0],
                remedy=_("Export the column as text."),
                kind="code-not-text",
            )
        )


def shapes_of(
    column: pa.ChunkedArray, column_metadata: Mapping[str, Any], file: str, limits: Limits
) -> tuple[np.ndarray, dict[int, str]]:
    """Return the shapes of a column, and why some cannot be read, by the number of the feature.

    Args:
        column: as `ParquetSource.read` gives it.
        column_metadata: what the file says of it.

    Raises:
        InputError: more vertices than the limits.
        ValueError: an encoding that is not known.
    """
    encoding = column_metadata.get("encoding")
    unreadable: dict[int, str] = {}
    if encoding == "WKB" and pa.types.is_dictionary(column.type):
        if unpacked_size(column) > _BYTES_OF_A_VERTEX * 2 * limits.vertices:
            raise too_large(_("more vertices"), limits.vertices, file)
        return shapes_of_wkb(list(cells_of(column, _cells)), unreadable), unreadable
    if encoding not in _ARROW_ENCODINGS or not pa.types.is_nested(column.type):
        raise ValueError("shapes in no encoding that is known")
    kind = {b"ARROW:extension:name": f"geoarrow.{encoding}".encode()}
    field = pa.field("shape", column.type, metadata=kind)
    table = pa.Table.from_arrays([column], schema=pa.schema([field]))
    try:
        with np.errstate(all="ignore"):  # coordinates that are not finite are a fault further on
            frame = gpd.GeoDataFrame.from_arrow(table)
    except (shapely.GEOSException, TypeError, AttributeError) as error:
        raise damaged(file, _("GeoParquet file"), error) from error
    return np.asarray(frame.geometry.array), unreadable


def crs_of(column_metadata: Mapping[str, Any], file: str) -> pyproj.CRS | None:
    """Return the declared CRS: the default is longitude and latitude, null is unknown."""
    declared = column_metadata.get("crs", _LONGITUDE_LATITUDE)
    try:
        return None if declared is None else pyproj.CRS.from_user_input(declared)
    except (pyproj.exceptions.CRSError, TypeError, RecursionError) as error:
        raise damaged(file, _("GeoParquet file"), error) from error


def _cells(column: Any) -> np.ndarray:
    return objects(
        [None if isinstance(cell, float) and cell != cell else cell for cell in column.to_pylist()]
    )
