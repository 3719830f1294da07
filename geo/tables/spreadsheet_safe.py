"""Text that a spreadsheet program displays and does not execute."""

from __future__ import annotations

import pandas as pd

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def spreadsheet_safe(text: str) -> str:
    """Return a text cell with an apostrophe before anything that a spreadsheet takes for a formula.

    For text only: a figure is written as a number, with its minus sign. See OWASP, "CSV Injection".

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("Mende")
    ("'=1+1", 'Mende')
    """
    return f"'{text}" if text.lstrip(" \u00a0\u202f\ufeff\u200b").startswith(_STARTS) else text


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
                changed[name] = column.map(lambda text, known=unlike: known.get(text, text))
    return table.assign(**changed)
