"""The first section, which with the summary is the brief: the map of the index, the area among
similar ones, and the territories to act on first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.layers.analysis.estimates import figure_of
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, POSSIBLE
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area, peers_of
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
from zoneblanche.maps.report.map import draw_figure, title_with_unit
from zoneblanche.maps.report.scope import Scope, population_of
from zoneblanche.maps.report.sections.measured import people_of
from zoneblanche.maps.report.sections.ranking import worst_first

SIMILAR = 3
"""Number of similar territories beside the area."""
CERTAIN, MAYBE = 6, 3
"""Maximum number of territories that are named: certain ones, and possible ones."""
INCOME = "median-income"
WIDTH = 480
"""Width of the map in pixels: the brief is two pages."""


def brief_section(scope: Scope) -> Section:
    """Return the map of the index, the similar territories, and those to act on first."""
    words, main = scope.words, scope.shared.main
    if main is None:
        return Section("brief", words["brief"], (say(words, "brief.nothing"),))
    sentences: list[Sentence] = []
    blocks: list[object] = []
    notes: list[str] = []
    figure = draw_figure(scope.atlas, main.id, scope.area.inside, scope.lang, width=WIDTH,
                         sheet=scope.sheet)  # fmt: skip
    if figure is not None:
        blocks.append(figure)
    beside = _beside(scope, main)
    if beside is not None:
        blocks.append(beside)
        sentences += _beside_said(scope, main, beside)
    elif scope.area.level in scope.atlas.territories.parents:
        notes.append(words["beside_alone"].format(plural=_plural(scope)))
    first = _first(scope, main)
    if first is not None:
        blocks.append(first)
        sentences += _first_said(scope, first)
    return Section(
        "brief", words["brief"], tuple(sentences), blocks=tuple(blocks), notes=tuple(notes)
    )


def _plural(scope: Scope) -> str:
    return scope.level_title(scope.area.level, plural=True)


def similar_to(scope: Scope) -> list[Area]:
    """Return the territories of the area's level that are nearest in size, density and income.

    The distance is Euclidean, over log population, log density and median income (where it is
    known), each divided by its standard deviation among all territories of the level.
    """
    peers = peers_of(scope.atlas, scope.area, lang=scope.lang)
    places = [place for place, one in enumerate(peers) if one.code == scope.area.code]
    if not places or len(peers) <= SIMILAR:
        return []
    traits = np.array([_traits(scope, one) for one in peers])
    traits = traits[:, np.isfinite(traits[places[0]])]
    spread = np.nanstd(traits, axis=0)
    traits = traits[:, spread > 0] / spread[spread > 0]
    distance = np.sqrt(((traits - traits[places[0]]) ** 2).sum(axis=1))
    distance[places[0]] = np.nan
    order = [int(at) for at in np.argsort(distance, kind="stable") if np.isfinite(distance[at])]
    return [peers[at] for at in order[:SIMILAR]] if traits.shape[1] else []


def _traits(scope: Scope, area: Area) -> tuple[float, float, float]:
    """Return log population, log density and median income; NaN where one is not known."""
    people, density = people_of(scope, area.inside), _density(scope, area)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log([people, density])
    size, dense = np.where(np.isfinite(logs), logs, np.nan)
    return float(size), float(dense), _income(scope, area)


def _density(scope: Scope, area: Area) -> float:
    facts = scope.atlas.territories.facts
    if "area_km2" not in facts:
        return float("nan")
    square = float(facts["area_km2"].to_numpy("float64")[area.inside].sum())
    return people_of(scope, area.inside) / square if square > 0 else float("nan")


def _income(scope: Scope, area: Area) -> float:
    if INCOME not in scope.atlas.indicators:
        return float("nan")
    return figure_of(scope.shared.columns, scope.atlas.indicator(INCOME), area.inside).value


def _beside(scope: Scope, main: Indicator) -> Table | None:
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
    named = {"area": scope.area} | {f"similar{k}": one for k, one in enumerate(similar)}
    if scope.references:
        named["all"] = scope.references[-1]
    rows = {key: _beside_row(scope, main, one, columns, ranks) for key, one in named.items()}
    caption = words["beside_caption"].format(plural=_plural(scope))
    note = words["beside_note"]
    if ranks is not None:
        count = scope.number(int(ranks["rank"].notna().sum()))
        worse = "rank_note_worse" if main.better == "lower" else "rank_note_better"
        note += " " + words["beside_ranks"].format(n=count, plural=_plural(scope)) + words[worse]
    return make_table("t-beside", caption, columns, rows, note=note)


def _beside_row(
    scope: Scope, main: Indicator, area: Area, columns: dict[str, str], ranks: pd.DataFrame | None
) -> list[Cell]:
    people, density = people_of(scope, area.inside), _density(scope, area)
    score = figure_of(scope.shared.columns, main, area.inside).value
    cells = [
        name_cell(scope.label(area)),
        scope.count(people),
        Cell(scope.number(density, 1), finite(density)),
    ]
    if "income" in columns:
        income = _income(scope, area)
        cells.append(Cell(scope.number(income), finite(income)))
    cells.append(Cell(scope.amount(score, main), finite(score)))
    if ranks is not None:
        ends = [float("nan")] * 3
        if area.level == scope.area.level and area.code in ranks.index:
            named = ["rank", "rank_low", "rank_high"]
            ends = list(map(float, ranks.loc[area.code, named].to_numpy("float64")))
        rank, low, high = ends
        between = scope.between(low, high, 0)
        cells.append(Cell(scope.number(rank), finite(rank), between, finite(low), finite(high)))
    return cells


def _beside_said(scope: Scope, main: Indicator, table: Table) -> list[Sentence]:
    names: list[Piece] = []
    for key in table.rows:
        if key.startswith("similar"):
            names += [Piece(", ")] if names else []
            names.append(name_of(table.at(key, "name")))
    slots: dict[str, Slot] = {
        "title": Piece(main.title_in(scope.lang), is_name=True),
        "plural": _plural(scope),
        "in_area": scope.inside(scope.area),
        "names": tuple(names),
    }
    sentences = []
    if "rank" in table.columns and table.at("area", "rank").low is not None:
        rank = table.at("area", "rank")
        sentences.append(say(scope.words, "beside.rank", rank=rank, range=rank.range, **slots))
    sentences.append(say(scope.words, "beside.similar", **slots))
    return sentences


def _first(scope: Scope, main: Indicator) -> Table | None:
    """Return the flagged territories, certain ones first, by their scores."""
    flags = [one for one in scope.atlas.indicators.values() if one.role == "flag"]
    if not flags:
        return None
    states = scope.atlas.values[flags[0].id].to_numpy()
    order = worst_first(scope, main)
    people = population_of(scope.atlas).to_numpy("float64")
    scores = scope.atlas.values[main.id].to_numpy()
    words, rows = scope.words, {}
    for key, state, most in (("certain", FLAGGED, CERTAIN), ("possible", POSSIBLE, MAYBE)):
        for place, at in enumerate(order[states[order] == state][:most]):
            rows[f"{key}{place}"] = (
                name_cell(scope.atlas.territories.names.iloc[at]),
                Cell(words[f"first_{key}"]),
                scope.count(people[at]),
                Cell(scope.amount(scores[at], main), finite(scores[at])),
            )
    if not rows:
        return None
    columns = {
        "name": scope.atlas.territories.level_title(scope.lang),
        "state": words["first_state"],
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    title = flags[0].title_in(scope.lang)
    caption = words["first_caption"].format(units=scope.units, title=title)
    return make_table("t-first", caption, columns, rows, note=words["first_note"])


def _first_said(scope: Scope, table: Table) -> list[Sentence]:
    sentences = []
    for key in ("certain", "possible"):
        names: list[Piece] = []
        for row in table.rows:
            if row.startswith(key):
                names += [Piece(", ")] if names else []
                names.append(name_of(table.at(row, "name")))
        if names:
            sentences.append(say(scope.words, f"first.{key}", names=tuple(names)))
    return sentences
