"""Which first: the territories that a budget buys, so that most people gain (a knapsack).

Solved by HiGHS up to 40,000 territories; above, by the most people for the cost. The bound is that
of the solver, or of the relaxed problem, in which one territory may be bought in part (Dantzig
1957).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.planning.distances import Floats, Ints
from zoneblanche.layers.planning.sites.location import TINY
from zoneblanche.layers.planning.solver import solve_programme

MOST_EXACT = 40_000
GAP = 1e-7
"""Share of the best possible that the solver may leave open."""
PROVEN = 1e-6
"""Share of the gain that may be open for a choice to be the best."""
MOST_COVERS = 50
"""Sets that are refused, one after the other, because they pass the budget."""
MARGIN = 2e-6
"""Share of the budget that is kept back after that: more than the tolerance of the solver."""


@dataclass(frozen=True)
class Bought:
    """What a budget buys.

    Attributes:
        chosen: which items, boolean.
        gain, cost: of them together.
        bound: no choice within the budget gains more.
        exact: whether the gain is the best possible, but for rounding.
    """

    chosen: np.ndarray
    gain: float
    cost: float
    bound: float
    exact: bool


def buy(
    gains: Floats, costs: Floats, budget: float, *, groups: Ints | None = None, floor: int = 0
) -> Bought:
    """Return the items with the greatest gain within a budget.

    Args:
        gains: of each item, ≥ 0.
        costs: of each, ≥ 0; infinite for what cannot be bought.
        budget: at most so much.
        groups: number of the group of each item, or None.
        floor: items that each group gets at least, or all that can be bought in it if those are
            fewer.

    Raises:
        InputError: the budget does not buy the floors.
    """
    usable = np.flatnonzero(np.isfinite(costs))
    if groups is not None and floor:
        return _with_floors(gains, costs, budget, groups, floor, usable)
    taken = _by_ratio(gains, costs, budget, usable)
    greedy = _bought(gains, costs, taken)
    bound = _relaxed(gains, costs, budget, usable)
    if greedy.gain >= bound * (1 - TINY) or len(usable) > MOST_EXACT:
        return closed(greedy, bound)
    solved = _solved(gains, costs, budget, usable, None)
    if solved is None:
        return closed(greedy, bound)
    best = greedy if greedy.gain >= solved[0].gain else solved[0]
    return closed(best, min(solved[1], bound))


def _with_floors(
    gains: Floats, costs: Floats, budget: float, groups: Ints, floor: int, usable: Ints
) -> Bought:
    count = int(groups.max(initial=-1)) + 1
    there = np.bincount(groups[usable], minlength=count)
    rows = sparse.csr_array(
        (np.ones(len(usable)), (groups[usable], np.arange(len(usable)))),
        shape=(count, len(usable)),
    )
    solved = _solved(gains, costs, budget, usable, (rows, np.minimum(there, floor)))
    if solved is None:
        raise floor_too_high()
    return closed(*solved)


def floor_too_high() -> InputError:
    """Return the error of a budget that does not buy what is asked for every area."""
    return InputError(
        Fault(
            _("the budget does not buy the floor of every area."),
            remedy=_("Lower --floor, or raise the budget."),
            kind="no-budget",
        )
    )


def _solved(
    gains: Floats,
    costs: Floats,
    budget: float,
    usable: Ints,
    floors: tuple[sparse.csr_array, Ints] | None,
) -> tuple[Bought, float] | None:
    """Return the best choice and a bound of what any gains; None if no choice keeps the floors.

    The solver may pass the budget by its tolerance. A set that does is refused (`cover_of`), and
    the rest is solved again.
    """
    from scipy.optimize import LinearConstraint

    scale = scale_of(budget)
    row, limit = costs[None, usable] / scale, budget / scale
    further = [] if floors is None else [LinearConstraint(floors[0], floors[1], np.inf)]
    bound = np.inf
    for margin in (0.0,) * MOST_COVERS + (MARGIN,):
        limits = [LinearConstraint(row, -np.inf, limit * (1 - margin)), *further]
        # The budget alone leaves nothing to presolve.
        options = {"mip_rel_gap": GAP, "presolve": len(limits) > 1}
        solved = solve_programme(-gains[usable], constraints=limits, options=options)
        if solved.x is None:
            return None
        if not margin:
            bound = -float(solved.mip_dual_bound)
        taken = usable[solved.x > 0.5]
        bought = _bought(gains, costs, taken)
        if bought.cost <= budget * (1 + TINY):
            return bought, bound
        cover, most = cover_of(costs[usable], solved.x > 0.5, budget)
        further.append(LinearConstraint(cover[None], -np.inf, most))
    return None


def scale_of(budget: float) -> float:
    """Return by what costs are divided for the solver, so that its tolerance, 1e-6, is TINY of the
    budget: its presolve refuses choices that are nearer to the limit than its tolerance."""
    return (budget or 1.0) * TINY / 1e-6


def cover_of(costs: Floats, taken: np.ndarray, budget: float) -> tuple[Floats, float]:
    """Return a row, and how many of it any choice within the budget has at most: those of a set
    that passes the budget, the dearest first, and all that cost no less than each of them (extended
    cover inequality, Balas 1975).

    Args:
        costs: of each variable.
        taken: which are in the set, boolean.
        budget: less than the set costs.
    """
    inside = np.flatnonzero(taken)
    inside = inside[np.argsort(-costs[inside], kind="stable")]
    # Added in another order, the costs of the whole set may be as much as the budget.
    passes = np.cumsum(costs[inside]) > budget * (1 + TINY)
    fewest = 1 + int(np.argmax(passes)) if passes.any() else len(inside)
    row = costs >= costs[inside[0]]
    row[inside[:fewest]] = True
    return row.astype("float64"), fewest - 1.0


def _by_ratio(gains: Floats, costs: Floats, budget: float, usable: Ints) -> Ints:
    """Take what gains most for its cost and still fits."""
    order = usable[np.argsort(-_ratio(gains, costs)[usable], kind="stable")]
    left, taken = budget, []
    for item in order:
        if costs[item] <= left and gains[item] > 0:
            taken.append(int(item))
            left -= costs[item]
    return np.array(taken, dtype="int64")


def _ratio(gains: Floats, costs: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(costs > 0, gains / costs, np.inf)
    return np.where(gains > 0, ratio, -1.0)


def _relaxed(gains: Floats, costs: Floats, budget: float, usable: Ints) -> float:
    order = usable[np.argsort(-_ratio(gains, costs)[usable], kind="stable")]
    order = order[gains[order] > 0]
    spent = np.cumsum(costs[order])
    whole = spent <= budget
    bound = float(gains[order][whole].sum())
    first = int(whole.sum())
    if first < len(order):
        left = budget - (spent[first - 1] if first else 0.0)
        bound += float(gains[order[first]] * left / costs[order[first]])
    return bound


def _bought(gains: Floats, costs: Floats, taken: Ints) -> Bought:
    chosen = np.zeros(len(gains), dtype=bool)
    chosen[taken] = True
    gain = float(gains[chosen].sum())
    return Bought(chosen, gain, float(costs[chosen].sum()), gain, False)


def closed(bought: Bought, bound: float) -> Bought:
    """Return a choice with a bound of what any gains, which is exact if it nearly gains so much."""
    exact = bound <= bought.gain * (1 + PROVEN)
    bound = bought.gain if exact else bound
    return Bought(bought.chosen, bought.gain, bought.cost, bound, exact)
