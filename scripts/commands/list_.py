"""The command `list`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Lang,
    check_lang,
)


def list_(
    what: Annotated[
        str,
        typer.Argument(
            metavar="layers|recipes|rules|countries|sources|columns|schema", help="What to list."
        ),
    ] = "layers",
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="Of columns: the id of their source.")
    ] = None,
    lang: Lang = None,
) -> None:
    """What there is: layers, recipes, flag rules, countries, sources, columns, project schema."""
    from zoneblanche.scripts.jobs.list_known import list_things

    list_things(what, source, lang=check_lang(lang))
