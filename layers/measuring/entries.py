"""What `[[layers]]` says: a figure of a file of the user's, or of what a publisher gives.

The layers that ship, those of plug-ins and those of a project have the same keys. `kind` chooses
the model: table, raster, polygons, points (a file, by `path`), column and presence (the table of a
source, by `from`). docs/project-file.md and docs/add-a-layer.md describe every key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, model_validator

from zoneblanche.geo.codes.part import CodePart
from zoneblanche.geo.errors import shown
from zoneblanche.geo.files.structured.toml_model import (
    Identifier,
    Line,
    Name,
    Refusal,
    TomlTable,
    Words,
    branch,
    refused,
    unfit,
)
from zoneblanche.geo.messages import _
from zoneblanche.layers.measuring.entry_values import (
    Band,
    Decimal,
    Digits,
    Figure,
    From0,
    Missing,
    Names,
    NoDataFigure,
    NoDataFigures,
    Picked,
    Thousands,
    Vintage,
)

BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "percent": (0, 100),
    "score": (0, 100),
    "ratio": (0, 1),
    "boolean": (0, 1),
    "count": (0, None),
}
"""Of a figure by its unit; of any other there are none."""
_DIGITS = {"count": 0, "boolean": 0, "category": 0, "ratio": 3, "number": 2}


class LayerEntry(TomlTable):
    """What a layer of any kind may say of its figure."""

    id: Identifier
    title: Words | None = None
    kind: str
    unit: str = "number"
    better: Literal["higher", "lower", "none"] = "higher"
    suffix: Words | None = None
    digits: Annotated[int, Field(ge=0, le=6)] | None = None
    method: Words | None = None
    weight: Line | None = None
    wave_of: Identifier | None = None

    def decimals_of(self, unit: str) -> int:
        """Decimals of its figure: those that are given, or those of the unit."""
        return _DIGITS.get(unit, 1) if self.digits is None else self.digits

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """Of a key of another kind of layer, that it says nothing here."""
        kind = _kind_of(cls)
        if key == "stat":
            message = _(
                "stat = {stat} does not go with kind = {kind}.", stat=repr(value), kind=repr(kind)
            )
            return Refusal(message, _("Leave stat out."), "stat")
        others = [entry for entry in ENTRIES if key in entry.known_keys()]
        if not others:
            return super().refuse_unknown(key, value)
        alike = [
            entry for entry in others if issubclass(entry, FileEntry) == issubclass(cls, FileEntry)
        ]
        return Refusal(
            _("the key {name} says nothing for a layer of kind {kind}.", name=repr(key), kind=kind),
            _(
                "Take it out, or give the kind of layer that is meant: kind = {items}.",
                items=" or ".join(repr(_kind_of(entry)) for entry in alike or others),
            ),
            "idle-key",
        )

    @classmethod
    def refuse_missing(cls, key: str) -> Refusal:
        """Of a column, that a layer of this kind needs it."""
        if key not in ("code", "value", "x", "y"):
            return super().refuse_missing(key)
        message = _("a layer of kind {kind} needs {name}.", kind=_kind_of(cls), name=repr(key))
        return Refusal(message, _("Name the column."), "missing-key")


class FileEntry(LayerEntry):
    """A figure of a file."""

    path: Line
    unit: Literal["count", "percent", "ratio", "number", "boolean", "url"] = "number"
    level: Identifier | None = None
    period: Line | None = None
    source: Line | None = None

    @model_validator(mode="after")
    def _dated_wave(self) -> Self:
        if self.wave_of is not None and self.period is None:
            raise refused(
                _("this is a wave of {indicator} and has no date.", indicator=repr(self.wave_of)),
                remedy=_('Say its date: period = "2018-03-31".'),
                kind="missing-key",
                key="period",
            )
        return self


_WITH_SHAPES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".zip")
"""Endings of files that may hold points as shapes."""


def refuse_one_mark(decimal: str | None, thousands: str | None) -> None:
    """Refuse one mark for decimals and between thousands.

    Raises:
        PydanticCustomError: the marks are the same.
    """
    if decimal is not None and decimal == thousands:
        raise refused(
            _("decimal and thousands are the same mark, {mark}.", mark=shown(decimal)),
            remedy=_("Name one of them, or two different marks."),
            kind="option",
            key="thousands",
        )


class SheetEntry(FileEntry):
    """A figure of a file of rows, and how its cells are read."""

    separator: Literal[",", ";", "\t", "|"] | None = None
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    encoding: Line | None = None
    sheet: Line | None = None
    layer: Line | None = None
    header: From0 | None = None
    where: dict[Name, Picked] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        refuse_one_mark(self.decimal, self.thousands)
        return self

    def form(self, *columns: str) -> dict[str, Any]:
        """Return the options of `geo.tables.read_raw_table`, for these columns."""
        return {
            "separator": self.separator,
            "decimal": self.decimal,
            "encoding": self.encoding,
            "sheet": self.sheet,
            "header": self.header,
            "layer": self.layer,
            "wanted": tuple(dict.fromkeys((*columns, *self.where))),
        }


TableUnit = Literal["count", "percent", "ratio", "number", "boolean", "url", "domain"]


def nodata_figures(value: Any) -> tuple[float, ...] | None:
    """Return the figures that mean no data; None if a layer says that there are none.

    Args:
        value: the key `nodata` of a layer.
    """
    if value is None:
        return ()
    return None if value == "none" else tuple(map(float, value))


class TableEntry(SheetEntry):
    """One figure a row, by the code of a territory."""

    kind: Literal["table"] = "table"
    # Tables may contain bare domains too. The wider choice is safe: entries are frozen, and
    # pydantic checks each kind by its own field.
    unit: TableUnit = "number"  # type: ignore[assignment]
    code: Name
    value: Name
    nodata: NoDataFigures = None
    missing: Missing = Field(default_factory=dict)
    code_prefix: Line | None = None
    code_digits: Digits | None = None
    combine: Literal["sum", "mean", "first"] | None = None
    filled: bool = False
    vintage: Vintage | None = None

    @property
    def part(self) -> CodePart:
        """Which part of a cell is the code."""
        return CodePart(self.code_prefix or "", self.code_digits)

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        return _apart(self, "code", "value")


class PointsEntry(SheetEntry):
    """One point a row, by its coordinates: two columns, one column with both, or the shapes of a
    file of points."""

    kind: Literal["points"] = "points"
    x: Name | None = None
    y: Name | None = None
    position: Name | None = None
    crs: Line | None = None
    stat: Literal["count", "distance", "mean"] | None = None
    value: Name | None = None
    nodata: NoDataFigures = None
    missing: Missing = Field(default_factory=dict)

    @property
    def in_columns(self) -> bool:
        """Whether the coordinates are in two columns."""
        return self.x is not None and self.y is not None

    @model_validator(mode="after")
    def _coordinates(self) -> Self:
        named = [key for key in ("x", "y") if getattr(self, key) is not None]
        if self.position is not None and named:
            raise refused(
                _("position holds both coordinates; x and y are given as well."),
                remedy=_("Name position, or x and y."),
                kind="same-column",
                key="position",
            )
        shapes = self.path.lower().endswith(_WITH_SHAPES) and not named
        if self.position is None and not shapes and len(named) < 2:
            absent = "y" if named == ["x"] else "x"
            fault = self.refuse_missing(absent)
            raise refused(fault.sentence, remedy=fault.remedy, kind=fault.kind, key=absent)
        if self.stat == "distance" and not self.in_columns:
            raise refused(
                _("stat = 'distance' needs the columns x and y."),
                remedy=_("Write the coordinates into two columns."),
                kind="missing-key",
                key="stat",
            )
        return _apart(self, "x", "y") if named else self

    @model_validator(mode="after")
    def _a_mean_of_something(self) -> Self:
        if (self.stat == "mean") != (self.value is not None):
            raise refused(
                _("value goes with stat = 'mean', and stat = 'mean' with value."),
                remedy=_("Name the column that is averaged, or leave both out."),
                kind="missing-key",
                key="value",
            )
        for key in ("nodata", "missing"):
            if self.value is None and key in self.model_fields_set:
                raise refused(
                    _("{key} says which cells of value mean a missing figure.", key=key),
                    remedy=_("Name the column that is averaged: value, with stat = 'mean'."),
                    kind="missing-key",
                    key=key,
                )
        return self


class PolygonsEntry(FileEntry):
    """The area that polygons cover."""

    kind: Literal["polygons"] = "polygons"
    layer: Line | None = None
    where: dict[Name, Picked] = Field(default_factory=dict)
    crs: Line | None = None
    encoding: Line | None = None


class RasterEntry(FileEntry):
    """A statistic of the cells of a raster."""

    kind: Literal["raster"] = "raster"
    stat: (
        Literal["mean", "sum", "share", "weighted_mean", "weighted_share", "urbanisation"] | None
    ) = None
    threshold: Figure | None = None
    below: Figure | None = None
    weights: Line | None = None
    band: Band | None = None
    nodata: NoDataFigure = None


class SourceEntry(LayerEntry):
    """A figure of the table of a source: a publisher's file, or the embedded edition."""

    origin: Annotated[Names, Field(alias="from")]
    needs: list[Line] = Field(default_factory=list)
    unit: Literal["count", "percent", "ratio", "number", "boolean", "category", "score"] = "number"
    least: Figure | None = None
    greatest: Figure | None = None


class ColumnEntry(SourceEntry):
    """A column of a table as it is, or its share of another one."""

    kind: Literal["column"] = "column"
    value: Names
    over: Name | None = None
    categories: dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Words] = Field(
        default_factory=dict
    )
    cites: list[list[Line]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if self.over is None and len(self.value) > 1:
            raise refused(
                _("several columns are added up only for a share."),
                remedy=_("Name one column, or the whole that they are a share of: over."),
                kind="missing-key",
                key="over",
            )
        if (self.unit == "category") != bool(self.categories):
            raise refused(
                _("categories go with the unit category, and the unit with them."),
                remedy=_('Write unit = "category" and a table of titles by code, or neither.'),
                kind="missing-key",
                key="categories",
            )
        return self


class PresenceEntry(SourceEntry):
    """A criterion that a directory of authorities tells: 1, 0 or missing; or the share met."""

    kind: Literal["presence"] = "presence"
    value: Literal["website", "https", "own-email", "same-domain", "presence"]


ENTRIES: tuple[type[LayerEntry], ...] = (
    TableEntry, PointsEntry, PolygonsEntry, RasterEntry, ColumnEntry, PresenceEntry
)  # fmt: skip


def _kind_of(entry: type[LayerEntry]) -> str:
    return str(entry.model_fields["kind"].default)


def _apart(entry: TableEntry | PointsEntry, first: str, second: str) -> Any:
    name = getattr(entry, first)
    if name == getattr(entry, second):
        raise refused(
            _(
                "{pair} and {pair_2} name the same column, {first}.",
                pair=first,
                pair_2=second,
                first=shown(name),
            ),
            remedy=_("Name the two columns."),
            kind="same-column",
            key=second,
        )
    return entry


def _a_table(entry: Any) -> Any:
    if not isinstance(entry, dict | LayerEntry):
        raise refused(unfit(entry, _("a table")))
    return entry


def _kind_tag(entry: Any, without: str = "table") -> str:
    """The kind of a layer: where it says none, a column if it is of a source."""
    if isinstance(entry, LayerEntry):
        return f"<{entry.kind}>"
    return f"<{entry.get('kind', 'column' if 'from' in entry else without)}>"


OfFile = (
    Annotated[TableEntry, branch("table")]
    | Annotated[PointsEntry, branch("points")]
    | Annotated[PolygonsEntry, branch("polygons")]
    | Annotated[RasterEntry, branch("raster")]
)
OfSource = Annotated[ColumnEntry, branch("column")] | Annotated[PresenceEntry, branch("presence")]
ProjectLayer = Annotated[OfFile | OfSource, Discriminator(_kind_tag), BeforeValidator(_a_table)]
CatalogueLayer = Annotated[
    OfSource,
    Discriminator(lambda entry: _kind_tag(entry, without="column")),
    BeforeValidator(_a_table),
]
