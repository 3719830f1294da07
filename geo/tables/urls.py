"""A column of web addresses as a figure: 1 for an address, 0 for an empty cell."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np

from zoneblanche.geo.errors import first_of, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.missing import Figures
from zoneblanche.geo.tables.raw import RawTable, column

_LONGEST = 2048
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(
    rf"https?://(?:{_LABEL}\.)+(?:[^\W\d_]{{2,63}}|xn--[a-z0-9-]{{2,59}})\.?(?::[0-9]{{1,5}})?(?P<rest>[/?#].*)?",
    re.IGNORECASE,
)
_UNSAFE = re.compile(
    r"[\s<>\"'\\^`{|}\x00-\x20\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def is_web_address(text: str) -> bool:
    """Return whether the text is a well-formed http or https address with a host name.

    No other scheme, no user name, no spaces, quotes, control or direction marks, no bare host and
    no IP address.

    >>> is_web_address("https://www.mende.fr/"), is_web_address("javascript:alert(1)")
    (True, False)
    >>> is_web_address("www.mende.fr"), is_web_address("http://a@b.fr")
    (False, False)
    """
    if len(text) > _LONGEST or _UNSAFE.search(text):
        return False
    return _ADDRESS.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Return whether the text is the name of a host, with or without `http://` in front.

    >>> is_domain("www.mende.fr"), is_domain("https://www.mende.fr/"), is_domain("mende")
    (True, True, False)
    """
    return is_web_address(text) or is_web_address(f"http://{text}")


def parse_filled(raw: RawTable, name: str, *, missing: Collection[str] = ()) -> Figures:
    """Return which rows have a cell that is not empty: 1.0, 0.0, or NaN for a missing text.

    Args:
        missing: texts that mean "not known".

    Raises:
        InputError: no such column.
    """
    cells = [cell.strip() for cell in column(raw, name)]
    unknown = {text.strip().casefold() for text in missing}
    is_unknown = np.array([cell.casefold() in unknown for cell in cells], dtype=bool)
    values = np.where(is_unknown, np.nan, np.array([bool(cell) for cell in cells], dtype=float))
    reasons = np.where(is_unknown, int(Reason.NOT_PUBLISHED), int(Reason.PRESENT))
    return Figures(values, reasons.astype(np.int8))


def parse_urls(raw: RawTable, name: str, *, bare: bool = False) -> Figures:
    """Return which rows declare a website.

    Args:
        bare: whether the name of a host without `http://` is an address too.

    Returns:
        1.0 if the cell is a well-formed http(s) address, 0.0 if it is empty, and NaN with reason
        UNREADABLE if it is something else ("www.x.fr", "néant"): that is neither a declared
        address nor its absence. A notice gives their number and the first of them.

    Raises:
        InputError: no such column.
    """
    cells = column(raw, name)
    values = np.full(len(cells), np.nan)
    reasons = np.zeros(len(cells), dtype=np.int8)
    malformed = []
    for row, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            values[row] = 0.0
        elif is_web_address(text) or (bare and is_domain(text)):
            values[row] = 1.0
        else:
            reasons[row] = Reason.UNREADABLE
            malformed.append(row)
    notices = []
    if malformed:
        first = first_of([f"{raw.place(row)}: {shown(cells[row])}" for row in malformed[:5]])
        count = len(malformed)
        notices.append(
            _(
                "{file}, column {name}: {count} cells are neither empty nor an http(s) "
                "address and count as unreadable (first: {first}).",
                file=raw.file,
                name=shown(name),
                count=count,
                first=first,
            )
        )
    return Figures(values, reasons, tuple(notices))
