"""The command `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    AtlasOrEdition,
    Author,
    Commissioner,
    Lang,
    Logo,
    Part,
    Quiet,
    SignedOn,
    Sources,
    Title,
    atlas_or_edition,
    check_lang,
    parse_sources,
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
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write a tagged PDF.")] = False,
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="Also write a workbook with all tables.")
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The plan.json of a plan, which the report presents."),
    ] = None,
    author: Author = None,
    commissioner: Commissioner = None,
    date: SignedOn = None,
    logo: Logo = None,
    source: Sources = None,
    quiet: Quiet = False,
) -> None:
    """Write the policy report of an area, or of every département, as a page that prints to A4."""
    from zoneblanche.maps.report.imprint import read_imprint
    from zoneblanche.scripts.jobs.report import report_file

    report_file(
        atlas_or_edition(atlas),
        out=out,
        within=within,
        each=each,
        lang=check_lang(lang),
        title=title,
        pdf=pdf,
        xlsx=xlsx,
        sources=parse_sources(source),
        quiet=quiet,
        imprint=read_imprint(author, commissioner, date, logo),
        plan_file=plan,
    )
