"""How far the nearest 5G site is."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "arcep-mobile-sites"

INDICATOR = Indicator(
    id="distance-5g",
    title={"fr": "Distance au site 5G le plus proche", "en": "Distance to the nearest 5G site"},
    suffix="km",
    unit="number",
    better="lower",
    denominator="population",
    bounds=(0, None),
    method={
        "fr": "Distance géodésique du centre de la commune au site 5G le plus proche, tous "
        "opérateurs confondus, sans tenir compte du relief.",
        "en": "Distance along the ellipsoid from the middle of the territory to the nearest "
        "5G site of any operator; hills are not looked at.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Kilometres; not collected where the list is older than 5G."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="km_5g")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
