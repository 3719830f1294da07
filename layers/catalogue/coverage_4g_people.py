"""Share of people with 4G by at least one operator."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.mobile_coverage import MAPS, PEOPLE, measure_people_covered

INDICATOR = Indicator(
    id="coverage-4g-people",
    title={"fr": "Habitants couverts en 4G", "en": "People covered in 4G"},
    unit="percent",
    better="higher",
    denominator="population",
    bounds=(0, 100),
    digits=0,
    method={
        "fr": "Part des habitants, d'après une grille de population, couverts par au moins un "
        "opérateur. Cartes de couverture théoriques des opérateurs, en extérieur.",
        "en": "Share of people, on a population grid, whom at least one operator covers. "
        "Theoretical outdoor maps of the operators.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of people; missing where the map or the grid has no data."""
    return measure_people_covered(INDICATOR, territories, inputs, column="people_1")


LAYER = Layer(
    indicator=INDICATOR,
    needs=(MAPS, PEOPLE),
    measure=measure,
)
