"""Figures of an area, and the difference of two.

All territories are counted: nothing here is a sample, and no figure of this module has an interval.
Intervals come from where there is an error: from the draws of the measurement errors that a recipe
states (`layers.analysis.areas`), and from models (`layers.analysis.inequality.equal_size`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import erfc, sqrt
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.intervals import Z95

FEWEST = 10
"""Number of territories below which the residuals of a model show nothing."""

FALSE_SHARE = 0.05
"""Expected share of chance among the reported residuals, if many are compared."""

Kind = Literal["share", "mean", "sum", "coarse", "none"]
Verdict = Literal["above", "below", "same", "equal", "unsure"]
Mask = np.ndarray


@dataclass(frozen=True)
class Figure:
    """One indicator over some territories.

    Attributes:
        value: the figure: percent for a yes or no, else in the unit of the indicator; NaN if
            unknown.
        known, territories: for how many of how many it is known.
        kind: a `share` of territories; a `mean` weighted by the indicator's denominator; a `sum`;
            `coarse`: known only for units that extend beyond the area, so that it is not the
            area's own; `none`: not known.
    """

    value: float
    known: int
    territories: int
    kind: Kind


@dataclass(frozen=True)
class Difference:
    """An area compared with a reference.

    Attributes:
        value: the area's figure minus that of the reference; NaN if they cannot be compared.
        verdict: "above" or "below"; "equal" if both are displayed alike; "unsure" without a value.
            "same" where an error is known and contains zero.
        low, high: 90 % interval under the errors that the recipe states; NaN without errors.
    """

    value: float
    verdict: Verdict
    low: float = float("nan")
    high: float = float("nan")


_UNKNOWN = float("nan")


class Columns:
    """The columns of an atlas as arrays, each created once, because a report needs them for many
    areas."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.figures: dict[tuple[str, bytes], Figure] = {}
        self.values = cache(self._values)
        self.weights = cache(self._weights)
        self.native = cache(self._native)

    def __reduce__(self) -> tuple[type[Columns], tuple[Atlas]]:
        return Columns, (self.atlas,)

    def _values(self, name: str) -> np.ndarray:
        return self.atlas.values[name].to_numpy(dtype="float64")

    def _weights(self, name: str) -> np.ndarray:
        weight = self.atlas.weight_of(self.atlas.indicator(name))
        return np.nan_to_num(weight.to_numpy(dtype="float64"))

    def _native(self, name: str) -> np.ndarray | None:
        """For a figure of a coarser level that is the same throughout each of its units: the
        position of the unit of each territory, -1 for none; None for all others."""
        territories, indicator = self.atlas.territories, self.atlas.indicator(name)
        level = indicator.native_level
        if level in ("", territories.level) or level not in territories.parents:
            return None
        units = np.asarray(pd.factorize(territories.parents[level])[0])
        grouped = self.atlas.values[name].groupby(units)
        return None if (grouped.max() > grouped.min()).any() else units


def figure_of(columns: Columns, indicator: Indicator, inside: Mask) -> Figure:
    """Return the figure of an indicator over the territories of a mask, see `_figure`; computed
    once."""
    key = (indicator.id, inside.tobytes())
    if key not in columns.figures:
        columns.figures[key] = _figure(columns, indicator, inside)
    return columns.figures[key]


def _figure(columns: Columns, indicator: Indicator, inside: Mask) -> Figure:
    """Return the figure of an indicator over the territories of a mask.

    A yes or no is the percentage of the territories for which it is known. An intensive figure is
    the mean weighted by its denominator. An extensive one is summed, and unknown if a part is.
    """
    values = columns.values(indicator.id)[inside]
    present = ~np.isnan(values)
    count, size = int(present.sum()), int(inside.sum())
    if not count:
        return Figure(_UNKNOWN, 0, size, "none")
    x = values[present]
    if indicator.kind == "extensive":
        total = float(x.sum()) if count == size else _UNKNOWN
        return Figure(total, count, size, "sum")
    if indicator.unit == "boolean":
        return Figure(100 * float(x.mean()), count, size, "share")
    weight = columns.weights(indicator.id)[inside][present]
    if not weight.sum() > 0:
        return Figure(_UNKNOWN, count, size, "none")
    # Not a matrix product: the order of sums in BLAS depends on the number of processors.
    mean = float((weight / weight.sum() * x).sum())
    kind: Kind = "coarse" if _is_coarse(columns, indicator, inside) else "mean"
    return Figure(mean, count, size, kind)


def difference_of(
    columns: Columns, indicator: Indicator, inside: Mask, reference: Mask, *, digits: int
) -> Difference:
    """Return the difference between an area and a reference.

    Args:
        columns: of the atlas that contains both.
        indicator: any figure; sums of areas of different size are not compared.
        inside: the area.
        reference: what it is compared with.
        digits: of the displayed figures: a difference that rounds to zero is none.
    """
    inner, outer = (figure_of(columns, indicator, mask) for mask in (inside, reference))
    value = inner.value - outer.value
    if {"coarse", "sum"} & {inner.kind, outer.kind} or np.isnan(value):
        return Difference(_UNKNOWN, "unsure")
    if round(abs(value), digits) == 0:
        return Difference(value, "equal")
    return Difference(value, "above" if value > 0 else "below")


def clear_of_chance(differences: Sequence[Difference]) -> list[bool]:
    """Return which of several residuals of a model are clear, so few that at most `FALSE_SHARE` of
    them are expected to be chance.

    Benjamini and Hochberg 1995, on the p-value that corresponds to each 95 % interval. One without
    an interval is not clear.

    >>> one = Difference(2.0, "above", 0.01, 3.99)
    >>> clear_of_chance([one]), any(clear_of_chance([one] + [Difference(0.1, "same", -2, 2.2)] * 9))
    ([True], False)
    """
    p = np.array([_p_value(difference) for difference in differences])
    observed = np.sort(p[np.isfinite(p)])
    limits = FALSE_SHARE * np.arange(1, len(observed) + 1) / max(len(observed), 1)
    passed = np.flatnonzero(observed <= limits)
    most = observed[passed[-1]] if len(passed) else -1.0
    return [bool(chance <= most) for chance in p]


def _p_value(difference: Difference) -> float:
    """Two-sided, from the distance of the interval to zero; NaN without an interval."""
    value = difference.value
    reach = value - difference.low if value > 0 else difference.high - value
    if np.isnan(reach):
        return _UNKNOWN
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


def _is_coarse(columns: Columns, indicator: Indicator, inside: Mask) -> bool:
    """Return whether a figure is known only for units of a containing level that extend beyond the
    area."""
    units = columns.native(indicator.id)
    if units is None:
        return False
    present = units >= 0
    touched, beyond = (
        np.bincount(units[present & mask], minlength=units.max() + 1) > 0
        for mask in (inside, ~inside)
    )
    return bool((touched & beyond).any())
