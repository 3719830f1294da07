"""The command `build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Arrondissements,
    Corrections,
    Fetched,
    Lang,
    Level,
    Project,
    Quiet,
    Sources,
    Verbose,
    Within,
    overrides_of,
)


def build(
    out: Annotated[Path, typer.Option("--out", "-o", help="The atlas to write, a GeoParquet.")],
    project: Project = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    arrondissements: Arrondissements = None,
    corrections: Corrections = None,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Measure the layers and write them as one atlas, without an index."""
    from zoneblanche.scripts.jobs.main_job.build_and_index import build_atlas_file

    build_atlas_file(
        project,
        out=out,
        overrides=overrides_of(source, fetched, within, level, arrondissements, corrections, lang),
        quiet=quiet,
        verbose=verbose,
    )
