"""The page of a territory that contains others: its index in words, its figures, its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import Message, _, quantity, titled, translate
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.drawn.words import WORDS, write_date
from zoneblanche.maps.report.areas import is_complete
from zoneblanche.maps.site.addresses import link_to, place_folder
from zoneblanche.maps.site.model import SiteAtlas, cell_texts, unit_of
from zoneblanche.maps.site.tables import Table, TerritoryRows, places_table


@dataclass(frozen=True)
class FigureRow:
    """One figure of a place: its title, the link to its definition, the value, the median of the
    level, the date and the producers."""

    title: str
    link: str
    value: str
    median: str
    date: str
    source: str


@dataclass(frozen=True)
class Links:
    """Names with their links, under a heading."""

    heading: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """The content of one page.

    Attributes:
        level, code, name: of the place; `level_title` is that of its level.
        folder: of the page.
        sentences: what the figures say, in words.
        dimensions, figures: the tables of figures.
        links: the neighbours, and the places of other levels that share territories with it.
        tables: of its parts.
        map_link: to the map that shows it.
    """

    level: str
    level_title: str
    code: str
    name: str
    folder: str
    sentences: tuple[str, ...]
    dimensions: tuple[FigureRow, ...]
    figures: tuple[FigureRow, ...]
    links: tuple[Links, ...]
    tables: tuple[Table, ...]
    map_link: str


def compose_places(site: SiteAtlas, level: str, rows: TerritoryRows) -> Iterator[Place]:
    """Yield the pages of a level, by code."""
    upper = site.above[level]
    neighbours = site.neighbours(level)
    root = "../../"  # of every place: level and code
    dimensions = _figure_rows(site, upper, site.dimensions, root)
    figures = _figure_rows(site, upper, site.figures, root)
    members = site.members(level).to_numpy(dtype=object)
    inside: dict[str, list[int]] = {}
    for at, code in enumerate(members):
        if isinstance(code, str):
            inside.setdefault(code, []).append(at)
    for at, code in enumerate(map(str, upper.codes)):
        positions = np.array(inside.get(code, []), dtype=np.int64)
        yield Place(
            level,
            site.level_title(level).capitalize(),
            code,
            str(upper.territories.names[code]),
            place_folder(level, code),
            tuple(
                translate(sentence, site.lang)
                for sentence in _sentences(site, upper, code, count=len(positions))
            ),
            tuple(column[at] for column in dimensions),
            tuple(column[at] for column in figures),
            _links(site, level, neighbours.get(code, ()), positions, root),
            _parts(site, level, positions, rows, root),
            _map_link(site, level, code, root),
        )


def _map_link(site: SiteAtlas, level: str, code: str, root: str) -> str:
    parts = {"at": code, "level": level}
    if site.main is not None:
        parts = {"layer": site.main.id, **parts}
    return f"{link_to('map', root=root)}#{urlencode(parts)}"


def _figure_rows(
    site: SiteAtlas, upper: Atlas, indicators: tuple[Indicator, ...], root: str
) -> list[list[FigureRow]]:
    """Return one list for each figure that the level has: its row for every place."""
    return [
        _figure_column(site, upper, upper.indicators[indicator.id], root)
        for indicator in indicators
        if indicator.id in upper.indicators
    ]


def _figure_column(
    site: SiteAtlas, upper: Atlas, indicator: Indicator, root: str
) -> list[FigureRow]:
    values, unit = upper.values[indicator.id], unit_of(indicator, site.lang)
    median = str(cell_texts(pd.Series([values.median()]), indicator, site.lang)[0])
    shared = {
        "title": indicator.title_in(site.lang),
        "link": link_to("definitions", root=root, anchor=indicator.id),
        "median": median if median == "–" else median + unit,
        "date": write_date(indicator.period, site.lang) if indicator.period else "",
        "source": ", ".join(
            dict.fromkeys(source.producer for source in indicator.sources if source.producer)
        ),
    }
    why = {int(reason): in_language(reason.title, site.lang) for reason in Reason}
    reasons = upper.reasons[indicator.id].to_numpy()
    texts = cell_texts(values, indicator, site.lang)
    return [
        FigureRow(value=f"{text}{unit}" if reason == Reason.PRESENT else why[reason], **shared)
        for text, reason in zip(texts, reasons.tolist(), strict=True)
    ]


def _sentences(site: SiteAtlas, upper: Atlas, code: str, *, count: int) -> Iterator[str]:
    """Yield what the figures say of a place of so many territories, each claim with its figure."""
    level = upper.territories.level
    yield _size(site, upper, code, count)
    if not is_complete(site.atlas, level, code):
        yield _("The atlas has a part of it only; all figures are of that part.")
    main = site.main
    if main is None or main.id not in upper.indicators:
        return
    score = float(upper.values[main.id][code])
    if not np.isfinite(score):
        yield _("{title}: no score.", title=titled(main.title))
        return
    yield _(
        "{title}: {score} out of 100, the mean of its {parts}, weighted by their inhabitants.",
        title=titled(main.title),
        score=quantity(score, digits=main.digits),
        parts=site.atlas.territories.level_message(plural=True),
    )
    yield from _standing(site, upper, main, code)
    yield WORDS["score_better" if main.better == "higher" else "score_worse"]


def _size(site: SiteAtlas, upper: Atlas, code: str, count: int) -> Message:
    people = upper.territories.facts.get("population")
    slots = {"count": quantity(count), "parts": site.atlas.territories.level_message(plural=True)}
    if count == 1:
        slots["parts"] = site.atlas.territories.level_message()
    if people is None or not np.isfinite(people[code]):
        return _("{count} {parts}.", **slots)
    return _(
        "{count} {parts}, {people} inhabitants.", people=quantity(round(people[code])), **slots
    )


def _standing(site: SiteAtlas, upper: Atlas, main: Indicator, code: str) -> Iterator[str]:
    """Yield the rank among the places of the level, with its interval."""
    table = upper.intervals.get(main.id)
    if table is None or "rank" not in table or not np.isfinite(table["rank"][code]):
        return
    ranked = int(table["rank"].notna().sum())
    if ranked < 2:
        return
    slots = {
        "rank": quantity(int(table["rank"][code])),
        "ranked": quantity(ranked),
        "level": upper.territories.level_message(plural=True),
    }
    low, high = (
        float(table[name][code]) if name in table else np.nan for name in ("rank_low", "rank_high")
    )
    if np.isfinite(low) and np.isfinite(high):
        yield _(
            "Rank {rank} of {ranked} {level}; between {low} and {high} in 90 % of the draws.",
            low=quantity(int(low)),
            high=quantity(int(high)),
            **slots,
        )
    else:
        yield _("Rank {rank} of {ranked} {level}.", **slots)


def _links(
    site: SiteAtlas, level: str, neighbours: tuple[str, ...], inside: np.ndarray, root: str
) -> tuple[Links, ...]:
    """Return the neighbours, and the places of each other level that share territories."""
    links = [Links(site.words["neighbours"], _named(site, level, neighbours, root))]
    for other in site.above:
        if other == level:
            continue
        codes = site.members(other).iloc[inside].dropna().unique()
        # The places inside are a table: what is listed here contains the place, or crosses it.
        if len(codes) and not _is_table(site, level, other):
            title = site.level_title(other, plural=len(codes) != 1).capitalize()
            links.append(Links(title, _named(site, other, sorted(map(str, codes)), root)))
    return tuple(link for link in links if link.entries)


def _named(
    site: SiteAtlas, level: str, codes: tuple[str, ...] | list[str], root: str
) -> tuple[tuple[str, str], ...]:
    names = site.above[level].territories.names
    named = sorted((str(names[code]), code) for code in codes if code in names.index)
    return tuple((name, link_to(place_folder(level, code), root=root)) for name, code in named)


def _is_table(site: SiteAtlas, level: str, other: str) -> bool:
    """Whether pages of a level list the places of another one as their parts."""
    order = list(site.above)
    return site.home == other and order.index(level) > order.index(other)


def _parts(
    site: SiteAtlas, level: str, inside: np.ndarray, rows: TerritoryRows, root: str
) -> tuple[Table, ...]:
    """Return the table of the territories, or above the level of the cards that of its places."""
    if site.home is not None and _is_table(site, level, site.home):
        codes = site.members(site.home).iloc[inside].dropna().unique()
        return (places_table(site, site.home, root=root, codes=map(str, codes)),)
    return (rows.table(inside, root=root, cards=level == site.home),)
