"""Share of premises that a fibre network passes."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

SOURCE = "arcep-ftth"

INDICATOR = Indicator(
    id="fibre",
    title={"fr": "Locaux raccordables à la fibre", "en": "Premises that fibre passes"},
    unit="percent",
    better="higher",
    denominator="premises_fibre",
    bounds=(0, 100),
    method={
        "fr": "Locaux raccordables (FttH) sur l'ensemble des locaux ; au plus 100 %, les deux "
        "décomptes n'ayant pas la même date. Sans objet là où il n'y a aucun local.",
        "en": "Premises that fibre to the home passes, over all premises; at most 100 %, since the "
        "two counts have different dates. Not applicable where there are no premises.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of premises."""
    return measure_share_of(
        INDICATOR, territories, inputs, source=SOURCE, part=("premises_ftth",), whole="premises"
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
