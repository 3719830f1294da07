"""How a failure of the command line is reported: one sentence on stderr and an exit status.

2 means the input, 3 the environment, 1 a defect of ours; never a traceback.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from zoneblanche.geo.country import known_countries, read_country
from zoneblanche.geo.errors import ProblemWithEnvironment, ZoneblancheError
from zoneblanche.geo.files.toml import read_toml
from zoneblanche.geo.messages import _, join, translate
from zoneblanche.scripts.cli_help import usage_message
from zoneblanche.scripts.language import SPOKEN, language_given, language_of_environment

OF_FRANCE = ("run", "build", "check")
"""Commands that use the embedded edition of France if no file is named."""

STOPPED = _(
    "Stopped; what stood in the output folder before stands there still, "
    "and a batch goes on from here when it is called again."
)


def language_of(arguments: list[str]) -> str:
    """Return the language for failures: that of `--lang`, of the project file, of its country, of
    the atlas; French for the embedded edition of France; else that of the environment."""
    given = language_given(arguments)
    if given is not None:
        return given
    if arguments[:1] == ["fetch"]:
        named = [name for name in arguments if name in known_countries()]
        return read_country(named[0]).lang if named else language_of_environment()
    files = [name for name in arguments if name.endswith((".toml", ".parquet"))]
    if not files and arguments[:1] and arguments[0] in OF_FRANCE:
        return "fr"
    for name in sorted(files, key=lambda name: name.endswith(".parquet")):
        found = _language_of_project(name) if name.endswith(".toml") else _language_of_atlas(name)
        if found is not None:
            return found
    return language_of_environment()


def _language_of_project(file: str) -> str | None:
    try:
        table = read_toml(file)
        if table.get("lang") in SPOKEN:
            return str(table["lang"])
        return read_country(table["country"]).lang
    except (KeyError, TypeError, ZoneblancheError):
        return None


def _language_of_atlas(file: str) -> str | None:
    from zoneblanche.layers.outputs.atlas_file import country_of_atlas

    code = country_of_atlas(Path(file))
    return read_country(code).lang if code in known_countries() else None


def explain_failure(error: Exception, lang: str) -> int:
    """Print what went wrong and return the exit status."""
    if isinstance(error, ZoneblancheError):
        print(error.said_in(lang), file=sys.stderr)
        return error.exit_status
    if isinstance(error, typer.Abort):  # typer raises this for Ctrl-C
        print(translate(STOPPED, lang), file=sys.stderr)
        return 130
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # an invalid option
        if lang != "en" and hasattr(error, "message"):
            path = getattr(getattr(error, "ctx", None), "command_path", None) or "zoneblanche"
            more = _("`{path} --help` lists the options.", path=path)
            lines = join((usage_message(error), more), "\n")
            print(translate(lines, lang), file=sys.stderr)
        else:
            error.show()
        return 2
    if isinstance(error, MemoryError):
        print(translate(_("There is not enough memory for this input."), lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    if isinstance(error, OSError):
        print(translate(_("The system refused: {error}", error=error), lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    defect = _(
        "A defect of zoneblanche, not of your input: {name}: {error} Run it "
        "again with --debug and report what it prints.",
        name=type(error).__name__,
        error=error,
    )
    print(translate(defect, lang), file=sys.stderr)
    return 1
