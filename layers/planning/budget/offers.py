"""What lifting territories costs with sites, and a choice of sites and territories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoneblanche.layers.planning.budget.knapsack import Bought
from zoneblanche.layers.planning.distances import Floats, Ints


@dataclass(frozen=True)
class Offers:
    """What it costs to lift each territory.

    Attributes:
        alone: by its own change, ≥ 0; infinite where none suffices; (items,).
        item, site, cost: where a site makes it cheaper, what it then costs: finite, below `alone`;
            sorted by item, then site.
        opening: cost of each site, ≥ 0; (sites,). Sites are in the order of their codes.
    """

    alone: Floats
    item: Ints
    site: Ints
    cost: Floats
    opening: Floats

    def with_sites(self, sites: Sequence[int]) -> Floats:
        """Return what it costs to lift each territory where these sites are open."""
        there = np.isin(self.site, list(sites))
        costs = self.alone.copy()
        np.minimum.at(costs, self.item[there], self.cost[there])
        return costs

    @property
    def least(self) -> float:
        """The least budget that lifts any territory."""
        by_site = (self.cost + self.opening[self.site]).min(initial=np.inf)
        return float(min(self.alone.min(initial=np.inf), by_site))

    @property
    def possible(self) -> np.ndarray:
        """Which territories can be lifted at all."""
        liftable = np.isfinite(self.alone)
        liftable[self.item] = True
        return liftable


@dataclass(frozen=True)
class Joint:
    """Sites and changes that a budget buys.

    Attributes:
        sites: by position, ascending.
        bought: the territories that are lifted; its cost contains that of the sites.
        next_gain, next_cost: of the best choice without one of the sites or more; NaN if not
            computed.
        next_sites: of that choice.
    """

    sites: tuple[int, ...]
    bought: Bought
    next_gain: float = float("nan")
    next_cost: float = float("nan")
    next_sites: tuple[int, ...] = ()


def joint_choice(gains: Floats, offers: Offers, sites: Sequence[int], chosen: np.ndarray) -> Joint:
    """Return sites and territories with what they gain and cost; sites that none of them needs are
    not opened."""
    kept = sorted(sites)
    for site in sorted(sites):
        fewer = [other for other in kept if other != site]
        if (offers.with_sites(fewer)[chosen] <= offers.with_sites(kept)[chosen]).all():
            kept = fewer
    costs = offers.with_sites(kept)
    gain = float(gains[chosen].sum())
    cost = float(costs[chosen].sum() + offers.opening[kept].sum())
    return Joint(tuple(kept), Bought(chosen, gain, cost, gain, False))
