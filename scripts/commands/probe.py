"""The command `probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Fetched,
    Lang,
    Quiet,
    Sources,
    Within,
    check_lang,
    parse_sources,
)


def probe(
    what: Annotated[
        str,
        typer.Argument(
            metavar="COUNTRY|TABLE", help="e.g. fr, or a table: code, website, email_domain."
        ),
    ],
    contact: Annotated[
        str,
        typer.Option(metavar="MAIL", help="Your e-mail address, which the sites see. Required."),
    ] = "",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Table to write, a .parquet or .csv.")
    ] = Path("presence.parquet"),
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL,…",
            help="Levels of authorities, separated by commas: commune, epci, departement, region.",
        ),
    ] = "commune",
    within: Within = None,
    source: Sources = None,
    fetched: Fetched = False,
    country: Annotated[
        str, typer.Option(metavar="CODE", help="Of a table: whose online services are known.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask nothing: say how much would be asked.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--restart", help="Go on with a probe that was interrupted.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Of the order in which sites are asked.")] = 0,
    handles: Annotated[
        bool, typer.Option("--handles/--no-handles", help="Name accounts and link to them.")
    ] = True,
    connections: Annotated[int, typer.Option(metavar="N", help="At once; 64 at most.")] = 64,
    allow_private: Annotated[
        list[str] | None,
        typer.Option(metavar="NETWORK", help="A private network to ask, e.g. 10.1.0.0/16."),
    ] = None,
    dns: Annotated[
        str, typer.Option(metavar="ADDRESS[:PORT]", help="A name server instead of the system's.")
    ] = "",
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Ask the websites of authorities, politely, what their digital presence is."""
    from zoneblanche.scripts.jobs.probe import Order, run_probe

    run_probe(
        Order(
            what=what,
            contact=contact,
            out=out,
            levels=tuple(part.strip() for part in level.split(",") if part.strip()),
            within=tuple(within or ()),
            sources=parse_sources(source),
            fetched=fetched,
            country=country,
            dry_run=dry_run,
            resume=resume,
            seed=seed,
            handles=handles,
            connections=connections,
            allow_private=tuple(allow_private or ()),
            dns=dns,
            lang=check_lang(lang),
            quiet=quiet,
        )
    )
