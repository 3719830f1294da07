"""The generator of the large project: its pieces share their borders, and its project runs."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.bench.europe import WAVES, cut_in_pieces, made_up, make_project

SHAPES = gpd.GeoSeries(
    [
        # Left of a slanted border, right of it, and an island with a hole that another one fills.
        shapely.Polygon([(0, 0), (4, 0), (6, 3), (2, 5), (0, 3)]),
        shapely.Polygon([(4, 0), (9, 1), (8, 4), (2, 5), (6, 3)]),
        shapely.Polygon(
            [(10, 0), (13, 0), (13, 3), (10, 3)], [[(11, 1), (11, 2), (12, 2), (12, 1)]]
        ),
        shapely.MultiPolygon([shapely.box(11, 1, 12, 2), shapely.box(20, 0, 21, 1)]),
    ],
    index=["a", "b", "c", "d"],
    crs=2154,
)


def test_pieces_cover_what_was_cut_and_share_their_borders() -> None:
    pieces = cut_in_pieces(SHAPES, 3)
    # The two parts of d are in its first and last third: nothing is between them.
    assert list(pieces.index) == [
        "a-1", "a-2", "a-3", "b-1", "b-2", "b-3", "c-1", "c-2", "c-3", "d-1", "d-3",
    ]  # fmt: skip
    areas = pieces.area.groupby(pieces.index.str[0]).sum()
    assert areas.to_numpy() == pytest.approx(SHAPES.area.to_numpy(), abs=1e-12)
    assert shapely.coverage_is_valid(pieces.to_numpy())
    assert pieces.bounds.loc["a-2", ["minx", "maxx"]].tolist() == pytest.approx([2, 4])


def test_figures_have_gaps_and_denominators() -> None:
    people = np.array([10.0, 1000.0, 5.0, 0.0])
    table = made_up(SHAPES, people)
    assert table["code"].tolist() == list(SHAPES.index)
    assert (table[["dwellings", "premises", "firms"]] >= 1).all(axis=None)
    many = pd.concat([SHAPES] * 500)
    shares = made_up(many, np.ones(len(many))).filter(regex=r"^i\d+$")
    assert shares.shape[1] == 12
    assert 0.01 < shares.isna().mean().mean() < 0.03
    assert shares.min(axis=None) >= 0 and shares.max(axis=None) <= 100


def test_the_project_is_measured(toy: Territories, tmp_path: Path) -> None:
    atlas = build_atlas(read_project(make_project(tmp_path, toy, pieces=3)))
    assert len(atlas.codes) == 3 * len(toy.codes)
    measured = [one for one in atlas.indicators.values() if one.unit == "percent"]
    assert len(measured) == 12 + len(WAVES)
    assert {one.denominator for one in measured} == {"population", "dwellings", "premises", "firms"}
    assert sorted(one.period for one in measured if one.wave_of == "i1") == list(WAVES)
    assert set(atlas.territories.parents["epci"]) == {"X", "Y", "none"}
