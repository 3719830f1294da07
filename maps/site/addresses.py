"""The addresses of an atlas' pages: they depend on level and code only, so they are stable."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.output import plain_name

PAGE = "index.html"
"""Links name the file, so that they work without a server too."""

OWN = frozenset({"map", "report", "data", "definitions"})
"""Folders that no level may have."""


def folder_of(text: str) -> str:
    """Return the folder of a level or a code; one that cannot be a name becomes its hash.

    >>> folder_of("48"), len(folder_of("a/b"))
    ('48', 16)
    """
    try:
        plain = plain_name(text)
    except InputError:
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return plain


def level_folder(level: str) -> str:
    """Return the folder of a level; that of "map" is `level-map`.

    >>> level_folder("epci"), level_folder("map")
    ('epci', 'level-map')
    """
    return f"level-{level}" if level in OWN else folder_of(level)


def place_folder(level: str, code: str) -> str:
    """Return the folder of the page of a territory, without a final slash.

    >>> place_folder("departement", "48")
    'departement/48'
    """
    return f"{level_folder(level)}/{folder_of(code)}"


def anchor_of(level: str, code: str) -> str:
    """Return the id of the card of a territory in a page; it has no space, as HTML requires.

    >>> anchor_of("commune", "48095")
    'commune/48095'
    """
    return f"{quote(level_folder(level))}/{quote(code, safe='')}"


def link_to(folder: str, *, root: str, anchor: str = "") -> str:
    """Return a relative link to a page of the atlas.

    Args:
        folder: of the page, without a final slash; "" for the first page.
        root: leads from the page with the link to the first one ("../../").
        anchor: id in the page, or "".

    >>> link_to("departement/48", root="../../", anchor="commune/48095")
    '../../departement/48/index.html#commune/48095'
    """
    path = quote(f"{folder}/{PAGE}" if folder else PAGE)
    return f"{root}{path}" + (f"#{quote(anchor, safe='/')}" if anchor else "")


def root_of(folder: str) -> str:
    """Return what leads from a page back to the first one.

    >>> root_of("departement/48"), root_of("")
    ('../../', '')
    """
    return "../" * (folder.count("/") + 1) if folder else ""
