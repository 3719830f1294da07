"""The vector formats that are read; each has its own module.

GDAL, which supports eighty formats and follows links in several of them, is used for shapefiles
only.
"""

from zoneblanche.geo.vectors.formats.features import Features
from zoneblanche.geo.vectors.formats.opened import read_features

__all__ = ["Features", "read_features"]
