"""A raster of the user's own: the mean, the sum or a share of its cells in each territory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import Fault, InputError, first_of
from geo.territories import Territories
from geo.zonal import compute_zonal
from layers.indicator import Indicator, Reason, Unit
from layers.layer import Inputs, Layer, Measurement
from layers.own.described import describe
from layers.project import LayerTable, Project

LEAST_COVER = 0.5
"""A territory of which the raster has data for less than this share of area is *not covered*."""
WHOLE = 0.99
"""From this share on, a territory counts as covered as a whole: pixels end where coasts do not."""


@dataclass(frozen=True)
class RasterLayer:
    """Measures a raster on territories, exact fractions of cells."""

    spec: LayerTable
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """One figure a territory; missing where less than half of its area has data.

        Raises:
            InputError: the raster cannot be used, covers none of the territories, or holds values
                that its unit does not allow.
        """
        spec = self.spec
        zonal = compute_zonal(
            territories.frame.geometry,
            self.project.path(spec.path),
            stat=spec.stat or "mean",
            band=spec.band or 1,
            nodata="declared" if spec.nodata is None else float(spec.nodata),
            threshold=spec.threshold,
        )
        covered = zonal.covered.fillna(0.0)
        values = zonal.values.where(covered >= LEAST_COVER)
        if values.notna().sum() == 0:
            raise InputError(
                Fault(
                    "the raster covers none of the territories.",
                    file=spec.path,
                    remedy="Check that both are of the same place, and the raster's CRS.",
                    kind="no-cover",
                )
            )
        indicator = raster_indicator(spec, self.project, territories.level)
        check_bounds(values, indicator, spec.path)
        reasons = np.where(values.isna(), int(Reason.NOT_COVERED), int(Reason.PRESENT))
        return Measurement(
            indicator=indicator,
            values=values,
            reasons=pd.Series(reasons, index=values.index, dtype="int8"),
            notices=(*zonal.notices, *cover_notices(spec.id, covered)),
        )


def raster_layer(spec: LayerTable, project: Project) -> Layer:
    """The layer of a raster."""
    return Layer(
        indicator=raster_indicator(spec, project, ""),
        needs=(),
        measure=RasterLayer(spec, project),
    )


def raster_indicator(spec: LayerTable, project: Project, level: str) -> Indicator:
    """A mean or a share of area is weighted by area when territories are put together; a sum is
    summed."""
    unit: Unit = "number" if spec.unit == "url" else spec.unit
    if spec.stat == "sum":
        return describe(
            spec, project, kind="extensive", unit=unit, denominator="territories", level=level
        )
    return describe(
        spec,
        project,
        kind="intensive",
        unit="percent" if spec.stat == "share" else unit,
        denominator="area_km2",
        level=level,
    )


def check_bounds(values: pd.Series, indicator: Indicator, file: str) -> None:
    """Refuses figures that their unit does not allow; a hair's breadth is rounding.

    Raises:
        InputError: with the first codes and values.
    """
    low, high = indicator.bounds
    wrong = pd.Series(False, index=values.index)
    if low is not None:
        wrong |= values < low - 1e-6
    if high is not None:
        wrong |= values > high + 1e-6
    if wrong.any():
        example = values[wrong].iloc[0]
        raise InputError(
            Fault(
                f"{wrong.sum()} territories get a figure that {indicator.unit} does not allow "
                f"(first: {first_of(values.index[wrong])}).",
                file=file,
                value=f"{example:g}",
                remedy="Give the unit that the file is in, or its nodata value.",
                kind="range",
            )
        )


def cover_notices(layer: str, covered: pd.Series) -> tuple[str, ...]:
    """What a reader has to know of territories that the input covers in part or not at all."""
    none = covered.index[covered < LEAST_COVER]
    part = covered.index[(covered >= LEAST_COVER) & (covered < WHOLE)]
    told = []
    if len(none):
        told.append(
            f"{layer}: {len(none)} territories are not covered, or by less than half "
            f"(first: {first_of(none)})."
        )
    if len(part):
        told.append(
            f"{layer}: {len(part)} territories are covered in part; their figure is of the part "
            f"(first: {first_of(part)})."
        )
    return tuple(told)
