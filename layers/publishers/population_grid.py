"""People by square of 200 m (INSEE, Filosofi): on territories, and as weights of coverage.

Layout: a CSV (`,`) or a GeoPackage of the inhabited squares; `idcar_200m` is the position
(`CRS3035RES200mN2029800E4252400`, the south-western corner), `ind` the number of people. The
publisher's archives contain a 7-Zip archive: unpack them first. Figures of squares with fewer than
11 households are imputed: they are summed here, and no square is shown.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.archive import is_archive, unpacked_member
from zoneblanche.geo.files.kinds import HEAD, check_file, kind_of, open_plain
from zoneblanche.geo.files.limits import LARGE_LIMITS
from zoneblanche.geo.messages import Message, Translatable, _, ngettext, quantity, remark
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector, Resource, connector_named

if TYPE_CHECKING:
    import geopandas as gpd

    from zoneblanche.geo.rasters.grid_cells import Cells, Shared

SOURCE = Source(
    "INSEE",
    "Filosofi, données carroyées à 200 m",
    "https://www.insee.fr/fr/statistiques/7655475",
    "Licence Ouverte 2.0",
    note=_("Below 11 households figures are imputed: never to be shown square by square."),
)
INPUT = "population-grid"
"""Id of the input of the layer for the squares."""

PARTS = {
    "met": ("insee-population-grid", "hexagone et Corse", "mainland and Corsica"),
    "mart": ("insee-population-grid-martinique", "Martinique", "Martinique"),
    "reun": ("insee-population-grid-reunion", "La Réunion", "La Réunion"),
}
"""By suffix of the file name: the connector, and its part of the country."""

_SQUARE = r"^CRS(?P<epsg>\d{4,6})RES(?P<size>[1-9]\d{1,4})mN(?P<south>\d{1,8})E(?P<west>\d{1,8})$"
_POSITIONS = ("idcar_200m", "idinspire")
_PACKED = ("zip", "7z")


def read_cells(path: Path) -> Cells:
    """Return the inhabited squares of a file.

    Raises:
        InputError: another layout, an archive that has to be unpacked, an invalid or duplicate
            square, squares of several sizes or grids, or people that are not a number.
    """
    kind = kind_of(check_file(path, most_bytes=LARGE_LIMITS.table_bytes, what=_("grid")))
    if kind in _PACKED:
        raise InputError(
            Fault(
                _("is packed (a 7-Zip archive within a zip), and is read unpacked."),
                file=str(path),
                remedy=_(
                    "Unpack it, for instance with `7z x`, and give carreaux_200m_met.csv or .gpkg."
                ),
                kind="archive",
            )
        )
    if kind == "sqlite":
        return _cells(*_from_geopackage(path), path)
    squares, people = _from_csv(path)
    # Rows are named by their line; line 1 is the header.
    lines = pd.RangeIndex(2, len(squares) + 2, name="line")
    return _cells(squares.set_axis(lines), people.set_axis(lines), path)


def _is_unpacked(path: Path) -> bool:
    with open_plain(path) as stream:
        return kind_of(stream.read(HEAD)) not in _PACKED


def measure_people(path: Path, territories: Territories, sources: Mapping[str, Path]) -> Table:
    """Return column `people`: those of the squares on each territory. None is lost except those of
    squares that touch no territory, which a notice counts.

    If the grid has nobody in a territory that has a population, or an unknown one, the result is
    *not covered*.
    """
    from zoneblanche.geo.rasters.grid_cells import share_cells

    whole = territories.whole  # a square on its edge is shared
    chosen = whole.codes.isin(territories.codes)
    cells = read_cells(path)
    shared = share_cells(cells, whole.frame.geometry, chosen=chosen)
    people = shared.amounts.set_axis(whole.codes)
    deserted = whole.facts["population"] == 0
    people = people.where((people > 0) | deserted)
    year = re.search(r"20\d\d", path.name)
    date = f"{year[0]}-12-31" if year else ""
    frame = people.to_frame("people")
    return Table(
        frame=frame,
        level=territories.level,
        source=replace(SOURCE, published=date),
        period=date,
        notices=(_balance(cells, shared),),
        reasons=(frame.isna() * int(Reason.NOT_COVERED)).astype("int8"),
        account=Account(
            rows=len(cells),
            matched=shared.counted,
            outside=len(cells) - shared.lost - shared.counted,
            counted={"touches no territory": shared.lost} if shared.lost else {},
        ),
    )


def populated_middles(paths: Iterable[Path], territories: Territories) -> gpd.GeoSeries:
    """Return the mean position of the people of each territory where squares have people.

    A square belongs to the territory that has its middle.

    Args:
        paths: files of squares; each may have a CRS of its own.
        territories: that the squares are on.

    Returns:
        Points, EPSG:4326, on the codes of the territories with people.

    Raises:
        InputError: see `read_cells`.
    """
    import geopandas as gpd

    from zoneblanche.layers.measuring.nearby import located_in

    parts = []
    for path in paths:
        cells = read_cells(path)
        half = cells.size / 2
        points = gpd.GeoSeries.from_xy(cells.west + half, cells.south + half, crs=cells.crs)
        table = pd.DataFrame(
            {
                "code": located_in(territories, points),
                "east": points.x * cells.amount,
                "north": points.y * cells.amount,
                "people": cells.amount,
            }
        )
        sums = table.groupby("code")[["east", "north", "people"]].sum()
        sums = sums[sums["people"] > 0]
        east, north = (sums[name] / sums["people"] for name in ("east", "north"))
        middles = gpd.GeoSeries.from_xy(east, north, index=sums.index, crs=cells.crs)
        parts.append(middles.to_crs("EPSG:4326"))
    # A commune is in one part of the country: the first file with its people has all of them.
    whole = pd.concat(parts)
    return whole[~whole.index.duplicated()]


def _balance(cells: Cells, shared: Shared) -> Translatable:
    """Return a notice of how many people there are and where they are counted. Its numbers add up:
    people are imputed and have fractions, and the sum is taken after rounding."""
    total, lost = (math.floor(people + 0.5) for people in (cells.amount.sum(), shared.lost_amount))
    if not shared.lost:
        return remark(
            _(
                "The {people} people of the {squares} squares of the grid are all brought to "
                "territories.",
                people=quantity(total),
                squares=quantity(len(cells)),
            )
        )
    return ngettext(
        "The grid has {total} people in {squares} squares: {placed} are brought to territories, "
        "{lost} live in {count} square that touches none.",
        "The grid has {total} people in {squares} squares: {placed} are brought to territories, "
        "{lost} live in {count} squares that touch none.",
        shared.lost,
        total=quantity(total),
        squares=quantity(len(cells)),
        placed=quantity(total - lost),
        lost=quantity(lost),
    )


@dataclass(frozen=True)
class PeopleRaster:
    """A raster of people, and the number of cells of a coverage map along each of its cells."""

    path: Path
    parts: int


@contextmanager
def people_rasters(sources: Mapping[str, Path]) -> Iterator[list[PeopleRaster]]:
    """Open rasters of the people among the sources: the squares of INSEE if given, else the tiles
    of GHSL, unpacked if zipped."""
    files = {
        name: path for name, path in sources.items() if connector_named(name).aids == "population"
    }
    squares = [path for name, path in files.items() if connector_named(name).input == INPUT]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as unpacked:
        rasters = []
        for number, path in enumerate(squares or files.values()):
            raster = Path(folder) / f"{number}.tif"
            if squares:
                from zoneblanche.geo.rasters.grid_cells import write_cells

                write_cells(read_cells(path), raster)
            elif is_archive(path):
                raster = unpacked.enter_context(
                    unpacked_member(path, r"\.tif$", limits=LARGE_LIMITS, what=_("rasters (.tif)"))
                )
            else:
                raster = path
            # A square of 200 m has about the resolution of the operators' simulations; in a cell of
            # 1 km coverage is computed by 250 m.
            rasters.append(PeopleRaster(raster, 1 if squares else 4))
        yield rasters


def people_notice(sources: Mapping[str, Path]) -> tuple[str, ...]:
    """Return a notice that tiles of GHSL are not used because the squares of INSEE are given, or
    nothing."""
    names = [name for name in sources if connector_named(name).aids == "population"]
    tiles = [name for name in names if connector_named(name).input != INPUT]
    if not tiles or len(tiles) == len(names):
        return ()
    other_tiles, squares = ", ".join(tiles), ", ".join(name for name in names if name not in tiles)
    return (
        _(
            "Shares of people are those of {squares}; {left} is not used as well.",
            squares=squares,
            left=other_tiles,
        ),
    )


def _from_csv(path: Path) -> tuple[pd.Series, pd.Series]:
    """Return the squares and their people, as text, of a CSV: two of its thirty columns."""
    from zoneblanche.geo.tables.long import read_columns

    table = read_columns(path, lambda header: _columns(header, path), what=_("table of squares"))
    squares, people = (table[name].to_pandas() for name in table.column_names)
    return squares, people


def _from_geopackage(path: Path) -> tuple[pd.Series, pd.Series]:
    """The same for a GeoPackage; its shapes are not read."""
    from zoneblanche.geo.vectors.formats.geopackage import read_attributes

    def chosen(names: list[str]) -> list[str] | None:
        squares = {name.lower() for name in names}.intersection(_POSITIONS)
        return _columns(names, path) if squares else None

    rows = read_attributes(path, chosen, limits=LARGE_LIMITS)
    if rows is None:
        raise _no_columns([], path)
    frame = pd.DataFrame(rows, columns=["square", "people"])
    return frame["square"], frame["people"]


def _columns(header: list[str], path: Path) -> list[str]:
    """Return the columns of position and people, ignoring case."""
    small = {name.lower(): name for name in header}
    where = next((small[name] for name in _POSITIONS if name in small), None)
    if where is None or "ind" not in small:
        raise _no_columns(header, path)
    return [where, small["ind"]]


def _no_columns(header: list[str], path: Path) -> InputError:
    message = _("has no columns 'idcar_200m' and 'ind'.")
    if header:
        names = shown(", ".join(header), limit=200)
        message = _("has no columns 'idcar_200m' and 'ind'; its header says {names}.", names=names)
    return InputError(
        Fault(
            message,
            file=str(path),
            remedy=_("Is it the grid of 200 m? See docs/sources.md for its layout."),
            kind="header",
        )
    )


def _cells(squares: pd.Series, people: pd.Series, path: Path) -> Cells:
    import pyarrow as pa
    import pyarrow.compute as pc

    from zoneblanche.geo.rasters.grid_cells import Cells

    # Arrow reads millions of names in a second; pandas takes ten.
    parts = pc.extract_regex(pa.array(squares.astype("object"), pa.string()), _SQUARE)
    _refuse(parts.is_null().to_numpy(zero_copy_only=False), squares, path, _no_square)
    epsg, size, south, west = (
        pc.struct_field(parts, name).cast(pa.int64()).to_numpy()
        for name in ("epsg", "size", "south", "west")
    )
    amount = pd.to_numeric(people, errors="coerce").to_numpy("float64")
    _refuse(~(np.isfinite(amount) & (amount >= 0)), people, path, _no_people)
    grids = len(set(zip(epsg.tolist(), size.tolist(), strict=True)))
    if grids != 1:
        raise InputError(
            Fault(
                _("holds squares of {grids} sizes or grids; one was expected.", grids=grids),
                file=str(path),
                kind="several-grids",
            )
        )
    _refuse(squares.duplicated().to_numpy(), squares, path, _twice)
    off = (south % size != 0) | (west % size != 0)
    _refuse(off, squares, path, _off_grid)
    return Cells(
        west.astype("float64"),
        south.astype("float64"),
        amount,
        float(size[0]),
        f"EPSG:{epsg[0]}",
    )


def _no_square(value: str, rows: int) -> Message:
    return ngettext(
        "{value} is not a square (CRS3035RES200mN2029800E4252400).",
        "{value} is not a square (CRS3035RES200mN2029800E4252400) ({count} rows).",
        rows,
        value=value,
    )


def _no_people(value: str, rows: int) -> Message:
    return ngettext(
        "{value} is not a number of people.",
        "{value} is not a number of people ({count} rows).",
        rows,
        value=value,
    )


def _twice(value: str, rows: int) -> Message:
    return ngettext(
        "{value} appears twice.", "{value} appears twice ({count} rows).", rows, value=value
    )


def _off_grid(value: str, rows: int) -> Message:
    return ngettext(
        "{value} is not on its grid.",
        "{value} is not on its grid ({count} rows).",
        rows,
        value=value,
    )


def _refuse(
    wrong: np.ndarray, cells: pd.Series, path: Path, message: Callable[[str, int], Message]
) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        value = cells.iloc[rows[0]]
        raise InputError(
            Fault(
                message(shown(str(value)), len(rows)),
                file=str(path),
                line=int(cells.index[rows[0]]) if cells.index.name == "line" else None,
                feature=None if cells.index.name == "line" else int(rows[0]),
                value=str(value),
                kind="value",
            )
        )


def _connector(part: str) -> Connector:
    name, fr, en = PARTS[part]
    address = "https://www.insee.fr/fr/statistiques/fichier/7655475/"
    archive = "Filosofi2019_carreaux_200m_gpkg.zip"
    return Connector(
        id=name,
        title={"fr": f"Carroyage à 200 m, {fr}", "en": f"Population grid, 200 m, {en}"},
        source=SOURCE,
        level="commune",
        on=measure_people,
        feeds=INPUT,
        aids="population",
        columns={"people": _("people (count)")},
        header=("idcar_200m", "ind"),
        separator=",",
        named=rf".*carreaux_200m_{part}(_20\d\d)?\.(csv|gpkg)",
        resource=Resource(archive, address + archive, max_bytes=2_000_000_000, on_request=True)
        if part == "met"
        else None,
        holds=_is_unpacked,
        after={
            "fr": "une archive 7-Zip dans un zip\u00a0: la décompresser (`7z x`), puis "
            "`zoneblanche fetch fr --from DOSSIER`",
            "en": "a 7-Zip archive within a zip: unpack it (`7z x`), then "
            "`zoneblanche fetch fr --from FOLDER`",
        },
    )


CONNECTORS = tuple(_connector(part) for part in PARTS)
