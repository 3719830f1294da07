"""A raster of the user: the mean, the sum or a share of its cells in each territory, by area or by
the people of a second raster; or the degree of urbanisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.rasters.read import NoData, check_raster_limits
from zoneblanche.geo.rasters.urbanisation import CLASSES, compute_urbanisation
from zoneblanche.geo.rasters.zonal import Stat, compute_zonal
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator, Unit
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import RasterEntry
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.user_layers.describe import describe

LEAST_COVER = 0.5
"""A territory with data for less than this share of its area is *not covered*."""
TITLES = dict(
    enumerate(
        (
            _("Urban centre"),
            _("Urban cluster"),
            _("Rural cluster"),
            _("Low density"),
            _("Very low density"),
        ),
        start=1,
    )
)
"""Of the classes of the degree of urbanisation, `geo.rasters.urbanisation.CLASSES`."""
WHOLE = 0.99
"""From this share on, a territory counts as entirely covered: pixels do not end at coasts."""


def nodata_of(spec: RasterEntry) -> NoData:
    """Return the no-data value: the file declares it, unless the project says otherwise."""
    if spec.nodata is None:
        return "declared"
    return "none" if spec.nodata == "none" else float(spec.nodata)


def _statistic(spec: RasterEntry) -> Stat:
    stat = spec.stat or "mean"
    if stat == "distance" or stat == "urbanisation":
        raise ValueError(f"{stat!r} is not computed from the cells of a territory alone")
    return stat


@dataclass(frozen=True)
class RasterLayer:
    """Measures a raster on territories, with exact fractions of cells."""

    spec: RasterEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return one figure per territory; missing if less than half of its area has data, and not
        applicable if the weights are zero.

        Raises: InputError: the raster cannot be used, covers none of the territories, or has values
            that its unit does not allow.
        """
        spec = self.spec
        path = self.project.path(spec.path)
        weights = None if spec.weights is None else self.project.path(spec.weights)
        for raster in (path, weights):
            if raster is not None:
                check_raster_limits(raster, self.project.limits)
        zonal = compute_zonal(
            territories.frame.geometry,
            path,
            stat=_statistic(spec),
            band=spec.band or 1,
            nodata=nodata_of(spec),
            threshold=spec.below if spec.threshold is None else spec.threshold,
            weights_path=weights,
        )
        covered = zonal.covered.fillna(0.0)
        values = zonal.values.where(covered >= LEAST_COVER)
        if spec.below is not None:
            values = 100 - values
        check_cover(values, territories, spec.path, lambda whole: self(whole, inputs))
        indicator = raster_indicator(spec, self.project, territories.level)
        if zonal.span is not None and not _statistic(spec).endswith("share"):
            check_cells(zonal.span, indicator, spec.path)
        check_bounds(values, indicator, spec.path)
        reasons = np.select(
            [covered < LEAST_COVER, values.isna()],
            [int(Reason.NOT_COVERED), int(Reason.NOT_APPLICABLE)],
            default=int(Reason.PRESENT),
        )
        notices = Notices((*zonal.facts.notices, *zonal.doubts))
        say_cover(spec.id, covered, notices=notices)
        return Measurement(
            indicator=indicator,
            values=values,
            reasons=pd.Series(reasons, index=values.index, dtype="int8"),
            weights=self._people(territories),
            account=cover_account(covered),
            notices=notices.as_tuple(),
        )

    def _people(self, territories: Territories) -> dict[str, pd.Series]:
        """Return the denominator of a weighted figure, used when territories are aggregated."""
        if self.spec.weights is None or self.spec.weight is not None:
            return {}
        path = self.project.path(self.spec.weights)
        people = compute_zonal(territories.frame.geometry, path, stat="sum").values
        return {_people_of(self.spec): people.fillna(0.0)}


@dataclass(frozen=True)
class UrbanisationLayer:
    """Classifies territories by a raster of people in cells of 1 km²."""

    spec: RasterEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return 1 (urban centre) to 5 (very low density); missing if less than half of the area
        has data, not applicable without inhabitants.

        Raises:
            InputError: what `compute_urbanisation` refuses; no territory is covered.
        """
        spec = self.spec
        check_raster_limits(self.project.path(spec.path), self.project.limits)
        urbanisation = compute_urbanisation(
            territories.frame.geometry,
            self.project.path(spec.path),
            nodata=nodata_of(spec),
        )
        covered = urbanisation.covered.fillna(0.0)
        number = {name: float(place) for place, name in enumerate(CLASSES, start=1)}
        values = urbanisation.degree.map(number).astype("float64").where(covered >= LEAST_COVER)
        check_cover(values, territories, spec.path, lambda whole: self(whole, inputs))
        reasons = np.select(
            [covered < LEAST_COVER, values.isna()],
            [int(Reason.NOT_COVERED), int(Reason.NOT_APPLICABLE)],
            default=int(Reason.PRESENT),
        )
        notices = Notices(urbanisation.notices)
        say_cover(spec.id, covered, notices=notices)
        return Measurement(
            indicator=raster_indicator(spec, self.project, territories.level),
            values=values,
            reasons=pd.Series(reasons, index=values.index, dtype="int8"),
            account=cover_account(covered),
            notices=notices.as_tuple(),
        )


def raster_layer(spec: RasterEntry, project: Project) -> Layer:
    """Return the layer of a raster."""
    measure = UrbanisationLayer if spec.stat == "urbanisation" else RasterLayer
    return Layer(
        indicator=raster_indicator(spec, project, ""), needs=(), measure=measure(spec, project)
    )


def raster_indicator(spec: RasterEntry, project: Project, level: str) -> Indicator:
    """When territories are aggregated, a mean or a share is weighted by area, or by its people; a
    sum is summed; a class is context."""
    stat = spec.stat or "mean"
    unit: Unit = "number" if spec.unit == "url" else spec.unit
    if stat.endswith("share"):
        unit = "percent"
    if stat == "urbanisation":
        classes = describe(
            spec, project, kind="intensive", unit="category", denominator="population", level=level
        )
        return replace(
            classes, better=None, role="context", bounds=(1, 5), digits=0, categories=TITLES
        )
    if stat == "sum":
        return describe(
            spec, project, kind="extensive", unit=unit, denominator="territories", level=level
        )
    over = "area_km2" if spec.weights is None else _people_of(spec)
    return describe(spec, project, kind="intensive", unit=unit, denominator=over, level=level)


def _people_of(spec: RasterEntry) -> str:
    return f"{spec.id}-people"


def check_cover(
    values: pd.Series,
    territories: Territories,
    file: str,
    measure: Callable[[Territories], object],
) -> None:
    """Refuse a raster without data on any territory. For a selection, refuse one without data on
    the others too, which `measure` computes.

    Raises:
        InputError: no territory has a figure.
    """
    if values.notna().any():
        return
    if territories.part_of is not None:
        measure(territories.part_of)
        return
    raise InputError(
        Fault(
            _("the raster covers none of the territories."),
            file=file,
            remedy=_("Check that both are of the same place, and the raster's CRS."),
            kind="no-cover",
        )
    )


def check_cells(span: tuple[float, float], indicator: Indicator, file: str) -> None:
    """Refuse cells that their unit does not allow, even if the means of territories are in bounds;
    and percentages none of which is above 1.

    Raises:
        InputError: with the minimum and the maximum.
    """
    low, high = (
        None if bound is None else bound + sign * 1e-6 * max(1.0, abs(bound))
        for bound, sign in zip(indicator.bounds, (-1, 1), strict=True)
    )
    least, greatest = span
    ends = {"least": f"{least:g}", "greatest": f"{greatest:g}"}
    if (low is not None and least < low) or (
        high is not None and greatest > high and indicator.kind == "intensive"
    ):
        message, kind = (
            _(
                "its cells hold values from {least} to {greatest}, which {unit} does not allow.",
                unit=indicator.unit,
                **ends,
            ),
            "range",
        )
        remedy = _("Give the unit that the file is in, or its nodata value.")
    elif indicator.unit == "percent" and least >= 0 and 0 < greatest <= 1:
        message, kind = (
            _(
                "its cells hold values from {least} to {greatest}: shares of one, not percentages.",
                **ends,
            ),
            "mixed-scale",
        )
        remedy = _('Write unit = "ratio"; if they are percentages, unit = "number".')
    else:
        return
    raise InputError(Fault(message, file=file, value=f"{least:g}", remedy=remedy, kind=kind))


def check_bounds(values: pd.Series, indicator: Indicator, file: str) -> None:
    """Refuse figures that their unit does not allow, except for rounding.

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
                _(
                    "{wrong} territories get a figure that {unit} does not allow (first: {index}).",
                    wrong=wrong.sum(),
                    unit=indicator.unit,
                    index=first_of(values.index[wrong]),
                ),
                file=file,
                value=f"{example:g}",
                remedy=_("Give the unit that the file is in, or its nodata value."),
                kind="range",
            )
        )


def say_cover(layer: str, covered: pd.Series, *, notices: Notices) -> None:
    """Say what a reader has to know of territories that the input covers in part or not at all."""
    none = covered.index[covered < LEAST_COVER]
    part = covered.index[(covered >= LEAST_COVER) & (covered < WHOLE)]
    if len(none):
        first = first_of(none)
        notices.warn(
            _(
                "{layer}: {count} territories are not covered, or by less than half "
                "(first: {first}).",
                layer=layer,
                count=len(none),
                first=first,
            )
        )
    if len(part):
        first = first_of(part)
        notices.warn(
            _(
                "{layer}: {count} territories are covered in part; their figure is of "
                "the part (first: {first}). run.json lists all.",
                layer=layer,
                count=len(part),
                first=first,
            )
        )


def cover_account(covered: pd.Series) -> Account:
    """Return the account of the territories with a figure: those covered in part are listed."""
    covers = covered[covered >= LEAST_COVER]
    shares = covers.to_numpy()
    return account_rows(
        np.where(shares < WHOLE, Fate.LOST, Fate.MATCHED),
        lambda row: Listed(
            "", str(covers.index[row]), f"covered to {100 * shares[row]:.1f} % of its area"
        ),
    )
