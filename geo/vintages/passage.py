"""From the official codes of one year to those of another: what became of each, and what is lost.

Built from the official events (`geo.vintages.events`). A passage is a table of shares: how much of
each territory of one vintage is in each territory of the other. `geo.vintages.carry` carries
figures along it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS, WHOLE
from zoneblanche.geo.vintages.events import explainer, vintage_date


@dataclass(frozen=True)
class Passage:
    """The shares of the territories of one vintage in those of another.

    Attributes:
        start, end: ISO dates of the two code lists.
        shares: columns `source`, `target` (codes) and `share`: the part of the source, by
            population, that is in the target. The shares of a source add up to 1.
        lost: for each source code without a target, why.
        equal: codes with several targets of unknown population: equal shares were used.
        stale: source codes that were no longer valid at `start`, with what had become of them; they
            are followed from the day on which they left the list. Real tables have some, because a
            publisher is often months behind the code.
    """

    start: str
    end: str
    shares: pd.DataFrame
    lost: Mapping[str, str]
    equal: tuple[str, ...] = ()
    stale: Mapping[str, str] = field(default_factory=dict)

    @property
    def moved(self) -> pd.DataFrame:
        """The rows of `shares` in which source and target differ, or only a part stays."""
        changed = (self.shares["source"] != self.shares["target"]) | (self.shares["share"] < 1)
        return self.shares[changed]

    @property
    def moved_on(self) -> pd.Index:
        """The codes of which all or a part went to another code."""
        return pd.Index(self.shares["source"][self.shares["source"] != self.shares["target"]])

    def reaching(self, codes: pd.Index) -> Passage:
        """Return the passage of the sources that reach any of these codes, and of the lost ones."""
        wanted = self.shares.loc[self.shares["target"].isin(codes), "source"]
        return replace(self, shares=self.shares[self.shares["source"].isin(wanted)])


def build_passage(
    events: pd.DataFrame,
    *,
    start: str,
    end: str,
    codes: Iterable[str],
    known: Iterable[str],
    population: pd.Series | None = None,
    arrondissements: Literal["separate", "convert"] = "separate",
) -> Passage:
    """Return the passage of codes of one vintage to another, forward or back in time.

    A divided territory goes to each part in proportion to the population of the part. Going back, a
    merged one is divided in proportion to the populations of its former territories.

    Args:
        events: of `read_events`.
        start: year or ISO date of the vintage of `codes`.
        end: year or ISO date of the target vintage.
        codes: those of the table that is to be carried.
        known: all codes of the target vintage; a code that reaches none of these is lost, with its
            reason.
        population: people by code of the target vintage; codes without people are shared equally.
        arrondissements: of Paris, Lyon and Marseille. "separate": they are codes themselves, lost
            if the target vintage has the whole commune only. "convert": they are added up to the
            commune, or the commune is shared out to them, depending on the target vintage.

    Returns:
        Every code of `codes` is a source in `shares` or a key of `lost`, never both.

    Raises:
        InputError: arrondissements are to be converted, and are listed together with their commune.
    """
    first, last = vintage_date(start), vintage_date(end)
    sources, targets = _distinct(codes), _distinct(known)
    stale = _stale(events, sources, first)
    if first <= last:
        targets_of = _forward(events, sources, first, last)
        targets_of |= _followed(events, stale, last)
    else:
        targets_of = _turned(_forward(events, targets, last, first), targets, sources)
    if arrondissements == "convert":
        targets_of |= _converted(sources, targets)
    arrived = set(targets)
    explain = explainer(events, at=last)
    stated = _given_shares(events, first, last)
    # As objects: single codes are looked up in them, which is slow in texts of Arrow.
    shares: dict[str, list[object]] = {"source": [], "target": [], "share": []}
    lost, equal = {}, []
    for source in sources:
        reached = [code for code in targets_of.get(source, (source,)) if code in arrived]
        if not reached:
            lost[source] = explain(source) or f"the list of {last} does not hold it"
            continue
        parts = {reached[0]: 1.0}
        if len(reached) > 1:
            parts, guessed = _given(source, reached, stated) or _weights(reached, population)
            equal += [source] if guessed else []
        shares["source"] += [source] * len(parts)
        shares["target"] += parts
        shares["share"] += parts.values()
    then = explainer(events, at=first) if stale else str
    return Passage(
        start=first,
        end=last,
        shares=pd.DataFrame(shares, dtype="object").astype({"share": "float64"}),
        lost=lost,
        equal=tuple(equal),
        stale={code: then(code) for code in stale},
    )


def _forward(events: pd.DataFrame, codes: list[str], first: str, last: str) -> dict[str, list[str]]:
    """Return the codes at the later date that contain each code's territory, in order; a code that
    no event names is left out, and stays what it is."""
    chosen = events[(events["date"] > first) & (events["date"] <= last) & (events["before"] != "")]
    named = set(chosen["before"].tolist())
    where = {code: [code] for code in codes if code in named}
    holders: dict[str, set[str]] = defaultdict(set, {code: {code} for code in where})
    for _unused, day in chosen.groupby("date", sort=True):
        steps: dict[str, list[str]] = defaultdict(list)
        for before, after in zip(day["before"].tolist(), day["after"].tolist(), strict=True):
            steps[before].append(after)
        for source in {source for before in steps for source in holders[before]}:
            left = where[source]
            where[source] = list(
                dict.fromkeys(after for code in left for after in _arrivals(code, steps))
            )
            for code in left:
                holders[code].discard(source)
            for code in where[source]:
                holders[code].add(source)
    return where


def _distinct(codes: Iterable[str]) -> list[str]:
    # An index of text is fast to convert to a list, and slow to iterate over.
    return list(dict.fromkeys(codes.tolist() if isinstance(codes, pd.Index) else codes))


def _converted(sources: list[str], targets: list[str]) -> dict[str, list[str]]:
    """Return the targets of arrondissements and their communes when one becomes the other."""
    source_codes, wanted = set(sources), set(targets)
    both = [
        whole
        for whole, parts in ARRONDISSEMENTS.items()
        if whole in source_codes
        and source_codes & set(parts)
        and not {whole, *(source_codes & set(parts))} <= wanted
    ]
    if both:
        raise InputError(
            Fault(
                _("{both} appears together with its own arrondissements.", both=first_of(both)),
                remedy=_("Leave one of the two out: adding them would count people twice."),
                kind="arrondissements",
            )
        )
    codes_of = {
        part: [whole]
        for part, whole in WHOLE.items()
        if part in source_codes and part not in wanted and whole in wanted
    }
    for whole, parts in ARRONDISSEMENTS.items():
        if whole in source_codes and whole not in wanted:
            codes_of[whole] = [part for part in parts if part in wanted]
    return codes_of


def _stale(events: pd.DataFrame, codes: list[str], first: str) -> dict[str, str]:
    """Return the codes that had left the list by a date, and on which day each did."""
    left: dict[str, str] = {}
    wanted = set(codes)
    days, befores, afters = (events[name].tolist() for name in ("date", "before", "after"))
    for day, before, after in zip(days, befores, afters, strict=True):
        if day > first:
            break
        if before != after and before in wanted:
            left[before] = day
    # A code that remains or returns on that day or later is on the list.
    for day, after in zip(days, afters, strict=True):
        if after in left and left[after] <= day <= first:
            del left[after]
    return left


def _followed(events: pd.DataFrame, stale: Mapping[str, str], last: str) -> dict[str, list[str]]:
    """Like `_forward`, for codes that left the list early, each from the day before."""
    days: dict[str, list[str]] = defaultdict(list)
    for code, day in stale.items():
        days[day].append(code)
    targets_of: dict[str, list[str]] = {}
    for day, codes in days.items():
        eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        targets_of |= _forward(events, codes, eve, last)
    return targets_of


def _arrivals(
    code: str, steps: Mapping[str, list[str]], visited: tuple[str, ...] = ()
) -> list[str]:
    """Return the codes of a code's territory at the end of a day.

    A commune may change département and be merged on the same day. The code after the first event
    is then an intermediate step, which does not lead to itself.
    """
    if code not in steps or code in visited:
        return [code]
    reached: list[str] = []
    for after in steps[code]:
        if after == code:
            reached.append(code)
        elif after:
            through = after in steps and after not in steps[after]
            reached += _arrivals(after, steps, (*visited, code)) if through else [after]
    return reached


def _turned(
    forward: Mapping[str, list[str]], olds: list[str], sources: list[str]
) -> dict[str, list[str]]:
    back: dict[str, list[str]] = {source: [] for source in sources}
    for old in olds:
        for code in forward.get(old, (old,)):
            if code in back:
                back[code].append(old)
    return back


def _given_shares(events: pd.DataFrame, first: str, last: str) -> dict[str, dict[str, float]]:
    """Return the shares that the events give, by source and target, of sources that are divided
    once between two dates, forward in time."""
    if "share" not in events or first > last:
        return {}
    chosen = events[(events["date"] > first) & (events["date"] <= last)]
    days = chosen.groupby("before")["date"].nunique()
    once = chosen[chosen["before"].map(days) == 1]
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for before, after, share in once[["before", "after", "share"]].itertuples(index=False):
        shares[before][after] = float(share)
    return shares


def _given(
    source: str, reached: list[str], stated: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, float], bool] | None:
    """Return the given shares of the targets of a source; None if they are not those of all."""
    shares = stated.get(source, {})
    if not all(shares.get(code, 0) > 0 for code in reached):
        return None
    total = sum(shares[code] for code in reached)
    return {code: shares[code] / total for code in reached}, False


def _weights(targets: list[str], population: pd.Series | None) -> tuple[dict[str, float], bool]:
    """Return the share of each target, and whether equal shares had to be used."""
    people = None if population is None else population.reindex(targets)
    if people is None or people.isna().any() or people.sum() <= 0:
        return dict.fromkeys(targets, 1 / len(targets)), True
    return dict(zip(targets, (people / people.sum()).tolist(), strict=True)), False
