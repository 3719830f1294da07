"""Showing an atlas: maps, reports, embeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.options import (
    AtlasFile,
    AtlasOrEdition,
    Lang,
    Part,
    Quiet,
    Show,
    Sources,
    Title,
    atlas_or_edition,
    check_lang,
    parse_sources,
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
    from zoneblanche.scripts.drawing import MapOrder, draw_map_file

    draw_map_file(
        MapOrder(atlas, out, form, show, within, check_lang(lang), title, width, method, breaks)
    )


def report(
    atlas: AtlasOrEdition = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The page, or with --each the folder of pages.")
    ] = Path("report.html"),
    within: Part = None,
    each: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="One report for each departement, region, epci, …"),
    ] = None,
    lang: Lang = None,
    title: Title = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a tagged PDF beside the page.")] = False,
    source: Sources = None,
    quiet: Quiet = False,
) -> None:
    """Write the policy report of an area, or of every département, as a page that prints to A4."""
    from zoneblanche.scripts.reporting import report_file

    report_file(
        atlas_or_edition(atlas),
        out=out,
        within=within,
        each=each,
        lang=check_lang(lang),
        title=title,
        pdf=pdf,
        sources=parse_sources(source),
        quiet=quiet,
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
    quiet: Quiet = False,
) -> None:
    """Write a map as snippets for a report or a site: frame, single file, picture, oEmbed."""
    from zoneblanche.scripts.reporting import embed_file

    embed_file(
        atlas_or_edition(atlas),
        out=out,
        show=show,
        within=within,
        lang=check_lang(lang),
        title=title,
        url=url,
        tiles=tiles,
        quiet=quiet,
    )
