"""Indices of small tables, worked out by hand; and input that cannot be scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.score import index_values, resolve, score
from zoneblanche.layers.index.uncertainty.remove import remove_each
from zoneblanche.layers.index.uncertainty.within import shared_figures, spread_within
from zoneblanche.layers.indicator import Indicator

NAN = float("nan")
MakeAtlas = Callable[..., Atlas]


def recipe(**table: Any) -> Recipe:
    indicators = table.pop("known", None)
    return recipe_from_table({"draws": 0, **table}, file="r.toml", indicators=indicators)


def scores(atlas: Atlas, **table: Any) -> list[float]:
    known = {n: atlas.indicators[n] for n in atlas.indicators}
    made = compute_index(atlas, recipe(known=known, **table))
    return made.values["index"].tolist()


@pytest.fixture
def three(make_atlas: MakeAtlas) -> Atlas:
    return make_atlas(
        pd.DataFrame({"a": [0.0, 5.0, 10.0], "b": [40.0, 20.0, 30.0]}, index=list("xyz"))
    )


def test_minmax_and_weights(three: Atlas) -> None:
    # a: 0, 50, 100; b: 100, 0, 50
    assert scores(three) == [50.0, 25.0, 75.0]
    assert scores(three, weights={"a": 3, "b": 1}) == [25.0, 37.5, 87.5]
    assert scores(three, indicators={"b": {"better": "lower"}}) == [0.0, 75.0, 75.0]


def test_goalposts_do_not_depend_on_the_others(three: Atlas) -> None:
    posts = {"a": {"goalposts": [0, 20]}, "b": {"goalposts": [25, 35], "better": "lower"}}
    # a: 0, 25, 50; b: 35 and above 0, 25 and below 100, 30 half way
    assert scores(three, indicators=posts) == [0.0, 62.5, 50.0]
    one = compute_index(
        three.__class__(
            territories=three.territories.take(np.array([False, True, False])),
            values=three.values.iloc[[1]],
            reasons=three.reasons.iloc[[1]],
            indicators=three.indicators,
            weights=three.weights.iloc[[1]],
        ),
        recipe(known=three.indicators, indicators=posts),
    )
    assert one.values["index"].tolist() == [62.5]


def test_geometric_mean_across_dimensions(three: Atlas) -> None:
    computed = scores(three, aggregate="geometric", range=[1, 100])
    a, b = np.array([1.0, 50.5, 100.0]), np.array([100.0, 1.0, 50.5])
    np.testing.assert_allclose(computed, np.sqrt(a * b))


def test_generalised_mean_and_median(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame({"a": [0.0, 100.0], "b": [100.0, 0.0], "c": [0.0, 100.0]})
    atlas = make_atlas(table)
    np.testing.assert_allclose(
        scores(atlas, aggregate="generalised", power=2),
        [100 * np.sqrt(1 / 3), 100 * np.sqrt(2 / 3)],
    )
    assert scores(atlas, aggregate="median") == [0.0, 100.0]
    weights = {"a": 1, "b": 2, "c": 1}
    assert scores(atlas, aggregate="median", weights=weights) == [50.0, 50.0]


@pytest.mark.parametrize("sign", [-1, 1])
def test_mazziotta_pareto(three: Atlas, sign: int) -> None:
    a, b = three.values["a"].to_numpy(), three.values["b"].to_numpy()
    z = np.stack([100 + 10 * (x - x.mean()) / x.std() for x in (a, b)])
    expected = z.mean(axis=0) + sign * z.var(axis=0) / z.mean(axis=0)
    name = "mpi-plus" if sign > 0 else "mpi-minus"
    np.testing.assert_allclose(scores(three, aggregate=name), expected, rtol=1e-12)
    # The phenomenon turned round: directions are, the sign of the penalty is not.
    turned = np.stack([200 - row for row in z])
    worse = turned.mean(axis=0) + sign * turned.var(axis=0) / turned.mean(axis=0)
    computed = scores(three, aggregate=name, orientation="worse")
    np.testing.assert_allclose(computed, worse, rtol=1e-12)


def test_adjusted_mazziotta_pareto_against_goalposts(three: Atlas) -> None:
    posts = {"a": {"goalposts": [0, 10]}, "b": {"goalposts": [0, 60]}}
    z = np.array([[70.0, 100.0, 130.0], [110.0, 90.0, 100.0]])
    expected = z.mean(axis=0) - z.var(axis=0) / z.mean(axis=0)
    computed = scores(three, aggregate="ampi-minus", indicators=posts)
    np.testing.assert_allclose(computed, expected, rtol=1e-12)
    # Without goalposts there is nothing to adjust to.
    assert scores(three, aggregate="ampi-minus") == scores(three, aggregate="mpi-minus")


def test_benefit_of_the_doubt(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(pd.DataFrame({"a": [0.0, 10.0, 5.0, 2.0], "b": [10.0, 0.0, 5.0, 2.0]}))
    # The first two are best at one thing, the third lies on the line between them.
    np.testing.assert_allclose(scores(atlas, aggregate="bod"), [1.0, 1.0, 1.0, 0.4], atol=1e-12)


def test_orientation_mirrors_at_the_end(three: Atlas) -> None:
    better = np.array(scores(three))
    assert scores(three, orientation="worse") == (100 - better).tolist()
    geometric = np.array(scores(three, aggregate="geometric", range=[1, 100]))
    mirrored = scores(three, aggregate="geometric", range=[1, 100], orientation="worse")
    np.testing.assert_allclose(mirrored, 101 - geometric)
    ranks = scores(three, normalise="zscore", orientation="worse")
    np.testing.assert_allclose(ranks, -np.array(scores(three, normalise="zscore")))


def test_missing_figures_are_left_out_and_too_few_get_no_score(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame(
        {"a": [0.0, 10.0, NAN, 5.0], "b": [0.0, 10.0, 5.0, NAN], "c": [0.0, 10.0, 10.0, NAN]}
    )
    atlas = compute_index(
        make_atlas(table), recipe(min_available=0.6, weights={"a": 2, "b": 1, "c": 1})
    )
    np.testing.assert_array_equal(atlas.values["index"], [0.0, 100.0, 75.0, NAN])
    assert atlas.reasons["index"].tolist() == [0, 0, 0, Reason.TOO_FEW]
    np.testing.assert_array_equal(atlas.values["a"], table["a"])
    assert atlas.intervals["index"]["rank"].tolist()[:3] == [3.0, 1.0, 2.0]
    assert np.isnan(atlas.intervals["index"]["rank"].iloc[3])


def test_who_is_screened_out_does_not_set_the_scale(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame({"a": [0.0, 10.0, 1000.0], "b": [0.0, 10.0, NAN], "c": [0.0, 10.0, NAN]})
    np.testing.assert_array_equal(scores(make_atlas(table)), [0.0, 100.0, NAN])


def test_a_dimension_asks_for_its_own_share(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame({"a": [0.0, 10.0, 5.0], "b": [0.0, 10.0, NAN], "c": [0.0, 10.0, 10.0]})
    dimensions = {"d": {"indicators": ["a", "b"], "min_available": 1.0}, "e": {"indicators": ["c"]}}
    atlas = compute_index(make_atlas(table), recipe(min_available=0.6, dimensions=dimensions))
    np.testing.assert_array_equal(atlas.values["d"], [0.0, 100.0, NAN])
    np.testing.assert_array_equal(atlas.values["index"], [0.0, 100.0, 100.0])


def test_imputation_by_group_is_told(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame({"a": [0.0, 10.0, NAN], "b": [0.0, 10.0, 10.0], "g": [1.0, 2.0, 2.0]})
    atlas = make_atlas(table, g=None)
    options = {"weights": {"a": 1, "b": 1}, "impute": "group-mean", "min_available": 0.5}
    made = compute_index(atlas, recipe(group="g", **options))
    assert made.values["index"].tolist() == [0.0, 100.0, 100.0]
    assert np.isnan(made.values["a"].iloc[2])
    by_region = compute_index(atlas, recipe(group="region", **options))
    assert by_region.values["index"].tolist() == [0.0, 100.0, 75.0]
    with pytest.raises(InputError, match="no column or level 'departement'"):
        compute_index(atlas, recipe(group="departement", **options))


def test_columns_and_metadata(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(pd.DataFrame({"a": [0.0, 10.0], "b": [0.0, 10.0], "c": [10.0, 0.0]}))
    for name in "ab":
        source = Source("Arcep", f"Table {name}")
        indicator = Indicator(name, name, better="higher", sources=(source,), period="2022")
        atlas = atlas.add(indicator, atlas.values[name])
    dimensions = {"d": {"indicators": ["a", "b"], "title": {"fr": "Dé", "en": "Die"}}}
    made = compute_index(
        atlas, recipe(id="mine", title="Mon indice", dimensions=dimensions, indicators=["c"])
    )
    assert list(made.values) == ["a", "b", "c", "d", "mine"]
    index, dimension = made.indicator("mine"), made.indicator("d")
    assert (index.role, dimension.role, index.unit) == ("index", "dimension", "score")
    assert (index.parts, dimension.parts) == (("c", "d"), ("a", "b"))
    assert [source.title for source in index.sources] == ["Table a", "Table b"]
    assert (index.bounds, index.period, index.better) == ((0.0, 100.0), "2022", "higher")
    assert "moyenne arithmétique" in index.method_in("fr")
    assert "arithmetic mean" in index.method_in("en")
    treated = compute_index(atlas, recipe(weights={"a": 1, "b": 1}, treat="log", impute="mean"))
    assert (
        "imputation\u00a0: moyenne\u00a0; valeurs extrêmes\u00a0: logarithme"
        in treated.indicator("index").method_in("fr")
    )
    assert dimension.title_in("en") == "Die"
    assert made.recipes["mine"].title == "Mon indice"
    again = compute_index(made, made.recipes["mine"])
    pd.testing.assert_frame_equal(again.values, made.values)


def test_the_atlas_that_came_in_is_left_alone(three: Atlas) -> None:
    before = three.values.copy()
    scores(three, treat="auto", impute="mean")
    pd.testing.assert_frame_equal(three.values, before)


def test_weights_from_the_data(make_atlas: MakeAtlas) -> None:
    random = np.random.default_rng(1)
    common = random.normal(size=60)
    table = pd.DataFrame(
        {n: common + s * random.normal(size=60) for n, s in zip("abc", (0.2, 0.4, 2), strict=True)}
    )
    atlas = make_atlas(table)
    by_pca = compute_index(atlas, recipe(known=list("abc"), weights="pca"))
    assert any("first principal component" in notice for notice in by_pca.notices)
    by_influence = compute_index(atlas, recipe(known=list("abc"), weights="effective"))
    influence = table.corrwith(by_influence.values["index"].set_axis(table.index))
    np.testing.assert_allclose(influence, influence.mean(), rtol=1e-6)


@pytest.mark.parametrize(
    ("columns", "table", "words"),
    [
        ({"a": [1.0, 1.0, 1.0]}, {}, ["'a' is constant (1 for 3 territories)", "goalposts"]),
        ({"a": [1.0, 2.0, 3.0], "b": [NAN] * 3}, {"min_available": 0.5}, ["'b' has no figure"]),
        ({"a": [1.0, NAN, NAN], "b": [NAN, 1.0, NAN]}, {}, ["no territory has 67%"]),
        ({"a": [4.0]}, {}, ["one territory only", "goalposts"]),
        ({"a": [0.0, 1.0, 2.0]}, {"aggregate": "geometric"}, ["above zero", "range = [1, 100]"]),
        ({"a": [0.0, 1.0, 2.0]}, {"aggregate": "harmonic"}, ["above zero", "range = [1, 100]"]),
        ({"a": [0.0, 1.0, 2.0]}, {"aggregate": "generalised", "power": -1}, ["above zero"]),
        (
            {"a": [-1.0, 0.0, 2.0]},
            {"aggregate": "geometric", "normalise": "zscore"},
            ["above zero", "0"],
        ),
        (
            {"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 3.0]},
            {"normalise": "fracmax", "indicators": {"a": {"better": "lower"}}},
            ["fracmax"],
        ),
        ({"a": [1.0, 2.0], "b": [1.0, 3.0]}, {"weights": "pca"}, ["2 complete rows", "too few"]),
        ({"a": [1.0, 2.0], "b": [1.0, 3.0]}, {"weights": "effective"}, ["2 complete rows"]),
        (
            {"a": [1.0, 2.0, 4.0, 9.0], "b": [9.0, 8.0, 6.0, 1.0]},
            {"weights": "effective"},
            ["a, b cancel each other out"],
        ),
        ({"a": [1.0, 2.0]}, {"normalise": "goalposts"}, ["'a' has no goalposts"]),
        ({"a": [1.0, 2.0]}, {"normalise": "dist2ref", "reference": "9"}, ["reference '9'"]),
        ({"a": [1.0, 2.0]}, {"normalise": "dist2ref", "reference": "0"}, ["at its worst"]),
        ({"a": [1.0, 2.0], "b": [1.0, np.inf]}, {}, ["'b' is infinite in 1"]),
    ],
)
def test_refused_in_a_sentence(
    make_atlas: MakeAtlas, columns: dict[str, list[float]], table: dict[str, Any], words: list[str]
) -> None:
    atlas = make_atlas(pd.DataFrame(columns))
    with pytest.raises(InputError) as caught:
        scores(atlas, **table)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_unknown_indicators_and_context(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(pd.DataFrame({"fibre": [1.0, 2.0], "density": [1.0, 2.0]}), density=None)
    with pytest.raises(InputError, match=r"no indicator 'fibr'.*'fibre'"):
        compute_index(atlas, recipe(weights={"fibr": 1}))
    with pytest.raises(InputError, match="'density' has no direction"):
        compute_index(atlas, recipe(weights={"fibre": 1, "density": 1}))
    with pytest.raises(InputError, match="the dimension 'density' has the id of the indicator"):
        compute_index(atlas, recipe(dimensions={"density": {"indicators": ["fibre"]}}))


def test_an_indicator_that_needs_a_source_says_which() -> None:
    with pytest.raises(InputError, match=r"rpnt-website.*anct-dpnt.*--source") as caught:
        resolve(read_recipe("rpnt"), {"website": Indicator("website", "website")})
    assert len(caught.value.faults) == 2


def test_without_the_only_indicator_nothing_is_left(make_atlas: MakeAtlas) -> None:
    atlas = compute_index(
        make_atlas(pd.DataFrame({"fibre": [1.0, 2.0, 4.0], "web": [3.0, 1.0, 2.0]})),
        recipe(weights={"fibre": 1, "web": 0}),
        draws=0,
    )
    (made,) = atlas.recipes.values()
    removal = remove_each(score(index_values(made, atlas), made))
    assert np.isnan(removal.shift["fibre"])
    assert removal.shift["web"] == 0


def test_a_coarse_figure_has_no_ranks(make_atlas: MakeAtlas) -> None:
    """Four territories of one region have one figure: a rank would be an artefact."""
    atlas = make_atlas(pd.DataFrame({"a": [10.0, 10.0, 10.0, 40.0], "b": [1.0, 2.0, 3.0, 4.0]}))
    coarse = replace(atlas.indicator("a"), native_level="region")
    atlas = atlas.add(coarse, atlas.values["a"])
    table = {"weights": {"a": 1, "b": 1}, "draws": 20}
    made = compute_index(atlas, recipe(**table))
    assert made.values["index"].notna().all()
    assert "index" not in made.intervals
    assert any("is known by larger areas only" in notice for notice in made.notices)
    allowed = compute_index(atlas, recipe(**table, coarse="allow"))
    assert allowed.intervals["index"]["rank"].tolist() == [4.0, 3.0, 2.0, 1.0]


def _two_regions(make_atlas: MakeAtlas, figures: list[float]) -> Atlas:
    """Figures by region of two regions of three communes, and a figure of their own."""
    atlas = make_atlas(pd.DataFrame({"a": figures, "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}))
    parents = pd.DataFrame({"region": list("AAABBB")}, index=atlas.codes)
    atlas = replace(atlas, territories=replace(atlas.territories, parents=parents))
    return atlas.add(replace(atlas.indicator("a"), native_level="region"), atlas.values["a"])


ALLOWED = {"weights": {"a": 1, "b": 1}, "draws": 400, "coarse": "allow"}


def test_a_coarse_figure_of_unknown_spread_has_ranks_and_no_intervals(
    make_atlas: MakeAtlas,
) -> None:
    atlas = _two_regions(make_atlas, [10.0, 10.0, 10.0, 40.0, 40.0, 40.0])
    made = compute_index(atlas, recipe(**ALLOWED))
    table = made.intervals["index"]
    assert table["rank"].notna().all() and table[["rank_low", "score_low"]].isna().all(axis=None)
    (notice,) = (one for one in made.notices if "spread within them is not known" in one)
    assert "[recipe.indicators.a.error]" in notice


def test_the_spread_within_areas_is_the_recipes_where_no_area_tells_it(
    make_atlas: MakeAtlas,
) -> None:
    """A score is half of a figure between 0 and 100: its spread is half of that of the figure."""
    atlas = _two_regions(make_atlas, [50.0, 50.0, 50.0, 40.0, 40.0, 40.0])
    options = {"a": {"error": {"within": 6.0}, "goalposts": [0, 100], "better": "higher"}}
    made = compute_index(atlas, recipe(**ALLOWED, indicators=options))
    table = made.intervals["index"]
    half = (table["score_high"] - table["score_low"]) / 2
    assert half.between(0.85 * 1.645 * 3.0, 1.15 * 1.645 * 3.0).all()
    assert any("spread of 6" in one and "the recipe gives" in one for one in made.notices)
    (kept,) = made.recipes.values()
    error = next(one for one in kept.elements if one.id == "a").measurement_error
    assert error is not None and (error.within, error.within_level) == (6.0, "region")


def test_the_spread_within_areas_comes_from_those_whose_territories_differ(
    make_atlas: MakeAtlas,
) -> None:
    """The communes of the first region have figures of their own, which are exact."""
    atlas = _two_regions(make_atlas, [40.0, 50.0, 60.0, 40.0, 40.0, 40.0])
    options = {"a": {"error": {"within": 1.0}, "goalposts": [0, 100], "better": "higher"}}
    made = compute_index(atlas, recipe(**ALLOWED, indicators=options))
    table = made.intervals["index"]
    half = (table["score_high"] - table["score_low"]) / 2
    assert half.iloc[:3].tolist() == [0.0, 0.0, 0.0]
    assert half.iloc[3:].between(0.85 * 1.645 * 5.0, 1.15 * 1.645 * 5.0).all()
    assert any("add a spread of 10" in one for one in made.notices)


def test_one_territory_that_differs_does_not_make_its_area_known(make_atlas: MakeAtlas) -> None:
    """One figure of the first region was corrected: the others still share theirs."""
    atlas = _two_regions(make_atlas, [50.0, 50.0, 51.0, 40.0, 40.0, 40.0])
    options = {"a": {"error": {"within": 6.0}, "goalposts": [0, 100], "better": "higher"}}
    made = compute_index(atlas, recipe(**ALLOWED, indicators=options))
    table = made.intervals["index"]
    half = (table["score_high"] - table["score_low"]) / 2
    assert half.iloc[2] == 0
    assert half.iloc[[0, 1, 3, 4, 5]].between(0.85 * 1.645 * 3.0, 1.15 * 1.645 * 3.0).all()


def test_means_that_differ_by_rounding_are_one_figure() -> None:
    figures = pd.Series([61.3, 61.29999999999999, 61.300000000000004, 5.0, 5.0], list("abcde"))
    areas = pd.Series(list("AAABB"), list("abcde"))
    assert shared_figures(figures, areas).all()
    assert spread_within(figures, areas) is None


def test_unknown_figures_share_nothing() -> None:
    figures = pd.Series([NAN, NAN, 3.0, NAN], list("abcd"))
    areas = pd.Series(["A", "A", "B", None], list("abcd"))
    assert not shared_figures(figures, areas).any()
    assert spread_within(figures, areas) is None


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"treat": "log"}, "not a straight line"),
        ({"normalise": "prank"}, "not a straight line"),
        ({"denominator": "b", "error": {"within": 6.0}}, "is divided by a figure"),
        ({"error": {"flips": {"yes": 0.1}}}, "is a yes or no"),
    ],
)
def test_why_a_coarse_figure_has_no_spread(
    make_atlas: MakeAtlas, options: dict[str, Any], cause: str
) -> None:
    atlas = _two_regions(make_atlas, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    made = compute_index(atlas, recipe(**ALLOWED, indicators={"a": options}))
    table = made.intervals["index"]
    assert table["rank"].notna().all() and table["rank_low"].isna().all()
    assert any(cause in notice for notice in made.notices)
    assert not any("Give it as within" in notice for notice in made.notices)


def test_without_draws_nothing_is_said_of_the_spread(make_atlas: MakeAtlas) -> None:
    atlas = _two_regions(make_atlas, [40.0, 50.0, 60.0, 40.0, 40.0, 40.0])
    made = compute_index(atlas, recipe(**{**ALLOWED, "draws": 0}))
    assert not any("spread" in notice for notice in made.notices)


def test_a_figure_of_its_own_level_has_no_spread_within(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(pd.DataFrame({"a": [10.0, 10.0, 40.0], "b": [1.0, 2.0, 3.0]}))
    options = {"a": {"error": {"within": 5.0}}}
    table = {"weights": {"a": 1, "b": 1}, "draws": 20, "coarse": "allow", "indicators": options}
    made = compute_index(atlas, recipe(**table, uncertainty={"weights": 0}))
    (kept,) = made.recipes.values()
    assert not kept.has_errors
    assert made.intervals["index"]["rank_low"].isna().all()
