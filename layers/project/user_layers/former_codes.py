"""A user's table with codes of another year, or of arrondissements of Paris, Lyon, Marseille.

By default nothing is carried: a row with a former code is listed with what became of the code. The
`vintage` of a layer and the `arrondissements` of a project ask for carrying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import Figures
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.tables.codes import Codes, Explain
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS, WHOLE
from zoneblanche.geo.vintages.passage import Passage, build_passage
from zoneblanche.layers.inputs.recode import (
    EVENTS,
    Changes,
    carried_reasons,
    carried_to,
    carry_figures,
    code_changes,
    say_carried,
)
from zoneblanche.layers.layer import Inputs
from zoneblanche.layers.measuring.entries import TableEntry
from zoneblanche.layers.project.read import Project

MEAN, SUM, LARGEST = "mean", "sum", "largest"
_HOW = {"count": SUM, "boolean": LARGEST, "url": LARGEST, "domain": LARGEST}
"""How figures of several parts become one, by unit; any other is averaged by people."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A column of a table on the codes of territories: missing without a row.

    Attributes:
        values: float64.
        reasons: codes of `Reason`; missing without a row.
        account: matched, carried and listed rows.
    """

    values: pd.Series
    reasons: pd.Series
    account: Account


def place_as_is(codes: Codes, figures: Figures, codes_of_country: pd.Index) -> Placed:
    """Return a column whose codes are those of the territories, or of others outside the
    selection."""
    known_count = int((codes.rows_of(codes_of_country) >= 0).sum())
    account = codes.account
    return Placed(
        values=codes.place(figures.values, codes_of_country, missing=np.nan),
        reasons=codes.place(figures.reasons, codes_of_country, missing=int(Reason.NOT_MATCHED)),
        account=replace(
            account, matched=known_count, outside=account.outside + account.matched - known_count
        ),
    )


@dataclass(frozen=True, eq=False)
class Past:
    """What is known, for one table of the project, of codes that its territories do not have."""

    spec: TableEntry
    project: Project
    territories: Territories
    events: pd.DataFrame | None

    @classmethod
    def of(
        cls, spec: TableEntry, project: Project, territories: Territories, inputs: Inputs
    ) -> Past:
        """Return it with the official events, if the run has them."""
        events = inputs.get(EVENTS)
        return cls(spec, project, territories, None if events is None else events.frame)

    @cached_property
    def changes(self) -> Changes | None:
        """What is known of codes that changed; loaded when a code needs it."""
        return code_changes(self.territories, self.events)

    @cached_property
    def _explain(self) -> Explain:
        if self.changes is None:
            return lambda code: ""
        return self.changes.explainer(self.territories)

    @property
    def carries(self) -> bool:
        """Whether the user wants rows of other codes carried."""
        return self.spec.vintage is not None or self.project.table.arrondissements is not None

    def explain(self, code: str) -> str:
        """Return what became of a code that no territory has, or ""."""
        return self._explain(code)

    @cached_property
    def _heirs(self) -> Callable[[str], set[str]]:
        if self.changes is None:
            return lambda code: set()
        return self.changes.heirs()

    def elsewhere(self, code: str) -> bool:
        """Return whether a code was merged into territories outside the selection."""
        if self.territories.part_of is None:
            return False
        heirs = self._heirs(code)
        whole, chosen = self.territories.whole.codes, self.territories.codes
        return any(heir in whole for heir in heirs) and not any(heir in chosen for heir in heirs)

    def known(self) -> pd.Index:
        """Return the codes that a row may have: those of the territories, the rest of the country
        and, if the user asks for it, former ones and arrondissements.

        Raises:
            InputError: a vintage was named, and nothing is known of codes that changed.
        """
        codes = self.territories.whole.codes
        more: list[str] = []
        if self.spec.vintage is not None and self.spec.vintage != self.territories.vintage:
            if self.changes is None:
                raise InputError(
                    Fault(
                        _(
                            "nothing is known of codes that changed between {start} and {end}.",
                            start=self.spec.vintage,
                            end=self.territories.vintage or _("today"),
                        ),
                        file=self.project.file,
                        column=f"layers.{self.spec.id}.vintage",
                        remedy=_(
                            "Give the events of the official code with --source {events}=FILE, or "
                            "leave vintage out.",
                            events=EVENTS,
                        ),
                        kind="no-events",
                    )
                )
            more += self.changes.events["before"].unique().tolist()
        if self.project.table.arrondissements is not None:
            more += [part for part, whole in WHOLE.items() if whole in codes]
            more += [whole for part, whole in WHOLE.items() if part in codes]
        return codes.union(pd.Index([code for code in more if code], dtype="object"))

    def place(self, codes: Codes, figures: Figures, *, notices: Notices) -> Placed:
        """Return the column on the codes of the territories; rows with other codes are carried or
        listed.

        Raises: InputError: an arrondissement is listed together with its commune, and both would be
            counted.
        """
        matched = codes.codes[codes.matched]
        self._hint(codes, notices=notices)
        if not self.carries or matched.isin(self.territories.whole.codes).all():
            return place_as_is(codes, figures, self.territories.codes)
        self._check_parts(matched)
        values = pd.DataFrame({self.spec.id: figures.values[codes.matched]}, index=matched)
        reasons = pd.DataFrame({self.spec.id: figures.reasons[codes.matched]}, index=matched)
        passage = self._passage(matched)
        reaching = passage.reaching(self.territories.codes)
        how, name = _HOW.get(self.spec.unit, MEAN), self.spec.id
        weights, equal = (None, []) if how == SUM else self._weights(matched, passage)
        carried, sums = carry_figures(
            values,
            passage,
            reaching,
            counts=[name] if how == SUM else (),
            means={name: weights} if how == MEAN and weights is not None else None,
            weights=weights,
        )
        filled = carried_reasons(reasons, carried, passage)
        assert filled is not None  # reasons were given
        changes = self.changes or Changes(_no_events(), dated=True)
        say_carried(
            name,
            reaching,
            sums,
            means=[name] if how == MEAN else (),
            changes=changes,
            notices=notices,
        )
        alike = [code for code in equal if code in self.territories.codes]
        if alike:
            notices.remark(
                _(
                    "{name}: the parts of {equal} weigh alike: their people are not known.",
                    name=name,
                    equal=first_of(alike),
                )
            )
        return Placed(
            values=carried[name].reindex(self.territories.codes),
            reasons=filled[name].reindex(self.territories.codes),
            account=self._account(codes, reaching),
        )

    def _passage(self, codes: pd.Index) -> Passage:
        changes = self.changes
        events = _no_events() if changes is None else changes.events
        end = self.territories.vintage or max([self.spec.vintage or "", *events["date"].tail(1)])
        return build_passage(
            events,
            start=self.spec.vintage or end,
            end=end,
            codes=codes,
            known=self.territories.whole.codes,
            population=self.territories.whole.facts["population"],
            arrondissements="separate" if self.project.table.arrondissements is None else "convert",
        )

    def _weights(self, codes: pd.Index, passage: Passage) -> tuple[pd.Series, list[str]]:
        """Return the people of each part; equal weights if those of one part of a territory are
        unknown."""
        people = pd.Series(np.nan, index=codes)
        if self.changes is not None:
            people = people.fillna(self.changes.people.reindex(codes))
        shares = passage.shares
        unsure = shares["source"].map(people).isna().groupby(shares["target"]).any()
        several = shares.groupby("target").size() > 1
        alike = shares["target"].map(unsure)
        people = people.mask(people.index.isin(shares["source"][alike]), 1.0)
        return people.fillna(1.0), list(unsure.index[unsure & several])

    def _check_parts(self, codes: pd.Index) -> None:
        codes_present = set(codes)
        both = [
            w
            for w, parts in ARRONDISSEMENTS.items()
            if w in codes_present and codes_present & set(parts)
        ]
        if both and self.project.table.arrondissements is not None:
            raise InputError(
                Fault(
                    _("{both} appears together with its own arrondissements.", both=first_of(both)),
                    file=str(self.project.path(self.spec.path)),
                    column=self.spec.code or "",
                    remedy=_("Leave one of the two out: adding them would count twice."),
                    kind="arrondissements",
                )
            )

    def _account(self, codes: Codes, reaching: Passage) -> Account:
        fates = codes.fates.copy()
        matched, written = codes.matched, codes.codes
        fates[matched & ~written.isin(reaching.shares["source"])] = Fate.OUTSIDE
        fates[matched & written.isin(reaching.moved_on)] = Fate.CARRIED
        fates[matched & written.isin(list(reaching.lost))] = Fate.LOST
        unknown = {row.row: row for row in codes.account.listed}

        def listed(row: int) -> Listed:
            code, place = str(written[row]), codes.places(row)
            if not matched[row]:
                return unknown[place]
            if fates[row] == Fate.CARRIED:
                return Listed(place, code, carried_to(code, reaching, self.explain))
            return Listed(place, code, self.explain(code) or _("no territory has this code"))

        return account_rows(fates, listed)

    def _gone(self, codes: Sequence[str]) -> list[str]:
        if not codes or self.changes is None:
            return []
        gone = set(self.changes.events["before"])
        return [code for code in codes if code in gone]

    def _hint(self, codes: Codes, *, notices: Notices) -> None:
        """Say how rows that are listed for their codes could be carried."""
        listed = [row.code for row in codes.account.listed]
        parts = [code for code in listed if code in WHOLE]
        older = [] if self.spec.vintage is not None else self._gone(listed)
        if older:
            notices.warn(
                _(
                    "{spec}: {count} rows have codes that are gone ({older}). With vintage "
                    '= "YYYY", the year of its codes, in [[layers]] they are carried.',
                    spec=self.spec.id,
                    count=len(older),
                    older=first_of(older),
                )
            )
        if parts:
            notices.warn(
                _(
                    "{spec}: {count} rows are of municipal arrondissements ({parts}). With "
                    'arrondissements = "whole" in the project they are put together.',
                    spec=self.spec.id,
                    count=len(parts),
                    parts=first_of(parts),
                )
            )


def _no_events() -> pd.DataFrame:
    from zoneblanche.geo.vintages.events import COLUMNS

    return pd.DataFrame(columns=list(COLUMNS), dtype="str")
