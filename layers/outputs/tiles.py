"""The atlas as vector tiles in one file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.lock import written_by_gdal
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.messages import _
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.outputs.export import results_table
from zoneblanche.layers.outputs.styles import LAYER

TILE_UNITS = 4096
"""Steps across a vector tile; details smaller than one step at the last zoom are not drawn."""

_EARTH = 40_075_016.7


def write_pmtiles(
    atlas: Atlas, path: str | Path, *, lang: str, min_zoom: int = 3, max_zoom: int = 9
) -> None:
    """Write the atlas as vector tiles in one file (PMTiles 3), which a web map reads in pieces.

    GDAL writes it. Borders are first simplified as a coverage, so that neighbours stay neighbours,
    to the detail of the last zoom. The same atlas gives the same bytes.

    Args:
        atlas: with polygons.
        path: of the file; whole or not at all.
        lang: of the reasons in the column `missing`.
        min_zoom, max_zoom: of the tiles; 9 shows about 20 m.

    Raises:
        InputError: zooms that are not 0 ≤ min ≤ max ≤ 14.
        ProblemWithEnvironment: the file cannot be written.
    """
    if not 0 <= min_zoom <= max_zoom <= 14:
        raise InputError(
            _(
                "zooms {min_zoom} to {max_zoom}: they must rise, from 0 to 14 at most.",
                min_zoom=min_zoom,
                max_zoom=max_zoom,
            )
        )
    mercator = atlas.territories.frame.geometry.to_crs("EPSG:3857")
    step = _EARTH / 2**max_zoom / TILE_UNITS
    simple = shapely.coverage_simplify(mercator.to_numpy(), step)
    table = results_table(atlas, lang=lang)
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(simple, table.index, crs="EPSG:3857"))
    frame = frame[~frame.geometry.is_empty].reset_index()
    target = Path(path)
    if target.suffix != ".pmtiles":
        raise InputError(
            _(
                "{target} is not the name of a PMTiles file: end it in .pmtiles.",
                target=repr(target.name),
            )
        )
    with staged_file(target, "tiles") as staging, written_by_gdal(staging):
        staging.unlink()
        frame.to_file(
            staging, driver="PMTiles", engine="pyogrio", layer=LAYER,
            NAME=LAYER,  # otherwise the file contains the name of the place where it was written
            MINZOOM=min_zoom, MAXZOOM=max_zoom, MAX_SIZE=2_000_000, MAX_FEATURES=400_000,
        )  # fmt: skip
