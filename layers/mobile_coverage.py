"""What the layers of mobile coverage have in common: the input and the sources that feed it."""

from __future__ import annotations

SOURCE = "coverage-4g"
"""Id of the input: percent of area and of people covered by at least k operators."""

MAPS = "arcep-4g-raster|arcep-4g-polygons"
"""One of these feeds it."""

PEOPLE = "ghsl-population-r4-c18|ghsl-population-r4-c19"
"""With one of these it has shares of people as well."""
