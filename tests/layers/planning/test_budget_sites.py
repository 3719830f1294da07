"""Sites and changes for one budget, held to every subset of the candidates and every choice."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.optimize import LinearConstraint

from tests.layers.planning.row_of_towns import (
    COUNT,
    INNER,
    KILOMETRES,
    RECIPE,
    SITE,
    kilometres,
    row_of_towns,
)
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import translate
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, flag
from zoneblanche.layers.analysis.flagging.rule import Condition, Group, Rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue.distance_france_services import FROM_PEOPLE
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.planning.budget import knapsack, site_offers, with_sites
from zoneblanche.layers.planning.budget.offers import Offers
from zoneblanche.layers.planning.budget.plan_budget import plan_budget
from zoneblanche.layers.planning.budget.plan_budget_sites import FIRST, NEAREST
from zoneblanche.layers.planning.budget.request import FIGURE, BudgetRequest, SiteLever
from zoneblanche.layers.planning.budget.with_sites import buy_with_sites
from zoneblanche.layers.planning.lift import plan_lift
from zoneblanche.layers.planning.lift.plan_lift import LiftRequest
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.layers.planning.read import Sites, read_sites

EVERY_SUBSET = np.array(list(product((0, 1), repeat=COUNT)), dtype=bool)


TABLE = {**RECIPE, "draws": 100}
FAR = Rule(
    "far-off",
    "Far off",
    Group("all", (Condition(("far",), ">", (10.5,)), Condition(("website",), "<", (1.0,)))),
)
OFFLINE = Rule("offline", "Offline", Group("all", (Condition(("website",), "<", (1.0,)),)))


@pytest.fixture
def towns(monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """Twelve towns, 10 km apart, with a site in the first; two of them have a website."""
    rules = {rule.id: rule for rule in (FAR, OFFLINE)}
    for module in (plan_lift, site_offers):
        monkeypatch.setattr(module, "read_rule", rules.__getitem__)
    atlas = scored_towns(KILOMETRES)
    for rule in (FAR, OFFLINE):
        atlas = flag(atlas, rule)
    return atlas


def scored_towns(indicator: Indicator) -> Atlas:
    """The towns with a distance, and an index of it."""
    atlas = row_of_towns()
    atlas = atlas.add(indicator, pd.Series(kilometres(), index=atlas.codes))
    online = pd.Series(np.isin(np.arange(COUNT), (4, 9)) * 1.0, index=atlas.codes)
    atlas = atlas.add(SITE, online)
    table = {
        **TABLE,
        "weights": {indicator.id: 2, "website": 1},
        "indicators": {indicator.id: {"goalposts": [0, 60]}},
    }
    recipe = recipe_from_table(table, file="lack.toml", indicators=[indicator.id, "website"])
    return compute_index(atlas, recipe)


def question(
    *,
    rule: str | None = "far-off",
    euros: float | None = 100.0,
    website: float | None = 30.0,
    margin: float | None = None,
    **lever: object,
) -> BudgetRequest:
    costs = {} if website is None else {"website": website}
    sites = SiteLever(**{"cost": 40.0, "figure": "far", **lever})  # type: ignore[arg-type]
    return BudgetRequest(LiftRequest(rule=rule, costs=costs, margin=margin), euros, sites=sites)


def kilometres_then() -> np.ndarray:
    """Of each subset of new sites and each town, in kilometres; (subsets, towns)."""
    at = np.arange(COUNT)
    away = np.maximum(10.0 * np.abs(at[:, None] - at[None, :]), INNER)
    now = away[:, 0]
    return np.array([np.minimum(now, away[:, one].min(axis=1, initial=np.inf))
                     for one in EVERY_SUBSET])  # fmt: skip


def best_plan(
    left: np.ndarray, people: np.ndarray, euros: float, site_cost: float
) -> tuple[float, float]:
    """The most people and the least cost by trying: `left` is the cost of each town's own change
    for each subset, infinite where none suffices; every set of towns is tried."""
    opening = site_cost * EVERY_SUBSET.sum(axis=1)
    best = (-1.0, 0.0)
    for spent, costs in zip(opening, left, strict=True):
        paid = np.flatnonzero(np.isfinite(costs))
        sets = np.array(list(product((0, 1), repeat=len(paid))), dtype=bool)
        cost = sets @ costs[paid] + spent
        gain = np.where(cost <= euros, sets @ people[paid], -1.0)
        most = gain.max()
        best = max(best, (float(most), -float(cost[gain == most].min())))
    return best[0], -best[1]


def lifted(plan: Plan) -> tuple[float, float]:
    return float(plan.table["people"].sum()), float(plan.table["cost"].sum())


@pytest.mark.parametrize("euros", [35.0, 100.0, 150.0])
def test_a_flag_by_trying_everything(towns: Atlas, euros: float) -> None:
    """A town is far off without a site within 10.5 km and without a website."""
    flagged = (towns.values["far-off"] == FLAGGED).to_numpy()
    assert flagged.sum() == 8
    people = towns.territories.facts["population"].to_numpy()[flagged]
    left = np.where(kilometres_then()[:, flagged] > 10.5, 30.0, 0.0)
    plan = plan_budget(towns, question(euros=euros))
    assert lifted(plan) == best_plan(left, people, euros, 40.0)
    assert "No other choice within the budget lifts more people." in plan.sentences


def test_the_worst_tenth_by_trying_everything(towns: Atlas) -> None:
    """The score is two thirds of the kilometres on a scale of 60, and a third for no website."""
    score = towns.values["lack"].to_numpy()
    cut = np.quantile(score, 0.9)
    worst = score >= cut
    people = towns.territories.facts["population"].to_numpy()[worst]
    then = 100 * 2 / 3 * np.minimum(kilometres_then(), 60) / 60
    offline = 1 - towns.values["website"].to_numpy()
    with_site, without = then <= cut - 5 + 1e-9, then + 100 / 3 * offline <= cut - 5 + 1e-9
    left = np.select([without, with_site & (offline > 0)], [0.0, 30.0], default=np.inf)[:, worst]
    for euros in (45.0, 75.0, 120.0):
        plan = plan_budget(towns, question(rule=None, euros=euros, margin=5.0))
        assert lifted(plan) == pytest.approx(best_plan(left, people, euros, 40.0))


def test_what_is_proposed_holds_when_the_atlas_is_made_anew(towns: Atlas) -> None:
    plan = plan_budget(towns, question(euros=120.0))
    values = towns.values.copy()
    values["far"] = plan.atlas.values[NEAREST]
    for _row, row in plan.table[plan.table["kind"] == "territory"].iterrows():
        if "website" in row["change"]:
            values.loc[row["code"], "website"] = 1.0
    changed = Atlas(**{**vars(towns), "values": values})
    after = flag(compute_index(changed, towns.recipes["lack"]), FAR)
    codes = plan.table.loc[plan.table["kind"] == "territory", "code"]
    assert len(codes)
    assert (after.values["far-off"][codes] != FLAGGED).all()
    # What the sentence says of people × points is that of the index computed again.
    people = towns.territories.facts["population"]
    points = float((people * (towns.values["lack"] - after.values["lack"])).sum())
    message = next(text for text in plan.sentences if "people × points" in text)
    assert f"by {round(points):,} people × points" in message


def test_what_is_said_and_drawn(towns: Atlas) -> None:
    plan = plan_budget(towns, question())
    # A site serves a town and its neighbours: 1,100 + 1,200 people (T09 is online), and 700 to 900.
    assert plan.sentences[0] == (
        "The budget opens 2 sites and lifts 5 territories of 8, with 4,700 people. It spends 80 "
        "euros: 80 for sites and 0 for changes."
    )
    alone = "Without sites, the budget lifts 3 territories, with 3,200 people, for 90 euros."
    assert alone in plan.sentences
    kinds = plan.atlas.values[FIRST]
    sites = plan.table.loc[plan.table["kind"] == "site", "code"]
    assert kinds[sites].isin((1, 2)).all()
    assert (kinds == 3).sum() + (kinds == 2).sum() == 5
    french = [translate(text, "fr") for text in (*plan.sentences, *plan.assumptions)]
    assert french[0].startswith("Le budget ouvre 2 lieux et relève 5 territoires sur 8")
    assert plan.table["cost"].sum() == 80
    again = plan_budget(towns, question())
    pd.testing.assert_frame_equal(again.table, plan.table)


def test_only_sites_are_bought_without_other_costs(towns: Atlas) -> None:
    plan = plan_budget(towns, question(website=None, euros=45.0))
    assert (plan.table["change"].str.contains("website")).sum() == 0
    assert "Nothing but sites is bought: no cost of another change is given." in plan.assumptions
    assert lifted(plan) == (700.0 + 800.0 + 900.0, 40.0)


def test_a_share_of_the_kilometres_can_be_bought_too(towns: Atlas) -> None:
    """With a cost of a kilometre, a town is also lifted by its own change of the distance."""
    request = question(rule=None, euros=70.0, margin=5.0)
    costs = {"website": 30.0, "far": 0.2}
    both = BudgetRequest(LiftRequest(costs=costs, margin=5.0), 70.0, sites=request.sites)
    cheaper = plan_budget(towns, both)
    assert lifted(cheaper)[0] >= lifted(plan_budget(towns, request))[0]
    assert any("far" in change for change in cheaper.table["change"])


def test_sites_that_are_too_dear_leave_the_changes_of_a_plain_budget(towns: Atlas) -> None:
    """In nine draws of ten, as without sites."""
    costs = {"website": 30.0, "far": 1.0}
    for rule in (None, "far-off"):
        lift = LiftRequest(rule=rule, costs=costs)
        plain = plan_budget(towns, BudgetRequest(lift, 70.0))
        both = plan_budget(
            towns, BudgetRequest(lift, 70.0, sites=SiteLever(cost=1e6, figure="far"))
        )
        assert len(plain.table)
        assert set(both.table["code"]) == set(plain.table["code"])
        assert lifted(both) == pytest.approx(lifted(plain))
        assert "The budget opens no site" in both.sentences[0]


def test_what_leaves_the_worst_tenth_passes_the_limit_with_its_margin(towns: Atlas) -> None:
    table = {**TABLE, "indicators": {"far": {"goalposts": [0, 120], "error": 4.0}}}
    recipe = recipe_from_table(table, file="lack.toml", indicators=["far", "website"])
    towns = compute_index(towns, recipe)
    plan = plan_budget(towns, question(rule=None, euros=200.0))
    codes = plan.table.loc[plan.table["kind"] == "territory", "code"]
    assert (plan.table["site"] != "").any()
    scores = towns.values["lack"]
    values = towns.values.copy()
    values["far"] = plan.atlas.values[NEAREST]
    online = codes[plan.table["change"][codes.index].str.contains("website")]
    values.loc[online, "website"] = 1.0
    after = compute_index(replace(towns, values=values), recipe)
    ranges = towns.intervals["lack"].loc[codes]
    half = (ranges["score_high"] - ranges["score_low"]) / 2
    assert (half > 1).all()
    assert (after.values["lack"][codes] <= np.quantile(scores, 0.9) - half + 1e-6).all()


def test_each_area_has_its_floor(towns: Atlas) -> None:
    """The first towns are in X: without a floor, all sites are among the larger towns of Y."""
    request = question(euros=45.0)
    with_floor = replace(request, floor_level="epci", floor=1)
    parents = towns.territories.parents["epci"]
    areas = []
    for one in (request, with_floor):
        plan = plan_budget(towns, one)
        codes = plan.table.loc[plan.table["kind"] == "territory", "code"]
        areas.append(set(parents[codes]))
    assert areas == [{"Y"}, {"X", "Y"}]
    with pytest.raises(InputError, match="does not buy the floor"):
        plan_budget(towns, replace(with_floor, floor=5))


def test_a_budget_that_buys_nothing_says_what_one_would_take(towns: Atlas) -> None:
    plan = plan_budget(towns, question(euros=20.0))
    assert plan.table.empty
    assert plan.sentences[0].startswith("The budget opens no site and lifts 0 territories of 8")
    assert plan.sentences[1] == "The least budget that lifts a territory is 30 euros."
    french = translate(plan.sentences[0], "fr")
    assert french.startswith("Le budget n'ouvre aucun lieu et relève 0 territoire sur 8")


def candidates_of(atlas: Atlas, codes: list[str], folder: Path) -> Sites:
    path = folder / "candidates.csv"
    path.write_text("code\n" + "\n".join(codes) + "\n", "utf-8")
    return read_sites(path, atlas.territories)


def test_candidates_of_a_file_in_any_order(towns: Atlas, tmp_path: Path) -> None:
    codes = ["T10", "T05", "T07"]
    plans = [
        plan_budget(towns, question(candidates=candidates_of(towns, order, tmp_path)))
        for order in (codes, codes[::-1])
    ]
    pd.testing.assert_frame_equal(plans[0].table, plans[1].table)
    assert set(plans[0].table.loc[plans[0].table["kind"] == "site", "code"]) <= set(codes)


def test_a_candidate_with_a_cost_of_its_own(towns: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("code,cost\nT10,90\nT07,\nT06,15\n", "utf-8")
    sites = read_sites(path, towns.territories, with_costs=True)
    plan = plan_budget(towns, question(website=None, candidates=sites))
    # T06 lifts T05, T06 and T07 for 15, T07 lifts T06, T07 and T08 for 40; T10 costs too much.
    bought = plan.table[plan.table["kind"] == "site"].set_index("code")["cost"]
    assert bought.to_dict() == {"T06": 15.0, "T07": 40.0}
    assert "55 euros: 55 for sites" in plan.sentences[0]
    assert "2 candidates have a cost of their own in the file." in plan.assumptions
    path.write_text("code,cost\nT10,-90\n", "utf-8")
    with pytest.raises(InputError, match="-90"):
        read_sites(path, towns.territories, with_costs=True)
    assert "cost" not in read_sites(path, towns.territories).points


@pytest.mark.parametrize("title", ["Coût", "Cost", "COUT (€)"])
def test_a_column_of_costs_by_any_spelling(title: str, towns: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text(f"code,{title}\nT10,400000\n", "utf-8")
    sites = read_sites(path, towns.territories, with_costs=True)
    assert sites.points["cost"].tolist() == [400_000]
    path.write_text(f"code,{title},cost\nT10,400000,5\n", "utf-8")
    with pytest.raises(InputError, match="2 columns have costs"):
        read_sites(path, towns.territories, with_costs=True)


def test_columns_that_may_have_meant_costs_are_named(towns: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("code,price\nT10,90\n", "utf-8")
    sites = read_sites(path, towns.territories, with_costs=True)
    message = (
        "The file of candidates has no column `cost`, so each site costs 40 euros. Columns that "
        "are not read: price."
    )
    assert message in plan_budget(towns, question(candidates=sites)).assumptions
    plain = candidates_of(towns, ["T10"], tmp_path)
    plan = plan_budget(towns, question(candidates=plain))
    assert not any("no column" in text for text in plan.assumptions)


def with_people(atlas: Atlas, people: dict[str, float]) -> Atlas:
    """The towns with other numbers of people, NaN where they are not known."""
    facts = atlas.territories.facts.copy()
    facts.loc[list(people), "population"] = list(people.values())
    return replace(atlas, territories=replace(atlas.territories, facts=facts))


def test_people_who_are_not_known_are_named_and_stay_unknown(towns: Atlas) -> None:
    unknown = with_people(towns, {"T07": np.nan, "T11": np.nan})
    every = {"floor_level": "departement", "floor": 8}
    costs = {"website": 30.0, "far": 9.0}
    requests = (
        replace(question(euros=1000.0), **every),
        BudgetRequest(LiftRequest(rule="far-off", costs=costs), 1000.0, **every),
    )
    message = "2 territories of 8 have no known population and count as empty."
    for request in requests:
        plan = plan_budget(unknown, request)
        assert message in plan.sentences
        assert message not in plan_budget(towns, request).sentences
        people = plan.table[plan.table["change"] != ""].set_index("code")["people"]
        assert set(people.index[people.isna()]) == {"T07", "T11"}
        assert people.sum() == 100.0 * (3 + 4 + 6 + 7 + 9 + 11)
    sites = [one for one in plan_budget(unknown, requests[0]).sentences if "bring nearer" in one]
    assert sites == [
        "The population of 2 territories that they bring nearer is not known and not counted."
    ]


def test_a_plan_for_people_of_whom_nothing_is_known_is_refused(towns: Atlas) -> None:
    nobody = with_people(towns, dict.fromkeys(towns.codes, np.nan))
    plain = BudgetRequest(LiftRequest(rule="far-off", costs={"website": 30.0, "far": 9.0}), 100.0)
    for request in (question(), plain):
        with pytest.raises(InputError, match="no territory that is asked about has a known popul"):
            plan_budget(nobody, request)


def test_a_candidate_near_people_who_are_not_known_is_not_refused(
    towns: Atlas, tmp_path: Path
) -> None:
    unknown = with_people(towns, {"T05": np.nan})
    sites = candidates_of(towns, ["T05", "T10"], tmp_path)
    plan = plan_budget(unknown, question(candidates=sites, reach=5.0))
    assert "2 candidates." in plan.assumptions


def test_the_least_budget_is_named_only_if_it_is_missing(towns: Atlas) -> None:
    empty = with_people(towns, dict.fromkeys(towns.codes, 0.0))
    sentences = plan_budget(empty, question()).sentences
    assert sentences[1] == "No territory that the budget can lift has a known inhabitant."
    assert not any("least budget" in text for text in sentences)


def test_other_sites_are_claimed_only_where_there_are_some(towns: Atlas, tmp_path: Path) -> None:
    one = candidates_of(towns, ["T07"], tmp_path)
    sentences = plan_budget(towns, question(candidates=one, euros=300.0)).sentences
    assert not any("Other sites" in text for text in sentences)
    assert "As many people can be lifted without these sites, for 240 euros." in sentences
    two = candidates_of(towns, ["T07", "T10"], tmp_path)
    sentences = plan_budget(towns, question(candidates=two, euros=300.0)).sentences
    assert not any("Other sites" in text for text in sentences)
    assert any("with fewer of these sites, for" in text for text in sentences)


def test_what_the_budget_lifts_without_sites_may_be_a_bound(
    towns: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knapsack, "MOST_EXACT", 0)
    plan = plan_budget(towns, question(euros=100.0))
    # Three websites of 30 euros, and a third of a fourth: 1,200 + 1,100 + 900 + 800 / 3.
    message = "Without sites, no choice within the budget lifts more than 3,466 people."
    assert message in plan.sentences


@pytest.mark.parametrize("floor", [0, 1])
@pytest.mark.parametrize("slack", [0.0, 9e-7, 1e-3])
def test_a_budget_holds_to_the_cent_and_the_best_of_it_is_found(
    monkeypatch: pytest.MonkeyPatch, slack: float, floor: int
) -> None:
    """A solver that uses its whole tolerance, or a thousand times as much, takes what costs too
    much. With a part of the budget kept back for that, it would miss what leaves a few cents."""
    real = with_sites.solve_programme

    def solve_loosely(
        cost: np.ndarray, *, constraints: list[LinearConstraint], **named: Any
    ) -> Any:
        whole, *rest = constraints
        loose = LinearConstraint(whole.A, whole.lb, whole.ub + slack)
        return real(cost, constraints=[loose, *rest], **named)

    monkeypatch.setattr(with_sites, "solve_programme", solve_loosely)
    budget = 1_000_000.0
    for over, under in product((0.002, 0.5), (0.001, 0.4, 1.0)):
        gains = np.array([70.0, 45.0, 60.0, 50.0, 55.0])
        alone = np.array([700_000 + over, 300_000, 600_000, 400_000 - under, 500_000])
        # The site lifts the last two for less, but costs more than that saves.
        offers = Offers(
            alone=alone,
            item=np.array([3, 4]),
            site=np.array([0, 0]),
            cost=np.array([390_000.0, 450_000.0]),
            opening=np.array([70_000.0]),
        )
        best = max(
            (float(gains[mask].sum()), -cost, mask, opened)
            for opened in (False, True)
            for mask in (np.array(one, dtype=bool) for one in product((0, 1), repeat=5))
            if (cost := offers.with_sites([0] * opened)[mask].sum() + 70_000.0 * opened) <= budget
        )[:2]
        groups = np.zeros(5, dtype="int64")
        joint = buy_with_sites(gains, offers, budget, groups=groups, floor=floor)
        assert joint.bought.cost <= budget * (1 + 1e-9)
        assert (joint.bought.gain, -joint.bought.cost) == pytest.approx(best)
        assert joint.bought.exact and joint.bought.bound == best[0]


def test_reach_limits_what_a_site_serves(towns: Atlas) -> None:
    plan = plan_budget(towns, question(reach=5.0))
    now = towns.values["far"]
    nearer = plan.atlas.values[NEAREST] < now - 1
    assert set(plan.atlas.codes[nearer]) == set(
        plan.table.loc[plan.table["kind"] == "site", "code"]
    )


def test_sites_that_are_refused(towns: Atlas, tmp_path: Path) -> None:
    unreached = candidates_of(towns, ["T00", "T10"], tmp_path)
    questions = {
        "no candidate brings a territory that is asked about nearer": question(reach=0.5),
        "1 candidate brings nobody nearer to a site than today": question(candidates=unreached),
        "--site-cost inf is not a finite number": question(cost=np.inf),
        "--euros inf is not a finite number": question(euros=np.inf),
        "--floor -1 is below zero": replace(question(), floor=-1),
        "--site-cost -4 is not above zero": question(cost=-4.0),
        "--reach 0 is not above zero": question(reach=0.0),
        "a site changes 'distance-france-services', which is not among the figures of 'lack'": (
            question(figure="distance-france-services")
        ),
        "'website' is not a distance in kilometres": question(figure="website", website=None),
        "the flag 'offline' does not depend on 'far'": question(rule="offline"),
        "a site costs euros, and a budget of premises has none": BudgetRequest(
            LiftRequest(), premises=9.0, sites=SiteLever(4.0)
        ),
    }
    for message, request in questions.items():
        with pytest.raises(InputError) as caught:
            plan_budget(towns, request)
        assert message in str(caught.value)


def test_a_mean_of_other_territories_is_refused() -> None:
    by_epci = scored_towns(replace(KILOMETRES, native_level="epci"))
    with pytest.raises(InputError, match="'far' was measured by epci, and the atlas has commune"):
        plan_budget(by_epci, question(rule=None))


def test_a_recipe_that_is_not_linear_is_refused(towns: Atlas) -> None:
    table = {**TABLE, "aggregate": "geometric", "range": [1, 100], "draws": 20}
    recipe = recipe_from_table(table, file="a.toml", indicators=["far", "website"])
    with pytest.raises(InputError, match="is not linear, so sites and changes cannot"):
        plan_budget(compute_index(towns, recipe), question(rule=None))


def test_distances_begin_where_those_of_the_atlas_do(tmp_path: Path) -> None:
    plain = replace(KILOMETRES, id=FIGURE)
    from_people = replace(plain, method=FROM_PEOPLE)
    towns = {method: scored_towns(one) for method, one in (("", plain), ("people", from_people))}
    middles = centres_of(towns[""].territories)
    # In the last town people live 3 km nearer to the others.
    last = middles.to_crs("EPSG:2154")["T11"]
    moved = gpd.GeoSeries([shapely.Point(last.x - 3000, last.y)], crs="EPSG:2154")
    middles["T11"] = moved.to_crs("EPSG:4326").iloc[0]
    given = candidates_of(towns[""], ["T10"], tmp_path)
    common = {"figure": FIGURE, "candidates": given}
    request = question(rule=None, website=None, margin=5.0, **common)
    with_grid = question(rule=None, website=None, margin=5.0, middles=middles, **common)
    with pytest.raises(InputError, match="no squares of people are given"):
        plan_budget(towns["people"], request)
    with pytest.raises(InputError, match="begin in the middles of polygons, not of squares"):
        plan_budget(towns[""], with_grid)
    for atlas, one, distance in ((towns[""], request, 10), (towns["people"], with_grid, 7)):
        plan = plan_budget(atlas, one)
        assert plan.table["code"].iloc[0] == "T10"
        assert plan.atlas.values[NEAREST]["T11"] == pytest.approx(distance, rel=0.005)
