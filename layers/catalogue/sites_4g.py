"""How many 4G sites there are."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "arcep-mobile-sites"

INDICATOR = Indicator(
    id="sites-4g",
    title={"fr": "Sites 4G", "en": "4G sites"},
    unit="count",
    better=None,
    kind="extensive",
    bounds=(0, None),
    digits=0,
    role="context",
    method={
        "fr": "Sites 4G situés dans la commune, comptés une fois par opérateur, d'après leurs "
        "coordonnées.",
        "en": "4G sites within the territory, counted once for each operator, by their "
        "coordinates.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """A count; 0 where the list is of that part of the country and has none here."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="sites_4g")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
