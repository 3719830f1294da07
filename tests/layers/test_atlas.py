from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator, indicator_from_dict
from zoneblanche.layers.inputs.join import account_of, join_table
from zoneblanche.layers.layer import Table

SOURCE = Source("Arcep", "Test", licence="LO 2.0")
SITE = Indicator("website", {"fr": "Site", "en": "Website"}, unit="boolean", better="higher")
SPEED = Indicator("speed", "Speed", unit="percent", better="higher", denominator="premises")
PEOPLE = Indicator("people", "People", unit="count", kind="extensive")
KIND = Indicator("class", "Class", unit="category", role="context")


@pytest.fixture
def atlas(toy: Territories) -> Atlas:
    made = empty_atlas(toy)
    made = replace(
        made, weights=pd.DataFrame({"premises": [300.0, 100.0, 50.0, 0.0]}, index=toy.codes)
    )
    made = made.add(SITE, pd.Series([1.0, 0.0, 1.0, np.nan], index=toy.codes))
    speed = pd.Series([10.0, 50.0, 80.0, np.nan], index=toy.codes)
    made = made.add(SPEED, speed, reasons=Reason.NOT_APPLICABLE)
    made = made.add(PEOPLE, toy.facts["population"])
    return made.add(KIND, pd.Series([1.0, 2.0, 3.0, 4.0], index=toy.codes))


def test_a_missing_cell_has_a_reason_and_no_other(atlas: Atlas) -> None:
    assert list(atlas.reasons["website"]) == [0, 0, 0, Reason.NOT_MATCHED]
    assert list(atlas.reasons["speed"]) == [0, 0, 0, Reason.NOT_APPLICABLE]
    with pytest.raises(InputError, match="reasons differ in website"):
        replace(atlas, values=atlas.values.fillna({"website": 0.0}))


def test_a_column_lands_on_its_codes_whatever_its_order(atlas: Atlas) -> None:
    again = atlas.add(SITE, atlas.values["website"].iloc[::-1])
    assert again.values["website"].equals(atlas.values["website"])


def test_an_atlas_does_not_change_with_what_it_was_made_from(atlas: Atlas) -> None:
    figures = pd.Series([1.0, 0.0, 1.0, np.nan], index=atlas.codes)
    added = atlas.add(SITE, figures)
    figures.iloc[0] = np.nan
    assert added.values["website"].tolist()[:3] == [1.0, 0.0, 1.0]


def test_a_column_is_replaced_in_its_place(atlas: Atlas) -> None:
    again = atlas.add(SPEED, atlas.values["speed"] * 2, reasons=Reason.TOO_FEW)
    assert list(again.values) == list(again.reasons) == list(atlas.values)
    assert again.values["speed"].tolist()[:3] == [20.0, 100.0, 160.0]
    assert again.reasons["speed"].tolist() == [0, 0, 0, Reason.TOO_FEW]
    assert atlas.values["speed"].tolist()[:3] == [10.0, 50.0, 80.0]


def test_a_reason_of_a_figure_is_refused_when_it_is_added(atlas: Atlas) -> None:
    reasons = pd.Series(np.zeros(4, dtype="int8"), index=atlas.codes)
    with pytest.raises(InputError, match="reasons differ in website"):
        atlas.add(SITE, atlas.values["website"], reasons=reasons)


def test_a_column_is_kept_once(atlas: Atlas) -> None:
    assert list(atlas.keep(["speed", "website", "speed"]).values) == ["speed", "website"]


def test_columns_and_indicators_are_the_same(atlas: Atlas) -> None:
    with pytest.raises(InputError, match="same columns"):
        replace(atlas, indicators={"website": SITE})
    with pytest.raises(InputError, match="not on the codes"):
        replace(atlas, values=atlas.values.iloc[::-1])


def test_unknown_indicators_are_refused_with_the_nearest(atlas: Atlas) -> None:
    with pytest.raises(InputError, match="Did you mean 'website'"):
        atlas.indicator("websit")


def test_aggregation_follows_the_indicator(atlas: Atlas) -> None:
    higher = atlas_at(atlas, "departement")
    assert higher.values.loc["A", "people"] == 400
    assert higher.values.loc["A", "speed"] == pytest.approx((10 * 300 + 50 * 100) / 400)
    assert higher.values.loc["B", "speed"] == 80, "a commune without premises weighs nothing"
    assert higher.values.loc["A", "website"] == 50, "percent of the communes"
    assert higher.values.loc["B", "website"] == 100, "of those that are known"
    assert higher.indicators["website"].unit == "percent"
    assert "class" not in higher.indicators
    text = "\n".join(higher.notices)
    assert "Class is not carried" in text
    assert "Website: the figure rests on a part" in text


def test_a_yes_or_a_category_of_the_container_itself_is_no_share(atlas: Atlas) -> None:
    """As of the website of a département, which each of its communes has been given."""
    site = replace(SITE, id="site", native_level="departement")
    kind = replace(KIND, id="kind", native_level="departement")
    made = atlas.add(site, pd.Series([1.0, 1.0, 0.0, 0.0], index=atlas.codes))
    made = made.add(kind, pd.Series([3.0, 3.0, np.nan, np.nan], index=atlas.codes))
    higher = atlas_at(made, "departement")
    assert higher.values["site"].to_dict() == {"A": 1, "B": 0}
    assert (higher.indicators["site"].unit, higher.indicators["site"].title) == (
        "boolean",
        SITE.title,
    )
    assert higher.values["kind"].fillna(-1).to_dict() == {"A": 3, "B": -1}


def test_a_mean_over_two_levels_is_that_of_the_parts(atlas: Atlas) -> None:
    """A website is known of three communes of four: A has one of two, B one of one."""
    higher = atlas_at(atlas, "departement")
    for name, scale in (("website", 100), ("speed", 1)):
        above, weights = higher.values[name], higher.weight_of(higher.indicators[name])
        known = atlas.values[name].notna()
        expected = np.average(
            atlas.values[name][known], weights=atlas.weight_of(atlas.indicators[name])[known]
        )
        assert np.average(above, weights=weights) == pytest.approx(scale * expected)
    assert list(higher.weight_of(higher.indicators["website"])) == [2, 1]


def test_territories_without_the_level_are_told(atlas: Atlas) -> None:
    higher = atlas_at(atlas, "epci")
    assert list(higher.codes) == ["X", "Y"]
    assert any("B2" in notice for notice in higher.notices)


def test_the_own_level_changes_nothing(atlas: Atlas) -> None:
    assert atlas_at(atlas, "commune") is atlas


def test_a_containers_figure_is_handed_down_and_says_so(toy: Territories) -> None:
    frame = pd.DataFrame({"share": [7.0]}, index=pd.Index(["A"], name="code"))
    joined = join_table(toy, Table(frame, level="departement", source=SOURCE))
    assert joined.native_level == "departement"
    assert list(joined.frame["share"][:2]) == [7, 7]
    assert joined.frame["share"][2:].isna().all()
    assert list(joined.matched) == [True, True, False, False]


def test_a_table_is_joined_once(toy: Territories) -> None:
    frame = pd.DataFrame({"share": [7.0, 8.0]}, index=pd.Index(["A1", "Z9"], name="code"))
    table = Table(frame, level="commune", source=SOURCE)
    joined = join_table(toy, table)
    assert join_table(toy, table) is joined
    assert join_table(toy.take(toy.codes != "B2"), table) is not joined
    assert join_table(toy, replace(table, period="2024")) is not joined
    explained = join_table(toy, table, explain=lambda code: f"{code} is gone")
    assert explained.account.listed[0].reason == "Z9 is gone"
    assert join_table(toy, table) is joined


@pytest.mark.parametrize(("unit", "answer"), [("boolean", 1.0), ("category", 3.0)])
def test_an_answer_of_the_level_itself_stays_one(
    toy: Territories, unit: str, answer: float
) -> None:
    """One commune's correction does not make a share of the département's own answer."""
    own = Indicator(
        "own", "Own", unit, native_level="departement",
        categories={0: "none", 3: "some"} if unit == "category" else {},
    )  # fmt: skip
    atlas = empty_atlas(toy).add(own, pd.Series([0.0, answer, answer, answer], toy.codes))
    higher = atlas_at(atlas, "departement")
    assert higher.values["own"].tolist() == [0.0, answer]  # A: a tie of two communes, the lowest
    assert higher.indicator("own").unit == unit
    assert not any("plain mean" in notice for notice in higher.notices)


def test_every_row_is_matched_or_listed(toy: Territories) -> None:
    frame = pd.DataFrame({"v": [1.0, 2.0, 3.0]}, index=pd.Index(["A1", "Z9", "B1"], name="code"))
    joined = join_table(
        toy, Table(frame, level="commune", source=SOURCE), explain=lambda code: f"{code} is gone"
    )
    assert joined.account.rows == joined.account.matched + len(joined.account.listed)
    assert joined.account.listed[0].reason == "Z9 is gone"


def test_a_table_that_matches_nothing_is_refused(toy: Territories) -> None:
    frame = pd.DataFrame({"v": [1.0]}, index=pd.Index(["1"], name="code"))
    with pytest.raises(InputError, match="none of the 1 rows"):
        join_table(toy, Table(frame, level="commune", source=SOURCE))
    with pytest.raises(InputError, match="does not contain"):
        join_table(toy, Table(frame, level="canton", source=SOURCE))


@pytest.mark.parametrize(
    ("level", "codes"), [("commune", ["A1", "A2", "A1"]), ("departement", ["A", "B", "A"])]
)
def test_a_table_with_a_code_twice_is_refused(
    toy: Territories, level: str, codes: list[str]
) -> None:
    frame = pd.DataFrame({"v": [1.0, 2.0, 3.0]}, index=pd.Index(codes, name="code"))
    with pytest.raises(InputError, match=f"Test: {codes[0]} are listed twice"):
        join_table(toy, Table(frame, level=level, source=SOURCE))


@given(st.lists(st.text(min_size=1, max_size=3)), st.sets(st.text(min_size=1, max_size=3)))
def test_rows_in_are_rows_out(rows: list[str], known: set[str]) -> None:
    frame = pd.DataFrame(index=pd.Index(rows, dtype="object"))
    table = Table(frame, level="commune", source=SOURCE)
    account = account_of(table, pd.Index(sorted(known), dtype="object"))
    assert account.rows == len(rows)
    assert account.matched == sum(code in known for code in rows)
    assert account.rows == account.matched + len(account.listed)


def test_an_indicator_survives_json() -> None:
    indicator = replace(
        SPEED, sources=(SOURCE,), categories={1: {"fr": "un", "en": "one"}}, parts=("a",)
    )
    assert indicator_from_dict(indicator.as_dict()) == indicator
