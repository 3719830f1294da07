# ruff: noqa: E501
from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import pytest

from zoneblanche.layers.probing.asking.client import Answer, Manners, user_agent
from zoneblanche.layers.probing.asking.names import Names
from zoneblanche.layers.probing.asking.politeness import Turns
from zoneblanche.layers.probing.asking.robots import parse_rules, rules_of
from zoneblanche.layers.probing.mail import dmarc_of, exchangers_of, host_of_mail, spf_of
from zoneblanche.layers.probing.pages.urls import absolute, requestable
from zoneblanche.layers.probing.run import Queue, wait_for
from zoneblanche.layers.probing.sites import Authority, Site, place_of, plan
from zoneblanche.layers.probing.store import store_of
from zoneblanche.layers.probing.table import presence_table

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("host, address", [
    ("8.8.8.8", "8.8.8.8"), ("127.0.0.1", ""), ("10.1.2.3", ""), ("169.254.169.254", ""),
    ("2130706433", ""), ("0x7f.1", ""), ("127.1", ""), ("::1", ""), ("::ffff:10.0.0.1", ""),
    ("fe80::1", ""), ("224.0.0.1", ""), ("0.0.0.0", ""), ("192.168.1.1", ""), ("100.64.0.1", ""),
])  # fmt: skip
def test_addresses_in_digits_are_judged_without_a_question(host: str, address: str) -> None:
    names = Names(servers=["127.0.0.1"], port=9)
    assert wait_for(names.resolve(host)).address == address


def test_a_private_network_is_asked_only_where_it_is_named() -> None:
    names = Names(servers=["127.0.0.1"], port=9, allowed=[ip_network("10.1.0.0/16")])
    assert names.may_be_asked("10.1.2.3")
    assert not names.may_be_asked("10.2.0.1")
    assert not names.may_be_asked("::1")
    assert not names.may_be_asked("no address")


@pytest.mark.parametrize("url", [
    "ftp://nay.example/", "file:///etc/passwd", "http://user:secret@nay.example/", "http://", "//x",
    "http://nay.example:0/", "http://[::1", "http://" + "a" * 300 + ".example/", "gopher://x/",
    "http://na y.example/", "http://nay.example\\@evil.example/",
])  # fmt: skip
def test_what_is_never_put_on_the_wire(url: str) -> None:
    assert requestable(url) is None


def test_links_are_cleaned_as_browsers_do() -> None:
    page = "https://nay.example/a/"
    assert absolute(" ../b\n ", page) == "https://nay.example/b"
    assert absolute("a" * 3000, page) is None
    assert requestable("HTTP://NAY.example./x?é#f") == "http://nay.example/x?%C3%A9"


def test_the_agent_says_who_and_why() -> None:
    agent = user_agent("moi@agence.example) evil\r\nX: y")
    assert agent.startswith("zoneblanche/") and "moi@agence.example" in agent
    assert "\r" not in agent and agent.count("(") == agent.count(")") == 1


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_turns_of_hosts_addresses_and_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, begun, open_now, most = Clock(), [], 0, 0
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        await real_sleep(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def ask(turns: Turns, host: str, address: str) -> None:
        nonlocal open_now, most
        async with turns.turn(host, address):
            begun.append((clock.now, host, address))
            open_now += 1
            most = max(most, open_now)
            await real_sleep(0)
            open_now -= 1

    async def run() -> None:
        turns = Turns(interval=1.0, connections=2, clock=clock)
        hosts = [("a", "1"), ("b", "1"), ("c", "2"), ("d", "3"), ("e", "4")]
        await asyncio.gather(*(ask(turns, *who) for who in hosts for _ in range(3)))

    wait_for(run())
    assert len(begun) == 15 and most <= 2
    for place in (1, 2):
        last: dict[str, float] = {}
        for entry in begun:
            name = entry[place]
            assert entry[0] - last.get(name, -9.0) >= 1.0 - 1e-9
            last[name] = entry[0]


def test_the_sites_of_a_hoster_do_not_wait_for_all_others() -> None:
    """Otherwise they would be asked at the end, one after the other."""
    queue = Queue(defaultdict(deque), defaultdict(int), deque(), asyncio.Condition())
    hoster = [Site(f"h{number}/", f"h{number}.example", "/") for number in range(4)]
    others = [Site(f"o{number}/", f"o{number}.example", "/") for number in range(3)]

    async def run() -> list[str]:
        for site in hoster:
            await queue.put("1", site)
        for number, site in enumerate(others):
            await queue.put(f"2.{number}", site)
        await queue.close()
        order = []
        while (taken := await queue.take()) is not None:
            address, site = taken
            order.append(site.key)
            await queue.done(address)
        return order

    assert wait_for(run()) == ["h0/", "h1/", "h2/", "h3/", "o0/", "o1/", "o2/"]


def test_a_busy_host_is_asked_half_as_often_and_others_are_not() -> None:
    turns = Turns(interval=1.0)
    turns.slow_down("busy", seconds=7)
    assert turns.interval_of("busy") == 2.0 and turns.interval_of("other") == 1.0
    for _ in range(9):
        turns.slow_down("busy")
    assert turns.interval_of("busy") == 30.0


@pytest.mark.parametrize("status, body, permitted, reason", [
    (200, b"User-agent: *\nDisallow: /", False, "robots"),
    (200, b"User-agent: Zoneblanche/1\nDisallow: /\nUser-agent: *\nAllow: /", False, "robots"),
    (200, b"User-agent: GPTBot\nDisallow: /", True, ""),
    (200, b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /x\r\n", True, ""),
    (200, b"<!DOCTYPE html>User-agent: *\nDisallow: /", True, ""),
    (200, b"\xff\xfe\x00 garbage \n::::", True, ""),
    (404, b"", True, ""),
    (403, b"", True, ""),
    (401, b"", True, ""),
    (429, b"", False, "robots-unavailable"),
    (503, b"", False, "robots-unavailable"),
    (0, b"", False, "no-answer"),
])  # fmt: skip
def test_robots_by_rfc_9309(status: int, body: bytes, permitted: bool, reason: str) -> None:
    answer = Answer("https://a.example/robots.txt", status, "" if status else "no-answer", {}, body)
    rules = rules_of(answer)
    assert rules.permit("https://a.example/") is permitted
    assert rules.refusal("https://a.example/") == reason


def test_wildcards_that_would_take_for_ever_refuse_rather_more() -> None:
    rules = parse_rules("User-agent: *\nDisallow: /" + "a*" * 3000 + "b\nAllow: /" + "a*" * 3000)
    assert not rules.permit("https://a.example/" + "a" * 1500)
    assert rules.permit("https://a.example/b")


def test_mail_records() -> None:
    assert exchangers_of(("0 ",)) == ()
    assert spf_of(("v=spf1 -all", "v=spf1 ~all")) == "invalid"
    assert spf_of(("v=spf10 -all",)) == ""
    assert spf_of(("V=SPF1 redirect=_spf.example",)) == "redirect"
    assert dmarc_of(("v=DMARC1;p=reject",)) == {"policy": "reject", "percent": 100}
    assert dmarc_of(("v=DMARC1;p=reject", "v=DMARC1;p=none")) == {}
    assert host_of_mail("nay.example", ("mail.nay.example",)).kind == "own"
    assert host_of_mail("nay.example", ("nay.mail.protection.outlook.com",)).seat == "US"
    assert host_of_mail("nay.example", ("mx.quelconque.example",)).kind == "unknown"


@pytest.mark.parametrize("website, place", [
    ("https://www.nay.example", ("www.nay.example", "/")),
    ("nay.example/index.php", ("nay.example", "/")),
    ("http://portail.example/nay/", ("portail.example", "/nay/")),
    ("HTTP://Évry.example/Mairie Été", ("xn--vry-9la.example", "/Mairie%20%C3%89t%C3%A9")),
    ("", "no-site"),
    ("mairie", "not-an-address"),
    ("http://nay.example:8080/", "not-an-address"),
    ("mailto:a@b.example", "not-an-address"),
    ("https://www.facebook.com/mairie.nay", "network-page"),
])  # fmt: skip
def test_places_of_declared_websites(website: str, place: object) -> None:
    assert place_of(website) == place


def test_a_plan_asks_each_site_once_in_an_order_of_its_seed() -> None:
    listed = [Authority(f"{i:05}", "commune", f"https://s{i}.example/", "s.example")
              for i in range(50)]  # fmt: skip
    listed += [Authority("X", "epci", "http://www.s1.example", "@S.example")]
    one, other = plan(listed, seed=1), plan(reversed(listed), seed=1)
    assert list(one.sites) == list(other.sites) != sorted(one.sites)
    assert list(plan(listed, seed=2).sites) != list(one.sites)
    assert len(one.sites) == 50 and one.domains == ("s.example",)
    assert one.sites["s1.example/"].levels == {"commune", "epci"}


def _record(key: str, **more: object) -> dict[str, object]:
    base = {"key": key, "asked": "2026-11-29", "reason": "", "https": "yes", "http": "https",
            "status": 200, "readable": "", "parked": "", "final": f"https://{key}",
            "accounts": []}  # fmt: skip
    return base | more


def _account(handle: str) -> dict[str, str]:
    return {"network": "facebook", "handle": handle, "whose": "own", "page": "p", "link": "l"}


def test_what_stands_on_a_portal_or_everywhere_is_nobodys_own() -> None:
    listed = [
        Authority("1", "commune", "https://portail.example/un/"),
        Authority("2", "commune", "https://portail.example/deux/"),
        *(Authority(str(n), "commune", f"https://s{n}.example/") for n in (3, 4, 5)),
    ]
    planned = plan(listed)
    assert "portail.example/" in planned.sites
    records = {
        "portail.example/": _record("portail.example/", accounts=[_account("portail")]),
        "portail.example/un/": _record("a", accounts=[_account("portail"), _account("un")]),
        "portail.example/deux/": _record("b", accounts=[_account("portail")]),
        **{f"s{n}.example/": _record("s", accounts=[_account("agence")]) for n in (3, 4, 5)},
    }
    table = presence_table(listed, planned, records, {}).set_index("code")
    assert table["facebook"].to_dict() == {"1": 1.0, "2": 0.0, "3": 0.0, "4": 0.0, "5": 0.0}
    assert table.loc["1", "facebook_handle"] == "un"


def test_unknown_is_never_no() -> None:
    reasons: dict[str, dict[str, object]] = {"robots": {"reason": "robots"}, "spa": {"readable": "no-text"},
               "large": {"readable": "too-large"}, "slow": {"reason": "no-answer", "https": "no-answer",
               "status": 0, "http": "no-answer"}}  # fmt: skip
    listed = [Authority(name, "commune", f"https://{name}.example/") for name in reasons]
    listed += [Authority("none", "commune"), Authority("later", "commune", "https://later.example")]
    records = {f"{name}.example/": _record(name, **more) for name, more in reasons.items()}
    table = presence_table(listed, plan(listed), records, {}).set_index("code")
    unknown = ["facebook", "x", "legal", "accessibility", "contact", "services", "networks"]
    assert table[unknown].isna().all(axis=None)
    assert table["page_why"].to_dict() == {
        "large": "too-large", "later": "not-asked", "none": "no-site", "robots": "robots",
        "slow": "no-answer", "spa": "no-text",
    }  # fmt: skip
    assert table.loc["slow", "reachable"] == 0 and table.loc["robots", "reachable"] == 1
    assert table[["mx", "spf", "dmarc"]].isna().all(axis=None)


def test_a_page_on_a_network_is_an_account_that_is_declared() -> None:
    listed = [Authority("1", "commune", "https://www.facebook.com/mairie.nay")]
    row = presence_table(listed, plan(listed), {}, {}).iloc[0]
    assert row["facebook"] == 1 and row["facebook_handle"] == "mairie.nay"
    assert row["site_why"] == "network-page" and row.isna()["x"]
    without = presence_table(listed, plan(listed), {}, {}, handles=False)
    assert "mairie.nay" not in without.to_csv()


def test_the_store_goes_on_and_begins_anew(tmp_path: Path) -> None:
    one = store_of(["a", "b"], today=TODAY, resume=True, folder=tmp_path)
    one.add_site(_record("a"))
    one.close()
    again = store_of(["b", "a"], today=TODAY, resume=True, folder=tmp_path)
    assert again.keys("sites") == {"a"}
    again.close()
    other = store_of(["c"], today=TODAY, resume=True, folder=tmp_path)
    assert other.keys("sites") == set()
    other.close()
    late = store_of(["a", "b"], today=date(2027, 6, 1), resume=True, folder=tmp_path)
    assert late.keys("sites") == set()
    late.add_site(_record("a"))
    late.set_fact("done", "2027-06-01")
    late.close()
    wave = store_of(["a", "b"], today=date(2027, 6, 2), resume=True, folder=tmp_path)
    assert wave.keys("sites") == set()
    wave.close()


def test_records_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    store = store_of(["a", "b"], today=TODAY, resume=True, folder=tmp_path)
    sites = store.sites()
    assert len(sites) == 0 and list(sites) == [] and sites.get("a") is None
    store.add_site(_record("b"))
    store.add_site(_record("a", pages=[{"url": "https://a.example/"}]))
    assert list(sites) == ["a", "b"] and len(sites) == 2
    assert sites["a"]["key"] == "a" and "pages" not in sites["a"]
    with pytest.raises(KeyError):
        sites["c"]
    store.close()


def test_a_store_that_is_no_store_is_begun_anew(tmp_path: Path) -> None:
    store = store_of(["a"], today=TODAY, resume=True, folder=tmp_path)
    store.close()
    store.path.write_bytes(b"not a database" * 100)
    for extra in ("-wal", "-shm"):
        Path(f"{store.path}{extra}").unlink(missing_ok=True)
    again = store_of(["a"], today=TODAY, resume=True, folder=tmp_path)
    assert again.keys("sites") == set()
    again.close()


def test_manners_ask_no_more_than_once_a_second() -> None:
    assert Manners(contact="a@b.example").interval == 1.0
    assert Manners(contact="a@b.example").connections == 64


def test_a_coroutine_is_waited_for_where_a_loop_runs_already() -> None:
    """A notebook has one, and so has a process in which a browser was driven before."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def inside() -> int:
        return wait_for(answer())

    assert wait_for(inside()) == 42
