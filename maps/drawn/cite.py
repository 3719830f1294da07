"""Sources in words: producer and title, then date and licence in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from zoneblanche.geo.messages import _, translate
from zoneblanche.geo.source import Source
from zoneblanche.maps.drawn.words import write_date

SEMICOLON = _("; ")
"""Separator of list items that contain commas."""


def cite(source: Source, lang: str) -> str:
    """Return a source as a map or a report names it.

    >>> cite(Source("Arcep", "Ma connexion internet", published="2022-12-31"), "en")
    'Arcep, Ma connexion internet (31 December 2022)'
    """
    name = ", ".join(part for part in (source.producer, source.title) if part)
    rest = ", ".join(part for part in (write_date(source.published, lang), source.licence) if part)
    return f"{name} ({rest})" if rest else name


def cite_all(sources: Iterable[Source], lang: str) -> str:
    """Return several sources in one line."""
    return translate(SEMICOLON, lang).join(cite(source, lang) for source in sources)
