"""Text that a spreadsheet program shows and does not run."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def spreadsheet_safe(text: str) -> str:
    """A text cell with an apostrophe before what a spreadsheet would take for a formula.

    For text only: a figure is written as a number, its minus sign with it. See OWASP, "CSV
    Injection".

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("Mende")
    ("'=1+1", 'Mende')
    """
    return f"'{text}" if text.lstrip(" \u00a0\u202f\ufeff\u200b").startswith(_STARTS) else text
