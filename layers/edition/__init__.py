"""The embedded edition: the data of a country in the package, so that a run needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.country import Country, in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS, Choice, country_of
from zoneblanche.geo.vintages.events import undated_events
from zoneblanche.geo.vintages.former_names import former_name_columns
from zoneblanche.layers.edition.borders import BORDERS, EditionBorders
from zoneblanche.layers.edition.figures import read_figures
from zoneblanche.layers.edition.files import read_frame, read_json, read_shapes, read_texts
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.arcep_coverage import with_gaps

HOSTS = "hosts.parquet"
"""Name of the file of hosts of containing authorities."""

FORMER_NAMES = "former_names.parquet"
"""Name of the file of names that communes had before."""

AREAS = "insee-areas"
"""Id of the table of official areas."""


def edition_folder(country: Country) -> Path:
    """Return the folder of the country's embedded edition.

    Raises:
        InputError: the package has none.
    """
    folder = Path(str(resources.files("zoneblanche.layers") / "edition" / (country.edition or "-")))
    if country.edition is None or not folder.is_dir():
        name = in_language(country.name, "en")
        raise InputError(
            Fault(
                _("the package carries no edition of {name}.", name=name),
                remedy=_("Give the polygons in a project file: [territories] path and code."),
                kind="no-edition",
            )
        )
    return folder


def edition_project(country: Country) -> Path:
    """Return the project file that `zoneblanche run` reads without a project."""
    return edition_folder(country) / "project.toml"


def edition_territories(country: Country, *, arrondissements: Choice = "whole") -> Territories:
    """Return the country's base-level territories, as built and checked with the edition.

    Their area is the official one where the edition knows it, else that of the polygon.

    Args:
        arrondissements: "separate" replaces the communes of Paris, Lyon and Marseille by their
            arrondissements, which have the same containing territories and no rank as a seat.

    Raises:
        InputError: arrondissements are requested, and the edition has none.
    """
    folder = edition_folder(country)
    frame = read_communes(folder)
    areas = read_figures(folder, {}, only=AREAS).get(AREAS)
    if areas is not None:
        official = areas.frame["area_km2"].reindex(frame.index)
        frame["area_km2"] = official.where(official.notna(), frame["area_km2"])
    if arrondissements == "separate":
        frame = _with_arrondissements(frame, folder, country)
    frame.index = pd.Index(frame.index.astype("object"), name="code")
    named = former_name_columns(_former_names(folder), frame.index)
    levels = _levels(folder)
    parents = frame[[name for name in levels if name in frame.columns]].astype("object")
    parents = parents.where(parents.notna(), None)
    parents["country"] = country.code.upper()
    facts = frame[["population", "area_km2"]].astype("float64")
    provenance = _provenance(folder)
    borders = EditionBorders(folder / BORDERS) if arrondissements == "whole" else None
    shapes = frame[["name", "geometry"]]
    return Territories(
        frame=shapes,
        level=country.base.id,
        parents=parents,
        facts=facts,
        parent_names=levels,
        vintage=str(provenance["vintage"]),
        country=country_of(country, frame.index),
        sources=(
            *_sources(provenance, BORDERS),
            *_sources(provenance, "communes.parquet"),
            *(() if areas is None else (areas.source,)),
        ),
        extra=frame[["postal_codes", "seat"]].astype({"seat": "int64"}).join(named),
        # They were checked when the edition was built.
        checked_shapes=shapes.geometry.to_numpy(),
        stored_borders=borders,
    )


def read_communes(folder: Path) -> gpd.GeoDataFrame:
    """Return the communes of an edition with their shapes, by `code`."""
    frame = read_frame(folder / "communes.parquet").set_index("code")
    shapes = EditionBorders(folder / BORDERS).shapes()
    return gpd.GeoDataFrame(frame, geometry=shapes.set_axis(frame.index))


def _with_arrondissements(
    communes: gpd.GeoDataFrame, folder: Path, country: Country
) -> gpd.GeoDataFrame:
    file = folder / "arrondissements.parquet"
    if not file.is_file():
        raise InputError(
            Fault(
                _(
                    "the edition of {country} has no municipal arrondissements.",
                    country=in_language(country.name, "en"),
                ),
                column="arrondissements",
                remedy=_("Leave the option out."),
                kind="no-arrondissements",
            )
        )
    parts = read_shapes(file)
    cities = communes.loc[parts["commune"]].set_axis(parts.index)
    same = [name for name in communes if name not in parts]
    parts = parts.join(cities[same]).assign(seat=0)
    # The postal codes of a city end with the number of the arrondissement.
    parts["postal_codes"] = [
        " ".join(
            postal
            for postal in str(postals).split()
            if int(postal[-2:]) == ARRONDISSEMENTS[city].index(code) + 1
        )
        for code, city, postals in parts[["commune", "postal_codes"]].itertuples()
    ]
    kept = communes.drop(index=parts["commune"].unique())
    return pd.concat([kept, parts[list(communes)]]).sort_index()


def edition_inputs(country: Country) -> Mapping[str, Table]:
    """Return the tables of the edition by the id of their source, each of its last date; earlier
    dates have the year after the id ("arcep-ftth-2018")."""
    inputs = other_inputs(country)
    figures = read_figures(edition_folder(country), inputs)
    for name, table in figures.items():
        if name.startswith("coverage-4g"):
            figures[name] = replace(table, frame=with_gaps(table.frame))
    return {**inputs, **figures}


def other_inputs(country: Country) -> Mapping[str, Table]:
    """Return the tables of the edition that are not figures by territory."""
    folder = edition_folder(country)
    return {
        **_town_halls(folder, country),
        "generic-providers": _generic_providers(folder),
    }


def edition_events(country: Country) -> Table | None:
    """Return what became of former codes, as events without a known day; None if the edition does
    not have them. See `geo.vintages.events.undated_events`."""
    folder = edition_folder(country)
    former = _former_codes(folder)
    if former is None:
        return None
    named = read_frame(folder / "communes.parquet", ["code", "name"])
    return Table(
        frame=undated_events(former, dict(zip(named["code"], named["name"], strict=True))),
        level="",
        source=_sources(_provenance(folder), "former_codes.csv")[0],
    )


def edition_vintage(country: Country) -> str:
    """Return the year of the codes of the edition: its list of former codes leads to these."""
    return str(_provenance(edition_folder(country))["vintage"])


def people_of_parts(country: Country) -> pd.Series:
    """Return legal populations by code of the former parts of communes, arrondissements included:
    the weights for figures of former codes. Only parts of known population."""
    folder = edition_folder(country)
    former = _former_codes(folder)
    if former is None:
        return pd.Series(dtype="float64")
    people = former.set_index("code")["people"].replace("", None).astype("float64").dropna()
    file = folder / "arrondissements.parquet"
    if file.is_file():
        parts = read_frame(file, ["code", "population"]).set_index("code")
        people = pd.concat([people, parts["population"].astype("float64")])
    people.index = pd.Index(people.index.astype("object"), name="code")
    return people


def presence_waves(country: Country, *, coded: bool = False) -> pd.DataFrame:
    """Return all waves of the directory: `code` (of its date), `wave` (ISO date), `website`,
    `email_domain` (None if none is declared); with `coded`, texts as categories, in a table that is
    shared and not to be written into."""
    path = edition_folder(country) / "presence.parquet"
    return _coded_waves(path) if coded else read_frame(path, _WAVES)


_WAVES = ["code", "wave", "website", "email_domain"]


@lru_cache(maxsize=1)
def _coded_waves(path: Path) -> pd.DataFrame:
    # Inputs, analyses and report of a run need it.
    return read_frame(path, _WAVES, coded=_WAVES)


def presence_source(country: Country) -> Source:
    """Return the source of the waves of the directory."""
    return _sources(_provenance(edition_folder(country)), "presence.parquet")[0]


def authority_hosts(country: Country) -> pd.DataFrame:
    """Return hosts of websites of containing authorities: `level`, `code` ("" where a host was
    matched to none), `host`. No rows if the edition has none."""
    file = edition_folder(country) / HOSTS
    if not file.is_file():
        return pd.DataFrame(columns=["level", "code", "host"], dtype="str")
    return read_frame(file)


def published_shares(country: Country) -> pd.DataFrame:
    """Return shares of authorities that others published: `category`, `criterion`, `date` (of any
    precision), `percent`, `fr`, `en` (titles of a category that no barometer has), `source`."""
    file = edition_folder(country) / "published.csv"
    columns = ["category", "criterion", "date", "percent", "fr", "en", "source"]
    if not file.is_file():
        return pd.DataFrame(columns=columns)
    return read_texts(file).astype({"percent": "float64"})


def _former_names(folder: Path) -> pd.DataFrame:
    """No rows if the edition has none."""
    file = folder / FORMER_NAMES
    if not file.is_file():
        return pd.DataFrame(columns=["code", "name", "now", "kind"], dtype="str")
    return read_frame(file)


def _former_codes(folder: Path) -> pd.DataFrame | None:
    file = folder / "former_codes.csv"
    return read_texts(file) if file.is_file() else None


def _town_halls(folder: Path, country: Country) -> dict[str, Table]:
    """The last wave of the directory is "town-halls"; an earlier one has its date after that."""
    waves = presence_waves(country, coded=True)
    source = _sources(_provenance(folder), "presence.parquet")[0]
    dates = sorted(waves["wave"].cat.categories)
    place = {name: column.cat.codes.to_numpy() for name, column in waves.items()}
    texts = {name: column.cat.categories.array for name, column in waves.items()}
    codes = waves["code"].cat.categories.to_numpy(dtype="object")
    tables = {}
    for date in dates:
        rows = np.flatnonzero(place["wave"] == waves["wave"].cat.categories.get_loc(date))
        frame = pd.DataFrame(
            {
                name: texts[name].take(place[name][rows], allow_fill=True)
                for name in ("website", "email_domain")
            },
            index=pd.Index(codes[place["code"][rows]], dtype="object", name="code"),
        )
        last = date == dates[-1]
        tables["town-halls" if last else f"town-halls-{date}"] = Table(
            frame=frame,
            level=country.base.id,
            source=source if last else replace(source, published=date),
            period=str(date),
        )
    return tables


def _generic_providers(folder: Path) -> Table:
    frame = read_texts(folder / "generic_providers.csv").set_index("domain")
    return Table(
        frame=frame,
        level="domain",
        source=_sources(_provenance(folder), "generic_providers.csv")[0],
    )


def _levels(folder: Path) -> dict[str, dict[str, str]]:
    """Return the names of the containing territories: level to code to name."""
    table = read_texts(folder / "levels.csv")
    return {
        str(level): dict(zip(rows["code"], rows["name"], strict=True))
        for level, rows in table.groupby("level", sort=False)
    }


def _provenance(folder: Path) -> dict[str, Any]:
    return read_json(folder / "provenance.json")


def _sources(provenance: dict[str, Any], file: str) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in provenance["files"][file]["sources"])
