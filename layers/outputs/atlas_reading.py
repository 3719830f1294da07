"""The reader of atlases: it checks the metadata, then the columns, then their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, blamed_on
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.files.parquet import ParquetSource, cells_of, longest_of
from zoneblanche.geo.files.structured.json_text import parse_json
from zoneblanche.geo.messages import _, notice_from_dict, quantity
from zoneblanche.geo.source import source_from_dict
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.formats.features import check_features
from zoneblanche.geo.vectors.formats.geoparquet import crs_of, primary_column, shapes_of
from zoneblanche.geo.vectors.position import check_place
from zoneblanche.geo.vintages.arrondissements import country_of
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.correction import Correction
from zoneblanche.layers.index.recipe.record import recipe_from_dict
from zoneblanche.layers.indicator import indicator_from_dict
from zoneblanche.layers.outputs.atlas_schema import (
    CODE,
    FORMAT,
    NAME,
    SHAPE,
    cell_faults,
    column_faults,
    metadata_faults,
    own_columns,
)

KEY = b"zoneblanche"
_MOST_FAULTS = 20


def read_atlas(source: ParquetSource, *, file: str, limits: Limits) -> Atlas:
    """Return the atlas in a Parquet file.

    Raises:
        InputError: it has no metadata, or everything that is wrong with the file.
        ValueError, OSError, pyarrow.ArrowException: the file is damaged.
    """
    metadata = read_metadata(source, file=file)
    _refuse(column_faults(source.schema, metadata, file), file)
    if not source.rows:
        _refuse([Fault(_("there is no territory."), file=file, kind="damaged-atlas")], file)
    columns = own_columns(source.schema, metadata)
    check_features(source.rows, len(columns), file, limits)
    table = source.read(columns, most_bytes=limits.vector_bytes)
    _refuse(_text_faults(table, file, limits), file)
    codes = pd.Index(cells_of(table[CODE], _plain), name=CODE, dtype="object")
    parts = {part: _part(table, part, codes) for part in ("value", "weight", "fact", "reason")}
    intervals = {name: _part(table, f"interval.{name}", codes) for name in metadata["intervals"]}
    every = [table.add_prefix(f"{name}.") for name, table in intervals.items()]
    parts["interval"] = pd.concat(every, axis=1) if every else pd.DataFrame(index=codes)
    _refuse(cell_faults(parts, metadata, file), file)
    ids = [indicator["id"] for indicator in metadata["indicators"]]
    with blamed_on(file):
        return Atlas(
            territories=_territories(table, metadata, codes, parts["fact"], file, limits),
            values=parts["value"][ids],
            reasons=parts["reason"][ids].astype("int8"),
            indicators={
                table["id"]: indicator_from_dict(table) for table in metadata["indicators"]
            },
            weights=parts["weight"],
            intervals=intervals,
            recipes={table["id"]: recipe_from_dict(table) for table in metadata.get("recipes", ())},
            notices=tuple(map(notice_from_dict, metadata["notices"])),
            account=metadata["account"],
            corrections=tuple(Correction(**entry) for entry in metadata.get("corrections", ())),
            contact=metadata.get("contact", ""),
        )


def read_metadata(source: ParquetSource, *, file: str) -> dict[str, Any]:
    """Return the checked metadata of an atlas.

    Raises:
        InputError: it has none, or everything that is wrong with it.
    """
    text = (source.schema.metadata or {}).get(KEY)
    if not text:
        raise InputError(no_atlas(file))
    try:
        parsed = parse_json(text.decode(), file=file)
    except (InputError, UnicodeDecodeError) as error:
        raise InputError(no_atlas(file)) from error
    if not isinstance(parsed, dict) or parsed.get("format") != FORMAT or "indicators" not in parsed:
        raise InputError(no_atlas(file))
    _refuse(metadata_faults(parsed, file), file)
    return parsed


def no_atlas(file: str) -> Fault:
    """Return the fault of a file that is not an atlas."""
    return Fault(
        _("this is not an atlas: the file does not describe its columns."),
        file=file,
        remedy=_(
            "Give the territories.parquet of a run, or what `zoneblanche build` or "
            "`zoneblanche index` wrote."
        ),
        kind="no-atlas",
    )


def _refuse(faults: list[Fault], file: str) -> None:
    if faults:
        first = Fault(
            _("the atlas is damaged: its contents do not match its description."),
            file=file,
            remedy=_("Create it again with `zoneblanche build`."),
            kind="damaged-atlas",
        )
        raise InputError([first, *faults[:_MOST_FAULTS]])


def _text_faults(table: pa.Table, file: str, limits: Limits) -> list[Fault]:
    """Return the faults of texts that are too long, or missing."""
    wrong = []
    for name in table.column_names:
        column = table[name]
        if name in (CODE, NAME) and column.null_count:
            wrong.append((name, _("{count} cells are empty.", count=quantity(column.null_count))))
        if name != SHAPE and pa.types.is_dictionary(column.type):
            longest = longest_of(column)
            if longest > limits.cell_length:
                message = _(
                    "a cell has {count} bytes, more than the limit of {limit}.",
                    count=quantity(longest),
                    limit=quantity(limits.cell_length),
                )
                wrong.append((name, message))
    return [Fault(message, file=file, column=name, kind="damaged-atlas") for name, message in wrong]


def _territories(
    table: pa.Table,
    metadata: Mapping[str, Any],
    codes: pd.Index,
    facts: pd.DataFrame,
    file: str,
    limits: Limits,
) -> Territories:
    column, declared = primary_column(table.schema.metadata, file)
    if column != SHAPE:
        raise ValueError("the shapes are those of another column")
    shapes, unreadable = shapes_of(table[SHAPE], declared, file, limits)
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > limits.vertices:
        raise ValueError("too many vertices")
    _refuse(
        [
            Fault(
                _("its shape cannot be read: {why}.", why=why),
                file=file,
                feature=str(codes[number])[:60],
            )
            for number, why in unreadable.items()
        ],
        file,
    )
    crs = crs_of(declared, file)
    _refuse(check_place(shapes, crs, list(map(str, codes)), file=file), file)
    names = pd.Series(cells_of(table[NAME], _plain), index=codes, dtype="str")
    country = metadata["country"]
    return Territories(
        frame=gpd.GeoDataFrame({"name": names}, geometry=shapes, index=codes, crs=crs),
        level=metadata["level"],
        parents=_part(table, "parent", codes),
        facts=facts,
        parent_names=metadata["parent_names"],
        vintage=metadata["vintage"],
        country=None if country is None else country_of(read_country(country), codes),
        sources=tuple(map(source_from_dict, metadata["sources"])),
        extra=_part(table, "extra", codes) if metadata["extra"] else None,
    )


def _part(table: pa.Table, part: str, codes: pd.Index) -> pd.DataFrame:
    """Return the columns with this prefix: figures as float64, missing parents as None."""
    start = f"{part}."
    names = [name for name in table.column_names if name.startswith(start)]
    kind = "object" if part == "parent" else None
    return pd.DataFrame(
        {
            name[len(start) :]: pd.Series(_cells(table[name], part), index=codes, dtype=kind)
            for name in names
        },
        index=codes,
        columns=pd.Index([name[len(start) :] for name in names], dtype="str"),
    )


def _cells(column: pa.ChunkedArray, part: str) -> Any:
    if part == "parent":
        return cells_of(column, _plain)
    if part == "reason":
        return column.fill_null(-1).to_numpy()
    if part != "extra":
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_dictionary(column.type) or pa.types.is_null(column.type):
        return pd.array(list(cells_of(column, _plain)), dtype="str")
    return column.to_pandas().to_numpy()


def _plain(column: Any) -> np.ndarray:
    return np.array(column.to_pylist(), dtype=object)
