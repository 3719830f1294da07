"""Robustness: how reliable a rank is, by drawing plausible recipes.

OECD/JRC Handbook, step 7 (uncertainty analysis). Few draws are kept, and their quantiles are exact.
Many are counted: each unit has a histogram of its own ranks, over the range of its first draws, so
that memory does not grow with the number of draws. Only the number of draws and units decides which
method is used. Neither of them nor the threads change the seeds, so the same recipe gives the same
bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.runtime.beside import most_threads
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.drawing.draw_means import SLOW
from zoneblanche.layers.index.uncertainty.drawing.draws import Plan, Sampler
from zoneblanche.layers.index.uncertainty.drawing.loops import FEW, loops_for
from zoneblanche.layers.index.uncertainty.drawing.quantiles import Histogram, exact_quantiles

KEPT = 20_000_000
"""Maximum draws × units that are kept; above, draws are counted."""

SURE = 0.95
"""Share of the draws in which one of a pair must be ahead for their order to be certain."""

_SLOW_WORK = 2_000_000
_TOGETHER = 128
_RANK_BINS = 512
_SCORE_BINS = 128


@dataclass(frozen=True)
class Drawn:
    """What the draws show about the ranks.

    Attributes:
        table: index as the values; `rank` and `score` of the recipe itself; `rank_low`,
            `rank_median`, `rank_high` and the same for `score`: 5th percentile, median and 95th
            percentile, widened to include the recipe's own; `worst_decile`: share of the draws in
            which the unit is among the worst tenth. NaN without a score.
        draws, seed: number of draws, and their seed.
        certain_pairs: share of the pairs of units of which one is ahead in 95 % of the draws; of
            all pairs, or of 4,000 random ones if there are more.
        notices: for the reader.
    """

    table: pd.DataFrame
    draws: int
    seed: int
    certain_pairs: float
    notices: tuple[str, ...] = ()


def draw_ranks(
    values: pd.DataFrame,
    scored: Scored,
    *,
    context: Context | None = None,
    threads: int | None = None,
    pairs: bool = True,
) -> Drawn:
    """Return ranks and scores under the recipe's uncertain choices.

    Args:
        values: the table that was scored.
        scored: the result of the recipe, see `layers.index.score.score`.
        context: what else the recipe uses of the rows, as when it was scored.
        threads: how many to use, `most_threads` if None. The result does not depend on it.
        pairs: whether to compare pairs of units, which takes time; without, `certain_pairs` is NaN.

    Raises:
        InputError: an uncertain choice that the data does not allow.
    """
    sampler = Sampler(values, scored, context=context)
    return _drawn(sampler, scored, scored.recipe.id, threads=threads, pairs=pairs)


def draw_dimensions(
    values: pd.DataFrame,
    scored: Scored,
    *,
    context: Context | None = None,
    threads: int | None = None,
) -> dict[str, Drawn]:
    """Return `draw_ranks` of every dimension, from the same draws; the index last.

    Notices are those of the index. `certain_pairs` is NaN, because comparing pairs takes time; use
    `draw_ranks` for it.

    Raises:
        InputError: an uncertain choice that the data does not allow.
    """
    sampler = Sampler(values, scored, context=context)
    names = [dimension.id for dimension in scored.recipe.dimensions]
    return {name: _drawn(sampler, scored, name, threads=threads, pairs=False) for name in names}


def draw_scores(
    values: pd.DataFrame,
    scored: Scored,
    *,
    draws: int,
    context: Context | None = None,
    names: Collection[str] | None = None,
) -> dict[str, np.ndarray]:
    """Return scores of every dimension and the index in each draw: (draws, rows) float32, the rows
    as those of `values`, NaN without a score; the index last. `names`: of these only. There are
    never more draws than the recipe asks for and its aggregation allows.

    Raises:
        InputError: an uncertain choice that the data does not allow.
    """
    from zoneblanche.layers.index.uncertainty.drawing import plain

    sampler = Sampler(values, scored, context=context)
    draws = min(draws, _affordable(sampler)[0])
    plan = sampler.plan(draws, seed=scored.recipe.seed)
    tables = {}
    for dimension in scored.recipe.dimensions:
        if names is not None and dimension.id not in names:
            continue
        part = sampler.of(dimension.id)
        table = np.full((draws, len(values)), np.nan, dtype="float32")
        table[:, part.kept] = part.scores(plan, plain)[:, part.stands]
        tables[dimension.id] = table
    return tables


def _drawn(
    sampler: Sampler, scored: Scored, name: str, *, threads: int | None, pairs: bool = True
) -> Drawn:
    recipe, scores = scored.recipe, scored.scores[name]
    draws, notices = _affordable(sampler)
    if not draws:
        table = pd.DataFrame({"rank": rank(scored.ranked(name)), "score": scores})
        table = table.reindex(columns=[*table, *_COLUMNS])
        return Drawn(table, 0, recipe.seed, float("nan"), notices)
    plan = sampler.plan(draws, seed=recipe.seed)
    part = sampler.of(name)
    if not part.one_scale:
        notice = _(
            "The uncertain normalisations of {name} differ in scale: ranks have an "
            "interval, scores have none.",
            name=name,
        )
        notices += (remark(notice),)
    worst_up = recipe.orientation == "worse"
    job = _Job(part, plan, threads or most_threads(), worst_up, pairs=pairs)
    figures_of_parts = job.kept() if draws * job.units <= KEPT else job.tallied()
    spread = {column: figures[part.stands] for column, figures in figures_of_parts.items()}
    table = pd.DataFrame(spread, index=scores.index[part.kept]).reindex(scores.index)
    table = table.assign(rank=rank(scored.ranked(name)), score=scores)
    for what in ("rank", "score"):
        table[f"{what}_low"] = table[[what, f"{what}_low"]].min(axis=1, skipna=False)
        table[f"{what}_high"] = table[[what, f"{what}_high"]].max(axis=1, skipna=False)
    return Drawn(table, draws, recipe.seed, job.certain_pairs(), notices)


class _Job:
    """The draws of one plan, run in blocks; `kept` and `tallied` return the same columns."""

    def __init__(
        self, sampler: Sampler, plan: Plan, threads: int, worst_up: bool, *, pairs: bool = True
    ) -> None:
        self.sampler, self.plan, self.threads = sampler, plan, threads
        self.worst_up = worst_up
        self.units = sampler.units
        self.territories = len(sampler.stands)
        compared = _pairs(self.territories if pairs else 0, seed=sampler.recipe.seed)
        self.pairs = sampler.stands[compared]
        self.ahead = np.zeros((len(self.pairs), 2), dtype="int64")
        self.in_worst = np.zeros(self.units, dtype="int64")

    def kept(self) -> dict[str, np.ndarray]:
        """All draws in memory, and exact quantiles."""
        loops = loops_for(few=len(self.plan) * self.units <= FEW)
        scores, ranks = self._block(0, len(self.plan), loops)
        self._count(scores, ranks, loops)
        return self._columns(exact_quantiles(ranks), exact_quantiles(scores))

    def tallied(self) -> dict[str, np.ndarray]:
        """Draws in blocks, and quantiles of each unit's histogram."""
        loops = loops_for(few=False)
        dtype = "uint16" if len(self.plan) < 65_536 else "uint32"
        ranks_of = Histogram(self.units, _RANK_BINS, dtype, whole=True)
        scores_of = Histogram(self.units, _SCORE_BINS, dtype, whole=False)
        for start in range(0, len(self.plan), _TOGETHER):
            scores, ranks = self._block(start, min(start + _TOGETHER, len(self.plan)), loops)
            self._count(scores, ranks, loops)
            for histogram, figures in ((ranks_of, ranks), (scores_of, scores)):
                if start == 0:
                    histogram.span(figures)
                self._shared(self.units, _tallying(loops, figures, histogram), each=1024)
            del scores, ranks, figures  # before the next block is made
        return self._columns(ranks_of.quantiles(), scores_of.quantiles())

    def certain_pairs(self) -> float:
        """Return the share of the pairs of which one is nearly always ahead."""
        if not len(self.pairs) or not len(self.plan):
            return float("nan")
        sure = self.ahead.max(axis=1) >= SURE * len(self.plan)
        return float(sure.mean())

    def _block(self, start: int, stop: int, loops: ModuleType) -> tuple[np.ndarray, np.ndarray]:
        scores = np.empty((stop - start, self.units), dtype="float32")
        ranks = np.empty_like(scores)

        def run(first: int, last: int) -> None:
            part = self.plan.part(start + first, start + last)
            scores[first:last] = self.sampler.scores(part, loops)
            loops.rank_draws(scores[first:last], self.sampler.count, ranks[first:last])

        self._shared(stop - start, run, each=8)
        return scores, ranks

    def _count(self, scores: np.ndarray, ranks: np.ndarray, loops: ModuleType) -> None:
        if len(self.pairs):
            loops.tally_pairs(scores, self.pairs, self.ahead)
        tenth = self.territories / 10.0
        worst = ranks <= tenth if self.worst_up else ranks > self.territories - tenth
        self.in_worst += worst.sum(axis=0)

    def _shared(self, count: int, run: Callable[[int, int], None], *, each: int) -> None:
        """Call `run(first, last)` on parts of `count`, in threads; parts do not overlap."""
        parts = [(first, min(first + each, count)) for first in range(0, count, each)]
        if self.threads == 1 or len(parts) == 1:
            for first, last in parts:
                run(first, last)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda part: run(*part), parts))

    def _columns(self, ranks: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
        if not self.sampler.one_scale:
            scores = np.full_like(scores, np.nan)
        return {
            **{f"rank_{name}": row for name, row in zip(_NAMES, ranks, strict=True)},
            **{f"score_{name}": row for name, row in zip(_NAMES, scores, strict=True)},
            "worst_decile": self.in_worst / len(self.plan),
        }


_NAMES = ("low", "median", "high")
_COLUMNS = (*(f"{what}_{name}" for what in ("rank", "score") for name in _NAMES), "worst_decile")


def _tallying(
    loops: ModuleType, figures: np.ndarray, histogram: Histogram
) -> Callable[[int, int], None]:
    def run(first: int, last: int) -> None:
        loops.tally(figures, first, last, histogram.low, histogram.per_unit, histogram.counts)

    return run


def _pairs(units: int, *, seed: int, most: int = 4000) -> np.ndarray:
    """Return all pairs of units, or a random sample of them."""
    if units * (units - 1) // 2 <= most:
        return np.stack(np.triu_indices(units, 1), axis=1).astype("int64")
    random = np.random.default_rng([seed, 1])
    first = random.integers(0, units, most)
    second = (first + random.integers(1, units, most)) % units
    return np.stack([first, second], axis=1).astype("int64")


def _affordable(sampler: Sampler) -> tuple[int, tuple[str, ...]]:
    """Return how many draws are run: all, except for aggregations whose draws take long."""
    draws = sampler.recipe.draws
    slow = {d.aggregate for s in sampler.scenarios for d in s.recipe.dimensions} & set(SLOW)
    if not slow:
        return draws, ()
    cost = {
        "median": sampler.units / 4.0,
        "bod": 10.0 * sampler.units,
        "copeland": float(sampler.units) ** 2 / 250.0,
    }
    fewer = int(_SLOW_WORK / max(cost[name] for name in slow))
    # Percentiles of fewer than twenty draws would be their ends, so there are none.
    fewer = fewer if fewer >= 20 else 0
    if fewer >= draws:
        return draws, ()
    name = " and ".join(sorted(slow))
    notice = _(
        "The rank intervals of {recipe} rest on {fewer} draws instead of "
        "{draws}: {name} takes long for {units} territories.",
        recipe=sampler.recipe.id,
        fewer=fewer,
        draws=draws,
        name=name,
        units=sampler.units,
    )
    return fewer, (remark(notice),)
