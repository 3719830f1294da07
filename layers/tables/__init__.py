"""The one reader of tables, where all suspicion lives.

`read_raw_table` says what a file is and cuts it into cells; `parse_codes`, `parse_numbers` and
`parse_urls` make something of a column. What is accepted, refused and repaired, and within which
limits, is described in docs/reading.md.
"""

from zoneblanche.layers.tables.codes import Codes, Explain, parse_codes
from zoneblanche.layers.tables.export import safe_text, spreadsheet_safe
from zoneblanche.layers.tables.figures import MARKS, Figures
from zoneblanche.layers.tables.numbers import TableUnit, parse_numbers
from zoneblanche.layers.tables.raw import RawTable, column
from zoneblanche.layers.tables.reading import read_raw_table
from zoneblanche.layers.tables.urls import is_web_address, parse_urls

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
