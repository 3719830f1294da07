"""Share of people of 65 and more."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

SOURCE = "insee-ages"

INDICATOR = Indicator(
    id="aged-65",
    title={"fr": "Personnes de 65 ans ou plus", "en": "People of 65 and over"},
    unit="percent",
    better=None,
    denominator="people_census",
    bounds=(0, 100),
    role="context",
    method={
        "fr": "Part des habitants de 65 ans ou plus au recensement, estimations pondérées.",
        "en": "Share of inhabitants of 65 and more at the census, weighted estimates.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of people; missing where the census has none of the commune."""
    return measure_share_of(
        INDICATOR, territories, inputs, source=SOURCE, part=("people_65",), whole="people_census"
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
