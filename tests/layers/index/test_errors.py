"""Draws of measurement errors: each kind, the same numbers in both loops, and the intervals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.recipe.errors import MeasurementError
from zoneblanche.layers.index.recipe.load import read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.recipe.record import recipe_as_dict, recipe_from_dict
from zoneblanche.layers.index.score import Scored, resolve, score
from zoneblanche.layers.index.uncertainty import errors
from zoneblanche.layers.index.uncertainty.drawing import kernels, plain
from zoneblanche.layers.index.uncertainty.drawing.noise import Noise, draw_seeds, noises, quantiles
from zoneblanche.layers.index.uncertainty.errors import draw_errors
from zoneblanche.layers.index.uncertainty.own_rank import own_rank_indices
from zoneblanche.layers.indicator import Indicator

MakeAtlas = Callable[..., Atlas]
UNITS = 4000


def scored_by(
    values: pd.DataFrame, context: Context | None = None, **options: Any
) -> tuple[Scored, Context]:
    context = context or Context()
    indicators = {str(name): Indicator(str(name), str(name), better="lower") for name in values}
    table = {"draws": 60, "goalposts": [0, 100], "orientation": "worse", **options}
    recipe = resolve(recipe_from_table(table, file="r.toml", indicators=indicators), indicators)
    return score(values, recipe, context=context), context


def noise_of(error: dict[str, Any] | float, column: Any, **facts: Any) -> Noise:
    """The noise of one indicator of which higher is better, in its own unit."""
    values = pd.DataFrame({"a": np.broadcast_to(np.asarray(column, "float64"), UNITS)})
    context = Context(
        facts=pd.DataFrame({name: np.full(UNITS, float(size)) for name, size in facts.items()}),
        parents=pd.DataFrame({"county": np.arange(UNITS) % 7}),
    )
    options = {"a": {"error": error, "better": "higher", "goalposts": [-1e4, 1e4]}}
    options["a"]["range"] = [-1e4, 1e4]
    computed, _ = scored_by(values, context, indicators=options, orientation="better")
    return noises(computed, context, np.ones(UNITS, dtype=bool))[0]


def drawn(noise: Noise, *, draws: int = 1) -> np.ndarray:
    out = np.empty((draws, UNITS), dtype="float32")
    for row, seed in zip(out, draw_seeds(draws, seed=1), strict=True):
        noise.draw(int(seed), plain, row)
    return out.astype("float64")


def test_quantiles_are_those_of_the_laws() -> None:
    shares = (np.arange(65_536) + 0.5) / 65_536
    np.testing.assert_allclose(quantiles("normal"), stats.norm.ppf(shares), atol=1e-5)
    np.testing.assert_allclose(quantiles("t4"), stats.t(4).ppf(shares), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("error", "figure", "deviation"),
    [
        (2.0, 50.0, 2.0),
        ({"spread": 1.0, "per_point": 0.1}, 80.0, 1.0 + 0.1 * 20.0),
        ({"per_root": 30.0, "size": ["people"]}, 50.0, 30.0 / np.sqrt(900)),
        ({"sampling": True, "size": ["people"]}, 20.0, np.sqrt(20.0 * 80.0 / 900)),
        ({"radius": {"share": 0.5}}, 50.0, 0.5 * np.sqrt(400.0 / np.pi)),
        ({"radius": {"share": 0.5, "most": 3.0}}, 50.0, 3.0),
        ({"spread": 1.0, "size": ["homes", "people"], "per_root": 30.0}, 50.0, 2.0),
    ],
)
def test_the_scale_of_a_cell(error: Any, figure: float, deviation: float) -> None:
    draws = drawn(noise_of(error, figure, people=900.0, area_km2=400.0))[0]
    assert draws.mean() == pytest.approx(figure, abs=0.08 * deviation)
    assert draws.std() == pytest.approx(deviation, rel=0.04)
    assert (np.abs(draws - figure) < deviation).mean() == pytest.approx(0.6827, abs=0.03)


def test_students_law_has_heavier_tails() -> None:
    deviations = drawn(noise_of({"law": "t4", "spread": 2.0}, 50.0))[0] - 50.0
    assert (np.abs(deviations) < 2.0 * 2.132).mean() == pytest.approx(0.9, abs=0.02)
    assert deviations.std() == pytest.approx(2.0 * np.sqrt(2.0), rel=0.12)


def test_a_shift_is_shared_and_a_factor_is_not() -> None:
    draws = drawn(noise_of({"shift": {"uniform": [1, 3]}}, 10.0), draws=200)
    assert np.ptp(draws, axis=1).max() < 0.01
    assert draws[:, 0].min() > 11.0
    assert draws[:, 0].max() < 13.0
    assert draws[:, 0].mean() == pytest.approx(12.0, abs=0.15)
    normal = drawn(noise_of({"shift": {"normal": [0.5, 0.5]}}, 10.0), draws=200)[:, 0]
    assert normal.std() == pytest.approx(0.5, rel=0.15)
    logs = np.log(drawn(noise_of({"factor": 0.12}, 10.0))[0] / 10.0)
    assert logs.std() == pytest.approx(0.12, rel=0.05)


def test_an_area_shares_its_error() -> None:
    draws = drawn(noise_of({"area": {"level": "county", "spread": 2.0}}, 50.0), draws=300)
    for county in range(7):
        assert np.ptp(draws[:, county::7], axis=1).max() < 0.01
    assert draws[:, :7].std() == pytest.approx(2.0, rel=0.06)
    assert abs(np.corrcoef(draws[:, 0], draws[:, 1])[0, 1]) < 0.2


def test_flips_have_two_rates() -> None:
    answers = np.arange(UNITS) % 2
    flips = {"yes": 0.1, "no": 0.3}
    draws = drawn(noise_of({"flips": flips}, answers), draws=20)
    assert set(np.unique(draws)) == {0.0, 1.0}
    assert draws[:, answers == 0].mean() == pytest.approx(0.3, abs=0.01)
    assert draws[:, answers == 1].mean() == pytest.approx(0.9, abs=0.01)


def test_a_no_is_wrong_more_often_with_another_yes() -> None:
    values = pd.DataFrame({"a": 0.0, "b": np.arange(UNITS) % 2})
    flips = {"flips": {"no": 0.05, "no_with": {"b": 0.5}}}
    options = {"a": {"error": flips, "goalposts": [0, 1]}, "b": {"goalposts": [0, 1]}}
    computed, context = scored_by(values, indicators=options, range=[0, 1])
    noise = noises(computed, context, np.ones(UNITS, dtype=bool))[0]
    turned = 1.0 - drawn(noise, draws=20)
    assert turned[:, ::2].mean() == pytest.approx(0.05, abs=0.01)
    assert turned[:, 1::2].mean() == pytest.approx(0.5, abs=0.01)
    wrong = {"flips": {"no_with": {"z": 0.5}}}
    computed, context = scored_by(values, indicators={"a": {"error": wrong, "goalposts": [0, 1]}})
    with pytest.raises(InputError, match="does not use 'z'"):
        noises(computed, context, np.ones(UNITS, dtype=bool))


def test_a_doubtful_figure_is_sometimes_replaced() -> None:
    column = np.where(np.arange(UNITS) % 2, 100.0, 40.0)
    draws = drawn(noise_of({"wrong": {"value": 100, "share": 0.25}}, column), draws=20)
    np.testing.assert_allclose(draws[:, column == 40.0], 40.0, atol=0.01)
    doubtful = draws[:, column == 100.0]
    changed = np.abs(doubtful - 100.0) > 0.01
    assert changed.mean() == pytest.approx(0.25, abs=0.01)
    assert np.ptp(doubtful[changed]) > 1.9e4


def test_imputed_cells_have_their_own_scale(make_atlas: MakeAtlas) -> None:
    values = pd.DataFrame({"a": np.where(np.arange(UNITS) % 2, np.nan, 50.0), "b": 1.0})
    error = {"spread": 1.0, "estimated": 5.0}
    options = {"a": {"impute": "mean", "error": error, "better": "higher"}}
    computed, context = scored_by(
        values, indicators=options, orientation="better", min_available=0.5
    )
    noise = noises(computed, context, np.ones(UNITS, dtype=bool))[0]
    figures = drawn(noise)[0]
    assert figures[::2].std() == pytest.approx(1.0, rel=0.05)
    assert figures[1::2].std() == pytest.approx(5.0, rel=0.05)


@pytest.mark.parametrize(
    "error",
    [
        {"spread": 2.0, "factor": 0.1, "shift": {"uniform": [0, 3]}},
        {"law": "t4", "spread": 2.0, "wrong": {"value": 100, "share": 0.1}},
        {"flips": {"yes": 0.1, "no": 0.2}},
    ],
)
def test_both_loops_draw_the_same(error: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "TILE", 900)
    column = np.where(np.arange(UNITS) % 3, 1.0, 100.0)
    column[5] = np.nan
    values = pd.DataFrame({"a": column, "b": 1.0})
    computed, context = scored_by(values, indicators={"a": {"error": error}})
    noise = noises(computed, context, np.ones(UNITS, dtype=bool))[0]
    out = {loops: np.empty(UNITS, dtype="float32") for loops in (plain, kernels)}
    for loops, row in out.items():
        noise.draw(2**62 + 12_345, loops, row)
    np.testing.assert_array_equal(out[plain], out[kernels])
    assert np.isnan(out[plain][5])
    assert np.unique(out[plain][~np.isnan(out[plain])]).size > 1


def test_the_intervals_of_a_normal_error() -> None:
    values = pd.DataFrame({"a": np.linspace(20.0, 80.0, 301), "b": np.linspace(20.0, 80.0, 301)})
    computed, context = scored_by(values, indicators={"a": {"error": 4.0}}, draws=600)
    made = draw_errors(computed, context)
    table = made.tables["index"]
    assert made.draws == 600
    # Half of the index is exact: 1.645 · 4 / 2.
    assert (table["score_high"] - computed.index).median() == pytest.approx(3.29, abs=0.15)
    assert (computed.index - table["score_low"]).median() == pytest.approx(3.29, abs=0.15)
    assert (table["rank_low"] <= table["rank_high"]).all()
    # Four units a point of score, and the others move too.
    assert (table["rank_high"] - table["rank_low"]).median() == pytest.approx(33, abs=5)
    assert table["tenth"].iloc[0] == 10
    assert table["tenth"].iloc[-1] == 1
    assert table["worst_decile"].iloc[-1] > 0.99
    assert table["worst_decile"].iloc[0] == 0.0
    border = table[(table["tenth"] == 1)].index[0]
    assert 0.3 < table["in_tenth"][border] < 0.7
    assert table["worst_decile"].sum() == pytest.approx(31.0, abs=0.5)


def test_counted_draws_agree_with_kept_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    values = pd.DataFrame(random.uniform(0, 100, (400, 3)), columns=list("abc"))
    values.loc[::9, "b"] = np.nan
    options = {name: {"error": 5.0} for name in "abc"}
    dimensions = {"d": {"indicators": ["a", "b"]}, "e": {"indicators": ["c"]}}
    computed, context = scored_by(
        values, dimensions=dimensions, indicators=options, draws=200, min_available=0.5
    )
    kept = draw_errors(computed, context).tables
    monkeypatch.setattr(errors, "KEPT", 0)
    counted = draw_errors(computed, context).tables
    for name in ("d", "e", "index"):
        ends = ["score_low", "score_high"]
        off = (kept[name][ends] - counted[name][ends]).abs().to_numpy()
        off = off[~np.isnan(off)]
        assert np.quantile(off, 0.99) < 0.3
        assert off.max() < 2.0
    for column in ("worst_decile", "tenth", "in_tenth"):
        pd.testing.assert_series_equal(kept["index"][column], counted["index"][column])
    assert (kept["index"]["rank_low"] - counted["index"]["rank_low"]).abs().max() <= 2


def test_errors_and_choices_are_apart(make_atlas: MakeAtlas) -> None:
    random = np.random.default_rng(0)
    atlas = make_atlas(pd.DataFrame(random.uniform(0, 100, (60, 2)), columns=list("ab")))

    def made(error: float, weights: float) -> pd.DataFrame:
        table = {
            "weights": {"a": 1, "b": 1},
            "goalposts": [0, 100],
            "indicators": {"a": {"error": error}},
            "uncertainty": {"weights": weights},
            "draws": 100,
        }
        recipe = recipe_from_table(table, file="r.toml")
        return compute_index(atlas, recipe).intervals["index"]

    exact = made(0.0, 0.25)
    both = made(5.0, 0.25)
    other = made(5.0, 0.8)
    ours = ["score_low", "score_high", "rank_low", "rank_high", "worst_decile"]
    pd.testing.assert_frame_equal(both[ours], other[ours])
    for end in ("rank_low", "rank_high", "worst_decile"):
        np.testing.assert_array_equal(both[f"choice_{end}"], exact[end])
    assert (both["score_high"] - both["score_low"]).min() > 4.0
    assert "choice_rank_low" not in exact
    # Nothing was varied: no interval.
    assert made(0.0, 0.0)[ours].isna().all(axis=None)
    assert "choice_rank_low" not in made(5.0, 0.0)


def test_a_bent_scale_has_no_errors_of_one_size() -> None:
    values = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1.0, 3.0, 2.0]})
    for bent in ({"normalise": "prank"}, {"treat": "log"}, {"scale": "log", "goalposts": [1, 9]}):
        computed, context = scored_by(values, indicators={"a": {"error": 1.0, **bent}})
        with pytest.raises(InputError, match="'a' has a measurement error"):
            draw_errors(computed, context)


def test_other_straight_scales() -> None:
    values = pd.DataFrame({"a": np.linspace(0.0, 100.0, UNITS)})
    for method, unit in (("minmax", 1.0), ("zscore", 1.0 / values["a"].std()), ("scaled", 1.0)):
        options = {"a": {"error": 2.0, "normalise": method, "better": "higher"}}
        computed, context = scored_by(values, indicators=options, orientation="better")
        noise = noises(computed, context, np.ones(UNITS, dtype=bool))[0]
        off = drawn(noise)[0] - computed.normalised["a"].to_numpy()
        assert off[1000:3000].std() == pytest.approx(2.0 * unit, rel=0.06), method


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (-1.0, "does not fit"),
        ({"shift": {"poisson": [0, 3]}}, "does not fit"),
        ({"shift": {"uniform": [3, 0]}}, "low below high"),
        ({"shift": {"normal": [3]}}, "two numbers"),
        ({"per_root": 3.0}, "need a size"),
        ({"flips": {"yes": 0.1}, "spread": 1.0}, "no other error"),
        ({"flips": {"yes": 10}}, "a share is a number from 0 to 1"),
        ({"wobble": 1}, "'wobble' is not an option here"),
    ],
)
def test_errors_that_do_not_fit(error: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        recipe_from_table({"indicators": {"a": {"error": error}}}, file="r.toml")


def test_errors_survive_an_atlas_file() -> None:
    recipe: Recipe = read_recipe("digital-inequality")
    assert recipe.has_errors
    text = json.dumps(recipe_as_dict(recipe), sort_keys=True)
    assert recipe_from_dict(json.loads(text)) == recipe
    table = json.loads(text)
    # As an earlier version wrote it.
    for element in table["root"]["children"][0]["children"]:
        del element["error_model"], element["regression"]
        element["error"] = 2.5
    old = recipe_from_dict(table).elements[0]
    assert old.measurement_error == MeasurementError(spread=2.5)


def test_own_ranks_depend_on_what_is_uncertain() -> None:
    """Without choices, the shares of the two errors are those of their variances: 4 to 1."""
    random = np.random.default_rng(0)
    values = pd.DataFrame(random.uniform(30, 70, (120, 2)), columns=["a", "b"])
    computed, context = scored_by(
        values,
        indicators={"a": {"error": 6.0}, "b": {"error": 3.0}},
        uncertainty={"weights": 0.0},
    )
    table = own_rank_indices(values, computed, context, count=200)
    assert table.index[0] == "a"
    assert table["total"]["a"] == pytest.approx(0.8, abs=0.08)
    assert table["total"]["b"] == pytest.approx(0.2, abs=0.05)
    assert table["total"][["weights", "choices"]].tolist() == [0.0, 0.0]
    assert table["first"].sum() == pytest.approx(1.0, abs=0.25)
