"""The main job: a project to a folder of results, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from zoneblanche.geo.country import Text, in_language, read_country
from zoneblanche.geo.errors import InputError, visible
from zoneblanche.geo.files.limits import bounded_time
from zoneblanche.geo.files.results.account import MARK, sealed
from zoneblanche.geo.files.results.inputs import note_inputs
from zoneblanche.geo.files.results.output import staged_folder
from zoneblanche.geo.messages import _, notice_as_dict, pgettext, translate, warnings_first
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.runtime.beside import second_thread
from zoneblanche.geo.runtime.memory import release_memory, share_memory
from zoneblanche.geo.source import Source, sha256_of, union_of
from zoneblanche.geo.vectors.formats.shapefile import companions_of
from zoneblanche.layers.analysis.add import add_analyses, check_analyses
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.edition import edition_project
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.outputs.export import versions, write_json, write_results
from zoneblanche.layers.project.index import with_index
from zoneblanche.layers.project.read import Project, read_project
from zoneblanche.maps.drawn.bivariate import read_show
from zoneblanche.maps.drawn.gis_styles import styles_of
from zoneblanche.maps.embed.write import draw_embed, write_embed_files
from zoneblanche.maps.page.shapes.geometry import PageGeometry, encode_territories
from zoneblanche.maps.page.write_page import write_page
from zoneblanche.maps.report.imprint import Imprint, read_imprint
from zoneblanche.maps.report.picture import Sheet, lay_out
from zoneblanche.maps.report.write import Shared, compose_report, render_report
from zoneblanche.scripts.jobs.main_job.overrides import NOTHING, Overrides
from zoneblanche.scripts.jobs.main_job.summary import print_summary
from zoneblanche.scripts.terminal import bar_options

REPORT, EMBED = "report.html", "embed"
"""Further results of a run, by their names in its folder."""

PAGE = "index.html"

Step = Callable[[str], None]


def run_project(
    file: Path | None,
    *,
    out: Path,
    overrides: Overrides = NOTHING,
    quiet: bool = False,
    verbose: bool = False,
    xlsx: bool = False,
) -> Atlas:
    """Run a project, or the embedded edition of France, and write the results to `out`.

    Args:
        file: the project file; None for the edition in the package.
        out: the folder for the results; replaced as a whole, unchanged on any failure.
        overrides: replaces values of the project.
        quiet: print nothing but errors.
        verbose: print every figure, warning and remark.
        xlsx: write a workbook however many territories there are.

    Raises:
        InputError: the project or one of its inputs cannot be used.
        ProblemWithEnvironment: the results cannot be written.
    """
    share_memory()
    project = adjusted_project(file, overrides)
    check_analyses(project.table.analyses, file=project.file)
    lang, imprint = project.lang, imprint_of(project)
    with bounded_time(project.limits.seconds), _progress(quiet) as step:
        step("reading")
        with staged_folder(out) as folder, second_thread() as other:
            atlas = build_atlas(project, progress=lambda layer: step(f"measuring {layer}"))
            release_memory()
            step("computing the index")
            # Alone: the draws may use every core, and as much memory as all borders.
            atlas, recipe = with_index(project, atlas)
            release_memory()
            borders = other.submit(encode_territories, atlas.territories)
            sheet = other.submit(lay_out, atlas.territories, lang=lang)
            step("raising flags")
            atlas = _with_flags(project, atlas, indexed=recipe is not None)
            step("analysing")
            atlas = add_analyses(
                atlas, project.table.analyses, index_id=None if recipe is None else recipe.id
            )
            release_memory()  # what the draws needed: a tenth of the process
            step("drawing the map, writing the tables and the report")
            title = title_of(project, lang)
            name = project.table.output.name
            styles = styles_of(atlas, lang=lang)
            release_memory()
            tables = other.submit(
                write_results,
                atlas,
                folder,
                lang=lang,
                title=title,
                name=name,
                styles=styles,
                xlsx=xlsx,
            )
            # The page has every language of the title: its reader may change the language.
            shown = project.title or title
            write_page(atlas, folder / PAGE, lang=lang, title=shown, geometry=borders.result())
            # On a core of their own the tables took about as long as the map.
            hashes = tables.result()
            release_memory()
            laid = sheet.result()
            release_memory()
            write_run_embed(
                atlas, folder, geometry=borders.result(), lang=lang, title=shown, sheet=laid
            )
            release_memory()
            write_run_report(atlas, folder, lang=lang, title=title, sheet=laid, imprint=imprint)
            step("writing the account")
            account = _account(project, atlas, recipe, folder, hashes=hashes)
            write_json(sealed(account), folder / MARK)
    if not quiet:
        print_summary(atlas, page=out / PAGE, lang=lang, verbose=verbose, account=MARK)
    return atlas


def _with_flags(project: Project, atlas: Atlas, *, indexed: bool) -> Atlas:
    """Return the atlas with the flags of the project; without an index, a rule that needs it is
    left out with a notice."""
    for rule in project.rules:
        try:
            atlas = flag(atlas, rule)
        except InputError as error:
            if indexed or {fault.kind for fault in error.faults} != {"unknown-indicator"}:
                raise
            atlas = atlas.noting(
                _("The flag {rule} is left out: {why}", rule=str(rule), why=error.message)
            )
    return atlas


def title_of(project: Project, lang: str) -> str:
    """Return the title of the page: the project's own, else a default."""
    if project.title is not None:
        return in_language(project.title, lang)
    return translate(pgettext("title", "Digital inequality"), lang)


def adjusted_project(file: Path | None, overrides: Overrides) -> Project:
    """Return the project of a file, or of the embedded edition, with the options of the command
    line."""
    path = edition_project(read_country("fr")) if file is None else file
    project = read_project(path, sources=overrides.sources)
    if file is None:
        project = replace(project, file="the embedded edition")
    project = replace(project, corrected_by=overrides.corrections)
    corrections = [] if project.corrections is None else [project.corrections]
    note_inputs([project.file, *project.files.values(), *project.sources.values(), *corrections])
    return project.with_changes(overrides.changes())


def _account(
    project: Project,
    atlas: Atlas,
    recipe: Recipe | None,
    folder: Path,
    *,
    hashes: Mapping[str, str],
) -> dict[str, Any]:
    """Return everything needed to know what was done, and nothing that differs between two runs;
    `hashes` are the SHA-256 of files that are known."""
    inputs = dict(project.sources)
    inputs |= {name: path for name, path in project.files.items() if path not in inputs.values()}
    if project.corrections is not None:
        inputs["corrections"] = project.corrections
    inputs |= {
        f"{name}, {part.name}": part
        for name, path in inputs.items()
        for part in companions_of(path)
    }
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    versions_used = versions()
    return {
        "zoneblanche": versions_used["zoneblanche"],
        "command": "run",
        "versions": versions_used,
        "project": project.table.model_dump(mode="json", exclude_none=True),
        "recipe": None if recipe is None else recipe.id,
        "territories": len(atlas.codes),
        "level": atlas.territories.level,
        "inputs": {
            name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
            for name, path in sorted(inputs.items())
        },
        "rows": {name: dict(rows) for name, rows in atlas.account.items()},
        "missing": _missing_by_reason(atlas),
        "corrections": [correction.as_dict() for correction in atlas.corrections],
        "warnings": [str(notice) for notice in warnings_first(atlas.notices)],
        "notices": [notice_as_dict(notice) for notice in warnings_first(atlas.notices)],
        "sources": [source.as_dict() for source in sources_of(atlas)],
        "files": {
            name: {"sha256": hashes.get(name) or sha256_of(path), "bytes": path.stat().st_size}
            for path in files
            for name in [path.relative_to(folder).as_posix()]
        },
    }


def sources_of(atlas: Atlas) -> list[Source]:
    """Return all sources of an atlas, each once, in the order of their first appearance."""
    return list(
        union_of(
            atlas.territories.sources,
            *(indicator.sources for indicator in atlas.indicators.values()),
        )
    )


def _missing_by_reason(atlas: Atlas) -> dict[str, dict[str, int]]:
    by_reason: dict[str, dict[str, int]] = {}
    for name in map(str, atlas.reasons):
        reasons = atlas.reasons[name].to_numpy()
        counts = {reason.name.lower(): int((reasons == reason).sum()) for reason in Reason}
        by_reason[name] = {
            reason: count for reason, count in counts.items() if count and reason != "present"
        }
    return {name: counts for name, counts in by_reason.items() if counts}


@contextmanager
def _progress(quiet: bool) -> Iterator[Step]:
    """Show a bar on stderr with the current step; nothing without a terminal."""
    if quiet:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, **bar_options()) as progress:
        task = progress.add_task("", total=16)

        def step(what: str) -> None:
            progress.update(task, description=visible(what), advance=1)

        yield step


def write_run_report(
    atlas: Atlas, folder: Path, *, lang: str, title: str, sheet: Sheet | None, imprint: Imprint
) -> None:
    """Write the report on all territories of a run.

    Args:
        atlas: of the run.
        folder: its results.
        lang, title: of the report.
        sheet: the positions of the territories on a picture, see `lay_out`; None if they have no
            shapes.
        imprint: of the report.

    Raises:
        OSError: the folder cannot be written.
    """
    report = compose_report(Shared(atlas, sheet=sheet), lang=lang, title=title, imprint=imprint)
    (folder / REPORT).write_text(render_report(report), encoding="utf-8", newline="\n")


def imprint_of(project: Project) -> Imprint:
    """Return what `[report]` of a project says.

    Raises:
        InputError: its logo cannot be used.
    """
    table = project.table.report
    logo = None if table.logo is None else project.path(table.logo)
    return read_imprint(table.author, table.commissioner, table.date, logo)


def write_run_embed(
    atlas: Atlas,
    folder: Path,
    *,
    geometry: PageGeometry,
    lang: str,
    title: Text | str,
    sheet: Sheet | None,
) -> None:
    """Write the snippets of a run's map. See `write_run_report`; `geometry` is that of its page.

    Raises:
        OSError: the folder cannot be written.
    """
    shown = read_show(atlas, None)
    drawn = draw_embed(atlas, shown, lang=lang, title=title, geometry=geometry)
    (folder / EMBED).mkdir()
    write_embed_files(drawn, folder / EMBED, sheet=sheet)
