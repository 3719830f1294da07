"""Where: territories and their levels, and the rasters, points and borders on them.

Each name is imported when it is first used, so that the command line starts before geopandas is
loaded. Importing the package removes from the environment the variables by which GDAL would load
code, because GDAL reads them once, when it is loaded.
"""

from zoneblanche.geo.runtime.lazy import lazy_names
from zoneblanche.geo.runtime.surroundings import drop_loading

drop_loading()

_HOME = {
    "Arcs": "zoneblanche.geo.borders.arcs",
    "Contiguity": "zoneblanche.geo.borders.contiguity",
    "Country": "zoneblanche.geo.country",
    "Fault": "zoneblanche.geo.errors",
    "InputError": "zoneblanche.geo.errors",
    "Message": "zoneblanche.geo.messages",
    "ProblemWithEnvironment": "zoneblanche.geo.errors",
    "Source": "zoneblanche.geo.source",
    "Territories": "zoneblanche.geo.territories",
    "ZoneblancheError": "zoneblanche.geo.errors",
    "build_arcs": "zoneblanche.geo.borders.arcs",
    "build_locator": "zoneblanche.geo.points.locate",
    "build_passage": "zoneblanche.geo.vintages.passage",
    "compute_contiguity": "zoneblanche.geo.borders.contiguity",
    "compute_coverage_share": "zoneblanche.geo.borders.coverage_share",
    "compute_nearest": "zoneblanche.geo.points.nearest",
    "compute_urbanisation": "zoneblanche.geo.rasters.urbanisation",
    "compute_zonal": "zoneblanche.geo.rasters.zonal",
    "count_points": "zoneblanche.geo.points.count",
    "known_countries": "zoneblanche.geo.country",
    "locate_points": "zoneblanche.geo.points.locate",
    "read_country": "zoneblanche.geo.country",
    "read_polygons": "zoneblanche.geo.vectors.read",
    "read_territories": "zoneblanche.geo.vectors.read",
    "territories_at": "zoneblanche.geo.nesting",
    "zonal_statistics": "zoneblanche.geo.rasters.zonal",
}
__all__, __getattr__, __dir__ = lazy_names(__name__, _HOME)
