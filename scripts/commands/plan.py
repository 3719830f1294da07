"""The commands `plan sites`, `plan lift` and `plan budget`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zoneblanche.scripts.cli_help import HelpfulCommand, HelpfulGroup
from zoneblanche.scripts.commands.options import (
    Author,
    Commissioner,
    Lang,
    Logo,
    Quiet,
    SignedOn,
    Within,
    check_lang,
)

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.planning.plan import Plan

plan = typer.Typer(
    name="plan",
    cls=HelpfulGroup,
    help="From the map to a decision: where the next sites, what it would take, which first.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AtlasOption = Annotated[
    Path | None,
    typer.Option("--atlas", metavar="ATLAS.parquet", help="From index; by default all of France."),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")]
OUT = Path("zoneblanche-plan")
Flagged = Annotated[
    str | None,
    typer.Option(
        "--flagged", metavar="RULE", help="Lose this flag instead of leaving the worst tenth."
    ),
]
Costs = Annotated[
    list[str] | None,
    typer.Option("--cost", metavar="ID=NUMBER", help="Of one unit of a figure; may be repeated."),
]
IndexId = Annotated[
    str | None,
    typer.Option("--index", metavar="ID", help="An index of the atlas; by default the last."),
]
Margin = Annotated[
    float | None,
    typer.Option(metavar="POINTS", help="Past the limit; by default half of a score's range."),
]
Exact = Annotated[bool, typer.Option("--exact", help="Refuse a recipe that is not linear.")]
Candidates = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where a site may be; by default in any territory."),
]
Premises = Annotated[
    float | None, typer.Option(metavar="N", help="How many premises can be connected.")
]
Euros = Annotated[
    float | None, typer.Option(metavar="N", help="How much can be spent, with --cost.")
]
SiteCost = Annotated[
    float | None,
    typer.Option(metavar="EUROS", help="Of one new site: choose sites and changes together."),
]
SiteReach = Annotated[
    float | None,
    typer.Option(metavar="KM", help="How far a site serves; by default at any distance."),
]
SiteFigure = Annotated[str, typer.Option(metavar="ID", help="The distance that a site changes.")]
SiteGrid = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="People by square, if the atlas was made with them."),
]
Floor = Annotated[int, typer.Option(metavar="N", help="Territories that each area gets at least.")]
FloorLevel = Annotated[str, typer.Option(metavar="LEVEL", help="Of the areas with a floor.")]


@plan.command("sites", cls=HelpfulCommand)
def sites(
    add: Annotated[int, typer.Option(metavar="N", help="How many new sites.")],
    within: Within = None,
    existing: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|none", help="Sites that exist; by default those that the atlas knows."
        ),
    ] = None,
    candidates: Candidates = None,
    min_people: Annotated[
        float, typer.Option(metavar="N", help="Only territories with as many inhabitants.")
    ] = 0.0,
    reach: Annotated[
        float, typer.Option(metavar="KM", help="How far a site serves; minutes with --times.")
    ] = 10.0,
    weight: Annotated[
        str, typer.Option(metavar="ID", help="Who is counted: population, aged-65, …")
    ] = "population",
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Travel times: columns from, to, minutes."),
    ] = None,
    detour: Annotated[
        float, typer.Option(metavar="FACTOR", help="By which straight lines are multiplied.")
    ] = 1.0,
    grid: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="People by square, for the populated middles."),
    ] = None,
    method: Annotated[
        str, typer.Option(metavar="auto|exact|greedy", help="How sites are chosen.")
    ] = "auto",
    atlas: AtlasOption = None,
    out: Out = OUT,
    author: Author = None,
    commissioner: Commissioner = None,
    date: SignedOn = None,
    logo: Logo = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Where the next sites serve most people: coverage within reach, and mean distance."""
    from zoneblanche.layers.planning.sites.plan_sites import plan_sites
    from zoneblanche.maps.report.imprint import read_imprint
    from zoneblanche.scripts.jobs.plan import edition_people, plan_into, sites_request

    request = sites_request(
        count=add,
        within=tuple(within or ()),
        existing=existing,
        candidates=candidates,
        least_people=min_people,
        reach=reach,
        weight=weight,
        times=times,
        detour=detour,
        grid=grid,
        method=method,
        embedded=atlas is None,
    )
    plan_into(
        out,
        lambda read: plan_sites(read, request(read)),
        atlas_file=atlas,
        embedded=lambda: edition_people(weight),
        lang=check_lang(lang),
        quiet=quiet,
        imprint=read_imprint(author, commissioner, date, logo),
    )


@plan.command("lift", cls=HelpfulCommand)
def lift(
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODE…", help="Of territories; by default all concerned."),
    ] = None,
    flag: Flagged = None,
    within: Within = None,
    cost: Costs = None,
    index: IndexId = None,
    margin: Margin = None,
    exact: Exact = False,
    atlas: AtlasOption = None,
    out: Out = OUT,
    author: Author = None,
    commissioner: Commissioner = None,
    date: SignedOn = None,
    logo: Logo = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """What it would take: the least change by which territories leave the worst tenth."""
    from zoneblanche.layers.planning.lift.plan_lift import LiftRequest, plan_lift
    from zoneblanche.layers.planning.read import read_costs
    from zoneblanche.maps.report.imprint import read_imprint
    from zoneblanche.scripts.jobs.plan import plan_into
    from zoneblanche.scripts.jobs.report import edition_atlas

    def answer(read: Atlas) -> Plan:
        costs = read_costs(cost or (), list(read.indicators))
        places = tuple(within or ())
        request = LiftRequest(tuple(codes or ()), flag, places, index, costs, exact, margin)
        return plan_lift(read, request)

    plan_into(
        out,
        answer,
        atlas_file=atlas,
        embedded=lambda: edition_atlas({}),
        lang=check_lang(lang),
        quiet=quiet,
        imprint=read_imprint(author, commissioner, date, logo),
    )


@plan.command("budget", cls=HelpfulCommand)
def budget(
    premises: Premises = None,
    euros: Euros = None,
    cost: Costs = None,
    site_cost: SiteCost = None,
    candidates: Candidates = None,
    reach: SiteReach = None,
    site_figure: SiteFigure = "distance-france-services",
    grid: SiteGrid = None,
    flag: Flagged = None,
    within: Within = None,
    floor: Floor = 0,
    floor_level: FloorLevel = "departement",
    index: IndexId = None,
    margin: Margin = None,
    exact: Exact = False,
    atlas: AtlasOption = None,
    out: Out = OUT,
    author: Author = None,
    commissioner: Commissioner = None,
    date: SignedOn = None,
    logo: Logo = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Which first: the territories that a budget lifts, so that most people gain."""
    from zoneblanche.layers.planning.budget.plan_budget import plan_budget
    from zoneblanche.layers.planning.budget.request import BudgetRequest
    from zoneblanche.layers.planning.lift.plan_lift import LiftRequest
    from zoneblanche.layers.planning.read import read_costs
    from zoneblanche.maps.report.imprint import read_imprint
    from zoneblanche.scripts.jobs.plan import plan_into, site_lever
    from zoneblanche.scripts.jobs.report import edition_atlas

    def answer(read: Atlas) -> Plan:
        costs = read_costs(cost or (), list(read.indicators))
        lifted = LiftRequest((), flag, tuple(within or ()), index, costs, exact, margin)
        lever = site_lever(read, site_cost, candidates, reach, site_figure, grid)
        return plan_budget(read, BudgetRequest(lifted, euros, premises, floor_level, floor, lever))

    plan_into(
        out,
        answer,
        atlas_file=atlas,
        embedded=lambda: edition_atlas({}),
        lang=check_lang(lang),
        quiet=quiet,
        imprint=read_imprint(author, commissioner, date, logo),
    )
