"""The same counts of points by SedonaDB, for users who work in SQL.

The join is SQL. The counting is that of `geo.points.count`, batch by batch in bounded memory. If
the join finds a point in several territories, on a border or where they overlap,
`geo.points.locate` decides, so that both engines agree on every point.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _
from zoneblanche.geo.points.locate import Locator, locate_points

Floats = NDArray[np.float64]

JOIN = """
SELECT points.row, territories.place
FROM (SELECT row, ST_Point(x, y) AS shape FROM points) AS points
JOIN territories ON ST_Intersects(territories.shape, points.shape)
"""


class SqlJoin:
    """Locates points by a spatial join in SQL; replaces `locate_points`.

    Its territories are in the memory of this process, so it needs the serial executor. Its join
    uses all processors.

    Raises:
        ProblemWithEnvironment: SedonaDB is not installed.
    """

    def __init__(self, territories: gpd.GeoSeries) -> None:
        try:
            import sedonadb
        except ModuleNotFoundError as error:
            raise ProblemWithEnvironment(
                _("SedonaDB is not installed: install zoneblanche with its extra 'scale'.")
            ) from error
        self.engine: Any = sedonadb.connect()
        usable = np.flatnonzero(~(territories.isna() | territories.is_empty).to_numpy())
        self._register(
            "plain",
            {"place": usable.astype(np.int32), "wkb": territories.iloc[usable].to_wkb().to_numpy()},
        )
        shapes = self.engine.sql("SELECT place, ST_GeomFromWKB(wkb) AS shape FROM plain")
        shapes.to_memtable().to_view("territories", overwrite=True)

    def __call__(self, locator: Locator, x: Floats, y: Floats) -> NDArray[np.int32]:
        """Like `locate_points`; the locator decides if the join finds several territories."""
        places = np.full(len(x), -1, dtype=np.int32)
        row = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        self._register("points", {"row": row, "x": x[row], "y": y[row]})
        joined = pa.table(self.engine.sql(JOIN))
        at, place = joined["row"].to_numpy(), joined["place"].to_numpy()
        places[at] = place
        several = np.flatnonzero(np.bincount(at, minlength=len(x)) > 1)
        places[several] = locate_points(locator, x[several], y[several])
        return places

    def _register(self, name: str, columns: dict[str, np.ndarray]) -> None:
        self.engine.create_data_frame(pa.table(columns)).to_view(name, overwrite=True)
