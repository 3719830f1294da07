"""The quality of an atlas: how complete and how recent it is, and what looks suspicious.

Nothing here changes a figure. A suspicious figure may be correct: it is named so that someone
checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.borders.stored import contiguity_of
from zoneblanche.geo.messages import notice_as_dict, warnings_first
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.accounting import unaccounted_rows

FAR = 3.0
"""Tukey's outer fence, in interquartile ranges beyond the quartiles."""

TAIL = 0.02
"""If a greater share of the figures is beyond the fences, it is the tail of a distribution."""

LARGE = 0.95
"""From this quantile of population, a territory is large."""

LEAST_NEIGHBOURS = 3
USUAL = 0.05
"""From this share of the territories with the same figure, that figure is reported."""


@dataclass(frozen=True)
class ColumnQuality:
    """The quality of one indicator.

    Attributes:
        id, unit, native_level, period: of the indicator.
        sources: each in one line.
        known: number of territories with a figure.
        missing: the others, by reason.
        people_percent: percent of all people who live in those with a figure; None if not known.
        least, median, greatest: of the figures.
        zeros: number of territories with a figure of 0.
        large_zeros: those of them as populous as the top twentieth, largest first.
        lonely_zeros: those of them whose neighbours, three or more, have a median above the
            country's.
        outliers: beyond the outer fences (of logarithms for amounts), farthest first; none if they
            are more than a fiftieth.
        usual: the most frequent figure and its number, if it is frequent and not a bound.
    """

    id: str
    unit: str
    native_level: str
    period: str
    sources: tuple[str, ...]
    known: int
    missing: Mapping[str, int]
    people_percent: float | None
    least: float | None
    median: float | None
    greatest: float | None
    zeros: int = 0
    large_zeros: tuple[str, ...] = ()
    lonely_zeros: tuple[str, ...] = ()
    outliers: tuple[str, ...] = ()
    usual: tuple[float, int] | None = None


@dataclass(frozen=True)
class Quality:
    """The quality of an atlas.

    Attributes:
        level, territories, people: of the atlas; people None if not known.
        columns: of each measured indicator.
        rows: of each input: read, matched, outside, listed, unaccounted.
        double_names: names of several territories in one containing territory, and their codes.
        periods: the oldest and the newest date that a figure describes.
        notices: of reading, warnings first, in both languages.
    """

    level: str
    territories: int
    people: float | None
    columns: tuple[ColumnQuality, ...]
    rows: Mapping[str, Mapping[str, int]]
    double_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: tuple[str, str] = ("", "")
    notices: tuple[dict[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def judge_quality(atlas: Atlas) -> Quality:
    """Return the quality of an atlas, before or after computing an index."""
    measured = [
        indicator
        for indicator in atlas.indicators.values()
        if indicator.role in ("indicator", "context")
    ]
    population = atlas.territories.facts["population"]
    neighbours = contiguity_of(atlas.territories)
    dates = sorted(part for indicator in measured for part in indicator.period.split("/") if part)
    return Quality(
        level=atlas.territories.level,
        territories=len(atlas.codes),
        people=float(population.sum()) if population.notna().any() else None,
        columns=tuple(_column(atlas, indicator, population, neighbours) for indicator in measured),
        rows={
            name: {
                "rows": int(account["rows"]),
                "matched": int(account["matched"]),
                "outside": int(account.get("outside", 0)),
                "listed": len(account["listed"]) + sum(account.get("counted", {}).values()),
                "unaccounted": unaccounted_rows(account),
            }
            for name, account in atlas.account.items()
        },
        double_names=_double_names(atlas),
        periods=(dates[0], dates[-1]) if dates else ("", ""),
        notices=tuple(notice_as_dict(notice) for notice in warnings_first(atlas.notices)),
    )


def _column(
    atlas: Atlas, indicator: Indicator, population: pd.Series, neighbours: Contiguity
) -> ColumnQuality:
    values, reasons = atlas.values[indicator.id], atlas.reasons[indicator.id]
    observed = values.dropna()
    counts = {reason.name.lower(): int((reasons == reason).sum()) for reason in Reason}
    people = None
    if population.sum() > 0:
        people = float(100 * population[values.notna()].sum() / population.sum())
    ordered = indicator.unit not in ("boolean", "category") and len(observed) > 0
    large, lonely = _odd_zeros(values, indicator, population, neighbours)
    return ColumnQuality(
        id=indicator.id,
        unit=indicator.unit,
        native_level=indicator.native_level,
        period=indicator.period,
        sources=tuple(
            ", ".join(
                filter(None, (source.producer, source.title, source.published, source.licence))
            )
            for source in indicator.sources
        ),
        known=len(observed),
        missing={name: count for name, count in counts.items() if count and name != "present"},
        people_percent=people,
        least=float(observed.min()) if len(observed) else None,
        median=float(observed.median()) if ordered else None,
        greatest=float(observed.max()) if len(observed) else None,
        zeros=int((observed == 0).sum()) if ordered else 0,
        large_zeros=large,
        lonely_zeros=lonely,
        outliers=_outliers(observed, indicator) if ordered else (),
        usual=_usual(observed, indicator) if ordered else None,
    )


def _odd_zeros(
    values: pd.Series, indicator: Indicator, population: pd.Series, neighbours: Contiguity
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return suspicious zeros of a share: of large territories, or among neighbours with high
    values. If half of all are 0, a 0 is not suspicious."""
    zeros = values == 0
    shares = indicator.unit in ("percent", "ratio", "score") and indicator.better is not None
    if not shares or not zeros.any() or zeros.sum() > values.notna().sum() / 2:
        return (), ()
    large = zeros & (population >= population.quantile(LARGE))
    order = population[large].sort_values(ascending=False, kind="stable").index
    figures, middle = values.to_numpy(), float(values.median())
    places = map(int, np.flatnonzero(zeros))
    lonely = [place for place in places if _around(place, figures, neighbours) > middle]
    named = sorted(lonely, key=lambda place: -np.nan_to_num(population.iloc[place]))
    return tuple(map(str, order)), tuple(str(values.index[place]) for place in named)


def _around(place: int, figures: np.ndarray, neighbours: Contiguity) -> float:
    """Return the median figure of a territory's neighbours; -inf if fewer than three are known."""
    near = neighbours.neighbours[neighbours.starts[place] : neighbours.starts[place + 1]]
    observed = figures[near][~np.isnan(figures[near])]
    return float(np.median(observed)) if len(observed) >= LEAST_NEIGHBOURS else -np.inf


def _outliers(observed: pd.Series, indicator: Indicator) -> tuple[str, ...]:
    """Return codes beyond Tukey's outer fences, the farthest first."""
    amounts = indicator.bounds[1] is None and bool((observed >= 0).all())
    figures = observed[observed > 0].map(np.log) if amounts else observed
    if len(figures) < 10:
        return ()
    low, high = (float(figures.quantile(share)) for share in (0.25, 0.75))
    below, above = low - figures, figures - high
    beyond = below.where(below > above, above)
    far = beyond[beyond > FAR * (high - low)] if high > low else beyond[:0]
    if len(far) > TAIL * len(figures):
        return ()
    return tuple(map(str, far.sort_values(ascending=False, kind="stable").index))


def _usual(observed: pd.Series, indicator: Indicator) -> tuple[float, int] | None:
    """Return the most frequent figure, if a twentieth have it and it is neither a bound nor 0."""
    inside = observed[
        (observed != 0) & ~observed.isin([bound for bound in indicator.bounds if bound is not None])
    ]
    if not len(inside) or len(observed) < 20:
        return None
    counts = inside.value_counts()
    value, count = float(counts.index[0]), int(counts.iloc[0])
    return (value, count) if count >= max(2, USUAL * len(observed)) else None


def _double_names(atlas: Atlas) -> dict[str, tuple[str, ...]]:
    """Return territories with the same name and container: are they two, or one listed twice?"""
    names = atlas.territories.names
    level = atlas.territories.area_level
    within = None if level is None else atlas.territories.parents[level]
    keys = [names, within] if within is not None else [names]
    table = pd.DataFrame({f"k{place}": key for place, key in enumerate(keys)}, index=atlas.codes)
    double = table[table.duplicated(keep=False)]
    return {
        str(name): tuple(map(str, group.index)) for name, group in double.groupby("k0", sort=True)
    }
