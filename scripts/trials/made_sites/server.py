"""The web server and the name server of the farm, on loopback, and the record of what was asked.

One process serves all hosts over http and https, with a certificate for each group of names; the
address of 127.0.0.0/8 that a request came to is noted, so that politeness is measured where it is
owed. HTTP is written by hand: the farm has to send what a library would not.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from zoneblanche.layers.probing.asking.client import Manners
from zoneblanche.scripts.trials.made_sites import answers
from zoneblanche.scripts.trials.made_sites.truths import Truth

ALLOWED = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""Where the farm is."""


@dataclass
class Asked:
    """One request as the server saw it."""

    at: float
    host: str
    address: str
    scheme: str
    path: str
    agent: str


@dataclass
class Farm:
    """The servers of a set of sites.

    Attributes:
        truths: of the sites, by host.
        latency: seconds before each answer.
        slow: seconds that a slow site takes.
        asked: all requests so far.
        questions: all questions to the name server so far: name and kind of record.
        most_open: the most connections that were open at once.
    """

    truths: tuple[Truth, ...]
    certificates: Path
    latency: float = 0.0
    slow: float = 30.0
    asked: list[Asked] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    http: int = 0
    https: int = 0
    dns: int = 0

    def __post_init__(self) -> None:
        """Index the sites by host; members of portals by their place."""
        self._by_host: dict[str, Truth] = {}
        self._members: dict[str, dict[str, Truth]] = {}
        for truth in self.truths:
            if truth.path != "/":
                self._members.setdefault(truth.host, {})[truth.path] = truth
                continue
            self._by_host[truth.host] = truth
            bare = truth.host.removeprefix("www.")
            for name in (bare, "www." + bare):
                self._by_host.setdefault(name, truth)
            if truth.behaviour == "to-other":
                self._by_host[f"ailleurs-{truth.number}.example"] = truth
        self._busy: set[str] = set()
        self._servers: list[asyncio.Server] = []
        self._transport: Any = None

    async def start(self, *, reuse: bool = False, ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        """Open the ports; `http`, `https` and `dns` say which."""
        from zoneblanche.scripts.trials.made_sites.certificates import server_contexts

        contexts = server_contexts(self.truths, self.certificates)
        self._servers = [
            await asyncio.start_server(
                self._plain, "0.0.0.0", ports[0], backlog=2000, reuse_port=reuse or None
            ),
            await asyncio.start_server(
                self._secure, "0.0.0.0", ports[1], ssl=contexts, backlog=2000,
                reuse_port=reuse or None, ssl_handshake_timeout=20,
            ),
        ]  # fmt: skip
        self.http, self.https = (server.sockets[0].getsockname()[1] for server in self._servers)
        if ports[2] >= 0:
            from zoneblanche.scripts.trials.made_sites.dns_server import NameServer

            names = NameServer(self.truths)
            self.questions = names.asked
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: names, local_addr=("127.0.0.1", ports[2])
            )
            self.dns = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        """Close the ports."""
        for server in self._servers:
            server.close()
        if self._transport is not None:
            self._transport.close()

    async def _plain(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, "http")

    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, "https")

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str
    ) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            at = time.monotonic()
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines[1:])
            }
            host = headers.get("host", "").split(":")[0].lower()
            address = writer.get_extra_info("sockname")[0]
            self.asked.append(Asked(at, host, address, scheme, path, headers.get("user-agent", "")))
            if self.latency:
                await asyncio.sleep(self.latency)
            await self._answer(writer, host, path, scheme)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _answer(
        self, writer: asyncio.StreamWriter, host: str, path: str, scheme: str
    ) -> None:
        truth = self._by_host.get(host)
        if truth is None:
            truth = self._member(host, path)
        if truth is None:
            portal = host in self._members
            self._send(writer, answers.portal_page(host, path) if portal else answers.NOT_FOUND)
            await writer.drain()
            return
        strange = {"slow": self._slow, "drip": self._drip, "endless": self._endless,
                   "reset": self._reset, "no-http": self._no_http,
                   "many-headers": self._many_headers}.get(truth.behaviour)  # fmt: skip
        if strange is not None and path != "/robots.txt":
            await strange(writer, truth)
            return
        if truth.behaviour == "busy-once" and path == "/" and host not in self._busy:
            self._busy.add(host)
            self._send(writer, answers.Reply(503, b"", {"Retry-After": "1"}))
            await writer.drain()
            return
        self._send(writer, answers.reply_of(truth, host, path, scheme))
        await writer.drain()

    def _member(self, host: str, path: str) -> Truth | None:
        members = self._members.get(host, {})
        place = "/" + path.strip("/").split("/")[0] + "/"
        return members.get(place)

    def _send(self, writer: asyncio.StreamWriter, reply: answers.Reply) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8", "Connection": "close"}
        headers |= {"Content-Length": str(len(reply.body))} | reply.headers
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{k}: {v}" for k, v in headers.items() if v)]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body)

    async def _slow(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        await asyncio.sleep(self.slow)

    async def _drip(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
        for _ in range(int(self.slow * 10)):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def _endless(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        page = answers.page_bytes(truth).replace(b"</body>", b"").replace(b"</html>", b"")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)
        for _ in range(400):
            writer.write(b"<p>encore une ligne de la page sans fin</p>" * 200)
            await writer.drain()

    async def _reset(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        writer.transport.abort()

    async def _no_http(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()

    async def _many_headers(self, writer: asyncio.StreamWriter, truth: Truth) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n")
        await writer.drain()


def inflated(text: bytes, coding: str) -> bytes:
    """A body in a content coding."""
    if coding == "gzip":
        return gzip.compress(text, mtime=0)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(text) + packer.flush()


def politeness_of(requests: Iterable[Asked]) -> dict[str, float]:
    """The least seconds between two requests to a host, and to an address; and how many there were.

    Requests that a connection brought later than they were sent seem closer than they were: what
    is measured is what the server feels.
    """
    last: dict[str, float] = {}
    least = {"host": float("inf"), "address": float("inf")}
    count = 0
    for request in sorted(requests, key=lambda request: request.at):
        count += 1
        for kind, name in (("host", request.host), ("address", "@" + request.address)):
            if name in last:
                least[kind] = min(least[kind], request.at - last[name])
            last[name] = request.at
    return {"requests": count, **least}


def write_record(farm: Farm, path: Path) -> None:
    """Write what was asked, for a reader in another process."""
    lines = [json.dumps(vars(request)) for request in farm.asked]
    lines.append(json.dumps({"most_open": farm.most_open}))
    path.write_text("\n".join(lines) + "\n", "utf-8")


@contextmanager
def served(
    truths: tuple[Truth, ...], folder: Path, *, latency: float = 0.0, slow: float = 30.0
) -> Iterator[Farm]:
    """A farm whose ports are open, in a thread of its own."""
    farm = Farm(truths, folder, latency=latency, slow=slow)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # connections that are broken off on purpose
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(farm.start(), loop).result(60)
    try:
        yield farm
    finally:
        asyncio.run_coroutine_threadsafe(_end(farm), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(farm: Farm) -> None:
    await farm.stop()
    mine = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not mine]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def manners_of(farm: Farm, *, interval: float = 1.0, total: float = 20.0) -> Manners:
    """How the farm is asked: at its ports, by its name server, trusting its authority."""
    return Manners(
        contact="ferme@exemple.example",
        interval=interval,
        dns=("127.0.0.1",),
        dns_port=farm.dns,
        allowed=ALLOWED,
        ports={443: farm.https, 80: farm.http},
        authorities=str(farm.certificates / "authority.pem"),
        total=total,
        connect=total / 2,
        retry_wait=0.2 if interval < 1 else 1.0,
    )
