"""How far the nearest France Services place is."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "anct-france-services"

INDICATOR = Indicator(
    id="distance-france-services",
    title={
        "fr": "Distance à la structure France services la plus proche",
        "en": "Distance to the nearest France Services place",
    },
    suffix="km",
    unit="number",
    better="lower",
    denominator="population",
    bounds=(0, None),
    method={
        "fr": "Distance géodésique du centre de la commune à la structure France services la "
        "plus proche ; un bus est compté là où il est rattaché.",
        "en": "Distance along the ellipsoid from the middle of the territory to the nearest "
        "France Services place; a bus counts where it is attached.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Kilometres; missing in the parts of the country where the list has no place."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="km")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
