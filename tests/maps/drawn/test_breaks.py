"""Classes: every figure in exactly one, as full, as wide or as tight as the method says."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.maps.drawn.breaks import (
    METHODS,
    classify,
    custom_breaks,
    equal_breaks,
    goalpost_breaks,
    jenks_breaks,
    quantile_breaks,
)

figures = st.lists(st.integers(-1000, 1000), min_size=1, max_size=60).map(
    lambda numbers: np.array(numbers) / 10
)


@pytest.mark.parametrize("method", METHODS)
@given(values=figures)
def test_breaks_rise_and_leave_no_class_empty_at_the_ends(method: str, values: np.ndarray) -> None:
    breaks = METHODS[method](values)
    assert breaks == sorted(set(breaks))
    classes = classify(values, breaks)
    assert classes.min() >= 0 and classes.max() <= len(breaks)
    if breaks:
        assert (classes == 0).any() and (classes == len(breaks)).any()


@given(values=figures)
def test_row_order_does_not_matter(values: np.ndarray) -> None:
    for method in METHODS.values():
        assert method(values) == method(values[::-1])


@given(st.lists(st.integers(0, 10_000), min_size=60, max_size=200, unique=True))
def test_quantiles_of_distinct_figures_are_equally_full(values: list[int]) -> None:
    classes = classify(np.array(values, float), quantile_breaks(np.array(values, float), digits=0))
    counts = np.bincount(classes)
    assert len(counts) == 6
    assert counts.max() - counts.min() <= 1


def test_a_figure_that_most_share_has_a_class_of_its_own() -> None:
    values = np.array([0.0] * 70 + list(range(1, 31)))
    breaks = quantile_breaks(values, digits=0)
    assert breaks[0] == 1.0
    assert np.bincount(classify(values, breaks))[0] == 70
    assert len(breaks) == 5


def test_constant_and_empty_columns_have_one_class() -> None:
    for method in METHODS.values():
        assert method(np.array([5.0, 5.0, np.nan])) == []
        assert method(np.array([np.nan])) == []


@given(st.lists(st.integers(0, 200), min_size=4, max_size=14, unique=True))
def test_jenks_is_the_best_of_all_partitions(numbers: list[int]) -> None:
    values = np.sort(np.array(numbers, dtype=float))

    def within(cuts: tuple[int, ...]) -> float:
        groups = np.split(values, cuts)
        return float(sum(((group - group.mean()) ** 2).sum() for group in groups))

    breaks = jenks_breaks(values, classes=3, digits=0)
    cuts = tuple(np.searchsorted(values, breaks))
    best = min(within(pair) for pair in combinations(range(1, len(values)), 2))
    assert within(cuts) == pytest.approx(best, abs=1e-6)


def test_jenks_of_many_figures_finds_the_gaps() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(middle, 1, 2000) for middle in (0, 50, 100)])
    low, high = jenks_breaks(values, classes=3, digits=3)
    assert 5 < low < 50 and 55 < high < 100


def test_jenks_of_figures_whose_squares_are_infinite() -> None:
    assert jenks_breaks(np.array([0.0, 1.0, 9e199, 1e200]), classes=2, digits=0) == [9e199]


def test_equal_widths_and_goalposts() -> None:
    assert equal_breaks(np.array([10.0, 70.0]), classes=6, digits=0) == [20, 30, 40, 50, 60]
    assert goalpost_breaks(0, 50, classes=5, digits=0) == [10, 20, 30, 40]


def test_given_breaks_must_rise() -> None:
    assert custom_breaks([1, 2.5]) == [1.0, 2.5]
    with pytest.raises(InputError, match="must rise"):
        custom_breaks([1, 1])


def test_missing_figures_are_in_no_class() -> None:
    assert classify(np.array([np.nan, np.inf, 1.0]), [0.5]).tolist() == [-1, -1, 1]
