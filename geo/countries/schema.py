"""What the TOML file of a country says: docs/add-a-country.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.files.structured.toml import Document
from zoneblanche.geo.files.structured.toml_lines import Key
from zoneblanche.geo.files.structured.toml_model import (
    Identifier,
    Language,
    Line,
    Number,
    TomlTable,
    Words,
    checked,
    refused,
)
from zoneblanche.geo.messages import _


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise refused(
            _(
                "{pattern} is not a regular expression: {error}.",
                pattern=shown(pattern),
                error=error,
            )
        ) from None
    return pattern


def _box(bounds: Any) -> Any:
    numbers = isinstance(bounds, list) and all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in bounds
    )
    if not numbers or len(bounds) != 4:
        raise refused(
            _(
                "four numbers are expected, [west, south, east, north]; got {bounds}.",
                bounds=shown(bounds),
            )
        )
    west, south, east, north = map(float, bounds)
    if not (west < east <= west + 360 and -90 <= south < north <= 90):
        raise refused(
            _(
                "{bounds} is not [west, south, east, north] in degrees, west before east and south "
                "before north.",
                bounds=shown(bounds),
            )
        )
    return west, south, east, north


Pattern = Annotated[Line, AfterValidator(_compiled)]
Box = Annotated[Any, BeforeValidator(_box)]

EVERY_CODE = ".*"
"""The codes of a part that does not say which lie in it."""
NO_CODE = "\N{REPLACEMENT CHARACTER}"
"""A text that is not a code. A pattern that matches it matches every code."""


class LevelTable(TomlTable):
    """`[levels.<id>]`."""

    title: Words
    plural: Words
    within: list[Identifier] = Field(default_factory=list)
    code_pattern: Pattern = ".+"


class PartTable(TomlTable):
    """`[parts.<id>]`."""

    title: Words
    crs: Line
    codes: Pattern = EVERY_CODE
    inset: bool = False
    bounds: Box = None
    people: dict[Line, Line] = Field(default_factory=dict)


class CountryTable(TomlTable):
    """The whole file."""

    code: Line
    name: Words
    lang: Language
    bounds: Box
    bare_code_level: Identifier
    levels: Annotated[dict[Identifier, LevelTable], Field(min_length=1)]
    parts: Annotated[dict[Identifier, PartTable], Field(min_length=1)]
    sparse_below: Annotated[Number, Field(ge=0)] | None = None
    edition: Identifier | None = None


def checked_country(document: Document, *, of_package: bool = True) -> CountryTable:
    """What a document says of a country.

    Args:
        of_package: whether the file must have the name of the country, as those of a package do.

    Raises:
        InputError: all that is wrong with it.
    """
    table = checked(document, CountryTable)
    faults = list(_level_faults(table, document))
    if of_package and not document.file.endswith(f"{table.code}.toml"):
        faults.append(
            document.fault(
                ("code",),
                _("the file of the country {code} has another name.", code=shown(table.code)),
                remedy=_("Call it {file}.", file=f"{table.code}.toml"),
                kind="country-file",
            )
        )
    faults += _part_faults(table, document)
    # A test looks at those of an edition, which is read often: pyproj takes a while to import.
    if table.edition is None or not of_package:
        faults += _projection_faults(table, document)
    if faults:
        raise InputError(faults)
    return table


def _part_faults(table: CountryTable, document: Document) -> Iterator[Fault]:
    """Return the parts before the last that would take the codes of all that follow."""
    for name in list(table.parts)[:-1]:
        if re.fullmatch(table.parts[name].codes, NO_CODE):
            yield document.fault(
                ("parts", name, "codes"),
                _("the part {name} does not say which codes lie in it.", name=shown(name)),
                remedy=_(
                    "Write codes = a regular expression that matches each whole code; only the "
                    "last part takes the rest."
                ),
                kind="country-file",
            )


def _projection_faults(table: CountryTable, document: Document) -> Iterator[Fault]:
    """Return the parts whose reference system is not a projection in metres."""
    import pyproj

    for name, part in table.parts.items():
        try:
            crs = pyproj.CRS.from_user_input(part.crs)
            metric = crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1
        except pyproj.exceptions.CRSError:
            metric = False
        if not metric:
            yield document.fault(
                ("parts", name, "crs"),
                _("{crs} is not a projection in metres.", crs=shown(part.crs)),
                value=part.crs,
                remedy=_("Name one that the country uses, such as EPSG:2154 in France."),
                kind="country-file",
            )


def _level_faults(table: CountryTable, document: Document) -> Iterator[Fault]:
    named: list[tuple[Key, str]] = [(("bare_code_level",), table.bare_code_level)]
    for name, level in table.levels.items():
        named += [
            (("levels", name, "within", place), other) for place, other in enumerate(level.within)
        ]
    for key, name in named:
        if name not in table.levels:
            yield document.fault(
                key,
                _("there is no level {name}.", name=shown(name)),
                value=name,
                remedy=nearest(name, table.levels),
                kind="unknown-level",
            )
