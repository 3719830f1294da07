"""The command `map`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    AtlasFile,
    Lang,
    Part,
    Show,
    Title,
    check_lang,
)


def map_(
    atlas: AtlasFile,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="What to write; by default map.html.")
    ] = None,
    show: Show = None,
    within: Part = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="html|png|svg|pdf", help="By default that of --out."),
    ] = None,
    width: Annotated[
        str,
        typer.Option(
            metavar="a4|a4-landscape|column|slide|MM", help="Of a picture, in millimetres."
        ),
    ] = "a4",
    method: Annotated[
        str,
        typer.Option(metavar="NAME", help="Of a picture: quantile, jenks, equal, goalposts."),
    ] = "quantile",
    breaks: Annotated[
        str | None,
        typer.Option(metavar="10;20;50", help="Of a picture: where its classes begin."),
    ] = None,
    lang: Lang = None,
    title: Title = None,
) -> None:
    """Draw an atlas as one self-contained interactive page, or as a picture for print."""
    from zoneblanche.scripts.jobs.main_job.draw_map import MapOrder, draw_map_file

    draw_map_file(
        MapOrder(atlas, out, form, show, within, check_lang(lang), title, width, method, breaks)
    )
