"""Change as a column: of an indicator between two dates, of the declared website between waves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, remark, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.edition import presence_source, presence_waves
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.presence.panel import criteria_by_wave, shares_listed

PRESENCE_CHANGE = "presence-change"
"""Id of the column that `add_presence_change` adds."""

WHOLE = 0.995
"""Minimum share of today's codes in a wave that represents the whole country."""


def _digits_of_change(indicator: Indicator) -> int:
    """Both ends of a difference of percentages are rounded: its last decimal is noise."""
    if indicator.unit == "boolean":
        return 1
    return max(0, indicator.digits - 1) if indicator.unit == "percent" else indicator.digits


_POINTS = ("percent", "score", "boolean")
"""Units whose differences are points."""

GAINED, KEPT, NEITHER, GIVEN_UP = range(1, 5)
PRESENCE_CHANGES = {
    GAINED: _("website gained"),
    KEPT: _("website at both dates"),
    NEITHER: _("no website"),
    GIVEN_UP: _("website given up"),
}


def add_change(atlas: Atlas, before_id: str, after_id: str) -> Atlas:
    """Return the atlas with a column `<after>-change`: an indicator minus its earlier wave.

    The change of a yes or no is in points: 100 where it was gained, -100 where it was given up.
    Both are on the territories of the atlas, so carry the earlier wave to their codes first
    (`layers.inputs.recode`). Missing where either is, with its reason.

    Raises:
        InputError: no such indicator, categories, or two that differ in unit or direction.
    """
    before, after = atlas.indicator(before_id), atlas.indicator(after_id)
    if before.unit != after.unit or before.better != after.better or after.unit == "category":
        raise InputError(
            Fault(
                _(
                    "{before_id} ({unit}, {better}) and {after_id} ({unit_2}, {better_2}) "
                    "are not two waves of one figure.",
                    before_id=repr(before_id),
                    unit=before.unit,
                    better=before.better,
                    after_id=repr(after_id),
                    unit_2=after.unit,
                    better_2=after.better,
                ),
                remedy=_("Give both the same unit and the same better."),
                kind="change",
            )
        )
    first, second = atlas.values[before_id], atlas.values[after_id]
    reasons = atlas.reasons[after_id].where(second.isna(), atlas.reasons[before_id])
    dates = [wave.period or wave.id for wave in (before, after)]
    indicator = Indicator(
        id=f"{after_id}-change",
        title=_("{title}, change", title=titled(after.title)),
        suffix=after.suffix or ("points" if after.unit in _POINTS else ""),
        better=after.better,
        kind=after.kind,
        denominator=after.denominator,
        digits=_digits_of_change(after),
        period="/".join(dict.fromkeys(wave.period for wave in (before, after) if wave.period)),
        native_level=after.native_level,
        sources=union_of(before.sources, after.sources),
        method=_("Difference between {first} and {last}.", first=dates[0], last=dates[1]),
        role="context",
        parts=(before_id, after_id),
    )
    points = 100 if after.unit == "boolean" else 1
    return atlas.add(indicator, points * (second - first), reasons=reasons)


def add_presence_change(atlas: Atlas) -> Atlas:
    """Return the atlas with a column `presence-change`: whether a website was declared in the first
    and in the last wave of the directory in the country's edition. The first is one that lists
    nearly all of today's authorities: France's of February 2021 lacks Corsica.

    Territories whose code is not in one of the waves (new and merged ones) are missing: *not in the
    table*. `layers.presence.barometer` counts changes with mergers taken into account.

    If there is no edition with waves, or the territories are of another level, the column is left
    out, with a notice.
    """
    country = atlas.territories.country
    if country is None or country.edition is None or atlas.territories.level != country.base.id:
        return atlas.noting(
            remark(
                _(
                    "The analysis presence-change is left out: waves of the directory are "
                    "known for the finest level of an embedded edition only."
                )
            )
        )
    waves = presence_waves(country, coded=True)
    shares = shares_listed(waves)
    dates = [shares.index[shares >= WHOLE][0], shares.index[-1]]
    declared = criteria_by_wave(waves, atlas.codes, ["website"], pd.Index([]))["website"]
    first, second = (declared[date] for date in dates)
    present = first.notna() & second.notna()
    classes = np.select(
        [~present, (first == 0) & (second == 1), first * second == 1, first + second == 0],
        [np.nan, GAINED, KEPT, NEITHER],
        default=GIVEN_UP,
    )
    indicator = Indicator(
        id=PRESENCE_CHANGE,
        title=_("Declared website, change"),
        unit="category",
        digits=0,
        period="/".join(dates),
        native_level=country.base.id,
        sources=(presence_source(country),),
        method=_(
            "Website declared in the directory of {first} and in that of {last}, by codes that "
            "both list.",
            first=dates[0],
            last=dates[1],
        ),
        categories=PRESENCE_CHANGES,
        role="typology",
    )
    return atlas.add(indicator, pd.Series(classes, index=atlas.codes), reasons=Reason.NOT_MATCHED)
