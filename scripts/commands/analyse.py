"""The command `analyse`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import AtlasFile, Lang, check_lang


def analyse(
    atlas: AtlasFile,
    indicator: Annotated[
        str | None, typer.Argument(metavar="ID", help="An indicator; by default the index.")
    ] = None,
    lorenz: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the Lorenz curves there.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Inequality, gradient with density, equal size, clusters of one indicator."""
    from zoneblanche.scripts.jobs.analyse import print_analysis

    print_analysis(atlas, indicator, lorenz=lorenz, lang=check_lang(lang))
