"""The one reader of tables, where all suspicion lives.

`read_raw_table` says what a file is and cuts it into cells; `parse_codes`, `parse_numbers` and
`parse_urls` make something of a column. What is accepted, refused and repaired, and within which
limits, is described in docs/reading.md.
"""

from zoneblanche.geo.tables.codes import Codes, Explain, parse_codes
from zoneblanche.geo.tables.missing import MARKS, Figures
from zoneblanche.geo.tables.numbers import TableUnit, parse_numbers
from zoneblanche.geo.tables.raw import RawTable, column
from zoneblanche.geo.tables.read import read_raw_table
from zoneblanche.geo.tables.spreadsheet_safe import safe_text, spreadsheet_safe
from zoneblanche.geo.tables.urls import is_web_address, parse_urls

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
