"""From the files of a run to the tables that its layers measure from.

This module decides which of two given publications is used, and carries tables with the codes of
another year to those of the territories, with an account of every row.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneblanche.geo.files.kinds import check_there
from zoneblanche.geo.messages import Notices, _, quantity, remark, without
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import WHOLE
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.layers.inputs.join import account_of, added_accounts
from zoneblanche.layers.inputs.recode import by_arrondissement, on_todays_codes
from zoneblanche.layers.layer import Layer, Table
from zoneblanche.layers.publishers.connector import Connector, cited, connector_named, read_source
from zoneblanche.layers.publishers.population_grid import INPUT as SQUARES
from zoneblanche.layers.publishers.population_grid import populated_middles

if TYPE_CHECKING:
    import geopandas as gpd


def gather_inputs(
    sources: Mapping[str, Path],
    embedded: Mapping[str, Table],
    territories: Territories,
    *,
    needed: Collection[str] | None = None,
) -> dict[str, Table]:
    """Return the tables that layers measure from: the embedded ones and the given files.

    A file that covers less than half of the territories does not replace an embedded table that
    covers more; a notice says so.

    A file whose connector feeds another's input ("dila-directory" feeds "town-halls") has both
    names. Of two files for one input, the one that the other's connector prefers is used; otherwise
    the second adds rows that the first does not have.

    Args:
        sources: id of a connector → file.
        embedded: tables of the embedded edition, which files replace.
        territories: those that are measured; the tables are carried to their codes.
        needed: names of the tables that layers are measured from, which all have their account;
            by default all.

    Raises:
        InputError: no such source or file, or one that cannot be read.
    """
    connectors = {name: connector_named(name) for name in sources}
    events = next(
        (
            read_events(_existing(sources[name]))
            for name, connector in connectors.items()
            if connector.aids == "events"
        ),
        None,
    )
    inputs = by_arrondissement(embedded, territories)
    fed: dict[str, Connector] = {}
    for name, connector in connectors.items():
        if connector.aids and connector.on is None:
            rows = events if connector.aids == "events" else None
            inputs[name] = _aid(connector, sources[name], rows=rows)
            continue
        table = _read(connector, sources, territories)
        table = on_todays_codes(table, connector, territories, events=events)
        if connector.exhaustive and connector.places is not None and connector.on is None:
            table = _exhausted(table, connector, sources, territories)
        kept = _covers_more(inputs.get(connector.input), table, connector, territories)
        if kept is not None and connector.input not in fed:
            inputs[connector.input] = kept
            if connector.input != name:
                inputs[name] = table
            continue
        inputs[name] = table
        if connector.input != name or connector.input in fed:
            inputs[connector.input] = _merged(connector, table, fed, inputs, territories)
        fed.setdefault(connector.input, connector)
    return _accounted(inputs, territories, needed=inputs if needed is None else needed)


def _accounted(
    inputs: Mapping[str, Table], territories: Territories, *, needed: Collection[str]
) -> dict[str, Table]:
    """Return the tables with their accounts, which every layer that is measured from them needs."""
    accounted = dict(inputs)
    # Tables with the same codes, of which the edition has several, have the same account.
    accounts: list[tuple[pd.Index, Account]] = []
    for name, table in inputs.items():
        if table.account is not None or table.level != territories.level or name not in needed:
            continue
        codes = table.frame.index if table.rows is None else None
        account = next((account for index, account in accounts if index.equals(codes)), None)
        if account is None:
            account = account_of(table, territories.codes, everywhere=territories.whole.codes)
            if codes is not None:
                accounts.append((codes, account))
        accounted[name] = replace(table, account=account)
    return accounted


LEAST_COVER = 0.5
"""Minimum share of the territories that a file covers which replaces an embedded table."""


def _covers_more(
    embedded: Table | None, file_table: Table, connector: Connector, territories: Territories
) -> Table | None:
    """Return the embedded table, which says that it is kept, if it covers more than the given one,
    and that covers less than half of the territories; None if the given one is used."""
    level = territories.level
    if embedded is None or embedded.level != level or file_table.level != level:
        return None
    rows, others = (
        int(territories.codes.isin(table.frame.dropna(how="all").index).sum())
        for table in (file_table, embedded)
    )
    if rows >= LEAST_COVER * len(territories) or rows >= others:
        return None
    note = _(
        "{source} has figures of {rows} of {count} territories; those of the edition "
        "({producer}, {period}), which has {others}, are used instead.",
        source=connector.id,
        rows=quantity(rows),
        count=quantity(len(territories)),
        producer=embedded.source.producer,
        period=embedded.period,
        others=quantity(others),
    )
    return replace(embedded, notices=(*embedded.notices, note))


def reads(layer: Layer, sources: Iterable[str]) -> bool:
    """Return whether a layer is measured from one of these sources, by its own or its input's
    name."""
    names = {name for source in sources for name in (source, connector_named(source).input)}
    return any(names.intersection(name.split("|")) for name in layer.needs)


def say_unread(sources: Iterable[str], layers: Iterable[Layer], *, notices: Notices) -> None:
    """Say which given sources none of the layers is measured from."""
    chosen = tuple(layers)
    idle = [
        name
        for name in sources
        if connector_named(name).aids not in ("events", "boundaries")
        and not connector_named(name).facts
        and not any(reads(layer, (name,)) for layer in chosen)
    ]
    if idle:
        names = ", ".join(idle)
        notices.warn(_("No layer is measured from {told}, which was given.", told=names))


def _read(connector: Connector, sources: Mapping[str, Path], territories: Territories) -> Table:
    path = _existing(sources[connector.id])
    if connector.on is None:
        apart = any(code in WHOLE for code in territories.whole.codes)
        table = read_source(connector.id, path, arrondissements="separate" if apart else "whole")
    else:
        table = cited(connector.on(path, territories, sources), path)
    # The folder of the file does not matter: the result is the same in any folder.
    folder_prefix = f"{path.parent}{os.sep}"
    return replace(table, notices=tuple(without(note, folder_prefix) for note in table.notices))


def _aid(connector: Connector, path: Path, *, rows: pd.DataFrame | None) -> Table:
    """Return a table for what other sources are measured with: the events of the official code, or
    one without rows, for citation."""
    frame = pd.DataFrame() if rows is None else rows
    return cited(Table(frame, level="", source=connector.source), _existing(path))


def _exhausted(
    table: Table, connector: Connector, sources: Mapping[str, Path], territories: Territories
) -> Table:
    """Return a list of all places on all territories: 0 if it names none, and `km` to the nearest;
    `km_people` too if squares of people are among the sources.

    In the parts of the country where it names no place at all, the result is *not covered*.
    """
    from zoneblanche.layers.measuring.nearby import covered_by, kilometres_to_nearest

    assert connector.places is not None
    if table.level != territories.level:
        return table
    whole = territories.whole  # the nearest place may be outside the selection
    account = table.account or account_of(table, territories.codes, everywhere=whole.codes)
    frame = table.frame.reindex(whole.codes).fillna(0.0)
    places = connector.places(sources[connector.id]).geometry
    frame["km"] = kilometres_to_nearest(whole, places)
    notices = table.notices
    squares = [sources[name] for name in sources if connector_named(name).input == SQUARES]
    if squares:
        middles = populated_middles(squares, whole)
        frame["km_people"] = kilometres_to_nearest(whole, places, middles=middles)
        notices = (*notices, _middles_note(middles, territories))
    frame = frame.where(covered_by(whole, pd.Series(table.frame.index)))
    reasons = (frame.isna() * int(Reason.NOT_COVERED)).astype("int8")
    return replace(table, frame=frame, reasons=reasons, account=account, notices=notices)


def _middles_note(middles: gpd.GeoSeries, territories: Territories) -> str:
    measured = int(territories.codes.isin(middles.index).sum())
    return remark(
        _(
            "Distances to places are from the mean position of the inhabitants in {known} of "
            "{count} {territories}, and from the middle of the polygon in the others, where the "
            "squares have nobody.",
            known=quantity(measured),
            count=quantity(len(territories)),
            territories=territories.level_message(plural=True),
        )
    )


def _existing(path: Path) -> Path:
    check_there(path)
    return path


def _merged(
    connector: Connector,
    table: Table,
    fed: Mapping[str, Connector],
    inputs: Mapping[str, Table],
    territories: Territories,
) -> Table:
    """Return the table of an input that this connector feeds, and maybe another one did before."""
    other = fed.get(connector.input)
    if other is None:
        return table
    before = inputs[other.id]
    if connector.prefer == other.id:
        return _preferred(before, other, connector)
    if other.prefer == connector.id:
        return _preferred(table, connector, other)
    frame = before.frame.combine_first(table.frame)
    reasons = before.reasons
    if reasons is not None and table.reasons is not None:
        filled = reasons.where(before.frame.isna()[list(reasons)])
        reasons = filled.combine_first(table.reasons).astype("int8")
    notices = tuple(dict.fromkeys((*before.notices, *table.notices)))
    account = added_accounts(
        *(
            part.account or account_of(part, territories.codes, everywhere=territories.whole.codes)
            for part in (before, table)
        )
    )
    return replace(before, frame=frame, reasons=reasons, notices=notices, account=account)


def _preferred(table: Table, chosen: Connector, other: Connector) -> Table:
    note = remark(
        _(
            "{chosen} is taken for {input}, and {other} is not: both were given.",
            chosen=chosen.id,
            input=chosen.input,
            other=other.id,
        )
    )
    return replace(table, notices=(*table.notices, note))
