"""The typology of rural and poorly served, and the joint table of two indicators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.analysis.flagging.typology import (
    RURAL_POOR,
    RURAL_SERVED,
    TYPES,
    UNDECIDED,
    URBAN_POOR,
    URBAN_SERVED,
    add_typology,
    joint_table,
)

NAN = float("nan")


def test_types_by_hand(make_atlas):
    atlas = make_atlas(
        {
            "density": [10, 500, 10, 500, NAN, 500, 10, 10],
            "premises-1gbps": [0, 1, 50, 60, 70, NAN, 80, 90],
        },
        density={"better": None},
    )
    made = add_typology(atlas, rural="sparse", poorly_served="underserved")
    column = made.values["typology"]
    assert column.iloc[:4].tolist() == [RURAL_POOR, URBAN_POOR, RURAL_SERVED, URBAN_SERVED]
    assert column.iloc[4:6].isna().all()
    assert made.reasons["typology"].iloc[4:6].tolist() == [Reason.NOT_PUBLISHED] * 2
    assert made.indicator("typology").role == "typology"
    assert "Premises-1Gbps ≤ 1" in made.indicator("typology").method_in("en")
    assert any("judged without" in line for line in made.notices)


def test_between_two_types(make_atlas):
    interval = pd.DataFrame(
        {"rank": [4, 3, 2, 1], "rank_low": [3, 3, 2, 1], "rank_high": [4, 4, 2, 1]}
    )
    atlas = make_atlas(
        {"density": [10, 10, 10, 500], "infrastructure": [1.0, 2, 3, 4]},
        density={"better": None},
        intervals={"infrastructure": interval},
    )
    column = add_typology(atlas, rural="sparse", poorly_served="underserved").values["typology"]
    assert column.tolist() == [UNDECIDED, UNDECIDED, RURAL_SERVED, URBAN_SERVED]


def test_the_flag_and_the_typology_agree(make_atlas):
    rng = np.random.default_rng(0)
    columns = {
        "density": np.where(rng.uniform(size=80) < 0.1, NAN, rng.uniform(1, 90, 80)),
        "premises-1gbps": np.where(rng.uniform(size=80) < 0.1, NAN, rng.uniform(0, 100, 80)),
        "presence": rng.integers(0, 5, 80) * 25.0,
    }
    atlas = flag(make_atlas(columns, density={"better": None}), "sparse-underserved-2025")
    made = add_typology(atlas, rural="sparse", poorly_served="underserved")
    typed = made.values["typology"]
    flagged = made.values["sparse-underserved-2025"]
    assert (typed[typed.notna()] == RURAL_POOR).eq(flagged[typed.notna()] == 1).all()
    assert set(typed.dropna()) <= set(TYPES)


def test_joint_table_by_hand(make_atlas):
    atlas = make_atlas(
        {"density": [1, 2, 3, 4, 5, NAN], "presence": [0, 0, 0, 50, 100, 70]},
        population=[10, 20, 30, 40, 50, 60],
        density={"better": None},
    )
    table = joint_table(atlas, first_edges=[3], second_edges=[0, 50])
    assert table.territories.to_numpy().tolist() == [[3, 0, 0], [0, 1, 1]]
    assert table.population.to_numpy().tolist() == [[60, 0, 0], [0, 40, 50]]
    assert table.left_out == 1
    assert table.association == pytest.approx(1)
    assert table.spearman == pytest.approx(0.894, abs=1e-3)


def test_heavy_ties_make_fewer_classes_not_empty_ones(make_atlas):
    atlas = make_atlas({"density": range(10), "presence": [0] * 6 + [50] * 4})
    table = joint_table(atlas)
    assert table.second_edges == (0.0,)
    assert table.territories.sum().tolist() == [6, 4]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_nobody_is_lost(make_atlas, rows):
    atlas = make_atlas({"density": [a for a, _ in rows], "presence": [b for _, b in rows]})
    table = joint_table(atlas, classes=4)
    assert table.territories.to_numpy().sum() == len(rows)
    assert table.population.to_numpy().sum() == 100 * len(rows)
    assert np.isnan(table.association) or 0 <= table.association <= 1 + 1e-12


def test_what_has_no_joint_table(make_atlas):
    atlas = make_atlas(
        {"density": [1.0, NAN], "presence": [NAN, 2.0], "kind": [1, 2]}, kind={"unit": "category"}
    )
    for options, words in (
        ({}, "has both"),
        ({"second": "kind"}, "is a category"),
        ({"second": "presense"}, "Did you mean 'presence'"),
    ):
        with pytest.raises(InputError, match=words):
            joint_table(atlas, **options)
    with pytest.raises(InputError, match="must ascend"):
        joint_table(make_atlas({"density": [1, 2], "presence": [1, 2]}), first_edges=[2, 1])
    with pytest.raises(InputError, match="at least 1"):
        joint_table(make_atlas({"density": [1, 2], "presence": [1, 2]}), classes=0)
