"""Distances of a plan: from the middle, inside a territory, not across an ocean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import pytest

from zoneblanche.layers.planning import distances
from zoneblanche.layers.planning.distances import (
    INNER,
    Places,
    inner_distance,
    nearest_pairs,
    noisy,
    straight_pairs,
)


def places(east: list[float], own: list[str], part: list[str] | None = None) -> Places:
    parts = part or ["main"] * len(east)
    return Places(
        np.array(east),
        np.full(len(east), 45.0),
        np.array(own, dtype=object),
        np.array(parts, dtype=object),
    )


def km(one: float, other: float) -> float:
    return pyproj.Geod(ellps="WGS84").inv(one, 45.0, other, 45.0)[2] / 1000


MIDDLES = places([2.0, 2.1, 2.2], ["A", "B", "C"])
AREA = inner_distance(pd.Series([100.0, 25.0, np.nan]))


def test_the_inner_distance_is_that_of_a_square() -> None:
    side = 10.0
    steps = (np.arange(200) + 0.5) / 200 * side - side / 2
    away = np.hypot(*np.meshgrid(steps, steps)).mean()
    assert away == pytest.approx(INNER * side, rel=0.01)
    assert AREA.tolist() == [3.8, 1.9, 0.0]


def test_a_site_of_its_own_is_at_the_inner_distance() -> None:
    sites = places([2.0, 2.15], ["A", "B"])
    pairs = straight_pairs(MIDDLES, sites, within_km=np.full(3, np.inf), inner_km=AREA)
    table = {
        (int(t), int(s)): d
        for t, s, d in zip(pairs.territory, pairs.site, pairs.distance, strict=True)
    }
    assert len(table) == 6
    assert table[0, 0] == 3.8  # the site is in its very middle
    assert table[1, 1] == 1.9  # and this one 4 km from it
    assert table[0, 1] == pytest.approx(km(2.0, 2.15))
    assert table[2, 0] == pytest.approx(km(2.2, 2.0))


@pytest.mark.parametrize("few", [0, distances.FEW])
def test_pairs_within_a_limit_are_those_of_all_pairs(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """By scipy's tree, and by looking at all pairs."""
    monkeypatch.setattr(distances, "FEW", few)
    random = np.random.default_rng(5)
    middles = places(random.uniform(2, 3, 40).tolist(), [f"m{n}" for n in range(40)])
    sites = places(random.uniform(2, 3, 30).tolist(), [f"m{n}" for n in range(30)])
    inner, limit = np.full(40, 2.0), random.uniform(1, 30, 40)
    every = straight_pairs(middles, sites, within_km=np.full(40, np.inf), inner_km=inner)
    some = straight_pairs(middles, sites, within_km=limit, inner_km=inner)
    kept = every.take(every.distance <= limit[every.territory])
    assert some.territory.tolist() == kept.territory.tolist()
    assert some.site.tolist() == kept.site.tolist()
    assert np.allclose(some.distance, kept.distance)
    near = nearest_pairs(middles, sites, inner_km=inner)
    assert np.allclose(near.nearest(40), every.nearest(40))


def test_a_detour_multiplies_every_distance() -> None:
    sites = places([2.05], [""])
    one = straight_pairs(MIDDLES, sites, within_km=np.full(3, 20.0), inner_km=AREA)
    more = straight_pairs(MIDDLES, sites, within_km=np.full(3, 20.0), inner_km=AREA, detour=1.3)
    assert np.allclose(more.distance, 1.3 * one.distance[: len(more)])
    assert np.allclose(
        nearest_pairs(MIDDLES, sites, inner_km=AREA, detour=1.3).distance, 1.3 * one.distance
    )


def test_nobody_crosses_an_ocean() -> None:
    middles = places([2.0, 2.01], ["A", "B"], ["main", "island"])
    sites = places([2.0], [""], ["main"])
    inner = np.zeros(2)
    everywhere = np.full(2, np.inf)
    assert straight_pairs(
        middles, sites, within_km=everywhere, inner_km=inner
    ).territory.tolist() == [0]
    assert nearest_pairs(middles, sites, inner_km=inner).nearest(2).tolist() == [0.0, np.inf]


def test_many_sites_in_one_territory_hide_no_other() -> None:
    """All places of a large town are nearer than the one of the next town, and count as one."""
    middles = places([2.0], ["A"])
    sites = places([2.001, 2.002, 2.003, 2.02], ["A", "A", "A", "B"])
    inner = np.array([50.0])
    assert nearest_pairs(middles, sites, inner_km=inner).nearest(1)[0] == pytest.approx(
        km(2.0, 2.02)
    )


def test_noise_is_the_same_twice() -> None:
    pairs = straight_pairs(MIDDLES, MIDDLES, within_km=np.full(3, np.inf), inner_km=AREA)
    one, again = (noisy(pairs, spread=0.15, seed=(1, 2)) for _ in range(2))
    assert one.distance.tolist() == again.distance.tolist()
    assert one.distance.tolist() != noisy(pairs, spread=0.15, seed=(1, 3)).distance.tolist()
