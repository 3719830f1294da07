"""What a command line asks of a project, in place of what its file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asked:
    """Where nothing is asked, the project's own word stands.

    Attributes:
        sources: files for named sources.
        within: codes of the territories that what is measured lies in.
        level: of the territories that are measured.
        arrondissements: "whole" or "separate" Paris, Lyon and Marseille.
        lang: "fr" or "en".
    """

    sources: Mapping[str, Path] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    level: str | None = None
    arrondissements: str | None = None
    lang: str | None = None

    def changes(self) -> dict[str, Any]:
        """The keys of a project that are replaced."""
        said = {
            "within": list(self.within) or None,
            "level": self.level,
            "arrondissements": self.arrondissements,
            "lang": self.lang,
        }
        return {key: value for key, value in said.items() if value is not None}


NOTHING = Asked()
"""What a command line without options asks."""
