"""The command `compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import AtlasFile, Lang, check_lang


def compare(
    atlas: AtlasFile,
    recipes: Annotated[
        list[str], typer.Argument(metavar="RECIPE RECIPE …", help="Shipped ones, or TOML files.")
    ],
    lang: Lang = None,
) -> None:
    """How far the rankings of several recipes agree, and which territories they place apart."""
    from zoneblanche.scripts.jobs.explain import print_comparison

    print_comparison(atlas, recipes, lang=check_lang(lang))
