"""Moran's I and its local form: known answers, the exact reference distribution, esda beside it."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.spatial.clusters import (
    HIGH_HIGH,
    LOW_LOW,
    NONE,
    add_clusters,
    benjamini_hochberg,
    local_moran,
)
from zoneblanche.layers.analysis.spatial.moran import moran


def contiguity_of(lists: list[list[int]]) -> Contiguity:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype("int64")
    flat = [place for row in lists for place in sorted(row)]
    return Contiguity(starts=starts, neighbours=np.array(flat, dtype="int32"))


def read_gal(path: Path, *, first: int) -> Contiguity:
    """Neighbours of a GAL file whose ids are consecutive numbers from `first` on."""
    words = path.read_text().split()
    size = int(words[0])
    lists: list[list[int]] = [[] for _ in range(size)]
    at = 1
    while at < len(words):
        unit, count = int(words[at]) - first, int(words[at + 1])
        lists[unit] = [int(word) - first for word in words[at + 2 : at + 2 + count]]
        at += 2 + count
    return contiguity_of(lists)


def chain(size: int) -> Contiguity:
    return contiguity_of(
        [[at for at in (place - 1, place + 1) if 0 <= at < size] for place in range(size)]
    )


def grid(side: int) -> Contiguity:
    def around(place: int) -> list[int]:
        row, column = divmod(place, side)
        return [
            (row + down) * side + column + right
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if (down or right) and 0 <= row + down < side and 0 <= column + right < side
        ]

    return contiguity_of([around(place) for place in range(side * side)])


@pytest.fixture(scope="module")
def stl(shared_data: Path) -> tuple[pd.DataFrame, Contiguity, dict]:
    folder = shared_data / "reference" / "inequality"
    table = pd.read_csv(folder / "stl_hom.txt", skiprows=1)
    expected = json.loads((folder / "expected.json").read_text())
    return table, read_gal(folder / "stl.gal", first=1), expected


def test_moran_of_st_louis(stl):
    table, near, expected = stl
    statistic = moran(table["HR8893"], near, permutations=999, seed=1)
    known = expected["moran_stl"]
    assert statistic.statistic == pytest.approx(known["I"], abs=1e-12)
    assert statistic.expected == pytest.approx(known["EI"], abs=1e-12)
    assert statistic.variance == pytest.approx(known["VI_norm"], abs=1e-12)
    assert statistic.z == pytest.approx(known["z_norm"], abs=1e-10)
    assert statistic.p == pytest.approx(known["p_norm_two"], abs=1e-12)
    assert statistic.p_permutation < 0.02


def test_local_moran_of_st_louis(stl, shared_data):
    table, near, _ = stl
    published = pd.read_csv(shared_data / "reference" / "inequality" / "lisa_stl_expected.csv")
    clusters = local_moran(table["HR8893"], near, seed=1)
    assert clusters.table["statistic"].to_numpy() == pytest.approx(published["Is"], abs=1e-12)
    assert (clusters.table["quadrant"] == published["q"]).all()
    # Published from 999 draws, ours from 9,999: within five standard errors of both.
    p = published["p_sim"]
    error = np.sqrt(p * (1 - p) * (1 / 999 + 1 / 9999))
    assert ((clusters.table["p"] - p).abs() <= 5 * error + 0.001).all()


def test_st_louis_has_ten_raw_clusters_and_none_after_correction(stl):
    table, near, expected = stl
    for tails in ("one", "two"):
        clusters = local_moran(table["HR8893"], near, seed=1, tails=tails)
        raw = (clusters.table["p"] < 0.05).sum()
        assert abs(raw - expected["lisa_stl"]["sig_005"]) <= 1
        assert clusters.counts()[NONE] == 78 and expected["lisa_stl"]["sig_fdr"] == 0


def test_desmith_against_every_possible_draw(shared_data):
    """Ten territories: the conditional reference can be written out, and p must be its tail."""
    folder = shared_data / "reference" / "inequality"
    values = pd.read_csv(folder / "desmith.txt", skiprows=1)["z"]
    near = read_gal(folder / "desmith.gal", first=1)
    draws = 40_000
    clusters = local_moran(values, near, permutations=draws, seed=3)
    z = (values - values.mean()).to_numpy()
    for unit in range(10):
        around = near.neighbours[near.starts[unit] : near.starts[unit + 1]]
        others = [z[other] for other in range(10) if other != unit]
        sums = np.array([sum(some) for some in combinations(others, len(around))])
        observed = z[around].sum()
        exact = min((sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean())
        error = np.sqrt(exact * (1 - exact) / draws)
        assert clusters.table["p"].iloc[unit] == pytest.approx(exact, abs=5 * error + 2 / draws)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([5, 12]))
def test_one_table_for_all_equals_leaving_each_out_by_hand(seed, size):
    """The counts are those of a loop that drops the territory from each sequence."""
    from zoneblanche.layers.analysis.spatial.clusters import _distinct_draws, _tail_counts
    from zoneblanche.layers.analysis.spatial.moran import neighbourhood_of

    rng = np.random.default_rng(seed)
    values = pd.Series(rng.integers(0, 4, size) + rng.choice([0, 0.5], size=size))
    if values.nunique() < 2:
        return
    near = neighbourhood_of(values, chain(size))
    drawn = _distinct_draws(size, 3, permutations=50, rng=np.random.default_rng(seed))
    at_least, at_most = _tail_counts(near, permutations=50, seed=seed)
    for unit in range(size):
        around = near.neighbours[near.starts[unit] : near.starts[unit + 1]]
        observed = near.z[around].sum()
        sums = [
            near.z[[place for place in sequence if place != unit][: len(around)]].sum()
            for sequence in drawn.T
        ]
        assert at_least[unit] == sum(total >= observed - 1e-8 for total in sums)
        assert at_most[unit] == sum(total <= observed + 1e-8 for total in sums)


def test_p_values_are_drawn_from_the_distribution_of_esda():
    """What esda 2.9 answered on a grid for forty seeds, and ours: the same mean and spread.

    The file is `scripts/bench/clusters.py --record`'s: importing and compiling esda takes longer
    than all other tests of this folder.
    """
    known = json.loads((Path(__file__).parent / "esda_p_values.json").read_text())
    near, values = grid(known["side"]), pd.Series(known["values"])
    theirs = np.array(known["p_times_200"]) / 200
    draws = known["permutations"]
    ours = np.array(
        [
            local_moran(values, near, permutations=draws, seed=seed).table["p"].to_numpy()
            for seed in range(len(theirs))
        ]
    )
    pooled = np.concatenate([ours, theirs]).mean(axis=0)
    error = np.sqrt(2 * pooled * (1 - pooled) / draws / len(theirs))
    z = (ours.mean(axis=0) - theirs.mean(axis=0)) / error
    assert np.abs(z).max() < 4
    # Territories share their draws, so these are not 36 independent numbers.
    assert 0.3 < (z**2).mean() < 2.5
    spread = ours.std(axis=0) / theirs.std(axis=0)
    assert 0.8 < np.median(spread) < 1.25


def test_chance_is_seldom_called_a_cluster():
    near = grid(20)
    rng = np.random.default_rng(11)
    runs = [local_moran(pd.Series(rng.normal(size=400)), near, seed=seed) for seed in range(40)]
    raw = np.mean([(run.table["p"] < 0.05).mean() for run in runs])
    assert 0.08 < raw < 0.12, "one tail chosen after looking: twice 5 %"
    any_cluster = np.mean([run.counts()[NONE] < 400 for run in runs])
    assert any_cluster <= 0.2


def test_a_real_cluster_is_found():
    near = grid(20)
    values = np.random.default_rng(2).normal(size=400)
    block = np.array([row < 6 and column < 6 for row in range(20) for column in range(20)])
    clusters = local_moran(pd.Series(values + 4 * block), near, seed=1)
    labels = clusters.table["label"].to_numpy()
    assert (labels[block] == HIGH_HIGH).mean() > 0.8
    # Far from the block nothing is high, and luck is seldom called a cluster.
    far = labels[200:]
    assert not (far == HIGH_HIGH).any() and (far == NONE).mean() > 0.95


def test_missing_values_and_islands_are_apart():
    near = contiguity_of([[1, 2], [0, 2], [0, 1], [4], [3], []])
    values = pd.Series([1.0, 2.0, 3.0, 9.0, np.nan, 5.0], index=list("abcdef"))
    clusters = local_moran(values, near, permutations=99)
    assert clusters.missing == ("e",)
    assert clusters.islands == ("d", "f")
    assert clusters.table.loc[["d", "e", "f"]].isna().all(axis=None)
    assert clusters.table.loc[["a", "b", "c"]].notna().all(axis=None)
    statistic = moran(values, near)
    assert (statistic.islands, statistic.missing) == (("d", "f"), ("e",))


def test_a_value_at_the_mean_is_never_significant():
    values = pd.Series([0.0, 1.0, 2.0, 1.0, 1.0])
    clusters = local_moran(values, chain(5), permutations=99)
    assert clusters.table["p"].iloc[[1, 3, 4]].tolist() == [1.0, 1.0, 1.0]


def test_same_seed_same_answer_and_scale_does_not_matter():
    near, values = grid(8), pd.Series(np.random.default_rng(5).normal(size=64))
    first = local_moran(values, near, permutations=499, seed=9).table
    pd.testing.assert_frame_equal(first, local_moran(values, near, permutations=499, seed=9).table)
    scaled = local_moran(1000 * values + 3, near, permutations=499, seed=9).table
    pd.testing.assert_frame_equal(first, scaled, rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, 1.0, 1.0, 1.0], "all known values are equal"),
        ([1.0, np.nan, np.nan, 2.0], "at least 3"),
        ([1.0, np.nan, 2.0, np.nan, 3.0], "no two territories"),
        ([1.0, 2.0, 3.0], "from the same territories"),
    ],
)
def test_nothing_to_cluster_is_a_sentence(values, words):
    near = chain(5) if len(values) == 5 else chain(4)
    with pytest.raises(InputError, match=words):
        local_moran(pd.Series(values), near)


def test_a_rate_or_permutations_out_of_range():
    for wrong in ({"permutations": 0}, {"rate": 0.0}, {"rate": 1.0}):
        with pytest.raises(InputError, match="between 0 and 1"):
            local_moran(pd.Series([1.0, 2.0, 4.0]), chain(3), **wrong)


def test_adjusted_p_values_are_scipys():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(3).uniform(size=200) ** 2
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))


def test_atlas_gets_a_column_of_labels(make_atlas):
    values = [1.0, 1.2, 1.1, 1.3, 1.2, 9.0, 9.1, 9.2, 9.3, np.nan]
    made = add_clusters(make_atlas({"s": values}), "s", permutations=999)
    column = made.values["s-clusters"]
    assert np.isnan(column.iloc[-1]) and column.iloc[:-1].notna().all()
    assert set(column.dropna()) <= {NONE, HIGH_HIGH, LOW_LOW, 2, 4}
    assert made.indicator("s-clusters").role == "typology"
    with pytest.raises(InputError, match="is a category"):
        add_clusters(made, "s-clusters")
