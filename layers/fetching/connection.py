"""Connections to the addresses that were checked, closed at a deadline.

urllib3 opens every connection with `_new_conn` of the connection class of a pool. Here this method
resolves the name once, has all its addresses checked, and connects to one of them. TLS and the
`Host` header still use the name.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

if TYPE_CHECKING:
    from urllib3 import PoolManager

_MOST_LINE = 1 << 16
"""Bytes in a line of a header or of a chunk size."""

Check = Callable[[str, int], list[str]]
"""Returns the addresses of a host and a port; raises if one of them is not allowed."""


class Deadline:
    """The time for a file. Open connections are shut down at its end.

    The timeout of a socket starts again with each byte, so a server that sends one byte a second
    never exceeds it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._connected: list[socket.socket] = []
        self._timer: threading.Timer | None = None

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self._end - time.monotonic())

    def watch(self, connection: Any) -> None:
        """Shut a socket down at the deadline if it is still open."""
        # For TLS within the TLS of a proxy, the outer socket.
        self._connected.append(getattr(connection, "socket", connection))
        if self._timer is None:
            self._timer = threading.Timer(self.left, self._shut)
            self._timer.daemon = True
            self._timer.start()
        elif not self.left:
            self._shut()

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        self._connected.clear()

    def _shut(self) -> None:
        for connection in list(self._connected):
            with contextlib.suppress(OSError):  # it is already closed
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class CheckedAdapter(HTTPAdapter):
    """An adapter of requests that checks addresses and keeps a deadline.

    Args:
        check: returns the addresses of a host; not called if a proxy resolves the name.
        deadline: when connections are shut down.
    """

    def __init__(self, check: Check, deadline: Deadline) -> None:
        self._check, self._deadline = check, deadline
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Create the pools of direct connections."""
        super().init_poolmanager(*arguments, **options)
        _open_by(self.poolmanager, self._deadline, self._check)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Create the pools of connections through a proxy, which resolves names itself."""
        if proxy not in self.proxy_manager:
            _open_by(super().proxy_manager_for(proxy, **options), self._deadline, None)
        return self.proxy_manager[proxy]


def _open_by(manager: PoolManager, deadline: Deadline, check: Check | None) -> None:
    """Make the pools of a manager open their connections with `_Watched`."""
    attributes = {"deadline": deadline, "check": staticmethod(check) if check else None}
    classes: dict[str, Any] = {}
    pool: Any
    for scheme, pool in manager.pool_classes_by_scheme.items():
        connection = type("Connection", (_Watched, pool.ConnectionCls), attributes)
        classes[scheme] = type("Pool", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = classes


class _Bytes(io.BufferedReader):
    """The stream of an answer, which is only read in bounded parts.

    The library reads the size of a chunk from a line of any length. If the size is negative, it
    reads all bytes up to the end of the connection into memory.
    """

    def readline(self, size: int | None = -1, /) -> bytes:
        bounded = size is not None and size >= 0
        line = super().readline(size if bounded else _MOST_LINE + 1)
        if len(line) > _MOST_LINE and not bounded:
            raise HTTPException(f"a line is longer than {_MOST_LINE} bytes")
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            raise HTTPException("a part of the answer has no size")
        return super().read(size)


class _Answer(HTTPResponse):
    """An answer that is read in bounded parts and has no cookies.

    Cookies are not used, and the library prints a traceback for those it cannot read.
    """

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = _Bytes(self.fp.detach())

    def begin(self) -> None:
        super().begin()
        del self.headers["Set-Cookie"], self.headers["Set-Cookie2"]


class _Watched(HTTPConnection):
    """A mixin for the connection classes of urllib3."""

    deadline: Deadline
    check: Check | None
    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn() if self.check is None else self._checked(self.check)
        self.deadline.watch(connection)
        return connection

    def connect(self) -> None:
        super().connect()
        self.deadline.watch(self.sock)  # TLS has replaced the socket

    def _tunnel(self) -> None:
        """Open a tunnel through a proxy. The end of its answer may be that of the time."""
        super()._tunnel()
        if not self.deadline.left:
            raise TimeoutError("the proxy did not answer in time")

    def _checked(self, check: Check) -> socket.socket:
        """Connect to the first address that answers."""
        problem: OSError | None = None
        for address in check(self.host, self.port):
            left = self.deadline.left
            try:
                return create_connection(
                    (address, self.port),
                    min(left, self.timeout) if isinstance(self.timeout, int | float) else left,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} did not answer in time") from problem
        raise NewConnectionError(self, f"no connection: {problem}") from problem
