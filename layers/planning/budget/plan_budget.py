"""`plan budget`: which territories first, so that most people leave the worst tenth or a flag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, join, ngettext, quantity
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.planning.budget.knapsack import Bought, buy
from zoneblanche.layers.planning.budget.people import read_people, unknown_people
from zoneblanche.layers.planning.budget.plan_budget_sites import plan_budget_with_sites
from zoneblanche.layers.planning.budget.request import BudgetRequest, check_budget, groups_of
from zoneblanche.layers.planning.distances import Floats
from zoneblanche.layers.planning.lift.lift import Index, Lifted, read_index
from zoneblanche.layers.planning.lift.plan_lift import (
    asked_codes,
    changes_of,
    lift_all,
    lift_assumptions,
)
from zoneblanche.layers.planning.plan import Plan, outcome_indicator

FIRST = "budget"
NOT_ASKED, BOUGHT, LATER, CANNOT = range(4)
NAMED = 8
PREMISES = "premises"
"""Denominators of shares of premises begin with this: `premises`, `premises_fibre`, …"""


def plan_budget(atlas: Atlas, request: BudgetRequest) -> Plan:
    """Return which territories a budget should lift first, so that most people gain.

    Raises:
        InputError: no budget or two, costs that are missing, no known population, no such level, a
            budget that does not buy the floors, and what `plan_lift` refuses.
    """
    check_budget(request)
    if request.sites is not None:
        return plan_budget_with_sites(atlas, request, request.sites)
    lift = request.lift
    index = read_index(atlas, lift.index_id, lift.costs, margin=lift.margin)
    if request.premises is not None:
        index = _of_premises(index)
    codes = asked_codes(index, request.lift)
    lifted = lift_all(index, request.lift, codes)
    costs = _costs(index, lifted, request)
    order = lifted.cost.index
    people = read_people(atlas, order)
    groups = groups_of(atlas, order, request)
    budget = float(request.euros or request.premises or 0.0)
    bought = buy(np.nan_to_num(people), costs, budget, groups=groups, floor=request.floor)
    title = _("Which territories first")
    assumptions = tuple(_assumptions(index, request, lifted))
    return Plan(
        id="budget",
        title=title,
        sentences=tuple(_sentences(request, lifted, bought, costs, people, atlas)),
        assumptions=assumptions,
        table=_table(index, lifted, bought, costs, people),
        columns={
            "order": _("Order"),
            "code": _("Code"),
            "name": _("Name"),
            "people": _("People"),
            "cost": _("Cost"),
            "cost_so_far": _("Cost so far"),
            "people_so_far": _("People so far"),
            "change": _("Change"),
        },
        atlas=_with_column(index, request, lifted, bought, title, join(assumptions, " ")),
        show=FIRST,
        digits={"cost": 1, "cost_so_far": 1},
    )


def _of_premises(index: Index) -> Index:
    """Return the index of which only shares of premises can be changed."""
    atlas = index.atlas
    kept = [
        place
        for place, name in enumerate(index.names)
        if atlas.indicators[name].unit == "percent"
        and atlas.indicators[name].denominator.startswith(PREMISES)
        and atlas.indicators[name].denominator in atlas.weights
    ]
    if not kept:
        raise InputError(
            Fault(
                _("no figure that can be changed is a share of premises."),
                remedy=_("Give --euros and costs instead."),
                kind="no-premises",
            )
        )
    names = tuple(index.names[place] for place in kept)
    return replace(index, names=names, costs=np.ones(len(names)))


def _costs(index: Index, lifted: Lifted, request: BudgetRequest) -> Floats:
    costs = lifted.cost.to_numpy(dtype="float64")
    if request.premises is None:
        return costs
    # Shares of one stock of premises, which two publications count: the figure that changes most
    # says how many.
    atlas = index.atlas
    needed = np.zeros(len(lifted.cost))
    for name in index.names:
        stock = atlas.weights[atlas.indicators[name].denominator].reindex(lifted.cost.index)
        changed = lifted.change[name].to_numpy() / 100 * stock.to_numpy()
        needed = np.maximum(needed, np.ceil(changed - 1e-9))
    return np.where(np.isfinite(costs) & ~np.isnan(needed), needed, np.inf)


def _table(
    index: Index, lifted: Lifted, bought: Bought, costs: Floats, people: Floats
) -> pd.DataFrame:
    names, order = index.atlas.territories.names, lifted.cost.index
    places = np.flatnonzero(bought.chosen)
    with np.errstate(divide="ignore"):
        ratio = people[places] / costs[places]
    places = places[np.argsort(-np.nan_to_num(ratio, nan=0.0), kind="stable")]
    rows = []
    for number, place in enumerate(places.tolist(), start=1):
        code = str(order[place])
        changes = "; ".join(
            f"{name} {now:.1f} → {then:.1f}" for name, now, then in changes_of(index, lifted, code)
        )
        rows.append((number, code, str(names[code]), people[place], costs[place], changes))
    table = pd.DataFrame(rows, columns=["order", "code", "name", "people", "cost", "change"])
    table["cost_so_far"] = table["cost"].cumsum()
    table["people_so_far"] = table["people"].cumsum()
    columns = ["order", "code", "name", "people", "cost", "cost_so_far", "people_so_far", "change"]
    return table[columns]


def _sentences(
    request: BudgetRequest,
    lifted: Lifted,
    bought: Bought,
    costs: Floats,
    people: Floats,
    atlas: Atlas,
) -> Iterator[str]:
    unit = _("premises") if request.euros is None else _("euros")
    yield ngettext(
        "The budget lifts {count} territory of {all}, with {people} people, for {cost} {unit}.",
        "The budget lifts {count} territories of {all}, with {people} people, for {cost} {unit}.",
        int(bought.chosen.sum()),
        all=quantity(len(costs)),
        people=quantity(bought.gain, 0),
        cost=quantity(bought.cost, 0),
        unit=unit,
    )
    if bought.exact:
        yield _("No other choice within the budget lifts more people.")
    else:
        yield _(
            "This is at least {share} % of the best possible (relaxed problem).",
            share=quantity(np.floor(1000 * bought.gain / bought.bound) / 10, 1),
        )
    yield from unknown_people(people)
    possible = np.isfinite(costs)
    yield _(
        "To lift all that can be lifted, {people} people in {count} territories, would take {cost} "
        "{unit}.",
        people=quantity(float(np.nansum(people[possible])), 0),
        count=quantity(int(possible.sum())),
        cost=quantity(float(costs[possible].sum()), 0),
        unit=unit,
    )
    cannot = int((~possible).sum())
    if cannot:
        yield ngettext(
            "{count} territory cannot be lifted by what is bought.",
            "{count} territories cannot be lifted by what is bought.",
            cannot,
        )
    named = [atlas.territories.label(code) for code in lifted.cost.index[bought.chosen][:NAMED]]
    if named:
        yield _("Among them: {names}.", names=join(named))


def _assumptions(index: Index, request: BudgetRequest, lifted: Lifted) -> Iterator[str]:
    if request.premises is not None:
        yield _("Only shares of premises are changed; one premises counts once.")
    if request.floor_level is not None and request.floor:
        yield _(
            "Each area ({level}) gets at least {count}, or all that can be lifted in it.",
            level=request.floor_level,
            count=quantity(request.floor),
        )
    yield from lift_assumptions(index, request.lift, lifted, priced=request.premises is None)


def _with_column(
    index: Index,
    request: BudgetRequest,
    lifted: Lifted,
    bought: Bought,
    title: str,
    method: str,
) -> Atlas:
    codes = index.atlas.codes
    kinds = pd.Series(float(NOT_ASKED), index=codes)
    rest = np.where(lifted.possible, float(LATER), float(CANNOT))
    kinds[lifted.cost.index] = np.where(bought.chosen, float(BOUGHT), rest)
    indicator = outcome_indicator(
        FIRST,
        title,
        {
            NOT_ASKED: _("not asked"),
            BOUGHT: _("within the budget"),
            LATER: _("later"),
            CANNOT: _("no change suffices"),
        },
        level=index.atlas.territories.level,
        sources=index.atlas.indicators[index.recipe.id].sources,
        method=method,
    )
    atlas = index.atlas.add(indicator, kinds)
    if not request.lift.within:
        return atlas
    return take(atlas, np.asarray(codes.isin(atlas.territories.within(request.lift.within).codes)))
