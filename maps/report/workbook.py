"""All tables of a report as a workbook: those of its pages, and those too long for a page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.layers.outputs.workbook import write_tables
from zoneblanche.maps.report.content import Cell, Table
from zoneblanche.maps.report.write import Report

LONGEST_NAME = 31
"""Characters of the name of a sheet."""


def write_report_workbook(report: Report, path: str | Path) -> None:
    """Write the tables of a report, one a sheet after a list of them, whole or not at all.

    Figures are numbers, with the ends of their range in columns of their own.

    Args:
        report: of `compose_report`.
        path: of the workbook.

    Raises:
        ProblemWithEnvironment: the file cannot be written.
    """
    words = report.scope.words
    tables = list(report.tables())
    names = [_sheet_name(number, table) for number, table in enumerate(tables, start=1)]
    sheets = {
        words["contents"]: pd.DataFrame(
            {words["sheet"]: names, words["content"]: [table.caption for table in tables]}
        )
    }
    for name, table in zip(names, tables, strict=True):
        sheets[name] = table_frame(table, low=words["range_low"], high=words["range_high"])
    with staged_file(Path(path), "report") as staging:
        write_tables(sheets, staging, title=report.title)


def table_frame(table: Table, *, low: str, high: str) -> pd.DataFrame:
    """Return a table as columns of numbers and texts.

    Args:
        table: of a report.
        low, high: what is added to the heading of a figure for the columns of its range.
    """
    columns: dict[str, list[object]] = {}
    for place, (key, heading) in enumerate(table.columns.items()):
        cells = [row[place] for row in table.rows.values()]
        numeric = key in table.numeric
        _add(columns, heading, [_content(cell, numeric=numeric) for cell in cells])
        if any(cell.low is not None for cell in cells):
            _add(columns, f"{heading} {low}", [cell.low for cell in cells])
            _add(columns, f"{heading} {high}", [cell.high for cell in cells])
    return pd.DataFrame(columns)


def _add(columns: dict[str, list[object]], heading: str, cells: list[object]) -> None:
    """Add a column; a heading that is there already gets a number."""
    name, number = heading, 1
    while name in columns:
        number += 1
        name = f"{heading} ({number})"
    columns[name] = cells


def _content(cell: Cell, *, numeric: bool) -> object:
    return cell.value if numeric and cell.value is not None else cell.text


def _sheet_name(number: int, table: Table) -> str:
    return f"{number} {table.id.removeprefix('t-')}"[:LONGEST_NAME]
