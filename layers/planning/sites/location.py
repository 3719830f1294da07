"""Choosing sites: which `count` of many bring most, exactly or with a proven bound.

Every goal is one table of gains: what each site alone brings to each territory. A territory is
served by the best of the chosen sites, so a choice brings the sum over the territories of the
largest gain among its sites. This is maximal coverage (Church & ReVelle 1974) where a gain is the
people of the territory or nothing, and the p-median (Hakimi 1964) where it is the people-kilometres
saved.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zoneblanche.layers.planning.solver import solve_programme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TINY = 1e-9
"""Differences below this share of the whole are rounding."""


@dataclass(frozen=True)
class Gains:
    """What each site alone brings to each territory.

    Attributes:
        table: compressed columns, (territories, sites) float64; stored entries are above zero.
            Sites are in the order of their codes: the first of equal ones is chosen.
    """

    table: sparse.csc_array

    @property
    def columns(self) -> Ints:
        """The site of each stored entry."""
        return np.repeat(np.arange(self.table.shape[1]), np.diff(self.table.indptr))

    def alone(self) -> Floats:
        """What each site brings if it is the only one, shape (sites,)."""
        return np.asarray(self.table.sum(axis=0)).ravel()

    def served(self, chosen: Sequence[int]) -> Floats:
        """What the chosen sites bring to each territory, shape (territories,)."""
        if not len(chosen):
            return np.zeros(self.table.shape[0])
        part = self.table[:, list(chosen)].tocsr()
        return np.asarray(part.max(axis=1).todense()).ravel()

    def total(self, chosen: Sequence[int]) -> float:
        """What the chosen sites bring together."""
        return float(self.served(chosen).sum())

    def with_one_more(self, chosen: Sequence[int]) -> Floats:
        """What the chosen sites bring together with each further site, shape (sites,)."""
        best = self.served(chosen)
        more = np.maximum(self.table.data - best[self.table.indices], 0.0)
        return best.sum() + np.bincount(self.columns, more, minlength=self.table.shape[1])

    def in_order(self, chosen: Sequence[int]) -> Floats:
        """What each chosen site adds to those before it."""
        best, added = np.zeros(self.table.shape[0]), []
        for site in chosen:
            before = best.sum()
            rows, gains = self.of(site)
            best[rows] = np.maximum(best[rows], gains)
            added.append(best.sum() - before)
        return np.array(added)

    def of(self, site: int) -> tuple[Ints, Floats]:
        """The territories to which a site brings something, and what."""
        start, stop = self.table.indptr[site : site + 2]
        return self.table.indices[start:stop], self.table.data[start:stop]


@dataclass(frozen=True)
class Choice:
    """Sites that were chosen.

    Attributes:
        sites: columns of the gains, each the one that adds most to those before it.
        total: what they bring together.
        bound: no choice of as many sites brings more.
        exact: whether the bound was reached by a solver, so that nothing is better.
    """

    sites: tuple[int, ...]
    total: float
    bound: float
    exact: bool

    @property
    def share(self) -> float:
        """At least this share of the best possible, 0 to 1; 1 if nothing can be brought."""
        return min(1.0, self.total / self.bound) if self.bound > 0 else 1.0


def choose_sites(gains: Gains, count: int, *, most_exact: int) -> Choice:
    """Return the best `count` sites, or fewer if no more bring anything.

    Lazy greedy, improved by exchanges, gives a choice, and the relaxed problem a bound. If they
    differ, the integer programme of the candidates that can still be better is solved.

    Args:
        gains: of the candidates.
        count: of new sites, at least one.
        most_exact: entries up to which the integer programme is solved; 0: never.
    """
    chosen = exchange_sites(gains, choose_greedily(gains, count))
    total = gains.total(chosen)
    exact, bound = len(chosen) < count or not chosen, total
    if not exact:
        relaxed = relax(gains, count, total)
        part, places = narrowed(gains, relaxed.candidates, chosen)
        exact, bound = relaxed.bound <= total * (1 + TINY), relaxed.bound
        if not exact and part.table.nnz <= most_exact:
            solved = [int(places[site]) for site in solve_sites(part, count)]
            chosen, exact = better_of(gains, chosen, solved), True
    chosen = settle_ties(gains, chosen)
    total = gains.total(chosen)
    return Choice(by_size(gains, chosen), total, total if exact else max(bound, total), exact)


def next_best(gains: Gains, choice: Choice, *, most_exact: int) -> tuple[float, bool]:
    """Return what another choice of as many sites brings at most, and whether that is proven.

    Unproven, it is the best exchange of one site.
    """
    sites = list(choice.sites)
    if not sites:
        return 0.0, False
    change = exchanges(gains, sites)
    change[sites, :] = -np.inf
    site, place = divmod(int(np.argmax(change)), len(sites))
    if not np.isfinite(change[site, place]):
        return 0.0, False
    sites[place] = site
    total = gains.total(sites)
    if not (choice.exact and most_exact):
        return total, False
    part, places = narrowed(
        gains, relax(gains, len(sites), total).candidates, [*choice.sites, *sites]
    )
    if part.table.nnz > most_exact:
        return total, False
    forbidden = np.flatnonzero(np.isin(places, choice.sites)).tolist()
    solved = solve_sites(part, len(sites), forbidden=[forbidden])
    return max(total, gains.total([int(places[place]) for place in solved])), True


def narrowed(
    gains: Gains, candidates: NDArray[np.bool_], always: Sequence[int]
) -> tuple[Gains, Ints]:
    """Return the gains of some candidates and of those that are always kept, and their places."""
    kept = candidates.copy()
    kept[list(always)] = True
    places = np.flatnonzero(kept)
    return Gains(gains.table[:, places].tocsc()), places


def better_of(gains: Gains, first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Return the choice that brings more; the first if they bring the same."""
    return tuple(second if gains.total(second) > gains.total(first) * (1 + TINY) else first)


def by_size(gains: Gains, chosen: Sequence[int]) -> tuple[int, ...]:
    """Return the chosen sites, each the one that adds most to those before it."""
    order = sorted(chosen)
    part = Gains(gains.table[:, order].tocsc())
    placed = choose_greedily(part, len(order))
    rest = [place for place in range(len(order)) if place not in placed]
    return tuple(order[place] for place in (*placed, *rest))


def choose_greedily(gains: Gains, count: int, start: Sequence[int] = ()) -> tuple[int, ...]:
    """Add the site that brings most to those chosen before, again and again.

    Lazy evaluation (Minoux 1978): what a site adds never grows, so only those at the top are
    computed again. At least 1 − 1/e of the best possible (Nemhauser, Wolsey & Fisher 1978).

    Args:
        start: sites that are chosen already; they are not in the result.
    """
    best = gains.served(start)
    alone = gains.alone()
    queue = [(-alone[site], site, -1) for site in range(len(alone)) if site not in set(start)]
    heapq.heapify(queue)
    least = TINY * float(alone.max(initial=0.0))
    chosen: list[int] = []
    while queue and len(chosen) < count:
        added, site, checked = heapq.heappop(queue)
        if -added <= least:
            break
        rows, brought = gains.of(site)
        if checked == len(chosen):
            chosen.append(site)
            best[rows] = np.maximum(best[rows], brought)
            continue
        added = round(float(np.maximum(brought - best[rows], 0.0).sum()), 9)
        heapq.heappush(queue, (-added, site, len(chosen)))
    return tuple(chosen)


def exchanges(gains: Gains, chosen: Sequence[int]) -> Floats:
    """Return how the total changes if one site takes the place of a chosen one: (sites, chosen).

    Resende & Werneck (2004): what the new site adds, less what is lost with the old one, more what
    of that loss the new site takes over.
    """
    table, sites = gains.table, list(chosen)
    place, first, second = _best_two(table[:, sites].tocsc())
    rows, columns, data = table.indices, gains.columns, table.data
    width = table.shape[1]
    adds = np.bincount(columns, np.maximum(data - first[rows], 0.0), minlength=width)
    loses = np.bincount(place, first - second, minlength=len(sites))
    kept = np.clip(data, second[rows], first[rows]) - second[rows]
    taken = np.bincount(columns * len(sites) + place[rows], kept, minlength=width * len(sites))
    change = adds[:, None] - loses[None, :] + taken.reshape(width, len(sites))
    return np.asarray(change, dtype="float64")


def _best_two(part: sparse.csc_array) -> tuple[Ints, Floats, Floats]:
    """Return for each territory the column of its largest entry, that entry, and the next one."""
    columns = Gains(part).columns
    order = np.lexsort((columns, -part.data, part.indices))
    rows, columns, data = part.indices[order], columns[order], part.data[order]
    leads = np.ones(len(rows), dtype=bool)
    leads[1:] = rows[1:] != rows[:-1]
    follows = np.zeros(len(rows), dtype=bool)
    follows[1:] = leads[:-1] & ~leads[1:]
    place = np.zeros(part.shape[0], dtype="int64")
    first, second = np.zeros(part.shape[0]), np.zeros(part.shape[0])
    place[rows[leads]], first[rows[leads]] = columns[leads], data[leads]
    second[rows[follows]] = data[follows]
    return place, first, second


def exchange_sites(gains: Gains, chosen: Sequence[int], *, most: int = 1000) -> tuple[int, ...]:
    """Exchange one chosen site for another one, the best exchange first, while the total grows
    (Teitz & Bart 1968)."""
    sites = list(chosen)
    if not sites:
        return ()
    for _unused in range(most):
        change = exchanges(gains, sites)
        change[sites, :] = -np.inf
        best = int(np.argmax(change))
        site, place = divmod(best, len(sites))
        if change[site, place] <= TINY * max(gains.total(sites), 1.0):
            break
        sites[place] = site
    return tuple(sites)


def settle_ties(gains: Gains, chosen: Sequence[int]) -> tuple[int, ...]:
    """Replace chosen sites by equal ones with an earlier code, so that a tie has one answer."""
    sites = sorted(chosen)
    total = gains.total(sites)
    slack = TINY * max(total, 1.0)
    moved = True
    while moved and sites:
        moved = False
        change = exchanges(gains, sites)
        change[sites, :] = -np.inf
        for place, site in enumerate(sites):
            equal = np.flatnonzero(change[:site, place] >= -slack)
            if len(equal):
                sites[place] = int(equal[0])
                sites.sort()
                moved = True
                break
    return tuple(sites)


def solve_sites(
    gains: Gains, count: int, *, forbidden: Sequence[Sequence[int]] = ()
) -> tuple[int, ...]:
    """Return an optimal choice of `count` sites, by mixed-integer programming (HiGHS).

    The formulation is Elloumi's (2010): for each territory and each level of its gains, a variable
    says that no chosen site brings so much. It is as tight as one variable for each pair, and has
    three entries for each pair.

    Args:
        forbidden: choices that are not allowed, to find the next best.
    """
    from scipy.optimize import LinearConstraint

    matrix, cost = _programme(gains)
    sites = gains.table.shape[1]
    width = len(cost)
    rows = [matrix]
    low, high = np.zeros(matrix.shape[0]), np.full(matrix.shape[0], np.inf)
    low[_first_levels(gains)] = 1.0
    extra = sparse.lil_array((1 + len(forbidden), width))
    extra[0, :sites] = 1.0
    for number, choice in enumerate(forbidden, start=1):
        extra[number, list(choice)] = 1.0
    rows.append(extra.tocsr())
    low = np.concatenate([low, [count], np.zeros(len(forbidden))])
    high = np.concatenate([high, [count], [len(choice) - 1 for choice in forbidden]])
    integral = np.concatenate([np.ones(sites), np.zeros(width - sites)])
    solved = solve_programme(
        cost,
        constraints=LinearConstraint(sparse.vstack(rows, format="csr"), low, high),
        integrality=integral,
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        return ()
    return tuple(int(site) for site in np.flatnonzero(solved.x[:sites] > 0.5))


def _levels(gains: Gains) -> tuple[Ints, Ints, Ints, Floats]:
    """Order the stored entries by territory and falling gain.

    Returns:
        The territory, the site and the level of each entry (levels are counted over all
        territories), and the gain of each level.
    """
    rows, columns, data = gains.table.indices.astype("int64"), gains.columns, gains.table.data
    order = np.lexsort((columns, -data, rows))
    rows, columns, data = rows[order], columns[order], data[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (data[1:] != data[:-1])
    return rows, columns, np.cumsum(new) - 1, data[new]


def _first_levels(gains: Gains) -> Ints:
    rows, _columns, level, _gain = _levels(gains)
    new = np.ones(len(rows), dtype=bool)
    new[1:] = rows[1:] != rows[:-1]
    return level[new]


def _programme(gains: Gains) -> tuple[sparse.csr_array, Floats]:
    """Return one row for each level: what is not brought, plus the sites of the level, is at least
    what is not brought at the level before; and the cost of each variable (sites, then levels)."""
    rows, columns, level, gain = _levels(gains)
    sites, levels = gains.table.shape[1], len(gain)
    owner = np.zeros(levels, dtype="int64")
    owner[level] = rows
    follows = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    entries = (
        np.concatenate([np.ones(len(level)), np.ones(levels), -np.ones(len(follows))]),
        (
            np.concatenate([level, np.arange(levels), follows]),
            np.concatenate([columns, sites + np.arange(levels), sites + follows - 1]),
        ),
    )
    matrix = sparse.csr_array(entries, shape=(levels, sites + levels))
    beneath = np.zeros(levels)
    beneath[follows - 1] = gain[follows]
    return matrix, np.concatenate([np.zeros(sites), gain - beneath])


@dataclass(frozen=True)
class Relaxed:
    """What the relaxed problem tells.

    Attributes:
        bound: no choice brings more.
        candidates: the sites that can be in a choice that brings more than the known one.
    """

    bound: float
    candidates: NDArray[np.bool_]


def relax(gains: Gains, count: int, total: float, *, steps: int = 300) -> Relaxed:
    """Return an upper bound of what `count` sites can bring: that of the relaxed problem.

    The requirement that one site serves a territory is priced into the objective (Lagrangian
    relaxation; Cornuéjols, Fisher & Nemhauser 1977). Every price gives a valid bound, and the best
    one equals the bound of the linear programme. Prices are improved by a subgradient method. A
    site that would bring the bound below the known choice can be left out.

    Args:
        total: of a known choice.
    """
    table, columns = gains.table, gains.columns
    rows, data, width = table.indices, table.data, table.shape[1]
    most = np.asarray(table.max(axis=1).todense()).ravel()
    price, bound, pace, idle = most * 0.5, float(most.sum()), 1.5, 0
    candidates = np.ones(width, dtype=bool)
    for _unused in range(steps):
        excess = np.maximum(data - price[rows], 0.0)
        worth = np.bincount(columns, excess, minlength=width)
        top = np.argsort(-worth, kind="stable")[:count]
        value = float(price.sum() + worth[top].sum())
        forced = value + np.minimum(worth - worth[top[-1]], 0.0)
        candidates &= forced >= total * (1 - TINY)
        idle = 0 if value < bound * (1 - 1e-7) else idle + 1
        bound = min(bound, value)
        if bound <= total * (1 + TINY):
            break
        if idle >= 12:
            pace, idle = pace / 2, 0
        marked = np.zeros(width, dtype=bool)
        marked[top] = True
        served = np.bincount(rows[marked[columns] & (excess > 0)], minlength=table.shape[0])
        slope = 1.0 - served
        slope[(price <= 0) & (slope > 0)] = 0.0
        length = float(slope @ slope)
        if length == 0:
            break
        price = np.clip(price - pace * (value - total) / length * slope, 0.0, most)
    return Relaxed(max(bound, total), candidates)
