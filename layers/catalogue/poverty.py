"""Share of people under the poverty line."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "insee-filosofi"

INDICATOR = Indicator(
    id="poverty",
    title={"fr": "Taux de pauvreté", "en": "Poverty rate"},
    unit="percent",
    better=None,
    denominator="people_in_households",
    bounds=(0, 100),
    digits=0,
    role="context",
    method={
        "fr": "Part des personnes dont le niveau de vie est inférieur à 60 % de la médiane ; "
        "secret dans les petites communes.",
        "en": "Share of people whose standard of living is under 60 % of the median; secret "
        "in small communes.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of people; secret in small communes."""
    return measure_column(
        INDICATOR,
        territories,
        inputs,
        source=SOURCE,
        column="poverty_percent",
        weight="people_in_households",
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
