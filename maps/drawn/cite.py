"""Sources in words: producer and title, then date and licence as the reader's language has them."""

from __future__ import annotations

from collections.abc import Iterable

from zoneblanche.geo.source import Source
from zoneblanche.maps.drawn.words import write_date

SEMICOLON = {"fr": "\u00a0; ", "en": "; "}
"""Between the parts of a list whose parts have commas."""


def cite(source: Source, lang: str) -> str:
    """A source as a map or a report names it.

    >>> cite(Source("Arcep", "Ma connexion internet", published="2022-12-31"), "en")
    'Arcep, Ma connexion internet (31 December 2022)'
    """
    name = ", ".join(part for part in (source.producer, source.title) if part)
    rest = ", ".join(part for part in (write_date(source.published, lang), source.licence) if part)
    return f"{name} ({rest})" if rest else name


def cite_all(sources: Iterable[Source], lang: str) -> str:
    """Several sources in one line."""
    return SEMICOLON[lang].join(cite(source, lang) for source in sources)
