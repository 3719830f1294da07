"""Share of area with 4G by at least one operator."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.measuring.mobile_coverage import MAPS, SOURCE

INDICATOR = Indicator(
    id="coverage-4g",
    title={"fr": "Surface couverte en 4G", "en": "Area covered in 4G"},
    unit="percent",
    better="higher",
    denominator="area_km2",
    bounds=(0, 100),
    digits=0,
    method={
        "fr": "Part de la surface couverte par au moins un opérateur. Cartes de couverture "
        "théoriques des opérateurs, en extérieur.",
        "en": "Share of area that at least one operator covers. Theoretical outdoor maps of "
        "the operators.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of area; missing where the map has no data for half of the territory."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="area_1")


LAYER = Layer(indicator=INDICATOR, needs=(MAPS,), measure=measure)
