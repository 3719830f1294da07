"""The reader of vector files, which does all checks of polygons.

docs/reading.md describes what is accepted, repaired and refused, and the limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.territories import Territories, measured_area_km2
from zoneblanche.geo.vectors.fields import (
    missing_fields,
    read_codes,
    read_figures,
    read_labels,
    read_names,
)
from zoneblanche.geo.vectors.formats import Features, read_features
from zoneblanche.geo.vectors.formats.features import too_large
from zoneblanche.geo.vectors.overlaps import check_fit
from zoneblanche.geo.vectors.position import check_place
from zoneblanche.geo.vectors.repair import mend

MOST = {"population": 1e10, "area_km2": 5.2e8}
"""More people and square kilometres than there are on Earth."""


@dataclass(frozen=True)
class ReadTerritories:
    """Territories read from a file.

    Attributes:
        territories: valid, in the order and CRS of the file.
        notices: observations, decisions and repairs, as sentences.
        repaired: codes of the territories whose shape was repaired.
    """

    territories: Territories
    notices: tuple[str, ...]
    repaired: tuple[str, ...]


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
    limits: Limits = DEFAULT_LIMITS,
) -> ReadTerritories:
    """Read the territories in a file of polygons.

    Args:
        path: GeoJSON, GeoPackage, GeoParquet, Shapefile or TopoJSON; its content decides.
        code, name: fields; codes stay text, and replace names if no field is given.
        layer: of a file with several layers.
        level: the level of the territories; with a country, the level whose codes they have.
        country: its code pattern shows lost zeros, its projections where the shapes must be.
        population, area_km2: fields of facts; without the latter, areas are measured.
        parents: containing level to the field with its codes.

    Raises:
        InputError: all faults together: another kind of file, fields that do not exist, codes that
            are blank, duplicate or not text, no CRS or a wrong one, swapped axes, shapes that are
            missing, not polygons, self-crossing or overlapping, more than the limits.
        ProblemWithEnvironment: no permission to read the file.
    """
    fields = (code, name, population, area_km2, *(parents or {}).values())
    wanted = tuple(dict.fromkeys(field for field in fields if field is not None))
    notices = Notices()
    features = _features(Path(path), layer, wanted, limits, notices=notices)
    _raise(missing_fields(features, wanted), limits)
    pattern = country.level(level).code_pattern if country is not None else None
    codes = read_codes(features, code, pattern=pattern, limits=limits, notices=notices)
    labels = [text or str(number) for number, text in enumerate(codes.texts)]
    mended = mend(features, labels, notices=notices)
    faults = [*codes.faults, *mended.faults]
    faults += check_place(mended.shapes, features.crs, labels, file=features.file, country=country)
    facts = {}
    for fact, field in (("population", population), ("area_km2", area_km2)):
        facts[fact], wrong = read_figures(features, field, labels, most=MOST[fact])
        faults += wrong
    _raise(faults, limits)
    assert features.crs is not None  # check_place refuses a file without a CRS
    _raise(
        check_fit(mended.shapes, features.crs, labels, file=features.file, notices=notices), limits
    )
    index = pd.Index(codes.texts, name="code", dtype="object")
    names = read_names(features, name, codes.texts, limits=limits, notices=notices)
    frame = gpd.GeoDataFrame(
        {"name": names}, geometry=list(mended.shapes), index=index, crs=features.crs
    )
    table = pd.DataFrame(facts, index=index)
    measured = measured_area_km2(frame.geometry)
    _raise(_specks(measured, features.file), limits)
    if area_km2 is None:
        table["area_km2"] = measured
    else:
        _raise(_other_units(table["area_km2"], measured, area_km2, features.file), limits)
    territories = Territories(
        frame=frame,
        level=level,
        parents=pd.DataFrame(
            {
                above: read_labels(features, field, limits=limits)
                for above, field in (parents or {}).items()
            },
            index=index,
        ),
        facts=table,
        country=country,
    )
    return ReadTerritories(territories, notices.as_tuple(), mended.repaired)


def read_polygons(
    path: Path | str, *, layer: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> ReadPolygons:
    """Read the polygons of a file, with any fields: areas that a network covers.

    Args:
        path: GeoJSON, GeoPackage, GeoParquet, Shapefile or TopoJSON; its content decides.
        layer: of a file with several layers.

    Raises:
        InputError: as `read_territories`, except codes and overlaps.
        ProblemWithEnvironment: no permission to read the file.
    """
    notices = Notices()
    features = _features(Path(path), layer, (), limits, notices=notices)
    labels = [str(number) for number in range(len(features))]
    mended = mend(features, labels, notices=notices)
    faults = list(mended.faults)
    faults += check_place(mended.shapes, features.crs, labels, file=features.file)
    _raise(faults, limits)
    frame = gpd.GeoDataFrame(geometry=list(mended.shapes), crs=features.crs)
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


def _other_units(given: pd.Series, measured: pd.Series, field: str, file: str) -> list[Fault]:
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
        for code in given.index[given == 0]
    ]
    times = float((given / measured).median())
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
    first = given.dropna().index[0]
    return [
        Fault(
            _(
                "the areas are not in km²: {given} for {first}, whose shape measures "
                "{measured} km².",
                given=f"{given[first]:g}",
                first=first,
                measured=f"{measured[first]:.3g}",
            ),
            file=file,
            column=field,
            value=f"{given[first]:g}",
            remedy=remedy,
            kind="scale",
        )
    ]


def _features(
    path: Path, layer: str | None, wanted: tuple[str, ...], limits: Limits, *, notices: Notices
) -> Features:
    features = read_features(path, layer=layer, wanted=wanted, limits=limits, notices=notices)
    vertices = int(shapely.get_num_coordinates(features.shapes).sum())
    if vertices > limits.vertices:
        raise too_large(
            _("{vertices} vertices", vertices=quantity(vertices)),
            limits.vertices,
            features.file,
        )
    return features


def _raise(faults: list[Fault], limits: Limits) -> None:
    if faults:
        raise InputError(faults[: limits.faults])
