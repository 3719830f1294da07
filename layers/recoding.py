"""Tables of another year's codes brought to those of the territories, never in silence."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo.errors import first_of
from geo.territories import Territories
from geo.vintages import Passage, build_passage
from geo.vintages_carry import Carried, carry_counts, carry_largest, carry_means
from geo.vintages_events import explainer
from layers.connectors.connector import Connector
from layers.indicator import Reason
from layers.joining import Explain, account_for
from layers.layer import Account, Listed, Table

EVENTS = "insee-code-events"
"""Id of the source that tells what became of codes."""


def on_todays_codes(
    table: Table,
    connector: Connector,
    territories: Territories,
    *,
    events: pd.DataFrame | None,
) -> Table:
    """The table on the codes of the territories, and its account: carried, matched, listed.

    Without the events nothing is carried: rows with codes that no territory has are listed, and a
    notice says how to have them followed. With them, counts are shared out and added, means
    averaged, and anything else taken from the part that keeps its code.

    Args:
        table: of the connector. Tables of another level than the territories' stay as they are.
        territories: all of them.
        events: of `geo.vintages_events.read_events`, or None.
    """
    if table.level != territories.level:
        return table
    strangers = table.frame.index[~table.frame.index.isin(territories.codes)]
    # Most rows strangers: the territories are a part of a country, and the codes are not old.
    if not len(strangers) or 2 * len(strangers) > len(table.frame):
        return table
    if events is None:
        note = (
            f"{connector.id}: {len(strangers)} of {len(table.frame)} rows have a code that no "
            f"{territories.level} has ({first_of(strangers)}); they are listed in the account. "
            f"Codes change each January: with --source {EVENTS}=FILE they are followed."
        )
        return replace(table, notices=(*table.notices, note))
    explain = explainer(events, at=territories.vintage or str(events["date"].max()))
    if not territories.vintage:
        account = account_for(table.frame.index, territories.codes, explain=explain)
        return replace(table, account=account)
    passage = build_passage(
        events,
        start=table.vintage or territories.vintage,
        end=territories.vintage,
        codes=table.frame.index,
        known=territories.codes,
        population=territories.facts["population"],
    )
    return _carried(table, connector, passage, explain)


def _carried(table: Table, connector: Connector, passage: Passage, explain: Explain) -> Table:
    counts = [name for name in connector.counts if name in table.frame]
    means = {name: over for name, over in connector.means.items() if name in table.frame}
    others = [name for name in table.frame if name not in counts and name not in means]
    sums = carry_counts(table.frame[counts], passage) if counts else None
    parts = [] if sums is None else [sums.frame]
    parts += [
        carry_means(table.frame[[name]], passage, weights=table.frame[over]).frame
        for name, over in means.items()
    ]
    if others:
        nobody = pd.Series(dtype="float64")
        parts.append(carry_largest(table.frame[others], passage, weights=nobody).frame)
    frame = pd.concat(parts, axis=1)[list(table.frame)]
    frame.index = pd.Index(frame.index.astype("object"), name="code")
    return replace(
        table,
        frame=frame,
        reasons=_carried_reasons(table.reasons, frame, passage),
        account=_account(table, passage, explain),
        notices=(*table.notices, *_notices(connector, passage, sums)),
    )


def _account(table: Table, passage: Passage, explain: Explain) -> Account:
    """Rows of the table as it was read: lost ones listed, those that went elsewhere named."""
    strangers = set(passage.moved["source"]) - set(passage.moved["target"])
    carried = [code for code in table.frame.index if code in strangers]
    return Account(
        rows=len(table.frame),
        matched=len(table.frame) - len(passage.lost),
        listed=tuple(
            Listed("", code, explain(code) or "no territory has this code")
            for code in map(str, passage.lost)
        ),
        carried=tuple(Listed("", str(code), explain(str(code))) for code in carried),
    )


def _carried_reasons(
    reasons: pd.DataFrame | None, frame: pd.DataFrame, passage: Passage
) -> pd.DataFrame | None:
    """Of several parts, the greatest reason stands where the territory has no figure."""
    if reasons is None:
        return None
    shares = passage.shares
    parts = reasons.reindex(shares["source"]).set_axis(shares["target"])
    greatest = parts.groupby(level=0).max().reindex(frame.index)
    columns = list(reasons.columns)
    told = greatest.where(frame[columns].isna(), int(Reason.PRESENT))
    return told.fillna(int(Reason.NOT_PUBLISHED)).astype("int8")


def _notices(connector: Connector, passage: Passage, sums: Carried | None) -> tuple[str, ...]:
    moved = list(dict.fromkeys(passage.moved["source"]))
    if not moved:
        return ()
    told = (
        f"{connector.id}: {len(moved)} rows were carried from the codes of {passage.start} to "
        f"those of {passage.end} ({first_of(moved)})"
    )
    if sums is not None and len(sums.totals):
        total = sums.totals.iloc[0]
        told += (
            f"; {sums.totals.index[0]}: {total['before']:,.0f} before, {total['after']:,.0f} after"
            f", {total['lost']:,.0f} lost, {total['withheld']:,.0f} withheld"
        )
    if connector.means:
        told += f"; {first_of(list(connector.means))} are averages of the parts"
    if passage.equal:
        told += f"; shared out equally: {first_of(passage.equal)}"
    return (told + ".",)
