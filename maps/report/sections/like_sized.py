"""Section: the area at equal size, compared with its peers and with the prediction from size and
density."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.layers.analysis.estimates import (
    FEWEST,
    Difference,
    Verdict,
    clear_of_chance,
    verdict_of,
)
from zoneblanche.layers.analysis.inequality.equal_size import EqualSize
from zoneblanche.layers.analysis.inequality.groups import band_titles
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.intervals import Z95
from zoneblanche.maps.report.areas import Area, parts_level, parts_of
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
from zoneblanche.maps.report.scope import Scope
from zoneblanche.maps.report.sections.ranking import part_name

FEW = 30
"""Number of parts of the area up to which how many are beside the expected is not counted."""

RARE = 0.025
"""Chance on one side, as of a 95 % interval."""

MUCH_CHANCE = 25.0
"""Variance of the number of yes above which it is close to normal."""

_KINDS: dict[Verdict, str] = dict(zip(get_args(Verdict), get_args(Verdict), strict=True))
_KINDS |= {"above": "better", "below": "worse"}


def like_sized_section(scope: Scope) -> Section:
    """Return shares by size band next to the reference; observed and expected."""
    words, compared = scope.words, scope.shared.equal_size
    if compared is None or compared.table.loc[scope.area.inside, "value"].isna().all():
        return Section("size", words["size"], (say(words, "size.nothing"),))
    indicator = scope.atlas.indicator(compared.indicator)
    bands = _bands(scope, compared, indicator)
    residuals, parts, outcome = _residuals(scope, compared, indicator)
    sentences = [
        *_bands_sentences(scope, indicator, bands),
        *_residuals_sentences(scope, indicator, residuals),
        *_outcome_sentences(scope, indicator, outcome),
    ]
    note = words["size_note"].format(n=scope.number(compared.fitted_territories), units=scope.units)
    return Section(
        "size",
        words["size"],
        tuple(sentences),
        blocks=tuple(block for block in (bands, residuals, outcome) if block is not None),
        notes=(note, words["model_note"]),
        more=() if parts is None else (parts,),
    )


def _bands(scope: Scope, compared: EqualSize, indicator: Indicator) -> Table:
    words = scope.words
    columns = {
        "band": words["band"],
        "units": scope.units,
        "area": scope.label(scope.area),
    }
    reference = scope.references[-1] if scope.references else None
    if reference is not None:
        columns |= {"ref_units": scope.units, "ref": scope.label(reference)}
    rows: dict[str, tuple[Cell, ...]] = {}
    for band, title in band_titles().items():
        cells = _band_cells(scope, compared, band, scope.area)
        if cells is None:
            continue
        rows[str(band)] = (Cell(in_language(title, scope.lang)), *cells)
        if reference is not None:
            other = _band_cells(scope, compared, band, reference)
            assert other is not None  # the reference contains the area
            rows[str(band)] += other
    caption = words["bands_caption"].format(title=indicator.title_in(scope.lang))
    return make_table("t-bands", caption, columns, rows)


def _band_cells(
    scope: Scope, compared: EqualSize, band: int, area: Area
) -> tuple[Cell, Cell] | None:
    chosen = area.inside & (compared.table["band"] == band).to_numpy()
    values = compared.table.loc[chosen, "value"].dropna()
    if not len(values):
        return None
    return scope.count(len(values)), scope.percent(values.mean())


def _bands_sentences(scope: Scope, indicator: Indicator, table: Table) -> list[Sentence]:
    rows = [row for row in table.rows if (table.at(row, "units").value or 0) >= FEWEST]
    if len(rows) < 2:
        return []
    small, large = rows[0], rows[-1]
    return [
        say(
            scope.words,
            "size.bands",
            title=Piece(indicator.title_in(scope.lang), is_name=True),
            small=table.at(small, "area"),
            small_band=name_of(table.at(small, "band")),
            small_units=table.at(small, "units"),
            large=table.at(large, "area"),
            large_band=name_of(table.at(large, "band")),
            large_units=table.at(large, "units"),
            units=scope.units,
        )
    ]


def _residuals(
    scope: Scope, compared: EqualSize, indicator: Indicator
) -> tuple[Table | None, Table | None, Table | None]:
    """Return the area beside what is expected; its parts, the worst first; and how many parts are
    below, above or neither."""
    figures = {
        name: compared.table[name].to_numpy() for name in ("value", "expected", "residual")
    }  # taken out of the table once for all parts
    area_row = None
    if not scope.area.inside.all():
        area_row = _residual_row(scope, figures, scope.area)
    level = parts_level(scope.atlas, scope.area)
    parts = parts_of(scope.atlas, scope.area, level, lang=scope.lang) if level else ()
    residual_rows = [
        (area, row) for area in parts if (row := _residual_row(scope, figures, area)) is not None
    ]
    rest = _clear(residual_rows)
    rest.sort(key=lambda pair: (pair[1][4].value or 0.0, pair[0].code))
    plural = scope.level_title(level, plural=True) if level else ""
    # A part without any figure is not distinguishable either.
    silent = ["unsure"] * (len(parts) - len(rest))
    outcome = None
    if len(parts) > FEW:
        outcome = _outcome(scope, [pair[1][4].kind for pair in rest] + silent, plural)
    words = scope.words
    caption = words["residuals_caption"].format(title=indicator.title_in(scope.lang))
    columns = {
        "name": words["territory"],
        "units": scope.units,
        "observed": words["observed"],
        "expected": words["expected"],
        "residual": words["residual"],
    }
    residual = (
        None
        if area_row is None
        else make_table("t-residuals", caption, columns, {"area": area_row})
    )
    rows = {f"part-{area.code}": cells for area, cells in rest}
    listed = make_table("t-residuals-parts", caption, columns, rows) if rows else None
    return residual, listed, outcome


def _clear(rows: list[tuple[Area, tuple[Cell, ...]]]) -> list[tuple[Area, tuple[Cell, ...]]]:
    """Return parts whose difference is clear although many are compared; the others are not
    distinguishable."""
    nan = float("nan")
    apart = []
    for _, (*_others, cell) in rows:
        value, low, high = (
            nan if end is None else end for end in (cell.value, cell.low, cell.high)
        )
        apart.append(Difference(value, "same", low, high))
    return [
        (area, (*cells[:4], cells[4] if clear or cells[4].kind == "unsure"
                else replace(cells[4], kind="same")))
        for (area, cells), clear in zip(rows, clear_of_chance(apart), strict=True)
    ]  # fmt: skip


def _outcome(scope: Scope, kinds: list[str], plural: str) -> Table | None:
    if len(kinds) < 2:
        return None
    words = scope.words
    rows = {
        kind: (Cell(words[f"size_{kind}"]), scope.count(kinds.count(kind)))
        for kind in ("worse", "same", "better", "unsure")
    }
    columns = {"state": words["beside_expected"], "n": plural}
    caption = words["outcome_caption"].format(plural=plural)
    return make_table("t-outcome", caption, columns, rows)


def _outcome_sentences(scope: Scope, indicator: Indicator, table: Table | None) -> list[Sentence]:
    if table is None:
        return []
    slots: dict[str, Slot] = {kind: table.at(kind, "n") for kind in table.rows}
    slots["title"] = Piece(indicator.title_in(scope.lang), is_name=True)
    unsure = table.at("unsure", "n").value
    key = "size.parts_most" if unsure else "size.parts"
    return [say(scope.words, key, **slots, plural=table.columns["n"])]


def _residual_row(
    scope: Scope, figures: dict[str, np.ndarray], area: Area
) -> tuple[Cell, ...] | None:
    """Return the mean residual; its error is √Σr²/n, without an assumption about the variance."""
    chosen = np.flatnonzero(area.inside)
    chosen = chosen[~np.isnan(figures["residual"][chosen])]
    count = len(chosen)
    if not count:
        return None
    value, expected, residuals = (
        figures[name][chosen] for name in ("value", "expected", "residual")
    )
    residual = float(residuals.mean())
    reach = Z95 * float(np.sqrt((residuals**2).sum())) / count
    low, high = residual - reach, residual + reach
    if not is_rare(value / 100, expected / 100):
        low, high = min(low, 0.0), max(high, 0.0)
    if count < FEWEST:
        low = high = float("nan")
    kind = _KINDS[verdict_of(low, high)]
    return (
        name_cell(_name_of(scope, area)),
        scope.count(count),
        scope.percent(value.mean()),
        scope.percent(expected.mean()),
        Cell(
            scope.signed(residual, 1),
            residual, scope.between(low, high, 1), finite(low), finite(high), kind=kind,
        ),
    )  # fmt: skip


def is_rare(outcomes: np.ndarray, chances: np.ndarray) -> bool:
    """Return whether so many yes, or more (or so few, or fewer), are found in at most one case of
    forty. Where nearly all are expected to have one, √Σr² is far too small if none lacks it.

    Args:
        outcomes: 0 or 1 of each territory; anything else, and many uncertain ones, are not checked.
        chances: of a yes, 0 to 1.
    """
    if not np.isin(outcomes, (0, 1)).all() or (chances * (1 - chances)).sum() > MUCH_CHANCE:
        return True
    counts = np.zeros(len(chances) + 1)  # how likely each number of yes is, after so many draws
    counts[0] = 1.0
    for drawn, chance in enumerate(chances.tolist(), start=1):
        one_more = counts[:drawn] * chance
        counts[:drawn] *= 1 - chance
        counts[1 : drawn + 1] += one_more
    yes = int(outcomes.sum())
    return bool(min(counts[yes:].sum(), counts[: yes + 1].sum()) <= RARE)


def _name_of(scope: Scope, area: Area) -> str:
    if area is scope.area or area.level not in scope.atlas.territories.parents:
        return scope.label(area)
    return part_name(scope, area)


def _residuals_sentences(scope: Scope, indicator: Indicator, table: Table | None) -> list[Sentence]:
    if table is None or "area" not in table.rows:
        return []
    residual = table.at("area", "residual")
    return [
        say(
            scope.words,
            f"size.{residual.kind}",
            title=Piece(indicator.title_in(scope.lang), is_name=True),
            observed=table.at("area", "observed"),
            expected=table.at("area", "expected"),
            residual=residual,
            range=residual.range,
        )
    ]
