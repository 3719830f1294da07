"""Where the points of an index come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import explain
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.maps.page.header.contributions import _points, describe_contributions
from zoneblanche.maps.page.header.upper_levels import atlases_above


def leaves(branch: dict) -> list[str]:
    if "children" not in branch:
        return [branch["id"]]
    return [name for child in branch["children"] for name in leaves(child)]


def scored(atlas: Atlas, **options: object) -> Atlas:
    table = {
        "id": "lack",
        "draws": 0,
        "min_available": 0.3,
        "weights": {"net": 3, "density": 1},
        "dimensions": {"net": {"title": "Net", "weights": {"fibre": 2, "presence": 1}}},
        "indicators": {"density": {"better": "higher"}},
        **options,
    }
    recipe = recipe_from_table(table, file="", indicators=atlas.indicators)
    return compute_index(atlas.keep(["fibre", "presence", "density"]), recipe)


@pytest.mark.parametrize("orientation", ["better", "worse"])
def test_the_points_of_the_parts_are_those_that_explain_tells(
    toy_atlas: Atlas, orientation: str
) -> None:
    atlas = scored(toy_atlas, orientation=orientation)
    tree = describe_contributions(atlas, "lack")
    assert tree is not None
    points = dict(zip(leaves(tree), _points(atlas, tree, np.ones(4)), strict=True))
    for row, code in enumerate(atlas.codes):
        parts = explain(atlas, code, "lack").parts["contribution"]
        for name, contribution in parts.items():
            assert points[str(name)][row] == pytest.approx(contribution, abs=1e-9)


def test_estimated_figures_have_the_points_that_explain_tells(toy_atlas: Atlas) -> None:
    known = toy_atlas.keep(["fibre", "presence", "density"])
    row = known.values["fibre"].first_valid_index()
    assert row is not None and known.values.loc[row].notna().all()
    values, reasons = known.values.copy(), known.reasons.copy()
    values.loc[row, "fibre"], reasons.loc[row, "fibre"] = np.nan, Reason.SECRET
    atlas = scored(
        replace(known, values=values, reasons=reasons),
        indicators={
            "density": {"better": "higher"},
            "fibre": {
                "normalise": "goalposts",
                "goalposts": [0, 100],
                "regression": {"on": {"density": "linear"}, "shrink": 0},
            },
        },
    )
    tree = describe_contributions(atlas, "lack")
    assert tree is not None
    assert tree["children"][0]["children"][0]["estimated"] == [Reason.SECRET]
    points = dict(zip(leaves(tree), _points(atlas, tree, np.ones(4)), strict=True))
    parts = explain(atlas, row, "lack").parts
    assert parts["done"]["fibre"]
    for name, contribution in parts["contribution"].items():
        at = list(atlas.codes).index(row)
        assert points[str(name)][at] == pytest.approx(contribution, abs=1e-9)


@pytest.mark.parametrize(
    "options", [{"aggregate": "median"}, {"normalise": "zscore"}, {"treat": "winsorise"}]
)
def test_points_that_are_no_plain_sum_are_not_told(
    toy_atlas: Atlas, options: dict[str, str]
) -> None:
    assert describe_contributions(scored(toy_atlas, **options), "lack") is None


def test_an_area_has_the_points_of_its_dimensions(toy_atlas: Atlas) -> None:
    """The score of an area is the mean of its territories', whose figures are cut at the ends of
    the scale: its own figures do not give it, its dimensions do."""
    dimensions = {
        "net": {"title": "Net", "weights": {"fibre": 1}},
        "town": {"title": "Town", "weights": {"presence": 1}},
    }
    atlas = scored(
        toy_atlas,
        weights={"net": 3, "town": 1},
        dimensions=dimensions,
        indicators={"fibre": {"normalise": "goalposts", "goalposts": [40, 60]}},
    )
    tree = describe_contributions(atlas, "lack")
    assert tree is not None and leaves(tree) == ["fibre", "presence"]
    for upper in atlases_above(atlas):
        tree = describe_contributions(upper, "lack")
        assert tree is not None and leaves(tree) == ["net", "town"]
        points = sum(_points(upper, tree, np.ones(len(upper.codes))))
        score = upper.values["lack"].to_numpy()
        np.testing.assert_allclose(points[~np.isnan(score)], score[~np.isnan(score)], atol=1e-9)
