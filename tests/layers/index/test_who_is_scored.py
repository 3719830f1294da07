"""Required parts, inhabitants, bounds of what is missing, and estimates by regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.explain import explain
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe, Regression
from zoneblanche.layers.index.recipe.record import recipe_as_dict, recipe_from_dict
from zoneblanche.layers.index.steps.regress import estimate

NAN = float("nan")
MakeAtlas = Callable[..., Atlas]


def recipe(**table: Any) -> Recipe:
    options = {"draws": 0, "min_available": 0.0, "goalposts": [0, 100], **table}
    return recipe_from_table(options, file="r.toml")


@pytest.fixture
def five(make_atlas: MakeAtlas) -> Atlas:
    """`d` lacks `b`, `e` lacks `a`, nobody lives in `c`."""
    table = pd.DataFrame(
        {
            "a": [10.0, 50.0, 90.0, 30.0, NAN],
            "b": [20.0, 40.0, 60.0, NAN, 70.0],
            "c": [30.0, 90.0, 0.0, 60.0, 50.0],
        },
        index=list("abcde"),
    )
    atlas = make_atlas(table)
    facts = atlas.territories.facts.assign(population=[100.0, 200.0, 0.0, 50.0, 10.0])
    return replace(atlas, territories=replace(atlas.territories, facts=facts))


def test_a_score_needs_the_required_parts(five: Atlas) -> None:
    weights = {"a": 2, "b": 1, "c": 1}
    made = compute_index(five, recipe(weights=weights, required=["a"]))
    expected = [17.5, 57.5, 60.0, 40.0, NAN]
    np.testing.assert_allclose(made.values["index"], expected)
    assert made.reasons["index"].tolist() == [0, 0, 0, 0, Reason.TOO_FEW]
    made = compute_index(five, recipe(weights=weights, min_dimensions=3))
    np.testing.assert_array_equal(made.values["index"].isna(), [False, False, False, True, True])


def test_nobody_lives_there(five: Atlas) -> None:
    made = compute_index(five, recipe(weights={"a": 1, "b": 1, "c": 1}, inhabited=True))
    assert made.values["index"].isna().tolist() == [False, False, True, False, False]
    assert "sans habitants" in made.indicator("index").method_in("fr")


def test_bounds_instead_of_a_rank(five: Atlas) -> None:
    table = {"weights": {"a": 2, "b": 1, "c": 1}, "orientation": "worse"}
    ranked = compute_index(five, recipe(**table))
    assert ranked.intervals["index"]["rank"].notna().all()
    made = compute_index(five, recipe(**table, incomplete="unranked"))
    np.testing.assert_array_equal(made.values["index"], ranked.values["index"])
    interval = made.intervals["index"]
    # 82.5, 42.5 and 40 of the complete ones.
    assert interval["rank"].tolist()[:3] == [1.0, 2.0, 3.0]
    assert interval["rank"].isna().tolist() == [False, False, False, True, True]
    # d: (2·70 + b + 40)/4 with b from 0 to 100; e: (2·a + 30 + 50)/4.
    bounds = interval[["bound_low", "bound_high"]].to_numpy()
    np.testing.assert_allclose(bounds[3:], [[45.0, 70.0], [20.0, 70.0]])
    assert np.isnan(bounds[:3]).all()
    assert np.isnan(explain(made, "d", "index").rank)
    drawn = compute_index(five, recipe(**table, incomplete="unranked", draws=50))
    interval = drawn.intervals["index"]
    assert interval.loc[["a", "b", "c"], "rank_high"].max() <= 3
    assert interval.loc[["d", "e"], ["rank_low", "score_low"]].isna().all(axis=None)


def test_ties_are_counted(make_atlas: MakeAtlas) -> None:
    made = compute_index(
        make_atlas(pd.DataFrame({"a": [1.0, 5.0, 5.0, 5.0, NAN]})), recipe(weights={"a": 1})
    )
    assert made.intervals["index"]["tied"].tolist()[:4] == [0.0, 2.0, 2.0, 2.0]
    assert np.isnan(made.intervals["index"]["tied"].iloc[4])


def estimated(how: Regression, column: list[float], **facts: list[float]) -> list[float]:
    table = pd.DataFrame(facts)
    context = Context(facts=table, parents=pd.DataFrame({"epci": list("xxxyyy")[: len(column)]}))
    return estimate(pd.Series(column, name="y"), how, context).tolist()


def test_an_exact_line_is_found() -> None:
    estimate = estimated(Regression({"x": "linear"}), [1.0, 3.0, NAN, 7.0], x=[0.0, 1.0, 2.0, 3.0])
    np.testing.assert_allclose(estimate, [NAN, NAN, 5.0, NAN])
    # ln y = 1 + 2·ln x
    x = [1.0, 2.0, 3.0, 4.0]
    y = [np.e, 4 * np.e, NAN, 16 * np.e]
    how = Regression({"x": "log"}, scale="log")
    np.testing.assert_allclose(estimated(how, y, x=x)[2], 9 * np.e)


def test_the_mean_of_a_group_is_shrunk() -> None:
    how = Regression({}, group="epci", shrink=1.0)
    column = [10.0, 10.0, NAN, 40.0, 40.0, 40.0]
    # The mean of all is 28, of x (2·10 + 28)/3 = 16, of y (3·40 + 28)/4 = 37: a line through
    # (16, 10) and (37, 40).
    np.testing.assert_allclose(estimated(how, column)[2], 10.0)
    unshrunk = Regression({}, group="epci", shrink=0.0)
    np.testing.assert_allclose(estimated(unshrunk, column)[2], 10.0)


def test_rows_without_a_regressor_stay_missing() -> None:
    how = Regression({"x": "log"})
    estimate = estimated(how, [1.0, 2.0, 3.0, NAN, NAN], x=[1.0, 2.0, 4.0, 0.0, NAN])
    assert np.isnan(estimate).all()


def test_too_few_rows_and_unknown_regressors_are_refused() -> None:
    with pytest.raises(InputError, match="known with all its regressors in 2 rows"):
        estimated(Regression({"x": "linear"}), [1.0, 2.0, NAN], x=[0.0, 1.0, 2.0])
    with pytest.raises(InputError, match="needs 'z', which is not known"):
        estimated(Regression({"z": "linear"}), [1.0, 2.0, NAN], x=[0.0, 1.0, 2.0])


def test_only_secret_cells_are_estimated(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame({"a": [10.0, 30.0, 50.0, NAN, NAN], "b": 10.0, "x": [1.0, 2, 3, 4, 5]})
    atlas = make_atlas(table, x=None)
    reasons = atlas.reasons.assign(a=[0, 0, 0, Reason.SECRET, Reason.NOT_PUBLISHED])
    atlas = replace(atlas, reasons=reasons.astype("int8"))
    options = {"a": {"regression": {"on": {"x": "linear"}}}}
    weights = {"a": 3, "b": 1}
    made = compute_index(atlas, recipe(weights=weights, indicators=options, incomplete="unranked"))
    np.testing.assert_allclose(made.values["index"], [10.0, 25.0, 40.0, 55.0, 10.0])
    assert made.intervals["index"]["rank"].isna().tolist() == [False] * 4 + [True]
    assert made.intervals["index"]["estimated"].tolist() == [0, 0, 0, 1, 0]
    np.testing.assert_array_equal(made.values["a"], table["a"])
    assert "imputed: regression" in explain(made, "3", "index").parts["done"].iloc[0]
    kept = made.recipes["index"]
    assert recipe_from_dict(recipe_as_dict(kept)) == kept


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"required": ["z"]}, "'z' is not a child of the index"),
        ({"min_dimensions": 3}, "the index has 2 children"),
        ({"indicators": {"a": {"impute": "regression"}}}, "go together"),
        (
            {"indicators": {"a": {"regression": {"reasons": ["lost"]}}}},
            "'lost' is not a reason for a missing cell",
        ),
        ({"incomplete": "left"}, "not a choice here"),
    ],
)
def test_options_that_do_not_fit(table: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        recipe(weights={"a": 1, "b": 1}, **table)
