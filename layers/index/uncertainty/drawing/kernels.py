"""Compiled loops for the rank intervals: score, rank and count thousands of draws.

Each is a pure function on arrays, and must equal a slow and simple version in
`tests/layers/index/test_robustness.py`. They release the interpreter lock; `robustness`
runs them in threads on separate draws or units, so the number of threads cannot change the result.
"""

from __future__ import annotations

import numpy as np

from zoneblanche.geo.runtime.compiled import compiled

TILE = 1024
"""Units processed together: few enough for their columns to stay in the first cache of the
processor."""


@compiled
def weighted_sums(x: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """Sum over the indicators of weight · figure, for each draw and unit.

    The order is that of the indicators. In a matrix product the order, and so the last bit, depends
    on the number of threads.

    Args:
        x: (indicators, units) float32 without NaN.
        weights: (draws, indicators) float32.
        out: (draws, units) float32, added to.
    """
    indicators, units = x.shape
    for start in range(0, units, TILE):
        stop = min(start + TILE, units)
        for draw in range(weights.shape[0]):
            sums = out[draw, start:stop]
            for indicator in range(indicators):
                weight = weights[draw, indicator]
                column = x[indicator, start:stop]
                for unit in range(stop - start):
                    sums[unit] += weight * column[unit]


@compiled
def weighted_means(
    x: np.ndarray, counted: np.ndarray, weights: np.ndarray, out: np.ndarray
) -> None:
    """Sum over the indicators of weight · figure, divided by the weight of what is known.

    The result equals two `weighted_sums` and a division to the last bit, without three passes over
    tables of draws × units.

    Args:
        x: (indicators, units) float32, 0 if missing.
        counted: (indicators, units) float32, 1 if known and 0 if missing.
        weights: (draws, indicators) float32.
        out: (draws, units) float32, written; NaN if nothing with a weight is known.
    """
    indicators, units = x.shape
    below = np.empty(TILE, np.float32)
    for start in range(0, units, TILE):
        stop = min(start + TILE, units)
        for draw in range(weights.shape[0]):
            sums = out[draw, start:stop]
            sums[:] = 0
            below[:] = 0
            for indicator in range(indicators):
                weight = weights[draw, indicator]
                column, present = x[indicator, start:stop], counted[indicator, start:stop]
                for unit in range(stop - start):
                    sums[unit] += weight * column[unit]
                    below[unit] += weight * present[unit]
            for unit in range(stop - start):
                sums[unit] /= below[unit]


@compiled
def add_scores(scores: np.ndarray, weights: np.ndarray, total: np.ndarray) -> None:
    """Add weight · score of a dimension that is computed for each draw, nothing if it is NaN.

    Args:
        scores: (draws, units) float32.
        weights: (draws,) float32.
        total: (draws, units) float32, added to.
    """
    zero = np.float32(0)
    for draw in range(scores.shape[0]):
        weight, row, sums = weights[draw], scores[draw], total[draw]
        for unit in range(scores.shape[1]):
            score = row[unit]
            sums[unit] += weight * score if score == score else zero


@compiled
def add_known(scores: np.ndarray, weights: np.ndarray, weight_sums: np.ndarray) -> None:
    """Add the weight of a dimension that is computed for each draw, nothing if it is NaN.

    Args:
        scores: (draws, units) float32.
        weights: (draws,) float32.
        weight_sums: (draws, units) float32, added to.
    """
    zero = np.float32(0)
    for draw in range(scores.shape[0]):
        weight, row, sums = weights[draw], scores[draw], weight_sums[draw]
        for unit in range(scores.shape[1]):
            score = row[unit]
            sums[unit] += weight if score == score else zero


@compiled
def perturb(
    figures: np.ndarray,
    places: np.ndarray,
    key: np.uint64,
    spread: np.ndarray,
    quantiles: np.ndarray,
    factors: np.ndarray,
    no_wrong: np.ndarray,
    rates: np.ndarray,
    offset: np.ndarray,
    scale: np.ndarray,
    out: np.ndarray,
) -> None:
    """Normalise figures with errors that depend on the key and the place only, not on the order of
    work.

    Four numbers of 16 bits are drawn for each figure. A continuous figure becomes
    figure · factor + offset + spread · quantile; one that equals `rates[1]` is replaced, with the
    probability `rates[2]`, by a uniform figure of the scale.

    Args:
        figures: (units,) float32, in the unit of the indicator; NaN stays NaN.
        places: (units,) uint64, `mixed_places` of the indicator.
        key: of the draw.
        spread: (units,) float32.
        quantiles, factors: (65536,) float32, of the error and of the factor, ascending.
        no_wrong: (units,) float32, how often a no is wrong; empty unless it is a yes or no.
        rates: (3,) float32: how often a yes is wrong, the doubtful figure, how often it is wrong.
        offset: (units,) float32.
        scale: (4,) float32: the lowest and highest figure, the score of the lowest, score per unit.
        out: (units,) float32, written.
    """
    step = np.float32(1.0 / 65536.0)
    unity, half = np.float32(1), np.float32(0.5)
    low, high, base, slope = scale[0], scale[1], scale[2], scale[3]
    mask = np.uint64(65535)
    boolean = len(no_wrong) > 0
    for unit in range(len(figures)):
        figure = figures[unit]
        if figure != figure:
            out[unit] = figure
            continue
        bits = _mixed(key ^ places[unit])
        first = np.int64(bits & mask)
        third = np.int64((bits >> np.uint64(32)) & mask)
        if boolean:
            chance = (np.float32(first) + half) * step
            if figure >= half:
                figure = figure - figure if chance < rates[0] else figure
            elif chance < no_wrong[unit]:
                figure = unity
        elif figure == rates[1] and (np.float32(third) + half) * step < rates[2]:
            fourth = np.float32(np.int64(bits >> np.uint64(48)))
            figure = low + (high - low) * ((fourth + half) * step)
        else:
            second = np.int64((bits >> np.uint64(16)) & mask)
            figure = figure * factors[second] + offset[unit]
            figure = figure + spread[unit] * quantiles[first]
        out[unit] = base + slope * (min(max(figure, low), high) - low)


@compiled
def _mixed(bits: np.uint64) -> np.uint64:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014)."""
    z = bits + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def rank_draws(scores: np.ndarray, count: np.ndarray, ranks: np.ndarray) -> None:
    """Rank the units in each draw: 1 is the highest, ties share the lowest rank, NaN stays NaN.

    Two passes of a radix sort on 24 bits of the score between the minimum and maximum of the draw:
    exact except for scores closer than 6·10⁻⁸ of that range, which are ties (about the precision of
    float32).

    Args:
        scores: (draws, units) float32.
        count: (units,) int64, how many each unit represents.
        ranks: (draws, units) float32, written; integers, exact up to 16 million units.
    """
    draws, units = scores.shape
    low_digit = np.empty(4096, np.int64)
    high_digit = np.empty(4096, np.int64)
    keys = np.empty(units, np.uint64)
    ordered = np.empty(units, np.uint64)
    mask = np.uint64(4095)
    for draw in range(draws):
        least, most = np.inf, -np.inf
        for unit in range(units):
            score = scores[draw, unit]
            if score == score:
                least = min(least, score)
                most = max(most, score)
        scale = 16777215.0 / (most - least) if most > least else 0.0
        low_digit[:] = 0
        high_digit[:] = 0
        ranked = 0
        for unit in range(units):
            score = scores[draw, unit]
            if score != score:
                ranks[draw, unit] = np.nan
                continue
            key = np.uint64((most - score) * scale)
            low_digit[key & mask] += 1
            high_digit[key >> np.uint64(12)] += 1
            keys[ranked] = key << np.uint64(32) | np.uint64(unit)
            ranked += 1
        below_low, below_high = 0, 0
        for digit in range(4096):
            slot = low_digit[digit]
            low_digit[digit] = below_low
            below_low += slot
            slot = high_digit[digit]
            high_digit[digit] = below_high
            below_high += slot
        for place in range(ranked):
            digit = (keys[place] >> np.uint64(32)) & mask
            ordered[low_digit[digit]] = keys[place]
            low_digit[digit] += 1
        for place in range(ranked):
            digit = ordered[place] >> np.uint64(44)
            keys[high_digit[digit]] = ordered[place]
            high_digit[digit] += 1
        rank, above = 0, 0
        before = np.uint64(0xFFFFFFFFFFFFFFFF)
        for place in range(ranked):
            key = keys[place] >> np.uint64(32)
            if key != before:
                rank = above + 1
                before = key
            slot = np.int64(keys[place] & np.uint64(0xFFFFFFFF))
            above += count[slot]
            ranks[draw, slot] = rank


@compiled
def tally(
    figures: np.ndarray,
    start: int,
    stop: int,
    low: np.ndarray,
    per_unit: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Count figures in the bins of each unit, for the units from `start` to `stop`.

    Args:
        figures: (draws, units) float32; NaN is not counted.
        low, per_unit: (units,) float32: where the first bin starts, and bins per unit of the
            figure; figures outside are counted in the first or the last bin.
        counts: (units, bins) unsigned, added to.
    """
    last = np.float32(counts.shape[1] - 1)
    zero = np.float32(0)
    for first in range(start, stop, 64):
        beyond = min(first + 64, stop)
        for draw in range(figures.shape[0]):
            for unit in range(first, beyond):
                figure = figures[draw, unit]
                if figure == figure:
                    place = (figure - low[unit]) * per_unit[unit]
                    counts[unit, np.int64(min(max(place, zero), last))] += 1


@compiled
def tally_pairs(scores: np.ndarray, pairs: np.ndarray, ahead: np.ndarray) -> None:
    """Count the draws in which the first, and the second, of each pair has the higher score.

    Args:
        scores: (draws, units) float32.
        pairs: (pairs, 2) int64.
        ahead: (pairs, 2) int64, added to.
    """
    for pair in range(len(pairs)):
        for draw in range(scores.shape[0]):
            left, right = scores[draw, pairs[pair, 0]], scores[draw, pairs[pair, 1]]
            if left > right:
                ahead[pair, 0] += 1
            elif right > left:
                ahead[pair, 1] += 1


@compiled
def pairwise_wins(
    rows: np.ndarray,
    weights: np.ndarray,
    count: np.ndarray,
    start: int,
    stop: int,
    tie: float,
    out: np.ndarray,
) -> None:
    """Wins minus losses of the units from `start` to `stop` against all.

    Args:
        rows: (indicators, units) float32, NaN is missing.
        weights: (indicators,) float64.
        count: (units,) float64, how many units each column represents.
        tie: margins up to this are a tie.
        out: (units,) float64, written from `start` to `stop`.
    """
    indicators, units = rows.shape
    margin = np.empty(TILE, np.float64)
    for unit in range(start, stop):
        score = 0.0
        for first in range(0, units, TILE):
            size = min(TILE, units - first)
            margin[:size] = 0
            for indicator in range(indicators):
                mine, weight = rows[indicator, unit], weights[indicator]
                if mine != mine:
                    continue
                others = rows[indicator, first : first + size]
                for place in range(size):
                    other = others[place]
                    above = 1.0 if mine > other else 0.0
                    below = 1.0 if mine < other else 0.0
                    margin[place] += weight * (above - below)
            for place in range(size):
                if margin[place] > tie:
                    score += count[first + place]
                elif margin[place] < -tie:
                    score -= count[first + place]
        out[unit] = score
