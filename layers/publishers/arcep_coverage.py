"""Arcep, 4G coverage: the operators' maps as a raster of counts, or as polygons.

The raster counts operators in each cell (CGET and Arcep, 2017 and 2019). The polygons are those of
*Mon réseau mobile*: a GeoPackage with one field `operateur`; unpack the publisher's archive (7z)
first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.population_grid import people_notice, people_rasters
from zoneblanche.layers.publishers.read_tables import date_in_name

if TYPE_CHECKING:
    import geopandas as gpd

OPERATORS = 4
"""Operators of the mainland, which the raster counts in each cell."""

COUNTS = (1, OPERATORS)
"""Minimum numbers of operators of the shares: any of them, all of them."""

LEAST_COVER = 0.5
"""A territory with less than this share of its area on the map is not covered by the map."""

RASTER = Source(
    producer="Arcep, CGET",
    title="Nombre d'opérateurs 4G par maille, cartes de couverture des opérateurs",
    url="https://www.data.gouv.fr/fr/datasets/mon-reseau-mobile/",
    licence="Licence Ouverte",
    note=_("Theoretical outdoor coverage, as the operators simulate it."),
)
POLYGONS = Source(
    producer="Arcep",
    title="Mon réseau mobile, couvertures théoriques",
    url="https://www.data.gouv.fr/fr/datasets/mon-reseau-mobile/",
    licence="Licence Ouverte 1.0",
    note=_("Theoretical outdoor coverage, as the operators simulate it."),
)


def measure_raster(path: Path, territories: Territories, sources: Mapping[str, Path]) -> Table:
    """Return percent of area covered by at least 1 and by at least 4 operators, and of people if a
    population raster is among the sources.

    Columns `area_1`, `area_4`, `area_none` (zone blanche), `area_some` (by some and not by all:
    zone grise), and `people_1`, `people_4`. Missing, *not covered*, if the map has data for less
    than half of the territory.
    """
    from zoneblanche.geo.rasters.zonal import compute_zonal

    shapes = territories.frame.geometry
    columns: dict[str, pd.Series] = {}
    notices = Notices()
    source = replace(RASTER, published=date_in_name(path))
    if territories.part_of is not None and not reached_by(shapes, path).any():
        # A map of the mainland, and a selection overseas: neither is wrong.
        unknown = pd.Series(float("nan"), index=territories.codes)
        return _table(dict.fromkeys(("area_1", "area_4"), unknown), territories, source, ())
    for count in COUNTS:
        zonal = compute_zonal(shapes, path, stat="share", threshold=count)
        columns[f"area_{count}"] = zonal.values.where(zonal.covered >= LEAST_COVER)
        notices.extend(zonal.notices)
    with people_rasters(sources) as grids:
        if grids:
            places = [grid.path for grid in grids]
            people = _shares_of_people([path] * len(grids), territories, places)
            present = columns["area_1"].notna()
            columns |= {name: share.where(present) for name, share in people.items()}
    return _table(columns, territories, source, (*notices, *people_notice(sources)))


def measure_polygons(path: Path, territories: Territories, sources: Mapping[str, Path]) -> Table:
    """Return percent of area covered by at least 1, 2, … operators: as many as the file names, at
    least 4; and of people by at least 1 and 4, if a population raster is among the sources.

    The parts of the country without any polygon in the file are *not covered*.

    Raises:
        InputError: not a GeoPackage of polygons, or one without the field `operateur`.
    """
    import shapely

    from zoneblanche.geo.borders.coverage_grid import write_group_counts
    from zoneblanche.geo.borders.coverage_share import area_crs, compute_coverage_share
    from zoneblanche.layers.measuring.nearby import parts_of

    notices = Notices()
    shapes, operators, others = _read_polygons(path, notices=notices)
    whole = territories.whole
    # Straight edges bend with the projection. It is that of the whole, so that figures agree.
    crs = area_crs(whole.frame.geometry, shapes)
    share = compute_coverage_share(territories.frame.geometry, shapes, groups=operators, crs=crs)
    least = share.at_least_percent
    # If the file has polygons in a part of the country, territories there are covered or not.
    parts = parts_of(whole)
    west, south, east, north = shapely.bounds(shapes.to_crs("EPSG:4326").to_numpy()).T
    bounds = whole.frame.geometry.to_crs("EPSG:4326").bounds.groupby(parts)
    by_group = {
        part
        for part, rows in bounds
        if (
            (west <= rows["maxx"].max())
            & (east >= rows["minx"].min())
            & (south <= rows["maxy"].max())
            & (north >= rows["miny"].min())
        ).any()
    }
    in_mapped_parts = parts.reindex(territories.codes).isin(by_group)
    columns = {
        f"area_{count}": (least[count] if count in least else 0.0 * least[1]).where(in_mapped_parts)
        for count in range(1, max(OPERATORS, least.shape[1]) + 1)
    }
    with people_rasters(sources) as grids, tempfile.TemporaryDirectory() as folder:
        maps = [Path(folder) / f"operators-{number}.tif" for number in range(len(grids))]
        for burned, grid in zip(maps, grids, strict=True):
            write_group_counts(shapes, operators, like=grid.path, out=burned, parts=grid.parts)
        if grids:
            people = _shares_of_people(maps, territories, [grid.path for grid in grids])
            columns |= {name: share.where(in_mapped_parts) for name, share in people.items()}
    source = replace(POLYGONS, published=date_in_name(path))
    notices.extend((*share.notices, *people_notice(sources)))
    account = Account(
        rows=len(shapes) + others,
        matched=len(shapes),
        counted={"of another technology": others} if others else {},
    )
    return replace(_table(columns, territories, source, notices.as_tuple()), account=account)


def _read_polygons(path: Path, *, notices: Notices) -> tuple[gpd.GeoSeries, pd.Series, int]:
    """Return the 4G polygons of a coverage file, the operator of each, and the number of others."""
    import geopandas as gpd

    from zoneblanche.geo.files.limits import DEFAULT_LIMITS
    from zoneblanche.geo.vectors.fields import field_of
    from zoneblanche.geo.vectors.formats import read_features
    from zoneblanche.geo.vectors.repair import mend

    features = read_features(
        path,
        layer=None,
        wanted=("operateur", "techno"),
        limits=DEFAULT_LIMITS,
        notices=notices,
    )
    operators = pd.Series([str(name) for name in field_of(features, "operateur")])
    labels = [str(number) for number in range(len(features))]
    mended = mend(features, labels, notices=notices)
    if mended.faults or features.crs is None:
        raise InputError(
            list(mended.faults) or Fault(_("has no CRS."), file=str(path), kind="no-crs")
        )
    shapes = gpd.GeoSeries(list(mended.shapes), crs=features.crs)
    if "techno" in features.fields:
        wanted = np.array([str(name).upper() == "4G" for name in features.fields["techno"]])
        if not wanted.any():
            raise InputError(
                Fault(_("holds no polygon of techno 4G."), file=str(path), kind="no-records")
            )
        shapes, operators = shapes[wanted], operators[wanted]
    others = len(features) - len(shapes)
    return shapes, operators, others


def _shares_of_people(
    maps: list[Path], territories: Territories, grids: list[Path]
) -> dict[str, pd.Series]:
    """Return `people_<k>`: percent of people covered by at least k operators, over all tiles of
    people (`grids`), each with a raster of the number of operators (`maps`).

    The share over several tiles is the mean of theirs, weighted by the people on each. Missing if
    the tiles together have less than half of a territory.
    """
    from zoneblanche.geo.rasters.zonal import compute_zonal

    everywhere, codes = territories.frame.geometry, territories.codes
    covered = {f"people_{count}": pd.Series(0.0, index=codes) for count in COUNTS}
    total, area = pd.Series(0.0, index=codes), pd.Series(0.0, index=codes)
    for path, grid in zip(maps, grids, strict=True):
        # The grid of an island has a coordinate system that does not cover the others.
        shapes = everywhere[reached_by(everywhere, path) & reached_by(everywhere, grid)]
        if not len(shapes):
            continue
        inside = compute_zonal(shapes, grid, stat="sum")
        people = inside.values.reindex(codes).fillna(0.0)
        total += people
        area += inside.covered.reindex(codes).fillna(0.0)
        for count in COUNTS:
            share = compute_zonal(
                shapes, path, stat="weighted_share", threshold=count, weights_path=grid
            ).values
            covered[f"people_{count}"] += share.reindex(codes).fillna(0.0) * people
    mapped = (total > 0) & (area >= LEAST_COVER)
    return {name: (sums / total).where(mapped) for name, sums in covered.items()}


def reached_by(shapes: gpd.GeoSeries, raster: Path) -> pd.Series:
    """Return whether the frame of each shape in degrees meets that of the raster.

    Raises:
        InputError: `geo.rasters.read` does not read the raster.
    """
    from rasterio.warp import transform_bounds

    from zoneblanche.geo.rasters.read import read_raster_facts

    facts = read_raster_facts(raster)
    west, south, east, north = transform_bounds(facts.crs.to_wkt(), "EPSG:4326", *facts.bounds)
    frames = shapes.to_crs("EPSG:4326").bounds
    apart = (frames["minx"] > east) | (frames["maxx"] < west)
    return ~(apart | (frames["miny"] > north) | (frames["maxy"] < south))


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Return shares of area with those that no operator covers, `area_none`, and those that some
    and not all cover, `area_some`.

    Args:
        frame: columns `area_1` and `area_4`, percent.
    """
    by_some = (frame["area_1"] - frame[f"area_{OPERATORS}"]).clip(lower=0)
    return frame.assign(area_none=100 - frame["area_1"], area_some=by_some)


def _table(
    columns: Mapping[str, pd.Series],
    territories: Territories,
    source: Source,
    notices: tuple[str, ...],
) -> Table:
    frame = pd.DataFrame(columns, index=territories.codes).astype("float64").clip(0, 100) + 0.0
    frame = with_gaps(frame)
    reasons = (frame.isna() * int(Reason.NOT_COVERED)).astype("int8")
    return Table(
        frame=frame,
        level=territories.level,
        source=source,
        period=source.published,
        notices=notices,
        reasons=reasons,
    )


_AREAS = {
    "area_1": _("percent of area that at least 1 operator covers"),
    f"area_{OPERATORS}": _(
        "percent of area that at least {count} operators cover", count=OPERATORS
    ),
    "area_none": _("percent of area that no operator covers"),
    "area_some": _("percent of area that some operators cover, and others do not"),
}
_PEOPLE = {
    "people_1": _("percent of people that at least 1 operator covers, by a population raster"),
    f"people_{OPERATORS}": _(
        "percent of people that at least {count} operators cover, by a population raster",
        count=OPERATORS,
    ),
}

CONNECTORS = (
    Connector(
        id="arcep-4g-raster",
        named=r"nb_operateurs_4g_.*\.tiff?",
        title={"fr": "Nombre d'opérateurs 4G, raster", "en": "Number of 4G operators, raster"},
        source=RASTER,
        level="commune",
        on=measure_raster,
        columns=_AREAS | _PEOPLE,
        prefer="arcep-4g-polygons",
        feeds="coverage-4g",
    ),
    Connector(
        id="arcep-4g-polygons",
        title={"fr": "Couvertures 4G, polygones", "en": "4G coverage, polygons"},
        source=POLYGONS,
        level="commune",
        on=measure_polygons,
        columns=_AREAS
        | {
            f"area_{count}": _("percent of area that at least {count} operators cover", count=count)
            for count in range(2, OPERATORS)
        }
        | _PEOPLE,
        feeds="coverage-4g",
    ),
)
