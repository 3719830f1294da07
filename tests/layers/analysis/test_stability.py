"""In how many draws a flag is raised."""

from __future__ import annotations

import numpy as np
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.change.stability import draw_index, flag_stability
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table

NAN = float("nan")


@pytest.fixture
def ten(make_atlas):
    """Ten territories of which the worst tenth is T00."""
    return make_atlas(
        {"digital-inequality": [90, 80, 70, 60, 50, 40, 30, 20, 10, NAN]},
        digital_inequality={"better": "lower", "unit": "score"},
    )


def test_share_of_the_draws(ten):
    score = ten.values["digital-inequality"].to_numpy()
    swapped = score.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    drawn = np.stack([score, score, score, swapped])
    stability = flag_stability(ten, "worst-decile", {"digital-inequality": drawn})
    assert stability.iloc[:3].tolist() == [0.75, 0.25, 0.0]
    assert np.isnan(stability.iloc[9])
    assert stability.iloc[:9].sum() == pytest.approx(1)


def test_draws_that_never_differ_are_the_flag(ten):
    score = ten.values["digital-inequality"].to_numpy()
    stability = flag_stability(ten, "worst-decile", {"digital-inequality": np.stack([score] * 3)})
    flagged = flag(ten, "worst-decile").values["worst-decile"]
    assert stability.to_numpy() == pytest.approx(flagged.to_numpy(), nan_ok=True)


def test_draws_of_another_shape(ten):
    for wrong in (np.zeros((2, 9)), np.zeros((0, 10)), np.zeros(10)):
        with pytest.raises(InputError, match="10 columns"):
            flag_stability(ten, "worst-decile", {"digital-inequality": wrong})
    with pytest.raises(InputError, match="Did you mean"):
        flag_stability(ten, "worst-decile", {"digital-inequalty": np.zeros((1, 10))})


def test_draws_of_a_computed_index_say_how_often_its_flag_is_raised(make_atlas):
    atlas = make_atlas(
        {"a": [90, 10, 60, 50, 40, 30, 30, 20, 10, 0], "b": [20, 95, 60, 50, 40, 30, 20, 30, 10, 0]}
    )
    table = {"weights": {"a": 1, "b": 1}, "normalise": "goalposts", "id": "digital-inequality"}
    recipe = recipe_from_table(
        {**table, "goalposts": [0, 100], "orientation": "better"},
        file="r.toml",
        indicators=["a", "b"],
    )
    atlas = compute_index(atlas, recipe)
    drawn = draw_index(atlas, "digital-inequality", draws=40)
    scores = atlas.values["digital-inequality"].to_numpy()
    assert drawn["digital-inequality"].shape == (40, 10)
    assert np.abs(drawn["digital-inequality"].mean(axis=0) - scores).max() < 5
    stability = flag_stability(atlas, "worst-decile", drawn)
    assert stability.iloc[9] == 1.0
    with pytest.raises(InputError, match="does not know how"):
        draw_index(atlas, "a")
