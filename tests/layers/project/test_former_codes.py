"""A user's table of another year, or by arrondissement, on today's communes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.layer import Inputs, Measurement
from zoneblanche.layers.project.read import read_project
from zoneblanche.layers.project.user_layers.kinds import user_layer

COUNTS = (
    "code;n\n01033;500\n01091;30\n01018;80\n75101;99\n75102;1\n12076;5\n97701;3\n2a004;1\n48095;7\n"
)


@pytest.fixture(scope="module")
def france() -> Territories:
    """All communes, so that no row is a stranger for that alone."""
    return edition_territories(read_country("fr"))


def measured(
    folder: Path, france: Territories, table: str, *, unit: str, more: str = "", top: str = ""
) -> Measurement:
    (folder / "t.csv").write_text(table, "utf-8")
    (folder / "p.toml").write_text(
        f'country = "fr"\n{top}\n[[layers]]\nid = "n"\npath = "t.csv"\ncode = "code"\nvalue = "n"\n'
        f'unit = "{unit}"\n{more}\n',
        "utf-8",
    )
    project = read_project(folder / "p.toml")
    return user_layer(project.table.layers[0], project).measure(france, inputs_of(france))


def inputs_of(france: Territories) -> Inputs:
    return gather_inputs({}, {}, france)


def test_by_itself_nothing_is_carried_and_every_row_has_its_reason(
    france: Territories, tmp_path: Path
) -> None:
    got = measured(tmp_path, france, COUNTS, unit="count")
    account = got.account
    assert account is not None
    assert account.rows == account.matched + len(account.listed) == 9
    assert {row.code: row.reason for row in account.listed} == {
        "01091": "merged into 01033 (Valserhône)",
        "01018": "merged into 01033 (Valserhône)",
        "75101": "arrondissement of 75056",
        "75102": "arrondissement of 75056",
        "12076": "now 12218 (Conques-en-Rouergue)",
        "97701": "in Saint-Barthélemy, a collectivity in no département",
        "2a004": "unknown code; 2A004 is known",
    }
    assert got.values["01033"] == 500
    assert 'vintage = "YYYY"' in " ".join(got.notices)
    assert 'arrondissements = "whole"' in " ".join(got.notices)


def test_counts_of_another_year_are_added(france: Territories, tmp_path: Path) -> None:
    got = measured(
        tmp_path, france, COUNTS, unit="count", more='vintage = "2018"',
        top='arrondissements = "whole"',
    )  # fmt: skip
    assert got.values[["01033", "75056", "12218", "48095"]].tolist() == [610, 100, 5, 7]
    account = got.account
    assert account is not None
    assert account.rows == account.matched + len(account.listed)
    assert [row.code for row in account.listed] == ["97701", "2a004"]
    assert [(row.row, row.code) for row in account.carried] == [
        ("line 3", "01091"), ("line 4", "01018"), ("line 5", "75101"), ("line 6", "75102"),
        ("line 7", "12076"),
    ]  # fmt: skip
    assert "n: 722 before, 722 after, 0 lost, 0 withheld" in " ".join(got.notices)


def test_rates_are_weighted_by_the_people_of_the_parts(france: Territories, tmp_path: Path) -> None:
    table = "code;n\n01033;50\n01091;10\n75101;0\n75102;100\n01001;3\n"
    got = measured(
        tmp_path, france, table, unit="percent", more='vintage = "2018"',
        top='arrondissements = "whole"',
    )  # fmt: skip
    # Bellegarde-sur-Valserine had 11,675 people and Châtillon-en-Michaille 3,694.
    assert got.values["01033"] == pytest.approx((50 * 11675 + 10 * 3694) / 15369)
    assert 50 < got.values["75056"] < 60, "the second arrondissement has more people"
    assert got.values["01001"] == 3


def test_a_yes_or_no_is_that_of_the_greatest_part(france: Territories, tmp_path: Path) -> None:
    table = "code;n\n01033;oui\n01091;non\n01001;non\n"
    got = measured(tmp_path, france, table, unit="boolean", more='vintage = "2018"')
    assert got.values[["01033", "01001"]].tolist() == [1, 0]


def test_a_commune_beside_its_arrondissements_is_refused(
    france: Territories, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="75056 appears together with its own arrondissements"):
        measured(
            tmp_path, france, "code;n\n75056;1\n75101;1\n", unit="count",
            top='arrondissements = "whole"',
        )  # fmt: skip


def test_without_a_list_of_changes_a_vintage_is_refused(toy: Territories, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is known of codes that changed"):
        measured(tmp_path, toy, "code;n\nA1;1\n", unit="count", more='vintage = "2018"')


def test_the_embedded_list_leads_to_one_year_only(france: Territories, tmp_path: Path) -> None:
    older = replace(france, vintage="2019")
    table = "code;n\n01033;400\n01004;5\n"
    with pytest.raises(InputError, match=r"between 2018 and 2019.*insee-code-events=FILE"):
        measured(tmp_path, older, table, unit="count", more='vintage = "2018"')
    same = measured(tmp_path, older, table, unit="count", more='vintage = "2019"')
    assert same.values[["01033", "01004"]].tolist() == [400, 5]


def test_real_counts_of_2018_keep_their_total(
    france: Territories, tmp_path: Path, shared_data: Path
) -> None:
    file = shared_data / "fr/connectivity/communes_ftth_2018T1.csv"
    (tmp_path / "ftth.csv").write_bytes(file.read_bytes())
    (tmp_path / "p.toml").write_text(
        'country = "fr"\n[[layers]]\nid = "n"\npath = "ftth.csv"\ncode = "code_insee"\n'
        'value = "locaux"\nunit = "count"\nvintage = "2018"\n',
        "utf-8",
    )
    project = read_project(tmp_path / "p.toml")
    layer = user_layer(project.table.layers[0], project)
    events = shared_data / "fr/population/mouvements-communes.csv"
    # The embedded list knows no divisions: five communes gave a part of theirs away.
    with_events = gather_inputs({"insee-code-events": events}, {}, france)
    for inputs, carried in (({}, 493), (with_events, 498)):
        got = layer.measure(france, inputs)
        account = got.account
        assert account is not None
        assert (account.rows, account.matched, len(account.carried)) == (35361, 35357, carried)
        assert got.values.sum() == pytest.approx(36_756_661)
