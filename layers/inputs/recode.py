"""Carry tables with the codes of another year to those of the territories, and account for every
row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import (
    EMPTY,
    Notices,
    Translatable,
    _,
    quantity,
    semicolons,
    titled,
)
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.account import Account, Listed
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS, WHOLE
from zoneblanche.geo.vintages.carry import Carried, carry_counts, carry_largest, carry_means
from zoneblanche.geo.vintages.events import COLUMNS, explainer, heirs_in
from zoneblanche.geo.vintages.passage import Passage, build_passage
from zoneblanche.layers.edition import edition_events, edition_vintage, people_of_parts
from zoneblanche.layers.inputs.join import Explain, account_of, account_of_rows, among
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector, known_connectors

EVENTS = "insee-code-events"
"""Id of the source that says what became of codes."""


@dataclass(frozen=True)
class Changes:
    """What is known of codes that changed.

    Attributes:
        events: as of `geo.vintages.events.read_events`.
        dated: whether they are the official events; else the embedded list of former codes, which
            has neither days nor divisions.
        people: by code of a part, the weight of its figures.
    """

    events: pd.DataFrame
    dated: bool
    people: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))

    def explainer(self, territories: Territories) -> Explain:
        """Return a function from a code that no territory has to what became of it, or ""."""
        return explainer(self.events, at=territories.vintage or str(self.events["date"].max()))

    def heirs(self) -> Callable[[str], set[str]]:
        """Return a function from a former code to those that its territory has had since."""
        return heirs_in(self.events)

    def unknown(self) -> Translatable:
        """What a sentence on carried codes has to add, in English and French: "" or a clause."""
        if self.dated:
            return EMPTY
        return _(
            "mergers are those of the embedded list, which knows no divisions: --source "
            "{events}=FILE has both",
            events=EVENTS,
        )


def code_changes(territories: Territories, events: pd.DataFrame | None = None) -> Changes | None:
    """Return the given events, else those of the edition of the territories' country.

    None if nothing is known of codes of their level, or if the territories are of another year than
    the edition: its list of former codes leads to the codes of that year only.
    """
    country = territories.country
    has_edition = country is not None and country.edition is not None
    if not has_edition or country is None or territories.level != country.base.id:
        return None if events is None else Changes(events, dated=True)
    if events is not None:
        return Changes(events, dated=True, people=people_of_parts(country))
    embedded = edition_events(country)
    if embedded is None or territories.vintage[:4] not in ("", edition_vintage(country)):
        return None
    # For events without a day: a code of one of the territories, of another year than the
    # edition's, has not ended yet.
    gone = embedded.frame[~among(embedded.frame["before"], territories.whole.codes)]
    return Changes(gone.reset_index(drop=True), dated=False, people=people_of_parts(country))


def on_todays_codes(
    table: Table,
    connector: Connector,
    territories: Territories,
    *,
    events: pd.DataFrame | None,
) -> Table:
    """Return the table on the codes of the territories, and its account: carried, matched, listed.

    If nothing is known of former codes, nothing is carried: rows with codes that no territory has
    are listed, and a notice says how to follow them. Otherwise counts are shared out and added,
    means are averaged, and everything else is taken from the part that keeps its code.

    Args:
        table: of the connector. Tables of another level than the territories' are not changed.
        territories: those that are measured; codes are compared with those of the whole, while
            account and notices are about the rows that concern them.
        events: of `geo.vintages.events.read_events`; by default the embedded list of former codes.
    """
    if table.level != territories.level:
        return table
    whole = territories.whole
    strangers = table.frame.index[~among(table.frame.index.to_series(), whole.codes)]
    # Most rows are unknown: the territories are a part of a country, and the codes are not old.
    if not len(strangers) or 2 * len(strangers) > len(table.frame):
        return table
    changes = code_changes(territories, events)
    if changes is None:
        count_of_strangers, rows, listed = len(strangers), len(table.frame), first_of(strangers)
        note = _(
            "{source}: {count} of {rows} rows have a code that no {level} has ({codes}); they are "
            "listed in the account. Codes change each January: with --source {events}=FILE they "
            "are followed.",
            source=connector.id,
            count=count_of_strangers,
            rows=rows,
            level=territories.level,
            codes=listed,
            events=EVENTS,
        )
        return replace(table, notices=(*table.notices, note))
    explain = changes.explainer(territories)
    if not territories.vintage:
        account = account_of(table, territories.codes, everywhere=whole.codes, explain=explain)
        return replace(table, account=account)
    return _on_codes(table, connector, territories, changes, explain)


def by_arrondissement(tables: Mapping[str, Table], territories: Territories) -> dict[str, Table]:
    """Return tables by commune on territories that are arrondissements in Paris, Lyon and
    Marseille: counts of the commune are shared out by population, and everything else is used for
    each of its arrondissements."""
    whole = territories.whole
    if not whole.codes.isin(WHOLE).any():
        return dict(tables)
    changes = code_changes(territories) or _nothing()
    explain = changes.explainer(territories)
    recoded = {}
    for name, table in tables.items():
        cities = [code for code in ARRONDISSEMENTS if code in table.frame.index]
        if table.level != whole.level or not cities or whole.codes.isin(cities).any():
            recoded[name] = table
            continue
        nobody = Connector(name, {"en": name}, table.source, table.level)
        connector = known_connectors().get(name, nobody)
        recoded[name] = _on_codes(table, connector, territories, changes, explain)
    return recoded


def _nothing() -> Changes:
    return Changes(pd.DataFrame(columns=list(COLUMNS), dtype="str"), dated=True)


def _on_codes(
    table: Table,
    connector: Connector,
    territories: Territories,
    changes: Changes,
    explain: Explain,
) -> Table:
    whole = territories.whole
    twice = _twice(table.frame.index, whole.codes)
    passage = build_passage(
        changes.events,
        start=table.vintage or territories.vintage,
        end=territories.vintage,
        codes=table.frame.index.difference(list(twice), sort=False),
        known=whole.codes,
        population=whole.facts["population"],
        arrondissements="convert",
    )
    reaching = passage.reaching(territories.codes)
    added = replace(table, frame=table.frame.drop(index=list(twice)))
    carried = _carried(added, connector, passage, reaching, changes)
    chosen = set(territories.codes)
    lost = {
        code: reason
        for code, reason in twice.items()
        if not chosen.isdisjoint((WHOLE.get(code, code), *ARRONDISSEMENTS.get(code, ())))
    }
    lost |= {
        str(code): explain(str(code)) or _("no territory has this code") for code in passage.lost
    }
    account = _account(table, reaching, explain, lost)
    return replace(carried, account=account)


def _twice(codes: pd.Index, valid: pd.Index) -> dict[str, str]:
    """Return rows that repeat others, and why: arrondissements whose commune has its own row, or
    the commune if the territories are its arrondissements. Adding them would count people twice."""
    present, wanted = set(codes.tolist()), set(valid.tolist())
    reasons: dict[str, str] = {}
    for whole, parts in ARRONDISSEMENTS.items():
        parts_present = [part for part in parts if part in present]
        if whole not in present or not parts_present:
            continue
        if whole in wanted:
            reasons |= {
                part: f"arrondissement of {whole}" for part in parts_present if part not in wanted
            }
        elif wanted.intersection(parts_present):
            reasons[whole] = _("its arrondissements have rows of their own")
    return reasons


def _carried(
    table: Table, connector: Connector, passage: Passage, reaching: Passage, changes: Changes
) -> Table:
    """Return the table carried along a passage, and a notice of the rows that reach the selected
    territories."""
    frame, sums = carry_figures(
        table.frame,
        passage,
        reaching,
        counts=[name for name in connector.counts if name in table.frame],
        means={
            name: table.frame[over] for name, over in connector.means.items() if name in table.frame
        },
    )
    notices = Notices(table.notices)
    say_carried(
        connector.title,
        reaching,
        sums,
        means=list(connector.means),
        changes=changes,
        notices=notices,
    )
    return replace(
        table,
        frame=frame,
        reasons=carried_reasons(table.reasons, frame, passage),
        notices=notices.as_tuple(),
    )


def carry_figures(
    frame: pd.DataFrame,
    passage: Passage,
    reaching: Passage,
    *,
    counts: Sequence[str] = (),
    means: Mapping[str, pd.Series] | None = None,
    weights: pd.Series | None = None,
) -> tuple[pd.DataFrame, Carried | None]:
    """Return the columns of a table carried along a passage, and the sums of its counts, those
    that reach the selected territories; None if it has no counts.

    Args:
        frame: index: the codes at the start of the passage.
        passage: to the codes of all territories.
        reaching: its part that reaches the selected territories.
        counts: columns that are divided and added.
        means: columns that are averaged, each with the weights of the parts.
        weights: those by which the other columns take the figure of the largest part.
    """
    means = means or {}
    others = [name for name in frame if name not in counts and name not in means]
    sums = carry_counts(frame[list(counts)], passage) if counts else None
    parts = [] if sums is None else [sums.frame]
    parts += [
        carry_means(frame[[name]], passage, weights=over).frame for name, over in means.items()
    ]
    if others:
        nobody = pd.Series(dtype="float64")
        over = nobody if weights is None else weights
        parts.append(carry_largest(frame[others], passage, weights=over).frame)
    if sums is not None and len(reaching.shares) < len(passage.shares):
        concerned = frame.index.isin([*reaching.shares["source"], *reaching.lost])
        sums = carry_counts(frame.loc[concerned, list(counts)], reaching)
    carried = pd.concat(parts, axis=1)[list(frame)]
    carried.index = pd.Index(carried.index.astype("object"), name="code")
    return carried, sums


def _account(table: Table, reaching: Passage, explain: Explain, fates: dict[str, str]) -> Account:
    """Return the rows of the table as it was read: lost ones listed, carried ones named."""
    gone = set(reaching.moved_on)
    moved = tuple(
        Listed("", code, carried_to(code, reaching, explain))
        for code in table.frame.index.tolist()
        if code in gone
    )
    outside = set(map(str, table.file_rows.codes.tolist())) - set(reaching.shares["source"])
    return replace(account_of_rows(table.file_rows, fates, outside=outside), carried=moved)


def carried_to(code: str, passage: Passage, explain: Explain) -> str:
    """Return what became of a code that a passage carried elsewhere."""
    return explain(code) or (
        "shared out to " + first_of(passage.shares["target"][passage.shares["source"] == code])
    )


def carried_reasons(
    reasons: pd.DataFrame | None, frame: pd.DataFrame, passage: Passage
) -> pd.DataFrame | None:
    """Of several parts, the reason with the highest code is used if the territory has no figure."""
    if reasons is None:
        return None
    shares = passage.shares
    parts = reasons.reindex(shares["source"]).set_axis(shares["target"])
    greatest = parts.groupby(level=0).max().reindex(frame.index)
    columns = list(reasons.columns)
    filled = greatest.where(frame[columns].isna(), int(Reason.PRESENT))
    return filled.fillna(int(Reason.NOT_PUBLISHED)).astype("int8")


COLUMN_TITLES: Mapping[str, str] = {
    "premises": _("premises"),
    "places": _("places"),
    "population": _("people"),
    "area_km2": _("km²"),
    "households": _("households"),
    "people_in_households": _("people in households"),
    "people_census": _("people"),
    "people_out_of_school": _("people out of school"),
    "median_income": _("median income"),
    "poverty_percent": _("poverty rate"),
    "income_decile_ratio": _("ratio of deciles"),
}
"""Titles of the publishers' columns in sentences; columns of the user keep their names."""


def _column_title(column: str) -> str:
    return titled(COLUMN_TITLES.get(column, column))


def say_carried(
    name: Text | str,
    passage: Passage,
    sums: Carried | None,
    *,
    means: Iterable[str],
    changes: Changes,
    notices: Notices,
) -> None:
    """Say which rows of a table a passage took to other codes.

    Args:
        name: of the table, in each language.
        sums: its counts on the new codes, if it has some.
        means: its columns that are averages of the parts.
    """
    everything = list(dict.fromkeys(passage.moved["source"]))
    cities = [code for code in everything if code in ARRONDISSEMENTS]
    if cities:
        notices.warn(_city_notice(name, cities, sums))
    moved = [code for code in everything if code not in ARRONDISSEMENTS]
    if not moved:
        return
    clauses = [
        _(
            "{layer}: {count} older codes were carried to those of {year} ({codes})",
            layer=titled(name),
            count=len(moved),
            year=passage.end,
            codes=first_of(moved),
        ),
        _totals(sums),
    ]
    averaged = [_column_title(name) for name in means]
    if averaged:
        clauses.append(_("averages of the parts: {columns}", columns=first_of(averaged)))
    if passage.equal:
        clauses.append(_("shared out equally: {codes}", codes=first_of(passage.equal)))
    clauses.append(changes.unknown())
    notices.remark(_("{clauses}.", clauses=semicolons(clauses)))


def _city_notice(name: Text | str, cities: list[str], sums: Carried | None) -> Translatable:
    clauses = [
        _(
            "{layer}: the rows of {cities} are of the whole commune: a count is shared out to "
            "its arrondissements by population, any other figure applies to each of them",
            layer=titled(name),
            cities=", ".join(cities),
        ),
        _totals(sums),
    ]
    return _("{clauses}.", clauses=semicolons(clauses))


def _totals(sums: Carried | None) -> Translatable:
    """Return what became of the total of the first column that was added: a clause in English and
    in French, or ""."""
    if sums is None or not len(sums.totals):
        return EMPTY
    column, total = str(sums.totals.index[0]), sums.totals.iloc[0]
    return _(
        "{column}: {before} before, {after} after, {lost} lost, {withheld} withheld",
        column=_column_title(column),
        before=quantity(total["before"], digits=0),
        after=quantity(total["after"], digits=0),
        lost=quantity(total["lost"], digits=0),
        withheld=quantity(total["withheld"], digits=0),
    )
