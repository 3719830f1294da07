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
            metavar="layers|recipes|rules|countries|sources|schema", help="What to list."
        ),
    ] = "layers",
    lang: Lang = None,
) -> None:
    """What there is: layers, recipes, flag rules, countries, sources, the schema of projects."""
    from zoneblanche.scripts.jobs.list_known import list_things

    list_things(what, lang=check_lang(lang))
