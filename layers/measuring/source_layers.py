"""Layers that an entry of `[[layers]]` describes by the table of a source: no code of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.files.structured.toml import Document
from zoneblanche.geo.files.structured.toml_model import TomlTable, checked
from zoneblanche.geo.messages import _
from zoneblanche.geo.plugins import PlugInError
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Better, Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement, Table
from zoneblanche.layers.measuring.columns import measure_column, measure_share_of
from zoneblanche.layers.measuring.entries import (
    BOUNDS,
    CatalogueLayer,
    ColumnEntry,
    PresenceEntry,
    SourceEntry,
)
from zoneblanche.layers.presence import criteria as presence

if TYPE_CHECKING:
    from zoneblanche.layers.publishers.connector import Connector

WEIGHING_FACTS = ("population", "area_km2", "territories")
"""Weights that any territories have; the last counts each as one."""


class CatalogueTable(TomlTable):
    """A file of layers: those that ship, or those of a plug-in."""

    layers: Annotated[list[CatalogueLayer], Field(min_length=1)]


def layers_in(document: Document) -> list[Layer]:
    """The layers that a file of the catalogue describes, in its order.

    Raises:
        InputError: all that is wrong with it.
    """
    entries = checked(document, CatalogueTable).layers
    try:
        faults = [
            fault
            for entry in entries
            for fault in (*unknown_columns(entry), *unknown_weight(entry))
        ]
    except PlugInError:  # a publisher cannot be used: the reader of publishers reports it
        faults = []
    if faults:
        with document.locating():
            raise InputError([replace(fault, file=document.file) for fault in faults])
    return [source_layer(entry) for entry in entries]


def unknown_columns(entry: SourceEntry) -> Iterator[Fault]:
    """Return the columns of an entry that none of its sources has, each with the nearest name.

    Points, shapes and rasters have the columns that are measured on territories: not checked.
    """
    feeding = _feeding(entry)
    if not isinstance(entry, ColumnEntry) or any(connector.on is not None for connector in feeding):
        return
    columns = _columns_of(feeding)
    named = [("value", name) for name in entry.value]
    named += [("over", entry.over)] if entry.over is not None else []
    for key, name in named:
        if columns and name not in columns:
            yield Fault(
                _(
                    "the source {source} has no column {name}.",
                    source=" or ".join(entry.origin),
                    name=shown(name),
                ),
                column=f"layers.{entry.id}.{key}",
                value=name,
                remedy=nearest(name, columns),
                kind="unknown-column",
            )


def unknown_weight(entry: SourceEntry) -> Iterator[Fault]:
    """Return the fault of a weight that is neither a fact of territories nor a column of a source.

    The weight of a share is a name for what it is a share of, and may be any.
    """
    if not isinstance(entry, ColumnEntry) or entry.over is not None or entry.weight is None:
        return
    columns = _columns_of(_feeding(entry))
    if columns and entry.weight not in (*WEIGHING_FACTS, *columns):
        yield Fault(
            _(
                "nothing is known of {weight}, by which the layer is to be weighted.",
                weight=shown(entry.weight),
            ),
            column=f"layers.{entry.id}.weight",
            value=entry.weight,
            remedy=nearest(entry.weight, dict.fromkeys([*WEIGHING_FACTS, *columns])),
            kind="unknown-weight",
        )


def _feeding(entry: SourceEntry) -> list[Connector]:
    """Return the publications that an entry may be measured from."""
    from zoneblanche.layers.publishers.connector import known_connectors

    origin = set(entry.origin)
    return [
        connector
        for connector in known_connectors().values()
        if {connector.id, connector.input} & origin
    ]


def _columns_of(connectors: list[Connector]) -> list[str]:
    return list(dict.fromkeys(name for connector in connectors for name in connector.columns))


def source_layer(entry: ColumnEntry | PresenceEntry) -> Layer:
    """The layer that an entry describes."""
    needs = entry.needs or ["|".join(entry.origin)]
    if isinstance(entry, ColumnEntry) and entry.cites:
        needs = [*needs, "|".join(name for group in entry.cites for name in group)]
    indicator = indicator_of(entry)
    if isinstance(entry, PresenceEntry):
        return Layer(indicator, tuple(needs), PresenceLayer(entry, indicator))
    return Layer(indicator, tuple(needs), ColumnLayer(entry, indicator))


def indicator_of(entry: ColumnEntry | PresenceEntry) -> Indicator:
    """What an entry says of its figure; date, level and source are those of the table."""
    better: Better = None if entry.better == "none" else entry.better
    low, high = BOUNDS.get(entry.unit, (None, None))
    column = entry if isinstance(entry, ColumnEntry) else None
    return Indicator(
        id=entry.id,
        title=entry.title or entry.id,
        unit=entry.unit,
        better=better,
        kind="extensive" if entry.unit == "count" else "intensive",
        denominator=entry.weight or (column and column.over) or "territories",
        bounds=(
            low if entry.least is None else entry.least,
            high if entry.greatest is None else entry.greatest,
        ),
        digits=entry.decimals_of(entry.unit),
        method=entry.method or "",
        categories={int(code): title for code, title in column.categories.items()}
        if column
        else {},
        role="context" if better is None or entry.wave_of else "indicator",
        suffix=entry.suffix or "",
        wave_of=entry.wave_of or "",
    )


@dataclass(frozen=True)
class ColumnLayer:
    """Measures a column of a table, or its share of another one."""

    entry: ColumnEntry
    indicator: Indicator

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """One figure a territory, with the publisher's own reasons for what is missing."""
        entry, source = self.entry, _given_source(self.entry, inputs)
        if entry.over is not None:
            return measure_share_of(
                self.indicator,
                territories,
                inputs,
                source=source,
                part=tuple(entry.value),
                whole=entry.over,
            )
        measured = measure_column(
            self.indicator,
            territories,
            inputs,
            source=source,
            column=entry.value[0],
            weight=self._weight(territories, inputs[source]),
        )
        cited = next((group for group in entry.cites if any(name in inputs for name in group)), ())
        if not cited:
            return measured
        sources = union_of(
            measured.indicator.sources, [inputs[name].source for name in cited if name in inputs]
        )
        return replace(measured, indicator=replace(measured.indicator, sources=sources))

    def _weight(self, territories: Territories, table: Table) -> str:
        """The column that it is a mean over; "" where the territories themselves have it."""
        weight = self.entry.weight or ""
        has_weight = weight in territories.facts or weight not in table.frame
        return "" if has_weight else weight


@dataclass(frozen=True)
class PresenceLayer:
    """Measures a criterion of digital presence, or the share of those known that are met."""

    entry: PresenceEntry
    indicator: Indicator

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """1, 0 or missing; the share is 0 to 100."""
        criterion, reads = presence.CRITERIA[self.entry.value]
        return presence.measure_criterion(
            self.indicator,
            territories,
            inputs,
            criterion,
            reads=reads,
            source=_given_source(self.entry, inputs),
        )


def _given_source(entry: SourceEntry, inputs: Inputs) -> str:
    """Return the first of the sources of a layer that is among the inputs."""
    return next((name for name in entry.origin if name in inputs), entry.origin[0])
