"""Measure how unequally the digital world reaches a country's territories, and draw it.

    import zoneblanche as zb

    country = zb.read_country("fr")
    atlas = zb.read_atlas(country, level="commune", within="48")
    atlas = zb.compute_index(atlas, "digital-inequality")
    zb.draw_map(atlas, "digital-inequality").save("lozere.html")

The names are those of `zoneblanche.geo` (where), `zoneblanche.layers` (what) and `zoneblanche.maps`
(show). Each is imported when it is first used, so that `import zoneblanche` takes no time.
"""

from importlib import import_module
from typing import Any

from zoneblanche import geo, layers, maps

_ROOMS = (geo, layers, maps)
__all__ = sorted({name for room in _ROOMS for name in room.__all__})


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("zoneblanche")
    for room in _ROOMS:
        if name in room.__all__:
            return getattr(room, name)
    raise AttributeError(f"module 'zoneblanche' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
