"""Distances from territories to sites, as a plan counts them.

From the middle of each territory along the ellipsoid, unless a table of travel times replaces it.
A site in a territory's own area is at the mean distance of its inhabitants from its middle, and not
at 0: 0.38·√area, the mean distance to the middle of a square. So a large territory is not served
for free. Sites serve only their own part of the country: nobody crosses an ocean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from zoneblanche.geo.points.distance import to_geocentric

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INNER = 0.38
"""Mean distance of the points of a square from its middle, by its side (0.3826)."""


FEW = 4_000_000
"""Pairs up to which all are looked at: scipy's trees take a quarter of a second to load."""


@dataclass(frozen=True)
class Places:
    """Places in the plane of the map: middles of territories, or sites.

    Attributes:
        east, north: degrees on WGS 84.
        own: code of the territory that each is in, or the territory's own code; "" for none.
        part: id of its part of the country.
    """

    east: Floats
    north: Floats
    own: NDArray[np.object_]
    part: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.east)

    def take(self, chosen: NDArray[np.bool_] | Ints) -> Places:
        """Return some of them."""
        return Places(self.east[chosen], self.north[chosen], self.own[chosen], self.part[chosen])


@dataclass(frozen=True)
class Pairs:
    """Distances of some pairs of a territory and a site, each pair once.

    Attributes:
        territory, site: positions; sorted by territory, then site.
        distance: in the unit of the plan.
    """

    territory: Ints
    site: Ints
    distance: Floats

    def __len__(self) -> int:
        return len(self.territory)

    def take(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Return some of them."""
        return Pairs(self.territory[chosen], self.site[chosen], self.distance[chosen])

    def nearest(self, territories: int) -> Floats:
        """The distance from each territory to its nearest site; infinite without one."""
        shortest = np.full(territories, np.inf)
        np.minimum.at(shortest, self.territory, self.distance)
        return shortest


def inner_distance(area_km2: pd.Series) -> Floats:
    """Return the kilometres from the inhabitants of each territory to its middle, on average.

    A territory of unknown area has 0.
    """
    return INNER * np.sqrt(np.nan_to_num(area_km2.to_numpy(dtype="float64")))


def places_of(points: gpd.GeoSeries, own: pd.Series, part: pd.Series) -> Places:
    """Return points with their territories and parts; all on one index.

    Args:
        points: EPSG:4326.
        own: code of the territory of each, None for none.
        part: id of the part of the country.
    """
    codes = own.astype("object").where(own.notna(), "").to_numpy()
    return Places(points.x.to_numpy(), points.y.to_numpy(), codes, part.to_numpy(dtype="object"))


def straight_pairs(
    middles: Places, sites: Places, *, within_km: Floats, inner_km: Floats, detour: float = 1.0
) -> Pairs:
    """Return the pairs of a territory and a site of its part that are near enough.

    Args:
        middles: of the territories; `own` is their code.
        sites: any number.
        within_km: largest distance of each territory, detour included; infinite for all.
        inner_km: of each territory, to a site of its own.
        detour: by which lengths along the ellipsoid are multiplied.

    Returns:
        Kilometres.
    """
    blocks = [
        _of_part(middles, sites, np.flatnonzero(middles.part == part),
                 np.flatnonzero(sites.part == part), within_km / detour)
        for part in dict.fromkeys(middles.part.tolist())
    ]  # fmt: skip
    blocks.append(_own_pairs(middles, sites))
    territory, site = (np.concatenate([pair[end] for pair in blocks]) for end in (0, 1))
    _unused, first = np.unique(territory * max(len(sites), 1) + site, return_index=True)
    territory, site = territory[first], site[first]
    pairs = _measured(middles, sites, territory, site, inner_km, detour)
    return pairs.take(pairs.distance <= within_km[pairs.territory])


def _own_pairs(middles: Places, sites: Places) -> tuple[Ints, Ints]:
    """Return the pairs of a territory and the sites in it, however far from its middle."""
    here = pd.Series(np.arange(len(middles)), index=middles.own)
    owner = here.reindex(sites.own)
    placed = owner.notna().to_numpy() & (sites.own != "")
    return owner.to_numpy()[placed].astype("int64"), np.flatnonzero(placed)


def _of_part(
    middles: Places, sites: Places, here: Ints, there: Ints, within_km: Floats
) -> tuple[Ints, Ints]:
    """Return the pairs of one part of the country within a straight line through the Earth, which
    is never longer than one along its surface."""
    if not (len(here) and len(there)):
        return np.zeros(0, dtype="int64"), np.zeros(0, dtype="int64")
    reach = within_km[here]
    if not np.isfinite(reach).all():
        return np.repeat(here, len(there)), np.tile(there, len(here))
    points = to_geocentric(middles.east[here], middles.north[here])
    ends = to_geocentric(sites.east[there], sites.north[there])
    if len(here) * len(there) <= FEW:
        squares = sum((points[:, [axis]] - ends[:, axis]) ** 2 for axis in range(3))
        territory, site = np.nonzero(squares <= (reach[:, None] * 1000) ** 2)
        return here[territory], there[site]
    from scipy.spatial import cKDTree

    tree = cKDTree(ends)
    lists = tree.query_ball_point(points, reach * 1000, return_sorted=True)
    counts = np.array([len(places) for places in lists])
    flat = np.concatenate(lists).astype("int64") if counts.sum() else np.zeros(0, dtype="int64")
    return np.repeat(here, counts), there[flat]


def nearest_pairs(
    middles: Places, sites: Places, *, inner_km: Floats, detour: float = 1.0, others: int = 1
) -> Pairs:
    """Return for each territory the nearest sites of its part: one of its own, if there is any, and
    the nearest `others` elsewhere. Kilometres."""
    from scipy.spatial import cKDTree

    territory, site = [], []
    for part in dict.fromkeys(middles.part.tolist()):
        here = np.flatnonzero(middles.part == part)
        there = np.flatnonzero(sites.part == part)
        if not len(there):
            continue
        # Sites of the own territory are all at the same distance: one of them is enough.
        site_of = pd.Series(there, index=sites.own[there])
        most = int(site_of.index.value_counts().max())
        wanted = min(most + others, len(there))
        tree = cKDTree(to_geocentric(sites.east[there], sites.north[there]))
        points = to_geocentric(middles.east[here], middles.north[here])
        _unused, nearest = tree.query(points, k=wanted)
        nearest = there[np.asarray(nearest).reshape(len(here), wanted)]
        mine = sites.own[nearest] == middles.own[here][:, None]
        elsewhere = ~mine & (np.cumsum(~mine, axis=1) <= others)
        rows, columns = np.nonzero(elsewhere)
        territory.append(here[rows])
        site.append(nearest[rows, columns])
        first = site_of[~site_of.index.duplicated()].reindex(middles.own[here])
        hosts = first.notna().to_numpy()
        territory.append(here[hosts])
        site.append(first.to_numpy()[hosts].astype("int64"))
    if not territory:
        nothing = np.zeros(0, dtype="int64")
        return Pairs(nothing, nothing, np.zeros(0))
    return _measured(
        middles, sites, np.concatenate(territory), np.concatenate(site), inner_km, detour
    )


def _measured(
    middles: Places, sites: Places, territory: Ints, site: Ints, inner_km: Floats, detour: float
) -> Pairs:
    order = np.lexsort((site, territory))
    territory, site = territory[order], site[order]
    kilometres = _geodesic(
        middles.east[territory], middles.north[territory], sites.east[site], sites.north[site]
    )
    same = middles.own[territory] == sites.own[site]
    return Pairs(territory, site, np.where(same, inner_km[territory], kilometres) * detour)


def kilometres_between(starts: gpd.GeoSeries, ends: gpd.GeoSeries) -> Floats:
    """Return the kilometres along the ellipsoid from each point to that in the same row."""
    return _geodesic(starts.x.to_numpy(), starts.y.to_numpy(), ends.x.to_numpy(), ends.y.to_numpy())


def _geodesic(east: Floats, north: Floats, other_east: Floats, other_north: Floats) -> Floats:
    earth = pyproj.Geod(ellps="WGS84")
    _unused, _unused, metres = earth.inv(east, north, other_east, other_north)
    return np.asarray(metres, dtype="float64") / 1000


def noisy(pairs: Pairs, *, spread: float, seed: tuple[int, ...]) -> Pairs:
    """Return the pairs with each distance multiplied by its own lognormal error."""
    random = np.random.default_rng(seed)
    factor = np.exp(spread * random.standard_normal(len(pairs)))
    return replace(pairs, distance=pairs.distance * factor)
