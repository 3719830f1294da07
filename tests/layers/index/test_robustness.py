"""Rank intervals: against a plain loop, the compiled loops, and themselves on other machines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Aggregate, Recipe
from zoneblanche.layers.index.score import Scored, resolve, score
from zoneblanche.layers.index.steps.aggregate import aggregate
from zoneblanche.layers.index.uncertainty import robustness
from zoneblanche.layers.index.uncertainty.drawing import kernels, plain
from zoneblanche.layers.index.uncertainty.drawing.draws import Sampler
from zoneblanche.layers.index.uncertainty.robustness import draw_dimensions, draw_ranks
from zoneblanche.layers.index.uncertainty.sensitivity import sensitivity
from zoneblanche.layers.indicator import Indicator

NAMES = ["a", "b", "c", "d", "e"]


def table(units: int, *, missing: float = 0.0, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    figures = random.normal(50, 15, (units, len(NAMES)))
    figures[random.random(figures.shape) < missing] = np.nan
    return pd.DataFrame(figures, columns=NAMES, index=[f"{n:05d}" for n in range(units)])


def made(values: pd.DataFrame, **options: Any) -> tuple[Recipe, Scored]:
    indicators = {name: Indicator(name, name, better="higher") for name in NAMES}
    base = {
        "dimensions": {"x": {"weights": {"a": 2, "b": 1, "c": 1}}, "y": {"indicators": ["d", "e"]}},
        "min_available": 0.5,
        "draws": 200,
        **options,
    }
    recipe = resolve(recipe_from_table(base, file="r.toml", indicators=NAMES), indicators)
    return recipe, score(values, recipe)


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic", "generalised"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("orientation", ["better", "worse"])
def test_a_draw_is_the_recipe_with_other_weights(
    mean: Aggregate, missing: float, orientation: str
) -> None:
    values = table(40, missing=missing)
    options = {"aggregate": mean, "power": 2, "range": [1, 100], "orientation": orientation}
    recipe, scored = made(values, **options, uncertainty={"leave_out": True})
    sampler = Sampler(values, scored)
    plan = sampler.plan(20, seed=3)
    computed = sampler.scores(plan, plain)
    for draw in range(20):
        w = dict(
            zip(["a", "b", "c", "d", "e", "x", "y"], plan.weights[draw].astype(float), strict=True)
        )
        made_table = scored.normalised.copy()
        for dimension in recipe.dimensions:
            children = made_table[[child.id for child in dimension.children]]
            made_table[dimension.id] = aggregate(children, w, how=mean, power=2)
        expected = made_table[recipe.id][scored.index.notna()]
        expected = 101 - expected if orientation == "worse" else expected
        np.testing.assert_allclose(computed[draw], expected, rtol=2e-5)


def test_mazziotta_pareto_draws() -> None:
    values = table(30)
    _, scored = made(values, aggregate="mpi-minus", uncertainty={"weights": 0.0}, draws=10)
    drawn = draw_ranks(values, scored).table
    np.testing.assert_allclose(drawn["score_low"], scored.index, rtol=1e-5)


def test_no_uncertainty_leaves_no_interval() -> None:
    values = table(50, missing=0.1)
    _, scored = made(values, uncertainty={"weights": 0.0})
    drawn = draw_ranks(values, scored)
    for name in ("rank_low", "rank_median", "rank_high"):
        pd.testing.assert_series_equal(drawn.table[name], drawn.table["rank"], check_names=False)
    assert drawn.certain_pairs == 1.0


def test_intervals_against_a_plain_loop() -> None:
    values = table(60, missing=0.05)
    _, scored = made(values)
    drawn = draw_ranks(values, scored)
    sampler = Sampler(values, scored)
    scores = sampler.scores(sampler.plan(200, seed=scored.recipe.seed), plain)
    ranks = pd.DataFrame(scores).rank(axis=1, method="min", ascending=False)
    here = drawn.table[scored.index.notna()]
    low = np.minimum(ranks.quantile(0.05, interpolation="lower"), here["rank"].to_numpy())
    high = np.maximum(ranks.quantile(0.95, interpolation="higher"), here["rank"].to_numpy())
    np.testing.assert_array_equal(here["rank_low"], low)
    np.testing.assert_array_equal(here["rank_high"], high)
    worst = (ranks > sampler.units * 0.9).mean()
    np.testing.assert_allclose(here["worst_decile"], worst)
    assert ((here["rank_low"] <= here["rank"]) & (here["rank"] <= here["rank_high"])).all()
    assert here["rank_high"].gt(here["rank_low"]).any()


def test_the_worst_decile_of_an_index_of_what_is_worse_is_at_the_top() -> None:
    values = table(50)
    _, scored = made(values, orientation="worse", uncertainty={"weights": 0.0})
    drawn = draw_ranks(values, scored).table
    np.testing.assert_array_equal(drawn["worst_decile"] == 1, drawn["rank"] <= 5)


def test_tallied_draws_agree_with_kept_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    values = table(700, missing=0.03)
    _, scored = made(values, draws=400, uncertainty={"leave_out": True})
    kept = draw_ranks(values, scored)
    monkeypatch.setattr(robustness, "KEPT", 0)
    tallied = draw_ranks(values, scored)
    for name in ("rank_low", "rank_median", "rank_high"):
        off = (kept.table[name] - tallied.table[name]).abs()
        assert off.max() <= 2, name
    span = kept.table["score_high"] - kept.table["score_low"]
    assert (
        (kept.table["score_low"] - tallied.table["score_low"]).abs() <= 0.05 * span + 1e-6
    ).all()
    pd.testing.assert_series_equal(kept.table["worst_decile"], tallied.table["worst_decile"])
    assert kept.certain_pairs == tallied.certain_pairs


@pytest.mark.parametrize("limit", [0, 10**9])
def test_neither_threads_nor_a_second_run_change_a_byte(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(robustness, "KEPT", limit)
    values = table(300, missing=0.05)
    _, scored = made(values, draws=150)
    one = draw_ranks(values, scored, threads=1)
    for threads in (2, 3, 7):
        other = draw_ranks(values, scored, threads=threads)
        assert one.table.to_numpy().tobytes() == other.table.to_numpy().tobytes()
    _, again = made(values, draws=150, seed=5)
    assert not draw_ranks(values, again).table.equals(one.table)


def test_compiled_loops_equal_the_plain_ones() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(6, 2500)).astype("float32")
    weights = random.random((9, 6)).astype("float32")
    sums = {loops: np.zeros((9, 2500), "float32") for loops in (kernels, plain)}
    for loops, out in sums.items():
        loops.weighted_sums(x, weights, out)
    assert np.array_equal(sums[kernels], sums[plain])
    there = (random.random(x.shape) > 0.3).astype("float32")
    there[:, 3] = 0
    means = {loops: np.empty((9, 2500), "float32") for loops in (kernels, plain)}
    for loops, out in means.items():
        loops.weighted_means(x * there, there, weights, out)
    assert np.array_equal(means[kernels], means[plain], equal_nan=True)
    assert np.isnan(means[plain][:, 3]).all()
    scores = sums[plain].copy()
    scores[:, ::7] = np.nan
    scores[0] = 5.0
    scores[1] = np.nan
    scores[2, :50] = scores[2, 100]
    ranked = {}
    count = np.ones(2500, "int64")
    for loops in (kernels, plain):
        ranked[loops] = np.empty_like(scores)
        loops.rank_draws(scores, count, ranked[loops])
        total, known = np.ones_like(scores), np.ones_like(scores)
        loops.add_scores(scores, weights[:, 0].copy(), total)
        loops.add_known(scores, weights[:, 0].copy(), known)
        sums[loops] = np.stack([total, known])
    assert np.array_equal(ranked[kernels], ranked[plain], equal_nan=True)
    assert np.array_equal(sums[kernels], sums[plain])
    several = {loops: np.empty_like(scores) for loops in (kernels, plain)}
    represented = np.arange(2500) % 3 + 1
    for loops, out in several.items():
        loops.rank_draws(scores, represented, out)
    assert np.array_equal(several[kernels], several[plain], equal_nan=True)
    low, per_unit = np.zeros(2500, "float32"), np.full(2500, 3.0, "float32")
    counts = {loops: np.zeros((2500, 16), "uint8") for loops in (kernels, plain)}
    for loops, out in counts.items():
        loops.tally(scores, 0, 2500, low, per_unit, out)
    assert np.array_equal(counts[kernels], counts[plain])
    expected = pd.DataFrame(scores).rank(axis=1, method="min", ascending=False)
    # 24 bits of the range: a handful of neighbours in 2,500 tie.
    assert np.nanmax(np.abs(ranked[plain] - expected.to_numpy())) <= 1
    pairs = random.integers(0, 2500, (500, 2))
    ahead = {loops: np.zeros((500, 2), "int64") for loops in (kernels, plain)}
    for loops, out in ahead.items():
        loops.tally_pairs(scores, pairs, out)
    assert np.array_equal(ahead[kernels], ahead[plain])


@pytest.mark.parametrize("loops", [kernels, plain])
def test_a_unit_may_stand_for_several(loops: Any) -> None:
    random = np.random.default_rng(2)
    scores = random.integers(0, 9, (3, 12)).astype("float32")
    scores[1, 4] = np.nan
    count = random.integers(1, 5, 12)
    ranks = np.empty_like(scores)
    loops.rank_draws(scores, count, ranks)
    spread = pd.DataFrame(np.repeat(scores, count, axis=1))
    expected = spread.rank(axis=1, method="min", ascending=False).to_numpy()
    assert np.array_equal(np.repeat(ranks, count, axis=1), expected, equal_nan=True)


@pytest.mark.parametrize("orientation", ["better", "worse"])
def test_dimensions_have_intervals_from_the_same_draws(orientation: str) -> None:
    values = table(60, missing=0.1).round(0)
    values.iloc[30:45] = values.iloc[0].to_numpy()
    _, scored = made(values, orientation=orientation, uncertainty={"leave_out": True})
    whole = Sampler(values, scored)
    plan = whole.plan(200, seed=scored.recipe.seed)
    drawn = draw_dimensions(values, scored)
    assert list(drawn) == ["x", "y", "index"]
    pd.testing.assert_frame_equal(drawn["index"].table, draw_ranks(values, scored).table)
    columns = {"x": "abc", "y": "de"}
    for name, own in columns.items():
        weights = dict(zip("abcde", plan.weights.T.astype("float64"), strict=False))
        known = scored.normalised.loc[:, list(own)].notna().to_numpy("float64")
        figures = scored.normalised.loc[:, list(own)].fillna(0.0).to_numpy()
        w = np.stack([weights[column] for column in own], axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = (w @ figures.T) / (w @ known.T)
        scores = pd.DataFrame(100 - scores if orientation == "worse" else scores)
        scores.loc[:, scored.scores[name].isna().to_numpy()] = np.nan
        ranks = scores.round(4).rank(axis=1, method="min", ascending=False)
        drawn_table = drawn[name].table.reset_index(drop=True)
        low = ranks.quantile(0.05, interpolation="lower")
        assert np.nanmax(np.abs(drawn_table["rank_low"] - np.fmin(low, drawn_table["rank"]))) <= 2
        equal = drawn_table.loc[30:44, ["rank_low", "rank_high", "score_low"]]
        assert len(equal.drop_duplicates()) == 1
        assert (
            drawn_table["rank_low"]
            .notna()
            .equals(scored.scores[name].notna().reset_index(drop=True))
        )


@pytest.mark.parametrize("loops", [kernels, plain])
def test_tally_counts_every_figure_once(loops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_TALLIED", 20)
    random = np.random.default_rng(1)
    figures = random.uniform(0, 10, (40, 100)).astype("float32")
    figures[0, 5] = np.nan
    counts = np.zeros((100, 8), "uint16")
    low, per_unit = np.full(100, 2.0, "float32"), np.full(100, 1.0, "float32")
    for start in range(0, 100, 30):
        loops.tally(figures, start, min(start + 30, 100), low, per_unit, counts)
    assert counts.sum() == 40 * 100 - 1
    place = np.clip(np.floor(figures[:, 7] - 2), 0, 7)
    assert np.array_equal(counts[7], np.bincount(place.astype(int), minlength=8))


def test_several_choices() -> None:
    values = table(50)
    uncertainty = {
        "normalise": ["minmax", "prank"],
        "aggregate": ["arithmetic", "median"],
        "treat": ["none", "winsorise"],
        "leave_out": True,
    }
    _, scored = made(values, uncertainty=uncertainty)
    drawn = draw_ranks(values, scored)
    assert drawn.table["score_low"].isna().all()
    assert any("differ in scale" in notice for notice in drawn.notices)
    assert (drawn.table["rank_high"] > drawn.table["rank_low"]).mean() > 0.9
    sensitivities = sensitivity(values, scored, count=64)
    assert list(sensitivities.table.index) == [
        "treat",
        "normalise",
        "aggregate",
        "leave_out",
        "weights",
    ]
    assert sensitivities.runs == 64 * 7
    # No column has an outlier, so treatment changes nothing.
    assert sensitivities.table["total"]["treat"] == 0.0
    assert (sensitivities.table["total"].drop("treat") > 0).all()
    assert sensitivities.table["total"].idxmax() == "aggregate"
    assert (sensitivities.table["total_low"] <= sensitivities.table["total_high"]).all()


def test_a_geometric_choice_needs_scores_above_zero() -> None:
    values = table(20)
    _, scored = made(values, uncertainty={"aggregate": ["arithmetic", "geometric"]})
    with pytest.raises(InputError, match=r"range = \[1, 100\]"):
        draw_ranks(values, scored)


def test_sensitivity_needs_two_choices_and_a_rank_that_moves() -> None:
    values = table(20)
    _, scored = made(values)
    with pytest.raises(InputError, match="compares two or more"):
        sensitivity(values, scored)


def test_slow_aggregations_run_fewer_draws_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "_SLOW_WORK", 5_000)
    values = table(400)
    _, scored = made(values, aggregate="median", draws=500)
    drawn = draw_ranks(values, scored)
    assert drawn.draws == 50
    assert f"{drawn.draws} draws instead of 500" in drawn.notices[0]


def test_none_where_few_would_be_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "_SLOW_WORK", 10_000)
    values = table(200)
    _, scored = made(values, aggregate="copeland")
    drawn = draw_ranks(values, scored)
    assert drawn.draws == 62
    _, scored = made(values, aggregate="bod")
    drawn = draw_ranks(values, scored)
    assert drawn.draws == 0
    assert drawn.table["rank_low"].isna().all()
    assert "0 draws instead of 200" in drawn.notices[0]


def test_one_territory() -> None:
    values = table(1)
    _, scored = made(values, goalposts=[0, 100])
    drawn = draw_ranks(values, scored)
    assert drawn.table[["rank_low", "rank", "rank_high"]].to_numpy().tolist() == [[1.0, 1.0, 1.0]]
    assert np.isnan(drawn.certain_pairs)
