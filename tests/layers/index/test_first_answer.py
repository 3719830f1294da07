"""The index of France, against the table that was computed outside the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.consistency import influence
from zoneblanche.scripts.bench.first_answer import (
    COLUMNS,
    first_answer_atlas,
    reference_table,
)

INDEX = "digital-inequality"


@pytest.fixture(scope="session")
def france_index(shared_data: Path) -> Atlas:
    return compute_index(first_answer_atlas(shared_data), INDEX, draws=0)


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> pd.DataFrame:
    return reference_table(shared_data)


def test_the_scores_are_those_of_the_reference(
    france_index: Atlas, reference: pd.DataFrame
) -> None:
    computed = france_index.values.reindex(reference.index)
    scores = reference["score"]
    assert computed[INDEX].isna().equals(scores.isna())
    assert (computed[INDEX].notna().sum(), computed[INDEX].isna().sum()) == (34_867, 8)
    off = (computed[INDEX] - scores).abs()
    assert off.median() < 0.001
    # Incomes that were estimated with intercommunalities of another year.
    assert off.quantile(0.99) < 0.002
    assert off.max() < 0.2
    for name in ("access", "online", "help"):
        assert (computed[name] - reference[COLUMNS[name]]).abs().max() < 0.002


def test_means_and_distinct_scores(france_index: Atlas) -> None:
    scores = france_index.values[INDEX].dropna()
    people = france_index.territories.facts["population"][scores.index]
    assert np.average(scores, weights=people) == pytest.approx(22.24, abs=0.005)
    assert scores.mean() == pytest.approx(35.06, abs=0.005)
    assert scores.round(4).nunique() > 33_500
    assert scores.round(9).value_counts().max() == 8


def test_the_checks_of_the_method(france_index: Atlas) -> None:
    """Those of docs/method.md."""
    values = france_index.values
    pairs = [("website", "own-email"), ("aged-65", "median-income")]
    assert all(abs(values[one].corr(values[other])) < 0.9 for one, other in pairs)
    # Neither of website and e-mail implies the other.
    both = pd.crosstab(values["website"], values["own-email"])
    assert (both > 1000).all(axis=None)
    parts = ["access", "online", "help", "people"]
    shares = influence(values, parts, INDEX)
    assert shares.max() - shares.min() < 0.05
    np.testing.assert_allclose(shares, [0.24, 0.25, 0.26, 0.24], atol=0.02)
    equal = values[parts].mean(axis=1).where(values[parts].notna().all(axis=1)).rename("equal")
    alike = influence(values[parts].join(equal), parts, "equal")
    np.testing.assert_allclose(alike, [0.17, 0.43, 0.19, 0.21], atol=0.03)
    whole = values[parts].corrwith(values[INDEX])
    np.testing.assert_allclose(whole, [0.52, 0.58, 0.59, 0.57], atol=0.006)
    for part in parts:
        assert values[part].notna().sum() > 34_790


def test_handicaps_and_the_flag(france_index: Atlas, reference: pd.DataFrame) -> None:
    handicaps = france_index.values["handicaps"]
    assert handicaps.value_counts().sort_index().tolist() == [15_386, 13_093, 5155, 1114, 119]
    people = france_index.territories.facts["population"]
    shares = people.groupby(handicaps).sum() / people.sum()
    np.testing.assert_allclose(shares, [0.770, 0.195, 0.032, 0.003, 0.0], atol=0.0006)
    same = handicaps.reindex(reference.index) == reference["handicaps"]
    assert (~same & reference["handicaps"].notna()).sum() <= 2
    flagged = flag(france_index, "sparse-underserved").values["sparse-underserved"] == 1
    assert abs(flagged.sum() - 5126) <= 2
    assert people[flagged].sum() == pytest.approx(1.04e6, rel=0.01)


def test_départements_are_ranked_or_bounded(france_index: Atlas) -> None:
    areas = rank_areas(france_index, INDEX, level="departement")
    ranked = areas[areas["rank"].notna()]
    assert ranked.index[:10].tolist() == [
        "15", "23", "03", "43", "972", "52", "07", "22", "61", "09",
    ]  # fmt: skip
    assert sorted(areas.index[areas["rank"].isna()]) == ["971", "973", "976"]
    assert ranked["bound_low"].isna().all()
    bounds = areas.loc["976", ["bound_low", "bound_high"]].round(1)
    assert bounds.tolist() == [34.5, 59.5]


def test_départements(france_index: Atlas) -> None:
    territories = france_index.territories
    interval = france_index.intervals[INDEX]
    place = territories.parents["departement"]
    people = territories.facts["population"]

    def mean(column: pd.Series) -> pd.Series:
        known = column.notna()
        total = (column * people)[known].groupby(place[known]).sum()
        return total / people[known].groupby(place[known]).sum()

    ranked = mean(france_index.values[INDEX].where(interval["rank"].notna()))
    worst = ranked.sort_values(ascending=False).head(10).round(1)
    assert worst.to_dict() == {
        "15": 39.1, "23": 38.4, "03": 37.8, "43": 36.8, "972": 36.6,
        "52": 36.1, "07": 35.4, "22": 34.4, "61": 33.9, "09": 33.9,
    }  # fmt: skip
    assert round(ranked.min(), 1) == 4.3
    assert ranked.idxmin() == "75"
    low, high = mean(interval["bound_low"]), mean(interval["bound_high"])
    bounds = pd.concat([low, high], axis=1).dropna().round(1)
    assert bounds.loc["976"].tolist() == [34.5, 59.5]
    assert bounds.loc["973"].tolist() == [15.7, 40.7]
    assert bounds.loc["971"].tolist() == [9.1, 34.1]
    assert interval["bound_low"].notna().sum() == 71
