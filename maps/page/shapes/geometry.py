"""Territories as the streams of arcs from which a page paints them.

Web Mercator, on a grid of ten metres for a country and finer for a city; each border once, with the
territory on either side. See docs/map-page.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from zoneblanche.geo.borders.arcs import Arcs, build_arcs
from zoneblanche.geo.vectors.antimeridian import joined_at_180
from zoneblanche.maps.page.shapes.lines import Lines, pack_lines, unpack_lines

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories

EARTH_RADIUS = 6378137.0
NORTHERNMOST = 85.05112878  # the latitude where Web Mercator is as high as it is wide

MOST_VERTICES = 500_000
"""Above this the borders are simplified until they fit, so that the page stays within its four
megabytes."""

FEWEST_BETWEEN = 0.2
"""Vertices between the two ends of a border, on average, that simplification leaves in any case.
The ends of a continent's borders alone are more than `MOST_VERTICES`, and all would be straight."""

TOLERANCES = (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0, 512.0)
"""Maximum displacement of a border by simplification, in grid steps, tried in this order."""

TRIED = 20_000
"""Points of the outer border that are checked for overlaps."""

DETAILED = 800_000
"""Number of coordinates above which a country has a grid of twenty metres instead of ten."""

SAMPLED = 16
"""One arc in this many is used to find the tolerance that fits."""


@dataclass(frozen=True)
class PageGeometry:
    """The streams of the arcs, and what the page needs to know of them.

    Attributes: streams: by name, the bytes of each field. header: grid, origin, counts; `layered`
        if territories overlap, so that the page must use the slower way of painting.
        boxes: west, south, east, north of each territory in degrees; NaN for those without shape.
        tolerance_m: the maximum displacement of the borders by simplification, in metres of the
            projection; 0.0 without simplification.
        lines: the arcs before they were packed.
    """

    streams: dict[str, bytes]
    header: dict[str, Any]
    boxes: np.ndarray
    tolerance_m: float
    lines: Lines


def encode_territories(territories: Territories) -> PageGeometry:
    """Return the borders of territories: the stored ones, or those that `encode_geometry`
    computes."""
    geometry, stored = territories.frame.geometry, territories.stored_borders
    if stored is None:
        return encode_geometry(geometry)
    page = stored.page()
    degrees = joined_at_180(geometry.to_crs("EPSG:4326"))
    return PageGeometry(
        streams=dict(page.streams),
        header=dict(page.header),
        boxes=shapely.bounds(degrees.to_numpy()),
        tolerance_m=page.tolerance_m,
        lines=unpack_lines(page.streams),
    )


def encode_geometry(geometry: gpd.GeoSeries) -> PageGeometry:
    """Return the shared borders of the territories, projected, snapped and packed.

    Args:
        geometry: valid polygons in a known CRS; None and empty shapes have no border.
    """
    degrees = joined_at_180(geometry.to_crs("EPSG:4326"))
    shapes = mercator(degrees.to_numpy())
    grid = choose_grid(shapes)
    arcs = build_arcs(shapes, grid=grid)
    layered = bool(len(arcs.enlarged)) or territories_overlap(arcs, shapes)
    x, y, starts, tolerance = simplify_arcs(arcs)
    header = {
        "grid": grid,
        "origin": list(arcs.origin),
        "territories": arcs.count,
        "arcs": len(arcs),
        "vertices": len(x),
        "layered": layered,
    }
    lines = Lines(x, y, starts, arcs.left.astype(np.int64), arcs.right.astype(np.int64))
    return PageGeometry(
        streams=pack_lines(lines),
        header=header,
        boxes=shapely.bounds(degrees.to_numpy()),
        tolerance_m=tolerance * grid,
        lines=lines,
    )


def mercator(shapes: np.ndarray) -> np.ndarray:
    """Project shapes in degrees (EPSG:4326) to Web Mercator (EPSG:3857).

    The formula is written out, because PROJ takes two seconds for a country.

    >>> point = mercator(np.array([shapely.Point(180, 0)]))[0]
    >>> round(point.x, 3), round(point.y, 3)
    (20037508.343, -0.0)
    """
    return shapely.transform(shapes, mercator_of)


def mercator_of(degrees: np.ndarray) -> np.ndarray:
    """Return longitudes and latitudes, one row each, in metres of Web Mercator."""
    latitude = np.radians(np.clip(degrees[:, 1], -NORTHERNMOST, NORTHERNMOST))
    east = EARTH_RADIUS * np.radians(degrees[:, 0])
    north = EARTH_RADIUS * np.log(np.tan(np.pi / 4 + latitude / 2))
    return np.column_stack([east, north])


def choose_grid(shapes: np.ndarray) -> float:
    """Return the step of the grid in metres: ten for a country (twenty for a very detailed one),
    less if territories are small."""
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return 1.0
    width = float(np.median(np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    extent = float(max(np.ptp(boxes[:, [0, 2]]), np.ptp(boxes[:, [1, 3]])))
    # A territory is about three hundred steps wide; a country is never finer than needed.
    coarsest = 20.0 if shapely.get_num_coordinates(shapes).sum() > DETAILED else 10.0
    wanted = min(width / 300, coarsest) if extent < 400_000 else coarsest
    finest = max(extent / 2**27, 0.01)
    steps = (20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
    return max(next((step for step in steps if step <= wanted), steps[-1]), finest)


def territories_overlap(arcs: Arcs, shapes: np.ndarray) -> bool:
    """Return whether some border is inside a territory that it does not belong to.

    Only borders without a territory beyond can be: those inside a coverage have two owners. Their
    vertices and the middles of their edges are checked, at most `TRIED` of them, evenly spaced.
    """
    lone = np.flatnonzero((arcs.left < 0) | (arcs.right < 0))
    owner_of = np.full(len(arcs.x), -1)
    for arc in lone:
        owner_of[arcs.starts[arc] : arcs.starts[arc + 1] - 1] = max(arcs.left[arc], arcs.right[arc])
    first = np.flatnonzero(owner_of >= 0)
    first = first[:: max(1, len(first) // TRIED)]
    step = float(arcs.grid or 1.0)
    places = np.column_stack([arcs.x, arcs.y]).astype(np.float64) * step + np.array(arcs.origin)
    tried = np.vstack([places[first], (places[first] + places[first + 1]) / 2])
    owner = np.tile(owner_of[first], 2)
    point, inside = shapely.STRtree(shapes).query(shapely.points(tried), predicate="within")
    foreign = owner[point] != inside
    if not foreign.any():
        return False
    # Snapping moves a border by up to a step; deeper inside it is an overlap.
    depth = shapely.distance(
        shapely.points(tried[point[foreign]]), shapely.boundary(shapes[inside[foreign]])
    )
    return bool((depth > 2 * step).any())


def simplify_arcs(arcs: Arcs) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return the vertices to draw: all, or as many as fit into the page.

    Each arc is simplified between its two ends, so neighbours keep one common border (Douglas and
    Peucker, 1973).

    Returns:
        x, y and starts as in `Arcs`, and the tolerance in grid steps.
    """
    x, y, starts = arcs.x, arcs.y, arcs.starts
    if len(x) <= MOST_VERTICES:
        return x, y, starts, 0.0
    owner = np.repeat(np.arange(len(arcs)), np.diff(starts))
    lines = shapely.linestrings(np.column_stack([x, y]).astype(float), indices=owner)
    closed = (x[starts[:-1]] == x[starts[1:] - 1]) & (y[starts[:-1]] == y[starts[1:] - 1])
    tolerance, sample = 0.0, lines[::SAMPLED]
    most = shapely.get_num_coordinates(sample).sum() * MOST_VERTICES / len(x)
    for wider in TOLERANCES:
        count = shapely.get_num_coordinates(
            shapely.simplify(sample, wider, preserve_topology=False)
        ).sum()
        if count < (2 + FEWEST_BETWEEN) * len(sample):
            break
        tolerance = wider
        if count <= most:
            break
    kept = shapely.simplify(lines, tolerance, preserve_topology=False)
    # An island keeps its shape: without this check it may become a line.
    kept[closed] = shapely.simplify(lines[closed], tolerance, preserve_topology=True)
    sizes = shapely.get_num_coordinates(kept)
    places = np.rint(shapely.get_coordinates(kept)).astype(np.int64)
    return places[:, 0], places[:, 1], np.concatenate([[0], np.cumsum(sizes)]), tolerance
