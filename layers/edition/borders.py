"""The shapes of an edition as shared arcs, and what was computed from them when it was built.

`borders.parquet` has a row for each stream of bytes: `name` and `data`. Those of the shapes are
integers, all lowest bytes first, then all second bytes, and so on (`geo.borders.topology` explains
them): similar bytes compress better. Coordinates are differences from one vertex to the next, and
an arc that a ring passes for the second time is counted backwards from the last new one. Those of
the map page, `page/x` and so on, are as `maps.page.shapes.geometry` packs them. The metadata of the
file holds the grid, the reference system, and the header of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from zoneblanche.geo.borders.contiguity import Contiguity, compute_contiguity
from zoneblanche.geo.borders.stored import PackedBorders
from zoneblanche.geo.borders.topology import Topology, arcs_of, polygons_of
from zoneblanche.layers.edition.files import read_streams
from zoneblanche.layers.edition.integers import bytes_of, numbers_of, signed, unsigned

BORDERS = "borders.parquet"
PAGE = "page/"
"""Beginning of the names of the page's streams."""

Streams = Mapping[str, bytes]


@dataclass(frozen=True)
class EditionBorders:
    """The borders in a file of an edition."""

    file: Path

    def shapes(self) -> gpd.GeoSeries:
        """Return the multipolygons of the territories, in the order of their codes."""
        streams, header = read_streams(self.file)
        return gpd.GeoSeries(polygons_of(unpack_topology(streams, header)), crs=header["crs"])

    def contiguity(self) -> Contiguity:
        """Return the neighbours by queen contiguity."""
        return compute_contiguity(arcs_of(unpack_topology(*read_streams(self.file))))

    def page(self) -> PackedBorders:
        """Return the borders of the map page."""
        streams, header = read_streams(self.file)
        return PackedBorders(
            streams={
                name.removeprefix(PAGE): data
                for name, data in streams.items()
                if name.startswith(PAGE)
            },
            header=header["page"],
            tolerance_m=header["tolerance_m"],
        )


def pack_topology(topology: Topology) -> dict[str, bytes]:
    """Return the streams of shapes, by name."""
    passed = topology.passed
    reached = np.maximum.accumulate(passed)
    new = np.diff(reached, prepend=-1) > 0
    again = 1 + 2 * (reached - passed) + topology.reversed
    return {
        "arcs/x": bytes_of(unsigned(np.diff(topology.x, prepend=0))),
        "arcs/y": bytes_of(unsigned(np.diff(topology.y, prepend=0))),
        "arcs/lengths": bytes_of(np.diff(topology.starts)),
        "rings/arcs": bytes_of(np.where(new, 0, again)),
        "rings/sizes": bytes_of(topology.ring_sizes),
        "polygons/sizes": bytes_of(topology.polygon_sizes),
        "shapes/sizes": bytes_of(topology.shape_sizes),
    }


def unpack_topology(streams: Streams, header: Mapping[str, Any]) -> Topology:
    """Return the shapes whose streams `pack_topology` returned."""
    codes = numbers_of(streams["rings/arcs"])
    reached = np.cumsum(codes == 0) - 1
    back, turned = np.divmod(np.maximum(codes - 1, 0), 2)
    return Topology(
        x=np.cumsum(signed(numbers_of(streams["arcs/x"]))),
        y=np.cumsum(signed(numbers_of(streams["arcs/y"]))),
        starts=np.concatenate([[0], np.cumsum(numbers_of(streams["arcs/lengths"]))]),
        passed=reached - back,
        reversed=turned,
        ring_sizes=numbers_of(streams["rings/sizes"]),
        polygon_sizes=numbers_of(streams["polygons/sizes"]),
        shape_sizes=numbers_of(streams["shapes/sizes"]),
        step=float(header["step"]),
    )
