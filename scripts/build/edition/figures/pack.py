"""Packing tables of figures into whole numbers, column by column; `layers.edition.figures` unpacks
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition.figures import (
    CODE,
    NOTHING,
    POPULATION,
    REASON,
    PackedColumn,
    base_of,
    read_column,
)
from zoneblanche.layers.layer import Table
from zoneblanche.scripts.build.edition.storage import write_packed


def pack_tables(
    tables: Mapping[str, tuple[Table, Sequence[PackedColumn]]],
    territories: Territories,
    packed_from: Mapping[str, Table],
) -> tuple[pa.Table, dict[str, list[dict[str, Any]]]]:
    """Return the packed columns of all tables, and how each is unpacked.

    Args:
        tables: by id of their source; each with the columns to keep, in an order in which a column
            stands after those it refers to.
        territories: of the rows, in their order; some columns refer to their population.
        packed_from: the edition's other tables, for `same_as`.

    Raises:
        InputError: a column that cannot be packed as it is described.
    """
    codes = territories.codes
    columns: dict[str, pa.Array] = {CODE: pa.array(codes.to_numpy(dtype="object"), pa.string())}
    unpacked: dict[str, Any] = {POPULATION: territories.facts["population"].to_numpy()}
    described: dict[str, list[dict[str, Any]]] = {}
    for name, (table, wanted) in tables.items():
        frame = table.frame.reindex(codes)
        records = []
        for column in wanted:
            key = f"{name}/{column.name}"
            values, column = _packed(frame[column.name], column, unpacked, packed_from, key)
            columns[key] = values
            unpacked[key] = read_column(pa.chunked_array([values]), column, unpacked)
            records.append(column.as_dict())
        described[name] = records
        columns |= _packed_reasons(table, wanted, codes, name)
    return pa.table(columns), described


def _packed(
    figures: pd.Series,
    column: PackedColumn,
    unpacked: Mapping[str, Any],
    packed_from: Mapping[str, Table],
    key: str,
) -> tuple[pa.Array, PackedColumn]:
    if column.same_as:
        other, _, text = column.same_as.partition("/")
        same = packed_from[other].frame[text].astype("object").reindex(figures.index)
        texts = figures.astype("object").where(figures.notna(), None)
        different = texts.where(texts.notna() | same.isna(), NOTHING)
        kept = different.where(different != same.where(same.notna(), None), None)
        return pa.array(kept.tolist(), pa.string()), column
    if figures.dtype == "object" or pd.api.types.is_string_dtype(figures.dtype):
        kinds = sorted(figures.dropna().unique())
        places = figures.map({kind: place for place, kind in enumerate(kinds)})
        described = PackedColumn(column.name, categories=tuple(map(str, kinds)))
        return _whole(places.astype("float64").to_numpy(), key, pa.int8()), described
    values = figures.astype("float64").to_numpy()
    if column.added_to:
        values = values - base_of(column.added_to, unpacked)
    elif column.percent_of:
        base = np.asarray(unpacked[column.percent_of])
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(base == 0, np.where(values == 0, 0.0, np.nan), 100 * values / base)
    lost = figures.notna().to_numpy() & np.isnan(values)
    if lost.any():
        first = figures.index[lost][0]
        message = f"{key}: {lost.sum()} figures have nothing to refer to (first: {first})."
        raise InputError(Fault(message, kind="pack"))
    return _whole(values * 10.0**column.digits, key, pa.int32()), column


def _whole(values: np.ndarray, key: str, kind: pa.DataType) -> pa.Array:
    whole = np.round(values)
    limit = np.iinfo(kind.to_pandas_dtype()).max
    if np.nanmax(np.abs(whole), initial=0) > limit:
        raise InputError(Fault(f"{key}: a figure exceeds {limit} steps.", kind="pack"))
    missing = np.isnan(whole)
    return pa.array(np.where(missing, 0, whole).astype("int64"), mask=missing).cast(kind)


def _packed_reasons(
    table: Table, wanted: Sequence[PackedColumn], codes: pd.Index, name: str
) -> dict[str, pa.Array]:
    """Reasons that the publisher gives; what is merely missing needs none."""
    if table.reasons is None:
        return {}
    columns_of_reasons = {}
    for column in wanted:
        if column.name not in table.reasons:
            continue
        reasons = table.reasons[column.name].reindex(codes).fillna(int(Reason.PRESENT))
        if reasons.any():
            columns_of_reasons[f"{name}/{column.name}/{REASON}"] = pa.array(
                reasons.astype("int8").to_numpy()
            )
    return columns_of_reasons


def write_figures(packed: pa.Table, path: Path) -> None:
    """Write Parquet whose numbers are stored byte by byte: the high bytes hardly change from row to
    row, so zstd packs them to almost nothing."""
    numbers = [field.name for field in packed.schema if field.type == pa.int32()]
    write_packed(
        packed,
        path,
        use_dictionary=False,
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )
