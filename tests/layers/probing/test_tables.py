"""The tables of known hosts: what they say is well formed, dated, and says nothing twice."""

from __future__ import annotations

from collections import Counter
from datetime import date

from zoneblanche.layers.probing.mail import host_of_mail
from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.accounts import known_networks, network_of
from zoneblanche.layers.probing.pages.services import kind_of
from zoneblanche.layers.probing.pages.urls import ascii_host

BEGUN = date(2026, 11, 1)
"""Of the check of the tables; an entry that was checked before it was not checked then."""


def test_every_service_has_a_kind_and_the_day_on_which_it_was_checked() -> None:
    table = packaged_table("services")
    for rule in table["services"]:
        assert rule["kind"] in table["kinds"] and rule["checked"] >= BEGUN, rule
        assert len(rule["country"]) == 2 or rule["country"] == "*"
        for host in rule["hosts"]:
            assert host.startswith(".") and ascii_host(host[1:]) == host[1:], host
            assert not network_of(f"https://{host[1:]}/"), host
    assert {rule["kind"] for rule in table["services"]} == set(table["kinds"])


def test_no_service_is_of_two_kinds() -> None:
    rules = packaged_table("services")["services"]
    counted = Counter(host for rule in rules for host in rule["hosts"])
    assert [host for host, count in counted.items() if count > 1] == []
    for rule in rules:
        for host in rule["hosts"]:
            assert kind_of("www" + host, country=rule["country"]) == rule["kind"], host


def test_every_mail_host_has_a_class_a_seat_and_a_source() -> None:
    rules = packaged_table("mail_hosts")["hosts"]
    ends = Counter(end for rule in rules for end in rule["ends"])
    assert [end for end, count in ends.items() if count > 1] == []
    for rule in rules:
        assert rule["kind"] in ("public", "commercial") and rule["checked"] >= BEGUN, rule
        assert len(rule["seat"]) == 2 and rule["seat"].isupper() and rule["source"], rule
        for end in rule["ends"]:
            host = host_of_mail("nay.example", (f"mx1.{end}",))
            assert (host.provider, host.kind, host.seat) == (
                rule["provider"], rule["kind"], rule["seat"],
            ), end  # fmt: skip


def test_no_host_is_of_two_networks() -> None:
    hosts = Counter(host for network in known_networks().values() for host in network.hosts)
    assert [host for host, count in hosts.items() if count > 1] == []
