"""The command `zoneblanche`.

Every failure that a user can cause or fix is one sentence on stderr and an exit status: 2 for an
error in the input, 3 for one of the environment. The commands are in `scripts/commands/`.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated, Any

import typer

from zoneblanche.geo.messages import translate
from zoneblanche.geo.runtime.memory import collect_seldom, share_one_area, skip_last_collection
from zoneblanche.geo.runtime.surroundings import drop_settings
from zoneblanche.scripts.cli_help import HelpfulCommand, HelpfulGroup
from zoneblanche.scripts.commands.analyse import analyse
from zoneblanche.scripts.commands.barometer import barometer
from zoneblanche.scripts.commands.build import build
from zoneblanche.scripts.commands.check import check
from zoneblanche.scripts.commands.compare import compare
from zoneblanche.scripts.commands.count import count
from zoneblanche.scripts.commands.embed import embed
from zoneblanche.scripts.commands.explain import explain
from zoneblanche.scripts.commands.fetch import fetch
from zoneblanche.scripts.commands.findings import findings
from zoneblanche.scripts.commands.index import index
from zoneblanche.scripts.commands.list_ import list_
from zoneblanche.scripts.commands.map_ import map_
from zoneblanche.scripts.commands.plan import plan
from zoneblanche.scripts.commands.probe import probe
from zoneblanche.scripts.commands.report import report
from zoneblanche.scripts.commands.run import run
from zoneblanche.scripts.commands.site import site
from zoneblanche.scripts.failures import STOPPED, explain_failure
from zoneblanche.scripts.language import language_of_environment, language_to_explain_in
from zoneblanche.scripts.terminal import behind, lead_nowhere, open_standard_streams, screens


def tell_version(wanted: bool) -> None:
    """Print the version and exit, if requested."""
    if wanted:
        print(version("zoneblanche"))
        raise typer.Exit


def main_options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=tell_version, is_eager=True, help="Show the version and end."
        ),
    ] = False,
) -> None:
    """Options that stand before a command."""


COMMANDS: Mapping[str, Callable[..., None]] = {
    command.__name__.strip("_"): command
    for command in (
        *(run, check, list_, build, fetch, probe),
        *(index, findings, explain, analyse, compare),
        *(map_, report, embed, site),
        *(barometer, count),
    )
}
"""The commands that are one function, by their names."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """Return the application with some of `COMMANDS`."""
    app = typer.Typer(
        name="zoneblanche",
        cls=HelpfulGroup,
        help="Measure how unequally the digital world reaches a country's territories, "
        "and draw it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(help=app.info.help)(main_options)
    for name in names:
        app.command(name, cls=HelpfulCommand)(COMMANDS[name])
    return app


app = app_of(COMMANDS)
app.add_typer(plan)


@cache
def command_line() -> typer.core.TyperGroup:
    """Return all commands as typer builds them from the functions, once in a process."""
    return typer.main.get_group(app)


def command_line_for(arguments: Sequence[str]) -> typer.core.TyperGroup:
    """Return the command line for these arguments. If the first one is a name of `COMMANDS`, only
    that command is built: typer takes several hundredths of a second to build all of them."""
    alone = [name for name in arguments[:1] if name in COMMANDS]
    return typer.main.get_group(app_of(alone)) if alone else command_line()


def leaf_commands() -> dict[str, Any]:
    """Return each command by the words that call it, those of groups too: "run", "plan sites"."""
    commands: dict[str, Any] = {}
    for name, command in command_line().commands.items():
        inner = getattr(command, "commands", None)
        parts = {name: command} if inner is None else {f"{name} {n}": c for n, c in inner.items()}
        commands |= parts
    return commands


def main() -> None:
    """Run the command line; show a traceback only with `--debug` or ZONEBLANCHE_DEBUG."""
    collect_seldom()
    share_one_area()
    open_standard_streams()
    drop_settings()
    with screens():
        status = handed_on(run_command(sys.argv[1:]))
    skip_last_collection()
    sys.exit(status)


def run_command(arguments: list[str]) -> int:
    """Run a command, print what went wrong, and return the exit status."""
    debug = "--debug" in arguments or bool(os.environ.get("ZONEBLANCHE_DEBUG"))
    arguments = [argument for argument in arguments if argument != "--debug"]
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    try:
        status = command_line_for(arguments)(
            args=arguments, prog_name="zoneblanche", standalone_mode=False
        )
        return status if isinstance(status, int) else 0
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt as error:
        print(translate(STOPPED, language_to_explain_in(arguments, error)), file=sys.stderr)
        return 130
    except BaseException as error:
        if debug:
            print("".join(traceback.format_exception(error)), end="", file=sys.stderr)
        return explain_failure(error, language_to_explain_in(arguments, error))


def handed_on(status: int) -> int:
    """The exit status, after all that was printed is written: a full disk may refuse it."""
    try:
        sys.stdout.flush()
    except OSError as error:
        lead_nowhere(behind(sys.stdout))
        status = explain_failure(error, language_of_environment())
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    main()
