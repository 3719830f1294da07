"""Figures that somebody should check, in the format of a table of corrections.

A candidate may be correct. Its `value` is empty, so the table corrects nothing until it is filled
in. docs/corrections.md describes the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.borders.stored import contiguity_of
from zoneblanche.geo.messages import _, join, ngettext, quantity, translate
from zoneblanche.layers.analysis.quality import LARGE, ColumnQuality, Quality
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.corrections import COLUMNS

SERVED = 90.0
"""Percent from which a territory is served: a zero among such neighbours is odd."""

FEW = 0.05
"""Up to this share of the territories, each zero of a share is a candidate; if there are more, only
those that are odd."""


@dataclass(frozen=True)
class _Around:
    """The neighbours of a territory with a zero.

    Attributes:
        known: number of neighbours with a figure.
        least, median: of their figures; NaN without any.
    """

    known: int
    least: float
    median: float


def list_candidates(atlas: Atlas, quality: Quality, *, lang: str) -> pd.DataFrame:
    """Return the figures that somebody should check, the oddest first within each indicator.

    Zeros of a share that should be high: of large territories, among neighbours with high values,
    and all of them if they are few. Figures beyond Tukey's outer fences.

    Args:
        atlas: as it was measured.
        quality: of the atlas.
        lang: of `why`.

    Returns:
        One row per figure: `COLUMNS`, the `name` of the territory and the `old` figure. `value`,
        `date` and `who` are empty.
    """
    neighbours = contiguity_of(atlas.territories)
    rows = [
        row
        for column in quality.columns
        if _is_own(atlas, atlas.indicators[column.id])
        for row in _rows(atlas, column, neighbours, lang)
    ]
    return pd.DataFrame(rows, columns=["code", "name", *COLUMNS[1:2], "old", *COLUMNS[2:]])


def _rows(
    atlas: Atlas, column: ColumnQuality, neighbours: Contiguity, lang: str
) -> Iterator[dict[str, str]]:
    indicator = atlas.indicators[column.id]
    reasons = _zeros(atlas, column, neighbours)
    far = _("The figure lies far from all others.")
    reasons |= {code: far for code in column.outliers if code not in reasons}
    digits = max(indicator.digits, 2)
    for code, why in reasons.items():
        yield {
            "code": code,
            "name": str(atlas.territories.names[code]),
            "indicator": column.id,
            "old": f"{round(float(atlas.values[column.id][code]), digits):g}",
            "value": "",
            "date": "",
            "who": "",
            "why": translate(why, lang),
        }


def _zeros(atlas: Atlas, column: ColumnQuality, neighbours: Contiguity) -> dict[str, str]:
    """Return why each zero of a share is odd, by code: the most certain first, then the largest."""
    indicator, values = atlas.indicators[column.id], atlas.values[column.id]
    if not _is_share(indicator):
        return {}
    odd = {*column.large_zeros, *column.lonely_zeros}
    if column.zeros <= FEW * column.known:
        odd |= set(map(str, values.index[values == 0]))
    people = atlas.territories.facts["population"]
    large = people >= people.quantile(LARGE)
    around = {code: _around(atlas, values, code, neighbours) for code in sorted(odd)}
    served = SERVED / 100 if indicator.unit == "ratio" else SERVED
    order = sorted(
        around,
        key=lambda code: (
            not around[code].least >= served,
            -float(np.nan_to_num(people[code])),
        ),
    )
    return {code: _why(around[code], served, bool(large[code]), indicator) for code in order}


def _is_own(atlas: Atlas, indicator: Indicator) -> bool:
    """Return whether a figure says how well a territory is served, and is of that territory."""
    computed = bool(indicator.parts) or indicator.unit == "score"
    return indicator.better is not None and not computed and not atlas.coarser_level_of(indicator)


def _is_share(indicator: Indicator) -> bool:
    return indicator.unit in ("percent", "ratio") and indicator.better == "higher"


def _around(atlas: Atlas, values: pd.Series, code: str, neighbours: Contiguity) -> _Around:
    place = int(np.flatnonzero(atlas.codes == code)[0])
    near = neighbours.neighbours[neighbours.starts[place] : neighbours.starts[place + 1]]
    observed = values.to_numpy()[near]
    observed = observed[~np.isnan(observed)]
    if not len(observed):
        return _Around(0, np.nan, np.nan)
    return _Around(len(observed), float(observed.min()), float(np.median(observed)))


def _why(around: _Around, served: float, large: bool, indicator: Indicator) -> str:
    sentences = []
    if around.least >= served:
        sentences.append(
            ngettext(
                "0, but its only known neighbour has at least {served}.",
                "0, but all its {count} known neighbours have at least {served}.",
                around.known,
                served=quantity(served),
            )
        )
    elif around.known:
        sentences.append(
            _(
                "0; the median of its neighbours is {median}.",
                median=quantity(round(around.median, indicator.digits)),
            )
        )
    else:
        sentences.append(_("0; nothing is known of its neighbours."))
    if large:
        sentences.append(_("It is among the most populous twentieth."))
    return join(sentences, " ")
