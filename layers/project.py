"""The project file: what `zoneblanche run PROJECT.toml` reads, checked key by key.

The embedded edition is such a file that the package carries; both take the same path from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.country import Text, known_countries
from geo.errors import Fault, InputError, missing_file, nearest, shown
from geo.staging import plain_name
from geo.toml import read_toml
from layers.indicator import RESERVED

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Language = Literal["fr", "en"]
Line = Annotated[str, Field(max_length=1000)]
Title = Line | Annotated[dict[Language, Line], Field(min_length=1)]


def text_of(title: Title) -> Text | str:
    """A title as the rest of the project takes it."""
    return title if isinstance(title, str) else {str(lang): text for lang, text in title.items()}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TerritoriesTable(_Strict):
    """`[territories]`: the user's own polygons."""

    path: Line
    code: Line
    name: Line | None = None
    layer: Line | None = None
    population: Line | None = None
    area_km2: Line | None = None
    parents: dict[Identifier, Line] = Field(default_factory=dict)
    source: Line | None = None


class LayerTable(_Strict):
    """`[[layers]]`: a figure of the user's own."""

    id: Identifier
    path: Line
    title: Title | None = None
    kind: Literal["table", "raster", "polygons", "points"] = "table"
    code: Line | None = None
    value: Line | None = None
    unit: Literal["count", "percent", "ratio", "number", "boolean", "url"] = "number"
    better: Literal["higher", "lower", "none"] = "higher"
    stat: (
        Literal[
            "mean",
            "sum",
            "share",
            "count",
            "distance",
            "weighted_mean",
            "weighted_share",
            "urbanisation",
        ]
        | None
    ) = None
    threshold: float | int | None = None
    below: float | int | None = None
    weights: Line | None = None
    band: Annotated[int, Field(ge=1)] | None = None
    nodata: float | int | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None
    encoding: Line | None = None
    sheet: Line | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    layer: Line | None = None
    x: Line | None = None
    y: Line | None = None
    crs: Line | None = None
    level: Identifier | None = None
    period: Line | None = None
    weight: Line | None = None
    source: Line | None = None


class OutputTable(_Strict):
    """`[output]`: how the results are named."""

    name: Line | None = None


class ProjectTable(_Strict):
    """The whole file."""

    title: Title | None = None
    lang: Language | None = None
    country: Line | None = None
    level: Identifier | None = None
    within: list[Line] = Field(default_factory=list)
    use: Line | None = None
    flags: list[Line] = Field(default_factory=list)
    analyses: list[Line] = Field(default_factory=list)
    catalogue: list[Identifier] | None = None
    sources: dict[Identifier, Line] = Field(default_factory=dict)
    territories: TerritoriesTable | None = None
    layers: list[LayerTable] = Field(default_factory=list)
    recipe: dict[str, Any] | None = None
    output: OutputTable = Field(default_factory=OutputTable)


@dataclass(frozen=True)
class Project:
    """A project whose file has been checked and whose paths are known to exist.

    Attributes:
        file: the project file; errors name it.
        folder: what relative paths are relative to, as the user named it.
        table: the file's content.
        sources: source id to file, from the file and the command line together.
    """

    file: str
    folder: Path
    table: ProjectTable
    sources: Mapping[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> Text | str | None:
        """The project's title, if it has one."""
        return None if self.table.title is None else text_of(self.table.title)

    def path(self, name: str) -> Path:
        """The file that a path of the project leads to."""
        return self.folder / name

    @property
    def rules(self) -> tuple[str | Path, ...]:
        """The rules of its flags: names of shipped ones, or files."""
        return tuple(self.path(rule) if _is_toml(rule) else rule for rule in self.table.flags)

    @property
    def files(self) -> dict[str, Path]:
        """Every file that the project names, by the path it is named by."""
        return {name: self.path(name) for name in _paths_of(self.table).values()}


def read_project(path: str | Path, *, sources: Mapping[str, Path] | None = None) -> Project:
    """The project that a TOML file describes.

    Args:
        path: the file.
        sources: files for named sources, from the command line; they may lie anywhere.

    Raises:
        InputError: all faults at once: no such file, not TOML, unknown keys (the nearest is
            suggested), wrong types, paths that lead nowhere or out of the project's folder.
    """
    path = Path(path)
    content = read_toml(path)
    try:
        table = ProjectTable.model_validate(content)
    except ValidationError as error:
        raise InputError([_fault(entry, str(path)) for entry in error.errors()]) from None
    folder = path.parent
    faults = _faults(table, folder.resolve(), str(path))
    if faults:
        raise InputError(faults)
    named = {name: folder / file for name, file in table.sources.items()}
    return Project(file=str(path), folder=folder, table=table, sources={**named, **(sources or {})})


def _faults(table: ProjectTable, folder: Path, file: str) -> list[Fault]:
    faults: list[Fault] = []
    for key, value in _paths_of(table).items():
        faults += _path_faults(value, folder, key, file)
    faults += _id_faults([layer.id for layer in table.layers], file)
    for layer in table.layers:
        faults += _layer_faults(layer, file)
    faults += _whole_faults(table, file)
    if table.output.name is not None:
        try:
            plain_name(table.output.name)
        except InputError as error:
            faults += [
                Fault(fault.message, file, column="output.name", remedy=fault.remedy, kind="name")
                for fault in error.faults
            ]
    return faults


def _paths_of(table: ProjectTable) -> dict[str, str]:
    """Every path of a project by its key."""
    paths = {f"layers.{layer.id}.path": layer.path for layer in table.layers}
    paths |= {
        f"layers.{layer.id}.weights": layer.weights
        for layer in table.layers
        if layer.weights is not None
    }
    paths |= {f"sources.{name}": value for name, value in table.sources.items()}
    paths |= {f"flags.{place}": rule for place, rule in enumerate(table.flags) if _is_toml(rule)}
    if table.territories is not None:
        paths["territories.path"] = table.territories.path
    if table.use is not None and _is_toml(table.use):
        paths["use"] = table.use
    return paths


def _is_toml(name: str) -> bool:
    """A recipe or a rule of the user's own, not one of the package's by its name."""
    return name.endswith(".toml")


def _id_faults(ids: list[str], file: str) -> list[Fault]:
    """Ids that two columns of the results would share; a GeoPackage does not tell case apart."""
    folded = [name.casefold() for name in ids]
    faults = [
        Fault(
            f"two layers have the id {shown(name)}.",
            file=file,
            column="layers",
            remedy="Give each layer an id of its own, whatever the case of its letters.",
            kind="duplicate-id",
        )
        for name in dict(zip(folded, ids, strict=True)).values()
        if folded.count(name.casefold()) > 1
    ]
    faults += [
        Fault(
            f"the id {shown(name)} is that of a column of the results.",
            file=file,
            column=f"layers.{name}.id",
            remedy=f"Give the layer another id; not {', '.join(RESERVED)}.",
            kind="reserved-id",
        )
        for name in dict.fromkeys(ids)
        if name.casefold() in RESERVED
    ]
    return faults


def _whole_faults(table: ProjectTable, file: str) -> list[Fault]:
    faults: list[Fault] = []
    if table.country is None and table.territories is None:
        faults.append(
            Fault(
                "neither a country nor territories are given.",
                file=file,
                remedy='Write country = "fr", or a table [territories] with path and code.',
                kind="no-territories",
            )
        )
    if table.country is not None and table.country not in known_countries():
        faults.append(
            Fault(
                f"no country {shown(table.country)} is described.",
                file=file,
                column="country",
                remedy=nearest(table.country, known_countries()),
                kind="unknown-country",
            )
        )
    if table.use is not None and table.recipe is not None:
        faults.append(
            Fault(
                "both a shipped recipe (use) and a recipe of its own ([recipe]) are given.",
                file=file,
                remedy="Keep one of them.",
                kind="two-recipes",
            )
        )
    return faults


def _layer_faults(layer: LayerTable, file: str) -> list[Fault]:
    """Keys that a layer of this kind needs, or that say nothing for it."""
    needs = {"table": ("code", "value"), "points": ("x", "y")}.get(layer.kind, ())
    stats = {
        "raster": ("mean", "sum", "share", "weighted_mean", "weighted_share", "urbanisation"),
        "points": ("count", "distance"),
    }
    faults = [
        Fault(
            f"a layer of kind {layer.kind} needs {name!r}.",
            file=file,
            column=f"layers.{layer.id}.{name}",
            remedy=f"Name the column in the file {layer.path}.",
            kind="missing-key",
        )
        for name in needs
        if getattr(layer, name) is None
    ]
    possible = stats.get(layer.kind, ())
    if layer.stat is not None and layer.stat not in possible:
        allowed = ", ".join(possible) or "none"
        faults.append(
            Fault(
                f"stat = {layer.stat!r} does not go with kind = {layer.kind!r}.",
                file=file,
                column=f"layers.{layer.id}.stat",
                remedy=f"Possible here: {allowed}.",
                kind="stat",
            )
        )
    return faults + _raster_faults(layer, file)


def _raster_faults(layer: LayerTable, file: str) -> list[Fault]:
    """Keys that a statistic of a raster needs, and those that it has no use for."""
    stat = layer.stat or "mean"
    cuts = [name for name in ("threshold", "below") if getattr(layer, name) is not None]
    faults = []
    if stat.endswith("share") != (len(cuts) == 1):
        needs = "needs a threshold (or below)" if stat.endswith("share") else "takes no threshold"
        faults.append(("threshold", needs, "A share is that of area, or of people, with at least "
                       "`threshold` or with less than `below`: give one of them."))  # fmt: skip
    if stat.startswith("weighted_") != (layer.weights is not None):
        needs = "needs weights" if stat.startswith("weighted_") else "takes no weights"
        faults.append(("weights", needs, "They are a raster of people, and go with weighted_mean "
                       "and weighted_share."))  # fmt: skip
    return [
        Fault(
            f"stat = {stat!r} {needs}.",
            file=file,
            column=f"layers.{layer.id}.{name}",
            remedy=remedy,
            kind="missing-key",
        )
        for name, needs, remedy in faults
        if layer.kind == "raster" or layer.weights is not None or cuts
    ]


def _path_faults(value: str, folder: Path, key: str, file: str) -> list[Fault]:
    escapes = (
        Path(value).is_absolute()
        or re.match(r"^[A-Za-z]:|^[A-Za-z][A-Za-z0-9+.-]+://|^[/\\]", value) is not None
        or not (folder / value).resolve().is_relative_to(folder)
        or "\0" in value
    )
    if escapes:
        return [
            Fault(
                f"the path {shown(value)} leads out of the project's folder.",
                file=file,
                column=key,
                remedy="Put the file beside the project file, or name it on the command line "
                "with --source NAME=FILE.",
                kind="path",
            )
        ]
    if not (folder / value).is_file():
        fault = missing_file(folder / value)
        return [
            Fault(
                f"the path {shown(value)} leads to no file.",
                file=file,
                column=key,
                remedy=fault.remedy,
                kind="no-file",
            )
        ]
    return []


def _fault(entry: Any, file: str) -> Fault:
    """A pydantic error as a sentence with its key."""
    place = ".".join(str(part) for part in entry["loc"] if not str(part).startswith("function"))
    if entry["type"] == "extra_forbidden":
        known = _keys_at(entry["loc"][:-1])
        return Fault(
            f"the key {shown(entry['loc'][-1])} is not known.",
            file=file,
            column=place,
            remedy=nearest(str(entry["loc"][-1]), known),
            kind="unknown-key",
        )
    if entry["type"] == "missing":
        return Fault(
            f"the key {shown(entry['loc'][-1])} is missing.",
            file=file,
            column=place,
            remedy="Write it.",
            kind="missing-key",
        )
    value = shown(entry["input"])
    return Fault(
        f"{value} does not fit: {entry['msg'][0].lower()}{entry['msg'][1:]}.",
        file=file,
        column=place,
        value=value,
        kind="wrong-value",
    )


def _keys_at(place: tuple[str | int, ...]) -> list[str]:
    tables: dict[str, type[BaseModel]] = {
        "territories": TerritoriesTable,
        "layers": LayerTable,
        "output": OutputTable,
    }
    model = tables.get(str(place[0]), ProjectTable) if place else ProjectTable
    return list(model.model_fields)
