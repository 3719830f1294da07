"""The next step of a download, decided from what is known. These functions are pure, so every case
is tested.

`next_request` says what to request, `judge` what an answer means. `layers.fetching.fetch` acts.
"""

from __future__ import annotations

import contextlib
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

_NUMBER = re.compile(r"[0-9]{1,18}")
"""Bytes or seconds according to RFC 9110: ASCII digits only."""

_ETAG = re.compile(r"[!-~\x80-\xff]{1,1000}")
"""Etags that can be sent back in a header; some servers omit the quotation marks."""


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


def judge(status: int, headers: Mapping[str, str], *, asked: Mapping[str, str]) -> Verdict:
    """Return what an answer to `next_request` means.

    Args:
        asked: the headers that `next_request` gave.
    """
    if status in REDIRECTS:
        return "elsewhere"
    if status == 304:
        return "unchanged" if "If-None-Match" in asked else "refused"
    if status == 206:
        return "rest" if _is_the_rest(headers, asked) else "anew"
    if status == 416 and "Range" in asked:
        return "anew"
    if status in RETRIED:
        return "again"
    return "whole" if status == 200 else "refused"


def expected_size(status: int, headers: Mapping[str, str]) -> int | None:
    """Return the size of the whole file in bytes according to the answer, or None."""
    if status == 206:
        match = re.search(r"/([0-9]{1,18})$", headers.get("Content-Range", ""))
        return int(match.group(1)) if match else None
    length = headers.get("Content-Length", "").strip()
    otherwise = headers.get("Content-Encoding") or headers.get("Transfer-Encoding")
    return int(length) if _NUMBER.fullmatch(length) and not otherwise else None


def etag_of(headers: Mapping[str, str]) -> str:
    """Return the etag of an answer, or "" if it has none that can be sent back.

    >>> etag_of({"ETag": '"a"'}), etag_of({"ETag": 'W/"a"'}), etag_of({"ETag": '"a b"'})
    ('"a"', 'W/"a"', '')
    """
    return valid_etag(headers.get("ETag"))


def valid_etag(etag: object) -> str:
    """Return a stored etag, or "" if it is not valid."""
    return etag if isinstance(etag, str) and _ETAG.fullmatch(etag) else ""


def wait_seconds(headers: Mapping[str, str], *, attempt: int, now: datetime) -> float | None:
    """Return the seconds to wait before the next attempt, or None if the server requests too long a
    wait.

    `Retry-After` in seconds or as a date; else 1, 2, 4 … seconds.

    >>> wait_seconds({"Retry-After": "7"}, attempt=1, now=utc_now())
    7.0
    """
    header = headers.get("Retry-After", "").strip()
    wait = 2.0 ** (attempt - 1)
    if _NUMBER.fullmatch(header):
        wait = float(header)
    elif re.fullmatch("[0-9]+", header):
        return None
    elif header:
        with contextlib.suppress(TypeError, ValueError, OverflowError):  # it is no date
            wait = (parsedate_to_datetime(header) - now).total_seconds()
    return max(wait, 0.0) if wait <= LONGEST_WAIT else None


def utc_now() -> datetime:
    """Return the current time with its zone, for `wait_seconds`."""
    return datetime.now(UTC)


def _is_the_rest(headers: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """Return whether a partial answer starts at the requested byte and has the same etag."""
    match = re.match(r"bytes ([0-9]{1,18})-", headers.get("Content-Range", ""))
    same = etag_of(headers) in ("", asked.get("If-Range"))
    return match is not None and asked.get("Range") == f"bytes={match.group(1)}-" and same
