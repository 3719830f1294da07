"""The source of a figure or a boundary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.messages import (
    Translatable,
    message_from_dict,
    translate,
    translate_text,
)


@dataclass(frozen=True)
class Source:
    """One publication that figures or boundaries come from.

    It is in `geo`, the lowest room, because boundaries have sources like indicators; `layers`
    exports it under the same name.

    Attributes:
        producer: the organisation that made it ("Arcep").
        title: its title.
        url: where it is published, or "".
        licence: short name of its licence ("Licence Ouverte 2.0"), or "" if unknown.
        published: ISO date of the release, or "".
        retrieved: ISO date of the download, or "".
        sha256: of the file that was read, or "".
        note: what a reader has to know, as a sentence in English; `note_in` translates it.
    """

    producer: str = ""
    title: str = ""
    url: str = ""
    licence: str = ""
    published: str = ""
    retrieved: str = ""
    sha256: str = ""
    note: str = ""

    def cite(self) -> str:
        """Return the line that a map or a report displays.

        >>> Source("Arcep", "Ma connexion internet", published="2022-12-31").cite()
        'Arcep, Ma connexion internet, 2022-12-31'
        """
        parts = [self.producer, self.title, self.published, self.licence]
        return ", ".join(part for part in parts if part)

    def note_in(self, lang: str) -> str:
        """The note in `lang`, by the catalogue.

        >>> Source("", "", note="Persons in each cell of 1 km; ESRI:54009.").note_in("fr")
        'Habitants par maille de 1 km\u00a0; ESRI:54009.'
        """
        if isinstance(self.note, Translatable):
            return translate(self.note, lang)
        return translate_text(self.note, lang)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields that are not empty, for JSON."""
        record = {key: value for key, value in asdict(self).items() if value}
        if isinstance(self.note, Translatable) and self.note:
            record |= {"note": str(self.note), "note_message": self.note.as_dict()}
        return record


def source_from_dict(record: Mapping[str, Any]) -> Source:
    """Return the source that `as_dict` wrote.

    >>> source_from_dict(Source("", "fibre.csv").as_dict()) == Source("", "fibre.csv")
    True
    """
    fields = {"producer": "", "title": "", **record}
    message = fields.pop("note_message", None)
    if message is not None:
        fields["note"] = message_from_dict(message)
    return Source(**fields)


def union_of(*groups: Iterable[Source]) -> tuple[Source, ...]:
    """Return all sources of the groups, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(source for group in groups for source in group))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open_plain(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
