"""What lifting a territory still costs once a new site is near it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.flagging.rule import read_rule
from zoneblanche.layers.catalogue.distance_france_services import AT_HOME_KM, FROM_PEOPLE
from zoneblanche.layers.index.handicaps import HANDICAPS, handicapped
from zoneblanche.layers.measuring.nearby import parts_of
from zoneblanche.layers.planning.budget.offers import Offers
from zoneblanche.layers.planning.budget.request import FIGURE, BudgetRequest, SiteLever
from zoneblanche.layers.planning.distances import (
    Floats,
    Ints,
    Pairs,
    inner_distance,
    places_of,
    straight_pairs,
)
from zoneblanche.layers.planning.lift.change import is_linear
from zoneblanche.layers.planning.lift.lift import Index, Lifted, Rows, lift_rows
from zoneblanche.layers.planning.lift.lose_flag import lose_flag_rows
from zoneblanche.layers.planning.lift.plan_lift import LiftRequest
from zoneblanche.layers.planning.sites.sentences import Candidates

SHORTEST = 1e-6
"""Kilometres by which a site must be nearer than those of today to count."""


@dataclass(frozen=True)
class Remaining:
    """What lifting costs with sites, and by which changes.

    Attributes:
        offers: the costs.
        units: change of each figure that is bought: one row for each offer; (offers, indicators).
    """

    offers: Offers
    units: Floats


def check_site_figure(index: Index, request: BudgetRequest, lever: SiteLever) -> None:
    """Refuse an index or a flag that no site changes.

    Raises:
        InputError: the figure is no distance in kilometres, a mean of other territories, or begins
            elsewhere than distances to new sites; the flag does not depend on it; or the recipe is
            not linear.
    """
    _check_distance(index, lever)
    _check_middles(index, lever)
    recipe, rule = index.recipe, request.lift.rule
    if rule is None and not is_linear(recipe):
        raise InputError(
            Fault(
                _(
                    "the recipe {recipe} is not linear, so sites and changes cannot be chosen "
                    "together.",
                    recipe=repr(recipe.id),
                ),
                remedy=_("Leave --site-cost out, or use a recipe of goalposts and means."),
                kind="not-linear",
            )
        )
    if rule is not None and lever.figure not in _figures_of(index, rule):
        raise InputError(
            Fault(
                _(
                    "the flag {rule} does not depend on {figure}, so no site lifts it.",
                    rule=repr(rule),
                    figure=repr(lever.figure),
                ),
                remedy=_("Leave --site-cost out, or choose another flag or --site-figure."),
                kind="no-site-figure",
            )
        )


def _check_distance(index: Index, lever: SiteLever) -> None:
    """Refuse a figure that is not the distance of each territory itself."""
    indicator, level = index.atlas.indicators[lever.figure], index.atlas.territories.level
    if indicator.better != "lower" or str(indicator.suffix) != "km":
        raise InputError(
            Fault(
                _("{figure} is not a distance in kilometres.", figure=repr(lever.figure)),
                remedy=_("Give another one with --site-figure ID."),
                kind="no-site-figure",
            )
        )
    if indicator.native_level not in ("", level):
        raise InputError(
            Fault(
                _(
                    "{figure} was measured by {native}, and the atlas has {level}: no site can be "
                    "placed in a mean.",
                    figure=repr(lever.figure),
                    native=indicator.native_level,
                    level=level,
                ),
                remedy=_("Give an atlas of {native}.", native=indicator.native_level),
                kind="no-site-figure",
            )
        )


def _check_middles(index: Index, lever: SiteLever) -> None:
    """Refuse distances of new sites that begin elsewhere than those of the figure."""
    if lever.figure != FIGURE:
        return
    from_people = index.atlas.indicators[FIGURE].method_in("en") == FROM_PEOPLE["en"]
    if from_people and lever.middles is None:
        raise InputError(
            Fault(
                _(
                    "the distances of the atlas begin at the mean position of the inhabitants, and "
                    "no squares of people are given."
                ),
                remedy=_("Give the squares that it was made with: --grid FILE."),
                kind="no-grid",
            )
        )
    if lever.middles is not None and not from_people:
        raise InputError(
            Fault(
                _("the distances of the atlas begin in the middles of polygons, not of squares."),
                remedy=_("Leave --grid out, or give the squares to the atlas with --source."),
                kind="no-grid",
            )
        )


def _figures_of(index: Index, rule_id: str) -> set[str]:
    """Return the ids of the figures on which a flag depends."""
    figures: set[str] = set()
    parts = {part.id: part for part in index.recipe.dimensions}
    for condition in read_rule(rule_id).when.conditions():
        for name in condition.indicator:
            figures.add(name)
            if name in parts:
                figures |= {element.id for element in parts[name].elements()}
            if name == HANDICAPS:
                for part in handicapped(index.recipe):
                    figures |= {element.id for element in part.elements()}
    return figures


def figures_now(index: Index, figure: str) -> Floats:
    """Return the kilometres of each territory to the nearest site of today; NaN if unknown."""
    return np.asarray(index.scored_atlas.scored.steps[-2].values[figure].to_numpy(dtype="float64"))


def nearer_pairs(
    index: Index,
    lever: SiteLever,
    inside: np.ndarray,
    candidates: Candidates,
    middles: gpd.GeoSeries,
) -> Pairs:
    """Return the pairs of a territory and a candidate that is nearer than any site of today.

    Distances are measured as the figure is: along the ellipsoid, from the middle of each territory.
    A site in a territory is at the mean distance of its points from its middle, for France Services
    at most at 1.5 km. Where the figure is unknown, no site changes it.

    Args:
        inside: which territories a site may serve.
        candidates: of any part of the country; a site serves its own part.
        middles: where distances begin, of all territories, EPSG:4326.

    Returns:
        Kilometres; territories by their position in the atlas.
    """
    territories = index.atlas.territories
    codes = territories.codes
    now = np.nan_to_num(figures_now(index, lever.figure), nan=-1.0)
    within = np.where(inside, now - SHORTEST, -1.0)
    if lever.reach is not None:
        within = np.minimum(within, lever.reach)
    inner = inner_distance(territories.facts["area_km2"])
    if lever.figure == FIGURE:
        inner = np.minimum(inner, AT_HOME_KM)
    some = np.flatnonzero(within > 0)
    own = pd.Series(codes, index=codes)
    places = places_of(middles.reindex(codes), own, parts_of(territories).reindex(codes))
    pairs = straight_pairs(
        places.take(some), candidates.places, within_km=within[some], inner_km=inner[some]
    )
    return Pairs(some[pairs.territory], pairs.site, pairs.distance)


def remaining_costs(
    index: Index,
    request: LiftRequest,
    changes: Lifted,
    at: Ints,
    pairs: Pairs,
    opening: Floats,
) -> Remaining:
    """Return what lifting each territory costs alone, and with each site that makes it cheaper.

    Args:
        changes: the least changes without sites, in the order of `at`.
        at: positions of the territories in the atlas, ascending.
        pairs: of territories and candidates, see `nearer_pairs`.
        opening: cost of each candidate.
    """
    alone = changes.cost.to_numpy(dtype="float64")
    of_item = np.isin(pairs.territory, at)
    pairs = pairs.take(of_item)
    item = np.searchsorted(at, pairs.territory)
    figure = figures_now(index, index.by_sites)
    nearer = figure[pairs.territory] - pairs.distance
    # Sites at the same distance leave the same change.
    order = np.lexsort((nearer, item))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(item[order]) != 0) | (np.diff(nearer[order]) != 0)
    level = np.empty(len(order), dtype="int64")
    level[order] = np.cumsum(new) - 1
    first = order[new]
    rows = Rows(pairs.territory[first], nearer[first])
    if not len(first):
        nothing = np.zeros(0, dtype="int64")
        offers = Offers(alone, nothing, nothing, np.zeros(0), opening)
        return Remaining(offers, np.zeros((0, len(index.names))))
    lifted = (
        lift_rows(index, rows)
        if request.rule is None
        else lose_flag_rows(index, read_rule(request.rule), rows)
    )
    cost, units = _no_dearer(alone, changes.change.to_numpy(), item[first], lifted)
    cheaper = cost[level] < alone[item] * (1 - 1e-9)
    return Remaining(
        Offers(alone, item[cheaper], pairs.site[cheaper], cost[level][cheaper], opening),
        units[level][cheaper],
    )


def _no_dearer(alone: Floats, own: Floats, item: Ints, lifted: Lifted) -> tuple[Floats, Floats]:
    """Return cost and changes of rows, sorted by item and from far to near, such that a nearer site
    never makes lifting dearer: what suffices farther away suffices here."""
    cost = lifted.cost.to_numpy(dtype="float64").copy()
    units = lifted.change.to_numpy(dtype="float64").copy()
    for row, mine in enumerate(item.tolist()):
        same = row > 0 and item[row - 1] == mine
        before, change = (cost[row - 1], units[row - 1]) if same else (alone[mine], own[mine])
        if before < cost[row]:
            cost[row], units[row] = before, change
    return cost, units
