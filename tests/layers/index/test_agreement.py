"""How far rankings agree, by hand on a few territories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.agreement import compare_ranks, rank_by_recipes
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe


def of_one(name: str, *, orientation: str = "better") -> Recipe:
    table = {"weights": {name: 1}, "orientation": orientation, "min_available": 1.0}
    table["indicators"] = {name: {"better": "higher"}}
    return recipe_from_table(table, file="r.toml")


def test_ranks_are_from_the_best_off_however_a_recipe_is_oriented(
    make_atlas: Callable[..., Atlas],
) -> None:
    atlas = make_atlas(pd.DataFrame({"a": [1.0, 2.0, 3.0, 9.0], "b": [5.0, 4.0, 4.0, np.nan]}))
    ranks = rank_by_recipes(
        atlas, {"a": of_one("a"), "lacking": of_one("a", orientation="worse"), "b": of_one("b")}
    )
    # The fourth has no score in b and is left out; ties share the least rank.
    assert ranks["a"].tolist() == [3, 2, 1]
    assert ranks["lacking"].tolist() == [3, 2, 1]
    assert ranks["b"].tolist() == [1, 2, 2]
    none = make_atlas(
        pd.DataFrame({"a": [1.0, 2.0, np.nan, np.nan], "b": [np.nan, np.nan, 1.0, 2.0]})
    )
    with pytest.raises(InputError, match="no territory has a score in each"):
        rank_by_recipes(none, {"a": of_one("a"), "b": of_one("b")})


def test_agreement_by_hand() -> None:
    one = pd.Series(range(1, 21), index=[f"t{k}" for k in range(20)], dtype="float64")
    same = compare_ranks(one, one)
    assert same.spearman == pytest.approx(1) and same.worst_in_common_percent == 100
    other = one.copy()
    other["t18"], other["t0"] = 1.0, 19.0  # one of the two worst off changes place with the best
    agreement = compare_ranks(one, other)
    assert agreement.shift[["t0", "t18", "t5"]].tolist() == [-18, 18, 0]
    # 1 - 6 * (18^2 + 18^2) / (20 * (20^2 - 1))
    assert agreement.spearman == pytest.approx(1 - 6 * 648 / 7980)
    assert agreement.worst_in_common_percent == 50
