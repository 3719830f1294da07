"""How a failure of the command line is reported: one sentence on stderr and an exit status.

2 means the input, 3 the environment, 1 a defect of ours; never a traceback.
"""

from __future__ import annotations

import io
import sys

import typer

from zoneblanche.geo.errors import ProblemWithEnvironment, ZoneblancheError, shown
from zoneblanche.geo.messages import _, join, translate
from zoneblanche.scripts.cli_help import usage_message

STOPPED = _(
    "Stopped; the output folder is as it was before, and a batch resumes from here when it is "
    "run again."
)


def explain_failure(error: BaseException, lang: str) -> int:
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
            buffer = io.StringIO()
            error.show(file=buffer)
            print(buffer.getvalue(), end="", file=sys.stderr)
        return 2
    if isinstance(error, UnicodeEncodeError):
        print(translate(_of_encoding(error), lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    if isinstance(error, ImportError):
        loading = _(
            "A library cannot be loaded: {error}. Install zoneblanche again, or give it more "
            "memory.",
            error=error,
        )
        print(translate(loading, lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    if isinstance(error, MemoryError):
        print(translate(_("There is not enough memory for this input."), lang), file=sys.stderr)
        return ProblemWithEnvironment.exit_status
    if isinstance(error, OSError):
        print(
            translate(_("The operating system refused: {error}", error=error), lang),
            file=sys.stderr,
        )
        return ProblemWithEnvironment.exit_status
    defect = _(
        "A defect of zoneblanche, not of your input: {name}: {error} Run it "
        "again with --debug and report what it prints.",
        name=type(error).__name__,
        error=error,
    )
    print(translate(defect, lang), file=sys.stderr)
    return 1


def _of_encoding(error: UnicodeEncodeError) -> str:
    """What is said of a text that cannot be a file name, or that the system cannot write."""
    return _(
        "{text} cannot be written in the encoding {encoding}. Rename the file, or set a locale "
        "with UTF-8, such as LC_ALL=C.UTF-8.",
        text=shown(error.object),
        encoding=error.encoding,
    )
