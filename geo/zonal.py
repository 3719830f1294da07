"""Zonal statistics with exact cell fractions.

The integral of a raster over a polygon is, by Green's theorem, the integral round its border of
the raster's prefix sum along each row: ∬ v dA = ∮ F dr with F(c, r) = ∫₀ᶜ v(c′, r) dc′, in
columns c and rows r. F is piecewise linear in c, so each piece of an edge within one cell is a
trapezoid and the result is exact up to rounding. The raster is read once, in blocks of rows; each
edge is walked once. Cells without data are left out by integrating v × valid and valid side by
side. Minimum, maximum and quantiles are no integrals; exactextract does those.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
from exactextract import exact_extract
from exactextract.raster import RasterSource
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geo.arcs import Rings, read_rings
from geo.compiled import compiled
from geo.errors import Fault, InputError, first_of, nearest
from geo.rasters import NoData, Raster, RasterFacts, open_raster

Floats = NDArray[np.float64]
Stat = Literal[
    "mean",
    "sum",
    "count",
    "share",
    "weighted_mean",
    "weighted_share",
    "min",
    "max",
    "median",
    "quantile",
]
BLOCK_CELLS = 2**21  # of a block of rows: 16 MiB a channel, whatever the raster's size
TOLERANCE_CELLS = 0.02  # an edge that bends by more when projected is divided
EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True)
class Zonal:
    """A statistic of each territory, and how far it can be trusted.

    Attributes:
        values: on the index of the territories; NaN where the raster has no data at all.
        covered: share (0–1) of each territory's area that has data; a sum over a territory that
            is covered in part is the sum over that part. NaN for a territory without a shape.
        facts: what the raster says of itself.
        notices: what a reader of the values should know, as sentences.
    """

    values: pd.Series
    covered: pd.Series
    facts: RasterFacts
    notices: tuple[str, ...]


def zonal_statistics(
    territories_geometry: gpd.GeoSeries,
    raster_path: Path | str,
    *,
    stat: Stat = "mean",
    band: int = 1,
    nodata: NoData = "declared",
    threshold: float | None = None,
    quantile: float | None = None,
    weights_path: Path | str | None = None,
) -> pd.Series:
    """One number a territory from a raster; `compute_zonal` says also how much was covered."""
    return compute_zonal(
        territories_geometry,
        raster_path,
        stat=stat,
        band=band,
        nodata=nodata,
        threshold=threshold,
        quantile=quantile,
        weights_path=weights_path,
    ).values


def compute_zonal(
    territories_geometry: gpd.GeoSeries,
    raster_path: Path | str,
    *,
    stat: Stat = "mean",
    band: int = 1,
    nodata: NoData = "declared",
    threshold: float | None = None,
    quantile: float | None = None,
    weights_path: Path | str | None = None,
) -> Zonal:
    """A statistic of the cells of each territory, each cell by the fraction of it inside.

    - `mean`, `sum`, `count` (number of cells with data, fractions included);
    - `share`: percent of the area with data where the value is at least `threshold`;
    - `weighted_mean`, `weighted_share`: the same by the amounts of the raster `weights_path`
      (people in each cell) instead of by area. A weights raster on another grid or in another CRS
      is brought to the grid of the first with its total kept; where it has no data, nobody is;
    - `min`, `max`, `median` and `quantile` (with `quantile` in 0–1), over all cells touched; the
      last two weigh each cell by its fraction.

    The territories are transformed to the raster's CRS, their vertices exactly, long edges
    divided so that none is out by more than 0.02 cells. A territory without a shape, or without a
    cell with data, is NaN; its count is 0 if it has a shape.

    Raises:
        InputError: what `open_raster` refuses; territories without a CRS, or none of which lies
            on the raster; a value that looks like an undeclared no-data value; options that do
            not go together.

    Source: Green's theorem; agreement with exactextract (Baston 2018) is tested to 1e-6.
    """
    _check_options(stat, threshold, quantile, weights_path)
    with ExitStack() as stack:
        raster = stack.enter_context(open_raster(raster_path, band=band, nodata=nodata))
        weights = None
        if weights_path is not None:
            weights = stack.enter_context(open_raster(weights_path))
        geometry = _divide_long_edges(territories_geometry, raster.facts)
        outline = _trace(geometry, raster.facts)
        sums = _integrate(raster, weights, outline, threshold)
        doubts = raster.doubts() + (weights.doubts() if weights else ())
        if stat in ("min", "max", "median", "quantile"):
            values = _extract(geometry, raster, stat, quantile)
        else:
            values = _derive(stat, sums, outline)
        facts = raster.facts
    covered = np.clip(sums[:, 0] / outline.area, 0, 1)
    covered[np.isnan(outline.area)] = np.nan
    index = territories_geometry.index
    shown = pd.Series(covered, index=index, name="covered")
    notices = facts.notices + (weights.facts.notices if weights else ()) + doubts
    return Zonal(
        values=pd.Series(values, index=index, name=stat),
        covered=shown,
        facts=facts,
        notices=notices + _cover_notices(shown, facts),
    )


def sum_cells(
    territories_geometry: gpd.GeoSeries, bands: Floats, facts: RasterFacts
) -> tuple[Floats, Floats]:
    """Sums of each territory, shape (territories, bands), and the covered share of each.

    `bands` has shape (bands, rows, columns), cells in memory that lie as `facts` says, NaN where
    there are no data, in all bands alike. Otherwise as `compute_zonal`.
    """
    outline = _trace(_divide_long_edges(territories_geometry, facts), facts)
    sums = np.full((len(territories_geometry), len(bands)), np.nan)
    covered = np.full(len(territories_geometry), np.nan)
    for place, values in enumerate(bands):
        parts = _integrate(_Cells(facts, values), None, outline, None)
        sums[:, place] = _derive("sum", parts, outline)
        covered = np.clip(parts[:, 0] / outline.area, 0, 1)
    return sums, covered


@dataclass(frozen=True)
class _Cells:
    """An array that is read like a raster."""

    facts: RasterFacts
    values: Floats

    def read(self, window: Window) -> tuple[np.ndarray, np.ndarray | None]:
        rows, columns = window.toslices()
        part = self.values[rows, columns]
        return part, np.isfinite(part)


@dataclass(frozen=True)
class _Outline:
    """Borders of the territories in columns and rows of the raster, and their areas in cells."""

    column: Floats
    row: Floats
    rings: Rings
    area: Floats
    turn: float  # -1 where rows run against y, which turns every ring round


def _check_options(
    stat: str, threshold: float | None, quantile: float | None, weights_path: Path | str | None
) -> None:
    if stat not in get_args(Stat):
        raise InputError(
            Fault(f"there is no statistic {stat!r}.", remedy=nearest(stat, get_args(Stat)))
        )
    wants = {
        "threshold": (threshold is not None, stat in ("share", "weighted_share")),
        "quantile": (quantile is not None, stat == "quantile"),
        "weights_path": (weights_path is not None, stat.startswith("weighted_")),
    }
    faults = [
        Fault(
            f"the statistic {stat!r} {'needs' if wanted else 'takes no'} {option}.", kind="option"
        )
        for option, (given, wanted) in wants.items()
        if given != wanted
    ]
    if quantile is not None and not 0 <= quantile <= 1:
        faults.append(Fault(f"a quantile lies between 0 and 1, got {quantile}.", kind="option"))
    if faults:
        raise InputError(faults)


def _cover_notices(covered: pd.Series, facts: RasterFacts) -> tuple[str, ...]:
    partly = covered[(covered > 0) & (covered < 0.99)]
    nowhere = covered[covered == 0]
    notices = []
    if len(partly):
        notices.append(
            f"{len(partly)} territories have data of {facts.path} for less than 99 % of their "
            f"area: {first_of(partly.index)}."
        )
    if len(nowhere):
        notices.append(
            f"{len(nowhere)} territories have no data of {facts.path}: {first_of(nowhere.index)}."
        )
    return tuple(notices)


# --- the outline of the territories in the raster's columns and rows


def _to_cells(
    x: Floats, y: Floats, geometry: gpd.GeoSeries, facts: RasterFacts
) -> tuple[Floats, Floats]:
    if geometry.crs != facts.crs:
        change = pyproj.Transformer.from_crs(geometry.crs, facts.crs, always_xy=True)
        x, y = change.transform(x, y)
    a, _, c, _, e, f = facts.transform
    return (x - c) / a, (y - f) / e


def _divide_long_edges(geometry: gpd.GeoSeries, facts: RasterFacts) -> gpd.GeoSeries:
    """Vertices added on edges that would bend noticeably in the raster's CRS."""
    if geometry.crs is None:
        raise InputError(Fault("the territories have no coordinate system.", kind="no-crs"))
    if geometry.crs == facts.crs:
        return geometry
    # The great circle over a chord of length s stands s²/8R off it at most; three times that
    # allows for projections that bend more. Shorter edges need no look.
    cell_m = abs(facts.transform[0]) * (111_320.0 if facts.crs.is_geographic else 1.0)
    unit_m = 111_320.0 if geometry.crs.is_geographic else 1.0
    longest = math.sqrt(TOLERANCE_CELLS * cell_m * 8 * EARTH_RADIUS_M / 3) / unit_m
    rings = read_rings(geometry)
    following = rings.following
    x0, y0, x1, y1 = rings.x, rings.y, rings.x[following], rings.y[following]
    length = np.hypot(x1 - x0, y1 - y0)
    far = np.flatnonzero(length > longest)
    if not far.size:
        return geometry
    ends = np.concatenate([x0[far], x1[far], (x0 + x1)[far] / 2])
    column, row = _to_cells(
        ends, np.concatenate([y0[far], y1[far], (y0 + y1)[far] / 2]), geometry, facts
    )
    (c0, c1, cm), (r0, r1, rm) = column.reshape(3, -1), row.reshape(3, -1)
    bend = np.hypot(cm - (c0 + c1) / 2, rm - (r0 + r1) / 2)
    allowed = length[far] * np.sqrt(TOLERANCE_CELLS / np.maximum(bend, TOLERANCE_CELLS))
    if not (bend > TOLERANCE_CELLS).any():
        return geometry
    return geometry.segmentize(float(allowed[bend > TOLERANCE_CELLS].min()))


def _trace(geometry: gpd.GeoSeries, facts: RasterFacts) -> _Outline:
    rings = read_rings(geometry)
    column, row = _to_cells(rings.x, rings.y, geometry, facts)
    lost = ~(np.isfinite(column) & np.isfinite(row))
    if lost.any():
        where = np.unique(rings.territory[rings.of_vertex[lost]])
        raise InputError(
            Fault(
                f"{len(where)} territories cannot be expressed in the raster's coordinate system: "
                f"{first_of(geometry.index[where])}.",
                file=facts.path,
                remedy="Leave them out, or use a raster whose coordinate system reaches them.",
                kind="outside-crs",
            )
        )
    territory = rings.territory[rings.of_vertex]
    following = rings.following
    corner = rings.starts[:-1][rings.of_vertex]
    dc, dr = column - column[corner], row - row[corner]
    turn = math.copysign(1.0, facts.transform[0] * facts.transform[4])
    cross = turn * (dc * dr[following] - dc[following] * dr)
    area = np.bincount(territory, cross, len(geometry)) / 2
    area[area <= 0] = np.nan
    rows, columns = facts.shape
    if len(row) and not (
        row.min() < rows and row.max() > 0 and column.min() < columns and column.max() > 0
    ):
        raise InputError(
            Fault(
                "no territory lies on the raster, which covers "
                f"{facts.bounds} of {facts.crs.name}.",
                file=facts.path,
                remedy="Check the coordinate systems of both.",
                kind="no-overlap",
            )
        )
    return _Outline(column, row, rings, area, turn)


# --- integrals


def _integrate(
    raster: Raster | _Cells,
    weights: Raster | None,
    outline: _Outline,
    threshold: float | None,
) -> Floats:
    """Per territory the integrals of valid, value × valid (or weight, value × weight)."""
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
            here = Window(window.col_off, first, window.width, last - first)
            values, valid = raster.read(here)
            weight = amounts.read(here) if amounts else np.empty((0, 0))
            _prefix_rows(values, _or_none(valid), weight, cut, prefix)
            mine = edges[begin[block] : begin[block + 1]]
            _walk(column, row, following, territory, mine, first, last, prefix, sums)
    return sums * outline.turn


def _or_none(valid: np.ndarray | None) -> np.ndarray:
    return np.empty((0, 0), dtype=np.bool_) if valid is None else valid


def _window(outline: _Outline, facts: RasterFacts) -> Window:
    """The smallest part of the raster that holds all territories; at least one cell."""
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
    """Edges in the order of the blocks they cross (several times if several), and offsets."""
    low = np.clip(np.floor((np.minimum(r0, r1) - top[0]) / height), -1, len(top)).astype(np.int64)
    high = np.clip(np.floor((np.maximum(r0, r1) - top[0]) / height), -1, len(top)).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, len(top) - 1)
    crossed = np.where(r0 == r1, 0, np.maximum(high - low + 1, 0))
    edge = np.repeat(np.arange(len(r0)), crossed)
    turn = np.arange(len(edge)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    block = low[edge] + turn
    begin = np.concatenate([[0], np.cumsum(np.bincount(block, minlength=len(top)))])
    # numpy sorts 16-bit integers by radix, many times faster
    narrow = block.astype(np.uint16) if len(top) < 2**16 else block
    return edge[np.argsort(narrow, kind="stable")], begin


@compiled
def _prefix_rows(
    values: np.ndarray, valid: np.ndarray, weight: np.ndarray, threshold: float, prefix: np.ndarray
) -> None:
    """Running sums along each row: of valid and value; or of valid, weight and value × weight.

    An empty `valid` means all, an empty `weight` none; a threshold that is no number keeps the
    value, otherwise it becomes 1 or 0.
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
    """Add to `sums` ∮ F dr over the parts of the edges that lie in the rows of this block."""
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
            # The nearer end is the more exact start, and an end is met exactly.
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


def _derive(stat: str, sums: Floats, outline: _Outline) -> Floats:
    """The statistic from the integrals; NaN where there is nothing to divide by."""
    valid = sums[:, 0]
    # What rounding can leave of an area that is nothing at all.
    nothing = ~(
        valid > 1e-9 * outline.area + 1e-12 * max(1.0, float(np.abs(outline.column).max(initial=0)))
    )
    base = sums[:, 1] if stat.startswith("weighted_") else valid
    total = sums[:, -1]
    if stat == "count":
        values = np.where(nothing, 0.0, valid)
        values[np.isnan(outline.area)] = np.nan
        return values
    if stat == "sum":
        return np.where(nothing, np.nan, total)
    if stat.startswith("weighted_"):
        nothing = nothing | ~(base > 1e-12 * max(1.0, float(np.abs(base).max(initial=0))))
    values = np.full(len(valid), np.nan)
    np.divide(total, base, out=values, where=~nothing)
    return values * 100 if stat.endswith("share") else values


# --- weights on another grid


@dataclass(frozen=True)
class _Amounts:
    """A raster of amounts (people a cell) on the grid of another raster."""

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
                f"the amounts have an offset of {mine.offset:g} and cannot be regridded.",
                file=mine.path,
                remedy="Store plain amounts.",
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
        resampling=Resampling.sum,  # shares each amount out by area, and keeps the total
        src_nodata=mine.nodata,
        nodata=mine.nodata,
        dtype="float64" if mine.dtype == "float64" else None,
    ) as warped:
        yield _Amounts(weights, warped)


# --- what is no integral


class _Source(RasterSource):
    """Our reading of a raster (no-data, scale, direction) as exactextract asks for it."""

    def __init__(self, raster: Raster) -> None:
        super().__init__()
        self.raster = raster

    def res(self) -> tuple[float, float]:
        transform = self.raster.facts.transform
        return abs(transform[0]), abs(transform[4])

    def extent(self) -> tuple[float, float, float, float]:
        return self.raster.facts.bounds

    def srs_wkt(self) -> str:
        return self.raster.facts.crs.to_wkt()

    def nodata_value(self) -> None:
        return None

    def read_window(self, x0: int, y0: int, nx: int, ny: int) -> Floats:
        rows, columns = self.raster.facts.shape
        a, e = self.raster.facts.transform[0], self.raster.facts.transform[4]
        window = Window(x0 if a > 0 else columns - x0 - nx, y0 if e < 0 else rows - y0 - ny, nx, ny)
        values, valid = self.raster.read(window)
        # NaN, not a masked array: a window of masked cells only came out as their values
        found = values.astype(np.float64)
        if valid is not None:
            found[~valid] = np.nan
        return found[:: 1 if e < 0 else -1, :: 1 if a > 0 else -1]


def _extract(geometry: gpd.GeoSeries, raster: Raster, stat: str, quantile: float | None) -> Floats:
    values = np.full(len(geometry), np.nan)
    there = np.flatnonzero(~(geometry.isna() | geometry.is_empty).to_numpy())
    shapes = geometry.iloc[there].to_crs(raster.facts.crs)
    features = gpd.GeoDataFrame(geometry=shapes.reset_index(drop=True))
    operation = stat if quantile is None else f"quantile(q={quantile})"
    found = exact_extract(_Source(raster), features, [operation], output="pandas")
    values[there] = found.iloc[:, 0].astype(np.float64)
    return values
