"""Figures of an area with their intervals, and conclusions about the difference of two.

The territories are all there are, not a sample. An interval shows how much a figure depends on
which territories there are. A difference is reported only if chance among territories would seldom
cause it. A figure that its publisher counted at the level of the area, or above, has no such
interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import erfc, sqrt
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.intervals import Z95, newcombe, wilson

FEWEST = 10
"""Number of territories below which the spread of a mean is not reliable."""

FEWEST_ANSWERS = 5
"""Number of territories below which a share has no interval: Newcombe (1998) tested his from five
on."""

FALSE_SHARE = 0.05
"""Expected share of chance among the reported differences, if many are compared."""

Kind = Literal["share", "mean", "sum", "counted", "coarse", "none"]
Verdict = Literal["above", "below", "same", "counted_above", "counted_below", "equal", "unsure"]
Mask = np.ndarray


@dataclass(frozen=True)
class Figure:
    """One indicator over some territories.

    Attributes:
        value: the figure: percent for a yes or no, else in the unit of the indicator; NaN if
            unknown.
        low, high: its 95 % interval; NaN if it has none.
        known, territories: for how many of how many it is known.
        kind: a `share` of territories; a `mean` weighted by the indicator's denominator; a `sum`;
            `counted` at a coarser level whose units are inside the area; `coarse`: known only for
            units that extend beyond it, so that it is not the area's own; `none`: not known.
        error: standard error of a mean; NaN elsewhere.
    """

    value: float
    low: float
    high: float
    known: int
    territories: int
    kind: Kind
    error: float = float("nan")


@dataclass(frozen=True)
class Difference:
    """An area compared with the other territories of its reference.

    Attributes:
        value: the area's figure minus that of the reference as a whole.
        low, high: 95 % interval of the area minus the *rest* of the reference, scaled to `value`;
            NaN if there is none.
        verdict: the conclusion.
    """

    value: float
    low: float
    high: float
    verdict: Verdict


_UNKNOWN = float("nan")


class Columns:
    """The columns of an atlas as arrays, each created once, because a report needs them for many
    areas."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.figures: dict[tuple[str, bytes], Figure] = {}
        self.values = cache(self._values)
        self.weights = cache(self._weights)
        self.units = cache(self._units)
        self.native = cache(self._native)

    def __reduce__(self) -> tuple[type[Columns], tuple[Atlas]]:
        return Columns, (self.atlas,)

    def _values(self, name: str) -> np.ndarray:
        return self.atlas.values[name].to_numpy(dtype="float64")

    def _weights(self, name: str) -> np.ndarray:
        weight = self.atlas.weight_of(self.atlas.indicator(name))
        return np.nan_to_num(weight.to_numpy(dtype="float64"))

    def _units(self, name: str) -> np.ndarray | None:
        """For a figure known, or known in part, at a coarser level: the position of the unit of
        each territory, -1 for none; None for all others."""
        territories, indicator = self.atlas.territories, self.atlas.indicator(name)
        level = indicator.native_level
        if level in ("", territories.level) or level not in territories.parents:
            return None
        return np.asarray(pd.factorize(territories.parents[level])[0])

    def _native(self, name: str) -> np.ndarray | None:
        """`_units` of a figure that is the same throughout each of them; None for all others."""
        units = self._units(name)
        if units is None:
            return None
        grouped = self.atlas.values[name].groupby(units)
        if (grouped.max() > grouped.min()).any():
            return None
        return units


def figure_of(columns: Columns, indicator: Indicator, inside: Mask) -> Figure:
    """Return the figure of an indicator over the territories of a mask, see `_figure`; computed
    once."""
    key = (indicator.id, inside.tobytes())
    if key not in columns.figures:
        columns.figures[key] = _figure(columns, indicator, inside)
    return columns.figures[key]


def _figure(columns: Columns, indicator: Indicator, inside: Mask) -> Figure:
    """Return the figure of an indicator over the territories of a mask.

    A yes or no is the percentage of the territories for which it is known; Wilson's interval
    (1927), none below five. An intensive figure is the mean weighted by its denominator; its error,
    none below ten, is its change as one territory after the other is left out (`_error`). An
    extensive one is summed, and unknown if a part is. A figure of context (density) is the quotient
    of two counts and has no interval.
    """
    values = columns.values(indicator.id)[inside]
    known = ~np.isnan(values)
    count, size = int(known.sum()), int(inside.sum())
    if not count:
        return Figure(_UNKNOWN, _UNKNOWN, _UNKNOWN, 0, size, "none")
    x = values[known]
    if indicator.kind == "extensive":
        total = float(x.sum()) if count == size else _UNKNOWN
        return Figure(total, _UNKNOWN, _UNKNOWN, count, size, "sum")
    if indicator.unit == "boolean":
        low, high = wilson(float(x.mean()), count)
        if count < FEWEST_ANSWERS:
            low = high = _UNKNOWN
        return Figure(100 * float(x.mean()), 100 * low, 100 * high, count, size, "share")
    weight = columns.weights(indicator.id)[inside][known]
    if not weight.sum() > 0:
        return Figure(_UNKNOWN, _UNKNOWN, _UNKNOWN, count, size, "none")
    share = weight / weight.sum()
    # Not a matrix product: the order of sums in BLAS depends on the number of processors.
    mean = float((share * x).sum())
    kind = _counted_kind(columns, indicator, inside)
    if kind is not None:
        return Figure(mean, _UNKNOWN, _UNKNOWN, count, size, kind)
    if count < FEWEST:
        return Figure(mean, _UNKNOWN, _UNKNOWN, count, size, "mean")
    units = columns.units(indicator.id)
    error = _error(x, share, mean, None if units is None else units[inside][known])
    low, high = _within(indicator, mean - Z95 * error, mean + Z95 * error)
    return Figure(mean, low, high, count, size, "mean", error)


def difference_of(
    columns: Columns, indicator: Indicator, inside: Mask, reference: Mask, *, digits: int
) -> Difference:
    """Return the difference between an area and a reference that contains it (or another area).

    Args:
        columns: of the atlas that contains both.
        indicator: any figure.
        inside: the area.
        reference: what it is compared with; the area is excluded from it for the interval.
        digits: of the displayed figures: counted figures equal to these are equal.
    """
    area_figure, whole = (
        figure_of(columns, indicator, inside),
        figure_of(columns, indicator, reference),
    )
    if "coarse" in (area_figure.kind, whole.kind) or "sum" in (area_figure.kind, whole.kind):
        return Difference(_UNKNOWN, _UNKNOWN, _UNKNOWN, "unsure")
    rest = figure_of(columns, indicator, reference & ~inside)
    value = area_figure.value - whole.value
    if np.isnan(value):
        return Difference(_UNKNOWN, _UNKNOWN, _UNKNOWN, "unsure")
    if area_figure.kind == "counted":
        if round(abs(value), digits) == 0:
            return Difference(value, _UNKNOWN, _UNKNOWN, "equal")
        return Difference(
            value, _UNKNOWN, _UNKNOWN, "counted_above" if value > 0 else "counted_below"
        )
    alike = [one.kind == "mean" and one.known >= FEWEST and np.isnan(one.error)
             for one in (area_figure, rest)]  # fmt: skip
    if all(alike) and round(abs(value), digits) == 0:
        return Difference(value, _UNKNOWN, _UNKNOWN, "equal")
    low, high = _difference_interval(area_figure, rest)
    apart = area_figure.value - rest.value
    # The interval is that of area minus rest; the table shows area minus reference, which is a
    # fixed share of it, so both have the same sign.
    scale = value / apart if apart else 1.0
    verdict = verdict_of(low, high)
    return Difference(value, low * scale, high * scale, verdict)


def _error(x: np.ndarray, share: np.ndarray, mean: float, units: np.ndarray | None) -> float:
    """Return the error of a weighted mean by the jackknife (Tukey 1958): √[(n − 1)/n Σ (m − m₋ᵢ)²],
    m₋ᵢ the mean without territory i. If the figure depends on units of a coarser level, whose
    territories are equal by construction, units are left out as well, and the larger error counts.

    NaN if nothing varies, or one territory has all the weight: there is no measure of chance.
    """
    errors = [_left_out(share, share * x, mean)]
    if units is not None:
        shifted = units - min(int(units.min()), 0)
        errors.append(_left_out(np.bincount(shifted, share), np.bincount(shifted, share * x), mean))
    error = float(np.nanmax(errors)) if np.isfinite(errors).any() else _UNKNOWN
    return error if error > 1e-9 * max(abs(mean), 1.0) else _UNKNOWN


def _left_out(share: np.ndarray, part: np.ndarray, mean: float) -> float:
    share, part = share[share > 0], part[share > 0]
    if len(share) < 2 or share.max() > 1 - 1e-12:
        return _UNKNOWN
    moved = mean - (mean - part) / (1 - share)
    return float(np.sqrt((len(share) - 1) / len(share) * (moved**2).sum()))


def clear_of_chance(differences: Sequence[Difference]) -> list[Difference]:
    """Return several differences, of which so few are clear that at most `FALSE_SHARE` of them are
    expected to be chance; the others become "same".

    Benjamini and Hochberg 1995, on the p-value that corresponds to each interval.

    >>> one = Difference(2.0, 0.01, 3.99, "above")
    >>> [found.verdict for found in clear_of_chance([one] + [Difference(0.1, -2, 2.2, "same")] * 9)]
    ['same', 'same', 'same', 'same', 'same', 'same', 'same', 'same', 'same', 'same']
    """
    tried = [at for at, one in enumerate(differences) if one.verdict in ("above", "below", "same")]
    p = np.array([_p_value(differences[at]) for at in tried])
    limits = FALSE_SHARE * np.arange(1, len(p) + 1) / max(len(p), 1)
    passed = np.flatnonzero(np.sort(p) <= limits)
    most = np.sort(p)[passed[-1]] if len(passed) else -1.0
    found = list(differences)
    for at, chance in zip(tried, p, strict=True):
        if chance > most:
            found[at] = replace(found[at], verdict="same")
    return found


def _p_value(difference: Difference) -> float:
    """Two-sided, from the distance of the interval to zero."""
    value = difference.value
    reach = value - difference.low if value > 0 else difference.high - value
    return erfc(Z95 * abs(value) / reach / sqrt(2)) if reach > 0 else 1.0


def verdict_of(low: float, high: float) -> Verdict:
    """Return the conclusion from an interval of a difference.

    >>> verdict_of(0.1, 2.0), verdict_of(-1.0, 0.5), verdict_of(float("nan"), 1.0)
    ('above', 'same', 'unsure')
    """
    if np.isnan(low) or np.isnan(high):
        return "unsure"
    if low > 0:
        return "above"
    return "below" if high < 0 else "same"


def _difference_interval(one: Figure, other: Figure) -> tuple[float, float]:
    """Return Newcombe's interval of two shares; of two means from their errors."""
    if one.kind == other.kind == "share":
        return newcombe((one.value, one.low, one.high), (other.value, other.low, other.high))
    apart = one.value - other.value
    reach = Z95 * float(np.hypot(one.error, other.error))
    return apart - reach, apart + reach


def _counted_kind(
    columns: Columns, indicator: Indicator, inside: Mask
) -> Literal["counted", "coarse"] | None:
    """Return whether a figure was counted for the area, or only for units that extend beyond it;
    None if it varies from territory to territory."""
    units = columns.native(indicator.id)
    if units is None:
        return "counted" if indicator.role == "context" else None
    known = units >= 0
    units_inside, outside = units[known & inside], units[known & ~inside]
    touched, beyond = (
        np.bincount(present, minlength=units.max() + 1) > 0 for present in (units_inside, outside)
    )
    return "coarse" if (touched & beyond).any() else "counted"


def _within(indicator: Indicator, low: float, high: float) -> tuple[float, float]:
    """Return the interval inside the indicator's bounds."""
    least, most = indicator.bounds
    return (
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    )
