"""The next step of a download, decided from what is known. These functions are pure, so every case
is tested.

`next_request` says what to request, `judge` what an answer means. `layers.fetching.fetch` acts.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which another attempt may succeed."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_WAIT = 120.0
"""Seconds; a server that requests a longer wait is not tried again."""

Verdict = Literal["unchanged", "whole", "rest", "again", "anew", "elsewhere", "refused"]
"""unchanged: the stored file is current; whole: the body is the file; rest: the body continues the
partial file; again: wait and request again; anew: delete the partial file and request again;
elsewhere: follow the redirect; refused: give up."""


@dataclass(frozen=True)
class Begun:
    """A partial file: its size so far, and the etag of the whole file."""

    size: int
    etag: str


def next_request(*, held_etag: str, begun: Begun | None) -> dict[str, str]:
    """Return the headers of the request.

    A partial file is resumed only with a strong etag (RFC 9110, 13.1.5): without one, nothing shows
    that the rest belongs to the same file.

    >>> next_request(held_etag="", begun=Begun(10, '"a"'))
    {'Accept-Encoding': 'identity', 'Range': 'bytes=10-', 'If-Range': '"a"'}
    """
    headers = {"Accept-Encoding": "identity"}
    if begun is not None and begun.size and begun.etag and not begun.etag.startswith("W/"):
        return headers | {"Range": f"bytes={begun.size}-", "If-Range": begun.etag}
    if held_etag:
        return headers | {"If-None-Match": held_etag}
    return headers


def judge(status: int, headers: Mapping[str, str], *, asked_from: int) -> Verdict:
    """Return what an answer to `next_request` means.

    Args:
        asked_from: the first requested byte; 0 for the whole file.
    """
    if status in REDIRECTS:
        return "elsewhere"
    if status == 304:
        return "unchanged"
    if status == 206:
        return "rest" if asked_from and _first_byte(headers) == asked_from else "anew"
    if status == 416 and asked_from:
        return "anew"
    if status in RETRIED:
        return "again"
    return "whole" if status == 200 else "refused"


def expected_size(status: int, headers: Mapping[str, str]) -> int | None:
    """Return the size of the whole file in bytes according to the answer, or None."""
    if status == 206:
        found = re.search(r"/(\d+)$", headers.get("Content-Range", ""))
        return int(found.group(1)) if found else None
    length = headers.get("Content-Length", "")
    return int(length) if length.isdigit() and not headers.get("Content-Encoding") else None


def wait_seconds(headers: Mapping[str, str], *, attempt: int, now: datetime) -> float | None:
    """Return the seconds to wait before the next attempt, or None if the server requests too long a
    wait.

    `Retry-After` in seconds or as a date; else 1, 2, 4 … seconds.

    >>> wait_seconds({"Retry-After": "7"}, attempt=1, now=utc_now())
    7.0
    """
    told = headers.get("Retry-After", "").strip()
    if told.isdigit():
        wait = float(told)
    elif told:
        try:
            wait = (parsedate_to_datetime(told) - now).total_seconds()
        except (TypeError, ValueError):
            wait = 2.0 ** (attempt - 1)
    else:
        wait = 2.0 ** (attempt - 1)
    return max(wait, 0.0) if wait <= LONGEST_WAIT else None


def is_public(address: str) -> bool:
    """Return whether an IP address is in the public network.

    >>> is_public("92.222.0.1"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    try:
        number = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped is not None:
        number = number.ipv4_mapped
    return number.is_global and not number.is_multicast


def utc_now() -> datetime:
    """The time, with its zone, for `wait_seconds`."""
    return datetime.now(UTC)


def _first_byte(headers: Mapping[str, str]) -> int | None:
    found = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return int(found.group(1)) if found else None
