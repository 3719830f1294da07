"""Zonal statistics with exact cell fractions.

Sums, means and shares are boundary integrals (`geo.rasters.zonal_integral`). Minimum, maximum and
quantiles are not integrals; exactextract computes those.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.raster import RasterSource
from numpy.typing import NDArray
from rasterio.windows import Window

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.rasters.outline import Outline, divide_long_edges, trace
from zoneblanche.geo.rasters.read import Band, NoData, Raster, RasterFacts, open_raster
from zoneblanche.geo.rasters.zonal_integral import Cells, integrate
from zoneblanche.geo.vectors.repair import MOST_CHANGE

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


@dataclass(frozen=True)
class Zonal:
    """A statistic of each territory, and how reliable it is.

    Attributes:
        values: on the index of the territories; NaN if the raster has no data at all.
        covered: share (0–1) of each territory's area that has data; a sum over a territory that
            is covered in part is the sum over that part. NaN for a territory without a shape.
        facts: the properties of the raster.
        doubts: notices about values that may be undeclared "no data", and about the weights raster.
        notices: everything that a reader of the values should know: the notices of the facts, the
            doubts, and which territories are covered in part or not at all.
        span: minimum and maximum of the cells that were read; None if not known.
    """

    values: pd.Series
    covered: pd.Series
    facts: RasterFacts
    doubts: tuple[str, ...]
    notices: tuple[str, ...]
    span: tuple[float, float] | None = None


def zonal_statistics(
    territories_geometry: gpd.GeoSeries,
    raster_path: Path | str,
    *,
    stat: Stat = "mean",
    band: Band = 1,
    nodata: NoData = "declared",
    threshold: float | None = None,
    quantile: float | None = None,
    weights_path: Path | str | None = None,
) -> pd.Series:
    """Return one number per territory from a raster; `compute_zonal` also returns the coverage."""
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
    band: Band = 1,
    nodata: NoData = "declared",
    threshold: float | None = None,
    quantile: float | None = None,
    weights_path: Path | str | None = None,
) -> Zonal:
    """Return a statistic of the cells of each territory, each cell by the fraction of it inside.

    - `mean`, `sum`, `count` (number of cells with data, fractions included);
    - `share`: percent of the area with data where the value is at least `threshold`;
    - `weighted_mean`, `weighted_share`: the same by the amounts of the raster `weights_path`
      (people in each cell) instead of by area. A weights raster on another grid or in another CRS
      is resampled to the grid of the first with its total kept; cells without data have no people;
    - `min`, `max`, `median` and `quantile` (with `quantile` in 0–1), over all cells touched; the
      last two weigh each cell by its fraction.

    The territories are transformed to the CRS of the raster: vertices exactly, and long edges
    divided so that the error is at most 0.02 cells. A territory without a shape, or without a cell
    with data, is NaN; its count is 0 if it has a shape.

    Raises:
        InputError: what `open_raster` refuses; territories without a CRS, self-crossing ones, or
            none on the raster; a value that looks like an undeclared no-data value; negative
            weights; incompatible options.

    Source: Green's theorem; agreement with exactextract (Baston 2018) is tested to 1e-6.
    """
    _check_options(stat, threshold, quantile, weights_path)
    _check_shapes(territories_geometry)
    with ExitStack() as stack:
        raster = stack.enter_context(open_raster(raster_path, band=band, nodata=nodata))
        weights = None
        if weights_path is not None:
            weights = stack.enter_context(open_raster(weights_path, amounts=True))
        geometry = divide_long_edges(territories_geometry, raster.facts)
        outline = trace(geometry, raster.facts)
        sums = integrate(raster, weights, outline, threshold)
        doubts = raster.doubts() + (weights.doubts() if weights else ())
        if weights:
            weights.check_amounts()
        if stat in ("min", "max", "median", "quantile"):
            values = _extract(geometry, raster, stat, quantile)
        else:
            values = _derive(stat, sums, outline)
        facts, span = raster.facts, raster.span()
    covered = np.clip(sums[:, 0] / outline.area, 0, 1)
    covered[np.isnan(outline.area)] = np.nan
    index = territories_geometry.index
    shown = pd.Series(covered, index=index, name="covered")
    about_weights = weights.facts.notices if weights else ()
    doubts = tuple(note for note in (*about_weights, *doubts) if note not in facts.notices)
    notices = Notices((*facts.notices, *doubts))
    _say_cover(shown, facts, notices=notices)
    return Zonal(
        values=pd.Series(values, index=index, name=stat),
        covered=shown,
        facts=facts,
        doubts=doubts,
        notices=notices.as_tuple(),
        span=span,
    )


def sum_cells(
    territories_geometry: gpd.GeoSeries, bands: Floats, facts: RasterFacts
) -> tuple[Floats, Floats]:
    """Return sums of each territory, shape (territories, bands), and the covered share of each.

    `bands` has shape (bands, rows, columns): cells in memory at the positions of `facts`, NaN
    without data, in all bands at the same cells. Otherwise like `compute_zonal`.
    """
    outline = trace(divide_long_edges(territories_geometry, facts), facts)
    sums = np.full((len(territories_geometry), len(bands)), np.nan)
    covered = np.full(len(territories_geometry), np.nan)
    for place, values in enumerate(bands):
        parts = integrate(Cells(facts, values), None, outline, None)
        sums[:, place] = _derive("sum", parts, outline)
        covered = np.clip(parts[:, 0] / outline.area, 0, 1)
    return sums, covered


def _check_options(
    stat: str, threshold: float | None, quantile: float | None, weights_path: Path | str | None
) -> None:
    if stat not in get_args(Stat):
        raise InputError(
            Fault(
                _("there is no statistic {stat}.", stat=repr(stat)),
                remedy=nearest(stat, get_args(Stat)),
            )
        )
    wants = {
        "threshold": (threshold is not None, stat in ("share", "weighted_share")),
        "quantile": (quantile is not None, stat == "quantile"),
        "weights_path": (weights_path is not None, stat.startswith("weighted_")),
    }
    faults = [
        Fault(
            _(
                "the statistic {stat} {value} {option}.",
                stat=repr(stat),
                value="needs" if wanted else _("takes no"),
                option=option,
            ),
            kind="option",
        )
        for option, (value, wanted) in wants.items()
        if value != wanted
    ]
    if quantile is not None and not 0 <= quantile <= 1:
        faults.append(
            Fault(
                _("a quantile lies between 0 and 1, got {quantile}.", quantile=quantile),
                kind="option",
            )
        )
    if faults:
        raise InputError(faults)


def _check_shapes(geometry: gpd.GeoSeries) -> None:
    """Refuse shapes that cross themselves by more than a hundredth of their area: the parts of a
    bow-tie would be subtracted from each other.

    Raises:
        InputError: with the first of them.
    """
    shapes = np.asarray(geometry.array)
    wrong = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    whole = shapely.area(shapely.make_valid(shapes[wrong], method="structure"))
    change = np.abs(whole - shapely.area(shapes[wrong]))
    crossed = geometry.index[wrong[~(change <= MOST_CHANGE * whole)]]
    if len(crossed):
        raise InputError(
            Fault(
                _(
                    "{count} territories have an invalid shape: {crossed}.",
                    count=len(crossed),
                    crossed=first_of(crossed),
                ),
                value=str(crossed[0]),
                remedy=_("Mend them first, e.g. with geopandas' make_valid."),
                kind="invalid-shape",
            )
        )


def _say_cover(covered: pd.Series, facts: RasterFacts, *, notices: Notices) -> None:
    partly = covered[(covered > 0) & (covered < 0.99)]
    nowhere = covered[covered == 0]
    if len(partly):
        notices.warn(
            _(
                "{count} territories have data of {path} for less than 99 % of their "
                "area: {index}.",
                count=len(partly),
                path=facts.path,
                index=first_of(partly.index),
            )
        )
    if len(nowhere):
        notices.warn(
            _(
                "{count} territories have no data of {path}: {index}.",
                count=len(nowhere),
                path=facts.path,
                index=first_of(nowhere.index),
            )
        )


def _derive(stat: str, sums: Floats, outline: Outline) -> Floats:
    """Return the statistic from the integrals; NaN if the divisor is zero."""
    valid = sums[:, 0]
    # What rounding can leave of an area of zero.
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


class _Source(RasterSource):
    """Our reading of a raster (no-data, scale, direction) in the form that exactextract needs."""

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
        # NaN, not a masked array: exactextract returned the values of a window of masked cells
        cells = values.astype(np.float64)
        if valid is not None:
            cells[~valid] = np.nan
        return cells[:: 1 if e < 0 else -1, :: 1 if a > 0 else -1]


def _extract(geometry: gpd.GeoSeries, raster: Raster, stat: str, quantile: float | None) -> Floats:
    values = np.full(len(geometry), np.nan)
    usable = np.flatnonzero(~(geometry.isna() | geometry.is_empty).to_numpy())
    shapes = geometry.iloc[usable].to_crs(raster.facts.crs)
    features = gpd.GeoDataFrame(geometry=shapes.reset_index(drop=True))
    operation = stat if quantile is None else f"quantile(q={quantile})"
    table = exact_extract(_Source(raster), features, [operation], output="pandas")
    values[usable] = table.iloc[:, 0].astype(np.float64)
    return values
