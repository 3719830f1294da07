"""Points of the user: how many are in each territory, or the distance to the nearest."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from zoneblanche.geo.errors import Fault, InputError, together
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Message, Notices, _
from zoneblanche.geo.points.count import Layout, count_points, find_territories
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.points.nearest import compute_nearest
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import column, parse_numbers, read_raw_table
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.tables.missing import MARKS, Figures
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import PointsEntry
from zoneblanche.layers.measuring.nearby import parts_of
from zoneblanche.layers.project.describe import describe
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.reference_system import crs_named

NOWHERE = "lies in none of the territories"
NO_PLACE = "has no two coordinates"
MOST_BYTES_LISTED = 8 * 2**20
"""Size of a file up to which each point in no territory is listed; larger ones are streamed."""


ERROR_MARKS = {"#n/a": Reason.NOT_PUBLISHED, "#na": Reason.NOT_PUBLISHED}
"""A figure with such a mark is refused; a point without a position is listed as left out."""
FARTHEST_KM = 1000
"""If no point is nearer than this to any territory, its coordinates are wrong."""


@dataclass(frozen=True)
class PointLayer:
    """Counts the points of a table in territories."""

    spec: PointsEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return a count per territory: 0 without points, because the whole file was read.

        Raises:
            InputError: the table cannot be read, or none of its points is in a territory.
        """
        spec = self.spec
        path = self.project.path(spec.path)
        coordinates = read_crs(spec, self.project)
        whole = territories.whole  # tells a point of elsewhere from one that lies nowhere
        notices = Notices()
        if path.stat().st_size <= MOST_BYTES_LISTED:
            counts, account = _count_rows(
                spec, path, coordinates, whole, limits=self.project.limits, notices=notices
            )
        else:
            counts, account = _count_stream(spec, path, coordinates, whole, notices=notices)
        counts = counts.reindex(territories.codes)
        inside = int(counts.sum())
        account = replace(account, matched=inside, outside=account.matched - inside)
        return Measurement(
            indicator=point_indicator(spec, self.project, territories.level),
            values=counts.astype("float64"),
            reasons=pd.Series(int(Reason.PRESENT), index=territories.codes, dtype="int8"),
            account=account,
            notices=notices.as_tuple(),
        )


@dataclass(frozen=True)
class DistanceLayer:
    """Measures the distance from the middle of each territory to the nearest point of a table."""

    spec: PointsEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return kilometres along the ellipsoid; not covered if a part of the country, across an
        ocean, has no point.

        Raises:
            InputError: the table cannot be read, or has no point near the territories.
        """
        spec = self.spec
        whole = territories.whole  # the nearest point may be outside the selection
        coordinates = read_crs(spec, self.project)
        found = compute_nearest(
            centres_of(whole),
            self.project.path(spec.path),
            layout=layout_of(spec, coordinates),
            crs=coordinates,
            groups=parts_of(whole),
        )
        values = found.distance_m / 1000
        if not (values <= FARTHEST_KM).any():
            raise InputError(
                _nowhere(
                    spec,
                    _(
                        "none of the {rows} points lies within {km} km of a territory.",
                        rows=found.rows,
                        km=FARTHEST_KM,
                    ),
                )
            )
        values = values.reindex(territories.codes)
        reasons = np.where(values.isna(), int(Reason.NOT_COVERED), int(Reason.PRESENT))
        notices = Notices()
        _say_left_out(spec.id, 0, found.unreadable, notices=notices)
        return Measurement(
            indicator=distance_indicator(spec, self.project, territories.level),
            values=values,
            reasons=pd.Series(reasons, index=territories.codes, dtype="int8"),
            notices=notices.as_tuple(),
        )


Counted = tuple[pd.Series, Account]


def _count_rows(
    spec: PointsEntry,
    path: Path,
    coordinates: pyproj.CRS,
    territories: Territories,
    *,
    limits: Limits,
    notices: Notices,
) -> Counted:
    """Return counts with an account of every row, read as strictly as any table."""
    raw = read_raw_table(
        path,
        separator=spec.separator,
        decimal=spec.decimal,
        encoding=spec.encoding,
        sheet=spec.sheet,
        header=spec.header,
        limits=limits,
    )
    most_x, most_y = bounds_of(coordinates)

    def coordinate(name: str, most: float) -> Figures:
        bounds = (-most, most) if math.isfinite(most) else (None, None)
        return parse_numbers(raw, name, bounds=bounds, marks={**MARKS, **ERROR_MARKS})

    x, y = together(partial(coordinate, spec.x, most_x), partial(coordinate, spec.y, most_y))
    found = find_territories(territories.frame.geometry, x.values, y.values, crs=coordinates)
    if not (found >= 0).any():
        raise InputError(_nowhere(spec, _in_none(len(raw))))
    placed = np.isfinite(x.values) & np.isfinite(y.values)
    cells = [*zip(column(raw, spec.x), column(raw, spec.y), strict=True)]
    account = account_rows(
        np.where(found >= 0, Fate.MATCHED, Fate.LOST),
        lambda row: Listed(
            raw.place(row), ", ".join(cells[row]), NOWHERE if placed[row] else NO_PLACE
        ),
    )
    notices.extend((*raw.notices, *x.notices, *y.notices))
    outside = int((placed & (found < 0)).sum())
    _say_left_out(spec.id, outside, int((~placed).sum()), notices=notices)
    counts = np.bincount(found[found >= 0], minlength=len(territories.codes))
    return pd.Series(counts, territories.codes), account


def _count_stream(
    spec: PointsEntry,
    path: Path,
    coordinates: pyproj.CRS,
    territories: Territories,
    *,
    notices: Notices,
) -> Counted:
    """Return counts of a file of any size, whose rows are counted and not listed."""
    counted = count_points(
        territories.frame.geometry, path, layout=layout_of(spec, coordinates), crs=coordinates
    )
    if not counted.counts.sum():
        raise InputError(_nowhere(spec, _in_none(counted.rows)))
    account = Account(
        rows=counted.rows,
        matched=int(counted.counts.sum()),
        counted={NOWHERE: counted.outside, NO_PLACE: counted.unreadable},
    )
    _say_left_out(spec.id, counted.outside, counted.unreadable, notices=notices)
    return counted.counts, account


def layout_of(spec: PointsEntry, coordinates: pyproj.CRS) -> Layout:
    """Return the columns of coordinates of a table of points, and which coordinates are refused."""
    return Layout(
        x=spec.x,
        y=spec.y,
        separator=spec.separator,
        decimal=spec.decimal or ".",
        bounds=bounds_of(coordinates),
    )


def bounds_of(coordinates: pyproj.CRS) -> tuple[float, float]:
    """Return the limits of |x| and |y|: on the globe in degrees, anywhere in metres."""
    return (180.0, 90.0) if coordinates.is_geographic else (math.inf, math.inf)


def _say_left_out(layer: str, outside: int, unreadable: int, *, notices: Notices) -> None:
    if outside:
        notices.warn(
            _(
                "{layer}: {outside} points lie in none of the territories.",
                layer=layer,
                outside=outside,
            )
        )
    if unreadable:
        notices.warn(
            _(
                "{layer}: {unreadable} rows have no two coordinates.",
                layer=layer,
                unreadable=unreadable,
            )
        )


def _in_none(rows: int) -> Message:
    return _("none of the {rows} points lies in a territory.", rows=rows)


def _nowhere(spec: PointsEntry, message: str) -> Fault:
    return Fault(
        message,
        file=spec.path,
        remedy=_(
            "Check which columns are x (longitude, east) and y (latitude, north), and their crs."
        ),
        kind="no-match",
    )


def read_crs(spec: PointsEntry, project: Project) -> pyproj.CRS:
    """Return the reference system of the points: degrees of WGS 84 unless the layer names another.

    Raises:
        InputError: an unknown one, or one that is neither projected nor geographic.
    """
    found = crs_named(spec.crs or "EPSG:4326", project.file, f"layers.{spec.id}.crs")
    assert found is not None  # a name was given
    return found


def point_layer(spec: PointsEntry, project: Project) -> Layer:
    """Return the layer of points: counts, or distances to the nearest."""
    if spec.stat == "distance":
        return Layer(
            indicator=distance_indicator(spec, project, ""),
            needs=(),
            measure=DistanceLayer(spec, project),
        )
    return Layer(
        indicator=point_indicator(spec, project, ""), needs=(), measure=PointLayer(spec, project)
    )


def point_indicator(spec: PointsEntry, project: Project, level: str) -> Indicator:
    """Points are summed when territories are aggregated."""
    return describe(
        spec, project, kind="extensive", unit="count", denominator="territories", level=level
    )


def distance_indicator(spec: PointsEntry, project: Project, level: str) -> Indicator:
    """Nearer is better unless the project says otherwise. When territories are aggregated, it is
    the mean of the territories, or weighted by what the project names."""
    near = describe(
        spec, project, kind="intensive", unit="number", denominator="territories", level=level
    )
    unsaid = "better" not in spec.model_fields_set
    return replace(
        near,
        better="lower" if unsaid else near.better,
        bounds=(0, None),
        digits=1 if spec.digits is None else spec.digits,
        suffix=spec.suffix or "km",
    )
