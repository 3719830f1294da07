"""Inequality: the values that PySAL publishes, and the laws that measures of it keep."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.inequality.decomposition import (
    spatial_gini,
    split_inequality,
    theil_split,
)
from zoneblanche.layers.analysis.inequality.groups import groups_of
from zoneblanche.layers.analysis.inequality.measures import (
    MEASURES,
    atkinson,
    bootstrap_interval,
    gini,
    lorenz_curve,
    measure_inequality,
    quantile_ratio,
    sample_of,
    share_ratio,
    theil,
)

NAN = float("nan")
amounts = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=30)


@pytest.fixture(scope="module")
def mexico(shared_data: Path) -> tuple[pd.DataFrame, dict]:
    folder = shared_data / "reference" / "inequality"
    return pd.read_csv(folder / "mexico.csv"), json.loads((folder / "expected.json").read_text())


def test_mexico(mexico):
    table, expected = mexico
    for place, column in enumerate(expected["theil"]["vars"]):
        assert gini(table[column]) == pytest.approx(expected["gini"]["all"][place], abs=1e-12)
        split = theil_split(table[column], table["hanson98"].astype(str))
        for name, key in (("total", "T"), ("between", "between"), ("within", "within")):
            assert getattr(split, name) == pytest.approx(expected["theil"][key][place], abs=1e-12)
    for epsilon, value in expected["atkinson"].items():
        index = atkinson(table["pcgdp1940"], epsilon=float(epsilon))
        assert index == pytest.approx(value, abs=1e-12)


def test_mexico_spatial_gini(mexico):
    table, expected = mexico
    region = table["hanson98"].to_numpy()
    lists = [
        [other for other in range(32) if other != place and region[other] == region[place]]
        for place in range(32)
    ]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in lists])])
    near = Contiguity(starts, np.array([at for row in lists for at in row], dtype="int32"))
    gini = spatial_gini(table["pcgdp1940"], near, permutations=999, seed=1)
    assert gini.gini == pytest.approx(expected["gini"]["pcgdp1940"], abs=1e-12)
    assert gini.neighbours == pytest.approx(expected["gini"]["wg"], rel=1e-12)
    assert gini.others == pytest.approx(expected["gini"]["wcg"], rel=1e-12)
    assert gini.p == pytest.approx(expected["gini"]["p_sim_published"], abs=0.025)
    assert 0 < gini.likeness < 1


def test_by_hand():
    x = np.array([2.0, 4.0, 6.0])
    # Mean 4; differences 2, 2, 4, each twice: 16 / (2 · 9 · 4).
    assert gini(x) == pytest.approx(16 / 72)
    share = x / 12
    assert theil(x) == pytest.approx((share * np.log(3 * share)).sum())
    assert quantile_ratio(x, top=0.9, bottom=0.1) == 3
    # The top third holds half, the bottom third a sixth.
    assert share_ratio(x, top=1 / 3, bottom=1 / 3) == pytest.approx(3)


@settings(deadline=None)
@given(amounts, st.integers(1, 1000))
def test_laws_of_every_measure(values, scale):
    x = np.array(values)
    for measure in MEASURES.values():
        base = measure(*sample_of(x, None))
        assert measure(*sample_of(scale * x, None)) == pytest.approx(base, rel=1e-6, abs=1e-9)
        assert measure(*sample_of(x[::-1], None)) == pytest.approx(base, rel=1e-9, abs=1e-12)
        twice = measure(*sample_of(np.concatenate([x, x]), None))
        assert twice == pytest.approx(base, rel=1e-6, abs=1e-9)
        by_weight = measure(*sample_of(x, np.full(len(x), 2.0)))
        assert by_weight == pytest.approx(base, rel=1e-6, abs=1e-9)
    assert 0 <= gini(x) <= 1 - 1 / len(x) + 1e-12
    assert 0 <= theil(x) <= np.log(len(x)) + 1e-9
    assert 0 <= atkinson(x, epsilon=0.5) <= atkinson(x, epsilon=2) <= 1


@settings(deadline=None)
@given(amounts, st.floats(0.01, 0.49))
def test_a_gift_from_rich_to_poor_never_adds_inequality(values, part):
    x = np.sort(np.array(values))
    assume(x[-1] > x[0])
    given_away = part * (x[-1] - x[0])
    y = x.copy()
    y[0], y[-1] = y[0] + given_away, y[-1] - given_away
    for measure in (gini, theil, atkinson):
        assert measure(y) <= measure(x) + 1e-9


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.sampled_from("abc"), st.integers(1, 9)), min_size=1)
)
def test_theil_splits_without_remainder(rows):
    frame = pd.DataFrame(rows, columns=["x", "group", "weight"])
    assume(frame["x"].sum() > 1e-3)
    split = theil_split(frame["x"], frame["group"], weights=frame["weight"].astype(float))
    assert split.total == pytest.approx(split.between + split.within, abs=1e-9)
    assert split.between >= -1e-12 and split.within >= -1e-12
    assert split.groups["weight_share"].sum() == pytest.approx(1)
    assert split.groups["value_share"].sum() == pytest.approx(1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(1, 20)), min_size=1, max_size=20))
def test_weights_are_people(rows):
    x = np.array([value for value, _ in rows])
    people = np.array([count for _, count in rows])
    assume(x.sum() > 1e-3)
    assert gini(x, weights=people) == pytest.approx(gini(np.repeat(x, people)), abs=1e-9)
    assert theil(x, weights=people) == pytest.approx(theil(np.repeat(x, people)), abs=1e-9)
    curve = lorenz_curve(x, weights=people)
    area = np.trapezoid(curve["value_share"], curve["weight_share"])
    assert gini(x, weights=people) == pytest.approx(1 - 2 * area, abs=1e-9)
    assert (curve["value_share"] <= curve["weight_share"] + 1e-9).all()


def test_missing_is_left_out_and_nothing_is_nan():
    assert gini(np.array([1.0, NAN, 3.0])) == gini(np.array([1.0, 3.0]))
    assert gini(np.array([1.0, 2, 3]), weights=np.array([1, NAN, 1])) == gini(np.array([1.0, 3.0]))
    for measure in (gini, theil, atkinson, share_ratio, quantile_ratio):
        assert np.isnan(measure(np.zeros(3)))
    assert np.isnan(share_ratio(np.array([0.0, 0, 0, 0, 1])))
    assert atkinson(np.array([0.0, 1.0]), epsilon=1) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gini(np.array([-1.0, 2])), "negative or infinite"),
        (lambda: gini(np.array([NAN])), "no value is known"),
        (lambda: gini(np.array([1.0]), weights=np.array([0.0])), "none has a weight"),
        (lambda: gini(np.array([1.0]), weights=np.array([1.0, 2])), "one weight a value"),
        (lambda: atkinson(np.array([1.0]), epsilon=0), "above 0"),
        (lambda: share_ratio(np.array([1.0]), top=0), "between 0 and 1"),
        (lambda: lorenz_curve(np.zeros(2)), "shares of the total cannot be computed"),
        (lambda: lorenz_curve(np.ones(2), points=1), "at least 2"),
        (lambda: theil_split(pd.Series([0.0]), pd.Series(["a"])), "no inequality to split"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_bootstrap_interval_covers():
    """Of samples of a known population, nine in ten intervals hold its Gini coefficient."""
    rng = np.random.default_rng(4)
    # Of an exponential distribution the coefficient is one half.
    held = 0
    for seed in range(100):
        low, high = bootstrap_interval(
            MEASURES["gini"], rng.exponential(size=300), draws=200, seed=seed
        )
        held += low <= 0.5 <= high
    assert 80 <= held <= 97


def test_measures_of_an_atlas(make_atlas):
    atlas = make_atlas({"s": [1.0, 2, 3, NAN]}, population=[10, 10, 80, 5])
    inequality = measure_inequality(atlas, "s", draws=50, seed=1)
    assert (inequality.territories, inequality.missing) == (3, 1)
    value = inequality.table.loc[("gini", "population"), "value"]
    assert value == pytest.approx(gini(np.repeat([1.0, 2, 3], [1, 1, 8])))
    inside = inequality.table.dropna()
    assert (inside["low"] <= inside["high"]).all()
    again = measure_inequality(atlas, "s", draws=50, seed=1)
    pd.testing.assert_frame_equal(inequality.table, again.table)


def test_measures_between_territories_of_which_no_people_are_known(make_atlas):
    inequality = measure_inequality(
        make_atlas({"s": [1.0, 2, 3]}, population=[NAN] * 3), "s", draws=9
    )
    assert inequality.table.loc[("gini", "territories"), "value"] == pytest.approx(2 / 9)
    assert inequality.table.xs("population", level="counted")["value"].isna().all()


def test_split_by_what_contains_and_by_size(make_atlas):
    atlas = make_atlas(
        {"s": [1.0, 1, 3, 3, 7], "density-class": [1, 1, 2, 2, NAN]},
        population=[100, 150, 300, 300, 100],
        parents={"county": ["a", "a", "b", "b", None]},
        density_class={"better": None, "unit": "category", "categories": {1: "one", 2: "two"}},
    )
    by_county = split_inequality(atlas, "s", by="county")
    assert by_county.within == pytest.approx(0) and by_county.left_out == 1
    assert by_county.between_percent == pytest.approx(100)
    assert split_inequality(atlas, "s", by="density-class").left_out == 1
    assert split_inequality(atlas, "s", by="size-band").groups.index.tolist() == ["1", "2"]
    with pytest.raises(InputError, match="Did you mean 'county'"):
        groups_of(atlas, "conty")
