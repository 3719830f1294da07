"""A country: its levels and how they nest, its codes, its projections, how it is displayed.

A country is one TOML file in `geo/countries/`. Nothing else in the project knows its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import Translatable, _, as_title, join, titled, translate
from zoneblanche.geo.plugins import Known, TomlFile, files_inside, toml_files, with_plugins

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from zoneblanche.geo.files.structured.toml import Document

Text = Mapping[str, str]
"""A text in several languages: {"fr": …, "en": …}."""


def in_language(text: Text | str, lang: str) -> str:
    """Return the text in `lang`, else in English, else in any language that it has."""
    if isinstance(text, str):
        return translate(text, lang)
    return text.get(lang) or text.get("en") or next(iter(text.values()))


def texts_of(text: Text | str) -> Text | str:
    """Return a message as its text in each language; any other text is returned unchanged."""
    return as_title(text) if isinstance(text, Translatable) else text


@dataclass(frozen=True)
class Level:
    """A level of territories, for example commune or département.

    Attributes:
        id: the name used in options and column names ("departement").
        title, plural: the names displayed to readers.
        within: ids of the levels that contain each territory of this one.
        code_pattern: regular expression that matches a whole code of this level.
    """

    id: str
    title: Text
    plural: Text
    within: tuple[str, ...] = ()
    code_pattern: str = ".+"


@dataclass(frozen=True)
class Part:
    """A part of the country with its own projection and its own place on the map.

    Attributes:
        id, title: its name.
        crs: the projected CRS (metres) in which lengths and areas are measured.
        codes: regular expression on base-level codes; a code is in the first part that matches.
        inset: whether the map of the country shows it in its own frame.
        bounds: west, south, east, north in degrees; None for the area of use of the CRS.
        people: by the title of a publication of populations, the year of the census that its
            figures of this part are of, if it is not that of the rest.
    """

    id: str
    title: Text
    crs: str
    codes: str = ".*"
    inset: bool = False
    bounds: tuple[float, float, float, float] | None = None
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Country:
    """The description of a country, from `geo/countries/*.toml`.

    Attributes:
        code: two letters, lower case.
        levels: from the base level (the finest) up to the country itself.
        parts: in order; the last is the mainland and matches every remaining code.
        bounds: west, south, east, north in degrees, of all parts together.
        bare_code_level: the level of a bare code that several levels use.
        lang: default language of pages.
        sparse_below: inhabitants per km² below which a territory is sparse.
        edition: name of the embedded edition in `layers/edition/`, or None.
    """

    code: str
    name: Text
    lang: str
    levels: tuple[Level, ...]
    parts: tuple[Part, ...]
    bounds: tuple[float, float, float, float]
    bare_code_level: str
    sparse_below: float | None = None
    edition: str | None = None

    @property
    def base(self) -> Level:
        """The finest level, at which everything is measured."""
        return self.levels[0]

    def with_levels(self, names: Iterable[str]) -> Country:
        """Return the country with further levels that contain the finest, such as a project has of
        its own. Their names are their ids."""
        ids = {level.id for level in self.levels}
        further = tuple(
            Level(name, {"en": name}, {"en": name}) for name in names if name not in ids
        )
        if not further:
            return self
        within = (*self.base.within, *(level.id for level in further))
        larger = (*self.levels[1:-1], *further, *self.levels[1:][-1:])
        return replace(self, levels=(replace(self.base, within=within), *larger))

    def finer_than(self, level_id: str) -> frozenset[str]:
        """Return the ids of the levels whose territories are contained in one of that level."""
        return frozenset(level.id for level in self.levels if level_id in level.within)

    def level(self, level_id: str) -> Level:
        """Return the level with that id.

        Raises:
            InputError: no such level; the message suggests the nearest.
        """
        for level in self.levels:
            if level.id == level_id:
                return level
        ids = [level.id for level in self.levels]
        raise InputError(
            Fault(
                _(
                    "{level_id} is not a level of {name}.",
                    level_id=repr(level_id),
                    name=titled(self.name),
                ),
                remedy=nearest(level_id, ids),
                kind="unknown-level",
            )
        )

    def part_of(self, code: str) -> Part:
        """Return the part that contains the base-level territory `code`."""
        for part in self.parts:
            if re.fullmatch(part.codes, code):
                return part
        return self.parts[-1]

    def parts_of(self, codes: pd.Index) -> np.ndarray:
        """Return the ids of the parts that contain these base-level territories, like `part_of`.

        >>> import pandas as pd
        >>> list(read_country("fr").parts_of(pd.Index(["48095", "97411"])))
        ['metropole', 'reunion']
        """
        import numpy as np  # imported here, so that describing a country does not load it

        # One pattern for all parts: a loop over parts takes a quarter of a second for a country.
        first = self.parts[:-1]
        joined = re.compile("|".join(f"(?P<p{k}>{part.codes})" for k, part in enumerate(first)))
        ids = {f"p{k}": part.id for k, part in enumerate(first)}
        matches = [joined.fullmatch(code) if first else None for code in codes.tolist()]
        rest = self.parts[-1].id
        part_ids = [ids[str(match.lastgroup)] if match else rest for match in matches]
        return np.array(part_ids, dtype=object)


def descriptions() -> Traversable:
    """Return the folder of the package that contains the descriptions."""
    return resources.files("zoneblanche.geo") / "countries"


def known_countries() -> tuple[str, ...]:
    """Return the codes of the countries that are described: here, then by plug-ins."""
    return tuple(_known().things)


def added_countries() -> Mapping[str, str]:
    """Return the distribution of each country that a plug-in describes."""
    return _known().distributions


def _known() -> Known[TomlFile | Country]:
    shipped = {file.name: file for file in toml_files(descriptions(), "geo/countries/")}
    return with_plugins(
        "countries",
        shipped,
        types=(TomlFile, Country),
        name_of=lambda entry: entry.code if isinstance(entry, Country) else entry.name,
        inside=files_inside,
    )


def read_country(code: str) -> Country:
    """Return a country that is described: here, by `geo/countries/<code>.toml`, or by a plug-in.

    Raises:
        InputError: no such country, or all that is wrong with its description.

    >>> read_country("fr").base.id
    'commune'
    """
    countries = _known().things
    if code not in countries:
        raise InputError(
            Fault(
                _("no country {code} is described.", code=repr(code)),
                remedy=join(
                    (
                        nearest(code, countries),
                        _("A country is one TOML file: see docs/add-a-country.md."),
                    ),
                    " ",
                ),
                kind="unknown-country",
            )
        )
    described = countries[code]
    country = described if isinstance(described, Country) else _country_from(described)
    if country.edition is not None and code in added_countries():
        raise InputError(
            Fault(
                _(
                    "the country {code} of {distribution} names an edition.",
                    code=repr(code),
                    distribution=added_countries()[code],
                ),
                remedy=_("Only a country of zoneblanche has one: leave edition out."),
                kind="country-file",
            )
        )
    return country


def read_country_file(path: Path) -> Country:
    """Return the country that a TOML file of the user describes, like those of `geo/countries/`.

    Raises:
        InputError: all that is wrong with it; or it names an edition, which only a country of
            zoneblanche has.
    """
    from zoneblanche.geo.files.structured.toml import read_document

    document = read_document(path)
    country = _described(document, of_package=False)
    if country.edition is not None:
        raise InputError(
            document.fault(
                ("edition",),
                _("only a country of zoneblanche has an edition."),
                remedy=_("Leave edition out, and give polygons under [territories]."),
                kind="country-file",
            )
        )
    return country


def _country_from(file: TomlFile) -> Country:
    return _described(file.read(), of_package=True)


def _described(document: Document, *, of_package: bool) -> Country:
    # pydantic takes a fifth of a second to import, which only a reader of countries should pay.
    from zoneblanche.geo.countries.schema import checked_country

    table = checked_country(document, of_package=of_package)
    return Country(
        code=table.code,
        name=table.name,
        lang=table.lang,
        levels=tuple(
            Level(name, level.title, level.plural, tuple(level.within), level.code_pattern)
            for name, level in table.levels.items()
        ),
        parts=tuple(
            Part(name, part.title, part.crs, part.codes, part.inset, part.bounds, part.people)
            for name, part in table.parts.items()
        ),
        bounds=table.bounds,
        bare_code_level=table.bare_code_level,
        sparse_below=table.sparse_below,
        edition=table.edition,
    )
