"""How much of each territory is covered by polygons that may overlap, each place counted once.

A sweep (`geo.borders.coverage_sweep`) measures the polygons that meet a territory. If very many do,
the territory is cut in four, and again. A small part is often entirely in one polygon, and then the
other polygons of that group need no check.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.borders.coverage_sweep import measure_cover, read_borders
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import Notices, _

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

LONGEST_EDGE_M = 4_000.0  # the middle of an edge as long bends by less than a metre
EARTH_RADIUS_M = 6_371_000.0
FAR_M = 1_000_000.0  # coverage in degrees farther from all territories is cut off
MOST_VERTICES = 512  # larger coverage polygons are cut into tiles before clipping
MOST_PIECES = 24  # a territory that meets more polygons is cut in four
FREE_LEVELS = 6  # and again, as long as that helps: borders on the same line remain many ...
PROGRESS = 0.75  # ... so from here on a part has to meet fewer than this share of its parent's
SMALLEST_TILE = 1e-6  # of the extent: a polygon with all its vertices in one spot


@dataclass(frozen=True)
class CoverageShare:
    """Covered share of the area of each territory, in percent, on the index of the territories.

    NaN for a territory without a shape, and for one outside the surveyed area.

    Attributes:
        any_percent: covered by any polygon.
        by_group_percent: one column per group; a single column "all" without groups.
        at_least_percent: column k (1, 2, …) is the share covered by at least k groups.
        notices: repairs, as sentences.
    """

    any_percent: pd.Series
    by_group_percent: pd.DataFrame
    at_least_percent: pd.DataFrame
    notices: tuple[str, ...]


def compute_coverage_share(
    territories: gpd.GeoSeries,
    coverage: gpd.GeoSeries,
    *,
    groups: pd.Series | None = None,
    crs: str | pyproj.CRS | None = None,
    surveyed: shapely.Geometry | None = None,
) -> CoverageShare:
    """Return the exact covered share of each territory: by any, by group and by ≥ k groups.

    `groups` (the operator of each polygon) is on the index of `coverage`. Areas are measured in
    `crs`. It defaults to the CRS of the territories if that is projected, otherwise to a Lambert
    azimuthal equal-area projection around their centre. Without a polygon the coverage is 0 %. If
    `surveyed` (a geometry in the CRS of the coverage) does not include a territory, it is NaN.
    Empty and missing coverage shapes cover nothing. Invalid ones are made valid, with a notice.

    Raises:
        InputError: no CRS, coverage that is not polygons, a polygon without a group.

    >>> from shapely import box
    >>> town = gpd.GeoSeries([box(0, 0, 10, 10)], index=["01001"], crs=2154)
    >>> masts = gpd.GeoSeries([box(0, 0, 5, 10), box(4, 0, 8, 10)], crs=2154)
    >>> found = compute_coverage_share(town, masts, groups=pd.Series(["A", "B"]))
    >>> found.at_least_percent.loc["01001"].tolist()
    [80.0, 10.0]
    """
    label, names = _number_groups(coverage, groups)
    measure = area_crs(territories, coverage, crs)
    notices = Notices()
    land = _mend(_projected(territories, measure), _("territories"), notices=notices)
    nearby = _without_what_is_far(coverage, territories)
    shapes = _mend(_projected(nearby, measure), _("coverage polygons"), notices=notices)
    by_group, exactly = _measure(land, shapes, label, len(names))
    area = shapely.area(land)
    at_least = np.cumsum(exactly[:, :0:-1], axis=1)[:, ::-1]
    index = territories.index
    left_out = np.isnan(area) | ~(area > 0)
    if surveyed is not None:
        zone = gpd.GeoSeries([surveyed], crs=coverage.crs).to_crs(measure).iloc[0]
        left_out |= ~shapely.intersects(land, zone)

    def percent(covered: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            share = 100 * covered / area[:, None]
        # Rounding: a fully covered commune may have 100.00000000001 %.
        share = np.clip(share, 0, 100)
        share[left_out] = np.nan
        return share

    least = pd.DataFrame(percent(at_least), index=index, columns=range(1, len(names) + 1))
    return CoverageShare(
        any_percent=least[1].rename("covered_percent"),
        by_group_percent=pd.DataFrame(percent(by_group), index=index, columns=names),
        at_least_percent=least,
        notices=notices.as_tuple(),
    )


def _number_groups(
    coverage: gpd.GeoSeries, groups: pd.Series | None
) -> tuple[Ints, list[Hashable]]:
    if groups is None:
        return np.zeros(len(coverage), dtype=np.int64), ["all"]
    if not groups.index.equals(coverage.index):
        raise InputError(Fault(_("groups and coverage polygons are not on the same index.")))
    label, names = pd.factorize(groups, sort=True)
    nameless = np.flatnonzero(label < 0)
    if nameless.size:
        raise InputError(
            Fault(
                _(
                    "{size} coverage polygons have no group: {index}.",
                    size=nameless.size,
                    index=first_of(coverage.index[nameless]),
                ),
                remedy=_("Give each its operator, or leave them out."),
                kind="no-group",
            )
        )
    if not len(names):
        return label.astype(np.int64), ["all"]
    return label.astype(np.int64), list(names)


def area_crs(
    territories: gpd.GeoSeries, coverage: gpd.GeoSeries, crs: str | pyproj.CRS | None = None
) -> pyproj.CRS:
    """Return the projection for areas: the given one, the territories' own, or an equal-area one
    around their centre.

    Raises:
        InputError: either has no CRS, or the given one is in degrees.
    """
    for what, series in ((_("territories"), territories), (_("coverage polygons"), coverage)):
        if series.crs is None:
            raise InputError(
                Fault(_("the {what} have no coordinate system.", what=what), kind="no-crs")
            )
    if crs is None and territories.crs.is_projected:
        return territories.crs
    if crs is None:
        west, south, east, north = territories.to_crs(4326).total_bounds
        crs = f"+proj=laea +lat_0={(south + north) / 2:.6f} +lon_0={(west + east) / 2:.6f}"
    system = pyproj.CRS.from_user_input(crs)
    if not system.is_projected:
        raise InputError(
            Fault(
                _("areas cannot be measured in {found}.", found=system.name), kind="crs-not-metric"
            )
        )
    return system


def _without_what_is_far(coverage: gpd.GeoSeries, territories: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return coverage in degrees without what is far from all territories: a projection around
    them has no place for the other side of the globe, where a satellite covers too."""
    if not coverage.crs.is_geographic or territories.crs is None:
        return coverage
    to_degrees = pyproj.Transformer.from_crs(territories.crs, coverage.crs, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*territories.total_bounds)
    reach = np.degrees(FAR_M / EARTH_RADIUS_M) / _degrees_a_unit(coverage.crs)
    around = np.array([west - reach, south - reach, east + reach, north + reach])
    if not np.isfinite(around).all() or west > east:
        return coverage
    # Longitudes of coverage may be from 0 to 360, or across the 180th meridian.
    turn = 360 / _degrees_a_unit(coverage.crs)
    regions = [around + np.array([shift, 0, shift, 0]) for shift in (-turn, 0, turn)]
    boxes = shapely.bounds(coverage.to_numpy())
    near = np.zeros(len(boxes), dtype=bool)
    for region in regions:
        near |= (boxes[:, :2] >= region[:2]).all(axis=1) & (boxes[:, 2:] <= region[2:]).all(axis=1)
    far = np.flatnonzero(~near & shapely.is_valid(coverage.to_numpy()))
    if not far.size:
        return coverage
    shapes = coverage.to_numpy().astype(object).copy()
    whole = shapely.union_all([shapely.box(*region) for region in regions])
    shapes[far] = [_polygons_of(shape) for shape in shapely.intersection(shapes[far], whole)]
    return gpd.GeoSeries(shapes, index=coverage.index, crs=coverage.crs)


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a shape without its lines and points; None if it has no polygon."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(polygons) if len(polygons) else None


def _degrees_a_unit(crs: pyproj.CRS) -> float:
    return float(np.degrees(crs.axis_info[0].unit_conversion_factor)) if crs.axis_info else 1.0


def _projected(series: gpd.GeoSeries, crs: pyproj.CRS) -> gpd.GeoSeries:
    """Return shapes in another projection, their long edges divided first: they bend on the way,
    and the edges of a territory and of a polygon along it would bend apart."""
    if series.crs == crs:
        return series
    unit = series.crs.axis_info[0].unit_conversion_factor if series.crs.axis_info else 1.0
    longest = LONGEST_EDGE_M / (EARTH_RADIUS_M if series.crs.is_geographic else 1.0) / unit
    shapes = series.to_numpy()
    positions, owner = shapely.get_coordinates(shapes, return_index=True)
    length = np.hypot(*np.diff(positions, axis=0).T)
    far = np.unique(owner[1:][(length > longest) & (owner[1:] == owner[:-1])])
    if len(far):
        shapes = shapes.copy()
        shapes[far] = shapely.segmentize(shapes[far], longest)
        series = gpd.GeoSeries(shapes, index=series.index, crs=series.crs)
    return series.to_crs(crs)


def _mend(series: gpd.GeoSeries, what: str, *, notices: Notices) -> Shapes:
    shapes = series.to_numpy().astype(object)
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if wrong.size:
        raise InputError(
            Fault(
                _(
                    "{what} must be polygons; {size} shapes are not ({index}: {geom_type}).",
                    what=what,
                    size=wrong.size,
                    index=first_of(series.index[wrong]),
                    geom_type=shapes[wrong[0]].geom_type,
                ),
                kind="geometry-type",
            )
        )
    bad = np.flatnonzero((kinds >= 0) & ~shapely.is_valid(shapes))
    if not bad.size:
        return shapes
    shapes = shapes.copy()
    shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    notices.warn(
        _(
            "{size} {what} were invalid and were made valid: {named}.",
            size=bad.size,
            what=what,
            named=first_of(series.index[bad]),
        )
    )
    return shapes


def _measure(land: Shapes, shapes: Shapes, label: Ints, groups: int) -> tuple[Floats, Floats]:
    """Return the covered area of each territory by each group, and by exactly 0, 1, 2, … groups."""
    by_group, exactly = np.zeros((len(land), groups)), np.zeros((len(land), groups + 1))
    pieces, label = _cut(shapes, label, MOST_VERTICES)
    if not len(pieces):
        return by_group, exactly
    borders = read_borders(pieces)
    parts, owner = _cut(land, np.arange(len(land)), MOST_VERTICES)
    before, level = np.full(len(parts), np.inf), 0
    while len(parts):
        depth, pairs = _meet(parts, pieces, label, groups)
        met = np.bincount(pairs[0], minlength=len(parts))
        heavy = (met > MOST_PIECES) & ((level < FREE_LEVELS) | (met < PROGRESS * before))
        light = ~heavy[pairs[0]]
        by_any, more = measure_cover(
            read_borders(parts), borders, label, (pairs[0][light], pairs[1][light]), depth
        )
        np.add.at(by_group, owner[~heavy], by_any[~heavy])
        np.add.at(exactly, owner[~heavy], more[~heavy])
        parts, source = _quarter(parts[heavy])
        owner, before, level = owner[heavy][source], met[heavy][source], level + 1
    return by_group, exactly


def _meet(
    parts: Shapes, pieces: Shapes, label: Ints, groups: int
) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return which groups cover a part with a single piece, shape (parts, groups), and the pairs of
    parts and pieces of the other groups that may meet, by part."""
    tree = shapely.STRtree(parts)
    depth = np.zeros((len(parts), groups), dtype=np.int64)
    piece, part = tree.query(pieces, predicate="covers")
    depth[part, label[piece]] = 1
    piece, part = tree.query(pieces)
    open_yet = depth[part, label[piece]] == 0
    piece, part = piece[open_yet], part[open_yet]
    # Comparing boxes is enough, but if many meet, the polygons are compared.
    many = np.flatnonzero(np.bincount(part, minlength=len(parts))[part] > MOST_PIECES)
    apart = many[~shapely.intersects(pieces[piece[many]], parts[part[many]])]
    piece, part = np.delete(piece, apart), np.delete(part, apart)
    order = np.argsort(part, kind="stable")
    return depth, (part[order], piece[order])


def _cut(shapes: Shapes, owner: Ints, most_vertices: int) -> tuple[Shapes, Ints]:
    """Return single polygons; those with many vertices are cut in four until they have few."""
    parts, source = shapely.get_parts(shapes, return_index=True)
    owner = owner[source]
    pieces, done_owner = [], []
    smallest = SMALLEST_TILE * _size(parts).max(initial=0.0)
    while len(parts):
        large = shapely.get_num_coordinates(parts) > most_vertices
        large &= _size(parts) > smallest
        pieces.append(parts[~large])
        done_owner.append(owner[~large])
        parts, source = _quarter(parts[large])
        owner = owner[large][source]
    return np.concatenate([parts, *pieces]), np.concatenate([owner, *done_owner])


def _quarter(parts: Shapes) -> tuple[Shapes, Ints]:
    """Return the four quarters of each polygon, as single polygons, and the polygon of each."""
    west, south, east, north = shapely.bounds(parts).T
    x, y = (west + east) / 2, (south + north) / 2
    quarters = [
        shapely.box(west, south, x, y),
        shapely.box(x, south, east, y),
        shapely.box(west, y, x, north),
        shapely.box(x, y, east, north),
    ]
    cut = np.concatenate([shapely.intersection(parts, box) for box in quarters])
    pieces, source = shapely.get_parts(cut, return_index=True)
    flat = shapely.get_type_id(pieces) == 3  # a quarter may touch the polygon in a line or point
    return pieces[flat], source[flat] % max(len(parts), 1)


def _size(shapes: Shapes) -> Floats:
    """Return the longer side of each box."""
    west, south, east, north = shapely.bounds(shapes).T
    return np.maximum(east - west, north - south)
