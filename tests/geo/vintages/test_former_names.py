"""Former names, from events made by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from zoneblanche.geo.vintages.events import COLUMNS, read_events
from zoneblanche.geo.vintages.former_names import (
    EARLIER_NAMES,
    MERGED_NAMES,
    former_name_columns,
    former_names,
)

NAMES = pd.Series(
    {"A": "New-Town", "B": "Bourg", "C": "Cité", "D": "Dune", "E": "Est-sur-Mer", "K": "Kern"}
)

MERGER, RESTORED, SHARED_OUT, RENAMED, MOVED = "32", "21", "30", "10", "41"


def names_of(*rows: tuple[str, str, str, str, str, str]) -> list[tuple[str, str, str]]:
    """Name, present code and kind of the events (kind, date, before, name, after, name)."""
    former = former_names(pd.DataFrame(list(rows), columns=list(COLUMNS)), NAMES)
    return list(former[["name", "now", "kind"]].itertuples(index=False, name=None))


def test_the_parts_of_a_merger() -> None:
    rows = (
        (MERGER, "2016-01-01", "A", "Old-Town", "A", "New-Town"),
        (MERGER, "2016-01-01", "A2", "Suburb", "A", "New-Town"),
        (MERGER, "2016-01-01", "B2", "Hamlet", "B", "Bourg"),
        (MERGER, "2016-01-01", "B", "Bourg", "B", "Bourg"),
    )
    assert names_of(*rows) == [
        ("Old-Town", "A", "merged"), ("Suburb", "A", "merged"), ("Hamlet", "B", "merged"),
    ]  # fmt: skip


def test_mergers_one_after_another_lead_to_the_last() -> None:
    rows = (
        (MERGER, "1970-01-01", "B3", "Farm", "B2", "Hamlet"),
        (MERGER, "2016-01-01", "B2", "Hamlet", "B", "Bourg"),
    )
    assert names_of(*rows) == [("Farm", "B", "merged"), ("Hamlet", "B", "merged")]


def test_a_part_that_was_restored_before_another_merger() -> None:
    rows = (
        (MERGER, "1972-01-01", "B2", "Hamlet", "C", "Cité-Hamlet"),
        (MERGER, "1972-01-01", "C", "Cité", "C", "Cité-Hamlet"),
        (RESTORED, "1983-01-01", "C", "Cité-Hamlet", "C", "Cité"),
        (RESTORED, "1983-01-01", "C", "Cité-Hamlet", "B2", "Hamlet"),
        (MERGER, "2016-01-01", "B2", "Hamlet", "B", "Bourg"),
    )
    assert names_of(*rows) == [("Hamlet", "B", "merged"), ("Cité-Hamlet", "C", "merged")]


def test_a_part_that_is_a_territory_again_is_no_former_one() -> None:
    rows = (
        (MERGER, "1972-01-01", "D", "Dune", "C", "Cité"),
        (RESTORED, "1983-01-01", "C", "Cité", "D", "Dune"),
    )
    assert names_of(*rows) == []


def test_a_territory_that_was_shared_out_leads_to_each_part() -> None:
    rows = (
        (SHARED_OUT, "1968-01-01", "X", "Between", "B", "Bourg"),
        (SHARED_OUT, "1968-01-01", "X", "Between", "C", "Cité"),
        (SHARED_OUT, "1968-01-01", "X", "Between", "", ""),
    )
    assert names_of(*rows) == [("Between", "B", "merged"), ("Between", "C", "merged")]


def test_changes_of_name_and_of_code() -> None:
    rows = (
        (RENAMED, "1950-01-01", "D", "Sandy", "D", "Dune"),
        (MOVED, "1968-01-01", "O1", "Kernel", "K", "Kern"),
        (RENAMED, "1960-01-01", "O1", "Nucleus", "O1", "Kernel"),
    )
    assert names_of(*rows) == [
        ("Sandy", "D", "renamed"), ("Kernel", "K", "renamed"), ("Nucleus", "K", "renamed"),
    ]  # fmt: skip


def test_a_change_of_name_before_a_merger_is_of_the_part() -> None:
    rows = (
        (RENAMED, "1950-01-01", "A", "Oldest-Town", "A", "Old-Town"),
        (MERGER, "2016-01-01", "A", "Old-Town", "A", "New-Town"),
        (RENAMED, "1950-01-01", "A2", "Suburb", "A2", "Suburb-on-Hill"),
        (MERGER, "2016-01-01", "A2", "Suburb-on-Hill", "A", "New-Town"),
    )
    assert {kind for _, _, kind in names_of(*rows)} == {"merged"}
    assert len(names_of(*rows)) == 4


@pytest.mark.parametrize("name", ["cite", "CITÉ", "Cité ", "", "  "])
def test_the_present_name_written_otherwise_is_no_former_one(name: str) -> None:
    assert names_of((MERGER, "2016-01-01", "C2", name, "C", "Cité")) == []


def test_an_earlier_name_within_the_present_one_is_found_by_that() -> None:
    assert names_of((RENAMED, "1950-01-01", "E", "Est", "E", "Est-sur-Mer")) == []
    # Of a merger, the name is of a part.
    assert names_of((MERGER, "1950-01-01", "E2", "Mer", "E", "Est-sur-Mer")) == [
        ("Mer", "E", "merged")
    ]
    assert names_of((RENAMED, "1950-01-01", "E", "Me", "E", "Est-sur-Mer")) == [
        ("Me", "E", "renamed")
    ]


def test_codes_that_lead_nowhere_or_in_a_circle() -> None:
    rows = (
        (MERGER, "1950-01-01", "X", "Gone", "Y", "Away"),
        (MOVED, "2021-01-01", "Y", "Away", "X", "Back"),
        (MOVED, "2023-01-01", "X", "Back", "Y", "Away"),
    )
    assert names_of(*rows) == []


def test_names_as_texts_of_territories() -> None:
    former = pd.DataFrame(
        [("1", "One", "A", "merged"), ("2", "Two", "A", "merged"), ("A", "Past", "A", "renamed"),
         ("3", "Three", "Z", "merged")],
        columns=["code", "name", "now", "kind"],
    )  # fmt: skip
    codes = pd.Index(["B", "A"], name="code")
    texts = former_name_columns(former, codes)
    assert texts.index.equals(codes)
    assert texts[MERGED_NAMES].tolist() == ["", "One\nTwo"]
    assert texts[EARLIER_NAMES].tolist() == ["", "Past"]
    assert former_name_columns(former[:0], codes).eq("").all(axis=None)


def test_names_in_a_table_of_any_country(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "from,to,date,kind,from_name,to_name\n"
        "B2,B,2019-01-01,merged,Knesselare,Bourg\n"
        "D,D,2020-01-01,recoded,Sandy,Dune\n",
        encoding="utf-8",
    )
    former = former_names(read_events(path, renamed=True), NAMES)
    assert former[["name", "now", "kind"]].to_numpy().tolist() == [
        ["Knesselare", "B", "merged"],
        ["Sandy", "D", "renamed"],
    ]


def test_changes_of_name_are_read_on_request(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP\n"
        "10,1997-01-01,COM,51108,Châlons-sur-Marne,COM,51108,Châlons-en-Champagne\n"
        "32,2016-01-01,COM,01340,Saint-Bois,COM,01015,Arboys en Bugey\n",
        encoding="utf-8",
    )
    assert read_events(path)["before"].tolist() == ["01340"]
    assert read_events(path, renamed=True)["before"].tolist() == ["51108", "01340"]
