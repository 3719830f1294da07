"""Why a cell is missing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Reason(IntEnum):
    """Why a cell is missing. A missing cell is NaN in the values and has one of these, never 0."""

    PRESENT = 0
    NOT_PUBLISHED = 1
    SECRET = 2
    NOT_COVERED = 3
    NOT_MATCHED = 4
    NOT_APPLICABLE = 5
    NOT_COLLECTED = 6
    UNREADABLE = 7
    TOO_FEW = 8

    @property
    def title(self) -> Mapping[str, str]:
        """The text that a reader sees."""
        return _REASON_TITLES[self]


_REASON_TITLES: dict[Reason, Mapping[str, str]] = {
    Reason.PRESENT: {"fr": "présent", "en": "present"},
    Reason.NOT_PUBLISHED: {"fr": "non publié", "en": "not published"},
    Reason.SECRET: {"fr": "secret statistique", "en": "statistical secrecy"},
    Reason.NOT_COVERED: {"fr": "hors de la zone couverte", "en": "outside the area covered"},
    Reason.NOT_MATCHED: {"fr": "absent de la table", "en": "not in the table"},
    Reason.NOT_APPLICABLE: {"fr": "sans objet", "en": "not applicable"},
    Reason.NOT_COLLECTED: {"fr": "non collecté", "en": "not collected"},
    Reason.UNREADABLE: {"fr": "illisible", "en": "unreadable"},
    Reason.TOO_FEW: {"fr": "trop peu d'indicateurs connus", "en": "too few indicators known"},
}
