"""Normalise: bring indicators to one scale, with the good direction up.

The formulas are those of COINr 1.1.14 (`n_minmax`, `n_zscore`, …) and of the OECD/JRC Handbook on
Constructing Composite Indicators (2008), step 5; `better = "lower"` changes the sign of the figures
first. NaN stays NaN and is not used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.recipe import Element, Normalise
from zoneblanche.layers.index.steps.step import Step, labels_where

_ROUNDING = 1e-12
"""Share of the largest figure by which two that are the same may differ."""

Bounds = tuple[float, float]
Figures = TypeVar("Figures", np.ndarray, pd.Series)


def normalise(
    values: pd.DataFrame, elements: Sequence[Element], *, reference: str | None = None
) -> Step:
    """Return each indicator on its scale; 100 (or the maximum) is the best off.

    Args:
        values: one column per element, float64.
        elements: the options of each, with their directions.
        reference: index label that `dist2ref` compares with.

    Returns:
        Step whose details give, for each indicator, the method and the figures that it uses.

    Raises:
        InputError: an indicator that is constant, entirely missing, without goalposts, or whose
            reference is missing.
    """
    columns, rows, actions, faults = {}, [], {}, []
    has_reference = reference is not None and reference in values.index
    post = list(values.index).index(reference) if has_reference else None
    for element in elements:
        column = values[element.id]
        fault = _scale_fault(element, column)
        if fault is None:
            fault = _fault(*_on_scale(element, column), reference)
        if fault is not None:
            faults.append(fault)
            continue
        scores, low, high = normalised(column.to_numpy("float64"), element, reference=post)
        columns[element.id] = scores
        rows.append(
            {"method": element.normalise, "better": element.better, "low": low, "high": high}
        )
        clipped = _clipped(column, element)
        if clipped is not None:
            actions[element.id] = clipped
    if faults:
        raise InputError(faults)
    details = pd.DataFrame(rows, index=list(columns))
    return Step("normalise", pd.DataFrame(columns, index=values.index), actions, details)


def normalised(
    figures: np.ndarray, element: Element, *, reference: int | None = None
) -> tuple[np.ndarray, float, float]:
    """Return the scores of one column, and the two figures (in its unit) that define the scale.

    Args:
        figures: float64, NaN is missing.
        element: its method and direction.
        reference: row that `dist2ref` compares with.
    """
    sign = -1.0 if element.better == "lower" else 1.0
    scaled, on_scale = _on_scale(element, figures)
    scores = _METHODS[element.normalise](sign * on_scale, scaled, sign, reference)
    low, high = _anchors(figures, element, reference)
    return scores, low, high


def _on_scale(element: Element, figures: Figures) -> tuple[Element, Figures]:
    """Return figures, goalposts and target for normalisation: unchanged, or their logarithms."""
    if element.scale == "linear":
        return element, figures
    posts, target = element.goalposts, element.target
    logged = replace(
        element,
        scale="linear",
        goalposts=None if posts is None else (math.log(posts[0]), math.log(posts[1])),
        target=None if target is None else math.log(target),
    )
    return logged, np.log(figures)


def scale_of(method: Normalise, *, range_: Bounds, count: int) -> Bounds | None:
    """Return the lowest and highest score of a method, or None if it has no bounds.

    `count` is the number of units. `fracmax` and the distances can fall below 0 (a figure below
    zero, below the minimum of the reference); their nominal scale is 0 to 1.
    """
    if method in ("minmax", "goalposts"):
        return range_
    if method in ("dist2max", "dist2ref", "dist2targ", "fracmax", "prank"):
        return (0.0, 1.0)
    if method == "scaled":
        return (0.0, 100.0)
    if method in ("rank", "borda"):
        first = 1.0 if method == "rank" else 0.0
        return (first, first + count - 1)
    return None


def _minmax(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    least, most = np.nanmin(x), np.nanmax(x)
    low, high = element.range
    return (x - least) / (most - least) * (high - low) + low


def _goalposts(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    assert element.goalposts is not None
    least, most = sorted(sign * post for post in element.goalposts)
    low, high = element.range
    return np.clip((x - least) / (most - least), 0.0, 1.0) * (high - low) + low


def _zscore(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return (x - np.nanmean(x)) / np.nanstd(x, ddof=1)


def _scaled(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    """A fixed linear map of `goalposts` (0 to 100 if not given) to 0–100; not clipped."""
    least, most = sorted(sign * post for post in element.goalposts or (0.0, 100.0))
    return (x - least) / (most - least) * 100.0


def _dist2max(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return 1.0 - (np.nanmax(x) - x) / (np.nanmax(x) - np.nanmin(x))


def _dist2ref(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return 1.0 - (x[reference] - x) / (x[reference] - np.nanmin(x))


def _dist2targ(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    """Capped at 1, reached at the target (COINr's `cap_max`)."""
    assert element.target is not None
    least = np.nanmin(x)
    return np.minimum((x - least) / (sign * element.target - least), 1.0)


def _fracmax(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return x / np.nanmax(x)


def _rank(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    """1 is the lowest; ties share the lowest of their ranks."""
    return pd.Series(x).rank(method="min").to_numpy("float64")


def _borda(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return _rank(x, element, sign, reference) - 1.0


def _prank(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    return _borda(x, element, sign, reference) / (np.count_nonzero(~np.isnan(x)) - 1)


def _mpi(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    """100 ± 10·(x − μ)/σ, population σ (Mazziotta & Pareto 2013)."""
    return 100.0 + 10.0 * (x - np.nanmean(x)) / np.nanstd(x)


def _ampi(x: np.ndarray, element: Element, sign: float, reference: int | None) -> np.ndarray:
    """Goalposts to 70 and 130 (Mazziotta & Pareto 2016); without them, `_mpi`."""
    if element.goalposts is None:
        return _mpi(x, element, sign, reference)
    least, most = sorted(sign * post for post in element.goalposts)
    return 70.0 + 60.0 * (x - least) / (most - least)


_METHODS: dict[str, Callable[[np.ndarray, Element, float, int | None], np.ndarray]] = {
    "minmax": _minmax,
    "goalposts": _goalposts,
    "zscore": _zscore,
    "scaled": _scaled,
    "dist2max": _dist2max,
    "dist2ref": _dist2ref,
    "dist2targ": _dist2targ,
    "fracmax": _fracmax,
    "prank": _prank,
    "rank": _rank,
    "borda": _borda,
    "mpi": _mpi,
    "ampi": _ampi,
}

_NEEDS_SPREAD = ("minmax", "zscore", "dist2max", "dist2ref", "dist2targ", "prank", "mpi", "ampi")


def _anchors(figures: np.ndarray, element: Element, reference: int | None) -> Bounds:
    """Return what defines the scale, in the unit of the indicator: its ends, or its mean and
    spread."""
    if element.normalise in ("goalposts", "scaled") or (
        element.normalise == "ampi" and element.goalposts
    ):
        return element.goalposts or (0.0, 100.0)
    if element.normalise in ("zscore", "mpi", "ampi"):
        return float(np.nanmean(figures)), float(np.nanstd(figures))
    worst = np.nanmax(figures) if element.better == "lower" else np.nanmin(figures)
    if element.normalise == "dist2targ":
        return float(worst), float(element.target or 0.0)
    if element.normalise == "dist2ref":
        return float(worst), float(figures[reference])
    return float(np.nanmin(figures)), float(np.nanmax(figures))


def _clipped(column: pd.Series, element: Element) -> pd.Series | None:
    """Return where a figure is beyond its goalposts."""
    if element.normalise != "goalposts" or element.goalposts is None:
        return None
    low, high = element.goalposts
    figures = column.to_numpy("float64")
    below, above = figures < low, figures > high
    if not (below.any() or above.any()):
        return None
    beyond = {"below the goalposts": below, "above the goalposts": above}
    return labels_where(column.index, beyond)


def _scale_fault(element: Element, column: pd.Series) -> Fault | None:
    if element.scale == "linear" or not (column <= 0).any():
        return None
    return Fault(
        _(
            "{element} is zero or below in {index}: a logarithmic scale has no place for it.",
            element=repr(element.id),
            index=first_of(column.index[column <= 0]),
        ),
        remedy=_('Leave scale = "log" out, or such cells empty.'),
        kind="log-scale",
    )


def _fault(element: Element, column: pd.Series, reference: str | None) -> Fault | None:
    observed, name = column.dropna(), repr(element.id)

    def fault(message: str, remedy: str, kind: str) -> Fault:
        return Fault(message, remedy=remedy, kind=kind)

    if element.better is None:
        return fault(
            _(
                "{element} has no direction: it is context, and an index needs to know which "
                "way is better.",
                element=name,
            ),
            _(
                'Write better = "higher" or "lower" in [recipe.indicators.{element}].',
                element=element.id,
            ),
            "no-direction",
        )
    if np.isinf(observed).any():
        return fault(
            _(
                "{element} is infinite in {index}.",
                element=name,
                index=first_of(observed[np.isinf(observed)].index),
            ),
            _("Leave such cells empty."),
            "infinite",
        )
    if observed.empty and element.normalise not in ("goalposts", "scaled"):
        return fault(
            _("{element} has no figure for any territory that is scored.", element=name),
            _("Leave it out of the recipe, or give its data."),
            "all-missing",
        )
    if element.normalise == "goalposts" and element.goalposts is None:
        return fault(
            _(
                "{element} has no goalposts, and no bounds of its own to take them from.",
                element=name,
            ),
            _(
                "Write goalposts = [low, high] in [recipe.indicators.{element}].",
                element=element.id,
            ),
            "no-goalposts",
        )
    return _spread_fault(element, observed, fault) or _reference_fault(
        element, column, reference, fault
    )


def varies(figures: pd.Series) -> bool:
    """Return whether a column has two different figures, apart from the rounding of a sum.

    >>> varies(pd.Series([0.3, 0.1 + 0.2])), varies(pd.Series([0.3, 0.300001]))
    (False, True)
    """
    observed = figures.dropna().to_numpy("float64")
    if not len(observed):
        return False
    spread = observed.max() - observed.min()
    return bool(spread > _ROUNDING * max(1.0, np.abs(observed).max()))


def has_no_scale(element: Element, figures: pd.Series) -> bool:
    """Return whether figures are the same everywhere, and the element needs different ones."""
    posts = element.normalise == "ampi" and element.goalposts is not None
    return element.normalise in _NEEDS_SPREAD and not posts and not varies(figures)


def _spread_fault(
    element: Element, observed: pd.Series, fault: Callable[[str, str, str], Fault]
) -> Fault | None:
    """Return the fault of figures that leave the normalisation without a scale."""
    name = repr(element.id)
    if element.normalise in _NEEDS_SPREAD and not varies(observed):
        if element.normalise == "ampi" and element.goalposts is not None:
            return None
        if len(observed) == 1:
            return fault(
                _(
                    "{element} is known for one territory only: {normalise} has no scale to "
                    "put it on.",
                    element=name,
                    normalise=element.normalise,
                ),
                _("Give it goalposts, or more territories."),
                "one-territory",
            )
        return fault(
            _(
                "{element} is constant ({iloc} for {count} territories): {normalise} has no "
                "scale to put it on.",
                element=name,
                iloc=f"{observed.iloc[0]:g}",
                count=len(observed),
                normalise=element.normalise,
            ),
            _("Leave it out, or give it goalposts."),
            "constant-indicator",
        )
    if element.normalise == "fracmax":
        sign = -1.0 if element.better == "lower" else 1.0
        if not (sign * observed).max() > 0:
            return fault(
                _(
                    "{element} has no figure above zero in its good direction, and fracmax "
                    "divides by it.",
                    element=name,
                ),
                _("Choose another normalise for it."),
                "fracmax",
            )
    return None


def _reference_fault(
    element: Element,
    column: pd.Series,
    reference: str | None,
    fault: Callable[[str, str, str], Fault],
) -> Fault | None:
    name = repr(element.id)
    worst = column.max() if element.better == "lower" else column.min()
    if element.normalise == "dist2targ" and element.target == worst:
        return fault(
            _("{element} has a target that is its worst figure.", element=name),
            _("Give a target to reach."),
            "target",
        )
    if element.normalise != "dist2ref":
        return None
    if reference is None or reference not in column.index or np.isnan(column[reference]):
        return fault(
            _(
                "{element} is not known for the reference {reference}.",
                element=name,
                reference=repr(reference),
            ),
            _("Choose another one."),
            "reference",
        )
    if column[reference] == worst:
        return fault(
            _(
                "{element} is at its worst in the reference {reference}.",
                element=name,
                reference=repr(reference),
            ),
            _("Choose another one."),
            "reference",
        )
    return None
