"""Points of the user's own: how many lie in each territory."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.errors import Fault, InputError
from geo.points import Layout, count_points
from geo.territories import Territories
from layers.indicator import Indicator, Reason
from layers.layer import Inputs, Layer, Measurement
from layers.own.described import describe
from layers.project import LayerTable, Project


@dataclass(frozen=True)
class PointLayer:
    """Counts the points of a table in territories."""

    spec: LayerTable
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """A count a territory: 0 where no point lies, since the whole file was looked through.

        Raises:
            InputError: the table cannot be read, or none of its points lies in a territory.
        """
        spec = self.spec
        assert spec.x is not None  # project files without them are refused when they are read
        assert spec.y is not None
        counted = count_points(
            territories.frame.geometry,
            self.project.path(spec.path),
            layout=Layout(
                x=spec.x, y=spec.y, separator=spec.separator, decimal=spec.decimal or "."
            ),
            crs=spec.crs or "EPSG:4326",
        )
        inside = int(counted.counts.sum())
        if not inside:
            raise InputError(
                Fault(
                    f"none of the {counted.rows} points lies in a territory.",
                    file=spec.path,
                    remedy="Check which columns are x (longitude, east) and y (latitude, north), "
                    "and their crs.",
                    kind="no-match",
                )
            )
        notices = []
        if counted.outside:
            notices.append(f"{spec.id}: {counted.outside} points lie in none of the territories.")
        if counted.unreadable:
            notices.append(f"{spec.id}: {counted.unreadable} rows have no two coordinates.")
        return Measurement(
            indicator=point_indicator(spec, self.project, territories.level),
            values=counted.counts.astype("float64"),
            reasons=pd.Series(int(Reason.PRESENT), index=territories.codes, dtype="int8"),
            notices=tuple(notices),
        )


def point_layer(spec: LayerTable, project: Project) -> Layer:
    """The layer of points."""
    return Layer(
        indicator=point_indicator(spec, project, ""), needs=(), measure=PointLayer(spec, project)
    )


def point_indicator(spec: LayerTable, project: Project, level: str) -> Indicator:
    """Points are summed when territories are put together."""
    return describe(
        spec, project, kind="extensive", unit="count", denominator="territories", level=level
    )
