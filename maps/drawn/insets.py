"""The parts of a country that maps show in their own frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoneblanche.geo.country import Part
from zoneblanche.maps.page.header.places import part_of_each

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories


def distant_groups(territories: Territories, drawn: np.ndarray) -> list[tuple[Part, np.ndarray]]:
    """Return the parts that a country shows in frames, and which of the drawn territories are in
    each."""
    country = territories.country
    if country is None or not country.parts:
        return []
    part_numbers = part_of_each(territories)
    groups = [(part, drawn & (part_numbers == part.id)) for part in country.parts if part.inset]
    return [(part, inside) for part, inside in groups if inside.any()]
