"""Share of premises for which no wire is the best that they can have."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

SOURCE = "arcep-best-technology"
WIRELESS = (
    "premises_best_fixed_wireless_30mbps",
    "premises_best_fixed_4g",
    "premises_best_fixed_wireless",
    "premises_best_satellite",
)

INDICATOR = Indicator(
    id="premises-without-wire",
    title={
        "fr": "Locaux dont la meilleure technologie est sans fil",
        "en": "Premises whose best technology has no wire",
    },
    unit="percent",
    better="lower",
    denominator="premises_technology",
    bounds=(0, 100),
    method={
        "fr": "Locaux éligibles à 8 Mbit/s pour lesquels le satellite, la 4G fixe ou une boucle "
        "radio est la meilleure technologie, sur l'ensemble des locaux.",
        "en": "Premises with 8 Mbit/s whose best technology is satellite, fixed 4G or fixed "
        "wireless, over all premises.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of premises; not applicable where there are none."""
    return measure_share_of(
        INDICATOR, territories, inputs, source=SOURCE, part=WIRELESS, whole="premises"
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
