"""Shapes that are valid, repaired or refused: polygons, two-dimensional, valid, with an area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from zoneblanche.geo.errors import Fault, first_of
from zoneblanche.geo.messages import Notices, _, ngettext, quantity
from zoneblanche.geo.vectors.formats import Features

MOST_CHANGE = 0.01
"""Share of its area by which a repair may change a shape; a larger change is ambiguous."""

_POLYGONS = (3, 6)
_MULTIPOINT, _COLLECTION = 4, 7

_FARTHEST = 1e9
"""A thousand times around the Earth, in metres."""


@dataclass(frozen=True, eq=False)
class Mended:
    """Shapes after repair.

    Attributes:
        shapes: valid two-dimensional polygons and multipolygons; not to be used if there are
            faults.
        repaired: labels of those that were repaired.
        faults: of those that could not be repaired.
    """

    shapes: np.ndarray
    repaired: tuple[str, ...]
    faults: tuple[Fault, ...]


def mend(features: Features, labels: list[str], *, notices: Notices) -> Mended:
    """Return the shapes of the features as valid two-dimensional polygons.

    A third coordinate is dropped. An invalid polygon (a ring that touches or crosses itself) is
    split into its valid polygonal parts if that changes its area by at most `MOST_CHANGE`. A
    bow-tie, which would lose half of its area, is refused.

    Args:
        labels: the name of each feature in a sentence: its code, or its number.
        notices: takes the repairs.
    """
    shapes = _flat(features, notices=notices)
    shapes = _without_lines(shapes, labels, features.file, notices=notices)
    faults = list(_unfit(features, shapes, labels))
    fit = np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.is_empty(shapes)
    endless = _not_finite(shapes)
    fit[endless] = False
    shapes[endless] = None  # already reported; their position needs no second fault
    wrong = np.flatnonzero(fit & ~shapely.is_valid(shapes)).tolist()
    repaired, repairs = [], []
    for number in wrong:
        reason = _short(shapely.is_valid_reason(shapes[number]))
        better = _polygonal(shapely.make_valid(shapes[number], method="structure"))
        change = _change(shapes[number], better)
        if change > MOST_CHANGE:
            faults.append(_crossed(features, labels[number], reason, change))
        else:
            shapes[number] = better
            repaired.append(labels[number])
            repairs.append(f"{labels[number]} ({reason}, area {100 * change:.2g} % changed)")
    if repairs:
        notices.warn(
            _(
                "{file}: {count} invalid shapes repaired: {told}.",
                file=features.file,
                count=len(repairs),
                told=first_of(repairs),
            )
        )
    return Mended(shapes, tuple(repaired), tuple(faults))


def _flat(features: Features, *, notices: Notices) -> np.ndarray:
    """Return the shapes without a third and fourth coordinate, in a new array."""
    shapes = features.shapes.copy()
    high = np.flatnonzero(shapely.has_z(shapes) | shapely.has_m(shapes))
    if not len(high):
        return shapes
    shapes[high] = shapely.force_2d(shapes[high])
    notices.warn(
        _(
            "{file}: the heights (Z) of {count} shapes are dropped.",
            file=features.file,
            count=len(high),
        )
    )
    return shapes


def _without_lines(
    shapes: np.ndarray, labels: list[str], file: str, *, notices: Notices
) -> np.ndarray:
    """Return the shapes with the polygons of collections in their place. A collection of a polygon
    and lines is what a repair in a GIS leaves."""
    collections = np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION)
    mixed = []
    for number in collections.tolist():
        parts = shapely.get_parts(shapes[number])
        while (shapely.get_type_id(parts) >= _MULTIPOINT).any():
            parts = shapely.get_parts(parts)
        polygons = parts[shapely.get_type_id(parts) == _POLYGONS[0]]
        if len(polygons):
            shapes[number] = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
            mixed += [labels[number]] if len(polygons) < len(parts) else []
    if mixed:
        notices.warn(
            ngettext(
                "{file}: lines and points in the collection of {count} feature are left out "
                "({features}).",
                "{file}: lines and points in the collections of {count} features are left out "
                "({features}).",
                len(mixed),
                file=file,
                features=first_of(mixed),
            )
        )
    return shapes


def _not_finite(shapes: np.ndarray) -> np.ndarray:
    """Return numbers of the shapes with a coordinate that is not finite, or not on Earth."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    return np.unique(owner[~(np.abs(coordinates) < _FARTHEST).all(axis=1)])


def _unfit(features: Features, shapes: np.ndarray, labels: list[str]) -> Iterator[Fault]:
    """Return faults of features without a shape, with a shape that is not a polygon, or without
    area."""
    kinds = shapely.get_type_id(shapes)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    polygon = np.isin(kinds, _POLYGONS)
    endless = np.zeros(len(shapes), dtype=bool)
    endless[_not_finite(shapes)] = True
    flat = polygon & ~absent & ~endless
    flat[flat] = (shapely.area(shapes[flat]) == 0) & shapely.is_valid(shapes[flat])
    for number in np.flatnonzero(absent | ~polygon | endless | flat).tolist():
        reason = features.unreadable.get(number)
        if reason:
            message, kind = (
                _("its shape cannot be read: {reason}.", reason=reason),
                "unreadable-shape",
            )
        elif absent[number]:
            message, kind = _("it has no shape."), "no-shape"
        elif not polygon[number]:
            message, kind = (
                _("it is a {geom_type}, not a polygon.", geom_type=shapes[number].geom_type),
                "not-a-polygon",
            )
        elif endless[number]:
            message, kind = _("it has coordinates beyond any place on Earth."), "not-finite"
        else:
            message, kind = _("its area is zero."), "no-shape"
        yield Fault(
            message,
            file=features.file,
            feature=labels[number],
            value=labels[number],
            remedy=_("Give it a polygon, or take the feature out."),
            kind=kind,
        )


def _crossed(features: Features, label: str, reason: str, change: float) -> Fault:
    return Fault(
        _(
            "its ring crosses itself ({reason}); mending it would change its area "
            "by {change} %, more than {most_change} %.",
            reason=reason,
            change=f"{100 * change:.3g}",
            most_change=quantity(100 * MOST_CHANGE),
        ),
        file=features.file,
        feature=label,
        value=label,
        remedy=_("Redraw the shape, or repair it in a GIS where its true outline is known."),
        kind="invalid-shape",
    )


def _short(reason: str) -> str:
    """Return GEOS' reason with shortened coordinates."""
    what, _, place = reason.partition("[")
    numbers = [f"{float(number):.6g}" for number in place.rstrip("]").split()[:2]]
    return f"{what.strip().lower()} at {' '.join(numbers)}" if numbers else what.strip().lower()


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygonal parts of the result of `make_valid`, without lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[shapely.get_type_id(parts) == 3]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _change(before: shapely.Geometry, after: shapely.Geometry) -> float:
    """Return by which share of the larger one the area differs; the area of a crossed ring is that
    of its parts minus that of those with the opposite direction."""
    old, new = shapely.area(before), shapely.area(after)
    return abs(new - old) / max(old, new) if max(old, new) > 0 else 1.0
