"""The workbook of a run: one sheet of figures, and one of their definitions and sources.

Codes and names are cells of text, which no spreadsheet program executes. Dates in the file are
fixed, so the same figures give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, pgettext, quantity, translate, translate_all
from zoneblanche.geo.source import union_of
from zoneblanche.geo.tables import spreadsheet_safe
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

MOST_ROWS = 2**20 - 1
"""Rows of a sheet below its header."""

FIXED_DATE = datetime.datetime(2000, 1, 1)
LONGEST = 32_767
"""Characters of a cell."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

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
    rows = zip(*(column.cells for column in columns), strict=True)
    with _new_book(path, title) as book:
        _write_sheet(
            book,
            words["figures"],
            [column.title for column in columns],
            rows,
            frozen=2,
            widths=[_width(column) for column in columns],
            formats=[_format_of(column) for column in columns],
        )
        _write_sheet(
            book,
            words["definitions"],
            [words[name] for name in DEFINITIONS],
            _definitions(atlas, columns, lang),
            frozen=1,
            widths=[40, 24, 12, 14, 22, 14, 80, 60, 24],
        )


def write_tables(tables: Mapping[str, pd.DataFrame], path: Path, *, title: str) -> None:
    """Write tables as the sheets of a workbook to a path that is not yet in its place.

    Args:
        tables: of texts, numbers and truth values, by the name of the sheet, of which 31 characters
            are kept and must differ; without their index.
        path: of the file.
        title: of the workbook.

    Raises:
        OSError: the file cannot be written.
    """
    with _new_book(path, title) as book:
        for name, table in tables.items():
            columns = [Column(str(title), str(title), _plain(table[title])) for title in table]
            rows = zip(*(column.cells for column in columns), strict=True)
            widths = [_width(column) for column in columns]
            header = [column.title for column in columns]
            _write_sheet(book, name[:31], header, rows, frozen=0, widths=widths)


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


class _PlainSheet(Worksheet):
    """A sheet whose texts are data. XlsxWriter takes one between `<r>` and `</r>` for a rich text
    that it made itself, and writes it as XML: it could add cells, and formulas."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, preserve=True, attributes=attributes)


@contextmanager
def _new_book(path: Path, title: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to write to, row by row, which is in `path` when the block ends without an error;
    with fixed dates, inside and in the archive."""
    packed = io.BytesIO()
    # Rows that are written wait in files, where the results go and not where the system has room.
    # What a killed command leaves has the name of the staged file, by which the next one clears it.
    with TemporaryDirectory(
        prefix=f"{path.stem}.", dir=path.parent, ignore_cleanup_errors=True
    ) as folder:
        book = xlsxwriter.Workbook(packed, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"author": "zoneblanche", "title": _text(title), "created": FIXED_DATE})
        try:
            yield book
            book.close()
        except FileCreateError as error:  # of a full disk, which XlsxWriter hides
            raise OSError(str(error)) from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()  # of a book that could not be closed
    with (
        zipfile.ZipFile(packed) as written,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in written.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, written.read(name))


def _write_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    header: list[str],
    rows: Iterator[Any],
    *,
    frozen: int,
    widths: list[int],
    formats: Sequence[str] = (),
) -> None:
    """Write a header that stays in place, with filters, and the rows below it, of which the first
    `frozen` columns stay too.

    A text that a program could take for a formula or an error is a cell whose type is text. It
    stays text when somebody edits it.
    """
    sheet = book.add_worksheet(name, worksheet_class=_PlainSheet)
    sheet.freeze_panes(1, frozen)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    top = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    quoted = book.add_format({"quote_prefix": True})
    for place, title in enumerate(header):
        sheet.write_string(0, place, _text(title), top)
    of_column = [book.add_format({"num_format": form}) if form else None for form in formats]
    of_column += [None] * (len(header) - len(of_column))
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, float) and not math.isfinite(value):
                value = str(value)  # in words, as in the CSV: a cell has no number for it
            if isinstance(value, str):
                shown, harmless = _shown(value)
                sheet.write_string(last, place, shown, None if harmless else quoted)
            elif isinstance(value, bool | np.bool_):
                sheet.write_boolean(last, place, bool(value))
            else:
                form = of_column[place] if isinstance(value, float) else None
                sheet.write_number(last, place, value, form)
    if header:
        sheet.autofilter(0, 0, last, len(header) - 1)


@lru_cache(maxsize=2**16)
def _shown(text: str) -> tuple[str, bool]:
    """Return the text of a cell, and whether no program would take it for a formula."""
    shown = _text(text)
    return shown, shown == spreadsheet_safe(shown)


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
