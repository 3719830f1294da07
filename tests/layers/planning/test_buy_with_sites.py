"""A choice of sites and territories for one budget, held to every subset and every choice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.planning.budget.greedy import greedy_choice, relaxed_bound
from zoneblanche.layers.planning.budget.knapsack import buy
from zoneblanche.layers.planning.budget.offers import Offers
from zoneblanche.layers.planning.budget.with_sites import buy_with_sites
from zoneblanche.layers.planning.sites.location import Gains


def made_offers(random: np.random.Generator, items: int, sites: int) -> tuple[np.ndarray, Offers]:
    """People, and what lifting them costs; a site often lifts at no further cost."""
    alone = random.uniform(1, 30, items)
    alone[random.random(items) < 0.4] = np.inf
    left = np.where(random.random((items, sites)) < 0.5, 0.0, random.uniform(0, 20, (items, sites)))
    item, site = np.nonzero((random.random((items, sites)) < 0.4) & (left < alone[:, None]))
    people = random.integers(0, 50, items).astype("float64")
    opening = random.uniform(5, 30, sites)
    return people, Offers(alone, item, site, left[item, site], opening)


def best_by_trying(
    people: np.ndarray,
    offers: Offers,
    budget: float,
    groups: np.ndarray | None = None,
    floor: int = 0,
) -> tuple[float, float] | None:
    """The most people and the least cost for them, of all subsets of sites and all choices."""
    items, sites = len(people), len(offers.opening)
    choices = np.array(list(product((0, 1), repeat=items)), dtype=bool)
    allowed = np.ones(len(choices), dtype=bool)
    for group in range(0 if groups is None else 2):
        there = int((offers.possible & (groups == group)).sum())
        allowed &= choices[:, groups == group].sum(axis=1) >= min(floor, there)
    best = None
    for opened in product((0, 1), repeat=sites):
        chosen = np.flatnonzero(opened)
        price = offers.alone.copy()
        for item, site, cost in zip(offers.item, offers.site, offers.cost, strict=True):
            if opened[site]:
                price[item] = min(price[item], cost)
        cost = np.where(choices, price, 0.0).sum(axis=1) + offers.opening[chosen].sum()
        fits = allowed & (cost <= budget + 1e-9)
        if fits.any():
            gain = (choices @ people)[fits]
            choice = (float(gain.max()), -float(cost[fits][gain == gain.max()].min()))
            best = choice if best is None else max(best, choice)
    return None if best is None else (best[0], -best[1])


def test_the_best_of_every_subset_of_sites_and_every_choice() -> None:
    random = np.random.default_rng(5)
    sizes = [(6, 12)] * 2 + [(7, 5)] * 18 + [(4, 8)] * 10
    infeasible = 0
    for case, (items, sites) in enumerate(sizes):
        people, offers = made_offers(random, items, sites)
        budget = float(random.uniform(10, 70))
        groups, floor = (np.arange(items) % 2, case % 3) if case % 2 else (None, 0)
        best = best_by_trying(people, offers, budget, groups, floor)
        if best is None:
            infeasible += 1
            with pytest.raises(InputError, match="does not buy the floor"):
                buy_with_sites(people, offers, budget, groups=groups, floor=floor)
            continue
        choice = buy_with_sites(people, offers, budget, groups=groups, floor=floor)
        assert choice.bought.exact
        assert choice.bought.gain == choice.bought.bound == best[0]
        assert choice.bought.cost == pytest.approx(best[1], abs=1e-4)
        price = offers.with_sites(choice.sites)[choice.bought.chosen].sum()
        assert choice.bought.cost == pytest.approx(price + offers.opening[list(choice.sites)].sum())
    assert infeasible < 5


def test_never_worse_than_apart_or_greedy_and_never_above_the_bound() -> None:
    random = np.random.default_rng(6)
    better_than_apart = better_than_greedy = 0
    items, sites = 16, 10
    for _case in range(10):
        people, offers = made_offers(random, items, sites)
        budget = float(random.uniform(30, 90))
        choice = buy_with_sites(people, offers, budget)
        greedy = greedy_choice(people, offers, budget)
        bound = relaxed_bound(people, offers, budget, greedy.bought.gain)
        assert greedy.bought.gain <= choice.bought.gain <= bound * (1 + 1e-9)
        # Apart: for each share of the budget, first the sites that lift most alone, then changes.
        free = np.zeros((items, sites), dtype=bool)
        free[offers.item, offers.site] = offers.cost == 0
        for share in (0.0, 0.25, 0.5, 0.75):
            opened: list[int] = []
            while True:
                spent = offers.opening[opened].sum()
                fits = np.flatnonzero(spent + offers.opening <= share * budget)
                fits = fits[~np.isin(fits, opened)]
                if not len(fits):
                    break
                reached = free[:, opened].any(axis=1)
                brought = people @ (free[:, fits] & ~reached[:, None])
                opened.append(int(fits[np.argmax(brought)]))
            left = budget - offers.opening[opened].sum()
            apart = buy(people, offers.with_sites(opened), left)
            assert apart.gain <= choice.bought.gain
            better_than_apart += apart.gain < choice.bought.gain
        better_than_greedy += greedy.bought.gain < choice.bought.gain
    assert better_than_apart > 10
    assert better_than_greedy


def test_too_many_offers_have_a_bound() -> None:
    people, offers = made_offers(np.random.default_rng(7), 40, 30)
    best = buy_with_sites(people, offers, 100.0)
    choice = buy_with_sites(people, offers, 100.0, most_exact=10)
    assert choice.bought.gain <= best.bought.gain <= choice.bought.bound
    assert choice.bought.gain > 0.8 * choice.bought.bound
    assert np.isnan(choice.next_gain)
    with pytest.raises(InputError, match="too many for a floor"):
        buy_with_sites(people, offers, 9.0, groups=np.zeros(40, "int64"), floor=1, most_exact=10)


def test_equal_sites_are_taken_by_what_they_bring_besides_and_then_by_code() -> None:
    every = np.repeat(np.arange(2), 4), np.tile(np.arange(4), 2)
    offers = Offers(np.full(2, np.inf), *every, np.zeros(8), np.full(4, 10.0))
    people = np.array([5.0, 7.0])
    assert buy_with_sites(people, offers, 10.0).sites == (0,)
    brings = Gains(sparse.csc_array(np.array([[1.0, 1.0, 3.0, 3.0]])))
    choice = buy_with_sites(people, offers, 10.0, besides=brings)
    assert choice.sites == (2,)
    assert choice.next_gain == choice.bought.gain == 12
