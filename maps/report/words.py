"""The words of a report, by key. A sentence claims no more than its figures show: each
outcome has its own template."""

from __future__ import annotations

import tomllib
from functools import cache

from zoneblanche.geo.messages import translate_text
from zoneblanche.maps.drawn.assets import read_template


@cache
def words_in(lang: str) -> dict[str, str]:
    """Return the words of a language: those of `maps/templates/report.toml`, translated.

    >>> words_in("en")["essential"]
    'In short'
    """
    words: dict[str, str] = tomllib.loads(read_template("report.toml"))
    return {key: translate_text(text, lang, "report") for key, text in words.items()}


def article_of(level: str, code: str, name: str) -> str:
    """Return what French puts between "dans le département" and the name of a French territory; ""
    if not known.

    >>> article_of("departement", "48", "Lozère"), article_of("commune", "47001", "Agen")
    ('de la ', "d'")
    """
    if level == "commune":
        # Names with an article contract with "de"; an h may be silent or not.
        first = name[:1].lower()
        if name.startswith(("Le ", "Les ", "H", "h")) or not first.isalpha():
            return ""
        return "d'" if first in "aàâeéèêiîoôuy" else "de "
    return _articles().get((level, code), "")


ARTICLES = {("fr", "fr"): article_of}
"""By language and country: what stands between "in the département" and a name, in languages whose
grammar needs it."""


@cache
def _articles() -> dict[tuple[str, str], str]:
    return {
        (level, code): article
        for level, articles in tomllib.loads(read_template("articles_fr.toml")).items()
        for article, codes in articles.items()
        for code in codes.split()
    }
