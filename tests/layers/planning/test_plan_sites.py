"""Where the next sites serve most people: small cases by hand, refusals, the same answer twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.layers.planning.row_of_towns import COUNT, row_of_towns
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import translate
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.source import Source
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Table
from zoneblanche.layers.planning.read import (
    Sites,
    known_sites,
    no_sites,
    read_middles,
    read_sites,
    read_times,
)
from zoneblanche.layers.planning.sites.plan_sites import NOW, PROPOSED, plan_sites
from zoneblanche.layers.planning.sites.sentences import SitesRequest


@pytest.fixture(scope="module")
def row() -> Atlas:
    return row_of_towns()


def sites_in(atlas: Atlas, codes: list[str], tmp_path: Path) -> Sites:
    path = tmp_path / "sites.csv"
    path.write_text("code\n" + "\n".join(codes) + "\n", "utf-8")
    return read_sites(path, atlas.territories)


def test_one_site_by_hand(row: Atlas, tmp_path: Path) -> None:
    """A site in the first town; within 11 km of a new one are its two neighbours and itself."""
    existing = sites_in(row, ["T00"], tmp_path)
    plan = plan_sites(row, SitesRequest(1, existing, reach=11.0))
    first = plan.table.iloc[0]
    assert (first["goal"], first["code"]) == ("coverage", "T10")
    assert first["people_alone"] == first["people_in_order"] == 1000 + 1100 + 1200
    # People 100 and 200 are within 11 km of T00; 7,500 of 7,800 are not: 96.2 %.
    assert plan.sentences[0].startswith("Now, 7,500 people (96.2 %) live beyond 11 km of a site")
    assert plan.atlas.values[PROPOSED]["T00"] == 1
    # The square's own site is at 0.38·√100 = 3.8 km, the next town 10 km away.
    assert plan.atlas.values[NOW]["T00"] == pytest.approx(3.8)
    assert plan.atlas.values[NOW]["T03"] == pytest.approx(30, rel=0.005)


def test_the_two_goals_by_trying_every_pair(row: Atlas, tmp_path: Path) -> None:
    existing = sites_in(row, ["T00"], tmp_path)
    plan = plan_sites(row, SitesRequest(2, existing, reach=11.0))
    people = row.territories.facts["population"].to_numpy()
    at = np.arange(COUNT)
    away = 10.0 * np.abs(at[:, None] - at[None, :])
    away[at, at] = 3.8

    def means(chosen: tuple[int, ...]) -> tuple[float, float]:
        nearest = away[:, [0, *chosen]].min(axis=1)
        return people[nearest <= 11].sum(), -(people @ nearest)

    pairs = list(combinations(range(COUNT), 2))
    for place, goal in enumerate(("coverage", "distance")):
        codes = plan.table.loc[plan.table["goal"] == goal, "code"]
        distances = means(tuple(int(code[1:]) for code in codes))
        assert distances[place] == pytest.approx(
            max(means(pair)[place] for pair in pairs), rel=1e-3
        )


def test_a_plan_of_a_part_counts_sites_outside_it(row: Atlas, tmp_path: Path) -> None:
    existing = sites_in(row, ["T05"], tmp_path)
    plan = plan_sites(row, SitesRequest(1, existing, within=("Y",), reach=11.0))
    assert plan.atlas.codes.tolist() == [f"T{place:02}" for place in range(6, 12)]
    assert plan.atlas.values[NOW]["T06"] == pytest.approx(10, rel=0.005)


def test_the_same_answer_twice_in_any_order(row: Atlas, tmp_path: Path) -> None:
    existing = sites_in(row, ["T00", "T07"], tmp_path)
    turned = sites_in(row, ["T07", "T00"], tmp_path)
    one, other = (plan_sites(row, SitesRequest(3, sites)) for sites in (existing, turned))
    assert one.sentences == other.sentences
    assert one.table.equals(other.table)


def test_without_any_site_everybody_is_counted(row: Atlas) -> None:
    plan = plan_sites(row, SitesRequest(1, no_sites(), reach=11.0))
    assert plan.sentences[0] == "Now, no site exists: nobody lives within 11 km of one."
    assert "7,800 people have no site at all." in plan.sentences
    assert not any("nan" in text for text in plan.sentences)
    # The weighted median of the row: 3,900 people are reached in T08.
    assert plan.table.set_index("goal").loc["distance", "code"] == "T08"


def test_a_share_of_the_people_counts_them(row: Atlas, tmp_path: Path) -> None:
    aged = Indicator("aged", "Aged", unit="percent", denominator="population", period="2022")
    shares = pd.Series(np.where(row.codes == "T02", 50.0, 1.0), index=row.codes)
    atlas = row.add(aged, shares.where(row.codes != "T05"))
    plan = plan_sites(
        atlas, SitesRequest(1, sites_in(row, ["T00"], tmp_path), reach=11.0, weight="aged")
    )
    assert plan.table.iloc[0]["people_alone"] == pytest.approx(150 + 2 + 4 + 0 + 0, abs=3)
    assert "People: Aged, 2022." in plan.assumptions
    assert "1 territory without a figure counts as empty." in plan.assumptions


def test_candidates_of_a_file_and_large_towns(row: Atlas, tmp_path: Path) -> None:
    existing = sites_in(row, ["T00"], tmp_path)
    plan = plan_sites(row, SitesRequest(1, existing, least_people=1150))
    assert set(plan.table["code"]) == {"T11"}
    path = tmp_path / "candidates.csv"
    path.write_text("name,longitude,latitude\nHall,1.81,45.6\nBarn,1.95,45.6\n", "utf-8")
    plan = plan_sites(row, SitesRequest(1, existing, candidates=read_sites(path, row.territories)))
    assert set(plan.table["name"]) <= {"Hall", "Barn"}


def test_travel_times_replace_lines(row: Atlas, tmp_path: Path) -> None:
    """By time, the last town is next to the first: nothing else is."""
    path = tmp_path / "times.csv"
    path.write_text("from,to,minutes\nT11,T00,5\nT00,T11,5\nT09,T10,12\nT10,T09,12\n", "utf-8")
    times = read_times(path, row.territories)
    existing = sites_in(row, ["T00"], tmp_path)
    plan = plan_sites(row, SitesRequest(1, existing, times=times, reach=13))
    assert plan.atlas.values[NOW]["T11"] == 5
    assert np.isnan(plan.atlas.values[NOW]["T03"])
    assert plan.table.iloc[0]["code"] == "T09"
    assert plan.table.iloc[0]["people_alone"] == 1000 + 1100
    # 110 km in 5 minutes and 10 km in 12: the middle of the two speeds, for 3.8 km inside.
    speed = np.median([110 / 5, 110 / 5, 10 / 12, 10 / 12])
    assert plan.atlas.values[NOW]["T00"] == pytest.approx(3.8 / speed, rel=0.01)


def test_the_populated_middle_of_a_grid(row: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    shape = row.territories.frame.geometry.iloc[:1].to_crs(3035).iloc[0]
    west, south = (int(v // 200 * 200) for v in (shape.centroid.x + 3000, shape.centroid.y))
    path.write_text(f"idcar_200m,ind\nCRS3035RES200mN{south}E{west},100\n", "utf-8")
    middles = read_middles(path, row.territories)
    moved = middles.to_crs(3035).iloc[0].distance(shapely.Point(west + 100, south + 100))
    assert moved < 1
    assert middles.iloc[1].equals(centres_of(row.territories).iloc[1])


def test_what_the_atlas_knows(row: Atlas) -> None:
    assert known_sites(row) is None
    places = Indicator("france-services", "Places", unit="count", kind="extensive", period="2024")
    atlas = row.add(places, pd.Series([2.0, *[0.0] * 10, 1.0], index=row.codes))
    sites = known_sites(atlas)
    assert sites is not None
    assert sites.points["code"].tolist() == ["T00", "T11"]
    assert "2 territories with a place, fixed or itinerant, of France" in sites.description
    frame = pd.DataFrame({"places": [2.0], "places_fixed": [1.0]}, index=["T03"])
    table = Table(frame, "commune", Source("ANCT", "Places"), period="2024-08-01")
    fixed = known_sites(atlas, table)
    assert fixed is not None
    assert fixed.points["code"].tolist() == ["T03"]
    assert "1 territories with a fixed place of France Services, of 2024-08-01" in fixed.description


REFUSED = {
    "no column": ("town\nA\n", "no column `code`"),
    "unknown": ("code\nT00\nZ9\n", "1 codes are unknown (first: Z9)"),
    "nowhere": ("longitude,latitude\n2,45\n,45\n", "1 sites have no position (first: line 3)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_are_refused(name: str, row: Atlas, tmp_path: Path) -> None:
    text, message = REFUSED[name]
    path = tmp_path / "sites.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_sites(path, row.territories)
    assert message in str(caught.value)


def test_times_that_are_refused(row: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("from,to,minutes\nT00,T01,5\nT00,T01,6\nT02,T01,\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_times(path, row.territories)
    assert "1 pairs appear twice (first: T00 to T01)" in str(caught.value)
    assert "the minutes are missing" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 0}, "--add 0 is not above zero"),
        ({"reach": -1.0}, "--reach -1 is not above zero"),
        ({"within": ("Q",)}, "Q"),
        ({"least_people": 1e9}, "there is no candidate"),
        ({"weight": "name"}, "no indicator 'name'"),
    ],
)
def test_questions_that_are_refused(
    change: dict[str, object], message: str, row: Atlas, tmp_path: Path
) -> None:
    request = SitesRequest(1, sites_in(row, ["T00"], tmp_path))
    with pytest.raises(InputError) as caught:
        plan_sites(row, replace(request, **change))  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_candidate_that_nobody_reaches_is_named(row: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("name,longitude,latitude\nBuoy,-20,45\n", "utf-8")
    request = SitesRequest(1, sites_in(row, ["T00"], tmp_path),
                           candidates=read_sites(path, row.territories))  # fmt: skip
    with pytest.raises(InputError) as caught:
        plan_sites(row, request)
    assert "nobody can reach 1 candidate within 10 (first: Buoy)" in str(caught.value)


def test_every_sentence_has_its_french(row: Atlas, tmp_path: Path) -> None:
    plan = plan_sites(row, SitesRequest(2, sites_in(row, ["T00"], tmp_path)))
    for text in (*plan.sentences, *plan.assumptions, plan.title, *plan.columns.values()):
        assert translate(text, "fr") != text or text in ("Code",), text
