"""The page of an embed: one layer and its levels, on territories that read in an article."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.messages import in_languages
from zoneblanche.layers.analysis.areas import with_area_means
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of
from zoneblanche.maps.page.header.headline import write_headline
from zoneblanche.maps.page.header.places import OPENING_COUNT
from zoneblanche.maps.page.header.upper_levels import atlas_above, counts_above
from zoneblanche.maps.page.payload import GLANCE, Embedded, Payload, write_payload
from zoneblanche.maps.page.shapes.geometry import PageGeometry, encode_territories
from zoneblanche.maps.page.shapes.joined import join_geometry

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas


TOWNS = 60
"""Number of the largest territories that are named on the map of a country."""


def compact_payload(
    atlas: Atlas,
    shown: str | Bivariate,
    *,
    lang: str,
    title: Text | str | None,
    layers: Collection[str] = (),
    geometry: PageGeometry | None = None,
    full_map: str = "",
) -> tuple[Atlas, Payload]:
    """Return the data of an embed's page, and the atlas that it shows.

    Args:
        atlas, shown, lang, title: as for `write_payload`.
        layers: further layers that the reader can choose.
        geometry: of the atlas' territories, if it was encoded before.
        full_map: address of the whole map page.
    """
    if geometry is None:
        geometry = encode_territories(atlas.territories)
    only = {*ids_of(shown), *layers}
    embedded = Embedded(
        {name: in_languages(write_headline(atlas, atlas.indicator(name))) for name in only},
        full_map=full_map,
    )
    # An index is drawn from all that its recipe uses, which the embed does not have.
    drawn = with_area_means(atlas, only) if counts_above(atlas) else atlas
    small = _with_only(drawn, only)
    above = _readable(small, only) if len(atlas.codes) > GLANCE else None
    if above is not None:
        units = pd.Categorical(
            atlas.territories.parents[above.territories.level], categories=above.codes
        ).codes
        embedded = replace(embedded, towns=_towns(atlas, geometry))
        geometry = join_geometry(geometry, units.astype("int64"), len(above.codes))
        small = above
    return small, write_payload(
        small, shown, lang=lang, title=title, geometry=geometry, embedded=embedded
    )


def _readable(atlas: Atlas, layers: Collection[str]) -> Atlas | None:
    """Return the atlas of the containing level with which the page of a country opens."""
    few, many = OPENING_COUNT
    for level, count in counts_above(atlas):
        if few < count <= many:
            above = atlas_above(atlas, level)
            if set(layers) <= set(above.indicators):
                return above
    return None


def _with_only(atlas: Atlas, layers: Collection[str]) -> Atlas:
    """Return the atlas with some layers, of an index its indicators, which its contributions are
    described by, and what all of these are weighted by."""
    wanted = set(layers)
    for name in layers:
        if name in atlas.recipes:
            wanted |= {element.id for element in atlas.recipes[name].elements}
    wanted |= {atlas.indicator(name).denominator for name in wanted if name in atlas.indicators}
    return atlas.keep(name for name in atlas.indicators if name in wanted)


def _towns(atlas: Atlas, geometry: PageGeometry) -> list[tuple[str, float, float]]:
    """Return the largest territories by people, with the middle of their box."""
    if "population" not in atlas.territories.facts:
        return []
    people = atlas.territories.facts["population"].fillna(0).to_numpy()
    west, south, east, north = geometry.boxes.T
    largest = [at for at in np.argsort(-people, kind="stable")[:TOWNS] if np.isfinite(west[at])]
    names = atlas.territories.names
    return [
        (
            str(names.iloc[at]),
            round(float(south[at] + north[at]) / 2, 3),
            round(float(west[at] + east[at]) / 2, 3),
        )
        for at in largest
    ]
