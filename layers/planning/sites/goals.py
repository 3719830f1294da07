"""Where the next sites serve most people: maximal coverage and the shortest mean distance.

Both goals are solved, because they differ: coverage looks after the most remote, the mean distance
after the many. Existing sites count and stay. `layers.planning.sites.location` chooses,
`layers.planning.distances` measures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _, ngettext, quantity
from zoneblanche.layers.planning.distances import (
    Floats,
    Pairs,
    Places,
    nearest_pairs,
    noisy,
    straight_pairs,
)
from zoneblanche.layers.planning.sites.location import (
    Choice,
    Gains,
    choose_greedily,
    choose_sites,
    exchange_sites,
    exchanges,
    next_best,
)

Goal = Literal["coverage", "distance"]
GOALS: tuple[Goal, ...] = ("coverage", "distance")
Method = Literal["auto", "exact", "greedy"]

REACH = 10.0
"""Beyond so many kilometres help is far, as in the flags."""
EXACT_PAIRS = 100_000
"""Gains up to which the integer programme is solved; above, greedy with the bound."""
MOST_PAIRS = 20_000_000
"""Pairs of a territory and a candidate that are held in memory."""
NOISE, NOISE_DRAWS, NOISE_SEED = 0.15, 40, 20260101
"""Spread of road lengths around a constant detour, and how often it is drawn."""
NEAR = 0.02
"""A site that costs the choice at most this share of what it brings could take the place."""
OTHERS = 4
"""Nearest existing sites that the noisy distances of a territory take into account."""


@dataclass(frozen=True)
class Problem:
    """Territories, the sites that exist and the candidates, and the distances between them.

    Attributes:
        people: of each territory (or another weight), ≥ 0.
        existing: pairs of each territory with the nearest existing sites.
        candidates: pairs of each territory with the candidates nearer than any existing site.
        sites: number of candidates.
        reach: distance up to which people are served.
        wide: candidates that may be nearer if distances are noisy; None if that is not computed.
        near: pairs of each territory and the candidates within reach, existing sites or not; None
            if that is not needed.
    """

    people: Floats
    existing: Pairs
    candidates: Pairs
    sites: int
    reach: float
    wide: Pairs | None = None
    near: Pairs | None = None

    def now(self) -> Floats:
        """The distance from each territory to the nearest existing site; infinite without one."""
        return self.existing.nearest(len(self.people))

    def then(self, chosen: Sequence[int]) -> Floats:
        """The same with the chosen candidates."""
        taken = self.candidates.take(np.isin(self.candidates.site, list(chosen)))
        return np.minimum(self.now(), taken.nearest(len(self.people)))

    def gains(self, goal: Goal) -> Gains:
        """What each candidate alone brings: people, or people × distance."""
        return gains_of(self, self.now(), self.candidates, goal)


@dataclass(frozen=True)
class Served:
    """How people are served.

    Attributes:
        near: people within reach; beyond: the others.
        mean: distance, over the people that any site serves.
        unserved: people that no site serves at any distance.
    """

    near: float
    beyond: float
    mean: float
    unserved: float

    @property
    def beyond_percent(self) -> float:
        """Share of the people beyond reach."""
        return 100 * self.beyond / (self.near + self.beyond)


@dataclass(frozen=True)
class Answer:
    """The choice for one goal.

    Attributes:
        goal: of the choice.
        choice: candidates by position.
        now, then: how people are served without and with them.
        table: index: position of each chosen candidate; float64 columns `people_alone`,
            `people_in_order`, `distance_alone`, `distance_in_order` (people × distance saved) and
            `kept_percent` (draws of noisy distances that choose it too; NaN if not computed).
        next_best: what the best other choice brings, or the best exchange of one site.
        next_is_exact: whether no other choice brings more than that.
        replaceable: by chosen candidate, those that could take its place for at most 2 % less.
        another: the best further site and what it brings, or None.
    """

    goal: Goal
    choice: Choice
    now: Served
    then: Served
    table: pd.DataFrame
    next_best: float
    next_is_exact: bool
    replaceable: dict[int, tuple[int, ...]] = field(default_factory=dict)
    another: tuple[int, float] | None = None


def straight_problem(
    middles: Places,
    people: Floats,
    *,
    existing: Places,
    candidates: Places,
    inner_km: Floats,
    reach: float = REACH,
    detour: float = 1.0,
    chosen: bool = False,
) -> Problem:
    """Return the problem in straight kilometres, `detour` included.

    Args:
        chosen: whether the candidates are chosen by the user, who is told of those that nobody
            reaches.

    Raises:
        InputError: no site exists, and there are too many pairs of a territory and a candidate.
    """
    near = nearest_pairs(middles, existing, inner_km=inner_km, detour=detour, others=OTHERS)
    now = near.nearest(len(middles))
    if not np.isfinite(now).all():
        _check_pairs(middles, candidates, now)

    def within(limit: Floats) -> Pairs:
        return straight_pairs(
            middles, candidates, within_km=limit, inner_km=inner_km, detour=detour
        )

    pairs = within(now)
    wide = within(now * np.exp(3 * NOISE)) if len(pairs) <= EXACT_PAIRS else None
    close = within(np.full(len(middles), reach)) if chosen else None
    return Problem(people, near, pairs, len(candidates), reach, wide, close)


def _check_pairs(middles: Places, candidates: Places, now: Floats) -> None:
    far = middles.part[~np.isfinite(now)]
    counts = pd.Series(candidates.part).value_counts()
    pairs = int(sum(counts.get(part, 0) for part in far))
    if pairs > MOST_PAIRS:
        raise InputError(
            Fault(
                _(
                    "no site exists, and {pairs} pairs of a territory and a candidate are too many "
                    "to compare.",
                    pairs=quantity(pairs),
                ),
                remedy=_("Plan a part with --within, or name fewer candidates."),
                kind="too-many",
            )
        )


def gains_of(problem: Problem, now: Floats, pairs: Pairs, goal: Goal) -> Gains:
    """Return what each candidate alone brings, by the distances of today and of the pairs.

    Where no site serves a territory yet, the kilometres saved count from the longest distance of
    all pairs.
    """
    most = float(pairs.distance.max(initial=0.0))
    today = np.where(np.isfinite(now), now, most)[pairs.territory]
    people = problem.people[pairs.territory]
    if goal == "coverage":
        reached = (pairs.distance <= problem.reach) & (now[pairs.territory] > problem.reach)
        brought = people * reached
    else:
        brought = people * np.maximum(today - pairs.distance, 0.0)
    some = brought > 0
    shape = (len(problem.people), problem.sites)
    entries = (brought[some], (pairs.territory[some], pairs.site[some]))
    table = sparse.csc_array(entries, shape=shape)
    table.sort_indices()
    return Gains(table)


def served(problem: Problem, distance: Floats) -> Served:
    """Return how people are served at these distances."""
    people, reachable = problem.people, np.isfinite(distance)
    near = float(people[distance <= problem.reach].sum())
    total = float(people[reachable].sum())
    mean = float(people[reachable] @ distance[reachable]) / total if total else float("nan")
    return Served(near, float(people.sum()) - near, mean, float(people[~reachable].sum()))


def check_reached(problem: Problem, pairs: Pairs, label: Callable[[int], str]) -> None:
    """Refuse candidates of a file near which nobody lives.

    Args:
        pairs: of each territory and the candidates within reach, existing sites or not.
        label: of a candidate.

    Raises:
        InputError: naming them.
    """
    near = (pairs.distance <= problem.reach) & (problem.people[pairs.territory] > 0)
    reached = np.isin(np.arange(problem.sites), pairs.site[near])
    lost = [label(int(place)) for place in np.flatnonzero(~reached)]
    if lost:
        raise InputError(
            Fault(
                ngettext(
                    "nobody can reach {count} candidate within {reach} (first: {first}).",
                    "nobody can reach {count} candidates within {reach} (first: {first}).",
                    len(lost),
                    reach=quantity(problem.reach),
                    first=first_of(lost),
                ),
                remedy=_("Leave them out, or raise --reach."),
                kind="unreached",
            )
        )


def answer(problem: Problem, goal: Goal, count: int, *, method: Method = "auto") -> Answer:
    """Choose `count` sites for one goal.

    Args:
        method: "auto" solves exactly up to `EXACT_PAIRS` gains of the candidates that matter;
            "exact" refuses what is not; "greedy" never does.

    Raises:
        InputError: no candidate brings anything; or an exact answer is asked of too many pairs.
    """
    gains = problem.gains(goal)
    most = 0 if method == "greedy" else EXACT_PAIRS
    choice = choose_sites(gains, count, most_exact=most)
    if method == "exact" and not choice.exact:
        raise InputError(
            Fault(
                _(
                    "{pairs} pairs of a territory and a site are too many for an exact answer.",
                    pairs=quantity(int(gains.table.nnz)),
                ),
                remedy=_("Plan a smaller part with --within, or leave --method out."),
                kind="too-many",
            )
        )
    runner_up, settled = next_best(gains, choice, most_exact=most)
    kept = _kept(problem, goal, choice) if problem.wide is not None else None
    return Answer(
        goal=goal,
        choice=choice,
        now=served(problem, problem.now()),
        then=served(problem, problem.then(choice.sites)),
        table=_table(problem, choice, kept),
        next_best=runner_up,
        next_is_exact=settled,
        replaceable=_replaceable(gains, choice),
        another=_another(gains, choice),
    )


def _replaceable(gains: Gains, choice: Choice) -> dict[int, tuple[int, ...]]:
    if not choice.sites:
        return {}
    change = exchanges(gains, choice.sites)
    change[list(choice.sites), :] = -np.inf
    near = change >= -NEAR * choice.total
    alternatives = {}
    for place, site in enumerate(choice.sites):
        others = np.flatnonzero(near[:, place])
        order = others[np.argsort(-np.round(change[others, place], 6), kind="stable")]
        alternatives[site] = tuple(int(place) for place in order)
    return alternatives


def _another(gains: Gains, choice: Choice) -> tuple[int, float] | None:
    more = choose_greedily(gains, 1, choice.sites)
    if not more:
        return None
    return more[0], gains.total([*choice.sites, more[0]]) - choice.total


def _table(problem: Problem, choice: Choice, kept: Floats | None) -> pd.DataFrame:
    cover, nearer = problem.gains("coverage"), problem.gains("distance")
    sites = list(choice.sites)
    return pd.DataFrame(
        {
            "people_alone": cover.alone()[sites],
            "people_in_order": cover.in_order(sites),
            "distance_alone": nearer.alone()[sites],
            "distance_in_order": nearer.in_order(sites),
            "kept_percent": np.full(len(sites), np.nan) if kept is None else kept,
        },
        index=pd.Index(sites, name="candidate"),
        dtype="float64",
    )


def _kept(problem: Problem, goal: Goal, choice: Choice) -> Floats:
    """Return how often each chosen site is chosen again with noisy distances, in percent."""
    assert problem.wide is not None
    again = np.zeros(len(choice.sites))
    for draw in range(NOISE_DRAWS):
        existing = noisy(problem.existing, spread=NOISE, seed=(NOISE_SEED, draw, 0))
        wide = noisy(problem.wide, spread=NOISE, seed=(NOISE_SEED, draw, 1))
        now = existing.nearest(len(problem.people))
        gains = gains_of(problem, now, wide, goal)
        chosen = exchange_sites(gains, choose_greedily(gains, len(choice.sites)))
        again += np.isin(choice.sites, chosen)
    return 100 * again / NOISE_DRAWS
