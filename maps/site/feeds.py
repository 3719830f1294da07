"""The feed of changes (Atom, RFC 4287) and the map of the site (sitemaps.org)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import quote

from zoneblanche.maps.drawn.templates import templates
from zoneblanche.maps.site.addresses import PAGE
from zoneblanche.maps.site.changes import Change
from zoneblanche.maps.site.model import SiteAtlas

FEED, SITEMAP = "feed.xml", "sitemap.xml"


def write_feed(site: SiteAtlas, changes: Iterable[Change], *, url: str) -> str:
    """Return the feed: the atlas itself, then what changed.

    Its date is the newest day of the sources, so that the same inputs give the same bytes. The ids
    depend on the address, the entry and that day.

    Args:
        site: with at least one dated source.
        changes: since the last atlas.
        url: of the first page with its final slash, or "".
    """
    base = url or f"urn:zoneblanche:{site.title}"
    entries = [
        {
            "id": _id(f"{base}#{site.newest}/{change.key}"),
            "title": _legal(change.title),
            "text": _legal(change.text),
            "link": f"{url}{_address(change.folder, url)}",
        }
        for change in changes
    ]
    return (
        templates()
        .get_template("site_feed.xml")
        .render(
            title=_legal(site.title),
            lang=site.lang,
            id=_id(base),
            url=url,
            feed=FEED,
            first={
                "id": _id(f"{base}#{site.newest}"),
                "text": site.updated,
                "link": f"{url}{_address('', url)}",
            },
            updated=f"{site.newest}T00:00:00Z",
            entries=entries,
        )
    )


def write_sitemap(folders: Iterable[str], *, url: str, newest: str) -> str:
    """Return the addresses of all pages, each by its folder.

    Args:
        folders: of the pages, without a final slash; "" for the first page.
        url: of the first page with its final slash.
        newest: date of the figures, or "".
    """
    pages = [f"{url}{quote(folder)}/" if folder else url for folder in folders]
    return templates().get_template("site_map.xml").render(pages=pages, newest=newest)


def _address(folder: str, url: str) -> str:
    """Return the address of a page in a feed; without a server it names the file."""
    if url:
        return f"{quote(folder)}/" if folder else ""
    return quote(f"{folder}/{PAGE}" if folder else PAGE)


def _id(text: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"


def _legal(text: str) -> str:
    """Return a text without the control characters that XML does not allow."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
