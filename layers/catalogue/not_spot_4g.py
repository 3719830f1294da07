"""Zone blanche: share of area without 4G by any operator."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.measuring.mobile_coverage import MAPS, SOURCE

INDICATOR = Indicator(
    id="not-spot-4g",
    title={"fr": "Zone blanche 4G", "en": "4G not-spot (zone blanche)"},
    unit="percent",
    better="lower",
    denominator="area_km2",
    bounds=(0, 100),
    digits=0,
    method={
        "fr": "Part de la surface qu'aucun opérateur ne couvre. Cartes de couverture "
        "théoriques des opérateurs, en extérieur.",
        "en": "Share of area that no operator covers. Theoretical outdoor maps of the operators.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of area; missing where the map has no data for half of the territory."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="area_none")


LAYER = Layer(indicator=INDICATOR, needs=(MAPS,), measure=measure)
