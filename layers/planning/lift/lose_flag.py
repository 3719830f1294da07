"""The least change of figures by which territories lose a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.flagging.cuts import Cut
from zoneblanche.layers.analysis.flagging.judge import YES, Judge
from zoneblanche.layers.analysis.flagging.rule import Condition, Group, Rule
from zoneblanche.layers.index.handicaps import HANDICAPS, handicapped, holds
from zoneblanche.layers.index.recipe.recipe import Dimension
from zoneblanche.layers.planning.distances import Floats
from zoneblanche.layers.planning.lift.change import is_linear, least_change
from zoneblanche.layers.planning.lift.lift import (
    Index,
    Lifted,
    Rows,
    as_lifted,
    figures_at,
    half_widths,
    moves_at,
    rows_of,
)

MOST_CONDITIONS = 8
"""Conditions of a rule that can be made to fail; every set of them is tried."""
PAST = 1e-6
"""Points by which a score passes a cut that it is on."""


def lose_flag(index: Index, rule: Rule, codes: Sequence[str]) -> Lifted:
    """Return the least change by which territories lose a flag.

    Every set of conditions that would make the rule fail is tried. A condition on a figure fails at
    its threshold; one on a dimension or the index when the score passes the cut with its margin.

    Raises:
        InputError: the rule needs what the atlas lacks; or it has too many conditions.
    """
    return lose_flag_rows(index, rule, rows_of(index, codes))


def lose_flag_rows(index: Index, rule: Rule, rows: Rows) -> Lifted:
    """Return the least change by which rows lose a flag that their territories carry today."""
    judge = Judge(index.atlas, rule)
    judge.verdict()
    order = index.atlas.codes[rows.at]
    conditions = list(judge.chosen)
    states = {
        condition: judge._condition(condition).states[rows.at] == YES for condition in conditions
    }
    breaks = {
        condition: breaking
        for condition in conditions
        if (breaking := _breaking(index, judge, condition, rows)) is not None
    }
    if len(breaks) > MOST_CONDITIONS:
        raise InputError(_("the rule {rule} has too many conditions.", rule=repr(rule.id)))
    best = np.full(len(order), np.inf)
    change = np.zeros((len(order), len(index.names)))
    for switched in product((False, True), repeat=len(breaks)):
        broken = [condition for condition, on in zip(breaks, switched, strict=True) if on]
        units = np.zeros_like(change)
        impossible = np.zeros(len(order), dtype=bool)
        for condition in broken:
            units = np.maximum(
                units, np.where(states[condition][:, None], breaks[condition][1], 0.0)
            )
            impossible |= states[condition] & ~np.isfinite(breaks[condition][0])
        left = {
            condition: states[condition] & (condition not in broken) for condition in conditions
        }
        cost = np.where(impossible | _holds(rule.when, left), np.inf, units @ index.costs)
        better = cost < best
        best[better], change[better] = cost[better], units[better]
    figures = figures_at(index, rows)
    nothing = np.full(len(order), np.nan)
    return as_lifted(index, order, figures, change, best, nothing, nothing, exact=True)


def _holds(group: Group, states: Mapping[Condition, np.ndarray]) -> np.ndarray:
    """Return where a group of conditions holds."""
    parts = [
        _holds(member, states) if isinstance(member, Group) else states[member]
        for member in group.members
        if isinstance(member, Group) or member in states
    ]
    joined = np.logical_and.reduce(parts) if group.joint == "all" else np.logical_or.reduce(parts)
    return np.asarray(joined)


def _breaking(
    index: Index, judge: Judge, condition: Condition, rows: Rows
) -> tuple[Floats, Floats] | None:
    """Return the cost and the change of each figure that makes a condition fail; None if nobody can
    make it fail."""
    indicator, cut = judge.chosen[condition], judge.cuts.get(condition)
    if cut is None or np.isnan(cut.value):
        return None
    if indicator.id == HANDICAPS and cut.chooses_high and is_linear(index.recipe):
        return _fewer_handicaps(index, cut, rows)
    parts = {part.id: part for part in index.recipe.dimensions}
    if indicator.id in parts and is_linear(index.recipe):
        return _past_cut(index, parts[indicator.id], cut, rows)
    if indicator.id not in index.names:
        return None
    element = next(element for element in index.recipe.elements if element.id == indicator.id)
    if cut.chooses_high != (element.better == "lower"):
        return None
    values = index.scored_atlas.values[indicator.id].to_numpy()[rows.at]
    if indicator.id == index.by_sites:
        values = values + (-rows.nearer if element.better == "lower" else rows.nearer)
    step = 10.0**-indicator.digits if cut.op in ("<=", ">=") else 0.0
    amount = np.where(cut.holds(values) | np.isnan(values), np.abs(values - cut.value) + step, 0.0)
    if indicator.id in index.whole:
        amount = np.ones(len(values))
    column = index.names.index(indicator.id)
    units = np.zeros((len(values), len(index.names)))
    units[:, column] = np.nan_to_num(amount)
    unknown = np.isnan(amount) | ((amount > 0) & (indicator.id in index.unsold))
    return np.where(unknown, np.inf, units @ index.costs), units


def _fewer_handicaps(index: Index, cut: Cut, rows: Rows) -> tuple[Floats, Floats]:
    """Return the cost and the change of having so few handicaps that a count of them fails: those
    that are cheapest to remove, as dimensions share no figure."""
    scores = index.scored_atlas.scored.scores.iloc[rows.at]
    parts = handicapped(index.recipe)
    count, width = len(scores), len(parts)
    costs, units = np.full((count, width), np.inf), np.zeros((width, count, len(index.names)))
    held = np.zeros((count, width), dtype=bool)
    for place, part in enumerate(parts):
        assert part.handicap is not None
        held[:, place] = holds(scores[part.id].to_numpy(dtype="float64"), part.handicap)
        limit = Cut(part.handicap.op, part.handicap.value)
        cheapest = _past_cut(index, part, limit, rows)
        if cheapest is not None:
            costs[:, place], units[place] = cheapest
    costs[~held] = np.inf
    allowed = np.ceil(cut.value) - 1 if cut.op == ">=" else np.floor(cut.value)
    surplus = np.maximum(held.sum(axis=1) - allowed, 0)
    order = np.argsort(costs, axis=1, kind="stable")
    removed = np.zeros((count, width), dtype=bool)
    np.put_along_axis(removed, order, np.arange(width)[None, :] < surplus[:, None], axis=1)
    total = np.where(removed, costs, 0.0).sum(axis=1)
    change = np.where(removed.T[:, :, None], units, 0.0).sum(axis=0)
    return total, change


def _past_cut(index: Index, part: Dimension, cut: Cut, rows: Rows) -> tuple[Floats, Floats] | None:
    if cut.chooses_high != index.worse_up:
        return None
    moves, gained = moves_at(index, part, rows)
    scores = index.scored_atlas.scored.scores[part.id].to_numpy()[rows.at]
    margin = half_widths(index, part.id, list(index.atlas.codes[rows.at]))
    away = scores - cut.value if index.worse_up else cut.value - scores
    # A score at the cut is on its side: it must pass it.
    return least_change(away - gained + margin + PAST, moves, index.costs)
