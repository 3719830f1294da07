"""Aggregate: several scores to one.

The means are those of COINr 1.1.14 (`a_amean`, `a_gmean`, `a_hmean`, `a_genmean`), the penalty that
of Mazziotta and Pareto (2013). A missing score is left out and the weights of the others are
divided by their sum; a row without any score stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.recipe import Aggregate


def aggregate(
    scores: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    how: Aggregate,
    power: float = 1.0,
    name: str = "score",
) -> pd.Series:
    """Return one score per row.

    Args:
        scores: one column per element, float64; NaN is missing.
        weights: by column, at least one above zero; they are divided by their sum.
        how: see docs/recipes.md.
        power: exponent of the generalised mean.
        name: of the result, and of the dimension in messages.

    Raises:
        InputError: invalid weights, or scores that the mean is not defined for: zero or below for
            the geometric mean and for negative powers, zero for the harmonic mean.
    """
    w = checked_weights(scores, weights, name=name)
    counts = w > 0 if how != "bod" else np.full(len(w), True)
    scores, w = scores.loc[:, counts], w[counts]
    x = scores.to_numpy("float64")
    _check_domain(scores, how, power=power, name=name)
    result = _HOW[how](x, w, power)
    if how in _BETWEEN:
        # A mean is between its parts; rounding must not move it beyond them (100 stays 100).
        result = np.clip(result, np.fmin.reduce(x, axis=1), np.fmax.reduce(x, axis=1))
    return pd.Series(np.where(np.isnan(x).all(axis=1), np.nan, result), scores.index, name=name)


def checked_weights(
    scores: pd.DataFrame, weights: Mapping[str, float], *, name: str = "score"
) -> np.ndarray:
    """Return the weights in the order of the columns, divided by their sum.

    Raises:
        InputError: one is absent, negative or not finite, or they sum to zero.
    """
    absent = [column for column in scores if column not in weights]
    if absent:
        raise InputError(
            Fault(
                _("{name} gives no weight to {absent}.", name=repr(name), absent=first_of(absent)),
                kind="no-weight",
            )
        )
    w = np.array([weights[str(column)] for column in scores], dtype="float64")
    if not np.isfinite(w).all() or (w < 0).any():
        raise InputError(
            Fault(
                _("{name} has weights that are negative or not finite.", name=repr(name)),
                kind="weights",
            )
        )
    if not w.sum() > 0:
        raise InputError(
            Fault(
                _("the weights of {name} sum to zero.", name=repr(name)),
                remedy=_("Give at least one a weight above zero."),
                kind="weights",
            )
        )
    return w / w.sum()


def _shares(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the weights of each row: 0 for a missing score, else divided by the sum known."""
    counted = np.where(np.isnan(x), 0.0, w)
    total = counted.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return counted / total


def _arithmetic(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    return np.nansum(_shares(x, w) * x, axis=1)


def _geometric(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    return np.exp(np.nansum(_shares(x, w) * np.log(x), axis=1))


def _harmonic(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return 1.0 / np.nansum(_shares(x, w) / x, axis=1)


def _generalised(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    return np.nansum(_shares(x, w) * x**power, axis=1) ** (1.0 / power)


def _median(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    """Return the weighted median: where the cumulated weight passes one half, or between two where
    it equals one half.

    With equal weights it is the usual median.
    """
    order = np.argsort(x, axis=1)
    by_size = np.take_along_axis(x, order, axis=1)
    share = np.take_along_axis(_shares(x, w), order, axis=1)
    below = np.cumsum(share, axis=1)
    # A tolerance, so that weights such as 0.1 + 0.4 equal one half despite rounding.
    lower = np.argmax(below >= 0.5 - 1e-12, axis=1)
    upper = np.argmax(below > 0.5 + 1e-12, axis=1)
    rows = np.arange(len(x))
    return (by_size[rows, lower] + by_size[rows, upper]) / 2.0


def _penalised(sign: float) -> Callable[[np.ndarray, np.ndarray, float], np.ndarray]:
    """M ± S²/M; M and S² are the mean and the population variance over the indicators."""

    def mean_with_penalty(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
        share = _shares(x, w)
        mean = np.nansum(share * x, axis=1)
        spread = np.nansum(share * (x - mean[:, None]) ** 2, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return mean + sign * spread / mean

    return mean_with_penalty


def _copeland(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    from zoneblanche.layers.index.steps.copeland import copeland

    return copeland(x, w)


def _benefit_of_doubt(x: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    from zoneblanche.layers.index.steps.benefit_of_doubt import benefit_of_doubt

    return benefit_of_doubt(x)


_HOW: dict[Aggregate, Callable[[np.ndarray, np.ndarray, float], np.ndarray]] = {
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "harmonic": _harmonic,
    "generalised": _generalised,
    "median": _median,
    "copeland": _copeland,
    "mpi-minus": _penalised(-1.0),
    "mpi-plus": _penalised(+1.0),
    "ampi-minus": _penalised(-1.0),
    "ampi-plus": _penalised(+1.0),
    "bod": _benefit_of_doubt,
}


_BETWEEN = ("arithmetic", "geometric", "harmonic", "generalised")


def _check_domain(scores: pd.DataFrame, how: Aggregate, *, power: float, name: str) -> None:
    generalised = how == "generalised"
    if how in ("geometric", "harmonic") or (generalised and power < 0):
        wrong, wanted = scores <= 0, _("above zero")
    elif how == "bod" or (generalised and power != int(power)):
        wrong, wanted = scores < 0, _("zero or above")
    else:
        return
    columns = [column for column in scores if wrong[column].any()]
    if not columns:
        return
    first = columns[0]
    codes = scores.index[wrong[first]]
    mean = {
        "geometric": _("geometric mean"),
        "harmonic": _("harmonic mean"),
        "generalised": _("generalised mean"),
        "bod": _("benefit of the doubt"),
    }[how]
    raise InputError(
        Fault(
            _(
                "the {mean} of {name} needs scores {wanted}; {first} has {count} that "
                "are not (first: {codes}).",
                mean=mean,
                name=repr(name),
                wanted=wanted,
                first=repr(first),
                count=len(codes),
                codes=first_of(codes),
            ),
            remedy=_(
                'Write normalise = "minmax" and range = [1, 100] in the recipe, so '
                "that the least score is 1, or choose another mean, such as aggregate "
                '= "arithmetic".'
            ),
            kind="not-positive",
        )
    )
