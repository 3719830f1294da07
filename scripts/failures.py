"""How a failure of the command line is said: one sentence on stderr and an exit status.

2 stands for the input, 3 for the environment, 1 for a defect of ours; never a traceback.
"""

from __future__ import annotations

import sys

import typer

from geo.country import known_countries, read_country
from geo.errors import ProblemWithEnvironment, ZoneblancheError
from geo.sentences import said_in
from geo.toml import read_toml

STOPPED = (
    "Stopped; what stood in the output folder before stands there still, and a batch goes on from "
    "here when it is called again."
)


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


def explain_failure(error: Exception, lang: str) -> int:
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
