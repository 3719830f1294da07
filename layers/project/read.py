"""The project file of `zoneblanche run PROJECT.toml`, checked key by key.

The embedded edition is such a file in the package; both use the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zoneblanche.geo.country import Text, read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.files.toml import read_toml
from zoneblanche.geo.messages import spoken
from zoneblanche.layers.project.check import check_project
from zoneblanche.layers.project.layers import (
    LayerTable,
    ProjectTable,
    TerritoriesTable,
    Title,
    found_path,
    is_toml,
    paths_of,
)
from zoneblanche.layers.project.schema import type_faults

__all__ = [
    "LayerTable",
    "Project",
    "ProjectTable",
    "TerritoriesTable",
    "is_toml",
    "read_project",
    "text_of",
]


def text_of(title: Title) -> Text | str:
    """Return a title in the form that the rest of the project uses."""
    return title if isinstance(title, str) else {str(lang): text for lang, text in title.items()}


@dataclass(frozen=True)
class Project:
    """A project whose file has been checked and whose paths exist.

    Attributes:
        file: the project file; errors name it.
        folder: the base of relative paths, as the user named it.
        table: the content of the file.
        sources: source id to file, from the file and the command line together.
        changed: keys whose values the caller replaces.
    """

    file: str
    folder: Path
    table: ProjectTable
    sources: Mapping[str, Path] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def with_changes(self, changes: Mapping[str, Any]) -> Project:
        """Return the project with other values of some keys."""
        table = self.table.model_copy(update=changes)
        return replace(self, table=table, changed=self.changed | set(changes))

    def file_of(self, key: str) -> str | None:
        """Return the project file if it contains the key; None if the caller replaces it, or if it
        is the package's own file."""
        return self.file if is_toml(self.file) and key not in self.changed else None

    @property
    def title(self) -> Text | str | None:
        """The title of the project, or None."""
        return None if self.table.title is None else text_of(self.table.title)

    @property
    def lang(self) -> str:
        """The language of its results: its own, else that of its country, else English."""
        country = self.table.country
        return spoken(self.table.lang, None if country is None else read_country(country).lang)

    def path(self, name: str) -> Path:
        """Return the file that a path of the project leads to."""
        return found_path(self.folder, name)

    @property
    def limits(self) -> Limits:
        """The limits on its inputs: the defaults, except those that it sets."""
        return replace(DEFAULT_LIMITS, **self.table.limits.model_dump(exclude_none=True))

    @property
    def rules(self) -> tuple[str | Path, ...]:
        """The rules of its flags: names of shipped ones, or files."""
        return tuple(self.path(rule) if is_toml(rule) else rule for rule in self.table.flags)

    @property
    def files(self) -> dict[str, Path]:
        """Every file that the project names, by the path that names it."""
        return {name: self.path(name) for name in paths_of(self.table).values()}


def read_project(path: str | Path, *, sources: Mapping[str, Path] | None = None) -> Project:
    """Return the project that a TOML file describes.

    Args:
        path: the file.
        sources: files for named sources, from the command line; they may be anywhere.

    Raises:
        InputError: all faults together: no such file, not TOML, unknown keys (the nearest is
            suggested), wrong types, paths that do not exist or leave the project's folder.
    """
    path = Path(path)
    content = read_toml(path)
    try:
        table = ProjectTable.model_validate(content)
    except ValidationError as error:
        raise InputError(type_faults(error.errors(), content, str(path))) from None
    folder = path.parent
    faults = check_project(table, folder.resolve(), str(path))
    if faults:
        raise InputError(faults)
    named = {name: found_path(folder, file) for name, file in table.sources.items()}
    return Project(file=str(path), folder=folder, table=table, sources={**named, **(sources or {})})
