"""One table of all territories of a level: people, density, income, index, and rank with its
interval. A batch computes it once for all its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.layers.analysis.estimates import Columns
from zoneblanche.layers.indicator import Indicator

if TYPE_CHECKING:
    pass

INCOME = "median-income"
TRAITS = ("people", "density", "income")
RANKED = ("rank", "rank_low", "rank_high", "worst_decile")


@dataclass(frozen=True)
class Standing:
    """How the other territories of a level stand beside one, by the draws of the stated errors.

    Attributes:
        worse, better: how many are so in at least nineteen draws of twenty.
        same: how many are neither.
        unknown: how many have no score.
    """

    worse: int
    better: int
    same: int
    unknown: int


def peer_table(
    columns: Columns, level: str, main: Indicator | None, ranks: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the territories of a containing level.

    Args:
        columns: of the atlas.
        level: of the territories.
        main: the index.
        ranks: of `rank_areas` at that level, if known.

    Returns:
        Index: codes, sorted. float64: `people`, `density` (per km²), `income` (mean of the
        inhabitants), `score` (mean of the inhabitants), `rank`, `rank_low`, `rank_high`,
        `worst_decile`; NaN where not known.
    """
    atlas = columns.atlas
    place, codes = pd.factorize(atlas.territories.parents[level])
    facts, nan = atlas.territories.facts, np.full(len(codes), np.nan)
    people = _sums(facts["population"], place, len(codes)) if "population" in facts else nan
    area = _sums(facts["area_km2"], place, len(codes)) if "area_km2" in facts else nan
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(area > 0, people / area, np.nan)
    table = pd.DataFrame({"people": people, "density": density}, index=codes)
    income = atlas.indicators.get(INCOME)
    table["income"] = nan if income is None else _means(columns, income, place, len(codes))
    table["score"] = nan if main is None else _means(columns, main, place, len(codes))
    for name in RANKED:
        table[name] = np.nan if ranks is None else ranks[name].reindex(table.index)
    return table.sort_index()


def nearest_peers(table: pd.DataFrame, code: str, count: int) -> list[str]:
    """Return the codes of the territories that are nearest to one in population, density and
    income.

    The distance is Euclidean, over log population, log density and income (where they are known of
    the one), each divided by its standard deviation among all.
    """
    if code not in table.index or len(table) <= count:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(table[["people", "density"]].to_numpy("float64"))
    traits = np.column_stack([np.where(np.isfinite(logs), logs, np.nan), table["income"]])
    own = table.index.get_loc(code)
    traits = traits[:, np.isfinite(traits[own])]
    spread = np.nanstd(traits, axis=0)
    traits = traits[:, spread > 0] / spread[spread > 0]
    if not traits.shape[1]:
        return []
    distance = np.sqrt(((traits - traits[own]) ** 2).sum(axis=1))
    distance[own] = np.nan
    order = [at for at in np.argsort(distance, kind="stable") if np.isfinite(distance[at])]
    return [str(table.index[at]) for at in order[:count]]


def standing_of(
    table: pd.DataFrame, drawn: pd.DataFrame | None, code: str, *, digits: int, high_is_bad: bool
) -> Standing:
    """Return how many territories of a level are worse off, better off, or not distinguishable.

    Args:
        table: of `peer_table`.
        drawn: mean of the index by territory in each draw (`draw_means`), NaN if unknown; without
            draws, scores that are displayed alike are not distinguishable.
        code: of the one.
        digits: of the displayed scores.
        high_is_bad: whether a high score is a bad one.
    """
    others = table["score"].drop(code)
    if drawn is not None and len(drawn) and code in drawn:
        scores, own = drawn.reindex(columns=others.index).to_numpy(), drawn[[code]].to_numpy()
        # A draw with equal scores, or without one of them, counts for neither side.
        higher, lower = (sides.mean(axis=0) >= SURE for sides in (scores > own, scores < own))
    else:
        apart = (others - float(table["score"].loc[code])).round(digits).to_numpy("float64")
        higher, lower = apart > 0, apart < 0
    known = others.notna().to_numpy()
    worse, better = (higher, lower) if high_is_bad else (lower, higher)
    count_worse, count_better = (int((known & side).sum()) for side in (worse, better))
    return Standing(
        worse=count_worse,
        better=count_better,
        same=int(known.sum()) - count_worse - count_better,
        unknown=int((~known).sum()),
    )


SURE = 0.95
"""Share of the draws in which a territory must be worse off, or better off."""


def _sums(values: pd.Series, place: np.ndarray, count: int) -> np.ndarray:
    """Return the sum by area of what is known; NaN where nothing is."""
    figures = values.to_numpy("float64")
    used = (place >= 0) & np.isfinite(figures)
    known = np.bincount(place[used], minlength=count)
    total = np.bincount(place[used], figures[used], minlength=count)
    return np.where(known > 0, total, np.nan)


def _means(columns: Columns, indicator: Indicator, place: np.ndarray, count: int) -> np.ndarray:
    """Return the mean by area, weighted by the denominator of the indicator."""
    figures, weight = columns.values(indicator.id), columns.weights(indicator.id)
    if indicator.unit == "boolean":
        figures, weight = 100 * figures, np.ones_like(figures)
    used = (place >= 0) & np.isfinite(figures)
    weights = np.bincount(place[used], weight[used], minlength=count)
    total = np.bincount(place[used], (weight * figures)[used], minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(weights > 0, total / weights, np.nan)
