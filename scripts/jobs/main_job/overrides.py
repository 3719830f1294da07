"""Values of a project that a command line replaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Overrides:
    """The replaced values; an absent one leaves that of the project.

    Attributes:
        sources: files for named sources.
        within: codes of the territories that contain what is measured.
        level: of the territories that are measured.
        arrondissements: "whole" or "separate" Paris, Lyon and Marseille.
        lang: of the texts.
        title: of the pages.
        corrections: table of corrected figures.
    """

    sources: Mapping[str, Path] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    level: str | None = None
    arrondissements: str | None = None
    lang: str | None = None
    title: str | None = None
    corrections: Path | None = None

    def changes(self) -> dict[str, Any]:
        """Return the keys of a project that are replaced."""
        values = {
            "within": list(self.within) or None,
            "level": self.level,
            "arrondissements": self.arrondissements,
            "lang": self.lang,
            "title": self.title,
        }
        return {key: value for key, value in values.items() if value is not None}


NOTHING = Overrides()
"""A command line without options."""
