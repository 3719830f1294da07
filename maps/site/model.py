"""What all pages of a static atlas share: the atlas at each level, and its figures as texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.numerals import format_number
from zoneblanche.geo.source import union_of
from zoneblanche.maps.drawn.words import YES_NO, percent_sign, write_date
from zoneblanche.maps.page.header.upper_levels import atlas_above
from zoneblanche.maps.page.shapes.geometry import PageGeometry
from zoneblanche.maps.site.words import default_title, updated_to, words_in

if TYPE_CHECKING:
    from zoneblanche.geo.source import Source
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

NOT_PLACES = ("country",)
"""Levels without pages: a page on the country is the first page."""

IN_ROWS = 8
"""Number of figures of a territory in its row, besides the index and its dimensions."""


@dataclass(frozen=True)
class SiteAtlas:
    """The atlas that pages are written from.

    Attributes:
        atlas: of the territories.
        lang: of the texts.
        title: of the whole.
        geometry: the borders of the territories, as the map page has them.
        above: the atlas at each level with pages, the finest level first.
    """

    atlas: Atlas
    lang: str
    title: str
    geometry: PageGeometry
    above: dict[str, Atlas]

    @property
    def level(self) -> str:
        """The level of the territories, which have cards."""
        return self.atlas.territories.level

    @property
    def words(self) -> dict[str, str]:
        """The words of the language."""
        return words_in(self.lang)

    @cached_property
    def home(self) -> str | None:
        """The level whose pages have the cards of the territories; None if no level has pages."""
        country = self.atlas.territories.country
        bare = "" if country is None else country.bare_code_level
        return bare if bare in self.above else next(reversed(self.above), None)

    @cached_property
    def main(self) -> Indicator | None:
        """The index, if there is one."""
        indices = (
            indicator for indicator in self.atlas.indicators.values() if indicator.role == "index"
        )
        return next(indices, None)

    @cached_property
    def dimensions(self) -> tuple[Indicator, ...]:
        """The dimensions of the index."""
        parts = () if self.main is None else self.main.parts
        return tuple(
            self.atlas.indicators[name]
            for name in parts
            if name in self.atlas.indicators and self.atlas.indicators[name].role == "dimension"
        )

    @cached_property
    def figures(self) -> tuple[Indicator, ...]:
        """The measured figures of today, those that the index counts first; neither earlier dates
        nor what is computed from other figures."""
        first = [name for dimension in self.dimensions for name in dimension.parts]
        first += [] if self.main is None else list(self.main.parts)
        order = {name: place for place, name in enumerate(first)}
        roles = ("indicator", "context")
        indicators = [
            indicator
            for indicator in self.atlas.indicators.values()
            if indicator.role in roles
            and not indicator.wave_of
            and not indicator.parts
            and self.atlas.values[indicator.id].notna().any()
        ]
        key = {
            indicator.id: (order.get(indicator.id, len(order)), roles.index(indicator.role))
            for indicator in indicators
        }
        return tuple(sorted(indicators, key=lambda indicator: key[indicator.id]))

    @cached_property
    def in_rows(self) -> tuple[Indicator, ...]:
        """The figures that the row of a territory has."""
        return self.figures[:IN_ROWS]

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """All sources, each once."""
        return union_of(
            self.atlas.territories.sources,
            *(indicator.sources for indicator in self.atlas.indicators.values()),
        )

    @cached_property
    def newest(self) -> str:
        """The newest day that a source gives, ISO 8601; "" if none gives any."""
        days = [day for source in self.sources for day in (source.published, source.retrieved)]
        return max((day for day in days if len(day) == 10 and day[4] == day[7] == "-"), default="")

    @property
    def updated(self) -> str:
        """How new the figures are, in words; "" if no source gives a day."""
        return updated_to(write_date(self.newest, self.lang), self.lang) if self.newest else ""

    def members(self, level: str) -> pd.Series:
        """Return the code that contains each territory at a level."""
        return self.atlas.territories.parents[level]

    def level_title(self, level: str, *, plural: bool = False) -> str:
        """Return the name of a level."""
        if level == self.level:
            return self.atlas.territories.level_title(self.lang, plural=plural)
        return self.above[level].territories.level_title(self.lang, plural=plural)

    def neighbours(self, level: str) -> Mapping[str, tuple[str, ...]]:
        """Return the codes of the neighbours of each territory of a level: those with a border in
        common."""
        codes = self.members(level).to_numpy(dtype=object)
        lines = self.geometry.lines
        inner = (lines.left >= 0) & (lines.right >= 0)
        neighbours_of: dict[str, set[str]] = {}
        for left, right in zip(codes[lines.left[inner]], codes[lines.right[inner]], strict=True):
            if isinstance(left, str) and isinstance(right, str) and left != right:
                neighbours_of.setdefault(left, set()).add(right)
                neighbours_of.setdefault(right, set()).add(left)
        return {code: tuple(sorted(others)) for code, others in neighbours_of.items()}


def compose_site(
    atlas: Atlas, geometry: PageGeometry, *, lang: str | None = None, title: str | None = None
) -> SiteAtlas:
    """Return what the pages of an atlas are written from.

    Args:
        atlas: with an index or without.
        geometry: its borders.
        lang: of the texts; None uses that of the atlas.
        title: of the whole; None uses a default.
    """
    chosen = lang or atlas.lang
    parents, country = atlas.territories.parents, atlas.territories.country
    level_ids = [] if country is None else [level.id for level in country.levels]
    counts = {str(name): parents[name].nunique() for name in parents if name not in NOT_PLACES}
    levels = [name for name, count in counts.items() if 1 <= count < len(atlas.codes)]
    levels.sort(key=lambda name: (-counts[name], level_ids.index(name) if name in level_ids else 0))
    above = {name: atlas_above(atlas, name) for name in levels}
    return SiteAtlas(atlas, chosen, title or default_title(chosen), geometry, above)


def cell_texts(values: pd.Series, indicator: Indicator, lang: str) -> np.ndarray:
    """Return figures as texts without their unit, "–" where missing: an array of text.

    Equal figures are written once: most columns have few distinct ones.
    """
    digits = indicator.digits if indicator.unit != "boolean" else 0
    rounded = values.to_numpy("float64").round(digits)
    distinct, where = np.unique(rounded, return_inverse=True)
    titles = YES_NO if indicator.unit == "boolean" else indicator.categories
    texts = [
        in_language(titles[int(figure)], lang)
        if titles and np.isfinite(figure) and int(figure) in titles
        else format_number(float(figure), digits, lang)
        for figure in distinct
    ]
    return np.array(texts, dtype=object)[where]


def unit_of(indicator: Indicator, lang: str) -> str:
    """Return what follows a figure, with its space; "" for a plain number."""
    if indicator.unit == "percent":
        return percent_sign(lang)
    suffix = in_language(indicator.suffix, lang) if indicator.suffix else ""
    return f"\u00a0{suffix}" if suffix else ""
