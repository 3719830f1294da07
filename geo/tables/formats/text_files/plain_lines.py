"""Delimited lines without quotes, each with as many cells as the header: as most files have.

They are cut at once, which takes a fifth of the time of cutting them one by one: a list for each of
many lines is work for the garbage collector.
"""

from __future__ import annotations

import numpy as np


def cut_plain_lines(lines: list[str], separator: str, *, longest: int) -> np.ndarray | None:
    """Return the cells of lines, a column in each row of the array, its first cell from the header.

    Args:
        lines: without line breaks, the header first.
        longest: the most characters of a line.

    Returns:
        None if a line must be looked at by itself: one with a quote, with another number of cells,
        with a blank first cell, or longer.

    >>> cut_plain_lines(["code;v", "01001;3", "01002;"], ";", longest=99)
    array([['code', '01001', '01002'],
           ['v', '3', '']], dtype=object)
    >>> cut_plain_lines(["code;v", '"01001";3'], ";", longest=99)
    """
    width = lines[0].count(separator) + 1 if lines and separator else 1
    if width < 2 or max(map(len, lines)) > longest:
        return None
    if any('"' in line or line.count(separator) != width - 1 for line in lines):
        return None
    cells = np.array(separator.join(lines).split(separator), dtype=object)
    columns = np.ascontiguousarray(cells.reshape(len(lines), width).T)
    return columns if all(map(str.strip, columns[0].tolist())) else None
