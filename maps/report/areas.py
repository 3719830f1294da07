"""The area of a report, and the references that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language, read_country
from zoneblanche.layers.build import take
from zoneblanche.layers.edition import edition_folder
from zoneblanche.layers.edition.files import read_known

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas


@dataclass(frozen=True)
class Area:
    """Some territories of an atlas.

    Attributes:
        level: id of the level of the area; "" for a set that is not a territory.
        code: its code, "" for a set.
        name: its name; "" for a set.
        inside: which territories of the atlas are in it, boolean.
    """

    level: str
    code: str
    name: str
    inside: np.ndarray

    @cached_property
    def count(self) -> int:
        """Number of territories."""
        return int(self.inside.sum())


def find_area(atlas: Atlas, place: str | None, *, lang: str) -> Area:
    """Return the area of a report.

    Args:
        atlas: with its territories.
        place: code of a containing territory ("48", "region:76", "epci:200066868"); None for the
            whole atlas, which has a name if it is all of one territory.
        lang: of the country's name.

    Raises:
        InputError: the place contains none of the territories.
    """
    territories = atlas.territories
    if place is None:
        return _whole(atlas, lang)
    territories_inside = territories.within([place])
    inside = np.asarray(territories.codes.isin(territories_inside.codes))
    code = place.rpartition(":")[2]
    for level in map(str, territories.parents):
        if _is_all_of(territories.parents[level], code, inside):
            return Area(level, code, name_of(atlas, level, code, lang), inside)
    return Area(territories.level, code, str(territories.names[code]), inside)


def references_of(atlas: Atlas, area: Area, *, lang: str) -> tuple[Area, ...]:
    """Return the nearest and the widest territory that contain an area and more, and are in the
    atlas.

    A containing territory of which the atlas has a part only is not a reference under its name; the
    atlas as a whole is then one, without a name.
    """
    areas: list[Area] = []
    parents = atlas.territories.parents
    for level in map(str, parents):
        codes = parents.loc[area.inside, level].unique()
        code = codes[0] if len(codes) == 1 else None
        if not isinstance(code, str):
            continue
        inside = (parents[level] == code).to_numpy(dtype=bool, na_value=False)
        if inside.sum() > area.count and is_complete(atlas, level, code):
            areas.append(Area(level, code, name_of(atlas, level, code, lang), inside))
    areas.sort(key=lambda area: area.count)
    everything = np.ones(len(atlas.codes), dtype=bool)
    if len(atlas.codes) > area.count and not any(area.inside.all() for area in areas):
        areas.append(Area("", "", "", everything))
    distinct = [
        area for place, area in enumerate(areas) if area.count not in _counts(areas[:place])
    ]
    return tuple(distinct[:1] + distinct[1:][-1:])


def parts_level(atlas: Atlas, area: Area) -> str | None:
    """Return the level of the parts of an area: the level of a bare code in this country (the
    département), else the one with nearest to forty of them."""
    territories = atlas.territories
    useful = {}
    for level in map(str, territories.parents):
        count = territories.parents.loc[area.inside, level].nunique()
        if 3 <= count <= area.count / 3:
            useful[level] = abs(np.log(count / 40))
    country = territories.country
    if country is not None and useful.get(country.bare_code_level or "", 9.0) < 3.0:
        return country.bare_code_level
    return min(useful, key=lambda level: useful[level]) if useful else None


def parts_of(atlas: Atlas, area: Area, level: str, *, lang: str) -> tuple[Area, ...]:
    """Return the territories of a level in an area, each with its part inside the area."""
    place, codes = pd.factorize(atlas.territories.parents[level])
    part_numbers = np.unique(place[area.inside])
    named = sorted((str(codes[at]), int(at)) for at in part_numbers[part_numbers >= 0])
    return tuple(
        Area(level, code, name_of(atlas, level, code, lang), (place == at) & area.inside)
        for code, at in named
    )


def peers_of(atlas: Atlas, area: Area, *, lang: str) -> tuple[Area, ...]:
    """Return all territories of the area's own level in the atlas, including itself."""
    if area.level not in atlas.territories.parents:
        return ()
    everything = Area("", "", "", np.ones(len(atlas.codes), dtype=bool))
    return parts_of(atlas, everything, area.level, lang=lang)


def name_of(atlas: Atlas, level: str, code: str, lang: str) -> str:
    """Return the name of a containing territory; a country has one in each language."""
    country = atlas.territories.country
    if level == "country" and country is not None and code == country.code.upper():
        return in_language(country.name, lang)
    return atlas.territories.place_name(level, code)


def part_of(atlas: Atlas, inside: np.ndarray) -> Atlas:
    """Return the atlas of the territories of a mask; the same atlas if that is all, without its
    checks."""
    return atlas if inside.all() else take(atlas, inside)


def is_complete(atlas: Atlas, level: str, code: str) -> bool:
    """Return whether the atlas has every territory of a containing one, according to the country's
    embedded edition, if any."""
    territories = atlas.territories
    country = territories.country
    if country is None or country.edition is None:
        return True
    nesting = _nesting(country.code)
    if level not in nesting:
        return True
    members = nesting[nesting[level] == code]
    base = territories.level == country.base.id
    if not base and territories.level not in nesting:
        return True
    expected = len(members) if base else members[territories.level].nunique()
    have = (territories.parents[level] == code).sum()
    return bool(have >= expected)


@lru_cache(maxsize=4)
def _nesting(code: str) -> pd.DataFrame:
    """Return what contains each territory of a country's embedded edition, without the shapes."""
    country = read_country(code)
    levels = [level.id for level in country.levels if level.id != country.base.id]
    path = edition_folder(country) / "communes.parquet"
    return read_known(path, levels).assign(country=country.code.upper())


def _whole(atlas: Atlas, lang: str) -> Area:
    everything = np.ones(len(atlas.codes), dtype=bool)
    territories = atlas.territories
    for level in map(str, territories.parents):
        codes = territories.parents[level].unique()
        code = codes[0] if len(codes) == 1 else None
        if isinstance(code, str) and is_complete(atlas, level, code):
            return Area(level, code, name_of(atlas, level, code, lang), everything)
    if len(territories) == 1:
        code = str(territories.codes[0])
        return Area(territories.level, code, str(territories.names.iloc[0]), everything)
    return Area("", "", "", everything)


def _is_all_of(parents: pd.Series, code: str, inside: np.ndarray) -> bool:
    return bool(((parents == code).to_numpy(dtype=bool, na_value=False) == inside).all())


def _counts(areas: list[Area]) -> set[int]:
    return {area.count for area in areas}
