"""Tables of another year's codes brought to those of the territories, never in silence."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo.errors import first_of
from geo.notice import Notice
from geo.territories import Territories
from geo.vintages import Passage, build_passage
from geo.vintages_arrondissements import WHOLE
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
        some, rows, which = len(strangers), len(table.frame), first_of(strangers)
        note = Notice(
            f"{connector.id}: {some} of {rows} rows have a code that no {territories.level} has "
            f"({which}); they are listed in the account. Codes change each January: with "
            f"--source {EVENTS}=FILE they are followed.",
            fr=f"{connector.id} : {some} lignes sur {rows} ont un code qu'aucun territoire n'a "
            f"({which}) ; le compte rendu en donne la liste. Les codes changent chaque 1er "
            f"janvier : avec --source {EVENTS}=FICHIER ils sont suivis.",
        )
        return replace(table, notices=(*table.notices, note))
    explain = explainer(events, at=territories.vintage or str(events["date"].max()))
    if not territories.vintage:
        account = account_for(table.frame.index, territories.codes, explain=explain)
        return replace(table, account=account)
    parts = _own_parts(table)
    passage = build_passage(
        events,
        start=table.vintage or territories.vintage,
        end=territories.vintage,
        codes=table.frame.index.difference(parts, sort=False),
        known=territories.codes,
        population=territories.facts["population"],
    )
    whole = replace(table, frame=table.frame.drop(index=parts))
    carried = _carried(whole, connector, passage)
    return replace(carried, account=_account(table, passage, explain, parts))


def _own_parts(table: Table) -> list[str]:
    """Arrondissements whose commune has a row of its own: to add them would count people twice."""
    here = set(table.frame.index)
    return [code for code in table.frame.index if WHOLE.get(code) in here]


def _carried(table: Table, connector: Connector, passage: Passage) -> Table:
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
        notices=(*table.notices, *_notices(connector, passage, sums)),
    )


def _account(table: Table, passage: Passage, explain: Explain, parts: list[str]) -> Account:
    """Rows of the table as it was read: lost ones listed, those that went elsewhere named."""
    strangers = set(passage.moved["source"]) - set(passage.moved["target"])
    carried = [code for code in table.frame.index if code in strangers]
    lost = [str(code) for code in (*parts, *passage.lost)]
    return Account(
        rows=len(table.frame),
        matched=len(table.frame) - len(lost),
        listed=tuple(
            Listed("", code, explain(code) or "no territory has this code") for code in lost
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
    en = (
        f"{connector.id}: {len(moved)} rows with older codes were carried to those of "
        f"{passage.end} ({first_of(moved)})"
    )
    fr = (
        f"{connector.id} : {len(moved)} lignes aux codes plus anciens passées à ceux du "
        f"{passage.end} ({first_of(moved)})"
    )
    if sums is not None and len(sums.totals):
        name, total = sums.totals.index[0], sums.totals.iloc[0]
        before, after, lost, withheld = (
            f"{total[part]:,.0f}" for part in ("before", "after", "lost", "withheld")
        )
        en += f"; {name}: {before} before, {after} after, {lost} lost, {withheld} withheld"
        fr += f" ; {name} : {before} avant, {after} après, {lost} perdus, {withheld} retenus"
    if connector.means:
        en += f"; {first_of(list(connector.means))} are averages of the parts"
        fr += f" ; {first_of(list(connector.means))} : moyennes des parties"
    if passage.equal:
        en += f"; shared out equally: {first_of(passage.equal)}"
        fr += f" ; partagés à parts égales : {first_of(passage.equal)}"
    return (Notice(en + ".", fr=fr + "."),)
