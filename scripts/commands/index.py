"""The command `index`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import AtlasFile, Lang, Recipe, Verbose, check_lang


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
    from zoneblanche.scripts.jobs.main_job.build_and_index import index_atlas_file

    index_atlas_file(
        atlas,
        out=out,
        recipe=recipe,
        rules=tuple(rule or ()),
        analyses=tuple(analysis or ()),
        lang=check_lang(lang),
        verbose=verbose,
    )
