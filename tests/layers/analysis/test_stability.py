"""In how many draws a flag is raised."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import InputError
from layers.analysis.flags import flag
from layers.analysis.stability import flag_stability

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
    found = flag_stability(ten, "worst-decile", {"digital-inequality": drawn})
    assert found.iloc[:3].tolist() == [0.75, 0.25, 0.0]
    assert np.isnan(found.iloc[9])
    assert found.iloc[:9].sum() == pytest.approx(1)


def test_draws_that_never_differ_are_the_flag(ten):
    score = ten.values["digital-inequality"].to_numpy()
    found = flag_stability(ten, "worst-decile", {"digital-inequality": np.stack([score] * 3)})
    flagged = flag(ten, "worst-decile").values["worst-decile"]
    assert found.to_numpy() == pytest.approx(flagged.to_numpy(), nan_ok=True)


def test_draws_of_another_shape(ten):
    for wrong in (np.zeros((2, 9)), np.zeros((0, 10)), np.zeros(10)):
        with pytest.raises(InputError, match="10 columns"):
            flag_stability(ten, "worst-decile", {"digital-inequality": wrong})
    with pytest.raises(InputError, match="Did you mean"):
        flag_stability(ten, "worst-decile", {"digital-inequalty": np.zeros((1, 10))})
