"""Section: inequality between the territories of the area, and between which groups."""

from __future__ import annotations

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.inequality.decomposition import split_inequality
from zoneblanche.layers.analysis.inequality.groups import SIZE_BAND
from zoneblanche.layers.analysis.inequality.measures import MEASURES, measure_inequality
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import parts_level
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    finite,
    make_table,
    name_of,
    say,
)
from zoneblanche.maps.report.scope import Scope

DRAWS, FEWER_DRAWS, MANY = 199, 49, 5000
"""Bootstrap draws, and their number for many territories, where the interval is narrow and the
draws are slow."""

WAYS = ("territories", "population")

FULL = 5
"""Mean number of territories per group below which a split is not informative."""


def unequal_section(scope: Scope) -> Section:
    """Return Gini, Theil, Atkinson and ratios with their intervals; Theil split by size and by
    place."""
    words, main = scope.words, scope.shared.main
    table = None if main is None else _measures(scope, main)
    if main is None or table is None:
        return Section("unequal", words["unequal"], (say(words, "unequal.nothing"),))
    sentences = _measures_said(scope, main, table)
    blocks: list[object] = [table]
    split = _split(scope, main)
    if split is not None:
        blocks.append(split)
        sentences += _split_said(scope, split)
    return Section(
        "unequal",
        words["unequal"],
        tuple(sentences),
        blocks=tuple(blocks),
        notes=(words["unequal_note"], words["split_note"]) if split else (words["unequal_note"],),
    )


def _measures(scope: Scope, main: Indicator) -> Table | None:
    draws = DRAWS if scope.area.count <= MANY else FEWER_DRAWS
    try:
        found = measure_inequality(scope.inner, main.id, draws=draws)
    except (InputError, KeyError):
        return None
    if found.territories < 2:
        return None
    words = scope.words
    rows = {}
    ends = {end: found.table[end].to_dict() for end in _ENDS}
    for name in MEASURES:
        cells = [Cell(words[f"measure_{name}"])]
        for way in WAYS:
            value, low, high = (ends[end][name, way] for end in _ENDS)
            digits = _DIGITS.get(name, 3)
            cells.append(
                Cell(
                    scope.number(value, digits),
                    finite(value),
                    scope.between(low, high, digits),
                    finite(low),
                    finite(high),
                )
            )
        rows[name] = tuple(cells)
    columns = {
        "measure": words["measure"],
        "territories": words["counting_units"].format(units=scope.units),
        "population": words["counting_people"],
    }
    caption = words["unequal_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-unequal", caption, columns, rows)


_ENDS = ("value", "low", "high")
_DIGITS = {"palma": 1, "p90-p10": 1}


def _measures_said(scope: Scope, main: Indicator, table: Table) -> list[Sentence]:
    units, people = table.at("gini", "territories"), table.at("gini", "population")
    if units.value is None:
        return [
            say(
                scope.words,
                "unequal.undefined",
                title=Piece(main.title_in(scope.lang), is_name=True),
            )
        ]
    sentences = [
        say(
            scope.words,
            "unequal.gini_units" if people.value is None else "unequal.gini",
            title=Piece(main.title_in(scope.lang), is_name=True),
            units=scope.units,
            gini=units,
            range=units.range,
            people=people,
            people_range=people.range,
        )
    ]
    ratio = table.at("p90-p10", "territories")
    if ratio.value is not None:
        sentences.append(say(scope.words, "unequal.ratio", ratio=ratio, units=scope.units))
    return sentences


def _split(scope: Scope, main: Indicator) -> Table | None:
    words = scope.words
    ways = [SIZE_BAND, "density-class"]
    level = parts_level(scope.atlas, scope.area)
    ways += [level] if level else []
    rows = {}
    for by in ways:
        try:
            split = split_inequality(scope.inner, main.id, by=by, people=True)
        except (InputError, KeyError):
            continue
        between = split.between_percent
        known = split.groups["territories"].sum()
        # With small groups, any inequality looks like one between groups.
        if len(split.groups) < 2 or not np.isfinite(between) or known < FULL * len(split.groups):
            continue
        title = words["by_size"] if by == SIZE_BAND else _title_of(scope, by)
        rows[by] = (
            Cell(title),
            scope.count(len(split.groups)),
            Cell(scope.number(split.total, 3), finite(split.total)),
            scope.percent(between),
            scope.percent(100 - between),
        )
    if not rows:
        return None
    columns = {
        "by": words["grouping"],
        "groups": words["groups"],
        "total": words["theil_total"],
        "between": words["between_groups"],
        "within": words["within_groups"],
    }
    caption = words["split_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-split", caption, columns, rows)


def _title_of(scope: Scope, by: str) -> str:
    if by in scope.atlas.indicators:
        return scope.words["by_density"]
    return scope.words["by_level"].format(title=scope.level_title(by))


def _split_said(scope: Scope, table: Table) -> list[Sentence]:
    return [
        say(
            scope.words,
            "unequal.split",
            by=name_of(table.at(row, "by")),
            between=table.at(row, "between"),
            within=table.at(row, "within"),
        )
        for row in table.rows
    ]
