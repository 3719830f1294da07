"""What the page says of a table that its reader drops on it.

The faults of a table are the sentences of `geo.tables`: the same templates, so that one entry of a
catalogue translates both. A test gives the same tables to the reader of the package and to the
page, and compares what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zoneblanche.geo.files.kinds import DESCRIBED, REMEDIES
from zoneblanche.geo.messages import _, ngettext, translate_all
from zoneblanche.maps.drawn.words import by_plural_form

_PLACES: Mapping[str, str] = {
    "place_at": _("{place}: {message}"),
    "place_line": _("line {line}"),
    "place_lines": _("lines {lines}"),
    "place_column": _("column {column}"),
}

_FILES: Mapping[str, str] = {
    "accepted": _("tables in CSV, TSV and XLSX"),
    "notice_encoding": _("{file}: read as {encoding} text."),
    "notice_letters": _(
        "{file}: read as {encoding} text by its letters, e.g. {word}. If they are wrong, name "
        "another: encoding."
    ),
    "notice_encodings": _(
        "{file}: read as {encoding} text, e.g. {word}; it may be {other}. If letters are "
        "wrong, write encoding = {quoted}."
    ),
    "notice_twice": _("{file}: letters such as 'Ã©' show that the text was encoded twice."),
    "notice_sheet": _("{file}: sheet {name} is read, the first; there are also {others}."),
    "fault_damaged_book": _("the workbook is damaged or encrypted ({name})."),
    "remedy_damaged_book": _(
        "Open it in a spreadsheet program and save it again, without a password."
    ),
    "fault_damaged_archive": _("the {what} is damaged ({name})."),
    "what_archive": _("archive"),
    "fault_twice": _("parts of the workbook appear in it more than once: {twice}."),
    "remedy_twice": _("Open it in a spreadsheet program and save it again."),
    "fault_bomb": _(
        "{filename} unpacks to {ratio} times its size, more than the limit of {archive_ratio}."
    ),
    "remedy_bomb": _("This looks like an archive bomb; if it is not one, raise the limit."),
    "fault_large_book": _(
        "the workbook unpacks to {total} bytes, more than the limit of {archive_bytes}."
    ),
    "remedy_large_book": _("Keep only the sheet and columns needed, or raise the limit."),
    "fault_large_sheet": _("the sheet has more than the limit of {limit} {what}."),
    "fault_empty_sheet": _("the sheet is empty."),
    "fault_beyond_columns": _(
        "a cell is beyond the {width} columns of the header: {cell}."
    ),
    "remedy_beyond_columns": _("Name its column, empty it, or pin header to the right row."),
    "fault_merged": _(
        "the cell is part of a larger one that begins elsewhere (merged cells)."
    ),
    "remedy_merged": _("Split merged cells, and write each row its own value."),
    "fault_kind": _("the file is {described}; only {accepted} can be read here."),
    "fault_large_file": _(
        "the file has {st_size} bytes, more than the limit of {most_bytes}."
    ),
    "fault_large_table": _(
        "the table has {found} {what}, more than the limit of {limit}."
    ),
    "size_rows": _("rows"),
    "size_columns": _("columns"),
    "size_cells": _("cells"),
    "remedy_smaller": _("Keep only the rows and columns needed, or raise the limit."),
    "fault_nul": _("the text contains a NUL byte."),
    "fault_utf16": _("the file looks like UTF-16 without its byte-order mark."),
    "fault_two_encodings": _("one byte is not UTF-8, others are: the file mixes two encodings."),
    "fault_unknown_encoding": _("the text is not UTF-8, and its encoding cannot be determined."),
    "remedy_encoding": _("Save the file as UTF-8, or pin encoding."),
    "fault_separators": _("the header and rows can be cut by {names} alike."),
    "remedy_separator": _("Pin the separator, e.g. separator = {perfect}."),
    "separator_tab": _("tab"),
    "fault_no_header": _(
        "the first line is not a header: it has one cell, the rows have {usual} cells."
    ),
    "remedy_header": _("If the header is on line {line}, pin header = {line}."),
    "fault_no_rows": _("the table has a header and no rows."),
    "fault_same_name": _("{count} columns are called {name} (columns {places})."),
    "remedy_same_name": _("Give each column a different name."),
    "fault_no_names": _("the header has no column names."),
    "fault_stray": _("{found}: {value}."),
    "stray_open": _("a quote is opened and not closed"),
    "stray_misplaced": _("a quote is misplaced"),
    "stray_rows": _("a quoted cell goes on over whole rows"),
    "remedy_stray": _(
        "Put quotes around the whole cell and double those within, or take them away."
    ),
    "remedy_ragged": _("Give every row as many cells as the header has."),
    "remedy_truncated": _("The last line seems cut off: export or fetch the file again."),
    "remedy_comma": _("Is that a decimal comma? Quote such cells, or separate cells by ';'."),
    "remedy_one_cell": _(
        "The header is one cell: pin the separator, or header to the right line."
    ),
    "fault_long_cell": _(
        "the cell has {count} characters, more than the limit of {cell_length}."
    ),
    "remedy_long_cell": _("Shorten it, leave the column out, or raise the limit."),
    "fault_cut_figure": _(
        "the file ends within a line, and {last} has {here} decimals where all "
        "other rows have {usual}."
    ),
    "remedy_cut_figure": _(
        "If it is cut off, export or fetch the file again; if not, end the "
        "last line with a line break."
    ),
    **{
        f"kind_{kind}": DESCRIBED[kind]
        for kind in (
            "zip", "parquet", "sqlite", "gzip", "7z", "rar", "ole", "pdf", "image", "json",
            "html", "xml", "empty",
        )
    },
    **{
        f"remedy_{kind}": REMEDIES[kind]
        for kind in ("zip", "gzip", "7z", "rar", "ole", "html", "empty")
    },
}  # fmt: skip

_CODES: Mapping[str, str] = {
    "fault_long_code": _("{cells} is too long for a code: {count} characters."),
    "remedy_check_codes": _("Check which column holds the codes."),
    "fault_blank_code": _("the code is blank."),
    "remedy_blank_code": _("Write the code, or take the row out."),
    "fault_decimal_code": _("{text} is a number with decimals, not a code."),
    "fault_scientific_code": _("{text} is a number in scientific notation, not a code."),
    "remedy_as_text": _("Export the column as text."),
    "fault_same_code": _("the code {code} appears on {count} rows ({places})."),
    "remedy_same_code": _(
        'Pick rows with where, or combine them: combine = "sum", "mean" or "first".'
    ),
    "fault_no_match": _(
        "none of the {count} codes (first: {found}) is one of the {title} (first: {sample})."
    ),
    "remedy_no_match": _("Check which column holds the codes, and their level and year.{hint}"),
    "hint_near": _(" {near} would be {near_2}."),
    "where_column": _("{file}, column {name}"),
    "notice_groups": _(
        "{where}: the codes are read without the marks inside them, e.g. {text} as {code}."
    ),
    "total_row": _("a total without a code"),
    "unknown_code": _("unknown code"),
    "unknown_code_near": _("unknown code; {near} is known"),
    "unknown_name": _("no territory has this name"),
    "several_names": _("several territories have this name"),
}

_FIGURES: Mapping[str, str] = {
    "fault_percent_sign": _("{text} has a percent sign in a column of unit {unit}."),
    "remedy_percent_sign": _('Write unit = "percent", or take the sign away.'),
    "fault_beyond": _("{text} is beyond the numbers that can be reckoned with."),
    "remedy_beyond": _("Correct it, or leave the cell empty."),
    "fault_not_finite": _("{text} is not a finite number."),
    "remedy_not_finite": _("Leave the cell empty where the figure is not known."),
    "fault_zero_or_unknown": _("{text} could mean zero or unknown."),
    "remedy_zero_or_unknown": _(
        "Write 0, or list the text under missing if it means that the figure is not known."
    ),
    "fault_formula": _("{text} is a formula without a stored result."),
    "remedy_formula": _("Open the workbook in a spreadsheet program and save it."),
    "fault_sheet_error": _("{text} is an error of a spreadsheet."),
    "remedy_sheet_error": _("Mend the formula, or leave the cell empty."),
    "fault_date": _("{text} is a date."),
    "remedy_date": _("A spreadsheet may have turned a figure into it: correct it."),
    "fault_other_mark": _(
        "{text} has another decimal mark than its column, or a mark between thousands."
    ),
    "remedy_other_mark": _(
        "Write all figures of the column alike, or name the mark between thousands: thousands."
    ),
    "fault_ambiguous_number": _("{text} is ambiguous."),
    "remedy_ambiguous_number": _(
        "Write figures without marks between thousands, or name the mark: thousands = ',' or '.'."
    ),
    "fault_not_a_number": _("{text} is not a number."),
    "remedy_not_a_number": _(
        "Correct it, or list the text under missing if it means a missing figure."
    ),
    "remedy_range": _("Correct it, or leave the cell empty where the figure is not known."),
    "fault_gaps": _("thousands are set apart in {count} ways ({gaps})."),
    "remedy_gaps": _("Write all figures of the column alike."),
    "gap_space": _("a space"),
    "gap_no_break": _("a no-break space"),
    "gap_thin": _("a thin no-break space"),
    "fault_mixed_marks": _("the column mixes decimal marks: {fewer} here, {others} on {place}."),
    "remedy_mixed_marks": _("Write all figures of the column with one decimal mark."),
    "fault_ambiguous_decimal": _(
        "{text} may be thousands or decimals, and nothing in the column shows which."
    ),
    "remedy_ambiguous_decimal": _(
        "Write decimal = '{mark}' if they are decimals, or thousands = '{mark}' if they are "
        "thousands."
    ),
    "fault_below": _("{value} is below {bound}; expected: {range}."),
    "fault_above": _("{value} is above {bound}; expected: {range}."),
    "range_from_unit": _("{unit}, {low} or more"),
    "range_of_unit": _("{unit}, {low} to {high}"),
    "remedy_nodata": _("If {value} means no data, leave the cell empty or set nodata = {value}."),
    "fault_too_many": _("{cells} is more than there is of anything that is counted."),
    "remedy_unit_number": _('Correct it, or give unit = "number".'),
    "fault_not_whole": _("{cells} is not a whole number, as a {unit} is."),
    "word_count": _("count"),
    "remedy_not_whole": _('Write thousands without a mark between them, or give unit = "number".'),
    "fault_shares": _(
        "no figure is above 1 (e.g. {cells} on {place}): these look like "
        "shares of one, not percentages."
    ),
    "remedy_shares": _('Write unit = "ratio"; or, if they are percentages, put a % after each.'),
    "fault_a_share": _("{cells} looks like a share of one among percentages."),
    "remedy_a_share": _(
        "Write all figures from 0 to 100; or, if it is a percentage, put a % after it."
    ),
    "fault_nodata": _("{cells} looks like a code for no data (rows with it: {count})."),
    "remedy_nodata_code": _(
        'Leave such cells empty, or set nodata = {code}; if it is a figure, nodata = "none".'
    ),
    "fault_no_figures": _("none of the {count} rows has a figure."),
    "remedy_no_figures": _("Check which column holds the figures, or leave the layer out."),
}

FAULT_WORDS: Mapping[str, str] = {**_PLACES, **_FILES, **_CODES, **_FIGURES}
"""The parts of a fault, by name; the page fills in {slots}, which may be parts themselves."""

FAULT_COUNTS: Mapping[str, Callable[[int], str]] = {
    "fault_ragged": lambda n: ngettext(
        "the row has {count} cell, the header {width}: {line}.",
        "the row has {count} cells, the header {width}: {line}.",
        n, count="{count}",
    ),
    "and_more": lambda n: ngettext(
        "{codes} and {count} more", "{codes} and {count} more", n, count="{count}"
    ),
    "notice_flags": lambda n: ngettext(
        "{file}, column {name}: letters behind {count} figure are a flag and are left out "
        "({flags}).",
        "{file}, column {name}: letters behind {count} figures are flags and are left out "
        "({flags}).",
        n, count="{count}",
    ),
    "notice_notes": lambda n: ngettext(
        "{file}, column {name}: the mark of a footnote behind {count} figure is left out "
        "({marks}).",
        "{file}, column {name}: marks of footnotes behind {count} figures are left out "
        "({marks}).",
        n, count="{count}",
    ),
    "more_faults": lambda n: ngettext(
        "… and {count} more of the same input.",
        "… and {count} more of the same input.",
        n, count="{count}",
    ),
}  # fmt: skip
"""Those that agree with a number."""

TABLE_COUNTS: Mapping[str, Callable[[int], str]] = {
    "own_padded": lambda n: ngettext(
        "{count} code had lost its leading zeros, which are added again ({first}).",
        "{count} codes had lost their leading zeros, which are added again (first: {first}).",
        n, count="{count}",
    ),
    "own_listed_more": lambda n: ngettext(
        "… and {count} more; the saved project lists it.",
        "… and {count} more; the saved project lists them all.",
        n, count="{count}",
    ),
    "own_missing": lambda n: ngettext(
        "{count} missing figure ({reasons})", "{count} missing figures ({reasons})",
        n, count="{count}",
    ),
}  # fmt: skip
"""What is said of the reader's table in agreement with a number."""

TABLE_WORDS: Mapping[str, str] = {
    "role_own": _("Your table"),
    "own_table": _("Your table on the map"),
    "own_open": _("Add your table"),
    "own_open_note": _("A CSV or XLSX file, or cells from a spreadsheet. Nothing is sent."),
    "own_private": _(
        "Your table stays on this device: this page cannot send anything. It is forgotten when "
        "you close the page."
    ),
    "own_file": _("Choose a CSV, TSV or XLSX file"),
    "own_paste": _("Or paste cells from a spreadsheet"),
    "own_paste_hint": _(
        "Include the line with the column names, and a column of codes or of names."
    ),
    "own_use": _("Read these cells"),
    "own_drop": _("Drop your table to put it on the map"),
    "own_pasted": _("pasted cells"),
    "own_refused": _("This table cannot be read:"),
    "own_matched": _("{matched} of {rows} rows are matched with {level}."),
    "own_without": _("{count} of {all} {level} are not in the table."),
    "own_by_code": _("Rows are matched by the codes in column {column}."),
    "own_by_name": _("Rows are matched by the names in column {column}."),
    "own_listed": _("Rows without a territory ({count})"),
    "own_listed_row": _("{place}: {text} ({reason})"),
    "own_figures": _("Figures"),
    "own_all_there": _("none missing"),
    "own_text_columns": _("Columns without figures: {names}."),
    "own_no_columns": _("No column has figures."),
    "own_unit": _("Unit"),
    "own_unit_number": _("number"),
    "own_unit_percent": _("percent"),
    "own_unit_count": _("count"),
    "own_better": _("A higher figure is"),
    "own_better_none": _("neither better nor worse"),
    "own_better_higher": _("better"),
    "own_better_lower": _("worse"),
    "own_show": _("Show on the map"),
    "own_project": _("Save as project"),
    "own_project_saved": _("The project is saved. Unpack it and run: zoneblanche run project.toml"),
    "own_project_none": _(
        "A project needs boundaries that zoneblanche has. Those of this page are not among them."
    ),
    "own_project_note": _("Written by a map page. To draw the same map:"),
    "own_remove": _("Forget this table"),
    "own_removed": _("The table is forgotten."),
    "own_method": _(
        "From the table “{file}”, which was read on this device and is not part of this page."
    ),
    "own_source": _("table “{file}”, added by the reader"),
    "own_close": _("Close"),
}
"""The words around the reader's table, by name."""

WEIGHT_WORDS: Mapping[str, str] = {
    "weights": _("Your weights"),
    "weights_note": _(
        "Give the dimensions other weights: map, ranks, table and card follow. The published "
        "index does not change."
    ),
    "weights_published": _("Back to the published index"),
    "weights_title": _("Your index: {parts}"),
    "weights_method": _(
        "Your index: the parts of the published one, with your weights. Nobody has published it."
    ),
    "weights_worst": _("Among the worst tenth with {share} of all possible weights."),
}
"""The words of the reader's weights, by name."""


def table_words(lang: str) -> dict[str, Any]:
    """Return what a page says in a language of its reader's table, by name."""
    return {
        **translate_all(TABLE_WORDS, lang),
        **translate_all(WEIGHT_WORDS, lang),
        **translate_all(FAULT_WORDS, lang),
        **by_plural_form(FAULT_COUNTS, lang),
        **by_plural_form(TABLE_COUNTS, lang),
    }
