"""The words of a report, by key. A sentence claims no more than its figures show: each
outcome has its own template."""

from __future__ import annotations

import tomllib
from functools import cache

from zoneblanche.geo.messages import translate_text
from zoneblanche.maps.drawn.templates import read_template


@cache
def words_in(lang: str) -> dict[str, str]:
    """Return the words of a language: those of `maps/templates/report.toml`, translated.

    >>> words_in("en")["essential"]
    'In short'
    """
    words: dict[str, str] = tomllib.loads(read_template("report.toml"))
    return {key: translate_text(text, lang, "report") for key, text in words.items()}


def article_of(level: str, code: str, name: str) -> str:
    """Return what French puts before the name of a French territory to say "of"; "" if not known.

    >>> article_of("departement", "48", "Lozère"), article_of("commune", "47001", "Agen")
    ('de la ', "d'")
    >>> article_of("epci", "200069144", "CC du Haut Allier"), article_of("region", "84", "Auvergne")
    ('de la ', "de l'")
    """
    if level == "epci":
        if name.startswith(FEMININE):
            return "de la "
        return "de l'" if name.startswith("Eurométropole") else _elided(name)
    if level == "commune":
        # Names with an article contract with "de"; an h may be silent or not.
        if name.startswith(("Le ", "Les ", "H", "h")) or not name[:1].isalpha():
            return ""
        return _elided(name)
    return _articles().get((level, code), "")


FEMININE = ("CC ", "CA ", "CU ", "Métropole ")
"""How names of French intercommunalities start whose first noun is feminine."""

DEFINITE = {"de la ": "la ", "du ": "le ", "des ": "les ", "de l'": "l'"}
"""What stands before a name that is the subject, by what stands before it to say "of"."""


def definite_article_of(level: str, code: str, name: str) -> str:
    """Return the article of the name of a French territory; "" if it has none, or is not known.

    >>> definite_article_of("departement", "15", "Cantal")
    'le '
    >>> definite_article_of("departement", "976", "Mayotte")
    ''
    """
    return DEFINITE.get(article_of(level, code, name), "")


def _elided(name: str) -> str:
    return "d'" if name[:1].lower() in "aàâeéèêiîoôuy" else "de "


ARTICLES = {("fr", "fr"): (article_of, definite_article_of)}
"""By language and country: what stands before a name to say "of", and before one that is the
subject, in languages whose grammar needs it."""


@cache
def _articles() -> dict[tuple[str, str], str]:
    return {
        (level, code): article
        for level, articles in tomllib.loads(read_template("articles_fr.toml")).items()
        for article, codes in articles.items()
        for code in codes.split()
    }
