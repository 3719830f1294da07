"""What an atlas says: its index, what decides it, who is worst off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.options import (
    AtlasFile,
    Lang,
    Recipe,
    Verbose,
    check_lang,
)


def index(
    atlas: AtlasFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="The scored atlas to write.")],
    recipe: Recipe = "digital-inequality",
    rule: Annotated[
        list[str] | None,
        typer.Option("--flag", metavar="NAME|FILE", help="A flag rule; may be repeated."),
    ] = None,
    analysis: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="clusters, typology, equal-size, …; may be repeated."),
    ] = None,
    lang: Lang = None,
    verbose: Verbose = False,
) -> None:
    """Compute a composite index (and flags) on an atlas."""
    from zoneblanche.scripts.steps import index_atlas_file

    index_atlas_file(
        atlas,
        out=out,
        recipe=recipe,
        rules=tuple(rule or ()),
        analyses=tuple(analysis or ()),
        lang=check_lang(lang),
        verbose=verbose,
    )


def findings(
    atlas: AtlasFile,
    recipe: Recipe = "digital-inequality",
    lang: Lang = None,
) -> None:
    """What an atlas answers: who is worst off, how sure that is, which choices decide it."""
    from zoneblanche.scripts.findings import print_findings

    print_findings(atlas, recipe=recipe, lang=check_lang(lang))


def explain(
    atlas: AtlasFile,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Of a territory, e.g. 48095.")],
    recipe: Annotated[
        str | None,
        typer.Option(metavar="ID|NAME|FILE", help="An index of the atlas, or a recipe to compute."),
    ] = None,
    lang: Lang = None,
) -> None:
    """How one territory's score comes about, contribution by contribution."""
    from zoneblanche.scripts.explaining import print_explanation

    print_explanation(atlas, code, recipe=recipe, lang=check_lang(lang))


def analyse(
    atlas: AtlasFile,
    indicator: Annotated[
        str | None, typer.Argument(metavar="ID", help="An indicator; by default the index.")
    ] = None,
    lorenz: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the Lorenz curves there.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Inequality, gradient with density, equal size, clusters of one indicator."""
    from zoneblanche.scripts.analysing import print_analysis

    print_analysis(atlas, indicator, lorenz=lorenz, lang=check_lang(lang))


def compare(
    atlas: AtlasFile,
    recipes: Annotated[
        list[str], typer.Argument(metavar="RECIPE RECIPE …", help="Shipped ones, or TOML files.")
    ],
    lang: Lang = None,
) -> None:
    """How far the rankings of several recipes agree, and which territories they place apart."""
    from zoneblanche.scripts.explaining import print_comparison

    print_comparison(atlas, recipes, lang=check_lang(lang))
