"""Passages between code vintages: every row accounted for, totals conserved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS
from zoneblanche.geo.vintages.carry import carry_counts, carry_largest, carry_means
from zoneblanche.geo.vintages.events import COLUMNS, explainer, read_events
from zoneblanche.geo.vintages.passage import build_passage

EVENTS = pd.DataFrame(
    [
        ("32", "2019-01-01", "01001", "A", "01002", "B"),
        ("32", "2019-01-01", "01002", "B", "01002", "B"),
        ("41", "2020-01-01", "01003", "C", "02003", "C"),
        ("32", "2020-01-01", "02003", "C", "02004", "D"),
        ("32", "2020-01-01", "02004", "D", "02004", "D"),
        ("21", "2024-01-01", "01005", "E", "01005", "E"),
        ("21", "2024-01-01", "01005", "E", "01006", "F"),
        ("50", "2025-03-01", "01007", "G", "01008", "H"),
        ("30", "2025-03-01", "01009", "I", "", ""),
    ],
    columns=list(COLUMNS),
)
OLD = ["01001", "01002", "01003", "02004", "01005", "01007", "01009", "01010"]
NEW = ["01002", "02004", "01005", "01006", "01008", "01010"]
PEOPLE = pd.Series({"01005": 300.0, "01006": 100.0})


def test_each_kind_of_event() -> None:
    passage = build_passage(
        EVENTS, start="2018", end="2026", codes=OLD, known=NEW, population=PEOPLE
    )
    shares = {(row.source, row.target): row.share for row in passage.shares.itertuples()}
    assert shares == {
        ("01001", "01002"): 1.0,
        ("01002", "01002"): 1.0,
        ("01003", "02004"): 1.0,
        ("02004", "02004"): 1.0,
        ("01005", "01005"): 0.75,
        ("01005", "01006"): 0.25,
        ("01007", "01008"): 1.0,
        ("01010", "01010"): 1.0,
    }
    assert passage.lost == {"01009": "left the list on 2025-03-01"}
    assert passage.equal == ()
    assert set(passage.moved["source"]) == {"01001", "01003", "01005", "01007"}


def test_populations_that_are_not_known_are_said() -> None:
    passage = build_passage(EVENTS, start="2018", end="2026", codes=["01005"], known=NEW)
    assert passage.shares["share"].tolist() == [0.5, 0.5]
    assert passage.equal == ("01005",)


def test_back_in_time_a_merged_territory_is_divided() -> None:
    people = pd.Series({"01001": 10.0, "01002": 30.0})
    passage = build_passage(
        EVENTS, start="2026", end="2018", codes=NEW, known=OLD, population=people
    )
    rows = passage.shares.set_index(["source", "target"])["share"]
    assert rows["01002", "01001"] == 0.25
    assert rows["01006", "01005"] == 1.0
    assert passage.lost == {}


def test_a_code_that_was_gone_before_is_followed() -> None:
    passage = build_passage(EVENTS, start="2021", end="2026", codes=["01001"], known=NEW)
    assert passage.shares["target"].tolist() == ["01002"]
    assert passage.stale == {"01001": "merged into 01002 (B) on 2019-01-01"}


def test_what_became_of_a_code() -> None:
    explain = explainer(EVENTS, at="2026")
    assert explain("01001") == "merged into 01002 (B) on 2019-01-01"
    assert explain("01003") == (
        "moved to another département as 02003 (C) on 2020-01-01, which is now 02004"
    )
    assert explain("01007") == "recoded as 01008 (H) on 2025-03-01"
    assert explain("75101") == "arrondissement of 75056"
    assert explain("99999") == ""
    assert explainer(EVENTS, at="2020")("01006") == "exists from 2024-01-01, out of 01005"


def test_means_are_weighted_and_texts_taken_from_the_greatest() -> None:
    passage = build_passage(
        EVENTS, start="2018", end="2026", codes=OLD, known=NEW, population=PEOPLE
    )
    weights = pd.Series({"01001": 1.0, "01002": 3.0})
    rate = pd.DataFrame({"rate": {"01001": 10.0, "01002": 50.0}})
    assert carry_means(rate, passage, weights=weights).frame.loc["01002", "rate"] == 40.0
    sites = pd.DataFrame({"website": {"01001": "a.fr", "01002": "b.fr"}})
    assert carry_largest(sites, passage, weights=weights).frame.loc["01002", "website"] == "b.fr"


def test_a_missing_part_makes_the_sum_missing_and_is_withheld() -> None:
    passage = build_passage(EVENTS, start="2018", end="2026", codes=OLD, known=NEW)
    frame = pd.DataFrame({"premises": {"01001": 7.0, "01002": np.nan, "01009": 2.0}})
    carried = carry_counts(frame, passage)
    assert np.isnan(carried.frame.loc["01002", "premises"])
    assert carried.totals.loc["premises"].to_dict() == {
        "before": 9.0,
        "after": 0.0,
        "lost": 2.0,
        "withheld": 7.0,
    }
    assert carried.lost == {"01009": "left the list on 2025-03-01"}
    assert (carried.rows, carried.moved) == (3, 1)


def test_a_code_outside_the_passage_is_refused() -> None:
    passage = build_passage(EVENTS, start="2018", end="2026", codes=["01001"], known=NEW)
    with pytest.raises(InputError, match="not of this passage"):
        carry_counts(pd.DataFrame({"n": {"01002": 1.0}}), passage)


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=8, max_size=8),
    people=st.lists(st.integers(0, 10**5), min_size=6, max_size=6),
    back=st.booleans(),
)
def test_totals_are_conserved(counts: list[int | None], people: list[int], back: bool) -> None:
    codes, known = (NEW, OLD) if back else (OLD, NEW)
    start, end = ("2026", "2018") if back else ("2018", "2026")
    population = pd.Series(dict(zip(known, map(float, people), strict=False)))
    passage = build_passage(
        EVENTS, start=start, end=end, codes=codes, known=known, population=population
    )
    frame = pd.DataFrame({"n": pd.Series(dict(zip(codes, counts, strict=False)), dtype="float64")})
    totals = carry_counts(frame, passage).totals.loc["n"]
    assert totals["before"] == pytest.approx(
        totals["after"] + totals["lost"] + totals["withheld"], rel=1e-12
    )
    assert set(passage.shares["source"]) | set(passage.lost) == set(codes)
    by_source = passage.shares.groupby("source")["share"].sum()
    np.testing.assert_allclose(by_source, 1.0, rtol=1e-12)


def test_arrondissements_are_converted_only_on_request() -> None:
    parts = list(ARRONDISSEMENTS["75056"])
    kept = build_passage(EVENTS, start="2018", end="2026", codes=parts, known=["75056"])
    assert kept.lost["75101"] == "arrondissement of 75056"
    whole = build_passage(
        EVENTS,
        start="2018",
        end="2026",
        codes=parts,
        known=["75056"],
        arrondissements="convert",
    )
    carried = carry_counts(pd.DataFrame({"n": 1.0}, index=pd.Index(parts)), whole)
    assert carried.frame.loc["75056", "n"] == 20.0
    people = pd.Series(np.arange(1.0, 21.0), index=parts)
    shared = build_passage(
        EVENTS,
        start="2018",
        end="2026",
        codes=["75056"],
        known=parts,
        population=people,
        arrondissements="convert",
    )
    carried = carry_counts(pd.DataFrame({"n": {"75056": 210.0}}), shared)
    assert carried.frame["n"].to_dict() == people.to_dict()


def test_a_commune_beside_its_arrondissements_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        build_passage(
            EVENTS,
            start="2018",
            end="2026",
            codes=["75056", "75101"],
            known=["75056"],
            arrondissements="convert",
        )


def test_a_file_without_the_official_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="v_mvt_commune"):
        read_events(path)


@pytest.fixture(scope="module")
def official(shared_data: Path) -> tuple[pd.DataFrame, pd.Series]:
    """The real events, and the populations of 2026 by code."""
    events = read_events(shared_data / "fr/population/mouvements-communes.csv")
    rows = pd.read_csv(
        shared_data / "fr/population/comparateur_2024_superficies.csv",
        usecols=["insee_com", "commune_type", "population_2021"],
        dtype="str",
    )
    rows = rows[rows["commune_type"] == "COM"].drop_duplicates("insee_com")
    people = rows.set_index("insee_com")["population_2021"].astype("float64")
    codes = pd.read_csv(shared_data / "fr/population/communes.csv", dtype="str")
    current = codes.loc[codes["TYPECOM"] == "COM", "COM"]
    return events, people.reindex(current)


def test_fibre_counts_of_2018_reach_2026(
    shared_data: Path, official: tuple[pd.DataFrame, pd.Series]
) -> None:
    events, people = official
    rows = pd.read_csv(
        shared_data / "fr/connectivity/communes_ftth_2018T1.csv",
        usecols=["code_insee", "locaux", "ftth_2018_T1"],
        dtype={"code_insee": "str"},
    )
    counts = rows.set_index("code_insee").astype("float64")
    passage = build_passage(
        events,
        start="2018",
        end="2026",
        codes=counts.index,
        known=people.index,
        population=people,
    )
    carried = carry_counts(counts, passage)
    totals = carried.totals
    assert totals["before"].to_dict() == {"locaux": 36_782_590.0, "ftth_2018_T1": 10_965_667.0}
    np.testing.assert_allclose(totals["after"] + totals["lost"], totals["before"], rtol=1e-12)
    assert (totals["withheld"] == 0).all()
    # Saint-Barthélemy, Saint-Martin, Saint-Pierre-et-Miquelon: collectivities, not communes of it.
    assert set(carried.lost) == {"97501", "97502", "97701", "97801"}
    assert len(carried.frame) == 34875
    assert carried.rows == 35361


def test_the_panel_of_2018_reaches_2026(
    shared_data: Path, official: tuple[pd.DataFrame, pd.Series]
) -> None:
    events, people = official
    panel = pd.read_parquet(shared_data / "fr/presence/presence_panel.parquet")
    first = panel[panel["date"] == "2018-05-01"].set_index("code")[["website"]]
    passage = build_passage(
        events,
        start="2018",
        end="2026",
        codes=first.index,
        known=people.index,
        population=people,
    )
    assert set(passage.shares["source"]) | set(passage.lost) == set(first.index)
    assert all(reason.startswith("arrondissement of") for reason in passage.lost.values())
    assert passage.stale["22123"] == "merged into 22050 (Dinan) on 2018-01-01"
    carried = carry_largest(first, passage, weights=people)
    assert carried.frame.index.isin(people.index).all()


def test_going_back_conserves_the_population(
    official: tuple[pd.DataFrame, pd.Series],
) -> None:
    events, people = official
    known = people.dropna()
    counts = known.to_frame("people")
    old = pd.Index(["01091", "01033", "01205", "15141", "14513", "50592"])
    there = build_passage(
        events, start="2026", end="2015", codes=known.index, known=[*known.index, *old]
    )
    carried = carry_counts(counts, there)
    assert carried.totals.loc["people", "after"] == pytest.approx(known.sum())
    assert "01091" in carried.frame.index


ANYWHERE = """from;to;date;kind;share
W06000001;S12000047;2018-04-01;recoded;
E07000004;E06000060;2020-04-01;merged;
21001;21001;2019-01-01;split;0.75
21001;21099;2019-01-01;split;0.25
"""


def test_events_of_any_country(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(ANYWHERE, encoding="utf-8")
    passage = build_passage(
        read_events(path),
        start="2017",
        end="2021",
        codes=["W06000001", "E07000004", "21001"],
        known=["S12000047", "E06000060", "21001", "21099"],
        population=pd.Series({"21001": 1.0, "21099": 99.0}),
    )
    shares = passage.shares.set_index(["source", "target"])["share"]
    assert shares.to_dict() == {
        ("W06000001", "S12000047"): 1.0,
        ("E07000004", "E06000060"): 1.0,
        ("21001", "21001"): 0.75,
        ("21001", "21099"): 0.25,
    }
    carried = carry_counts(pd.DataFrame({"n": {"21001": 80.0}}), passage)
    assert carried.frame["n"].to_dict() == {"21001": 60.0, "21099": 20.0}


def test_the_events_that_the_page_shows(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "vintages.md").read_text("utf-8")
    table = page[page.index("from,to,date,kind,share") :].split("```")[0]
    (tmp_path / "events.csv").write_text(table, encoding="utf-8")
    passage = build_passage(
        read_events(tmp_path / "events.csv"),
        start="2018",
        end="2022",
        codes=["E07000004", "44029", "1130", "1151"],
        known=["E06000060", "44084", "1151"],
    )
    targets = passage.shares.set_index("source")["target"].to_dict()
    assert targets == {"E07000004": "E06000060", "44029": "44084", "1130": "1151", "1151": "1151"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.25", "0.2", "the shares of 21001 do not add up to 1"),
        ("0.25", "", "the shares of 21001 do not add up to 1"),
        ("0.25", "25", "above 1"),
        ("2018-04-01", "01/04/2018", "is not a day"),
        ("recoded", "eaten", "Write merged, recoded or split"),
    ],
)
def test_events_of_any_country_that_cannot_be(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(ANYWHERE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_events(path)
