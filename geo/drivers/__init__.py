"""The vector formats that are read, and nothing else: each has a module of its own.

GDAL, which knows eighty formats and follows links in several of them, is asked for shapefiles
only, by name.
"""

from zoneblanche.geo.drivers.features import Features
from zoneblanche.geo.drivers.reading import read_features

__all__ = ["Features", "read_features"]
