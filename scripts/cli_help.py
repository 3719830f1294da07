"""`--help` in French where the user speaks it: what typer lays out, with our texts translated."""

from __future__ import annotations

import re
import sys
from typing import Any

from typer.core import TyperCommand, TyperGroup

from zoneblanche.geo.sentences import said_in
from zoneblanche.scripts.language import language_given, language_of_environment

_HEADINGS = {
    "Usage:": "Utilisation\u00a0:",
    "Options:": "Options\u00a0:",
    "Arguments:": "Arguments\u00a0:",
    "Commands:": "Commandes\u00a0:",
}
_DEFAULTS = {"[default:": "[par défaut\u00a0:", "[required]": "[obligatoire]"}


def help_language() -> str:
    """That of `--lang` before `--help`, else the environment's."""
    return language_given(sys.argv[1:]) or language_of_environment()


class HelpfulCommand(TyperCommand):
    """A command whose help speaks the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The help of the command."""
        lang = help_language()
        _translate(self, ctx, lang)
        return _laid_out(super().get_help(ctx), lang)


class HelpfulGroup(TyperGroup):
    """The commands together: a line each, cut at its colon where the whole is too long."""

    def get_help(self, ctx: Any) -> str:
        """The help of all commands."""
        lang = help_language()
        _translate(self, ctx, lang)
        for command in self.commands.values():
            command.short_help = _short(said_in(" ".join((command.help or "").split()), lang))
        return _laid_out(super().get_help(ctx), lang)


def _translate(command: Any, ctx: Any, lang: str) -> None:
    if lang == "en":
        return
    command.help = said_in(" ".join((command.help or "").split()), lang)
    for parameter in command.get_params(ctx):
        if getattr(parameter, "help", None):
            parameter.help = said_in(parameter.help, lang)


def _short(text: str, most: int = 62) -> str:
    """The first part of a sentence that fits a line of the list.

    >>> _short("The main job: layers, index, flags, the map page and the files, into one folder.")
    'The main job: layers, index, flags, the map page and the files'
    """
    text = text.rstrip(".")
    while len(text) > most and (cut := max(text.rfind(mark) for mark in (",", ":", " ("))) > 0:
        text = text[:cut].rstrip("\u00a0 ")
    return text


def _laid_out(text: str, lang: str) -> str:
    if lang == "en":
        return text
    for english, french in _HEADINGS.items():
        text = re.sub(rf"^{english}", french, text, flags=re.MULTILINE)
    for english, french in _DEFAULTS.items():
        text = text.replace(english, french)
    return text
