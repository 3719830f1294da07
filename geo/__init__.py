"""Where: territories and their levels, rasters and points on them, topology.

Names are imported when they are first used, so that the command line answers before geopandas is
loaded.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Arcs": "geo.arcs",
    "Contiguity": "geo.contiguity",
    "Country": "geo.country",
    "Fault": "geo.errors",
    "InputError": "geo.errors",
    "Notice": "geo.notice",
    "ProblemWithEnvironment": "geo.errors",
    "Source": "geo.source",
    "Territories": "geo.territories",
    "ZoneblancheError": "geo.errors",
    "build_arcs": "geo.arcs",
    "build_locator": "geo.location",
    "build_passage": "geo.vintages",
    "compute_contiguity": "geo.contiguity",
    "compute_coverage_share": "geo.coverage_share",
    "compute_nearest": "geo.nearest_points",
    "compute_urbanisation": "geo.urbanisation",
    "compute_zonal": "geo.zonal",
    "count_points": "geo.points",
    "known_countries": "geo.country",
    "locate_points": "geo.location",
    "read_country": "geo.country",
    "read_polygons": "geo.vectors",
    "read_territories": "geo.vectors",
    "territories_at": "geo.nesting",
    "zonal_statistics": "geo.zonal",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'geo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
