"""The polygons of one level and one vintage, and what contains each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import Notices, _, titled, translate
from zoneblanche.geo.source import Source

if TYPE_CHECKING:
    from zoneblanche.geo.borders.stored import StoredBorders

EQUAL_AREA = "EPSG:6933"
"""The equal-area projection (EASE-Grid 2.0) in which areas are measured if none is published."""

MOST = {"population": 1e10, "area_km2": 5.2e8}
"""More people and square kilometres than there are on Earth."""


@dataclass(frozen=True)
class Territories:
    """The territories of one level, in one order, with the levels that contain them.

    Attributes:
        frame: index `code` (unique text), columns `name` (text) and `geometry` (valid polygons or
            multipolygons, in a known CRS).
        level: id of the level ("commune").
        parents: the nesting table. Index as `frame`; one column for each containing level, with
            the code of the territory that contains the row, or None if none does.
        parent_names: for each containing level, the name of each of its codes.
        facts: index as `frame`; `population` (people) and `area_km2`, float64, NaN if unknown.
        vintage: year of the code list, or "".
        country: the country of the territories, or None for polygons of the user.
        sources: of the boundaries and the facts.
        extra: further text columns on the same index (postal codes, seats), which a page may
            search or display. Never measured.
        part_of: the territories that these were selected from. Used to tell a row outside the
            selection from an unknown one, and to measure what compares with the others.
        checked_shapes: the shapes of the frame if they were checked before, so that a copy with
            other facts does not check them again. Shapes are not to be changed in place.
        stored_borders: of `checked_shapes`, if they were computed before. A copy with other shapes
            has none.

    Raises:
        InputError: an index that is not unique text, a frame without CRS, geometries that are
            missing, empty, invalid or not polygons, or tables on another index.
    """

    frame: gpd.GeoDataFrame
    level: str
    parents: pd.DataFrame
    facts: pd.DataFrame
    parent_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vintage: str = ""
    country: Country | None = None
    sources: tuple[Source, ...] = ()
    extra: pd.DataFrame | None = None
    part_of: Territories | None = field(default=None, repr=False)
    checked_shapes: np.ndarray | None = field(default=None, repr=False, compare=False)
    stored_borders: StoredBorders | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_index(self.frame.index, what=_("territory codes"))
        faults = []
        for name, table in (("parents", self.parents), ("facts", self.facts)):
            if not table.index.equals(self.frame.index):
                faults.append(
                    Fault(
                        _("the table of {name} is not on the codes of the territories.", name=name)
                    )
                )
        if self.frame.crs is None:
            faults.append(
                Fault(
                    _("the polygons have no coordinate reference system."),
                    remedy=_("Write the file with its CRS."),
                    kind="no-crs",
                )
            )
        shapes = self.frame.geometry.to_numpy()
        if shapes is not self.checked_shapes:
            faults += _geometry_faults(self.frame.geometry)
            object.__setattr__(self, "stored_borders", None)
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "checked_shapes", shapes)

    def __getstate__(self) -> dict[str, Any]:
        """What another process is sent: the shapes once, in the frame."""
        return {**vars(self), "checked_shapes": None, "stored_borders": None}

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def codes(self) -> pd.Index:
        """The codes, in order: the index of all other tables."""
        return self.frame.index

    @cached_property
    def parts_by_code(self) -> np.ndarray:
        """The id of the part of the country of each territory, as codes of its base level say; of
        territories of a country only."""
        assert self.country is not None
        parts = self.country.parts_of(self.codes)
        parts.setflags(write=False)
        return parts

    @property
    def names(self) -> pd.Series:
        """Name of each territory."""
        return self.frame["name"]

    def label(self, code: str) -> str:
        """Return name and code of a territory, or the code alone if that is its name."""
        name = str(self.names[code])
        return name if name == code else f"{name} ({code})"

    @property
    def whole(self) -> Territories:
        """The territories that these were selected from, or these."""
        return self if self.part_of is None else self.part_of

    def take(self, chosen: np.ndarray | pd.Series) -> Territories:
        """Return the territories where the boolean `chosen` is true, in the same order."""
        keep = np.asarray(chosen, dtype=bool)
        frame = self.frame[keep]
        return replace(
            self,
            frame=frame,
            checked_shapes=frame.geometry.to_numpy(),
            stored_borders=None,
            parents=self.parents[keep],
            facts=self.facts[keep],
            extra=None if self.extra is None else self.extra[keep],
        )

    def within(self, places: Iterable[str], *, notices: Notices | None = None) -> Territories:
        """Return the territories that the given places contain.

        Args:
            places: codes of containing territories ("48"), or of the territories themselves;
                `level:code` ("region:75") if several levels use one code.
            notices: takes a notice for each code that several levels use.

        Raises:
            InputError: a place that contains none of the territories.
        """
        chosen = np.zeros(len(self), dtype=bool)
        faults: list[Fault] = []
        notices = Notices() if notices is None else notices
        for place in places:
            inside = self._inside(place, notices=notices)
            if inside is None:
                faults.append(self._unknown_place(place))
            else:
                chosen |= inside
        if faults:
            raise InputError(faults)
        return self.take(chosen)

    def _inside(self, place: str, *, notices: Notices) -> np.ndarray | None:
        level, _unused, code = place.rpartition(":")
        columns = [level] if level else [*self.parents.columns, self.level]
        matches = {}
        for column in columns:
            if column == self.level:
                inside = np.asarray(self.codes == code)
            elif column in self.parents:
                inside = (self.parents[column] == code).to_numpy(dtype=bool, na_value=False)
            else:
                continue
            if inside.any():
                matches[column] = inside
        if not matches:
            return None
        if len(matches) == 1:
            return next(iter(matches.values()))
        preferred = self._bare_level()
        chosen = preferred if preferred in matches else next(iter(matches))
        others = ", ".join(f"{name}:{code}" for name in matches if name != chosen)
        notices.remark(
            _(
                "{code} is read as {chosen} {place_name}; else write {others}.",
                code=code,
                chosen=chosen,
                place_name=self.place_name(chosen, code),
                others=others,
            )
        )
        return matches[chosen]

    @property
    def area_level(self) -> str | None:
        """The level of the areas that readers compare, that of a bare code; None if the country
        has none, or if none contains these territories."""
        level = None if self.country is None else self.country.bare_code_level
        return level if level in self.parents else None

    def place_name(self, level: str, code: str) -> str:
        """Return the name of a containing territory, or its code if the name is not known."""
        return self.parent_names.get(level, {}).get(code, code)

    def _bare_level(self) -> str:
        return self.country.bare_code_level if self.country else self.level

    def _unknown_place(self, place: str) -> Fault:
        named = [
            f"{code} ({name})" if level == self._bare_level() else f"{level}:{code} ({name})"
            for level in map(str, self.parents)
            for code, name in self.parent_names.get(level, {}).items()
            if name.casefold() == place.casefold()
        ]
        if named:
            return Fault(
                _("{place} is a name; places are given by their codes.", place=repr(place)),
                remedy=_("Did you mean {named}?", named=first_of(named)),
                kind="unknown-place",
            )
        codes = [
            (level, code)
            for level in map(str, self.parents)
            for code in self.parent_names.get(level, {})
        ]
        # Most places are bare codes of one level: these are named first.
        bare = [code for name, code in codes if name == self._bare_level()]
        places = [
            *bare,
            *(f"{name}:{code}" for name, code in codes),
            *(code for _unused, code in codes),
        ]
        levels = first_of([*self.parents.columns, self.level])
        return Fault(
            _("{place} contains none of the territories.", place=repr(place)),
            remedy=_(
                "{nearest} Levels: {levels}.",
                nearest=nearest(place, places, count=5),
                levels=levels,
            ),
            kind="unknown-place",
        )

    def level_title(self, lang: str, *, level: str | None = None, plural: bool = False) -> str:
        """Return the name of the level in `lang`, for example "communes"; like `level_message`."""
        return translate(self.level_message(level=level, plural=plural), lang)

    def level_message(self, *, level: str | None = None, plural: bool = False) -> str:
        """Return the name of the level, for a message.

        Args:
            level: another level; its id is its name where no country describes it.
        """
        described = () if self.country is None else self.country.levels
        for named in described:
            if named.id == (level or self.level):
                return titled(named.plural if plural else named.title)
        if level is not None:
            return level
        return _("territories") if plural else _("territory")


def check_index(index: pd.Index, *, what: str) -> None:
    """Refuse an index that is not unique text.

    Raises:
        InputError: codes that are missing, not text, or duplicated, with the first five.
    """
    wrong = [code for code in index.tolist() if not isinstance(code, str) or not code]
    if wrong:
        raise InputError(
            Fault(
                _(
                    "{count} {what} are not text (first: {wrong}).",
                    count=len(wrong),
                    what=what,
                    wrong=first_of(wrong),
                ),
                remedy=_("Codes are text: read them as such, with their leading zeros."),
                kind="code-not-text",
            )
        )
    doubled = index[index.duplicated()].unique()
    if len(doubled):
        raise InputError(
            Fault(
                _(
                    "{count} {what} appear more than once (first: {doubled}).",
                    count=len(doubled),
                    what=what,
                    doubled=first_of(doubled),
                ),
                remedy=_("Keep one row a code, or aggregate the rows first."),
                kind="duplicate-code",
            )
        )


def measured_area_km2(geometry: gpd.GeoSeries) -> pd.Series:
    """Return the area of each geometry in km², in an equal-area projection of the ellipsoid."""
    return geometry.to_crs(EQUAL_AREA).area / 1e6


def _geometry_faults(geometry: gpd.GeoSeries) -> list[Fault]:
    shapes = geometry.to_numpy()
    missing = shapely.is_missing(shapes)
    checks = (
        (missing | shapely.is_empty(shapes), _("no shape"), "no-shape"),
        (
            ~np.isin(shapely.get_type_id(shapes), (-1, 3, 6)),
            _("a shape that is not a polygon"),
            "type",
        ),
        (~shapely.is_valid(shapes) & ~missing, _("an invalid polygon"), "invalid"),
    )
    return [
        Fault(
            _(
                "{wrong} territories have {what} (first: {index}).",
                wrong=wrong.sum(),
                what=what,
                index=first_of(geometry.index[wrong]),
            ),
            remedy=_("Read them with geo.read_territories, which repairs what can be repaired."),
            kind=kind,
        )
        for wrong, what, kind in checks
        if wrong.any()
    ]
