"""Applying a rule to the territories of an atlas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import (
    Joined,
    Translatable,
    _,
    join,
    pgettext,
    quantity,
    remark,
    titled,
)
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.flagging.cuts import Cut, quantile_cut, sides_by_draws
from zoneblanche.layers.analysis.flagging.rule import Condition, Group, Rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.indicator import Indicator

# The result of a condition for a territory. `any` is the greatest of them and `all` the least:
# "possible" is greater than "unknown", and a missing figure is never a no.
LEFT_OUT, NO, UNKNOWN, MAYBE, YES = -1, 0, 1, 2, 3


@dataclass(frozen=True)
class Verdict:
    """The result for each territory (`NO` … `YES`), and the reason where it is unknown."""

    states: np.ndarray
    reasons: np.ndarray


class Judge:
    """Applies one rule to the territories of one atlas, and collects notices."""

    def __init__(self, atlas: Atlas, rule: Rule) -> None:
        self.atlas = atlas
        self.rule = rule
        self.notices: list[str] = []
        self.cuts: dict[Condition, Cut] = {}
        self.chosen = _chosen_indicators(atlas, rule)

    def verdict(self) -> Verdict:
        """Return the result of the whole rule."""
        return self._group(self.rule.when)

    def _group(self, group: Group) -> Verdict:
        verdicts = [
            self._group(member) if isinstance(member, Group) else self._condition(member)
            for member in group.members
        ]
        states = np.stack([verdict.states for verdict in verdicts])
        if group.joint == "any":
            joined = states.max(axis=0)
        else:
            joined = np.where(states == LEFT_OUT, YES + 1, states).min(axis=0)
            joined = np.where(joined > YES, LEFT_OUT, joined)
        reasons = np.zeros(len(joined), dtype="int8")
        for verdict in verdicts:
            silent = (reasons == Reason.PRESENT) & (joined <= UNKNOWN) & (joined != NO)
            reasons = np.where(silent & (verdict.states == joined), verdict.reasons, reasons)
        return Verdict(joined, reasons)

    def _condition(self, condition: Condition) -> Verdict:
        size = len(self.atlas.codes)
        indicator = self.chosen.get(condition)
        if indicator is None:
            self._tell_absent(condition)
            return Verdict(
                np.full(size, LEFT_OUT), np.full(size, Reason.NOT_COLLECTED, dtype="int8")
            )
        values = column_of(self.atlas, indicator.id)
        if condition.op == "in":
            states = np.where(np.isin(values, condition.value), YES, NO)
        else:
            cut = self._cut(condition, indicator, values)
            interval = self.atlas.intervals.get(indicator.id)
            certain, possible = sides_by_draws(cut, values, interval)
            states = np.select([certain, possible], [YES, MAYBE], default=NO)
        missing = np.isnan(values)
        states = np.where(missing, LEFT_OUT if condition.if_missing == "skip" else UNKNOWN, states)
        if condition.if_missing == "skip" and missing.any():
            first = first_of(self.atlas.codes[missing])
            self.notices.append(
                remark(
                    _(
                        "{rule}: {count} territories without a figure of {layer} are judged by the "
                        "other conditions (first: {codes}).",
                        rule=titled(self.rule.title),
                        count=missing.sum(),
                        layer=titled(indicator.title),
                        codes=first,
                    )
                )
            )
        return Verdict(states, self.atlas.reasons[indicator.id].to_numpy())

    def _tell_absent(self, condition: Condition) -> None:
        """Note that the rule is judged without an indicator, by its title if the catalogue has
        it."""
        layers = known_layers()
        absent = join(
            (
                titled(layers[name].indicator.title) if name in layers else name
                for name in condition.indicator
            ),
            _(" or "),
        )
        self.notices.append(
            remark(
                _(
                    "{rule}: judged without {layer}, which is not measured here.",
                    rule=titled(self.rule.title),
                    layer=absent,
                )
            )
        )

    def _cut(self, condition: Condition, indicator: Indicator, values: np.ndarray) -> Cut:
        if condition.quantile is None:
            assert condition.op is not None and condition.op != "in"
            cut = Cut(condition.op, condition.value[0])
        else:
            by_people = condition.reference == "population"
            low_is_worse = indicator.better == "higher"
            cut = quantile_cut(
                values,
                quantile=condition.quantile,
                low_is_chosen=low_is_worse == (condition.direction == "worst"),
                weights=self._population() if by_people else None,
            )
            self._tell_ties(condition, indicator, cut)
        self.cuts[condition] = cut
        self._tell_coarse(indicator)
        return cut

    def _population(self) -> np.ndarray:
        facts = self.atlas.territories.facts
        if "population" not in facts or not facts["population"].notna().any():
            raise InputError(
                _(
                    "the rule {rule} counts people, and no population is known.",
                    rule=repr(self.rule.id),
                )
            )
        return facts["population"].to_numpy(dtype="float64")

    def _tell_coarse(self, indicator: Indicator) -> None:
        territories, native = self.atlas.territories, self.atlas.coarser_level_of(indicator)
        level = territories.level
        if not native:
            return
        named = native
        if territories.country is not None:
            named = titled({**territories.country.level(native).title, "en": native})
        if indicator.parts:
            notice = _(
                "{layer} rests, at least in part, on figures known by {native} only.",
                layer=titled(indicator.title),
                native=named,
            )
        else:
            notice = _(
                "{layer} is known by {native} only: {rule} treats each {level} of one {native} "
                "alike.",
                layer=titled(indicator.title),
                native=named,
                rule=titled(self.rule.title),
                level=level,
            )
        self.notices.append(notice)

    def _tell_ties(self, condition: Condition, indicator: Indicator, cut: Cut) -> None:
        assert condition.quantile is not None
        if abs(cut.share - condition.quantile) > 0.05:
            slots = {
                "wanted": quantity(100 * condition.quantile),
                "layer": titled(indicator.title),
                "got": quantity(100 * cut.share, digits=1),
                "whole": _("territories")
                if condition.reference == "territories"
                else pgettext("of the country", "population"),
            }
            notice = (
                _(
                    "The worst {wanted} % of {layer} is {got} % of the {whole}: equal ones stay "
                    "together.",
                    **slots,
                )
                if condition.direction == "worst"
                else _(
                    "The best {wanted} % of {layer} is {got} % of the {whole}: equal ones stay "
                    "together.",
                    **slots,
                )
            )
            self.notices.append(remark(notice))

    @property
    def used(self) -> list[Indicator]:
        """The indicators that the rule used, each once, in its order."""
        return list({indicator.id: indicator for indicator in self.chosen.values()}.values())

    def described(self) -> Translatable:
        """Return the rule in words, with the computed cuts. Call it after judging."""
        return self._described(self.rule.when)

    def _described(self, group: Group) -> Translatable:
        parts: list[str] = []
        for member in group.members:
            if isinstance(member, Group):
                inner = self._described(member)
                several = isinstance(inner, Joined) and len(inner.parts) > 1
                parts.append(_("({condition})", condition=inner) if several else inner)
            elif member in self.chosen:
                parts.append(_phrase(member, self.chosen[member], self.cuts.get(member)))
        return join(parts, _(" and ") if group.joint == "all" else _(" or "))


def column_of(atlas: Atlas, indicator_id: str) -> np.ndarray:
    """Return the values of one indicator, float64, in the order of the territories."""
    table = atlas.values
    return table[indicator_id].to_numpy(dtype="float64")


def _phrase(condition: Condition, indicator: Indicator, cut: Cut | None) -> Translatable:
    """Return the condition in words and numbers, for example `Population density < 30
    inhab./km²`."""
    title = titled(indicator.title)
    if condition.op == "in":
        titles = indicator.categories
        kinds = join(titled(titles.get(int(code), f"{code:g}")) for code in condition.value)
        return _("{title} ∈ {{kinds}}", title=title, kinds=kinds)
    assert cut is not None
    sign = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}[cut.op]
    value = quantity(cut.value, digits=indicator.digits if condition.quantile else None)
    unit = "%" if indicator.unit == "percent" else titled(indicator.suffix or "")
    slots = {"title": title, "sign": sign, "value": value}
    words = (
        _("{title} {sign} {value} {unit}", unit=unit, **slots)
        if unit
        else _("{title} {sign} {value}", **slots)
    )
    if condition.quantile is None:
        return words
    slots = {
        "condition": words,
        "share": quantity(100 * cut.share, digits=1),
        "count": quantity(cut.territories),
    }
    if condition.reference == "territories":
        return _("{condition} ({share} % of {count} territories)", **slots)
    return _("{condition} ({share} % of the population of {count} territories)", **slots)


def _chosen_indicators(atlas: Atlas, rule: Rule) -> dict[Condition, Indicator]:
    """Return the indicator that each condition uses, without optional ones that are absent.

    Raises:
        InputError: everything that the rule needs and the atlas lacks.
    """
    chosen: dict[Condition, Indicator] = {}
    faults: list[Fault] = []
    for condition in rule.when.conditions():
        present = [name for name in condition.indicator if name in atlas.indicators]
        if present:
            chosen[condition] = atlas.indicators[present[0]]
            faults += _misfits(condition, chosen[condition], rule)
        elif not condition.optional:
            names = join(map(repr, condition.indicator), _(" or "))
            suggestion = nearest(condition.indicator[0], atlas.indicators)
            faults.append(
                Fault(
                    _(
                        "the rule {rule} needs the indicator {names}, which the atlas has not.",
                        rule=repr(rule.id),
                        names=names,
                    ),
                    file=rule.file,
                    remedy=suggestion,
                    kind="unknown-indicator",
                )
            )
    faults += list(_empty_groups(rule.when, chosen, rule))
    if faults:
        raise InputError(faults)
    return chosen


def _misfits(condition: Condition, indicator: Indicator, rule: Rule) -> Iterator[Fault]:
    if condition.quantile is not None and indicator.better is None:
        yield Fault(
            _(
                "{indicator} has no better direction, hence no {direction} quantile.",
                indicator=repr(indicator.id),
                direction=condition.direction,
            ),
            file=rule.file,
            remedy=_("Compare it with `op` and `value`."),
            kind="no-direction",
        )
    if condition.op == "in" and indicator.unit != "category":
        yield Fault(
            _(
                "`in` lists codes of a category, and {indicator} is in {unit}.",
                indicator=repr(indicator.id),
                unit=indicator.unit,
            ),
            file=rule.file,
            remedy=_("Compare it with <, <=, > or >=."),
            kind="no-category",
        )


def _empty_groups(group: Group, chosen: dict[Condition, Indicator], rule: Rule) -> Iterator[Fault]:
    conditions = list(group.conditions())
    if not any(condition in chosen for condition in conditions):
        names = dict.fromkeys(name for condition in conditions for name in condition.indicator)
        yield Fault(
            _(
                "the rule {rule} needs one of {names}, and the atlas has none.",
                rule=repr(rule.id),
                names=first_of(names),
            ),
            file=rule.file,
            kind="unknown-indicator",
        )
        return
    for member in group.members:
        if isinstance(member, Group):
            yield from _empty_groups(member, chosen, rule)
