"""The functions of `kernels`, in numpy: slower, without compilation.

All but the largest runs use them, because loading numba would take longer than the work. The tests
compare the compiled loops with them, bit for bit. The signatures and meanings are those of
`kernels`.
"""

from __future__ import annotations

import numpy as np

TILE = 16_384
"""Units drawn together: few enough for what is between two steps to stay in the cache."""

_TALLIED = 2048


def weighted_sums(x: np.ndarray, weights: np.ndarray, out: np.ndarray) -> None:
    """See `kernels.weighted_sums`."""
    for sums, row in zip(out, weights, strict=True):
        for column, weight in zip(x, row, strict=True):
            sums += weight * column


def weighted_means(
    x: np.ndarray, counted: np.ndarray, weights: np.ndarray, out: np.ndarray
) -> None:
    """See `kernels.weighted_means`."""
    below = np.zeros_like(out)
    out[:] = 0
    weighted_sums(x, weights, out)
    weighted_sums(counted, weights, below)
    with np.errstate(invalid="ignore", divide="ignore"):
        out /= below


def add_scores(scores: np.ndarray, weights: np.ndarray, total: np.ndarray) -> None:
    """See `kernels.add_scores`."""
    products = weights[:, None] * scores
    np.copyto(products, np.float32(0), where=np.isnan(scores))
    total += products


def add_known(scores: np.ndarray, weights: np.ndarray, weight_sums: np.ndarray) -> None:
    """See `kernels.add_known`."""
    np.add(weight_sums, weights[:, None], out=weight_sums, where=~np.isnan(scores))


def rank_draws(scores: np.ndarray, count: np.ndarray, ranks: np.ndarray) -> None:
    """See `kernels.rank_draws`."""
    alone = bool((count == 1).all())
    for row, out in zip(scores, ranks, strict=True):
        present = np.flatnonzero(~np.isnan(row))
        out[:] = np.nan
        if not len(present):
            continue
        figures = row[present].astype("float64")
        least, most = figures.min(), figures.max()
        scale = 16777215.0 / (most - least) if most > least else 0.0
        keys = ((most - figures) * scale).astype("uint64")
        # Sorting keys that contain their position is several times faster than sorting positions.
        keys <<= np.uint64(32)
        keys |= present.astype("uint64")
        keys.sort()
        order = keys.astype("uint32").astype(np.intp)
        keys >>= np.uint64(32)
        above = np.arange(len(keys))
        if not alone:
            counts = count[order]
            above = np.cumsum(counts) - counts
        # Equal scores have the rank of the first of them.
        above[1:][keys[1:] == keys[:-1]] = 0
        out[order] = np.maximum.accumulate(above) + 1


def tally(
    figures: np.ndarray,
    start: int,
    stop: int,
    low: np.ndarray,
    per_unit: np.ndarray,
    counts: np.ndarray,
) -> None:
    """See `kernels.tally`."""
    bins = counts.shape[1]
    slots, unity = counts.reshape(-1), counts.dtype.type(1)
    for first in range(start, stop, _TALLIED):
        part = slice(first, min(first + _TALLIED, stop))
        places = figures[:, part] - low[part]
        places *= per_unit[part]
        np.clip(places, np.float32(0), np.float32(bins - 1), out=places)
        present = ~np.isnan(places)
        np.copyto(places, np.float32(0), where=~present)
        slot = places.astype(np.intp)
        slot += np.arange(part.start, part.stop) * bins
        np.add.at(slots, slot.ravel() if present.all() else slot[present], unity)


def tally_pairs(scores: np.ndarray, pairs: np.ndarray, ahead: np.ndarray) -> None:
    """See `kernels.tally_pairs`."""
    left, right = scores[:, pairs[:, 0]], scores[:, pairs[:, 1]]
    ahead[:, 0] += (left > right).sum(axis=0)
    ahead[:, 1] += (right > left).sum(axis=0)


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
    low, high, base, slope = scale
    for start in range(0, len(figures), TILE):
        part = slice(start, start + TILE)
        x, drawn = figures[part], out[part]
        numbers = _numbers(mixed(places[part] ^ key))
        if len(no_wrong):
            _answer(x, numbers, no_wrong[part], rates[0], drawn)
        else:
            _measure(x, numbers, spread[part], quantiles, factors, offset[part], drawn)
            doubtful = np.flatnonzero(x == rates[1]) if rates[2] > 0 else x[:0]
            if len(doubtful):
                wrong = doubtful[_uniform(numbers[doubtful, 2]) < rates[2]]
                drawn[wrong] = low + (high - low) * _uniform(numbers[wrong, 3])
        np.maximum(drawn, low, out=drawn)
        np.minimum(drawn, high, out=drawn)
        drawn -= low
        drawn *= slope
        drawn += base


def _answer(
    x: np.ndarray, numbers: np.ndarray, no_wrong: np.ndarray, yes_wrong: np.float32, out: np.ndarray
) -> None:
    """Write a yes or no, which may be wrong; NaN stays NaN."""
    yes = x >= np.float32(0.5)
    rate = no_wrong.copy()
    np.copyto(rate, yes_wrong, where=yes)
    wrong = _uniform(numbers[:, 0]) < rate
    out[:] = x
    np.copyto(out, ~yes, where=wrong & ~np.isnan(x))


def _measure(
    x: np.ndarray,
    numbers: np.ndarray,
    spread: np.ndarray,
    quantiles: np.ndarray,
    factors: np.ndarray,
    offset: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write figure · factor + offset + spread · quantile; NaN stays NaN."""
    # Factors ascend: where the ends are equal, all are.
    if factors[0] == factors[-1]:
        np.multiply(x, factors[0], out=out)
    else:
        np.multiply(x, _looked_up(factors, numbers[:, 1]), out=out)
    out += offset
    out += spread * _looked_up(quantiles, numbers[:, 0])


def _looked_up(table: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the figures at some places, all in the table."""
    # Without the check of the bounds, in half the time.
    return table.take(places.astype(np.intp), mode="wrap")


def _numbers(bits: np.ndarray) -> np.ndarray:
    """Return the four numbers of 16 bits in each of 64, the lowest first: (units, 4)."""
    return bits.astype("<u8", copy=False).view("<u2").reshape(-1, 4)


def mixed_places(indicator: int, units: int) -> np.ndarray:
    """Return a number for each unit of an indicator: (units,) uint64."""
    return mixed(np.uint64(indicator) << np.uint64(40) | np.arange(units, dtype="uint64"))


def _uniform(numbers: np.ndarray) -> np.ndarray:
    return (numbers.astype("float32") + np.float32(0.5)) * np.float32(1.0 / 65536.0)


def mixed(bits: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014); wraps around 2⁶⁴ by design."""
    z = bits + np.uint64(0x9E3779B97F4A7C15)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z
