"""Places on territories: few and many are found alike."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.measuring import nearby
from zoneblanche.layers.measuring.nearby import located_in


@pytest.mark.parametrize("few", [0, 1000])
def test_points_are_located(toy: Territories, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "FEW", few)
    random = np.random.default_rng(0)
    east, north = random.uniform(595_000, 665_000, 400), random.uniform(6_499_000, 6_511_000, 400)
    points = gpd.GeoSeries.from_xy(east, north, crs=2154)
    expected = [
        next((code for code, left in zip(toy.codes, (600, 610, 620, 650), strict=True)
              if left * 1000 < x < (left + 10) * 1000 and 6_500_000 < y < 6_510_000), None)
        for x, y in zip(east, north, strict=True)
    ]  # fmt: skip
    owners = located_in(toy, points.to_crs(4326))
    assert [None if code != code else code for code in owners] == expected
    assert {None, *toy.codes} == set(expected)
