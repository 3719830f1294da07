"""What every section of a report needs: the atlas, the area, the words, and the format of
figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, cast

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Part, in_language
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.numerals import format_number, takes_singular
from zoneblanche.layers.analysis.areas import draw_means, interval_of, rank_areas
from zoneblanche.layers.analysis.estimates import (
    FEWEST,
    Columns,
    Difference,
    Figure,
    Verdict,
    difference_of,
    figure_of,
    verdict_of,
)
from zoneblanche.layers.analysis.flagging.typology import TYPOLOGY, add_typology
from zoneblanche.layers.analysis.inequality.equal_size import EqualSize, compare_equal_size
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.given_facts import older_people
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.layers.presence.panel import Panel, read_panel
from zoneblanche.maps.drawn.bivariate import Bivariate
from zoneblanche.maps.drawn.classes import Classed, class_territories
from zoneblanche.maps.drawn.words import YES_NO, write_date
from zoneblanche.maps.report.areas import Area, part_of
from zoneblanche.maps.report.content import Cell, Piece, finite
from zoneblanche.maps.report.naming import genitive, the_area
from zoneblanche.maps.report.peers import peer_table
from zoneblanche.maps.report.picture import Sheet
from zoneblanche.maps.report.words import words_in

FIGURE_UNITS = ("percent", "score", "ratio", "number", "boolean", "count")

Tone = Literal["worse", "better", "more", "less", "same", "equal", "unsure"]
MOST_SHOWN = 12
"""Number of figures above which the report shows those of the index and of context only."""
MANY = 5000
"""Number of territories above which a sheet of paper cannot show each of them."""
DENSITY = "density"
SMALL_SHARE = 0.05
"""Percentage below which a share is written as zero."""
WITH_ARTICLE = ("departement", "commune")
"""Levels whose kind and name French joins by an article: "le département de la Lozère"."""
NO_INTERVAL = (float("nan"), float("nan"))


class Shared:
    """What all reports on one atlas have in common, each computed once, when it is first needed. It
    is sent to the workers of a batch."""

    def __init__(
        self, atlas: Atlas, *, sheet: Sheet | None = None, plan: Plan | None = None
    ) -> None:
        self.atlas = atlas
        self.plan = plan  # a decision that the report presents
        self.sheet = sheet  # of all its territories, if they are laid out already
        self.columns = Columns(atlas)
        self._ranks: dict[str, pd.DataFrame] = {}
        self._peers: dict[str, pd.DataFrame] = {}
        self._classed: dict[tuple[str, str], Classed] = {}

    @cached_property
    def main(self) -> Indicator | None:
        """The indicator of the ranking: the index, else a dimension, else the first figure with a
        better direction."""
        for role in ("index", "dimension", "indicator"):
            for indicator in self.atlas.indicators.values():
                ordered = indicator.better is not None and indicator.unit in FIGURE_UNITS
                is_measured = self.atlas.values[indicator.id].notna().any()
                if indicator.role == role and ordered and is_measured:
                    return indicator
        return None

    @cached_property
    def older_people(self) -> list[tuple[Part, str, np.ndarray]]:
        """See `zoneblanche.layers.inputs.given_facts.older_people`."""
        return older_people(self.atlas.territories)

    @cached_property
    def sizes(self) -> dict[str, pd.Series]:
        """The number of territories in each containing one, by level and code."""
        parents = self.atlas.territories.parents
        return {str(level): parents[level].value_counts() for level in parents}

    @cached_property
    def measured(self) -> tuple[Indicator, ...]:
        """The indicators that are figures: the index, its dimensions, their parts, then all
        others."""
        order = {"index": 0, "dimension": 1, "indicator": 2, "context": 3}
        counted = self._parts_of_main
        indicators = [
            item
            for item in self.atlas.indicators.values()
            if item.role in order and item.unit in FIGURE_UNITS
            if not item.wave_of  # an earlier date, which has its own section
        ]
        return tuple(
            sorted(
                indicators, key=lambda item: (order[item.role], counted.get(item.id, len(counted)))
            )
        )

    @cached_property
    def shown(self) -> tuple[Indicator, ...]:
        """The figures that the pages of a report show: all if they are few, else the index, its
        dimensions, their parts, and the density. The workbook has all."""
        if len(self.measured) <= MOST_SHOWN or not self._parts_of_main:
            return self.measured
        parts = self._parts_of_main
        return tuple(
            indicator
            for indicator in self.measured
            if indicator.id in parts or indicator.id == DENSITY
        )

    @property
    def _parts_of_main(self) -> dict[str, int]:
        """Ids of all parts of the index, and their order in it."""
        waiting = [] if self.main is None else [self.main.id]
        order_of: dict[str, int] = {}
        while waiting:
            name = waiting.pop(0)
            if name in order_of or name not in self.atlas.indicators:
                continue
            order_of[name] = len(order_of)
            waiting += self.atlas.indicators[name].parts
        return order_of

    @cached_property
    def equal_size(self) -> EqualSize | None:
        """The comparison at equal size of the website, else of the first yes or no, else of a
        score; None if nothing can be fitted."""
        units = ("boolean", "percent", "score")
        indicators = [i for i in self.atlas.indicators.values() if i.role == "indicator"]
        indicators.sort(key=lambda item: (item.id != "website", units.index(item.unit)
                                     if item.unit in units else len(units)))  # fmt: skip
        facts = self.atlas.territories.facts
        if not {"population", "area_km2"} <= set(facts):
            return None
        inhabited = (facts["population"] > 0) & (facts["area_km2"] > 0)
        for indicator in indicators:
            present = self.atlas.values[indicator.id].notna() & inhabited
            if (
                indicator.unit not in units
                or indicator.better != "higher"
                or present.sum() < FEWEST
            ):
                continue
            try:
                return compare_equal_size(self.atlas, indicator.id)
            except InputError:
                continue
        return None

    @cached_property
    def typology(self) -> np.ndarray | None:
        """Type of each territory (`layers.analysis.flagging.typology.TYPES`), or None."""
        if TYPOLOGY in self.atlas.indicators:
            return self.atlas.values[TYPOLOGY].to_numpy()
        try:
            return add_typology(self.atlas).values[TYPOLOGY].to_numpy()
        except (InputError, KeyError):
            return None

    @cached_property
    def panel(self) -> Panel | None:
        """The waves of presence that belong to the atlas; None without."""
        return read_panel(self.atlas)

    @cached_property
    def drawn(self) -> Mapping[str, pd.DataFrame]:
        """The mean of the index over the inhabitants of each area, by level, in each draw of the
        errors that the recipe states (`draw_means`); empty without a recipe of the index, or
        without inhabitants."""
        main = self.main
        counted = "population" in self.atlas.territories.facts
        if main is None or main.id not in self.atlas.recipes or not counted:
            return {}
        return draw_means(self.atlas, main.id)

    @cached_property
    def _with_draws(self) -> Atlas:
        """The atlas that knows the draws, which are then not computed for each level."""
        assert self.main is not None  # the callers have draws, which are those of the index
        return replace(self.atlas, area_means={**self.atlas.area_means, self.main.id: self.drawn})

    def ranks(self, level: str) -> pd.DataFrame | None:
        """Return the ranks of the territories of a containing level under the errors that the
        recipe states, see `rank_areas`; None without a recipe of the index."""
        if self.main is None or level not in self.drawn:
            return None
        if level not in self._ranks:
            self._ranks[level] = rank_areas(self._with_draws, self.main.id, level=level)
        return self._ranks[level]

    def classed(self, show: str | Bivariate, lang: str) -> Classed:
        """Return the classes of an indicator, or of two, of the whole atlas: those of all maps."""
        key = (show if isinstance(show, str) else f"{show.x}\0{show.y}", lang)
        if key not in self._classed:
            self._classed[key] = class_territories(self.atlas, show, lang=lang)
        return self._classed[key]

    def peers(self, level: str) -> pd.DataFrame | None:
        """Return the table of the territories of a containing level, see `peer_table`; None for
        another level."""
        if level not in self.atlas.territories.parents:
            return None
        if level not in self._peers:
            self._peers[level] = peer_table(self.columns, level, self.main, self.ranks(level))
        return self._peers[level]

    def draws_of(self, area: Area) -> pd.Series | None:
        """Return the mean of the index over the inhabitants of an area in each draw, if known."""
        table = self.drawn.get(area.level)
        if table is None or not len(table) or area.code not in table:
            return None
        return table[area.code]

    def bounds_of(self, area: Area) -> tuple[float, float]:
        """Return between which ends the index of an area lies where most of its people live in
        territories that lack a part of it; NaN where they do not, which then have a rank."""
        main = self.main
        if main is None or main.id not in self.atlas.recipes:
            return NO_INTERVAL
        table = self.atlas.intervals.get(main.id)
        if area.count == 1 and table is not None and {"rank", "bound_low"} <= set(table):
            place = int(np.argmax(area.inside))
            if np.isfinite(table["rank"].iloc[place]):
                return NO_INTERVAL
            return _ends(table, place, "bound")
        ranks = self.ranks(area.level)
        if ranks is None or area.code not in ranks.index:
            return NO_INTERVAL
        return _ends(ranks, cast("int", ranks.index.get_loc(area.code)), "bound")

    def score_range(self, area: Area) -> tuple[float, float]:
        """Return the 90 % interval of the index of an area under the stated errors, widened to what
        the parts that it lacks could make of it; NaN if the recipe states no errors."""
        low, high = self._drawn_range(area)
        ends = self.bounds_of(area)
        return float(np.fmin(low, ends[0])), float(np.fmax(high, ends[1]))

    def _drawn_range(self, area: Area) -> tuple[float, float]:
        main, drawn = self.main, self.draws_of(area)
        if main is None:
            return NO_INTERVAL
        table = self.atlas.intervals.get(main.id)
        if area.count == 1 and table is not None and "score_low" in table:
            return _ends(table, int(np.argmax(area.inside)), "score")
        if drawn is None:
            return NO_INTERVAL
        return interval_of(drawn, figure_of(self.columns, main, area.inside).value)

    def compare(
        self, indicator: Indicator, area: Area, reference: Area, *, digits: int
    ) -> Difference:
        """Return the difference of a figure between an area and a reference; that of the index
        with its interval under the stated errors, where both are drawn. A difference that is
        displayed as zero is "equal", or "same" if its interval contains zero."""
        plain = difference_of(self.columns, indicator, area.inside, reference.inside, digits=digits)
        if indicator is not self.main or np.isnan(plain.value):
            return plain
        own, base = self.draws_of(area), self.draws_of(reference)
        if area.count == 1:  # drawn apart; the error of a reference is small against its own
            value = figure_of(self.columns, indicator, area.inside).value
            low, high = (plain.value + end - value for end in self.score_range(area))
        elif own is None or base is None:
            return plain
        else:
            low, high = interval_of(own - base, plain.value)
        if np.isnan(low) or np.isnan(high):
            return plain
        low, high = self._widened(low, high, indicator, (area, reference))
        verdict = verdict_of(low, high)
        if plain.verdict == "equal" and verdict != "same":
            return plain  # displayed as zero, which is neither above nor below
        return Difference(plain.value, verdict, low, high)

    def _widened(
        self, low: float, high: float, main: Indicator, pair: tuple[Area, Area]
    ) -> tuple[float, float]:
        """Return the interval of a difference, widened to what the parts that one of the two lacks
        could make of it."""
        ends = []
        for area in pair:
            value = figure_of(self.columns, main, area.inside).value
            bounds = self.bounds_of(area)
            ends.append((value, value) if np.isnan(bounds[0]) else bounds)
        (own_low, own_high), (other_low, other_high) = ends
        return min(low, own_low - other_high), max(high, own_high - other_low)

    def prepare(self) -> Shared:
        """Compute everything now."""
        for name in (
            "main",
            "older_people",
            "measured",
            "shown",
            "equal_size",
            "typology",
            "panel",
            "drawn",
        ):
            getattr(self, name)
        for level in map(str, self.atlas.territories.parents):
            self.peers(level)
        return self


@dataclass(frozen=True)
class Scope:
    """The subject of one report.

    Attributes:
        shared: of the atlas.
        area: of the report.
        references: what it is compared with, the nearest first.
        lang: of the texts.
    """

    shared: Shared
    area: Area
    references: tuple[Area, ...]
    lang: str

    @property
    def atlas(self) -> Atlas:
        """The whole atlas, of which the area is a part."""
        return self.shared.atlas

    @cached_property
    def inner(self) -> Atlas:
        """The atlas of the area alone."""
        return part_of(self.atlas, self.area.inside)

    @property
    def sheet(self) -> Sheet | None:
        """The positions of the territories on a picture, if they are all of the atlas' and
        known."""
        return self.shared.sheet if self.area.inside.all() else None

    @property
    def words(self) -> dict[str, str]:
        """The words of the language."""
        return words_in(self.lang)

    @property
    def units(self) -> str:
        """The name of the territories, plural."""
        return self.atlas.territories.level_title(self.lang, plural=True)

    def units_of(self, count: float | None) -> str:
        """Return the name for so many territories: "1 commune", "2 communes"; some languages use
        the singular for zero."""
        is_singular = count is not None and takes_singular(int(count), self.lang)
        return self.atlas.territories.level_title(self.lang, plural=not is_singular)

    def level_title(self, level: str, *, plural: bool = False) -> str:
        """Return the name of a containing level."""
        return self.atlas.territories.level_title(self.lang, level=level, plural=plural)

    def inside(self, area: Area) -> tuple[Piece, ...]:
        """Return "in the département Lozère", in French "dans le département de la Lozère", "dans
        la CC du Haut Allier", as pieces of a sentence."""
        before = self.words.get(f"in_{area.level}", self.words["in_other"])
        if not area.name:
            return (Piece(self.words["in_all"]),)
        if area.level == "country":
            return (Piece(self.words["in_country"]),)
        if area.level == "epci" and len(named := the_area(self, area)) > 1:
            return (Piece(self.words["in_named"] + named[0].text), *named[1:])
        head, _, tail = before.partition("{name}")
        article, name = genitive(self, area) if area.level in WITH_ARTICLE else ("", area.name)
        pieces = (Piece(head + article), Piece(name, is_name=True), Piece(tail))
        return tuple(piece for piece in pieces if piece.text)

    def kind_of_score(self, area: Area) -> str:
        """Return the words for the score of one territory, or for the mean of several."""
        return self.words["score_own" if area.count == 1 else "score_mean"]

    def word(self, key: str, count: float | None) -> str:
        """Return the form of a word for so many: `key_one` or `key_many`."""
        is_singular = count is not None and takes_singular(int(count), self.lang)
        return self.words[f"{key}_one" if is_singular else f"{key}_many"]

    def label(self, area: Area) -> str:
        """Return the name of an area for a heading."""
        return area.name or self.words["all_studied"]

    # -- the format of figures -----------------------------------------------------------------

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number, or a dash if there is none."""
        if value is None or not np.isfinite(value):
            return "–"
        value = 0.0 if round(float(value), digits) == 0 else float(value)
        return format_number(value, digits, self.lang)

    def signed(self, value: float, digits: int) -> str:
        """Return a difference with its sign; without if it is written as zero."""
        text = self.number(value, digits)
        return f"+{text}" if value > 0 and text != self.number(0.0, digits) else text

    def amount(self, value: float, indicator: Indicator) -> str:
        """Return a figure of an indicator with its unit."""
        return self._with_unit(self.number(value, digits_of(indicator)), indicator)

    def _with_unit(self, text: str, indicator: Indicator) -> str:
        if text == "–":
            return text
        if indicator.unit in ("percent", "boolean"):
            return text + self.words["percent"]
        suffix = in_language(indicator.suffix, self.lang) if indicator.suffix else ""
        return f"{text}\u00a0{suffix}" if suffix else text

    def between(self, low: float, high: float, digits: int) -> str:
        """Return an interval in words, "" if there is none."""
        if not (np.isfinite(low) and np.isfinite(high)):
            return ""
        ends = {"low": self.number(low, digits), "high": self.number(high, digits)}
        return self.words["between"].format_map(ends)

    def count(self, value: float) -> Cell:
        """Return a whole number as a cell."""
        return Cell(self.number(value), finite(value))

    def percent(self, share: float) -> Cell:
        """Return a percentage as a cell; a small one is not written as zero."""
        text = self.number(share, 1)
        if 0 < share < SMALL_SHARE:
            text = self.words["below"].format(value=self.number(0.1, 1))
        return Cell(text if text == "–" else text + self.words["percent"], finite(share))

    def figure(self, figure: Figure, indicator: Indicator) -> Cell:
        """Return a figure of an area as a cell; one that is not the area's own says so."""
        mark = self.words["coarse_mark"] if figure.kind == "coarse" else ""
        text = self.amount(figure.value, indicator)
        if figure.kind == "share" and figure.territories == 1:
            text = self.yes_or_no(figure.value)
        return Cell(text, finite(figure.value), mark)

    def scored(self, area: Area) -> Cell:
        """Return the index of an area as a cell, with its interval under the stated errors."""
        main = self.shared.main
        assert main is not None  # the callers have an index
        value = figure_of(self.shared.columns, main, area.inside).value
        low, high = self.shared.score_range(area)
        between = self.between(low, high, digits_of(main))
        return Cell(self.amount(value, main), finite(value), between, finite(low), finite(high))

    def yes_or_no(self, share: float) -> str:
        """Return the answer of a single territory, which has no share."""
        return in_language(YES_NO[int(share > 0)], self.lang)

    def difference(self, difference: Difference, indicator: Indicator) -> Cell:
        """Return a difference as a cell, signed, in points or in the unit."""
        digits = digits_of(indicator)
        return Cell(
            self.signed(difference.value, digits),
            finite(difference.value),
            self.between(difference.low, difference.high, digits),
            finite(difference.low),
            finite(difference.high),
            kind=tone_of(difference.verdict, indicator),
        )

    def day(self, date: str) -> str:
        """Return an ISO date or interval in the reader's format; other text is returned
        unchanged."""
        return write_date(date, self.lang)


def digits_of(indicator: Indicator) -> int:
    """Return the decimals of a mean or a share of an indicator."""
    if indicator.unit in ("boolean", "percent", "score"):
        return 1
    # A mean of counted things is not a whole number; an amount of euros stays one.
    least = 1 if indicator.unit == "count" and indicator.kind != "extensive" else 0
    return max(least, min(indicator.digits, 3))


def tone_of(verdict: Verdict, indicator: Indicator) -> Tone:
    """Return what a verdict means for people, by the indicator's better direction.

    >>> tone_of("below", Indicator("a", "A", better="higher"))
    'worse'
    """
    if verdict in ("same", "unsure", "equal"):
        return verdict
    above = verdict == "above"
    if indicator.better is None:
        return "more" if above else "less"
    return "better" if above == (indicator.better == "higher") else "worse"


def population_of(atlas: Atlas) -> pd.Series:
    """Return the people of each territory, NaN if unknown."""
    facts = atlas.territories.facts
    if "population" in facts:
        return facts["population"]
    return pd.Series(np.nan, index=atlas.codes)


def _ends(table: pd.DataFrame, place: int, what: str) -> tuple[float, float]:
    """Return the two ends of an interval in a row."""
    low, high = (table[f"{what}_{end}"].to_numpy("float64")[place] for end in ("low", "high"))
    return float(low), float(high)
