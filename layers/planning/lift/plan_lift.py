"""`plan lift`: what it would take, from an atlas to an answer in sentences and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, join, ngettext, quantity, titled
from zoneblanche.layers.analysis.flagging.flags import FLAGGED
from zoneblanche.layers.analysis.flagging.rule import read_rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.planning.lift.change import least_change, moves_of
from zoneblanche.layers.planning.lift.lift import (
    Index,
    Lifted,
    half_widths,
    lift,
    read_index,
)
from zoneblanche.layers.planning.lift.lose_flag import lose_flag
from zoneblanche.layers.planning.plan import Plan, outcome_indicator
from zoneblanche.layers.planning.read import unknown_codes

LIFT, LIFT_COST = "lift", "lift-cost"
NOT_ASKED, CAN, CANNOT = range(3)
NAMED = 5
"""Territories whose changes are sentences; the table has all."""
WEBSITE = "website"


@dataclass(frozen=True)
class LiftRequest:
    """The question.

    Attributes:
        codes: of territories; () for all in the worst tenth, or all that carry the flag.
        rule: of the flag to lose; None to leave the worst tenth.
        within: codes of the places that they are in; () for all.
        index_id: of the index; None for the last of the atlas.
        costs: of one unit of each indicator; empty: a change counts by its share of the scale.
        exact: refuse a recipe that is not linear.
        margin: points by which a score passes the limit; None for half of its range.
    """

    codes: tuple[str, ...] = ()
    rule: str | None = None
    within: tuple[str, ...] = ()
    index_id: str | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    exact: bool = False
    margin: float | None = None


def plan_lift(atlas: Atlas, request: LiftRequest) -> Plan:
    """Return the least change by which territories leave the worst tenth, or lose a flag.

    Raises:
        InputError: unknown codes, no such index or flag, no territory that is asked about; and what
            `read_index`, `lift` and `lose_flag` refuse.
    """
    index = read_index(atlas, request.index_id, request.costs, margin=request.margin)
    codes = asked_codes(index, request)
    lifts = lift_all(index, request, codes)
    shown = _shown(atlas, request, codes)
    title = (
        _("What it takes to leave the worst tenth")
        if request.rule is None
        else _("What it takes to lose the flag")
    )
    sentences = tuple(_sentences(index, request, lifts))
    assumptions = tuple(lift_assumptions(index, request, lifts))
    return Plan(
        id="lift",
        title=title,
        sentences=sentences,
        assumptions=assumptions,
        table=_table(index, lifts),
        columns={
            "code": _("Code"),
            "name": _("Name"),
            "indicator": _("Figure"),
            "now": _("Now"),
            "then": _("Then"),
            "cost": _("Cost"),
            "in_draws": _("Draws in which it holds, %"),
        },
        atlas=_with_columns(index, lifts, title, join(assumptions, " "), shown),
        show=LIFT,
        digits={"now": 2, "then": 2, "cost": 4, "in_draws": 1},
        words={"": _("cannot")},
    )


def lift_all(index: Index, request: LiftRequest, codes: Sequence[str]) -> Lifted:
    """Return the least change of each territory that is asked about."""
    if request.rule is None:
        return lift(index, codes, exact=request.exact)
    return lose_flag(index, read_rule(request.rule), codes)


def asked_codes(index: Index, request: LiftRequest) -> list[str]:
    """Return the codes of the territories that are asked about and need a change.

    Raises:
        InputError: unknown codes, a flag that the atlas does not have, or nobody to be lifted.
    """
    atlas = index.atlas
    unknown = [code for code in request.codes if code not in atlas.codes]
    if unknown:
        raise InputError(unknown_codes(unknown))
    if request.rule is None:
        concerned = index.worst
    else:
        flags = [name for name, indicator in atlas.indicators.items() if indicator.role == "flag"]
        rule = read_rule(request.rule).id
        if rule not in flags:
            raise InputError(
                Fault(
                    _("the atlas has no flag {rule}.", rule=repr(rule)),
                    remedy=nearest(rule, flags),
                    kind="no-flag",
                )
            )
        concerned = atlas.values[rule] == FLAGGED
    inside = pd.Series(True, index=atlas.codes)
    if request.within:
        inside = pd.Series(
            atlas.codes.isin(atlas.territories.within(request.within).codes), atlas.codes
        )
    if request.codes:
        inside &= atlas.codes.isin(request.codes)
    codes = [str(code) for code in atlas.codes[(concerned & inside).to_numpy()]]
    if not codes and request.codes and request.rule is None:
        first = request.codes[0]
        raise InputError(
            _(
                "{name} is not in the worst tenth: its score is {score}, and the tenth begins at "
                "{cut}.",
                name=atlas.territories.label(first),
                score=quantity(float(index.scores[first]), 1),
                cut=quantity(index.cut, 1),
            )
        )
    if not codes:
        raise InputError(
            _("no territory that is asked about is in the worst tenth.")
            if request.rule is None
            else _("no territory that is asked about carries the flag.")
        )
    return codes


def _shown(atlas: Atlas, request: LiftRequest, codes: Sequence[str]) -> np.ndarray:
    """Return the territories of the page: those of `within`, or of the areas around the codes."""
    territories = atlas.territories
    if request.within:
        return np.asarray(atlas.codes.isin(territories.within(request.within).codes))
    level = territories.area_level
    if request.codes and level is not None:
        around = set(territories.parents.loc[list(codes), level])
        return np.asarray(territories.parents[level].isin(around))
    return np.ones(len(atlas.codes), dtype=bool)


def changes_of(index: Index, lifted: Lifted, code: str) -> Iterator[tuple[str, float, float]]:
    """Yield the figures of a territory that change: id, now and then."""
    elements = {element.id: element for element in index.recipe.elements}
    for name in index.names:
        units = float(lifted.change[name][code])
        if units > 0:
            now = float(lifted.figures[name][code])
            then = now - units if elements[name].better == "lower" else now + units
            yield name, now, then


def _table(index: Index, lifted: Lifted) -> pd.DataFrame:
    names = index.atlas.territories.names
    rows = []
    for code in lifted.cost.index:
        common = {"code": str(code), "name": str(names[code])}
        draws = 100 * float(lifted.in_draws[code])
        cannot = {"indicator": "", "now": np.nan, "then": np.nan, "cost": np.nan, "in_draws": draws}
        if not np.isfinite(lifted.cost[code]):
            rows.append({**common, **cannot})
        for name, now, then in changes_of(index, lifted, str(code)):
            cost = abs(then - now) * float(index.costs[index.names.index(name)])
            rows.append(
                {**common, "indicator": name, "now": now, "then": then, "cost": cost,
                 "in_draws": draws}
            )  # fmt: skip
    columns = ["code", "name", "indicator", "now", "then", "cost", "in_draws"]
    return pd.DataFrame(rows, columns=columns)


def _sentences(index: Index, request: LiftRequest, lifted: Lifted) -> Iterator[str]:
    possible, count = lifted.possible, len(lifted.cost)
    if request.rule is None:
        yield _("The worst tenth of today begins at a score of {cut}.", cut=quantity(index.cut, 1))
        yield ngettext(
            "{possible} of {count} territory can leave it.",
            "{possible} of {count} territories can leave it.",
            count,
            possible=quantity(int(possible.sum())),
        )
    else:
        yield ngettext(
            "{possible} of {count} territory can lose the flag.",
            "{possible} of {count} territories can lose the flag.",
            count,
            possible=quantity(int(possible.sum())),
        )
    for code in lifted.cost.index[:NAMED]:
        label = index.atlas.territories.label(code)
        if not possible[code]:
            yield _("{name} cannot: no change of what can be changed suffices.", name=label)
            continue
        changes = join(
            (_change_sentence(index, *change) for change in changes_of(index, lifted, str(code))),
            "; ",
        )
        yield _("{name}: {changes}.", name=label, changes=changes)
    for name in lifted.change:
        number = int((lifted.change[name] > 0).sum())
        if number and count > NAMED:
            yield ngettext(
                "{title} changes in {count} territory.",
                "{title} changes in {count} territories.",
                number,
                title=titled(index.atlas.indicators[str(name)].title),
            )
    drawn = lifted.in_draws.dropna()
    if len(drawn):
        yield _(
            "With these changes the scores pass that of the worst tenth in at least {share} % of "
            "the draws.",
            share=quantity(np.floor(1000 * drawn.min()) / 10, 1),
        )
    if request.rule is None and WEBSITE in index.whole and lifted.exact:
        yield ngettext(
            "Declaring a website alone takes {count} territory of all below the limit, without "
            "a margin; a declaration is no service.",
            "Declaring a website alone takes {count} territories of all below the limit, without "
            "a margin; a declaration is no service.",
            _by_website(index),
        )


def _by_website(index: Index) -> int:
    """Return how many of the worst tenth pass the limit by declaring a website, without a
    margin."""
    moves = moves_of(
        index.scored_atlas.scored, index.recipe.root, (WEBSITE,), index.bounds, index.whole
    )
    scores, worst = index.scores.to_numpy(), index.worst.to_numpy()
    need = (scores - index.cut if index.worse_up else index.cut - scores) + 1e-9
    cost, _units = least_change(np.nan_to_num(need, nan=np.inf), moves, np.ones(1))
    return int((np.isfinite(cost) & worst).sum())


def _change_sentence(index: Index, name: str, now: float, then: float) -> str:
    indicator = index.atlas.indicators[name]
    title = titled(indicator.title)
    if indicator.unit == "boolean":
        return _("{title}: no to yes", title=title)
    unit = "%" if indicator.unit == "percent" else titled(indicator.suffix or "")
    digits = max(indicator.digits, 1)
    slots = {"title": title, "now": quantity(now, digits), "then": quantity(then, digits)}
    if unit:
        return _("{title}: {now} to {then} {unit}", unit=unit, **slots)
    return _("{title}: {now} to {then}", **slots)


def lift_assumptions(
    index: Index, request: LiftRequest, lifted: Lifted, *, priced: bool = True
) -> Iterator[str]:
    """Yield what the answer rests on; `priced`: what a change costs too."""
    atlas = index.atlas
    if request.rule is None:
        yield _(
            "The limit is the ninth decile of the scores of today and stays: a tenth by rank "
            "always holds a tenth of the territories."
        )
    if index.margin is not None:
        yield _(
            "A score must pass a limit by {points} points, as given: no share of draws is meant.",
            points=quantity(index.margin),
        )
    elif request.rule is None:
        width = half_widths(index, index.recipe.id, list(lifted.cost.index))
        yield _(
            "A score must pass the limit by half of its range, {points} points in the middle, or "
            "more until it holds in nine draws of ten.",
            points=quantity(float(np.median(width)), 1),
        )
    else:
        yield _("A condition on a score fails when it passes the cut by half of its range.")
    if request.rule is not None:
        yield _("A condition on a figure fails at its threshold: its error is not known here.")
    bought = [name for name in index.names if name not in index.unsold]
    if bought:
        yield _(
            "Can be changed: {names}.",
            names=join(titled(atlas.indicators[name].title) for name in bought),
        )
    else:
        yield _("Nothing but sites is bought: no cost of another change is given.")
    if request.costs and priced:
        costs = (
            _("{name} {number}", name=name, number=quantity(cost))
            for name, cost in request.costs.items()
        )
        yield _("Costs of one unit are the user's: {costs}.", costs=join(costs))
    elif priced and bought:
        yield _("No costs are given: a change counts by its share of the indicator's scale.")
    if lifted.exact:
        yield _("Each change is the least: no other costs less.")
    else:
        yield _("The recipe is not linear: each change is an upper bound, found by bisection.")
    if index.by_sites:
        yield _(
            "Apart from sites, each territory is changed alone, and what is declared is taken for "
            "what is there."
        )
    else:
        yield _("Each territory is changed alone, and what is declared is taken for what is there.")


def _with_columns(
    index: Index, lifted: Lifted, title: str, method: str, shown: np.ndarray
) -> Atlas:
    codes = index.atlas.codes
    kinds = pd.Series(float(NOT_ASKED), index=codes)
    kinds[lifted.cost.index] = np.where(lifted.possible, float(CAN), float(CANNOT))
    level = index.atlas.territories.level
    sources = index.atlas.indicators[index.recipe.id].sources
    proposed = outcome_indicator(
        LIFT,
        title,
        {
            NOT_ASKED: _("not asked"),
            CAN: _("a change suffices"),
            CANNOT: _("no change suffices"),
        },
        level=level,
        sources=sources,
        method=method,
    )
    cost = Indicator(
        id=LIFT_COST,
        title=_("Cost of the least change"),
        unit="number",
        digits=2,
        better="lower",
        bounds=(0.0, None),
        role="context",
        native_level=level,
        sources=sources,
        method=method,
    )
    finite = lifted.cost.where(np.isfinite(lifted.cost))
    return take(index.atlas.add(proposed, kinds).add(cost, finite), shown)
