"""The command `embed`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    AtlasOrEdition,
    Lang,
    Part,
    Quiet,
    Show,
    Title,
    atlas_or_edition,
    check_lang,
)


def embed(
    atlas: AtlasOrEdition = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the snippets.")] = Path(
        "embed"
    ),
    show: Show = None,
    within: Part = None,
    lang: Lang = None,
    title: Title = None,
    url: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the folder will be published.")
    ] = "",
    tiles: Annotated[bool, typer.Option("--tiles", help="Add vector tiles (PMTiles).")] = False,
    layers: Annotated[
        str,
        typer.Option(metavar="ID,ID", help="Further layers that the reader can choose."),
    ] = "",
    full_map: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="The whole map page, to which the map links."),
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Write a map as snippets for a report or a site: frame, single file, picture, oEmbed."""
    from zoneblanche.scripts.jobs.report import embed_file

    embed_file(
        atlas_or_edition(atlas),
        out=out,
        show=show,
        within=within,
        lang=check_lang(lang),
        title=title,
        url=url,
        tiles=tiles,
        layers=[name.strip() for name in layers.split(",") if name.strip()],
        full_map=full_map,
        quiet=quiet,
    )
