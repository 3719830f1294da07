"""`probe` asked of a farm on loopback: what it says, how politely, and that it can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from zoneblanche.layers.probing.store import ProbeStore
from zoneblanche.scripts.jobs.probe import write_table
from zoneblanche.scripts.trials.made_sites.__main__ import LEAST, TODAY, Trial, ask_farm, write_list
from zoneblanche.scripts.trials.made_sites.measure import false_noes, scores
from zoneblanche.scripts.trials.made_sites.server import Farm, politeness_of, served
from zoneblanche.scripts.trials.made_sites.truths import MISBEHAVIOURS, Truth, make_truths

pytestmark = pytest.mark.allow_hosts(["127.0.0.0/8", "::1"])
"""The farm's addresses are many, so that politeness towards an address can be measured."""

SITES = 110
"""Each misbehaviour once and as many sites that behave."""


@pytest.fixture(scope="module")
def truths() -> tuple[Truth, ...]:
    return make_truths(SITES, seed=5, misbehaving=0.0)


@pytest.fixture(scope="module")
def asked(
    truths: tuple[Truth, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, Farm, Path]:
    folder = tmp_path_factory.mktemp("farm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZONEBLANCHE_CACHE", "")
        table, farm = ask_farm(truths, folder, Trial(interval=0.05, total=6.0))
    return table, farm, folder


def test_what_is_claimed_is_so_and_what_is_so_is_claimed(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    computed = scores(asked[0], truths)
    for name, score in computed.items():
        assert score.precision >= LEAST and score.recall >= LEAST, (name, score)
    assert computed["accounts"].right > 100
    assert false_noes(asked[0], truths) == []


def test_every_kind_of_site_is_there_and_none_brings_a_fault(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    assert {truth.behaviour for truth in truths} == {*MISBEHAVIOURS, ""}
    (path,) = (asked[2] / "cache" / "probe").glob("*.sqlite")
    store = ProbeStore(path)
    faults = {key: record["fault"] for key, record in store.sites().items() if "fault" in record}
    store.close()
    assert faults == {}


def test_why_a_page_was_not_read(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    why = asked[0].set_index("code")["page_why"]
    wrong = {
        truth.behaviour: (truth.reason, why[truth.code])
        for truth in truths
        if why[truth.code] != truth.reason
    }
    assert wrong == {}


def test_nothing_that_robots_refuse_and_no_more_pages_than_promised(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    farm = asked[1]
    behaviour = {truth.host.removeprefix("www."): truth.behaviour for truth in truths}
    pages: Counter[str] = Counter()
    for one in farm.asked:
        host = one.host.removeprefix("www.")
        kind = behaviour.get(host, "")
        if kind in ("robots-none", "robots-us", "robots-500"):
            assert one.path == "/robots.txt"
        if kind == "robots-pages":
            assert one.path in ("/", "/robots.txt")
        assert one.agent.startswith("zoneblanche/") and "ferme@exemple.example" in one.agent
        if not one.path.startswith("/robots") and kind not in (
            "loop",
            "chain",
            "busy-always",
            "busy-once",
            "error",
            "slow",
            "reset",
            "no-http",
        ):
            pages[one.host] += one.scheme == "https"
    portals = {host for host in pages if host.startswith("portail-")}
    assert max(count for host, count in pages.items() if host not in portals) <= 4
    assert farm.most_open <= 64


def test_no_host_and_no_address_is_asked_before_its_turn(
    asked: tuple[pd.DataFrame, Farm, Path],
) -> None:
    """Nor by the library of its own accord, where a connection breaks off."""
    measured = politeness_of(asked[1].asked)
    assert measured["host"] >= 0.05 and measured["address"] >= 0.05
    assert measured["requests"] > 300


def test_the_internal_network_was_never_reached(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    hosts = {one.host for one in asked[1].asked}
    private = {
        truth.host for truth in truths if truth.behaviour in ("private", "metadata", "rebinding")
    }
    assert not hosts & private
    assert not {host for host in hosts if host[0].isdigit() or host == "localhost"}


def test_evidence_stands_beside_every_yes(asked: tuple[pd.DataFrame, Farm, Path]) -> None:
    table = asked[0]
    for network in ("facebook", "x", "instagram"):
        yes = table[table[network] == 1]
        assert len(yes) and yes[f"{network}_link"].notna().all()
        assert yes[f"{network}_handle"].notna().all()
    assert table.loc[table["legal"] == 1, "legal_link"].notna().all()
    read = table[(table["accessibility"] == 1)]
    assert (read["accessibility_page"].notna() | read["accessibility_link"].notna()).all()


def test_https_and_its_quality(
    asked: tuple[pd.DataFrame, Farm, Path], truths: tuple[Truth, ...]
) -> None:
    rows = asked[0].set_index("code")
    by_kind = {truth.behaviour: rows.loc[truth.code] for truth in truths if truth.behaviour}
    assert by_kind["expired"]["https_why"] == "certificate-expired"
    assert by_kind["expired"]["certificate"] == 0 and by_kind["expired"]["https"] == 0
    assert by_kind["self-signed"]["https_why"] in (
        "certificate-self-signed",
        "certificate-incomplete",
    )
    assert by_kind["other-name"]["https_why"] == "certificate-of-another-name"
    assert by_kind["http-only"]["https"] == 0 and by_kind["http-only"]["reachable"] == 1
    assert by_kind["to-other"]["own_domain"] == 0
    ordinary = [truth for truth in truths if not truth.behaviour and truth.path == "/"]
    for truth in ordinary:
        row = rows.loc[truth.code]
        assert row["https"] == row["certificate"] == 1
        assert row["http_redirects"] == float(truth.http == "redirect")
        assert row["hsts"] == float(truth.hsts)


def _asking(listed: Path, out: Path, farm: Farm, folder: Path) -> list[str]:
    code = (
        "import datetime; from pathlib import Path\n"
        "from zoneblanche.scripts.jobs.probe import Order, run_probe\n"
        "from zoneblanche.layers.probing.asking.client import Manners\n"
        "from zoneblanche.scripts.trials.made_sites.server import ALLOWED\n"
        f"m = Manners(contact='a@b.example', interval=0.05, dns_port={farm.dns},\n"
        "  dns=('127.0.0.1',),\n"
        f"  allowed=ALLOWED, ports={{443: {farm.https}, 80: {farm.http}}},\n"
        f"  authorities={str(folder / 'authority.pem')!r}, total=20.0, connect=10.0)\n"
        f"run_probe(Order(what={str(listed)!r}, contact='a@b.example', out=Path({str(out)!r}),\n"
        "  country='fr', quiet=True, manners=m, today=datetime.date(2026, 11, 29)))\n"
    )
    return [sys.executable, "-c", code]


def test_killed_and_resumed_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    truths = tuple(
        replace(truth, behaviour="", path="/")
        for truth in make_truths(40, seed=8, misbehaving=0.0, each_kind=False)
    )
    listed, out = tmp_path / "list.csv", tmp_path / "presence.parquet"
    write_list(truths, listed)
    cache = tmp_path / "cache"
    with served(truths, tmp_path, latency=0.1) as farm:
        environment = os.environ | {"ZONEBLANCHE_CACHE": str(cache)}
        command = _asking(listed, out, farm, tmp_path)
        killed = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + 50
        while len(_done(cache)) < 8 and time.monotonic() < deadline and killed.poll() is None:
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        done, mail = _done(cache), _done(cache, "mail")
        assert 8 <= len(done) < 40 and mail and not out.exists()
        before, questions = len(farm.asked), len(farm.questions)
        subprocess.run(command, env=environment, check=True, timeout=60)
        again = {one.host.removeprefix("www.") + "/" for one in farm.asked[before:]}
        assert not done & again
        assert not mail & {name for name, kind in farm.questions[questions:] if kind == "MX"}
    resumed = pd.read_parquet(out)
    whole, _ = ask_farm(truths, tmp_path / "fresh", Trial(interval=0.02, total=20.0))
    assert whole["page_why"].eq("").all() and len(whole) == 40
    pd.testing.assert_frame_equal(resumed, whole)


def _done(cache: Path, table: str = "sites") -> set[str]:
    paths = list((cache / "probe").glob("*.sqlite"))
    if not paths:
        return set()
    try:
        store = ProbeStore(paths[0])
    except Exception:  # it is being made
        return set()
    try:
        return store.keys(table)
    finally:
        store.close()


def test_the_same_farm_a_day_later_gives_the_same_bytes_but_for_the_dates(tmp_path: Path) -> None:
    truths = make_truths(40, seed=3, misbehaving=0.0, each_kind=False)
    tables = []
    for name, today in (("one", TODAY), ("two", TODAY + timedelta(days=1))):
        trial = Trial(interval=0.02, total=10.0, today=today)
        tables.append(ask_farm(truths, tmp_path / name, trial)[0])
    one, two = tables
    assert set(two["asked"].dropna()) == {(TODAY + timedelta(days=1)).isoformat()}
    assert (two["news_days"] - one["news_days"]).dropna().eq(1).all()
    same = tmp_path / "same.parquet"
    write_table(two.assign(asked=one["asked"], news_days=one["news_days"]), same, seed=0)
    assert same.read_bytes() == (tmp_path / "one" / "presence.parquet").read_bytes()
