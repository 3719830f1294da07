"""Which links lead to an account on a social network, and to which.

Sharing, signing in, searching, single posts and a network's own pages are nobody's account; groups
and pages of persons are distinguished. The rules are data: `networks.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.urls import split, tidy_path, unwrapped, without_www

Kind = Literal["account", "group", "person", "default"]

_FILES = re.compile(r".*\.(?:js|css|png|jpe?g|svg|gif|php|html?|aspx)", re.IGNORECASE)


@dataclass(frozen=True)
class Linked:
    """An account that a link leads to.

    Attributes:
        network: id of `networks.toml`.
        handle: the name or number of the account, lower case.
        kind: "default" is one that a theme or site builder leaves in its template.
    """

    network: str
    handle: str
    kind: Kind


@dataclass(frozen=True)
class Network:
    """What `networks.toml` says of a network, its patterns compiled."""

    id: str
    title: str
    hosts: tuple[str, ...]
    accounts: tuple[re.Pattern[str], ...]
    groups: tuple[re.Pattern[str], ...]
    persons: tuple[re.Pattern[str], ...]
    refused: frozenset[str]
    tabs: frozenset[str]
    defaults: frozenset[str]
    labels: tuple[str, ...]
    apps: tuple[re.Pattern[str], ...]

    def has_host(self, host: str) -> bool:
        """Whether a host is the network's."""
        return any(
            host == known_host or host.endswith("." + known_host) for known_host in self.hosts
        )


@cache
def known_networks() -> dict[str, Network]:
    """All networks, by id, in the order of the table."""

    def compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)

    return {
        name: Network(
            id=name,
            title=rule["title"],
            hosts=tuple(rule["hosts"]),
            accounts=compiled(rule["accounts"]),
            groups=compiled(rule.get("groups", [])),
            persons=compiled(rule.get("persons", [])),
            refused=frozenset(rule["refused"]),
            tabs=frozenset(rule["tabs"]),
            defaults=frozenset(rule["defaults"]),
            labels=tuple(rule["labels"]),
            apps=compiled(rule.get("apps", [])),
        )
        for name, rule in packaged_table("networks").items()
    }


NETWORKS = tuple(packaged_table("networks"))
"""Ids of the networks."""


def account_of(url: str, *, rel_me: bool = False, label: str = "") -> Linked | None:
    """The account that an address leads to, or None where it leads to none.

    Args:
        url: absolute.
        rel_me: the link carries `rel="me"`, by which Mastodon's accounts are known on any host.
        label: what the link is called, lower case; "mastodon" in it does the same.

    >>> account_of("https://m.facebook.com/Ville.Mende/?locale=fr_FR")
    Linked(network='facebook', handle='ville.mende', kind='account')
    >>> account_of("https://www.facebook.com/sharer/sharer.php?u=https://mende.example") is None
    True
    """
    url = unwrapped(url)
    app = _of_app(url)
    if app is not None:
        return app
    parts = split(url)
    if parts is None:
        return None
    host = (parts.hostname or "").lower().rstrip(".")
    network = _network_of(host)
    path = tidy_path(parts.path)
    if network is None:
        called = rel_me or "mastodon" in label or host.startswith(("mastodon.", "mstdn."))
        if not called or without_www(host) in packaged_table("networks")["mastodon"]["never"]:
            return None
        network, path = known_networks()["mastodon"], tidy_path(parts.path)
        if not path.startswith(("/@", "/users/", "/web/@")):
            return None
    if parts.fragment.startswith("!/") and path == "/":  # addresses of 2012, still on old sites
        path = tidy_path(parts.fragment[1:].split("?")[0])
    linked = _in_path(network, path, parts.query)
    if linked is not None and network.id == "mastodon" and "@" not in linked.handle:
        return Linked("mastodon", f"{linked.handle}@{host}", linked.kind)
    return linked


def network_of(url: str) -> str | None:
    """Return the id of the network whose host an address has, for any path."""
    parts = split(url)
    network = _network_of((parts.hostname or "").lower()) if parts else None
    return network.id if network else None


@cache
def _hosts() -> dict[str, str]:
    return {host: network.id for network in known_networks().values() for host in network.hosts}


def _network_of(host: str) -> Network | None:
    labels = host.split(".")
    for start in range(max(len(labels) - 5, 0), len(labels) - 1):
        name = _hosts().get(".".join(labels[start:]))
        if name:
            return known_networks()[name]
    return None


def _of_app(url: str) -> Linked | None:
    if url.startswith(("http:", "https:")):
        return None
    for network in known_networks().values():
        for pattern in network.apps:
            match = pattern.fullmatch(url)
            if match is None:
                continue
            if "url" in pattern.groupindex:
                inner = unquote(match["url"], errors="replace")
                if inner.startswith("/"):
                    inner = f"https://{network.hosts[0]}{inner}"
                return account_of(inner) if urlsplit(inner).scheme in ("http", "https") else None
            return _linked(network, match["handle"], "account")
    return None


def _in_path(network: Network, path: str, query: str) -> Linked | None:
    segments = path.split("/")[1:]
    while len(segments) > 1 and segments[-1].lower() in network.tabs:
        segments = segments[:-1]
    whole = "/" + "/".join(segments)
    with_query = f"{whole}?{query}" if query else whole
    for kind, patterns in (("group", network.groups), ("person", network.persons)):
        for pattern in patterns:
            match = pattern.match(whole)
            if match is not None:
                return _linked(network, match["handle"], "group" if kind == "group" else "person")
    first = segments[0].lower()
    for pattern in network.accounts:
        # What names the kind of page in its path is not held against the words of that path.
        candidate = with_query if r"\?" in pattern.pattern else whole
        match = pattern.fullmatch(candidate)
        if match is None:
            continue
        handle = match["handle"]
        bare = match.start("handle") <= 2 and len(segments) == 1
        if bare and (first in network.refused or _FILES.fullmatch(handle)):
            return None
        return _linked(network, handle, "account")
    return None


def _linked(network: Network, handle: str, kind: Kind) -> Linked | None:
    name = handle.strip().lower().strip("/")
    if not name or len(name) > 200 or not name.isprintable():
        return None
    if kind == "account" and name in network.defaults:
        kind = "default"
    return Linked(network.id, name, kind)
