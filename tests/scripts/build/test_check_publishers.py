"""The check of publishers' formats, against a loopback server."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from pytest_httpserver import HTTPServer

from zoneblanche.layers.fetching.http import Access
from zoneblanche.layers.publishers.connector import Connector, Resource, connector_named
from zoneblanche.scripts.build.check_publishers import Finding, check_publishers
from zoneblanche.scripts.trials.publishers_files import DPNT, WIRED


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def _served(server: HTTPServer, name: str, content: bytes, *, status: int = 200) -> Connector:
    server.expect_request("/file").respond_with_data(content, status=status)
    return replace(connector_named(name), resource=Resource("file", server.url_for("/file")))


def _check(connector: Connector) -> Finding:
    (finding,) = check_publishers([connector], access=Access(allowed_hosts=("localhost",)))
    return finding


def test_as_expected(httpserver: HTTPServer) -> None:
    finding = _check(_served(httpserver, "arcep-debit", WIRED.encode()))
    assert not finding.broken
    assert finding.new == ("nom_com", "code_dep", "code_reg")


def test_a_renamed_column_is_told(httpserver: HTTPServer) -> None:
    content = WIRED.replace("elig_thd1g", "elig_1000").encode()
    finding = _check(_served(httpserver, "arcep-debit", content))
    assert finding.broken
    assert finding.gone == ("elig_thd1g",)
    assert "elig_1000" in str(finding)


def test_packed_records_are_looked_into(httpserver: HTTPServer) -> None:
    whole = gzip.compress(json.dumps(DPNT).encode())
    assert not _check(_served(httpserver, "anct-dpnt", whole)).broken
    renamed = json.dumps([{"kind": "commune"}]).encode()
    httpserver.clear()
    finding = _check(_served(httpserver, "anct-dpnt", renamed))
    assert "siren" in finding.gone


def test_an_address_that_is_gone_is_told(httpserver: HTTPServer) -> None:
    finding = _check(_served(httpserver, "arcep-debit", b"", status=404))
    assert finding.broken
    assert "there is no such file" in str(finding)
