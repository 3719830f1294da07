"""The files of an edition, opened.

They are part of the package: unlike the files of a user, they need no limits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def read_shapes(file: Path) -> gpd.GeoDataFrame:
    """Return territories with their shapes, by `code`."""
    return gpd.read_parquet(file).set_index("code")


def read_frame(
    file: Path, columns: Sequence[str] | None = None, *, coded: Sequence[str] = ()
) -> pd.DataFrame:
    """Return columns of a Parquet file, by default all; those of `coded` as categories."""
    return pd.read_parquet(
        file,
        columns=None if columns is None else list(columns),
        read_dictionary=list(coded) or None,
    )


def read_known(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return those columns of a Parquet file that it has."""
    names = pq.read_schema(file).names
    return read_frame(file, [name for name in columns if name in names])


def read_packed(file: Path, wanted: Callable[[str], bool]) -> pa.Table:
    """Return the wanted columns of a Parquet file as they are stored."""
    return pq.read_table(
        file, columns=[name for name in pq.read_schema(file).names if wanted(name)]
    )


HEADER = b"zoneblanche"
"""Key of the header in the metadata of a file of streams."""


def read_streams(file: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the streams of a Parquet file with the columns `name` and `data`, and its header."""
    table = pq.read_table(file)
    names, data = (table[column].to_pylist() for column in ("name", "data"))
    header: dict[str, Any] = json.loads(table.schema.metadata[HEADER])
    return dict(zip(names, data, strict=True)), header


def read_texts(file: Path) -> pd.DataFrame:
    """Return a CSV file; every cell is a text, "" where it is empty."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def read_json(file: Path) -> dict[str, Any]:
    """Return the object of a JSON file."""
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
