"""The one reader of tables, where all suspicion lives.

`read_raw_table` says what a file is and cuts it into cells; `parse_codes`, `parse_numbers` and
`parse_urls` make something of a column. What is accepted, refused and repaired, and within which
limits, is described in docs/reading.md.
"""

from layers.tables.codes import Codes, Explain, parse_codes
from layers.tables.export import safe_text, spreadsheet_safe
from layers.tables.figures import MARKS, Figures
from layers.tables.numbers import TableUnit, parse_numbers
from layers.tables.raw import RawTable, column
from layers.tables.reading import read_raw_table
from layers.tables.urls import is_web_address, parse_urls

__all__ = [
    "MARKS",
    "Codes",
    "Explain",
    "Figures",
    "RawTable",
    "TableUnit",
    "column",
    "is_web_address",
    "parse_codes",
    "parse_numbers",
    "parse_urls",
    "read_raw_table",
    "safe_text",
    "spreadsheet_safe",
]
