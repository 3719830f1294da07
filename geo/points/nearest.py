"""The distance to the nearest of any number of points, on the ellipsoid.

Points are read chunk by chunk. For each chunk, a tree finds the point nearest to every place along
a straight line through the Earth, which is also the nearest along its surface. The length on the
ellipsoid is computed for the nearest of all only. So the result does not depend on the chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.points.count import known_crs, project
from zoneblanche.geo.points.distance import to_geocentric
from zoneblanche.geo.points.files import Batch, Chunk, Layout, plan_chunks, read_chunk
from zoneblanche.geo.runtime.executors import Executor, run_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEGREES = "EPSG:4326"
REACH = 5.0
"""Degrees around a group of places; a point beyond them belongs to no place of the group."""


@dataclass(frozen=True)
class Nearest:
    """Distance from each place to the nearest point.

    Attributes:
        distance_m: metres along the ellipsoid, on the index of the places; NaN if there is no
            point (in the reach of its group), or for a place without a geometry.
        rows: rows read.
        unreadable: rows without two coordinates on Earth.
    """

    distance_m: pd.Series
    rows: int
    unreadable: int


@dataclass(frozen=True)
class NearestTask:
    """The data that every chunk needs.

    Attributes:
        places: geocentric metres, shape (places, 3).
        group: of each place, a row of `boxes`; shape (places,).
        boxes: west, south, east, north in degrees of each group; one row without groups.
        points_crs: of the coordinates of the points.
    """

    places: Floats
    group: Ints
    boxes: Floats
    points_crs: str


@dataclass(frozen=True)
class NearestPart:
    """The result of one chunk: for each place the chord to its nearest point, and that point."""

    chord: Floats
    east: Floats
    north: Floats
    rows: int
    unreadable: int


def compute_nearest(
    places: gpd.GeoSeries,
    source: str | Path | Sequence[str | Path],
    *,
    layout: Layout,
    crs: str | pyproj.CRS = DEGREES,
    groups: pd.Series | None = None,
    executor: Executor = "serial",
    workers: int | None = None,
    scheduler: str | None = None,
) -> Nearest:
    """Return the metres along the ellipsoid from each place (a point) to the nearest point of a
    table.

    `crs` is that of the coordinates of the points, x (longitude) first. `groups`, on the index of
    the places, separates places that an ocean separates (the mainland, an island). A point then
    belongs to the group whose box is nearest, within 5 degrees, and to no other.

    Raises:
        InputError: places that are not points, or without a CRS; what `plan_chunks` and
            `read_chunk` refuse.
        ProblemWithEnvironment: as `run_chunks`.
    """
    known_crs(places.crs, "places")
    usable = np.flatnonzero(~(places.isna() | places.is_empty).to_numpy())
    if not (places.iloc[usable].geom_type == "Point").all():
        raise InputError(Fault(_("places must be points."), kind="geometry-type"))
    degrees = places.iloc[usable].to_crs(DEGREES)
    east, north = degrees.x.to_numpy(), degrees.y.to_numpy()
    group = np.zeros(len(usable), dtype=np.int64)
    if groups is not None:
        group = pd.factorize(groups.reindex(degrees.index))[0].astype(np.int64)
    task = NearestTask(
        to_geocentric(east, north), group, _boxes(east, north, group), known_crs(crs, "points")
    )
    closest = _none_yet(len(usable))
    for part in run_chunks(
        nearest_chunk,
        plan_chunks(source, layout),
        task,
        executor=executor,
        workers=workers,
        scheduler=scheduler,
    ):
        closest = _nearer(closest, part)
    distance = np.full(len(places), np.nan)
    hit = np.isfinite(closest.chord)
    _unused, _unused, metres = pyproj.Geod(ellps="WGS84").inv(
        east[hit], north[hit], closest.east[hit], closest.north[hit]
    )
    distance[usable[hit]] = metres
    named = pd.Series(distance, index=places.index, name="distance_m")
    return Nearest(distance_m=named, rows=closest.rows, unreadable=closest.unreadable)


def nearest_chunk(chunk: Chunk, task: NearestTask) -> NearestPart:
    """Return the nearest points of one chunk. The function is pure, so it can run anywhere and
    again."""
    closest = _none_yet(len(task.places))
    for batch in read_chunk(chunk):
        closest = _nearer(closest, _nearest_of(batch, task))
    return closest


def _none_yet(places: int) -> NearestPart:
    nowhere = np.full(places, np.inf)
    return NearestPart(nowhere, nowhere, nowhere, 0, 0)


def _nearest_of(batch: Batch, task: NearestTask) -> NearestPart:
    # Here, not above: importing it takes longer than a run that has no points.
    from scipy.spatial import cKDTree

    x, y, readable = project(batch, task.points_crs, known_crs(DEGREES, "points"))
    readable &= (np.abs(x) <= 180) & (np.abs(y) <= 90)
    chord, east, north = np.full((3, len(task.places)), np.inf)
    x, y = x[readable], y[readable]
    points = to_geocentric(x, y)
    owner = _owner(x, y, task.boxes)
    for group in range(len(task.boxes)):
        mine, in_group = np.flatnonzero(owner == group), np.flatnonzero(task.group == group)
        if not (mine.size and in_group.size):
            continue
        tree = cKDTree(points[mine], balanced_tree=False)
        chord[in_group], nearest = tree.query(task.places[in_group])
        east[in_group], north[in_group] = x[mine[nearest]], y[mine[nearest]]
    return NearestPart(chord, east, north, len(readable), int((~readable).sum()))


def _nearer(first: NearestPart, second: NearestPart) -> NearestPart:
    closer = second.chord < first.chord
    return NearestPart(
        np.where(closer, second.chord, first.chord),
        np.where(closer, second.east, first.east),
        np.where(closer, second.north, first.north),
        first.rows + second.rows,
        first.unreadable + second.unreadable,
    )


def _boxes(east: Floats, north: Floats, group: Ints) -> Floats:
    boxes = [
        (east[mine].min(), north[mine].min(), east[mine].max(), north[mine].max())
        for mine in (group == each for each in range(group.max(initial=-1) + 1))
    ]
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def _owner(x: Floats, y: Floats, boxes: Floats) -> Ints:
    """Return the group whose box is nearest to each point, -1 beyond reach; a single group has
    all."""
    if len(boxes) == 1:
        return np.zeros(len(x), dtype=np.int64)
    owner, least = np.full(len(x), -1, dtype=np.int64), np.full(len(x), REACH)
    for group, (west, south, east, north) in enumerate(boxes):
        off = np.maximum.reduce([west - x, x - east, south - y, y - north, np.zeros(len(x))])
        closer = off < least
        owner[closer], least[closer] = group, off[closer]
    return owner
