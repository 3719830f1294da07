"""The table of a sheet of a workbook of any format: which sheet, which row is the header, what is
left out above and below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, shown
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, ngettext, remark
from zoneblanche.geo.tables.formats.sheets.sheet import SheetRow, cells_of_range
from zoneblanche.geo.tables.formats.text_files.delimited import check_size, no_rows, overlong
from zoneblanche.geo.tables.formats.text_files.header import build, check_names, composed, squeezed
from zoneblanche.geo.tables.raw import RawTable, Stored

FIRST_ROWS = 40
"""Number of rows of a sheet in which its header is looked for."""


class SheetCells(Protocol):
    """The cells of a sheet, as `geo.tables.formats.sheets.sheet.SheetReader` has them."""

    rows: list[SheetRow]
    percents: int
    whole: dict[int, int]
    fractions: set[int]
    merged: list[str]


@dataclass(frozen=True)
class SheetPart:
    """A sheet of the workbook: its name, the id of its relation, and whether it is hidden."""

    name: str
    relation: str
    hidden: bool


def holds_columns(rows: Sequence[SheetRow], wanted: Collection[str]) -> bool:
    """Return whether one of the first rows has all of these cells."""
    return bool(wanted) and any(_holds(cells, wanted) for _line, cells in rows[:FIRST_ROWS])


def _holds(cells: Mapping[int, str], wanted: Collection[str]) -> bool:
    return {squeezed(name) for name in wanted} <= {squeezed(cell) for cell in cells.values()}


def chosen_sheet(
    parts: list[SheetPart],
    sheet: str | None,
    file: str,
    has_columns: Callable[[SheetPart], bool],
) -> tuple[SheetPart, list[str]]:
    """Return the sheet with that name, else the first visible one that has the wanted columns,
    else the first visible one; and a notice about the others.

    Raises:
        InputError: no sheet has that name.
    """
    names = [part.name for part in parts]
    if sheet is not None:
        for part in parts:
            if part.name == sheet:
                return part, []
        raise InputError(
            Fault(
                _("the workbook has no sheet {sheet}.", sheet=shown(sheet)),
                file=file,
                value=sheet,
                remedy=_(
                    "{nearest} Sheets: {names}.",
                    nearest=nearest(sheet, names),
                    names=first_of(names, count=10),
                ),
                kind="unknown-sheet",
            )
        )
    visible = [part for part in parts if not part.hidden] or parts
    if len(parts) == 1:
        return visible[0], []
    named = next((part for part in visible if has_columns(part)), None)
    chosen = named or visible[0]
    others = first_of([name for name in names if name != chosen.name])
    slots = {"file": file, "name": shown(chosen.name), "others": others}
    alike = [part.name for part in visible if part != chosen and named and has_columns(part)]
    if alike:
        notice = _(
            "{file}: sheet {name} is read; others have the same columns ({others}). Name the one "
            "that is meant, e.g. sheet = {sheet}.",
            **{**slots, "others": first_of(alike)},
            sheet=f'"{alike[0]}"',
        )
        return chosen, [notice]
    if named is None or named == visible[0]:
        notice = _("{file}: sheet {name} is read, the first; there are also {others}.", **slots)
        return chosen, [notice]
    notice = _(
        "{file}: sheet {name} is read, the first with these columns; there are also {others}.",
        **slots,
    )
    return chosen, [remark(notice)]


def as_table(
    content: SheetCells,
    notices: list[str],
    header: int | None,
    file: str,
    limits: Limits,
    wanted: Collection[str],
) -> RawTable:
    """Return the cells of a sheet as a raw table, without titles above and notes below it.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    if not content.rows:
        raise InputError(Fault(_("the sheet is empty."), file=file, kind="empty-file"))
    if content.percents:
        notices.append(
            remark(
                _(
                    "{file}: {percents} cells shown in percent are read as percentages.",
                    file=file,
                    percents=content.percents,
                )
            )
        )
    if header == 0:
        last = max(max(cells) for _line, cells in content.rows)
        start, line, head = -1, 0, {place: str(place + 1) for place in range(last + 1)}
    else:
        groups = _groups(content)
        start = _header_row(content.rows, header, file, wanted, notices, groups)
        line, head = content.rows[start]
        if (
            header is None
            and start
            and wanted
            and not (_holds(head, wanted) and _differ(head, wanted))
        ):
            number, above = content.rows[start - 1]
            head = _of_two_lines(above, head, groups.get(number, {}), wanted)
    width = max(head) + 1
    names = [head.get(place, "") for place in range(width)]
    rows = [row for row in content.rows[start + 1 :] if any(map(str.strip, row[1].values()))]
    rows = _without_notes(rows, width, file, notices)
    check_size(len(rows), width, file, limits)
    faults = check_names(names, file=file, line=line)
    faults += _cell_faults(rows, names, file, limits)
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError(no_rows(file))
    cells = [
        np.array([row.get(place, "") for _unused, row in rows], dtype=object)
        for place in range(width)
    ]
    stored: dict[str, Stored] = {
        names[place]: "integer"
        for place, count in content.whole.items()
        if place < width and count >= len(rows) - 1
    }
    for place in content.fractions:
        if place < width:
            stored[names[place]] = "float"
    lines = np.array([number for number, _unused in rows])
    table = build(file, names, cells, lines, stored=stored, notices=notices, header=line or None)
    return replace(table, merged=_merged(content.merged, names, line))


def _merged(ranges: list[str], names: list[str], header: int) -> dict[str, list[tuple[int, int]]]:
    """Return rows below the header whose cell is part of a merged one, by column."""
    merged: dict[str, list[tuple[int, int]]] = {}
    for reference in ranges:
        columns, rows = cells_of_range(reference)
        if not rows or rows[-1] <= header:
            continue
        for place in range(columns[0], min(columns[-1] + 1, len(names))):
            first = max(rows[0] + (place == columns[0]), header + 1)
            if first <= rows[-1]:
                merged.setdefault(composed(names[place]), []).append((first, rows[-1]))
    return merged


def _without_notes(
    rows: list[SheetRow], width: int, file: str, notices: list[str]
) -> list[SheetRow]:
    """Return the rows without those of one cell after a blank row below the table."""
    end = len(rows)
    while end > 1 and len(rows[end - 1][1]) == 1:
        end -= 1
    while end < len(rows) and rows[end][0] == rows[end - 1][0] + 1:
        end += 1
    if width < 2 or end in (0, len(rows)):
        return rows
    notices.append(
        remark(
            ngettext(
                "{file}: {count} line below the table is left out, from line {line} ({first}).",
                "{file}: {count} lines below the table are left out, from line {line} ({first}).",
                len(rows) - end,
                file=file,
                line=rows[end][0],
                first=shown(next(iter(rows[end][1].values())).strip()),
            )
        )
    )
    return rows[:end]


def _header_row(
    rows: list[SheetRow],
    header: int | None,
    file: str,
    wanted: Collection[str],
    notices: list[str],
    groups: Mapping[int, Mapping[int, str]],
) -> int:
    """Return the index of the header row: the pinned one, else the first with all wanted columns,
    else the first with as many cells as most rows.

    Args:
        groups: see `_groups`.

    Raises:
        InputError: the pinned row is blank.
    """
    if header is not None:
        for place, (line, _unused) in enumerate(rows):
            if line == header:
                return place
        raise InputError(
            Fault(
                _("row {header} holds no header.", header=header),
                file=file,
                line=header,
                remedy=_("Pin header to the row that names the columns, counted from 1."),
                kind="header-place",
            )
        )
    first_rows = rows[:FIRST_ROWS]
    position = None
    if wanted:
        position = next(
            (n for n, (_row, cells) in enumerate(first_rows) if _holds(cells, wanted)), None
        )
    if position is None and wanted:
        pairs = pairwise(first_rows)
        position = next(
            (
                place
                for place, ((row, above), (_below, cells)) in enumerate(pairs, start=1)
                if _holds(_with_line_above(above, cells), wanted)
                or _holds(_of_two_lines(above, cells, groups.get(row, {}), wanted), wanted)
            ),
            None,
        )
    if position is None:
        counts = [len(cells) for _row, cells in rows[:100]]
        usual, times = Counter(counts).most_common(1)[0]
        titled = counts[0] == 1 and usual > 1 and times > 1
        position = next((n for n, count in enumerate(counts) if count >= usual), 0) if titled else 0
    if position:
        notices.append(
            remark(
                _(
                    "{file}: the header is on line {header}; the lines above it are left out "
                    "({first}, …).",
                    file=file,
                    header=rows[position][0],
                    first=shown(next(iter(rows[0][1].values())).strip()),
                )
            )
        )
    return position


def _with_line_above(above: Mapping[int, str], cells: Mapping[int, str]) -> dict[int, str]:
    """Return the cells of a header of two lines: a cell over both is in the first."""
    filled = {place: cell for place, cell in cells.items() if cell.strip()}
    return {**above, **filled}


def _groups(content: SheetCells) -> dict[int, dict[int, str]]:
    """Return the text of cells merged over several columns in the first rows, by row and column."""
    texts = dict(content.rows[:FIRST_ROWS])
    groups: dict[int, dict[int, str]] = {}
    for reference in content.merged:
        columns, rows = cells_of_range(reference)
        text = texts.get(rows[0], {}).get(columns[0], "").strip() if len(columns) > 1 else ""
        if text:
            groups.setdefault(rows[0], {}).update(dict.fromkeys(columns, text))
    return groups


def _of_two_lines(
    above: Mapping[int, str],
    cells: Mapping[int, str],
    groups: Mapping[int, str],
    wanted: Collection[str],
) -> dict[int, str]:
    """Return the names of a header of two lines. A name that several columns have gets that of its
    group in front, and so does one that is wanted so: "2023 Anzahl".

    Args:
        groups: text of the cells over several columns of the upper line, by column.
    """
    plain = _with_line_above(above, cells)
    counts = Counter(map(squeezed, plain.values()))
    names = dict(plain)
    for place, cell in cells.items():
        joined = f"{groups.get(place, '')} {cell}".strip()
        if counts[squeezed(cell)] > 1 or squeezed(joined) in map(squeezed, wanted):
            names[place] = joined
    return names


def _differ(head: Mapping[int, str], wanted: Collection[str]) -> bool:
    """Return whether each wanted name is that of one column."""
    counts = Counter(map(squeezed, head.values()))
    return all(counts[squeezed(name)] < 2 for name in wanted)


def _cell_faults(rows: list[SheetRow], names: list[str], file: str, limits: Limits) -> list[Fault]:
    """Return faults of cells outside the header's columns, and of overlong ones."""
    faults = []
    width = len(names)
    for line, cells in rows:
        for place, cell in cells.items():
            if place >= width:
                if cell.strip():
                    faults.append(
                        Fault(
                            _(
                                "a cell is beyond the {width} columns of the header: {cell}.",
                                width=width,
                                cell=shown(cell),
                            ),
                            file=file,
                            line=line,
                            column=names[-1],
                            value=cell[:60],
                            remedy=_("Name its column, empty it, or pin header to the right row."),
                            kind="ragged-row",
                        )
                    )
            elif len(cell) > limits.cell_length:
                faults.append(overlong(cell, file, line, names[place], limits))
        if len(faults) >= limits.faults:
            break
    return faults
