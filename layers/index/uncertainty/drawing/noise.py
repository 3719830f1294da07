"""The measurement errors of a recipe as arrays, for the compiled loops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from types import ModuleType

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.context import Context
from zoneblanche.layers.index.recipe.errors import Flips, Law, MeasurementError
from zoneblanche.layers.index.recipe.recipe import Element
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.index.steps.normalise import normalised
from zoneblanche.layers.index.steps.orient import upward_elements
from zoneblanche.layers.index.uncertainty.drawing.plain import mixed_places
from zoneblanche.layers.index.uncertainty.within import shared_figures

_BINS = 65_536
_NOTHING = np.zeros(0, dtype="float32")


@dataclass(frozen=True)
class Noise:
    """The error of one indicator.

    Attributes:
        number: of the indicator in the recipe.
        figures, places, spread, quantiles, factors, no_wrong, rates, scale: see `kernels.perturb`.
        error: as in the recipe.
        areas: (units,) the place of the area of each unit, −1 for none; None without such an error.
    """

    number: int
    error: MeasurementError
    figures: np.ndarray
    places: np.ndarray
    spread: np.ndarray
    quantiles: np.ndarray
    factors: np.ndarray
    no_wrong: np.ndarray
    rates: np.ndarray
    scale: np.ndarray
    areas: np.ndarray | None

    def draw(self, seed: int, loops: ModuleType, out: np.ndarray) -> None:
        """Write the normalised figures of one draw; high is good.

        Args:
            seed: of the draw.
            loops: the module `drawing.kernels` or `drawing.plain`.
            out: (units,) float32.
        """
        loops.perturb(
            self.figures, self.places, np.uint64(seed), self.spread, self.quantiles, self.factors,
            self.no_wrong, self.rates, self._offset(seed), self.scale, out,
        )  # fmt: skip

    def _offset(self, seed: int) -> np.ndarray:
        """Return what units share: the shift of the draw, and that of the area of each."""
        shift, offset = self.error.shift, 0.0
        if shift is None and self.areas is None:
            return np.zeros(len(self.figures), dtype="float32")
        random = np.random.default_rng([seed, self.number])
        if shift is not None:
            law = random.uniform if shift.law == "uniform" else random.normal
            offset = float(law(shift.first, shift.second))
        shared = np.full(len(self.figures), offset, dtype="float32")
        if self.areas is not None:
            # One more for the units outside any area, whose place is -1.
            terms = random.normal(0.0, self.error.area_spread, self.areas.max(initial=-1) + 2)
            terms[-1] = 0.0
            shared += terms.astype("float32").take(self.areas, mode="wrap")
        return shared


def noises(scored: Scored, context: Context, rows: np.ndarray) -> list[Noise]:
    """Return the errors of all indicators that have one.

    Args:
        scored: the result of the recipe.
        context: what it used of the rows.
        rows: boolean; the units that are drawn.

    Raises:
        InputError: an indicator with an error whose scale is not a straight line, or an error that
            needs a fact that is not known.
    """
    listed, faults = [], []
    for number, element in enumerate(upward_elements(scored.recipe)):
        error = element.measurement_error
        if error is None:
            continue
        scale = _scale(element, scored)
        if scale is None:
            faults.append(_bent(element))
            continue
        listed.append(_noise(number, element, error, scale, scored, context, rows))
    if faults:
        raise InputError(faults)
    return listed


def _noise(
    number: int,
    element: Element,
    error: MeasurementError,
    scale: np.ndarray,
    scored: Scored,
    context: Context,
    rows: np.ndarray,
) -> Noise:
    figures = scored.steps[-2].values[element.id]
    flips = error.flips
    doubtful = np.nan if error.wrong_at is None else error.wrong_at
    rates = [0.0 if flips is None else flips.yes, doubtful, error.wrong_share]
    return Noise(
        number=number,
        error=error,
        figures=figures.to_numpy("float32")[rows],
        places=mixed_places(number, len(rows))[rows],
        spread=_spread(figures, error, scored, context)[rows],
        quantiles=quantiles(error.law),
        factors=np.exp(np.float32(error.factor) * quantiles("normal")),
        no_wrong=_NOTHING if flips is None else _no_wrong(flips, scored)[rows],
        rates=np.array(rates, dtype="float32"),
        scale=scale,
        areas=_areas(error, context, rows),
    )


def _spread(
    figures: pd.Series, error: MeasurementError, scored: Scored, context: Context
) -> np.ndarray:
    """Return the scale of the error of each cell: (units,) float32, 0 where its size is unknown."""
    x = figures.to_numpy("float64")
    spread = np.full(len(x), error.spread)
    imputed = scored.steps[1].actions.get(str(figures.name))
    if error.estimated is not None and imputed is not None:
        spread[(imputed != "").to_numpy()] = error.estimated
    with np.errstate(invalid="ignore", divide="ignore"):
        if error.per_point:
            spread += error.per_point * np.minimum(x, 100.0 - x)
        if error.size:
            size = _size(error, context)
            spread += error.per_root / np.sqrt(size)
            if error.sampling:
                spread += np.sqrt(x * (100.0 - x) / size)
        if error.radius:
            radius = np.sqrt(context.fact("area_km2").to_numpy("float64") / np.pi)
            most = np.inf if error.radius_most is None else error.radius_most
            spread += np.minimum(error.radius * radius, most)
    if error.within and error.within_level is not None:
        shared = shared_figures(figures, context.group(error.within_level)).to_numpy()
        spread[shared] = np.hypot(spread[shared], error.within)
    return np.where(np.isfinite(spread), spread, 0.0).astype("float32")


def _size(error: MeasurementError, context: Context) -> np.ndarray:
    names = [] if context.facts is None else list(context.facts)
    name = next((name for name in error.size if name in names), error.size[0])
    size = context.fact(name).to_numpy("float64")
    return np.where(size > 0, size, np.nan)


def _no_wrong(flips: Flips, scored: Scored) -> np.ndarray:
    values = scored.steps[-2].values
    rates = np.full(len(values), flips.no, dtype="float32")
    for name, rate in flips.no_with.items():
        if name not in values:
            raise InputError(
                Fault(
                    _("the recipe does not use {name}.", name=repr(name)),
                    column="recipe.indicators",
                    remedy=_("Known: {known}.", known=first_of(map(str, values), count=12)),
                    kind="unknown-indicator",
                )
            )
        rates[(values[name] >= 0.5).to_numpy()] = rate
    return rates


def _areas(error: MeasurementError, context: Context, rows: np.ndarray) -> np.ndarray | None:
    """Return the place of the area of each unit; None without areas, as on a level above them."""
    if error.area is None or not context.has_group(error.area):
        return None
    return pd.factorize(context.group(error.area), sort=True)[0][rows]


@cache
def quantiles(law: Law) -> np.ndarray:
    """Return the quantiles of a law at the middles of 65,536 equal parts: float32, ascending.

    Those of Student's t with four degrees of freedom are exact (Shaw 2006).
    """
    shares = (np.arange(_BINS) + 0.5) / _BINS
    if law == "normal":
        law_of = NormalDist()
        upper = np.array([law_of.inv_cdf(share) for share in shares[_BINS // 2 :].tolist()])
    else:
        alpha = np.sqrt(4.0 * shares * (1.0 - shares))[_BINS // 2 :]
        upper = 2.0 * np.sqrt(np.cos(np.arccos(alpha) / 3.0) / alpha - 1.0)
    return np.concatenate([-upper[::-1], upper]).astype("float32")


def draw_seeds(draws: int, *, seed: int) -> np.ndarray:
    """Return a seed for each draw: (draws,) uint64 below 2⁶³."""
    return np.random.default_rng([seed, 2]).integers(0, 2**63, draws).astype("uint64")


def _scale(element: Element, scored: Scored) -> np.ndarray | None:
    """Return lowest and highest figure, the score of the lowest, and score per unit: float32; None
    if the scores are not on a straight line between them."""
    if not element.has_straight_scale:
        return None
    figures = scored.steps[-2].values[element.id].to_numpy("float64")
    if element.normalise == "goalposts" and element.goalposts is not None:
        low, high = element.goalposts
        ends = element.range if element.better != "lower" else element.range[::-1]
        return np.array([low, high, ends[0], (ends[1] - ends[0]) / (high - low)], dtype="float32")
    low, high = float(np.nanmin(figures)), float(np.nanmax(figures))
    scores, _unused, _unused = normalised(figures, element)
    first, last = scores[np.nanargmin(figures)], scores[np.nanargmax(figures)]
    slope = (last - first) / (high - low)
    if element.normalise != "minmax":
        # No ends: far enough that no draw reaches them, and near enough for 32 bits.
        low, high = low - 8.0 * (high - low), high + 8.0 * (high - low)
        first -= slope * (np.nanmin(figures) - low)
    return np.array([low, high, first, slope], dtype="float32")


def _bent(element: Element) -> Fault:
    return Fault(
        _(
            "{element} has a measurement error, and its scale ({normalise}, treatment {treat}, "
            "{scale}) is not a straight line on which the error has one size.",
            element=repr(element.id),
            normalise=element.normalise,
            treat=element.treat,
            scale=element.scale,
        ),
        remedy=_(
            "Normalise it by minmax, goalposts, zscore or scaled, without logarithm or Box-Cox, or "
            "leave the error out."
        ),
        kind="error",
    )
