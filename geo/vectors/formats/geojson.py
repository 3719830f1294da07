"""GeoJSON (RFC 7946), read without GDAL, which would follow a link in it to another file."""

from __future__ import annotations

import json
import re
from typing import Any

import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.vectors.formats.features import Features, check_features, objects
from zoneblanche.geo.vectors.formats.rings import (
    BadShape,
    Collapsed,
    multipolygon_of,
    polygon_of,
    positions,
    read_shapes,
)
from zoneblanche.geo.vectors.formats.wkb import MOST_DEEP

_LONGITUDE_LATITUDE = "OGC:CRS84"
_CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC)(?::[0-9.]*)?:+([A-Z0-9]+)", re.IGNORECASE)


def read_geojson(
    content: dict[str, Any],
    *,
    file: str,
    wanted: tuple[str, ...],
    limits: Limits,
    notices: Notices,
    points: bool = False,
) -> Features:
    """Return the features of a parsed GeoJSON object.

    The CRS is longitude and latitude on WGS 84, as the standard says, unless the file names
    another one by its EPSG code, as older files do. Shapes are polygons, or points with `points`.

    Raises:
        InputError: not a collection of features, a `crs` that is a link or unknown, more than the
            limits.
    """
    features = content.get("features") if content["type"] == "FeatureCollection" else [content]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise InputError(
            Fault(_("its features are not a list of objects."), file=file, kind="wrong-format")
        )
    crs = _crs(content.get("crs"), file, notices=notices)
    properties = [_properties(feature) for feature in features]
    names = tuple(dict.fromkeys(name for each in properties for name in each))
    check_features(len(features), len(names), file, limits)
    shapes, unreadable = read_shapes(
        features,
        lambda feature, collapsed: (
            _point(feature.get("geometry"))
            if points
            else _shape(feature.get("geometry"), collapsed)
        ),
        file=file,
        limits=limits,
        notices=notices,
    )
    fields = {
        name: objects([each.get(name) for each in properties]) for name in wanted if name in names
    }
    return Features(file, shapes, fields, names, crs, unreadable)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    return properties if "id" not in feature else {"id": feature["id"], **properties}


def _crs(declared: Any, file: str, *, notices: Notices) -> pyproj.CRS:
    if declared is None:
        return pyproj.CRS(_LONGITUDE_LATITUDE)
    kind = declared.get("type") if isinstance(declared, dict) else None
    properties = declared.get("properties") if isinstance(declared, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if kind == "EPSG" and isinstance(properties, dict) and type(properties.get("code")) is int:
        name = f"EPSG:{properties['code']}"  # of GeoJSON before 2008
    if kind == "link":
        raise InputError(
            Fault(
                _("its crs is a link to another file or address, which is never followed."),
                file=file,
                column="crs",
                value=str(properties)[:200],
                remedy=_('Write the file in longitude and latitude, without "crs".'),
                kind="crs-link",
            )
        )
    matched = _CRS_NAME.fullmatch(name) if isinstance(name, str) else None
    try:
        if matched is None:
            raise ValueError(name)
        code = f"{matched[1].upper()}:{matched[2].upper()}"
        if code in ("EPSG:4326", "OGC:CRS84"):
            return pyproj.CRS(_LONGITUDE_LATITUDE)
        crs = pyproj.CRS(code)
    except (ValueError, pyproj.exceptions.CRSError):
        raise InputError(
            Fault(
                _(
                    "its crs {name} is not known.",
                    name=shown(name if name is not None else declared),
                ),
                file=file,
                column="crs",
                value=str(declared)[:200],
                remedy=_('Write the file in longitude and latitude, without "crs".'),
                kind="unknown-crs",
            )
        ) from None
    notices.warn(_("{file}: it declares {code}, and is read in it.", file=file, code=code))
    return crs


def _shape(geometry: Any, collapsed: Collapsed, deep: int = 0) -> Any:
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise BadShape(_("no geometry object"))
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return polygon_of(_rings(coordinates), collapsed)
    if kind == "MultiPolygon":
        if not isinstance(coordinates, list):
            raise BadShape(_("a MultiPolygon without coordinates"))
        return multipolygon_of([_rings(part) for part in coordinates], collapsed)
    members = geometry.get("geometries")
    if kind == "GeometryCollection" and isinstance(members, list) and deep < MOST_DEEP:
        parts = [_member(member, collapsed, deep + 1) for member in members if member is not None]
        if deep or any(shapely.area(part) > 0 for part in parts):
            return shapely.GeometryCollection(parts)
    raise BadShape(
        _("a {kind}, not a polygon", kind=kind)
        if isinstance(kind, str)
        else _("no type of geometry")
    )


def _point(geometry: Any) -> Any:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if geometry is None or kind is None:
        return None
    coordinates = geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(coordinates, list) and len(coordinates) == 1:
        kind, coordinates = "Point", coordinates[0]
    if kind != "Point":
        raise BadShape(_("a {kind}, not a point", kind=str(kind)))
    return shapely.Point(positions([coordinates])[0][:2])


def _member(geometry: Any, collapsed: Collapsed, deep: int) -> Any:
    """Return a shape of a collection: lines and points are read to be counted."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return _shape(geometry, collapsed, deep)
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        raise BadShape(_("a collection with a shape that cannot be read")) from None


def _rings(coordinates: Any) -> list[Any]:
    if not isinstance(coordinates, list):
        raise BadShape(_("a polygon without coordinates"))
    return [positions(ring) for ring in coordinates]
