"""One shape of several neighbours."""

from __future__ import annotations

import numpy as np
import shapely


def dissolve(shapes: np.ndarray) -> shapely.Geometry:
    """Return the union of polygons.

    The fast union needs neighbours that share their edges exactly. If they overlap by a sliver it
    raises, or returns an invalid shape; the polygons are then united the slow way.

    Args:
        shapes: valid polygons and multipolygons, at least one.

    >>> dissolve(np.array([shapely.box(0, 0, 1, 1), shapely.box(0.9, 0.5, 2, 1)])).area
    1.5
    """
    if len(shapes) == 1:
        return shapes[0]
    try:
        united = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes)
    return united if shapely.is_valid(united) else shapely.union_all(shapes)
