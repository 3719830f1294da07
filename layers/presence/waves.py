"""The inputs of the barometer of a country: its waves, its categories, its events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import InputError, missing_file
from zoneblanche.geo.files.kinds import check_there
from zoneblanche.geo.messages import Notices, _, quantity, remark
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.layers.edition import (
    authority_hosts,
    edition_inputs,
    edition_territories,
    presence_waves,
    published_shares,
)
from zoneblanche.layers.inputs.recode import Changes, code_changes
from zoneblanche.layers.layer import Table
from zoneblanche.layers.presence.barometer import (
    MEASURED,
    Barometer,
    Category,
    Wave,
    categories_of,
    compute_barometer,
    waves_of,
    with_history,
)
from zoneblanche.layers.publishers.connector import connector_named, read_source
from zoneblanche.layers.publishers.dila import PIVOTS
from zoneblanche.layers.publishers.directory_waves import SOURCE, read_waves
from zoneblanche.layers.publishers.measured_presence import levels_in, read_presence

DIRECTORIES = {
    level: "dila-directory" if level == "commune" else f"dila-directory-{level}" for level in PIVOTS
}
"""By level of authority, the source of its directory."""


USABLE = (*DIRECTORIES.values(), "presence-waves", "insee-code-events")
"""All sources of a barometer."""


@dataclass(frozen=True)
class Counted:
    """A barometer, the territories of its communes, and its sources; for probes also the last
    table of communes."""

    barometer: Barometer
    territories: Territories
    sources: tuple[Source, ...]
    probe: Table | None = None


def count_presence(country: Country, sources: Mapping[str, Path]) -> Counted:
    """Return the barometer of a country from its embedded waves and the given files.

    Directories (`dila-directory`, `-epci`, `-departement`, `-region`) are one more wave, of the
    latest day on which one of them was fetched. `presence-waves` replaces the embedded waves. Waves
    are compared on constant territory: with `insee-code-events` if given, else with the embedded
    list of former codes, which has no divisions.

    Raises:
        InputError: a source that is unknown, not used here, or that cannot be read.
    """
    for name, path in sources.items():
        _check_use(name, path)
    territories = edition_territories(country)
    embedded = edition_inputs(country)
    has_file = "presence-waves" in sources
    table = read_waves(sources["presence-waves"]) if has_file else presence_waves(country)
    waves = waves_of(table)
    cited = [SOURCE if has_file else embedded["town-halls"].source]
    notices = Notices()
    members = {level: len(names) for level, names in territories.parent_names.items()}
    members[territories.level] = len(territories)
    latest = _latest(sources, members, notices=notices)
    if latest is not None:
        directories, when, more = latest
        waves = _with_wave(waves, directories, when)
        cited += more
    events = sources.get("insee-code-events")
    changes = code_changes(territories, None if events is None else read_events(events))
    assert territories.extra is not None  # the edition always has seats
    barometer = compute_barometer(
        waves,
        categories_of(territories.extra["seat"]),
        generic=embedded["generic-providers"].frame.index,
        events=None if changes is None else changes.events,
        weights=_people(territories, changes),
    )
    if changes is not None and not changes.dated:
        notices.remark(_UNDATED)
    if not has_file:
        barometer = with_history(
            barometer,
            hosts=authority_hosts(country),
            members=members,
            shares=published_shares(country),
        )
    return Counted(
        barometer=replace(barometer, notices=(*notices, *barometer.notices)),
        territories=territories,
        sources=tuple(dict.fromkeys(cited)),
    )


def count_probes(
    country: Country, probes: Iterable[Path], sources: Mapping[str, Path] | None = None
) -> Counted:
    """The barometer of what `zoneblanche probe` measured: each of its tables is a wave.

    What directories declare is not put beside it: a declared account and a link on a page are two
    things, and the step from one to the other would look like change.

    Args:
        probes: tables of the probe, of different days.
        sources: `insee-code-events`, where it is given.

    Raises:
        InputError: no table of a probe, two of one day, or a source that is of no use here.
    """
    files = dict(sources or {})
    unusable = [name for name in files if name != "insee-code-events"]
    if unusable:
        raise InputError(
            _(
                "a barometer of probes is not counted from {source}. It takes insee-code-events.",
                source=unusable[0],
            )
        )
    waves: list[Wave] = []
    cited: list[Source] = []
    last = None
    for path in probes:
        if not path.is_file():
            raise InputError(missing_file(path))
        tables = {level: read_presence(path, level=level) for level in levels_in(path)}
        when = max((table.period for table in tables.values()), default="")
        if when in {wave.date for wave in waves}:
            raise InputError(_("two probes are of {date}. Give one table for each day.", date=when))
        waves.append(Wave(when, {level: table.frame for level, table in tables.items()}, when[:4]))
        cited += [table.source for table in tables.values()]
        if "commune" in tables and when == max(wave.date for wave in waves):
            last = tables["commune"]
    territories = edition_territories(country)
    events = files.get("insee-code-events")
    changes = code_changes(territories, None if events is None else read_events(events))
    assert territories.extra is not None  # the edition always tells seats
    barometer = compute_barometer(
        waves,
        _probed(categories_of(territories.extra["seat"]), waves),
        generic=(),
        events=None if changes is None else changes.events,
        weights=_people(territories, changes),
        criteria=MEASURED,
    )
    notices = (*_of_a_part(waves, territories), *barometer.notices)
    return Counted(
        replace(barometer, notices=notices), territories, tuple(dict.fromkeys(cited)), last
    )


def _probed(categories: Iterable[Category], waves: Iterable[Wave]) -> tuple[Category, ...]:
    """The categories with the authorities that a probe lists: that of a part of a country says
    nothing of the towns elsewhere. Towns of which none was probed are left out."""
    listed: defaultdict[str, set[str]] = defaultdict(set)
    for wave in waves:
        for level, table in wave.directories.items():
            listed[level] |= set(table.index)
    probed = []
    for category in categories:
        if category.codes is None:
            probed.append(category)
        elif codes := listed[category.level].intersection(category.codes):
            probed.append(replace(category, codes=frozenset(codes)))
    return tuple(probed)


def _of_a_part(waves: Iterable[Wave], territories: Territories) -> Iterator[str]:
    """Yield a notice of the last probe of communes, if it is of a part of the country."""
    level = territories.level
    ordered = sorted(waves, key=lambda wave: wave.date)
    tables = [wave.directories[level] for wave in ordered if level in wave.directories]
    if tables and len(tables[-1]) < LEAST_COVER * len(territories):
        yield remark(
            _(
                "The last probe lists {rows} of {total} communes. Numbers, shares and changes are "
                "of these.",
                rows=quantity(len(tables[-1])),
                total=quantity(len(territories)),
            )
        )


_UNDATED = _(
    "Waves are compared on constant territory by the embedded list of former codes, which knows no "
    "divisions; with --source insee-code-events=FILE those are followed too."
)


def _people(territories: Territories, changes: Changes | None) -> pd.Series:
    """Return people by code, of the former communes of today's."""
    now = territories.facts["population"]
    return now if changes is None else changes.people.combine_first(now)


def _check_use(name: str, path: Path) -> None:
    usable = (*DIRECTORIES.values(), "presence-waves", "insee-code-events")
    if name not in usable:
        connector_named(name)
        raise InputError(
            _(
                "a barometer is not counted from {name}. It takes {usable}.",
                name=name,
                usable=", ".join(usable),
            )
        )
    check_there(path)


_Latest = tuple[dict[str, pd.DataFrame], str, list[Source]]


LEAST_COVER = 0.5
"""Minimum share of the authorities of a level that a directory lists which is a wave."""


def _latest(
    sources: Mapping[str, Path], members: Mapping[str, int], *, notices: Notices
) -> _Latest | None:
    """Return the given directories by level, their date and sources. A directory of less than half
    of the authorities of its level is left out, and a notice says so."""
    directories, dates, cited = {}, [], []
    for level, name in DIRECTORIES.items():
        if name not in sources:
            continue
        table = read_source(name, sources[name])
        if len(table.frame) < LEAST_COVER * members[level]:
            notices.warn(
                _(
                    "{name} lists {rows} of {total} authorities: a part is no wave of the whole, "
                    "and is left out.",
                    name=name,
                    rows=quantity(len(table.frame)),
                    total=quantity(members[level]),
                )
            )
            continue
        directories[level] = table.frame
        retrieved = table.source.retrieved
        if not retrieved:
            retrieved = date.fromtimestamp(sources[name].stat().st_mtime).isoformat()
            notices.warn(
                _(
                    "{name} does not say of when it is: it is taken to be of {retrieved}, "
                    "when the file was last written.",
                    name=name,
                    retrieved=retrieved,
                )
            )
        dates.append(retrieved)
        cited.append(table.source)
        notices.extend(table.notices)
    if not directories:
        return None
    return directories, max(dates), cited


def _with_wave(
    waves: tuple[Wave, ...], directories: Mapping[str, pd.DataFrame], when: str
) -> tuple[Wave, ...]:
    """Return the waves with one more; for an existing date, the given levels replace those of the
    wave."""
    same = [wave for wave in waves if wave.date == when]
    before = dict(same[0].directories) if same else {}
    added = Wave(when, {**before, **directories}, vintage=when[:4])
    return (*(wave for wave in waves if wave.date != when), added)
