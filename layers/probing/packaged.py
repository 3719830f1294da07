"""The tables that `layers/probing` is data in: TOML files next to this module, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def packaged_table(name: str) -> dict[str, Any]:
    """The content of `NAME.toml`.

    >>> packaged_table("networks")["x"]["hosts"]
    ['x.com', 'twitter.com']
    """
    path = resources.files(__package__).joinpath(f"{name}.toml")
    return tomllib.loads(path.read_text("utf-8"))
