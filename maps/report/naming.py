"""Names of areas in a sentence, with the articles of the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.content import Piece
from zoneblanche.maps.report.words import ARTICLES

if TYPE_CHECKING:
    from zoneblanche.maps.report.scope import Scope

Rule = Callable[[str, str, str], str]
CONTRACTED = {"Le ": "du ", "Les ": "des "}
"""What French makes of "de" and the article that a name starts with."""


def of_area(scope: Scope, area: Area) -> tuple[Piece, ...]:
    """Return "of Cantal", in French "du Cantal", as pieces of a sentence."""
    before, name = genitive(scope, area)
    return (Piece(before or scope.words["of_name"]), Piece(name, is_name=True))


def genitive(scope: Scope, area: Area) -> tuple[str, str]:
    """Return what is before a name to say "of", "" if not known, and the name: in French
    ("de la ", "Lozère"), and ("du ", "Havre") of Le Havre."""
    name = scope.label(area)
    rules = _rules(scope, area)
    if rules is None:
        return "", name
    for article, contracted in CONTRACTED.items():
        if name.startswith(article):
            return contracted, name.removeprefix(article)
    return rules[0](area.level, area.code, area.name), name


def the_area(scope: Scope, area: Area) -> tuple[Piece, ...]:
    """Return "Cantal", in French "le Cantal", as pieces of a sentence."""
    rules = _rules(scope, area)
    article = "" if rules is None else rules[1](area.level, area.code, area.name)
    pieces = (Piece(article), Piece(scope.label(area), is_name=True))
    return tuple(piece for piece in pieces if piece.text)


def _rules(scope: Scope, area: Area) -> tuple[Rule, Rule] | None:
    """Return the rules of the language for names of a country; None for a set without a name."""
    territories = scope.atlas.territories
    if not area.name or area.level not in {*territories.parents, territories.level}:
        return None
    country = territories.country
    return ARTICLES.get((scope.lang, "" if country is None else country.code))


def list_areas(scope: Scope, areas: Sequence[Area]) -> tuple[Piece, ...]:
    """Return the names of at least one area as a list in words, as pieces of a sentence."""
    pieces = list(the_area(scope, areas[0]))
    for place, area in enumerate(areas[1:], start=2):
        pieces.append(Piece(scope.words["and"] if place == len(areas) else ", "))
        pieces += the_area(scope, area)
    return tuple(pieces)
