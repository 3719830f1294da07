"""The draws of an edition's own index: the default answer need not be drawn by everybody again.

`draws.parquet` has their tables as streams of bytes, without rounding; `draws.json` says what they
rest on: a digest of figures, recipe, areas and code. Where any of it differs, they are not used.
The libraries are those of the lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.layers.edition.files import read_json, read_streams
from zoneblanche.layers.edition.integers import bytes_of, numbers_of, signed, unsigned

DRAWS, DESCRIPTION = "draws.parquet", "draws.json"

WHOLE, SHARE, SINGLE = "whole", "share", "single"
"""How the figures of a column are written: as integers, as counts of draws, in single precision.
Figures that a single does not hold follow in double precision, with their places."""

MOST_WHOLE = 2**30

Tables = Mapping[str, pd.DataFrame]
"""Tables of float64 by name, on the territories or numbered by draw."""


def read_draws(folder: Path, *, rests_on: str, rows: pd.Index) -> dict[str, pd.DataFrame] | None:
    """Return the tables of the draws of an edition; None if it has none, or of something else.

    Args:
        folder: of the edition.
        rests_on: digest of all that the draws which are wanted rest on.
        rows: of the tables on the territories.
    """
    described = folder / DESCRIPTION
    if not described.exists() or read_json(described)["rests_on"] != rests_on:
        return None
    return unpack_tables(*read_streams(folder / DRAWS), rows=rows)


def pack_tables(tables: Tables, *, draws: int) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the streams of tables and their header; `draws`: how many shares are of."""
    streams: dict[str, bytes] = {}
    described = []
    for name, table in tables.items():
        by_draw = isinstance(table.index, pd.RangeIndex)
        figures = table.to_numpy("float64").T
        kinds = []
        # Numbered by draw, a table has many columns with few figures: they are written as one.
        for place, column in enumerate([figures.ravel()] if by_draw else figures):
            kind, packed = _packed(column, draws)
            kinds.append(kind)
            streams |= {f"{name}/{place}/{part}": data for part, data in packed.items()}
        described.append(
            {
                "name": name,
                "columns": list(map(str, table.columns)),
                "type": str(table.columns.dtype),
                "kinds": kinds,
                "by_draw": by_draw,
            }
        )
    return streams, {"draws": draws, "tables": described}


def unpack_tables(
    streams: Mapping[str, bytes], header: Mapping[str, Any], *, rows: pd.Index
) -> dict[str, pd.DataFrame]:
    """Return the tables whose streams `pack_tables` returned; `rows` are the territories."""
    tables = {}
    for described in header["tables"]:
        columns = pd.Index(described["columns"], dtype=described["type"])
        figures = np.concatenate(
            [
                _unpacked(kind, streams, f"{described['name']}/{place}/", header["draws"])
                for place, kind in enumerate(described["kinds"])
            ]
        ).reshape(len(columns), -1)
        index = None if described["by_draw"] else rows
        tables[described["name"]] = pd.DataFrame(figures.T, index=index, columns=columns)
    return tables


def _packed(figures: np.ndarray, draws: int) -> tuple[str, dict[str, bytes]]:
    present = ~np.isnan(figures)
    numbers = np.where(present, figures, 0.0)
    for kind, counts in ((WHOLE, numbers), (SHARE, np.rint(numbers * draws))):
        small = np.abs(counts).max(initial=0) < MOST_WHOLE
        again = counts if kind == WHOLE else counts / draws
        if small and (counts == np.rint(counts)).all() and (again == numbers).all():
            # 0 is missing.
            return kind, {kind: bytes_of((unsigned(counts.astype("int64")) + 1) * present)}
    single = figures.astype("float32")
    others = np.flatnonzero(present & (single != figures))
    return SINGLE, {
        SINGLE: bytes_of(single.view("uint32").astype("int64")),
        "places": bytes_of(np.diff(others, prepend=0)),
        "double": figures[others].astype("<f8").tobytes(),
    }


def _unpacked(kind: str, streams: Mapping[str, bytes], name: str, draws: int) -> np.ndarray:
    numbers = numbers_of(streams[f"{name}{kind}"])
    if kind == SINGLE:
        figures = numbers.astype("uint32").view("float32").astype("float64")
        others = np.cumsum(numbers_of(streams[f"{name}places"]))
        figures[others] = np.frombuffer(streams[f"{name}double"], dtype="<f8")
        return figures
    counts = np.where(numbers > 0, signed(numbers - 1), np.nan)
    return counts if kind == WHOLE else counts / draws
