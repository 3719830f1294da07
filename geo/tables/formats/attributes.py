"""The attributes of a GeoPackage or shapefile as a raw table."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.tables.formats.text_files.delimited import check_size
from zoneblanche.geo.tables.formats.text_files.header import build
from zoneblanche.geo.tables.raw import RawTable, Stored
from zoneblanche.geo.vectors.fields import missing_fields
from zoneblanche.geo.vectors.formats import read_features
from zoneblanche.geo.vectors.formats.geopackage import read_table


def read_attributes(
    path: Path,
    kind: str,
    *,
    layer: str | None,
    wanted: Collection[str],
    encoding: str | None,
    limits: Limits,
) -> RawTable:
    """Read fields of the features of a file of polygons or points, as text.

    Args:
        kind: "sqlite" (a GeoPackage) or "shapefile".
        layer: of a file with several layers.
        wanted: the fields; of the others only the names are read.
        encoding: of the text of a shapefile, if it is given.

    Raises:
        InputError: a field that the file does not have, or see `geo.vectors.formats.read_features`.
    """
    notices = Notices()
    if kind == "sqlite":
        features = read_table(
            path, layer=layer, wanted=tuple(wanted), limits=limits, notices=notices
        )
    else:
        features = read_features(
            path,
            layer=layer,
            wanted=tuple(wanted),
            limits=limits,
            notices=notices,
            encoding=encoding,
        )
    missing = missing_fields(features, wanted)
    if missing:
        raise InputError(missing)
    check_size(len(features), len(features.names), features.file, limits)
    stored: dict[str, Stored] = {}
    columns = []
    for name, values in features.fields.items():
        columns.append(np.array([_text_of(value) for value in values], dtype=object))
        kinds = {type(value) for value in values if value is not None}
        if kinds and kinds <= {int, float}:
            stored[name] = "float" if float in kinds else "integer"
    return build(
        features.file,
        list(features.fields),
        columns,
        np.arange(len(features)),
        counted="record",
        stored=stored,
        notices=list(notices.as_tuple()),
    )


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
