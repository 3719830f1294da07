"""The language of the terminal if no input determines it."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping

SPOKEN = ("fr", "en")


def language_of_environment(environment: Mapping[str, str] | None = None) -> str:
    """Return French if the user's environment is French; else English.

    >>> language_of_environment({"LANG": "fr_FR.UTF-8"}), language_of_environment({"LANG": "C"})
    ('fr', 'en')
    """
    told = os.environ if environment is None else environment
    chosen = next((told[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if told.get(name)), "")
    if not chosen and environment is None:
        # Windows has none of these variables; its locale name begins with "French_".
        chosen = locale.getlocale()[0] or ""
    return "fr" if chosen.casefold().startswith("fr") else "en"


def language_given(arguments: list[str]) -> str | None:
    """Return the language of `--lang`, if it is supported.

    >>> language_given(["run", "--lang", "fr"]), language_given(["--lang=de"])
    ('fr', None)
    """
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        given = value or (arguments[place + 1] if place + 1 < len(arguments) else "")
        if name == "--lang" and given in SPOKEN:
            return given
    return None
