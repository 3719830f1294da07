"""The figures by territory of an edition: tables of publishers, packed into one small file.

`figures.parquet` has a row for each territory of the base level, and whole numbers only: a figure
is stored in steps of its published precision and, where that makes the file smaller, as a
difference to another figure or as a percentage of one. `figures.json` says how each column is
unpacked, and where its table comes from. `python -m scripts.build.edition` writes both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import source_from_dict
from zoneblanche.layers.edition.files import read_frame, read_json, read_packed
from zoneblanche.layers.layer import Table

FIGURES = "figures.parquet"
DESCRIPTION = "figures.json"

CODE = "code"
REASON = "reason"
"""Last part of the name of a column of `geo.reasons.Reason` codes."""


@dataclass(frozen=True)
class PackedColumn:
    """How one column of a table is stored.

    Attributes:
        name: in its table.
        digits: decimals that are kept; negative for tens, hundreds, and so on.
        added_to: column of the same or another table ("arcep-debit/premises") that the stored
            difference is added to, "a|b" for one and, where it is missing, another; "" for none.
            They must be packed before.
        percent_of: column that the stored figure is a percentage of; "" for none.
        categories: texts, for a column of texts; its numbers are their places, from 0.
        same_as: column of texts in an input of the edition that a missing text stands for.
    """

    name: str
    digits: int = 0
    added_to: str = ""
    percent_of: str = ""
    categories: tuple[str, ...] = ()
    same_as: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what differs from the default, for JSON."""
        default = PackedColumn(self.name)
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in vars(self).items()
            if key == "name" or value != getattr(default, key)
        }


def packed_column(record: Mapping[str, Any]) -> PackedColumn:
    """Return the column that `PackedColumn.as_dict` wrote."""
    return PackedColumn(**{**record, "categories": tuple(record.get("categories", ()))})


POPULATION = "population"
"""Name of the people of the territories, for columns that refer to them."""


def read_figures(
    folder: Path, packed_from: Mapping[str, Table], *, only: str | None = None
) -> dict[str, Table]:
    """Return the tables of figures of an edition by the id of their source; none without the files.

    Args:
        folder: of the edition.
        packed_from: its other tables, whose columns are meant by `same_as`.
        only: id of one table that refers to no other; by default all of them.
    """
    if not (folder / FIGURES).is_file():
        return {}
    described = read_json(folder / DESCRIPTION)["tables"]
    if only is not None:
        described = {only: described[only]}
    stored = read_packed(
        folder / FIGURES, lambda name: name == CODE or name.split("/")[0] in described
    )
    codes = pd.Index(stored.column(CODE).to_numpy(), dtype="object", name="code")
    people = read_frame(folder / "communes.parquet", [CODE, POPULATION])
    columns: dict[str, Any] = {
        POPULATION: people.set_index(CODE)[POPULATION].reindex(codes).to_numpy(dtype="float64")
    }
    tables = {}
    for name, record in described.items():
        packed = [packed_column(column) for column in record["columns"]]
        for column in packed:
            columns[f"{name}/{column.name}"] = read_column(
                stored.column(f"{name}/{column.name}"), column, columns
            )
        frame = pd.DataFrame(
            {column.name: columns[f"{name}/{column.name}"] for column in packed}, index=codes
        )
        for column in packed:
            if column.same_as:
                other, _, text = column.same_as.partition("/")
                same = packed_from[other].frame[text].astype("object").reindex(codes)
                frame[column.name] = _with_same(frame[column.name], same)
        tables[name] = _table(frame, _reasons(stored, name, packed, codes), record)
    return tables


def read_column(stored: pa.ChunkedArray, column: PackedColumn, columns: Mapping[str, Any]) -> Any:
    """The figures of a column (float64, NaN is missing), or its texts (object, None is missing)."""
    if column.same_as:
        return stored.to_numpy().astype("object")
    if column.categories:
        places = stored.cast(pa.float64()).to_numpy()
        texts = np.array([*column.categories, None], dtype="object")
        return texts[np.where(np.isnan(places), -1, places).astype("int64")]
    # Dividing by a power of ten gives the double nearest to the published decimal.
    figures = stored.cast(pa.float64()).to_numpy()
    if column.digits:
        scale = 10.0 ** abs(column.digits)
        figures = figures / scale if column.digits > 0 else figures * scale
    if column.added_to:
        return figures + base_of(column.added_to, columns)
    if column.percent_of:
        return figures * columns[column.percent_of] / 100
    return figures


def base_of(names: str, columns: Mapping[str, Any]) -> Any:
    """Return the figures that a difference refers to: see `PackedColumn.added_to`."""
    first, *others = (np.asarray(columns[name]) for name in names.split("|"))
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


NOTHING = "-"
"""Stands for a text that is missing where that of the other table is not."""


def _with_same(texts: pd.Series, same: pd.Series) -> pd.Series:
    filled = texts.where(texts.notna(), same)
    return filled.where(filled.notna() & (texts != NOTHING), None)


def _reasons(
    stored: pa.Table, name: str, packed: list[PackedColumn], codes: pd.Index
) -> pd.DataFrame | None:
    reasons = {
        column.name: stored.column(f"{name}/{column.name}/{REASON}").to_numpy().astype("int8")
        for column in packed
        if f"{name}/{column.name}/{REASON}" in stored.column_names
    }
    return pd.DataFrame(reasons, index=codes) if reasons else None


def _table(frame: pd.DataFrame, reasons: pd.DataFrame | None, record: Mapping[str, Any]) -> Table:
    """A territory without any figure and any reason has no row."""
    there = frame.notna().any(axis=1)
    if reasons is not None:
        there |= (reasons != Reason.PRESENT).any(axis=1)
        reasons = reasons[there]
    return Table(
        frame=frame[there],
        level=record["level"],
        source=source_from_dict(record["source"]),
        vintage=record.get("codes", ""),
        period=record.get("period", ""),
        reasons=reasons,
    )
