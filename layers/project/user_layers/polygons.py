"""Coverage polygons of the user: the share of each territory's area that they cover."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from zoneblanche.geo.borders.coverage_share import area_crs, compute_coverage_share
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.read import ReadPolygons, read_polygons
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import PolygonsEntry
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.user_layers.describe import describe
from zoneblanche.layers.project.user_layers.reference_system import crs_named


@dataclass(frozen=True)
class PolygonLayer:
    """Measures the covered share of territories."""

    spec: PolygonsEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return percent of area: 0 without a polygon, because the file says where coverage is;
        each place counts once, also if polygons overlap there.

        Raises:
            InputError: the file cannot be read, or covers none of the territories.
        """
        spec = self.spec
        polygons = read_polygons(
            self.project.path(spec.path),
            layer=spec.layer,
            where=spec.where,
            crs=crs_named(spec.crs, self.project.file, f"layers.{spec.id}.crs"),
            encoding=spec.encoding,
            limits=self.project.limits,
        )
        # Straight edges bend with the projection. It is that of the whole, so that figures agree.
        coverage, whole = polygons.frame.geometry, territories.whole.frame.geometry
        share = compute_coverage_share(
            territories.frame.geometry, coverage, crs=area_crs(whole, coverage)
        )
        if not (share.any_percent > 0).any() and not _lies_in(territories, polygons):
            raise InputError(
                Fault(
                    _("the polygons cover none of the territories."),
                    file=spec.path,
                    remedy=_("Check that both are of the same place, and the file's CRS."),
                    kind="no-cover",
                )
            )
        values = share.any_percent
        reasons = values.isna().map({True: int(Reason.NOT_COVERED), False: int(Reason.PRESENT)})
        return Measurement(
            indicator=polygon_indicator(spec, self.project, territories.level),
            values=values,
            reasons=pd.Series(reasons, index=territories.codes).astype("int8"),
            notices=(*polygons.notices, *share.notices),
        )


def _lies_in(territories: Territories, polygons: ReadPolygons) -> bool:
    """Return whether polygons that cover none of the selected territories cover others."""
    if territories.part_of is None:
        return False
    share = compute_coverage_share(territories.whole.frame.geometry, polygons.frame.geometry)
    return bool((share.any_percent > 0).any())


def polygon_layer(spec: PolygonsEntry, project: Project) -> Layer:
    """Return the layer of coverage polygons."""
    return Layer(
        indicator=polygon_indicator(spec, project, ""),
        needs=(),
        measure=PolygonLayer(spec, project),
    )


def polygon_indicator(spec: PolygonsEntry, project: Project, level: str) -> Indicator:
    """A share of area, weighted by area when territories are aggregated."""
    return describe(
        spec, project, kind="intensive", unit="percent", denominator="area_km2", level=level
    )
