"""An atlas on disk: one GeoParquet file whose metadata describes its columns.

The `territories.parquet` of a run also has the columns of `territories.csv`, for other programs.
The reader of atlases skips them.

The metadata is not in a frame's `attrs`, which most operations lose. It is in the metadata of the
file under the key `zoneblanche`. A file without it is refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from zoneblanche.geo.country import Country, known_countries, read_country
from zoneblanche.geo.errors import InputError, ZoneblancheError
from zoneblanche.geo.files.kinds import check_file, kind_of
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.files.parquet import open_parquet
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.messages import _, notice_as_dict
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.record import recipe_as_dict
from zoneblanche.layers.outputs.atlas_reading import KEY, no_atlas, read_atlas, read_metadata
from zoneblanche.layers.outputs.atlas_schema import CODE, FORMAT, NAME, SHAPE

__all__ = [
    "KEY",
    "country_of_atlas",
    "load_atlas",
    "rounded",
    "save_atlas",
    "write_atlas",
    "write_geoparquet",
]


def save_atlas(atlas: Atlas, path: str | Path) -> None:
    """Write the atlas as one GeoParquet file, whole or not at all.

    Columns are named by their content: `value.website`, `reason.website`, `weight.premises`,
    `parent.departement`, `fact.population`, `extra.postal_codes`,
    `interval.digital-inequality.rank`.

    Raises:
        ProblemWithEnvironment: the place cannot be written.
    """
    with staged_file(Path(path), "atlas") as staging:
        write_atlas(atlas, staging)


def write_atlas(atlas: Atlas, path: Path, *, table: pd.DataFrame | None = None) -> None:
    """Write the atlas to a path that is not yet in its place; see `save_atlas`.

    Args:
        atlas: any.
        path: of the file.
        table: columns that repeat the figures under plain names, on the same index. The metadata
            lists them under `table`.

    Raises:
        OSError: the file cannot be written.
    """
    columns = {
        f"{prefix}.{column}": values[column]
        for prefix, values in _tables(atlas)
        for column in values
    }
    names = atlas.territories.names
    plain = {} if table is None else {str(name): table[name] for name in table}
    taken = {CODE, NAME, SHAPE, *columns}
    plain = {name: cells for name, cells in plain.items() if name not in taken}
    filled = {NAME: names, **plain, **columns, SHAPE: pd.Series(None, names.index, dtype="object")}
    # With one index, and not equal ones, nothing has to be compared.
    filled = {name: _on(names.index, cells) for name, cells in filled.items()}
    metadata = _metadata(atlas)
    if table is not None:
        metadata["table"] = list(plain)
    write_geoparquet(
        pd.DataFrame(filled, copy=False),
        atlas.territories.frame.geometry,
        path,
        metadata=metadata,
    )


def load_atlas(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Atlas:
    """Return the atlas that `save_atlas` wrote, with the recipes of its indices.

    Raises:
        InputError: no such file, not GeoParquet, no description of its columns; or everything that
            is wrong with the description, the columns and their cells.
        ProblemWithEnvironment: no permission to read the file.
    """
    path = Path(path)
    kind = kind_of(check_file(path, most_bytes=limits.vector_bytes, what=_("atlas")))
    if kind != "parquet":
        raise InputError(no_atlas(str(path)))
    try:
        with open_parquet(path, limits=limits, what=_("atlas")) as source:
            return read_atlas(source, file=str(path), limits=limits)
    except InputError as error:
        if [fault.kind for fault in error.faults] == ["damaged-file"]:
            raise InputError([*error.faults, no_atlas(str(path))]) from error
        raise


def _on(codes: pd.Index, cells: pd.Series) -> pd.Series:
    if cells.index is codes or cells.index.equals(codes):
        return cells.set_axis(codes)
    return cells.reindex(codes)


def write_geoparquet(
    table: pd.DataFrame, shapes: gpd.GeoSeries, path: Path, *, metadata: Mapping[str, Any]
) -> None:
    """Write a GeoParquet file (zstd) with our metadata in that of the file, the same bytes each
    time.

    Args:
        table: the columns; that of the shapes is empty.
        shapes: one for each row.
        path: of the file.
        metadata: ours.

    Raises:
        OSError: the file cannot be written.
    """
    geometry = shapes.to_numpy()
    # geopandas writes what a reader must know of the shapes. A few are enough to know it.
    few = io.BytesIO()
    sample = gpd.GeoDataFrame(geometry=shapes.iloc[_telling(geometry)].array, crs=shapes.crs)
    sample.to_parquet(few, compression=None, index=False)
    described = pq.read_schema(few)
    filled = pa.Table.from_pandas(table, preserve_index=True)
    filled = filled.set_column(
        filled.schema.get_field_index(SHAPE),
        described.field(SHAPE),
        pa.array(shapely.to_wkb(geometry, flavor="iso"), type=pa.binary()),
    )
    text = json.dumps(metadata, ensure_ascii=False, sort_keys=True).encode()
    filled = filled.replace_schema_metadata(
        {**filled.schema.metadata, b"geo": described.metadata[b"geo"], KEY: text}
    )
    # All shapes differ. There is one group of rows, so statistics let a reader skip nothing.
    others = [name for name in filled.schema.names if name != SHAPE]
    pq.write_table(
        filled,
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=others,
        write_statistics=False,
    )


def _telling(shapes: np.ndarray) -> list[int]:
    """Return positions of a few shapes that have the bounds and the types of all."""
    kinds = shapely.get_type_id(shapes) * 2 + shapely.has_z(shapes)
    places = set(np.unique(kinds, return_index=True)[1].tolist())
    bounds = shapely.bounds(shapes)
    if not np.isnan(bounds).all():
        places |= set(np.nanargmin(bounds[:, :2], axis=0).tolist())
        places |= set(np.nanargmax(bounds[:, 2:], axis=0).tolist())
    return sorted(places)


def _tables(atlas: Atlas) -> Iterable[tuple[str, pd.DataFrame]]:
    yield "parent", atlas.territories.parents
    yield "fact", atlas.territories.facts
    if atlas.territories.extra is not None:
        yield "extra", atlas.territories.extra
    yield "value", atlas.values
    yield "reason", atlas.reasons
    yield "weight", atlas.weights
    for name, table in atlas.intervals.items():
        yield f"interval.{name}", table


def _metadata(atlas: Atlas) -> dict[str, Any]:
    territories = atlas.territories
    return {
        "format": FORMAT,
        "level": territories.level,
        "vintage": territories.vintage,
        "country": _described_code(territories.country),
        "sources": [source.as_dict() for source in territories.sources],
        "parent_names": {level: dict(names) for level, names in territories.parent_names.items()},
        "extra": territories.extra is not None,
        "indicators": [indicator.as_dict() for indicator in atlas.indicators.values()],
        "intervals": list(atlas.intervals),
        # The folder of a recipe is its reader's own affair.
        "recipes": [
            recipe_as_dict(recipe) | {"file": Path(recipe.file).name}
            for recipe in atlas.recipes.values()
        ],
        "notices": list(map(notice_as_dict, atlas.notices)),
        "account": {name: dict(rows) for name, rows in atlas.account.items()},
        "corrections": [correction.as_dict() for correction in atlas.corrections],
        "contact": atlas.contact,
    }


def _described_code(country: Country | None) -> str | None:
    """Return the code of a country that zoneblanche or a plug-in describes. One that a project
    describes cannot be found again: its territories are then read without it."""
    if country is None or country.code not in known_countries():
        return None
    ids_of_levels = [level.id for level in read_country(country.code).levels]
    return country.code if ids_of_levels == [level.id for level in country.levels] else None


def country_of_atlas(path: Path) -> str:
    """Return the code of the country of an atlas on disk; "" if unknown."""
    try:
        check_file(path, most_bytes=DEFAULT_LIMITS.vector_bytes)
        with open_parquet(path, limits=DEFAULT_LIMITS, what=_("atlas")) as source:
            return str(read_metadata(source, file=str(path))["country"] or "")
    except ZoneblancheError:
        return ""


def rounded(values: pd.Series, *, digits: int = 6) -> pd.Series:
    """Return figures as they are written to files: with more digits than are published, but few
    enough that the last bit of another processor does not change them; -0 becomes 0."""
    return pd.Series(np.round(values.to_numpy(dtype="float64"), digits) + 0.0, index=values.index)
