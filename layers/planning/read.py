"""The files of a plan: sites that exist, sites that are possible, travel times, costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables import RawTable, column, parse_codes, parse_numbers, read_raw_table
from zoneblanche.geo.tables.raw import plain
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.layer import Table
from zoneblanche.layers.measuring.nearby import located_in
from zoneblanche.layers.publishers.connector import connector_named
from zoneblanche.layers.publishers.read_tables import date_in_name

CODE = ("code", "code_insee", "insee_com")
COORDINATES = (("longitude", "latitude"), ("lon", "lat"), ("x", "y"))
"""Names of the columns of a file of sites: the code of a territory, or degrees on WGS 84."""

NAME = ("name", "nom")
"""Names of the column with what a site of a file is called."""

COST = ("cost", "cout")
"""Names of the column with what a site of a file costs, without case, accents and marks."""

FRANCE_SERVICES = "anct-france-services"
ITINERANT = ("Bus_équivalent", "Itinérante")
HOSTS = "france-services"
"""The indicator of an atlas that counts the places of each territory."""


@dataclass(frozen=True)
class Sites:
    """Sites with the territory that each is in.

    Attributes:
        points: EPSG:4326, columns `name`, `code` (of its territory, None for none), and `cost` if
            that was read: in euros, NaN where the file has none.
        description: what they are and of which date, as a sentence.
        sources: to cite.
        unread: columns of their file that were not read.
    """

    points: gpd.GeoDataFrame
    description: str
    sources: tuple[Source, ...] = ()
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.points)


def read_sites(path: Path, territories: Territories, *, with_costs: bool = False) -> Sites:
    """Read a file of sites: a list of France Services places, codes of territories, or coordinates.

    Itinerant places of France Services are left out. A code without a position is the middle of its
    territory.

    Args:
        path: of a table with a column `code`, or `longitude` and `latitude`.
        territories: all that there are; a site of elsewhere has no territory.
        with_costs: read a column `cost` or `coût` too, if there is one.

    Raises:
        InputError: no such columns, unknown codes, no position on Earth, a cost below zero, or no
            site at all.
    """
    raw = read_raw_table(path)
    if set(connector_named(FRANCE_SERVICES).header) <= set(raw.columns):
        return _france_services(path, territories)
    title = next((name for name in NAME if name in raw.columns), None)
    pair = next((pair for pair in COORDINATES if set(pair) <= set(raw.columns)), None)
    code = next((name for name in CODE if name in raw.columns), None)
    if pair is not None:
        points = _positions(raw, pair)
        own = located_in(territories, points)
    elif code is not None:
        own = _codes(raw, code, territories)
        points = centres_of(territories).reindex(own).set_axis(own.index)
    else:
        raise InputError(
            Fault(
                _("the file has no column `code`, and no columns `longitude` and `latitude`."),
                file=str(path),
                remedy=_("Columns: {names}.", names=first_of(raw.columns)),
                kind="unknown-column",
            )
        )
    frame = gpd.GeoDataFrame(
        {"name": own if title is None else raw.columns[title], "code": own},
        geometry=points,
        crs="EPSG:4326",
    )
    price = _cost_column(raw) if with_costs else None
    if price is not None:
        frame["cost"] = parse_numbers(raw, price, bounds=(0, None)).values
    description = _("{count} sites of {file}.", count=quantity(len(frame)), file=path.name)
    read = {title, price, *((code,) if pair is None else pair)}
    unread = tuple(name for name in raw.columns if name not in read)
    return Sites(frame, description, unread=unread)


def _cost_column(raw: RawTable) -> str | None:
    names = [name for name in raw.columns if plain(name) in COST]
    if len(names) > 1:
        raise InputError(
            Fault(
                _("{count} columns have costs: {names}.", count=len(names), names=first_of(names)),
                file=raw.file,
                remedy=_("Keep one of them."),
                kind="duplicate-column",
            )
        )
    return names[0] if names else None


def known_sites(atlas: Atlas, places: Table | None = None) -> Sites | None:
    """Return the existing sites that an atlas knows: France Services places, each in the middle of
    the territory that it is in. None if it knows of none.

    Args:
        atlas: with the count of places, itinerant ones included.
        places: the table of the edition, which knows the fixed ones; it is preferred.
    """
    if places is not None and "places_fixed" in places.frame:
        counts, period = places.frame["places_fixed"], places.period
        sources: tuple[Source, ...] = (places.source,)
        kind = _("a fixed place")
    elif HOSTS in atlas.indicators:
        indicator = atlas.indicators[HOSTS]
        counts, period, sources = atlas.values[HOSTS], indicator.period, indicator.sources
        kind = _("a place, fixed or itinerant,")
    else:
        return None
    with_house = counts.reindex(atlas.codes).fillna(0)
    hosts = with_house.index[with_house > 0].to_series()
    if hosts.empty:
        return None
    points = centres_of(atlas.territories).reindex(hosts)
    frame = gpd.GeoDataFrame({"name": hosts, "code": hosts}, geometry=points, crs="EPSG:4326")
    description = _(
        "{count} territories with {kind} of France Services, of {date}; it is taken to be in the "
        "middle of its territory.",
        count=quantity(len(frame)),
        kind=kind,
        date=period or _("an unknown date"),
    )
    return Sites(frame, description, sources)


def no_sites() -> Sites:
    """Return no site at all."""
    frame = gpd.GeoDataFrame({"name": [], "code": []}, geometry=[], crs="EPSG:4326")
    return Sites(frame, _("No site exists yet."))


def _france_services(path: Path, territories: Territories) -> Sites:
    connector = connector_named(FRANCE_SERVICES)
    assert connector.places is not None
    places = connector.places(path)
    fixed = places[~places["format"].isin(ITINERANT)]
    # A place at the edge of a commune counts for the commune that the list names.
    own = fixed["code"].astype("object")
    others = ~own.isin(territories.codes)
    own[others] = located_in(territories, fixed.geometry[others])
    frame = gpd.GeoDataFrame(
        {"name": fixed["code"], "code": own}, geometry=fixed.geometry, crs=places.crs
    )
    description = _(
        "{count} fixed places of France Services, of {date}; {left} itinerant ones are left out.",
        count=quantity(len(fixed)),
        date=date_in_name(path) or _("an unknown date"),
        left=quantity(len(places) - len(fixed)),
    )
    return Sites(frame, description, (connector.source,))


def _positions(raw: RawTable, pair: tuple[str, str]) -> gpd.GeoSeries:
    east = parse_numbers(raw, pair[0], bounds=(-180, 180)).values
    north = parse_numbers(raw, pair[1], bounds=(-90, 90)).values
    missing = np.flatnonzero(np.isnan(east) | np.isnan(north))
    if len(missing):
        raise InputError(
            Fault(
                _(
                    "{count} sites have no position (first: {first}).",
                    count=quantity(len(missing)),
                    first=raw.place(int(missing[0])),
                ),
                file=raw.file,
                remedy=_("Give both coordinates, in degrees, or leave the row out."),
                kind="no-position",
            )
        )
    return gpd.GeoSeries.from_xy(east, north, crs="EPSG:4326")


def _codes(raw: RawTable, name: str, territories: Territories) -> pd.Series:
    codes = parse_codes(raw, name, valid_codes=territories.codes)
    if not codes.matched.all():
        unknown = codes.codes[~codes.matched]
        raise InputError(unknown_codes(unknown, file=raw.file))
    return pd.Series(codes.codes.to_numpy(), dtype="object")


def unknown_codes(codes: Sequence[str] | pd.Index, *, file: str | None = None) -> Fault:
    """Return the fault of codes that no territory has."""
    return Fault(
        _(
            "{count} codes are unknown (first: {first}).",
            count=quantity(len(codes)),
            first=first_of(codes),
        ),
        file=file,
        remedy=_("Use the codes of the atlas, as text with their leading zeros."),
        kind="unknown-code",
    )


def read_middles(path: Path, territories: Territories) -> gpd.GeoSeries:
    """Return the populated middle of each territory: the mean position of its people, by the
    squares of a population grid. EPSG:4326; where the grid has nobody, the middle of the polygon.

    Raises:
        InputError: what `layers.publishers.population_grid.read_cells` refuses, or a grid without
            people in these territories.
    """
    from zoneblanche.layers.publishers.population_grid import populated_middles

    populated = populated_middles([path], territories)
    if populated.empty:
        raise InputError(
            Fault(_("the grid has nobody in these territories."), file=str(path), kind="no-match")
        )
    middles = centres_of(territories)
    middles.loc[populated.index] = populated.to_crs(middles.crs)
    return middles


@dataclass(frozen=True)
class Times:
    """Travel times between territories.

    Attributes:
        minutes: index `from`, `to` (codes); float64, each pair once.
        file: that they were read from.
    """

    minutes: pd.Series
    file: str


def read_times(path: Path, territories: Territories) -> Times:
    """Read a table of travel times: `from` and `to` are codes of territories, `minutes` a number.

    A pair that the table does not have cannot be travelled.

    Raises:
        InputError: no such columns, unknown codes, a pair twice, or minutes that are missing.
    """
    raw = read_raw_table(path)
    minutes = parse_numbers(raw, "minutes", bounds=(0, None)).values
    ends = {}
    for name in ("from", "to"):
        texts = pd.Index([cell.strip() for cell in column(raw, name)], name=name)
        unknown = texts[~texts.isin(territories.codes)].unique()
        if len(unknown):
            raise InputError(unknown_codes(unknown, file=str(path)))
        ends[name] = texts
    index = pd.MultiIndex.from_arrays([ends["from"], ends["to"]])
    faults = []
    doubled = index[index.duplicated()]
    if len(doubled):
        faults.append(
            Fault(
                _(
                    "{count} pairs appear twice (first: {one} to {other}).",
                    count=quantity(len(doubled)),
                    one=doubled[0][0],
                    other=doubled[0][1],
                ),
                file=str(path),
                kind="duplicate-pair",
            )
        )
    if np.isnan(minutes).any():
        first = int(np.flatnonzero(np.isnan(minutes))[0])
        faults.append(raw.fault(_("the minutes are missing."), row=first, column="minutes"))
    if faults:
        raise InputError(faults)
    return Times(pd.Series(minutes, index=index), path.name)


def read_costs(options: Sequence[str], names: Sequence[str]) -> Mapping[str, float]:
    """Return the costs that options `ID=NUMBER` give.

    Args:
        options: each `ID=NUMBER`.
        names: ids that can have a cost.

    Raises:
        InputError: not ID=NUMBER, an unknown id, a cost that is not above zero, or an id twice.
    """
    costs: dict[str, float] = {}
    faults = []
    for option in options:
        name, equals, text = option.partition("=")
        number = re.fullmatch(r"\d+(?:[.,]\d+)?", text.strip())
        if not equals or number is None or float(text.replace(",", ".")) <= 0:
            faults.append(
                Fault(
                    _(
                        "--cost {option} is not ID=NUMBER, a number above zero.",
                        option=repr(option),
                    ),
                    remedy=_("Write e.g. --cost website=3000."),
                    kind="option",
                )
            )
        elif name in costs:
            faults.append(Fault(_("--cost {name} is given twice.", name=name), kind="option"))
        elif name not in names:
            faults.append(
                Fault(
                    _("--cost {name}: nothing with that id can be changed.", name=name),
                    remedy=nearest(name, names),
                    kind="option",
                )
            )
        else:
            costs[name] = float(text.replace(",", "."))
    if faults:
        raise InputError(faults)
    return costs
