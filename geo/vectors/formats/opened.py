"""The entry point for vector files: what the file is, and which module reads it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.archive import unpacked_gzip, unpacked_vector
from zoneblanche.geo.files.kinds import DESCRIBED, check_file, kind_of, refused_kind
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.files.structured.json_text import read_json
from zoneblanche.geo.messages import Notices, _, without
from zoneblanche.geo.vectors.formats.features import Features
from zoneblanche.geo.vectors.formats.geojson import read_geojson
from zoneblanche.geo.vectors.formats.geopackage import read_geopackage
from zoneblanche.geo.vectors.formats.geoparquet import read_geoparquet
from zoneblanche.geo.vectors.formats.shapefile import read_shapefile
from zoneblanche.geo.vectors.formats.topojson import read_topojson

ACCEPTED = _("polygons in GeoJSON, GeoPackage, GeoParquet, Shapefile and TopoJSON")
_ONE_A_LINE = _("One feature a line is not read: put them into a FeatureCollection.")


def read_features(
    path: Path,
    *,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
    notices: Notices,
    encoding: str | None = None,
    points: bool = False,
) -> Features:
    """Return the features of a vector file; its content decides the format, not its name.

    A ZIP archive around one such file, or around the parts of one shapefile, is read as that file;
    `layer` names one of several files. So is a file compressed by gzip.

    Args:
        layer: of a file with several layers.
        wanted: the fields to read; those that do not exist are left out.
        notices: takes observations and decisions.
        encoding: of the text of a shapefile, in place of the declared one.
        points: whether the shapes are points.

    Raises:
        InputError: a file of another kind, or what the format module refuses.
        ProblemWithEnvironment: no permission to read it.
    """
    kind = kind_of(check_file(path, most_bytes=limits.vector_bytes, what=_("file of polygons")))
    if kind not in ("zip", "gzip"):
        return _read(
            path, kind, layer, wanted, limits, notices=notices, encoding=encoding, points=points
        )
    with (
        unpacked_gzip(path, limits=limits)
        if kind == "gzip"
        else unpacked_vector(path, limits=limits, layer=layer, notices=notices)
    ) as place:
        kind = kind_of(check_file(place, most_bytes=limits.vector_bytes))
        remarks = Notices()
        features = _read(
            place, kind, layer, wanted, limits, notices=remarks, encoding=encoding, points=points
        )
        notices.extend(without(note, f"{place.parent}{os.sep}") for note in remarks)
    return replace(features, file=str(path))


def _read(
    path: Path,
    kind: str,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
    *,
    notices: Notices,
    encoding: str | None,
    points: bool,
) -> Features:
    if encoding is not None and kind != "shapefile":
        raise InputError(
            Fault(
                _("only a shapefile has an encoding; this is {kind}.", kind=DESCRIBED[kind]),
                file=str(path),
                remedy=_("Take encoding out: the text of this file is Unicode."),
                kind="option",
            )
        )
    if kind == "sqlite":
        return read_geopackage(path, layer=layer, wanted=wanted, limits=limits, notices=notices)
    if kind == "parquet":
        return read_geoparquet(path, wanted=wanted, limits=limits, notices=notices)
    if kind == "shapefile":
        return read_shapefile(
            path, wanted=wanted, limits=limits, notices=notices, encoding=encoding
        )
    if kind == "json":
        return _read_json_features(
            path, layer=layer, wanted=wanted, limits=limits, notices=notices, points=points
        )
    raise InputError(refused_kind(path, kind, accepted=ACCEPTED))


def _read_json_features(
    path: Path,
    *,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
    notices: Notices,
    points: bool,
) -> Features:
    content = read_json(path, most_bytes=limits.json_bytes, one_a_line=_ONE_A_LINE)
    kind = content.get("type") if isinstance(content, dict) else None
    if kind in ("FeatureCollection", "Feature"):
        return read_geojson(
            content,
            file=str(path),
            wanted=wanted,
            limits=limits,
            notices=notices,
            points=points,
        )
    if kind == "Topology":
        return read_topojson(
            content,
            file=str(path),
            layer=layer,
            wanted=wanted,
            limits=limits,
            notices=notices,
        )
    raise InputError(
        Fault(
            _("the file is JSON, but neither GeoJSON features nor a TopoJSON topology."),
            file=str(path),
            remedy=_('Expected is {"type": "FeatureCollection", "features": [ … ]}.'),
            kind="wrong-format",
        )
    )
