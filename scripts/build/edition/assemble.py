"""From packages to the tables of an edition, each checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.scripts.build.edition.communes.directory import presence_panel, read_communes_table
from zoneblanche.scripts.build.edition.communes.former import arrondissements, former_codes
from zoneblanche.scripts.build.edition.communes.official import OfficialCode, read_official_code
from zoneblanche.scripts.build.edition.communes.shapes import (
    DatedShapes,
    bring_to_date,
    faulty_codes,
    geodesic_area_km2,
    mend,
    restore_collapsed,
    shapes_of,
    snap,
)
from zoneblanche.scripts.build.edition.packages import Package
from zoneblanche.scripts.build.edition.providers import generic_providers
from zoneblanche.scripts.build.edition.recipe import EditionRecipe


@dataclass(frozen=True)
class MendedShapes:
    """The polygons at full resolution, a valid coverage, and how they were obtained.

    Attributes:
        shapes: index code, sorted; rings oriented, EPSG:4326.
        dated: where shapes were missing or out of date.
        faulty: codes whose edges did not match their neighbours', and were repaired.
    """

    shapes: pd.Series
    dated: DatedShapes
    faulty: list[str]


@dataclass(frozen=True)
class Edition:
    """The tables of an edition, and what its provenance has to list.

    Attributes:
        communes: columns `code`, `name`, `epci`, `departement`, `region`, `population`,
            `area_km2`, `postal_codes`, `seat`, `geometry` (EPSG:4326), sorted by code.
        presence: columns `code`, `wave`, `website`, `email_domain`.
        levels: columns `level`, `code`, `name`, `parent_level`, `parent`, `seat`.
        providers: columns `domain`, `note`.
        former: columns `code`, `now`, `kind`, `people`: former codes.
        arrondissements: columns `code`, `name`, `commune`, `population`, `area_km2`, `geometry`.
        dated: where shapes were missing or out of date.
        faulty: codes whose edges did not match their neighbours', and were repaired.
        holes: rings inside the country that belong to no commune.
    """

    communes: gpd.GeoDataFrame
    presence: pd.DataFrame
    levels: pd.DataFrame
    providers: pd.DataFrame
    former: pd.DataFrame
    arrondissements: gpd.GeoDataFrame
    dated: DatedShapes
    faulty: list[str]
    holes: int


def assemble(recipe: EditionRecipe, *, archives: Mapping[Package, Path]) -> Edition:
    """Read the archives and return the tables of the edition.

    Raises:
        InputError: an input cannot be read, or an invariant of the recipe does not hold.
    """
    official = read_official_code(archives[recipe.official])
    tables = {package: read_communes_table(archives[package]) for package in recipe.packages[1:]}
    mended = mended_shapes(recipe, tables=tables, former=official.former)
    snapped = snap(mended.shapes, recipe.grid)
    waves = {wave: tables[package] for wave, package in recipe.waves.items()}
    edition = Edition(
        communes=_communes(official, area_km2=geodesic_area_km2(mended.shapes), shapes=snapped),
        presence=presence_panel(waves),
        levels=official.levels,
        providers=generic_providers(),
        former=former_codes(official, waves),
        arrondissements=arrondissements(official, tables[recipe.shapes], step=recipe.grid),
        dated=mended.dated,
        faulty=mended.faulty,
        holes=_holes(snapped),
    )
    check_invariants(edition, recipe)
    return edition


def mended_shapes(
    recipe: EditionRecipe, *, tables: Mapping[Package, pd.DataFrame], former: Mapping[str, str]
) -> MendedShapes:
    """Return the polygons of the recipe's date, repaired.

    Raises:
        InputError: no source has a shape, or it cannot be repaired.
    """
    dated = bring_to_date(
        tables[recipe.shapes], earlier=tables[recipe.earlier_shapes], former=former
    )
    finer = {code: shapes_of(tables[p])[code] for code, p in recipe.finer_shapes.items()}
    shapes = restore_collapsed(dated.shapes, finer)
    whole = mend(shapes)
    _check_mended(shapes, whole)
    return MendedShapes(shapes=whole, dated=dated, faulty=faulty_codes(dated.shapes))


def check_invariants(edition: Edition, recipe: EditionRecipe) -> None:
    """Refuse an edition that does not match its recipe.

    Raises:
        InputError: every invariant that does not hold, as a sentence.
    """
    communes, last = edition.communes, max(recipe.waves)
    codes = set(communes["code"])
    named = set(zip(edition.levels["level"], edition.levels["code"], strict=True))
    orphans = [
        code
        for level in ("epci", "departement", "region")
        for code in communes[level].dropna().unique()
        if (level, code) not in named
    ]
    entries = set(edition.presence["code"][edition.presence["wave"] == last])
    text = [edition.presence, communes.drop(columns="geometry"), edition.levels]
    cases = {
        f"{len(communes)} communes; {recipe.communes} are due": len(communes) == recipe.communes,
        f"{communes['departement'].nunique()} départements; {recipe.departements} are due": (
            communes["departement"].nunique() == recipe.departements
        ),
        f"{communes['population'].sum()} people; {recipe.population} are due": (
            communes["population"].sum() == recipe.population
        ),
        f"of the cities {first_of(recipe.whole)}, one is not whole": codes >= set(recipe.whole),
        "other communes are without an EPCI than those that are known to be": (
            set(communes["code"][communes["epci"].isna()]) == set(recipe.without_epci)
        ),
        f"levels.csv does not name {first_of(orphans)}": not orphans,
        f"the directory of {last} has communes that the official code does not": (entries <= codes),
        f"the directory of {last} lacks more than 1 % of the communes": (
            len(entries) >= (1 - recipe.most_without_entry) * len(codes)
        ),
        "a former code is a current one, or leads to none": (
            not (set(edition.former["code"][edition.former["kind"] != "kept"]) & codes)
            and set(edition.former["now"]) <= codes
        ),
        "arrondissements do not add up to their commune": _add_up(edition),
        "a commune has two rows in one wave": (
            not edition.presence.duplicated(["code", "wave"]).any()
        ),
        "an area is not above zero": bool((communes["area_km2"] > 0).all()),
        "an '@' has come through, which may name a person": not any(map(_holds_at, text)),
    }
    faults = [
        Fault(f"{statement}.", kind="invariant") for statement, holds in cases.items() if not holds
    ]
    if faults:
        raise InputError(faults)


def _add_up(edition: Edition) -> bool:
    """Return whether the arrondissements of each city have its people, and fill it to a
    millionth."""
    whole = edition.communes.set_index("code")
    for code, parts in edition.arrondissements.groupby("commune"):
        shape, people = whole.geometry[code], whole["population"][code]
        apart = shapely.area(shapely.symmetric_difference(shape, parts.union_all()))
        if parts["population"].sum() != people or apart > 1e-6 * shapely.area(shape):
            return False
    return True


def _communes(
    official: OfficialCode, *, area_km2: pd.Series, shapes: pd.Series
) -> gpd.GeoDataFrame:
    ours, theirs = official.communes.index, shapes.index
    unknown = ours.symmetric_difference(theirs)
    if len(unknown):
        raise InputError(
            Fault(
                f"{len(unknown)} communes are only in the official code or only in the table of "
                f"shapes (first: {first_of(unknown)}).",
                remedy="Take packages of one vintage.",
                kind="unknown-code",
            )
        )
    table = official.communes.assign(area_km2=area_km2, geometry=shapes).reset_index()
    order = ["code", "name", "epci", "departement", "region", "population", "area_km2"]
    table = table[[*order, "postal_codes", "seat", "geometry"]]
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def _check_mended(before: pd.Series, after: pd.Series) -> None:
    """Check that repairs move an edge by centimetres, never a commune."""
    bad = faulty_codes(after) or list(after.index[~shapely.is_valid(after.to_numpy())])
    share = shapely.area(after.to_numpy()) / shapely.area(before.to_numpy())
    bad = bad or list(after.index[abs(share - 1) > 0.05])
    if bad:
        message = f"{len(bad)} shapes could not be mended (first: {first_of(bad)})."
        raise InputError(Fault(message, kind="geometry"))


def _holes(shapes: pd.Series) -> int:
    country = shapely.coverage_union_all(shapes.to_numpy())
    return int(shapely.get_num_interior_rings(shapely.get_parts(country)).sum())


def _holds_at(table: pd.DataFrame) -> bool:
    texts = table.select_dtypes(exclude="number")
    return any(texts[name].astype("string").str.contains("@").any() for name in texts)
