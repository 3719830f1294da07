"""Whether shapes are where their reference system and their country say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyproj
import shapely

from zoneblanche.geo.country import Country, in_language
from zoneblanche.geo.errors import Fault, first_of, shown
from zoneblanche.geo.messages import _

Boxes = np.ndarray
"""West, south, east, north of each shape: shape (n, 4)."""

_POLE, _END = 89.9, 179.999
"""Degrees of latitude from which an edge may run around the pole; the ends of the map."""

_MARGIN_DEGREES = 1.0
"""How far a shape may extend beyond the area of use of a projection."""


def check_place(
    shapes: np.ndarray,
    crs: pyproj.CRS | None,
    labels: list[str],
    *,
    file: str,
    country: Country | None = None,
) -> list[Fault]:
    """Return faults of shapes that are in the wrong place.

    No reference system; degrees declared and metres found, or the reverse; swapped axes; a polygon
    across the antimeridian; shapes outside the country, if one is given.
    """
    if crs is None:
        return [
            Fault(
                _("the file has no coordinate reference system."),
                file=file,
                remedy=_(
                    "Write the file with its CRS (a shapefile needs its .prj), or name it, e.g. "
                    'crs = "EPSG:2154".'
                ),
                kind="no-crs",
            )
        ]
    if crs.is_geocentric:
        return [_no_earth(crs, file)]
    boxes = shapely.bounds(shapes)
    present = np.isfinite(boxes).all(axis=1)
    boxes, labels = (
        boxes[present],
        [label for label, kept in zip(labels, present, strict=True) if kept],
    )
    if not len(boxes):
        return []
    try:
        degrees = _degrees(boxes, crs)
    except pyproj.exceptions.ProjError:
        return [_no_earth(crs, file)]
    faults = list(_units(boxes, crs, labels, file))
    if not faults and crs.is_geographic:
        faults = list(_antimeridian(shapes[present], labels, file))
    if not faults and country is not None:
        faults = list(_in_country(boxes, degrees, crs, labels, country, file))
    if not faults:
        faults = list(_off_the_projection(degrees, crs, labels, file))
    return faults


def _units(boxes: Boxes, crs: pyproj.CRS, labels: list[str], file: str) -> Iterator[Fault]:
    x, y = np.abs(boxes[:, [0, 2]]).max(axis=1), np.abs(boxes[:, [1, 3]]).max(axis=1)
    if not crs.is_geographic:
        if x.max() <= 180 and y.max() <= 180:
            yield Fault(
                _(
                    "its reference system is {crs}, in {unit}, but all its coordinates are under "
                    "180: they look like degrees.",
                    crs=_named(crs),
                    unit=_unit(crs),
                ),
                file=file,
                remedy=_("Declare the CRS that the coordinates are in."),
                kind="crs-units",
            )
        return
    unit = _degrees_a_unit(crs)
    x, y = x * unit, y * unit
    beyond = (x > 180) | (y > 90)
    if not beyond.any():
        return
    first = boxes[beyond][0]
    where = f"{first_of([label for label, far in zip(labels, beyond, strict=True) if far])}"
    place = f"{first[0]:.10g} {first[1]:.10g}"
    if x.max() <= 90 and y.max() <= 180:
        message = _("latitude and longitude are swapped")
        remedy, kind = _("Write longitude first, then latitude."), "swapped-axes"
    elif max(x.max(), y.max()) > 720:
        message = _("the coordinates look like metres, not degrees")
        remedy, kind = _("Declare the CRS that they are in, or write degrees."), "crs-units"
    else:
        message = _("coordinates lie beyond 180 degrees of longitude or 90 of latitude")
        remedy, kind = _("Cut the shapes at the antimeridian (RFC 7946, 3.1.9)."), "antimeridian"
    yield Fault(
        _("{message}: {place} in {where}.", message=message, place=place, where=where),
        file=file,
        value=place,
        remedy=remedy,
        kind=kind,
    )


def _named(crs: pyproj.CRS) -> str:
    """Return its name, which may be of any length in a file."""
    return str(crs.name)[:60]


def _degrees_a_unit(crs: pyproj.CRS) -> float:
    """Return the degrees per unit of a geographic system: 1, or 0.9 for a grad, or as declared."""
    return float(np.degrees(crs.axis_info[0].unit_conversion_factor)) if crs.axis_info else 1.0


def _unit(crs: pyproj.CRS) -> str:
    name = crs.axis_info[0].unit_name if crs.axis_info else "metre"
    return _("metre") if name == "metre" else name


def _antimeridian(shapes: np.ndarray, labels: list[str], file: str) -> Iterator[Fault]:
    """A polygon wider than half the globe goes the other way around it if one of its edges does.
    Antarctica, cut at 180 degrees and closed along the pole, does not."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    boxes = shapely.bounds(parts)
    wide = np.flatnonzero(boxes[:, 2] - boxes[:, 0] > 180)
    crossing = [part for part in wide.tolist() if _jumps(parts[part])]
    for number in np.unique(owner[crossing]).tolist():
        yield Fault(
            _("the polygon is wider than 180 degrees: it crosses the antimeridian."),
            file=file,
            feature=labels[number],
            value=labels[number],
            remedy=_("Cut it at 180 degrees into two parts (RFC 7946, 3.1.9)."),
            kind="antimeridian",
        )


def _jumps(part: shapely.Polygon) -> bool:
    """Return whether an edge of a polygon in degrees spans half the globe, other than at a pole or
    from one end of the map to the other."""
    for ring in shapely.get_rings(part):
        x, y = shapely.get_coordinates(ring).T
        at_pole, at_end = np.abs(y) >= _POLE, np.abs(x) >= _END
        fine = (at_pole[1:] & at_pole[:-1]) | (at_end[1:] & at_end[:-1])
        if ((np.abs(np.diff(x)) > 180) & ~fine).any():
            return True
    return False


def _no_earth(crs: pyproj.CRS, file: str) -> Fault:
    return Fault(
        _(
            "its coordinate reference system {crs} leads to no longitude and latitude.",
            crs=shown(_named(crs)),
        ),
        file=file,
        value=_named(crs),
        remedy=_("Write the file in a geographic or projected CRS of the Earth."),
        kind="unknown-crs",
    )


def _off_the_projection(
    degrees: Boxes, crs: pyproj.CRS, labels: list[str], file: str
) -> Iterator[Fault]:
    """Return faults of shapes so far from the area of a projection that it has no place for
    them."""
    off = [labels[number] for number in np.flatnonzero(~np.isfinite(degrees).all(axis=1))]
    if off:
        yield Fault(
            _(
                "{count} of {count_2} shapes ({off}) lie where {crs} does not reach.",
                count=len(off),
                count_2=len(labels),
                off=first_of(off),
                crs=_named(crs),
            ),
            file=file,
            value=off[0],
            remedy=_("Declare the CRS that the coordinates are in."),
            kind="crs-units",
        )


def _in_country(
    boxes: Boxes,
    degrees: Boxes,
    crs: pyproj.CRS,
    labels: list[str],
    country: Country,
    file: str,
) -> Iterator[Fault]:
    areas = _areas(country)
    outside = ~_inside(degrees, areas)
    if not outside.any():
        return
    swapped = boxes[:, [1, 0, 3, 2]]
    names = [label for label, far in zip(labels, outside, strict=True) if far]
    name = in_language(country.name, "en")
    box = boxes[outside][0]
    place = f"{box[0]:.8g} {box[1]:.8g}"
    if outside.mean() > 0.5 and _inside(_degrees(swapped, crs), areas)[outside].mean() > 0.5:
        yield Fault(
            _(
                "the axes are swapped: {place} ({names}) lies in {name} only the other way round.",
                place=place,
                names=names[0],
                name=name,
            ),
            file=file,
            value=place,
            remedy=_("Write longitude (or easting) first, then latitude (or northing)."),
            kind="swapped-axes",
        )
        return
    yield Fault(
        _(
            "{count} of {count_2} shapes lie outside {name} ({names}): the first "
            "at {place} in {crs}.",
            count=len(names),
            count_2=len(labels),
            name=name,
            names=first_of(names),
            place=place,
            crs=_named(crs),
        ),
        file=file,
        value=place,
        remedy=_(
            "Check the CRS that the file declares, and the country; a part of a country may have "
            "bounds."
        ),
        kind="outside-country",
    )


def _areas(country: Country) -> Boxes:
    """Return where the country's parts are, in degrees: the bounds of a part, else the area of use
    of its projection. A country in one part has its own bounds: it may be wider than a zone of UTM,
    as Germany is than EPSG:25832. One across 180 degrees is two boxes."""
    boxes: list[tuple[float, float, float, float]] = []
    for part in country.parts:
        area = pyproj.CRS(part.crs).area_of_use
        widest = country.bounds if area is None or len(country.parts) == 1 else area.bounds
        west, south, east, north = part.bounds or widest
        if west > east:
            east += 360
        boxes.append((west, south, min(east, 180.0), north))
        if east > 180:
            boxes.append((-180.0, south, east - 360, north))
    grown = np.array([-1, -1, 1, 1]) * _MARGIN_DEGREES
    return np.array(boxes) + grown


def _inside(boxes: Boxes, areas: Boxes) -> np.ndarray:
    """Return which boxes are in one of the areas; one around the globe is in those at both ends."""
    west, south, east, north = (areas[:, side][None, :] for side in range(4))
    in_latitude = (boxes[:, 1, None] >= south) & (boxes[:, 3, None] <= north)
    at_west = (boxes[:, 0, None] >= west) & (boxes[:, 0, None] <= east)
    at_east = (boxes[:, 2, None] <= east) & (boxes[:, 2, None] >= west)
    fits = in_latitude & at_west & at_east
    # The parts of a shape that is cut at 180 degrees make a box around the globe.
    around = boxes[:, 2] - boxes[:, 0] > 180
    ends = (in_latitude & at_west).any(axis=1) & (in_latitude & at_east).any(axis=1)
    return np.asarray(fits.any(axis=1) | (around & ends))


def _degrees(boxes: Boxes, crs: pyproj.CRS) -> Boxes:
    """Return the boxes of the corners of boxes in longitude and latitude; infinite if there is
    none."""
    to_degrees = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    corners = [(0, 1), (2, 1), (2, 3), (0, 3)]
    x, y = zip(
        *(to_degrees.transform(boxes[:, east], boxes[:, north]) for east, north in corners),
        strict=True,
    )
    return np.column_stack(
        [np.min(x, axis=0), np.min(y, axis=0), np.max(x, axis=0), np.max(y, axis=0)]
    )
