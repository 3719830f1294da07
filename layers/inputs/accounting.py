"""Whether all rows of inputs, territories and people are accounted for.

A run that cannot account for a row, a territory or a person says so; none is lost silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.nesting import groups_at
from zoneblanche.layers.atlas import Atlas

HALF_A_PERSON = 0.5
"""Tolerance for sums of people over a whole country, in floating point."""


def unaccounted_rows(account: Mapping[str, Any]) -> int:
    """Return the number of rows of an input that are neither matched, outside, listed nor counted;
    negative if there are too many.

    >>> unaccounted_rows({"rows": 5, "matched": 3, "listed": [{"row": "line 2"}]})
    1
    """
    counted = sum(account.get("counted", {}).values())
    placed = account["matched"] + account.get("outside", 0)
    return int(account["rows"] - placed - len(account["listed"]) - counted)


def check_rows(atlas: Atlas) -> Atlas:
    """Return the atlas with a notice on every input with rows that cannot be accounted for."""
    lost = {name: unaccounted_rows(account) for name, account in atlas.account.items()}
    notices = [
        _(
            "{name}: {number} rows cannot be accounted for. This is a defect; please report it.",
            name=name,
            number=number,
        )
        for name, number in lost.items()
        if number
    ]
    return atlas.noting(*notices)


def check_carried(before: Atlas, after: Atlas) -> Atlas:
    """Return `after`, with a notice if territories or people of `before` are lost by aggregation.

    Those that are in no territory of the higher level are left out, which has its own notice.
    """
    level = after.territories.level
    if level == before.territories.level:
        return after
    groups = groups_at(before.territories, level)
    placed = groups.notna().to_numpy()
    lost = sorted(set(groups[placed].astype(str)) - set(map(str, after.codes)))
    notices = []
    if lost:
        named = first_of(lost)
        notices.append(
            _(
                "{level} territories that others lie in are lost ({named}). This is a "
                "defect; please report it.",
                level=level,
                named=named,
            )
        )
    people, carried = _people(before, placed), _people(after)
    if abs(people - carried) > HALF_A_PERSON:
        notices.append(
            _(
                "{people} people went up to {level} and {carried} arrived. This is a "
                "defect; please report it.",
                people=quantity(people, digits=0),
                level=level,
                carried=quantity(carried, digits=0),
            )
        )
    return after.noting(*notices)


def _people(atlas: Atlas, chosen: np.ndarray | None = None) -> float:
    population = atlas.territories.facts["population"]
    return float((population if chosen is None else population[chosen]).sum())
