"""Section: the ranking, and how reliable it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from zoneblanche.layers.analysis.estimates import figure_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area, parts_level, parts_of
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    finite,
    make_table,
    name_cell,
    name_of,
    say,
)
from zoneblanche.maps.report.map import Figure, class_areas, draw_figure
from zoneblanche.maps.report.naming import of_area
from zoneblanche.maps.report.peers import standing_of
from zoneblanche.maps.report.picture import Sheet
from zoneblanche.maps.report.scope import MANY, NO_INTERVAL, Scope, digits_of, population_of
from zoneblanche.maps.report.sections.key_figures import coarse_sentences
from zoneblanche.maps.report.sections.measured import people_of

NAMED = 10
"""Number of territories named at the worse end."""

WIDTH = 400
"""Width of the map of the parts, in pixels of the page."""

MOST_PARTS = 15
"""Maximum number of parts of the area that are listed; of more, the ten worst and the five best."""


def ranking_section(scope: Scope) -> Section:
    """Return the parts of the area as a map, and as a table with bars. For the workbook, the
    territories that are worst off, and the area among those of its level."""
    words, main = scope.words, scope.shared.main
    if main is None or not np.isfinite(scope.inner.values[main.id]).any():
        return Section("ranking", words["ranking"], (say(words, "ranking.nothing"),))
    sentences: list[Sentence] = []
    blocks: list[object] = []
    level = parts_level(scope.atlas, scope.area)
    parts = None if level is None else _parts(scope, main, level)
    if level is not None and parts is not None:
        if not acting_level(scope):  # otherwise the brief shows the areas of the country
            figure = draw_areas(scope, main, level, caption="areas_map_plain")
            blocks += [] if figure is None else [figure]
        blocks.append(parts)
        sentences += [
            _parts_sentence(scope, level, parts),
            *_open_sentences(scope, level, parts),
        ]
    worst = _worst(scope, main)
    tied = _tied(scope, main)
    sentences += _worst_sentences(scope, main, worst, tied)
    sentences += coarse_sentences(scope)
    if tied is not None:
        blocks.append(tied)
    if parts is None:  # too few territories for parts: they are listed themselves
        blocks.append(worst)
    more = [] if parts is None else [worst]
    peers = _peers(scope, main)
    if peers is not None:
        more.append(peers)
    notes = []
    if parts is None and "rank" in worst.columns:
        notes.append(words["rank_note_worse" if main.better == "lower" else "rank_note_better"])
    if "rank" in worst.columns or scope.shared.drawn:
        notes.append(words["rank_note"])
    return Section(
        "ranking",
        words["ranking"],
        tuple(sentences),
        blocks=tuple(blocks),
        notes=tuple(notes),
        more=tuple(more),
    )


def _peers(scope: Scope, main: Indicator) -> Table | None:
    """Return how many territories of the area's level are worse, better, or not distinguishable
    from it."""
    level, code = scope.area.level, scope.area.code
    table = scope.shared.peers(level)
    if table is None or len(table) < 3 or code not in table.index:
        return None
    standing = standing_of(
        table,
        scope.shared.drawn.get(level),
        code,
        digits=digits_of(main),
        high_is_bad=main.better == "lower",
    )
    words = scope.words
    counts = {
        "worse": standing.worse,
        "same": standing.same,
        "better": standing.better,
        "unsure": standing.unknown,
    }
    rows = {key: (Cell(words[f"peers_{key}"]), scope.count(n)) for key, n in counts.items()}
    rows["all"] = (Cell(words["peers_all"]), scope.count(len(table) - 1))
    plural = scope.level_title(level, plural=True)
    headings = {"state": words["peers_beside"].format(name=scope.label(scope.area)), "n": plural}
    caption = words["peers_caption"].format(
        name=scope.label(scope.area), plural=plural, title=main.title_in(scope.lang)
    )
    note = words["peers_note"] if scope.shared.drawn.get(level) is not None else ""
    return make_table("t-peers", caption, headings, rows, note=note)


def _parts(scope: Scope, main: Indicator, level: str) -> Table | None:
    """Return the parts of the area from the worst to the best; of many, the two ends."""
    scored = [
        (part, figure_of(scope.shared.columns, main, part.inside).value)
        for part in parts_of(scope.atlas, scope.area, level, lang=scope.lang)
    ]
    scored = [(part, value) for part, value in scored if np.isfinite(value)]
    gaps = {part.code for part, _ in scored if np.isfinite(scope.shared.bounds_of(part)[0])}
    if len(gaps) < len(scored):  # a score without a part of the index is not put in an order
        unranked = [part_name(scope, part) for part, _ in scored if part.code in gaps]
        scored = [(part, value) for part, value in scored if part.code not in gaps]
    else:
        unranked = []
    if len(scored) < 2:
        return None
    sign = -1.0 if main.better == "lower" else 1.0
    scored.sort(key=lambda pair: (sign * pair[1], pair[0].code))
    shown = scored if len(scored) <= MOST_PARTS else [*scored[:10], *scored[-5:]]
    words = scope.words
    rows = {}
    for part, _value in shown:
        rows[part.code] = (
            name_cell(part_name(scope, part)),
            scope.count(part.count),
            scope.count(people_of(scope, part.inside)),
            _part_score(scope, main, part),
        )
    plural = scope.level_title(level, plural=True)
    columns = {
        "name": scope.level_title(level),
        "units": scope.units,
        "people": words["people"],
        "score": main.title_in(scope.lang),
    }
    note = words["parts_mean"].format(plural=plural, units=scope.units)
    if len(shown) < len(scored):
        note = f"{words['parts_more'].format(plural=plural)} {note}"
    if unranked:
        note += " " + words["parts_unranked"].format(names=", ".join(unranked))
    elif gaps:
        note += " " + words["gaps_note"]
    return make_table(
        "t-parts",
        words["parts_caption"].format(plural=plural, title=main.title_in(scope.lang)),
        columns,
        rows,
        note=note,
    )


def _part_score(scope: Scope, main: Indicator, part: Area) -> Cell:
    """Return the score of a part, drawn as a bar on the scale of the index; with an interval only
    if all of it is in the area, because the draws are of the whole."""
    value = figure_of(scope.shared.columns, main, part.inside).value
    cell = Cell(scope.amount(value, main), float(value))
    if is_whole(scope, part):
        cell = scope.scored(part)
    low, high = main.bounds
    if low is None or high is None:
        return cell
    ends = [value if end is None else end for end in (cell.low, value, cell.high)]
    return replace(cell, bar=tuple((end - low) / (high - low) for end in ends))


def _parts_sentence(scope: Scope, level: str, parts: Table) -> Sentence:
    first, *_between, last = parts.rows
    named = {part.code: part for part in parts_of(scope.atlas, scope.area, level, lang=scope.lang)}
    return say(
        scope.words,
        "parts.ends",
        plural=scope.level_title(level, plural=True),
        of_worst=of_area(scope, named[first]),
        worst_score=parts.at(first, "score"),
        of_best=of_area(scope, named[last]),
        best_score=parts.at(last, "score"),
    )


def _open_sentences(scope: Scope, level: str, parts: Table) -> Iterator[Sentence]:
    """Return that the worst or the best of the parts is not established, if the ranges of others
    overlap with its range: of those too that the table leaves out, as it does a part without a
    rank."""
    ranges = {
        # Only a part that is whole has a range, see _part_score. One without overlaps with none.
        part.code: scope.shared.score_range(part) if is_whole(scope, part) else NO_INTERVAL
        for part in parts_of(scope.atlas, scope.area, level, lang=scope.lang)
    }
    low, high = np.array(list(ranges.values())).T
    first, *_between, last = map(list(ranges).index, parts.rows)
    ends = [bool(((low <= high[end]) & (high >= low[end])).sum() > 1) for end in (first, last)]
    if any(ends):
        key = "parts.open" if all(ends) else ("parts.open_worst" if ends[0] else "parts.open_best")
        yield say(scope.words, key, plural=scope.level_title(level, plural=True))


def draw_areas(
    scope: Scope, main: Indicator, level: str, *, caption: str, sheet: Sheet | None = None
) -> Figure | None:
    """Return the map of the means of the areas of a level, in the classes of the map of the index.

    Args:
        caption: key of the words of the title.
        sheet: of the territories, if they are laid out already; by default `WIDTH` wide.
    """
    table = scope.shared.peers(level)
    assert table is not None  # the level contains the territories
    parents = scope.atlas.territories.parents[level]
    classed = class_areas(
        scope.shared.classed(main.id, scope.lang),
        parents.map(table["score"]).to_numpy("float64"),
    )
    plural = scope.level_title(level, plural=True)
    title = scope.words[caption].format(title=main.title_in(scope.lang), plural=plural)
    return draw_figure(
        scope.atlas, main.id, scope.area.inside, scope.lang,
        width=WIDTH, sheet=sheet, classed=classed, title=title, outline=level,
    )  # fmt: skip


def acting_level(scope: Scope) -> str:
    """Return the level of the areas that a report speaks of: the finest that contains the
    territories, if these are too many for a sheet of paper; else ""."""
    if scope.area.count <= MANY:
        return ""
    parents = scope.inner.territories.parents
    counts = {str(level): int(parents[level].nunique()) for level in parents}
    useful = {level: n for level, n in counts.items() if 3 <= n <= len(parents) / 3}
    return max(useful, key=lambda level: useful[level]) if useful else ""


def part_name(scope: Scope, part: Area) -> str:
    """Return the name of a part of the area, with a note if only a part of it is in the area."""
    name = part.name or part.code
    return name if is_whole(scope, part) else f"{name} ({scope.words['in_part']})"


def is_whole(scope: Scope, part: Area) -> bool:
    """Return whether all of a part is in the area."""
    return bool(scope.shared.sizes[part.level].get(part.code, 0) == part.count)


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


def unit_rows(
    scope: Scope, main: Indicator, places: np.ndarray, *, bars: bool = True
) -> dict[str, tuple[Cell, ...]]:
    """Return some territories by code: name, code, people, score and rank with its interval."""
    atlas = scope.atlas
    people, names = population_of(atlas).to_numpy("float64"), atlas.territories.names.to_numpy()
    values = atlas.values[main.id].to_numpy("float64")
    table = atlas.intervals.get(main.id, pd.DataFrame(index=atlas.codes))
    scores = np.column_stack([values, *_ends(table, "score_low", "score_high")])
    ranks = None
    if "rank" in table:
        ranks_of_units = table["rank"].to_numpy("float64")
        ranks = np.column_stack([ranks_of_units, *_ends(table, "rank_low", "rank_high")])
    ranked = 0 if ranks is None else int(np.isfinite(ranks[:, 0]).sum())
    rows = {}
    for at in places:
        score, *ends = scores[at].tolist()
        cells = [
            name_cell(names[at]),
            name_cell(atlas.codes[at]),
            scope.count(people[at]),
            _ranged(scope, scope.amount(score, main), score, ends, digits=digits_of(main)),
        ]
        if ranks is not None:
            rank, *ends = ranks[at].tolist()
            bar: tuple[float, ...] = ()
            if bars and np.isfinite([rank, *ends]).all() and ranked > 1:
                bar = tuple((end - 1) / (ranked - 1) for end in (ends[0], rank, ends[1]))
            cells.append(_ranged(scope, scope.number(rank), rank, ends, digits=0, bar=bar))
        rows[str(atlas.codes[at])] = tuple(cells)
    return rows


def _ranged(
    scope: Scope,
    text: str,
    value: float,
    ends: Sequence[float],
    *,
    digits: int,
    bar: tuple[float, ...] = (),
) -> Cell:
    """Return a figure with its interval as a cell."""
    low, high = ends
    between = scope.between(low, high, digits)
    return Cell(text, finite(value), between, finite(low), finite(high), bar=bar)


def _ends(table: pd.DataFrame, *names: str) -> Iterator[np.ndarray]:
    """Yield the ends of the interval of each territory, NaN without one."""
    for name in names:
        has_column = name in table
        yield table[name].to_numpy("float64") if has_column else np.full(len(table), np.nan)


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
    rows = unit_rows(scope, main, order)
    caption = scope.words["worst_caption"].format(
        units=scope.units_of(len(rows)),
        title=main.title_in(scope.lang),
        n=scope.number(len(rows)),
    )
    return make_table("t-worst", caption, unit_columns(scope, main), rows)


def _tied(scope: Scope, main: Indicator) -> Table | None:
    """Return how many territories of the area have the worst score, if it is not one alone."""
    scores = np.round(scope.shared.columns.values(main.id)[scope.area.inside], 9)
    top = np.nanmax(scores) if main.better == "lower" else np.nanmin(scores)
    equal = int((scores == top).sum())
    if equal < 2:
        return None
    words = scope.words
    rows = {
        "score": (Cell(words["tied_score"]), Cell(scope.amount(top, main), float(top))),
        "equal": (Cell(words["tied_equal"]), scope.count(equal)),
    }
    return make_table(
        "t-tied", words["tied_caption"], {"what": words["what"], "n": scope.units}, rows
    )


def _worst_sentences(
    scope: Scope, main: Indicator, worst: Table, tied: Table | None
) -> list[Sentence]:
    """Return who shares the worst score; a single one is named by the brief or the table."""
    if tied is None:
        return []
    first = next(iter(worst.rows))
    # Of equal territories the one with most people is named, if known.
    counted = worst.at(first, "people").value is not None
    return [
        say(
            scope.words,
            "worst.shared" if counted else "worst.shared_units",
            name=name_of(worst.at(first, "name")),
            score=tied.at("score", "n"),
            n=tied.at("equal", "n"),
            units=scope.units,
            title=Piece(main.title_in(scope.lang), is_name=True),
        )
    ]
