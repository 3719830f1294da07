"""How many operators have a 4G site."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "arcep-mobile-sites"

INDICATOR = Indicator(
    id="operators-4g",
    title={"fr": "Opérateurs ayant un site 4G", "en": "Operators with a 4G site"},
    unit="number",
    better=None,
    denominator="population",
    bounds=(0, None),
    role="context",
    method={
        "fr": "Nombre d'opérateurs ayant au moins un site 4G dans la commune ; la couverture "
        "peut venir d'une commune voisine.",
        "en": "Operators with at least one 4G site within the territory; coverage may come "
        "from its neighbours.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """A number; 0 where the list is of that part of the country and has none here."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="operators_4g")


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
