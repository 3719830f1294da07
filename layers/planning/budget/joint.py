"""The answer of `plan budget --site-cost`: what each territory gets from sites and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _, ngettext
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.layers.build import take
from zoneblanche.layers.index.score import score
from zoneblanche.layers.planning.budget.knapsack import Bought, buy
from zoneblanche.layers.planning.budget.offers import Joint, Offers
from zoneblanche.layers.planning.budget.people import read_people
from zoneblanche.layers.planning.budget.request import BudgetRequest, SiteLever, groups_of
from zoneblanche.layers.planning.budget.site_offers import (
    Remaining,
    figures_now,
    nearer_pairs,
    remaining_costs,
)
from zoneblanche.layers.planning.budget.with_sites import buy_with_sites
from zoneblanche.layers.planning.distances import Floats, Ints, Pairs
from zoneblanche.layers.planning.lift.change import is_linear
from zoneblanche.layers.planning.lift.lift import Index, Lifted, Rows, moves_at, without_estimates
from zoneblanche.layers.planning.lift.plan_lift import lift_all
from zoneblanche.layers.planning.sites.location import Gains
from zoneblanche.layers.planning.sites.plan_sites import site_candidates
from zoneblanche.layers.planning.sites.sentences import Candidates


@dataclass(frozen=True)
class JointAnswer:
    """Sites and changes that a budget buys, and what they do.

    Attributes:
        index, request, lever: the question.
        candidates: where a site may be; opening: what each costs.
        inside: which territories of the atlas are counted, boolean.
        concerned: positions in the atlas of the territories that are asked about.
        people: of each of these; NaN where they are not known.
        alone: their least changes without sites.
        joint: what is bought.
        without_sites: what the same budget buys without sites; None if not the floors.
        lifted: the changes of those that are lifted, the site's included; the cost is that of their
            own changes. Infinite for the others.
        by_site: which of them a site makes cheaper, boolean.
        possible: which of them can be lifted at all.
        least_cost: the least budget that lifts one of them; infinite if none does.
        nearest: new site that each territory of the atlas is nearest to, −1 where that of today is.
        then: kilometres of each territory of the atlas to the nearest site.
        points: by which the score of each territory of the atlas improves; NaN where not known.
    """

    index: Index
    request: BudgetRequest
    lever: SiteLever
    candidates: Candidates
    opening: Floats
    inside: np.ndarray
    concerned: Ints
    people: Floats
    alone: Lifted
    joint: Joint
    without_sites: Bought | None
    lifted: Lifted
    by_site: np.ndarray
    possible: np.ndarray
    least_cost: float
    nearest: Ints
    then: Floats
    points: Floats

    @property
    def everybody(self) -> Floats:
        """People of each territory of the atlas; NaN where they are not known."""
        return self.index.atlas.territories.facts["population"].to_numpy(dtype="float64")


def solve_jointly(
    index: Index, request: BudgetRequest, lever: SiteLever, codes: Sequence[str]
) -> JointAnswer:
    """Choose sites and changes together.

    Raises:
        InputError: no known population, no candidate, none that brings a territory that is asked
            about nearer to a site, one of a file that brings nobody nearer, no such level, or a
            budget that does not buy the floors.
    """
    atlas = index.atlas
    inside, candidates, pairs = _possible_sites(index, request, lever)
    at = np.flatnonzero(atlas.codes.isin(codes))
    people = read_people(atlas, atlas.codes[at])
    everybody = atlas.territories.facts["population"].to_numpy(dtype="float64")
    _check_candidates(lever, candidates, pairs, at, everybody)
    opening = np.full(len(candidates.codes), lever.cost)
    if candidates.costs is not None:
        opening = np.where(np.isnan(candidates.costs), lever.cost, candidates.costs)
    alone = lift_all(index, request.lift, codes)
    rest = remaining_costs(index, request.lift, alone, at, pairs, opening)
    budget = float(request.euros or 0.0)
    groups = groups_of(atlas, atlas.codes[at], request)
    gains = np.nan_to_num(people)
    joint = buy_with_sites(
        gains, rest.offers, budget, groups=groups, floor=request.floor,
        besides=_points_by_site(index, lever, pairs, np.nan_to_num(everybody), len(opening)),
    )  # fmt: skip
    nearest, then = _after(index, lever, pairs, joint.sites)
    lifted, by_site = _lifted(index, alone, rest, joint, at, then)
    return JointAnswer(
        index=index,
        request=request,
        lever=lever,
        candidates=candidates,
        opening=opening,
        inside=inside,
        concerned=at,
        people=people,
        alone=alone,
        joint=joint,
        without_sites=_without_sites(gains, rest.offers, budget, groups, request.floor),
        lifted=lifted,
        by_site=by_site,
        possible=rest.offers.possible,
        least_cost=rest.offers.least,
        nearest=nearest,
        then=then,
        points=_points(index, lever, lifted, at, then),
    )


def _possible_sites(
    index: Index, request: BudgetRequest, lever: SiteLever
) -> tuple[np.ndarray, Candidates, Pairs]:
    """Return which territories are counted, where a site may be, and the pairs of a territory and
    a candidate that is nearer than any site of today."""
    atlas, territories = index.atlas, index.atlas.territories
    inside = np.ones(len(atlas.codes), dtype=bool)
    if request.lift.within:
        inside = np.asarray(atlas.codes.isin(territories.within(request.lift.within).codes))
    middles = centres_of(territories) if lever.middles is None else lever.middles
    part = atlas if inside.all() else take(atlas, inside)
    candidates = site_candidates(part, territories, middles, sites=lever.candidates)
    return inside, candidates, nearer_pairs(index, lever, inside, candidates, middles)


def _check_candidates(
    lever: SiteLever, candidates: Candidates, pairs: Pairs, at: Ints, people: Floats
) -> None:
    """Refuse candidates of a file that bring nobody nearer to a site, and a question in which none
    brings a territory that is asked about nearer."""
    if lever.candidates is not None:
        peopled = people[pairs.territory] != 0  # or not known
        reached = np.isin(np.arange(len(candidates.codes)), pairs.site[peopled])
        lost = [candidates.label(int(place)) for place in np.flatnonzero(~reached)]
        if lost:
            raise InputError(
                Fault(
                    ngettext(
                        "{count} candidate brings nobody nearer to a site than today (first: "
                        "{first}).",
                        "{count} candidates bring nobody nearer to a site than today (first: "
                        "{first}).",
                        len(lost),
                        first=first_of(lost),
                    ),
                    remedy=_("Leave them out, or raise --reach."),
                    kind="unreached",
                )
            )
    if not np.isin(pairs.territory, at).any():
        raise InputError(
            Fault(
                _("no candidate brings a territory that is asked about nearer to a site."),
                remedy=_("Name other candidates, raise --reach, or leave --site-cost out."),
                kind="no-candidate",
            )
        )


def _after(
    index: Index, lever: SiteLever, pairs: Pairs, sites: Sequence[int]
) -> tuple[Ints, Floats]:
    """Return the new site that each territory is nearest to (−1: none), and its kilometres to the
    nearest site, new or not."""
    then = figures_now(index, lever.figure).copy()
    nearest = np.full(len(then), -1, dtype="int64")
    open_ = pairs.take(np.isin(pairs.site, list(sites)))
    # The nearest first; of equal ones, the first code.
    order = np.lexsort((open_.site, open_.distance, open_.territory))
    territory, first = np.unique(open_.territory[order], return_index=True)
    nearest[territory] = open_.site[order][first]
    then[territory] = open_.distance[order][first]
    return nearest, then


def _lifted(
    index: Index, alone: Lifted, rest: Remaining, joint: Joint, at: Ints, then: Floats
) -> tuple[Lifted, np.ndarray]:
    """Return the changes of the territories that are lifted, with what sites change, and which of
    them a site makes cheaper."""
    units, cost = alone.change.to_numpy(dtype="float64").copy(), rest.offers.alone.copy()
    by_site = np.zeros(len(at), dtype=bool)
    for offer in np.flatnonzero(np.isin(rest.offers.site, joint.sites)).tolist():
        item = int(rest.offers.item[offer])
        if rest.offers.cost[offer] < cost[item]:
            cost[item], units[item] = rest.offers.cost[offer], rest.units[offer]
            by_site[item] = True
    column = index.names.index(index.by_sites)
    now = np.nan_to_num(figures_now(index, index.by_sites)[at])
    units[:, column] = np.minimum(units[:, column] + now - np.nan_to_num(then[at]), now)
    chosen = joint.bought.chosen
    lifted = replace(
        alone,
        change=pd.DataFrame(
            np.where(chosen[:, None], units, 0.0),
            alone.change.index,
            alone.change.columns,
        ),
        cost=pd.Series(np.where(chosen, cost, np.inf), alone.cost.index),
    )
    return lifted, by_site & chosen


def _without_sites(
    people: Floats, offers: Offers, budget: float, groups: Ints | None, floor: int
) -> Bought | None:
    """Return what the budget buys without sites; None if that is not the floor of each area."""
    if groups is None or not floor:
        return buy(people, offers.alone, budget)
    there = np.bincount(groups[offers.possible], minlength=groups.max() + 1)
    alone = np.bincount(groups[np.isfinite(offers.alone)], minlength=groups.max() + 1)
    if (alone < np.minimum(there, floor)).any():
        return None
    try:
        return buy(people, offers.alone, budget, groups=groups, floor=floor)
    except InputError:
        return None


def _points_by_site(
    index: Index, lever: SiteLever, pairs: Pairs, people: Floats, sites: int
) -> Gains | None:
    """Return people × points of the score that each site alone brings to each territory; None for a
    recipe that is not linear."""
    if not is_linear(index.recipe):
        return None
    figure = figures_now(index, lever.figure)[pairs.territory]
    rows = Rows(pairs.territory, figure - pairs.distance)
    brought = people[pairs.territory] * moves_at(index, index.recipe.root, rows)[1]
    some = brought > 0
    entries = (brought[some], (pairs.territory[some], pairs.site[some]))
    table = sparse.csc_array(entries, shape=(len(people), sites))
    table.sort_indices()
    return Gains(table)


def _points(index: Index, lever: SiteLever, lifted: Lifted, at: Ints, then: Floats) -> Floats:
    """Return the points by which sites and changes improve the score of each territory; NaN for a
    recipe that is not linear, whose scores depend on each other."""
    if not is_linear(index.recipe):
        return np.full(len(then), np.nan)
    now = index.scored_atlas.scored
    values = now.steps[-2].values.copy()
    values[lever.figure] = then
    elements = {element.id: element for element in index.recipe.elements}
    chosen = np.isfinite(lifted.cost.to_numpy())
    for name in index.names:
        sign = -1.0 if elements[name].better == "lower" else 1.0
        figures = lifted.figures[name].to_numpy() + sign * lifted.change[name].to_numpy()
        values.loc[index.atlas.codes[at[chosen]], name] = figures[chosen]
    plain = replace(index.recipe, root=without_estimates(index.recipe.root))
    after = score(values, plain, context=index.scored_atlas.context).index.to_numpy(dtype="float64")
    before = now.index.to_numpy(dtype="float64")
    return before - after if index.worse_up else after - before
