"""A server of this machine that answers with any bytes, at any pace."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

Answer = Callable[[bytes], Iterable[bytes]]
"""From the head of a request to the pieces to send; then the connection is closed."""


def nothing() -> Iterable[bytes]:
    """Return no greeting."""
    return ()


class Server:
    """Listens on a port of 127.0.0.1 in a `with` block.

    Args:
        answer: see `Answer`.
        greeting: pieces to send before the request.
        context: for TLS.

    Attributes:
        asked: the heads of the requests; "" for a connection without one.
        names: the host names that TLS was requested for.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        greeting: Callable[[], Iterable[bytes]] = nothing,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.asked: list[bytes] = []
        self.names: list[str | None] = []
        self._answer, self._greeting, self._context = answer, greeting, context
        if context is not None:
            context.sni_callback = lambda _, name, __: self.names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        """Close the port in this process; a forked child keeps it."""
        self._listener.close()

    def url(self, path: str = "/file", *, host: str = "localhost") -> str:
        """Return a URL of the server."""
        return f"{'http' if self._context is None else 'https'}://{host}:{self.port}{path}"

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with contextlib.suppress(OSError), connection:
            for piece in self._greeting():
                connection.sendall(piece)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    more = connection.recv(4096)
                    if not more:
                        break
                    head += more
                self.asked.append(head)
                for piece in self._answer(head):
                    connection.sendall(piece)
