"""What is asked: the sites and mail domains that authorities declare, each once.

Several authorities may declare one site, or paths of one host: a portal. What belongs to the portal
is nobody's own there.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from zoneblanche.layers.probing.pages.accounts import account_of, network_of
from zoneblanche.layers.probing.pages.urls import ascii_host, host_of, split, tidy_path, without_www

_OWN_PATHS = frozenset(
    ("", "index", "accueil", "home", "index.php", "index.html", "index.htm", "fr")
)
"""Paths that lead to the beginning of a host all the same."""


@dataclass(frozen=True)
class Authority:
    """One row of the list: who is asked about.

    Attributes:
        code: of its territory; text.
        level: of the code ("commune").
        website: as declared, or "".
        email_domain: of its e-mail, or "".
        name: of the authority, or "".
    """

    code: str
    level: str
    website: str = ""
    email_domain: str = ""
    name: str = ""


@dataclass(frozen=True)
class Site:
    """What is asked once, for one or several authorities.

    Attributes:
        key: host and path; "" for a site that cannot be asked.
        host: in ASCII, as declared.
        path: that is asked first: "/", or the authority's place on a portal.
        levels: of its authorities.
        portal: whether others have their places on the same host.
    """

    key: str
    host: str
    path: str
    levels: frozenset[str] = field(default_factory=frozenset)
    portal: bool = False


@dataclass(frozen=True)
class Plan:
    """What is to be asked, in order.

    Attributes:
        sites: by key, in the order in which they are requested.
        domains: of mail, in the same order.
        site_of: key of the site of each authority, by level and code; "" where it has none.
        unreadable: why a declared website is not asked, by level and code: "no-site",
            "not-an-address", or "network-page" for a page on a social network.
    """

    sites: Mapping[str, Site]
    domains: tuple[str, ...]
    site_of: Mapping[tuple[str, str], str]
    unreadable: Mapping[tuple[str, str], str]


def plan(authorities: Iterable[Authority], *, seed: int = 0) -> Plan:
    """What to ask of a list of authorities, in an order drawn from `seed`."""
    listed = sorted(authorities, key=lambda authority: (authority.level, authority.code))
    site_of: dict[tuple[str, str], str] = {}
    unreadable: dict[tuple[str, str], str] = {}
    places: dict[str, tuple[str, str]] = {}
    levels: defaultdict[str, set[str]] = defaultdict(set)
    for authority in listed:
        place = place_of(authority.website)
        who = authority.level, authority.code
        if isinstance(place, str):
            site_of[who], unreadable[who] = "", place
            continue
        host, path = place
        key = without_www(host) + path
        places.setdefault(key, (host, path))
        site_of[who] = key
        levels[key].add(authority.level)
    paths_of: defaultdict[str, set[str]] = defaultdict(set)
    for host, path in places.values():
        paths_of[without_www(host)].add(path)
    sites = {
        key: Site(key, host, path, frozenset(levels[key]), len(paths_of[without_www(host)]) > 1)
        for key, (host, path) in places.items()
    }
    sites |= _beginnings(sites)
    domains = sorted(
        {domain for authority in listed if (domain := domain_of(authority.email_domain))}
    )
    drawn = random.Random(seed)
    keys = sorted(sites)
    drawn.shuffle(keys)
    drawn.shuffle(domains)
    return Plan({key: sites[key] for key in keys}, tuple(domains), site_of, unreadable)


def place_of(website: str) -> tuple[str, str] | str:
    """Host and path that a declared website is asked at, or why it is not.

    >>> place_of("HTTPS://www.Mairie.example/index.php"), place_of("facebook.com/mairie.x")
    (('www.mairie.example', '/'), 'network-page')
    """
    text = website.strip()
    if not text:
        return "no-site"
    if "://" not in text[:10]:
        text = "http://" + text.lstrip("/")
    text = text[: text.index(":")].lower() + text[text.index(":") :]
    parts = split(text)
    host = ascii_host(parts.hostname or "") if parts else None
    if parts is None or host is None or "." not in host or parts.port not in (None, 80, 443):
        return "not-an-address"
    if network_of(text):
        return "network-page"
    path = tidy_path(parts.path)
    if path.strip("/").lower() in _OWN_PATHS:
        return host, "/"
    closing = "/" if parts.path.endswith("/") and path != "/" else ""
    return host, quote(path, safe="/%:@!$&'()*+,;=~-._") + closing


def declared_account(website: str) -> tuple[str, str] | None:
    """Network and handle of a website that is a page on a network, or None."""
    text = website.strip()
    linked = account_of(text if "://" in text[:10] else "https://" + text)
    return (linked.network, linked.handle) if linked and linked.kind == "account" else None


def domain_of(text: str) -> str:
    """A mail domain in ASCII, or "" where it is none."""
    domain = ascii_host(text.strip().rpartition("@")[2]) if text else None
    return domain if domain and "." in domain and ":" not in domain else ""


def _beginnings(sites: Mapping[str, Site]) -> dict[str, Site]:
    """Return the first page of each portal, whose accounts are not those of its members."""
    beginnings = {}
    for site in sites.values():
        key = without_www(site.host) + "/"
        if site.portal and key not in sites:
            beginnings[key] = Site(key, site.host, "/", frozenset(), portal=True)
    return beginnings


def hosts_of(sites: Iterable[Site]) -> set[str]:
    """The distinct hosts of sites."""
    return {without_www(host_of(f"https://{site.host}/")) for site in sites}
