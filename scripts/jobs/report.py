"""The commands `report` and `embed`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, nearest, visible
from zoneblanche.geo.files.results.inputs import note_inputs
from zoneblanche.geo.files.results.output import (
    check_folder_place,
    check_places,
    plain_name,
    staged_file,
)
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.runtime.executors import run_chunks
from zoneblanche.layers.analysis.flagging.flags import flag
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.edition import edition_project
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.layers.outputs.atlas_hash import atlas_hash
from zoneblanche.layers.outputs.plan_file import load_plan
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.layers.project.index import recipe_of
from zoneblanche.layers.project.read import read_project
from zoneblanche.maps.drawn.words import colon
from zoneblanche.maps.embed.write import check_address, check_base, write_embed
from zoneblanche.maps.report.areas import find_area
from zoneblanche.maps.report.imprint import NO_IMPRINT, Imprint
from zoneblanche.maps.report.workbook import write_report_workbook
from zoneblanche.maps.report.write import (
    Shared,
    compose_report,
    recipe_hash,
    render_list,
    render_report,
    write_pdf,
)
from zoneblanche.scripts.terminal import bar_options

LIST = "index.html"
INPUTS = re.compile(rb'<meta name="zoneblanche-inputs" content="([0-9a-f]{64})">')
SERIAL = 4
"""Number of reports up to which starting other processes takes longer than it saves."""


@dataclass(frozen=True)
class Order:
    """One report of a batch: the code of its area (None for the whole), its file, and the hash of
    its inputs."""

    area: str | None
    path: Path
    inputs: str


@dataclass(frozen=True)
class Batch:
    """What all reports of a batch have in common; sent once to each process."""

    shared: Shared
    lang: str
    title: str | None
    pdf: bool
    xlsx: bool = False
    imprint: Imprint = NO_IMPRINT

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of the files beside each page."""
        return (".pdf",) * self.pdf + (".xlsx",) * self.xlsx


def report_file(
    atlas_file: Path | None,
    *,
    out: Path,
    within: str | None = None,
    each: str | None = None,
    lang: str | None = None,
    title: str | None = None,
    pdf: bool = False,
    xlsx: bool = False,
    sources: Mapping[str, Path] | None = None,
    quiet: bool = False,
    workers: int | None = None,
    imprint: Imprint = NO_IMPRINT,
    plan_file: Path | None = None,
) -> list[Path]:
    """Write one report, or one for each territory of a level.

    Args:
        atlas_file: a scored atlas; None for the embedded edition of France, scored and flagged.
        out: the page, or with `each` the folder of the pages.
        within: code of the area of the report, or, with `each`, of the area that contains them.
        each: id of a containing level: a report for each of its territories.
        lang, title: of the pages.
        pdf: whether each is written as a PDF too.
        xlsx: whether the tables of each are written as a workbook too.
        sources: publishers' files instead of the edition's.
        quiet: print nothing but errors.
        workers: processes of a batch; by default as many as there are processors.
        imprint: author, commissioner, date and logo of the pages.
        plan_file: the result of a plan, which the page presents.

    Returns:
        The pages that were written; those with unchanged inputs are not written again.

    Raises:
        InputError: no such file, area or level; a plan for other territories than the area; or a
            page would replace a file that is not an unchanged earlier report.
        ProblemWithEnvironment: a file cannot be written, or the PDF's libraries are missing (the
            page is written all the same).
    """
    atlas = load_atlas(atlas_file) if atlas_file is not None else edition_atlas(sources or {})
    chosen = lang or atlas.lang
    orders = _orders(atlas, out=out, within=within, each=each, lang=chosen, title=title,
                     imprint=imprint)  # fmt: skip
    plan = None
    if plan_file is not None:
        plan = planned_for(atlas, plan_file, within=within, each=each, lang=chosen)
    shared = Shared(atlas) if plan is None else Shared(plan.atlas, plan=plan)
    batch = Batch(shared, chosen, title, pdf, xlsx, imprint)
    waiting = [order for order in orders if not _is_done(order, batch.suffixes)] if each else orders
    places = [(path, "report") for order in waiting for path in _files_of(order, batch.suffixes)]
    check_places([*places, (out / LIST, "reports")] if each else places)
    written = []
    failed = ""
    many = len(waiting) > SERIAL
    if many:
        batch.shared.prepare()
    with _progress(len(waiting), quiet=quiet or each is None) as done:
        reports = run_chunks(
            write_one, waiting, batch, executor="processes" if many else "serial", workers=workers
        )
        for order, failure in zip(waiting, reports, strict=True):
            written.append(order.path)
            failed = failed or failure
            done(order.path.name)
    if each is not None:
        _write_list(batch, orders, out)
    if not quiet:
        _tell(out, orders, written, each)
    if failed:
        raise ProblemWithEnvironment(failed)
    return written


def write_one(order: Order, batch: Batch) -> str:
    """Write the report of one area; the page last, because a batch uses it to know what is done.

    Returns:
        Why there is no PDF, "" if there is, or if none was requested.
    """
    report = compose_report(
        batch.shared, lang=batch.lang, title=batch.title, area=order.area, imprint=batch.imprint
    )
    text = render_report(report, inputs=order.inputs)
    failure = ""
    if batch.xlsx:
        write_report_workbook(report, order.path.with_suffix(".xlsx"))
    if batch.pdf:
        try:
            write_pdf(text, order.path.with_suffix(".pdf"))
        except ProblemWithEnvironment as error:
            failure = error.message
    with staged_file(order.path, "report") as staging:
        staging.write_text(text, encoding="utf-8", newline="\n")
    return failure


def planned_for(
    atlas: Atlas, plan_file: Path, *, within: str | None, each: str | None, lang: str
) -> Plan:
    """Return a plan for the report on an area.

    Raises:
        InputError: what `load_plan` refuses, a batch of reports, or a plan with territories outside
            the area.
    """
    note_inputs([plan_file])
    if each is not None:
        raise InputError(
            Fault(
                _("a plan is for one area, and --each writes several reports."),
                remedy=_("Write the report of its area: --within CODE."),
                kind="option",
            )
        )
    plan = load_plan(plan_file, atlas)
    inside = find_area(atlas, within, lang=lang).inside
    present = plan.atlas.values[plan.show].notna().to_numpy()
    outside = int((present & ~inside).sum())
    if outside:
        raise InputError(
            Fault(
                _(
                    "{count} of the {all} territories of the plan are outside the area of the "
                    "report.",
                    count=quantity(outside),
                    all=quantity(int(present.sum())),
                ),
                file=str(plan_file),
                remedy=_("Name the area of the plan: --within CODE."),
                kind="plan-area",
            )
        )
    return plan


def edition_atlas(sources: Mapping[str, Path]) -> Atlas:
    """Return all of France from the embedded edition, scored and flagged as by `zoneblanche
    run`."""
    project = read_project(edition_project(read_country("fr")), sources=sources)
    atlas = build_atlas(project)
    recipe = recipe_of(project, atlas)
    if recipe is not None:
        atlas = compute_index(atlas, recipe)
    for rule in project.rules:
        atlas = flag(atlas, rule)
    return atlas


def embed_file(
    atlas_file: Path | None,
    *,
    out: Path,
    show: str | None = None,
    within: str | None = None,
    lang: str | None = None,
    title: str | None = None,
    url: str = "",
    tiles: bool = False,
    layers: Sequence[str] = (),
    full_map: str = "",
    quiet: bool = False,
) -> None:
    """Write the snippets of a map into a folder, and its tiles if requested.

    Raises:
        InputError: no such file, area or thing to show, or not an http(s) address.
        ProblemWithEnvironment: the folder cannot be written.
    """
    check_base(url)
    check_address(full_map, option="--full-map")
    check_folder_place(out, "embed")
    atlas = load_atlas(atlas_file) if atlas_file is not None else edition_atlas({})
    sizes = write_embed(
        atlas,
        out,
        show=show,
        lang=lang,
        title=title,
        area=within,
        url=url,
        tiles=tiles,
        layers=layers,
        full_map=full_map,
    )
    if not quiet:
        chosen = lang or atlas.lang
        for name, size in sizes.items():
            kilobytes = f"{size / 1000:.0f} {'ko' if chosen == 'fr' else 'kB'}"
            print(f"{out / name}{colon(chosen)}{kilobytes}")


def _orders(
    atlas: Atlas,
    *,
    out: Path,
    within: str | None,
    each: str | None,
    lang: str,
    title: str | None,
    imprint: Imprint,
) -> list[Order]:
    if each is None:
        if within is not None:
            find_area(atlas, within, lang=lang)
        return [Order(within, out, "")]
    parents = atlas.territories.parents
    if each not in parents:
        raise InputError(
            Fault(
                _("--each {each}: no such level contains the territories.", each=repr(each)),
                remedy=nearest(each, map(str, parents)),
                kind="unknown-level",
            )
        )
    if out.exists() and not out.is_dir():
        raise InputError(
            Fault(_("there is a file of that name."), file=str(out),
                  remedy=_("With --each, name a folder for the reports."), kind="output")
        )  # fmt: skip
    inside = np.ones(len(atlas.codes), dtype=bool)
    if within is not None:
        inside = find_area(atlas, within, lang=lang).inside
    codes = sorted({code for code in parents.loc[inside, each] if isinstance(code, str)})
    common = hashlib.sha256()
    for part in (recipe_hash(), atlas_hash(atlas), lang, title or "", repr(imprint)):
        common.update(part.encode("utf-8", "replace") + b"\0")
    orders = []
    for code in codes:
        mine = common.copy()
        mine.update(f"{each}:{code}".encode())
        name = f"{_file_name(each, code)}.html"
        orders.append(Order(f"{each}:{code}", out / name, mine.hexdigest()))
    return orders


def _file_name(level: str, code: str) -> str:
    """Return a name for the file of a territory; a code that cannot be a name becomes its hash."""
    name = f"{level}-{code}"
    try:
        return plain_name(name)
    except InputError:
        return f"{level}-{hashlib.sha256(code.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _files_of(order: Order, suffixes: Sequence[str]) -> list[Path]:
    return [order.path, *(order.path.with_suffix(suffix) for suffix in suffixes)]


def _is_done(order: Order, suffixes: Sequence[str]) -> bool:
    """Return whether the report and the files beside it exist, and it has the same inputs."""
    if not all(path.is_file() for path in _files_of(order, suffixes)):
        return False
    try:
        with order.path.open("rb") as stream:
            match = INPUTS.search(stream.read(8192))
    except OSError:
        return False
    return match is not None and match[1].decode() == order.inputs


def _write_list(batch: Batch, orders: list[Order], out: Path) -> None:
    """Write the page with links to all reports of the folder."""
    names = []
    for order in orders:
        area = find_area(batch.shared.atlas, order.area, lang=batch.lang)
        names.append((f"{area.name} ({area.code})", quote(order.path.name)))
    with staged_file(out / LIST, "reports") as staging:
        text = render_list(names, lang=batch.lang, title=batch.title)
        staging.write_text(text, encoding="utf-8", newline="\n")


def _tell(out: Path, orders: list[Order], written: list[Path], each: str | None) -> None:
    if each is None:
        print(out)
        return
    kept = len(orders) - len(written)
    same = f", {kept} unchanged" if kept else ""
    print(f"{out / LIST}: {len(written)} reports written{same}")


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a bar on stderr that counts reports; nothing without a terminal."""
    if quiet or not total:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    column = TextColumn("{task.description}", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), column, TimeElapsedColumn())
    with Progress(*columns, **bar_options()) as progress:
        task = progress.add_task("", total=total)

        def done(name: str) -> None:
            progress.update(task, description=visible(name), advance=1)

        yield done
