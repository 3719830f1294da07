"""The steps of the main job one by one: build, index. See `draw_map.py` for the map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.files.results.output import check_file_place
from zoneblanche.geo.numerals import format_number
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.maps.drawn.words import colon
from zoneblanche.scripts.jobs.main_job.overrides import NOTHING, Overrides
from zoneblanche.scripts.jobs.main_job.run import adjusted_project
from zoneblanche.scripts.jobs.main_job.summary import print_notices


def build_atlas_file(
    file: Path | None,
    *,
    out: Path,
    overrides: Overrides = NOTHING,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Measure the layers of a project, write the atlas and print notices, in the project's
    language. Without a project, measure every layer that the available files allow."""
    project = adjusted_project(file, overrides)
    check_file_place(out, "atlas")
    if file is None:
        project = project.with_changes({"catalogue": None, "use": None})
    atlas = build_atlas(project)
    save_atlas(atlas, out)
    if not quiet:
        print(_written(out, atlas, lang=project.lang))
        print_notices(atlas, lang=project.lang, verbose=verbose)


def index_atlas_file(
    atlas_file: Path,
    *,
    out: Path,
    recipe: str,
    rules: tuple[str, ...],
    analyses: tuple[str, ...] = (),
    lang: str | None = None,
    verbose: bool = False,
) -> None:
    """Compute an index, flags and analyses on an atlas, and print messages in `lang`, by default
    that of its country."""
    from zoneblanche.layers.analysis.add import add_analyses, check_analyses
    from zoneblanche.layers.analysis.flagging.flags import flag
    from zoneblanche.layers.index.compute import compute_index

    check_analyses(analyses)
    check_file_place(out, "atlas")
    read = load_atlas(atlas_file)
    atlas = compute_index(read, recipe)
    for rule in rules:
        atlas = flag(atlas, rule)
    atlas = add_analyses(atlas, analyses, index_id=list(atlas.recipes)[-1])
    save_atlas(atlas, out)
    chosen = lang or atlas.lang
    print(_written(out, atlas, lang=chosen))
    # The notices of the build are in the atlas, and were printed then.
    new = tuple(notice for notice in atlas.notices if notice not in read.notices)
    print_notices(replace(atlas, notices=new), lang=chosen, verbose=verbose)


def _written(out: Path, atlas: Atlas, *, lang: str) -> str:
    """Return the file, the number of its territories, and the ids by which other commands name
    columns."""
    units = atlas.territories.level_title(lang, plural=len(atlas.codes) != 1)
    count = format_number(len(atlas.codes), 0, lang)
    return f"{out}{colon(lang)}{count} {units}, {', '.join(atlas.indicators)}"
