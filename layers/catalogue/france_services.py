"""How many France Services places there are."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "anct-france-services"

INDICATOR = Indicator(
    id="france-services",
    title={"fr": "Structures France services", "en": "France Services places"},
    unit="count",
    better=None,
    kind="extensive",
    bounds=(0, None),
    digits=0,
    role="context",
    method={
        "fr": "Structures France services rattachées à la commune, itinérantes comprises.",
        "en": "France Services places attached to the territory, itinerant ones included.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """A count; 0 where the list names none, since it is exhaustive."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="places")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
