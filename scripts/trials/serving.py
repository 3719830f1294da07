"""A server of this machine that answers for all publishers, from files."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from urllib3.util.connection import create_connection

from zoneblanche.layers.fetching import connection, fetch
from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.publishers.connector import Connector, connector_named
from zoneblanche.scripts.trials.mutations.answers import HANG, WAIT
from zoneblanche.scripts.trials.server import Server

BASE = "http://localhost/"
"""URL of all publishers. Every connection to this machine, to any port, goes to the server."""
SECONDS = 2.0
"""Time for a file."""
MOST_BYTES = 2_000_000
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """Return the bytes of a valid answer."""
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode("latin-1") + body


@contextlib.contextmanager
def published(folder: Path, elsewhere: Path) -> Iterator[None]:
    """Let a server of this machine answer for all publishers in the block.

    Args:
        folder: the answers: `NAME.http` for the URL `…/NAME`, `NAME.206.http` for a part of it.
        elsewhere: a file to write to if a request for another host arrives.
    """
    access = partial(
        Access,
        catalogue=BASE + "api",
        allowed_hosts=("localhost",),
        attempts=2,
        timeout=(1.0, 1.0),
        max_seconds=SECONDS,
        sleep=lambda _: None,
    )
    with Server(lambda head: _answer(head, folder, elsewhere)) as server:

        def connect(address: tuple[str, int], *rest: Any, **options: Any) -> socket.socket:
            port = server.port if address[0] in ("127.0.0.1", "::1") else address[1]
            return create_connection((address[0], port), *rest, **options)

        with (
            mock.patch.object(fetch, "Access", access),
            mock.patch.object(fetch, "connector_named", published_here),
            mock.patch.object(connection, "create_connection", connect),
        ):
            yield


def published_here(name: str) -> Connector:
    """Return a connector whose file is on the server."""
    connector = connector_named(name)
    resource = connector.resource
    if resource is None:
        return connector
    url = "" if resource.dataset else BASE + name
    return replace(connector, resource=replace(resource, url=url, max_bytes=MOST_BYTES))


def _answer(head: bytes, folder: Path, elsewhere: Path) -> Iterator[bytes]:
    host = re.search(rb"\r\nHost: localhost(:\d+)?\r\n", head)
    if head.startswith(b"GET ") and host is None:  # the greeting of TLS comes here too
        elsewhere.write_text(f"asks another host: {head[:300]!r}", "utf-8")
    path = head.split(b" ")[1] if head.count(b" ") > 1 else b""
    name = path.split(b"?")[0].rstrip(b"/").rpartition(b"/")[2].decode("ascii", "replace")
    part = folder / f"{name}.206.http"
    file = part if b"\r\nRange: " in head and part.is_file() else folder / f"{name}.http"
    content = file.read_bytes() if re.fullmatch(r"[\w.-]+", name) and file.is_file() else ABSENT
    for number, piece in enumerate(content.split(HANG)):
        if number:
            time.sleep(3 * SECONDS)
        for place, bytes_of_it in enumerate(piece.split(WAIT)):
            if place:
                time.sleep(0.1)
            yield bytes_of_it
