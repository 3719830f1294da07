"""How much of each territory is covered by polygons that may overlap, each place counted once.

The polygons that meet a territory are united, and the union is clipped to it: exact, and much
cheaper than to unite all of them first. "By at least k" of several groups (operators) follows from
the groups' unions: adding a group U to the places A₁ ⊇ A₂ ⊇ … covered by at least 1, 2, … gives
Aₖ ∪ (Aₖ₋₁ ∩ U).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from geo.errors import Fault, InputError, first_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

MOST_VERTICES = 512  # larger coverage polygons are cut into tiles before clipping
PART = 256  # territories that a thread takes at a time
SMALLEST_TILE = 1e-6  # of the polygon's extent: a polygon all of whose vertices lie on one spot


@dataclass(frozen=True)
class CoverageShare:
    """Covered share of the area of each territory, in percent; on the territories' index.

    NaN for a territory without a shape, and for one outside of the surveyed area.

    Attributes:
        any_percent: covered by any polygon.
        by_group_percent: one column a group; a single column "all" without groups.
        at_least_percent: column k (1, 2, …) is the share covered by at least k groups.
        notices: repairs made, as sentences.
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
    """Exact covered share of each territory by `coverage`, in all, by group and by ≥ k groups.

    `groups` (an operator for each polygon) is on the index of `coverage`. Areas are measured in
    `crs`; by default in that of the territories if it is projected, otherwise in a Lambert
    azimuthal equal-area projection about their middle. Where there is no polygon there is no
    coverage: 0 %, unless `surveyed` (a geometry in the CRS of the coverage) leaves the territory
    out: then NaN. Empty and missing coverage shapes cover nothing; invalid ones are made valid,
    which is stated.

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
    measure = _area_crs(territories, coverage, crs)
    land, notices = _mend(territories.to_crs(measure), "territories")
    shapes, more_notices = _mend(coverage.to_crs(measure), "coverage polygons")
    shapes, label = _tile(shapes, label)
    united = _unite(land, shapes, label, len(names))
    area = shapely.area(land)
    layers = _stack(united)
    index = territories.index
    left_out = np.isnan(area) | ~(area > 0)
    if surveyed is not None:
        zone = gpd.GeoSeries([surveyed], crs=coverage.crs).to_crs(measure).iloc[0]
        left_out |= ~shapely.intersects(land, zone)

    def percent(parts: Shapes) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            share = 100 * shapely.area(parts) / area
        # Clipping rounds vertices: a commune covered in full comes to 100.00000000001 %.
        share = np.clip(share, 0, 100)
        share[left_out] = np.nan
        return share

    columns = {name: percent(united[:, place]) for place, name in enumerate(names)}
    least = {k + 1: percent(layer) for k, layer in enumerate(layers)}
    return CoverageShare(
        any_percent=pd.Series(percent(layers[0]), index=index, name="covered_percent"),
        by_group_percent=pd.DataFrame(columns, index=index, columns=names),
        at_least_percent=pd.DataFrame(least, index=index),
        notices=notices + more_notices,
    )


def _number_groups(
    coverage: gpd.GeoSeries, groups: pd.Series | None
) -> tuple[Ints, list[Hashable]]:
    if groups is None:
        return np.zeros(len(coverage), dtype=np.int64), ["all"]
    if not groups.index.equals(coverage.index):
        raise InputError(Fault("groups and coverage polygons are not on the same index."))
    label, names = pd.factorize(groups, sort=True)
    nameless = np.flatnonzero(label < 0)
    if nameless.size:
        raise InputError(
            Fault(
                f"{nameless.size} coverage polygons have no group: "
                f"{first_of(coverage.index[nameless])}.",
                remedy="Give each its operator, or leave them out.",
                kind="no-group",
            )
        )
    if not len(names):
        return label.astype(np.int64), ["all"]
    return label.astype(np.int64), list(names)


def _area_crs(
    territories: gpd.GeoSeries, coverage: gpd.GeoSeries, crs: str | pyproj.CRS | None
) -> pyproj.CRS:
    for what, series in (("territories", territories), ("coverage polygons", coverage)):
        if series.crs is None:
            raise InputError(Fault(f"the {what} have no coordinate system.", kind="no-crs"))
    if crs is None and territories.crs.is_projected:
        return territories.crs
    if crs is None:
        west, south, east, north = territories.to_crs(4326).total_bounds
        crs = f"+proj=laea +lat_0={(south + north) / 2:.6f} +lon_0={(west + east) / 2:.6f}"
    found = pyproj.CRS.from_user_input(crs)
    if not found.is_projected:
        raise InputError(Fault(f"areas cannot be measured in {found.name}.", kind="crs-not-metric"))
    return found


def _mend(series: gpd.GeoSeries, what: str) -> tuple[Shapes, tuple[str, ...]]:
    shapes = series.to_numpy().astype(object)
    kinds = shapely.get_type_id(shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if wrong.size:
        raise InputError(
            Fault(
                f"{what} must be polygons; {wrong.size} shapes are not "
                f"({first_of(series.index[wrong])}: {shapes[wrong[0]].geom_type}).",
                kind="geometry-type",
            )
        )
    bad = np.flatnonzero((kinds >= 0) & ~shapely.is_valid(shapes))
    if not bad.size:
        return shapes, ()
    shapes = shapes.copy()
    shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    named = first_of(series.index[bad])
    return shapes, (f"{bad.size} {what} were invalid and were made valid: {named}.",)


def _tile(shapes: Shapes, label: Ints) -> tuple[Shapes, Ints]:
    """Parts of the coverage, those with many vertices cut in four until they have few."""
    parts, source = shapely.get_parts(shapes, return_index=True)
    label = label[source]
    done, done_label = [], []
    extent = shapely.bounds(parts)
    smallest = SMALLEST_TILE * np.maximum(extent[:, 2] - extent[:, 0], extent[:, 3] - extent[:, 1])
    while len(parts):
        large = shapely.get_num_coordinates(parts) > MOST_VERTICES
        west, south, east, north = shapely.bounds(parts).T
        large &= np.maximum(east - west, north - south) > smallest
        done.append(parts[~large])
        done_label.append(label[~large])
        west, south, east, north = west[large], south[large], east[large], north[large]
        x, y = (west + east) / 2, (south + north) / 2
        quarters = [
            shapely.box(west, south, x, y),
            shapely.box(x, south, east, y),
            shapely.box(west, y, x, north),
            shapely.box(x, y, east, north),
        ]
        cut = np.concatenate([shapely.intersection(parts[large], box) for box in quarters])
        owner = np.tile(label[large], 4)
        limit = np.tile(smallest[large], 4)
        parts, source = shapely.get_parts(cut, return_index=True)
        flat = shapely.get_type_id(parts) == 3  # a tile may touch the polygon in a line or point
        parts, label, smallest = parts[flat], owner[source][flat], limit[source][flat]
    return np.concatenate(done) if done else parts, np.concatenate([label[:0], *done_label])


def _unite(land: Shapes, shapes: Shapes, label: Ints, groups: int) -> Shapes:
    """The covered part of each territory by each group; shape (territories, groups)."""
    united = np.full(len(land) * groups, shapely.Polygon(), dtype=object)
    tree = shapely.STRtree(land)
    # One polygon over the whole territory settles it, without a single overlay.
    piece, place = tree.query(shapes, predicate="covers")
    settled = np.unique(place * groups + label[piece])
    united[settled] = land[settled // groups]
    piece, place = tree.query(shapes, predicate="intersects")
    slot = place * groups + label[piece]
    order = np.argsort(slot, kind="stable")
    order = order[~np.isin(slot[order], settled)]
    slots, of_slot = np.unique(slot[order], return_inverse=True)
    if slots.size:
        # United before they are clipped: pieces that share a long border are slow to unite.
        heaps = shapely.geometrycollections(shapes[piece[order]], indices=of_slot)
        united[slots] = _in_threads(_unite_and_clip, heaps, land[slots // groups])
    return united.reshape(len(land), groups)


def _unite_and_clip(heaps: Shapes, land: Shapes) -> Shapes:
    # along a second axis of length one: each heap by itself, not all of them together
    return shapely.intersection(shapely.union_all(heaps[:, None], axis=1), land)


def _in_threads(overlay: Callable[[Shapes, Shapes], Shapes], one: Shapes, other: Shapes) -> Shapes:
    """GEOS works without Python's lock, so that every processor can have its part."""
    parts = range(0, len(one), PART)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda at: overlay(one[at : at + PART], other[at : at + PART]), parts)
        return np.concatenate([one[:0], *done])


def _stack(united: Shapes) -> list[Shapes]:
    """Places covered by at least 1, 2, … groups; each of shape (territories,)."""
    territories, groups = united.shape
    layers = [united[:, 0].copy()]
    for group in range(1, groups):
        adding = united[:, group]
        layers.append(np.full(territories, shapely.Polygon(), dtype=object))
        for k in range(group, -1, -1):
            here = ~shapely.is_empty(adding)
            more = adding.copy()
            if k > 0:
                here &= ~shapely.is_empty(layers[k - 1])
                more[here] = _in_threads(shapely.intersection, layers[k - 1][here], adding[here])
            first = here & shapely.is_empty(layers[k])
            layers[k][first] = more[first]
            again = here & ~first
            layers[k][again] = _in_threads(shapely.union, layers[k][again], more[again])
    return layers
