"""What a host's robots.txt permits (RFC 9309), and how often it wants to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from zoneblanche.layers.probing.asking.client import Answer

AGENT = "zoneblanche"
"""The name that a robots.txt addresses this tool by."""

MOST_BYTES = 512_000
MOST_STARS = 4
"""Wildcards of one rule that are followed; a rule with more is read as if it ended there."""


@dataclass(frozen=True)
class Rules:
    """The rules of one host.

    Attributes:
        parsed: of the parser; None where all is permitted or all refused.
        refuses: why all is refused, where the file could not be had (RFC 9309, 2.3.1.4), or "".
        delay: seconds between two requests that it asks for.
        sitemaps: that it names.
    """

    parsed: Any = None
    refuses: str = ""
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def refusal(self, url: str) -> str:
        """Return why an address must not be requested, or ""."""
        return "" if self.permit(url) else self.refuses or "robots"

    def permit(self, url: str) -> bool:
        """Return whether an address can be requested."""
        if self.refuses:
            return False
        return self.parsed is None or bool(self.parsed.can_fetch(url, AGENT))


PERMITTED = Rules()


def rules_of(answer: Answer) -> Rules:
    """The rules that an answer to `GET /robots.txt`, its redirects followed, holds.

    No such file (4xx) permits all; an error of the server (5xx), 429, or no answer refuses all; a
    file that is a page of HTML, as many sites answer to anything, has no rules.
    """
    if answer.status == 0:
        return Rules(refuses=answer.reason)
    if answer.status == 429 or answer.status >= 500:
        return Rules(refuses="robots-unavailable")
    if answer.status != 200:
        return PERMITTED
    text = answer.body[:MOST_BYTES].decode("utf-8", "replace")
    if re.match(r"\s*<(?:!doctype|html)", text, re.IGNORECASE):
        return PERMITTED
    return parse_rules(text)


def parse_rules(text: str) -> Rules:
    """The rules of a robots.txt.

    >>> parse_rules("User-agent: *\\nDisallow: /prive").permit("https://mairie.example/prive/a")
    False
    """
    from protego import Protego

    try:
        parsed = Protego.parse("\n".join(_bounded(line) for line in text.splitlines()[:20_000]))
        delay = float(parsed.crawl_delay(AGENT) or 0.0)
        sitemaps = tuple(str(url)[:2000] for url in islice(parsed.sitemaps, 50))
    except Exception:
        # The parser documents no errors, and a stranger's server chooses its input. Whatever breaks
        # it, the site is not asked: the polite reading of rules that cannot be read.
        return Rules(refuses="robots-unreadable")
    return Rules(parsed, delay=delay, sitemaps=sitemaps)


def _bounded(line: str) -> str:
    """A line whose rule the matching of wildcards can be afforded for.

    A refusal that is cut refuses more, never less; a permission that is cut is left out. Versions
    behind the name of an agent are no part of it.
    """
    if line.strip().lower().startswith("user-agent"):
        return line.partition("/")[0][:200]
    if line.count("*") <= MOST_STARS:
        return line[:2000]
    name, _, rule = line.partition(":")
    if name.strip().lower() == "allow":
        return ""
    return f"{name}:{'*'.join(rule.split('*')[: MOST_STARS + 1])}"[:2000]
