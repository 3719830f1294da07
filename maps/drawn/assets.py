"""The styles and scripts of the package."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def read_asset(name: str) -> str:
    """A style or script of `maps/assets`."""
    return (resources.files("zoneblanche.maps") / "assets" / name).read_text("utf-8")
