"""The vector formats that are read, and nothing else: each has a module of its own.

GDAL, which knows eighty formats and follows links in several of them, is asked for shapefiles
only, by name.
"""

from zoneblanche.geo.vectors.formats.features import Features
from zoneblanche.geo.vectors.formats.opened import read_features

__all__ = ["Features", "read_features"]
