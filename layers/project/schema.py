"""The tables and keys that a project file may have, and how its paths are followed."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from zoneblanche.geo.codes.part import CodePart
from zoneblanche.geo.country import Country, read_country, read_country_file
from zoneblanche.geo.errors import shown
from zoneblanche.geo.files.structured.toml_model import (
    Identifier,
    Language,
    Line,
    Number,
    TomlTable,
    Words,
    refused,
    unfit,
)
from zoneblanche.geo.messages import _
from zoneblanche.geo.vectors.facts import FigureForm
from zoneblanche.geo.vintages.arrondissements import Choice
from zoneblanche.layers.measuring.entries import (
    FileEntry,
    ProjectLayer,
    RasterEntry,
    nodata_figures,
    refuse_one_mark,
)
from zoneblanche.layers.measuring.entry_values import (
    Decimal,
    Digits,
    Missing,
    NoDataFigures,
    Picked,
    Thousands,
    Vintage,
)


class ParentTable(TomlTable):
    """`[territories.parents.<level>]`: how the code of the containing territory is known.

    It is a field, or the first characters of the code of a territory. Names of the containing
    territories come from a field of the polygons (`name` alone), or from a table (`names`) with the
    columns `code` and `name`.
    """

    field: Line | None = None
    digits: Annotated[int, Field(ge=1, le=100)] | None = None
    names: Line | None = None
    code: Line | None = None
    name: Line | None = None
    encoding: Line | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.field is None) == (self.digits is None):
            raise refused(
                _("a containing level has a field, or the digits of a code, not both."),
                remedy=_('Write { field = "…" }, or { digits = 2 }.'),
                kind="missing-key",
            )
        if self.names is not None and (self.code is None or self.name is None):
            raise refused(
                _("a table of names needs code and name."),
                remedy=_("Name its column of codes (code) and its column of names (name)."),
                kind="missing-key",
                key="names",
            )
        if self.names is None and self.code is not None:
            raise refused(
                _("code is the column of a table of names, which is missing."),
                remedy=_("Name the table: names."),
                kind="missing-key",
                key="code",
            )
        if self.names is None and self.encoding is not None:
            raise refused(
                _("encoding is that of a table of names, which is missing."),
                remedy=_("Name the table: names."),
                kind="missing-key",
                key="encoding",
            )
        return self


def _parent(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


Parent = Annotated[ParentTable, BeforeValidator(_parent, json_schema_input_type=str | ParentTable)]


class TerritoriesTable(TomlTable):
    """`[territories]`: the user's own polygons."""

    path: Line
    code: Line
    name: Line | None = None
    layer: Line | None = None
    population: Line | None = None
    area_km2: Line | None = None
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    nodata: NoDataFigures = None
    missing: Missing = Field(default_factory=dict)
    code_prefix: Line | None = None
    code_digits: Digits | None = None
    where: dict[Line, Picked] = Field(default_factory=dict)
    crs: Line | None = None
    encoding: Line | None = None
    parents: dict[Identifier, Parent] = Field(default_factory=dict)
    vintage: Vintage | None = None
    source: Line | None = None

    @property
    def part(self) -> CodePart:
        """Which part of a cell is the code."""
        return CodePart(self.code_prefix or "", self.code_digits)

    @property
    def figures(self) -> FigureForm:
        """How inhabitants and areas are written."""
        nodata = nodata_figures(self.nodata)
        return FigureForm(self.decimal, self.thousands, self.missing, nodata)

    @model_validator(mode="after")
    def _figures_of_a_field(self) -> Self:
        refuse_one_mark(self.decimal, self.thousands)
        form_keys = {"decimal", "thousands", "nodata", "missing"} & self.model_fields_set
        if form_keys and self.population is None and self.area_km2 is None:
            raise refused(
                _("{key} says how population and area_km2 are written.", key=min(form_keys)),
                remedy=_("Name their fields: population, area_km2."),
                kind="missing-key",
                key=min(form_keys),
            )
        return self


class OutputTable(TomlTable):
    """`[output]`: how the results are named."""

    name: Line | None = None


_MAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _mail(address: Any) -> Any:
    if not isinstance(address, str) or len(address) > 254 or not _MAIL.fullmatch(address):
        raise refused(
            _("{got} is not a mail address.", got=shown(address)),
            remedy=_("Write e.g. name@example.org."),
        )
    return address


class CorrectionsTable(TomlTable):
    """`[corrections]`: corrected figures, and where readers report errors."""

    path: Line | None = None
    mail: Annotated[str, BeforeValidator(_mail)] | None = None


class ReportTable(TomlTable):
    """`[report]`: the imprint of the report."""

    author: Line | None = None
    commissioner: Line | None = None
    date: Line | None = None
    logo: Line | None = None


Count = Annotated[int, Field(ge=1)]


class LimitsTable(TomlTable):
    """`[limits]`: bounds on inputs other than the default ones, by their names there."""

    table_bytes: Count | None = None
    rows: Count | None = None
    columns: Count | None = None
    cells: Count | None = None
    cell_length: Count | None = None
    archive_bytes: Count | None = None
    archive_ratio: Annotated[Number, Field(ge=1)] | None = None
    vector_bytes: Count | None = None
    json_bytes: Count | None = None
    features: Count | None = None
    vertices: Count | None = None
    raster_bytes: Count | None = None
    raster_cells: Count | None = None
    faults: Count | None = None
    seconds: Annotated[Number, Field(gt=0)] | None = None


def _one_a_layer(layers: Any) -> Any:
    if not isinstance(layers, list):
        raise refused(unfit(layers, _("one table a layer, each under [[layers]]")))
    return layers


class ProjectTable(TomlTable):
    """The whole file."""

    title: Words | None = None
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
    layers: Annotated[list[ProjectLayer], BeforeValidator(_one_a_layer)] = Field(
        default_factory=list
    )
    recipe: dict[str, Any] | None = None
    output: OutputTable = Field(default_factory=OutputTable)
    corrections: CorrectionsTable = Field(default_factory=CorrectionsTable)
    report: ReportTable = Field(default_factory=ReportTable)
    limits: LimitsTable = Field(default_factory=LimitsTable)


def country_of_project(name: str | None, folder: Path) -> Country | None:
    """Return the country with that code, or that a TOML file in the folder describes.

    Raises:
        InputError: no such country, or all that is wrong with the file.
    """
    if name is None:
        return None
    return read_country_file(found_path(folder, name)) if is_toml(name) else read_country(name)


def found_path(folder: Path, name: str) -> Path:
    """The path of that name under `folder`, whichever way its accents are written on the disk.

    A project typed on one system and files unpacked on another may differ there and look alike.
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
    """Every path of a project by its key."""
    paths = {}
    for layer in table.layers:
        if isinstance(layer, FileEntry):
            paths[f"layers.{layer.id}.path"] = layer.path
        if isinstance(layer, RasterEntry) and layer.weights is not None:
            paths[f"layers.{layer.id}.weights"] = layer.weights
    paths |= {f"sources.{name}": value for name, value in table.sources.items()}
    paths |= {f"flags.{place}": rule for place, rule in enumerate(table.flags) if is_toml(rule)}
    if table.corrections.path is not None:
        paths["corrections.path"] = table.corrections.path
    if table.report.logo is not None:
        paths["report.logo"] = table.report.logo
    if table.territories is not None:
        paths["territories.path"] = table.territories.path
        for level, parent in table.territories.parents.items():
            if parent.names is not None:
                paths[f"territories.parents.{level}.names"] = parent.names
    for key, name in (("use", table.use), ("country", table.country)):
        if name is not None and is_toml(name):
            paths[key] = name
    return paths


def is_toml(name: str) -> bool:
    """A recipe or a rule of the user's own, not one of the package's by its name."""
    return name.endswith(".toml")
