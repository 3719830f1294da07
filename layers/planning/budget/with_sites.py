"""Which sites and which changes a budget buys together, so that most people gain.

A site makes it cheaper to lift the territories near it, or lifts them at no further cost: facility
location (Balinski 1965) with one budget for sites and changes. Solved by HiGHS up to 40,000 offers;
above, `layers.planning.budget.greedy` chooses and bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, quantity
from zoneblanche.layers.planning.budget.greedy import greedy_choice, relaxed_bound
from zoneblanche.layers.planning.budget.knapsack import (
    MARGIN,
    MOST_COVERS,
    MOST_EXACT,
    PROVEN,
    closed,
    cover_of,
    floor_too_high,
    scale_of,
)
from zoneblanche.layers.planning.budget.offers import Joint, Offers, joint_choice
from zoneblanche.layers.planning.distances import Floats, Ints
from zoneblanche.layers.planning.sites.location import TINY, Gains
from zoneblanche.layers.planning.solver import solve_programme

MOST_NODES = 20_000
"""Nodes of the search after which its bound is the answer: the same on every machine."""
LIMIT = 1
"""The status of a solver that has reached them."""


def buy_with_sites(
    gains: Floats,
    offers: Offers,
    budget: float,
    *,
    groups: Ints | None = None,
    floor: int = 0,
    besides: Gains | None = None,
    most_exact: int = MOST_EXACT,
) -> Joint:
    """Return the sites and the territories with the greatest gain within a budget; of equal ones,
    those that cost least, and of these the sites that bring most besides.

    Args:
        gains: of each territory, ≥ 0.
        offers: what lifting them costs.
        budget: at most so much, for sites and changes.
        groups: number of the group of each territory, or None.
        floor: territories that each group gets at least, or all that can be lifted in it if those
            are fewer.
        besides: what each site brings to each territory of any kind, lifted or not.
        most_exact: offers up to which the integer programme is solved.

    Raises:
        InputError: the budget does not buy the floors; or floors of too many offers.
    """
    floors = None if groups is None or not floor else _floors(offers, groups, floor)
    if len(offers.item) > most_exact:
        if floors is not None:
            raise InputError(_too_many_for_floors(len(offers.item)))
        greedy = greedy_choice(gains, offers, budget)
        bound = relaxed_bound(gains, offers, budget, greedy.bought.gain)
        return Joint(greedy.sites, closed(greedy.bought, bound))
    solved = _solved(gains, offers, budget, floors)
    if floors is None:
        greedy = greedy_choice(gains, offers, budget)
        if solved is None:
            bound = relaxed_bound(gains, offers, budget, greedy.bought.gain)
            return Joint(greedy.sites, closed(greedy.bought, bound))
        if greedy.bought.gain > solved[0].bought.gain:
            solved = greedy, solved[1]
    if solved is None:
        raise floor_too_high()
    best, bound = _settled(solved[0], gains, offers, besides), solved[1]
    bought = closed(best.bought, bound)
    if best.sites:
        other = _solved(gains, offers, budget, floors, fewer_of=best.sites)
        if other is not None and other[1] <= other[0].bought.gain * (1 + PROVEN):
            following = other[0]
            gain, cost = following.bought.gain, following.bought.cost
            return Joint(best.sites, bought, gain, cost, following.sites)
    return Joint(best.sites, bought)


def _floors(offers: Offers, groups: Ints, floor: int) -> tuple[Ints, Floats]:
    there = np.bincount(groups[offers.possible], minlength=int(groups.max(initial=-1)) + 1)
    return groups, np.minimum(there, floor).astype("float64")


def _too_many_for_floors(count: int) -> Fault:
    return Fault(
        _("{count} pairs of a territory and a site are too many for a floor.",
          count=quantity(count)),
        remedy=_("Leave --floor out, name fewer candidates, or plan a part with --within."),
        kind="too-many",
    )  # fmt: skip


def _settled(choice: Joint, gains: Floats, offers: Offers, besides: Gains | None) -> Joint:
    """Return the choice after exchanges of one site at no more cost that bring more besides, or as
    much with an earlier site."""
    chosen, sites = choice.bought.chosen, list(choice.sites)
    limit = choice.bought.cost * (1 + TINY)
    most = 0.0 if besides is None else besides.total(sites)
    moved = True
    while moved:
        moved = False
        for site in tuple(sites):
            rest = [other for other in sites if other != site]
            fits = np.flatnonzero(_costs_with_one_more(offers, rest, chosen) <= limit)
            fits = fits[~np.isin(fits, sites)]
            if not len(fits):
                continue
            brought = np.zeros(len(fits)) if besides is None else besides.with_one_more(rest)[fits]
            slack, top = TINY * max(most, 1.0), int(np.argmax(brought))
            earlier = np.flatnonzero((brought >= most - slack) & (fits < site))
            if brought[top] > most + slack:
                other, most = int(fits[top]), float(brought[top])
            elif len(earlier):
                other = int(fits[earlier[0]])
            else:
                continue
            sites, moved = sorted([*rest, other]), True
    return joint_choice(gains, offers, sites, chosen)


def _costs_with_one_more(offers: Offers, sites: Sequence[int], chosen: np.ndarray) -> Floats:
    """Return what lifting the chosen territories costs with these sites and each further one."""
    now = offers.with_sites(sites)
    lacking = chosen & ~np.isfinite(now)
    of_lacking = lacking[offers.item]
    before = np.where(chosen & ~lacking, now, 0.0)[offers.item]
    saved = np.maximum(before - offers.cost, 0.0)
    width = len(offers.opening)
    change = np.bincount(offers.site, np.where(of_lacking, offers.cost, -saved), minlength=width)
    covered = np.bincount(offers.site, of_lacking, minlength=width)
    total = now[chosen & ~lacking].sum() + offers.opening[list(sites)].sum()
    costs: Floats = np.where(covered == lacking.sum(), total + change + offers.opening, np.inf)
    return costs


def _solved(
    gains: Floats,
    offers: Offers,
    budget: float,
    floors: tuple[Ints, Floats] | None,
    *,
    fewer_of: Sequence[int] = (),
) -> tuple[Joint, float] | None:
    """Return the best choice and a bound of what any gains, by mixed-integer programming.

    Variables are the sites, the changes of territories alone, and for each territory the costs that
    sites can leave it with: one of these is paid where a site that leaves so much is open.

    Args:
        fewer_of: sites that are not all open, to find the next best.
    """
    from scipy.optimize import LinearConstraint

    levels = _levels(offers)
    sites = len(offers.opening)
    costs, scale = np.concatenate([offers.opening, levels.cost]), scale_of(budget)
    brought = np.concatenate([np.zeros(sites), gains[levels.item]])
    further = [LinearConstraint(*_rules(offers, levels, floors, fewer_of))]
    # Of two choices that gain as much, the cheaper one: the whole budget counts less than one of
    # the people. Costs that differ by 2e-6 of the budget or less are the same to the solver.
    least = 0.5 if np.array_equal(gains, np.round(gains)) else 1e-6 * float(gains.max(initial=0.0))
    bound = np.inf
    # What the solver takes is priced again. If it passes the budget, by the solver's tolerance, it
    # is refused, and the rest is solved again. After many, a part of the budget is kept back, and
    # the bound remains that of the whole budget.
    for margin in (0.0,) * MOST_COVERS + (MARGIN,):
        whole = LinearConstraint(costs[None] / scale, -np.inf, budget / scale * (1 - margin))
        solved = solve_programme(
            least * costs / (budget or 1.0) - brought,
            constraints=[whole, *further],
            options={"mip_rel_gap": 0.0, "node_limit": MOST_NODES},
        )
        if solved.x is None and solved.status == LIMIT and floors is not None:
            raise InputError(_too_many_for_floors(len(offers.item)))
        if solved.x is None:
            return None
        if not margin:
            bound = _bound_of(solved, least)
        taken = solved.x > 0.5
        chosen = np.zeros(len(gains), dtype=bool)
        chosen[levels.item[taken[sites:]]] = True
        choice = joint_choice(gains, offers, np.flatnonzero(taken[:sites]).tolist(), chosen)
        if choice.bought.cost <= budget * (1 + TINY):
            return choice, max(bound, choice.bought.gain)
        row, most = cover_of(costs, taken, budget)
        further.append(LinearConstraint(row[None], -np.inf, most))
    return None


def _rules(
    offers: Offers, levels: _Levels, floors: tuple[Ints, Floats] | None, fewer_of: Sequence[int]
) -> tuple[sparse.csr_array, Floats, Floats]:
    """Return what a choice keeps to besides the budget, as rows with their least and their most."""
    sites, width = len(offers.opening), len(offers.opening) + len(levels.item)
    rows = list(_choice_rows(offers, levels))
    low: list[Floats] = [np.full(rows[0].shape[0] + rows[1].shape[0], -np.inf)]
    high: list[Floats] = [np.ones(rows[0].shape[0]), np.zeros(rows[1].shape[0])]
    if floors is not None:
        rows.append(_sums(floors[0][levels.item], len(floors[1]), sites, width))
        low, high = [*low, floors[1]], [*high, np.full(len(floors[1]), np.inf)]
    if fewer_of:
        rows.append(_sums(np.zeros(len(fewer_of), dtype="int64"), 1, 0, width, list(fewer_of)))
        low, high = [*low, np.array([-np.inf])], [*high, np.array([len(fewer_of) - 1.0])]
    return sparse.vstack(rows, format="csr"), np.concatenate(low), np.concatenate(high)


def _bound_of(solved: object, least: float) -> float:
    """Return a bound of the gain from that of a solver, whose objective contains the cost."""
    bound = -float(getattr(solved, "mip_dual_bound", -np.inf)) + least
    return float(np.floor(bound + 1e-6)) if least == 0.5 else bound


@dataclass(frozen=True)
class _Levels:
    """Ways to lift territories: the item and the cost of each; and of each offer its level.

    Attributes:
        item, cost: changes alone first, where they suffice, then each cost that sites leave.
        first: number of the changes alone.
        item_of: level of each offer, in their order.
    """

    item: Ints
    cost: Floats
    first: int
    item_of: Ints


def _levels(offers: Offers) -> _Levels:
    alone = np.flatnonzero(np.isfinite(offers.alone))
    order = np.lexsort((offers.cost, offers.item))
    item, cost = offers.item[order], offers.cost[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (item[1:] != item[:-1]) | (cost[1:] != cost[:-1])
    item_of = np.empty(len(order), dtype="int64")
    item_of[order] = len(alone) + np.cumsum(new) - 1
    items = np.concatenate([alone, item[new]])
    return _Levels(items, np.concatenate([offers.alone[alone], cost[new]]), len(alone), item_of)


def _choice_rows(offers: Offers, levels: _Levels) -> list[sparse.csr_array]:
    """Return the rows by which each territory is lifted once (≤ 1), and each cost that sites leave
    needs one of them (≤ 0)."""
    sites, count = len(offers.opening), len(levels.item)
    once = _sums(levels.item, len(offers.alone), sites, sites + count)
    by_site = np.arange(levels.first, count)
    entries = np.concatenate([np.ones(len(by_site)), -np.ones(len(levels.item_of))])
    places = (
        np.concatenate([by_site, levels.item_of]) - levels.first,
        np.concatenate([sites + by_site, offers.site]),
    )
    linked = sparse.csr_array((entries, places), shape=(len(by_site), sites + count))
    return [once, linked]


def _sums(
    row: Ints, rows: int, first: int, width: int, columns: Sequence[int] | None = None
) -> sparse.csr_array:
    """Return rows of ones: for each entry of `row`, the next column from `first`."""
    there = first + np.arange(len(row)) if columns is None else np.asarray(columns)
    return sparse.csr_array((np.ones(len(row)), (row, there)), shape=(rows, width))
