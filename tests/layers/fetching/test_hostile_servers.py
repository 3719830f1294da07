"""Fetching from a server that means harm: where it leads, how long it takes, what it answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import SocketConnectBlockedError

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.layers.fetching.fetch import fetch_source
from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.fetching.store import Store
from zoneblanche.layers.publishers.connector import Connector, Resource, connector_named
from zoneblanche.scripts.trials.server import Answer, Server

FILE = b"code_insee;nbr\n" + b"".join(b"%05d;%d\n" % (n, n) for n in range(2_000))
PUBLIC = "93.184.215.14"
"""Of the public internet; the tests have no way there."""

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "cache")
    with store.locked("arcep-debit"):
        return store


@pytest.fixture
def access() -> Access:
    return Access(
        allowed_hosts=("localhost", "mirror.example"),
        attempts=2,
        timeout=(5.0, 5.0),
        max_seconds=30.0,
        sleep=lambda _: None,
    )


def at(url: str, *, max_bytes: int = 10_000_000) -> Connector:
    known = connector_named("arcep-debit")
    return replace(known, resource=Resource("commune_debit.csv", url, max_bytes=max_bytes))


def answer_of(*pieces: bytes) -> Answer:
    return lambda _: pieces


def whole(body: bytes = FILE, *, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def to(location: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[list[str]]]]:
    """What names lead to: each time that one is asked for, the next of its lists of addresses."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host not in known:
            return real(host, port, *rest, **options)
        answers = known[host]
        resolved = answers.pop(0) if len(answers) > 1 else answers[0]
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in resolved]
        pairs = zip(kinds, resolved, strict=True)
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in pairs]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield known


# Where it leads


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n" + FILE,
        OK + b"Connection: close\r\n\r\n" + FILE,
        whole(more=b"Connection: close\r\n"),
        whole(),
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    ],
    ids=["1.0", "without a length", "close", "kept", "chunked"],
)
@pytest.mark.parametrize("by_redirect", [False, True])
def test_a_name_that_leads_elsewhere_a_moment_later_is_not_followed(
    store: Store,
    access: Access,
    names: dict[str, list[list[str]]],
    answer: bytes,
    by_redirect: bool,
) -> None:
    """DNS rebinding: a public address when it is checked, a private one when it is connected to."""
    with Server(answer_of(answer)) as server, Server(lambda _: [to(there.encode())]) as first:
        names["rebinds.example"] = [[PUBLIC], ["127.0.0.1"]]
        there = server.url(host="rebinds.example")
        # It is the address that was checked which is connected to, and the tests stop that.
        with pytest.raises((SocketConnectBlockedError, UserWarning), match=PUBLIC):
            fetch_source(at(first.url() if by_redirect else there), store=store, access=access)
        assert server.asked == []
    assert store.held("arcep-debit") is None


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1", PUBLIC], ["64:ff9b::7f00:1"]]
)
@pytest.mark.parametrize("by_redirect", [False, True])
def test_a_name_with_any_private_address_is_not_asked(
    store: Store,
    access: Access,
    names: dict[str, list[list[str]]],
    addresses: list[str],
    by_redirect: bool,
) -> None:
    with Server(answer_of(whole())) as server, Server(lambda _: [to(there.encode())]) as first:
        names["inside.example"] = [addresses]
        there = server.url(host="inside.example")
        with pytest.raises(ProblemWithEnvironment, match=r"inside.example leads to"):
            fetch_source(at(first.url() if by_redirect else there), store=store, access=access)
        assert server.asked == []


def test_an_address_that_does_not_answer_is_passed_over(
    store: Store, access: Access, names: dict[str, list[list[str]]]
) -> None:
    names["mirror.example"] = [["::1", "127.0.0.1"]]
    with Server(answer_of(whole())) as server:  # on 127.0.0.1 alone
        got = fetch_source(at(server.url(host="mirror.example")), store=store, access=access)
        assert got.path.read_bytes() == FILE
        assert b"\r\nHost: mirror.example:%d\r\n" % server.port in server.asked[0]


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "１２７.0.0.1", "[::1]",
     "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[fec0::1]", "169.254.169.254",
     "[fe80::1%25lo]", "100.100.100.200", "168.63.129.16"],
)  # fmt: skip
@pytest.mark.parametrize("proxy", [False, True])
def test_private_addresses_in_digits_are_not_asked(
    store: Store, access: Access, monkeypatch: pytest.MonkeyPatch, host: str, proxy: bool
) -> None:
    with Server(answer_of(whole())) as server:
        if proxy:
            monkeypatch.setenv("HTTP_PROXY", server.url(""))
        there = server.url(host=host)
        with pytest.raises(
            ProblemWithEnvironment, match=r"not a public address|not an http or https"
        ):
            fetch_source(at(there), store=store, access=replace(access, allowed_hosts=()))
        assert server.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://a:b@localhost:{port}/", "http://:b@localhost:{port}/", "http://@localhost:{port}/",
     "http://93.184.215.14\\@localhost:{port}/", "http://[", "//[", "http://localhost:99999/",
     "http://localhost:x/", "http:///x", "http://\x00/", "gopher://localhost:{port}/", "x", "é://",
     "file:///etc/passwd", "http://" + "a" * 70_000 + "/"],
)  # fmt: skip
@pytest.mark.parametrize("by_redirect", [False, True])
def test_what_is_no_address_is_a_sentence(
    store: Store, access: Access, url: str, by_redirect: bool
) -> None:
    with Server(answer_of(whole())) as server:
        there = url.format(port=server.port)
        first = Server(answer_of(to(there.encode()[:60_000])))
        with first, pytest.raises(ProblemWithEnvironment) as caught:
            fetch_source(at(first.url() if by_redirect else there), store=store, access=access)
        assert server.asked == [] or url == "x", "the redirect is relative there"
    assert len(str(caught.value)) < 1000


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(MIRROR)
    return context


MIRROR = Path(__file__).parent / "mirror.pem"


def test_tls_is_made_with_the_name_and_not_with_the_address(
    store: Store,
    access: Access,
    names: dict[str, list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(MIRROR))
    names["mirror.example"] = names["other.example"] = [["127.0.0.1"]]
    access = replace(access, allowed_hosts=("mirror.example", "other.example"))
    with Server(answer_of(whole()), context=tls()) as server:
        url = server.url(host="mirror.example")
        assert fetch_source(at(url), store=store, access=access).path.read_bytes() == FILE
        assert server.names == ["mirror.example"]
        server.asked.clear()
        with pytest.raises(ProblemWithEnvironment, match=r"other.example.*ertificate"):
            fetch_source(at(server.url(host="other.example")), store=store, access=access)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(ProblemWithEnvironment, match="ertificate"):
            fetch_source(at(url + "?again"), store=store, access=access)
        assert server.asked == [], "a server that is not who it should be is told nothing"


def test_a_redirect_away_from_https_is_refused(
    store: Store,
    access: Access,
    names: dict[str, list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(MIRROR))
    names["mirror.example"] = [["127.0.0.1"]]
    with (
        Server(answer_of(whole())) as plain,
        Server(answer_of(to(plain.url().encode())), context=tls()) as server,
    ):
        with pytest.raises(ProblemWithEnvironment, match="redirects away from https"):
            fetch_source(at(server.url(host="mirror.example")), store=store, access=access)
        assert plain.asked == []


def test_what_the_user_has_for_a_host_is_not_sent(
    store: Store, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine localhost login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Server(answer_of(whole())) as server:
        fetch_source(at(server.url()), store=store, access=access)
        assert b"Authorization" not in server.asked[0]


# How long it takes


def drip(start: bytes, piece: bytes = b"x") -> Iterator[bytes]:
    """One piece in a tenth of a second, without end."""
    yield start
    while True:
        time.sleep(0.1)
        yield piece


SLOW: dict[str, Callable[[bytes], Iterable[bytes]]] = {
    "a byte at a time": lambda _: drip(OK + b"Content-Length: 100000\r\n\r\n"),
    "without a length": lambda _: drip(OK + b"\r\n"),
    "of version 1.0": lambda _: drip(b"HTTP/1.0 200 OK\r\n\r\n"),
    "in chunks": lambda _: drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a header": lambda _: drip(OK + b"X: "),
    "the first line": lambda _: drip(b"HTTP/1.1 200 "),
    "go on": lambda _: drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a redirect": lambda _: drip(to(b"/file").replace(b"Length: 0", b"Length: 9999")),
    "a packed stream without content": lambda _: drip(
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:-8][:10],
        b"\x00\x00\x00\xff\xff",
    ),
    "nothing": lambda _: drip(b"", b""),
}


@pytest.mark.parametrize("kind", SLOW)
@pytest.mark.parametrize("catalogue", [False, True])
def test_the_time_for_a_file_is_kept(
    store: Store, access: Access, kind: str, catalogue: bool
) -> None:
    access = replace(access, max_seconds=0.7, attempts=5)
    connector = at("")
    if catalogue:
        connector = replace(connector, resource=Resource("x.csv", dataset="d", title="x"))
    with Server(SLOW[kind]) as server:
        if not catalogue:
            connector = at(server.url())
        started = time.monotonic()
        with pytest.raises(ProblemWithEnvironment, match=r"took (too long|longer)|redirects"):
            access = replace(access, catalogue=server.url("/api"))
            fetch_source(connector, store=store, access=access)
        assert time.monotonic() - started < 4
    assert store.held("arcep-debit") is None


def test_the_time_for_a_file_holds_for_the_handshake_of_tls(store: Store, access: Access) -> None:
    """A record of 16 kB is announced, and comes a byte at a time."""
    access = replace(access, max_seconds=0.7, timeout=(60.0, 60.0))
    with Server(answer_of(), greeting=lambda: drip(b"\x16\x03\x03\x3f\xff\x02")) as server:
        started = time.monotonic()
        url = server.url().replace("http:", "https:")
        with pytest.raises(ProblemWithEnvironment, match=r"took (too long|longer)"):
            fetch_source(at(url), store=store, access=access)
        assert time.monotonic() - started < 4


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_time_for_a_file_holds_behind_a_proxy(
    store: Store, access: Access, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Which answers a byte at a time, itself or before it lets TLS through."""
    access = replace(access, max_seconds=0.7, allowed_hosts=())
    with Server(lambda _: drip(b"HTTP/1.1 200 OK\r\nX: ")) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", proxy.url("").rstrip("/"))
        started = time.monotonic()
        with pytest.raises(ProblemWithEnvironment, match=r"took (too long|longer)"):
            fetch_source(at(f"{scheme}://publisher.example/x"), store=store, access=access)
        assert time.monotonic() - started < 4
        assert b"publisher.example" in proxy.asked[0]


def test_the_time_for_a_file_holds_for_the_search_of_a_name(
    store: Store, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        time.sleep(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    started = time.monotonic()
    with pytest.raises(ProblemWithEnvironment, match="cannot be resolved"):
        fetch_source(at("http://slow.example/"), store=store, access=replace(access, max_seconds=1))
    assert time.monotonic() - started < 2.5


# How much there is


def test_a_packed_answer_is_measured_unpacked(store: Store, access: Access) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    with Server(answer_of(whole(bomb, more=b"Content-Encoding: gzip\r\n"))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(ProblemWithEnvironment, match="larger"):
                fetch_source(at(server.url(), max_bytes=1_000_000), store=store, access=access)
            assert tracemalloc.get_traced_memory()[1] < 40_000_000
        finally:
            tracemalloc.stop()
    assert not store.partial("arcep-debit").exists()


def test_the_body_of_a_redirect_is_never_read(store: Store, access: Access) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    more = b"Content-Encoding: gzip\r\nLocation: /there\r\n"

    def answer(head: bytes) -> list[bytes]:
        if b" /there " in head:
            return [whole()]
        return [whole(bomb, more=more).replace(b"200 OK", b"302 Found")]

    with Server(answer) as server:
        tracemalloc.start()
        try:
            got = fetch_source(at(server.url()), store=store, access=access)
            assert tracemalloc.get_traced_memory()[1] < 40_000_000
        finally:
            tracemalloc.stop()
    assert got.path.read_bytes() == FILE


def endless(head: bytes) -> Iterator[bytes]:
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + bytes(0x10000) + b"\r\n"


def test_an_answer_without_end_is_cut_off(store: Store, access: Access) -> None:
    with Server(endless) as server:
        with pytest.raises(ProblemWithEnvironment, match="larger"):
            fetch_source(at(server.url(), max_bytes=1_000_000), store=store, access=access)
        catalogue = replace(at(""), resource=Resource("x.csv", dataset="d", title="x"))
        with pytest.raises(ProblemWithEnvironment, match="larger"):
            access = replace(access, catalogue=server.url("/api"))
            fetch_source(catalogue, store=store, access=access)


# What it answers


TAKEN: dict[str, bytes] = {
    "a length in other digits": OK + b"Content-Length: \xb2\r\n\r\n" + FILE,
    "a length in digits of UTF-8": OK + "Content-Length: ²\r\n\r\n".encode() + FILE,
    "a negative length": OK + b"Content-Length: -5\r\n\r\n" + FILE,
    "a length that is none": OK + b"Content-Length: many\r\n\r\n" + FILE,
    "a length of 5,000 digits": OK + b"Content-Length: %b\r\n\r\n" % (b"9" * 5000) + FILE,
    "a charset that nobody knows": whole(more=b"Content-Type: text/csv; charset=\xff\x00\r\n"),
    "a name in another folder": whole(
        more=b"Content-Disposition: attachment; filename=\"../../x\"; filename*=UTF-8''..%2fx\r\n"
    ),
    "an etag that cannot be sent back": whole(more=b'ETag: "a\tb \xe9"\r\n'),
    "cookies": whole(more=b"Set-Cookie: a=b; expires=\xff; max-age=\xb2; domain=..\r\n" * 20),
    "a cookie of 400 digits": whole(more=b"Set-Cookie: a=b; max-age=%b\r\n" % (b"9" * 400)),
    "a header without a colon": whole(more=b"X\r\n"),
    "no status text": whole().replace(b"200 OK", b"200"),
    "a folded header": whole(more=b"X: a\r\n b\r\n"),
    "two lengths that agree": whole(more=b"Content-Length: %d\r\n" % len(FILE)),
}

REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a status that is none": b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
    "a status of 999": b"HTTP/1.1 999 No\r\n\r\n",
    "not modified, and nothing is held": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "a part that was not asked for": b"HTTP/1.1 206 P\r\nContent-Range: bytes \xb2-9/10\r\n\r\nx",
    "a redirect to nowhere": b"HTTP/1.1 302 Found\r\n\r\n",
    "a redirect to brackets": to(b"//["),
    "a redirect to brackets and a port": to(b"http://[::1]:\xb2/"),
    "a redirect to controls": to(b"http://a\x0bb\x1f/"),
    "a redirect to 60,000 letters": to(b"http://" + b"a" * 60_000),
    "a wait in other digits": b"HTTP/1.1 429 T\r\nRetry-After: \xb2\r\n\r\n",
    "a wait of 400 digits": b"HTTP/1.1 429 T\r\nRetry-After: %b\r\n\r\n" % (b"9" * 400),
    "a wait until no day": b"HTTP/1.1 503 T\r\nRetry-After: Mon, 99 Jan 99999999999 0:0:0\r\n\r\n",
    "a wait until a year": b"HTTP/1.1 503 T\r\nRetry-After: 1 Jan 9999 23:59:59 -9999\r\n\r\n",
    "a wait of less than none": b"HTTP/1.1 503 T\r\nRetry-After: -1\r\n\r\n",
    "two lengths": whole(more=b"Content-Length: 7\r\n"),
    "more than it sends": OK + b"Content-Length: 999999\r\n\r\n" + FILE,
    "chunks of no number": OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
    "chunks of less than none": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n",
    "chunks that break off": OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "chunks of a long line": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 90_000,
    "what is not packed": whole(more=b"Content-Encoding: gzip\r\n"),
    "packed ten times": whole(more=b"Content-Encoding: " + b"gzip, " * 200 + b"gzip\r\n"),
    "a thousand headers": OK + b"X: y\r\n" * 1000 + b"\r\n",
    "a header of 90,000 letters": OK + b"X: " + b"y" * 90_000 + b"\r\n\r\n",
    "a wholly huge length": OK + b"Content-Length: 99999999999999999\r\n\r\n" + FILE,
}


@pytest.mark.parametrize("kind", TAKEN)
def test_an_odd_answer_is_taken_for_what_it_holds(store: Store, access: Access, kind: str) -> None:
    with Server(answer_of(TAKEN[kind])) as server:
        got = fetch_source(at(server.url()), store=store, access=access)
        assert got.path.read_bytes() == FILE
        assert got.path.name == "commune_debit.csv"
        again = fetch_source(at(server.url()), store=store, access=access)
        assert again.path.read_bytes() == FILE


@pytest.mark.parametrize("kind", REFUSED)
def test_an_answer_that_is_none_is_a_sentence(store: Store, access: Access, kind: str) -> None:
    with (
        Server(answer_of(REFUSED[kind])) as server,
        pytest.raises(ProblemWithEnvironment) as caught,
    ):
        fetch_source(at(server.url()), store=store, access=access)
    assert store.held("arcep-debit") is None
    assert len(str(caught.value)) < 1000
    assert str(caught.value).isprintable()


def test_other_digits_are_waited_for_as_where_nothing_is_said(store: Store, access: Access) -> None:
    waits: list[float] = []
    access = replace(access, attempts=3, sleep=waits.append)
    with (
        Server(answer_of(REFUSED["a wait in other digits"])) as server,
        pytest.raises(ProblemWithEnvironment, match="in 3 attempts: it answered 429"),
    ):
        fetch_source(at(server.url()), store=store, access=access)
    assert waits == [1.0, 2.0]


SHA1 = hashlib.sha1(FILE).hexdigest()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"checksum": {"type": "sha1"}}, "checksum"),
        ({"checksum": {"type": "sha1", "value": None}}, "checksum"),
        ({"checksum": {"type": "sha256", "value": SHA1}}, "checksum"),
        ({"checksum": {"type": "sha1", "value": ["²"]}}, "checksum"),
        ({"checksum": {"type": "sha1", "value": "0" * 40}}, "not what its publisher says"),
        ({"checksum": {"type": ["sha1"], "value": SHA1}}, ""),
        ({"checksum": "sha1"}, ""),
        ({"checksum": {"type": "md5", "value": "x"}}, ""),
        ({"checksum": {"type": "sha1", "value": SHA1.upper()}}, ""),
        ({"last_modified": {"a": 1}, "id": ["x"] * 1000}, ""),
        ({"last_modified": "2026-99-99"}, ""),
        ({"latest": ["x"]}, "not an http or https address"),
        ({"latest": None, "url": None}, "not an http or https address"),
        ({"title": 7}, "does not answer|no resource titled"),
    ],
)
def test_what_a_catalogue_says_is_looked_at(
    store: Store, access: Access, entry: dict[str, object], message: str
) -> None:
    with Server(answer_of(whole())) as server:
        base = {"title": "x", "latest": server.url(), "id": "1"}
        content = json.dumps({"resources": [None, base | entry][1:]}).encode()
        with Server(answer_of(whole(content))) as catalogue:
            connector = replace(at(""), resource=Resource("x.csv", dataset="d", title="x"))
            access = replace(access, catalogue=catalogue.url("/api"))
            if message:
                with pytest.raises(ProblemWithEnvironment, match=message):
                    fetch_source(connector, store=store, access=access)
                return
            got = fetch_source(connector, store=store, access=access)
    assert got.path.read_bytes() == FILE
    held = store.held("arcep-debit")
    assert held is not None
    assert json.dumps(held.published) in ('""', '"2026-99-99"')


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"7", b"{}", b'{"resources": null}', b'{"resources": 7}', b"\xff\xfe",
     b'{"resources": [null]}', b'{"resources": {"a": 1}}', b"9" * 5000, b"[" * 200_000, b'"\xff"',
     b'{"resources": [{"title": null}]}'],
)  # fmt: skip
def test_a_catalogue_of_another_form_is_a_sentence(
    store: Store, access: Access, content: bytes
) -> None:
    connector = replace(at(""), resource=Resource("x.csv", dataset="d", title="x"))
    with (
        Server(answer_of(whole(content))) as server,
        pytest.raises(ProblemWithEnvironment, match=r"does not answer as a catalogue|no resource"),
    ):
        access = replace(access, catalogue=server.url("/api"))
        fetch_source(connector, store=store, access=access)
