"""The steps alone: what they do to every cell, and what they say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.consistency import (
    alpha_by_dimension,
    correlation_flags,
    effective_weights,
    nominal_weights,
)
from zoneblanche.layers.index.explain import explain, explain_row
from zoneblanche.layers.index.recipe.load import read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Element, Treat
from zoneblanche.layers.index.score import resolve, score
from zoneblanche.layers.index.steps.benefit_of_doubt import benefit_of_doubt
from zoneblanche.layers.index.steps.copeland import copeland
from zoneblanche.layers.index.steps.impute import impute
from zoneblanche.layers.index.steps.normalise import normalise
from zoneblanche.layers.index.steps.screen import screen
from zoneblanche.layers.index.steps.step import labels, labels_where
from zoneblanche.layers.index.steps.treat import Limits, treat, winsorise
from zoneblanche.layers.index.steps.weight import principal_components, weigh
from zoneblanche.layers.index.uncertainty.remove import remove_each, without
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.presence.rpnt import LEVELS

NAN = float("nan")


def recipe(**table: Any) -> Any:
    return recipe_from_table({"draws": 0, **table}, file="r.toml", indicators=None)


def directed(table: dict[str, Any], names: str) -> Any:
    indicators = {name: Indicator(name, name, better="higher") for name in names}
    return resolve(recipe(**table), indicators)


def test_screening_keeps_the_rows() -> None:
    values = pd.DataFrame({"a": [1.0, NAN, 0.0], "b": [2.0, NAN, 0.0]}, index=list("xyz"))
    step = screen(values, min_available=0.5)
    assert step.details["kept"].tolist() == [True, False, True]
    assert list(step.values.index) == list("xyz")
    assert step.done_to("y") == dict.fromkeys("ab", "too few indicators known")
    nonzero = screen(values, min_available=0.5, min_nonzero=0.1)
    assert nonzero.details["kept"].tolist() == [True, False, False]


def test_the_first_action_of_a_cell_counts() -> None:
    index = pd.Index(list("abcd"))
    rows = {"z": np.array([True, True, False, False]), "y": np.array([False, True, True, False])}
    actions = labels_where(index, {**rows, "x": np.zeros(4, dtype="bool")})
    pd.testing.assert_series_equal(actions, labels(index, ["z", "z", "y", ""]))
    every = labels_where(index[:2], {"z": rows["z"][:2]})
    pd.testing.assert_series_equal(every, labels(index[:2], ["z", "z"]))


def test_imputation_says_what_it_filled() -> None:
    values = pd.DataFrame(
        {"a": [1.0, NAN, 5.0, NAN], "b": [1.0, 2.0, 3.0, 4.0]}, index=list("wxyz")
    )
    groups = pd.Series(["g", "g", "h", None], index=values.index)
    step = impute(values, {"a": "group-mean", "b": "mean"}, groups=groups)
    np.testing.assert_array_equal(step.values["a"], [1.0, 1.0, 5.0, NAN])
    assert step.counts() == {"a": {"imputed: group-mean": 1}}
    assert step.details.loc["a", ["missing", "filled", "left"]].tolist() == [2, 1, 1]
    with pytest.raises(InputError, match="needs groups"):
        impute(values, {"a": "group-mean"})


def test_winsorising_stops_at_its_limit() -> None:
    zeros_and_ones = np.array([0.0] * 95 + [1.0] * 5 + [1.0])
    x, done, moved, _ = winsorise(zeros_and_ones, Limits())
    assert moved == 0
    assert not any(done)
    np.testing.assert_array_equal(x, zeros_and_ones)
    tail = np.array([*range(1, 11), 30.0, 100.0])
    x, done, moved, _ = winsorise(tail, Limits())
    assert (x.max(), moved) == (30.0, 1)
    assert done[-1] == "winsorised: high"
    x, done, moved, _ = winsorise(-tail, Limits())
    assert (x.min(), done[-1]) == (-30.0, "winsorised: low")


def test_treatments_on_a_missing_cell_and_a_flat_column() -> None:
    values = pd.DataFrame({"a": [0.0, 1.0, NAN, 9.0], "b": [3.0] * 4})
    methods: dict[str, Treat] = {"a": "log", "b": "log"}
    step = treat(values, methods, limits=Limits())
    np.testing.assert_allclose(step.values["a"], np.log(values["a"] + 0.09))
    assert step.counts() == {"a": {"log": 3}}
    np.testing.assert_array_equal(step.values["b"], values["b"])
    power = treat(values, {"a": "boxcox"}, limits=Limits(boxcox=0.5)).values["a"]
    np.testing.assert_allclose(power, (np.sqrt(values["a"] + 1) - 1) / 0.5)
    natural = treat(values, {"a": "boxcox"}, limits=Limits(boxcox=0.0)).values["a"]
    np.testing.assert_allclose(natural, np.log(values["a"] + 1))


def test_figures_beyond_their_goalposts_are_told() -> None:
    values = pd.DataFrame({"a": [-5.0, 50.0, 120.0, NAN]}, index=list("wxyz"))
    element = Element("a", better="lower", normalise="goalposts", goalposts=(0.0, 100.0))
    step = normalise(values, [element])
    np.testing.assert_array_equal(step.values["a"], [100.0, 50.0, 0.0, NAN])
    assert step.done_to("y") == {"a": "above the goalposts"}
    assert step.details.loc["a", ["low", "high"]].tolist() == [0.0, 100.0]


def test_distances_to_a_reference_and_downward() -> None:
    values = pd.DataFrame({"a": [10.0, 20.0, 30.0]}, index=list("xyz"))
    element = Element("a", better="higher", normalise="dist2ref")
    np.testing.assert_allclose(normalise(values, [element], reference="y").values["a"], [0, 1, 2])
    down = Element("a", better="lower", normalise="dist2targ", target=10.0)
    np.testing.assert_allclose(normalise(values, [down]).values["a"], [1.0, 0.5, 0.0])
    share = Element("a", better="lower", normalise="prank")
    np.testing.assert_allclose(normalise(values, [share]).values["a"], [1.0, 0.5, 0.0])


def test_components_need_rows_and_spread() -> None:
    with pytest.raises(InputError, match="3 complete rows are too few"):
        principal_components(pd.DataFrame(np.eye(3)))
    flat = pd.DataFrame({"a": [1.0, 1.0, 1.0, 1.0], "b": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(InputError, match="a is constant"):
        principal_components(flat)


def test_an_indicator_that_moves_against_the_others_gets_no_weight_from_pca() -> None:
    x = np.arange(20.0)
    wave = np.sin(x)
    table = pd.DataFrame({"a": x, "b": x + wave, "c": -x + 2 * wave})
    weighed = weigh(table, recipe(weights="pca", indicators=["a", "b", "c"]).root)
    assert weighed.shares["c"] == 0.0
    assert sum(weighed.shares.values()) == pytest.approx(1.0)
    assert "c moves against" in weighed.notices[1]


def test_copeland_by_numpy_and_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    x = random.integers(0, 6, (300, 4)).astype("float64")
    x[random.random(x.shape) < 0.1] = np.nan
    x[7] = np.nan
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    quick = copeland(x, weights)
    monkeypatch.setattr("zoneblanche.layers.index.steps.copeland.FEW", 0)
    np.testing.assert_array_equal(copeland(x, weights), quick)
    pair = [(x[0] > row).astype(float) - (x[0] < row) for row in x]
    own = sum(np.sign(round(float(weights @ p), 9)) for p in pair)
    assert quick[0] == own
    assert np.isnan(quick[7])
    assert np.nansum(quick) == 0


@pytest.mark.parametrize("width", [2, 4, 7])
def test_benefit_of_the_doubt_against_a_programme_a_unit(width: int) -> None:
    from scipy.optimize import linprog

    x = np.random.default_rng(width).uniform(0, 10, (40, width))
    x[3, 0] = 0.0
    expected = [-linprog(-row, A_ub=x, b_ub=np.ones(40)).fun for row in x]
    np.testing.assert_allclose(benefit_of_doubt(x), expected, atol=1e-9)
    assert benefit_of_doubt(np.zeros((3, 2))).tolist() == [0.0, 0.0, 0.0]


def test_consistency_of_a_hierarchy() -> None:
    x = np.arange(12.0)
    table = pd.DataFrame({"a": x, "b": 3 * x, "c": -x, "d": x % 5})
    how = directed(
        {"dimensions": {"p": {"weights": {"a": 3, "b": 1}}, "q": {"indicators": ["c", "d"]}}},
        "abcd",
    )
    scored = score(table, how)
    assert nominal_weights(scored)[list("abcd")].tolist() == [0.375, 0.125, 0.25, 0.25]
    assert alpha_by_dimension(scored)["p"] == pytest.approx(1.0)
    flags = correlation_flags(scored).set_index(["first", "second"])["flag"].to_dict()
    assert flags[("a", "b")] == "same"
    assert flags[("c", "d")] == "opposed"
    shares = effective_weights(scored)
    assert shares["effective"].sum() == pytest.approx(1.0)
    np.testing.assert_allclose(shares["ratio"], shares["effective"] / shares["nominal"])


def test_removal_of_an_indicator_and_of_what_held_only_it() -> None:
    table = pd.DataFrame({"a": [0.0, 5.0, 10.0], "b": [10.0, 0.0, 9.0], "c": [1.0, 2.0, 3.0]})
    how = directed(
        {"dimensions": {"p": {"weights": {"a": 1}}, "q": {"indicators": ["b", "c"]}}}, "abc"
    )
    scored = score(table, how)
    np.testing.assert_allclose(without(scored, "a"), scored.scores["q"])
    np.testing.assert_allclose(without(scored, "q"), scored.scores["p"])
    removal = remove_each(scored)
    assert list(removal.shift.index) == ["a", "b", "c"]
    assert list(remove_each(scored, what="q").shift.index) == ["b", "c"]


def test_explanation_by_hand(make_atlas: Callable[..., Atlas]) -> None:
    table = pd.DataFrame({"a": [0.0, 5.0, 10.0], "b": [40.0, NAN, 30.0]}, index=list("xyz"))
    how = recipe(weights={"a": 3, "b": 1}, orientation="worse", min_available=0.5)
    atlas = compute_index(make_atlas(table), how)
    explanation = explain(atlas, "z", "index")
    # a: 100 is none lacking, b: 0 is all lacking, with a quarter of the weight.
    assert explanation.parts["contribution"].tolist() == [0.0, 25.0]
    assert (explanation.score, explanation.rank, explanation.reference) == (25.0, 3.0, 0.0)
    known = explain(atlas, "y", "index").parts
    assert known["weight"].tolist() == [1.0, 0.0]
    with pytest.raises(InputError, match="no index 'indx'"):
        explain(atlas, "z", "indx")
    with pytest.raises(InputError, match="no territory 'q'"):
        explain(atlas, "q", "index")


def test_shapley_values_share_what_a_product_makes() -> None:
    table = pd.DataFrame({"a": [0.0, 50.0, 100.0], "b": [0.0, 50.0, 100.0]}, index=list("xyz"))
    how = directed({"aggregate": "geometric", "range": [1, 100], "indicators": ["a", "b"]}, "ab")
    explanation = explain_row(score(table, how), table, "z")
    assert explanation.reference == pytest.approx(50.5)
    np.testing.assert_allclose(explanation.parts["contribution"], [24.75, 24.75])
    relative = directed({"aggregate": "copeland", "indicators": ["a", "b"]}, "ab")
    with pytest.raises(InputError, match="no parts"):
        explain_row(score(table, relative), table, "z")


def test_many_indicators_are_explained_by_sampled_orders() -> None:
    names = "abcdefghijklmn"
    random = np.random.default_rng(2)
    table = pd.DataFrame(random.uniform(1, 9, (6, 14)), columns=list(names), index=list("uvwxyz"))
    how = directed({"aggregate": "geometric", "range": [1, 100], "indicators": list(names)}, names)
    explanation = explain_row(score(table, how), table, "w")
    total = explanation.reference + explanation.parts["contribution"].sum()
    assert total == pytest.approx(explanation.score, abs=1e-9)


def test_conformance_points() -> None:
    assert {"1.a", "2.a"} <= set(LEVELS)
    table = pd.DataFrame({"rpnt-website": [1.0, 1.0, 0.0, NAN], "rpnt-email": [1.0, 0.0, 0.0, 1.0]})
    how = resolve(read_recipe("rpnt"), {n: Indicator(n, n, "boolean") for n in table})
    np.testing.assert_array_equal(score(table, how).index, [100.0, 50.0, 0.0, NAN])


def test_fragility_points() -> None:
    names = ["premises-100mbps", "coverage-4g", "aged-65", "low-diploma", "poverty"]
    good, bad = [100.0, 100.0, 10.0, 20.0, 5.0], [50.0, 90.0, 40.0, 60.0, 30.0]
    middle = [(one + other) / 2 for one, other in zip(good, bad, strict=True)]
    table = pd.DataFrame([good, middle, bad], columns=names)
    indicators = {n: Indicator(n, n, "percent", better="higher") for n in names}
    how = resolve(read_recipe("fragility"), indicators)
    np.testing.assert_allclose(score(table, how).index, [1.0, 5.5, 10.0])
