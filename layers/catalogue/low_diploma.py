"""Share of people with a low diploma or none."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

SOURCE = "insee-diplomas"

INDICATOR = Indicator(
    id="low-diploma",
    title={"fr": "Personnes peu ou pas diplômées", "en": "People with a low diploma or none"},
    unit="percent",
    better=None,
    denominator="people_out_of_school",
    bounds=(0, 100),
    role="context",
    method={
        "fr": "Part des personnes de 15 ans ou plus, non scolarisées, sans diplôme ou au plus avec "
        "un CEP ou un brevet, au recensement.",
        "en": "Share of people of 15 and more who have left school, without a diploma or with "
        "CEP or brevet at most, at the census.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of people; missing where the census has none of the commune."""
    return measure_share_of(
        INDICATOR,
        territories,
        inputs,
        source=SOURCE,
        part=("people_low_diploma",),
        whole="people_out_of_school",
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
