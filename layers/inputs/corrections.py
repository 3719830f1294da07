"""Corrections of single figures, from a table of the user.

One row corrects one figure: `code`, `indicator`, `value`, `date`, `who`, `why`. Other columns are
not read. docs/corrections.md describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, gathered, nearest, shown
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import _, join, ngettext, quantity, remark, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import RawTable, TableUnit, column, parse_numbers, read_raw_table
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.correction import Correction
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Layer

COLUMNS = ("code", "indicator", "value", "date", "who", "why")
"""The columns of a table of corrections, in the order in which they are written."""

LONGEST = 1000
"""Characters of `who` and `why`."""

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_UNITS: dict[str, TableUnit] = {
    "percent": "percent",
    "ratio": "ratio",
    "count": "count",
    "boolean": "boolean",
}


def correct(atlas: Atlas, path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Atlas:
    """Return the atlas with the figures of a table of corrections in place of its own.

    `atlas.corrections` has each corrected figure with the old one. A row without a value corrects
    nothing. A row of a territory outside the selection is counted.

    Args:
        atlas: as it was measured, at the level of the corrected codes.
        path: of the table: CSV, XLSX, Parquet or JSON.
        limits: on the file.

    Raises:
        InputError: all faults of the table: a column or a cell that is missing, an unknown code or
            indicator, a value out of bounds, two corrections of one figure.
    """
    raw = read_raw_table(path, limits=limits)
    faults: list[Fault] = []
    cells: dict[str, np.ndarray] = {}
    for name in COLUMNS:
        with gathered(faults):
            cells[name] = np.array([str(cell).strip() for cell in column(raw, name)], dtype=object)
    if faults:
        raise InputError(faults)
    filled = np.flatnonzero(cells["value"] != "")
    faults = [fault for row in filled for fault in _row_faults(raw, cells, int(row), atlas)]
    faults += _twice(raw, cells, filled)
    inside = filled[pd.Index(cells["code"][filled]).isin(atlas.codes)]
    values = pd.Series(np.nan, index=inside)
    for name in dict.fromkeys(cells["indicator"][inside]):
        if name in atlas.indicators:
            rows = inside[cells["indicator"][inside] == name]
            with gathered(faults):
                values[rows] = _values(raw, rows, atlas.indicators[name])
    if faults:
        faults.sort(key=lambda fault: fault.line or fault.feature or 0)
        raise InputError(faults[: DEFAULT_LIMITS.faults])
    corrections = [
        Correction(
            code=cells["code"][row],
            indicator=cells["indicator"][row],
            value=float(values[row]),
            old=_old(atlas, cells["code"][row], cells["indicator"][row]),
            date=cells["date"][row],
            who=cells["who"][row],
            why=cells["why"][row],
        )
        for row in inside
    ]
    atlas = _overlaid(atlas, corrections)
    counted = {"without a value": len(raw) - len(filled)} if len(filled) < len(raw) else {}
    account = {
        "rows": len(raw),
        "matched": len(corrections),
        "listed": [],
        "counted": counted,
        "outside": len(filled) - len(inside),
    }
    atlas = replace(
        atlas,
        corrections=(*atlas.corrections, *corrections),
        account={**atlas.account, "corrections": account},
    )
    return atlas.noting(*_notices(atlas, corrections, path, len(raw) - len(filled)))


def _row_faults(
    raw: RawTable, cells: dict[str, np.ndarray], row: int, atlas: Atlas
) -> Iterator[Fault]:
    code, name = cells["code"][row], cells["indicator"][row]
    if code not in atlas.territories.whole.codes:
        yield raw.fault(
            _("no territory has the code {code}.", code=shown(code)),
            row=row,
            column="code",
            remedy=_like(code, atlas.territories.whole.codes),
            kind="unknown-code",
        )
    correctable = [
        indicator.id for indicator in atlas.indicators.values() if indicator.role in _MEASURED
    ]
    if name not in correctable:
        yield raw.fault(
            _("no indicator {name} is measured.", name=shown(name)),
            row=row,
            column="indicator",
            remedy=nearest(name, correctable),
            kind="unknown-indicator",
        )
    if not _DATE.fullmatch(cells["date"][row]):
        yield raw.fault(
            _("{text} is not a date.", text=shown(cells["date"][row])),
            row=row,
            column="date",
            remedy=_("Write the date of the correction, e.g. 2026-11-30."),
            kind="date",
        )
    if not cells["who"][row]:
        yield raw.fault(
            _("the correction does not say who made it."),
            row=row,
            column="who",
            remedy=_("Name a person or an office."),
            kind="empty",
        )
    for key in ("who", "why"):
        if len(cells[key][row]) > LONGEST:
            yield raw.fault(
                _("the text has more than {most} characters.", most=quantity(LONGEST)),
                row=row,
                column=key,
                remedy=_("Shorten it."),
                kind="too-long",
            )


_MEASURED = ("indicator", "context")


def _like(code: str, codes: pd.Index) -> str:
    """Return a remedy for an unknown code: spreadsheets remove leading zeros."""
    for width in range(len(code) + 1, len(code) + 3):
        if code.zfill(width) in codes:
            return _("Write {code}, with its leading zero, as text.", code=code.zfill(width))
    return nearest(code, list(map(str, codes)))


def _twice(raw: RawTable, cells: dict[str, np.ndarray], rows: np.ndarray) -> Iterator[Fault]:
    first: dict[tuple[str, str], int] = {}
    for row in map(int, rows):
        cell = cells["code"][row], cells["indicator"][row]
        if cell in first:
            yield raw.fault(
                _(
                    "{indicator} of {code} is corrected twice: {place} corrects it too.",
                    indicator=shown(cell[1]),
                    code=shown(cell[0]),
                    place=raw.place(first[cell]),
                ),
                row=row,
                column="code",
                remedy=_("Keep one of the two rows."),
                kind="duplicate",
            )
        first.setdefault(cell, row)


def _values(raw: RawTable, rows: np.ndarray, indicator: Indicator) -> np.ndarray:
    """Return the figures of the rows of one indicator, within its bounds."""
    part = replace(
        raw,
        columns={name: cells[rows] for name, cells in raw.columns.items()},
        lines=raw.lines[rows],
    )
    figures = parse_numbers(
        part,
        "value",
        unit=_UNITS.get(indicator.unit, "number"),
        bounds=(0, 100) if indicator.unit == "score" else indicator.bounds,
        nodata=None,
    )
    faults = []
    for place, value in enumerate(figures.values):
        if np.isnan(value):
            faults.append(
                part.fault(
                    _("{text} is not a figure.", text=shown(str(part.columns["value"][place]))),
                    row=place,
                    column="value",
                    remedy=_("Write a figure, or leave the cell empty to correct nothing."),
                    kind="value",
                )
            )
        elif indicator.unit == "category" and int(value) not in indicator.categories:
            faults.append(
                part.fault(
                    _("{value} is not the code of a category.", value=quantity(value)),
                    row=place,
                    column="value",
                    remedy=_("Known: {known}.", known=join(map(str, indicator.categories))),
                    kind="value",
                )
            )
    if faults:
        raise InputError(faults)
    return figures.values


def _old(atlas: Atlas, code: str, indicator: str) -> float | None:
    old = float(atlas.values[indicator][code])
    return None if np.isnan(old) else old


def _overlaid(atlas: Atlas, corrections: list[Correction]) -> Atlas:
    values, reasons = atlas.values.copy(), atlas.reasons.copy()
    for correction in corrections:
        values.loc[correction.code, correction.indicator] = correction.value
        reasons.loc[correction.code, correction.indicator] = int(Reason.PRESENT)
    return replace(atlas, values=values, reasons=reasons)


def follow_corrections(atlas: Atlas, layers: Iterable[Layer]) -> Atlas:
    """Return the atlas with the layers that follow from corrected ones computed again, for the
    territories of the corrections; a figure that is corrected itself stays.

    Args:
        atlas: with corrections, see `correct`.
        layers: that it was measured with.
    """
    values, reasons = atlas.values.copy(), atlas.reasons.copy()
    notices: list[str] = []
    for layer in layers:
        if layer.derived is None or layer.id not in atlas.indicators:
            continue
        parts = list(layer.derived.parts)
        corrected = {code for name in parts for code in atlas.corrected(name)}
        codes = sorted(corrected - atlas.corrected(layer.id).keys())
        if not codes:
            continue
        absent = [name for name in parts if name not in atlas.indicators]
        if absent:
            notices.append(
                _(
                    "{layer} does not follow the corrections of {codes}: the project does not "
                    "measure {absent}, which it depends on. Correct {layer} too.",
                    layer=titled(layer.indicator.title),
                    codes=first_of(codes),
                    absent=first_of(absent),
                )
            )
            continue
        derived = layer.derived.formula(atlas.values.loc[codes, parts]).dropna()
        if derived.empty:
            continue
        values.loc[derived.index, layer.id] = derived
        reasons.loc[derived.index, layer.id] = int(Reason.PRESENT)
        notices.append(
            remark(
                ngettext(
                    "{layer}: the figure of {count} territory is computed again from corrected "
                    "ones ({codes}).",
                    "{layer}: the figures of {count} territories are computed again from corrected "
                    "ones ({codes}).",
                    len(derived),
                    layer=titled(layer.indicator.title),
                    codes=first_of(derived.index),
                )
            )
        )
    return replace(atlas, values=values, reasons=reasons).noting(*notices) if notices else atlas


def _notices(atlas: Atlas, made: list[Correction], path: Path, empty: int) -> Iterator[str]:
    if made:
        ids = [correction.indicator for correction in made]
        counts = [
            join((titled(atlas.indicators[name].title), quantity(ids.count(name))), " ")
            for name in dict.fromkeys(ids)
        ]
        yield remark(
            ngettext(
                "{count} figure is corrected by {file}: {listed}.",
                "{count} figures are corrected by {file}: {listed}.",
                len(made),
                file=path.name,
                listed=join(counts),
            )
        )
    if empty:
        yield remark(
            ngettext(
                "{count} row of {file} has no value and corrects nothing.",
                "{count} rows of {file} have no value and correct nothing.",
                empty,
                file=path.name,
            )
        )
