"""People by square of 200 m (INSEE, Filosofi): on territories, and as weights of coverage.

Layout: a CSV (`,`) or a GeoPackage of the inhabited squares; `idcar_200m` is the position
(`CRS3035RES200mN2029800E4252400`, the south-western corner), `ind` the number of people. The
publisher's archives contain a 7-Zip archive: unpack them first. Figures of squares with fewer than
11 households are imputed: they are summed here, and no square is shown.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import Message, Translatable, _, ngettext, quantity, remark
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector, Resource, connector_named
from zoneblanche.layers.publishers.read_tables import read_member

if TYPE_CHECKING:
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
_SQLITE = b"SQLite format 3\x00"
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"


def read_cells(path: Path) -> Cells:
    """Return the inhabited squares of a file.

    Raises:
        InputError: another layout, an archive that has to be unpacked, an invalid or duplicate
            square, squares of several sizes or grids, or people that are not a number.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    if not _is_unpacked(path):
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
    if head == _SQLITE:
        return _cells(*_from_geopackage(path), path)
    squares, people = _from_csv(path)
    # Rows are named by their line; line 1 is the header.
    lines = pd.RangeIndex(2, len(squares) + 2, name="line")
    return _cells(squares.set_axis(lines), people.set_axis(lines), path)


def _is_unpacked(path: Path) -> bool:
    with path.open("rb") as stream:
        packed = stream.read(len(_SEVEN_ZIP)) == _SEVEN_ZIP
    return not packed and not zipfile.is_zipfile(path)


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
        notices=(_balance(cells, shared, people),),
        reasons=(frame.isna() * int(Reason.NOT_COVERED)).astype("int8"),
        account=Account(
            rows=len(cells),
            matched=shared.counted,
            outside=len(cells) - shared.lost - shared.counted,
            counted={"touches no territory": shared.lost} if shared.lost else {},
        ),
    )


def _balance(cells: Cells, shared: Shared, people: pd.Series) -> Translatable:
    """Return a notice of how many people there are and where they are counted."""
    total = float(cells.amount.sum())
    if not shared.lost:
        return remark(
            _(
                "The {people} people of the {squares} squares of the grid are all brought to "
                "territories.",
                people=quantity(total, digits=0),
                squares=quantity(len(cells)),
            )
        )
    return _(
        "The grid has {total} people in {squares} squares: {placed} are brought to territories, "
        "{lost} live in {empty} squares that touch none.",
        total=quantity(total, digits=0),
        squares=quantity(len(cells)),
        placed=quantity(people.sum(), digits=0),
        lost=quantity(shared.lost_amount, digits=0),
        empty=quantity(shared.lost, digits=0),
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
    given = {
        name: path for name, path in sources.items() if connector_named(name).aids == "population"
    }
    squares = [path for name, path in given.items() if connector_named(name).input == INPUT]
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for number, path in enumerate(squares or given.values()):
            raster = Path(folder) / f"{number}.tif"
            if squares:
                from zoneblanche.geo.rasters.grid_cells import write_cells

                write_cells(read_cells(path), raster)
            elif zipfile.is_zipfile(path):
                raster.write_bytes(_unpacked(path))
            else:
                raster = path
            # A square of 200 m has about the resolution of the operators' simulations; in a cell of
            # 1 km coverage is computed by 250 m.
            found.append(PeopleRaster(raster, 1 if squares else 4))
        yield found


def people_notice(sources: Mapping[str, Path]) -> tuple[str, ...]:
    """Return a notice that tiles of GHSL are not used because the squares of INSEE are given, or
    nothing."""
    given = [name for name in sources if connector_named(name).aids == "population"]
    tiles = [name for name in given if connector_named(name).input != INPUT]
    if not tiles or len(tiles) == len(given):
        return ()
    left, squares = ", ".join(tiles), ", ".join(name for name in given if name not in tiles)
    return (
        _(
            "Shares of people are those of {squares}; {left} is not used beside it.",
            squares=squares,
            left=left,
        ),
    )


def _unpacked(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        images = [info for info in archive.infolist() if info.filename.endswith(".tif")]
        if len(images) != 1:
            raise InputError(
                Fault(
                    _("holds {count} rasters (.tif); one was expected.", count=len(images)),
                    file=str(path),
                    kind="archive",
                )
            )
        return read_member(archive, images[0], path)


def _from_csv(path: Path) -> tuple[pd.Series, pd.Series]:
    """Return the squares and their people, as text, of a CSV: two of its thirty columns."""
    import pyarrow as pa
    import pyarrow.csv as pc

    with path.open("rb") as stream:
        first = stream.readline(1 << 16).decode("utf-8-sig", errors="replace")
    separator = ";" if first.count(";") > first.count(",") else ","
    header = [name.strip().strip('"') for name in first.split(separator)]
    columns = _columns(header, path)
    try:
        table = pc.read_csv(
            path,
            parse_options=pc.ParseOptions(delimiter=separator),
            convert_options=pc.ConvertOptions(
                include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
            ),
        )
    except (pa.ArrowException, KeyError) as error:
        raise InputError(
            Fault(
                _("is no table of squares: {error}.", error=shown(str(error), limit=200)),
                file=str(path),
                kind="damaged-file",
            )
        ) from error
    squares, people = (table[name].to_pandas() for name in columns)
    return squares, people


def _from_geopackage(path: Path) -> tuple[pd.Series, pd.Series]:
    """The same for a GeoPackage, which is an SQLite file; its shapes are not read."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            tables = [
                str(row[0])
                for row in base.execute(
                    "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
                )
            ]
            for table in tables:
                quoted = table.replace('"', '""')
                known = [str(row[1]) for row in base.execute(f'PRAGMA table_info("{quoted}")')]
                if {name.lower() for name in known}.intersection(_POSITIONS):
                    columns = _columns(known, path)
                    asked = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
                    rows = base.execute(f'SELECT {asked} FROM "{quoted}"').fetchall()
                    frame = pd.DataFrame(rows, columns=["square", "people"])
                    return frame["square"], frame["people"]
    except sqlite3.Error as error:
        raise InputError(
            Fault(_("is no GeoPackage: {error}.", error=error), file=str(path), kind="damaged-file")
        ) from error
    raise _no_columns([], path)


def _columns(header: list[str], path: Path) -> list[str]:
    """Return the columns of position and people, ignoring case."""
    small = {name.lower(): name for name in header}
    where = next((small[name] for name in _POSITIONS if name in small), None)
    if where is None or "ind" not in small:
        raise _no_columns(header, path)
    return [where, small["ind"]]


def _no_columns(header: list[str], path: Path) -> InputError:
    told = _("has no columns 'idcar_200m' and 'ind'.")
    if header:
        names = shown(", ".join(header), limit=200)
        told = _("has no columns 'idcar_200m' and 'ind'; its header says {names}.", names=names)
    return InputError(
        Fault(
            told,
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
        "{value} is no square (CRS3035RES200mN2029800E4252400).",
        "{value} is no square (CRS3035RES200mN2029800E4252400) ({count} rows).",
        rows,
        value=value,
    )


def _no_people(value: str, rows: int) -> Message:
    return ngettext(
        "{value} is no number of people.",
        "{value} is no number of people ({count} rows).",
        rows,
        value=value,
    )


def _twice(value: str, rows: int) -> Message:
    return ngettext(
        "{value} stands twice.", "{value} stands twice ({count} rows).", rows, value=value
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
    found = np.flatnonzero(wrong)
    if len(found):
        value = cells.iloc[found[0]]
        raise InputError(
            Fault(
                message(shown(str(value)), len(found)),
                file=str(path),
                line=int(cells.index[found[0]]) if cells.index.name == "line" else None,
                feature=None if cells.index.name == "line" else int(found[0]),
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
        columns={"people": "people (count)"},
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
