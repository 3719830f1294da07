"""The styles, scripts and templates of the package, and how templates are filled."""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2


@cache
def read_asset(name: str) -> str:
    """A style or script of `maps/assets`."""
    return (resources.files("zoneblanche.maps") / "assets" / name).read_text("utf-8")


def read_template(name: str) -> str:
    """A file of `maps/templates`."""
    return (resources.files("zoneblanche.maps") / "templates" / name).read_text("utf-8")


@cache
def templates() -> jinja2.Environment:
    """The templates. Every text is escaped where it is written; a name that is not there is an
    error."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
