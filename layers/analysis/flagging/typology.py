"""Rural or urban, served or poorly served: the typology, and the joint distribution of its figures.

The types describe. What a type asks of policy is for the reader to say (docs/analysis.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import union_of
from zoneblanche.layers.analysis.flagging.judge import MAYBE, NO, UNKNOWN, YES, Judge
from zoneblanche.layers.analysis.flagging.rule import Rule, read_rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator

RURAL_POOR, URBAN_POOR, RURAL_SERVED, URBAN_SERVED, UNDECIDED = range(1, 6)

TYPES = {
    RURAL_POOR: _("rural, poorly served"),
    URBAN_POOR: _("urban, poorly served"),
    RURAL_SERVED: _("rural, served"),
    URBAN_SERVED: _("urban, served"),
    UNDECIDED: _("between two types"),
}

TYPOLOGY = "typology"
"""Id of the column that `add_typology` adds."""


def add_typology(
    atlas: Atlas,
    *,
    rural: str | Path | Rule = "rural",
    poorly_served: str | Path | Rule = "poorly-served",
) -> Atlas:
    """Return the atlas with the column `typology`: 1 to 4 of `TYPES`, 5 between two types.

    A territory is between two types if a rule possibly holds, and missing if one of the rules
    cannot be judged.

    Args:
        atlas: with the indicators that the rules name.
        rural, poorly_served: the two rules, see `flags.read_rule`.

    Raises:
        InputError: see `flags.flag`.
    """
    judges = [
        Judge(atlas, rule if isinstance(rule, Rule) else read_rule(rule))
        for rule in (rural, poorly_served)
    ]
    thin, behind = (judge.verdict() for judge in judges)
    unknown = (thin.states <= UNKNOWN) & (thin.states != NO)
    unjudged = unknown | ((behind.states <= UNKNOWN) & (behind.states != NO))
    reasons = np.where(unknown, thin.reasons, behind.reasons)
    values = np.select(
        [
            unjudged,
            (thin.states == MAYBE) | (behind.states == MAYBE),
            (thin.states == YES) & (behind.states == YES),
            behind.states == YES,
            thin.states == YES,
        ],
        [np.nan, UNDECIDED, RURAL_POOR, URBAN_POOR, RURAL_SERVED],
        default=URBAN_SERVED,
    )
    typed = atlas.add(
        _indicator(judges),
        pd.Series(values, index=atlas.codes),
        reasons=pd.Series(reasons, index=atlas.codes),
    )
    return typed.noting(*(notice for judge in judges for notice in judge.notices))


def _indicator(judges: Sequence[Judge]) -> Indicator:
    used = {indicator.id: indicator for judge in judges for indicator in judge.used}
    rural, poorly_served = (judge.described() for judge in judges)
    return Indicator(
        id=TYPOLOGY,
        title=_("Rural or urban, served or poorly served"),
        unit="category",
        digits=0,
        sources=union_of(*(indicator.sources for indicator in used.values())),
        method=_(
            "Rural: {rural}. Poorly served: {poorly_served}.",
            rural=rural,
            poorly_served=poorly_served,
        ),
        categories=TYPES,
        role="typology",
        parts=tuple(used),
    )


@dataclass(frozen=True)
class JointTable:
    """Two indicators together: territories and people in each pair of classes.

    Attributes:
        first, second: their ids.
        first_edges, second_edges: upper ends of all classes but the last; a value at an edge is
            below it.
        territories, population: one row per class of the first (0 the lowest), one column per class
            of the second.
        left_out: territories without one of the figures.
        spearman: rank correlation of the two figures.
        association: Cramér's V of the table of territories, 0 (independent) to 1; NaN if there is
            one class only.
    """

    first: str
    second: str
    first_edges: tuple[float, ...]
    second_edges: tuple[float, ...]
    territories: pd.DataFrame
    population: pd.DataFrame
    left_out: int
    spearman: float
    association: float


def joint_table(
    atlas: Atlas,
    first: str = "density",
    second: str = "presence",
    *,
    classes: int = 3,
    first_edges: Sequence[float] | None = None,
    second_edges: Sequence[float] | None = None,
) -> JointTable:
    """Return the joint distribution of two indicators.

    Args:
        atlas: with both.
        first, second: ids of figures (not categories).
        classes: number of classes, of as equal counts as ties allow, if no edges are given.
        first_edges, second_edges: ascending upper ends of all classes but the last.

    Raises:
        InputError: no such indicator, a category, edges that do not ascend, or no territory that
            has both.
    """
    for name in (first, second):
        if atlas.indicator(name).unit == "category":
            raise InputError(
                _("{name} is a category: group by it instead of cutting it up.", name=repr(name))
            )
    # The import takes longer than writing a report, and reports need the types only.
    from scipy import stats

    table = atlas.values
    present = (table[first].notna() & table[second].notna()).to_numpy()
    if not present.any():
        raise InputError(
            _("no territory has both {first} and {second}.", first=repr(first), second=repr(second))
        )
    x, y = table[first].to_numpy()[present], table[second].to_numpy()[present]
    rows, columns = _edges(x, first_edges, classes), _edges(y, second_edges, classes)
    at = np.searchsorted(rows, x), np.searchsorted(columns, y)
    people = np.nan_to_num(atlas.territories.facts["population"].to_numpy()[present])
    counts = np.zeros((len(rows) + 1, len(columns) + 1))
    inhabitants = counts.copy()
    np.add.at(counts, at, 1)
    np.add.at(inhabitants, at, people)
    varies = np.ptp(x) > 0 and np.ptp(y) > 0
    return JointTable(
        first=first,
        second=second,
        first_edges=tuple(rows.tolist()),
        second_edges=tuple(columns.tolist()),
        territories=pd.DataFrame(counts.astype("int64")),
        population=pd.DataFrame(inhabitants),
        left_out=int((~present).sum()),
        spearman=float(stats.spearmanr(x, y).statistic) if varies else float("nan"),
        association=_cramers_v(counts),
    )


def _edges(x: np.ndarray, edges_given: Sequence[float] | None, classes: int) -> np.ndarray:
    if edges_given is not None:
        edges = np.asarray(edges_given, dtype="float64")
        if not (np.diff(edges) > 0).all():
            raise InputError(
                _(
                    "class edges must ascend: {edges}.",
                    edges=", ".join(f"{edge:g}" for edge in edges),
                )
            )
        return edges
    if classes < 1:
        raise InputError(_("{classes} classes; at least 1 was expected.", classes=classes))
    shares = np.arange(1, classes) / classes
    edges = np.unique(np.quantile(x, shares, method="inverted_cdf"))
    return edges[edges < x.max()]


def _cramers_v(counts: np.ndarray) -> float:
    """√(χ²/(n (m − 1))), m the smaller side, of the rows and columns that are not empty."""
    table = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    least = min(table.shape) - 1
    if least < 1:
        return float("nan")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / table.sum() / least))
