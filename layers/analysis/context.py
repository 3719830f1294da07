"""The layers that readers look for first, and those without a source in an atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.publishers.connector import known_connectors

if TYPE_CHECKING:
    from zoneblanche.geo.country import Country
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.layer import Layer

CONTEXT = ("density", "density-class")
"""Layers that are measured with every recipe, because readers look for them first."""


def unmeasured_context(atlas: Atlas) -> list[Layer]:
    """Return the layers of `CONTEXT` that an atlas lacks although its country has a source for
    them.

    The page says that they are missing; otherwise a reader who knows the density classes of a
    country would think they were forgotten. Nothing replaces them: INSEE finds the class of a
    commune on squares of 1 km, and it does not follow from the mean density.
    """
    territories, country = atlas.territories, atlas.territories.country
    if country is None or territories.level != country.base.id:
        return []
    catalogue = known_layers()
    return [
        catalogue[name]
        for name in CONTEXT
        if name not in atlas.indicators
        and catalogue[name].needs
        and is_published(catalogue[name], country)
    ]


def is_published(layer: Layer, country: Country) -> bool:
    """Return whether a publisher of the country has the source of the layer, if it needs one."""
    inputs = {
        connector.input
        for connector in known_connectors().values()
        if connector.country == country.code
    }
    return all(any(name in inputs for name in needed.split("|")) for needed in layer.needs)
