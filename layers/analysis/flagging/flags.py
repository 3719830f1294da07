"""Flags: territories that meet a rule, and those that possibly do.

A flag is a category: 0 not flagged, 1 flagged, 2 possible; NaN if the rule cannot be judged. It is
*possible* if a figure is a score whose 5-95 % rank interval includes the rule's cut.
`docs/flags.md` describes the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.messages import _, join, pgettext, titled
from zoneblanche.geo.source import union_of
from zoneblanche.layers.analysis.flagging.judge import MAYBE, NO, YES, Judge, column_of
from zoneblanche.layers.analysis.flagging.rule import Rule, known_rules, read_rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import RESERVED, Indicator

__all__ = [
    "FLAGGED",
    "NOT_FLAGGED",
    "POSSIBLE",
    "FlagSummary",
    "Rule",
    "Tally",
    "flag",
    "flag_summary",
    "known_rules",
    "read_rule",
]

NOT_FLAGGED, FLAGGED, POSSIBLE = 0, 1, 2
CATEGORIES = {
    NOT_FLAGGED: _("not flagged"),
    FLAGGED: pgettext("flags", "flagged"),
    POSSIBLE: pgettext("flags", "possible"),
}


def flag(atlas: Atlas, rule: str | Path | Rule) -> Atlas:
    """Return the atlas with one more column: the flag of a rule.

    The column has role `flag`, unit `category`: 0 not flagged, 1 flagged, 2 possible. A missing
    figure makes its condition unknown. If it decides the rule, the cell is NaN with the reason of
    that figure. An indicator with a rank interval (`atlas.intervals`) meets a condition only if its
    rank and the whole interval are on that side of the cut, and fails it only if all are on the
    other. Otherwise it possibly meets it. An indicator without an interval is exact.

    Args:
        atlas: with the indicators that the rule names.
        rule: name of a shipped rule, path of a TOML file, or a `Rule`.

    Raises:
        InputError: an indicator that the rule needs and the atlas lacks, a quantile of an indicator
            without direction, `in` on an indicator that is not a category, or an id of another
            column.
    """
    rule = rule if isinstance(rule, Rule) else read_rule(rule)
    _check_id(rule, atlas)
    judge = Judge(atlas, rule)
    verdict = judge.verdict()
    values = np.select(
        [verdict.states == YES, verdict.states == MAYBE, verdict.states == NO],
        [FLAGGED, POSSIBLE, NOT_FLAGGED],
        default=np.nan,
    )
    reasons = pd.Series(verdict.reasons, index=atlas.codes)
    flagged = atlas.add(
        _indicator(judge), pd.Series(values, index=atlas.codes, dtype="float64"), reasons=reasons
    )
    if any(indicator.id in atlas.intervals for indicator in judge.used):
        present = ~np.isnan(values)
        exact = Judge(replace(atlas, intervals={}), rule).verdict().states == YES
        table = pd.DataFrame({"by_figures": np.where(present, exact, np.nan)}, index=atlas.codes)
        flagged = replace(flagged, intervals={**flagged.intervals, rule.id: table})
    return flagged.noting(*judge.notices)


def _check_id(rule: Rule, atlas: Atlas) -> None:
    """Refuse a flag that would replace another column; a flag may be computed again."""
    used = {
        name.casefold() for name, indicator in atlas.indicators.items() if indicator.role != "flag"
    }
    if rule.id.casefold() not in used | set(RESERVED):
        return
    raise InputError(
        Fault(
            _("the id {rule} of the rule is that of a column of the results.", rule=shown(rule.id)),
            file=rule.file or None,
            column="id",
            value=rule.id,
            remedy=_("Give the rule another id."),
            kind="reserved-id",
        )
    )


def _indicator(judge: Judge) -> Indicator:
    rule, used = judge.rule, judge.used
    method = join((titled(rule.method), _("Rule: {rule}.", rule=judge.described())), " ")
    return Indicator(
        id=rule.id,
        title=rule.title,
        unit="category",
        digits=0,
        native_level=judge.atlas.coarsest_level_of(used),
        sources=union_of(*(indicator.sources for indicator in used)),
        method=method,
        categories=CATEGORIES,
        role="flag",
        parts=tuple(indicator.id for indicator in used),
    )


@dataclass(frozen=True)
class Tally:
    """Number of territories, and people in those whose population is known."""

    territories: int
    population: float


@dataclass(frozen=True)
class FlagSummary:
    """Number of territories with a flag, and their people.

    Attributes:
        by_figures: those that meet the rule if every figure is exact; those that are flagged, if no
            figure has an interval.
    """

    flag: str
    flagged: Tally
    possible: Tally
    not_flagged: Tally
    unknown: Tally
    by_figures: Tally

    @property
    def population(self) -> float:
        """All people counted, with any value of the flag."""
        tallies = (self.flagged, self.possible, self.not_flagged, self.unknown)
        return sum(tally.population for tally in tallies)

    def population_percent(self, tally: Tally) -> float:
        """Share of the population in one of the tallies, 0 to 100; NaN if nobody is counted."""
        return 100 * tally.population / self.population if self.population else float("nan")


def flag_summary(atlas: Atlas, flag_id: str) -> FlagSummary:
    """Return territories and population that are flagged, possibly flagged, not flagged, or not
    judged.

    Raises:
        InputError: the atlas has no such column, or it is not a flag.
    """
    indicator = atlas.indicator(flag_id)
    if indicator.role != "flag":
        flags = [name for name, other in atlas.indicators.items() if other.role == "flag"]
        raise InputError(
            Fault(
                _("{flag_id} is not a flag.", flag_id=repr(flag_id)),
                remedy=nearest(flag_id, flags),
                kind="no-flag",
            )
        )
    states = column_of(atlas, flag_id)
    population = atlas.territories.facts["population"].to_numpy(dtype="float64")

    def tally(chosen: np.ndarray) -> Tally:
        return Tally(int(chosen.sum()), float(np.nansum(population[chosen])))

    exact = atlas.intervals.get(flag_id)
    by_figures = states == FLAGGED if exact is None else exact["by_figures"].to_numpy() == 1
    return FlagSummary(
        flag=flag_id,
        by_figures=tally(by_figures),
        flagged=tally(states == FLAGGED),
        possible=tally(states == POSSIBLE),
        not_flagged=tally(states == NOT_FLAGGED),
        unknown=tally(np.isnan(states)),
    )
