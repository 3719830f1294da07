"""The column names of a table, and the raw table with these columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from zoneblanche.geo.errors import Fault, shown
from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.messages import _, ngettext, remark
from zoneblanche.geo.tables.raw import RawTable, Stored

_HEADER_BYTES = 1 << 16


def check_names(names: list[str], *, file: str, line: int | None = None) -> list[Fault]:
    """Return the faults of a header: duplicate names, or no name at all."""
    faults = []
    names = [composed(name) for name in names]
    for name in dict.fromkeys(names):
        places = [str(place + 1) for place, other in enumerate(names) if other == name]
        if name.strip() and len(places) > 1:
            faults.append(
                Fault(
                    _(
                        "{count} columns are called {name} (columns {places}).",
                        count=len(places),
                        name=shown(name),
                        places=", ".join(places[:10]),
                    ),
                    file=file,
                    line=line,
                    column=name,
                    value=name,
                    remedy=_("Give each column a different name."),
                    kind="duplicate-column",
                )
            )
    if not any(name.strip() for name in names):
        faults.append(
            Fault(_("the header has no column names."), file=file, line=line, kind="header-place")
        )
    return faults


def composed(name: str) -> str:
    """Return the name with each accent composed with its letter, as most systems write it."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


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
) -> RawTable:
    """Return the raw table of these columns. A column without a name (a row number, a separator at
    the end of each line) cannot be used and is left out, with a notice."""
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
    return RawTable(
        file=file,
        columns={name: column for name, column in pairs if name.strip()},
        lines=lines,
        counted=counted,
        stored={composed(name): kind for name, kind in (stored or {}).items()},
        separator=separator,
        decimal=decimal,
        encoding=encoding,
        notices=tuple(collected),
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
