"""The finding of a layer in one sentence, which is the headline of the page that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoneblanche.geo.messages import _, percent, quantity, titled
from zoneblanche.layers.analysis.flagging.flags import FLAGGED

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

FEW_PEOPLE, MANY_PEOPLE = 200, 2_000
"""Small and large territories, in inhabitants; compared because online presence follows size."""

ENOUGH = 5
"""Minimum number of small and of large territories that are compared."""

MOST_IN_TENTH = 0.2
"""Above this share of all, ties make the worst tenth too large to be called one."""


TELLING = 0.05
"""Minimum share of small or of large territories in the worst tenth; below, means say more."""


def write_headline(atlas: Atlas, indicator: Indicator) -> str:
    """Return what a layer shows, as a sentence; "" if there is nothing to compare.

    Small territories are compared with large ones: by the share that has something, by the share
    that is in the worst-off tenth. A flag counts its territories and their people. A figure that is
    known by a containing level only is not compared, because a territory has the figure of others.
    """
    if "population" not in atlas.territories.facts:
        return ""
    if indicator.role == "flag":
        return _flagged(atlas, indicator)
    native = indicator.native_level not in ("", atlas.territories.level)
    if indicator.better is None or (native and not _parts_known_here(atlas, indicator)):
        return ""
    if indicator.unit == "category":
        return ""
    values = atlas.values[indicator.id].to_numpy(dtype=np.float64)
    people = atlas.territories.facts["population"].to_numpy(dtype=np.float64)
    small = np.isfinite(values) & (people < FEW_PEOPLE)
    large = np.isfinite(values) & (people >= MANY_PEOPLE)
    if small.sum() < ENOUGH or large.sum() < ENOUGH:
        return ""
    slots = {
        "title": titled(indicator.title),
        "level": atlas.territories.level_message(plural=True),
        "few": quantity(FEW_PEOPLE),
        "many": quantity(MANY_PEOPLE),
    }
    if indicator.unit == "boolean":
        shares = _shares(values == 1, small, large)
        return _(
            "{title}: {small} of {level} below {few} inhabitants, {large} above {many}",
            **shares,
            **slots,
        )
    badness = values if indicator.better == "lower" else -values
    worst = badness >= np.nanquantile(badness, 0.9)
    telling = max(worst[small].mean(), worst[large].mean()) >= TELLING
    if worst[np.isfinite(values)].mean() > MOST_IN_TENTH or not telling:
        return _means(indicator, values, small, large, slots)
    shares = _shares(worst, small, large)
    if indicator.role == "index":
        return _(
            "{small} of {level} below {few} inhabitants are in the worst-off tenth, {large} above "
            "{many}",
            **shares,
            **slots,
        )
    return _(
        "{title}: {small} of {level} below {few} inhabitants are in the worst-off tenth, {large} "
        "above {many}",
        **shares,
        **slots,
    )


def _shares(having: np.ndarray, small: np.ndarray, large: np.ndarray) -> dict[str, str]:
    shares = {"small": float(having[small].mean()), "large": float(having[large].mean())}
    return {
        name: percent(share, digits=int(0.0005 <= share < 0.01)) for name, share in shares.items()
    }


def _means(
    indicator: Indicator,
    values: np.ndarray,
    small: np.ndarray,
    large: np.ndarray,
    slots: dict[str, str],
) -> str:
    digits = 0 if indicator.unit in ("score", "percent") else indicator.digits
    means = [float(values[chosen].mean()) for chosen in (small, large)]
    low, high = (
        percent(mean / 100) if indicator.unit == "percent" else quantity(mean, digits)
        for mean in means
    )
    return _(
        "{title}: {low} on average in {level} below {few} inhabitants, {high} above {many}",
        low=low,
        high=high,
        **slots,
    )


def _parts_known_here(atlas: Atlas, indicator: Indicator) -> bool:
    """Return whether some part of an indicator was measured at the level of the atlas."""
    parts = [atlas.indicators[name] for name in indicator.parts if name in atlas.indicators]
    return any(
        part.native_level == atlas.territories.level or _parts_known_here(atlas, part)
        for part in parts
    )


def _flagged(atlas: Atlas, indicator: Indicator) -> str:
    flagged = atlas.values[indicator.id].to_numpy() == FLAGGED
    people = atlas.territories.facts["population"].fillna(0).to_numpy(dtype=np.float64)
    if not people.sum():
        return ""
    count = int(flagged.sum())
    return _(
        "{title}: {count} {level}, {people} inhabitants ({share} of all)",
        title=titled(indicator.title),
        count=quantity(count),
        level=atlas.territories.level_message(plural=count != 1),
        people=quantity(int(people[flagged].sum())),
        share=percent(float(people[flagged].sum() / people.sum())),
    )
