"""How far the nearest 4G site is."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "arcep-mobile-sites"

INDICATOR = Indicator(
    id="distance-4g",
    title={"fr": "Distance au site 4G le plus proche", "en": "Distance to the nearest 4G site"},
    suffix="km",
    unit="number",
    better="lower",
    denominator="population",
    bounds=(0, None),
    method={
        "fr": "Distance géodésique du centre de la commune au site 4G le plus proche, tous "
        "opérateurs confondus, sans tenir compte du relief.",
        "en": "Distance along the ellipsoid from the middle of the territory to the nearest "
        "4G site of any operator; hills are not looked at.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Kilometres; missing in the parts of the country where the list has no site."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="km_4g")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
