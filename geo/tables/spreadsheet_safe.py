"""Text that a spreadsheet program displays and does not execute."""

from __future__ import annotations

import re

import pandas as pd

_BLANK = r"\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""White space, control characters, and characters without a width."""
_STARTS = r"=+\-@|\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\uff5c"
"""What a formula, or a link to another program, begins with; also as small and full-width signs."""
_CELL = re.compile(rf"(?=[\t\r\n]|[{_BLANK}]*[{_STARTS}])")
_INNER = re.compile(rf"(?<=[;\t|\r\n])(?=[{_BLANK}\"]*[{_STARTS}])")
"""Where a spreadsheet of another locale may begin a cell. It splits lines at semicolons or tabs,
and does not recognise quotes in the middle of what it takes for a cell."""


def spreadsheet_safe(text: str) -> str:
    """Return a text cell with an apostrophe before anything that a spreadsheet takes for a formula.

    Spreadsheets split a file at the separator of their own locale, not of the file. So the
    text is also made safe after each separator other than the comma.

    For text only: a figure is written as a number, with its minus sign. See OWASP, "CSV Injection".

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("a;=1+1"), spreadsheet_safe("Mende")
    ("'=1+1", "a;'=1+1", 'Mende')
    """
    inner = _INNER.sub("'", text)
    return f"'{inner}" if _CELL.match(text) else inner


def safe_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every cell of its text columns `spreadsheet_safe`; missing stays
    missing.

    >>> safe_text(pd.DataFrame({"name": ["=1+1", "1"], "score": [-1.0, 2.0]})).values.tolist()
    [["'=1+1", -1.0], ['1', 2.0]]
    """
    changed = {}
    for name in table.columns:
        column = table[name]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            # Most texts repeat, and hardly any is changed: each is checked once.
            texts = column.dropna().unique().tolist()
            unlike = {text: safe for text in texts if (safe := spreadsheet_safe(text)) != text}
            if unlike:
                changed[name] = column.map(
                    lambda text, written_as=unlike: written_as.get(text, text)
                )
    return table.assign(**changed)
