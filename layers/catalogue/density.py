"""Population density: legal population over area."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement

INDICATOR = Indicator(
    id="density",
    title={"fr": "Densité de population", "en": "Population density"},
    suffix={"fr": "hab./km²", "en": "people/km²"},
    unit="number",
    better=None,
    kind="intensive",
    denominator="area_km2",
    bounds=(0, None),
    digits=1,
    role="context",
    method={
        "fr": "Population légale divisée par la superficie, mesurée sur les contours dans une "
        "projection équivalente quand aucune superficie officielle n'est donnée.",
        "en": "Legal population over area; the area is measured on the boundaries in an equal-area "
        "projection where no official one is given.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """People per km². Missing where population or area is, or where the area is 0.

    Nothing is measured where no territory has a population: polygons of a user's own need not.
    """
    population = territories.facts["population"]
    area = territories.facts["area_km2"]
    values = (population / area).where(area > 0)
    reasons = pd.Series(int(Reason.PRESENT), index=values.index, dtype="int8")
    nobody = population.isna().all()
    reasons[values.isna()] = int(Reason.NOT_COLLECTED if nobody else Reason.NOT_PUBLISHED)
    indicator = _from(territories)
    return Measurement(indicator=indicator, values=values, reasons=reasons)


def _from(territories: Territories) -> Indicator:
    return replace(
        INDICATOR,
        native_level=territories.level,
        period=territories.vintage,
        sources=territories.sources,
    )


LAYER = Layer(indicator=INDICATOR, needs=(), measure=measure)
