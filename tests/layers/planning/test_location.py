"""Choosing sites, held to trying every choice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from zoneblanche.layers.planning.sites.location import (
    Gains,
    choose_greedily,
    choose_sites,
    exchange_sites,
    exchanges,
    next_best,
    relax,
    settle_ties,
    solve_sites,
)

CANDIDATES = 12


def gains_of(table: np.ndarray) -> Gains:
    return Gains(sparse.csc_array(table))


def towns(seed: int, goal: str) -> np.ndarray:
    """Gains of twelve candidates for up to 25 towns in the unit square."""
    random = np.random.default_rng(seed)
    count = int(random.integers(5, 25))
    people = random.integers(1, 60, count).astype("float64")
    here, there = random.random((count, 1, 2)), random.random((1, CANDIDATES, 2))
    away = np.hypot(*np.moveaxis(here - there, 2, 0))
    return people[:, None] * ((away < 0.3) if goal == "coverage" else np.maximum(0.4 - away, 0))


def by_trying(table: np.ndarray, count: int) -> list[float]:
    """What every choice of so many candidates brings, the best first."""
    return sorted(
        (
            float(table[:, list(chosen)].max(axis=1).sum())
            for chosen in combinations(range(CANDIDATES), count)
        ),
        reverse=True,
    )


@pytest.mark.parametrize("goal", ["coverage", "distance"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_all_subsets_of_twelve_candidates(goal: str, count: int) -> None:
    for seed in range(5):
        table = towns(seed, goal)
        gains, tried = gains_of(table), by_trying(table, count)
        exact = choose_sites(gains, count, most_exact=10_000)
        assert exact.exact
        assert exact.total == pytest.approx(tried[0])
        assert exact.bound == exact.total
        fast = choose_sites(gains, count, most_exact=0)
        greedy = gains.total(choose_greedily(gains, count))
        assert greedy - 1e-9 <= fast.total <= tried[0] + 1e-9 <= fast.bound + 2e-9
        assert fast.share <= 1
        if len(exact.sites) == count:
            second, proven = next_best(gains, exact, most_exact=10_000)
            assert proven
            assert second == pytest.approx(tried[1])


@pytest.mark.parametrize("goal", ["coverage", "distance"])
def test_the_solver_alone(goal: str) -> None:
    """Without the greedy choice before it, and without the reduction."""
    for seed in range(5):
        table = towns(seed, goal)
        solved = solve_sites(gains_of(table), 3)
        assert len(solved) == 3
        assert gains_of(table).total(solved) == pytest.approx(by_trying(table, 3)[0])


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(["coverage", "distance"]), st.integers(1, 4))
def test_no_choice_is_above_the_bound(seed: int, goal: str, count: int) -> None:
    table = towns(seed, goal)
    gains = gains_of(table)
    greedy = choose_greedily(gains, count)
    relaxed = relax(gains, count, gains.total(greedy))
    best = by_trying(table, count)[0]
    assert relaxed.bound >= best - 1e-6
    # What is left out cannot be in a better choice than the known one.
    for chosen in combinations(range(CANDIDATES), count):
        if gains.total(chosen) > gains.total(greedy) + 1e-6:
            assert relaxed.candidates[list(chosen)].all()


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(["coverage", "distance"]))
def test_an_exchange_is_what_it_says(seed: int, goal: str) -> None:
    gains = gains_of(towns(seed, goal))
    chosen = (2, 5, 7)
    change = exchanges(gains, chosen)
    for site in set(range(CANDIDATES)) - set(chosen):
        for place in range(3):
            other = [site if at == place else one for at, one in enumerate(chosen)]
            assert gains.total(other) - gains.total(chosen) == pytest.approx(change[site, place])


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_exchanges_never_make_it_worse(seed: int, count: int) -> None:
    gains = gains_of(towns(seed, "distance"))
    greedy = choose_greedily(gains, count)
    assert gains.total(exchange_sites(gains, greedy)) >= gains.total(greedy)


def test_greedy_is_below_the_best_where_it_is_known_to_be() -> None:
    """The middle site covers most alone, and the two at the ends cover all."""
    table = np.array([[0, 1, 0], [2, 2, 0], [0, 2, 2], [0, 0, 1.0]])
    table[0, 0] = table[3, 2] = 1.0
    gains = gains_of(np.column_stack([table[:, 0], table[:, 2], table[:, 1]]))
    assert choose_greedily(gains, 1) == (2,)
    assert choose_sites(gains, 2, most_exact=100).total == 6.0


def test_equal_sites_are_settled_by_their_order() -> None:
    same = gains_of(np.array([[3.0, 3, 3, 0], [0, 0, 0, 1]]))
    assert choose_greedily(same, 2) == (0, 3)
    assert settle_ties(same, [2, 3]) == (0, 3)
    assert choose_sites(same, 2, most_exact=100).sites == (0, 3)


def test_no_more_sites_than_bring_something() -> None:
    few = gains_of(np.array([[3.0, 2, 0, 0], [0, 0, 0, 0]]))
    chosen = choose_sites(few, 3, most_exact=100)
    assert (chosen.sites, chosen.total, chosen.exact) == ((0,), 3.0, True)
    none = choose_sites(gains_of(np.zeros((2, 4))), 2, most_exact=100)
    assert (none.sites, none.total, none.share) == ((), 0.0, 1.0)


def test_what_each_adds_in_order_sums_to_the_whole() -> None:
    gains = gains_of(towns(3, "distance"))
    chosen = choose_sites(gains, 4, most_exact=10_000)
    added = gains.in_order(chosen.sites)
    assert added.sum() == pytest.approx(chosen.total)
    assert (np.diff(added) <= 1e-9).all()
    assert (added <= gains.alone()[list(chosen.sites)] + 1e-9).all()
