"""A table of the user: one figure per row, by the code of a territory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, together
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.row_filter import pick_rows
from zoneblanche.geo.tables import (
    Figures,
    RawTable,
    column,
    parse_codes,
    parse_filled,
    parse_numbers,
)
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator, Unit
from zoneblanche.layers.inputs.join import codes_at, keys_at
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import SheetEntry, TableEntry, nodata_figures
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.user_layers.combine import combine_rows, with_left_out
from zoneblanche.layers.project.user_layers.describe import describe
from zoneblanche.layers.project.user_layers.former_codes import Past, place_as_is
from zoneblanche.layers.project.user_layers.shared_tables import SharedTables

_POSTAL = "postal_codes"
_POSTAL_NAME = re.compile(
    r"(?:codes?[ _-]?)?posta(?:l|ux)|post(?:al)?[ _-]?code|cp|zip(?:[ _-]?code)?|plz", re.IGNORECASE
)
"""Names of columns of postal codes."""
_MOST_NOT_POSTAL = 0.1
"""Share of the codes that may be no postal code: mistakes, and codes of companies (cedex)."""


@dataclass(frozen=True)
class TableLayer:
    """Measures a column of a table on territories."""

    spec: TableEntry
    project: Project
    tables: SharedTables = field(default_factory=SharedTables)

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return one figure per territory; every row of the table is matched or listed.

        A table of a containing level (`level`) gives each territory the figure of its container.

        Raises:
            InputError: all faults of the table, with line and column.
        """
        spec = self.spec
        table = self.tables.read(
            self.project.path(spec.path),
            spec.form(spec.code, spec.value),
            limits=self.project.limits,
        )
        raw, unpicked = picked_rows(table.raw.named_by(spec.code), spec)
        level = spec.level or territories.level
        _check_level(territories, level, spec, self.project)
        level_codes, everywhere = codes_at(territories, level), codes_at(territories.whole, level)
        past = None
        if level == territories.level:
            past = Past.of(spec, self.project, territories, inputs)
        find_codes = partial(
            parse_codes,
            raw,
            spec.code,
            valid_codes=everywhere if past is None else past.known(),
            level_title=_title(territories, level),
            explain=None if past is None else past.explain,
            elsewhere=None if past is None else past.elsewhere,
            part=spec.part,
            repeats=spec.combine is not None,
        )
        try:
            key = (spec.code, level, spec.part, spec.combine is not None, spec.vintage)
            codes = find_codes() if spec.where else table.codes(key, find_codes)
        except InputError as error:
            if any(fault.kind == "no-match" for fault in error.faults):
                check_kind_of_codes(raw, spec.code, territories, level)
            together(find_codes, partial(self._figures, raw))  # the faults of both columns at once
            raise
        figures = on_rows(self._figures(raw.take(codes.matched)), codes.matched)
        check_kind_of_codes(raw, spec.code, territories, level)
        if not np.isfinite(figures.values).any():
            raise InputError(no_figures(raw, spec.value))
        notices = Notices((*raw.notices, *codes.notices, *figures.notices))
        combined, merged = combine_rows(codes, figures, spec.combine)
        if past is None:
            placed = place_as_is(combined.codes, combined.figures, level_codes)
        else:
            placed = past.place(combined.codes, combined.figures, notices=notices)
        values, reasons = placed.values, placed.reasons
        if level != territories.level:
            keys = keys_at(territories, level).to_numpy()
            values, reasons = values.reindex(keys), reasons.reindex(keys)
        reasons = reasons.fillna(int(Reason.NOT_MATCHED))
        return Measurement(
            indicator=table_indicator(spec, self.project, level, territories),
            values=pd.Series(values.to_numpy(dtype="float64"), index=territories.codes),
            reasons=pd.Series(reasons.to_numpy(dtype="int8"), index=territories.codes),
            account=with_left_out(placed.account, merged=merged, unpicked=unpicked),
            notices=notices.as_tuple(),
        )

    def _figures(self, raw: RawTable) -> Figures:
        """Return the figures of the rows. Of rows whose code no territory has, such as a second
        line of the header or a total, the cells need not be figures."""
        spec = self.spec
        if spec.filled:
            return parse_filled(raw, spec.value, missing=spec.missing)
        return parse_numbers(
            raw,
            spec.value,
            unit=spec.unit,
            thousands=spec.thousands,
            missing=spec.missing,
            nodata=nodata_figures(spec.nodata),
        )


def on_rows(figures: Figures, rows: np.ndarray) -> Figures:
    """Return figures of some rows as those of all: missing on the others.

    Args:
        rows: boolean, which rows the figures are of.
    """
    values = np.full(len(rows), np.nan)
    reasons = np.full(len(rows), int(Reason.NOT_MATCHED), dtype=np.int8)
    values[rows], reasons[rows] = figures.values, figures.reasons
    return Figures(values, reasons, figures.notices)


def picked_rows(raw: RawTable, spec: SheetEntry) -> tuple[RawTable, int]:
    """Return the rows of a layer's table that `where` picks, and how many it does not.

    Raises:
        InputError: `where` names no column, or picks no row.
    """
    if not spec.where:
        return raw, 0
    cells = {name: column(raw, name) for name in spec.where}
    rows = pick_rows(cells, spec.where, file=raw.file)
    return raw.take(rows), len(raw) - len(rows)


def no_figures(raw: RawTable, name: str) -> Fault:
    """Return the fault of a column in which every figure is missing."""
    return raw.column_fault(
        _("none of the {count} rows has a figure.", count=len(raw)),
        column=name,
        remedy=_("Check which column holds the figures, or leave the layer out."),
        kind="no-figures",
    )


def table_layer(spec: TableEntry, project: Project, tables: SharedTables | None = None) -> Layer:
    """Return the layer of a table, which it may share with other layers."""
    measure = TableLayer(spec, project, tables or SharedTables())
    return Layer(indicator=table_indicator(spec, project, ""), needs=(), measure=measure)


def table_indicator(
    spec: TableEntry, project: Project, level: str, territories: Territories | None = None
) -> Indicator:
    """A count is summed over territories; any other unit is averaged, weighted by `weight`.

    Without `weight`, a percentage or a ratio is weighted by population where that is known, and
    any other figure counts each territory as one. An address counts as declared or not.
    """
    yes_or_no = spec.unit in ("url", "domain") or spec.filled
    # What is no unit of an indicator, an address or a domain, is a yes or no.
    unit = "boolean" if yes_or_no else cast("Unit", spec.unit)
    by_people = (
        unit in ("percent", "ratio")
        and territories is not None
        and bool(territories.facts["population"].notna().any())
    )
    return describe(
        spec,
        project,
        kind="extensive" if unit == "count" else "intensive",
        unit=unit,
        denominator="population" if by_people else "territories",
        level=level,
    )


def _check_level(territories: Territories, level: str, spec: TableEntry, project: Project) -> None:
    """Refuse a table whose level is neither that of the territories nor one that contains them."""
    if level == territories.level or level in territories.parents:
        return
    raise InputError(
        Fault(
            _("the territories do not say in which {level} they lie.", level=level),
            file=project.file,
            column=f"layers.{spec.id}.level",
            remedy=nearest(level, [territories.level, *territories.parents.columns]),
            kind="unknown-level",
        )
    )


def _title(territories: Territories, level: str) -> str:
    if level == territories.level:
        return territories.level_title("en", plural=True)
    return f"{level} codes"


def check_kind_of_codes(raw: RawTable, name: str, territories: Territories, level: str) -> None:
    """Refuse codes that are postal codes, by those that the territories have.

    Many postal codes are also the code of a commune, of another one: a table of postal codes would
    give its figures to the wrong places.

    Args:
        raw, name: the table and the column of the codes.
        territories: with the column `postal_codes` among their texts, if it is known.
        level: of the codes.

    Raises:
        InputError: nearly all codes are postal codes, and some are those of no territory, or the
            name of the column says so.
    """
    extra = territories.whole.extra
    if extra is None or _POSTAL not in extra or level != territories.level:
        return
    codes = pd.Index([cell.strip() for cell in column(raw, name)], dtype="object")
    matched = codes.isin(territories.whole.codes)
    named = _POSTAL_NAME.fullmatch(name.strip()) is not None
    if matched.all() and not named:
        return
    postal = {code for text in extra[_POSTAL].dropna().unique() for code in str(text).split()}
    is_postal = codes.isin(postal)
    strange = is_postal & ~matched
    if named and not strange.any():
        strange = is_postal
    if is_postal.mean() < 1 - _MOST_NOT_POSTAL or not strange.any():
        return
    if not named and is_postal.sum() <= matched.sum():
        return
    raise InputError(
        raw.fault(
            _(
                "the column has postal codes, not codes of {title} ({codes}).",
                title=territories.level_message(plural=True),
                codes=first_of(codes[strange].unique()),
            ),
            row=int(np.flatnonzero(strange)[0]),
            column=name,
            remedy=_("Name a column with the official codes: one postal code has several places."),
            kind="postal-codes",
        )
    )
