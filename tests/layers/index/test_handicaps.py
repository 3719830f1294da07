"""Handicaps by hand, their draws, and the flag that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.flagging.flags import flag, flag_summary
from zoneblanche.layers.analysis.flagging.typology import (
    RURAL_POOR,
    RURAL_SERVED,
    UNDECIDED,
    URBAN_POOR,
    URBAN_SERVED,
    add_typology,
)
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table

MakeAtlas = Callable[..., Atlas]


def made(atlas: Atlas, error: float = 0.0, **options: Any) -> Atlas:
    dimensions = {
        "d": {"indicators": ["a"], "handicap": {"op": ">=", "value": 40}},
        "e": {"indicators": ["b"], "handicap": {"op": ">", "value": 66.666666667}},
    }
    table = {
        "dimensions": dimensions,
        "indicators": {
            "a": {"goalposts": [0, 50], "better": "lower", "error": error},
            "b": {"goalposts": [0, 15], "better": "lower"},
        },
        "orientation": "worse",
        "min_available": 0.5,
        "draws": 400,
        **options,
    }
    return compute_index(atlas, recipe_from_table(table, file="r.toml"))


@pytest.fixture
def six(make_atlas: MakeAtlas) -> Atlas:
    table = pd.DataFrame(
        {
            "a": [0.0, 19.9, 20.0, 60.0, np.nan, np.nan],
            "b": [10.0, 10.1, 10.1, 0.0, 15.0, np.nan],
            "density": [10.0, 10.0, 10.0, 50.0, 50.0, 10.0],
        }
    )
    return make_atlas(table, density=None)


def test_thresholds_are_fixed(six: Atlas) -> None:
    atlas = made(six)
    np.testing.assert_array_equal(atlas.values["handicaps"], [0, 1, 2, 1, 1, np.nan])
    indicator = atlas.indicator("handicaps")
    assert (indicator.bounds, indicator.parts) == ((0.0, 2.0), ("d", "e"))
    assert "d ≥ 40, e > 67" in indicator.method_in("en")
    assert "handicaps" not in atlas.intervals


def test_draws_decide_what_is_certain(six: Atlas) -> None:
    # Two handicaps need a of 20 and more: 3 is 0.0 to 0.1 deviations from it.
    atlas = flag(made(six, error=1.0), "sparse-underserved")
    shares = atlas.intervals["handicaps"]
    assert shares["at_least_1"].tolist()[1:4] == [1.0, 1.0, 1.0]
    np.testing.assert_allclose(shares["at_least_2"][["1", "2"]], [0.46, 0.5], atol=0.07)
    assert shares["at_least_2"]["3"] == 0.0
    assert np.isnan(shares["at_least_2"]["5"])
    column = atlas.values["sparse-underserved"]
    np.testing.assert_array_equal(column, [0, 2, 2, 0, 0, np.nan])
    summary = flag_summary(atlas, "sparse-underserved")
    assert (summary.flagged.territories, summary.possible.territories) == (0, 2)
    assert summary.by_figures.territories == 1
    sure = flag(made(six, error=0.01), "sparse-underserved")
    np.testing.assert_array_equal(sure.values["sparse-underserved"], [0, 0, 2, 0, 0, np.nan])
    exact = flag(made(six), "sparse-underserved")
    np.testing.assert_array_equal(exact.values["sparse-underserved"], [0, 0, 1, 0, 0, np.nan])
    assert flag_summary(exact, "sparse-underserved").by_figures.territories == 1


def test_types_are_neutral(make_atlas: MakeAtlas) -> None:
    table = pd.DataFrame(
        {
            "a": [60.0, 60.0, 0.0, 0.0, 20.0],
            "b": [15.0, 15.0, 0.0, 0.0, 15.0],
            "density-class": [7.0, 1.0, 5.0, 4.0, 6.0],
        }
    )
    atlas = make_atlas(table, **{"density-class": None})
    kinds = atlas.indicator("density-class")
    titles = {number: f"class {number}" for number in range(1, 8)}
    kinds = kinds.__class__("density-class", "Class", unit="category", categories=titles)
    atlas = atlas.add(kinds, atlas.values["density-class"])
    typed = add_typology(made(atlas, error=1.0))
    assert typed.values["typology"].tolist() == [
        RURAL_POOR, URBAN_POOR, RURAL_SERVED, URBAN_SERVED, UNDECIDED,
    ]  # fmt: skip
    words = " ".join(str(title) for title in typed.indicator("typology").categories.values())
    assert "relieve" not in words
    assert "open up" not in words


def test_a_flag_without_handicaps_is_refused(six: Atlas) -> None:
    with pytest.raises(InputError, match="needs the indicator 'handicaps'"):
        flag(six, "sparse-underserved")
