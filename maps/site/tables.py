"""The tables of the pages: territories with their cards, and the places of a level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.numerals import format_number
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.site.addresses import anchor_of, level_folder, link_to, place_folder
from zoneblanche.maps.site.model import SiteAtlas, cell_texts, unit_of


@dataclass(frozen=True)
class Row:
    """One row: the name, its link ("" for none), the id of the row ("" for none), the cells."""

    name: str
    link: str
    anchor: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        caption: its title.
        columns: heading of each cell of a row, the name included.
        rows: in the order of the page.
        level: of the territories whose cards the rows are, "" if they are none.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    level: str = ""


class TerritoryRows:
    """The rows of the territories, written once for all pages."""

    def __init__(self, site: SiteAtlas) -> None:
        self.site = site
        atlas = site.atlas
        self.names = atlas.territories.names.astype(str).to_numpy(dtype=object)
        self.codes = atlas.codes.to_numpy(dtype=object)
        self.home = None if site.home is None else site.members(site.home).to_numpy(dtype=object)
        self.order = _order(site, atlas)
        shared = _people(site, atlas) + _scores(site, atlas)
        extra = [_column(site, atlas, indicator.id) for indicator in site.in_rows]
        # The interval of the rank is in the card, to which the short rows link.
        self.short = _joined([column for column in shared if column[0] != site.words["rank_range"]])
        self.long = _joined(shared + extra)

    def table(self, inside: np.ndarray, *, root: str, cards: bool) -> Table:
        """Return the table of some territories.

        Args:
            inside: positions.
            root: leads to the first page.
            cards: whether these rows are their cards, else the rows link to them.
        """
        site = self.site
        headings, cells = self.long if cards else self.short
        ordered = inside[np.argsort(self.order[inside], kind="stable")]
        rows = tuple(
            Row(
                str(self.names[at]),
                "" if cards else self.link(at, root),
                anchor_of(site.level, str(self.codes[at])) if cards else "",
                tuple(cells[at]),
            )
            for at in ordered
        )
        title = site.level_title(site.level, plural=True).capitalize()
        return Table(
            title,
            (site.words["name"], *headings),
            rows,
            site.level if cards else "",
        )

    def link(self, at: int, root: str) -> str:
        """Return the link to the card of a territory."""
        home = None if self.home is None else self.home[at]
        folder = level_folder(self.site.level)
        if isinstance(home, str):
            folder = place_folder(self.site.home or "", home)
        anchor = anchor_of(self.site.level, str(self.codes[at]))
        return link_to(folder, root=root, anchor=anchor)


def places_table(
    site: SiteAtlas, level: str, *, root: str, codes: Iterable[str] | None = None
) -> Table:
    """Return the table of the places of a level, or of some of them, with links to their pages."""
    upper = site.above[level]
    counts = site.members(level).value_counts().reindex(upper.codes).fillna(0)
    columns = [(site.level_title(site.level, plural=True).capitalize(), _whole(counts, site.lang))]
    columns += _people(site, upper) + _scores(site, upper)
    headings, cells = _joined(columns)
    order = _order(site, upper)
    chosen = np.arange(len(upper.codes))
    if codes is not None:
        chosen = np.flatnonzero(upper.codes.isin(list(codes)))
    chosen = chosen[np.argsort(order[chosen], kind="stable")]
    names = upper.territories.names.astype(str).to_numpy(dtype=object)
    codes_of = list(map(str, upper.codes))
    rows = tuple(
        Row(
            str(names[at]),
            link_to(place_folder(level, codes_of[at]), root=root),
            "",
            tuple(cells[at]),
        )
        for at in chosen
    )
    title = site.level_title(level, plural=True).capitalize()
    return Table(title, (site.words["name"], *headings), rows)


Columns = list[tuple[str, np.ndarray]]


def _joined(columns: Columns) -> tuple[tuple[str, ...], np.ndarray]:
    """Return headings, and the cells as an array with a row for each territory."""
    return tuple(name for name, _cells in columns), np.column_stack([c for _name, c in columns])


def _order(site: SiteAtlas, atlas: Atlas) -> np.ndarray:
    """Return sort keys: by the rank of the index, without one by name, missing last."""
    if site.main is not None and site.main.id in atlas.intervals:
        table = atlas.intervals[site.main.id]
        if "rank" in table:
            return table["rank"].fillna(np.inf).to_numpy("float64")
    return atlas.territories.names.astype(str).rank(method="first").to_numpy("float64")


def _people(site: SiteAtlas, atlas: Atlas) -> Columns:
    people = atlas.territories.facts.get("population")
    if people is None or people.isna().all():
        return []
    return [(site.words["inhabitants"], _whole(people, site.lang))]


def _scores(site: SiteAtlas, atlas: Atlas) -> Columns:
    """Return the columns of the index, its tenth and rank, and its dimensions."""
    if site.main is None:
        return []
    columns = [_column(site, atlas, site.main.id)] if site.main.id in atlas.indicators else []
    table = atlas.intervals.get(site.main.id, pd.DataFrame(index=atlas.codes))
    if "tenth" in table:
        columns.append((site.words["tenth"], _whole(table["tenth"], site.lang)))
    if "rank" in table and len(atlas.codes) > 1:
        columns.append((site.words["rank"], _whole(table["rank"], site.lang)))
        if {"rank_low", "rank_high"} <= set(table):
            low, high = (_whole(table[name], site.lang) for name in ("rank_low", "rank_high"))
            ranges = [
                "–" if "–" in (a, b) else f"{a}\u2013{b}" for a, b in zip(low, high, strict=True)
            ]
            columns.append((site.words["rank_range"], np.array(ranges, dtype=object)))
    columns += [
        _column(site, atlas, dimension.id)
        for dimension in site.dimensions
        if dimension.id in atlas.indicators
    ]
    return columns


def _column(site: SiteAtlas, atlas: Atlas, name: str) -> tuple[str, np.ndarray]:
    indicator = atlas.indicator(name)
    unit = unit_of(indicator, site.lang).strip()
    heading = indicator.title_in(site.lang)
    if unit and f"({unit}" not in heading:
        heading = f"{heading} ({unit})"
    return heading, cell_texts(atlas.values[name], indicator, site.lang)


def _whole(values: pd.Series, lang: str) -> np.ndarray:
    distinct, where = np.unique(values.to_numpy("float64").round(), return_inverse=True)
    texts = [format_number(float(figure), 0, lang) for figure in distinct]
    return np.array(texts, dtype=object)[where]
