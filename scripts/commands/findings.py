"""The command `findings`."""

from __future__ import annotations

from zoneblanche.scripts.commands.options import AtlasFile, Lang, Recipe, check_lang


def findings(
    atlas: AtlasFile,
    recipe: Recipe = "digital-inequality",
    lang: Lang = None,
) -> None:
    """What an atlas answers: who is worst off, how sure that is, which choices decide it."""
    from zoneblanche.scripts.jobs.findings import print_findings

    print_findings(atlas, recipe=recipe, lang=check_lang(lang))
