"""A table as delimited text: UTF-8, comma, LF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.tables import spreadsheet_safe

QUOTED = frozenset(',"\r\n')
"""Characters that need quotes around their cell (RFC 4180)."""


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write the columns of a table, without its index; missing cells are empty.

    Numbers are written with as many digits as distinguish them. A value that repeats is formatted
    once, in a third of the time of `DataFrame.to_csv`, whose text of numbers and texts this is.
    Values that are equal, as 0.0 and -0.0, are written as the first of them.

    Args:
        table: numbers and texts, at least two columns, each of one type; texts are written
            unchanged, names as `spreadsheet_safe` returns them.
        path: of the file.

    Raises:
        OSError: the file cannot be written.
    """
    header = ",".join(_quoted(spreadsheet_safe(str(name))) for name in table)
    rows = zip(*(_cells(table.iloc[:, place]) for place in range(table.shape[1])), strict=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{header}\n")
        file.writelines(f"{','.join(row)}\n" for row in rows)


def _cells(column: pd.Series) -> list[str]:
    codes, values = pd.factorize(column.array)
    # A missing cell has the code -1: the last text.
    texts = [*(_quoted(str(value)) for value in values.tolist()), ""]
    cells: list[str] = np.array(texts, dtype=object)[codes].tolist()
    return cells


def _quoted(text: str) -> str:
    if QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
