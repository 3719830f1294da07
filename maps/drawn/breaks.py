"""Where the classes of a choropleth begin: quantiles, equal widths, Jenks, goalposts, or given.

Every function takes the known figures at their published precision and returns the *inner* breaks,
ascending and distinct. With breaks b₁ < … < bₖ the classes are x < b₁, b₁ ≤ x < b₂, …, x ≥ bₖ. A
break belongs to the class above it, so the class "10 to 20" contains 10 and not 20.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _

Figures = NDArray[np.float64]

CLASSES = 6
"""Default number of classes: as many as readers distinguish in one ramp (Brewer 1994)."""

JENKS_STEPS = 512
"""Maximum number of distinct figures for the exact search for natural breaks; more are binned."""


def quantile_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Return breaks with about as many territories in each class.

    A figure that very many share (0 %, 100 %) has its own class, and the others share the rest, so
    there may be fewer classes.

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
            # The nearer end of a run of equal figures, so that the class has about the wanted size.
            first = int(np.searchsorted(figures, value, side="left"))
            place = first if first > start else place
        breaks.append(round(float(value), digits))
        start = place
    return distinct(breaks, figures)


def equal_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Return breaks that divide the range of the figures into equal widths.

    >>> equal_breaks(np.array([0., 40, 100]), classes=4, digits=0)
    [25.0, 50.0, 75.0]
    """
    figures = known(figures)
    if not len(figures):
        return []
    inner = np.linspace(figures.min(), figures.max(), classes + 1)[1:-1]
    return distinct([round(float(value), digits) for value in inner], figures)


def goalpost_breaks(low: float, high: float, *, classes: int = 5, digits: int = 1) -> list[float]:
    """Return breaks at equal widths between two fixed ends, comparable between places and dates.

    >>> goalpost_breaks(0, 100, digits=0)
    [20.0, 40.0, 60.0, 80.0]
    """
    inner = np.linspace(low, high, classes + 1)[1:-1]
    return [round(float(value), digits) for value in inner]


def jenks_breaks(figures: Figures, *, classes: int = CLASSES, digits: int = 1) -> list[float]:
    """Return natural breaks: classes with the lowest sum of squares within (Jenks 1967; Fisher
    1958).

    Exact by dynamic programming for at most `JENKS_STEPS` distinct figures. Otherwise figures are
    grouped into that many groups of equal size, the best cuts between groups are found, and each is
    then moved to the best place within the two adjacent groups.

    >>> jenks_breaks(np.array([1., 2, 3, 20, 21, 22, 60, 61]), classes=3, digits=0)
    [20.0, 60.0]
    """
    values, counts = np.unique(known(figures), return_counts=True)
    classes = min(classes, len(values))
    if classes < 2:
        return []
    # Sums relative to the middle, so that squares of large figures lose no digits.
    sums = _Sums.of(values - np.average(values, weights=counts), counts)
    group = (np.cumsum(counts) - counts) * JENKS_STEPS // counts.sum()
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    if len(values) <= JENKS_STEPS or len(starts) < classes:
        starts = np.arange(len(values))
    cuts = _refined(starts[_best_cuts(sums, starts, classes)], sums, starts)
    return distinct([round(float(values[cut]), digits) for cut in cuts], values)


def custom_breaks(breaks: Sequence[float]) -> list[float]:
    """Return the given breaks.

    Raises:
        InputError: they are not ascending.
    """
    edges = [float(value) for value in breaks]
    if any(b <= a for a, b in pairwise(edges)):
        raise InputError(
            _("class breaks must rise, got {given}. Write each once, lowest first.", given=edges)
        )
    return edges


def known(figures: Figures) -> Figures:
    """Return the figures that are not missing."""
    return figures[np.isfinite(figures)]


def distinct(breaks: Sequence[float], figures: Figures) -> list[float]:
    """Return breaks that are ascending and have figures on both sides."""
    if not len(figures):
        return []
    low, high = float(np.min(figures)), float(np.max(figures))
    return sorted({value for value in breaks if low < value <= high})


def classify(figures: Figures, breaks: Sequence[float]) -> NDArray[np.int64]:
    """Return the class of each figure, from 0; -1 if the figure is missing.

    >>> classify(np.array([0., 10, np.nan, 25]), [10, 20]).tolist()
    [0, 1, -1, 2]
    """
    classes = np.searchsorted(np.asarray(breaks, dtype=np.float64), figures, side="right")
    return np.where(np.isfinite(figures), classes, -1)


_GREATEST = 1e100
"""Largest figures whose sum of squares is finite."""


@dataclass(frozen=True)
class _Sums:
    """Cumulative sums of weights, figures and squares, which give the spread of any class."""

    weight: Figures
    total: Figures
    square: Figures

    @classmethod
    def of(cls, values: Figures, counts: np.ndarray) -> _Sums:
        largest = np.abs(values).max()
        if largest > _GREATEST:  # their squares would be infinite; the best cuts are the same
            values = values / largest
        terms = (counts, counts * values, counts * values**2)
        return cls(*(np.concatenate([[0.0], np.cumsum(term)]) for term in terms))

    def spread(self, first: np.ndarray, end: np.ndarray) -> Figures:
        """Return the sum of squares within the class of the figures first … end - 1; infinite if
        empty."""
        weight = self.weight[end] - self.weight[first]
        total = self.total[end] - self.total[first]
        square = self.square[end] - self.square[first]
        within = square - total**2 / np.where(weight > 0, weight, 1.0)
        return np.where(weight > 0, within, np.inf)


def _best_cuts(sums: _Sums, starts: np.ndarray, classes: int) -> np.ndarray:
    """Return which groups begin a class, except the first class."""
    ends = np.append(starts[1:], len(sums.weight) - 1)
    n = len(starts)
    # Of the class of the groups i … j, a row for each j: numpy finds the least of a row faster than
    # that of a column.
    spread = sums.spread(starts[None, :], ends[:, None])
    best = spread[:, 0]
    back = np.zeros((classes, n), dtype=np.int64)
    cost = np.full((n, n), np.inf)
    for k in range(1, classes):
        np.add(best[:-1], spread[:, 1:], out=cost[:, 1:])
        back[k] = np.argmin(cost, axis=1)
        best = cost[np.arange(n), back[k]]
    cuts, end = [], n - 1
    for k in range(classes - 1, 0, -1):
        cuts.append(int(back[k, end]))
        end = cuts[-1] - 1
    return np.array(cuts[::-1])


def _refined(cuts: np.ndarray, sums: _Sums, starts: np.ndarray) -> list[int]:
    """Return the cuts, each moved to the best figure of the groups on its two sides."""
    placed = [0, *(int(cut) for cut in cuts), len(sums.weight) - 1]
    for k in range(1, len(placed) - 1):
        at = int(np.searchsorted(starts, placed[k]))
        low = max(placed[k - 1] + 1, int(starts[max(at - 1, 0)]))
        high = min(placed[k + 1], int(starts[at + 1]) if at + 1 < len(starts) else placed[-1])
        tried = np.arange(low, max(high, low + 1))
        before = sums.spread(np.full_like(tried, placed[k - 1]), tried)
        after = sums.spread(tried, np.full_like(tried, placed[k + 1]))
        placed[k] = int(tried[np.argmin(before + after)])
    return placed[1:-1]


METHODS: dict[str, Callable[..., list[float]]] = {
    "quantile": quantile_breaks,
    "jenks": jenks_breaks,
    "equal": equal_breaks,
}


def two_sided_breaks(figures: Figures, method: str, *, digits: int = 1) -> list[float]:
    """Return breaks of figures around zero: zero, and those of the method on either side of it.

    >>> two_sided_breaks(np.array([-30., -20, -10, 10, 20, 30, 40]), "equal", digits=0)
    [-23.0, -17.0, 0.0, 20.0, 30.0]
    """
    figures = known(figures)
    half = CLASSES // 2
    below = METHODS[method](figures[figures < 0], classes=half, digits=digits)
    above = METHODS[method](figures[figures >= 0], classes=half, digits=digits)
    return distinct([*below, 0.0, *above], figures)
