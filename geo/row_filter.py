"""Rows of a table, or features of a file of polygons, that a project picks: `where`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.messages import _

Where = Mapping[str, Any]
"""From a column to the value that is picked, or to a list of them: text, number, true or false."""


def pick_rows(columns: Mapping[str, np.ndarray], where: Where, *, file: str) -> np.ndarray:
    """Return the positions of the rows that have the wanted value in each column.

    A number is compared as a number, so that 2023 picks "2023" and "2023.0". A text is compared
    without spaces around it.

    Args:
        columns: the cells of each column of `where`, text or as the file has them.
        where: what is picked.
        file: names it in a fault.

    Raises:
        InputError: no row has the value of a column, or no row has all of them.

    >>> cells = {"year": np.array(["2022", "2023"]), "what": np.array(["fibre", "fibre"])}
    >>> pick_rows(cells, {"year": 2023, "what": "fibre"}, file="t.csv").tolist()
    [1]
    """
    size = len(next(iter(columns.values()))) if columns else 0
    kept = np.ones(size, dtype=bool)
    faults = []
    for name, value in where.items():
        cells = columns[name]
        matches = _matches(cells, value if isinstance(value, list) else [value])
        if not matches.any():
            faults.append(_no_row(cells, name, value, file))
        kept &= matches
    if not faults and not kept.any():
        pairs = ", ".join(f"{name} = {value!r}" for name, value in where.items())
        faults.append(
            Fault(
                _("no row has all of {pairs}.", pairs=pairs),
                file=file,
                remedy=_("Change one of the values of where."),
                kind="no-match",
            )
        )
    if faults:
        raise InputError(faults)
    return np.flatnonzero(kept)


def _matches(cells: np.ndarray, values: list[Any]) -> np.ndarray:
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    picked = [any(_same(cell, value) for value in values) for cell in distinct]
    return np.array(picked, dtype=bool)[codes]


def _same(cell: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return str(cell).strip().casefold() == str(value).casefold()
    if isinstance(value, int | float):
        try:
            return float(str(cell).strip().replace(",", ".")) == value
        except ValueError:
            return False
    return str("" if cell is None else cell).strip() == str(value).strip()


def _no_row(cells: np.ndarray, name: str, value: Any, file: str) -> Fault:
    present = first_of([shown(str(cell).strip()) for cell in pd.unique(cells)])
    return Fault(
        _("no row has {name} = {value}.", name=name, value=repr(value)),
        file=file,
        column=name,
        value=str(value)[:60],
        remedy=_("The column has {found}.", found=present),
        kind="no-match",
    )
