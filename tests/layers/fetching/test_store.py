"""The store of fetched files, when somebody else wrote in it, and when a fetch was killed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.layers.fetching.fetch import fetch_source, fetch_sources, list_sources
from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.fetching.store import Store
from zoneblanche.layers.publishers.connector import (
    RECORD_SUFFIX,
    Connector,
    Resource,
    connector_named,
    record_next_to,
)
from zoneblanche.scripts.trials.server import Server

NAME = "arcep-debit"
FILE = b"code_insee;nbr\n" + b"".join(b"%05d;%d\n" % (n, n) for n in range(2_000))
NEW = FILE + b"99999;1\n"
ACCESS = Access(allowed_hosts=("localhost",), attempts=1, timeout=(5.0, 5.0), max_seconds=30.0)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def at(url: str) -> Connector:
    return replace(connector_named(NAME), resource=Resource("commune_debit.csv", url))


def serve(content: bytes) -> Server:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
    return Server(lambda _: [head + content])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """One that holds the file."""
    store = Store(tmp_path / "cache")
    with serve(FILE) as server, store.locked(NAME):
        fetch_source(at(server.url()), store=store, access=ACCESS)
    return store


def fetch_again(store: Store) -> str:
    """How the new file was had, or the sentence that says why not."""
    with serve(NEW) as server:
        try:
            with store.locked(NAME, seconds=5):
                got = fetch_source(at(server.url()), store=store, access=ACCESS)
        except ProblemWithEnvironment as error:
            return str(error)
    assert got.path.read_bytes() == NEW
    held = store.held(NAME)
    assert held is not None
    assert store.path_of(held) == got.path
    return got.how


def look(store: Store) -> bool:
    """Whether the store says that it holds the file: to one who lists, and to one offline."""
    (known,) = [one for one in list_sources(store=store) if one.connector.id == NAME]
    try:
        fetch_sources("fr", only=[NAME], offline=True, store=store)
    except ProblemWithEnvironment as error:
        if "nothing was fetched yet" not in str(error):
            raise
        assert known.record is None
        return False
    assert known.record is not None
    return True


@pytest.mark.parametrize(
    "change",
    [
        {"size": "30"}, {"size": True}, {"size": -1}, {"size": None}, {"size": 1e400},
        {"size": 10**40}, {"sha256": None}, {"sha256": ["a"]}, {"sha256": "../.."},
        {"sha256": "0" * 63 + "²"}, {"filename": None}, {"filename": 7}, {"filename": {}},
        {"filename": "../../secret.txt"}, {"filename": "/etc/passwd"}, {"filename": ".."},
        {"filename": "."}, {"filename": ""}, {"filename": "a\\b"}, {"filename": "a\x00b"},
        {"filename": "x" * 5000}, {"filename": "\ud800"}, {"url": ["http://x"]}, {"url": None},
        {"retrieved": 2026}, {"retrieved": "today\n\x1b[31m"}, {"published": {"a": 1}},
        {"published": "<b>"}, {"etag": "é\n"}, {"etag": "a\r\nX: y"}, {"etag": "☃"}, {"etag": 7},
        {"checksum": []}, {"connector": "mxmap"}, {"connector": None}, {"more": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_an_entry_of_another_form_holds_nothing(
    store: Store, tmp_path: Path, change: dict[str, object]
) -> None:
    (tmp_path / "secret.txt").write_bytes(FILE)
    held = store.held(NAME)
    assert held is not None
    entry = store.folder / "index" / f"{NAME}.json"
    entry.write_text(json.dumps(asdict(held) | change))
    assert not look(store)
    assert fetch_again(store) == "fetched"
    assert (tmp_path / "secret.txt").read_bytes() == FILE


@pytest.mark.parametrize("lacking", ["connector", "filename", "sha256", "size", "url", "retrieved"])
def test_an_entry_that_lacks_something_holds_nothing(store: Store, lacking: str) -> None:
    entry = store.folder / "index" / f"{NAME}.json"
    record = json.loads(entry.read_text())
    del record[lacking]
    entry.write_text(json.dumps(record))
    assert not look(store)
    assert fetch_again(store) == "fetched"


def test_an_entry_that_is_cut_off_holds_nothing(store: Store) -> None:
    entry = store.folder / "index" / f"{NAME}.json"
    content = entry.read_bytes()
    for size in range(0, len(content) - 2, 7):
        entry.write_bytes(content[:size])
        assert not look(store)
    entry.write_bytes(content + b" " * 200_000)
    assert not look(store), "more than we would write"
    entry.write_bytes(content.replace(b"{", b"[" * 100_000))
    assert not look(store)
    assert fetch_again(store) == "fetched"


def replaced(path: Path, other: Callable[[Path], object]) -> None:
    """Puts something else in the place of a file."""
    if path.is_dir():
        path.rename(path.with_name(path.name + ".before"))
    else:
        path.unlink(missing_ok=True)
    other(path)


KINDS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a folder with a file": lambda path: [path.mkdir(), (path / "x").touch()],
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to a file": lambda path: path.symlink_to("../../outside"),
    "an empty file": Path.touch,
}
PLACES = {
    "the entry": f"index/{NAME}.json",
    "what was begun": f"partial/{NAME}",
    "its note": f"partial/{NAME}.json",
    "what is being written": f"partial/{NAME}.new",
    "the lock": f"locks/{NAME}.lock",
    "the index": "index",
    "what is begun": "partial",
    "the locks": "locks",
    "the objects": "objects",
}


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_of_ours_is_met_with_a_result_or_a_sentence(
    store: Store, tmp_path: Path, place: str, kind: str
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(FILE)
    replaced(store.folder / PLACES[place], KINDS[kind])
    try:
        look(store)
    except ProblemWithEnvironment as error:
        assert "cannot be written" in str(error), "without a lock nothing is looked at"
    outcome = fetch_again(store)
    assert outcome == "fetched" or "cannot be written" in outcome
    assert outside.read_bytes() == FILE, "nothing is written through a link"


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_are_no_file_are_not_taken(store: Store, tmp_path: Path, kind: str) -> None:
    held = store.held(NAME)
    assert held is not None
    (tmp_path / "outside").write_bytes(FILE)
    replaced(store.path_of(held), KINDS[kind])
    assert not look(store)
    assert fetch_again(store) == "fetched"


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_folder_of_bytes_that_is_a_link_is_not_written_into(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    with serve(NEW) as server:
        got = fetch_source(at(server.url()), store=store, access=ACCESS)
    got.path.parent.rename(outside)
    (outside / got.path.name).unlink()
    got.path.parent.symlink_to(outside)
    before = sorted(path.name for path in outside.iterdir())
    assert not look(store)
    assert fetch_again(store) == "fetched"
    assert sorted(path.name for path in outside.iterdir()) == before


@pytest.mark.parametrize(
    "change",
    [{"url": ["http://x"]}, {"url": {"a": "b"}}, {"retrieved": 7}, {"sha256": None}],
    ids=str,
)
def test_a_record_beside_a_file_is_taken_for_its_texts_alone(
    store: Store, change: dict[str, object]
) -> None:
    held = store.held(NAME)
    assert held is not None
    path = store.path_of(held)
    beside = path.with_name(path.name + RECORD_SUFFIX)
    assert set(record_next_to(path)) == {"url", "retrieved"}
    beside.write_text(json.dumps(asdict(held) | change))
    assert all(isinstance(text, str) for text in record_next_to(path).values())
    assert not set(change) & set(record_next_to(path))


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_beside_a_file_that_is_no_file_says_nothing(store: Store, kind: str) -> None:
    held = store.held(NAME)
    assert held is not None
    path = store.path_of(held)
    replaced(path.with_name(path.name + RECORD_SUFFIX), KINDS[kind])
    assert record_next_to(path) == {}


@pytest.mark.skipif(os.name != "posix", reason="any bytes in a name")
def test_a_file_of_a_folder_may_have_any_name_and_date(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    file = folder / os.fsdecode(b"commune_debit_\xe9.csv")
    file.write_bytes(NEW)
    os.utime(file, (10**12, 10**12))
    named = replace(connector_named(NAME), named=".*[.]csv")
    from zoneblanche.layers.fetching import fetch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "connector_named", lambda _: named)
        (got,) = fetch_sources("fr", only=[NAME], from_folder=folder, store=store)
    assert got.path.read_bytes() == NEW
    held = store.held(NAME)
    assert held is not None
    assert store.path_of(held) == got.path
