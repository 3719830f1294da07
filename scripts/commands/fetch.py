"""The command `fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Lang,
    Quiet,
    check_lang,
)


def fetch(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="e.g. fr")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One source (`list sources`); may be repeated."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Offline: list what is in the cache.")
    ] = False,
    from_folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the publishers' files from there."),
    ] = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Bring the publishers' files into your cache: only this and `probe` open sockets."""
    from zoneblanche.scripts.jobs.fetch import fetch_country

    fetch_country(
        country,
        only=tuple(only or ()),
        offline=offline,
        from_folder=from_folder,
        quiet=quiet,
        lang=check_lang(lang),
    )
