"""Arcep, *Mon réseau mobile*: the sites of the mobile operators.

Layout: one row per site and operator, separator `;`, decimal point, UTF-8 or Latin-1; `insee_com`
since the end of 2018, arrondissements in Paris, Lyon and Marseille. The older file of 2018
(`Operateur;x;y;2G;3G;4G`, EPSG:2154) has positions only and is read as points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, quantity, remark
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import Choice, as_chosen
from zoneblanche.layers.inputs.join import account_of_rows
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.publishers.connector import Connector, Resource
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import (
    date_in_name,
    dated_table,
    read_codes,
    read_figures,
    read_rows,
)

if TYPE_CHECKING:
    import geopandas as gpd

GENERATIONS = ("2g", "3g", "4g", "5g")

MEASURED_TO = ("4g", "5g")
"""Generations to whose nearest site a distance is measured."""

SOURCE = Source(
    producer="Arcep",
    title="Mon réseau mobile, sites",
    url="https://www.data.gouv.fr/fr/datasets/mon-reseau-mobile/",
    licence="Licence Ouverte 1.0",
)


def read_sites(path: Path, arrondissements: Choice = "whole") -> Table:
    """Return sites and operators by commune, and by generation, as counts.

    `sites` counts the antenna sites of each operator; `operators_4g` the operators with at least
    one 4G site in the commune. The list is exhaustive for the part of the country that it covers.

    Raises:
        InputError: another layout; the file of 2018 has no commune and gives points only.
    """
    flags = {f"site_{name}": f"sites_{name}" for name in GENERATIONS}
    rows = read_rows(path, ("code_op", "insee_com", "site_2g", "site_3g", "site_4g"))
    columns = {column: name for column, name in flags.items() if column in rows}
    codes = read_codes(rows, "insee_com", path, pattern=COMMUNE, unique=False)
    codes = as_chosen(codes, arrondissements).rename("code")
    sites = read_figures(rows, columns, path, bounds=(0, 1)).values
    sites.insert(0, "sites", 1.0)
    frame = sites.groupby(codes).sum()
    for column in ("sites", *columns.values()):
        has = sites[column] > 0
        operators = rows.loc[has, "code_op"].groupby(codes[has]).nunique()
        name = column.replace("sites", "operators")
        frame[name] = operators.reindex(frame.index, fill_value=0).astype("float64")
    return dated_table(frame, SOURCE, date_in_name(path), rows=FileRows(codes))


def places_of_sites(path: Path) -> gpd.GeoDataFrame:
    """Return the sites as points, EPSG:4326, with `operator` and one boolean column per generation;
    index: lines of the file.

    Rows without a position, or with one outside the bounds of the projection, are left out: the
    file of January 2018 has one such row.

    Raises:
        InputError: neither layout.
    """
    return _positions(path)[0]


def _positions(path: Path) -> tuple[gpd.GeoDataFrame, int]:
    """Return the sites as points, and the number of rows without a position."""
    import geopandas as gpd

    rows = read_rows(path, ())
    if {"code_op", "longitude", "latitude"} <= set(rows):
        x, y, crs = "longitude", "latitude", "EPSG:4326"
        bounds = (-180.0, -90.0, 180.0, 90.0)
        operator = "code_op"
        flags = {name: f"site_{name}" for name in GENERATIONS}
    elif {"Operateur", "x", "y"} <= set(rows):
        x, y, crs = "x", "y", "EPSG:2154"
        bounds = (-400_000.0, 6_000_000.0, 1_400_000.0, 7_200_000.0)
        operator = "Operateur"
        flags = {name: name.upper() for name in GENERATIONS}
    else:
        raise InputError(
            Fault(_("is not a list of mobile sites of Arcep."), file=str(path), kind="header")
        )
    position = read_figures(rows, {x: "x", y: "y"}, path, unit="number", decimal=".").values
    west, south, east, north = bounds
    inside = position["x"].between(west, east) & position["y"].between(south, north)
    chosen = rows[inside]
    flag_columns = {name: chosen[column] == "1" for name, column in flags.items() if column in rows}
    points = gpd.points_from_xy(position.loc[inside, "x"], position.loc[inside, "y"])
    columns = pd.DataFrame({"operator": chosen[operator], **flag_columns})
    sites = gpd.GeoDataFrame(columns, geometry=points, crs=crs).to_crs("EPSG:4326")
    return sites, len(rows) - len(sites)


def measure_sites(path: Path, territories: Territories, sources: Mapping[str, Path]) -> Table:
    """Return sites and operators in each territory, and kilometres to the nearest site, by
    generation.

    Positions are used, not the codes in the file. So both layouts can be read, and codes of other
    years have no effect. Columns `sites`, `operators`, `km`, each also `…_2g` to `…_5g` for
    generations of the file. In the parts of the country without any site in the list they are *not
    covered*; elsewhere no site is 0.

    Raises:
        InputError: neither layout.
    """
    from zoneblanche.layers.measuring.nearby import covered_by, kilometres_to_nearest, located_in

    measured = territories.codes
    territories = territories.whole  # the nearest site may be outside the selection
    points, nowhere = _positions(path)
    where = located_in(territories, points.geometry)
    covered = covered_by(territories, where)
    columns: dict[str, pd.Series] = {}
    chosen = {"": pd.Series(True, index=points.index)}
    chosen |= {f"_{name}": points[name] for name in GENERATIONS if name in points}
    for suffix, has in chosen.items():
        operators_by_place = points.loc[has, "operator"].groupby(where[has])
        columns[f"sites{suffix}"] = operators_by_place.size()
        columns[f"operators{suffix}"] = operators_by_place.nunique()
    frame = pd.DataFrame(columns).reindex(territories.codes).fillna(0.0)
    for name in MEASURED_TO:
        if f"_{name}" in chosen:
            sites = points.geometry[chosen[f"_{name}"]]
            frame[f"km_{name}"] = kilometres_to_nearest(territories, sites)
    frame = frame.where(covered)
    outside = int(where.isna().sum())
    notice = _(
        "{outside} of {count} mobile sites lie in none of the territories.",
        outside=quantity(outside),
        count=quantity(len(points)),
    )
    period = date_in_name(path)
    return Table(
        frame=frame.astype("float64"),
        level=territories.level,
        source=replace(SOURCE, published=period),
        period=period,
        notices=(remark(notice),) if outside else (),
        reasons=(frame.isna() * int(Reason.NOT_COVERED)).astype("int8"),
        account=account_of_rows(
            FileRows(where.fillna(""), {"without a position": nowhere}),
            {"": "lies in none of the territories"},
            outside=territories.codes.difference(measured),
        ),
    )


def _connector(part: str, *, fr: str, en: str) -> Connector:
    return Connector(
        id="arcep-mobile-sites" if part == "Metropole" else "arcep-mobile-sites-overseas",
        title={"fr": fr, "en": en},
        source=SOURCE,
        level="commune",
        read=read_sites,
        apart=partial(read_sites, arrondissements="separate"),
        places=places_of_sites,
        on=measure_sites,
        feeds="" if part == "Metropole" else "arcep-mobile-sites",
        columns={
            "sites": _("sites × operators (count)"),
            "operators": _("operators with a site (count)"),
            **{
                f"sites_{name}": _("{network} sites × operators (count)", network=name.upper())
                for name in GENERATIONS
            },
            **{
                f"operators_{name}": _(
                    "operators with a {network} site (count)", network=name.upper()
                )
                for name in GENERATIONS
            },
            **{
                f"km_{name}": _("kilometres to the nearest {network} site", network=name.upper())
                for name in MEASURED_TO
            },
        },
        header=("code_op", "insee_com", "latitude", "longitude", "site_2g", "site_3g", "site_4g"),
        separator=";",
        resource=Resource(
            f"sites_{part}.csv",
            dataset="mon-reseau-mobile",
            title=rf"\d{{4}}_T\d_sites_{part}(\.csv)?",
        ),
        named=r"\d{4}_(\d{2}|T\d)_sites.*france_metropolitaine.*\.csv"
        if part == "Metropole"
        else "",
        exhaustive=True,
    )


CONNECTORS = (
    _connector(
        "Metropole", fr="Sites mobiles, hexagone et Corse", en="Mobile sites, mainland and Corsica"
    ),
    _connector("Outremer", fr="Sites mobiles, outre-mer", en="Mobile sites, overseas"),
)
