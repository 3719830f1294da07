"""One table of all territories of a level: people, density, income, index, and rank with its
interval. A batch computes it once for all its reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import known_sum_by, mean_by
from zoneblanche.layers.analysis.estimates import Columns
from zoneblanche.layers.indicator import Indicator

INCOME = "median-income"
RANKED = ("rank", "rank_low", "rank_high", "worst_decile")


@dataclass(frozen=True)
class Standing:
    """How many other territories of a level are worse off or better off than one, by the draws of
    the stated errors.

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
    parents, facts = atlas.territories.parents[level], atlas.territories.facts
    codes = pd.Index(sorted(parents.dropna().unique()))
    table = pd.DataFrame({"people": np.nan, "density": density_by(facts, parents)}, index=codes)
    if "population" in facts:
        table["people"] = known_sum_by(facts["population"], parents)
    for name, indicator in (("income", atlas.indicators.get(INCOME)), ("score", main)):
        table[name] = np.nan if indicator is None else _means(columns, indicator, parents)
    for name in RANKED:
        table[name] = np.nan if ranks is None else ranks[name].reindex(table.index)
    return table


def density_by(facts: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return people per km² of each group of territories, counted where both are known.

    Args:
        facts: of the territories: `population`, `area_km2`.
        groups: code of the group of each territory, on the same index; None for no group.

    Returns:
        Index: codes of the groups, sorted. NaN without people or area.
    """
    people, area = (
        facts[name] if name in facts else pd.Series(np.nan, index=facts.index)
        for name in ("population", "area_km2")
    )
    both = people.notna() & area.notna()
    square = known_sum_by(area.where(both), groups)
    return known_sum_by(people.where(both), groups) / square.where(square > 0)


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
    position = table.index.get_loc(code)
    traits = traits[:, np.isfinite(traits[position])]
    spread = np.nanstd(traits, axis=0)
    traits = traits[:, spread > 0] / spread[spread > 0]
    if not traits.shape[1]:
        return []
    distance = np.sqrt(((traits - traits[position]) ** 2).sum(axis=1))
    distance[position] = np.nan
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
        scores, own_scores = (
            drawn.reindex(columns=others.index).to_numpy(),
            drawn[[code]].to_numpy(),
        )
        # A draw with equal scores, or without one of them, counts for neither side.
        higher, lower = (
            sides.mean(axis=0) >= SURE for sides in (scores > own_scores, scores < own_scores)
        )
    else:
        apart = (others - float(table["score"].loc[code])).round(digits).to_numpy("float64")
        higher, lower = apart > 0, apart < 0
    present = others.notna().to_numpy()
    worse, better = (higher, lower) if high_is_bad else (lower, higher)
    count_worse, count_better = (int((present & side).sum()) for side in (worse, better))
    return Standing(
        worse=count_worse,
        better=count_better,
        same=int(present.sum()) - count_worse - count_better,
        unknown=int((~present).sum()),
    )


SURE = 0.95
"""Share of the draws in which a territory must be worse off, or better off."""


def _means(columns: Columns, indicator: Indicator, groups: pd.Series) -> pd.Series:
    """Return the mean by group, weighted by the denominator of the indicator; of a yes or no, the
    percentage of the territories."""
    figures, weight = columns.values(indicator.id), columns.weights(indicator.id)
    if indicator.unit == "boolean":
        figures, weight = 100 * figures, np.ones_like(figures)
    values, weights = (pd.Series(column, index=groups.index) for column in (figures, weight))
    return mean_by(values, weights, groups)["mean"]
