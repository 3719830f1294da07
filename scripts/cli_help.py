"""`--help` in French for French users: typer's layout with our translated texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, nearest, visible
from zoneblanche.geo.files.results.inputs import reading
from zoneblanche.geo.messages import _, join, ngettext, translate, translate_text
from zoneblanche.scripts.language import language_of_environment, named_language

_HEADINGS = (_("Usage:"), _("Options:"), _("Arguments:"), _("Commands:"))
_MARKS = (_("[default:"), _("[required]"))
_OWN_HELP = _("Show this message and exit.")


def help_language() -> str:
    """Return the language of `--lang` before `--help`, else that of the environment."""
    return named_language(sys.argv[1:]) or language_of_environment()


class HelpfulCommand(TyperCommand):
    """A command whose help is in the user's language."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; the files of its arguments are known as inputs until it ends."""
        check_memory()
        check_names(ctx.params)
        with reading(given_files(ctx.params)):
            return super().invoke(ctx)

    def get_help(self, ctx: Any) -> str:
        """Return the help of the command."""
        lang = help_language()
        translated = _translated(self, ctx, lang)
        return _laid_out(super(HelpfulCommand, translated).get_help(ctx), lang)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the parsed arguments; an error names superfluous ones."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            ctx.fail(
                ngettext(
                    "Got unexpected extra argument ({arguments})",
                    "Got unexpected extra arguments ({arguments})",
                    len(rest),
                    arguments=" ".join(map(str, rest)),
                )
            )
        return rest


class HelpfulGroup(TyperGroup):
    """The list of commands: one line each, cut at its colon if the whole is too long."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of all commands."""
        lang = help_language()
        translated = _translated(self, ctx, lang)
        translated.commands = {name: copy(command) for name, command in self.commands.items()}
        for command in translated.commands.values():
            command.short_help = _short(translate_text(unwrapped(command.help), lang))
        return _laid_out(super(HelpfulGroup, translated).get_help(ctx), lang)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command with that name; an error names the nearest."""
        if args and args[0] not in self.commands:
            unknown = _("No such command {name}.", name=repr(args[0]))
            ctx.fail(join((unknown, nearest(args[0], self.commands)), " "))
        return super().resolve_command(ctx, args)


def usage_message(error: Any) -> str:
    """Return what is wrong with the command line, by the kind of typer's error and its
    attributes."""
    kind, text = type(error).__name__, error.message
    if kind == "NoSuchOption":
        unknown, near = _("No such option: {name}", name=error.option_name), error.possibilities
        if not near:
            return unknown
        return _("{unknown} (Possible options: {near})", unknown=unknown, near=join(sorted(near)))
    if kind == "BadOptionUsage":
        if text == f"Option {error.option_name!r} does not take a value.":
            return _("Option {name} does not take a value.", name=repr(error.option_name))
        return _("Option {name} requires an argument.", name=repr(error.option_name))
    if kind == "MissingParameter":
        name = _named(error)
        is_option = error.param is not None and error.param.param_type_name == "option"
        return (
            _("Missing option {name}.", name=name)
            if is_option
            else _("Missing argument {name}.", name=name)
        )
    if kind == "BadParameter":
        return _("Invalid value for {name}: {why}", name=_named(error), why=_misfit(error))
    return str(error.format_message()) if text is None else text


def _named(error: Any) -> str:
    hint = error.param_hint
    if hint is None:
        hint = _names_of(error.param) if error.param is not None else ""
    return hint if isinstance(hint, str) else " / ".join(map(repr, hint))


def _names_of(parameter: Any) -> str:
    """Return the names of an option, or that of an argument, as typer's own errors have them.

    typer and click differ in how they are asked for them, from version to version.
    """
    names = parameter.opts if parameter.param_type_name == "option" else ()
    label = parameter.metavar or str(parameter.name).upper()
    return " / ".join(f"'{name}'" for name in names) or f"'{label}'"


def _misfit(error: Any) -> str:
    """Return why a value does not fit, by the type of the option at the end of typer's message."""
    wanted = getattr(getattr(error.param, "type", None), "name", "")
    message = str(error.message)
    value = message.removesuffix(f" is not a valid {wanted}.")
    if value != message and wanted.startswith("integer"):
        return _("{value} is not a valid integer.", value=value)
    if value != message and wanted.startswith("float"):
        return _("{value} is not a valid float.", value=value)
    if message.startswith("Input should be a valid integer"):
        return _("a whole number is expected.")
    if message.startswith("Input should be a valid number"):
        return _("a number is expected.")
    return message


LEAST_MEMORY = 2**30
LITTLE_MEMORY = 2**32
"""Address space below which linear algebra runs in one thread: each other reserves its own."""


def check_memory() -> None:
    """Refuse an address space in which libraries cannot be loaded: they would end the process.

    Raises:
        MemoryError: the process may use less than 1 GiB.
    """
    with suppress(ImportError):  # Windows
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most == resource.RLIM_INFINITY:
            return
        if most < LEAST_MEMORY:
            raise MemoryError
        if most < LITTLE_MEMORY:
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def check_names(parameters: Mapping[str, Any]) -> None:
    """Refuse names of files that hold bytes which are no text: several libraries cannot open them.

    Raises:
        InputError: a name is not UTF-8.
        ProblemWithEnvironment: the locale has another encoding, so that hardly any name is read.
    """
    for value in parameters.values():
        for entry in value if isinstance(value, (list, tuple)) else (value,):
            if not isinstance(entry, (str, Path)) or str(entry).isascii():
                continue
            try:
                str(entry).encode("utf-8")
            except UnicodeEncodeError:
                name = visible(str(entry))
                if sys.getfilesystemencoding() == "utf-8":
                    raise InputError(
                        Fault(
                            _("{name} is not a valid name in UTF-8.", name=name),
                            remedy=_("Rename the file."),
                            kind="name",
                        )
                    ) from None
                raise ProblemWithEnvironment(
                    _(
                        "{name} cannot be read in the encoding {encoding}. Set a locale with "
                        "UTF-8, such as LC_ALL=C.UTF-8.",
                        name=name,
                        encoding=sys.getfilesystemencoding(),
                    )
                ) from None


WRITTEN = ("out", "lorenz")
"""Parameters that name an output."""
NAMES_OR_FILES = ("existing", "points", "recipe", "recipes", "rule", "source", "what")
"""Text parameters that may name a file; `source` is written NAME=FILE."""


def given_files(parameters: Mapping[str, Any]) -> list[Path]:
    """The existing files and folders that the arguments of a command name as inputs.

    >>> given_files({"out": Path("."), "title": ".", "recipe": "no such file", "points": ["."]})
    [PosixPath('.')]
    """
    files = []
    for name, value in parameters.items():
        for entry in value if isinstance(value, (list, tuple)) else (value,):
            if name in WRITTEN or not (isinstance(entry, Path) or name in NAMES_OR_FILES):
                continue
            text = str(entry)
            text = text.partition("=")[2] if name == "source" else text
            for scheme in ("file://", "local://"):
                text = text.rpartition(scheme)[2]
            with suppress(OSError, ValueError):
                if text and Path(text).exists():
                    files.append(Path(text))
    return files


def _translated(command: Any, ctx: Any, lang: str) -> Any:
    """Return a copy of a command with its texts in a language; the command serves the others."""
    translated = copy(command)
    translated.help = translate_text(unwrapped(command.help), lang)
    translated.params = [copy(parameter) for parameter in command.get_params(ctx)]
    translated.add_help_option = False  # it is among the parameters already
    for parameter in translated.params:
        if getattr(parameter, "help", None):
            parameter.help = translate_text(parameter.help, lang)
    return translated


def unwrapped(text: str | None) -> str:
    """Return a help text on one line."""
    return " ".join((text or "").split())


def _short(text: str, most: int = 62) -> str:
    """Return the first part of a sentence that fits on a line of the list.

    >>> _short("The main job: layers, index, flags, the map page and the files, into one folder.")
    'The main job: layers, index, flags, the map page and the files'
    """
    text = text.rstrip(".")
    while len(text) > most and (cut := max(text.rfind(mark) for mark in (",", ":", " ("))) > 0:
        text = text[:cut].rstrip("\u00a0 ")
    return text


def _laid_out(text: str, lang: str) -> str:
    lines = text.split("\n")
    for place, line in enumerate(lines):
        for heading in _HEADINGS:
            if line.startswith(heading):
                lines[place] = translate(heading, lang) + line.removeprefix(heading)
    text = "\n".join(lines)
    for mark in _MARKS:
        text = text.replace(mark, translate(mark, lang))
    return text
