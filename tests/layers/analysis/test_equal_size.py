"""Equal size: bands, peers, the logistic fit, and the gradient with density and size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.inequality.equal_size import (
    add_equal_size,
    bands_table,
    calibration_table,
    compare_equal_size,
    residuals_by,
    sparse_at_equal_size,
)
from zoneblanche.layers.analysis.inequality.gradient import concentration_index, measure_gradient
from zoneblanche.layers.analysis.inequality.groups import BAND_EDGES, band_titles, size_band
from zoneblanche.layers.analysis.inequality.logistic import fit_logistic
from zoneblanche.layers.analysis.inequality.measures import gini
from zoneblanche.layers.indicator import Indicator

NAN = float("nan")


def with_areas(atlas, areas):
    facts = atlas.territories.facts.assign(area_km2=np.asarray(areas, dtype="float64"))
    return replace(atlas, territories=replace(atlas.territories, facts=facts))


def test_bands_begin_where_the_law_has_them():
    edges = pd.Series([float(edge) for edge in BAND_EDGES])
    assert size_band(edges).tolist() == list(range(1, 12))
    assert size_band(edges[1:] - 1).tolist() == list(range(1, 11))
    assert set(band_titles()) == set(range(1, 12))
    with pytest.raises(InputError, match="negative"):
        size_band(pd.Series([-1.0]))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_fit_is_the_maximum_of_the_likelihood(seed, shares):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(80, 2)) * [1, 5] + [10, -3]
    y = rng.uniform(size=80) if shares else (rng.uniform(size=80) < 0.5).astype(float)
    fit = fit_logistic(y, x)
    design = np.column_stack([np.ones(80), x])

    def loss(b):
        eta = design @ b
        return (np.logaddexp(0, eta) - y * eta).sum()

    # No other coefficients do better, and at the maximum fitted and observed means agree.
    optimum = optimize.minimize(loss, fit.coefficients, method="Nelder-Mead")
    assert loss(fit.coefficients) <= optimum.fun + 1e-8
    assert design.T @ (y - fit.fitted) == pytest.approx(np.zeros(3), abs=1e-6)
    assert 0 <= fit.explained < 1


def test_robust_errors_are_those_of_repeated_samples():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 1))
    chance = 1 / (1 + np.exp(-(0.3 + 0.8 * x[:, 0])))
    fits = [fit_logistic((rng.uniform(size=400) < chance).astype(float), x) for _ in range(200)]
    spread = np.std([fit.coefficients for fit in fits], axis=0)
    claimed = np.mean([fit.errors for fit in fits], axis=0)
    assert claimed == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize(
    ("y", "x", "words"),
    [
        ([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], "separate the zeros"),
        ([0, 0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 4, 5, 6], "separate the zeros"),
        ([1, 1, 1, 1], [1, 2, 3, 4], "all 4 values are 1"),
        ([0, 1], [1, 2], "needs more than"),
        ([0, 1, 0, 1], [2, 2, 2, 2], "rows that differ"),
    ],
)
def test_no_fit_is_a_sentence(y, x, words):
    with pytest.raises(InputError, match=words):
        fit_logistic(np.array(y, dtype=float), np.array(x, dtype=float)[:, None])


def test_dependent_variables_are_refused():
    x = np.arange(8.0)
    y = np.array([0.0, 1, 0, 1, 0, 1, 1, 0])
    with pytest.raises(InputError, match="determine each other"):
        fit_logistic(y, np.column_stack([x, 2 * x + 1]))


def test_peers_are_the_others_of_the_band(make_atlas):
    rng = np.random.default_rng(0)
    people = [100, 150, 180, *rng.integers(250, 450, 20), 0, NAN]
    web = [1, 0, NAN, *rng.integers(0, 2, 20), 1, 1]
    atlas = make_atlas(
        {"website": web}, population=people, website={"unit": "boolean", "better": "higher"}
    )
    table = compare_equal_size(with_areas(atlas, rng.uniform(5, 20, 25)), "website").table
    # Band 1 holds T00, T01, T02 (no value) and T23 (nobody lives there).
    assert table["peers"].iloc[:3].tolist()[:2] == [2, 2]
    assert table["peers_mean"].iloc[0] == pytest.approx(50)
    assert table["peers_difference"].iloc[1] == pytest.approx(-100)
    assert table.iloc[2][["value", "peers_mean", "residual"]].isna().all()
    assert np.isnan(table["expected"].iloc[23]) and table["peers_mean"].iloc[23] == 50
    assert table.iloc[24][["band", "peers", "expected"]].isna().all()
    assert table["residual"].sum() == pytest.approx(0, abs=1e-6)


def test_unit_does_not_change_the_fit(make_atlas):
    rng = np.random.default_rng(3)
    people, web = rng.integers(100, 5000, 60), rng.integers(0, 2, 60)
    areas = rng.uniform(5, 50, 60)
    percent = with_areas(
        make_atlas({"a": 100 * web}, population=people, a={"unit": "percent"}), areas
    )
    boolean = with_areas(make_atlas({"a": web}, population=people, a={"unit": "boolean"}), areas)
    first, second = compare_equal_size(percent, "a"), compare_equal_size(boolean, "a")
    pd.testing.assert_frame_equal(first.table, second.table)
    made = add_equal_size(boolean, "a")
    assert made.indicator("a-equal-size").bounds == (-100, 100)
    assert made.values["a-equal-size"].to_numpy() == pytest.approx(second.table["residual"])


def test_what_cannot_be_compared(make_atlas):
    counts = make_atlas({"n": [1.0, 2, 3]}, n={"unit": "count"})
    with pytest.raises(InputError, match="'n' is in count"):
        compare_equal_size(counts, "n")
    outside = make_atlas({"n": [1.0, 102, 3]}, n={"unit": "percent"})
    with pytest.raises(InputError, match="outside its scale"):
        compare_equal_size(outside, "n")


@pytest.fixture(scope="module")
def town_halls(shared_data: Path) -> pd.DataFrame:
    """Declared website (September 2026), population and official area of each commune."""
    folder = shared_data / "fr"
    panel = pd.read_parquet(folder / "presence" / "presence_panel.parquet")
    last = panel[panel["date"] == "2026-09-22"].set_index("code")
    read = {"sep": ";", "dtype": str}
    main = pd.read_csv(folder / "population" / "donnees_communes.csv", **read)
    mayotte = pd.read_csv(folder / "population" / "donnees_communes_mayotte.csv", **read)
    mayotte["COM"] = mayotte["DEP"] + mayotte["CODCOM"]
    both = pd.concat([main, mayotte])
    people = both.set_index("COM")["PMUN"].astype("float64")
    area = pd.read_csv(folder / "population" / "comparateur_2024_superficies.csv", dtype=str)
    km2 = area.drop_duplicates("insee_com").set_index("insee_com")["superficie_km2"]
    return pd.DataFrame(
        {
            "website": last["website"].notna().astype("float64"),
            "population": people.reindex(last.index),
            "area_km2": km2.astype("float64").reindex(last.index),
        }
    ).sort_index()


def test_france_at_equal_size(town_halls, make_atlas):
    known = town_halls.dropna()
    assert len(known) > 34_800
    county = [code[:3] if code.startswith("97") else code[:2] for code in known.index]
    atlas = make_atlas(
        {"website": known["website"]},
        population=known["population"].tolist(),
        parents={"departement": county},
        website={"unit": "boolean", "better": "higher"},
    )
    atlas = with_areas(atlas, known["area_km2"])
    compared = compare_equal_size(atlas, "website")
    by_band = bands_table(compared)["mean"]
    assert by_band[1] == pytest.approx(22.1, abs=0.2)
    assert (by_band[5:10] > 98).all()
    # Straight lines missed by 5 to 10 points above 3,500 inhabitants.
    assert calibration_table(compared)["residual"].abs().max() < 1.5
    residuals = residuals_by(atlas, compared, level="departement")
    residuals = residuals[(residuals["territories"] >= 100)]
    assert residuals["residual"].min() == pytest.approx(-20, abs=2)
    assert residuals["residual"].max() == pytest.approx(20, abs=2)
    assert (
        (residuals["low"] <= residuals["residual"]) & (residuals["residual"] <= residuals["high"])
    ).all()
    with pytest.raises(InputError, match="Did you mean 'departement'"):
        residuals_by(atlas, compared, level="departements")


def test_intervals_of_areas_are_clustered(make_atlas):
    """Ten clusters of six territories, equal within each: the interval is that of ten figures."""
    rng = np.random.default_rng(5)
    levels = rng.uniform(20, 80, 10)
    values = np.repeat(levels, 6)
    atlas = make_atlas(
        {"a": values},
        population=[100.0 + one for one in range(60)],
        parents={"departement": ["D"] * 60, "epci": np.repeat([f"E{k}" for k in range(10)], 6)},
        a={"unit": "percent", "better": "higher"},
    )
    compared = compare_equal_size(with_areas(atlas, rng.uniform(5, 20, 60)), "a")
    residual = residuals_by(atlas, compared, level="departement").iloc[0]
    sums = (
        (compared.table["residual"] - residual["residual"]).groupby(np.repeat(range(10), 6)).sum()
    )
    error = np.sqrt(10 / 9 * (sums**2).sum()) / 60
    assert residual["high"] - residual["residual"] == pytest.approx(1.959964 * error, rel=1e-5)
    assert (
        residual["high"] - residual["residual"]
        > 1.9 * 1.96 * compared.table["residual"].std() / 60**0.5
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_splines_follow_a_curve_that_lines_miss(make_atlas, seed):
    """A share that rises, then stays: straight lines miss the ends, splines do not."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.uniform(4, 11, 2000))
    chance = 0.2 + 0.79 / (1 + np.exp(-3 * (np.log(people) - 6)))
    atlas = make_atlas(
        {"a": (rng.uniform(size=2000) < chance).astype(float)},
        population=people.tolist(),
        a={"unit": "boolean", "better": "higher"},
    )
    atlas = with_areas(atlas, rng.uniform(5, 20, 2000))
    compared = compare_equal_size(atlas, "a")
    assert len(compared.fit.coefficients) == 9
    assert (compared.table["expected"] / 100 - chance).abs().mean() < 0.02
    logs = np.log(np.column_stack([people, people / atlas.territories.facts["area_km2"]]))
    lines = fit_logistic(atlas.values["a"].to_numpy(), logs).fitted
    assert np.abs(lines - chance).mean() > 0.03


def test_bands_without_enough_on_a_side_are_left_out(make_atlas):
    """Below 200 inhabitants forty are sparse and ten are not; from 200 on forty and forty."""
    people = [100.0] * 50 + [300.0] * 80
    areas = [20.0] * 40 + [1.0] * 10 + [20.0] * 40 + [1.0] * 40
    values = [90.0] * 40 + [10.0] * 10 + [60.0] * 40 + [50.0] * 40
    atlas = with_areas(make_atlas({"s": values}, population=people), areas)
    density = pd.Series(people, atlas.codes) / pd.Series(areas, atlas.codes)
    atlas = atlas.add(Indicator("density", "Density"), density)
    sparse = sparse_at_equal_size(atlas, "s")
    assert (sparse.left, sparse.compared, sparse.left_out) == (pytest.approx(10), 40, 40)
    assert sparse.raw == pytest.approx(75 - 42)
    assert (sparse.low, sparse.high) == (pytest.approx(10), pytest.approx(10)), (
        "no spread in a band"
    )
    small = atlas.values["s"].where(pd.Series(people, atlas.codes) == 100.0)
    assert sparse_at_equal_size(atlas.add(atlas.indicator("s"), small), "s") is None


def test_gradient_by_hand(make_atlas):
    atlas = make_atlas({"s": [10.0, 20, 30, 40, NAN]}, population=[10, 20, 40, 80, 160])
    gradient = measure_gradient(atlas, "s")
    assert gradient.territories == 4
    assert gradient.spearman == pytest.approx(1)
    assert gradient.per_doubling == pytest.approx(10)
    assert gradient.per_doubling_error == pytest.approx(0, abs=1e-9)
    assert gradient.bands["territories"].tolist() == [0, 2, 2, 0, 0, 0]
    assert gradient.bands["plain_mean"].iloc[1] == 15
    with pytest.raises(InputError, match="needs three"):
        measure_gradient(make_atlas({"s": [1.0, 2.0]}), "s")


def test_band_means_weigh_by_the_denominator(make_atlas):
    atlas = make_atlas(
        {"s": [10.0, 20, 60]}, population=[10, 20, 500], s={"denominator": "population"}
    )
    bands = measure_gradient(atlas, "s", along="population").bands
    assert bands["mean"].iloc[0] == pytest.approx((10 * 10 + 20 * 20) / 30)
    assert bands["plain_mean"].iloc[0] == 15


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 100), st.integers(1, 9)), min_size=2, max_size=20))
def test_concentration_along_itself_is_gini(rows):
    x = np.array([value for value, _ in rows])
    weight = np.array([float(count) for _, count in rows])
    along = concentration_index(x, order=x, weights=weight)
    assert along == pytest.approx(gini(x, weights=weight), abs=1e-9)
    against = concentration_index(x, order=-x, weights=weight)
    assert against == pytest.approx(-along, abs=1e-9)
