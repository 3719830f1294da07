"""Moran's I: whether similar values are neighbours over the whole map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import Contiguity
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _

NO_VARIANCE = 1e-12
"""A variance of I below this is rounding: I itself is between -1 and 1."""


@dataclass(frozen=True)
class Neighbourhood:
    """The territories of a spatial statistic, and their neighbours among themselves.

    Attributes:
        known: positions of the territories with a value, in order.
        index: their codes.
        z: deviations of their values from the mean.
        starts, neighbours: compressed rows, positions among `known`. Neighbours without a value are
            left out, so a territory may lose some, or all.
    """

    known: np.ndarray
    index: pd.Index
    z: np.ndarray
    starts: np.ndarray
    neighbours: np.ndarray

    @property
    def cardinalities(self) -> np.ndarray:
        """Number of neighbours with a value of each."""
        return np.diff(self.starts)

    def lag(self, z: np.ndarray) -> np.ndarray:
        """Mean of `z` over the neighbours of each (row-standardised weights); 0 on an island."""
        return self.sum_of_neighbours(z) / np.maximum(self.cardinalities, 1)

    def sum_of_neighbours(self, z: np.ndarray) -> np.ndarray:
        """Sum of `z` over the neighbours of each; 0 on an island."""
        rows = np.repeat(np.arange(len(self.known)), self.cardinalities)
        return np.bincount(rows, weights=z[self.neighbours], minlength=len(self.known))


def neighbourhood_of(values: pd.Series, contiguity: Contiguity) -> Neighbourhood:
    """Return the known values and their neighbours.

    Raises:
        InputError: a contiguity of another number of territories, fewer than three values, values
            that are all equal, or no two neighbours among them.
    """
    column = values.to_numpy(dtype="float64")
    size = len(contiguity.starts) - 1
    if len(column) != size:
        raise InputError(
            _(
                "the contiguity is of {size} territories and there are {count} values: "
                "build it from the same territories.",
                size=size,
                count=len(column),
            )
        )
    places = np.flatnonzero(np.isfinite(column))
    if len(places) < 3:
        raise InputError(
            _("{count} values are known; a spatial statistic needs at least 3.", count=len(places))
        )
    z = column[places] - column[places].mean()
    if np.ptp(column[places]) == 0:
        raise InputError(_("all known values are equal: no clusters can be found."))
    place = np.full(size, -1)
    place[places] = np.arange(len(places))
    row = place[np.repeat(np.arange(size), np.diff(contiguity.starts))]
    neighbour = place[contiguity.neighbours]
    kept = (row >= 0) & (neighbour >= 0)
    counts = np.bincount(row[kept], minlength=len(places))
    if not kept.any():
        raise InputError(_("no two territories with a value are neighbours."))
    return Neighbourhood(
        known=places,
        index=values.index[places],
        z=z,
        starts=np.concatenate([[0], np.cumsum(counts)]),
        neighbours=neighbour[kept],
    )


@dataclass(frozen=True)
class Moran:
    """Moran's I, and its expectation for values in random places.

    Attributes:
        statistic: I.
        expected: −1/(n − 1).
        variance, z, p: under normality; p is two-sided.
        p_permutation: pseudo p-value, one tail, as PySAL's `p_sim`; NaN without permutations.
        permutations, seed: of it.
        territories: number of territories with a value.
        missing: codes of those without.
        islands: codes of those with a value and no neighbour that has one.
    """

    statistic: float
    expected: float
    variance: float
    z: float
    p: float
    p_permutation: float
    permutations: int
    seed: int
    territories: int
    missing: tuple[str, ...]
    islands: tuple[str, ...]


def moran(
    values: pd.Series, contiguity: Contiguity, *, permutations: int = 0, seed: int = 0
) -> Moran:
    """Moran's I with row-standardised weights.

    I = (n / S0) · Σᵢ zᵢ Σⱼ wᵢⱼ zⱼ / Σᵢ zᵢ², z the deviations from the mean, wᵢⱼ one over the number
    of i's neighbours, S0 = Σ wᵢⱼ. Moran 1950; moments: Cliff and Ord 1981, as in `esda.Moran`.

    Args: values: one per territory, in the order of the contiguity; NaN is left out, with its
        borders. contiguity: the neighbours. permutations: number of shuffles of all values for a
        pseudo p-value; 0 for none. seed: of the shuffles.

    Raises:
        InputError: see `neighbourhood_of`.

    >>> row = Contiguity(np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2], dtype="int32"))
    >>> round(moran(pd.Series([1.0, 2.0, 3.0, 4.0]), row).statistic, 3)
    0.4
    """
    if permutations < 0:
        raise InputError(
            Fault(
                _(
                    "{permutations} permutations: a number from 0 on was expected.",
                    permutations=permutations,
                )
            )
        )
    near = neighbourhood_of(values, contiguity)
    size, z = len(near.known), near.z
    s0, s1, s2 = _weight_sums(near)
    scale = size / s0 / (z**2).sum()
    statistic = scale * (z * near.lag(z)).sum()
    expected = -1 / (size - 1)
    variance = (size**2 * s1 - size * s2 + 3 * s0**2) / ((size**2 - 1) * s0**2) - expected**2
    # If all are neighbours of all, every order of the values gives the same I: nothing to test.
    score = (statistic - expected) / math.sqrt(variance) if variance > NO_VARIANCE else math.nan
    missing = np.setdiff1d(np.arange(len(values)), near.known, assume_unique=True)
    return Moran(
        statistic=float(statistic),
        expected=expected,
        variance=float(variance),
        z=float(score),
        p=math.erfc(abs(score) / math.sqrt(2)),
        p_permutation=_permuted(near, permutations, seed),
        permutations=permutations,
        seed=seed,
        territories=size,
        missing=tuple(values.index[missing]),
        islands=tuple(near.index[near.cardinalities == 0]),
    )


def _weight_sums(near: Neighbourhood) -> tuple[float, float, float]:
    """S0 = Σw, S1 = ½Σ(wᵢⱼ + wⱼᵢ)², S2 = Σ(wᵢ. + w.ᵢ)², of symmetric neighbours."""
    size = len(near.known)
    inverse = 1 / np.maximum(near.cardinalities, 1)
    rows = np.repeat(np.arange(size), near.cardinalities)
    forward, back = inverse[rows], inverse[near.neighbours]
    out = np.bincount(rows, weights=forward, minlength=size)
    into = np.bincount(near.neighbours, weights=forward, minlength=size)
    return (
        float(out.sum()),
        float(((forward + back) ** 2).sum() / 2),
        float(((out + into) ** 2).sum()),
    )


def _permuted(near: Neighbourhood, permutations: int, seed: int) -> float:
    if not permutations:
        return float("nan")
    rng = np.random.default_rng(seed)
    observed = (near.z * near.lag(near.z)).sum()
    shuffled = near.z.copy()
    larger = 0
    for _unused in range(permutations):
        rng.shuffle(shuffled)
        larger += bool((shuffled * near.lag(shuffled)).sum() >= observed)
    return (min(larger, permutations - larger) + 1) / (permutations + 1)
