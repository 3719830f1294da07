"""The accounts that a page links to, each with its link and whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from zoneblanche.layers.probing.pages.accounts import account_of, known_networks
from zoneblanche.layers.probing.pages.markup import Document, label_of
from zoneblanche.layers.probing.pages.ownership import whose
from zoneblanche.layers.probing.pages.urls import absolute, host_of, registrable, same_host

MOST = 100
"""Accounts of a page; more are not kept."""

Whose = Literal["own", "other", "group", "person", "default", "embedded"]

_ORGANISATIONS = (
    *("organization", "website", "webpage", "cityhall", "place", "localbusiness", "city"),
    *("administrativearea", "corporation", "governmentoffice"),
)
"""Types of schema.org, in part, that the body behind a site goes by."""


@dataclass(frozen=True)
class Account:
    """An account that a page links to.

    Attributes:
        network, handle: see `accounts.Linked`.
        whose: "own" is the authority's, "other" somebody else's; "group" and "person" are links to
            groups and to pages of persons, "default" what themes leave in their templates,
            "embedded" what a frame shows without a link to it. Only "own" is counted.
        page: address of the page.
        link: as written there, made absolute.
    """

    network: str
    handle: str
    whose: Whose
    page: str
    link: str

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def accounts_in(document: Document, *, levels: frozenset[str] = frozenset()) -> tuple[Account, ...]:
    """The accounts that a page links to; of several links to one, the most telling counts.

    Args:
        levels: of the authorities that the site is of ("commune"), as far as they are known.
    """
    accounts: dict[tuple[str, str], Account] = {}
    for account in _all_accounts(document, levels):
        key = account.network, account.handle
        if key not in accounts or (account.whose == "own" and accounts[key].whose != "own"):
            if key not in accounts and len(accounts) >= MOST:
                continue
            accounts[key] = account
    return tuple(accounts.values())


def _all_accounts(document: Document, levels: frozenset[str]) -> Iterator[Account]:
    lone_article = len(document.tree.css("article")) < 2
    selector = "a[href], area[href], link[href], svg a, a[xlink\\:href]"
    for node in document.tree.css(selector)[:5000]:
        attributes = node.attributes
        rel = (attributes.get("rel") or "").lower().split()
        if node.tag == "link" and "me" not in rel and attributes.get("itemprop") != "sameAs":
            continue
        href = attributes.get("href") or attributes.get("xlink:href") or ""
        link = absolute(href, document.base)
        if link is None or same_host(link, document.url):
            continue
        mastodon = "/@" in link or "/users/" in link
        label = label_of(node) + " " + (attributes.get("class") or "") if mastodon else ""
        if mastodon:
            label += " ".join((i.attributes.get("class") or "") for i in node.css("i,span,svg")[:4])
        linked = account_of(link, rel_me="me" in rel, label=label.lower())
        if linked is None:
            continue
        if linked.kind != "account":
            owner: Whose = linked.kind
        elif "me" in rel or attributes.get("itemprop") == "sameAs" or node.tag == "link":
            owner = "own"
        else:
            owner = whose(node, linked, levels=levels, lone_article=lone_article)
        yield Account(linked.network, linked.handle, owner, document.url, link)
    yield from _same_as(document)
    yield from _embedded(document)


def _same_as(document: Document) -> Iterator[Account]:
    """`sameAs` of the page's own organisation in its JSON-LD."""
    for script in document.scripts:
        try:
            content = json.loads(script.strip().removeprefix("<!--").removesuffix("-->"))
        except (ValueError, RecursionError):
            continue
        for entry in _entries(content):
            for link in _texts(entry.get("sameAs")):
                url = absolute(link, document.url) or ""
                linked = (
                    account_of(url, rel_me=True) if url and _is_own(entry, document.url) else None
                )
                if linked is not None:
                    owner: Whose = "own" if linked.kind == "account" else linked.kind
                    yield Account(linked.network, linked.handle, owner, document.url, url)


def _entries(content: Any) -> Iterator[dict[str, Any]]:
    """The things of a JSON-LD document: at its top, in `@graph`, and publishers of these."""
    waiting, count = [content], 0
    while waiting and count < 500:
        count += 1
        entry = waiting.pop(0)
        if isinstance(entry, list):
            waiting += entry[:200]
        elif isinstance(entry, dict):
            yield entry
            waiting += [entry[key] for key in ("@graph", "publisher", "mainEntity") if key in entry]


def _is_own(entry: dict[str, Any], page: str) -> bool:
    types = " ".join(_texts(entry.get("@type"))).lower()
    if "person" in types.split() or not any(name in types for name in _ORGANISATIONS):
        return False
    url = next(iter(_texts(entry.get("url"))), "")
    host = host_of(url)
    return not host or registrable(host) == registrable(host_of(page))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)][:50] if isinstance(value, list) else []


def _embedded(document: Document) -> Iterator[Account]:
    """What Facebook's page plugin shows: it names the account but is not a link to it."""
    for frame in document.plugins:
        parts = urlsplit(frame)
        if not known_networks()["facebook"].has_host((parts.hostname or "").lower()):
            continue
        named = parse_qs(parts.query, max_num_fields=50).get("href", [frame])[0]
        if "/plugins/" in parts.path and named == frame:
            continue
        linked = account_of(named)
        if linked is not None and linked.kind == "account":
            yield Account(linked.network, linked.handle, "embedded", document.url, frame)
