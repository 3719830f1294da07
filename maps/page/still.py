"""A small still of a page's first map, for readers without a script: painted from the page's arcs.

The same way as `assets/raster.js`: where an arc crosses the middle of a row of pixels, the number
of the territory on its left XOR that on its right is written, and a running XOR along the row
leaves in each pixel the territory that it is in. For a country that is a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoneblanche.maps.drawn.palettes import MISSING
from zoneblanche.maps.drawn.png import write_png
from zoneblanche.maps.page.geometry import PageGeometry, mercator_of

WIDTH = 420
FRAME, GAP = 72, 6
"""Side of the frame of a distant part, and what is left between frames, in pixels."""

STRIPE_EVERY, STRIPE_WIDTH = 6, 2
COAST = "#4f5a68"

Ids = NDArray[np.int64]


def paint_still(
    geometry: PageGeometry, places: dict[str, Any], classes: np.ndarray, colours: Sequence[str]
) -> tuple[bytes, int, int] | None:
    """A PNG of the territories by class, its width and its height.

    Args:
        geometry: of the page.
        places: `home` and `parts` of the page's header: what the map opens with, and the distant
            parts, which stand in frames below it.
        classes: of each territory, -1 where its figure is missing.
        colours: of each class.

    Returns:
        None where territories overlap, for which this way of painting does not serve.
    """
    if geometry.header["layered"] or not len(geometry.lines.starts) - 1:
        return None
    main = _ids(geometry, places["home"], WIDTH, None)
    frames = [_ids(geometry, part["bounds"], FRAME, FRAME) for part in places["parts"]]
    columns = max(1, (WIDTH + GAP) // (FRAME + GAP))
    rows = -(-len(frames) // columns)
    ids = np.zeros((len(main) + rows * (FRAME + GAP), WIDTH), dtype=np.int64)
    ids[: len(main)] = main
    for k, frame in enumerate(frames):
        top = len(main) + GAP + (k // columns) * (FRAME + GAP)
        left = (k % columns) * (FRAME + GAP)
        ids[top : top + FRAME, left : left + FRAME] = frame
    return _painted(ids, classes, list(colours)), ids.shape[1], ids.shape[0]


def _ids(geometry: PageGeometry, bounds: Any, width: int, height: int | None) -> Ids:
    """Number of the territory in each pixel of a view of these bounds, 0 for none."""
    (south, west), (north, east) = bounds
    grid, origin = geometry.header["grid"], geometry.header["origin"]
    corners = (mercator_of(np.array([[west, south], [east, north]])) - origin) / grid
    (left, bottom), (right, top) = corners
    across, up = max(right - left, 1e-9), max(top - bottom, 1e-9)
    if height is None:
        height = int(np.clip(round(width * up / across), 40, round(1.3 * width)))
    scale = min((width - 4) / across, (height - 4) / up)
    west_of = (left + right) / 2 - width / scale / 2
    north_of = (bottom + top) / 2 + height / scale / 2
    return _rasterised(geometry, (west_of, north_of, scale), width, height)


def _rasterised(
    geometry: PageGeometry, view: tuple[float, float, float], width: int, height: int
) -> Ids:
    lines, (west, north, scale) = geometry.lines, view
    x, y = (lines.x - west) * scale, (north - lines.y) * scale
    row = np.ceil(y - 0.5)
    crosses = row[:-1] != row[1:]
    crosses[lines.starts[1:-1] - 1] = False  # between the end of an arc and the next one's begin
    edge = np.flatnonzero(crosses)
    first = np.clip(np.minimum(row[edge], row[edge + 1]), 0, height).astype(np.int64)
    last = np.clip(np.maximum(row[edge], row[edge + 1]), 0, height).astype(np.int64)
    count = last - first
    edge = np.repeat(edge, count)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    rows += np.repeat(first, count)
    slope = (x[edge + 1] - x[edge]) / (y[edge + 1] - y[edge])
    column = np.ceil(x[edge] + (rows + 0.5 - y[edge]) * slope - 0.5).astype(np.int64)
    seen = column < width
    arc = np.searchsorted(lines.starts, edge[seen], side="right") - 1
    sides = (lines.left[arc] + 1) ^ (lines.right[arc] + 1)
    ids = np.zeros((height, width), dtype=np.int64)
    np.bitwise_xor.at(ids, (rows[seen], np.maximum(column[seen], 0)), sides)
    return np.bitwise_xor.accumulate(ids, axis=1)


def _painted(ids: Ids, classes: np.ndarray, colours: list[str]) -> bytes:
    """Palette: nothing, the classes, ground and stripes of the hatch, the coast."""
    palette = ["#ffffff", *colours, *MISSING["light"], COAST]
    ground = 1 + len(colours)
    of = np.concatenate([[0], np.where(classes < 0, ground, classes + 1)])
    pixels = of[ids].astype(np.uint8)
    rows, columns = np.ogrid[: ids.shape[0], : ids.shape[1]]
    stripe = (rows + columns) % STRIPE_EVERY < STRIPE_WIDTH
    pixels[(pixels == ground) & stripe] = ground + 1
    nobody = ids == 0
    beside = np.zeros_like(nobody)
    beside[:, 1:] |= nobody[:, 1:] ^ nobody[:, :-1]
    beside[1:] |= nobody[1:] ^ nobody[:-1]
    pixels[beside & ~nobody] = ground + 2
    return write_png(pixels, palette)
