"""The shapes of GeoJSON and TopoJSON files, and the rings in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices, _, message_of, ngettext
from zoneblanche.geo.vectors.formats.features import too_large

Rings = list[np.ndarray]

_FEW = _("a ring of fewer than four positions")
_MOST_OF_COLLAPSED = 6
"""Positions of the longest ring that is compared: quantisation removes equal neighbours."""


class BadShape(ValueError):
    """A geometry that cannot be read; its text gives the reason."""


class Collapsed:
    """Counts rings of fewer than three different positions, which quantisation leaves of islets.

    Attributes:
        rings: number of those that were left out.
    """

    def __init__(self) -> None:
        self.rings = 0


def read_shapes(
    features: Sequence[dict[str, Any]],
    shape_of: Callable[[dict[str, Any], Collapsed], Any],
    *,
    file: str,
    limits: Limits,
    notices: Notices,
) -> tuple[np.ndarray, dict[int, str]]:
    """The shape of each feature, None where it cannot be read; and why, by the feature's number.

    Args:
        shape_of: from a feature to its shape, or to a `BadShape`; it counts collapsed rings.
        notices: takes one of the rings that were left out.

    Raises:
        InputError: more vertices than the limit.
    """
    shapes = np.empty(len(features), dtype=object)
    unreadable: dict[int, str] = {}
    vertices = 0
    collapsed = Collapsed()
    for number, feature in enumerate(features):
        try:
            shapes[number] = shape_of(feature, collapsed)
        except BadShape as error:
            unreadable[number] = message_of(error)
        vertices += shapely.get_num_coordinates(shapes[number])
        if vertices > limits.vertices:
            raise too_large(_("more vertices"), limits.vertices, file)
    if collapsed.rings:
        notices.warn(
            ngettext(
                "{file}: {count} ring of fewer than three different positions is left out.",
                "{file}: {count} rings of fewer than three different positions are left out.",
                collapsed.rings,
                file=file,
            )
        )
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


def multipolygon_of(parts: Sequence[Rings], collapsed: Collapsed) -> shapely.MultiPolygon:
    """Return the multipolygon of the rings of its parts, without parts that have collapsed.

    Raises:
        BadShape: all parts have collapsed, or what `polygon_of` refuses.
    """
    kept = [rings for rings in parts if not rings or not is_collapsed(rings[0])]
    if parts and not kept:
        raise BadShape(_FEW)
    collapsed.rings += len(parts) - len(kept)
    return shapely.MultiPolygon([polygon_of(rings, collapsed) for rings in kept])


def polygon_of(rings: Rings, collapsed: Collapsed) -> shapely.Polygon:
    """Return the polygon of a shell and its holes, without holes that have collapsed.

    Raises:
        BadShape: a shell with fewer than four positions, or a ring that is not closed.
    """
    if rings and len(rings[0]) < 4:
        raise BadShape(_FEW)
    holes = [ring for ring in rings[1:] if not is_collapsed(ring)]
    collapsed.rings += max(len(rings) - 1 - len(holes), 0)
    rings = [*rings[:1], *holes]
    for ring in rings:
        if (ring[0] != ring[-1]).any():
            raise BadShape(_("a ring that does not end where it begins"))
    if not rings:
        return shapely.Polygon()
    if len(rings) == 1:
        return shapely.polygons(rings[0])
    return shapely.Polygon(rings[0], rings[1:])


def is_collapsed(ring: np.ndarray) -> bool:
    """Return whether a ring has too few positions to enclose anything."""
    if len(ring) > _MOST_OF_COLLAPSED:
        return False
    return len(ring) < 4 or len(np.unique(ring[:, :2], axis=0)) < 3
