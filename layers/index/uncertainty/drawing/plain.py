"""The functions of `kernels`, in numpy: slower, without compilation.

Small runs use them, because compilation would take longer than the work. The tests compare the
compiled loops with them, bit for bit. The signatures and meanings are those of `kernels`.
"""

from __future__ import annotations

import numpy as np


def weighted_sums(x: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """See `kernels.weighted_sums`."""
    for sums, row in zip(out, weights, strict=True):
        for column, weight in zip(x, row, strict=True):
            sums += weight * column


def weighted_means(x: np.ndarray, known: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """See `kernels.weighted_means`."""
    below = np.zeros_like(out)
    out[:] = 0
    weighted_sums(x, weights, out)
    weighted_sums(known, weights, below)
    with np.errstate(invalid="ignore", divide="ignore"):
        out /= below


def add_scores(scores: np.ndarray, weights: np.ndarray, total: np.ndarray) -> None:
    """See `kernels.add_scores`."""
    total += np.where(np.isnan(scores), np.float32(0), weights[:, None] * scores)


def add_known(scores: np.ndarray, weights: np.ndarray, known: np.ndarray) -> None:
    """See `kernels.add_known`."""
    known += np.where(np.isnan(scores), np.float32(0), weights[:, None])


def rank_draws(scores: np.ndarray, count: np.ndarray, ranks: np.ndarray) -> None:
    """See `kernels.rank_draws`."""
    for row, out in zip(scores, ranks, strict=True):
        known = np.flatnonzero(~np.isnan(row))
        out[:] = np.nan
        if not len(known):
            continue
        figures = row[known].astype("float64")
        least, most = figures.min(), figures.max()
        scale = 16777215.0 / (most - least) if most > least else 0.0
        keys = ((most - figures) * scale).astype("uint64")
        # Sorting keys that contain their position is several times faster than sorting positions.
        packed = np.sort(keys << np.uint64(32) | np.arange(len(known), dtype="uint64"))
        by_size = packed >> np.uint64(32)
        order = (packed & np.uint64(0xFFFFFFFF)).astype("int64")
        new = np.empty(len(known), dtype=bool)
        new[0] = True
        new[1:] = by_size[1:] != by_size[:-1]
        counts = count[known[order]]
        above = np.cumsum(counts) - counts
        out[known[order]] = (above[new] + 1)[np.cumsum(new) - 1]


def tally_pairs(scores: np.ndarray, pairs: np.ndarray, ahead: np.ndarray) -> None:
    """See `kernels.tally_pairs`."""
    one, other = scores[:, pairs[:, 0]], scores[:, pairs[:, 1]]
    ahead[:, 0] += (one > other).sum(axis=0)
    ahead[:, 1] += (other > one).sum(axis=0)


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
    """See `kernels.perturb`."""
    bits = mixed(places ^ key)
    first, second, third, fourth = (
        ((bits >> np.uint64(16 * part)) & np.uint64(65535)).astype("int64") for part in range(4)
    )
    low, high, base, slope = scale
    if len(no_wrong):
        chance = _uniform(first)
        figure = np.where(
            figures >= np.float32(0.5),
            np.where(chance < rates[0], np.float32(0), figures),
            np.where(chance < no_wrong, np.float32(1), figures),
        )
    else:
        figure = figures * factors[second] + offset + spread * quantiles[first]
        wrong = (figures == rates[1]) & (_uniform(third) < rates[2])
        figure = np.where(wrong, low + (high - low) * _uniform(fourth), figure)
    figure = np.where(np.isnan(figures), figures, figure)
    out[:] = base + slope * (np.minimum(np.maximum(figure, low), high) - low)


def mixed_places(indicator: int, units: int) -> np.ndarray:
    """Return a number for each unit of an indicator: (units,) uint64."""
    return mixed(np.uint64(indicator) << np.uint64(40) | np.arange(units, dtype="uint64"))


def _uniform(numbers: np.ndarray) -> np.ndarray:
    return (numbers.astype("float32") + np.float32(0.5)) * np.float32(1.0 / 65536.0)


def mixed(bits: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014); wraps around 2⁶⁴ by design."""
    z = bits + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
