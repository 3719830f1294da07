"""What a recipe knows of the measurement errors of an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Law = Literal["normal", "t4"]
"""The law of the error of a cell; "t4" is Student's with four degrees of freedom."""


@dataclass(frozen=True)
class Shift:
    """An error that all cells share in a draw: uniform between two figures, or normal with a mean
    and a standard deviation."""

    law: Literal["uniform", "normal"]
    first: float
    second: float


@dataclass(frozen=True)
class Flips:
    """How often a yes or a no is wrong.

    Attributes:
        yes, no: share of the cells with that answer whose truth is the other.
        no_with: share of the noes that are wrong where another indicator is a yes, by its id.
    """

    yes: float = 0.0
    no: float = 0.0
    no_with: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class MeasurementError:
    """How far the figures of an indicator may be from the truth, in its unit.

    The scale of the error of a cell is the sum of `spread`, `per_point`, `per_root`, `sampling` and
    `radius`. Errors of cells are independent.

    Attributes:
        shift: shared by all cells.
        law: of the errors of cells; the scale multiplies it.
        spread: the same for all cells.
        estimated: instead of `spread`, for cells that were imputed; None: the same.
        per_point: times the distance of the figure to the nearer of 0 and 100.
        per_root: divided by the root of the size of the territory.
        sampling: √(p(100 − p)/size), the deviation of a percentage of a sample.
        size: the fact or weight of the atlas that is the size; the first that it has.
        radius, radius_most: a share of the radius of the territory, √(area/π) in km, and the
            greatest scale that it gives (None: any).
        factor: deviation of the logarithm of a factor.
        flips: of a yes or no; it has no other error.
        wrong_at, wrong_share: a cell of exactly this figure is wrong so often, and its truth then
            lies anywhere between the bounds of the scale.
        area, area_spread: an error that the territories of an area of this level share.
        within, within_level: standard deviation of the truths of the territories of an area of this
            level, where they share its one figure; see `layers.index.uncertainty.within`.
    """

    shift: Shift | None = None
    law: Law = "normal"
    spread: float = 0.0
    estimated: float | None = None
    per_point: float = 0.0
    per_root: float = 0.0
    sampling: bool = False
    size: tuple[str, ...] = ()
    radius: float = 0.0
    radius_most: float | None = None
    factor: float = 0.0
    flips: Flips | None = None
    wrong_at: float | None = None
    wrong_share: float = 0.0
    area: str | None = None
    area_spread: float = 0.0
    within: float = 0.0
    within_level: str | None = None


def error_from_dict(table: Mapping[str, Any] | None) -> MeasurementError | None:
    """Return the error that `dataclasses.asdict` and JSON made a table of."""
    if table is None:
        return None
    return MeasurementError(
        **{
            **table,
            "shift": None if table["shift"] is None else Shift(**table["shift"]),
            "flips": None if table["flips"] is None else Flips(**table["flips"]),
            "size": tuple(table["size"]),
        }
    )
