"""What it would take, and which first: held to a solver, brute force, and the index itself."""

from __future__ import annotations

import ctypes
import os
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, flag
from zoneblanche.layers.analysis.flagging.rule import Condition, Group, Rule
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.planning import solver
from zoneblanche.layers.planning.budget import knapsack
from zoneblanche.layers.planning.budget.knapsack import buy
from zoneblanche.layers.planning.budget.plan_budget import plan_budget
from zoneblanche.layers.planning.budget.request import BudgetRequest
from zoneblanche.layers.planning.lift.change import Moves, is_linear, least_change
from zoneblanche.layers.planning.lift.lift import lift, read_index
from zoneblanche.layers.planning.lift.lose_flag import lose_flag
from zoneblanche.layers.planning.lift.plan_lift import LiftRequest, plan_lift
from zoneblanche.layers.planning.solver import solve_programme

COUNT = 40


def test_the_least_change_is_that_of_a_solver() -> None:
    random = np.random.default_rng(0)
    for _case in range(60):
        width = int(random.integers(1, 6))
        points = random.uniform(0, 10, width)
        whole = random.random(width) < 0.3
        idle = np.where((random.random(width) < 0.4) & ~whole, random.uniform(0, 5, width), 0.0)
        units, costs = random.uniform(0.1, 3, width), random.uniform(0.5, 4, width)
        need = random.uniform(0, 1.1 * points.sum())
        moves = Moves(points[None], idle[None], units[None], whole)
        cost, change = least_change(np.array([need]), moves, costs)
        # Points taken, and whether a figure is changed at all.
        within = np.hstack([np.eye(width), -np.diag(points)])
        least = np.where(whole, 0.0, -np.inf)
        solved = milp(
            np.concatenate([units * costs, idle * costs]),
            constraints=[
                LinearConstraint(np.r_[np.ones(width), np.zeros(width)][None], need, np.inf),
                LinearConstraint(within, least, 0.0),
            ],
            integrality=np.r_[np.zeros(width), np.ones(width)],
            bounds=Bounds(0, np.r_[points, np.ones(width)]),
        )
        if solved.x is None:
            assert np.isinf(cost[0])
        else:
            assert cost[0] == pytest.approx(solved.fun, abs=1e-4)
            assert (change[0] * costs).sum() == pytest.approx(cost[0])


FIBRE = Indicator("fibre", "Fibre", "percent", "higher", denominator="premises", bounds=(0, 100))
SITE = Indicator("website", "Website", "boolean", "higher", bounds=(0, 1))
AGE = Indicator("age", "Age", "percent", "lower", bounds=(0, 100))
TABLE = {
    "id": "lack",
    "orientation": "worse",
    "normalise": "goalposts",
    "draws": 200,
    "weights": {"fibre": 2, "website": 1, "age": 1},
    "indicators": {"fibre": {"goalposts": [20, 100]}, "age": {"changeable": False}},
}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Forty squares in two départements; fibre falls along the row, every other has a website."""
    import geopandas as gpd
    import shapely

    codes = pd.Index([f"T{place:02}" for place in range(COUNT)], name="code")
    squares = [shapely.box(600_000 + 1000 * n, 6_500_000, 601_000 + 1000 * n, 6_501_000)
               for n in range(COUNT)]  # fmt: skip
    frame = gpd.GeoDataFrame(
        {"name": codes.to_numpy()},
        geometry=gpd.GeoSeries(squares, index=codes),
        index=codes,
        crs="EPSG:2154",
    )
    level = ["A"] * (COUNT // 2) + ["B"] * (COUNT // 2)
    people = 100.0 + 10 * (np.arange(COUNT) * 7 % COUNT)
    made = empty_atlas(
        Territories(
            frame=frame,
            level="commune",
            parents=pd.DataFrame({"departement": level}, index=codes),
            facts=pd.DataFrame({"population": people, "area_km2": 1.0}, index=codes),
        )
    )
    made = replace(made, weights=pd.DataFrame({"premises": people / 2}, index=codes))
    at = np.arange(COUNT)
    made = made.add(FIBRE, pd.Series(95.0 - 2.3 * at, index=codes))
    made = made.add(SITE, pd.Series(1.0 * (at % 2 == 0), index=codes))
    made = made.add(AGE, pd.Series(20.0 + at % 5, index=codes))
    made = compute_index(
        made, recipe_from_table(TABLE, file="lack.toml", indicators=made.indicators)
    )
    return flag(made, RULE)


RULE = Rule(
    "poor",
    "Poor",
    Group("all", (Condition(("fibre",), "<", (40.0,)), Condition(("website",), "<", (1.0,)))),
)


def again(atlas: Atlas, changed: pd.DataFrame) -> Atlas:
    """The atlas with other figures, scored anew."""
    values = atlas.values.copy()
    values.loc[changed.index, list(changed)] = changed
    return compute_index(replace(atlas, values=values), atlas.recipes["lack"])


def test_the_worst_tenth_is_left_and_no_less_would_do(atlas: Atlas) -> None:
    index = read_index(atlas, None, {"fibre": 1.0, "website": 30.0})
    worst = list(atlas.codes[index.worst.to_numpy()])
    assert len(worst) == 4
    lifted = lift(index, worst)
    assert lifted.possible.all()
    assert (lifted.in_draws >= 0.9).all()
    after = again(atlas, lifted.figures + lifted.change)
    assert np.allclose(after.values["lack"][worst], lifted.limit)
    # By trying: with a website or without, and as much fibre as then is needed.
    for code in worst:
        options = []
        for site in {float(atlas.values["website"][code]), 1.0}:
            fibres = np.arange(atlas.values["fibre"][code], 100.005, 0.01)
            up = (2 * np.clip((fibres - 20) / 0.8, 0, 100) + 100 * site
                  + 100 - atlas.values["age"][code]) / 4  # fmt: skip
            fits = fibres[100 - up <= lifted.limit[code] + 1e-9]
            if len(fits):
                more = fits[0] - atlas.values["fibre"][code]
                options.append(more + 30.0 * (site - atlas.values["website"][code]))
        assert lifted.cost[code] == pytest.approx(min(options), abs=0.02)


def test_what_cannot_be_changed_stays(atlas: Atlas) -> None:
    table = {**TABLE, "weights": {"fibre": 1, "website": 1, "age": 60},
             "indicators": {"age": {"changeable": False}}}  # fmt: skip
    recipe = recipe_from_table(table, file="a.toml", indicators=["fibre", "website", "age"])
    old = pd.Series(np.where(np.arange(COUNT) < 4, 90.0, 20.0), index=atlas.codes)
    plan = plan_lift(compute_index(atlas.add(AGE, old), recipe), LiftRequest())
    assert sorted(plan.table["code"]) == ["T00", "T01", "T02", "T03"]
    assert "0 of" in plan.sentences[1]
    assert any("cannot: no change" in text for text in plan.sentences)
    assert (plan.table["indicator"] == "").all()


def test_a_flag_is_lost_where_its_rule_fails(atlas: Atlas) -> None:
    codes = list(atlas.codes[(atlas.values["poor"] == FLAGGED).to_numpy()])
    cheap_site = lose_flag(read_index(atlas, None, {"fibre": 1.0, "website": 5.0}), RULE, codes)
    cheap_fibre = lose_flag(read_index(atlas, None, {"fibre": 0.01, "website": 5.0}), RULE, codes)
    assert (cheap_site.change["website"] > 0).any()
    assert (cheap_fibre.change["website"] == 0).all()
    for lifted in (cheap_site, cheap_fibre):
        after = flag(again(atlas, lifted.figures + lifted.change), RULE)
        assert (after.values["poor"][codes] != FLAGGED).all()


def test_a_recipe_that_is_not_linear(atlas: Atlas) -> None:
    table = {**TABLE, "aggregate": "geometric", "range": [1, 100]}
    recipe = recipe_from_table(table, file="a.toml", indicators=["fibre", "website", "age"])
    made = compute_index(atlas, recipe)
    index = read_index(made, None, {})
    assert not is_linear(index.recipe)
    code = str(made.codes[index.worst.to_numpy()][0])
    with pytest.raises(InputError, match="is not linear, so it has no exact answer"):
        lift(index, [code], exact=True)
    lifted = lift(index, [code])
    assert not lifted.exact
    assert lifted.possible.all()
    values = made.values.copy()
    values.loc[code, list(lifted.change)] = (lifted.figures + lifted.change).loc[code]
    after = compute_index(replace(made, values=values), recipe)
    assert after.values["lack"][code] <= lifted.limit[code] + 1e-6


def test_a_margin_that_is_given(atlas: Atlas) -> None:
    index = read_index(atlas, None, {}, margin=2.0)
    lifted = lift(index, list(atlas.codes[index.worst.to_numpy()]))
    assert np.allclose(lifted.limit, index.cut - 2.0)
    plan = plan_lift(atlas, LiftRequest(margin=2.0))
    assert any("by 2 points, as given" in text for text in plan.assumptions)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (LiftRequest(codes=("Z9",)), "1 codes are unknown"),
        (LiftRequest(codes=("T00",)), "T00 is not in the worst tenth: its score is"),
        (LiftRequest(costs={"fibre": 2.0}), "costs are missing: website"),
        (LiftRequest(rule="sparse"), "the atlas has no flag 'sparse'"),
        (LiftRequest(index_id="other"), "does not know how 'other' was made"),
    ],
)
def test_questions_that_are_refused(request_: LiftRequest, message: str, atlas: Atlas) -> None:
    with pytest.raises(InputError) as caught:
        plan_lift(atlas, request_)
    assert message in str(caught.value)


def test_a_budget_by_trying_every_set() -> None:
    random = np.random.default_rng(3)
    for case in range(30):
        gains = random.integers(1, 50, 12).astype("float64")
        costs = random.uniform(1, 20, 12)
        costs[random.random(12) < 0.1] = np.inf
        groups, floor = np.arange(12) % 3, case % 2
        budget = 40.0
        sets = np.array(list(product((0, 1), repeat=12)), dtype=bool)
        spent = np.where(sets, costs, 0.0).sum(axis=1)
        fits = spent <= budget
        for group in range(3):
            there = int(np.isfinite(costs[groups == group]).sum())
            fits &= sets[:, groups == group].sum(axis=1) >= min(floor, there)
        best = (sets[fits] * gains).sum(axis=1).max()
        bought = buy(gains, costs, budget, groups=groups, floor=floor)
        assert bought.exact
        assert bought.gain == pytest.approx(best)
        assert bought.cost <= budget + 1e-9
        assert bought.bound >= bought.gain


def test_a_set_that_is_refused_is_a_cover_however_its_costs_are_added() -> None:
    costs = np.array([0.1] * 10)
    taken = np.ones(10, dtype=bool)
    budget = float(np.cumsum(costs)[-1]) / (1 + 1e-9)  # which the sum in this order does not pass
    row, most = knapsack.cover_of(costs, taken, budget)
    assert row.tolist() == [1.0] * 10 and most == 9.0


def test_the_solver_of_a_budget_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """With this budget of Lozère, HiGHS printed a line about a solution that it repaired."""
    gains = [208, 139, 65, 218, 83, 102, 61, 108, 50, 102, 108, 246, 99, 146, 571, 87, 165, 112,
             148, 125, 212, 191, 132, 174, 99, 115, 88]  # fmt: skip
    costs = [0.002, 0.002, 0.818, 0.002, 0.002, 0.002, 0.698, 0.949, 0.601, 1.074, 0.986, 1.464,
             0.002, 0.885, 1.535, 1.046, 1.306, 1.334, 0.002, 0.002, 0.966, 0.099, 0.002, 0.002,
             0.986, 1.254, 0.867]  # fmt: skip
    assert buy(np.array(gains, "float64"), np.array(costs), 1.0).gain == 1707
    with suppress(TypeError):  # Windows has no such handle
        ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr().out == ""


def test_a_set_that_passes_the_budget_by_the_tolerance_of_the_solver_is_refused() -> None:
    gains, costs = np.array([100.0, 99.0, 1.0]), np.array([1_000_000.5, 1_000_000.0, 10.0])
    bought = buy(gains, costs, 1e6)
    assert (bought.gain, bought.bound, bought.exact) == (99, 99, True)
    # Of two that pass it together, one.
    gains, costs = np.array([60.0, 50.0, 45.0]), np.array([500_000.25, 500_000.25, 499_999.0])
    groups = np.zeros(3, "int64")
    for floors in ({}, {"groups": groups, "floor": 1}):
        bought = buy(gains, costs, 1e6, **floors)
        assert (bought.gain, bought.exact) == (105, True)


def test_the_best_within_a_hair_of_the_budget_is_found() -> None:
    """Four or five cost the budget, but for a millionth: the solver's own presolve is coarser."""
    random = np.random.default_rng(1)
    sets = np.array(list(product((0, 1), repeat=10)), dtype=bool)
    for case in range(20):
        gains = random.integers(1, 60, 10).astype("float64")
        costs = 1e6 / random.integers(4, 6, 10) * (1 + random.normal(0, 1e-6, 10))
        groups, floor = np.arange(10) % 2, case % 2
        fits = (sets * costs).sum(axis=1) <= 1e6
        fits &= (sets[:, ::2].sum(axis=1) >= floor) & (sets[:, 1::2].sum(axis=1) >= floor)
        best = (sets[fits] * gains).sum(axis=1).max()
        bought = buy(gains, costs, 1e6, groups=groups, floor=floor)
        assert bought.exact
        assert bought.gain == best


def test_floors_are_presolved(monkeypatch: pytest.MonkeyPatch) -> None:
    presolved = []

    def solve(*arguments: Any, **options: Any) -> Any:
        presolved.append(options["options"]["presolve"])
        return solve_programme(*arguments, **options)

    monkeypatch.setattr(knapsack, "solve_programme", solve)
    gains, costs = np.array([3.0, 4.0, 5.0]), np.array([3.0, 4.0, 5.0])
    buy(gains, costs, 8.5)
    buy(gains, costs, 8.5, groups=np.array([0, 0, 1]), floor=1)
    assert presolved == [False, True]


def test_two_programmes_at_once_leave_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait_inside() -> None:
        with solver._silent():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=wait_inside)
    with solver._silent():
        other.start()
        assert not inside.wait(0.2)
    assert inside.wait(10)
    leave.set()
    other.join()
    os.write(1, b"seen")
    assert capfd.readouterr().out == "seen"


def test_a_budget_that_is_too_small_for_its_floors() -> None:
    with pytest.raises(InputError, match="does not buy the floor"):
        buy(np.ones(2), np.array([5.0, 5.0]), 6.0, groups=np.array([0, 1]), floor=1)


def test_premises_are_counted_once(atlas: Atlas) -> None:
    plan = plan_budget(atlas, BudgetRequest(LiftRequest(), premises=60))
    assert (plan.table["cost"] == np.ceil(plan.table["cost"])).all()
    assert plan.table["cost"].sum() <= 60
    assert plan.table["cost_so_far"].is_monotonic_increasing
    for code, cost in zip(plan.table["code"], plan.table["cost"], strict=True):
        assert cost <= atlas.weights["premises"][code]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (BudgetRequest(LiftRequest()), "needs one budget above zero"),
        (BudgetRequest(LiftRequest(), premises=np.inf), "--premises inf is not a finite number"),
        (BudgetRequest(LiftRequest(), euros=5.0), "costs are missing: a budget in euros"),
        (
            BudgetRequest(LiftRequest(), premises=9.0, floor_level="canton", floor=1),
            "no level 'canton'",
        ),
    ],
)
def test_budgets_that_are_refused(request_: BudgetRequest, message: str, atlas: Atlas) -> None:
    with pytest.raises(InputError) as caught:
        plan_budget(atlas, request_)
    assert message in str(caught.value)


def test_handicaps_are_removed_until_the_rule_fails(atlas: Atlas) -> None:
    table = {
        "id": "parts",
        "orientation": "worse",
        "normalise": "goalposts",
        "draws": 50,
        "dimensions": {
            "access": {"weights": {"fibre": 1}, "handicap": {"op": ">=", "value": 40}},
            "online": {"weights": {"website": 1}, "handicap": {"op": ">=", "value": 100}},
        },
    }
    recipe = recipe_from_table(table, file="a.toml", indicators=["fibre", "website", "age"])
    rule = Rule("two", "Two", Group("all", (Condition(("handicaps",), ">=", (2.0,)),)))
    made = flag(compute_index(atlas, recipe), rule)
    codes = list(made.codes[(made.values["two"] == FLAGGED).to_numpy()])
    assert codes
    lifted = lose_flag(read_index(made, "parts", {"fibre": 1.0, "website": 25.0}), rule, codes)
    assert lifted.possible.all()
    assert ((lifted.change > 0).sum(axis=1) == 1).all()
    assert set(lifted.change.columns[(lifted.change > 0).any()]) == {"fibre", "website"}
    values = made.values.copy()
    values.loc[codes, list(lifted.change)] = lifted.figures + lifted.change
    after = flag(compute_index(replace(made, values=values), recipe), rule)
    assert (after.values["two"][codes] != FLAGGED).all()
