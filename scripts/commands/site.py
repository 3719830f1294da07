"""The command `site`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    AtlasOrEdition,
    Lang,
    Quiet,
    Title,
    atlas_or_edition,
    check_lang,
)


def site(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the pages.")],
    atlas: AtlasOrEdition = None,
    url: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the folder will be published.")
    ] = "",
    since: Annotated[
        Path | None,
        typer.Option(metavar="ATLAS", help="An earlier territories.parquet, for the feed."),
    ] = None,
    lang: Lang = None,
    title: Title = None,
    quiet: Quiet = False,
) -> None:
    """Write a static atlas for a web space: map, a page for each area, report, downloads."""
    from zoneblanche.scripts.jobs.site import site_folder

    site_folder(
        atlas_or_edition(atlas),
        out=out,
        url=url,
        since=since,
        lang=check_lang(lang),
        title=title,
        quiet=quiet,
    )
