"""Addresses as pages write them: cleaned, made absolute, split; never trusted."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qs, quote, unquote, urljoin, urlsplit

from zoneblanche.layers.probing.packaged import packaged_table

LONGEST = 2000
"""Letters of an address; a longer one is not read."""

_REMEMBERED = 2**13
"""Addresses that are taken apart once: every reader of a page takes the same links apart."""

_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
_UNSAFE = re.compile(r"[^\x21-\x7e]")


@lru_cache(maxsize=_REMEMBERED)
def absolute(link: str, base: str) -> str | None:
    """A link of a page as an absolute address, or None where it is none.

    Blanks and line breaks inside are left out, as a browser does; what names a scheme that is not
    http, https or an app's is no address.

    >>> absolute("//www.facebook.com/mairie ", "https://mairie.example/")
    'https://www.facebook.com/mairie'
    >>> absolute("javascript:void(0)", "https://mairie.example/") is None
    True
    """
    if len(link) > LONGEST:
        return None
    link = link.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    if not link or link.lower().startswith(("javascript:", "data:", "mailto:", "tel:", "sms:")):
        return None
    try:
        joined = urljoin(base, link)
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        return None
    return joined if parts.scheme else None


@lru_cache(maxsize=_REMEMBERED)
def split(url: str) -> SplitResult | None:
    """The parts of an http(s) address with a host and without credentials, or None."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username or port == 0:
        return None
    return parts


def requestable(url: str) -> str | None:
    """The address as it is put on the wire: host in ASCII, path percent-encoded, no fragment.

    None where no request can be made of it: another scheme, credentials, or no host name.

    >>> requestable("https://www.Évry.example/mentions légales?a=b#c")
    'https://www.xn--vry-9la.example/mentions%20l%C3%A9gales?a=b'
    """
    parts = split(url)
    host = ascii_host(parts.hostname or "") if parts else None
    if parts is None or host is None:
        return None
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}{port}{path}{query}"


@lru_cache(maxsize=2**16)
def ascii_host(host: str) -> str | None:
    """A host name in lower case and ASCII (IDNA), or None if it is not a host name."""
    host = host.rstrip(".").lower()
    if not host or len(host) > 253:
        return None
    if _UNSAFE.search(host):
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    return host if re.fullmatch(r"[a-z0-9._:\-]+", host) else None


@lru_cache(maxsize=_REMEMBERED)
def host_of(url: str) -> str:
    """The host of an address in ASCII, "" where there is none."""
    parts = split(url)
    return (ascii_host(parts.hostname or "") or "") if parts else ""


def without_www(host: str) -> str:
    """A host without its `www.`."""
    return host.removeprefix("www.")


def same_host(first: str, second: str) -> bool:
    """Whether two addresses are of the same host, `www.` aside."""
    return without_www(host_of(first)) == without_www(host_of(second)) != ""


@cache
def _suffixes() -> Any:
    """The list of public suffixes; the library has no types."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@lru_cache(maxsize=2**16)
def registrable(host: str) -> str:
    """The registrable domain of a host, by the Public Suffix List of the installed package.

    A host that is itself a suffix (a shared hoster's) is its own.

    >>> registrable("www.mairie.example"), registrable("ville.wixsite.com")
    ('mairie.example', 'ville.wixsite.com')
    """
    if ":" in host or host.rpartition(".")[2].isdigit():
        return host
    suffix = _suffixes().privatesuffix(host)
    return str(suffix) if suffix else host


def unwrapped(url: str) -> str:
    """The address that a redirecting link of a search engine, a network or a mail filter names."""
    parts = split(url)
    if parts is None:
        return url
    host = parts.hostname or ""
    for rule in packaged_table("wrappers")["wrappers"]:
        if fnmatchcase(host, rule["host"]) and parts.path == rule["path"]:
            query = parse_qs(parts.query, max_num_fields=50)
            for name in rule["query"].split(","):
                if query.get(name):
                    return str(query[name][0])
    return url


def tidy_path(path: str) -> str:
    """A path decoded, without doubled or closing slashes.

    >>> tidy_path("//Mairie%20X//")
    '/Mairie X'
    """
    decoded = _CONTROLS.sub(" ", unquote(path, errors="replace"))
    return "/" + "/".join(part.strip() for part in decoded.split("/") if part.strip())
