"""Coordinates that are not on Earth, in a table of points that is read in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO

import numpy as np
from numpy.typing import NDArray

from zoneblanche.geo.errors import Fault, shown
from zoneblanche.geo.messages import _

Floats = NDArray[np.float64]

MOST_TOLD = 20  # per piece; a run stops at the first piece that has any
ROUNDING = 1e-9
BLOCK_BYTES = 2**20

_METRES = 720
"""Degrees beyond which a coordinate is one of metres."""


def beyond_bounds(x: Floats, y: Floats, bounds: tuple[float, float]) -> list[tuple[int, int]]:
    """Return the first rows, and which of x (0) and y (1), that are infinite or beyond ±bound. NaN
    is allowed.

    >>> beyond_bounds(np.array([2.0, 999.0]), np.array([np.inf, 48.0]), (180.0, 90.0))
    [(0, 1), (1, 0)]
    """
    pairs = zip((x, y), bounds, strict=True)
    beyond = [np.isinf(cells) | (np.abs(cells) > most + ROUNDING) for cells, most in pairs]
    rows, sides = np.nonzero(np.column_stack(beyond))
    return list(zip(rows[:MOST_TOLD].tolist(), sides[:MOST_TOLD].tolist(), strict=True))


def coordinate_fault(
    value: float, most: float, *, file: str, column: str, line: int | None, feature: int | None
) -> Fault:
    """Return the fault of a coordinate, in the words of tables that are read as a whole."""
    cell = f"{value:.15g}"
    if np.isinf(value):
        message, kind = _("{cell} is not a finite number.", cell=shown(cell)), "not-finite"
    elif value > 0:
        message = _(
            "{cell} is above {most}; expected: number, {value} to {most}.",
            cell=shown(cell),
            most=f"{most:g}",
            value=f"{-most:g}",
        )
        kind = "out-of-range"
    else:
        message = _(
            "{cell} is below {value}; expected: number, {value} to {most}.",
            cell=shown(cell),
            value=f"{-most:g}",
            most=f"{most:g}",
        )
        kind = "out-of-range"
    remedy = _("Correct it, or leave the cell empty where the figure is not known.")
    if np.isfinite(value) and abs(value) > _METRES:
        remedy = _("Name the reference system that they are in, e.g. crs = 'EPSG:2154'.")
    return Fault(
        message,
        file=file,
        line=line,
        feature=feature,
        column=column,
        value=cell,
        remedy=remedy,
        kind=kind,
    )


def lines_of_rows(stream: IO[bytes], begin: int, rows: list[int]) -> list[int]:
    """Return the lines of a file, from 1, of rows that are counted from 0 at byte `begin`.

    Rows are ascending; an empty line is not a row.
    """
    stream.seek(0)
    line, left = 0, begin
    while left > 0 and (block := stream.read(min(BLOCK_BYTES, left))):
        line, left = line + block.count(b"\n"), left - len(block)
    wanted = set(rows)
    numbers_of_lines = (number for row, number in enumerate(_filled(stream, line)) if row in wanted)
    numbers = dict(zip(sorted(wanted), islice(numbers_of_lines, len(wanted)), strict=True))
    return [numbers[row] for row in rows]


def _filled(stream: IO[bytes], before: int) -> Iterator[int]:
    for number, text in enumerate(stream, start=before + 1):
        if text.rstrip(b"\r\n"):
            yield number
