"""One request at a time: whose turn it is, what may be read of the answer, and what it means.

Redirects are not followed here (see `site_probe`); nothing is sent but a GET. A name is connected
to at the address that `names` has checked, and at no other.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoneblanche.layers.fetching.resume import LONGEST_WAIT, RETRIED, utc_now, wait_seconds
from zoneblanche.layers.probing.asking.names import Names
from zoneblanche.layers.probing.asking.politeness import Turns
from zoneblanche.layers.probing.pages.urls import host_of, requestable

CONNECT, TOTAL = 10.0, 20.0
MOST_BYTES = 1 << 20
GREATEST_RATIO = 200
"""How many times its size a body may inflate to; pages come to 20, bombs to 1,000."""

_ATTEMPTS = 3
_CERTIFICATES = {
    10: "certificate-expired", 9: "certificate-not-yet-valid", 18: "certificate-self-signed",
    19: "certificate-self-signed", 20: "certificate-incomplete", 21: "certificate-incomplete",
    62: "certificate-of-another-name", 63: "certificate-of-another-name",
    64: "certificate-of-another-name",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    Attributes:
        url: that was asked.
        status: of HTTP, or 0 where no answer came.
        reason: why there is no (whole) answer, or "".
        headers: names in lower case.
        body: as far as it was read, inflated.
        truncated: whether there was more.
        milliseconds: from the turn to the last byte.
    """

    url: str
    status: int = 0
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    truncated: bool = False
    milliseconds: int = 0

    @property
    def location(self) -> str:
        """Where a redirect leads, or ""."""
        return self.headers.get("location", "") if 300 <= self.status < 400 else ""

    @property
    def is_html(self) -> bool:
        """Whether the body is a page."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        begins = self.body[:300].lstrip().lower()
        looks = begins.startswith((b"<!doctype html", b"<html", b"<head", b"<!--", b"<?xml"))
        return kind in ("text/html", "application/xhtml+xml") or (not kind and looks)


@dataclass(frozen=True)
class Manners:
    """How the network is used.

    Attributes:
        contact: address for webmasters, part of the User-Agent.
        connections: at once, at most.
        interval: seconds between two requests to a host, and to an address.
        dns, dns_port: name servers; the system's where there is none.
        allowed: private networks that may be asked all the same.
        ports: other ports than 443 and 80 to connect to, for tests.
        authorities: a file of certificate authorities instead of the usual ones.
        retry_wait: seconds before the first retry; the next waits are longer.
    """

    contact: str
    connections: int = 64
    interval: float = 1.0
    dns: tuple[str, ...] = ()
    dns_port: int = 53
    allowed: tuple[Any, ...] = ()
    ports: Mapping[int, int] = field(default_factory=dict)
    authorities: str = ""
    connect: float = CONNECT
    total: float = TOTAL
    retry_wait: float = 1.0


def user_agent(contact: str) -> str:
    """What the sites see."""
    from importlib.metadata import version

    shown_contact = "".join(
        c for c in contact if c.isprintable() and c.isascii() and c not in "()\\"
    )
    return (
        f"zoneblanche/{version('zoneblanche')} "
        f"(digital presence of public bodies; one request a second; contact: {shown_contact})"
    )


class Client:
    """Asks politely. Use as an asynchronous context manager."""

    def __init__(self, manners: Manners, names: Names, turns: Turns) -> None:
        self.manners, self.names, self.turns = manners, names, turns
        self._session: Any = None

    async def __aenter__(self) -> Client:
        import aiohttp

        # Connections are closed after each answer: kept open, they would be more than `connections`
        # at once, since a host is asked again only after a second.
        connector = aiohttp.TCPConnector(
            limit=0,
            force_close=True,
            use_dns_cache=False,
            resolver=_pinned(self.names, self.manners.ports),
            ssl=_tls(self.manners.authorities),
            socket_factory=self._socket,
            happy_eyeballs_delay=None,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=self.manners.total, sock_connect=self.manners.connect
            ),
            headers={
                "User-Agent": user_agent(self.manners.contact),
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
                "Accept-Language": "fr,en;q=0.7,de;q=0.5,it;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            max_line_size=16_384,
            max_field_size=32_768,
        )
        # aiohttp would ask again by itself, at once, where a connection breaks off.
        self._session._retry_connection = False
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, url: str, *, read: bool = True, attempts: int = _ATTEMPTS) -> Answer:
        """The answer to a GET, asked again where that may help; redirects are not followed.

        Args:
            read: whether the body is wanted.
            attempts: at most.
        """
        address = requestable(url)
        if address is None:
            return Answer(url, reason="not-an-address")
        host = host_of(address)
        resolved = await self.names.resolve(host)
        if not resolved.address:
            return Answer(address, reason=resolved.reason)
        answer = Answer(address, reason="no-answer")
        for attempt in range(1, attempts + 1):
            answer = await self._once(address, host, resolved.address, read=read)
            if answer.status not in RETRIED and answer.reason not in ("no-answer", "reset"):
                return answer
            if answer.reason == "no-answer" and attempt == 2:
                return answer  # each try may take as long as the time limit
            wait = wait_seconds(
                {"Retry-After": answer.headers.get("retry-after", "")},
                attempt=attempt,
                now=utc_now(),
            )
            if wait is None:
                self.turns.slow_down(host, seconds=LONGEST_WAIT)
                return Answer(address, answer.status, "asked-to-wait", answer.headers)
            wait *= self.manners.retry_wait if not answer.headers.get("retry-after") else 1.0
            if answer.status in (429, 503):
                self.turns.slow_down(host, seconds=wait)
            elif attempt < attempts:
                await asyncio.sleep(wait)
        return answer

    async def _once(self, url: str, host: str, address: str, *, read: bool) -> Answer:
        import aiohttp
        from yarl import URL

        async with self.turns.turn(host, address):
            begun = time.monotonic()
            try:
                async with self._session.get(
                    URL(url, encoded=True), allow_redirects=False
                ) as response:
                    headers = {
                        name.lower(): value[:2000] for name, value in response.headers.items()
                    }
                    body, truncated, reason = b"", False, ""
                    if read:
                        body, truncated, reason = await _read(response, headers)
                    elapsed = int(1000 * (time.monotonic() - begun))
                    return Answer(url, response.status, reason, headers, body, truncated, elapsed)
            except aiohttp.ClientConnectorCertificateError as error:
                reason = _certificate_fault(error.certificate_error)
            except aiohttp.ClientConnectorSSLError:
                reason = "tls"
            except TimeoutError:
                reason = "no-answer"
            except (ConnectionRefusedError, aiohttp.ClientConnectorError) as error:
                reason = _connection_fault(error)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError):
                reason = "reset"
            except (aiohttp.ClientError, ValueError, zlib.error, ssl.SSLError):
                reason = "not-http"
            return Answer(url, 0, reason, milliseconds=int(1000 * (time.monotonic() - begun)))

    def _socket(self, endpoint: Any) -> socket.socket:
        """Open the socket of a connection; only a checked address passes."""
        family, kind, protocol, _, peer = endpoint
        if not self.names.may_be_asked(str(peer[0])):
            raise OSError(f"{peer[0]} is not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


def _pinned(names: Names, ports: Mapping[int, int]) -> Any:
    """A resolver that knows no more than what was checked before."""
    from aiohttp.abc import AbstractResolver

    class Pinned(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> Any:
            address = names.address_of(host)
            if not address:
                raise OSError(f"{host} was not looked up")
            number = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [
                {
                    "hostname": host,
                    "host": address,
                    "port": ports.get(port, port),
                    "family": number,
                    "proto": 0,
                    "flags": socket.AI_NUMERICHOST,
                }
            ]

        async def close(self) -> None:
            return None

    return Pinned()


def _tls(authorities: str) -> ssl.SSLContext:
    import certifi

    file = authorities or os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where()
    return ssl.create_default_context(cafile=file)


async def _read(response: Any, headers: Mapping[str, str]) -> tuple[bytes, bool, str]:
    """The body, inflated, as far as it may be read; whether there was more; what is wrong."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return b"", False, "unknown-encoding"
    inflate = zlib.decompressobj(47) if "gzip" in coding else None
    body, size = bytearray(), 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if coding == "deflate" and inflate is None:  # some send it without zlib's header
            inflate = zlib.decompressobj(15 if chunk[:1] == b"\x78" else -15)
        waiting = chunk
        while waiting:
            room = MOST_BYTES + 1 - len(body)
            if inflate is None:
                body += waiting[:room]
                waiting = b""
            else:
                try:
                    body += inflate.decompress(waiting, room)
                except zlib.error:
                    return bytes(body), True, "unknown-encoding"
                waiting = inflate.unconsumed_tail
            if len(body) > max(1 << 16, GREATEST_RATIO * (size - len(waiting))):
                return b"", True, "inflated"
            if len(body) > MOST_BYTES:
                return bytes(body[:MOST_BYTES]), True, ""
        if size > MOST_BYTES:
            return bytes(body), True, ""
    return bytes(body), False, ""


def _certificate_fault(error: Exception) -> str:
    code = getattr(error, "verify_code", 0)
    return _CERTIFICATES.get(code, "certificate")


def _connection_fault(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    if isinstance(cause, ConnectionRefusedError) or getattr(cause, "errno", 0) == 111:
        return "refused"
    if isinstance(cause, ConnectionResetError):
        return "reset"
    return "no-answer" if isinstance(cause, TimeoutError) else "unreachable"
