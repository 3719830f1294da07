"""The question of `plan budget`: what can be spent, on which changes, and whether on sites too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.planning.distances import Ints
from zoneblanche.layers.planning.lift.plan_lift import LiftRequest
from zoneblanche.layers.planning.read import Sites

FIGURE = "distance-france-services"
"""The figure that a new site changes, unless another one is given."""


@dataclass(frozen=True)
class SiteLever:
    """New sites as a way to lift territories.

    Attributes:
        cost: of one site, in euros.
        candidates: where a site may be; None for every territory that is asked about or near.
        reach: kilometres up to which a site changes the figure; None for any distance.
        figure: id of the distance to the nearest site, in kilometres.
        middles: where distances begin, if not in the middles of the polygons; EPSG:4326.
    """

    cost: float
    candidates: Sites | None = None
    reach: float | None = None
    figure: str = FIGURE
    middles: gpd.GeoSeries | None = None


@dataclass(frozen=True)
class BudgetRequest:
    """The question.

    Attributes:
        lift: whose change is bought, and its unit costs.
        euros: to be spent; or
        premises: to be connected: then only figures that are shares of premises are changed.
        floor: territories that each area of `floor_level` gets at least.
        sites: whether the budget also opens sites, and what one costs.
    """

    lift: LiftRequest
    euros: float | None = None
    premises: float | None = None
    floor_level: str | None = None
    floor: int = 0
    sites: SiteLever | None = None


def check_budget(request: BudgetRequest) -> None:
    """Refuse a question without a budget, or without the costs that it needs.

    Raises:
        InputError: no budget or two; costs that are missing; sites that have no cost in the unit of
            the budget; a budget, cost or reach that is not above zero or not finite; a floor below
            zero.
    """
    faults = [*_budget_faults(request), *_site_faults(request)]
    if faults:
        raise InputError(faults)


def _budget_faults(request: BudgetRequest) -> Iterator[Fault]:
    options = (("--euros", request.euros), ("--premises", request.premises))
    values = [value for _option, value in options if value is not None]
    for option, value in (*options, ("--floor", request.floor)):
        if value is not None and not np.isfinite(value):
            yield _not_finite(option, value)
    if request.floor < 0:
        yield Fault(
            _("{option} {value} is below zero.", option="--floor", value=request.floor),
            kind="option",
        )
    if len(values) != 1 or values[0] <= 0:
        yield Fault(
            _("a plan needs one budget above zero."),
            remedy=_("Give --premises NUMBER, or --euros NUMBER with --cost ID=NUMBER."),
            kind="option",
        )
    elif request.euros is not None and not request.lift.costs and request.sites is None:
        yield Fault(
            _("costs are missing: a budget in euros buys nothing without them."),
            remedy=_("Give one for each figure that can be changed: --cost ID=NUMBER."),
            kind="no-cost",
        )


def _site_faults(request: BudgetRequest) -> Iterator[Fault]:
    lever = request.sites
    if lever is None:
        return
    for option, value in (("--site-cost", lever.cost), ("--reach", lever.reach)):
        if value is not None and not np.isfinite(value):
            yield _not_finite(option, value)
        elif value is not None and not value > 0:
            yield Fault(
                _("{option} {value} is not above zero.", option=option, value=f"{value:g}"),
                kind="option",
            )
    if request.premises is not None:
        yield Fault(
            _("a site costs euros, and a budget of premises has none."),
            remedy=_("Give --euros instead of --premises, or leave --site-cost out."),
            kind="option",
        )


def _not_finite(option: str, value: float) -> Fault:
    return Fault(
        _("{option} {value} is not a finite number.", option=option, value=f"{value:g}"),
        kind="option",
    )


def groups_of(atlas: Atlas, order: pd.Index, request: BudgetRequest) -> Ints | None:
    """Return the number of the area that each territory is in, if each area has a floor.

    Raises:
        InputError: the atlas does not have the level.
    """
    level = request.floor_level
    if level is None or not request.floor:
        return None
    parents = atlas.territories.parents
    if level not in parents:
        raise InputError(
            Fault(
                _("no level {level} contains the territories.", level=repr(level)),
                remedy=nearest(level, map(str, parents)),
                kind="unknown-level",
            )
        )
    return np.asarray(pd.factorize(parents[level].reindex(order), use_na_sentinel=False)[0])
