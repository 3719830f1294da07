"""Where a figure or a boundary comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoneblanche.geo.sentences import said_in


@dataclass(frozen=True)
class Source:
    """One publication that figures or boundaries were taken from.

    It stands in `geo`, the lowest room, because boundaries have a source as indicators do;
    `layers` gives it out under the same name.

    Attributes:
        producer: who made it ("Arcep").
        title: what it is called there.
        url: where it is published, or "".
        licence: short name of its licence ("Licence Ouverte 2.0"), or "" where unknown.
        published: ISO date of the state or release, or "".
        retrieved: ISO date on which it was fetched, or "".
        sha256: of the file that was read, or "".
        note: what a reader has to know of it, in a sentence of English; `note_in` has it in French.
    """

    producer: str
    title: str
    url: str = ""
    licence: str = ""
    published: str = ""
    retrieved: str = ""
    sha256: str = ""
    note: str = ""

    def cite(self) -> str:
        """The line that a map or a report shows.

        >>> Source("Arcep", "Ma connexion internet", published="2022-12-31").cite()
        'Arcep, Ma connexion internet, 2022-12-31'
        """
        parts = [self.producer, self.title, self.published, self.licence]
        return ", ".join(part for part in parts if part)

    def note_in(self, lang: str) -> str:
        """The note in `lang`, by the catalogue of sentences: files of before it have French too.

        >>> Source("", "", note="Persons in each cell of 1 km; ESRI:54009.").note_in("fr")
        'Habitants par maille de 1 km\u00a0; ESRI:54009.'
        """
        return said_in(self.note, lang)

    def as_dict(self) -> dict[str, Any]:
        """The fields that say something, for JSON."""
        return {key: value for key, value in asdict(self).items() if value}


def source_from_dict(told: Mapping[str, str]) -> Source:
    """The source that `as_dict` wrote.

    >>> source_from_dict(Source("", "fibre.csv").as_dict()) == Source("", "fibre.csv")
    True
    """
    return Source(**{"producer": "", "title": "", **told})


def union_of(*groups: Iterable[Source]) -> tuple[Source, ...]:
    """All sources of the groups, each once, in the order in which they first stand there."""
    return tuple(dict.fromkeys(source for group in groups for source in group))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
