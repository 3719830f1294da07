"""Whose account a link leads to: the authority's own, or somebody's whom its page names.

A link in header, footer, navigation, a "follow us" block, or `sameAs` of the page's organisation is
the authority's; one in an article, a credit line or a block of partners is another's. Climbing from
the link, the nearest element that says something decides. The words are data: `ownership.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.accounts import Linked, known_networks
from zoneblanche.layers.probing.pages.markup import label_of, plain

Whose = Literal["own", "other"]
HIGHEST = 250
"""Elements that are climbed from a link."""

LONGEST_HEADING = 60
"""Letters of what may be the heading of the links behind it."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "legend", "strong", "b")
_OF_THE_PAGE = frozenset(("post", "hentry", "entry", "article"))
"""Words of class by which some systems call the whole page, where it is the only such piece."""

_LANDMARKS = frozenset(("nav", "header", "footer"))
_ROLES = frozenset(("banner", "contentinfo", "navigation"))


@dataclass(frozen=True)
class Words:
    """`ownership.toml`, as sets and patterns."""

    own: frozenset[str]
    social: frozenset[str]
    own_text: re.Pattern[str]
    other: frozenset[str]
    content: frozenset[str]
    credit: re.Pattern[str]
    heading: re.Pattern[str]
    label: re.Pattern[str]
    handle: re.Pattern[str]
    levels: dict[str, re.Pattern[str]]


@cache
def words_of_ownership() -> Words:
    """The words of `ownership.toml`."""
    table = packaged_table("ownership")

    def either(words: list[str]) -> re.Pattern[str]:
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")

    other = table["other"]
    return Words(
        own=frozenset(table["own"]["words"]),
        social=frozenset(table["own"]["social"]),
        own_text=re.compile("|".join(map(re.escape, table["own"]["text"]))),
        other=frozenset(other["words"]),
        content=frozenset(other["content"]),
        credit=either(other["credit"]),
        heading=either(other["heading"]),
        label=either(other["label"]),
        handle=re.compile("|".join(map(re.escape, other["handle"]))),
        levels={level: either(names) for level, names in other["levels"].items()},
    )


def whose(node: Any, linked: Linked, *, levels: frozenset[str], lone_article: bool) -> Whose:
    """Whose account a link element leads to.

    Args:
        node: the link, in its tree.
        linked: the account.
        levels: of the authorities that the site is of; empty where nothing is known of them.
        lone_article: whether the page has one `article` at most, which is then the page itself.
    """
    words = words_of_ownership()
    label = label_of(node)
    if words.label.search(label) or words.credit.search(label):
        return "other"
    if words.handle.search(linked.handle) or _of_another_level(label, levels):
        return "other"
    if _after_credit(node):
        return "other"
    return _by_place(node, linked, label, lone_article=lone_article)


def names_network(node: Any, network: str) -> bool:
    """Whether a link is called by its network: in its label, its classes, or a picture's name."""
    labels = known_networks()[network].labels
    shown = label_of(node)
    classes = [node.attributes.get("class") or "", node.attributes.get("id") or ""]
    for inner in node.css("i, span, img, svg, use, em, path")[:8]:
        classes += [
            inner.attributes.get(name) or "" for name in ("class", "src", "href", "xlink:href")
        ]
    marks = re.split(r"[^a-z]+", plain(" ".join(classes)[-600:]))
    return any(
        (len(label) > 2 and label in shown)
        or label in re.split(r"[^a-z.]+", shown)
        or any(mark.startswith(label) if len(label) > 2 else mark == label for mark in marks)
        for label in labels
    )


def _of_another_level(label: str, levels: frozenset[str]) -> bool:
    patterns = words_of_ownership().levels
    named = {level for level, pattern in patterns.items() if pattern.search(label)}
    return bool(levels) and bool(named) and not named & levels


def _after_credit(node: Any) -> bool:
    """Return whether the line before a link says who made the site."""
    before = ""
    sibling = node.prev
    for _ in range(12):
        if sibling is None or len(before) > 90:
            break
        if sibling.tag in ("p", "div", "ul", "ol", "nav", "section", "table", "br", "hr", "li"):
            break
        before = (sibling.text(separator=" ") or "") + " " + before
        sibling = sibling.prev
    return bool(words_of_ownership().credit.search(plain(before[-90:])))


def _by_place(node: Any, linked: Linked, label: str, *, lone_article: bool) -> Whose:
    """The nearest element that says something decides; what is said of a block of others wins."""
    words = words_of_ownership()
    social = landmark = content = article = False
    for element in _climb(node):
        tokens = tokens_of(element)
        if tokens & words.other:
            return "other"
        if tokens & words.social:
            social = True
        elif not social and not landmark and not content:
            heading = _heading_before(element)
            if heading == "other":
                return "other"
            social = heading == "own"
        if element.tag == "article":
            article = True
        pieces = tokens & words.content - (_OF_THE_PAGE if lone_article else frozenset())
        if pieces and not tokens & words.own:
            content = content or not landmark
        if (
            element.tag in _LANDMARKS
            or element.attributes.get("role") in _ROLES
            or (tokens & words.own and not pieces)
        ):
            landmark = True
    if article and not lone_article:
        return "other"
    if social or (landmark and not article):
        return "own"
    if content or len(label) > 120:
        return "other"
    return "own" if names_network(node, linked.network) and _stands_alone(node) else "other"


def _climb(node: Any) -> Iterator[Any]:
    element = node
    for _ in range(HIGHEST):
        if element is None or element.tag in ("body", "html"):
            return
        yield element
        element = element.parent


def tokens_of(element: Any) -> frozenset[str]:
    """The words of an element's class, id, label and role, lower case."""
    attributes = element.attributes
    text = " ".join((attributes.get(name) or "") for name in ("class", "id", "aria-label"))[:500]
    if not text:
        return frozenset()
    whole = plain(text)
    return frozenset(
        (
            *(plain(word) for word in _WORD.findall(plain_case(text))),
            *re.split(r"[^a-z0-9_]+", whole),
            *whole.split(),
        )
    )


def plain_case(text: str) -> str:
    """A text without accents, its capitals kept."""
    return "".join(
        c if c.isascii() else (plain(c).upper() if c.isupper() else plain(c)) for c in text
    )


def _heading_before(element: Any) -> Literal["own", "other", ""]:
    """What the heading before an element, among its siblings, says of the links behind it."""
    words = words_of_ownership()
    sibling, nearest = element.prev, True
    for _ in range(8):
        if sibling is None:
            return ""
        if sibling.tag not in ("-text", "-comment", "_comment"):
            text = plain(
                " ".join((sibling.text(separator=" ") or "").split())[: LONGEST_HEADING + 1]
            )
            short = len(text) <= LONGEST_HEADING
            heading = sibling.tag in _HEADINGS or (
                short
                and sibling.css_first("h1,h2,h3,h4,h5,h6") is not None
                and sibling.css_first("a,ul,ol,img,article,form") is None
            )
            if short and (heading or nearest) and words.own_text.search(text):
                return "own"
            if heading:
                return "other" if words.heading.search(text) else ""
            nearest = False
        sibling = sibling.prev
    return ""


def _stands_alone(node: Any) -> bool:
    """Whether a link is a button or an item of a list of links, rather than words of a sentence;
    words that ask to follow are not a sentence."""
    before = node.prev
    text_before = plain((before.text() or "")[-80:]) if before is not None else ""
    if words_of_ownership().own_text.search(text_before):
        return True
    for sibling in (before, node.next):
        if sibling is not None and sibling.tag == "-text" and len(sibling.text().split()) > 2:
            return False
    parent = node.parent
    if parent is None or parent.tag not in ("p", "li", "dd", "figcaption", "em", "strong"):
        return True
    linked = sum(len(inner.text() or "") for inner in parent.css("a")[:60])
    return len((parent.text() or "").strip()) - linked < 60
