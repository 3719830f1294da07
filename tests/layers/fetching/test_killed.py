"""`kill -9` at every step of a fetch that can be told from the next."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.children import end_of, start_child
from zoneblanche.layers.fetching.fetch import fetch_source
from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.fetching.store import Store
from zoneblanche.layers.publishers.connector import Connector, Resource, connector_named
from zoneblanche.scripts.trials.server import Server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")

NAME = "arcep-debit"
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "fcntl.flock", "socket.connect"}
"""What Python tells of itself before it does it; besides, each part that was written."""

VERSIONS = {
    letter: b"code;%s\n" % letter.encode() + letter.encode() * size
    for letter, size in (("a", 150_000), ("b", 200_000), ("c", 170_000))
}
ACCESS = Access(allowed_hosts=("localhost",), attempts=2, timeout=(5.0, 5.0), sleep=lambda _: None)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Publisher:
    """A server in a process of its own, of which one file has several versions."""

    def __init__(self, folder: Path) -> None:
        self._current = folder / "current"
        self.server = Server(self._answer)
        self.connector = replace(
            connector_named(NAME), resource=Resource("commune_debit.csv", self.server.url())
        )

    def publish(self, version: str, *, cut: bool = False) -> None:
        """Makes it the file of the address; cut, it breaks off after two thirds."""
        self._current.write_text(version + ("cut" if cut else ""))

    def serve(self) -> None:
        with self.server:
            time.sleep(600)

    def _answer(self, head: bytes) -> Iterator[bytes]:
        version, cut = self._current.read_text()[0], self._current.read_text()[1:] == "cut"
        content, etag = VERSIONS[version], b'"%s"' % version.encode()
        if b"If-None-Match: " + etag in head:
            yield b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
            return
        asked = re.search(rb"Range: bytes=(\d+)-", head)
        start = int(asked.group(1)) if asked and b"If-Range: " + etag in head else 0
        size = len(content)
        status = b"206 Part\r\nContent-Range: bytes %d-%d/%d" % (start, size - 1, size)
        yield b"HTTP/1.1 %b\r\n" % (status if start else b"200 OK")
        yield b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (etag, size - start)
        yield content[start : size * 2 // 3 if cut else size]


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    publisher = Publisher(tmp_path)
    child = start_child(publisher.serve)
    publisher.server.close()
    yield publisher
    os.kill(child, signal.SIGKILL)
    end_of(child)


def fetch(connector: Connector, store: Store) -> Path:
    with store.locked(NAME, seconds=10):
        return fetch_source(connector, store=store, access=ACCESS).path


def killed_at(step: int, connector: Connector, store: Store) -> bool:
    """Whether a fetch was killed before its step of that number; it may have fewer."""

    def task() -> None:
        done = [0]

        def count(event: str, _: object = None) -> None:
            if event in STEPS:
                if done[0] == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                done[0] += 1

        sys.addaudithook(count)
        with store.locked(NAME, seconds=10):
            progress = lambda *_: count("open")  # noqa: E731
            fetch_source(connector, store=store, access=ACCESS, progress=progress)

    end = end_of(start_child(task))
    assert end in (0, -signal.SIGKILL)
    return end != 0


def bytes_held(store: Store) -> bytes | None:
    record = store.held(NAME)
    return None if record is None else store.path_of(record).read_bytes()


@pytest.mark.parametrize(
    ("held", "begun"), [("", ""), ("a", ""), ("a", "c"), ("a", "b"), ("", "c"), ("", "b")]
)
def test_a_kill_loses_nothing_and_mixes_nothing(
    tmp_path: Path, publisher: Publisher, held: str, begun: str
) -> None:
    """Whatever was there: the old file or the new one, whole; and the next fetch has the new."""
    before = Store(tmp_path / "before")
    if held:
        publisher.publish(held)
        fetch(publisher.connector, before)
    if begun:
        publisher.publish(begun, cut=True)
        with pytest.raises(Exception, match="will be resumed"):
            fetch(publisher.connector, before)
    publisher.publish("b")
    old = VERSIONS[held] if held else None
    assert bytes_held(before) == old
    store = Store(tmp_path / "cache")
    step, killed, ends = 0, True, set()
    while killed:
        shutil.rmtree(store.folder, ignore_errors=True)
        if before.folder.exists():
            shutil.copytree(before.folder, store.folder)
        killed = killed_at(step, publisher.connector, store)
        assert bytes_held(store) in (old, VERSIONS["b"])
        ends.add(bytes_held(store))
        assert fetch(publisher.connector, store).read_bytes() == VERSIONS["b"]
        assert bytes_held(store) == VERSIONS["b"]
        left = [path for path in store.folder.rglob("*") if path.name.startswith(".")]
        assert [*left, *(store.folder / "partial").iterdir()] == []
        step += 1
    assert step > 15
    assert ends == {old, VERSIONS["b"]}
