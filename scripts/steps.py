"""The steps of the main job one by one: build, index. See `drawing.py` for the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from geo.country import read_country
from layers.build import build_atlas
from layers.edition import edition_project
from layers.project import read_project
from layers.storage import load_atlas, save_atlas


def build_atlas_file(
    file: Path | None,
    *,
    out: Path,
    sources: Mapping[str, Path],
    within: tuple[str, ...],
    level: str | None,
    quiet: bool,
    arrondissements: str | None = None,
) -> None:
    """Measures the layers of a project and writes the atlas."""
    path = edition_project(read_country("fr")) if file is None else file
    project = read_project(path, sources=sources)
    changes: dict[str, object] = {"catalogue": None, "use": None} if file is None else {}
    if within:
        changes["within"] = list(within)
    if level is not None:
        changes["level"] = level
    if arrondissements is not None:
        changes["arrondissements"] = arrondissements
    atlas = build_atlas(replace(project, table=project.table.model_copy(update=changes)))
    save_atlas(atlas, out)
    if not quiet:
        print(f"{out}: {len(atlas.codes)} territories, {', '.join(atlas.indicators)}")


def index_atlas_file(
    atlas_file: Path,
    *,
    out: Path,
    recipe: str,
    rules: tuple[str, ...],
    analyses: tuple[str, ...] = (),
) -> None:
    """Computes an index, raises flags and adds analyses, on an atlas."""
    from layers.analysis.adding import add_analyses, check_analyses
    from layers.analysis.flags import flag
    from layers.index.compute import compute_index

    check_analyses(analyses)
    atlas = compute_index(load_atlas(atlas_file), recipe)
    for rule in rules:
        atlas = flag(atlas, rule)
    atlas = add_analyses(atlas, analyses, index_id=list(atlas.recipes)[-1])
    save_atlas(atlas, out)
    print(f"{out}: {', '.join(atlas.indicators)}")
