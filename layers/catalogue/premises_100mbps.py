"""Share of premises that can be reached at 100 Mbit/s or more by a fixed technology."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.fixed_broadband import measure_share, speed_indicator

INDICATOR = speed_indicator("premises-100mbps", speed="100 Mbit/s", digits=1)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100 % of premises; not applicable where there are no premises."""
    return measure_share(INDICATOR, territories, inputs, counted="premises_100mbps")


LAYER = Layer(indicator=INDICATOR, needs=("arcep-debit",), measure=measure)
