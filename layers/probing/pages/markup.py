"""Bytes of a page to a parsed document, within bounds that no page can widen.

A page's bytes are decoded with the charset that it names (byte order mark, header, meta element; by
the WHATWG labels only), else UTF-8, else Windows-1252. The parser takes a time that grows with the
square of the depth of elements, and of the attributes of one: both are cut first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

DEEPEST = 700
"""Elements inside one another; what is deeper is not read."""

MOST_LINKS = 5000
"""Of a page; more are not read."""

MOST_ATTRIBUTES = 400
"""Of one element."""

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w\-:]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w\-:]{2,40})[\"']", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_EASILY_OPEN = frozenset(
    (
        *("p", "li", "td", "tr", "th", "dt", "dd", "option", "optgroup", "tbody", "thead"),
        *("tfoot", "colgroup", "rp", "rt", "area", "base", "br", "col", "embed", "hr", "img"),
        *("input", "link", "meta", "source", "track", "wbr", "param", "path", "circle", "rect"),
        *("use", "g"),
    )
)
"""Elements without an end tag, or whose end tag is optional: they do not count as a level."""

_NOSCRIPT = re.compile(r"<(/?)noscript(?![\w-])", re.IGNORECASE)
_MARKS = re.compile("[\u0300-\u036f]")
"""Combining diacritical marks: what is left of an accent when a letter is decomposed."""

_SILENT = ["script", "style", "template", "iframe", "object"]


def decode(body: bytes, *, content_type: str = "") -> str:
    """The text of a page.

    >>> decode("Évry".encode("latin-1"), content_type="text/html; charset=iso-8859-1")
    'Évry'
    """
    import webencodings

    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"),
                       (b"\xfe\xff", "utf-16-be")):  # fmt: skip
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    named = re.search(r"charset\s*=\s*[\"']?\s*([\w\-:]{2,40})", content_type, re.IGNORECASE)
    charset_match = _META.search(body[:4096]) or _XML.search(body[:200])
    for label in (
        named[1] if named else "",
        charset_match[1].decode("ascii", "replace") if charset_match else "",
    ):
        encoding = webencodings.lookup(label) if label else None
        if encoding is None or encoding.name == "replacement":
            continue
        if encoding.name.startswith("utf-16") and charset_match and not named:
            continue  # a page whose own meta could be read in ASCII is not in UTF-16
        if encoding.name == "utf-8" and not _is_utf8(body):
            continue  # said to be UTF-8 and is not: most often Windows-1252
        return str(encoding.codec_info.decode(body, "replace")[0])
    return body.decode("utf-8", "replace") if _is_utf8(body) else body.decode("cp1252", "replace")


def _is_utf8(body: bytes) -> bool:
    """Whether bytes are UTF-8; the last character may be cut, and one in a thousand wrong."""
    text = body.decode("utf-8", errors="replace")
    return text[:-1].count("\ufffd") <= len(text) // 1000


def bounded(text: str) -> str:
    """The text up to where elements are too deep, or one has too many attributes."""
    depth, end = 0, len(text)
    for match in _TAG.finditer(text):
        if match[2].lower() in _EASILY_OPEN:
            continue
        depth = max(depth - 1, 0) if match[1] else depth + 1
        if depth > DEEPEST:
            end = match.start()
            break
    place = 0
    for piece in text[:end].split("<"):
        tag = piece.partition(">")[0]
        if len(tag) > 2 * MOST_ATTRIBUTES and len(tag.split(None, MOST_ATTRIBUTES)) > (
            MOST_ATTRIBUTES
        ):
            return text[: max(place - 1, 0)]
        place += len(piece) + 1
    return text[:end]


@dataclass(frozen=True)
class Document:
    """A parsed page.

    Attributes:
        url: where it was read, after redirects.
        base: what its links are relative to.
        tree: of the parser; scripts, styles and what is shown without a script only are cut out.
        text: what a reader sees, blanks tidied.
        title: of the page.
        scripts: contents of the JSON-LD scripts.
        foreign: addresses that the page loads by itself: scripts, frames, styles, pictures.
        generator: what its meta element names.
        refresh: address that its meta element leads on to at once, or "".
        plugins: addresses of embedded frames.
        links: of the page, each as it is written and what it is called (`label_of`).
    """

    url: str
    base: str
    tree: Any
    text: str
    title: str
    scripts: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    generator: str = ""
    refresh: str = ""
    plugins: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


_LOADED = (
    ("script[src]", "src"), ("iframe[src]", "src"), ("iframe[data-src]", "data-src"),
    ("frame[src]", "src"), ("img[src]", "src"), ("embed[src]", "src"), ("object[data]", "data"),
    ("link[rel~=stylesheet i]", "href"), ("link[rel~=preload i]", "href"),
    ("video[src]", "src"), ("audio[src]", "src"), ("source[src]", "src"),
)  # fmt: skip
_CSS_URL = re.compile(
    r"(?:url\(|@import)\s*[\"']?\s*(//[^\"')\s]{3,300}|https?://[^\"')\s]{3,300})"
)


def parse(text: str, url: str) -> Document:
    """Parse the text of a page; no text makes it fail."""
    from selectolax.lexbor import LexborHTMLParser

    from zoneblanche.layers.probing.pages.urls import absolute

    # What is for readers without scripts stands in a tree of its own, as a template's content does.
    tree = LexborHTMLParser(_NOSCRIPT.sub(r"<\1template", bounded(text)))
    base_node = tree.css_first("base[href]")
    base = absolute(base_node.attributes.get("href") or "", url) if base_node else None
    base = base if base and base.startswith(("http://", "https://")) else url
    foreign = []
    for selector, name in _LOADED:
        for node in tree.css(selector)[:500]:
            address = absolute(node.attributes.get(name) or "", base)
            if address:
                foreign.append(address)
    for node in tree.css("style")[:50]:
        foreign += [
            absolute(address, base) or ""
            for address in _CSS_URL.findall((node.text() or "")[:200_000])
        ]
    scripts = tuple(
        (node.text() or "")[:100_000]
        for node in tree.css('script[type="application/ld+json" i]')[:20]
    )
    framed = [
        absolute(node.attributes.get("src") or node.attributes.get("data-href") or "", base)
        for node in tree.css("iframe[src], div.fb-page[data-href]")[:100]
    ]
    frames = tuple(address for address in framed if address)
    title = tree.css_first("title")
    generator = tree.css_first('meta[name="generator" i]')
    refresh = _refresh(tree, base)
    title_text = " ".join((title.text() or "").split())[:200] if title else ""
    tree.strip_tags(_SILENT)
    return Document(
        url=url,
        base=base,
        tree=tree,
        text=" ".join((tree.body.text(separator=" ") if tree.body else "").split()),
        title=title_text,
        scripts=scripts,
        foreign=tuple(dict.fromkeys(host for host in foreign if host)),
        generator=((generator.attributes.get("content") or "") if generator else "")[:100],
        refresh=refresh,
        plugins=frames,
        links=tuple(
            (node.attributes.get("href") or "", label_of(node).strip())
            for node in tree.css("a[href], area[href]")[:MOST_LINKS]
        ),
    )


def _refresh(tree: Any, base: str) -> str:
    from zoneblanche.layers.probing.pages.urls import absolute

    node = tree.css_first('meta[http-equiv="refresh" i]')
    content = (node.attributes.get("content") or "")[:2000] if node else ""
    match = re.fullmatch(r"\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)[\"']?\s*",
                         content, re.IGNORECASE)  # fmt: skip
    if match is None or int(match[1]) > 10:
        return ""
    return absolute(match[2], base) or ""


def plain(text: str) -> str:
    """A text in lower case without accents, apostrophes straight, for the search of words.

    >>> plain("Accessibilité : L’État")
    "accessibilite : l'etat"
    """
    if text.isascii():
        return text.lower()
    lower = text.lower().replace("\u2019", "'").replace("\u0153", "oe").replace("ß", "ss")
    return _MARKS.sub("", unicodedata.normalize("NFKD", lower))


def label_of(node: Any) -> str:
    """What a reader is told of a link: its text, title, and those of its pictures."""
    parts = [node.text(separator=" ") or ""]
    parts += [node.attributes.get(name) or "" for name in ("title", "aria-label", "alt")]
    for picture in node.css("img, svg, title")[:4]:
        parts += [picture.attributes.get(name) or "" for name in ("alt", "title", "aria-label")]
    return plain(" ".join(" ".join(parts).split())[:400])
