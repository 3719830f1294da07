"""The barometer: online presence by category of authority and by wave.

A cell counts the authorities of a category that declare something (a website, HTTPS, an e-mail
address at their own domain, an account on a network) at one date. What nobody collected is *not
collected*, never zero. Changes between waves are measured on constant territory: the same
authorities at both dates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.messages import _, quantity, remark, titled
from zoneblanche.geo.vintages.carry import carry_largest
from zoneblanche.geo.vintages.passage import build_passage
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.publishers.dila import NETWORKS, SERVICES

CRITERIA: Mapping[str, str] = {
    "website": _("Website"),
    "https": _("Website declared in HTTPS"),
    "own-email": _("E-mail at a domain of its own"),
    "facebook": _("Facebook"),
    "x": _("X (Twitter)"),
    "instagram": _("Instagram"),
    "youtube": _("YouTube"),
    "linkedin": _("LinkedIn"),
    "tiktok": _("TikTok"),
    "mastodon": _("Mastodon"),
    "bluesky": _("Bluesky"),
    "mobile_app": _("Mobile app"),
    "electronic_referral": _("Electronic referral"),
    "chat": _("Chat"),
    "entry_recent": _("Entry changed in the last 365 days"),
}
"""What is counted of what directories declare, in the order of the table."""

MEASURED: Mapping[str, str] = {
    **{name: CRITERIA[name] for name in NETWORKS},
    "threads": _("Threads"),
    "whatsapp": _("WhatsApp channel"),
    "telegram": _("Telegram"),
    "networks_any": _("One network at least"),
    "reachable": _("Website that answers"),
    "certificate": _("Valid certificate"),
    "http_redirects": _("HTTP leads to HTTPS"),
    "legal": _("Legal notice"),
    "accessibility": _("Accessibility stated"),
    "news_recent": _("News of the last 90 days"),
    "service_portal": _("State procedures"),
    "service_app": _("Municipal app"),
    "mx": _("E-mail with MX"),
    "spf": _("E-mail with SPF"),
    "dmarc": _("E-mail with DMARC"),
}
"""What is counted of what `zoneblanche probe` measured."""


HOSTS_OF = "2023"
"""Year of the lists of hosts of containing authorities."""

HOSTS_SOURCE = "Etalab, noms de domaine des organismes publics, 2022-2023"


@dataclass(frozen=True)
class Category:
    """A category of authority.

    Attributes:
        id, title: its name ("prefecture", préfecture towns).
        level: id of the level whose directory has its authorities.
        codes: its authorities, by the codes of the last wave; None for all of the level.
    """

    id: str
    title: Text | str
    level: str
    codes: Collection[str] | None = None


@dataclass(frozen=True)
class Wave:
    """The declarations in the directories of one date.

    Attributes:
        date: ISO.
        directories: by level, index code; some of the columns `website`, `email_domain` and the
            networks (1 or 0). A column that is absent, or entirely empty, was not collected; nor
            was a level that is absent.
        vintage: year of the code list.
    """

    date: str
    directories: Mapping[str, pd.DataFrame]
    vintage: str = ""


@dataclass(frozen=True)
class Barometer:
    """The table category × criterion × wave, and the changes between waves.

    Attributes:
        table: one row per category, criterion and wave. `authorities`: how many the category has in
            that wave, NaN if no directory of the level was given; `known`: for how many the
            criterion is known; `present`: how many meet it; `share_percent` of those known;
            `state`: "collected"; "not collected", and then the figures are NaN; "at least", where
            only those that meet it are known, and the share is of all; "published", a share that
            others published, with its `source`, of an unknown number.
        changes: one row per category, criterion and pair of waves: each that collected it with the
            next, and the first with the last. `from`, `to`: dates; `authorities`: present in both;
            `from_percent`, `to_percent` and `change_points` on these; `low`, `high`: its 95 %
            interval; `gained`, `given_up`: authorities; `listed_points`: the change on the
            authorities that each wave lists, and `composition_points` the part of it that comes
            from mergers, splits and new rows.
        categories: in order.
        criteria: the criteria with their titles, in order.
        other_categories: titles of categories that only published shares have.
        notices: for the reader.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    categories: tuple[Category, ...]
    notices: tuple[str, ...] = ()
    criteria: Mapping[str, str] = field(default_factory=lambda: CRITERIA)
    other_categories: Mapping[str, Text] = field(default_factory=dict)


def compute_barometer(
    waves: Iterable[Wave],
    categories: Iterable[Category],
    *,
    generic: Collection[str],
    events: pd.DataFrame | None = None,
    weights: pd.Series | None = None,
    level_of_codes: str = "commune",
    criteria: Mapping[str, str] = CRITERIA,
) -> Barometer:
    """Count presence by category, criterion and wave, and its change between waves.

    Args:
        waves: any number; used in order of date. The codes of the last are current.
        categories: see `Category`.
        generic: domains of generic e-mail providers.
        events: of `geo.vintages.events.read_events`; with them, authorities of earlier waves are
            carried to the codes of the last one. Without them, only codes in both waves are
            compared, and a notice says so.
        weights: people by code: the largest of merged communes represents the new one. If
            populations are not known, the one whose code the new commune kept does.
        level_of_codes: the level of the codes in the events.
        criteria: the criteria with their titles: `CRITERIA`, or `MEASURED` for probes.
    """
    ordered = sorted(waves, key=lambda wave: wave.date)
    chosen = tuple(categories)
    notices = []
    listed = {wave.date: _criteria(wave, generic) for wave in ordered}
    figures = listed
    if events is None:
        notices.append(
            remark(
                _(
                    "Waves are compared on the codes that both list: without the official "
                    "events, an authority that was merged in between is left out."
                )
            )
        )
    else:
        figures = {
            wave.date: _on_codes_of(wave, ordered[-1], listed, events, weights, level_of_codes)
            for wave in ordered
        }
    rows = [
        _cell(category, criterion, wave.date, figures[wave.date])
        for category in chosen
        for criterion in criteria
        for wave in ordered
    ]
    changes = [
        _change(category, criterion, pair, figures, listed)
        for category in chosen
        for criterion in criteria
        for pair in _pairs(category, criterion, figures)
    ]
    return Barometer(
        table=pd.DataFrame(rows, columns=list(_CELL)),
        changes=pd.DataFrame([row for row in changes if row], columns=list(_CHANGE)),
        categories=chosen,
        notices=tuple(notices),
        criteria=criteria,
    )


def categories_of(
    seats: pd.Series, *, levels: Iterable[str] = ("region", "departement", "epci")
) -> tuple[Category, ...]:
    """Return the categories of France: régions, départements, préfecture and sous-préfecture towns,
    EPCI, communes.

    Args:
        seats: INSEE's rank of each commune as a seat: 4 of a région, 3 of a département, 2 of an
            arrondissement, else less. Index: codes of communes.
        levels: the other levels to include.
    """
    titles = {
        "region": _("Régions"),
        "departement": _("Départements"),
        "epci": _("Intercommunalities (EPCI)"),
    }
    return (
        *(Category(level, titles[level], level) for level in levels),
        Category(
            "prefecture",
            _("Préfecture towns"),
            "commune",
            frozenset(seats.index[seats >= 3]),
        ),
        Category(
            "sous-prefecture",
            _("Sous-préfecture towns"),
            "commune",
            frozenset(seats.index[seats == 2]),
        ),
        Category("commune", _("Communes"), "commune"),
    )


def waves_of(table: pd.DataFrame, *, level: str = "commune") -> tuple[Wave, ...]:
    """Return the waves of a table with several, such as that of the embedded edition.

    Args:
        table: columns `code`, `wave` (ISO date), and those of a directory.
        level: of its codes.
    """
    return tuple(
        Wave(str(date), {level: rows.set_index("code").drop(columns="wave")}, str(date)[:4])
        for date, rows in table.groupby("wave", sort=True)
    )


def with_history(
    barometer: Barometer, *, hosts: pd.DataFrame, members: Mapping[str, int], shares: pd.DataFrame
) -> Barometer:
    """Return the barometer with what is known of other dates and cannot be compared: categories
    whose websites are listed, as a lower bound, and shares that others published.

    Neither enters a change.

    Args:
        hosts: columns `level`, `code` ("" where a host matches no authority), `host`.
        members: number of authorities by level.
        shares: of `layers.edition.published_shares`.
    """
    rows: list[tuple[object, ...]] = []
    notices = list(barometer.notices)
    titles = {category.level: category.title for category in barometer.categories}
    for level, listed in hosts.groupby("level", sort=False):
        matched = listed["code"][listed["code"] != ""].nunique()
        total = members[str(level)]
        rows.append(
            (level, "website", HOSTS_OF, "at least", total, matched, matched, 100 * matched / total,
             HOSTS_SOURCE)
        )  # fmt: skip
        notices.append(
            remark(
                _(
                    "{level}: {hosts} hosts of websites are listed; {matched} of {total} "
                    "authorities are matched by name, {unmatched} hosts match none (--table "
                    "hosts). The share is a lower bound.",
                    level=titled(titles[str(level)]),
                    hosts=quantity(len(listed)),
                    matched=quantity(int(matched)),
                    total=quantity(total),
                    unmatched=quantity(int((listed["code"] == "").sum())),
                )
            )
        )
    nan = float("nan")
    for share in shares.to_dict("records"):
        cells = (nan, nan, nan, float(share["percent"]), str(share["source"]))
        where = (str(share["category"]), str(share["criterion"]), str(share["date"]))
        rows.append((*where, "published", *cells))
    added = pd.DataFrame(rows, columns=list(_CELL))
    table = added if barometer.table.empty else pd.concat([barometer.table, added])
    others = {
        str(share.category): {"fr": str(share.fr), "en": str(share.en)}
        for share in shares.itertuples()
        if share.en
    }
    return replace(
        barometer,
        table=table.reset_index(drop=True),
        notices=tuple(notices),
        other_categories=others,
    )


def change_interval(
    gained: int, given_up: int, count: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the change of a share between two dates on the same authorities, in
    points.

    Of paired yes/no answers, only those that changed carry information. Agresti and Min (2005,
    *Statistics in Medicine* 24, 729-740): the Wald interval of a paired difference after adding
    half an authority to each of the four cells.

    The authorities are all there are, not a sample. The interval compares the change with one from
    independent, random changes. It ends at 100 points, which the formula passes for very few
    authorities.

    >>> [round(bound, 1) for bound in change_interval(30, 10, 400)]
    [1.9, 8.1]
    """
    up, down, total = gained + 0.5, given_up + 0.5, count + 2
    change = (up - down) / total
    spread = np.sqrt((up + down) - (up - down) ** 2 / total) / total
    reach = NormalDist().inv_cdf(0.5 + level / 2) * spread
    return max(100 * float(change - reach), -100.0), min(100 * float(change + reach), 100.0)


_CELL = (
    *("category", "criterion", "wave", "state"),
    *("authorities", "known", "present", "share_percent", "source"),
)
_CHANGE = (
    *("category", "criterion", "from", "to", "authorities", "from_percent", "to_percent"),
    *("change_points", "low", "high", "gained", "given_up", "listed_points", "composition_points"),
)

_Criteria = Mapping[str, pd.DataFrame]
"""By level: index code, one column per collected criterion; 1, 0 or missing."""


def _criteria(wave: Wave, generic: Collection[str]) -> _Criteria:
    tables = {}
    for level, directory in wave.directories.items():
        collected = directory.loc[:, directory.notna().any()]
        columns = {}
        if "website" in collected:
            columns["website"] = presence.declares_website(directory)
            columns["https"] = presence.declares_https(directory)
        if "email_domain" in collected:
            columns["own-email"] = presence.declares_own_email(directory, pd.Index(list(generic)))
        for name in (*MEASURED, *SERVICES.values(), "entry_recent"):
            if name in collected:
                columns[name] = directory[name].astype("float64")
        tables[level] = pd.DataFrame(columns, index=directory.index)
    return tables


def _members(category: Category, criteria: _Criteria) -> pd.DataFrame | None:
    """Return the criteria of a category's authorities, or None if the level has no directory."""
    table = criteria.get(category.level)
    if table is None or category.codes is None:
        return table
    return table.reindex(sorted(category.codes))


def _cell(category: Category, criterion: str, date: str, criteria: _Criteria) -> tuple[object, ...]:
    members = _members(category, criteria)
    count = float("nan") if members is None else len(members)
    if members is None or criterion not in members:
        return (category.id, criterion, date, "not collected", count, *[float("nan")] * 3, "")
    observed = members[criterion].dropna()
    if observed.empty:
        return (category.id, criterion, date, "not collected", count, *[float("nan")] * 3, "")
    share = 100 * observed.mean()
    return (
        category.id,
        criterion,
        date,
        "collected",
        count,
        len(observed),
        observed.sum(),
        share,
        "",
    )


def _change(
    category: Category,
    criterion: str,
    pair: tuple[str, str],
    carried: Mapping[str, _Criteria],
    listed: Mapping[str, _Criteria],
) -> tuple[object, ...] | None:
    """Return one row of `Barometer.changes`, or None if one of the waves did not collect it."""
    tables = [_members(category, carried[date]) for date in pair]
    if any(table is None or criterion not in table for table in tables):
        return None
    before, after = (table[criterion] for table in tables if table is not None)
    both = pd.DataFrame({"before": before, "after": after}).dropna()
    if both.empty:
        return None
    gained = int(((both["before"] == 0) & (both["after"] == 1)).sum())
    given_up = int(((both["before"] == 1) & (both["after"] == 0)).sum())
    change = 100 * (gained - given_up) / len(both)
    low, high = change_interval(gained, given_up, len(both))
    shares = [_listed_share(category, criterion, listed[date]) for date in pair]
    as_listed = shares[1] - shares[0]
    return (
        *(category.id, criterion, *pair, len(both)),
        *(100 * both["before"].mean(), 100 * both["after"].mean(), change, low, high),
        *(gained, given_up, as_listed, as_listed - change),
    )


def _pairs(
    category: Category, criterion: str, criteria: Mapping[str, _Criteria]
) -> list[tuple[str, str]]:
    """Return the waves that collected a criterion, each with the next, and the first with the
    last."""
    dates = []
    for date, table in criteria.items():
        members = _members(category, table)
        if members is not None and criterion in members:
            dates.append(date)
    return [*pairwise(dates), *([(dates[0], dates[-1])] if len(dates) > 2 else [])]


def _listed_share(category: Category, criterion: str, criteria: _Criteria) -> float:
    members = _members(category, criteria)
    if members is None or criterion not in members:
        return float("nan")
    return float(100 * members[criterion].mean())


def _on_codes_of(
    wave: Wave,
    last: Wave,
    listed: Mapping[str, _Criteria],
    events: pd.DataFrame,
    weights: pd.Series | None,
    level: str,
) -> _Criteria:
    """Return the criteria of a wave on the codes of the last one."""
    criteria, target = listed[wave.date], listed[last.date].get(level)
    if level not in criteria or target is None or wave is last:
        return criteria
    passage = build_passage(
        events,
        start=wave.vintage or wave.date,
        end=last.vintage or last.date,
        codes=criteria[level].index,
        known=target.index,
        population=weights,
    )
    people = pd.Series(dtype="float64") if weights is None else weights
    carried = carry_largest(criteria[level], passage, weights=people)
    return {**criteria, level: carried.frame}
