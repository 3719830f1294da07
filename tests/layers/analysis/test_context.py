"""What readers ask for first and an atlas lacks is told, not left out."""

from __future__ import annotations

from dataclasses import replace

from zoneblanche.geo.country import read_country
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.analysis.context import unmeasured_context
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.catalogue import known_layers

INDICATOR = known_layers()["density-class"].indicator


def of_country(territories: Territories, code: str) -> Atlas:
    return empty_atlas(replace(territories, country=read_country(code)))


def test_density_classes_are_missed_where_the_country_has_them(toy: Territories) -> None:
    assert [layer.id for layer in unmeasured_context(of_country(toy, "fr"))] == ["density-class"]
    assert unmeasured_context(of_country(toy, "ch")) == [], "its publishers have no such table"
    assert unmeasured_context(empty_atlas(toy)) == []


def test_what_is_measured_or_of_another_level_is_not_missed(toy: Territories) -> None:
    atlas = of_country(toy, "fr")
    there = atlas.add(INDICATOR, atlas.territories.facts["population"] * 0 + 7)
    assert unmeasured_context(there) == []
    above = replace(atlas, territories=replace(atlas.territories, level="epci"))
    assert unmeasured_context(above) == []
