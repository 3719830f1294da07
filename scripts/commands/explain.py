"""The command `explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import AtlasFile, Lang, check_lang


def explain(
    atlas: AtlasFile,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Of a territory, e.g. 48095.")],
    recipe: Annotated[
        str | None,
        typer.Option(metavar="ID|NAME|FILE", help="An index of the atlas, or a recipe to compute."),
    ] = None,
    lang: Lang = None,
) -> None:
    """How one territory's score comes about, contribution by contribution."""
    from zoneblanche.scripts.jobs.explain import print_explanation

    print_explanation(atlas, code, recipe=recipe, lang=check_lang(lang))
