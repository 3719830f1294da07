"""The spread of bounded figures: by hand, and the same for a figure and its complement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.inequality.gradient import erreygers_index, measure_gradient
from zoneblanche.layers.analysis.inequality.spread import measure_spread, variance_between

NAN = float("nan")


def test_spread_by_hand(make_atlas):
    atlas = make_atlas({"s": [0.0, 20, 40, NAN]}, population=[1, 1, 2, 5], s={"unit": "percent"})
    spread = measure_spread(atlas, "s")
    assert spread.loc["sd", "territories"] == pytest.approx(np.sqrt(800 / 3))
    # Mean 25 of four people: deviations −25, −5, 15, 15.
    assert spread.loc["sd", "population"] == pytest.approx(np.sqrt((625 + 25 + 225 + 225) / 4))
    assert spread.loc["q90-q10"].tolist() == [40, 40]
    with pytest.raises(InputError, match="no figures that spread"):
        measure_spread(make_atlas({"s": [NAN, NAN]}), "s")


def test_variance_between_groups_by_hand(make_atlas):
    atlas = make_atlas(
        {"s": [10.0, 30, 50, 70]}, population=[1, 1, 1, 3], parents={"departement": list("AABB")}
    )
    # Groups have means 20 and 60: 400 of 500.
    assert variance_between(atlas, "s", by="departement") == pytest.approx(80)
    people = np.array([10.0, 30, 50, 70, 70, 70])
    means = np.array([20.0, 20, 65, 65, 65, 65])
    expected = 100 * means.var() / people.var()
    assert variance_between(atlas, "s", by="departement", people=True) == pytest.approx(expected)
    alike = make_atlas({"s": [5.0, 5]}, parents={"departement": ["A", "B"]})
    assert np.isnan(variance_between(alike, "s", by="departement"))
    nobody = make_atlas({"s": [5.0, 6]}, population=[NAN, NAN], parents={"departement": ["A", "B"]})
    assert np.isnan(variance_between(nobody, "s", by="departement", people=True))


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.integers(1, 1000), st.floats(1, 9)), min_size=3, max_size=20
    )
)
def test_the_complement_has_the_opposite_gradient(rows):
    x, people, order = (np.array(column, dtype="float64") for column in zip(*rows, strict=True))
    one, other = (
        erreygers_index(values, order=order, weights=people, bounds=(0, 100))
        for values in (x, 100 - x)
    )
    assert one == pytest.approx(-other, abs=1e-9)
    assert -1 - 1e-9 <= one <= 1 + 1e-9


def test_amounts_have_no_erreygers_index(make_atlas):
    values = {"s": [10.0, 20, 30, 40]}
    people = [10, 20, 40, 80]
    assert np.isnan(measure_gradient(make_atlas(values, population=people), "s").erreygers)
    share = make_atlas(values, population=people, s={"unit": "percent"})
    assert 0 < measure_gradient(share, "s").erreygers < 1
