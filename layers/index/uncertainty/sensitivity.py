"""Sensitivity: which uncertain choice changes the ranking most.

OECD/JRC Handbook, step 7 (sensitivity analysis): variance-based indices on Saltelli's design, with
the mean absolute rank shift as the target. The estimators are those of COINr 1.1.14 (`SA_sample`,
`SA_estimate`): Saltelli et al. (2010) for the first order, Jansen (1999) for the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.index.steps.rank import rank
from zoneblanche.layers.index.uncertainty.drawing.draws import LISTS, Plan, Sampler


@dataclass(frozen=True)
class Sensitivity:
    """The contribution of each choice to the variance of the mean absolute rank shift.

    Attributes:
        table: one row per choice: `first` (its own effect), `total` (with its interactions), each
            with `_low` and `_high`, the 5th and 95th percentiles of a bootstrap.
        runs: how often the index was computed.
        seed: of design and bootstrap.
        mean_shift: mean of the target over the random runs, in ranks.
    """

    table: pd.DataFrame
    runs: int
    seed: int
    mean_shift: float


def saltelli_design(count: int, width: int, *, seed: int) -> np.ndarray:
    """(count·(width + 2), width) numbers in [0, 1): A, B, then A with each column from B in turn.

    A and B are halves of one scrambled Sobol sequence (Owen 1998), which fills the space more
    evenly than COINr's random numbers; the order of the rows is COINr's.
    """
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(max(count, 2))))
    points = qmc.Sobol(2 * width, seed=seed).random_base2(power)[:count]
    first, second = points[:, :width], points[:, width:]
    mixed = []
    for column in range(width):
        block = first.copy()
        block[:, column] = second[:, column]
        mixed.append(block)
    return np.vstack([first, second, *mixed])


def sobol_indices(
    results: np.ndarray,
    names: Sequence[str],
    *,
    resamples: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Return first-order and total indices from the results on a Saltelli design.

    S_i = mean(y_B·(y_ABi − y_A)) / V and S_Ti = Σ(y_A − y_ABi)² / (2·N·V); V is the sample variance
    of y_A and y_B together.

    Args:
        results: (count·(len(names) + 2),), in the order of `saltelli_design`.
        names: of the choices.
        resamples: bootstrap samples for the bounds; 0: no bounds.
        seed: of the bootstrap.

    Raises:
        InputError: a length that does not fit a design, or results that do not vary.
    """
    width = len(names)
    count, odd = divmod(len(results), width + 2)
    if odd or not count:
        raise InputError(
            Fault(
                _(
                    "{count} results are not a design of {width} choices.",
                    count=len(results),
                    width=width,
                ),
                kind="design",
            )
        )
    y = np.asarray(results, dtype="float64").reshape(width + 2, count)
    first, second, mixed = y[0], y[1], y[2:]
    variance = y[:2].var(ddof=1)
    if variance == 0:
        raise InputError(
            Fault(
                _("no choice moves any rank: there is no variance to apportion."),
                kind="no-variance",
            )
        )
    first_order = second * (mixed - first) / variance
    all_in = (first - mixed) ** 2 / (2.0 * variance)
    table = pd.DataFrame(
        {"first": first_order.mean(axis=1), "total": all_in.mean(axis=1)}, list(names)
    )
    if resamples:
        picked = np.random.default_rng(seed).integers(0, count, (resamples, count))
        for name, terms in (("first", first_order), ("total", all_in)):
            means = np.stack([term[picked].mean(axis=1) for term in terms])
            table[f"{name}_low"], table[f"{name}_high"] = np.quantile(means, (0.05, 0.95), axis=1)
    return table


def sensitivity(
    values: pd.DataFrame,
    scored: Scored,
    *,
    context: Context | None = None,
    count: int = 256,
    resamples: int = 200,
) -> Sensitivity:
    """Return which of the recipe's uncertain choices change the ranking.

    The choices are: treatment, imputation, normalisation and aggregation, if several are named; the
    indicator that is left out; and the weights, all together. Each choice of a list has an equal
    share of [0, 1). Weights have one number each from a generator that their number seeds, so that
    "weights" is one choice. Measurement error is not included.

    Args:
        values: the table that was scored.
        scored: the result of the recipe.
        context: what else the recipe uses of the rows, as when it was scored.
        count: N of the design; the index is computed N·(choices + 2) times.
        resamples: of the bootstrap.

    Raises:
        InputError: fewer than two choices are uncertain, or none changes a rank.
    """
    recipe = scored.recipe
    sampler = Sampler(values, scored, context=context)
    chooser = _Chooser(sampler)
    if len(chooser.names) < 2:
        raise InputError(
            Fault(
                _(
                    "the recipe {recipe} has {count} uncertain choice; sensitivity "
                    "compares two or more.",
                    recipe=repr(recipe.id),
                    count=len(chooser.names),
                ),
                remedy=_("Name some in [recipe.uncertainty]: normalise, aggregate, leave_out, …"),
                kind="no-choice",
            )
        )
    design = saltelli_design(count, len(chooser.names), seed=recipe.seed)
    nominal = rank(scored.index[sampler.kept]).to_numpy()
    shifts = chooser.shifts(design, nominal)
    table = sobol_indices(shifts, chooser.names, resamples=resamples, seed=recipe.seed)
    return Sensitivity(table, len(design), recipe.seed, float(shifts[: 2 * count].mean()))


class _Chooser:
    """Converts rows of a design to plans, and plans to rank shifts."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        uncertain = sampler.recipe.uncertainty
        self.sizes = [(name, len(getattr(uncertain, name))) for name in LISTS]
        self.sizes = [(name, size) for name, size in self.sizes if size > 1]
        self.leave_out, self.vary = uncertain.leave_out, uncertain.weights > 0
        self.equal = uncertain.equal
        self.names = [name for name, _unused in self.sizes]
        self.names += ["leave_out"] if self.leave_out else []
        self.names += ["weights"] if self.vary else []
        self.names += ["equal_weights"] if self.equal else []

    def shifts(self, design: np.ndarray, nominal: np.ndarray) -> np.ndarray:
        """Return the mean |rank − rank of the recipe| of each row of the design."""
        from zoneblanche.layers.index.uncertainty.drawing import plain

        out = np.empty(len(design))
        for start in range(0, len(design), 16):
            part = design[start : start + 16]
            scores = self.sampler.scores(self.plan(part), plain)
            ranks = np.empty_like(scores)
            plain.rank_draws(scores, self.sampler.count, ranks)
            out[start : start + 16] = np.nanmean(np.abs(ranks - nominal), axis=1)
        return out

    def plan(self, design: np.ndarray) -> Plan:
        """Return the draws that rows of the design represent."""
        scenario = np.zeros(len(design), dtype="int64")
        for column, (_unused, size) in enumerate(self.sizes):
            scenario = scenario * size + _picked(design[:, column], size)
        column = len(self.sizes)
        nominal = np.concatenate([list(shares.values()) for shares in self.sampler.shares])
        weights = np.tile(nominal, (len(design), 1))
        leaves = self.sampler.leaves
        left_out = np.full(len(design), len(leaves))
        if self.leave_out:
            left_out = _picked(design[:, column], len(leaves) + 1)
            column += 1
        if self.equal:
            weights[design[:, -1] >= 0.5] = self.sampler.equal
        if self.vary:
            spread = self.sampler.recipe.uncertainty.weights
            for row, number in enumerate(design[:, column]):
                generator = np.random.default_rng(int(number * 2**53))
                weights[row] *= 1.0 + spread * generator.uniform(-1.0, 1.0, len(nominal))
        for number, place in enumerate(leaves):
            weights[left_out == number, place] = 0.0
        return Plan(scenario, weights.astype("float32"))


def _picked(numbers: np.ndarray, size: int) -> np.ndarray:
    return np.minimum((numbers * size).astype("int64"), size - 1)
