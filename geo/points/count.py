"""Count the points in each territory.

Points are read chunk by chunk, in any number. A pure function turns each chunk into partial sums,
which are added. So the same call runs serially, in processes, or on a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.points.files import Batch, Chunk, Layout, plan_chunks, read_chunk
from zoneblanche.geo.points.locate import Locator, build_locator, locate_points
from zoneblanche.geo.runtime.executors import Executor, run_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Engine = Literal["kernel", "sedonadb"]
EXAMPLES = 3  # examples of rows that are not counted
Locate = Callable[[Locator, Floats, Floats], NDArray[np.int32]]


@dataclass(frozen=True)
class PointCounts:
    """Points of each territory; rows = counts.sum() + outside + unreadable.

    Attributes:
        counts: points in each territory, 0 if none; int64, on the index of the territories.
        sums: sums of `Layout.summed` over the points of each territory, on the same index.
        rows: rows read.
        outside: points that are in no territory.
        unreadable: rows without two finite coordinates.
        blank: for each value column, points in a territory without a value: they are in
            `counts`, and not in `sums`.
        examples: the first points that are not counted, as file and row (the first row below the
            header is 1): those that are in no territory, and those without coordinates.
    """

    counts: pd.Series
    sums: pd.DataFrame
    rows: int
    outside: int
    unreadable: int
    blank: dict[str, int]
    examples: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


@dataclass(frozen=True)
class CountPart:
    """The result of one chunk: counts (territories,), sums (territories, columns), blank
    (columns,).

    `outside` and `lost` are the first rows of the chunk, from 0, that are in no territory or have
    no two coordinates.
    """

    counts: Ints
    sums: Floats
    blank: Ints
    rows: int
    unreadable: int
    outside: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True)
class CountTask:
    """The data that every chunk needs: the territories, and the CRS of points and of
    territories."""

    locator: Locator
    points_crs: str
    territories_crs: str


def count_points(
    territories: gpd.GeoSeries,
    source: str | Path | Sequence[str | Path],
    *,
    layout: Layout,
    crs: str | pyproj.CRS | None = None,
    executor: Executor = "serial",
    workers: int | None = None,
    scheduler: str | None = None,
    engine: Engine = "kernel",
) -> PointCounts:
    """Count the points of a table in each territory, and sum its value columns over them.

    `crs` is that of the coordinates of the points, x (longitude) first; it defaults to that of the
    territories. Borders are straight in the CRS of the territories; `locate_points` says to which
    territory a point on a border belongs. Counts do not depend on the executor, the chunks or the
    order of rows; sums of numbers with decimals do not depend on the executor.
    `engine="sedonadb"` locates points by a join in SQL instead, with the same counts; it runs in
    this process (executor "serial").

    Raises:
        InputError: territories without a CRS, what `plan_chunks` and `read_chunk` refuse;
            SedonaDB with another executor than "serial".
        ProblemWithEnvironment: as `run_chunks`.
    """
    home = known_crs(territories.crs, "territories")
    task = CountTask(build_locator(territories), known_crs(crs or home, "points"), home)
    chunks = plan_chunks(source, layout)
    work: Callable[[Chunk, CountTask], CountPart] = count_chunk
    if engine == "sedonadb":
        work = partial(count_chunk, locate=_sql_join(territories, executor))
    counts = np.zeros(len(territories), dtype=np.int64)
    sums = np.zeros((len(territories), len(layout.summed)))
    blank = np.zeros(len(layout.summed), dtype=np.int64)
    rows = unreadable = 0
    examples: tuple[list[str], list[str]] = ([], [])
    row_counts: dict[str, int] = {}  # rows of each file
    parts = run_chunks(work, chunks, task, executor=executor, workers=workers, scheduler=scheduler)
    for chunk, part in zip(chunks, parts, strict=True):
        before = row_counts.get(chunk.path, 0)
        for listed, places in zip(examples, (part.outside, part.lost), strict=True):
            listed += [f"{chunk.path}, row {before + row + 1}" for row in places]
        row_counts[chunk.path] = before + part.rows
        counts += part.counts
        sums += part.sums
        blank += part.blank
        rows += part.rows
        unreadable += part.unreadable
    index = territories.index
    return PointCounts(
        counts=pd.Series(counts, index=index, name="count"),
        sums=pd.DataFrame(sums, index=index, columns=list(layout.summed)),
        rows=rows,
        outside=rows - unreadable - int(counts.sum()),
        unreadable=unreadable,
        blank=dict(zip(layout.summed, blank.tolist(), strict=True)),
        examples=(tuple(examples[0][:EXAMPLES]), tuple(examples[1][:EXAMPLES])),
    )


def find_territories(
    territories: gpd.GeoSeries, x: Floats, y: Floats, *, crs: str | pyproj.CRS
) -> NDArray[np.int32]:
    """Return the position of the territory of each point, -1 for none or for NaN; shape of x.

    `x` (longitude, easting) and `y` are in `crs`.

    Raises:
        InputError: territories without a CRS, or an unknown `crs`.
    """
    home = known_crs(territories.crs, "territories")
    batch = Batch(x, y, np.empty((len(x), 0)))
    east, north, _unused = project(batch, known_crs(crs, "points"), home)
    return locate_points(build_locator(territories), east, north)


def _sql_join(territories: gpd.GeoSeries, executor: Executor) -> Locate:
    from zoneblanche.geo.points.sql import (
        SqlJoin,
    )  # imported here: few users have its package installed

    if executor != "serial":
        raise InputError(
            Fault(
                _("SedonaDB does not run on the executor {executor}.", executor=repr(executor)),
                remedy=_("It takes all processors by itself: leave the executor out."),
                kind="option",
            )
        )
    return SqlJoin(territories)


def count_chunk(chunk: Chunk, task: CountTask, *, locate: Locate = locate_points) -> CountPart:
    """Return the partial sums of one chunk. The function is pure, so it can run anywhere and
    again."""
    territories = task.locator.count
    counts = np.zeros(territories, dtype=np.int64)
    sums = np.zeros((territories, len(chunk.layout.summed)))
    blank = np.zeros(len(chunk.layout.summed), dtype=np.int64)
    rows = unreadable = 0
    outside: list[int] = []
    lost: list[int] = []
    for batch in read_chunk(chunk):
        x, y, readable = project(batch, task.points_crs, task.territories_crs)
        places = locate(task.locator, x, y)
        counts += np.bincount(places + 1, minlength=territories + 1)[1:]
        for column, values in enumerate(batch.values.T):
            is_number = np.isfinite(values)
            blank[column] += np.count_nonzero(~is_number & (places >= 0))
            at = np.where(is_number, places, -1) + 1
            part = np.bincount(at, np.where(is_number, values, 0.0), territories + 1)
            sums[:, column] += part[1:]
        for listed, away in ((outside, (places < 0) & readable), (lost, ~readable)):
            if len(listed) < EXAMPLES:
                listed += (rows + np.flatnonzero(away)[: EXAMPLES - len(listed)]).tolist()
        rows += len(x)
        unreadable += int(np.count_nonzero(~readable))
    return CountPart(counts, sums, blank, rows, unreadable, tuple(outside), tuple(lost))


def known_crs(crs: str | pyproj.CRS | None, owner: str) -> str:
    """Return the CRS as WKT, which can be sent to another machine; `whose` names it in faults.

    Raises:
        InputError: no CRS, or an unknown one.
    """
    if crs is None:
        raise InputError(
            Fault(_("the {whose} have no coordinate system.", whose=owner), kind="no-crs")
        )
    try:
        return str(pyproj.CRS.from_user_input(crs).to_wkt())
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            Fault(_("there is no coordinate system {crs}.", crs=repr(crs)), kind="crs")
        ) from error


@lru_cache(maxsize=8)
def _change(source: str, target: str) -> pyproj.Transformer | None:
    if pyproj.CRS(source) == pyproj.CRS(target):
        return None
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def project(batch: Batch, source: str, target: str) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return coordinates in the target CRS, and which rows had two finite ones."""
    readable = np.isfinite(batch.x) & np.isfinite(batch.y)
    change = _change(source, target)
    if change is None:
        return batch.x, batch.y, readable
    # A point outside the target CRS becomes infinite, and so is outside all territories.
    x, y = change.transform(batch.x, batch.y)
    readable &= np.isfinite(x) & np.isfinite(y)
    return x, y, readable
