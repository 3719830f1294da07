"""Whether readable figures can be true: ranges, scales, no-data codes.

Each check returns faults; none changes a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.errors import Fault, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables.raw import RawTable

UNIT_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "percent": (0.0, 100.0),
    "ratio": (0.0, 1.0),
    "score": (0.0, 100.0),
    "count": (0.0, None),
    "boolean": (0.0, 1.0),
}
_WHOLE = {"count", "category"}
_ROUNDING = 1e-9
"""How far beyond a bound a figure may be because a program rounded it."""

_LOW_CODES = (-99.0, -999.0, -9999.0, -99999.0, -32768.0, -999999.0, -2147483648.0)
_HIGH_CODES = (9999.0, 32767.0, 65535.0, 99999.0, 999999.0, 9999999.0, 99999999.0, 2147483647.0)
_SURVEY_DIGITS = "789"
"""Of the codes of surveys for no answer (-77, -88, 999), which have a digit less than others."""
_LONG, _MANY = 10_000.0, 3
"""A code of five digits or more (99999) needs to be above the other figures only, or on many rows,
if each of them is on few."""
_ENOUGH_ROWS = 5
"""Of other figures, to judge a code that is on one row (-1 among 120 to 160)."""
_FAR = 100.0
"""How many times as far from zero as any other figure a negative one has to be, to be a code."""
_MOST_COUNTED = 1e12
"""More than exists of anything counted by territory; sums stay exact integers."""
_HUGE = 1e30
"""Beyond this are the no-data codes of floating-point formats (-3.4e38, 1.8e308)."""

_FRACTION = re.compile(r"[.,]([0-9]+)")
_FULL_PRECISION = 12
"""Number of decimals of a figure that was never rounded; such figures do not show their scale."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column of figures as it was read.

    Attributes:
        raw, name: its table and its name.
        cells: its texts.
        values: float64; NaN is missing.
        signed: where the cell itself contains "%".
    """

    raw: RawTable
    name: str
    cells: np.ndarray
    values: np.ndarray
    signed: np.ndarray

    def fault(self, row: int, message: str, *, remedy: str, kind: str) -> Fault:
        """Return the fault of one of its cells."""
        return self.raw.fault(message, row=int(row), column=self.name, remedy=remedy, kind=kind)


def limits_of(
    unit: str, bounds: tuple[float | None, float | None]
) -> tuple[float | None, float | None]:
    """Return minimum and maximum by the unit and by the given bounds, the narrower ones."""
    pairs = (UNIT_BOUNDS.get(unit, (None, None)), bounds)
    lows = [low for low, _unused in pairs if low is not None]
    highs = [high for _unused, high in pairs if high is not None]
    return max(lows, default=None), min(highs, default=None)


def within_rounding(values: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    """Return the values, with those that rounding put just beyond a bound set to the bound."""
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            near = beyond(values, bound) & np.isclose(values, bound, rtol=0, atol=_ROUNDING)
            values = np.where(near, bound, values)
    return values


def check_ranges(
    column: Column, unit: str, bounds: tuple[float | None, float | None]
) -> Iterator[Fault]:
    """Return faults of figures outside the range of their unit and bounds."""
    low, high = limits_of(unit, bounds)
    outside = np.zeros(len(column.values), dtype=bool)
    if low is not None:
        outside |= column.values < low
    if high is not None:
        outside |= column.values > high
    for row in np.flatnonzero(outside).tolist():
        value = column.values[row]
        below = low is not None and value < low
        slots = {
            "value": shown(column.cells[row]),
            "bound": f"{low if below else high:g}",
            "range": _range(unit, low, high),
        }
        yield column.fault(
            row,
            _("{value} is below {bound}; expected: {range}.", **slots)
            if below
            else _("{value} is above {bound}; expected: {range}.", **slots),
            remedy=_range_remedy(value, unit),
            kind="out-of-range",
        )
    if unit == "count" and high is None:
        for row in np.flatnonzero(column.values > _MOST_COUNTED).tolist():
            yield column.fault(
                row,
                _(
                    "{cells} is more than there is of anything that is counted.",
                    cells=shown(column.cells[row]),
                ),
                remedy=_('Correct it, or give unit = "number".'),
                kind="out-of-range",
            )
    if unit in _WHOLE:
        broken = ~outside & ~np.isnan(column.values) & (column.values % 1 != 0)
        for row in np.flatnonzero(broken).tolist():
            yield column.fault(
                row,
                _(
                    "{cells} is not a whole number, as a {unit} is.",
                    cells=shown(column.cells[row]),
                    unit=_("count") if unit == "count" else _("category"),
                ),
                remedy=_('Write thousands without a mark between them, or give unit = "number".'),
                kind="not-whole",
            )


def _range(unit: str, low: float | None, high: float | None) -> str:
    if low is None:
        return _("{unit}, up to {high}", unit=unit, high=f"{high:g}")
    return (
        _("{unit}, {low} or more", unit=unit, low=f"{low:g}")
        if high is None
        else _("{unit}, {low} to {high}", unit=unit, low=f"{low:g}", high=f"{high:g}")
    )


def _range_remedy(value: float, unit: str) -> str:
    if looks_like_code(value) or abs(value) > _HUGE:
        return _(
            "If {value} means no data, leave the cell empty or set nodata = {value}.",
            value=f"{value:.15g}",
        )
    if unit == "ratio" and 1 < value <= 100:
        return _('If these are percentages, write unit = "percent".')
    return _("Correct it, or leave the cell empty where the figure is not known.")


def check_scale(column: Column, unit: str) -> Iterator[Fault]:
    """Return faults of a column of percentages that has shares of one, entirely or in part.

    Three observations are used, on cells that do not contain "%" themselves:

    1. no figure is above 1 and at least two are between 0 and 1: all are shares of one;
    2. a figure between 0 and 1 has two or more decimals, and more than any above 1 has: 96.9 %
       among shares is 0.969. (Columns of figures that were never rounded do not show it.)
    3. figures between 0 and 1 and figures above 10 are both at least twice as many as those from
       1 to 10, and those below 1 are at least two and at least a tenth of all: a distribution has
       figures in between, two scales in one column do not.

    Arcep's real percentages pass: of 34,141 communes with fibre 46 are below 1 %.
    """
    if unit != "percent":
        return
    values = np.where(column.signed, np.nan, column.values)
    low, high = (values > 0) & (values < 1), values > 1
    rows = np.flatnonzero(low)
    if len(rows) >= 2 and not high.any() and not (column.signed & (column.values > 0)).any():
        yield column.raw.column_fault(
            _(
                "no figure is above 1 (e.g. {cells} on {place}): these look like "
                "shares of one, not percentages.",
                cells=shown(column.cells[rows[0]]),
                place=column.raw.place(rows[0]),
            ),
            column=column.name,
            remedy=_('Write unit = "ratio"; or, if they are percentages, put a % after each.'),
            kind="scale",
        )
        return
    suspects = _by_decimals(column, rows, np.flatnonzero(high))
    if not len(suspects) and _skips_the_middle(values):
        suspects = rows
    for row in suspects:
        yield column.fault(
            row,
            _(
                "{cells} looks like a share of one among percentages.",
                cells=shown(column.cells[row]),
            ),
            remedy=_(
                "Write all figures from 0 to 100; or, if it is a percentage, put a % after it."
            ),
            kind="mixed-scale",
        )


def _by_decimals(column: Column, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    if len(high) < 2 or not len(low):
        return low[:0]
    above = max(map(_decimals, set(column.cells[high])))
    decimals = {text: _decimals(text) for text in set(column.cells[low])}
    below = np.array([decimals[text] for text in column.cells[low]])
    if max(above, below.max()) >= _FULL_PRECISION:
        return low[:0]
    return low[(below >= 2) & (below > above)]


def _skips_the_middle(values: np.ndarray) -> bool:
    low = int(((values > 0) & (values < 1)).sum())
    middle = int(((values >= 1) & (values <= 10)).sum())
    high = int((values > 10).sum())
    fills_ends = low > 2 * middle and high > 2 * middle
    return low >= 2 and high >= 1 and fills_ends and low >= 0.1 * (low + middle + high)


def _decimals(text: str) -> int:
    match = _FRACTION.search(text)
    return len(match[1]) if match else 0


def check_sentinels(column: Column, unit: str) -> Iterator[Fault]:
    """Return faults of figures that look like an undeclared no-data code.

    Figures of one digit (-77, -999, -888888888, 9999) and the ends of integer types are suspects.
    So are figures of orders of magnitude apart, and the only negative one, if it repeats or is an
    order of magnitude from all others. A suspect is a fault if the other figures are far from it
    (`_stands_apart`). Anything beyond 1e30 is one.
    """
    values = column.values
    observed = values[~np.isnan(values)]
    distinct, counts = np.unique(observed, return_counts=True)
    codes = _codes_among(distinct, counts, *limits_of(unit, (None, None)))
    named = ", ".join(f"{code:.15g}" for code in codes)
    for code in codes:
        rows = np.flatnonzero(values == code)
        yield column.fault(
            rows[0],
            _(
                "{cells} looks like a code for no data (rows with it: {count}).",
                cells=shown(column.cells[rows[0]]),
                count=len(rows),
            ),
            remedy=_(
                "Leave such cells empty, or set nodata = {code}; if it is a figure, "
                'nodata = "none".',
                code=named if len(codes) == 1 else f"[{named}]",
            ),
            kind="undeclared-nodata",
        )


def _codes_among(
    distinct: np.ndarray, counts: np.ndarray, low: float | None, high: float | None
) -> list[float]:
    """Return the figures of a column that stand for no data.

    Args:
        distinct: its figures, sorted, and how often each occurs.
        low, high: bounds of the unit; beyond them a figure is a fault already.
    """
    huge = np.abs(distinct) > _HUGE
    allowed = (distinct >= (-np.inf if low is None else low)) & (
        distinct <= (np.inf if high is None else high)
    )
    coded = np.array([looks_like_code(value) for value in distinct], dtype=bool) & allowed
    odd = np.zeros(len(distinct), dtype=bool)
    rest = ~huge & ~coded
    if rest.sum() > 1 and allowed.all():
        odd = rest & _far_from_others(distinct, counts, rest)
    bulk = distinct[rest & ~odd]
    if not len(bulk):
        return [float(code) for code in distinct[huge]]
    greatest, positive = float(np.abs(bulk).max()), bool(bulk[0] >= 0)
    usual = counts[rest & ~odd & (distinct != 0)].max(initial=1)
    suspect = huge | odd
    for place in np.flatnonzero(coded).tolist():
        code, count = float(distinct[place]), int(counts[place])
        suspect[place] = _stands_apart(code, count, greatest, positive=positive) or (
            code >= _LONG and count >= _MANY and count > 2 * usual
        )
    return [float(code) for code in distinct[suspect]]


def looks_like_code(value: float) -> bool:
    """Return whether a figure is one digit over and over, or the end of an integer type."""
    if value in _LOW_CODES or value in _HIGH_CODES:
        return True
    if value % 1 or abs(value) > 1e15:
        return False
    digits = str(abs(int(value)))
    least = (3 if value < 0 else 4) - (digits[0] in _SURVEY_DIGITS)
    return len(set(digits)) == 1 and digits != "0" and len(digits) >= least


def _far_from_others(distinct: np.ndarray, counts: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return which figures are orders of magnitude from all others, or alone below zero."""
    places = np.flatnonzero(rest)
    size = np.abs(distinct)
    order = places[np.argsort(size[places], kind="stable")]
    farthest, following = order[-1], order[-2]
    odd = np.zeros(len(distinct), dtype=bool)
    times = size[farthest] / size[following] if size[following] > 0 else 0.0
    if (distinct[farthest] < 0 and times > _FAR) or (times > _FAR * 10 and counts[farthest] > 1):
        odd[farthest] = True
    below = places[distinct[places] < 0]
    if len(below) == 1 and distinct[below[0]] % 1 == 0:
        others = places[distinct[places] >= 0]
        odd[below[0]] |= _order_apart(
            size[below[0]], int(counts[below[0]]), size[others], int(counts[others].sum())
        )
    return odd


def _order_apart(negative: float, count: int, others: np.ndarray, rows: int) -> bool:
    """Return whether the only negative figure is an order of magnitude from all others.

    Args:
        negative, count: its size, and on how many rows it is.
        others, rows: the sizes of the other figures, and on how many rows they are.
    """
    if count > 1 and (others.max() >= 10 * negative or negative >= 10 * others.max()):
        return True
    return negative < 10 and rows >= _ENOUGH_ROWS and others.min() >= 10 * negative


def _stands_apart(code: float, count: int, greatest: float, *, positive: bool) -> bool:
    """Return whether a suspect is far from the other figures, of which `greatest` is the largest
    without its sign; `positive` if none of them is negative."""
    if code < 0:
        return positive or abs(code) > 10 * greatest
    if code < 1000 and count == 1:
        return False  # one place of 999 people
    if code >= _LONG and code > greatest and (count > 1 or set(f"{code:.0f}") == {"9"}):
        return True
    return code > 10 * greatest or (count > 1 and code > 3 * greatest)
