"""Section: inequality between the territories of the area, and between which groups.

A bounded figure (a score, a share) has its standard deviation, the distance between its deciles and
shares of its variance. An amount has Gini, Theil, Atkinson and ratios. None has an interval: all
territories are counted, nothing is a sample.
"""

from __future__ import annotations

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.inequality.decomposition import split_inequality
from zoneblanche.layers.analysis.inequality.groups import SIZE_BAND, groups_of
from zoneblanche.layers.analysis.inequality.measures import MEASURES, measure_inequality
from zoneblanche.layers.analysis.inequality.spread import (
    bounds_of,
    measure_spread,
    variance_between,
)
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import parts_level
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Slot,
    Table,
    finite,
    make_table,
    name_of,
    say,
)
from zoneblanche.maps.report.scope import Scope, digits_of

WAYS = ("territories", "population")
SPREADS = ("sd", "q90-q10")

FULL = 5
"""Mean number of territories per group below which a split is not informative."""


def unequal_section(scope: Scope) -> Section:
    """Return how unequal the figure of the ranking is, and which share is between groups."""
    words, main = scope.words, scope.shared.main
    bounded = main is not None and bounds_of(main) is not None
    table = None if main is None else _spread(scope, main) if bounded else _amounts(scope, main)
    if main is None or table is None:
        return Section("unequal", words["unequal"], (say(words, "unequal.nothing"),))
    sentences = (
        _spread_sentences(scope, main, table) if bounded else _amounts_sentences(scope, main, table)
    )
    blocks: list[object] = [table]
    split = _variance_split(scope, main) if bounded else _theil_split(scope, main)
    if split is not None:
        blocks.append(split)
        sentences += _split_sentences(scope, split)
    notes = [words["spread_note" if bounded else "unequal_note"]]
    if split is not None:
        notes.append(words["variance_note" if bounded else "split_note"])
    return Section(
        "unequal", words["unequal"], tuple(sentences), blocks=tuple(blocks), notes=tuple(notes)
    )


def _spread(scope: Scope, main: Indicator) -> Table | None:
    """Return standard deviation and distance of the deciles of a bounded figure, in its unit."""
    try:
        spread = measure_spread(scope.inner, main.id)
    except (InputError, KeyError):
        return None
    if scope.inner.values[main.id].notna().sum() < 2:
        return None
    words, digits = scope.words, digits_of(main)
    scale = 100.0 if main.unit == "boolean" else 1.0
    rows = {}
    for name in SPREADS:
        values = scale * spread.loc[name, list(WAYS)].to_numpy("float64")
        cells = [Cell(scope.number(value, digits), finite(value)) for value in values]
        rows[name] = (Cell(words[f"measure_{name}"]), *cells)
    caption = words["spread_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-unequal", caption, _counting(scope), rows)


def _counting(scope: Scope) -> dict[str, str]:
    """Return the headings of a table of measures: each column says how it is weighted."""
    words = scope.words
    return {
        "measure": words["measure"],
        "territories": words["counting_units"].format(units=scope.units),
        "population": words["counting_people"],
    }


def _spread_sentences(scope: Scope, main: Indicator, table: Table) -> list[Sentence]:
    title = Piece(main.title_in(scope.lang), is_name=True)
    units, people = (table.at("sd", way) for way in WAYS)
    if not units.value:
        return [say(scope.words, "unequal.level", title=title, units=scope.units)]
    slots: dict[str, Slot] = {
        "title": title,
        "units": scope.units,
        "sd": units,
        "people": people,
        "deciles": table.at("q90-q10", "territories"),
        "people_deciles": table.at("q90-q10", "population"),
    }
    key = "unequal.spread_units" if people.value is None else "unequal.spread"
    return [say(scope.words, key, **slots)]


def _variance_split(scope: Scope, main: Indicator) -> Table | None:
    """Return which share of the variance is between groups, for both ways to count."""
    words = scope.words
    rows = {}
    for by in _groupings(scope):
        try:
            groups = groups_of(scope.inner, by).of
            shares = [
                variance_between(scope.inner, main.id, by=by, people=people)
                for people in (False, True)
            ]
        except (InputError, KeyError):
            continue
        groups = groups[scope.inner.values[main.id].notna()].dropna()
        count = groups.nunique()
        if count < 2 or not np.isfinite(shares[0]) or len(groups) < FULL * count:
            continue
        rows[by] = (Cell(_title_of(scope, by)), scope.count(count), *map(scope.percent, shares))
    if not rows:
        return None
    columns = {
        "by": words["grouping"],
        "groups": words["groups"],
        "between": words["counting_units"].format(units=scope.units),
        "people": words["counting_people"],
    }
    caption = words["variance_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-split", caption, columns, rows)


def _amounts(scope: Scope, main: Indicator) -> Table | None:
    """Return the measures of inequality of an amount."""
    try:
        inequality = measure_inequality(scope.inner, main.id, draws=0)
    except (InputError, KeyError):
        return None
    if inequality.territories < 2:
        return None
    value = inequality.table["value"].to_dict()
    rows = {}
    for name in MEASURES:
        cells = [
            Cell(scope.number(value[name, way], _DIGITS.get(name, 3)), finite(value[name, way]))
            for way in WAYS
        ]
        rows[name] = (Cell(scope.words[f"measure_{name}"]), *cells)
    caption = scope.words["unequal_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-unequal", caption, _counting(scope), rows)


_DIGITS = {"palma": 1, "p90-p10": 1}


def _amounts_sentences(scope: Scope, main: Indicator, table: Table) -> list[Sentence]:
    units, people = (table.at("gini", way) for way in WAYS)
    title = Piece(main.title_in(scope.lang), is_name=True)
    if units.value is None:
        return [say(scope.words, "unequal.undefined", title=title)]
    key = "unequal.gini_units" if people.value is None else "unequal.gini"
    sentences = [say(scope.words, key, title=title, units=scope.units, gini=units, people=people)]
    ratio = table.at("p90-p10", "territories")
    if ratio.value is not None:
        sentences.append(say(scope.words, "unequal.ratio", ratio=ratio, units=scope.units))
    return sentences


def _groupings(scope: Scope) -> list[str]:
    level = parts_level(scope.atlas, scope.area)
    return [SIZE_BAND, "density-class", *([level] if level else [])]


def _theil_split(scope: Scope, main: Indicator) -> Table | None:
    """Return which share of the Theil index of an amount is between groups, by inhabitant."""
    words = scope.words
    rows = {}
    for by in _groupings(scope):
        try:
            split = split_inequality(scope.inner, main.id, by=by, people=True)
        except (InputError, KeyError):
            continue
        between = split.between_percent
        total = split.groups["territories"].sum()
        # With small groups, any inequality looks like one between groups.
        if len(split.groups) < 2 or not np.isfinite(between) or total < FULL * len(split.groups):
            continue
        rows[by] = (
            Cell(_title_of(scope, by)),
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
        "people": words["between_groups"],
        "within": words["within_groups"],
    }
    caption = words["split_caption"].format(title=main.title_in(scope.lang))
    return make_table("t-split", caption, columns, rows)


def _title_of(scope: Scope, by: str) -> str:
    if by == SIZE_BAND:
        return scope.words["by_size"]
    if by in scope.atlas.indicators:
        return scope.words["by_density"]
    return scope.words["by_level"].format(title=scope.level_title(by))


def _split_sentences(scope: Scope, table: Table) -> list[Sentence]:
    """Return the split by the groups that differ most."""
    share = "between" if "between" in table.columns else "people"
    row = max(table.rows, key=lambda row: table.at(row, share).value or 0.0)
    slots: dict[str, Slot] = {
        column: table.at(row, column)
        for column in ("between", "people", "within")
        if column in table.columns
    }
    key = "unequal.split"
    if share == "between":
        has_people = table.at(row, "people").value is not None
        key = "unequal.variance" if has_people else "unequal.variance_units"
    return [say(scope.words, key, by=name_of(table.at(row, "by")), units=scope.units, **slots)]
