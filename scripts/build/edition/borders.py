"""`borders.parquet` of an edition: its shapes as shared arcs, and the borders of the map page."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from zoneblanche.geo.borders.topology import build_topology
from zoneblanche.layers.edition.borders import PAGE, pack_topology
from zoneblanche.maps.page.shapes.geometry import encode_geometry
from zoneblanche.scripts.build.edition.storage import as_multipolygons, write_streams


def write_borders(shapes: gpd.GeoSeries, path: Path, *, step: float) -> None:
    """Write the borders of shapes, the same bytes each time.

    Args:
        shapes: polygons of a valid coverage, in the order of their codes.
        path: of the file.
        step: of the grid on which all coordinates are, in degrees.

    Raises:
        ValueError: a coordinate is not on the grid, or the shapes are no coverage.
    """
    page = encode_geometry(shapes)
    streams = pack_topology(build_topology(as_multipolygons(shapes).to_numpy(), step=step))
    streams |= {f"{PAGE}{name}": data for name, data in page.streams.items()}
    header = {
        "crs": shapes.crs.to_string(),
        "step": step,
        "page": page.header,
        "tolerance_m": page.tolerance_m,
    }
    write_streams(streams, header, path)
