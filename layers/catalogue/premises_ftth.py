"""Share of premises that are eligible for fibre to the home."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

SOURCE = "arcep-technologies"

INDICATOR = Indicator(
    id="premises-ftth",
    title={"fr": "Locaux éligibles à la fibre", "en": "Premises eligible for fibre"},
    unit="percent",
    better="higher",
    denominator="premises_eligible",
    bounds=(0, 100),
    method={
        "fr": "Locaux où un opérateur propose la fibre jusqu'à l'abonné, sur l'ensemble des "
        "locaux.",
        "en": "Premises where an operator offers fibre to the home, over all premises.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of premises; not applicable where there are none."""
    return measure_share_of(
        INDICATOR, territories, inputs, source=SOURCE, part=("premises_ftth",), whole="premises"
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
