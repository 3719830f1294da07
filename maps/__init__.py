"""Show: the map page, static maps, reports and embeds.

Each name is imported when it is first used, so that the command line starts before folium is
loaded.
"""

from zoneblanche.geo.runtime.lazy import lazy_names

_HOME = {
    "AtlasLayer": "zoneblanche.maps.page.folium_layer",
    "draw_map": "zoneblanche.maps.page.draw_map",
    "write_page": "zoneblanche.maps.page.write_page",
    "write_picture": "zoneblanche.maps.print.write",
    "write_report": "zoneblanche.maps.report.write",
}
__all__, __getattr__, __dir__ = lazy_names(__name__, _HOME)
