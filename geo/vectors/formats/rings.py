"""The shapes of GeoJSON and TopoJSON files, and the rings in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, message_of
from zoneblanche.geo.vectors.formats.features import too_large

Rings = list[np.ndarray]


class BadShape(ValueError):
    """A geometry that cannot be read; its text gives the reason."""


def read_shapes(
    found: Sequence[dict[str, Any]],
    shape_of: Callable[[dict[str, Any]], Any],
    *,
    file: str,
    limits: Limits,
) -> tuple[np.ndarray, dict[int, str]]:
    """The shape of each feature, None where it cannot be read; and why, by the feature's number.

    Args:
        shape_of: from a feature to its shape, or to a `BadShape`.

    Raises:
        InputError: more vertices than the limit.
    """
    shapes = np.empty(len(found), dtype=object)
    unreadable: dict[int, str] = {}
    vertices = 0
    for number, feature in enumerate(found):
        try:
            shapes[number] = shape_of(feature)
        except BadShape as error:
            unreadable[number] = message_of(error)
        vertices += shapely.get_num_coordinates(shapes[number])
        if vertices > limits.vertices:
            raise too_large(_("more vertices"), limits.vertices, file)
    return shapes, unreadable


def positions(values: Any) -> np.ndarray:
    """Return the positions of a ring: an array of shape (n, 2) or (n, 3).

    Raises:
        BadShape: they are not lists of two or more finite numbers.
    """
    try:
        array = np.array(values)
    except ValueError:
        raise BadShape(_("positions of different lengths")) from None
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "iuf":
        raise BadShape(_("positions that are not pairs of numbers"))
    points = array[:, :3].astype(float)
    if not np.isfinite(points).all():
        raise BadShape(_("positions that are not finite"))
    return points


def polygon_of(rings: Rings) -> shapely.Polygon:
    """Return the polygon of a shell and its holes.

    Raises:
        BadShape: a ring with fewer than four positions, or one that is not closed.
    """
    for ring in rings:
        if len(ring) < 4:
            raise BadShape(_("a ring of fewer than four positions"))
        if (ring[0] != ring[-1]).any():
            raise BadShape(_("a ring that does not end where it begins"))
    if not rings:
        return shapely.Polygon()
    if len(rings) == 1:
        return shapely.polygons(rings[0])
    return shapely.Polygon(rings[0], rings[1:])
