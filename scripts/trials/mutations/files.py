"""Mutations of binary files: Parquet and atlases, GeoPackages, rasters.

If a file cannot be read because an earlier mutation damaged it, the library raises an error, and
`mutations.spoil` changes bytes instead.
"""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zoneblanche.scripts.trials.mutations.crafted import (
    ATLAS,
    compute_column,
    craft_geopackage,
    lean,
    mutate_headers,
    retell,
    swell,
)
from zoneblanche.scripts.trials.mutations.shapes import mutate_geopackage_shape, mutate_wkb
from zoneblanche.scripts.trials.mutations.texts import (
    NUMBERS,
    TEXTS,
    mutate_bytes,
    mutate_json,
)

if TYPE_CHECKING:
    import pyarrow as pa

ODD_FIGURES = (float("nan"), float("inf"), float("-inf"), -1.0, 0.0, 1e308, 1e-320, 101.0, 2.0**63)


def mutate_parquet(content: bytes, chance: random.Random) -> bytes:
    """Change cells, types, columns, rows or metadata of a table, a GeoParquet, or an atlas."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if chance.random() < 0.15:
        return mutate_headers(content, chance)
    table = pq.read_table(io.BytesIO(content))
    if chance.random() < 0.05:
        return lean(table, chance)
    changes = [_change_cell, _change_cell, _change_column, _change_rows, _change_metadata, swell]
    if ATLAS in (table.schema.metadata or {}):
        changes += [retell, retell, retell]
    table = chance.choice(changes)(table, chance)
    packed = io.BytesIO()
    pq.write_table(table, packed, compression=chance.choice(("zstd", "snappy", "none")))
    pa.default_memory_pool().release_unused()
    return packed.getvalue()


def _change_cell(table: pa.Table, chance: random.Random) -> pa.Table:
    """Change one cell to another value, or to nothing; one of a geometry column is mutated as
    bytes."""
    import pyarrow as pa

    place, row = chance.randrange(table.num_columns), chance.randrange(table.num_rows)
    column = table.column(place)
    cells = column.to_pylist()
    old = cells[row]
    new: Any = None
    if isinstance(old, bytes):
        new = chance.choice((mutate_bytes, mutate_wkb, mutate_wkb))(old, chance)
    elif isinstance(old, str):
        new = chance.choice((*TEXTS, *NUMBERS, cells[chance.randrange(len(cells))], None))
    elif isinstance(old, float):
        new = chance.choice((*ODD_FIGURES, None))
    elif isinstance(old, int):
        new = chance.choice((0, -1, 2**31 - 1, -(2**31), None))
    cells[row] = new
    changed = pa.array(cells, column.type)
    return table.set_column(place, table.field(place), changed)


def _change_column(table: pa.Table, chance: random.Random) -> pa.Table:
    """Another type, nulls, nested values, another name, or a column less or twice."""
    import pyarrow as pa

    place = chance.randrange(table.num_columns)
    name, column = table.column_names[place], table.column(place)
    match chance.randrange(7):
        case 0 | 1:
            kinds = (
                pa.string(), pa.large_string(), pa.float64(), pa.float16(), pa.int64(), pa.bool_(),
                pa.binary(), pa.timestamp("ns"), pa.dictionary(pa.int32(), column.type),
            )  # fmt: skip
            return table.set_column(place, name, column.cast(chance.choice(kinds), safe=False))
        case 2:
            return table.set_column(place, name, pa.nulls(len(table), column.type))
        case 3:
            return table.set_column(place, name, pa.array([[1, 2]] * len(table)))
        case 4:
            return table.remove_column(place)
        case 5:
            other = chance.choice((*TEXTS, *table.column_names, "value.x", "interval.x.y"))
            names = list(table.column_names)
            names[place] = other
            return table.rename_columns(names)
        case _:
            return table.append_column(chance.choice((name, f"{name}.x")), column)


def _change_rows(table: pa.Table, chance: random.Random) -> pa.Table:
    """None, some, twice as many, or in another order."""
    import pyarrow as pa

    order = list(range(len(table)))
    match chance.randrange(4):
        case 0:
            return table.slice(0, 0)
        case 1:
            return table.slice(0, chance.randrange(len(table)))
        case 2:
            return pa.concat_tables([table] * chance.choice((2, 3)))
        case _:
            chance.shuffle(order)
            return table.take(order)


def _change_metadata(table: pa.Table, chance: random.Random) -> pa.Table:
    """Change one entry of the file's metadata, as JSON or as bytes, or remove it all."""
    metadata = dict(table.schema.metadata or {})
    if not metadata:
        return _change_cell(table, chance)
    key = chance.choice(sorted(metadata))
    if chance.random() < 0.1:
        del metadata[key]
    else:
        for _ in range(chance.choice((1, 1, 3))):
            metadata[key] = mutate_json(metadata[key], chance)
    return table.replace_schema_metadata(metadata)


def mutate_sqlite(content: bytes, chance: random.Random) -> bytes:
    """Change a cell or the schema of a GeoPackage, including its geometries and its catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gpkg"
        path.write_bytes(content)
        database = sqlite3.connect(path)
        try:
            triggers = database.execute("select name from sqlite_master where type = 'trigger'")
            for (name,) in triggers.fetchall():
                database.execute(f'drop trigger "{name}"')
            changes = (_spoil_cell, _spoil_cell, _spoil_schema, _craft)
            change = chance.choice(changes)
            change(database, chance)
            database.commit()
        finally:
            database.close()
        return path.read_bytes()


def _some_table(database: sqlite3.Connection, chance: random.Random) -> tuple[str, list[str]]:
    """Return a table of a database and its columns."""
    kinds = "type = 'table' and name not like 'sqlite%' and name not like 'rtree%'"
    rows = database.execute(f"select name from sqlite_master where {kinds} order by name")
    table = chance.choice([row[0] for row in rows])
    return table, [row[1] for row in database.execute(f'pragma table_info("{table}")')]


def _spoil_cell(database: sqlite3.Connection, chance: random.Random) -> None:
    table, columns = _some_table(database, chance)
    column = chance.choice(columns)
    cells = database.execute(f'select rowid, "{column}" from "{table}"').fetchall()
    if not cells:
        return
    row, value = chance.choice(cells)
    new: object = chance.choice((None, -1, 1e300, "x", b"GP", *TEXTS[:8], *NUMBERS[:8]))
    if isinstance(value, bytes) and chance.random() < 0.8:
        new = mutate_geopackage_shape(value, chance)
    database.execute(f'update "{table}" set "{column}" = ? where rowid = ?', (new, row))


def _craft(database: sqlite3.Connection, chance: random.Random) -> None:
    table, columns = _some_table(database, chance)
    if chance.random() < 0.5:
        craft_geopackage(database, table, columns)
    else:
        compute_column(database, table, chance.choice(columns))


def _spoil_schema(database: sqlite3.Connection, chance: random.Random) -> None:
    """Remove or rename a table or column, remove or duplicate rows, or put a view or a trigger in
    its place."""
    table, columns = _some_table(database, chance)
    column, other = chance.choice(columns), chance.choice(("x", "fid", "geom"))
    commands = (
        f'drop table "{table}"',
        f'delete from "{table}"',
        f'alter table "{table}" rename to "other"',
        f'alter table "{table}" rename column "{column}" to "{other}"',
        f'alter table "{table}" drop column "{column}"',
        f'insert into "{table}" select * from "{table}"',
        f'alter table "{table}" add column "more" geometry',
        f'create view "v" as select * from "{table}"',
        f"pragma application_id = {chance.choice((0, 1, 2**31 - 1))}",
        f"pragma user_version = {chance.choice((0, 1, 99999))}",
    )
    database.execute(chance.choice(commands))


def mutate_tiff(content: bytes, chance: random.Random) -> bytes:
    """Overwrite entries of the directory, with sizes, offsets and types, or write the raster again
    with another position, kind or values."""
    return chance.choice((_spoil_directory, _spoil_directory, _written_otherwise))(content, chance)


def _spoil_directory(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    start = int.from_bytes(data[4:8], order)
    if not 8 <= start < len(data) - 14:
        return mutate_bytes(content, chance)
    entries = int.from_bytes(data[start : start + 2], order)
    entry = start + 2 + 12 * chance.randrange(max(1, min(entries, 40)))
    field = entry + chance.choice((0, 2, 4, 8, 8, 8))
    size = 2 if field < entry + 4 else 4
    value = chance.choice((0, 1, 2, 3, 7, 255, 32767, 65535, 2**31 - 1, 2**32 - 1, len(data)))
    data[field : field + size] = (value % 256**size).to_bytes(size, order)
    return bytes(data)


def _written_otherwise(content: bytes, chance: random.Random) -> bytes:
    import numpy as np
    import rasterio
    from rasterio.io import MemoryFile

    with MemoryFile(content) as file, file.open() as raster:
        profile, cells = dict(raster.profile), raster.read()
    steps = (*profile["transform"][:6], 0.0, 1e-300, 1e300, -1.0)
    changes: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: {"transform": rasterio.Affine(*(chance.choice(steps) for _ in range(6)))},
        lambda: {"crs": chance.choice((None, "EPSG:2154", "EPSG:4978", "EPSG:3857", "EPSG:5698"))},
        lambda: {"nodata": chance.choice((None, float("nan"), -9999, 0, 3, 1e38))},
        lambda: {"dtype": chance.choice(("uint8", "int16", "float64", "complex64", "int8"))},
        lambda: {"count": chance.choice((2, 300))},
        lambda: {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"},
    )  # fmt: skip
    profile |= chance.choice(changes)()
    if chance.random() < 0.5:
        cells = cells.astype("float64")
        cells.flat[chance.randrange(cells.size)] = chance.choice(ODD_FIGURES)
    with np.errstate(all="ignore"):
        cells = np.resize(cells, (profile["count"], *cells.shape[1:])).astype(profile["dtype"])
    if profile["nodata"] is not None and profile["dtype"] not in ("float32", "float64"):
        profile["nodata"] = 0
    with MemoryFile() as file:
        with file.open(**profile) as raster:
            raster.write(cells)
        return bytes(file.read())
