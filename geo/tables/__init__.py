"""The reader of tables, which does all checks.

`read_raw_table` determines what a file is and splits it into cells; `parse_codes`, `parse_numbers`
and `parse_urls` interpret a column. docs/reading.md describes what is accepted, refused and
repaired, and the limits.
"""

from zoneblanche.geo.tables.codes import Codes, Explain, parse_codes
from zoneblanche.geo.tables.formats.sheets.workbook import find_header
from zoneblanche.geo.tables.missing import MARKS, Figures
from zoneblanche.geo.tables.numbers import TableUnit, parse_numbers
from zoneblanche.geo.tables.raw import RawTable, column
from zoneblanche.geo.tables.read import read_raw_table
from zoneblanche.geo.tables.spreadsheet_safe import safe_text, spreadsheet_safe
from zoneblanche.geo.tables.urls import is_web_address, parse_filled, parse_urls

__all__ = [
    "MARKS",
    "Codes",
    "Explain",
    "Figures",
    "RawTable",
    "TableUnit",
    "column",
    "find_header",
    "is_web_address",
    "parse_codes",
    "parse_filled",
    "parse_numbers",
    "parse_urls",
    "read_raw_table",
    "safe_text",
    "spreadsheet_safe",
]
