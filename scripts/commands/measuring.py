"""Measuring: from files to an atlas, and to the folder of the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.options import (
    Arrondissements,
    Fetched,
    Lang,
    Level,
    Project,
    Quiet,
    Sources,
    Verbose,
    Within,
    asked_of,
    check_lang,
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
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """The main job: layers, index, flags, the map page and the files, into one folder."""
    from zoneblanche.scripts.run import run_project

    run_project(
        project,
        out=out,
        asked=asked_of(source, fetched, within, level, arrondissements, lang),
        quiet=quiet,
        verbose=verbose,
    )


def check(
    project: Project = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", metavar="FILE", help="A .html or .json; may be repeated."),
    ] = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    arrondissements: Arrondissements = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Every check and no drawing: coverage, dates, outliers, odd zeros, rows of the files."""
    from zoneblanche.scripts.checking import check_project_file

    check_project_file(
        project,
        out=tuple(out or ()),
        asked=asked_of(source, fetched, within, level, arrondissements, lang),
        quiet=quiet,
    )


def list_(
    what: Annotated[
        str, typer.Argument(metavar="layers|recipes|rules|countries|sources", help="What to list.")
    ] = "layers",
    lang: Lang = None,
) -> None:
    """What there is: layers, recipes, flag rules, countries, sources."""
    from zoneblanche.scripts.listing import list_things

    list_things(what, lang=check_lang(lang))


def build(
    out: Annotated[Path, typer.Option("--out", "-o", help="The atlas to write, a GeoParquet.")],
    project: Project = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    arrondissements: Arrondissements = None,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Measure the layers and write them as one atlas, without an index."""
    from zoneblanche.scripts.steps import build_atlas_file

    build_atlas_file(
        project,
        out=out,
        asked=asked_of(source, fetched, within, level, arrondissements, lang),
        quiet=quiet,
        verbose=verbose,
    )


def fetch(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="e.g. fr")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One source (`list sources`); may be repeated."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no socket: say what was fetched before.")
    ] = False,
    from_folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the publishers' files from there."),
    ] = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Bring the publishers' files into your cache: the only command that opens a socket."""
    from zoneblanche.scripts.fetching import fetch_country

    fetch_country(
        country,
        only=tuple(only or ()),
        offline=offline,
        from_folder=from_folder,
        quiet=quiet,
        lang=check_lang(lang),
    )
