"""The command `check`."""

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
    Within,
    overrides_of,
)


def check(
    project: Project = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="A .html, .json or .csv; may be repeated."
        ),
    ] = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    arrondissements: Arrondissements = None,
    corrections: Corrections = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Every check and no drawing: coverage, dates, outliers, odd zeros, rows of the files."""
    from zoneblanche.scripts.jobs.check import check_project_file

    check_project_file(
        project,
        out=tuple(out or ()),
        overrides=overrides_of(source, fetched, within, level, arrondissements, corrections, lang),
        quiet=quiet,
    )
