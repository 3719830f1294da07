"""Treat: reduce outliers, so that one unit does not determine the scale for all.

The rule "auto" is COINr's default (`Treat`, version 1.1.14). An indicator passes if its absolute
skewness is below 2 or its kurtosis below 3.5. Otherwise up to five points are winsorised, and if
that is not enough, the ORIGINAL figures are put on a logarithmic scale. Skewness and kurtosis are
e1071's type 2, as in most statistics packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Treat
from zoneblanche.layers.index.steps.step import Step, labels


@dataclass(frozen=True)
class Limits:
    """When an indicator needs treatment, and the limits of the treatment.

    Attributes:
        skew, kurtosis: it needs treatment if neither is below its threshold.
        max_winsorised: maximum number of points that may be moved.
        boxcox: exponent of the Box-Cox transformation; 0 is the logarithm.
    """

    skew: float = 2.0
    kurtosis: float = 3.5
    max_winsorised: int = 5
    boxcox: float = 0.5


def treat(values: pd.DataFrame, methods: Mapping[str, Treat], *, limits: Limits) -> Step:
    """Treat each column by its method; NaN is not used.

    `winsorise` and `auto` change only a column that fails the check; `log` and `boxcox` always do.

    Args:
        values: one column per indicator, float64.
        methods: by column; columns that are absent are not changed.
        limits: thresholds.

    Returns:
        Step whose details give skewness and kurtosis before and after, the number of points
        winsorised, the transformation, and whether the check passes at the end.
    """
    treated, actions, details = values.copy(), {}, {}
    for name, method in methods.items():
        column = values[name].to_numpy("float64")
        if method == "none":
            continue
        after, done, winsorised, formula = _METHODS[method](column, limits)
        treated[name] = after
        if any(done):
            actions[name] = labels(values.index, done)
        details[name] = {
            "method": method,
            "skew_before": skewness(column),
            "kurtosis_before": kurtosis(column),
            "winsorised": winsorised,
            "formula": formula,
            "skew_after": skewness(after),
            "kurtosis_after": kurtosis(after),
            "passes": passes(after, limits),
        }
    return Step("treat", treated, actions, pd.DataFrame.from_dict(details, orient="index"))


def skewness(figures: np.ndarray) -> float:
    """Type 2 of e1071 (Joanes & Gill 1998); NaN below three figures or without variance."""
    x = _deviations(figures)
    n = len(x)
    if n < 3 or not x.any():
        return float("nan")
    first = np.sqrt(n) * np.sum(x**3) / np.sum(x**2) ** 1.5
    return float(first * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(figures: np.ndarray) -> float:
    """Excess kurtosis, type 2 of e1071; NaN below four figures or without variance."""
    x = _deviations(figures)
    n = len(x)
    if n < 4 or not x.any():
        return float("nan")
    ratio = n * np.sum(x**4) / np.sum(x**2) ** 2
    return float(((n + 1) * (ratio - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)))


def _deviations(figures: np.ndarray) -> np.ndarray:
    """Return the figures that are known, less their mean."""
    observed = figures[~np.isnan(figures)]
    return observed - observed.mean() if len(observed) else observed


def passes(figures: np.ndarray, limits: Limits) -> bool:
    """Return whether a column needs no treatment: skewness or kurtosis is below its threshold.

    A column for which they are not defined (too few figures, no variance) passes.
    """
    skew, kurt = skewness(figures), kurtosis(figures)
    if np.isnan(skew) or np.isnan(kurt):
        return True
    return abs(skew) < limits.skew or kurt < limits.kurtosis


_Treated = tuple[np.ndarray, np.ndarray, int, str]


def winsorise(figures: np.ndarray, limits: Limits) -> _Treated:
    """Move the most extreme points, one value at a time, to the next value until the column passes.

    The skewness determines which tail is cut. Tied points move together. If that would move more
    than `max_winsorised` in all, nothing more is moved (COINr exceeds its limit there, and can
    flatten a column of zeros and ones).

    Returns:
        The column, what was done to each cell, the number of points moved, and "".
    """
    x, done = figures.copy(), np.full(len(figures), "", dtype=object)
    while not passes(x, limits):
        high = skewness(x) >= 0
        end = np.nanmax(x) if high else np.nanmin(x)
        moved = x == end
        already = np.isin(done, ["winsorised: high", "winsorised: low"])
        if np.count_nonzero(moved | already) > limits.max_winsorised:
            break
        x[moved] = np.nanmax(x[~moved]) if high else np.nanmin(x[~moved])
        done[moved] = "winsorised: high" if high else "winsorised: low"
    return x, done, int(np.count_nonzero(done != "")), ""


def log_scale(figures: np.ndarray, limits: Limits) -> _Treated:
    """ln(x − min + 0.01·(max − min)), COINr's `log_CT`."""
    least, most = np.nanmin(figures), np.nanmax(figures)
    if least == most:
        return figures, np.full(len(figures), "", dtype=object), 0, ""
    x = np.log(figures - least + 0.01 * (most - least))
    return x, _everywhere(figures, "log"), 0, "ln(x − min + 0.01·(max − min))"


def box_cox(figures: np.ndarray, limits: Limits) -> _Treated:
    """(y^λ − 1)/λ of y = x − min + 1; the logarithm where λ is 0. COINr's `boxcox`."""
    y = figures - np.nanmin(figures) + 1.0
    power = limits.boxcox
    x = np.log(y) if power == 0 else (y**power - 1.0) / power
    return x, _everywhere(figures, "boxcox"), 0, f"Box-Cox, λ = {power:g}"


def automatic(figures: np.ndarray, limits: Limits) -> _Treated:
    """Winsorise if needed; if that is not enough, take the log of the original."""
    tried = winsorise(figures, limits)
    return tried if passes(tried[0], limits) else log_scale(figures, limits)


def _everywhere(figures: np.ndarray, action: str) -> np.ndarray:
    return np.where(np.isnan(figures), "", action).astype(object)


_METHODS: dict[Treat, Callable[[np.ndarray, Limits], _Treated]] = {
    "winsorise": winsorise,
    "log": log_scale,
    "boxcox": box_cox,
    "auto": automatic,
}
