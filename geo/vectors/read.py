"""The reader of vector files, which does all checks of polygons.

docs/reading.md describes what is accepted, repaired and refused, and the limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from zoneblanche.geo.codes.part import WHOLE_CODE, CodePart
from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import Notices, _, ngettext, quantity
from zoneblanche.geo.row_filter import Where, pick_rows
from zoneblanche.geo.territories import Territories, measured_area_km2
from zoneblanche.geo.vectors.antimeridian import cut_at_180
from zoneblanche.geo.vectors.facts import PLAIN_FORM, FigureForm, read_fact
from zoneblanche.geo.vectors.fields import (
    field_of,
    missing_fields,
    read_codes,
    read_labels,
    read_names,
)
from zoneblanche.geo.vectors.formats import Features, read_features
from zoneblanche.geo.vectors.formats.features import too_large
from zoneblanche.geo.vectors.overlaps import check_fit
from zoneblanche.geo.vectors.position import check_place
from zoneblanche.geo.vectors.repair import mend
from zoneblanche.geo.vectors.unite import unite_features

FACTS = ("population", "area_km2")
PARENT, LABEL = "parent:", "label:"
"""In front of a level or the name of a field, in the table of the features."""


@dataclass(frozen=True)
class ReadTerritories:
    """Territories read from a file.

    Attributes:
        territories: valid, in the order and CRS of the file.
        notices: observations, decisions and repairs, as sentences.
        repaired: codes of the territories whose shape was repaired.
        labels: the cells of further fields as text, on the codes of the territories.
    """

    territories: Territories
    notices: tuple[str, ...]
    repaired: tuple[str, ...]
    labels: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, eq=False)
class ReadPolygons:
    """Polygons without codes (coverage areas) read from a file.

    Attributes:
        frame: valid polygons and multipolygons, column `geometry`, in the CRS of the file; they may
            overlap.
        notices: observations, decisions and repairs, as sentences.
        repaired: 0-based numbers of the features whose shape was repaired.
    """

    frame: gpd.GeoDataFrame
    notices: tuple[str, ...]
    repaired: tuple[int, ...]


@dataclass(frozen=True)
class Fields:
    """Which fields of a file of territories hold what.

    Attributes:
        code, name: codes stay text, and replace names if no field is given.
        population, area_km2: facts; without the latter, areas are measured.
        parents: containing level to the field with its codes.
        part: which part of a code is the code.
        where: values of fields by which features are picked.
        labels: further fields, whose texts are returned.
        figures: how the facts are written.
    """

    code: str
    name: str | None = None
    population: str | None = None
    area_km2: str | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    part: CodePart = WHOLE_CODE
    where: Where = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    figures: FigureForm = PLAIN_FORM

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, each once."""
        fields = (self.code, self.name, self.population, self.area_km2)
        names = (*fields, *self.parents.values(), *self.where, *self.labels)
        return tuple(dict.fromkeys(name for name in names if name is not None))


def read_territories(
    path: Path | str,
    *,
    code: str,
    name: str | None = None,
    layer: str | None = None,
    level: str = "territory",
    country: Country | None = None,
    population: str | None = None,
    area_km2: str | None = None,
    parents: Mapping[str, str] | None = None,
    part: CodePart = WHOLE_CODE,
    where: Where | None = None,
    crs: pyproj.CRS | None = None,
    encoding: str | None = None,
    labels: tuple[str, ...] = (),
    figures: FigureForm = PLAIN_FORM,
    limits: Limits = DEFAULT_LIMITS,
) -> ReadTerritories:
    """Read the territories in a file of polygons.

    Several features of one code are united. Features without a shape are left out. Projected
    polygons across the antimeridian are cut there. Each is said in a notice.

    Args:
        path: GeoJSON, GeoPackage, GeoParquet, Shapefile or TopoJSON; its content decides.
        code, name, population, area_km2, parents, part, where, labels, figures: see `Fields`.
        layer: of a file with several layers.
        level: the level of the territories; with a country, the level whose codes they have.
        country: its code pattern shows lost zeros, its projections where the shapes must be.
        crs: of the coordinates, in place of the declared one.
        encoding: of the text of a shapefile, in place of the declared one.

    Raises:
        InputError: all faults together: another kind of file, fields that do not exist, codes that
            are blank or not text, features of one code that differ, no CRS or a wrong one, swapped
            axes, shapes that are not polygons, self-crossing or overlapping, more than the limits.
        ProblemWithEnvironment: no permission to read the file.
    """
    fields = Fields(
        code,
        name,
        population,
        area_km2,
        parents or {},
        part=part,
        where=where or {},
        labels=labels,
        figures=figures,
    )
    notices = Notices()
    features = _features(
        Path(path), layer, fields.names, limits, notices=notices, crs=crs, encoding=encoding
    )
    _raise(missing_fields(features, fields.names), limits)
    features = _with_shape(_picked(features, fields.where), code, notices=notices)
    pattern = country.level(level).code_pattern if country is not None else None
    codes = read_codes(features, code, pattern=pattern, limits=limits, notices=notices, part=part)
    named = [text or str(features.number_of(number)) for number, text in enumerate(codes.texts)]
    mended = mend(features, named, notices=notices)
    shapes, place = _cut(mended.shapes, features.crs, named, features.file, notices=notices)
    misplaced = check_place(shapes, place, named, file=features.file, country=country)
    if crs is not None:
        misplaced = [_of_given(fault) for fault in misplaced]
    table, wrong = _table(features, fields, codes.texts, named, limits, notices=notices)
    _raise([*codes.faults, *mended.faults, *misplaced, *wrong], limits)
    assert place is not None  # check_place refuses a file without a CRS
    table, shapes, differing = unite_features(
        table, shapes, features.file, code=code, notices=notices
    )
    _raise(differing, limits)
    _raise(
        check_fit(shapes, place, table.index.tolist(), file=features.file, notices=notices), limits
    )
    return ReadTerritories(
        _territories(table, shapes, place, fields, level, country, features.file, limits),
        notices.as_tuple(),
        tuple(dict.fromkeys(mended.repaired)),
        _labels(table, fields),
    )


def _of_given(fault: Fault) -> Fault:
    """Return a fault of a reference system that is given in place of that of the file."""
    if fault.kind != "crs-units":
        return fault
    return replace(fault, remedy=_("Correct the key crs, or take it out."))


def _labels(table: pd.DataFrame, fields: Fields) -> pd.DataFrame:
    texts = table[[f"{LABEL}{name}" for name in fields.labels]]
    return texts.set_axis(list(fields.labels), axis=1)


def _table(
    features: Features,
    fields: Fields,
    codes: list[str],
    labels: list[str],
    limits: Limits,
    *,
    notices: Notices,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return names, facts and parents of the features, and the faults of the facts.

    Returns:
        Index: the codes, of which several features may have one; columns `name`, `population`,
        `area_km2`, `parent:<level>` and `label:<field>`.
    """
    faults: list[Fault] = []
    columns: dict[str, Any] = {
        "name": read_names(features, fields.name, codes, limits=limits, notices=notices)
    }
    for fact in FACTS:
        columns[fact], wrong = read_fact(
            features, getattr(fields, fact), fact, labels, fields.figures, notices=notices
        )
        faults += wrong
    for above, field_name in fields.parents.items():
        columns[f"{PARENT}{above}"] = read_labels(features, field_name, limits=limits)
    for label in fields.labels:
        columns[f"{LABEL}{label}"] = read_labels(features, label, limits=limits)
    index = pd.Index(codes, name="code", dtype="object")
    return pd.DataFrame(columns, index=index), faults


def _territories(
    table: pd.DataFrame,
    shapes: np.ndarray,
    crs: pyproj.CRS,
    fields: Fields,
    level: str,
    country: Country | None,
    file: str,
    limits: Limits,
) -> Territories:
    """Return the territories of a table whose codes are unique.

    Raises:
        InputError: areas that cannot be, or are in another unit.
    """
    frame = gpd.GeoDataFrame({"name": table["name"]}, geometry=list(shapes), crs=crs)
    facts = table[list(FACTS)].astype("float64")
    measured = measured_area_km2(frame.geometry)
    _raise(_specks(measured, file), limits)
    if fields.area_km2 is None:
        facts["area_km2"] = measured
    else:
        _raise(_other_units(facts["area_km2"], measured, fields.area_km2, file), limits)
    parents = table[[f"{PARENT}{above}" for above in fields.parents]]
    parents.columns = pd.Index(list(fields.parents))
    parents = parents.astype("object").where(parents.notna(), None)
    return Territories(frame=frame, level=level, parents=parents, facts=facts, country=country)


def _picked(features: Features, where: Where) -> Features:
    """Return the features that `where` picks.

    Raises:
        InputError: none.
    """
    if not where:
        return features
    columns = {name: field_of(features, name) for name in where}
    return features.take(pick_rows(columns, where, file=features.file))


def _with_shape(features: Features, code: str, *, notices: Notices) -> Features:
    """Return the features that have a shape, or one that cannot be read; all if none has."""
    absent = shapely.is_missing(features.shapes)
    absent[list(features.unreadable)] = False
    if not absent.any() or absent.all():
        return features
    named = [str(cell) for cell in field_of(features, code)[absent]]
    notices.warn(
        ngettext(
            "{file}: {count} feature has no shape and is left out ({features}).",
            "{file}: {count} features have no shape and are left out ({features}).",
            len(named),
            file=features.file,
            features=first_of(named),
        )
    )
    return features.take(np.flatnonzero(~absent))


def _cut(
    shapes: np.ndarray,
    crs: pyproj.CRS | None,
    labels: list[str],
    file: str,
    *,
    notices: Notices,
) -> tuple[np.ndarray, pyproj.CRS | None]:
    """Return projected shapes in degrees if some are across the antimeridian, cut there."""
    try:
        parts = cut_at_180(shapes, crs)
    except pyproj.exceptions.ProjError:
        parts = None  # check_place reports a system that leads to no longitude and latitude
    if parts is None:
        return shapes, crs
    flat, across = parts
    notices.remark(
        _(
            "{file}: the shapes are put into longitude and latitude, because some lie on both "
            "sides of 180 degrees and are cut there ({features}).",
            file=file,
            features=first_of([label for label, cut in zip(labels, across, strict=True) if cut]),
        )
    )
    return flat, pyproj.CRS("OGC:CRS84")


def read_polygons(
    path: Path | str,
    *,
    layer: str | None = None,
    where: Where | None = None,
    crs: pyproj.CRS | None = None,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ReadPolygons:
    """Read the polygons of a file, with any fields: areas that a network covers.

    Args:
        path: GeoJSON, GeoPackage, GeoParquet, Shapefile or TopoJSON; its content decides.
        layer: of a file with several layers.
        where: values of fields by which features are picked.
        crs: of the coordinates, in place of the declared one.
        encoding: of the text of a shapefile, in place of the declared one.

    Raises:
        InputError: as `read_territories`, except codes and overlaps.
        ProblemWithEnvironment: no permission to read the file.
    """
    notices = Notices()
    where = where or {}
    features = _features(
        Path(path), layer, tuple(where), limits, notices=notices, crs=crs, encoding=encoding
    )
    _raise(missing_fields(features, where), limits)
    features = _picked(features, where)
    labels = [str(features.number_of(number)) for number in range(len(features))]
    mended = mend(features, labels, notices=notices)
    faults = list(mended.faults)
    shapes, place = _cut(mended.shapes, features.crs, labels, features.file, notices=notices)
    faults += check_place(shapes, place, labels, file=features.file)
    _raise(faults, limits)
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=place)
    repaired = tuple(int(label) for label in mended.repaired)
    return ReadPolygons(frame, notices.as_tuple(), repaired)


def _specks(areas: pd.Series, file: str) -> list[Fault]:
    """Return faults of territories below a square metre: damaged shapes, or another unit of
    length."""
    return [
        Fault(
            _("its area is {area} m², less than a square metre.", area=f"{1000000.0 * area:.2g}"),
            file=file,
            feature=str(code),
            remedy=_("Check the shape, and the coordinate reference system of the file."),
            kind="invalid-shape",
        )
        for code, area in areas[areas < 1e-6].items()
    ]


def _other_units(stated: pd.Series, measured: pd.Series, field: str, file: str) -> list[Fault]:
    """Return faults of areas in another unit: lakes and coasts explain a difference, but not a
    half."""
    faults = [
        Fault(
            _("a territory has no area of 0."),
            file=file,
            column=field,
            feature=str(code),
            value="0",
            remedy=_("Correct it, or leave it empty where it is not known."),
            kind="out-of-range",
        )
        for code in stated.index[stated == 0]
    ]
    times = float((stated / measured).median())
    if faults or np.isnan(times) or 0.5 <= times <= 2:
        return faults
    remedy = _("Give areas in km², or leave area_km2 out: they are then measured.")
    for unit, number in ((_("hectares"), 1e2), ("m²", 1e6)):
        if 0.5 <= times / number <= 2:
            remedy = _(
                "They look like {unit}: divide them by {number}.",
                unit=unit,
                number=quantity(number, digits=0),
            )
    first = stated.dropna().index[0]
    return [
        Fault(
            _(
                "the areas are not in km²: {given} for {first}, whose shape measures "
                "{measured} km².",
                given=f"{stated[first]:g}",
                first=first,
                measured=f"{measured[first]:.3g}",
            ),
            file=file,
            column=field,
            value=f"{stated[first]:g}",
            remedy=remedy,
            kind="scale",
        )
    ]


def _features(
    path: Path,
    layer: str | None,
    wanted: tuple[str, ...],
    limits: Limits,
    *,
    notices: Notices,
    crs: pyproj.CRS | None = None,
    encoding: str | None = None,
) -> Features:
    features = read_features(
        path, layer=layer, wanted=wanted, limits=limits, notices=notices, encoding=encoding
    )
    vertices = int(shapely.get_num_coordinates(features.shapes).sum())
    if vertices > limits.vertices:
        raise too_large(
            _("{vertices} vertices", vertices=quantity(vertices)),
            limits.vertices,
            features.file,
        )
    if crs is None or crs == features.crs:
        return features
    if features.crs is not None:
        notices.warn(
            _(
                "{file}: it is read in {crs}, which the project names; it declares {declared}.",
                file=features.file,
                crs=crs.name,
                declared=features.crs.name,
            )
        )
    return replace(features, crs=crs)


def _raise(faults: list[Fault], limits: Limits) -> None:
    if faults:
        raise InputError(faults[: limits.faults])
