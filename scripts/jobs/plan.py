"""`zoneblanche plan`: from the options to a folder with the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import cast, get_args

import pandas as pd

from zoneblanche.geo.country import read_country, texts_of
from zoneblanche.geo.errors import Fault, InputError, nearest, visible
from zoneblanche.geo.files.results.account import MARK, files_below, sealed
from zoneblanche.geo.files.results.inputs import note_inputs
from zoneblanche.geo.files.results.output import check_folder_place, staged_folder
from zoneblanche.geo.messages import _, translate
from zoneblanche.geo.source import sha256_of
from zoneblanche.geo.tables import safe_text
from zoneblanche.layers.analysis.areas import with_area_means
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_folder, edition_inputs, edition_territories
from zoneblanche.layers.edition.figures import read_figures
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.outputs.export import write_json
from zoneblanche.layers.outputs.plan_file import PLAN_FILE, write_plan_file
from zoneblanche.layers.outputs.workbook import write_tables
from zoneblanche.layers.planning.budget.request import SiteLever
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.layers.planning.read import (
    FRANCE_SERVICES,
    Sites,
    known_sites,
    no_sites,
    read_middles,
    read_sites,
    read_times,
)
from zoneblanche.layers.planning.sites.goals import Method
from zoneblanche.layers.planning.sites.sentences import SitesRequest
from zoneblanche.maps.drawn.words import colon
from zoneblanche.maps.page.write_page import write_page
from zoneblanche.maps.report.imprint import NO_IMPRINT, Imprint, imprint_parts
from zoneblanche.maps.report.scope import Shared
from zoneblanche.maps.report.write import compose_report, render_report

NO_SITES = "none"
"""What `--existing` says where no site exists."""


def plan_into(
    out: Path,
    answer: Callable[[Atlas], Plan],
    *,
    atlas_file: Path | None,
    embedded: Callable[[], Atlas],
    lang: str | None,
    quiet: bool,
    imprint: Imprint = NO_IMPRINT,
) -> Plan:
    """Answer a question about an atlas, and write the answer into a folder.

    Args:
        out: the folder, which appears or is replaced as a whole.
        answer: from the atlas to the answer.
        atlas_file: an atlas; None for the embedded edition of France.
        embedded: returns that edition with what the question needs.
        imprint: who answers, for whom, when.

    Raises:
        InputError: what the question or its files refuse.
        ProblemWithEnvironment: the folder cannot be written.
    """
    check_folder_place(out, "plan")
    atlas = load_atlas(atlas_file) if atlas_file is not None else embedded()
    plan = answer(atlas)
    write_plan(plan, out, lang=lang or atlas.lang, imprint=imprint)
    if not quiet:
        print_plan(plan, out, lang=lang or atlas.lang)
    return plan


def sites_request(
    *,
    count: int,
    within: tuple[str, ...],
    existing: str | None,
    candidates: Path | None,
    least_people: float,
    reach: float,
    weight: str,
    times: Path | None,
    detour: float,
    grid: Path | None,
    method: str,
    embedded: bool,
) -> Callable[[Atlas], SitesRequest]:
    """Return what makes the question of the options from an atlas, whose territories the files
    name."""

    def request(atlas: Atlas) -> SitesRequest:
        territories = atlas.territories
        return SitesRequest(
            count=count,
            existing=existing_sites(atlas, existing, embedded=embedded),
            within=within,
            candidates=None if candidates is None else read_sites(candidates, territories),
            least_people=least_people,
            reach=reach,
            weight=weight,
            detour=detour,
            times=None if times is None else read_times(times, territories),
            middles=None if grid is None else read_middles(grid, territories),
            method=checked_method(method),
        )

    return request


def edition_people(weight: str = "population") -> Atlas:
    """Return the embedded edition with as few layers as a plan of sites needs: the weight.

    Raises:
        InputError: the edition cannot measure the weight.
    """
    country = read_country("fr")
    territories = edition_territories(country)
    atlas = empty_atlas(territories)
    if weight == "population":
        return atlas
    layer, inputs = known_layers().get(weight), edition_inputs(country)
    if layer is not None and all(set(need.split("|")) & set(inputs) for need in layer.needs):
        measured = layer.measure(territories, inputs)
        atlas = atlas.add(measured.indicator, measured.values, reasons=measured.reasons)
    if weight not in atlas.indicators:
        raise InputError(
            Fault(
                _("the embedded edition does not measure {weight}.", weight=repr(weight)),
                remedy=_("Give an atlas that does: --atlas FILE."),
                kind="unknown-indicator",
            )
        )
    return atlas


def existing_sites(atlas: Atlas, option: str | None, *, embedded: bool) -> Sites:
    """Return the sites that exist: of a file, none, or those that the atlas knows.

    Args:
        atlas: whose territories the sites serve.
        option: what `--existing` says.
        embedded: whether the atlas is the embedded edition, which knows fixed places.

    Raises:
        InputError: nothing is given, and the atlas knows of none; or what `read_sites` refuses.
    """
    if option == NO_SITES:
        return no_sites()
    if option is not None:
        note_inputs([Path(option)])
        return read_sites(Path(option), atlas.territories)
    places = None
    if embedded:
        folder = edition_folder(read_country("fr"))
        places = read_figures(folder, {}, only=FRANCE_SERVICES).get(FRANCE_SERVICES)
    sites = known_sites(atlas, places)
    if sites is None:
        raise InputError(
            Fault(
                _("the atlas does not know which sites exist."),
                remedy=_(
                    "Give them with --existing FILE (columns code, or longitude and latitude), or "
                    "write --existing none."
                ),
                kind="no-sites",
            )
        )
    return sites


def site_lever(
    atlas: Atlas,
    cost: float | None,
    candidates: Path | None,
    reach: float | None,
    figure: str,
    grid: Path | None,
) -> SiteLever | None:
    """Return new sites as a way to lift territories, or None without a cost of one.

    Raises:
        InputError: candidates or a reach of sites that have no cost; or what `read_sites` refuses.
    """
    if cost is None:
        for option, value in (("--candidates", candidates), ("--reach", reach), ("--grid", grid)):
            if value is not None:
                raise InputError(
                    Fault(
                        _("{option} is about new sites, which have no cost.", option=option),
                        remedy=_("Give the cost of one with --site-cost EUROS."),
                        kind="option",
                    )
                )
        return None
    note_inputs([path for path in (candidates, grid) if path is not None])
    places = (
        None if candidates is None else read_sites(candidates, atlas.territories, with_costs=True)
    )
    middles = None if grid is None else read_middles(grid, atlas.territories)
    return SiteLever(cost, places, reach, figure, middles)


def checked_method(method: str) -> Method:
    """Return a way to solve.

    Raises:
        InputError: it is not known.
    """
    for choice in get_args(Method):
        if choice == method:
            return cast("Method", method)
    raise InputError(
        Fault(
            _("--method {method} is not known.", method=repr(method)),
            remedy=nearest(method, get_args(Method)),
            kind="option",
        )
    )


def write_plan(plan: Plan, out: Path, *, lang: str, imprint: Imprint = NO_IMPRINT) -> None:
    """Write an answer into a folder: its table as CSV and XLSX, the answer for a report, the map
    page, the report, the atlas, and the account.

    Raises:
        InputError: the folder has other content.
        ProblemWithEnvironment: it cannot be written.
    """
    title = translate(plan.title, lang)
    # Page and report show the same areas, whose means are drawn once.
    atlas = with_area_means(plan.atlas, plan.atlas.recipes)
    plan = replace(plan, atlas=atlas, signed=imprint.signed)
    with staged_folder(out, command="plan") as folder:
        rounded = rounded_table(plan)
        safe = safe_text(rounded)
        safe.to_csv(folder / f"{plan.id}.csv", index=False, encoding="utf-8", lineterminator="\n")
        titles = {name: translate(text, lang) for name, text in plan.columns.items()}
        words = {name: translate(text, lang) for name, text in plan.words.items()}
        sentences = [
            *(f"{heading}{colon(lang)}{text}" for heading, text in imprint_parts(imprint, lang)),
            *(translate(text, lang) for text in (*plan.sentences, *plan.assumptions)),
        ]
        sheets = {
            translate(_("Proposed"), lang): rounded.replace(words).rename(columns=titles),
            translate(_("Answer and assumptions"), lang): pd.DataFrame({title: sentences}),
        }
        write_tables(sheets, folder / f"{plan.id}.xlsx", title=title)
        write_plan_file(plan, folder / PLAN_FILE)
        save_atlas(plan.atlas, folder / "territories.parquet")
        write_page(
            plan.atlas, folder / "index.html", plan.show, lang=lang, title=texts_of(plan.title)
        )
        report = compose_report(
            Shared(plan.atlas, plan=plan), lang=lang, title=title, imprint=imprint
        )
        text = render_report(report)
        (folder / "report.html").write_text(text, encoding="utf-8", newline="\n")
        _write_account(plan, folder)


def rounded_table(plan: Plan) -> pd.DataFrame:
    """Return the table of a plan with the decimals of each column."""
    table = plan.table.copy()
    for name in table.select_dtypes("float"):
        digits = plan.digits.get(str(name), 0)
        rounded = table[name].round(digits)
        table[name] = rounded if digits else rounded.astype("Int64")
    return table


def _write_account(plan: Plan, folder: Path) -> None:
    files = {name: {"sha256": sha256_of(path)} for name, path in files_below(folder)}
    account = {
        "zoneblanche": metadata.version("zoneblanche"),
        "command": "plan",
        "question": plan.id,
        "sentences": [str(text) for text in plan.sentences],
        "assumptions": [str(text) for text in plan.assumptions],
        "signed": dict(plan.signed),
        "files": files,
    }
    write_json(sealed(account), folder / MARK)


def print_plan(plan: Plan, out: Path, *, lang: str) -> None:
    """Print the answer, what it assumes, and where it is."""
    for text in plan.sentences:
        print(visible(translate(text, lang)))
    print()
    for text in plan.assumptions:
        print(f"- {visible(translate(text, lang))}")
    print()
    print(out / "index.html")
