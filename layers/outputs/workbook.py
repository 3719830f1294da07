"""The workbook of a run: one sheet of figures, and one of their definitions and sources.

Codes and names are cells of text, which no spreadsheet program executes. Dates in the file are
fixed, so the same figures give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, pgettext, quantity, translate, translate_all
from zoneblanche.geo.source import union_of
from zoneblanche.geo.tables import spreadsheet_safe
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS = 2**20 - 1
"""Rows of a sheet below its header."""

FIXED_DATE = datetime.datetime(2000, 1, 1)
LONGEST = 32_767
"""Characters of a cell."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

WORDS: Mapping[str, str] = {
    "figures": pgettext("workbook", "Figures"),
    "definitions": pgettext("workbook", "Definitions and sources"),
    "code": pgettext("workbook", "Code"),
    "name": pgettext("workbook", "Name"),
    "population": pgettext("workbook", "Population"),
    "area_km2": pgettext("workbook", "Area (km²)"),
    "corrected": pgettext("workbook", "Corrected figures"),
    "missing": pgettext("workbook", "Missing figures and why"),
    "yes": pgettext("workbook", "yes"),
    "no": pgettext("workbook", "no"),
    "title": pgettext("workbook", "Column"),
    "csv": pgettext("workbook", "Name in the CSV"),
    "unit": pgettext("workbook", "Unit"),
    "better": pgettext("workbook", "Which is better"),
    "higher": pgettext("workbook", "higher"),
    "lower": pgettext("workbook", "lower"),
    "period": pgettext("workbook", "Date"),
    "level": pgettext("workbook", "Measured by"),
    "method": pgettext("workbook", "Definition"),
    "sources": pgettext("workbook", "Sources"),
    "licence": pgettext("workbook", "Licence"),
    "url": pgettext("workbook", "Address"),
}
UNITS: Mapping[str, str] = {
    "percent": "%",
    "boolean": pgettext("workbook", "yes or no"),
    "category": pgettext("workbook", "in words"),
    "score": pgettext("workbook", "0 to 100"),
}
DEFINITIONS = ("title", "csv", "unit", "better", "period", "level", "method", "sources", "licence")


@dataclass(frozen=True)
class Column:
    """A column of the sheet of figures.

    Attributes:
        name: in the CSV.
        title: in words, with the unit.
        cells: texts, numbers, or None.
        indicator: that it shows, if any.
    """

    name: str
    title: str
    cells: list[Any]
    indicator: Indicator | None = None


def write_workbook(atlas: Atlas, table: pd.DataFrame, path: Path, *, lang: str, title: str) -> None:
    """Write the results as a workbook (Office Open XML) to a path that is not yet in its place.

    Args:
        atlas: of the results.
        table: as `layers.outputs.export.results_table` returns it.
        path: of the file.
        lang, title: of the texts, and of the workbook.

    Raises:
        InputError: more territories than a sheet has rows.
        OSError: the file cannot be written.
    """
    if len(table) > MOST_ROWS:
        raise InputError(
            Fault(
                _(
                    "{count} territories do not fit in a workbook, which has {most} rows.",
                    count=quantity(len(table)),
                    most=quantity(MOST_ROWS),
                ),
                remedy=_("Leave out --xlsx: the CSV has the same figures."),
                kind="option",
            )
        )
    words = translate_all(WORDS, lang)
    columns = list(columns_of(atlas, table, lang=lang))
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "zoneblanche"
    book.properties.title = _text(title)
    book.properties.created = FIXED_DATE
    rows = zip(*(column.cells for column in columns), strict=True)
    _write_sheet(
        book.create_sheet(words["figures"]),
        [column.title for column in columns],
        rows,
        frozen="C2",
        widths=[_width(column) for column in columns],
        formats=[_format_of(column) for column in columns],
    )
    _write_sheet(
        book.create_sheet(words["definitions"]),
        [words[name] for name in DEFINITIONS],
        _definitions(atlas, columns, lang),
        frozen="B2",
        widths=[40, 24, 12, 14, 22, 14, 80, 60, 24],
    )
    _save(book, path)


def write_tables(tables: Mapping[str, pd.DataFrame], path: Path, *, title: str) -> None:
    """Write tables as the sheets of a workbook to a path that is not yet in its place.

    Args:
        tables: by the name of the sheet, at most 31 characters; without their index.
        path: of the file.
        title: of the workbook.

    Raises:
        OSError: the file cannot be written.
    """
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "zoneblanche"
    book.properties.title = _text(title)
    book.properties.created = FIXED_DATE
    for name, table in tables.items():
        columns = [Column(str(heading), str(heading), _plain(table[heading])) for heading in table]
        rows = zip(*(column.cells for column in columns), strict=True)
        widths = [_width(column) for column in columns]
        header = [column.title for column in columns]
        _write_sheet(book.create_sheet(name[:31]), header, rows, frozen="A2", widths=widths)
    _save(book, path)


def columns_of(atlas: Atlas, table: pd.DataFrame, *, lang: str) -> Iterator[Column]:
    """Yield the columns of the sheet of figures: those of the CSV, with titles, and figures that
    are categories in words. A containing territory has its name after its code."""
    words = translate_all(WORDS, lang)
    yield Column("code", words["code"], [str(code) for code in table.index])
    territories = atlas.territories
    ranked = _ranked(atlas, lang)
    for name in map(str, table):
        cells = _plain(table[name])
        indicator = atlas.indicators.get(name)
        if indicator is not None:
            in_words = _words_of(indicator, lang)
            cells = [in_words(cell) for cell in cells]
            yield Column(name, _titled(indicator, lang), cells, indicator)
        elif name in ranked:
            yield Column(name, ranked[name][0], cells, ranked[name][1])
        elif name in territories.parents:
            title = territories.level_title(lang, level=name)
            coded = _("{level} (code)", level=title)
            yield Column(name, translate(coded, lang), cells)
            named = territories.parent_names.get(name, {})
            if named:
                yield Column("", title, [named.get(cell) for cell in cells])
        else:
            yield Column(name, words.get(name, name), cells)


def _ranked(atlas: Atlas, lang: str) -> dict[str, tuple[str, Indicator | None]]:
    """Return the titles of the columns of each index, by their names in the CSV."""
    titles: dict[str, tuple[str, Indicator | None]] = {}
    indices = [item for item in atlas.indicators.values() if item.role == "index"]
    for position, item in enumerate(indices):
        prefix, title = "" if position == 0 else f"{item.id}.", item.title_in(lang)
        titles[f"{prefix}score"] = (_titled(item, lang), item)
        for name, text in (
            ("rank", _("{title}: rank", title=title)),
            ("rank_low", _("{title}: rank, from", title=title)),
            ("rank_high", _("{title}: rank, to", title=title)),
        ):
            titles[f"{prefix}{name}"] = (translate(text, lang), None)
    return titles


def _titled(indicator: Indicator, lang: str) -> str:
    unit = _unit_of(indicator, lang)
    title = indicator.title_in(lang)
    return title if not unit or indicator.unit == "category" else f"{title} ({unit})"


def _unit_of(indicator: Indicator, lang: str) -> str:
    suffix = in_language(indicator.suffix, lang)
    return suffix or translate(UNITS.get(indicator.unit, ""), lang)


def _words_of(indicator: Indicator, lang: str) -> Callable[[Any], Any]:
    """Return the function from the figure of a yes or no, or of a category, to its word."""
    if indicator.unit == "boolean":
        words = translate_all(WORDS, lang)
        named = {0: words["no"], 1: words["yes"]}
    elif indicator.unit == "category":
        named = {code: in_language(text, lang) for code, text in indicator.categories.items()}
    else:
        return lambda cell: cell
    return lambda cell: named.get(cell, cell)


def _plain(column: pd.Series) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()


def _definitions(atlas: Atlas, columns: list[Column], lang: str) -> Iterator[list[Any]]:
    """Yield a row for each column with a definition, then one for each source."""
    words = translate_all(WORDS, lang)
    for column in columns:
        item = column.indicator
        if item is None:
            continue
        native = item.native_level
        if native:
            native = atlas.territories.level_title(lang, level=native)
        yield [
            item.title_in(lang),
            column.name,
            _unit_of(item, lang),
            words[item.better] if item.better else "",
            item.period,
            native,
            item.method_in(lang),
            "; ".join(source.cite() for source in item.sources),
            "; ".join(dict.fromkeys(source.licence for source in item.sources if source.licence)),
        ]
    yield []
    yield [words["sources"], words["url"], "", "", words["period"], "", "", "", words["licence"]]
    every = union_of(
        atlas.territories.sources, *(item.sources for item in atlas.indicators.values())
    )
    for source in every:
        cited, note = source.cite(), source.note_in(lang)
        yield [cited, source.url, "", "", source.published or "", "", note, "", source.licence]


def _write_sheet(
    sheet: WriteOnlyWorksheet,
    header: list[str],
    rows: Iterator[Any],
    *,
    frozen: str,
    widths: list[int],
    formats: Sequence[str] = (),
) -> None:
    """Write a header that stays in place, with filters, and the rows below it."""
    sheet.freeze_panes = frozen
    letters = [get_column_letter(place + 1) for place in range(len(header))]
    for letter, width in zip(letters, widths, strict=True):
        sheet.column_dimensions[letter].width = width
    top = [WriteOnlyCell(sheet, value=_text(title)) for title in header]
    for cell in top:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cell.data_type = "s"
    sheet.append(top)
    # A row is written at once, so one cell of each format serves all rows.
    formatted = {place: WriteOnlyCell(sheet) for place, form in enumerate(formats) if form}
    for place, cell in formatted.items():
        cell.number_format = formats[place]
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value, formatted.get(place)) for place, value in enumerate(row)])
        count += 1
    sheet.auto_filter.ref = f"A1:{letters[-1]}{count}"


def _cell(sheet: WriteOnlyWorksheet, value: Any, formatted: WriteOnlyCell | None) -> Any:
    """Return what to write: a text that a program could take for a formula or an error is a cell
    whose type is text. It stays text when somebody edits it."""
    if formatted is not None and isinstance(value, float):
        formatted.value = value
        return formatted
    if not isinstance(value, str) or _is_harmless(value):
        return value
    shown = _text(value)
    cell = WriteOnlyCell(sheet, value=shown)
    cell.data_type = "s"
    cell.quotePrefix = spreadsheet_safe(shown) != shown
    return cell


@lru_cache(maxsize=2**16)
def _is_harmless(text: str) -> bool:
    return text == _text(text) == spreadsheet_safe(text) and not text.startswith("#")


def _text(text: str) -> str:
    """Return the text without the characters that XML does not have, and not longer than a cell."""
    return _CONTROL.sub("\ufffd", text)[:LONGEST]


def _width(column: Column) -> int:
    longest = max((len(cell) for cell in column.cells if isinstance(cell, str)), default=0)
    return max(12, min(longest + 2, 40))


def _format_of(column: Column) -> str:
    """Return the number format of a measured figure, "" for texts and ranks."""
    indicator = column.indicator
    if indicator is None or indicator.unit in ("boolean", "category", "count"):
        return ""
    return "#,##0" + ("." + "0" * indicator.digits if indicator.digits else "")


def _save(book: Any, path: Path) -> None:
    """Save the workbook with fixed dates, inside and in the archive."""
    buffer = io.BytesIO()
    book.save(buffer)
    fixed = FIXED_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(buffer) as written,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in written.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = written.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + fixed, content)
            target.writestr(entry, content)
