"""Links of a page other than accounts: online procedures and apps, and what it loads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.markup import Document, plain
from zoneblanche.layers.probing.pages.urls import absolute, host_of, registrable

MOST = 60


@dataclass(frozen=True)
class Service:
    """A known service that a page links to: its kind (`services.toml`), page and link."""

    kind: str
    page: str
    link: str


@cache
def _hosts(country: str) -> dict[str, str]:
    return {
        host.lstrip("."): rule["kind"]
        for rule in packaged_table("services")["services"]
        if rule["country"] in ("*", country) or not country
        for host in rule["hosts"]
    }


def kind_of(host: str, *, country: str) -> str:
    """The kind of the service that a host is known for, or "".

    >>> kind_of("app.panneaupocket.com", country="fr")
    'app'
    """
    labels = host.split(".")
    kinds = _hosts(country)
    for start in range(len(labels) - 1):
        kind = kinds.get(".".join(labels[start:]))
        if kind:
            return kind
    return ""


def services_in(document: Document, *, country: str) -> tuple[Service, ...]:
    """The known services that a page links to or shows in a frame, the first link of each host."""
    services: dict[tuple[str, str], Service] = {}
    links = [href for href, _ in document.links]
    own_domain = registrable(host_of(document.url))
    for href in [*links, *document.plugins]:
        url = absolute(href, document.base)
        host = host_of(url) if url else ""
        kind = kind_of(host, country=country) if host and registrable(host) != own_domain else ""
        if url and kind and len(services) < MOST:
            services.setdefault((kind, host), Service(kind, document.url, url))
    return tuple(services.values())


def third_parties(document: Document) -> tuple[str, ...]:
    """The foreign registrable domains that a page loads scripts, frames or pictures from."""
    own_domain = registrable(host_of(document.url))
    domains = {registrable(host) for url in document.foreign if (host := host_of(url))}
    return tuple(sorted(domains - {own_domain}))[:MOST]


def parked_sign(document: Document) -> str:
    """The sign by which a page is nobody's site yet, or any more; "" where there is none."""
    table = packaged_table("parked")
    title, text = plain(document.title), plain(document.text[:3000])
    for sign in table["title"]:
        if title.startswith(sign):
            return str(sign)
    if len(document.text) < 3000:
        for sign in table["text"]:
            if sign in text:
                return str(sign)
    host = host_of(document.url)
    loaded = {host_of(url) for url in document.foreign}
    for end in table["host"]:
        if host == end or host.endswith("." + end):
            return str(end)
    for end in table["loads"]:
        if any(host == end or host.endswith("." + end) for host in loaded):
            return str(end)
    return ""
