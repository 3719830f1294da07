"""GeoParquet 1.0 and 1.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.vectors.formats.features import (
    Features,
    check_features,
    damaged,
    objects,
    too_large,
)


def read_geoparquet(path: Path, *, wanted: tuple[str, ...], limits: Limits) -> Features:
    """Return the features of a GeoParquet file, with its primary geometry column.

    Raises:
        InputError: a Parquet file without geometry, damage, more than the limits.
    """
    file = str(path)
    try:
        with pq.ParquetFile(path, memory_map=False) as parquet:
            names = tuple(parquet.schema_arrow.names)
            _check_metadata(parquet.metadata, len(names), file, limits)
            shape_column = _shape_column(parquet.schema_arrow.metadata, file)
        asked = [name for name in wanted if name in names and name != shape_column]
        with np.errstate(all="ignore"):  # coordinates that are not finite are a fault later
            frame = gpd.read_parquet(path, columns=[*asked, shape_column], use_threads=False)
        fields = {name: _cells(frame[name]) for name in asked}
    except (
        pa.ArrowException,
        shapely.GEOSException,
        pyproj.exceptions.CRSError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise damaged(file, _("GeoParquet file"), error) from error
    return Features(
        file=file,
        shapes=np.asarray(frame.geometry.array),
        fields=fields,
        names=tuple(name for name in names if name != shape_column),
        crs=frame.crs,
    )


def _check_metadata(metadata: Any, fields: int, file: str, limits: Limits) -> None:
    check_features(metadata.num_rows, fields, file, limits)
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    total = sum(group.total_byte_size for group in groups)
    if total > limits.vector_bytes:
        raise too_large(
            _("{count} bytes unpacked", count=quantity(total)), limits.vector_bytes, file
        )


def _shape_column(metadata: dict[bytes, bytes] | None, file: str) -> str:
    if b"geo" not in (metadata or {}):
        raise InputError(
            Fault(
                _("the file is Parquet, but not GeoParquet: it has no geometry."),
                file=file,
                remedy=_("Export the polygons as GeoParquet, GeoPackage or GeoJSON."),
                kind="wrong-format",
            )
        )
    assert metadata is not None
    return str(json.loads(metadata[b"geo"])["primary_column"])


def _cells(column: Any) -> np.ndarray:
    present = column.notna()
    return objects(
        [
            value.item() if isinstance(value, np.generic) else value if known else None
            for value, known in zip(column.astype(object), present, strict=True)
        ]
    )
