"""Names of areas in a sentence, with the articles of the language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.content import Piece
from zoneblanche.maps.report.words import ARTICLES

if TYPE_CHECKING:
    from zoneblanche.maps.report.scope import Scope


def articles_of(scope: Scope, area: Area) -> tuple[str, str]:
    """Return what is before a name to say "of", and before one that is the subject; in a language
    whose names have no articles, the words of the catalogue and ""."""
    country = scope.atlas.territories.country
    known = ARTICLES.get((scope.lang, "" if country is None else country.code))
    if known is None or area.level not in scope.atlas.territories.parents:
        return scope.words["of_name"], ""
    of, definite = (article(area.level, area.code, area.name) for article in known)
    return of or scope.words["of_name"], definite


def of_area(scope: Scope, area: Area) -> tuple[Piece, ...]:
    """Return "of Cantal", in French "du Cantal", as pieces of a sentence."""
    return (Piece(articles_of(scope, area)[0]), Piece(scope.label(area), is_name=True))


def the_area(scope: Scope, area: Area) -> tuple[Piece, ...]:
    """Return "Cantal", in French "le Cantal", as pieces of a sentence."""
    pieces = (Piece(articles_of(scope, area)[1]), Piece(scope.label(area), is_name=True))
    return tuple(piece for piece in pieces if piece.text)


def list_areas(scope: Scope, areas: Sequence[Area]) -> tuple[Piece, ...]:
    """Return the names of at least one area as a list in words, as pieces of a sentence."""
    pieces = list(the_area(scope, areas[0]))
    for place, area in enumerate(areas[1:], start=2):
        pieces.append(Piece(scope.words["and"] if place == len(areas) else ", "))
        pieces += the_area(scope, area)
    return tuple(pieces)
