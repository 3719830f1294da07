"""The decimal mark of a column, detected from its figures."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import _, remark
from zoneblanche.geo.tables.raw import RawTable

SPACES = " \t\n\u00a0\u202f\u2009"
"""Characters that can surround a figure."""

THIN_GAPS = " \u00a0\u202f\u2009'’"
"""Characters that can separate thousands."""

_WITH = {
    mark: re.compile(
        rf"[+\-−]?[0-9{THIN_GAPS}]*{re.escape(mark)}[0-9]+(?:[eE][+-]?[0-9]+)?[{SPACES}]*%?"
    )
    for mark in ",."
}
_THOUSANDS = re.compile(r"[+\-−]?[1-9][0-9]{0,2}(?:[,.][0-9]{3})+")
_NARROW_UNITS = ("percent", "ratio", "score")


def decimal_mark(
    raw: RawTable, name: str, texts: list[str], pinned: str | None, unit: str
) -> tuple[str, list[str]]:
    """Return the decimal mark of a column, and the notices about it.

    "1,234" may be a thousand or a little more than one. It is read as the latter if another figure
    of the column ("12,5"), the unit (no percentage is a thousand) or another column shows that the
    comma is the decimal mark. Otherwise the column is refused. A point is the decimal mark unless
    other columns have decimal commas.

    Args:
        texts: the distinct cells.
        pinned: the given mark, which is then used without checks.

    Raises:
        InputError: both marks, or an ambiguous comma.
    """
    if pinned is not None:
        return pinned, []
    commas, points = (_with_mark(texts, mark) for mark in ",.")
    if commas and points:
        raise InputError(_mixed(raw, name, commas, points))
    found = commas or points
    if not found:
        return ".", []
    mark = "," if commas else "."
    if all(_THOUSANDS.fullmatch(text) for text in found):
        elsewhere = "" if unit in _NARROW_UNITS else _mark_elsewhere(raw, name)
        if unit not in _NARROW_UNITS and (elsewhere != mark if commas else elsewhere == ","):
            raise InputError(_ambiguous(raw, name, found[0]))
    notice = _(
        "{file}, column {name}: the decimal mark is '{mark}', by evidence.",
        file=raw.file,
        name=shown(name),
        mark=mark,
    )
    return mark, [remark(notice)]


def _with_mark(texts: list[str], mark: str) -> list[str]:
    pattern = _WITH[mark]
    stripped = (text.strip(SPACES) for text in texts if mark in text)
    return [text for text in stripped if pattern.fullmatch(text)]


def _mark_elsewhere(raw: RawTable, name: str) -> str:
    """Return the decimal mark that all other columns certainly have, or ""."""
    found = set()
    for other, cells in raw.columns.items():
        texts = list(pd.unique(cells)) if other != name else []
        for mark in ",.":
            if any(not _THOUSANDS.fullmatch(text) for text in _with_mark(texts, mark)):
                found.add(mark)
    return found.pop() if len(found) == 1 else ""


def _row_of(raw: RawTable, name: str, text: str) -> int:
    stripped = np.array([cell.strip(SPACES) == text for cell in raw.columns[name]])
    return int(np.flatnonzero(stripped)[0])


def _mixed(raw: RawTable, name: str, commas: list[str], points: list[str]) -> Fault:
    fewer, others = sorted((commas, points), key=len)
    row, other = _row_of(raw, name, fewer[0]), _row_of(raw, name, others[0])
    return raw.fault(
        _(
            "the column mixes decimal marks: {fewer} here, {others} on {place}.",
            fewer=shown(fewer[0]),
            others=shown(others[0]),
            place=raw.place(other),
        ),
        row=row,
        column=name,
        remedy=_("Write all figures of the column with one decimal mark."),
        kind="decimal-mark",
    )


def _ambiguous(raw: RawTable, name: str, text: str) -> Fault:
    return raw.fault(
        _(
            "{text} may be thousands or decimals, and nothing in the column shows which.",
            text=shown(text),
        ),
        row=_row_of(raw, name, text),
        column=name,
        remedy=_("Pin decimal = ',' or decimal = '.', or write thousands without a mark."),
        kind="ambiguous-decimal",
    )
