"""The command `zoneblanche`.

Every failure that a user can cause or cure is one sentence on stderr and an exit status: 2 for the
input, 3 for the environment. Heavy modules are imported inside the commands that need them, so
that `--help` answers at once.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from geo.country import known_countries, read_country
from geo.errors import Fault, InputError, ProblemWithEnvironment, ZoneblancheError
from geo.sentences import said_in
from geo.toml import read_toml

app = typer.Typer(
    name="zoneblanche",
    help="Measure how unequally the digital world reaches a country's territories, and draw it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DEFAULT_OUT = Path("zoneblanche-out")

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME=FILE",
        help="A publisher's file, e.g. arcep-debit=commune_debit.csv; may be repeated.",
    ),
]
Fetched = Annotated[
    bool, typer.Option("--fetched", help="Measure from what `fetch` brought as well.")
]
Within = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE",
        help="Only territories that this one contains, e.g. 48 or region:75; may be repeated.",
    ),
]
Level = Annotated[
    str | None, typer.Option(metavar="LEVEL", help="commune, epci, departement, region, …")
]
Lang = Annotated[str | None, typer.Option(metavar="fr|en", help="Language of pages and tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say remarks on the computation too.")
]


@app.command()
def run(
    project: Annotated[
        Path | None,
        typer.Argument(metavar="[PROJECT.toml]", help="Your project; by default all of France."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = DEFAULT_OUT,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    lang: Lang = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """The main job: layers, index, flags, the map page and the files, into one folder."""
    from scripts.run import run_project

    run_project(
        project,
        out=out,
        sources=_sources(source, fetched=fetched),
        within=tuple(within or ()),
        level=level,
        lang=check_lang(lang),
        quiet=quiet,
        verbose=verbose,
    )


@app.command()
def check(
    project: Annotated[
        Path | None,
        typer.Argument(metavar="[PROJECT.toml]", help="Your project; by default all of France."),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", metavar="FILE", help="A .html or .json; may be repeated."),
    ] = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Every check and no drawing: coverage, dates, outliers, odd zeros, rows of the files."""
    from scripts.checking import check_project_file

    check_project_file(
        project,
        out=tuple(out or ()),
        sources=_sources(source, fetched=fetched),
        within=tuple(within or ()),
        level=level,
        lang=check_lang(lang),
        quiet=quiet,
    )


@app.command("list")
def list_(
    what: Annotated[
        str, typer.Argument(metavar="layers|recipes|rules|countries|sources", help="What to list.")
    ] = "layers",
    lang: Lang = None,
) -> None:
    """What there is: layers, recipes, flag rules, countries, sources."""
    from scripts.listing import list_things

    list_things(what, lang=check_lang(lang))


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", "-o", help="The atlas to write, a GeoParquet.")],
    project: Annotated[
        Path | None, typer.Argument(metavar="[PROJECT.toml]", help="By default all of France.")
    ] = None,
    source: Sources = None,
    fetched: Fetched = False,
    within: Within = None,
    level: Level = None,
    quiet: Quiet = False,
) -> None:
    """Measure the layers and write them as one atlas, without an index."""
    from scripts.steps import build_atlas_file

    build_atlas_file(
        project,
        out=out,
        sources=_sources(source, fetched=fetched),
        within=tuple(within or ()),
        level=level,
        quiet=quiet,
    )


@app.command()
def fetch(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="e.g. fr")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One source (`list sources`); may be repeated."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no socket: say what was fetched before.")
    ] = False,
    from_folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the publishers' files from there."),
    ] = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Bring the publishers' files into your cache: the only command that opens a socket."""
    from scripts.fetching import fetch_country

    fetch_country(
        country,
        only=tuple(only or ()),
        offline=offline,
        from_folder=from_folder,
        quiet=quiet,
        lang=check_lang(lang),
    )


@app.command()
def index(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From `build`.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The scored atlas to write.")],
    recipe: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="A shipped recipe or a TOML of your own.")
    ] = "digital-inequality",
    rule: Annotated[
        list[str] | None,
        typer.Option("--flag", metavar="NAME|FILE", help="A flag rule; may be repeated."),
    ] = None,
    analysis: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="clusters, typology, equal-size, …; may be repeated."),
    ] = None,
) -> None:
    """Compute a composite index (and flags) on an atlas."""
    from scripts.steps import index_atlas_file

    index_atlas_file(
        atlas, out=out, recipe=recipe, rules=tuple(rule or ()), analyses=tuple(analysis or ())
    )


@app.command()
def findings(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From `build`.")],
    recipe: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="A shipped recipe or a TOML of your own.")
    ] = "digital-inequality",
    lang: Lang = None,
) -> None:
    """What an atlas answers: who is worst off, how sure that is, which choices decide it."""
    from scripts.findings import print_findings

    print_findings(atlas, recipe=recipe, lang=check_lang(lang))


@app.command()
def explain(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From index, or build.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="Of a territory, e.g. 48095.")],
    recipe: Annotated[
        str | None,
        typer.Option(metavar="ID|NAME|FILE", help="An index of the atlas, or a recipe to compute."),
    ] = None,
    lang: Lang = None,
) -> None:
    """How one territory's score comes about, contribution by contribution."""
    from scripts.explaining import print_explanation

    print_explanation(atlas, code, recipe=recipe, lang=check_lang(lang))


@app.command()
def analyse(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From index, or build.")],
    indicator: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="An indicator; by default the index.")
    ] = None,
    lorenz: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the Lorenz curves there.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Inequality, gradient with density, equal size, clusters of one indicator."""
    from scripts.analysing import print_analysis

    print_analysis(atlas, indicator, lorenz=lorenz, lang=check_lang(lang))


@app.command()
def compare(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From `build`.")],
    recipes: Annotated[
        list[str], typer.Argument(metavar="RECIPE RECIPE …", help="Shipped ones, or TOML files.")
    ],
    lang: Lang = None,
) -> None:
    """How far the rankings of several recipes agree, and which territories they place apart."""
    from scripts.explaining import print_comparison

    print_comparison(atlas, recipes, lang=check_lang(lang))


@app.command("map")
def map_(
    atlas: Annotated[Path, typer.Argument(metavar="ATLAS.parquet", help="From build or index.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="What to write; by default map.html.")
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Indicator shown first, or density-presence."),
    ] = None,
    within: Annotated[
        str | None, typer.Option(metavar="CODE", help="Draw only this part: 48, epci:200046977, …")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="html|png|svg|pdf", help="By default that of --out."),
    ] = None,
    width: Annotated[
        str,
        typer.Option(
            metavar="a4|a4-landscape|column|slide|MM", help="Of a picture, in millimetres."
        ),
    ] = "a4",
    method: Annotated[
        str,
        typer.Option(metavar="NAME", help="Of a picture: quantile, jenks, equal, goalposts."),
    ] = "quantile",
    breaks: Annotated[
        str | None,
        typer.Option(metavar="10;20;50", help="Of a picture: where its classes begin."),
    ] = None,
    lang: Lang = None,
    title: Annotated[str | None, typer.Option(help="Title of the map.")] = None,
) -> None:
    """Draw an atlas as one self-contained interactive page, or as a picture for print."""
    from scripts.drawing import MapOrder, draw_map_file

    draw_map_file(
        MapOrder(atlas, out, form, show, within, check_lang(lang), title, width, method, breaks)
    )


@app.command()
def report(
    atlas: Annotated[
        Path | None,
        typer.Argument(metavar="[ATLAS.parquet]", help="From index; by default all of France."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The page, or with --each the folder of pages.")
    ] = Path("report.html"),
    within: Annotated[
        str | None, typer.Option(metavar="CODE", help="The area: 48, region:76, epci:200069144.")
    ] = None,
    each: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="One report for each departement, region, epci, …"),
    ] = None,
    lang: Lang = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a tagged PDF beside the page.")] = False,
    source: Sources = None,
    quiet: Quiet = False,
) -> None:
    """Write the policy report of an area, or of every département, as a page that prints to A4."""
    from scripts.reporting import report_file

    report_file(
        atlas_or_edition(atlas),
        out=out,
        within=within,
        each=each,
        lang=check_lang(lang),
        title=title,
        pdf=pdf,
        sources=parse_sources(source),
        quiet=quiet,
    )


@app.command()
def embed(
    atlas: Annotated[
        Path | None,
        typer.Argument(metavar="[ATLAS.parquet]", help="From index; by default all of France."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the snippets.")] = Path(
        "embed"
    ),
    show: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Indicator shown first, or density-presence."),
    ] = None,
    within: Annotated[
        str | None, typer.Option(metavar="CODE", help="Draw only this part: 48, region:76, …")
    ] = None,
    lang: Lang = None,
    title: Annotated[str | None, typer.Option(help="Title of the map.")] = None,
    url: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the folder will be published.")
    ] = "",
    tiles: Annotated[bool, typer.Option("--tiles", help="Add vector tiles (PMTiles).")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a map as snippets for a report or a site: frame, single file, picture, oEmbed."""
    from scripts.reporting import embed_file

    embed_file(
        atlas_or_edition(atlas),
        out=out,
        show=show,
        within=within,
        lang=check_lang(lang),
        title=title,
        url=url,
        tiles=tiles,
        quiet=quiet,
    )


@app.command()
def barometer(
    source: Sources = None,
    survey: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Answers of authorities; may be repeated."),
    ] = None,
    table: Annotated[
        str, typer.Option(metavar="NAME", help="presence, change, equal-size or survey.")
    ] = "presence",
    form: Annotated[
        str | None, typer.Option("--format", metavar="table|csv|json", help="By default a table.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write, a .csv or .json.")
    ] = None,
    country: Annotated[str, typer.Option(help="One with an embedded edition.")] = "fr",
    fetched: Fetched = False,
    lang: Lang = None,
) -> None:
    """Presence by category of authority, criterion and wave, and what changed between waves."""
    from scripts.barometer import show_barometer

    given = parse_sources(source)
    if fetched:
        from scripts.fetching import fetched_for_barometer

        given = fetched_for_barometer(given)
    show_barometer(
        country,
        sources=given,
        surveys=tuple(survey or ()),
        table=table,
        form=form,
        out=out,
        lang=check_lang(lang),
    )


@app.command()
def count(
    points: Annotated[
        list[str],
        typer.Argument(metavar="POINTS…", help="CSV or Parquet files, folders, or fsspec paths."),
    ],
    x: Annotated[str, typer.Option("--x", metavar="COLUMN", help="Longitude, or east.")],
    y: Annotated[str, typer.Option("--y", metavar="COLUMN", help="Latitude, or north.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV to write.")] = Path("counts.csv"),
    crs: Annotated[str, typer.Option(help="Of x and y.")] = "EPSG:4326",
    value: Annotated[
        list[str] | None,
        typer.Option("--sum", metavar="COLUMN", help="A column to sum; may be repeated."),
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Also kilometres to the nearest point.")
    ] = False,
    country: Annotated[str, typer.Option(help="One with an embedded edition.")] = "fr",
    level: Level = None,
    territories: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Polygons of your own.")
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Of --territories: their codes.")
    ] = None,
    executor: Annotated[
        str, typer.Option(metavar="serial|processes|dask", help="Where to count.")
    ] = "serial",
    workers: Annotated[int | None, typer.Option(help="By default one a processor.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://…", help="A running dask cluster.")
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="kernel|sedonadb", help="What locates the points.")
    ] = "kernel",
    separator: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Of a CSV; by default it is found.")
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="A CSV writes 48,85 for 48.85.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Count points in territories: any number of rows, streamed, here or on a dask cluster."""
    from geo.point_files import Layout
    from scripts.counting import Machines, Places, count_into_file

    count_into_file(
        tuple(points),
        layout=Layout(x, y, tuple(value or ()), separator, "," if decimal_comma else "."),
        crs=crs,
        places=Places(country, territories, code, level),
        machines=Machines(executor, workers, scheduler, engine),
        nearest_too=nearest,
        out=out,
        quiet=quiet,
    )


def _sources(given: list[str] | None, *, fetched: bool) -> dict[str, Path]:
    """The given files and, where it is asked for, those that were fetched."""
    sources = parse_sources(given)
    if not fetched:
        return sources
    from scripts.fetching import fetched_sources

    return fetched_sources(sources)


def atlas_or_edition(path: Path | None) -> Path | None:
    """The atlas file; None for the embedded edition, which `none` asks for by name."""
    return None if path is not None and str(path) == "none" else path


def parse_sources(given: list[str] | None) -> dict[str, Path]:
    """`NAME=FILE` options as a mapping.

    Raises:
        InputError: an option without `=`, or a name given twice.
    """
    sources: dict[str, Path] = {}
    faults: list[Fault] = []
    for option in given or ():
        name, equals, file = option.partition("=")
        if not equals or not name or not file:
            faults.append(
                Fault(
                    f"--source {option!r} is not NAME=FILE.",
                    remedy="Write e.g. --source arcep-debit=commune_debit.csv.",
                    kind="option",
                )
            )
        elif name in sources:
            faults.append(
                Fault(f"--source {name} is given twice.", remedy="Keep one.", kind="option")
            )
        else:
            sources[name] = Path(file)
    if faults:
        raise InputError(faults)
    return sources


def check_lang(lang: str | None) -> str | None:
    """The language, if it is one that pages speak.

    Raises:
        InputError: it is not.
    """
    if lang not in (None, "fr", "en"):
        raise InputError(
            Fault(f"--lang {lang!r} is not known.", remedy="Known: fr, en.", kind="option")
        )
    return lang


STOPPED = (
    "Stopped; what stood in the output folder before stands there still, and a batch goes on from "
    "here when it is called again."
)


def main() -> None:
    """Runs the command line; never shows a traceback unless `--debug` or ZONEBLANCHE_DEBUG asks."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments or bool(os.environ.get("ZONEBLANCHE_DEBUG"))
    arguments = [argument for argument in arguments if argument != "--debug"]
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    try:
        status = app(args=arguments, prog_name="zoneblanche", standalone_mode=False)
    except Exception as error:
        if debug:
            raise
        sys.exit(_explain(error, language_of(arguments)))
    except KeyboardInterrupt:
        print(said_in(STOPPED, language_of(arguments)), file=sys.stderr)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def language_of(arguments: list[str]) -> str:
    """The language to say failures in: that of `--lang`, of the project file, of its country.

    English otherwise; but French where the embedded edition of France is meant, and of its files.
    """
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        given = value or (arguments[place + 1] if place + 1 < len(arguments) else "")
        if name == "--lang" and given in ("fr", "en"):
            return given
    files = [name for name in arguments if name.endswith((".toml", ".parquet"))]
    project = next((name for name in files if name.endswith(".toml")), None)
    if arguments[:1] == ["fetch"]:
        return next(
            (read_country(name).lang for name in arguments if name in known_countries()), "en"
        )
    if project is None:
        return "fr" if arguments[:1] in (["run"], ["build"], ["check"]) and not files else "en"
    try:
        table = read_toml(project)
        if table.get("lang") in ("fr", "en"):
            return str(table["lang"])
        return read_country(table["country"]).lang
    except (KeyError, TypeError, ZoneblancheError):
        return "en"


def _explain(error: Exception, lang: str) -> int:
    """Says what went wrong and returns the exit status."""
    if isinstance(error, ZoneblancheError):
        print(error.said_in(lang), file=sys.stderr)
        return error.exit_status
    if isinstance(error, typer.Abort):  # what typer makes of Ctrl-C
        print(said_in(STOPPED, lang), file=sys.stderr)
        return 130
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # a misused option, says typer
        if lang == "fr" and hasattr(error, "format_message"):
            command = getattr(getattr(error, "ctx", None), "info_name", None) or ""
            more = said_in(f"`zoneblanche {command} --help` lists the options.", lang)
            print(said_in(error.format_message(), lang), more, sep="\n", file=sys.stderr)
        else:
            error.show()
        return 2
    if isinstance(error, MemoryError):
        print(said_in("There is not enough memory for this input.", lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    if isinstance(error, OSError):
        print(said_in(f"The system refused: {error}", lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    told = (
        f"A defect of zoneblanche, not of your input: {type(error).__name__}: {error} "
        "Run it again with --debug and report what it prints."
    )
    print(said_in(told, lang), file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
