"""Section: what changed between the waves, on the authorities known at both dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from zoneblanche.layers.presence.panel import Panel, known_in_both
from zoneblanche.maps.report.content import (
    Cell,
    Line,
    LineChart,
    Section,
    Sentence,
    Table,
    make_table,
    name_cell,
    name_of,
    say,
)
from zoneblanche.maps.report.scope import Scope


def waves_section(scope: Scope) -> Section:
    """Return the shares at each date, and the change from the first to the last on constant
    territory. All are counted: a change has no interval."""
    words, panel = scope.words, scope.shared.panel
    if panel is None or len(panel.waves) < 2:
        return Section("waves", words["waves"], (say(words, "waves.nothing"),))
    shares = _shares(scope, panel)
    first = _first_wave(scope, panel)
    change = _change(scope, panel, first)
    if change is None:
        unknown = say(words, "waves.unknown", in_area=scope.inside(scope.area))
        return Section("waves", words["waves"], (unknown,))
    sentences = [
        _change_sentence(scope, (first, panel.waves[-1]), change, row) for row in change.rows
    ]
    return Section(
        "waves",
        words["waves"],
        tuple(sentences),
        blocks=(_chart(scope, panel, shares), change),
        notes=(words["waves_note"].format(units=scope.units),),
        more=(shares,),
    )


def _first_wave(scope: Scope, panel: Panel) -> str:
    """Return the first date at which something is known in the area: a directory may lack a part of
    the country."""
    for wave in panel.waves:
        if any(
            column.loc[scope.area.inside, wave].notna().any()
            for column in panel.by_criterion.values()
        ):
            return wave
    return panel.waves[0]


def _shares(scope: Scope, panel: Panel) -> Table:
    columns = {"criterion": scope.words["indicator"]}
    columns |= {wave: scope.day(wave) for wave in panel.waves}
    rows = {}
    for name, table in panel.by_criterion.items():
        inner = table[scope.area.inside]
        title = name_cell(scope.atlas.indicator(name).title_in(scope.lang))
        rows[name] = (title, *(_share(scope, inner[wave].dropna()) for wave in panel.waves))
    caption = scope.words["waves_caption"].format(units=scope.units)
    return make_table("t-waves", caption, columns, rows)


def _share(scope: Scope, shares: pd.Series) -> Cell:
    cell = scope.percent(100 * shares.mean() if len(shares) else np.nan)
    single = scope.area.count == 1 and cell.value is not None
    return replace(cell, text=scope.yes_or_no(cell.value or 0.0)) if single else cell


def _change(scope: Scope, panel: Panel, first: str) -> Table | None:
    words, last = scope.words, panel.waves[-1]
    rows: dict[str, tuple[Cell, ...]] = {}
    if first == last:
        return None
    for name, table in panel.by_criterion.items():
        inner = table[scope.area.inside]
        both = inner[known_in_both(inner, first, last)]
        if not len(both):
            continue
        gained = int(((both[first] == 0) & (both[last] == 1)).sum())
        given_up = int(((both[first] == 1) & (both[last] == 0)).sum())
        points = 100 * (gained - given_up) / len(both)
        kind = "equal" if not gained - given_up else "better" if points > 0 else "worse"
        rows[name] = (
            name_cell(scope.atlas.indicator(name).title_in(scope.lang)),
            scope.count(len(both)),
            _share(scope, both[first]),
            _share(scope, both[last]),
            Cell(scope.signed(points, 1), points, kind=kind),
            scope.count(gained),
            scope.count(given_up),
        )
    if not rows:
        return None
    columns = {
        "criterion": words["indicator"],
        "both": words["in_both"].format(units=scope.units),
        "from": scope.day(first),
        "to": scope.day(last),
        "change": words["change"],
        "gained": words["gained"],
        "given_up": words["given_up"],
    }
    return make_table("t-change", words["change_caption"], columns, rows)


def _change_sentence(scope: Scope, dates: tuple[str, str], table: Table, row: str) -> Sentence:
    change = table.at(row, "change")
    return say(
        scope.words,
        "waves.single" if scope.area.count == 1 else f"waves.{change.kind}",
        title=name_of(table.at(row, "criterion")),
        first=table.at(row, "from"),
        first_date=scope.day(dates[0]),
        last=table.at(row, "to"),
        last_date=scope.day(dates[1]),
        change=change,
        gained=table.at(row, "gained"),
        given_up=table.at(row, "given_up"),
        both=table.at(row, "both"),
        units=scope.units_of(table.at(row, "both").value),
        in_area=scope.inside(scope.area),
        gains=scope.word("gains", table.at(row, "gained").value),
        losses=scope.word("losses", table.at(row, "given_up").value),
    )


def _chart(scope: Scope, panel: Panel, table: Table) -> LineChart:
    days = [date.fromisoformat(wave).toordinal() for wave in panel.waves]
    span = max(days[-1] - days[0], 1)
    at = {wave: (day - days[0]) / span for wave, day in zip(panel.waves, days, strict=True)}
    lines = []
    for place, row in enumerate(table.rows):
        cells = {wave: table.at(row, wave) for wave in panel.waves}
        points = tuple(
            (at[wave], cell.value / 100) for wave, cell in cells.items() if cell.value is not None
        )
        if points:
            name = table.at(row, "criterion").text
            lines.append(Line(f"line{place}", name, points, cells[panel.waves[-1]].text))
    years = range(int(panel.waves[0][:4]), int(panel.waves[-1][:4]) + 1)
    ticks_x = [((date(year, 1, 1).toordinal() - days[0]) / span, str(year)) for year in years]
    return LineChart(
        label=scope.words["waves_chart"],
        lines=tuple(lines),
        ticks_x=tuple((x, text) for x, text in ticks_x if 0 <= x <= 1),
        ticks_y=tuple((tick / 100, scope.number(tick)) for tick in (0, 25, 50, 75, 100)),
    )
