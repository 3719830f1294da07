"""`draws.parquet` of an edition: the draws of the index of its own project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoneblanche.geo.country import read_country
from zoneblanche.geo.source import sha256_of
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.edition import edition_project
from zoneblanche.layers.edition.draws import DESCRIPTION, DRAWS, pack_tables
from zoneblanche.layers.index.compute import draw_anew
from zoneblanche.layers.project.index import recipe_of
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.build.edition.storage import write_json, write_streams


def build_draws(country_code: str, *, out: Path) -> dict[str, Any]:
    """Draw the index of an edition that has been built, write the draws, and return what describes
    them.

    Args:
        country_code: of the edition in the package.
        out: folder of the edition.
    """
    project = read_project(edition_project(read_country(country_code)))
    atlas = build_atlas(project)
    recipe = recipe_of(project, atlas)
    assert recipe is not None
    rests_on, tables = draw_anew(atlas, recipe)
    streams, header = pack_tables(tables, draws=recipe.draws)
    write_streams(streams, header, out / DRAWS)
    described = {
        "index": recipe.id,
        "draws": recipe.draws,
        "seed": recipe.seed,
        "rests_on": rests_on,
        "sha256": sha256_of(out / DRAWS),
    }
    write_json(described, out / DESCRIPTION)
    return described
