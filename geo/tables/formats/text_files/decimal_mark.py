"""The decimal mark of a column, detected from its figures."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import Translatable, _, remark
from zoneblanche.geo.tables.raw import RawTable

SPACES = " \t\n\u00a0\u202f\u2009"
"""Characters that can surround a figure."""

THIN_GAPS = " \u00a0\u202f\u2009'’"
"""Characters that can separate thousands."""

_TO_DIGITS = str.maketrans("", "", "+-−,.")

_WITH = {
    mark: re.compile(
        rf"[+\-−]?[0-9{THIN_GAPS}]*{re.escape(mark)}[0-9]+(?:[eE][+-]?[0-9]+)?[{SPACES}]*%?"
    )
    for mark in ",."
}
_THOUSANDS = re.compile(r"[+\-−]?[1-9][0-9]{0,2}(?:[,.][0-9]{3})+")
_GROUPS = {
    mark: re.compile(
        rf"[+\-−]?(?:[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+"
        rf"|[1-9][0-9]?(?:{re.escape(mark)}[0-9]{{2}})+{re.escape(mark)}[0-9]{{3}})"
        rf"(?:{re.escape(other)}[0-9]+)?"
    )
    for mark, other in (",.", ".,")
}
"""Digits in groups of three, or as in India in groups of two before the last three; decimals."""
_NARROW_UNITS = ("percent", "ratio", "score")


class Marks(NamedTuple):
    """The decimal mark of a column, and the mark between its thousands; "" for none or a space."""

    decimal: str
    thousands: str = ""


def decimal_mark(
    raw: RawTable,
    name: str,
    texts: list[str],
    pinned: str | None,
    unit: str,
    *,
    thousands: str | None = None,
) -> tuple[Marks, list[str]]:
    """Return the decimal mark of a column, and the notices about it.

    "1,234" and "1.234" may be a thousand or a little more than one. The mark is a decimal mark if
    another figure of the column ("12,5"), the unit (no percentage is a thousand) or another column
    shows it. It parts thousands in a count, where the other mark is pinned, or where a figure has
    several. Otherwise the column is refused. Numbers that a file stores as such have a decimal
    point.

    Args:
        texts: the distinct cells.
        pinned: the given decimal mark, which is then used.
        thousands: the given mark between thousands.

    Raises:
        InputError: both marks, or an ambiguous one.
    """
    if thousands in (",", "."):
        return Marks(pinned or _other(thousands), thousands), []
    if pinned is not None:
        grouped = _all_grouped(texts, _other(pinned))
        notices: list[str] = [_thousands_notice(raw, name, _other(pinned))] if grouped else []
        return Marks(pinned, _other(pinned) if grouped else ""), notices
    commas, points = (_with_mark(texts, mark) for mark in ",.")
    if commas and points:
        raise InputError(_mixed(raw, name, commas, points))
    figures = commas or points
    if not figures or raw.stored.get(name) == "float":
        return Marks("."), []
    mark = "," if commas else "."
    several = any(text.count(mark) > 1 for text in texts)  # 1.234.567
    if (unit == "count" or several) and _all_grouped(texts, mark):
        return Marks(_other(mark), mark), [_thousands_notice(raw, name, mark)]
    if (
        unit not in _NARROW_UNITS
        and all(_THOUSANDS.fullmatch(text) for text in figures)
        and _mark_elsewhere(raw, name) != mark
    ):
        raise InputError(_ambiguous(raw, name, figures[0]))
    notice = _(
        "{file}, column {name}: the decimal mark is '{mark}', by evidence.",
        file=raw.file,
        name=shown(name),
        mark=mark,
    )
    return Marks(mark), [remark(notice)]


def _other(mark: str) -> str:
    return "." if mark == "," else ","


def _all_grouped(texts: list[str], mark: str) -> bool:
    """Return whether the mark parts thousands in each figure that has it, and one has it."""
    marked = [text.strip(SPACES) for text in texts if mark in text]
    figures = [text for text in marked if text.translate(_TO_DIGITS).isdigit()]
    return bool(figures) and all(_GROUPS[mark].fullmatch(text) for text in figures)


def _thousands_notice(raw: RawTable, name: str, mark: str) -> Translatable:
    return remark(
        _(
            "{file}, column {name}: '{mark}' is read as between thousands.",
            file=raw.file,
            name=shown(name),
            mark=mark,
        )
    )


def _with_mark(texts: list[str], mark: str) -> list[str]:
    pattern = _WITH[mark]
    stripped = (text.strip(SPACES) for text in texts if mark in text)
    return [text for text in stripped if pattern.fullmatch(text)]


def _mark_elsewhere(raw: RawTable, name: str) -> str:
    """Return the decimal mark that all other columns certainly have, or ""."""
    marks = set()
    for other, cells in raw.columns.items():
        texts = list(pd.unique(cells)) if other != name else []
        for mark in ",.":
            if any(not _THOUSANDS.fullmatch(text) for text in _with_mark(texts, mark)):
                marks.add(mark)
    return marks.pop() if len(marks) == 1 else ""


def _row_of(raw: RawTable, name: str, text: str) -> int:
    cells = [cell.strip(SPACES) for cell in raw.columns[name]]
    # A figure with a flag behind it only begins with the text.
    rows = [row for row, cell in enumerate(cells) if cell == text] or [
        row for row, cell in enumerate(cells) if cell.startswith(text)
    ]
    return rows[0]


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
        remedy=_(
            "Write decimal = '{mark}' if they are decimals, or thousands = '{mark}' if they are "
            "thousands.",
            mark="," if "," in text else ".",
        ),
        kind="ambiguous-decimal",
    )
