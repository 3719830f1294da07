"""Points of the user: how many are in each territory, or the distance to the nearest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import Message, Notices, _
from zoneblanche.geo.points.count import Layout, count_points, find_territories
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.points.files import layout_by_evidence
from zoneblanche.geo.points.nearest import compute_nearest
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import RawTable, TableUnit, parse_numbers
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator, Unit
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import PointsEntry, nodata_figures
from zoneblanche.layers.measuring.nearby import parts_of
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.user_layers.combine import with_left_out
from zoneblanche.layers.project.user_layers.describe import describe
from zoneblanche.layers.project.user_layers.point_rows import bounds_of, read_points
from zoneblanche.layers.project.user_layers.reference_system import crs_named

NOWHERE = "lies in none of the territories"
NO_PLACE = "has no two coordinates"
MOST_BYTES_LISTED = 8 * 2**20
"""Size of a file up to which each point in no territory is listed; larger ones are streamed."""


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
        if reads_rows(spec, path):
            counts, account = _count_rows(spec, self.project, coordinates, whole, notices=notices)
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
        nearest = compute_nearest(
            centres_of(whole),
            self.project.path(spec.path),
            layout=layout_of(spec, coordinates, self.project.path(spec.path)),
            crs=coordinates,
            groups=parts_of(whole),
        )
        values = nearest.distance_m / 1000
        if not (values <= FARTHEST_KM).any():
            raise InputError(
                _nowhere(
                    spec,
                    _(
                        "none of the {rows} points lies within {km} km of a territory.",
                        rows=nearest.rows,
                        km=FARTHEST_KM,
                    ),
                )
            )
        values = values.reindex(territories.codes)
        reasons = np.where(values.isna(), int(Reason.NOT_COVERED), int(Reason.PRESENT))
        notices = Notices()
        _say_left_out(spec.id, 0, nearest.unreadable, notices=notices)
        return Measurement(
            indicator=distance_indicator(spec, self.project, territories.level),
            values=values,
            reasons=pd.Series(reasons, index=territories.codes, dtype="int8"),
            notices=notices.as_tuple(),
        )


Counted = tuple[pd.Series, Account]


def reads_rows(spec: PointsEntry, path: Path) -> bool:
    """Return whether each row of a file is read and listed; other files are streamed.

    A large file with titles above its header, or in another encoding than UTF-8, is read too.
    """
    simple = spec.in_columns and not spec.where and spec.header is None and spec.thousands is None
    if not simple or path.stat().st_size <= MOST_BYTES_LISTED:
        return True
    columns = Layout(spec.x or "", spec.y or "", separator=spec.separator)
    return layout_by_evidence(path, columns) is None


@dataclass(frozen=True)
class MeanLayer:
    """Averages a column of a table of points in each territory, by a column of weights."""

    spec: PointsEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return the mean of the points in each territory; not covered without a point that has
        a figure.

        Raises:
            InputError: the table cannot be read, or none of its points is in a territory.
        """
        spec = self.spec
        assert spec.value is not None  # the project is checked
        notices = Notices()
        whole = territories.whole
        coordinates = read_crs(spec, self.project)
        points = read_points(spec, self.project, coordinates, notices=notices)
        places = find_territories(
            whole.frame.geometry, points.x.values, points.y.values, crs=points.crs
        )
        if not (places >= 0).any():
            raise InputError(_nowhere(spec, _in_none(len(points.raw))))
        values = parse_numbers(
            points.raw,
            spec.value,
            unit=_unit_of(spec),
            thousands=spec.thousands,
            missing=spec.missing,
            nodata=nodata_figures(spec.nodata),
        )
        weights = np.ones(len(places))
        if spec.weight is not None:
            over = parse_numbers(points.raw, spec.weight, bounds=(0, None))
            weights = over.values
        present = (places >= 0) & np.isfinite(values.values) & np.isfinite(weights)
        if not (weights[present] > 0).any():
            raise InputError(_no_mean(points.raw, spec))
        size = len(whole.codes)
        total = np.bincount(places[present], weights=weights[present], minlength=size)
        product = np.bincount(
            places[present], weights=(values.values * weights)[present], minlength=size
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            means = pd.Series(np.where(total > 0, product / total, np.nan), whole.codes)
        placed = np.isfinite(points.x.values) & np.isfinite(points.y.values)
        account = account_rows(
            np.where(places >= 0, Fate.MATCHED, Fate.LOST),
            lambda row: Listed(
                points.raw.place(row), points.cells[row], NOWHERE if placed[row] else NO_PLACE
            ),
        )
        inside = int(np.isin(places, np.flatnonzero(whole.codes.isin(territories.codes))).sum())
        account = replace(account, matched=inside, outside=account.matched - inside)
        outside = int((placed & (places < 0)).sum())
        _say_left_out(spec.id, outside, int((~placed).sum()), notices=notices)
        notices.extend(values.notices)
        means = means.reindex(territories.codes)
        reasons = np.where(means.isna(), int(Reason.NOT_COVERED), int(Reason.PRESENT))
        return Measurement(
            indicator=mean_indicator(spec, self.project, territories.level),
            values=means,
            reasons=pd.Series(reasons, index=territories.codes, dtype="int8"),
            weights={_weight_of(spec): pd.Series(total, whole.codes).reindex(territories.codes)},
            account=with_left_out(account, merged=0, unpicked=points.unpicked),
            notices=notices.as_tuple(),
        )


def _no_mean(raw: RawTable, spec: PointsEntry) -> Fault:
    return raw.column_fault(
        _("no point in a territory has a figure and a weight above 0."),
        column=spec.value or "",
        remedy=_("Check which columns hold the figures (value) and their weights (weight)."),
        kind="no-figures",
    )


def _unit_of(spec: PointsEntry) -> TableUnit:
    return "number" if spec.unit == "url" else spec.unit


def _weight_of(spec: PointsEntry) -> str:
    return f"{spec.id}-weight"


def mean_indicator(spec: PointsEntry, project: Project, level: str) -> Indicator:
    """When territories are aggregated, it is weighted by the weights of the points."""
    unit: Unit = "number" if spec.unit == "url" or spec.unit == "count" else spec.unit
    indicator = describe(
        spec, project, kind="intensive", unit=unit, denominator=_weight_of(spec), level=level
    )
    return replace(indicator, denominator=_weight_of(spec))


def _count_rows(
    spec: PointsEntry,
    project: Project,
    coordinates: pyproj.CRS,
    territories: Territories,
    *,
    notices: Notices,
) -> Counted:
    """Return counts with an account of every row, read as strictly as any table."""
    points = read_points(spec, project, coordinates, notices=notices)
    raw, x, y = points.raw, points.x, points.y
    places = find_territories(territories.frame.geometry, x.values, y.values, crs=points.crs)
    if not (places >= 0).any():
        raise InputError(_nowhere(spec, _in_none(len(raw))))
    placed = np.isfinite(x.values) & np.isfinite(y.values)
    cells = points.cells
    account = account_rows(
        np.where(places >= 0, Fate.MATCHED, Fate.LOST),
        lambda row: Listed(raw.place(row), cells[row], NOWHERE if placed[row] else NO_PLACE),
    )
    outside = int((placed & (places < 0)).sum())
    _say_left_out(spec.id, outside, int((~placed).sum()), notices=notices)
    counts = np.bincount(places[places >= 0], minlength=len(territories.codes))
    account = with_left_out(account, merged=0, unpicked=points.unpicked)
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
        territories.frame.geometry,
        path,
        layout=layout_of(spec, coordinates, path),
        crs=coordinates,
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


def layout_of(spec: PointsEntry, coordinates: pyproj.CRS, path: Path) -> Layout:
    """Return the columns of coordinates of a table of points, how the file writes them, and which
    coordinates are refused."""
    assert spec.x is not None and spec.y is not None  # others are read row by row
    pinned = Layout(
        x=spec.x,
        y=spec.y,
        separator=spec.separator,
        decimal=spec.decimal or ".",
        bounds=bounds_of(coordinates),
    )
    layout = layout_by_evidence(path, pinned) or pinned
    return layout if spec.decimal is None else replace(layout, decimal=spec.decimal)


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
    system = crs_named(spec.crs or "EPSG:4326", project.file, f"layers.{spec.id}.crs")
    assert system is not None  # a name was given
    return system


def point_layer(spec: PointsEntry, project: Project) -> Layer:
    """Return the layer of points: counts, or distances to the nearest."""
    if spec.stat == "mean":
        return Layer(
            indicator=mean_indicator(spec, project, ""),
            needs=(),
            measure=MeanLayer(spec, project),
        )
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
