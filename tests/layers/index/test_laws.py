"""Laws that hold for any figures."""

from __future__ import annotations

from math import fsum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.index.explain import explain_row
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.score import Scored, resolve, score
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.indicator import Indicator

NAMES = ["a", "b", "c", "d"]
INDICATORS = {name: Indicator(name, name, better="higher") for name in NAMES}
MEANS = ("arithmetic", "geometric", "harmonic", "generalised", "median")

figure = st.one_of(st.floats(0, 100, allow_subnormal=False).map(lambda x: round(x, 3)), st.none())
tables = st.lists(st.lists(figure, min_size=4, max_size=4), min_size=2, max_size=12).map(
    lambda rows: pd.DataFrame(rows, columns=NAMES, dtype="float64").set_axis(
        [f"{number:02d}" for number in range(len(rows))]
    )
)
weights = st.lists(st.integers(1, 9), min_size=4, max_size=4)


def made(mean: str, w: list[int], **options: Any) -> Recipe:
    table = {
        "aggregate": mean,
        "power": 2,
        "range": [1, 100],
        "goalposts": [0, 100],
        "min_available": 0.5,
        "dimensions": {"x": {"weights": {"a": w[0], "b": w[1]}}, "y": {"weights": {"c": w[2]}}},
        "indicators": {"b": {"better": "lower"}},
        "weights": {"x": w[3], "y": 1},
        "draws": 0,
        **options,
    }
    recipe = recipe_from_table(table, file="law.toml", indicators=INDICATORS)
    return resolve(recipe, INDICATORS)


def scored(values: pd.DataFrame, recipe: Recipe) -> Scored | None:
    """None where nobody has enough figures: that is refused, and tried elsewhere."""
    try:
        return score(values, recipe)
    except InputError:
        return None


@settings(deadline=None, max_examples=25)
@given(tables, weights, st.sampled_from(MEANS), st.sampled_from(["better", "worse"]))
def test_scores_stay_within_their_bounds(
    values: pd.DataFrame, w: list[int], mean: str, orientation: str
) -> None:
    computed = scored(values, made(mean, w, orientation=orientation))
    if computed is not None:
        known = computed.scores.to_numpy()[~np.isnan(computed.scores.to_numpy())]
        assert ((known >= 1) & (known <= 100)).all()


@settings(deadline=None, max_examples=25)
@given(tables, weights, st.sampled_from((*MEANS, "copeland", "bod")), st.randoms())
def test_the_order_of_rows_does_not_matter(
    values: pd.DataFrame, w: list[int], mean: str, random: Any
) -> None:
    recipe = made(mean, w)
    computed = scored(values, recipe)
    if computed is None:
        return
    order = list(values.index)
    random.shuffle(order)
    shuffled = score(values.loc[order], recipe)
    np.testing.assert_allclose(shuffled.index[values.index], computed.index, rtol=1e-12)
    pd.testing.assert_series_equal(rank(shuffled.index)[values.index], rank(computed.index))


@settings(deadline=None, max_examples=25)
@given(tables, weights, st.sampled_from(MEANS), st.integers(0, 3), st.floats(0, 50))
def test_improving_an_indicator_never_worsens_a_score(
    values: pd.DataFrame, w: list[int], mean: str, which: int, step: float
) -> None:
    recipe = made(mean, w)
    before = scored(values, recipe)
    if before is None:
        return
    name = NAMES[which]
    better = values.copy()
    better.iloc[0, which] += -step if name == "b" else step
    after = score(better, recipe)
    code = values.index[0]
    assert not after.index[code] < before.index[code] - 1e-9
    others = values.index[1:]
    pd.testing.assert_series_equal(after.index[others], before.index[others])


@settings(deadline=None, max_examples=20)
@given(tables, weights, st.sampled_from(MEANS), st.sampled_from(["better", "worse"]))
def test_contributions_sum_to_the_score(
    values: pd.DataFrame, w: list[int], mean: str, orientation: str
) -> None:
    computed = scored(values, made(mean, w, orientation=orientation))
    if computed is None:
        return
    for code in computed.index.dropna().index:
        explanation = explain_row(computed, values, code)
        parts = explanation.parts["contribution"]
        assert fsum([explanation.reference, *parts]) == pytest.approx(explanation.score, abs=1e-12)
        unknown = explanation.parts["normalised"].isna()
        assert (parts[unknown] == 0).all()
        assert fsum(explanation.parts["weight"]) == pytest.approx(1.0)
        if mean == "arithmetic" and orientation == "better":
            assert explanation.reference == 0.0
            np.testing.assert_allclose(
                parts[~unknown],
                (explanation.parts["weight"] * explanation.parts["normalised"])[~unknown],
            )


@settings(deadline=None, max_examples=20)
@given(tables, st.sampled_from(["arithmetic", "geometric"]))
def test_whole_weights_are_shares(values: pd.DataFrame, mean: str) -> None:
    one, ten = made(mean, [1, 2, 3, 4]), made(mean, [10, 20, 30, 4])
    first, second = scored(values, one), scored(values, ten)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        np.testing.assert_allclose(first.index, second.index)
