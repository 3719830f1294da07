"""The tables and keys of a project file, and how its paths are resolved."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from zoneblanche.geo.messages import languages
from zoneblanche.geo.vintages.arrondissements import Choice

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


def _spoken(lang: str) -> str:
    if lang not in languages():
        known = ", ".join(map(repr, languages()))
        raise PydanticCustomError("literal_error", "{expected}", {"expected": known})
    return lang


Language = Annotated[str, AfterValidator(_spoken)]
"""A language that has a catalogue of messages."""

Line = Annotated[str, Field(max_length=1000)]
Column = Annotated[Line, AfterValidator(lambda name: unicodedata.normalize("NFC", name))]
"""The name of a column, with composed or decomposed accents."""
Vintage = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")]
Title = Line | Annotated[dict[Language, Line], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TerritoriesTable(_Strict):
    """`[territories]`: polygons of the user."""

    path: Line
    code: Line
    name: Line | None = None
    layer: Line | None = None
    population: Line | None = None
    area_km2: Line | None = None
    parents: dict[Identifier, Line] = Field(default_factory=dict)
    vintage: Vintage | None = None
    source: Line | None = None


class LayerTable(_Strict):
    """`[[layers]]`: a figure of the user."""

    id: Identifier
    path: Line
    title: Title | None = None
    kind: Literal["table", "raster", "polygons", "points"] = "table"
    code: Column | None = None
    value: Column | None = None
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
    nodata: float | int | Literal["none"] | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None
    encoding: Line | None = None
    sheet: Line | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    layer: Line | None = None
    x: Column | None = None
    y: Column | None = None
    crs: Line | None = None
    level: Identifier | None = None
    vintage: Vintage | None = None
    period: Line | None = None
    weight: Line | None = None
    source: Line | None = None


class OutputTable(_Strict):
    """`[output]`: the names of the results."""

    name: Line | None = None


Count = Annotated[int, Field(ge=1)]


class LimitsTable(_Strict):
    """`[limits]`: limits on inputs that replace the defaults, with the names of
    `geo.files.limits`."""

    table_bytes: Count | None = None
    rows: Count | None = None
    columns: Count | None = None
    cells: Count | None = None
    cell_length: Count | None = None
    archive_bytes: Count | None = None
    archive_ratio: Annotated[float | int, Field(ge=1)] | None = None
    vector_bytes: Count | None = None
    json_bytes: Count | None = None
    features: Count | None = None
    vertices: Count | None = None
    raster_bytes: Count | None = None
    raster_cells: Count | None = None
    faults: Count | None = None
    seconds: Annotated[float | int, Field(gt=0)] | None = None


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
    arrondissements: Choice | None = None
    sources: dict[Identifier, Line] = Field(default_factory=dict)
    territories: TerritoriesTable | None = None
    layers: list[LayerTable] = Field(default_factory=list)
    recipe: dict[str, Any] | None = None
    output: OutputTable = Field(default_factory=OutputTable)
    limits: LimitsTable = Field(default_factory=LimitsTable)


def found_path(folder: Path, name: str) -> Path:
    """Return the path with that name under `folder`, with composed or decomposed accents.

    A project typed on one system and files unpacked on another may differ in that, and look the
    same.
    """
    here = folder
    for part in Path(name).parts:
        wanted = here / part
        if not wanted.exists() and here.is_dir():
            plain = unicodedata.normalize("NFC", part)
            alike = [
                entry
                for entry in here.iterdir()
                if unicodedata.normalize("NFC", entry.name) == plain
            ]
            wanted = alike[0] if len(alike) == 1 else wanted
        here = wanted
    return here


def paths_of(table: ProjectTable) -> dict[str, str]:
    """Return every path of a project by its key."""
    paths = {f"layers.{layer.id}.path": layer.path for layer in table.layers}
    paths |= {
        f"layers.{layer.id}.weights": layer.weights
        for layer in table.layers
        if layer.weights is not None
    }
    paths |= {f"sources.{name}": value for name, value in table.sources.items()}
    paths |= {f"flags.{place}": rule for place, rule in enumerate(table.flags) if is_toml(rule)}
    if table.territories is not None:
        paths["territories.path"] = table.territories.path
    if table.use is not None and is_toml(table.use):
        paths["use"] = table.use
    return paths


def is_toml(name: str) -> bool:
    """Return whether it is a file of the user, not the name of a shipped recipe or rule."""
    return name.endswith(".toml")
