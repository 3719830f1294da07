"""Zone grise: share of area with 4G by some operators and not by all."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.measuring.mobile_coverage import MAPS, SOURCE

INDICATOR = Indicator(
    id="grey-spot-4g",
    title={"fr": "Zone grise 4G", "en": "4G grey spot (zone grise)"},
    unit="percent",
    better="lower",
    denominator="area_km2",
    bounds=(0, 100),
    digits=0,
    method={
        "fr": "Part de la surface couverte par un à trois opérateurs sur quatre ; les "
        "éditeurs n'ont pas tous ce seuil. Cartes de couverture théoriques des "
        "opérateurs, en extérieur.",
        "en": "Share of area that one to three operators of four cover; publishers differ in "
        "that threshold. Theoretical outdoor maps of the operators.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of area; missing where the map has no data for half of the territory."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="area_some")


LAYER = Layer(indicator=INDICATOR, needs=(MAPS,), measure=measure)
