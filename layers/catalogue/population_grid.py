"""People by the census of squares of 200 m."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.measuring.mobile_coverage import SQUARES

SOURCE = "population-grid"

INDICATOR = Indicator(
    id="population-grid",
    title={"fr": "Habitants d'après le carroyage", "en": "People by the population grid"},
    unit="count",
    better=None,
    kind="extensive",
    bounds=(0, None),
    digits=0,
    role="context",
    method={
        "fr": "Somme des habitants des carreaux de 200 m, un carreau que traverse une limite étant "
        "partagé selon sa surface. Personnes des ménages fiscaux ; imputées dans les carreaux de "
        "moins de 11 ménages.",
        "en": "Sum of the people of squares of 200 m; a square that a border crosses is shared out "
        "by area. People of tax households; imputed in squares of fewer than 11 households.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """A count; missing where the grid has nobody and somebody lives."""
    return measure_column(INDICATOR, territories, inputs, source=SOURCE, column="people")


LAYER = Layer(indicator=INDICATOR, needs=(SQUARES,), measure=measure)
