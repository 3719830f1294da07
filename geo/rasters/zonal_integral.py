"""Integrals of a raster over territories, by Green's theorem.

The integral over a polygon is the integral around its border of the raster's prefix sum along each
row: ∬ v dA = ∮ F dr with F(c, r) = ∫₀ᶜ v(c′, r) dc′, in columns c and rows r. F is piecewise
linear in c, so each piece of an edge within one cell is a trapezoid, and the result is exact up to
rounding. The raster is read once, in blocks of rows; each edge is followed once. To leave out cells
without data, v × valid and valid are integrated together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.rasters.outline import Outline
from zoneblanche.geo.rasters.read import Raster, RasterFacts
from zoneblanche.geo.runtime.compiled import compiled

Floats = NDArray[np.float64]

BLOCK_CELLS = 2**21  # of a block of rows: 16 MiB per channel, for any size of the raster


@dataclass(frozen=True)
class Cells:
    """An array with the interface of a raster."""

    facts: RasterFacts
    values: Floats

    def read(self, window: Window) -> tuple[np.ndarray, np.ndarray | None]:
        """Like `Raster.read`."""
        rows, columns = window.toslices()
        part = self.values[rows, columns]
        return part, np.isfinite(part)


def integrate(
    raster: Raster | Cells,
    weights: Raster | None,
    outline: Outline,
    threshold: float | None,
) -> Floats:
    """Return the integrals over each territory, shape (territories, channels), in cells.

    The channels are valid and value; with weights: valid, weight and value × weight. With a
    threshold the value is 1 from it on, and 0 below.

    Raises:
        InputError: a damaged raster; weights with an offset on another grid.
    """
    sums = np.zeros((len(outline.area), 2 if weights is None else 3))
    if not len(outline.row):
        return sums
    window = _window(outline, raster.facts)
    height = max(1, min(window.height, BLOCK_CELLS // window.width))
    top = np.arange(window.row_off, window.row_off + window.height, height)
    column, row = outline.column - window.col_off, outline.row
    following = outline.rings.following
    territory = outline.rings.territory[outline.rings.of_vertex]
    edges, begin = _by_block(row, row[following], top, height)
    prefix = np.zeros((height, window.width + 1, sums.shape[1]))
    cut = np.nan if threshold is None else threshold
    with ExitStack() as stack:
        amounts = stack.enter_context(_aligned(weights, raster.facts)) if weights else None
        for block, first in enumerate(top):
            last = min(first + height, window.row_off + window.height)
            strip = Window(window.col_off, first, window.width, last - first)
            values, valid = raster.read(strip)
            weight = amounts.read(strip) if amounts else np.empty((0, 0))
            _prefix_rows(values, _or_none(valid), weight, cut, prefix)
            mine = edges[begin[block] : begin[block + 1]]
            _walk(column, row, following, territory, mine, first, last, prefix, sums)
    return sums * outline.turn


def _or_none(valid: np.ndarray | None) -> np.ndarray:
    return np.empty((0, 0), dtype=np.bool_) if valid is None else valid


def _window(outline: Outline, facts: RasterFacts) -> Window:
    """Return the smallest part of the raster that contains all territories; at least one cell."""
    sides = []
    for place, size in ((outline.column, facts.shape[1]), (outline.row, facts.shape[0])):
        first = int(np.clip(math.floor(place.min()), 0, size - 1))
        last = int(np.clip(math.ceil(place.max()), first + 1, size))
        sides.append((first, last - first))
    (left, width), (top, height) = sides
    return Window(left, top, width, height)


def _by_block(
    r0: Floats, r1: Floats, top: np.ndarray, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return edges in the order of the blocks they cross (several times if several), and
    offsets."""
    low = np.clip(np.floor((np.minimum(r0, r1) - top[0]) / height), -1, len(top)).astype(np.int64)
    high = np.clip(np.floor((np.maximum(r0, r1) - top[0]) / height), -1, len(top)).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, len(top) - 1)
    crossed = np.where(r0 == r1, 0, np.maximum(high - low + 1, 0))
    edge = np.repeat(np.arange(len(r0)), crossed)
    turn = np.arange(len(edge)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    block = low[edge] + turn
    begin = np.concatenate([[0], np.cumsum(np.bincount(block, minlength=len(top)))])
    # numpy sorts 16-bit integers by radix, which is many times faster
    narrow = block.astype(np.uint16) if len(top) < 2**16 else block
    return edge[np.argsort(narrow, kind="stable")], begin


@compiled
def _prefix_rows(
    values: np.ndarray, valid: np.ndarray, weight: np.ndarray, threshold: float, prefix: np.ndarray
) -> None:
    """Return running sums along each row: of valid and value; or of valid, weight and value ×
    weight.

    An empty `valid` means all, an empty `weight` none; a NaN threshold keeps the value, otherwise
    the value becomes 1 or 0.
    """
    rows, columns = values.shape
    for row in range(rows):
        area = amount = total = 0.0
        for column in range(columns):
            if valid.size == 0 or valid[row, column]:
                value = float(values[row, column])
                if not np.isnan(threshold):
                    value = 1.0 if value >= threshold else 0.0
                area += 1.0
                if weight.size == 0:
                    total += value
                else:
                    amount += weight[row, column]
                    total += value * weight[row, column]
            prefix[row, column + 1, 0] = area
            if weight.size == 0:
                prefix[row, column + 1, 1] = total
            else:
                prefix[row, column + 1, 1] = amount
                prefix[row, column + 1, 2] = total


@compiled
def _walk(
    column: np.ndarray,
    row: np.ndarray,
    following: np.ndarray,
    territory: np.ndarray,
    edges: np.ndarray,
    top: int,
    bottom: int,
    prefix: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add to `sums` ∮ F dr over the parts of the edges that are in the rows of this block."""
    columns = prefix.shape[1] - 1
    channels = prefix.shape[2]
    for edge in edges:
        c0, r0 = column[edge], row[edge]
        c1, r1 = column[following[edge]], row[following[edge]]
        sign = 1.0
        if r0 > r1:
            c0, r0, c1, r1 = c1, r1, c0, r0
            sign = -1.0
        slope = (c1 - c0) / (r1 - r0)
        owner = territory[edge]
        for line in range(max(int(np.floor(r0)), top), min(int(np.ceil(r1)), bottom)):
            high, low = max(r0, line), min(r1, line + 1.0)
            # The nearer end is the more exact start, and an end is reached exactly.
            enter = c0 if high == r0 else c0 + slope * (high - r0)
            leave = c1 if low == r1 else c0 + slope * (low - r0)
            west, east = min(enter, leave), max(enter, leave)
            rise = sign * (low - high)
            at = west
            while True:
                # the piece [at, until] within one cell, or beyond the raster's side
                if at < 0.0:
                    until = min(east, 0.0)
                elif at >= columns:
                    until = east
                else:
                    until = min(east, np.floor(at) + 1.0)
                share = rise if east == west else rise * ((until - at) / (east - west))
                middle = min(max(0.5 * (at + until), 0.0), float(columns))
                cell = min(int(middle), columns - 1)
                part = middle - cell
                for channel in range(channels):
                    before = prefix[line - top, cell, channel]
                    after = prefix[line - top, cell + 1, channel]
                    sums[owner, channel] += share * (before + part * (after - before))
                if until >= east:
                    break
                at = until


@dataclass(frozen=True)
class _Amounts:
    """A raster of amounts (people per cell) on the grid of another raster."""

    weights: Raster
    warped: WarpedVRT | None

    def read(self, window: Window) -> Floats:
        if self.warped is None:
            values, valid = self.weights.read(window)
            return values.astype(np.float64) if valid is None else np.where(valid, values, 0.0)
        values = self.warped.read(self.weights.facts.band, window=window).astype(np.float64)
        nodata = self.weights.facts.nodata
        values[~np.isfinite(values) | (values == nodata)] = 0.0
        return values * self.weights.facts.scale


@contextmanager
def _aligned(weights: Raster, facts: RasterFacts) -> Iterator[_Amounts]:
    mine = weights.facts
    if (mine.crs, mine.transform, mine.shape) == (facts.crs, facts.transform, facts.shape):
        yield _Amounts(weights, None)
        return
    if mine.offset != 0:
        raise InputError(
            Fault(
                _(
                    "the amounts have an offset of {offset} and cannot be regridded.",
                    offset=f"{mine.offset:g}",
                ),
                file=mine.path,
                remedy=_("Store plain amounts."),
                kind="weights",
            )
        )
    weights.scan()
    rows, columns = facts.shape
    with WarpedVRT(
        weights.dataset,
        crs=facts.crs.to_wkt(),
        transform=rasterio.Affine(*facts.transform),
        height=rows,
        width=columns,
        resampling=Resampling.sum,  # distributes each amount by area, and keeps the total
        src_nodata=mine.nodata,
        nodata=mine.nodata,
        dtype="float64" if mine.dtype == "float64" else None,
    ) as warped:
        yield _Amounts(weights, warped)
