"""The command `barometer`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Country,
    Fetched,
    Lang,
    Sources,
    check_lang,
    parse_sources,
)


def barometer(
    source: Sources = None,
    survey: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Answers of authorities; may be repeated."),
    ] = None,
    probe: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What `probe` wrote, a wave each; may be repeated."),
    ] = None,
    table: Annotated[
        str, typer.Option(metavar="NAME", help="presence, change, equal-size, survey or hosts.")
    ] = "presence",
    form: Annotated[
        str | None, typer.Option("--format", metavar="table|csv|json", help="By default a table.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write, a .csv or .json.")
    ] = None,
    country: Country = "fr",
    fetched: Fetched = False,
    lang: Lang = None,
) -> None:
    """Presence by category of authority, criterion and wave, and what changed between waves."""
    from zoneblanche.scripts.jobs.barometer import show_barometer

    sources = parse_sources(source)
    if fetched:
        from zoneblanche.scripts.jobs.fetch import fetched_for_barometer

        sources = fetched_for_barometer(sources)
    show_barometer(
        country,
        sources=sources,
        surveys=tuple(survey or ()),
        table=table,
        form=form,
        out=out,
        lang=check_lang(lang),
        probes=tuple(probe or ()),
    )
