"""The words of a report, by language and key. A sentence says no more than its figures carry:
each outcome has a template of its own."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def words_in(lang: str) -> dict[str, str]:
    """The words of a language, from `maps/templates/report_<lang>.toml`.

    >>> words_in("en")["essential"]
    'In short'
    """
    file = resources.files("maps") / "templates" / f"report_{lang}.toml"
    return tomllib.loads(file.read_text("utf-8"))
