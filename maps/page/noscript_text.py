"""What a map shows, in sentences, for readers without the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import _, titled, translate
from zoneblanche.geo.numerals import format_number
from zoneblanche.maps.drawn.cite import SEMICOLON, cite
from zoneblanche.maps.drawn.words import YES_NO, percent_sign, write_date

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

NAMED = 3
"""Maximum number of territories named at either end, if no more share it."""


def write_findings(atlas: Atlas, indicator_ids: Sequence[str], *, lang: str) -> list[str]:
    """Return a few sentences on each indicator: how many, the median, both ends; then the
    sources."""
    sentences = []
    for name in indicator_ids:
        sentences += _sentences(atlas, atlas.indicator(name), lang)
    sentences += [
        cite(source, lang) + "."
        for source in dict.fromkeys(
            source for name in indicator_ids for source in atlas.indicator(name).sources
        )
    ]
    return sentences


def _sentences(atlas: Atlas, indicator: Indicator, lang: str) -> list[str]:
    values = atlas.values[indicator.id].round(indicator.digits)
    observed = values.dropna()
    level = atlas.territories.level_title(lang, plural=True)
    slots = {
        "title": titled(indicator.title),
        "period": f" ({write_date(indicator.period, lang)})" if indicator.period else "",
        "known": format_number(len(observed), 0, lang),
        "all": format_number(len(values), 0, lang),
        "level": level,
    }
    if not len(observed):
        nothing = _("{title}{period}: no data for any of the {all} {level}.", **slots)
        return [translate(nothing, lang)]
    head = translate(_("{title}{period}: known for {known} of {all} {level}.", **slots), lang)
    if indicator.categories or indicator.unit == "boolean":
        return [head, *_shares(indicator, observed, lang)]

    def figure(value: float) -> str:
        number = format_number(value, indicator.digits, lang)
        return number + percent_sign(lang) if indicator.unit == "percent" else number

    names = atlas.territories.names
    order = observed.sort_values(kind="stable")

    def named(ordered: pd.Series) -> str:
        """Return those at an end, or their number: naming three of hundreds of equals would single
        them out."""
        alike = int((ordered == ordered.iloc[0]).sum())
        if alike > NAMED:
            return f"{format_number(alike, 0, lang)} {level}"
        return ", ".join(str(names[code]) for code in ordered.index[:NAMED])

    low, high = float(order.iloc[0]), float(order.iloc[-1])
    if low == high:
        return [head, translate(_("All values equal {low}.", low=figure(low)), lang)]
    middle = _(
        "Half of the {level} are at {median} or less, half at {median} or more.",
        level=level,
        median=figure(float(np.median(observed))),
    )
    ends = _(
        "From the lowest, {low} ({lowest}), to the highest, {high} ({highest}).",
        low=figure(low),
        lowest=named(order),
        high=figure(high),
        highest=named(order[::-1]),
    )
    return [head, translate(middle, lang), translate(ends, lang)]


def _shares(indicator: Indicator, observed: pd.Series, lang: str) -> list[str]:
    """Return one sentence with the number of territories in each category."""
    titles = indicator.categories or YES_NO
    codes, counts = np.unique(observed.round().to_numpy(dtype=np.int64), return_counts=True)
    parts = [
        f"{in_language(titles.get(code, str(code)), lang)} {format_number(count, 0, lang)}"
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
    ]
    return [translate(SEMICOLON, lang).join(parts) + "."]
