"""Show: the map page, static maps, reports and embeds.

Each name is imported when it is first used, so that the command line starts before folium is
loaded.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "AtlasLayer": "zoneblanche.maps.page.folium_layer",
    "draw_map": "zoneblanche.maps.page.draw_map",
    "write_page": "zoneblanche.maps.page.write_page",
    "write_picture": "zoneblanche.maps.print.write",
    "write_report": "zoneblanche.maps.report.write",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'zoneblanche.maps' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
