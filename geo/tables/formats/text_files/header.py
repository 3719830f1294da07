"""The column names of a table, and the raw table with these columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from zoneblanche.geo.errors import Fault
from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.messages import _, ngettext, remark
from zoneblanche.geo.tables.raw import RawTable, Stored

_HEADER_BYTES = 1 << 16


def check_names(names: list[str], *, file: str, line: int | None = None) -> list[Fault]:
    """Return the fault of a header without any name. A name that is there twice is a fault of
    whoever asks for that column (`geo.tables.raw.column`)."""
    if any(name.strip() for name in names):
        return []
    return [Fault(_("the header has no column names."), file=file, line=line, kind="header-place")]


def repeated_names(names: list[str]) -> dict[str, list[int]]:
    """Return names that several columns have, and the 1-based places of these columns."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        if name.strip():
            places.setdefault(name, []).append(place)
    return {name: positions for name, positions in places.items() if len(positions) > 1}


def composed(name: str) -> str:
    """Return the name with each accent composed with its letter, as most systems write it."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def squeezed(name: str) -> str:
    """Return the name with single spaces for line breaks and runs of spaces, and none around it.

    >>> squeezed(" Taux\\n(en %)\\u00a0")
    'Taux (en %)'
    """
    return " ".join(composed(name).split())


def build(
    file: str,
    names: list[str],
    cells: list[np.ndarray],
    lines: np.ndarray,
    *,
    separator: str = "",
    decimal: str | None = None,
    encoding: str = "",
    counted: Literal["line", "record"] = "line",
    stored: Mapping[str, Stored] | None = None,
    notices: list[str] | None = None,
    header: int | None = None,
    whole: bool = False,
) -> RawTable:
    """Return the raw table of these columns. A column without a name (a row number, a separator at
    the end of each line) cannot be used and is left out, with a notice. So is one whose name
    another column has, without a notice: many files have such columns, which nobody uses."""
    collected = list(notices or [])
    names = [composed(name) for name in names]
    unnamed = sum(not name.strip() for name in names)
    if unnamed:
        collected.append(
            remark(
                ngettext(
                    "{file}: {count} column without a name is not read.",
                    "{file}: {count} columns without a name are not read.",
                    unnamed,
                    file=file,
                )
            )
        )
    pairs = zip(names, cells, strict=True)
    repeated = repeated_names(names)
    return RawTable(
        file=file,
        columns={name: column for name, column in pairs if name.strip() and name not in repeated},
        lines=lines,
        counted=counted,
        stored={composed(name): kind for name, kind in (stored or {}).items()},
        separator=separator,
        decimal=decimal,
        encoding=encoding,
        notices=tuple(collected),
        repeated=repeated,
        header=header,
        whole=whole,
    )


def header_of(path: Path) -> tuple[str, list[str]]:
    """Return the separator of a CSV, by its first line, and the names in that line.

    Raises:
        InputError: not a regular file.
        ProblemWithEnvironment: no permission to read the file.
    """
    with open_plain(path) as stream:
        first = stream.readline(_HEADER_BYTES).decode("utf-8-sig", errors="replace")
    separator = max(";,\t|", key=first.count)
    return separator, [name.strip().strip('"') for name in first.split(separator)]
