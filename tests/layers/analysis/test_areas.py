"""Areas by the mean of their inhabitants, and sparse territories at equal size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers import read_atlas
from zoneblanche.layers.analysis.areas import rank_areas, with_area_means
from zoneblanche.layers.analysis.inequality import equal_size
from zoneblanche.layers.analysis.inequality.equal_size import sparse_at_equal_size
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas


@pytest.fixture(scope="module")
def lozere() -> Atlas:
    return compute_index(read_atlas("fr", within=["48", "2A"]), "presence-only")


def test_areas_are_ranked_by_the_mean_of_their_inhabitants(lozere: Atlas) -> None:
    ranked = rank_areas(lozere, "presence-only", level="departement")
    people = lozere.territories.facts["population"]
    scores, of = lozere.values["presence-only"], lozere.territories.parents["departement"]
    known = scores.notna()
    for code in ("48", "2A"):
        here = known & (of == code)
        mean = (scores[here] * people[here]).sum() / people[here].sum()
        assert ranked.loc[code, "score"] == pytest.approx(mean)
    assert ranked["score"].is_monotonic_decreasing
    assert ranked["rank"].tolist() == [1, 2]
    assert (ranked["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_high"]).all()


def test_sparse_and_others_are_compared_within_a_size_band(
    lozere: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equal_size, "LEAST_OVERLAP", 2)  # two départements have few of a size
    compared = sparse_at_equal_size(lozere, "presence-only")
    assert compared is not None
    sparse = (lozere.values["density"] < 30) | lozere.values["density-class"].isin([6, 7])
    scores = lozere.values["presence-only"]
    assert compared.raw == pytest.approx(scores[sparse].mean() - scores[~sparse].mean())
    assert compared.low < compared.left < compared.high
    # The small are sparse and seldom online: at equal size less of the difference is left.
    assert abs(compared.left) < abs(compared.raw)


def test_an_index_that_nobody_knows_the_recipe_of(lozere: Atlas) -> None:
    with pytest.raises(InputError, match="does not know how"):
        rank_areas(lozere, "website", level="departement")


def test_an_area_of_territories_without_a_rank_has_none(lozere: Atlas) -> None:
    """The people of 2A live in territories that are scored and not ranked."""
    recipe = replace(
        lozere.recipe("presence-only"), incomplete="unranked", min_available=0.0, draws=20
    )
    values = lozere.values.copy()
    inside = lozere.territories.parents["departement"] == "2A"
    values.loc[inside, "own-email"] = np.nan
    reasons = lozere.reasons.mask(values.isna() & (lozere.reasons == 0), int(Reason.SECRET))
    atlas = replace(lozere, values=values, reasons=reasons.astype("int8"), intervals={})
    ranked = rank_areas(compute_index(atlas, recipe), "presence-only", level="departement")
    assert np.isfinite(ranked["score"]).all()
    assert ranked.loc["48", ["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 1]
    assert ranked.loc["2A", ["rank", "rank_low", "rank_high", "worst_decile"]].isna().all()


@pytest.mark.parametrize("draws", [50, 300])
def test_an_atlas_from_a_file_has_the_same_ranks(lozere: Atlas, tmp_path: Path, draws: int) -> None:
    """The draws are not in the file: they are drawn again, as many and the same."""
    made = compute_index(lozere, "digital-inequality", draws=draws)
    save_atlas(made, tmp_path / "a.parquet")
    ranked = rank_areas(load_atlas(tmp_path / "a.parquet"), "digital-inequality", level="epci")
    expected = rank_areas(made, "digital-inequality", level="epci")
    assert expected["rank_low"].notna().any()
    pd.testing.assert_frame_equal(ranked, expected)


def test_an_index_without_ranks_has_none_above(lozere: Atlas) -> None:
    without = replace(lozere, intervals={}, area_means={})
    ranked = rank_areas(without, "presence-only", level="departement")
    assert ranked["score"].notna().all()
    assert ranked[["rank", "rank_low", "rank_high", "worst_decile"]].isna().all(axis=None)
    assert with_area_means(without, without.recipes) is without


def test_a_replaced_index_has_no_old_draws(lozere: Atlas) -> None:
    scores = lozere.values["presence-only"]
    replaced = lozere.add(lozere.indicator("presence-only"), 100 - scores)
    assert "presence-only" in lozere.area_means and "presence-only" in lozere.intervals
    assert "presence-only" not in replaced.area_means
    assert "presence-only" not in replaced.intervals
