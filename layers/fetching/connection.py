"""Connections to the very addresses that were checked, which end when their time is over.

urllib3 opens each connection of a pool by `_new_conn` of the pool's class of connections: for the
first request, at a redirect, and where a server closed the one before. Here that resolves the name
once, has all its addresses checked, and connects to one of them. TLS and the `Host` header are
still made for the name.
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
"""Bytes of a line of a header or of the size of a chunk."""

Check = Callable[[str, int], list[str]]
"""The addresses to connect to of a host and a port; raises where one of them may not be asked."""


class Deadline:
    """The end of the time for a file: what is connected then is shut, whoever waits for it.

    Limits of a socket count from byte to byte, so that a server which sends one byte a second would
    never exceed them.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._connected: list[socket.socket] = []
        self._timer: threading.Timer | None = None

    @property
    def left(self) -> float:
        """Seconds that are left; 0 where none are."""
        return max(0.0, self._end - time.monotonic())

    def watch(self, connection: Any) -> None:
        """Shuts a socket when the time is over, if it is open still."""
        # Of TLS within the TLS of a proxy, the outer one.
        self._connected.append(getattr(connection, "socket", connection))
        if self._timer is None:
            self._timer = threading.Timer(self.left, self._shut)
            self._timer.daemon = True
            self._timer.start()
        elif not self.left:
            self._shut()

    def close(self) -> None:
        """Watches no longer."""
        if self._timer is not None:
            self._timer.cancel()
        self._connected.clear()

    def _shut(self) -> None:
        for connection in list(self._connected):
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class CheckedAdapter(HTTPAdapter):
    """What a session of requests sends by: addresses checked, and all time counted.

    Args:
        check: gives the addresses of a host; not asked where a proxy resolves the name.
        deadline: when to end.
    """

    def __init__(self, check: Check, deadline: Deadline) -> None:
        self._check, self._deadline = check, deadline
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Makes the pools of direct connections."""
        super().init_poolmanager(*arguments, **options)
        _open_by(self.poolmanager, self._deadline, self._check)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Makes the pools of connections by a proxy, which resolves names itself."""
        if proxy not in self.proxy_manager:
            _open_by(super().proxy_manager_for(proxy, **options), self._deadline, None)
        return self.proxy_manager[proxy]


def _open_by(manager: PoolManager, deadline: Deadline, check: Check | None) -> None:
    """Has a manager's pools open their connections as `_Watched` does."""
    told = {"deadline": deadline, "check": staticmethod(check) if check else None}
    classes: dict[str, Any] = {}
    pool: Any
    for scheme, pool in manager.pool_classes_by_scheme.items():
        connection = type("Connection", (_Watched, pool.ConnectionCls), told)
        classes[scheme] = type("Pool", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = classes


class _Bytes(io.BufferedReader):
    """What a server sends, read in bounded parts.

    The library reads the size of a chunk from a line of any length, and takes one below 0 for all
    that will ever come.
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
    """An answer that is read in bounded parts, and without the cookies, which nobody asked for: the
    library warns of those that it cannot read, with a traceback."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = _Bytes(self.fp.detach())

    def begin(self) -> None:
        super().begin()
        del self.headers["Set-Cookie"], self.headers["Set-Cookie2"]


class _Watched(HTTPConnection):
    """A mixin for urllib3's classes of connections."""

    deadline: Deadline
    check: Check | None
    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn() if self.check is None else self._checked(self.check)
        self.deadline.watch(made)
        return made

    def connect(self) -> None:
        super().connect()
        self.deadline.watch(self.sock)  # TLS has put another object in the place of the first

    def _checked(self, check: Check) -> socket.socket:
        """Connects to the first address that answers."""
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
