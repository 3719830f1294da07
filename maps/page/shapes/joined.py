"""Borders of containing territories, joined from the arcs of those inside, for a small page."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import numpy as np
import shapely

from zoneblanche.maps.page.shapes.geometry import TOLERANCES, PageGeometry
from zoneblanche.maps.page.shapes.lines import Lines, pack_lines

MOST_VERTICES = 40_000
"""Above this the joined borders are simplified: a map in an article is a few hundred pixels
wide."""


def join_geometry(geometry: PageGeometry, units: np.ndarray, count: int) -> PageGeometry:
    """Return the borders between different units, each from junction to junction.

    Args:
        geometry: of the territories inside.
        units: position of the unit of each territory, -1 for none.
        count: number of units.
    """
    lines, pairs = _merged(geometry.lines, np.append(units, -1))
    tried = (0.0, *TOLERANCES)

    def fits(tolerance: float) -> bool:
        vertices = shapely.get_num_coordinates(_simplified(lines, tolerance)).sum()
        return bool(vertices <= MOST_VERTICES)

    # The larger it is, the fewer vertices are left: the first that fits, or the last.
    tolerance = tried[bisect_left(tried[:-1], True, key=fits)]
    kept = _simplified(lines, tolerance)
    places = np.rint(shapely.get_coordinates(kept)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(kept))]).astype(np.int64)
    joined = Lines(places[:, 0], places[:, 1], starts, pairs[:, 0], pairs[:, 1])
    sizes = {"territories": count, "arcs": len(kept), "vertices": len(places)}
    return replace(
        geometry,
        streams=pack_lines(joined),
        header={**geometry.header, **sizes},
        boxes=_boxes(geometry.boxes, units, count),
        tolerance_m=max(geometry.tolerance_m, tolerance * geometry.header["grid"]),
        lines=joined,
    )


def _merged(lines: Lines, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the borders between two units as few long lines, and the unit on either side."""
    left, right = unit[lines.left], unit[lines.right]
    owner = np.repeat(np.arange(len(left)), np.diff(lines.starts))
    inside = (left != right)[owner]
    numbers = np.cumsum(left != right) - 1
    shapes = shapely.linestrings(
        np.column_stack([lines.x, lines.y])[inside].astype(float), indices=numbers[owner[inside]]
    )
    pairs = np.column_stack([left, right])[left != right]
    turned = pairs[:, 0] > pairs[:, 1]
    shapes[turned] = shapely.reverse(shapes[turned])
    pairs[turned] = pairs[turned][:, ::-1]
    distinct, group = np.unique(pairs, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    many = shapely.multilinestrings(shapes[order], indices=group.ravel()[order])
    parts, of = shapely.get_parts(shapely.line_merge(many, directed=True), return_index=True)
    return parts, distinct[of]


def _simplified(lines: np.ndarray, tolerance: float) -> np.ndarray:
    if not tolerance:
        return lines
    kept = shapely.simplify(lines, tolerance, preserve_topology=False)
    closed = shapely.is_closed(lines)
    kept[closed] = shapely.simplify(lines[closed], tolerance, preserve_topology=True)
    return np.asarray(kept)


def _boxes(boxes: np.ndarray, units: np.ndarray, count: int) -> np.ndarray:
    joined = np.full((count, 4), np.nan)
    inside = units >= 0
    for corner, smallest in ((0, np.fmin), (1, np.fmin), (2, np.fmax), (3, np.fmax)):
        smallest.at(joined[:, corner], units[inside], boxes[inside, corner])
    return joined
