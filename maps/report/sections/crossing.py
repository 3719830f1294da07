"""Section: density and online presence, as a map and as a table."""

from __future__ import annotations

from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.drawn.bivariate import DEFAULT, Bivariate
from zoneblanche.maps.drawn.classes import Axis, Classed
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    make_table,
    name_of,
    say,
)
from zoneblanche.maps.report.map import draw_figure
from zoneblanche.maps.report.picture import MOST_NAMED
from zoneblanche.maps.report.scope import Scope
from zoneblanche.maps.report.sections.measured import people_of

WIDTH = 400
"""Width of the map in pixels of the page."""


def crossing_section(scope: Scope) -> Section:
    """Return the map, and how many territories and people are in each of the nine classes."""
    words, atlas, inside = scope.words, scope.atlas, scope.area.inside
    pair = crossable(atlas)
    if pair is None:
        return Section("map", words["map"], (say(words, "crossing.absent"),))
    classed = scope.shared.classed(pair, scope.lang)
    assert classed.square is not None
    table = _table(scope, classed, *classed.square)
    # Names are legible only on a map as small as it is printed; where there are none, one layout
    # serves all maps.
    sheet = scope.sheet if scope.area.count > MOST_NAMED else None
    figure = draw_figure(atlas, pair, inside, scope.lang, width=WIDTH, sheet=sheet, classed=classed)
    has_known = table.at("unknown", "units").value != scope.area.count
    blocks = tuple(block for block in (table, figure) if block is not None and has_known)
    note = _which_way(scope, pair) + words["crossing_note"].format(units=scope.units)
    said_of = _sentences(scope, table, *classed.square)
    return Section("map", words["map"], said_of, blocks=blocks, notes=(note,) if has_known else ())


def crossable(atlas: Atlas) -> Bivariate | None:
    """Return density and presence, if the atlas has figures of both."""
    there = [name in atlas.indicators and atlas.values[name].notna().any()
             for name in (DEFAULT.x, DEFAULT.y)]  # fmt: skip
    return DEFAULT if all(there) else None


def _which_way(scope: Scope, pair: Bivariate) -> str:
    """Return which end of presence is better, and whether the scores of the index, of which one is
    on the same subject, run the other way."""
    presence, main = scope.atlas.indicator(pair.y), scope.shared.main
    if presence.better is None:
        return ""
    key = "crossing_high" if presence.better == "higher" else "crossing_low"
    text = scope.words[key].format(title=presence.title_in(scope.lang))
    if main is not None and main.better not in (None, presence.better):
        text += scope.words["crossing_unlike"]
    return text


def _table(scope: Scope, classed: Classed, across: Axis, up: Axis) -> Table:
    words, inside = scope.words, scope.area.inside
    rows = {}
    for step_y in (2, 1, 0):
        for step_x in (2, 1, 0):
            chosen = inside & (classed.of == 3 * step_y + step_x)
            rows[f"{step_x}{step_y}"] = (
                Cell(across.spans[step_x]),
                Cell(up.spans[step_y]),
                scope.count(chosen.sum()),
                scope.count(people_of(scope, chosen) if chosen.any() else 0.0),
            )
    unknown = inside & (classed.of < 0)
    people = people_of(scope, unknown) if unknown.any() else 0.0
    dash = Cell("–")
    rows["unknown"] = (Cell(words["no_data"]), dash, scope.count(unknown.sum()),
                       scope.count(people))  # fmt: skip
    columns = {"x": across.title, "y": up.title, "units": scope.units, "people": words["people"]}
    return make_table("t-crossing", words["crossing_caption"], columns, rows)


def _sentences(scope: Scope, table: Table, across: Axis, up: Axis) -> tuple[Sentence, ...]:
    strong = table.at("22", "units")
    key = "crossing.both" if strong.value else "crossing.none"
    if table.at("unknown", "units").value == scope.area.count:
        return (say(scope.words, "crossing.unknown"),)
    if not (across.labels[2] and up.labels[2]):
        return (say(scope.words, "crossing.level"),)
    if scope.area.count == 1:
        key = f"{key}.one"
    return (
        say(
            scope.words,
            key,
            n=strong,
            people=table.at("22", "people"),
            x=name_of(table.at("22", "x")),
            y=name_of(table.at("22", "y")),
            x_title=Piece(table.columns["x"], is_name=True),
            y_title=Piece(table.columns["y"], is_name=True),
            units=scope.units_of(strong.value),
            name=Piece(scope.label(scope.area), is_name=True),
        ),
    )
