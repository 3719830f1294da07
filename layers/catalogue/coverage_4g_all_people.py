"""Share of people with 4G by all operators."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.mobile_coverage import MAPS, PEOPLE, measure_people_covered

INDICATOR = Indicator(
    id="coverage-4g-all-people",
    title={
        "fr": "Habitants couverts en 4G par tous les opérateurs",
        "en": "People covered in 4G by all operators",
    },
    unit="percent",
    better="higher",
    denominator="population",
    bounds=(0, 100),
    digits=0,
    method={
        "fr": "Part des habitants, d'après une grille de population, couverts par au moins "
        "quatre opérateurs. Cartes de couverture théoriques des opérateurs, en "
        "extérieur.",
        "en": "Share of people, on a population grid, whom at least four operators cover. "
        "Theoretical outdoor maps of the operators.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of people; missing where the map or the grid has no data."""
    return measure_people_covered(INDICATOR, territories, inputs, column="people_4")


LAYER = Layer(
    indicator=INDICATOR,
    needs=(MAPS, PEOPLE),
    measure=measure,
)
