"""Borders that were computed before, for territories that come with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from zoneblanche.geo.borders.contiguity import Contiguity, compute_contiguity

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories


@dataclass(frozen=True)
class PackedBorders:
    """Borders as a page draws them.

    Attributes:
        streams: by name, the bytes of each field; see `maps.page.shapes.geometry`.
        header: what the page needs to decode them.
        tolerance_m: the maximum displacement of the borders, in metres of the projection.
    """

    streams: Mapping[str, bytes]
    header: Mapping[str, Any]
    tolerance_m: float


class StoredBorders(Protocol):
    """What is stored of the borders of some territories; each part is read when it is needed."""

    def contiguity(self) -> Contiguity:
        """Return the neighbours by queen contiguity, as `compute_contiguity` returns them."""

    def page(self) -> PackedBorders:
        """Return the borders of the map page."""


def contiguity_of(territories: Territories) -> Contiguity:
    """Return the neighbours of territories by queen contiguity: the stored ones, or those that
    `compute_contiguity` finds.

    Raises:
        InputError: what `compute_contiguity` refuses.
    """
    stored = territories.stored_borders
    if stored is not None:
        return stored.contiguity()
    return compute_contiguity(territories.frame.geometry)
