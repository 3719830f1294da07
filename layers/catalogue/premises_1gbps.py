"""Share of premises that can be reached at 1 Gbit/s or more by a fixed technology."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.fixed_broadband import measure_share, speed_indicator

INDICATOR = speed_indicator("premises-1gbps", speed="1 Gbit/s", digits=1)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of premises; not applicable where there are no premises."""
    return measure_share(INDICATOR, territories, inputs, counted="premises_1gbps")


LAYER = Layer(indicator=INDICATOR, needs=("arcep-debit",), measure=measure)
