"""TopoJSON: shapes assembled from arcs that neighbours share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.vectors.formats.features import (
    Features,
    check_features,
    choose_layer,
    objects,
)
from zoneblanche.geo.vectors.formats.rings import (
    BadShape,
    Collapsed,
    Rings,
    is_collapsed,
    multipolygon_of,
    polygon_of,
    positions,
    read_shapes,
)


def read_topojson(
    content: dict[str, Any],
    *,
    file: str,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
    notices: Notices,
) -> Features:
    """Return the features of one object of a topology, in longitude and latitude on WGS 84.

    Raises:
        InputError: no such object, arcs that cannot be read, more than the limits.
    """
    tables = content.get("objects")
    collections = {
        name: value["geometries"]
        for name, value in (tables if isinstance(tables, dict) else {}).items()
        if isinstance(value, dict) and isinstance(value.get("geometries"), list)
    }
    geometries = collections[choose_layer(list(collections), layer, file=file)]
    geometries = [geometry if isinstance(geometry, dict) else {} for geometry in geometries]
    properties = [_properties(geometry) for geometry in geometries]
    names = tuple(dict.fromkeys(name for each in properties for name in each))
    check_features(len(geometries), len(names), file, limits)
    try:
        arcs = _arcs(content)
    except (BadShape, LookupError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            Fault(
                _("its arcs cannot be read ({error}).", error=error), file=file, kind="damaged-file"
            )
        ) from error
    shapes, unreadable = read_shapes(
        geometries,
        lambda geometry, collapsed: _shape(geometry, arcs, collapsed),
        file=file,
        limits=limits,
        notices=notices,
    )
    fields = {
        name: objects([each.get(name) for each in properties]) for name in wanted if name in names
    }
    return Features(file, shapes, fields, names, pyproj.CRS("OGC:CRS84"), unreadable)


def _properties(geometry: dict[str, Any]) -> dict[str, Any]:
    properties = geometry.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    return properties if "id" not in geometry else {"id": geometry["id"], **properties}


def _arcs(content: dict[str, Any]) -> list[np.ndarray]:
    arcs = [positions(arc)[:, :2] for arc in content["arcs"]]
    transform = content.get("transform")
    if transform is None:
        return arcs
    scale = np.array(transform["scale"], dtype=float)
    translate = np.array(transform["translate"], dtype=float)
    if scale.shape != (2,) or translate.shape != (2,):
        raise BadShape(_("its transform is not a pair of numbers"))
    return [np.cumsum(arc, axis=0) * scale + translate for arc in arcs]


def _shape(geometry: dict[str, Any], arcs: list[np.ndarray], collapsed: Collapsed) -> Any:
    """Return the shape of an object; None if it has none, or if quantisation left nothing of it
    (Falls Church in `us-atlas`)."""
    kind, numbers = geometry.get("type"), geometry.get("arcs")
    if kind is None:
        return None
    if kind == "Polygon" and isinstance(numbers, list):
        rings = [_ring(ring, arcs) for ring in numbers]
        return None if _is_nothing([rings], collapsed) else polygon_of(rings, collapsed)
    if kind == "MultiPolygon" and isinstance(numbers, list):
        parts = [part if isinstance(part, list) else [None] for part in numbers]
        pieces = [[_ring(ring, arcs) for ring in part] for part in parts]
        return None if _is_nothing(pieces, collapsed) else multipolygon_of(pieces, collapsed)
    raise BadShape(
        _("a {kind}, not a polygon", kind=kind)
        if isinstance(kind, str)
        else _("no type of geometry")
    )


def _is_nothing(parts: list[Rings], collapsed: Collapsed) -> bool:
    """Return whether the outer ring of every part has collapsed; they are then counted."""
    if not parts or not all(rings and is_collapsed(rings[0]) for rings in parts):
        return False
    collapsed.rings += sum(map(len, parts))
    return True


def _ring(numbers: Any, arcs: list[np.ndarray]) -> np.ndarray:
    """Return a ring from its arcs: ~n is arc n reversed, and each begins where the previous one
    ends."""
    if not isinstance(numbers, list) or not numbers:
        raise BadShape(_("a ring without arcs"))
    pieces: list[np.ndarray] = []
    for number in numbers:
        if type(number) is not int or not -len(arcs) <= number < len(arcs):
            raise BadShape(_("an arc that is not there"))
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        pieces.append(arc[1:] if pieces else arc)
    return np.concatenate(pieces)
