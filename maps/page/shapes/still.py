"""A small picture of a page's first map, painted from its arcs for readers without a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zoneblanche.maps.drawn.paint import (
    Canvas,
    Edges,
    View,
    fill_canvas,
    find_shore,
    new_canvas,
    paint_canvas,
)
from zoneblanche.maps.drawn.palettes import MISSING
from zoneblanche.maps.page.shapes.geometry import PageGeometry, mercator_of
from zoneblanche.maps.page.shapes.lines import Lines

WIDTH = 420
FRAME, GAP = 72, 6
"""Side of the frame of a distant part, and the gap between frames, in pixels."""

STRIPE_EVERY = 6
COAST = "#4f5a68"


def paint_still(
    geometry: PageGeometry, places: dict[str, Any], classes: np.ndarray, colours: Sequence[str]
) -> tuple[bytes, int, int] | None:
    """Return a PNG of the territories by class, its width and its height.

    Args:
        geometry: of the page.
        places: `home` and `parts` of the page's header: the initial view, and the distant parts,
            which are in frames below it.
        classes: of each territory, -1 if its figure is missing.
        colours: of each class.

    Returns:
        None if territories overlap, because this way of painting needs a coverage.
    """
    if geometry.header["layered"] or not len(geometry.lines.starts) - 1:
        return None
    edges = _edges_of(geometry.lines)
    main = _filled(edges, _corners(geometry, places["home"]), WIDTH, None)
    frames = [
        _filled(edges, _corners(geometry, part["bounds"]), FRAME, FRAME) for part in places["parts"]
    ]
    columns = max(1, (WIDTH + GAP) // (FRAME + GAP))
    rows = -(-len(frames) // columns)
    canvas = new_canvas(len(main) + rows * (FRAME + GAP), WIDTH)
    canvas[: len(main)] = main
    for k, frame in enumerate(frames):
        top = len(main) + GAP + (k // columns) * (FRAME + GAP)
        left = (k % columns) * (FRAME + GAP)
        canvas[top : top + FRAME, left : left + FRAME] = frame
    png = paint_canvas(
        canvas, classes, colours, missing=MISSING["light"], stripe_every=STRIPE_EVERY,
        lines=[(COAST, find_shore(canvas >= 0))],
    )  # fmt: skip
    return png, canvas.shape[1], canvas.shape[0]


def _edges_of(lines: Lines) -> Edges:
    """Return each arc twice: as a border of the territory on its left, and of that on its right."""
    followed = np.ones(len(lines.x), dtype=bool)
    followed[lines.starts[1:] - 1] = False
    sizes = np.diff(lines.starts)
    owner = np.concatenate([np.repeat(lines.left, sizes), np.repeat(lines.right, sizes)])
    return Edges(
        np.tile(lines.x, 2), np.tile(lines.y, 2), np.tile(followed, 2) & (owner >= 0), owner
    )


def _corners(geometry: PageGeometry, bounds: Any) -> np.ndarray:
    """Return the corners of bounds in degrees, lower left and upper right, in steps of the arcs'
    grid."""
    (south, west), (north, east) = bounds
    grid, origin = geometry.header["grid"], geometry.header["origin"]
    return np.asarray((mercator_of(np.array([[west, south], [east, north]])) - origin) / grid)


def _filled(edges: Edges, corners: np.ndarray, width: int, height: int | None) -> Canvas:
    """Return the territories of a view with these corners."""
    (left, bottom), (right, top) = corners
    across, up = max(right - left, 1e-9), max(top - bottom, 1e-9)
    if height is None:
        height = int(np.clip(round(width * up / across), 40, round(1.3 * width)))
    step = max(across / (width - 4), up / (height - 4))
    west, north = (left + right - width * step) / 2, (bottom + top + height * step) / 2
    canvas = new_canvas(height, width)
    fill_canvas(canvas, edges, View(west, north, step))
    return canvas
