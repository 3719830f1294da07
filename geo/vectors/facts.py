"""Inhabitants and areas in the fields of a vector file, read as figures of a table are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.missing import Figures
from zoneblanche.geo.tables.numbers import TableUnit, parse_numbers
from zoneblanche.geo.tables.raw import RawTable, Stored
from zoneblanche.geo.territories import MOST
from zoneblanche.geo.vectors.fields import field_of
from zoneblanche.geo.vectors.formats import Features


@dataclass(frozen=True)
class FigureForm:
    """How the figures of a file are written; see `geo.tables.parse_numbers`."""

    decimal: str | None = None
    thousands: str | None = None
    missing: Mapping[str, Reason] = field(default_factory=dict)
    nodata: Sequence[float] | None = ()


PLAIN_FORM = FigureForm()


def read_fact(
    features: Features,
    name: str | None,
    fact: str,
    labels: list[str],
    form: FigureForm,
    *,
    notices: Notices,
) -> tuple[np.ndarray, list[Fault]]:
    """Return the figures of a field, NaN if blank; all NaN if no field is named.

    Inhabitants are counted: a comma or a point that may part thousands does.

    Args:
        fact: "population" or "area_km2".
        labels: the codes of the features, or their numbers.

    Returns:
        Figures from 0 to the most that there are on Earth, and a fault for each other cell.

    Raises:
        InputError: no such field.
    """
    if name is None:
        return np.full(len(features), math.nan), []
    raw = _table(features, name, labels)
    try:
        figures = _figures(raw, name, fact, form)
    except InputError as error:
        first = {fault.feature: fault for fault in reversed(error.faults)}
        whole = [fault for fault in error.faults if fault.feature is None]
        cells = [fault for at, fault in reversed(first.items()) if at is not None]
        return np.full(len(features), math.nan), [*whole, *(_fault(cell, fact) for cell in cells)]
    notices.extend(figures.notices)
    return figures.values, []


def _figures(raw: RawTable, name: str, fact: str, form: FigureForm) -> Figures:
    """Return the figures of a column of inhabitants or areas."""

    def parsed(unit: TableUnit) -> Figures:
        return parse_numbers(
            raw,
            name,
            unit=unit,
            bounds=(0, MOST[fact]),
            decimal=form.decimal,
            thousands=form.thousands,
            missing=form.missing,
            nodata=form.nodata,
        )

    if fact == "population" and not raw.stored:
        try:
            return parsed("count")
        except InputError:
            pass  # estimates have decimals
    return parsed("number")


def _table(features: Features, name: str, labels: list[str]) -> RawTable:
    cells = field_of(features, name)
    kinds = {type(cell) for cell in cells if cell is not None}
    stored: Mapping[str, Stored] = {}
    if kinds and kinds <= {int, float}:
        stored = {name: "float" if float in kinds else "integer"}
    return RawTable(
        file=features.file,
        columns={name: np.array([_text_of(cell) for cell in cells], dtype=object)},
        lines=np.array([features.number_of(row) for row in range(len(cells))]),
        counted="record",
        stored=stored,
        names=np.array(labels, dtype=object),
    )


def _text_of(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return repr(cell) if isinstance(cell, float) else str(cell)


def _fault(fault: Fault, fact: str) -> Fault:
    correct = _("Correct it, or leave it empty where it is not known.")
    if fault.kind == "percent-sign":  # the territories have no key for a unit
        return replace(fault, remedy=correct)
    if fault.kind != "out-of-range":
        return fault
    return replace(
        fault,
        message=_(
            "{text} is not a figure from 0 to {most}.",
            text=shown(fault.value or ""),
            most=quantity(MOST[fact], digits=0),
        ),
        remedy=correct,
    )
