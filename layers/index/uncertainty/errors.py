"""Intervals under the stated measurement errors: the recipe as it is, on figures as they may be.

The choices of the recipe (weights, means, scales) do not vary here. They are drawn apart, see
`layers.index.uncertainty.robustness`: an error of a figure and a disagreement about a weight are
two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import pandas as pd

from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.handicaps import handicapped, holds
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.index.steps.orient import is_mazziotta, scale_ends
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.drawing.draw_means import Scenario, dimension_scores
from zoneblanche.layers.index.uncertainty.drawing.draws import needs_positive
from zoneblanche.layers.index.uncertainty.drawing.loops import FEW, loops_for
from zoneblanche.layers.index.uncertainty.drawing.noise import draw_seeds, noises
from zoneblanche.layers.index.uncertainty.drawing.quantiles import Histogram, exact_quantiles

KEPT = 4_000_000
"""Maximum draws × units that are kept; above, draws are counted."""

COLUMNS = ("score_low", "score_high", "rank_low", "rank_high", "worst_decile", "tenth", "in_tenth")
"""Of the table of the index; those of a dimension are the first two."""

_TOGETHER = 64
_SCORE_BINS = 128
_RANK_BINS = 512


@dataclass(frozen=True)
class DrawnErrors:
    """What the draws of the measurement errors show.

    Attributes:
        tables: one per dimension, the index last, on the index of the values: `score_low` and
            `score_high` (5th and 95th percentile, widened to the score itself); for the index also
            `rank_low`, `rank_high`, `worst_decile` (share of the draws in the worst tenth),
            `tenth` (1 to 10; 1 has the highest scores) and `in_tenth` (share of the draws in it).
        handicaps: `at_least_1` and so on: the share of the draws with so many handicaps; None if
            the recipe has none.
        draws: how many.
    """

    tables: Mapping[str, pd.DataFrame]
    handicaps: pd.DataFrame | None
    draws: int


class ErrorSampler:
    """Draws of the scores of one recipe on figures with errors.

    Attributes:
        rows: (values,) bool: the rows that are drawn: those with a score of a dimension that are
            not screened out.
        units: how many they are.
        weights: (1, children of all dimensions) float32, those of the recipe.
    """

    def __init__(self, scored: Scored, context: Context) -> None:
        self.recipe = scored.recipe
        self.scored = scored
        # What a screened-out row has of dimensions has no interval: its figures are not treated.
        kept = scored.steps[0].details["kept"].to_numpy()
        present = scored.scores.notna().to_numpy() & kept[:, None]
        self.rows = present.any(axis=1)
        self.units = int(self.rows.sum())
        self.noises = noises(scored, context, self.rows)
        self._known_scores = present[self.rows]
        self._lacking = [np.flatnonzero(~column) for column in self._known_scores.T]
        x = np.ascontiguousarray(scored.normalised.to_numpy("float32")[self.rows].T)
        missing = np.isnan(x)
        mirrored = self.recipe.orientation == "worse" and not is_mazziotta(self.recipe)
        present = (~missing).astype("float32") if missing.any() else None
        self._scenario = Scenario(self.recipe, x, 0.0, -1.0 if mirrored else 1.0, present)
        shares = [list(scored.weights[d.id].values()) for d in self.recipe.dimensions]
        self.weights = np.concatenate(shares).astype("float32")[None, :]
        self._offsets = {d.id: self._offset(d.id) for d in self.recipe.dimensions}

    def _offset(self, name: str) -> np.float32:
        dimension = next(d for d in self.recipe.dimensions if d.id == name)
        ends = scale_ends(dimension, count=len(self.rows))
        mirrored = self._scenario.sign < 0
        return np.float32(sum(ends) if mirrored and ends else 0.0)

    def columns(self, name: str) -> np.ndarray:
        """Return the units that have a score of a dimension."""
        return np.flatnonzero(self._known_scores[:, list(self._offsets).index(name)])

    def blocks(
        self, draws: int, loops: ModuleType, *, together: int = _TOGETHER
    ) -> Iterator[dict[str, np.ndarray]]:
        """Yield the scores of every dimension in some draws after others: (draws, units) float32,
        NaN where the row has no score of it."""
        seeds = draw_seeds(draws, seed=self.recipe.seed)
        for start in range(0, draws, together):
            part = seeds[start : start + together]
            shape = (len(part), self.units)
            block = {d.id: np.empty(shape, dtype="float32") for d in self.recipe.dimensions}
            for place, seed in enumerate(part):
                for name, scores in self.draw(int(seed), loops).items():
                    block[name][place] = scores
            yield block

    def draw(
        self,
        seed: int,
        loops: ModuleType,
        *,
        seeds: Mapping[int, int] | None = None,
        weights: np.ndarray | None = None,
    ) -> dict[str, np.ndarray]:
        """Return the scores of every dimension in one draw: (units,) float32.

        Args:
            seed: of the draw.
            loops: the module `drawing.kernels` or `drawing.plain`.
            seeds: instead of it, that of each indicator, by its number.
            weights: (1, children of all dimensions) float32, instead of those of the recipe.
        """
        x = self._scenario.x.copy()
        for noise in self.noises:
            noise.draw(seed if seeds is None else seeds[noise.number], loops, x[noise.number])
        floor = self.recipe.uncertainty.floor
        if floor > 0 and needs_positive(self.recipe):
            np.maximum(x, np.float32(floor), out=x)
        noisy = Scenario(
            self.recipe, x, self._scenario.offset, self._scenario.sign, self._scenario.known
        )
        used = self.weights if weights is None else weights
        made = dimension_scores(noisy, used, loops, only=set(self._offsets))
        drawn = {}
        for place, (name, offset) in enumerate(self._offsets.items()):
            scores = made[name].scores[0]
            scores = scores if self._scenario.sign > 0 else offset - scores
            scores[self._lacking[place]] = np.nan
            drawn[name] = scores
        return drawn


def draw_errors(
    scored: Scored,
    context: Context,
    *,
    draws: int | None = None,
    watch: Callable[[np.ndarray], None] | None = None,
) -> DrawnErrors:
    """Return the intervals of scores and ranks under the errors that the recipe states.

    Args:
        scored: the result of the recipe.
        context: what it used of the rows.
        draws: instead of the recipe's own number.
        watch: called with the scores of the index in each draw: (rows,) float64, NaN without one.

    Raises:
        InputError: see `layers.index.uncertainty.drawing.noise.noises`.
    """
    recipe = scored.recipe
    draws = recipe.draws if draws is None else draws
    sampler = ErrorSampler(scored, context)
    kept = draws * sampler.units <= KEPT
    loops = loops_for(few=draws * sampler.units <= FEW)
    spans = {d.id: _Quantiles(draws, kept, whole=False) for d in recipe.dimensions}
    columns = {name: sampler.columns(name) for name in spans}
    places = _Places(scored, sampler.rows, draws, kept=kept)
    counts = _Handicaps(scored, sampler.rows, draws)
    for block in sampler.blocks(draws, loops):
        for name, span in spans.items():
            span.add(block[name].take(columns[name], axis=1), loops)
        places.add(block[recipe.id], loops)
        counts.add(block)
        if watch is not None:
            for row in block[recipe.id]:
                scores = np.full(len(sampler.rows), np.nan)
                scores[sampler.rows] = row
                watch(scores)
    tables = {
        name: _table(scored, name, span.ends(), np.flatnonzero(sampler.rows)[columns[name]])
        for name, span in spans.items()
    }
    tables[recipe.id] = tables[recipe.id].join(places.table())
    return DrawnErrors(tables, counts.table(), draws)


def error_scores(scored: Scored, context: Context, name: str, *, draws: int) -> np.ndarray:
    """Return the scores of a dimension or of the index in each draw of the errors: (draws, rows)
    float32, NaN without a score.

    Raises:
        InputError: see `layers.index.uncertainty.drawing.noise.noises`.
    """
    sampler = ErrorSampler(scored, context)
    scores = np.full((draws, len(sampler.rows)), np.nan, dtype="float32")
    start = 0
    for block in sampler.blocks(draws, loops_for(few=draws * sampler.units <= KEPT)):
        part = block[name]
        scores[start : start + len(part), sampler.rows] = part
        start += len(part)
    return scores


def _table(scored: Scored, name: str, ends: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    """Return the ends of the scores of some rows, widened to the score itself, on all rows."""
    score = scored.scores[name].iloc[rows]
    low, high = np.fmin(ends[0], score), np.fmax(ends[1], score)
    dimension = next(d for d in scored.recipe.dimensions if d.id == name)
    scale = scale_ends(dimension, count=len(scored.scores))
    if scale is not None:
        # A histogram is as fine as its bins, which may reach beyond the scale.
        low, high = low.clip(lower=scale[0]), high.clip(upper=scale[1])
    return pd.DataFrame({"score_low": low, "score_high": high}).reindex(scored.scores.index)


@dataclass
class _Quantiles:
    """5th and 95th percentile of draws that come in blocks."""

    draws: int
    kept: bool
    whole: bool
    parts: list[np.ndarray] = field(default_factory=list)
    histogram: Histogram | None = None

    def add(self, figures: np.ndarray, loops: ModuleType) -> None:
        """Count (draws, units) float32 more."""
        if self.kept:
            self.parts.append(figures.copy())
            return
        if self.histogram is None:
            bins = _RANK_BINS if self.whole else _SCORE_BINS
            dtype = "uint8" if self.draws < 256 else "uint16" if self.draws < 65_536 else "uint32"
            self.histogram = Histogram(figures.shape[1], bins, dtype, whole=self.whole)
            self.histogram.span(figures)
        counts = self.histogram
        loops.tally(figures, 0, figures.shape[1], counts.low, counts.per_unit, counts.counts)

    def ends(self) -> np.ndarray:
        """Return (2, units)."""
        if self.histogram is not None:
            return self.histogram.quantiles()[[0, 2]]
        return exact_quantiles(np.concatenate(self.parts))[[0, 2]]


class _Places:
    """Ranks and tenths of the index in the draws."""

    def __init__(self, scored: Scored, rows: np.ndarray, draws: int, *, kept: bool) -> None:
        ranked = scored.ranked(scored.recipe.id)
        self.ranks = rank(ranked)
        self.index = ranked.index
        self.ranked = ranked.notna().to_numpy()
        self.columns = np.flatnonzero(self.ranked[rows])
        self.count = np.ones(len(self.columns), dtype="int64")
        self.tenths = tenth_of(self.ranks.to_numpy()[self.ranked], len(self.columns))
        self.worst = 1 if scored.recipe.orientation == "worse" else 10
        self.draws = draws
        self.spans = _Quantiles(draws, kept, whole=True)
        self.in_tenth = np.zeros(len(self.columns), dtype="int64")
        self.in_worst = np.zeros(len(self.columns), dtype="int64")

    def add(self, scores: np.ndarray, loops: ModuleType) -> None:
        """Count (draws, drawn rows) scores more."""
        scores = scores.take(self.columns, axis=1)
        ranks = np.empty_like(scores)
        loops.rank_draws(scores, self.count, ranks)
        self.spans.add(ranks, loops)
        tenths = tenth_of(ranks, len(self.columns))
        self.in_tenth += np.count_nonzero(tenths == self.tenths.astype(tenths.dtype), axis=0)
        self.in_worst += np.count_nonzero(tenths == self.worst, axis=0)

    def table(self) -> pd.DataFrame:
        """Return the columns of the index, on all rows."""
        low, high = self.spans.ends() if len(self.columns) else np.empty((2, 0))
        measured = self.ranks.to_numpy()[self.ranked]
        table = pd.DataFrame(
            {
                "rank_low": np.fmin(low, measured),
                "rank_high": np.fmax(high, measured),
                "worst_decile": self.in_worst / self.draws,
                "tenth": self.tenths,
                "in_tenth": self.in_tenth / self.draws,
            },
            index=self.index[self.ranked],
        )
        return table.reindex(self.index)


class _Handicaps:
    """How often each row has so many handicaps."""

    def __init__(self, scored: Scored, rows: np.ndarray, draws: int) -> None:
        self.dimensions = handicapped(scored.recipe)
        self.index, self.rows, self.draws = scored.scores.index, rows, draws
        self.scored = scored.index.notna()
        self.counts = np.zeros((len(self.dimensions), int(rows.sum())), dtype="int64")

    def add(self, block: Mapping[str, np.ndarray]) -> None:
        """Count some draws more."""
        beyond = np.zeros(next(iter(block.values())).shape, dtype="int8")
        for dimension in self.dimensions:
            if dimension.handicap is not None:
                beyond += holds(block[dimension.id], dimension.handicap)
        for number in range(len(self.dimensions)):
            self.counts[number] += (beyond > number).sum(axis=0)

    def table(self) -> pd.DataFrame | None:
        """Return the shares, on all rows; NaN without a score."""
        if not self.dimensions:
            return None
        names = [f"at_least_{number + 1}" for number in range(len(self.dimensions))]
        table = pd.DataFrame(np.nan, self.index, names)
        table.loc[self.rows] = (self.counts / self.draws).T
        return table.where(self.scored, axis=0)


def tenth_of(ranks: np.ndarray, count: int) -> np.ndarray:
    """Return the tenth of each rank among `count`: 1 has the highest scores, 10 the lowest.

    Equal scores share a tenth: that of their rank.

    >>> tenth_of(np.array([1.0, 2.0, 11.0, 20.0]), 20).tolist()
    [1.0, 1.0, 6.0, 10.0]
    """
    return np.minimum(np.floor((ranks - 1.0) * 10.0 / count) + 1.0, 10.0)


def is_drawn(recipe: Recipe) -> bool:
    """Return whether the intervals of a recipe are those of its measurement errors."""
    return recipe.has_errors and recipe.draws > 0
