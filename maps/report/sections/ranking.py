"""Section: the ranking, and how reliable it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.layers.analysis.estimates import clear_of_chance, difference_of, figure_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area, parts_level, parts_of, peers_of
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    make_table,
    name_cell,
    name_of,
    say,
)
from zoneblanche.maps.report.scope import Scope, digits_of, population_of, tone_of
from zoneblanche.maps.report.sections.key_figures import coarse_said
from zoneblanche.maps.report.sections.measured import people_of

NAMED = 10
"""Number of territories named at the worse end."""

MOST_PARTS = 15
"""Maximum number of parts of the area that are listed; of more, the ten worst and the five best."""


def ranking_section(scope: Scope) -> Section:
    """Return the area among territories of its level; its parts; the territories that are worst
    off, with the intervals of their ranks."""
    words, main = scope.words, scope.shared.main
    if main is None or not np.isfinite(scope.inner.values[main.id]).any():
        return Section("ranking", words["ranking"], (say(words, "ranking.nothing"),))
    sentences: list[Sentence] = []
    blocks: list[object] = []
    peers = _peers(scope, main)
    if peers is not None:
        blocks.append(peers)
        sentences.append(_peers_said(scope, main, peers))
    parts = _parts(scope, main)
    if parts is not None:
        blocks.append(parts)
    worst = _worst(scope, main)
    blocks.append(worst)
    tied = _tied(scope, main, worst)
    if tied is not None:
        blocks.append(tied)
    sentences += _worst_said(scope, main, worst, tied)
    sentences += coarse_said(scope)
    direction = "rank_note_worse" if main.better == "lower" else "rank_note_better"
    return Section(
        "ranking",
        words["ranking"],
        tuple(sentences),
        blocks=tuple(blocks),
        notes=(words[direction], words["rank_note"]),
    )


def _peers(scope: Scope, main: Indicator) -> Table | None:
    """Return how many territories of the area's level are worse, better, or not distinguishable
    from it."""
    peers = peers_of(scope.atlas, scope.area, lang=scope.lang)
    others = [one for one in peers if one.code != scope.area.code]
    if len(others) < 2:
        return None
    counts = dict.fromkeys(("worse", "same", "better", "unsure"), 0)
    columns, digits = scope.shared.columns, digits_of(main)
    apart = [
        difference_of(columns, main, other.inside, scope.area.inside, digits=digits)
        for other in others
    ]
    for one in clear_of_chance(apart):
        tone = tone_of(one.verdict, main)
        counts["same" if tone == "equal" else tone] += 1
    words = scope.words
    rows = {key: (Cell(words[f"peers_{key}"]), scope.count(n)) for key, n in counts.items()}
    rows["all"] = (Cell(words["peers_all"]), scope.count(len(others)))
    plural = scope.level_title(scope.area.level, plural=True)
    headings = {"state": words["peers_beside"].format(name=scope.label(scope.area)), "n": plural}
    caption = words["peers_caption"].format(
        name=scope.label(scope.area), plural=plural, title=main.title_in(scope.lang)
    )
    return make_table("t-peers", caption, headings, rows, note=words["many_note"])


def _peers_said(scope: Scope, main: Indicator, table: Table) -> Sentence:
    key = "peers.most" if table.at("unsure", "n").value else "peers.all"
    return say(
        scope.words,
        key,
        all=table.at("all", "n"),
        plural=scope.level_title(scope.area.level, plural=True),
        worse=table.at("worse", "n"),
        same=table.at("same", "n"),
        better=table.at("better", "n"),
        unsure=table.at("unsure", "n"),
        title=Piece(main.title_in(scope.lang), is_name=True),
    )


def _parts(scope: Scope, main: Indicator) -> Table | None:
    level = parts_level(scope.atlas, scope.area)
    if level is None:
        return None
    found = []
    for part in parts_of(scope.atlas, scope.area, level, lang=scope.lang):
        figure = figure_of(scope.shared.columns, main, part.inside)
        if np.isfinite(figure.value):
            found.append((part, figure))
    if len(found) < 2:
        return None
    sign = -1.0 if main.better == "lower" else 1.0
    found.sort(key=lambda pair: (sign * pair[1].value, pair[0].code))
    shown = found if len(found) <= MOST_PARTS else [*found[:10], *found[-5:]]
    words = scope.words
    rows = {}
    for part, figure in shown:
        rows[part.code] = (
            name_cell(part_name(scope, part)),
            scope.count(part.count),
            scope.count(people_of(scope, part.inside)),
            scope.figure(figure, main),
        )
    plural = scope.level_title(level, plural=True)
    columns = {
        "name": scope.level_title(level),
        "units": scope.units,
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    note = words["parts_mean"].format(plural=plural, units=scope.units)
    if len(shown) < len(found):
        note = f"{words['parts_more'].format(plural=plural)} {note}"
    return make_table(
        "t-parts",
        words["parts_caption"].format(plural=plural, title=main.title_in(scope.lang)),
        columns,
        rows,
        note=note,
    )


def part_name(scope: Scope, part: Area) -> str:
    """Return the name of a part of the area, with a note if only a part of it is in the area."""
    whole = (scope.atlas.territories.parents[part.level] == part.code).sum()
    name = part.name or part.code
    return name if whole == part.count else f"{name} ({scope.words['in_part']})"


def unit_columns(scope: Scope, main: Indicator) -> dict[str, str]:
    """Return headings of a table of single territories."""
    words = scope.words
    columns = {
        "name": scope.atlas.territories.level_title(scope.lang),
        "code": words["code"],
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    if "rank" in scope.atlas.intervals.get(main.id, ()):
        columns["rank"] = words["rank"]
    return columns


def unit_row(scope: Scope, main: Indicator, at: int, *, bars: bool = True) -> tuple[Cell, ...]:
    """Return one territory: name, code, people, score and rank with its interval."""
    atlas = scope.atlas
    people = population_of(atlas).iloc[at]
    value = atlas.values[main.id].iloc[at]
    table = atlas.intervals.get(main.id)
    row = None if table is None else table.iloc[at]
    low, high = _ends(row, "score_low", "score_high")
    cells = [
        name_cell(atlas.territories.names.iloc[at]),
        name_cell(atlas.codes[at]),
        scope.count(people),
        Cell(
            scope.amount(value, main),
            None if np.isnan(value) else float(value),
            scope.between(low, high, digits_of(main)),
            _known(low),
            _known(high),
        ),
    ]
    if table is not None and row is not None and "rank" in table:
        low, high = _ends(row, "rank_low", "rank_high")
        size = int(table["rank"].notna().sum())
        rank = float(row["rank"])
        bar: tuple[float, ...] = ()
        if bars and np.isfinite([low, high, rank]).all() and size > 1:
            bar = tuple((end - 1) / (size - 1) for end in (low, rank, high))
        cells.append(
            Cell(
                scope.number(rank),
                _known(rank),
                scope.between(low, high, 0),
                _known(low),
                _known(high),
                bar=bar,
            )
        )
    return tuple(cells)


def _ends(row: pd.Series | None, low: str, high: str) -> tuple[float, float]:
    if row is None or low not in row or high not in row:
        return float("nan"), float("nan")
    return float(row[low]), float(row[high])


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def worst_first(scope: Scope, main: Indicator) -> np.ndarray:
    """Return positions of the area's territories with a score, the worst off first; people break
    ties."""
    scores = scope.atlas.values[main.id].to_numpy()
    people = np.nan_to_num(population_of(scope.atlas).to_numpy(dtype="float64"))
    sign = -1.0 if main.better == "lower" else 1.0
    places = np.flatnonzero(scope.area.inside & ~np.isnan(scores))
    return places[np.lexsort((-people[places], np.round(sign * scores[places], 9)))]


def _worst(scope: Scope, main: Indicator) -> Table:
    order = worst_first(scope, main)[:NAMED]
    rows = {str(scope.atlas.codes[at]): unit_row(scope, main, int(at)) for at in order}
    caption = scope.words["worst_caption"].format(
        units=scope.units, title=main.title_in(scope.lang), n=scope.number(len(rows))
    )
    return make_table("t-worst", caption, unit_columns(scope, main), rows)


def _tied(scope: Scope, main: Indicator, worst: Table) -> Table | None:
    """Return how many territories of the area share the rank of the worst off."""
    if len(worst.rows) < 2:
        return None
    words, first = scope.words, next(iter(worst.rows))
    scores = np.round(scope.shared.columns.values(main.id)[scope.area.inside], 9)
    top = np.nanmax(scores) if main.better == "lower" else np.nanmin(scores)
    rows = {"equal": (Cell(words["tied_equal"]), scope.count((scores == top).sum()))}
    table = scope.atlas.intervals.get(main.id, pd.DataFrame(index=scope.atlas.codes))
    head = worst.at(first, "rank") if "rank" in worst.columns else Cell("")
    if head.low is not None and head.high is not None:
        inner = table[scope.area.inside]
        low, high = inner["rank_low"].to_numpy(), inner["rank_high"].to_numpy()
        overlap = int(((low <= head.high) & (high >= head.low)).sum()) - 1
        rows["overlap"] = (Cell(words["tied_overlap"]), scope.count(overlap))
    rows["others"] = (Cell(words["tied_others"]), scope.count((~np.isnan(scores)).sum() - 1))
    caption = words["tied_caption"]
    return make_table("t-tied", caption, {"what": words["what"], "n": scope.units}, rows)


def _worst_said(scope: Scope, main: Indicator, worst: Table, tied: Table | None) -> list[Sentence]:
    first = next(iter(worst.rows))
    shared = tied is not None and (tied.at("equal", "n").value or 0) > 1
    # Of equal territories the one with most people is named, if known.
    counted = worst.at(first, "people").value is not None
    key = "worst.first" if not shared else "worst.shared" if counted else "worst.shared_units"
    sentences = [
        say(
            scope.words,
            key,
            name=name_of(worst.at(first, "name")),
            score=worst.at(first, "score"),
            n=tied.at("equal", "n") if tied is not None else "",
            units=scope.units,
            title=Piece(main.title_in(scope.lang), is_name=True),
        )
    ]
    if tied is not None and "overlap" in tied.rows:
        key = "worst.tied" if tied.at("overlap", "n").value else "worst.alone"
        sentences.append(
            say(
                scope.words,
                key,
                rank=worst.at(first, "rank"),
                range=worst.at(first, "rank").range,
                n=tied.at("overlap", "n"),
                of=tied.at("others", "n"),
                units=scope.units_of(tied.at("others", "n").value),
                in_area=scope.inside(scope.area),
            )
        )
    return sentences
