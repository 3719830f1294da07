"""An atlas on disk: one GeoParquet file whose metadata describes its columns.

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

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, missing_file
from zoneblanche.geo.files.output import staged_file
from zoneblanche.geo.messages import _, notice_as_dict, notice_from_dict
from zoneblanche.geo.source import Source, source_from_dict
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import country_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.record import recipe_as_dict, recipe_from_dict
from zoneblanche.layers.indicator import indicator_from_dict

KEY = b"zoneblanche"
FORMAT = 1
_COUNTRY = "country"


def save_atlas(atlas: Atlas, path: str | Path) -> None:
    """Write the atlas as one GeoParquet file, whole or not at all.

    Columns are named by their content: `value.website`, `reason.website`, `weight.premises`,
    `parent.departement`, `fact.population`, `extra.postal_codes`,
    `interval.digital-inequality.rank`.

    Raises:
        ProblemWithEnvironment: the place cannot be written.
    """
    frame = atlas.territories.frame.copy()
    for prefix, table in _tables(atlas):
        for column in table:
            frame[f"{prefix}.{column}"] = table[column]
    with staged_file(Path(path), "atlas") as staging:
        write_geoparquet(frame, staging, metadata=_metadata(atlas))


def load_atlas(path: str | Path) -> Atlas:
    """Return the atlas that `save_atlas` wrote, with the recipes of its indices.

    Raises:
        InputError: no such file, not GeoParquet, no description of its columns, or columns that do
            not match it.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(missing_file(path))
    told = _read_metadata(path)
    try:
        _check_columns(path)
        return _atlas_from(told, gpd.read_parquet(path))
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        OSError,
        RecursionError,
        pa.ArrowException,
        shapely.errors.ShapelyError,
    ) as error:
        raise InputError(
            Fault(
                _("the atlas is damaged: it does not hold what it says of itself."),
                file=str(path),
                remedy=_("Make it anew with `zoneblanche build`."),
                kind="damaged-atlas",
            )
        ) from error


def _atlas_from(told: dict[str, Any], frame: gpd.GeoDataFrame) -> Atlas:
    if frame.empty:
        raise ValueError("no territory")
    if not isinstance(told["level"], str) or not isinstance(told["vintage"], str):
        raise TypeError("level and vintage are texts")
    frame.index = pd.Index(frame.index.astype("object"), name="code")
    country = told[_COUNTRY]
    territories = Territories(
        frame=frame[["name", "geometry"]],
        level=told["level"],
        parents=_without_nan(_part(frame, "parent")),
        facts=_part(frame, "fact"),
        parent_names=told["parent_names"],
        vintage=told["vintage"],
        country=None if country is None else country_of(read_country(country), frame.index),
        sources=_sources(told["sources"]),
        extra=_part(frame, "extra") if told["extra"] else None,
    )
    return Atlas(
        territories=territories,
        values=_part(frame, "value"),
        reasons=_part(frame, "reason"),
        indicators={table["id"]: indicator_from_dict(table) for table in told["indicators"]},
        weights=_part(frame, "weight"),
        intervals={name: _part(frame, f"interval.{name}") for name in told["intervals"]},
        recipes={table["id"]: recipe_from_dict(table) for table in told.get("recipes", ())},
        notices=tuple(map(notice_from_dict, told["notices"])),
        account=told["account"],
    )


def write_geoparquet(frame: gpd.GeoDataFrame, path: Path, *, metadata: Mapping[str, Any]) -> None:
    """Write a GeoParquet file (zstd) with our metadata in that of the file, the same bytes each
    time."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression=None, index=True)
    table = pq.read_table(pa.BufferReader(buffer.getbuffer()))
    text = json.dumps(metadata, ensure_ascii=False, sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: text})
    pq.write_table(table, path, compression="zstd", compression_level=9)


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
        _COUNTRY: None if territories.country is None else territories.country.code,
        "sources": [source.as_dict() for source in territories.sources],
        "parent_names": {level: dict(names) for level, names in territories.parent_names.items()},
        "extra": territories.extra is not None,
        "indicators": [indicator.as_dict() for indicator in atlas.indicators.values()],
        "intervals": list(atlas.intervals),
        "recipes": [recipe_as_dict(recipe) for recipe in atlas.recipes.values()],
        "notices": list(map(notice_as_dict, atlas.notices)),
        "account": {name: dict(rows) for name, rows in atlas.account.items()},
    }


def country_of_atlas(path: Path) -> str:
    """Return the code of the country of an atlas on disk; "" if unknown."""
    try:
        return str(_read_metadata(path).get(_COUNTRY) or "")
    except InputError:
        return ""


def _read_metadata(path: Path) -> dict[str, Any]:
    try:
        text = (pq.read_schema(path).metadata or {}).get(KEY)
        told: dict[str, Any] = json.loads(text) if text else {}
    except (pa.ArrowException, OSError, ValueError, RecursionError):
        told = {}
    if not isinstance(told, dict) or told.get("format") != FORMAT or "indicators" not in told:
        raise InputError(
            Fault(
                _("this is no atlas: the file does not say what its columns are."),
                file=str(path),
                remedy=_(
                    "Make one with `zoneblanche build -o atlas.parquet`, score it with "
                    "`zoneblanche index`; the territories.parquet of a run is a plain "
                    "table."
                ),
                kind="no-atlas",
            )
        )
    return told


def _check_columns(path: Path) -> None:
    """Refuse columns, except the shapes, with lists or records in their cells."""
    nested = [
        field.name
        for field in pq.read_schema(path)
        if pa.types.is_nested(field.type) and field.name != "geometry"
    ]
    if nested:
        raise TypeError(f"{nested[0]} holds more than one value a cell")


def _part(frame: gpd.GeoDataFrame, prefix: str) -> pd.DataFrame:
    start = f"{prefix}."
    names = {
        str(name): str(name)[len(start) :] for name in frame.columns if str(name).startswith(start)
    }
    return pd.DataFrame(frame[list(names)]).rename(columns=names)


def _without_nan(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype("object")
    return table.where(table.notna(), None)


def _sources(listed: Iterable[Mapping[str, str]]) -> tuple[Source, ...]:
    return tuple(map(source_from_dict, listed))


def rounded(values: pd.Series, *, digits: int = 6) -> pd.Series:
    """Return figures as they are written to files: with more digits than are published, but few
    enough that the last bit of another processor does not change them; -0 becomes 0."""
    return pd.Series(np.round(values.to_numpy(dtype="float64"), digits) + 0.0, index=values.index)
