"""The command `run`."""

from __future__ import annotations

from dataclasses import replace
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
    Title,
    Verbose,
    Within,
    overrides_of,
)


def run(
    project: Project = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "zoneblanche-out"
    ),
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    arrondissements: Arrondissements = None,
    corrections: Corrections = None,
    lang: Lang = None,
    title: Title = None,
    xlsx: Annotated[
        bool,
        typer.Option("--xlsx", help="Write a workbook; always done below 2,000 territories."),
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """The main job: layers, index, flags, the map page and the files, into one folder."""
    from zoneblanche.scripts.jobs.main_job.run import run_project

    run_project(
        project,
        out=out,
        overrides=replace(
            overrides_of(source, fetched, within, level, arrondissements, corrections, lang),
            title=title,
        ),
        quiet=quiet,
        verbose=verbose,
        xlsx=xlsx,
    )
