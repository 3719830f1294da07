"""Fetching from a publisher that misbehaves: a loopback server with the real files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.layers.fetching import fetch
from zoneblanche.layers.fetching.addresses import is_public
from zoneblanche.layers.fetching.fetch import Fetched, fetch_source, fetch_sources, list_sources
from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.fetching.resume import Begun, judge, next_request
from zoneblanche.layers.fetching.store import Store
from zoneblanche.layers.publishers.connector import (
    Connector,
    Resource,
    connector_named,
    read_source,
)
from zoneblanche.scripts.trials.publishers_files import write_fixtures

FILE = b"code_insee;nbr\n" + b"".join(b"%05d;%d\n" % (n, n) for n in range(20_000))
ETAG = '"first"'


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    yield


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "cache")
    for name in ("objects", "index", "partial", "locks"):
        (store.folder / name).mkdir(parents=True)
    return store


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def access(httpserver: HTTPServer, waits: list[float]) -> Access:
    return Access(
        catalogue=httpserver.url_for("/api/1"),
        allowed_hosts=("localhost",),
        timeout=(2.0, 2.0),
        sleep=waits.append,
    )


@pytest.fixture
def connector(httpserver: HTTPServer) -> Connector:
    return _at(httpserver.url_for("/commune_debit.csv"))


def _at(url: str, *, max_bytes: int = 10_000_000) -> Connector:
    known = connector_named("arcep-debit")
    return replace(known, resource=Resource("commune_debit.csv", url, max_bytes=max_bytes))


def _serve(server: HTTPServer, answer: Callable[[Request], Response], path: str) -> list[Request]:
    asked: list[Request] = []

    def handler(request: Request) -> Response:
        asked.append(request)
        return answer(request)

    server.expect_request(path).respond_with_handler(handler)
    return asked


def _whole(request: Request) -> Response:
    """A server that keeps to the rules: ETag, If-None-Match, Range with If-Range."""
    if request.headers.get("If-None-Match") == ETAG:
        return Response(status=304, headers={"ETag": ETAG})
    asked = request.headers.get("Range")
    if asked and request.headers.get("If-Range") == ETAG:
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        content_range = f"bytes {start}-{len(FILE) - 1}/{len(FILE)}"
        return Response(FILE[start:], 206, headers={"ETag": ETAG, "Content-Range": content_range})
    return Response(FILE, headers={"ETag": ETAG})


def _cut(size: int, *, etag: str = ETAG) -> Response:
    """An answer that announces the whole file and breaks off."""
    response = Response(FILE[:size], headers={"ETag": etag})
    response.automatically_set_content_length = False
    response.headers["Content-Length"] = str(len(FILE))
    return response


def test_a_real_file_arrives_and_is_read(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, shared_data: Path
) -> None:
    content = (shared_data / "fr/connectivity/commune_debit_2022-12-31.csv").read_bytes()
    _serve(httpserver, lambda _: Response(content, headers={"ETag": ETAG}), "/commune_debit.csv")
    seen: list[tuple[str, int, int | None]] = []
    got = fetch_source(
        connector, store=store, access=access, progress=lambda *progress: seen.append(progress)
    )
    assert got.path.read_bytes() == content
    assert got.path.parent.name == hashlib.sha256(content).hexdigest() == got.source.sha256
    assert seen[-1] == ("arcep-debit", len(content), len(content))
    table = read_source("arcep-debit", got.path)
    assert len(table.frame) == 34957
    assert connector.resource is not None
    assert table.source.url == connector.resource.url
    assert table.source.retrieved == got.source.retrieved != ""


def test_what_is_current_is_not_fetched_again(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    asked = _serve(httpserver, _whole, "/commune_debit.csv")
    assert fetch_source(connector, store=store, access=access).how == "fetched"
    again = fetch_source(connector, store=store, access=access)
    assert again.how == "unchanged"
    assert asked[1].headers["If-None-Match"] == ETAG
    assert again.path.read_bytes() == FILE


@pytest.mark.parametrize("damage", ["", "[]", '{"a":' * 100_000])
def test_a_damaged_record_of_a_stored_file_holds_nothing(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, damage: str
) -> None:
    _serve(httpserver, _whole, "/commune_debit.csv")
    fetch_source(connector, store=store, access=access)
    (store.folder / "index" / "arcep-debit.json").write_text(damage)
    assert store.held("arcep-debit") is None
    assert fetch_source(connector, store=store, access=access).how == "fetched"


def test_a_stored_file_that_was_changed_is_fetched_again(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    _serve(httpserver, _whole, "/commune_debit.csv")
    path = fetch_source(connector, store=store, access=access).path
    path.write_bytes(b"x" * len(FILE))
    assert store.held("arcep-debit") is None
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE


def test_redirects_are_followed_and_counted(
    httpserver: HTTPServer, store: Store, access: Access
) -> None:
    _serve(httpserver, _whole, "/commune_debit.csv")
    _serve(httpserver, lambda _: _to("/commune_debit.csv"), "/here")
    _serve(httpserver, lambda _: _to("/loop"), "/loop")
    there = _at(httpserver.url_for("/here"))
    assert fetch_source(there, store=store, access=access).path.read_bytes() == FILE
    with pytest.raises(ProblemWithEnvironment, match="more than 5 redirects"):
        fetch_source(_at(httpserver.url_for("/loop")), store=store, access=access)


def _to(url: str) -> Response:
    return Response(status=302, headers={"Location": url})


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/x", "http://[::1]:{port}/x", "http://169.254.169.254/x"]
)
def test_a_redirect_to_a_private_address_is_refused(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, target: str
) -> None:
    url = target.format(port=httpserver.port)
    _serve(httpserver, lambda _: _to(url), "/commune_debit.csv")
    asked = _serve(httpserver, _whole, "/x")
    with pytest.raises(ProblemWithEnvironment, match="not a public address"):
        fetch_source(connector, store=store, access=access)
    assert asked == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://localhost/x", "http://a:b@localhost/"]
)
def test_a_redirect_to_another_scheme_is_refused(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, target: str
) -> None:
    _serve(httpserver, lambda _: _to(target), "/commune_debit.csv")
    with pytest.raises(ProblemWithEnvironment, match="not an http or https address"):
        fetch_source(connector, store=store, access=access)


def test_loopback_is_refused_unless_allowed(
    store: Store, access: Access, connector: Connector
) -> None:
    with pytest.raises(ProblemWithEnvironment, match="leads to"):
        fetch_source(connector, store=store, access=replace(access, allowed_hosts=()))


def test_a_truncated_answer_is_resumed(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, waits: list[float]
) -> None:
    asked = _serve(
        httpserver,
        lambda request: _whole(request) if "Range" in request.headers else _cut(100_000),
        "/commune_debit.csv",
    )
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE
    assert asked[1].headers["Range"] == "bytes=65536-"
    assert asked[1].headers["If-Range"] == ETAG
    assert waits == [1.0]


def test_what_was_begun_is_resumed_by_the_next_run(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    asked = _serve(
        httpserver,
        lambda request: _whole(request) if len(asked) > 1 else _cut(70_000),
        "/commune_debit.csv",
    )
    with pytest.raises(ProblemWithEnvironment, match="will be resumed"):
        fetch_source(connector, store=store, access=replace(access, attempts=1))
    assert store.partial("arcep-debit").stat().st_size == 65_536
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE
    assert asked[1].headers["Range"] == "bytes=65536-"
    assert not store.partial("arcep-debit").exists()


def test_a_file_that_changed_meanwhile_is_taken_anew(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    """The server has a new version: If-Range fails and the whole new file comes."""
    new = b"new" + FILE
    _serve(
        httpserver,
        lambda request: (
            Response(new, headers={"ETag": '"second"'})
            if "Range" in request.headers
            else _cut(100_000)
        ),
        "/commune_debit.csv",
    )
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == new


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_etag_nothing_is_resumed(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, etag: str
) -> None:
    asked = _serve(
        httpserver,
        lambda request: (
            _cut(100_000, etag=etag) if len(asked) == 1 else Response(FILE, headers={"ETag": etag})
        ),
        "/commune_debit.csv",
    )
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE
    assert "Range" not in asked[1].headers


def test_a_wrong_part_is_thrown_away(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    """The server answers 206 with another part than was asked for, then 416, then behaves."""

    def answer(request: Request) -> Response:
        if len(asked) == 1:
            return _cut(100_000)
        if len(asked) == 2:
            content_range = f"bytes 0-{len(FILE) - 1}/{len(FILE)}"
            return Response(FILE, 206, headers={"ETag": ETAG, "Content-Range": content_range})
        if len(asked) == 3:
            return _cut(140_000)
        return Response(status=416) if len(asked) == 4 else _whole(request)

    asked = _serve(httpserver, answer, "/commune_debit.csv")
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE
    assert "Range" not in asked[2].headers
    assert len(asked) == 5


def test_busy_servers_are_waited_for(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, waits: list[float]
) -> None:
    busy = [
        Response(status=429, headers={"Retry-After": "7"}),
        Response(status=503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}),
        Response(status=503),
    ]
    _serve(
        httpserver, lambda request: busy.pop(0) if busy else _whole(request), "/commune_debit.csv"
    )
    assert fetch_source(connector, store=store, access=access).path.read_bytes() == FILE
    assert waits == [7.0, 0.0, 4.0]


def test_a_server_that_stays_busy_is_given_up(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, waits: list[float]
) -> None:
    asked = _serve(httpserver, lambda _: Response(status=503), "/commune_debit.csv")
    with pytest.raises(ProblemWithEnvironment, match="in 5 attempts: it answered 503"):
        fetch_source(connector, store=store, access=access)
    assert len(asked) == 5
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_a_server_that_asks_for_an_hour_is_left_alone(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector, waits: list[float]
) -> None:
    answer = Response(status=429, headers={"Retry-After": "3600"})
    _serve(httpserver, lambda _: answer, "/commune_debit.csv")
    with pytest.raises(ProblemWithEnvironment, match="longer than 120 s"):
        fetch_source(connector, store=store, access=access)
    assert waits == []


def test_a_file_that_is_gone_says_what_to_do(
    httpserver: HTTPServer, store: Store, access: Access, connector: Connector
) -> None:
    asked = _serve(httpserver, lambda _: Response(status=404), "/commune_debit.csv")
    with pytest.raises(ProblemWithEnvironment, match="--source NAME=FILE"):
        fetch_source(connector, store=store, access=access)
    assert len(asked) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_an_oversize_answer_is_refused(
    httpserver: HTTPServer, store: Store, access: Access, announced: bool
) -> None:
    def answer(_: Request) -> Response:
        return _whole(_) if announced else Response(iter([FILE[:90_000], FILE[90_000:]]))

    _serve(httpserver, answer, "/commune_debit.csv")
    connector = _at(httpserver.url_for("/commune_debit.csv"), max_bytes=100_000)
    with pytest.raises(ProblemWithEnvironment, match="larger"):
        fetch_source(connector, store=store, access=access)
    assert store.held("arcep-debit") is None


def test_nobody_listening_is_a_sentence(store: Store, access: Access) -> None:
    with pytest.raises(ProblemWithEnvironment, match="could not be fetched in 2 attempts"):
        fetch_source(_at("http://localhost:9/x"), store=store, access=replace(access, attempts=2))


def _catalogue(server: HTTPServer, *, checksum: str, title: str = "2026T2-Commune") -> Connector:
    resources = [
        {"id": "a", "title": "2025T4-Commune", "latest": server.url_for("/old")},
        {
            "id": "b",
            "title": title,
            "latest": server.url_for("/r/b"),
            "checksum": {"type": "sha1", "value": checksum},
            "last_modified": "2026-09-03T10:00:00",
        },
        {"id": "c", "title": "2026T2-Departement", "latest": server.url_for("/dep")},
    ]
    path = "/api/1/datasets/fibre/"
    server.expect_request(path).respond_with_json({"resources": resources})
    known = connector_named("arcep-ftth")
    resource = Resource("ftth-commune.zip", dataset="fibre", title=r"\d{4}T\d-Commune")
    return replace(known, resource=resource)


def test_a_dataset_gives_its_newest_resource(
    httpserver: HTTPServer, store: Store, access: Access
) -> None:
    connector = _catalogue(httpserver, checksum=hashlib.sha1(FILE).hexdigest())
    asked = _serve(httpserver, _whole, "/r/b")
    got = fetch_source(connector, store=store, access=access)
    assert got.path.name == "2026T2-Commune.zip"
    assert got.source.published == "2026-09-03"
    held = store.held("arcep-ftth")
    assert held is not None and held.resource_id == "b"
    # The catalogue's checksum is that of what is held: the file itself is not asked for.
    assert fetch_source(connector, store=store, access=access).how == "unchanged"
    assert len(asked) == 1


def test_what_publishers_serve_is_read_as_it_was_fetched(
    httpserver: HTTPServer, store: Store, access: Access, shared_data: Path, tmp_path: Path
) -> None:
    """Each under the name that its publisher gives it, which may say the quarter, then read."""
    write_fixtures(tmp_path)
    places = shared_data / "fr/socio/liste-fs-20240801.csv"
    served = {
        "dila-directory": (tmp_path / "annuaire.json", ""),
        "dila-directory-region": (tmp_path / "annuaire.json", ""),
        "anct-dpnt": (tmp_path / "presence-numerique-des-territoires.json.gz", ""),
        "anct-dpnt-epci": (tmp_path / "presence-numerique-des-territoires.json.gz", ""),
        "arcep-debit-filaire": (tmp_path / "commune_debit_filaire.csv", ""),
        "arcep-ftth": (tmp_path / "2026T2-Commune.zip", "2026T2-Commune"),
        "arcep-mobile-sites": (tmp_path / "2026_T2_sites_Metropole.csv", "2026_T2_sites_Metropole"),
        "anct-france-services": (places, places.name),
        "insee-ages": (tmp_path / "base-ic-evol-struct-pop-2021_csv.zip", ""),
    }
    periods = {}
    for number, (name, (file, title)) in enumerate(served.items()):
        connector = connector_named(name)
        content, url = file.read_bytes(), httpserver.url_for(f"/file/{number}")
        httpserver.expect_request(f"/file/{number}").respond_with_data(content)
        assert connector.resource is not None
        if title:
            about = f"/api/1/datasets/{connector.resource.dataset}/"
            answer = {"resources": [{"id": name, "title": title, "latest": url}]}
            httpserver.expect_request(about).respond_with_json(answer)
        else:
            resource = replace(connector.resource, url=url)
            connector = replace(connector, resource=resource)
        got = fetch_source(connector, store=store, access=access)
        table = read_source(name, got.path)
        assert len(table.frame), name
        assert table.source.url == url
        assert table.source.retrieved
        periods[name] = table.period
    assert periods["arcep-ftth"] == periods["arcep-mobile-sites"] == "2026-06-30"
    assert periods["anct-france-services"] == "2024-08-01"


def test_a_wrong_checksum_is_refused(httpserver: HTTPServer, store: Store, access: Access) -> None:
    connector = _catalogue(httpserver, checksum="0" * 40)
    _serve(httpserver, _whole, "/r/b")
    with pytest.raises(ProblemWithEnvironment, match="not what its publisher says"):
        fetch_source(connector, store=store, access=access)
    assert store.held("arcep-ftth") is None
    assert not store.partial("arcep-ftth").exists()


def test_a_dataset_without_such_a_resource_lists_what_it_has(
    httpserver: HTTPServer, store: Store, access: Access
) -> None:
    connector = _catalogue(httpserver, checksum="", title="2026T2-Communes (provisoire)")
    connector = replace(
        connector, resource=Resource("x.zip", dataset="fibre", title=r"\d{4}T\d-Region")
    )
    with pytest.raises(ProblemWithEnvironment, match="2025T4-Commune"):
        fetch_source(connector, store=store, access=access)


def test_a_catalogue_that_is_none(httpserver: HTTPServer, store: Store, access: Access) -> None:
    httpserver.expect_request("/api/1/datasets/fibre/").respond_with_data("<html>")
    connector = replace(
        connector_named("arcep-ftth"), resource=Resource("x.zip", dataset="fibre", title="x")
    )
    with pytest.raises(ProblemWithEnvironment, match="does not answer as a catalogue"):
        fetch_source(connector, store=store, access=access)


def test_a_proxy_of_the_environment_is_used(
    httpserver: HTTPServer, store: Store, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", httpserver.url_for("").rstrip("/"))
    asked = _serve(httpserver, _whole, "/commune_debit.csv")
    connector = _at("http://publisher.example/commune_debit.csv")
    got = fetch_source(connector, store=store, access=replace(access, allowed_hosts=()))
    assert got.path.read_bytes() == FILE
    assert asked[0].headers["Host"] == "publisher.example"


def test_from_a_folder_and_offline(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "Transport", None)  # A socket would need it.
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "commune_debit.csv").write_bytes(FILE)
    (folder / "2026T2-Commune.zip").write_bytes(b"zip")
    got = fetch_sources("fr", from_folder=folder, store=store)
    assert [(one.connector, one.how) for one in got] == [
        ("arcep-debit", "folder"),
        ("arcep-ftth", "folder"),
    ]
    assert got[1].path.name == "2026T2-Commune.zip"
    held = fetch_sources("fr", offline=True, store=store)
    assert {one.connector for one in held} == {"arcep-debit", "arcep-ftth"}
    assert all(isinstance(one, Fetched) and one.how == "offline" for one in held)
    with pytest.raises(ProblemWithEnvironment, match="nothing was fetched yet"):
        fetch_sources("fr", only=["arcep-technologies"], offline=True, store=store)
    with pytest.raises(ProblemWithEnvironment, match="holds no commune_techno"):
        fetch_sources("fr", only=["arcep-technologies"], from_folder=folder, store=store)
    with pytest.raises(InputError, match="no such folder"):
        fetch_sources("fr", from_folder=tmp_path / "none", store=store)


def test_one_failure_does_not_lose_the_others(
    store: Store, access: Access, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = _at(httpserver.url_for("/commune_debit.csv"))
    bad = replace(connector_named("mxmap"), resource=None)
    _serve(httpserver, _whole, "/commune_debit.csv")
    named = {"arcep-debit": good, "mxmap": bad}
    monkeypatch.setattr(fetch, "connector_named", named.__getitem__)
    with pytest.raises(ProblemWithEnvironment, match="mxmap: no lasting address"):
        fetch_sources("fr", only=["mxmap", "arcep-debit"], store=store, access=access)
    assert store.held("arcep-debit") is not None


def test_what_is_known_and_held_is_listed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "commune_debit.csv").write_bytes(FILE)
    fetch_sources("fr", only=["arcep-debit"], from_folder=tmp_path, store=store)
    listed = {line.connector.id: line for line in list_sources(store=store)}
    held = listed["arcep-debit"]
    assert held.path is not None
    assert held.path.read_bytes() == FILE
    assert listed["mxmap"].record is None
    assert list_sources(country="ch", store=store) == ()


def test_a_second_run_waits_and_then_says_so(store: Store) -> None:
    with (
        store.locked("arcep-debit"),
        pytest.raises(ProblemWithEnvironment, match="another run"),
        store.locked("arcep-debit", seconds=0.05),
    ):
        pass


def test_the_record_beside_a_file_is_believed_only_of_that_file(tmp_path: Path) -> None:
    from zoneblanche.layers.publishers.connector import record_next_to

    path = tmp_path / "a.csv"
    path.write_bytes(FILE)
    record = {"sha256": hashlib.sha256(FILE).hexdigest(), "url": "u", "retrieved": "2026-01-01"}
    beside = tmp_path / "a.csv.source.json"
    beside.write_text(json.dumps(record), "utf-8")
    assert record_next_to(path) == {"url": "u", "retrieved": "2026-01-01"}
    path.write_bytes(FILE + b"x")
    assert record_next_to(path) == {}


WHOLE = next_request(held_etag="", begun=None)
HELD = next_request(held_etag=ETAG, begun=None)
REST = next_request(held_etag=ETAG, begun=Begun(5, ETAG))


@pytest.mark.parametrize(
    ("status", "headers", "asked", "verdict"),
    [
        (200, {}, WHOLE, "whole"),
        (206, {"Content-Range": "bytes 5-9/10"}, REST, "rest"),
        (206, {"Content-Range": "bytes 5-9/10", "ETag": ETAG}, REST, "rest"),
        (206, {"Content-Range": "bytes 5-9/10", "ETag": '"other"'}, REST, "anew"),
        (206, {"Content-Range": "bytes 0-9/10"}, REST, "anew"),
        (206, {"Content-Range": "bytes ٥-9/10"}, REST, "anew"),
        (206, {}, WHOLE, "anew"),
        (304, {}, HELD, "unchanged"),
        (304, {}, WHOLE, "refused"),
        (304, {}, REST, "refused"),
        (416, {}, REST, "anew"),
        (416, {}, WHOLE, "refused"),
        (301, {}, WHOLE, "elsewhere"),
        (429, {}, WHOLE, "again"),
        (503, {}, WHOLE, "again"),
        (403, {}, WHOLE, "refused"),
    ],
)
def test_what_an_answer_means(
    status: int, headers: dict[str, str], asked: dict[str, str], verdict: str
) -> None:
    assert judge(status, headers, asked=asked) == verdict


@pytest.mark.parametrize(
    "address",
    (
        *("10.0.0.1", "192.168.1.1", "172.16.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0"),
        *("::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1", "100.64.0.1", "no"),
        # An address of IPv4 within one of IPv6: NAT64, 6to4, compatible, translated, Teredo.
        *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::"),
        *("2002:a00:1::1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:10.0.0.1", "2001::1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "feff::1", "ff02::1", "100::1"),
        # Documentation, measurements, relays, broadcast, and where clouds tell secrets.
        *("203.0.113.1", "198.18.0.1", "192.88.99.1", "240.0.0.1", "255.255.255.255", "0.1.2.3"),
        *("2001:db8::1", "3fff::1", "192.0.0.192", "168.63.129.16", "100.100.100.200"),
        *("fd00:ec2::254", "169.254.170.2"),
        *("2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "", "::"),
    ),
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    (
        *("8.8.8.8", "92.222.0.1", "2a00:1450:4007::1", "2606:4700::1"),
        *("64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1"),
    ),
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)
