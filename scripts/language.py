"""The one rule for the language that the command line speaks.

It is that of `--lang`; else that of the project file, of its country, or of the atlas; else that of
the environment.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from zoneblanche.geo.country import known_countries, read_country
from zoneblanche.geo.errors import ZoneblancheError
from zoneblanche.geo.files.structured.toml import read_toml
from zoneblanche.geo.messages import languages, spoken

OF_FRANCE = ("run", "build", "check")
"""Commands that use the embedded edition of France if no file is named."""

OF_A_COUNTRY = ("fetch", "probe", "barometer")
"""Commands that name a country; the barometer is of France by default."""


def language_of(arguments: list[str]) -> str:
    """Return the language to speak where a command has not begun, or has failed."""
    lang = named_language(arguments)
    if lang is not None:
        return lang
    if arguments[:1] and arguments[0] in OF_A_COUNTRY:
        named = [name for name in arguments if name in known_countries()]
        if arguments[0] == "barometer":
            named = named or ["fr"]
        return spoken(*map(_language_of_country, named), default=language_of_environment())
    files = [name for name in arguments if name.endswith((".toml", ".parquet"))]
    if not files and arguments[:1] and arguments[0] in OF_FRANCE:
        return spoken(_language_of_country("fr"))
    # A project says more than an atlas.
    languages = [
        _language_of_project(name) if name.endswith(".toml") else _language_of_atlas(name)
        for name in sorted(files, key=lambda name: name.endswith(".parquet"))
    ]
    return spoken(*languages, default=language_of_environment())


def language_to_explain_in(arguments: list[str], error: BaseException) -> str:
    """Return `language_of`, or the language of the environment if memory or file handles do not
    suffice to find it out."""
    if not isinstance(error, (MemoryError, ImportError)):
        with suppress(Exception):
            return language_of(arguments)
    return named_language(arguments) or language_of_environment()


def language_of_environment(environment: Mapping[str, str] | None = None) -> str:
    """Return the language of the user's environment if there is a catalogue of it, else English.

    >>> language_of_environment({"LANG": "fr_FR.UTF-8"}), language_of_environment({"LANG": "C"})
    ('fr', 'en')
    """
    variables = os.environ if environment is None else environment
    chosen = next(
        (variables[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if variables.get(name)), ""
    )
    if not chosen and environment is None:
        # Windows has none of these variables; it calls its language "French_France.1252".
        chosen = _code_of(locale.getlocale()[0] or "")
    return spoken(chosen.casefold()[:2])


def named_language(arguments: list[str]) -> str | None:
    """Return the language that `--lang` asks for, if it is one that is spoken.

    >>> named_language(["run", "--lang", "fr"]), named_language(["--lang=xx"])
    ('fr', None)
    """
    for place, argument in enumerate(arguments):
        name, _separator, value = argument.partition("=")
        lang = value or (arguments[place + 1] if place + 1 < len(arguments) else "")
        if name == "--lang" and lang in languages():
            return lang
    return None


def _code_of(name: str) -> str:
    """Return the code of a language that Windows names in English."""
    from babel import Locale

    names = Locale("en").languages
    word = name.partition("_")[0].casefold()
    return next((code for code in languages() if names.get(code, "").casefold() == word), name)


def _language_of_country(code: str) -> str | None:
    return read_country(code).lang if code in known_countries() else None


def _language_of_project(file: str) -> str | None:
    try:
        table = read_toml(file)
    except ZoneblancheError:
        return None
    lang, country = table.get("lang"), table.get("country")
    if isinstance(lang, str) and lang in languages():
        return lang
    if not isinstance(country, str):
        return None
    if country.endswith(".toml"):
        return _language_of_country_file(Path(file).parent / country)
    return _language_of_country(country)


def _language_of_country_file(path: Path) -> str | None:
    try:
        lang = read_toml(path).get("lang")
    except ZoneblancheError:
        return None
    return lang if isinstance(lang, str) and lang in languages() else None


def _language_of_atlas(file: str) -> str | None:
    from zoneblanche.layers.outputs.atlas_file import country_of_atlas

    return _language_of_country(country_of_atlas(Path(file)))
