"""What a page states: its accessibility and its level, a legal notice, how to get in touch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote

from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.markup import Document, plain
from zoneblanche.layers.probing.pages.urls import absolute, split

Level = Literal["none", "partial", "full"]
Kind = Literal["accessibility", "legal"]
LONGEST_LABEL = 90
LONGEST_TEXT = 200_000
"""Letters of a page that statements are looked for in."""


@dataclass(frozen=True)
class Link:
    """A link of a page to a statement: its address and what it is called."""

    url: str
    label: str


@cache
def _patterns(where: Literal["mention", "statement"]) -> tuple[tuple[Level, re.Pattern[str]], ...]:
    return tuple(
        (rule["level"], re.compile("|".join(f"(?:{pattern})" for pattern in rule[where])))
        for rule in packaged_table("statements")["accessibility"]["levels"]
    )


def links_to(document: Document, kind: Kind) -> tuple[Link, ...]:
    """The links to a legal notice or an accessibility statement, the most telling first."""
    words = _words(kind)
    weighed: list[tuple[int, int, Link]] = []
    for place, (href, label) in enumerate(document.links):
        weight = _weight(label, href, words)
        url = absolute(href, document.base) if weight else None
        if url and split(url):
            weighed.append((weight, place, Link(url.partition("#")[0], label[:LONGEST_LABEL])))
    ordered = [
        link
        for _, _, link in sorted(
            weighed, key=lambda weighed_link: (-weighed_link[0], weighed_link[1])
        )
    ]
    return tuple({link.url: link for link in reversed(ordered)}[url] for url in
                 dict.fromkeys(link.url for link in ordered))  # fmt: skip


@dataclass(frozen=True)
class _Words:
    """The words of links to a kind of statement, as patterns."""

    link: re.Pattern[str]
    not_link: re.Pattern[str]
    href: tuple[str, ...]
    not_href: tuple[str, ...]


@cache
def _words(kind: Kind) -> _Words:
    rules: dict[str, Any] = packaged_table("statements")[kind]
    return _Words(
        link=_either(rules["link"]),
        not_link=_either(rules.get("not_link", [])),
        href=tuple(unquote(word) for word in rules["href"]),
        not_href=tuple(word for word in rules.get("not_href", ()) if word != "#"),
    )


def _either(words: list[str]) -> re.Pattern[str]:
    """Any of the words, the longest first; never, where there is none."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)" if words else "(?!)")


def _weight(label: str, href: str, words: _Words) -> int:
    """0 for a link to something else; more for words that leave no doubt."""
    address = unquote(href[:500].lower(), errors="replace")
    if href.startswith("#") or any(word in address for word in words.not_href):
        return 0
    if len(label) > LONGEST_LABEL:
        return 0
    match = words.link.search(label)
    refused = words.not_link.search(label) if label else None
    declares = "declaration" in label or "conforme" in label or "statement" in label
    if match and (not refused or declares):
        return 100 + len(match[0]) + (50 if declares else 0)
    if refused:
        return 0
    return 10 if any(word in address for word in words.href) else 0


def level_mentioned(text: str) -> Level | None:
    """The level that the mention on any page states: "Accessibilité : partiellement conforme".

    >>> level_mentioned("Mentions légales | Accessibilité : partiellement conforme")
    'partial'
    """
    return _level(plain(text[:LONGEST_TEXT]), "mention")


def level_declared(text: str) -> Level | None:
    """The level that a page states which is an accessibility statement.

    >>> level_declared("Le site n'est pas en conformité avec le RGAA 4.1")
    'none'
    """
    words_of_page = plain(text[:LONGEST_TEXT])
    levels = [
        (match.start(), level)
        for level, pattern in _patterns("statement")
        if (match := pattern.search(words_of_page)) is not None
    ]
    return _level(words_of_page, "mention") or (min(levels)[1] if levels else None)


def _level(text: str, where: Literal["mention", "statement"]) -> Level | None:
    return next((level for level, pattern in _patterns(where) if pattern.search(text)), None)


def date_declared(text: str, *, until: date) -> str:
    """The date that a statement says it was made or last revised on, ISO, or "".

    >>> date_declared("Cette déclaration a été établie le 3 mars 2024.", until=date(2026, 1, 1))
    '2024-03-03'
    """
    words_of_page = plain(text[:LONGEST_TEXT])
    before = "|".join(packaged_table("statements")["accessibility"]["dates"]["before"])
    dates = [
        day
        for match in re.finditer(rf"(?:{before})\s*:?\s*(?:le\s+)?(.{{6,30}})", words_of_page)
        if (day := written_date(match[1])) and day <= until.isoformat()
    ]
    return max(dates, default="")


@cache
def _month_numbers() -> dict[str, int]:
    months = packaged_table("statements")["months"]
    return {name: number for names in months.values() for number, name in enumerate(names, start=1)}


def written_date(text: str) -> str:
    """A date as people write it, at the beginning of a text: ISO, or "".

    >>> written_date("12/03/2024"), written_date("1er juin 2025"), written_date("2024-03-12")
    ('2024-03-12', '2025-06-01', '2024-03-12')
    """
    words_of_page = plain(text)
    digits = re.match(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)", words_of_page)
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", words_of_page)
    words = re.match(
        r"(\d{1,2})(?:er|st|nd|rd|th|\.)?\s+(?:de\s+)?([a-z]{3,10})\s+(\d{4})(?!\d)", words_of_page
    )
    try:
        if digits:
            return date(int(digits[3]), int(digits[2]), int(digits[1])).isoformat()
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if words and words[2] in _month_numbers():
            return date(int(words[3]), _month_numbers()[words[2]], int(words[1])).isoformat()
    except ValueError:
        return ""
    return ""


def contact_of(document: Document) -> str:
    """What a page offers to get in touch: the link or form that shows it, or ""."""
    for href, label in document.links:
        if href[:7].lower() == "mailto:":
            return "mailto:"  # the address itself is not kept
        if len(label) < 50 and _contact().search(label):
            return absolute(href, document.base) or ""
    return "form" if document.tree.css_first("form textarea") is not None else ""


@cache
def _contact() -> re.Pattern[str]:
    return _either(packaged_table("statements")["contact"]["link"])
