"""The files of an edition, opened.

They are part of the package: unlike the files of a user, they need no limits. One that cannot be
read was damaged after it was installed; one that can be read is not compared with what was built.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _

Rest = ParamSpec("Rest")
Content = TypeVar("Content")


def _naming_unreadable(
    read: Callable[Concatenate[Path, Rest], Content],
) -> Callable[Concatenate[Path, Rest], Content]:
    """Return the reader with an error that names the file which it cannot read, and the remedy."""

    @wraps(read)
    def read_or_say(file: Path, *args: Rest.args, **kwargs: Rest.kwargs) -> Content:
        try:
            return read(file, *args, **kwargs)
        except MemoryError:
            raise
        except (OSError, ValueError, LookupError, TypeError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.ENOENT):
                raise  # what the system refused is not damaged
            raise ProblemWithEnvironment(
                _(
                    "{file}, a file of an installed package, cannot be read ({error}). Install "
                    "that package again.",
                    file=str(file),
                    error=error,
                )
            ) from error

    return read_or_say


@_naming_unreadable
def read_shapes(file: Path) -> gpd.GeoDataFrame:
    """Return territories with their shapes, by `code`."""
    return gpd.read_parquet(file).set_index("code")


@_naming_unreadable
def read_frame(
    file: Path, columns: Sequence[str] | None = None, *, coded: Sequence[str] = ()
) -> pd.DataFrame:
    """Return columns of a Parquet file, by default all; those of `coded` as categories."""
    return pd.read_parquet(
        file,
        columns=None if columns is None else list(columns),
        read_dictionary=list(coded) or None,
    )


@_naming_unreadable
def read_known(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return those columns of a Parquet file that it has."""
    names = pq.read_schema(file).names
    return read_frame(file, [name for name in columns if name in names])


@_naming_unreadable
def read_packed(file: Path, wanted: Callable[[str], bool]) -> pa.Table:
    """Return the wanted columns of a Parquet file as they are stored."""
    return pq.read_table(
        file, columns=[name for name in pq.read_schema(file).names if wanted(name)]
    )


HEADER = b"zoneblanche"
"""Key of the header in the metadata of a file of streams."""


@_naming_unreadable
def read_streams(file: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the streams of a Parquet file with the columns `name` and `data`, and its header."""
    table = pq.read_table(file)
    names, data = (table[column].to_pylist() for column in ("name", "data"))
    header: dict[str, Any] = json.loads(table.schema.metadata[HEADER])
    return dict(zip(names, data, strict=True)), header


@_naming_unreadable
def read_texts(file: Path) -> pd.DataFrame:
    """Return a CSV file; every cell is a text, "" where it is empty."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@_naming_unreadable
def read_json(file: Path) -> dict[str, Any]:
    """Return the object of a JSON file."""
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
