"""The first section, which with the summary is the brief: the map of the index, the area among
similar ones, and the territories to act on first, as a map and by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zoneblanche.layers.analysis.estimates import figure_of
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, POSSIBLE
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.areas import name_of as name_of_area
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Slot,
    Table,
    finite,
    make_table,
    name_cell,
    name_of,
    say,
)
from zoneblanche.maps.report.map import (
    Figure,
    draw_figure,
    number_places,
    title_with_unit,
)
from zoneblanche.maps.report.naming import list_areas, the_area
from zoneblanche.maps.report.peers import INCOME, density_by, nearest_peers
from zoneblanche.maps.report.picture import Sheet, lay_out
from zoneblanche.maps.report.scope import Scope, digits_of, population_of
from zoneblanche.maps.report.sections.dimensions import Multiples
from zoneblanche.maps.report.sections.measured import older_people_notes, people_of
from zoneblanche.maps.report.sections.ranking import acting_level, draw_areas, worst_first

SIMILAR = 3
"""Number of similar territories in the table of the area."""
CERTAIN, MAYBE = 6, 3
"""Maximum number of territories that are named: certain ones, and possible ones."""
AREAS = 10
"""Number of areas that are named where there are too many territories."""
NINE_OF_TEN = 0.9
WIDTH, WIDE = 300, 480
"""Width of a map in pixels of the page, of two side by side and of one: the brief is two pages."""


def brief_section(scope: Scope) -> Section:
    """Return the maps, the similar territories, and those to act on first."""
    words, main = scope.words, scope.shared.main
    if main is None:
        return Section("brief", words["brief"], (say(words, "brief.nothing"),))
    level = acting_level(scope)
    first = _first_areas(scope, main, level) if level else _first(scope, main)
    sentences: list[Sentence] = []
    blocks: list[object] = list(_maps(scope, main, level, first))
    notes: list[str] = []
    similar = _similar_table(scope, main)
    if similar is not None:
        blocks.append(similar)
        sentences += _similar_sentences(scope, main, similar)
    elif scope.area.level in scope.atlas.territories.parents and scope.references:
        notes.append(words["beside_alone"].format(plural=_plural(scope)))
    if first is not None:
        blocks.append(first)
        sentences += _first_sentences(scope, first, level)
    return Section("brief", words["brief"], tuple(sentences), tuple(blocks), tuple(notes))


def _map(
    scope: Scope, indicator: Indicator, sheet: Sheet, title: str | None = None
) -> Figure | None:
    return draw_figure(
        scope.atlas,
        indicator.id,
        scope.area.inside,
        scope.lang,
        sheet=sheet,
        classed=scope.shared.classed(indicator.id, scope.lang),
        title=title,
    )


def _maps(scope: Scope, main: Indicator, level: str, first: Table | None) -> tuple[object, ...]:
    """Return the map of the index, and that of the territories to act on first with the numbers of
    their table; of areas, one map that shows both."""
    if level:
        figure = _map_of_areas(scope, main, level, first)
        return () if figure is None else (figure,)
    sheet = lay_out(scope.inner.territories, lang=scope.lang, width=WIDTH, like=scope.sheet)
    if sheet is None:
        return ()
    rows = () if first is None else first.rows.values()
    groups = [scope.inner.codes == cells[0].code for cells in rows]
    if first is not None and "state" not in first.columns:
        title = scope.words["worst_map"].format(title=main.title_in(scope.lang))
        numbered = _map(scope, main, number_places(sheet, groups), title)
        return () if numbered is None else (numbered,)
    figures = [_map(scope, main, sheet)]
    flag = _flag(scope)
    if first is not None and flag is not None:
        title = scope.words["first_map"].format(title=flag.title_in(scope.lang))
        figures.append(_map(scope, flag, number_places(sheet, groups), title))
    drawn = tuple((figure, None) for figure in figures if figure is not None)
    if len(drawn) == 1:
        return (drawn[0][0],)
    return (Multiples("", drawn, scope.words["map_note"]),)


def _map_of_areas(scope: Scope, main: Indicator, level: str, first: Table | None) -> Figure | None:
    """Return the map of the areas with the numbers of their table."""
    sheet = scope.sheet or lay_out(scope.inner.territories, lang=scope.lang, width=WIDE)
    if sheet is None:
        return None
    inner = scope.inner.territories.parents[level]
    rows = () if first is None else first.rows.values()
    groups = [(inner == cells[0].code).to_numpy(dtype=bool, na_value=False) for cells in rows]
    return draw_areas(scope, main, level, caption="areas_map", sheet=number_places(sheet, groups))


def _plural(scope: Scope) -> str:
    return scope.level_title(scope.area.level, plural=True)


def similar_to(scope: Scope) -> list[Area]:
    """Return the territories of the area's level that are nearest in size, density and income, see
    `nearest_peers`."""
    level = scope.area.level
    table = scope.shared.peers(level)
    if table is None or not scope.references:
        return []
    parents = scope.atlas.territories.parents[level]
    return [
        Area(
            level,
            code,
            name_of_area(scope.atlas, level, code, scope.lang),
            (parents == code).to_numpy(dtype=bool, na_value=False),
        )
        for code in nearest_peers(table, scope.area.code, SIMILAR)
    ]


def _density(scope: Scope, area: Area) -> float:
    """Return people per km², as in the table of the peers."""
    table = scope.shared.peers(area.level)
    if table is not None and area.code in table.index:
        return float(table["density"].loc[area.code])
    facts = scope.atlas.territories.facts[area.inside]
    groups = pd.Series(area.code, index=facts.index, dtype="object")
    return float(density_by(facts, groups).iloc[0])


def _income(scope: Scope, area: Area) -> float:
    if INCOME not in scope.atlas.indicators:
        return float("nan")
    return figure_of(scope.shared.columns, scope.atlas.indicator(INCOME), area.inside).value


def _similar_table(scope: Scope, main: Indicator) -> Table | None:
    similar = similar_to(scope)
    if not similar:
        return None
    words = scope.words
    ranks = scope.shared.ranks(scope.area.level)
    columns = {"name": words["territory"], "people": words["people"], "density": words["density"]}
    if INCOME in scope.atlas.indicators:
        columns["income"] = title_with_unit(scope.atlas, INCOME, scope.lang)
    columns["score"] = main.title_in(scope.lang)
    if ranks is not None:
        columns["rank"] = words["rank_errors"]
    named = {"area": scope.area} | {f"similar{k}": area for k, area in enumerate(similar)}
    if scope.references:
        named["all"] = scope.references[-1]
    rows = {key: _similar_row(scope, area, columns, ranks) for key, area in named.items()}
    caption = words["beside_caption"].format(plural=_plural(scope))
    note = words["beside_note"]
    if ranks is not None:
        count = scope.number(int(ranks["rank"].notna().sum()))
        worse = "rank_note_worse" if main.better == "lower" else "rank_note_better"
        note += " " + words["beside_ranks"].format(n=count, plural=_plural(scope)) + words[worse]
    if any(np.isfinite(scope.shared.bounds_of(area)[0]) for area in named.values()):
        note += " " + words["gaps_note"]
    compared = np.logical_or.reduce([scope.area.inside, *(peer.inside for peer in similar)])
    note = " ".join([note, *older_people_notes(scope, compared)])
    return make_table("t-beside", caption, columns, rows, note=note)


def _similar_row(
    scope: Scope, area: Area, columns: dict[str, str], ranks: pd.DataFrame | None
) -> list[Cell]:
    people, density = people_of(scope, area.inside), _density(scope, area)
    cells = [
        name_cell(scope.label(area)),
        scope.count(people),
        Cell(scope.number(density, 1), finite(density)),
    ]
    if "income" in columns:
        income = _income(scope, area)
        cells.append(Cell(scope.number(income), finite(income)))
    cells.append(scope.scored(area))
    if ranks is not None:
        ends = [float("nan")] * 3
        if area.level == scope.area.level and area.code in ranks.index:
            named = ["rank", "rank_low", "rank_high"]
            ends = list(map(float, ranks.loc[area.code, named].to_numpy("float64")))
        row = pd.Series(ends, index=["rank", "rank_low", "rank_high"])
        cells.append(_rank_cell(scope, row, count=int(ranks["rank"].notna().sum())))
    return cells


def _similar_sentences(scope: Scope, main: Indicator, table: Table) -> list[Sentence]:
    words = scope.words
    slots: dict[str, Slot] = {
        "title": Piece(main.title_in(scope.lang), is_name=True),
        "plural": _plural(scope),
        "name": the_area(scope, scope.area),
        "first": words["rank_first_worse" if main.better == "lower" else "rank_first_better"],
        "names": list_areas(scope, similar_to(scope)),
    }
    sentences = []
    if "rank" in table.columns and table.at("area", "rank").low is not None:
        rank = table.at("area", "rank")
        key = "beside.rank" if rank.low != rank.high else "beside.rank_sure"
        slots |= {"rank": rank, "range": rank.range}
        sentences.append(say(words, key, **slots))
    has_income = "income" in table.columns and table.at("area", "income").value is not None
    sentences.append(say(words, "beside.similar" if has_income else "beside.similar_size", **slots))
    return sentences


def _flag(scope: Scope) -> Indicator | None:
    return next(
        (indicator for indicator in scope.atlas.indicators.values() if indicator.role == "flag"),
        None,
    )


def _first(scope: Scope, main: Indicator) -> Table | None:
    """Return the flagged territories, certain ones first, by their scores."""
    flag = _flag(scope)
    if flag is None:
        return None
    states = scope.atlas.values[flag.id].to_numpy()
    order = worst_first(scope, main)
    people = population_of(scope.atlas).to_numpy("float64")
    scores = scope.atlas.values[main.id].to_numpy()
    words = scope.words
    rows: dict[str, tuple[Cell, ...]] = {}
    for key, state, most in (("certain", FLAGGED, CERTAIN), ("possible", POSSIBLE, MAYBE)):
        for place, at in enumerate(order[states[order] == state][:most]):
            rows[f"{key}{place}"] = (
                _unit_cell(scope, at),
                Cell(scope.number(len(rows) + 1)),
                Cell(words[f"first_{key}"]),
                scope.count(people[at]),
                Cell(scope.amount(scores[at], main), finite(scores[at])),
            )
    if not rows:
        return _worst_unflagged(scope, main, flag)
    columns = {
        "name": scope.atlas.territories.level_title(scope.lang),
        "number": words["first_number"],
        "state": words["first_state"],
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    caption = words["first_caption"].format(units=scope.units, title=flag.title_in(scope.lang))
    return make_table("t-first", caption, columns, rows, note=words["first_note"])


def _unit_cell(scope: Scope, at: int) -> Cell:
    """Return the name of a territory, with the code of its département (the level of a bare code)
    in an area that has several."""
    territories = scope.atlas.territories
    name = str(territories.names.iloc[at])
    level = territories.area_level
    if level is not None:
        parents = territories.parents[level]
        several = len(set(parents[scope.area.inside].dropna())) > 1
        if several and isinstance(parents.iloc[at], str):
            name = f"{name} ({parents.iloc[at]})"
    return replace(name_cell(name), code=str(scope.atlas.codes[at]))


def _worst_unflagged(scope: Scope, main: Indicator, flag: Indicator) -> Table | None:
    """Return the territories with the worst scores of an area in which none is flagged, not even
    possibly; None if they are few, or equal."""
    scores = np.round(scope.atlas.values[main.id].to_numpy("float64"), 9)
    order = worst_first(scope, main)
    if len(order) <= CERTAIN or np.isnan(scope.inner.values[flag.id]).all():
        return None
    # One of several that are equal is not named without the others.
    shown = [at for at in order[:CERTAIN] if scores[at] != scores[order[CERTAIN]]]
    if not shown:
        return None
    people, words = population_of(scope.atlas).to_numpy("float64"), scope.words
    rows = {
        f"worst{place}": (
            _unit_cell(scope, at),
            Cell(scope.number(place)),
            scope.count(people[at]),
            _score_cell(scope, main, at),
        )
        for place, at in enumerate(shown, start=1)
    }
    columns = {
        "name": scope.atlas.territories.level_title(scope.lang),
        "number": words["first_number"],
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    caption = words["unflagged_caption"].format(units=scope.units, title=flag.title_in(scope.lang))
    return make_table("t-first", caption, columns, rows, note=words["unflagged_note"])


def _score_cell(scope: Scope, main: Indicator, at: int) -> Cell:
    """Return the score of a territory with its interval under the stated errors, if known."""
    score, table = float(scope.atlas.values[main.id].iloc[at]), scope.atlas.intervals.get(main.id)
    ends = (float("nan"), float("nan"))
    if table is not None and {"score_low", "score_high"} <= set(table):
        low, high = table[["score_low", "score_high"]].iloc[at].to_numpy("float64")
        ends = (float(low), float(high))
    between = scope.between(*ends, digits_of(main))
    return Cell(scope.amount(score, main), finite(score), between, finite(ends[0]), finite(ends[1]))


def _first_areas(scope: Scope, main: Indicator, level: str) -> Table | None:
    """Return the areas with the worst ranks, each with the interval of its rank."""
    table = scope.shared.peers(level)
    if table is None:
        return None
    inside = scope.atlas.territories.parents.loc[scope.area.inside, level].dropna().unique()
    ranked = table[table.index.isin(inside)]
    if ranked["rank"].notna().any():
        ranked = ranked.dropna(subset=["rank"])
    worst = ranked.sort_values("score", ascending=main.better != "lower", kind="stable")
    words = scope.words
    rows = {}
    for number, (code, row) in enumerate(worst.dropna(subset=["score"]).head(AREAS).iterrows(), 1):
        sure = row["worst_decile"] >= NINE_OF_TEN
        inside_area = (scope.atlas.territories.parents[level] == code).to_numpy(
            dtype=bool, na_value=False
        )
        area = Area(level, str(code), name_of_area(scope.atlas, level, str(code), scope.lang),
                    inside_area)  # fmt: skip
        rows[f"{'certain' if sure else 'possible'}{number}"] = (
            replace(name_cell(scope.label(area)), code=str(code)),
            Cell(scope.number(number)),
            scope.count(row["people"]),
            scope.scored(area),
            _rank_cell(scope, row),
        )
    if not rows:
        return None
    columns = {
        "name": scope.level_title(level),
        "number": words["first_number"],
        "people": words["people"],
        "score": main.title_in(scope.lang),
        "rank": words["rank_errors"],
    }
    plural = scope.level_title(level, plural=True)
    caption = words["areas_caption"].format(plural=plural)
    note = words["areas_note"]
    if table["rank"].notna().any():
        worse = "rank_note_worse" if main.better == "lower" else "rank_note_better"
        count = scope.number(int(table["rank"].notna().sum()))
        note += " " + words["beside_ranks"].format(n=count, plural=plural) + words[worse]
    return make_table("t-first", caption, columns, rows, note=note)


def _rank_cell(scope: Scope, row: pd.Series, *, count: int = 0) -> Cell:
    """Return a rank with its interval, and of how many if that is given."""
    rank, low, high = (float(row[name]) for name in ("rank", "rank_low", "rank_high"))
    between = scope.between(low, high, 0)
    text = scope.number(rank)
    if count and finite(rank) is not None:
        text = scope.words["rank_of"].format(rank=text, n=scope.number(count))
    return Cell(text, finite(rank), between, finite(low), finite(high))


def _first_sentences(scope: Scope, table: Table, level: str) -> list[Sentence]:
    sentences = []
    for key in ("certain", "possible", "worst"):
        names: list[Piece] = []
        for row in table.rows:
            if row.startswith(key):
                names += [Piece(", ")] if names else []
                names.append(name_of(table.at(row, "name")))
        if not names:
            continue
        if level:
            plural = scope.level_title(level, plural=True)
            sentences.append(
                say(scope.words, f"first.{key}_areas", names=tuple(names), plural=plural)
            )
        else:
            sentences.append(say(scope.words, f"first.{key}", names=tuple(names)))
    return sentences
