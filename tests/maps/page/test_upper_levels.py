"""The levels that a page can switch to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.maps.unpacking import Opened, read_column
from zoneblanche.geo.nesting import territories_at
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.maps.page.header.layers import Citations
from zoneblanche.maps.page.header.probability import with_probabilities
from zoneblanche.maps.page.header.upper_levels import atlases_above, describe_upper
from zoneblanche.maps.page.payload import write_payload


def scored(toy_atlas: Atlas) -> Atlas:
    """The toy atlas with an index and a shipped flag that are computed, not given."""
    atlas = toy_atlas.keep(["fibre", "presence", "density"])
    table = {"id": "lack", "normalise": "goalposts", "draws": 20, "coarse": "allow"}
    table |= {"weights": {"fibre": 2, "presence": 1}}
    table["indicators"] = {"fibre": {"error": {"within": 5.0}}}
    recipe = recipe_from_table(table, file="", indicators=atlas.indicators)
    return flag(compute_index(atlas, recipe), "sparse")


def test_an_index_is_the_mean_over_inhabitants(toy_atlas: Atlas) -> None:
    """The same figure of a département as in the terminal and the report."""
    atlas = scored(toy_atlas)
    people = atlas.territories.facts["population"]
    uppers = {upper.territories.level: upper for upper in atlases_above(atlas)}
    assert set(uppers) == {"epci", "departement"}
    for level, upper in uppers.items():
        wanted = atlas_at(atlas.keep(["fibre", "presence", "density"]), level)
        pd.testing.assert_frame_equal(upper.values[list(wanted.values)], wanted.values)
        ranked = rank_areas(atlas, "lack", level=level)
        pd.testing.assert_series_equal(
            upper.values["lack"].dropna(), ranked["score"].sort_index(), check_names=False
        )
        pd.testing.assert_series_equal(
            upper.intervals["lack"]["rank"].dropna(), ranked["rank"].sort_index(), check_names=False
        )
        groups = atlas.territories.parents[level]
        for code in upper.codes:
            inside = (groups == code) & atlas.values["sparse"].notna()
            flagged = (atlas.values["sparse"] * people)[inside].sum() / people[inside].sum()
            assert upper.values.loc[code, "sparse"] == pytest.approx(100 * flagged, nan_ok=True)
        assert upper.indicators["sparse"].unit == "percent"


def test_keys_that_a_level_above_lacks_have_an_order_of_their_own(toy_atlas: Atlas) -> None:
    """Not that of a set, which differs from one Python process to the next."""
    lacking = list("hgfedcba")
    below = [{"id": name} | dict.fromkeys(lacking, 1) for name in toy_atlas.indicators]
    levels, _streams = describe_upper(toy_atlas, below, Citations())
    for level in levels:
        for layer in level["layers"]:
            assert [key for key in layer if key in lacking] == sorted(lacking)


def test_levels_with_one_territory_are_not_offered(toy_atlas: Atlas) -> None:
    first = toy_atlas.territories.parents["departement"] == "A"
    some = take(toy_atlas, first.to_numpy())
    assert [one.territories.level for one in atlases_above(some)] == []


def test_a_page_carries_its_upper_levels_in_the_order_of_their_containers(
    toy_atlas: Atlas,
) -> None:
    atlas = scored(toy_atlas)
    page = Opened(dict(write_payload(atlas, "lack", lang="fr").blocks))
    above = map(with_probabilities, atlases_above(atlas))
    uppers = {upper.territories.level: upper for upper in above}
    for described in page.head["upper"]:
        upper = uppers[described["id"]]
        codes = [code for code, _ in page.text["containers"][described["id"]]]
        assert codes == list(upper.codes)
        assert [layer["id"] for layer in described["layers"]] == list(upper.indicators)
        for layer in described["layers"]:
            how = {**page.layer(layer["id"]), **layer}["column"]
            stream = page.stream(f"{described['id']}:{layer['id']}")
            values, reasons = read_column(stream, how, len(codes))
            digits = upper.indicators[layer["id"]].digits
            np.testing.assert_allclose(values, upper.values[layer["id"]].round(digits))
            assert reasons == upper.reasons[layer["id"]].tolist()


def test_boxes_stand_for_shapes_where_nothing_is_drawn(toy: Territories) -> None:
    boxes = territories_at(toy, "departement", shapes="boxes")
    united = territories_at(toy, "departement")
    np.testing.assert_allclose(boxes.frame.bounds, united.frame.bounds)
    pd.testing.assert_frame_equal(boxes.facts, united.facts)
    pd.testing.assert_frame_equal(boxes.parents, united.parents)
