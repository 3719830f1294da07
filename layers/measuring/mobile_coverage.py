"""The input of the layers of mobile coverage, and the sources that feed it."""

from __future__ import annotations

from dataclasses import replace

from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "coverage-4g"
"""Id of the input: percent of area and of people covered by at least k operators."""

MAPS = "arcep-4g-raster|arcep-4g-polygons"
"""One of these feeds it."""

SQUARES = "insee-population-grid|insee-population-grid-martinique|insee-population-grid-reunion"
TILES = "ghsl-population-r4-c18|ghsl-population-r4-c19"
PEOPLE = f"{SQUARES}|{TILES}"
"""With one of these it has shares of people too; the squares are preferred."""


def measure_people_covered(
    indicator: Indicator, territories: Territories, inputs: Inputs, *, column: str
) -> Measurement:
    """Return a column of shares of people, which cites the map and the population grid."""
    measured = measure_column(indicator, territories, inputs, source=SOURCE, column=column)
    grids = next(
        [inputs[name].source for name in names.split("|") if name in inputs]
        for names in (SQUARES, TILES)
        if any(name in inputs for name in names.split("|"))
    )
    cited = union_of(measured.indicator.sources, grids)
    return replace(measured, indicator=replace(measured.indicator, sources=cited))
