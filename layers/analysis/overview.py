"""An indicator over all territories of an atlas, in a few figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import mean_by
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas

SMALL, LARGE = 200, 2000
"""Legal populations that are compared: small authorities, and larger ones."""

NOT_ASKED = (Reason.NOT_MATCHED, Reason.NOT_COLLECTED, Reason.NOT_PUBLISHED, Reason.NOT_COVERED)
"""Reasons for which nothing is known of a territory: it is not counted."""


@dataclass(frozen=True)
class CriterionShares:
    """How many territories meet a criterion, in percent; NaN if a share is not defined.

    Attributes:
        met: of the known territories. Not applicable and unreadable count as not met.
        people: share of all people who live where it is met; NaN if a population is missing.
        small, large: `met` below `SMALL` inhabitants and from `LARGE` on; NaN without either.
        applicable: of the territories that it applies to; NaN if it applies to all.
        unknown: number of territories of which nothing is known.
        unreadable: number of those that count as not met because they cannot be read.
    """

    met: float
    people: float
    small: float
    large: float
    applicable: float
    unknown: int
    unreadable: int


def share_criterion(atlas: Atlas, indicator_id: str) -> CriterionShares | None:
    """Return the shares of a yes or no; None if nothing is known of any territory.

    An unknown territory such as Paris counts neither as yes nor as no.
    """
    values, reasons = atlas.values[indicator_id], atlas.reasons[indicator_id]
    concerned = ~reasons.isin([int(reason) for reason in NOT_ASKED])
    if not concerned.any():
        return None
    met, population = values.fillna(0.0), atlas.territories.facts["population"]
    people = small = large = applicable = float("nan")
    if population.notna().all() and population.sum() > 0:
        people = 100 * float((met * population).sum() / population.sum())
        few, many = concerned & (population < SMALL), concerned & (population >= LARGE)
        if few.any() and many.any():
            small, large = _percent(met[few]), _percent(met[many])
    if (reasons == Reason.NOT_APPLICABLE).any():
        applicable = _percent(met[values.notna()])
    return CriterionShares(
        met=_percent(met[concerned]),
        people=people,
        small=small,
        large=large,
        applicable=applicable,
        unknown=int((~concerned).sum()),
        unreadable=int((reasons == Reason.UNREADABLE).sum()),
    )


def _percent(met: pd.Series) -> float:
    return 100 * float(met.mean())


@dataclass(frozen=True)
class Overall:
    """An indicator over all territories.

    Attributes:
        value: the sum of an extensive one, else the mean weighted by its own denominator.
        highest, lowest: code and mean of the areas at the two ends; None with fewer than two.
    """

    value: float
    highest: tuple[str, float] | None = None
    lowest: tuple[str, float] | None = None


def measure_overall(atlas: Atlas, indicator_id: str, *, level: str | None) -> Overall:
    """Return the figure of all territories together, and of the areas at either end.

    Args:
        atlas: with the indicator.
        indicator_id: of a figure, not a category.
        level: of the areas; None, or one that contains no territory, for none.
    """
    indicator = atlas.indicator(indicator_id)
    values, weights = atlas.values[indicator_id], atlas.weight_of(indicator)
    value = float(values.sum())
    if indicator.kind != "extensive":
        everything = pd.Series("all", index=atlas.codes)
        value = float(mean_by(values, weights, everything)["mean"].iloc[0])
    if level is None or level not in atlas.territories.parents:
        return Overall(value)
    table = mean_by(values, weights, atlas.territories.parents[level])["mean"].dropna()
    if len(table) < 2:
        return Overall(value)
    ends = (str(table.idxmax()), str(table.idxmin()))
    highest, lowest = ((code, float(np.asarray(table[code]))) for code in ends)
    return Overall(value, highest, lowest)
