"""The project file of `zoneblanche run PROJECT.toml`, checked key by key.

The embedded edition is such a file in the package; both use the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from zoneblanche.geo.country import Country, Text
from zoneblanche.geo.errors import Fault, InputError, gathered
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.files.structured.toml import Document, read_document
from zoneblanche.geo.files.structured.toml_model import checked
from zoneblanche.geo.messages import spoken
from zoneblanche.layers.project.check import check_country, check_project
from zoneblanche.layers.project.schema import (
    ProjectTable,
    TerritoriesTable,
    country_of_project,
    found_path,
    is_toml,
    paths_of,
)

__all__ = [
    "Project",
    "ProjectTable",
    "TerritoriesTable",
    "is_toml",
    "read_project",
]


@dataclass(frozen=True)
class Project:
    """A project whose file has been checked and whose paths exist.

    Attributes:
        file: the project file; errors name it.
        folder: the base of relative paths, as the user named it.
        table: the content of the file.
        sources: source id to file, from the file and the command line together.
        changed: keys whose values the caller replaces.
        text: of the file, for the lines of later faults.
        corrected_by: a table of corrections instead of the file's own.
    """

    file: str
    folder: Path
    table: ProjectTable
    sources: Mapping[str, Path] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    text: str = ""
    corrected_by: Path | None = None

    @property
    def corrections(self) -> Path | None:
        """The table of corrections, if there is one."""
        named = self.table.corrections.path
        if self.corrected_by is not None or named is None:
            return self.corrected_by
        return self.path(named)

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
        title: Text | str | None = self.table.title
        return title

    @property
    def lang(self) -> str:
        """The language of its results: its own, else that of its country, else English."""
        return spoken(self.table.lang, None if self.country is None else self.country.lang)

    @cached_property
    def country(self) -> Country | None:
        """The country that it names, or describes in a file, with the levels of its territories;
        None if it has none."""
        country = country_of_project(self.table.country, self.folder)
        territories = self.table.territories
        if country is None or territories is None:
            return country
        return country.with_levels(territories.parents)

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
    document = read_document(path)
    table = _checked_table(document)
    folder = path.parent
    with document.locating():
        faults = check_project(table, folder.resolve(), document.file)
        if faults:
            raise InputError(faults)
        faults = check_country(table, folder)
        if faults:
            raise InputError([replace(fault, file=document.file) for fault in faults])
    named = {name: found_path(folder, file) for name, file in table.sources.items()}
    return Project(
        file=document.file,
        folder=folder,
        table=table,
        sources={**named, **(sources or {})},
        text=document.text,
    )


def _checked_table(document: Document) -> ProjectTable:
    """The tables of a project, its recipe's options included: all their faults at once."""
    from zoneblanche.layers.index.recipe.schema import RecipeTable

    faults: list[Fault] = []
    with gathered(faults):
        table = checked(document, ProjectTable)
    with gathered(faults):
        if isinstance(document.table.get("recipe"), dict):
            checked(document, RecipeTable, at=("recipe",))
    if faults:
        raise InputError(faults)
    return table
