"""Well-known binary, measured before GEOS sees it.

GEOS reads nested shapes by recursion: a hundred thousand nested collections, less than a megabyte,
end the process. So the depth of every shape is checked here first, and whether it is as long as its
counts say.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import shapely

from zoneblanche.geo.messages import Notices, _, message_of, ngettext
from zoneblanche.geo.vectors.formats.curves import SRID, Linear, kind_of_shape, linear_of_wkb
from zoneblanche.geo.vectors.formats.rings import BadShape

MOST_DEEP = 4
"""Shapes within shapes: a collection of multipolygons has three."""

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_POSITIONS = frozenset((2, 8))
_RINGS = frozenset((_POLYGON, 17))
_SHAPES = frozenset((4, 5, _MULTIPOLYGON, 7, 9, 10, 11, 12, 15, 16))
_ONE_RING = struct.Struct("<BIII")
_ONE_PART = struct.Struct("<BIIBIII")
_UNSIGNED = {0: struct.Struct(">I"), 1: struct.Struct("<I")}

_NONE = _("no well-known binary of a polygon")
_CUT_OFF = _("well-known binary that is cut off")


class BadBinary(ValueError):
    """Bytes that are not a shape, or one that is nested too deep; the text says which."""


def shapes_of_wkb(
    blobs: Sequence[bytes | None],
    unreadable: dict[int, str],
    *,
    file: str = "",
    notices: Notices | None = None,
) -> np.ndarray:
    """Return shapes from well-known binary. Those that cannot be read are noted in `unreadable`.

    Curves become lines of short edges (`geo.vectors.formats.curves`).

    Args:
        blobs: None where there is no shape.
        unreadable: gets the number of each that cannot be read, and why.
        file: names the file in a notice.
        notices: takes one of shapes whose curves were divided.

    >>> shapes_of_wkb([shapely.to_wkb(shapely.box(0, 0, 1, 1)), None], {}).tolist()
    [<POLYGON ((1 0, 1 1, 0 1, 0 0, 1 0))>, None]
    """
    fit = np.empty(len(blobs), dtype=object)
    curved: dict[int, Linear] = {}
    for number, blob in enumerate(blobs):
        if blob is None:
            continue
        try:
            if check_wkb(blob):
                curved[number] = linear_of_wkb(blob)
            else:
                fit[number] = blob
        except (BadBinary, BadShape) as error:
            unreadable[number] = message_of(error)
    with np.errstate(all="ignore"):  # coordinates that are not finite are a fault further on
        shapes = shapely.from_wkb(fit, on_invalid="ignore")
    for number, geometry in curved.items():
        shapes[number] = geometry.shape
    arcs = sum(geometry.has_arcs for geometry in curved.values())
    if arcs and notices is not None:
        notices.remark(
            ngettext(
                "{file}: the curves of {count} shape are divided into edges of one degree.",
                "{file}: the curves of {count} shapes are divided into edges of one degree.",
                arcs,
                file=file,
            )
        )
    present = np.array([blob is not None for blob in fit], dtype=bool)
    for number in np.flatnonzero(shapely.is_missing(shapes) & present).tolist():
        unreadable[number] = _NONE
    return shapes


def check_wkb(blob: bytes) -> bool:
    """Refuse a shape that nests deeper than `MOST_DEEP`, or is shorter than its counts say.

    Returns:
        Whether the shape has a type that GEOS does not read: a curve or a surface.

    Raises:
        BadBinary: it is.
    """
    size = len(blob)
    # Most territories are one ring, and a country has many: those two forms are told at a glance.
    if size >= 13:
        order, kind, rings, points = _ONE_RING.unpack_from(blob)
        if order == 1 and kind == _POLYGON and rings == 1 and 13 + 16 * points <= size:
            return False
        if order == 1 and kind == _MULTIPOLYGON and rings == 1 and size >= 22:
            _, _, _, order, kind, rings, points = _ONE_PART.unpack_from(blob)
            if order == 1 and kind == _POLYGON and rings == 1 and 22 + 16 * points <= size:
                return False
    try:
        return _walk(blob)
    except struct.error:
        raise BadBinary(_CUT_OFF) from None


def _walk(blob: bytes) -> bool:
    """Walk through all parts of a shape, without recursion. Return whether one is a curve."""
    size, place, curved = len(blob), 0, False
    left = [1]  # shapes still to come, by how deep they are nested
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        unsigned = _UNSIGNED.get(blob[place]) if place < size else None
        if unsigned is None:
            raise BadBinary(_NONE)
        (declared,) = unsigned.unpack_from(blob, place + 1)
        kind, coordinates = kind_of_shape(declared)
        curved |= kind > _COLLECTION
        place += 9 if declared & SRID else 5
        if kind == 1:
            place += 8 * coordinates
        elif kind in _SHAPES:
            (count,) = unsigned.unpack_from(blob, place)
            place += 4
            if len(left) >= MOST_DEEP:
                raise BadBinary(_("shapes nested more than {deep} deep", deep=MOST_DEEP))
            if count * 5 > size - place:
                raise BadBinary(_CUT_OFF)
            left.append(count)
        elif kind in _RINGS or kind in _POSITIONS:
            rings = 1
            if kind in _RINGS:
                (rings,) = unsigned.unpack_from(blob, place)
                place += 4
                if rings * 4 > size - place:
                    raise BadBinary(_CUT_OFF)
            for _ring in range(rings):
                (points,) = unsigned.unpack_from(blob, place)
                place += 4 + 8 * coordinates * points
        else:
            raise BadBinary(_NONE)
        if place > size:
            raise BadBinary(_CUT_OFF)
    return curved
