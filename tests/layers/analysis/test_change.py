"""Change between waves: terms that add up, by hand, by law, and on the real directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.change.between_waves import (
    check_fixed,
    decompose_change,
    measure_change,
    measure_index_change,
)
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe

NAN = float("nan")


def test_territories_of_a_cluster_change_together() -> None:
    """Four territories in two clusters: +1 and +1, 0 and 0. The mean is ½."""
    before = pd.Series([0.0, 0, 0, 0], list("abcd"))
    after = pd.Series([1.0, 1, 0, 0], list("abcd"))
    alone = measure_change(before, after)
    together = measure_change(before, after, clusters=pd.Series([1, 1, 2, 2], list("abcd")))
    assert alone.high - alone.real == pytest.approx(1.959964 * np.sqrt(4 * 0.125**2))
    assert together.high - together.real == pytest.approx(1.959964 * np.sqrt(2 * 0.25**2))
    assert together.real == alone.real == 0.5


def test_a_merger_is_no_real_change():
    before = pd.Series({"a": 0.0, "b": 1.0, "c": 1.0})
    # b and c became bc, which has a website as they had; only its number fell.
    after = pd.Series({"a": 0.0, "bc": 1.0})
    carried = pd.Series({"a": 0.0, "bc": 1.0})
    change = measure_change(before, after, carried=carried)
    assert change.real == 0 and change.coverage == 0 and change.method == 0
    assert change.codes == pytest.approx(1 / 2 - 2 / 3)
    assert change.total == pytest.approx(change.codes)


def test_each_term_by_hand():
    before = pd.Series({"a": 0.0, "b": 1.0, "c": NAN, "gone": 1.0})
    after = pd.Series({"a": 1.0, "b": 1.0, "c": 0.0, "new": 0.0})
    change = measure_change(before, after)
    assert (change.before, change.after) == (pytest.approx(2 / 3), pytest.approx(1 / 2))
    # Constant territory: a and b, from 1/2 to 1.
    assert change.real == pytest.approx(1 / 2)
    assert (change.territories, change.gained, change.lost) == (2, 1, 0)
    # `gone` takes the first mean from 2/3 to 1/2; `new` the second from 2/3 to 1/2.
    assert change.codes == pytest.approx((1 / 2 - 2 / 3) + (1 / 2 - 2 / 3))
    # c, newly known and 0, takes the second mean from 1 to 2/3.
    assert change.coverage == pytest.approx(2 / 3 - 1)


def test_another_method_has_its_own_term():
    before = pd.Series({"a": 0.0, "b": 1.0})
    # Counted as the second wave counts, both had one already.
    change = measure_change(
        before, pd.Series({"a": 1.0, "b": 1.0}), remeasured=pd.Series({"a": 1.0, "b": 1.0})
    )
    assert (change.real, change.method) == (0, 0.5)
    with pytest.raises(InputError, match="not known where it was"):
        measure_change(before, before, remeasured=pd.Series({"a": 1.0}))


codes = st.sampled_from("abcdefgh")
wave = st.dictionaries(codes, st.one_of(st.floats(0, 1), st.just(NAN)), min_size=1)


@settings(deadline=None)
@given(wave, wave, st.randoms(use_true_random=False))
def test_terms_add_up(before, after, rng):
    first, second = pd.Series(before, dtype=float), pd.Series(after, dtype=float)
    people = pd.Series({code: rng.uniform(0.5, 9) for code in "abcdefgh"})
    if not (first.reindex(second.index).notna() & second.notna()).any():
        return
    for weights in (None, people):
        change = measure_change(
            first,
            second,
            weights_before=None if weights is None else weights.reindex(first.index),
            weights=None if weights is None else weights.reindex(second.index),
        )
        parts = change.real + change.codes + change.coverage + change.method
        assert parts == pytest.approx(change.total, abs=1e-12)
        assert change.low <= change.real <= change.high


def test_interval_covers_the_true_change():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(200):
        first = pd.Series(rng.uniform(size=150) < 0.5, dtype=float)
        second = first.where(rng.uniform(size=150) > 0.1, 1.0)
        change = measure_change(first, second)
        held += change.low <= 0.05 <= change.high
    assert held >= 180


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": pd.Series({"a": 1.0})}, "for one wave only"),
        (
            {"weights": pd.Series({"a": 1.0}), "weights_before": pd.Series({"a": -1.0})},
            "missing or negative",
        ),
    ],
)
def test_weights_that_cannot_be(options, words):
    with pytest.raises(InputError, match=words):
        measure_change(pd.Series({"a": 1.0}), pd.Series({"a": 1.0}), **options)


def test_waves_that_cannot_be_compared():
    twice = pd.Series([1.0, 2.0], index=["a", "a"])
    with pytest.raises(InputError, match="first wave appear twice"):
        measure_change(twice, pd.Series({"a": 1.0}))
    with pytest.raises(InputError, match="known in both waves"):
        measure_change(pd.Series({"a": 1.0}), pd.Series({"b": 1.0}))


def test_the_directory_from_2018_to_2026(shared_data: Path):
    """The website on codes that both dates have: what is real, and what is new codes."""
    panel = pd.read_parquet(shared_data / "fr" / "presence" / "presence_panel.parquet")
    panel["website"] = panel["website"].notna().astype("float64")
    waves = {
        str(date)[:10]: rows.set_index("code")["website"] for date, rows in panel.groupby("date")
    }
    change = measure_change(100 * waves["2018-05-01"], 100 * waves["2026-09-22"])
    assert change.before == pytest.approx(51.2, abs=0.1)
    assert change.after == pytest.approx(61.6, abs=0.1)
    assert change.territories == len(
        waves["2018-05-01"].index.intersection(waves["2026-09-22"].index)
    )
    # Merged away or new, communes are few: nine tenths and more of the change is real.
    assert change.low < change.real < change.high
    assert abs(change.codes) < 0.1 * change.total < change.real
    assert change.coverage == change.method == 0


shares = st.floats(0, 1)


@settings(deadline=None)
@given(st.lists(st.tuples(*[shares] * 6), min_size=1, max_size=5))
def test_parts_add_up_whatever_the_score(rows):
    table = pd.DataFrame(rows, dtype=float)
    before = table[[0, 1, 2]].set_axis(list("xyz"), axis=1)
    after = table[[3, 4, 5]].set_axis(list("xyz"), axis=1)

    def product(part: pd.DataFrame) -> pd.Series:
        return (part["x"] + 1) * (part["y"] + 2) + part["z"]

    parts = decompose_change(before, after, product)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(product(after) - product(before))
    # What enters as a sum has its own change as its part; the two factors share theirs.
    assert parts["z"].to_numpy() == pytest.approx(after["z"] - before["z"])
    halfway = (before["y"] + after["y"]) / 2 + 2
    assert parts["x"].to_numpy() == pytest.approx((after["x"] - before["x"]) * halfway)


def recipe_of(aggregate: str = "arithmetic", **element) -> Recipe:
    options = {"normalise": "goalposts", "goalposts": (0.0, 100.0), "better": "higher", **element}
    children = tuple(Element(name, **options) for name in ("x", "y"))
    return Recipe(
        "toy", "Toy", Dimension("toy", "Toy", children, {"x": 1, "y": 1}, aggregate=aggregate)
    )


@pytest.mark.parametrize("aggregate", ["arithmetic", "geometric"])
@pytest.mark.parametrize("orientation", ["better", "worse"])
def test_change_of_an_index(make_atlas, aggregate, orientation):
    options = {"unit": "percent", "better": "higher", "bounds": (0, 100)}
    before = make_atlas({"x": [10, 20, 30, NAN], "y": [10, 50, 90, 4]}, x=options, y=options)
    after = make_atlas({"x": [20, 20, 10, 5], "y": [10, 60, 90, 4]}, x=options, y=options)
    recipe = replace(recipe_of(aggregate), orientation=orientation)
    change = measure_index_change(before, after, recipe)
    assert change.left_out == ("T03",)
    sums = change.parts.iloc[:3].sum(axis=1)
    assert sums.to_numpy() == pytest.approx(change.table["change"].iloc[:3])
    assert change.parts.loc["T00", "y"] == pytest.approx(0)
    sign = 1 if orientation == "better" else -1
    if aggregate == "arithmetic":
        assert change.table["change"].iloc[:3].tolist() == pytest.approx(
            [5 * sign, 5 * sign, -10 * sign]
        )
    else:
        assert change.table.loc["T00", "change"] == pytest.approx(sign * (np.sqrt(200) - 10))
    assert change.parts.mean().sum() == pytest.approx(change.table["change"].mean())


def test_relative_recipes_are_not_compared(make_atlas):
    atlas = make_atlas({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
    for recipe, words in (
        (recipe_of(normalise="minmax", goalposts=None), "relative to the other territories"),
        (recipe_of(treat="log"), "relative to the other"),
        (recipe_of("copeland"), "against each other"),
    ):
        with pytest.raises(InputError, match=words):
            measure_index_change(atlas, atlas, recipe)
    check_fixed(recipe_of())
    other = make_atlas({"x": [1.0, 2.0], "y": [1.0, 2.0]})
    with pytest.raises(InputError, match="not on the same territories"):
        measure_index_change(other, atlas, recipe_of())
    with pytest.raises(InputError, match="up to 12"):
        table = pd.DataFrame({str(place): [1.0] for place in range(13)})
        decompose_change(table, table, lambda part: part.sum(axis=1))
