"""Sites and changes for a budget where there are too many to solve: a greedy choice and a bound.

The bound is that of the relaxed problem, in which each territory has a price (Lagrangian
relaxation; Cornuéjols, Fisher & Nemhauser 1977) and the budget has one.
"""

from __future__ import annotations

import heapq

import numpy as np

from zoneblanche.layers.planning.budget.knapsack import buy
from zoneblanche.layers.planning.budget.offers import Joint, Offers, joint_choice
from zoneblanche.layers.planning.distances import Floats, Ints
from zoneblanche.layers.planning.sites.location import TINY

RELAXED_STEPS = 300


def greedy_choice(gains: Floats, offers: Offers, budget: float) -> Joint:
    """Return the choice that takes, one after the other, the site with the changes near it or the
    change alone that gains most for its cost; then the best changes with these sites.

    It is no worse than the changes alone.
    """
    sites = _greedy_sites(gains, offers, budget)
    best = None
    for opened in dict.fromkeys((tuple(sites), ())):
        left = budget - float(offers.opening[list(opened)].sum())
        changes = buy(gains, offers.with_sites(opened), left)
        choice = joint_choice(gains, offers, opened, changes.chosen)
        if best is None or choice.bought.gain > best.bought.gain:
            best = choice
    assert best is not None
    return best


def _greedy_sites(gains: Floats, offers: Offers, budget: float) -> list[int]:
    order = np.argsort(offers.site, kind="stable")
    starts = np.searchsorted(offers.site[order], np.arange(len(offers.opening) + 1))
    costs, lifted, left = offers.alone.copy(), np.zeros(len(gains), dtype=bool), budget

    def best_of(option: int) -> tuple[float, float, Ints]:
        """What an option gains for its cost, what it costs, and whom it lifts; options from
        `len(opening)` on are the changes of territories alone."""
        if option >= len(offers.opening):
            item = option - len(offers.opening)
            if lifted[item] or costs[item] > left or not gains[item] > 0:
                return 0.0, 0.0, np.zeros(0, dtype="int64")
            ratio = gains[item] / costs[item] if costs[item] > 0 else np.inf
            return ratio, float(costs[item]), np.array([item])
        pairs = order[starts[option] : starts[option + 1]]
        items, price = offers.item[pairs], np.minimum(offers.cost[pairs], costs[offers.item[pairs]])
        saved = (costs[items] - price)[lifted[items]].sum()
        new = ~lifted[items] & (gains[items] > 0)
        items, price = items[new], price[new]
        by_ratio = np.lexsort((items, price / gains[items]))
        items, price = items[by_ratio], price[by_ratio]
        spent = offers.opening[option] - saved + np.cumsum(price)
        fits = spent <= left
        if not fits.any():
            return 0.0, 0.0, np.zeros(0, dtype="int64")
        ratios = np.cumsum(gains[items])[fits] / np.maximum(spent[fits], TINY * budget)
        last = int(np.argmax(ratios))
        return float(ratios[last]), float(spent[last]), items[: last + 1]

    heap = [(-best_of(option)[0], option) for option in range(len(offers.opening) + len(gains))]
    heapq.heapify(heap)
    opened: list[int] = []
    while heap:
        _old, option = heapq.heappop(heap)
        ratio, cost, items = best_of(option)
        if not len(items):
            continue
        if heap and (-ratio, option) > heap[0]:
            heapq.heappush(heap, (-ratio, option))
            continue
        left -= cost
        lifted[items] = True
        if option < len(offers.opening):
            opened.append(option)
            pairs = order[starts[option] : starts[option + 1]]
            np.minimum.at(costs, offers.item[pairs], offers.cost[pairs])
    return opened


def relaxed_bound(gains: Floats, offers: Offers, budget: float, reached: float) -> float:
    """Return a bound of what any choice gains.

    Each territory is lifted once at most, and the budget is kept: both are priced into the
    objective. Every price gives a valid bound; prices are improved by a subgradient method.

    Args:
        reached: gain of a known choice, > 0 unless nothing can be bought.
    """
    alone = np.flatnonzero(np.isfinite(offers.alone))
    own, item, site, cost = offers.alone[alone], offers.item, offers.site, offers.cost
    sites = len(offers.opening)
    price, per_cost = np.zeros(len(gains)), max(reached, 1.0) / budget / 2
    best, pace, idle = float(gains[offers.possible].sum()), 1.0, 0
    for _step in range(RELAXED_STEPS):
        excess = np.maximum(gains[item] - per_cost * cost - price[item], 0.0)
        by_self = np.maximum(gains[alone] - per_cost * own - price[alone], 0.0)
        worth = np.bincount(site, excess, minlength=sites) - per_cost * offers.opening
        open_ = worth > 0
        value = per_cost * budget + price.sum() + worth[open_].sum() + by_self.sum()
        idle = 0 if value < best * (1 - 1e-6) else idle + 1
        best = min(best, float(value))
        if best <= reached * (1 + TINY):
            break
        if idle >= 10:
            pace, idle = pace / 2, 0
        used, used_alone = (excess > 0) & open_[site], by_self > 0
        slope = 1.0 - np.bincount(item[used], minlength=len(gains))
        slope[alone[used_alone]] -= 1.0
        slope[(price <= 0) & (slope > 0)] = 0.0
        spent = cost[used].sum() + own[used_alone].sum() + offers.opening[open_].sum()
        # The price of the budget is in units of its start, so that both kinds are of one size.
        unit = max(reached, 1.0) / budget
        over = (budget - spent) * unit
        length = float(slope @ slope) + over**2
        if length == 0:
            break
        step = pace * (value - reached) / length
        price = np.maximum(price - step * slope, 0.0)
        per_cost = max(per_cost - step * over * unit, 0.0)
    return max(best, reached)
