"""When a site was last touched: the newest date of a feed, of a sitemap's news, of the page.

Only machine-readable dates are read; where there is none, it is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from zoneblanche.layers.probing.pages.markup import Document
from zoneblanche.layers.probing.pages.urls import absolute, same_host

OLDEST = "1996-01-01"
"""Earlier dates are those of clocks that were never set."""

_FEED_DATES = re.compile(
    r"<(?:pubdate|updated|published|dc:date|lastbuilddate)(?:\s[^>]{0,100})?>\s*(?:<!\[CDATA\[)?"
    r"([^<\]]{8,40})",
    re.IGNORECASE,
)
_MAP_ENTRY = re.compile(
    r"<loc>\s*(?:<!\[CDATA\[)?([^<\]]{1,2000})(?:\]\]>)?\s*</loc>((?:(?!<loc>).){0,600}?)"
    r"<lastmod>\s*([^<]{8,40})",
    re.IGNORECASE | re.DOTALL,
)
_NEWS = re.compile(
    r"actualit|/actus?(?:/|$|-)|news|article|/blog|post-sitemap|/agenda|evenement|/post/|aktuell|notizie",
    re.IGNORECASE,
)
_JSON_DATES = re.compile(r'"date(?:Published|Modified)"\s*:\s*"([^"]{8,40})"')
_METAS = (
    'meta[property="article:published_time"]', 'meta[property="article:modified_time"]',
    'meta[property="og:updated_time"]', 'meta[name="date" i]', 'meta[name="last-modified" i]',
    'meta[name="dcterms.modified" i]', 'meta[name="dc.date" i]',
)  # fmt: skip


@dataclass(frozen=True)
class Freshness:
    """The newest date of a site: ISO, where it was read, and how."""

    date: str
    page: str
    how: str


def feed_of(document: Document) -> str:
    """The feed of news that a page declares, or ""; feeds of comments are passed over."""
    feeds = []
    for node in document.tree.css("link[rel~=alternate i][href]")[:50]:
        kind = (node.attributes.get("type") or "").lower()
        url = absolute(node.attributes.get("href") or "", document.base)
        title = (node.attributes.get("title") or "").lower()
        if (
            url
            and kind in ("application/rss+xml", "application/atom+xml")
            and (same_host(url, document.url))
        ):
            feeds.append(("comment" in title or "/comments/" in url, url))
    return min(feeds, key=lambda feed: feed[0])[1] if feeds and not min(feeds)[0] else ""


def newest_in_feed(text: str, *, until: date) -> str:
    """The newest date of the entries of an RSS or Atom feed that is not after `until`, or "".

    >>> entry = "<item><pubDate>Tue, 03 Mar 2026 08:00:00 +0100</pubDate>"
    >>> newest_in_feed(entry, until=date(2027, 1, 1))
    '2026-03-03'
    """
    entries = re.search(r"<(?:item|entry)[\s>]", text, re.IGNORECASE)
    if entries is None:
        return ""  # a feed without entries is as old as nothing in it
    return _newest(_FEED_DATES.findall(text[entries.start() :])[:2000], until)


def newest_in_sitemap(text: str, *, until: date) -> str:
    """The newest `lastmod` of the pages of news that a sitemap lists, or ""."""
    entries = _MAP_ENTRY.findall(text)[:20_000]
    return _newest([day for place, _, day in entries if _NEWS.search(place)], until)


def newest_on_page(document: Document, *, until: date) -> str:
    """Return the newest machine-readable date of a page, or ""."""
    dates = [
        node.attributes.get("datetime") or "" for node in document.tree.css("time[datetime]")[:200]
    ]
    for selector in _METAS:
        nodes = document.tree.css(selector)[:3]
        dates += [node.attributes.get("content") or "" for node in nodes]
    for script in document.scripts:
        dates += _JSON_DATES.findall(script)[:100]
    return _newest(dates, until)


def _newest(dates: list[str], until: date) -> str:
    days = (machine_date(text) for text in dates)
    return max((day for day in days if OLDEST <= day <= until.isoformat()), default="")


def machine_date(text: str) -> str:
    """The day, in UTC, of a date as feeds and pages write them: ISO 8601 or RFC 822; else "".

    >>> machine_date("2026-03-03T23:30:00-05:00"), machine_date("yesterday")
    ('2026-03-04', '')
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return ""
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()
    except (OverflowError, ValueError):
        return ""


def sitemaps_first(maps: list[str]) -> str:
    """The sitemap of the ones that robots.txt declares that is likely to list the news, or ""."""
    ranked = sorted(maps[:50], key=lambda url: (not _NEWS.search(url), len(url)))
    return ranked[0] if ranked else ""
