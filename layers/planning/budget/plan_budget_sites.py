"""`plan budget --site-cost`: which new sites and which changes first, chosen together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, join
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.planning.budget.joint import JointAnswer, solve_jointly
from zoneblanche.layers.planning.budget.joint_sentences import joint_assumptions, joint_sentences
from zoneblanche.layers.planning.budget.request import BudgetRequest, SiteLever
from zoneblanche.layers.planning.budget.site_offers import check_site_figure
from zoneblanche.layers.planning.lift.lift import read_index
from zoneblanche.layers.planning.lift.plan_lift import asked_codes, changes_of
from zoneblanche.layers.planning.plan import Plan, outcome_indicator

FIRST, NEAREST = "budget", "budget-distance"
NOT_ASKED, SITE, SITE_LIFTED, BY_SITE, BY_BOTH, BY_CHANGES, LATER, CANNOT = range(8)


def plan_budget_with_sites(atlas: Atlas, request: BudgetRequest, lever: SiteLever) -> Plan:
    """Return which sites and which changes a budget should buy first, so that most people gain.

    Raises:
        InputError: a site changes nothing in this index or flag, no candidate brings a territory
            nearer to a site, or one of a file brings nobody nearer; and what `plan_budget` refuses.
    """
    lift = request.lift
    index = read_index(atlas, lift.index_id, lift.costs, margin=lift.margin, by_sites=lever.figure)
    check_site_figure(index, request, lever)
    codes = asked_codes(index, lift)
    answer = solve_jointly(index, request, lever, codes)
    title = _("Which sites and which changes first")
    assumptions = tuple(joint_assumptions(answer))
    return Plan(
        id="budget",
        title=title,
        sentences=tuple(joint_sentences(answer)),
        assumptions=assumptions,
        table=_table(answer),
        columns={
            "order": _("Order"),
            "kind": _("Proposal"),
            "code": _("Code"),
            "name": _("Name"),
            "people": _("People"),
            "cost": _("Cost"),
            "site": _("Site"),
            "change": _("Change"),
        },
        atlas=_with_columns(answer, title, join(assumptions, " ")),
        show=FIRST,
        words={"site": _("new site"), "territory": _("territory")},
    )


def _table(answer: JointAnswer) -> pd.DataFrame:
    """Return the sites, those that lift most people first, each with whom it lifts; then those that
    are lifted by changes alone. What gains most for its cost comes first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(answer.people / answer.lifted.cost.to_numpy())
    order = [int(item) for item in np.lexsort((-answer.people, -ratio))]
    order = [item for item in order if answer.joint.bought.chosen[item]]
    through: dict[int, list[int]] = {site: [] for site in answer.joint.sites}
    alone = []
    for item in order:
        if answer.by_site[item]:
            through[int(answer.nearest[answer.concerned[item]])].append(item)
        else:
            alone.append(item)
    rows: list[dict[str, Any]] = []
    for site in sorted(
        through, key=lambda place: (-np.nansum(answer.people[through[place]]), place)
    ):
        rows.append(_site_row(answer, site))
        rows += [_row(answer, item, answer.candidates.label(site)) for item in through[site]]
    rows += [_row(answer, item, "") for item in alone]
    columns = ["order", "kind", "code", "name", "people", "cost", "site", "change"]
    return pd.DataFrame(rows, columns=columns[1:]).assign(order=range(1, len(rows) + 1))[columns]


def _site_row(answer: JointAnswer, site: int) -> dict[str, Any]:
    return {
        "kind": "site",
        "code": answer.candidates.codes[site],
        "name": answer.candidates.names[site],
        "people": np.nan,
        "cost": float(answer.opening[site]),
        "site": "",
        "change": "",
    }


def _row(answer: JointAnswer, item: int, site: str) -> dict[str, Any]:
    names, code = answer.index.atlas.territories.names, str(answer.lifted.cost.index[item])
    return {
        "kind": "territory",
        "code": code,
        "name": str(names[code]),
        "people": answer.people[item],
        "cost": float(answer.lifted.cost.iloc[item]),
        "site": site,
        "change": "; ".join(
            f"{name} {now:.1f} → {then:.1f}"
            for name, now, then in changes_of(answer.index, answer.lifted, code)
        ),
    }


def _kinds(answer: JointAnswer) -> np.ndarray:
    kinds = np.full(len(answer.inside), float(NOT_ASKED))
    chosen, free = answer.joint.bought.chosen, answer.lifted.cost.to_numpy() == 0
    kinds[answer.concerned] = np.select(
        [chosen & answer.by_site & free, chosen & answer.by_site, chosen, answer.possible],
        [BY_SITE, BY_BOTH, BY_CHANGES, LATER],
        default=CANNOT,
    )
    hosts = answer.index.atlas.codes.isin([answer.candidates.codes[s] for s in answer.joint.sites])
    lifted = np.isin(kinds, (BY_SITE, BY_BOTH, BY_CHANGES))
    return np.where(hosts, np.where(lifted, SITE_LIFTED, SITE), kinds)


def _with_columns(answer: JointAnswer, title: str, method: str) -> Atlas:
    atlas, lever = answer.index.atlas, answer.lever
    level, codes = atlas.territories.level, atlas.codes
    sources = atlas.indicators[answer.index.recipe.id].sources
    proposed = outcome_indicator(
        FIRST,
        title,
        {
            NOT_ASKED: _("not asked"),
            SITE: _("new site"),
            SITE_LIFTED: _("new site, and lifted"),
            BY_SITE: _("lifted by a site"),
            BY_BOTH: _("lifted by a site and changes"),
            BY_CHANGES: _("lifted by changes"),
            LATER: _("later"),
            CANNOT: _("no site and no change suffices"),
        },
        level=level,
        sources=sources,
        method=method,
    )
    distance = Indicator(
        id=NEAREST,
        title=_("Distance to the nearest site, with the new ones"),
        unit="number",
        better="lower",
        denominator="population",
        bounds=(0.0, None),
        native_level=level,
        sources=atlas.indicators[lever.figure].sources,
        role="context",
        suffix="km",
        method=method,
    )
    kinds = pd.Series(_kinds(answer), index=codes)
    proposals = atlas.add(proposed, kinds).add(distance, pd.Series(answer.then, index=codes))
    return proposals if answer.inside.all() else take(proposals, answer.inside)
