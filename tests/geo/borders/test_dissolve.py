from __future__ import annotations

import numpy as np
import shapely

from zoneblanche.geo.borders.dissolve import dissolve


def test_neighbours_that_overlap_by_a_sliver_are_united() -> None:
    # A vertex of the second lies inside the first: a union of shared edges raises.
    left = shapely.box(0, 0, 1, 2)
    right = shapely.Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (0.999, 1)])
    united = dissolve(np.array([left, right]))
    assert united.is_valid
    assert united.geom_type == "Polygon"
    assert united.area == 4.0


def test_a_vertex_inside_an_edge_is_no_obstacle() -> None:
    left = shapely.box(0, 0, 1, 2)
    below, above = shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)
    assert dissolve(np.array([left, below, above])).equals(shapely.box(0, 0, 2, 2))
