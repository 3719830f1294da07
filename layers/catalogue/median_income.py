"""Median standard of living."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "insee-filosofi"

INDICATOR = Indicator(
    id="median-income",
    title={"fr": "Niveau de vie médian", "en": "Median standard of living"},
    suffix={"fr": "€/an", "en": "€/year"},
    unit="number",
    better=None,
    denominator="people_in_households",
    bounds=(0, None),
    digits=0,
    role="context",
    method={
        "fr": "Médiane du niveau de vie annuel des ménages fiscaux par unité de consommation "
        "; au-dessus de la commune, moyenne pondérée par les personnes.",
        "en": "Median of the yearly standard of living of tax households by consumption unit; "
        "above the commune a mean weighted by people.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Euros a year; secret in small communes."""
    return measure_column(
        INDICATOR,
        territories,
        inputs,
        source=SOURCE,
        column="median_income",
        weight="people_in_households",
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
