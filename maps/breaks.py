"""Where the classes of a choropleth begin: quantiles, equal widths, Jenks, goalposts, or given.

Every function takes the known figures at their published precision and returns the *inner*
breaks, rising and distinct: with breaks b₁ < … < bₖ the classes are x < b₁, b₁ ≤ x < b₂, …,
x ≥ bₖ. A break belongs to the class above it, so a reader sees "10 to 20" hold 10 and not 20.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.errors import InputError

Figures = NDArray[np.float64]

CLASSES = 6
"""Classes by default: as many as a reader tells apart in one ramp (Brewer 1994)."""

JENKS_STEPS = 512
"""Distinct figures that the exact search for natural breaks goes through; more are binned."""


def quantile_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Breaks that put about as many territories into each class.

    A figure that very many share (0 %, 100 %) takes a class of its own, and the others share the
    rest, so there may be fewer classes.

    >>> quantile_breaks(np.array([0., 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]), classes=3, digits=0)
    [1.0, 4.0]
    """
    figures = np.sort(known(figures))
    breaks: list[float] = []
    start = 0
    while len(breaks) < classes - 1 and start < len(figures):
        want = (len(figures) - start) / (classes - len(breaks))
        place = min(start + max(round(want), 1), len(figures))
        if place >= len(figures):
            break
        value = figures[place]
        if value == figures[start]:
            place = int(np.searchsorted(figures, value, side="right"))
            if place >= len(figures):
                break
            value = figures[place]
        else:
            # The nearer end of a run of equal figures, so that the class is as full as wanted.
            first = int(np.searchsorted(figures, value, side="left"))
            place = first if first > start else place
        breaks.append(round(float(value), digits))
        start = place
    return distinct(breaks, figures)


def equal_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Breaks that cut the range of the figures into equal widths.

    >>> equal_breaks(np.array([0., 40, 100]), classes=4, digits=0)
    [25.0, 50.0, 75.0]
    """
    figures = known(figures)
    if not len(figures):
        return []
    inner = np.linspace(figures.min(), figures.max(), classes + 1)[1:-1]
    return distinct([round(float(value), digits) for value in inner], figures)


def goalpost_breaks(low: float, high: float, *, classes: int = 5, digits: int = 1) -> list[float]:
    """Breaks at equal widths between two fixed ends, comparable between places and dates.

    >>> goalpost_breaks(0, 100, digits=0)
    [20.0, 40.0, 60.0, 80.0]
    """
    inner = np.linspace(low, high, classes + 1)[1:-1]
    return [round(float(value), digits) for value in inner]


def jenks_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Natural breaks: classes with the least sum of squares within (Jenks 1967; Fisher 1958).

    Exact by dynamic programming where there are at most `JENKS_STEPS` distinct figures; else
    figures are first gathered into that many groups of equal number.

    >>> jenks_breaks(np.array([1., 2, 3, 20, 21, 22, 60, 61]), classes=3, digits=0)
    [20.0, 60.0]
    """
    values, counts = np.unique(known(figures), return_counts=True)
    if len(values) > JENKS_STEPS:
        values, counts, firsts = _gathered(values, counts)
    else:
        firsts = values
    classes = min(classes, len(values))
    if classes < 2:
        return []
    return distinct(
        [round(float(firsts[k]), digits) for k in _best_cuts(values, counts, classes)], firsts
    )


def custom_breaks(breaks: Sequence[float]) -> list[float]:
    """Breaks as given.

    Raises:
        InputError: they do not rise.
    """
    given = [float(value) for value in breaks]
    if any(b <= a for a, b in pairwise(given)):
        raise InputError(f"class breaks must rise, got {given}. Write each once, lowest first.")
    return given


def known(figures: Figures) -> Figures:
    """The figures that are there."""
    return figures[np.isfinite(figures)]


def distinct(breaks: Sequence[float], figures: Figures) -> list[float]:
    """Breaks that rise and have figures on both sides."""
    if not len(figures):
        return []
    low, high = float(np.min(figures)), float(np.max(figures))
    return sorted({value for value in breaks if low < value <= high})


def classify(figures: Figures, breaks: Sequence[float]) -> NDArray[np.int64]:
    """Class of each figure, from 0; -1 where the figure is missing.

    >>> classify(np.array([0., 10, np.nan, 25]), [10, 20]).tolist()
    [0, 1, -1, 2]
    """
    found = np.searchsorted(np.asarray(breaks, dtype=np.float64), figures, side="right")
    return np.where(np.isfinite(figures), found, -1)


def _gathered(values: Figures, counts: np.ndarray) -> tuple[Figures, np.ndarray, Figures]:
    group = (np.cumsum(counts) - counts) * JENKS_STEPS // counts.sum()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    number = np.add.reduceat(counts, first)
    return np.add.reduceat(values * counts, first) / number, number, values[first]


def _best_cuts(values: Figures, counts: np.ndarray, classes: int) -> list[int]:
    n = len(values)
    weight = np.concatenate([[0.0], np.cumsum(counts)])
    centred = values - np.average(values, weights=counts)
    total = np.concatenate([[0.0], np.cumsum(counts * centred)])
    square = np.concatenate([[0.0], np.cumsum(counts * centred**2)])
    first, last = np.meshgrid(np.arange(n), np.arange(1, n + 1), indexing="ij")
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (square[last] - square[first]) - (total[last] - total[first]) ** 2 / (
            weight[last] - weight[first]
        )
    spread[last <= first] = np.inf  # spread[i, j]: of the class that holds values i … j
    best = spread[0].copy()
    back = np.zeros((classes, n), dtype=np.int64)
    for k in range(1, classes):
        cost = np.full((n, n), np.inf)
        cost[1:] = best[:-1, None] + spread[1:]
        back[k] = np.argmin(cost, axis=0)
        best = cost[back[k], np.arange(n)]
    cuts, end = [], n - 1
    for k in range(classes - 1, 0, -1):
        cuts.append(int(back[k, end]))
        end = cuts[-1] - 1
    return cuts[::-1]


METHODS: dict[str, Callable[..., list[float]]] = {
    "quantile": quantile_breaks,
    "jenks": jenks_breaks,
    "equal": equal_breaks,
}
