"""The rows of a table of points, each with its coordinates."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError, together
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.row_filter import pick_rows
from zoneblanche.geo.tables import RawTable, column, parse_numbers, read_raw_table
from zoneblanche.geo.tables.missing import MARKS, Figures
from zoneblanche.geo.tables.raw import Stored
from zoneblanche.geo.vectors.formats import Features, read_features
from zoneblanche.geo.vectors.formats.wkt import common_srid, is_wkt, shapes_of_wkt
from zoneblanche.layers.measuring.entries import PointsEntry
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.user_layers.reference_system import crs_named

ERROR_MARKS = {"#n/a": Reason.NOT_PUBLISHED, "#na": Reason.NOT_PUBLISHED}
"""A figure with such a mark is refused; a point without a position is listed as left out."""

_X, _Y = "x", "y"
_MULTIPOINT = 4
_POLYGONS = (3, 6)
_PAIR = re.compile(r"\s*\[?\(?\s*([-+]?[0-9.]+)\s*[,; ]\s*([-+]?[0-9.]+)\s*\)?\]?\s*")
"""Two numbers with a decimal point: "44.5, 3.5", also in brackets."""


@dataclass(frozen=True, eq=False)
class PointRows:
    """The rows of a table of points.

    Attributes:
        raw: its cells.
        x, y: the coordinates of each row, NaN if it has none.
        cells: the coordinates of each row as they are written.
        crs: of the coordinates.
        unpicked: number of rows that `where` does not pick.
    """

    raw: RawTable
    x: Figures
    y: Figures
    cells: list[str]
    crs: pyproj.CRS
    unpicked: int


def read_points(
    spec: PointsEntry, project: Project, crs: pyproj.CRS, *, notices: Notices
) -> PointRows:
    """Return the rows of a table of points, read as strictly as any table.

    Args:
        crs: of coordinates in columns; the shapes of a file have the one that it declares, unless
            the layer names one.

    Raises:
        InputError: the table cannot be read, or has coordinates that cannot be.
    """
    others = [name for name in (spec.value, _weight(spec)) if name is not None]
    names = (spec.x or _X, spec.y or _Y)
    if not spec.in_columns and spec.position is None:
        raw, declared = _of_shapes(spec, project, others, notices=notices)
        crs = declared if spec.crs is None and declared is not None else crs
    else:
        wanted = (spec.x, spec.y, spec.position, *others)
        columns = [name for name in wanted if name is not None]
        raw = read_raw_table(project.path(spec.path), **spec.form(*columns), limits=project.limits)
        notices.extend(raw.notices)
        if spec.position is not None:
            raw, srid = _split(raw, spec.position)
            if srid is not None and spec.crs is None:
                crs = crs_named(f"EPSG:{srid}", raw.file, spec.position) or crs
    unpicked = 0
    if spec.where:
        chosen = {name: column(raw, name) for name in spec.where}
        rows = pick_rows(chosen, spec.where, file=raw.file)
        unpicked = len(raw) - len(rows)
        raw = raw.take(rows)
    most = bounds_of(crs)
    _check_degrees(raw, names, crs)

    def coordinate(name: str, limit: float) -> Figures:
        bounds = (-limit, limit) if math.isfinite(limit) else (None, None)
        return parse_numbers(raw, name, bounds=bounds, marks={**MARKS, **ERROR_MARKS}, nodata=None)

    x, y = together(partial(coordinate, names[0], most[0]), partial(coordinate, names[1], most[1]))
    notices.extend((*x.notices, *y.notices))
    pairs = zip(column(raw, names[0]), column(raw, names[1]), strict=True)
    return PointRows(raw, x, y, [", ".join(pair) for pair in pairs], crs, unpicked)


def bounds_of(coordinates: pyproj.CRS) -> tuple[float, float]:
    """Return the limits of |x| and |y|: on the globe in degrees, anywhere in metres."""
    return (180.0, 90.0) if coordinates.is_geographic else (math.inf, math.inf)


def _weight(spec: PointsEntry) -> str | None:
    return spec.weight if spec.stat == "mean" else None


def _check_degrees(raw: RawTable, names: tuple[str, str], crs: pyproj.CRS) -> None:
    """Refuse coordinates in metres that are read as degrees, with the remedy for it."""
    if not crs.is_geographic:
        return
    texts = [cell.strip().replace(",", ".") for cell in column(raw, names[0])[:100]]
    numbers = [float(cell) for cell in texts if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)]
    if len(numbers) and min(map(abs, numbers)) > 720:
        raise InputError(
            raw.fault(
                _("the coordinates look like metres, not degrees."),
                row=0,
                column=names[0],
                remedy=_("Name the reference system that they are in, e.g. crs = 'EPSG:2154'."),
                kind="crs-units",
            )
        )


def _split(raw: RawTable, name: str) -> tuple[RawTable, int | None]:
    """Return the table with the coordinates of one column in two, and the number of the reference
    system that they name.

    A cell holds "latitude, longitude" or the well-known text of a shape, whose middle is the point.

    Raises:
        InputError: a cell that holds something else.
    """
    cells = column(raw, name)
    first = next((cell for cell in cells if cell.strip()), "")
    pairs, srid = _middles(raw, name) if is_wkt(first) else (_pairs(raw, name), None)
    texts = {
        _X: np.array([x for x, _unused in pairs], dtype=object),
        _Y: np.array([y for _unused, y in pairs], dtype=object),
    }
    stored: dict[str, Stored] = {**raw.stored, _X: "float", _Y: "float"}
    return replace(raw, columns={**raw.columns, **texts}, stored=stored), srid


def _pairs(raw: RawTable, name: str) -> list[tuple[str, str]]:
    """Return longitude and latitude of "latitude, longitude", both "" for a blank cell."""
    pairs, faults = [], []
    for row, cell in enumerate(column(raw, name)):
        pair = _PAIR.fullmatch(cell)
        pairs.append((pair[2], pair[1]) if pair else ("", ""))
        if cell.strip() and pair is None:
            faults.append(_unlike(raw, name, row))
    if faults:
        raise InputError(faults[:100])
    return pairs


def _middles(raw: RawTable, name: str) -> tuple[list[tuple[str, str]], int | None]:
    """Return the middles of shapes in well-known text, and the system that they name.

    Raises:
        InputError: a cell that is no shape, or that names another system than the first.
    """
    cells = list(column(raw, name))
    unreadable: dict[int, str] = {}
    shapes = shapes_of_wkt(cells, unreadable)
    if unreadable:
        raise InputError([_unlike(raw, name, row) for row in list(unreadable)[:100]])
    others: dict[int, str] = {}
    srid = common_srid(cells, others)
    if others:
        raise InputError(
            [
                raw.fault(
                    _("the shape has another reference system: {reason}.", reason=reason),
                    row=row,
                    column=name,
                    remedy=_("Write all shapes of the column in one reference system."),
                    kind="crs",
                )
                for row, reason in list(others.items())[:100]
            ]
        )
    middles = shapely.centroid(shapes)
    pairs = [
        ("", "") if math.isnan(x) else (repr(x), repr(y))
        for x, y in zip(
            shapely.get_x(middles).tolist(), shapely.get_y(middles).tolist(), strict=True
        )
    ]
    return pairs, srid


def _unlike(raw: RawTable, name: str, row: int) -> Fault:
    return raw.fault(
        _("the cell does not hold a latitude and a longitude."),
        row=row,
        column=name,
        remedy=_('Expected is "44.518, 3.501", or "POINT (3.501 44.518)".'),
        kind="not-a-number",
    )


def _of_one_part(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes, with the point of each multipoint that has one."""
    single = (shapely.get_type_id(shapes) == _MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    return np.where(single, shapely.get_geometry(shapes, 0), shapes)


def _features(
    spec: PointsEntry, project: Project, others: list[str], *, notices: Notices
) -> Features:
    """Return the features of a file of points; of polygons, if their mean is asked for."""

    def read(*, points: bool, notices: Notices) -> Features:
        return read_features(
            project.path(spec.path),
            layer=spec.layer,
            wanted=tuple(dict.fromkeys((*others, *spec.where))),
            limits=project.limits,
            notices=notices,
            points=points,
        )

    remarks = Notices()
    features = read(points=True, notices=remarks)
    if spec.stat == "mean" and features.unreadable and shapely.is_missing(features.shapes).all():
        remarks = Notices()
        features = read(points=False, notices=remarks)
    notices.extend(remarks.as_tuple())
    return features


def _of_shapes(
    spec: PointsEntry, project: Project, others: list[str], *, notices: Notices
) -> tuple[RawTable, pyproj.CRS | None]:
    """Return the points of a file of shapes as a table, and the reference system of the file.

    The mean of a column may be over polygons, such as the tiles of a speed test: each is where its
    middle is, as in well-known text.

    Raises:
        InputError: the file cannot be read, or holds shapes that are not points.
    """
    features = _features(spec, project, others, notices=notices)
    features = replace(features, shapes=_of_one_part(features.shapes))
    areas = np.isin(shapely.get_type_id(features.shapes), _POLYGONS)
    if spec.stat == "mean" and areas.any():
        middles = np.where(areas, shapely.centroid(features.shapes), features.shapes)
        features = replace(features, shapes=middles)
        notices.remark(_("{file}: a polygon is counted where its middle is.", file=features.file))
    kinds = shapely.get_type_id(features.shapes)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 0)))
    if len(wrong) or features.unreadable:
        number = int(wrong[0]) if len(wrong) else min(features.unreadable)
        reason = features.unreadable.get(number) or features.shapes[number].geom_type
        raise InputError(
            Fault(
                _("a feature is not a point: {reason}.", reason=reason),
                file=features.file,
                feature=number,
                remedy=_("Give a file of points, or name the columns x and y of a table."),
                kind="not-a-point",
            )
        )
    coordinates = {
        _X: shapely.get_x(features.shapes),
        _Y: shapely.get_y(features.shapes),
    }
    columns = {
        name: np.array(["" if cell is None else str(cell) for cell in cells], dtype=object)
        for name, cells in features.fields.items()
    }
    for name, values in coordinates.items():
        texts = ["" if math.isnan(value) else repr(value) for value in values.tolist()]
        columns[name] = np.array(texts, dtype=object)
    raw = RawTable(
        file=features.file,
        columns=columns,
        lines=np.arange(len(features)),
        counted="record",
        stored=dict.fromkeys((_X, _Y), "float"),
    )
    return raw, features.crs
