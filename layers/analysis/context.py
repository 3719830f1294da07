"""What a reader asks of a territory first, and what an atlas has no source for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.publishers.connector import known_connectors

if TYPE_CHECKING:
    from zoneblanche.geo.country import Country
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.layer import Layer

CONTEXT = ("density", "density-class")
"""Layers that are measured with every recipe: a reader asks for them first."""


def unmeasured_context(atlas: Atlas) -> list[Layer]:
    """The layers of `CONTEXT` that an atlas lacks although its country has a source for them.

    They are said on the page to be missing: a reader who knows of the density classes of a country
    would else take them for forgotten. Nothing is put in their place: the class of a commune is
    found on squares of 1 km, and neither follows from its mean density.
    """
    territories, country = atlas.territories, atlas.territories.country
    if country is None or territories.level != country.base.id:
        return []
    known = known_layers()
    return [
        known[name]
        for name in CONTEXT
        if name not in atlas.indicators and known[name].needs and is_published(known[name], country)
    ]


def is_published(layer: Layer, country: Country) -> bool:
    """Whether a publisher of the country has what the layer is measured from, if it needs any."""
    here = {one.input for one in known_connectors().values() if one.country == country.code}
    return all(any(name in here for name in needed.split("|")) for needed in layer.needs)
