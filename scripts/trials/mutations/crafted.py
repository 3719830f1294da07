"""Mutations that a library would not write: headers that lie, cells that repeat without end."""

from __future__ import annotations

import copy
import io
import json
import random
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa

ATLAS = b"zoneblanche"
MANY = 300_000
LEAVES: tuple[Any, ...] = (
    None, True, 0, -1, 2, 0.5, 1e300, 10**9, "", "x", "\u202e=1+1", "é" * 40_000, [], {}, [[]],
    "higher", "percent", "category", "boolean", "score", "count", "index", "dimension", "flag",
    "typology", "context", "worse", "minmax", "geometric", "bod", "extensive", "commune", "fr",
    [0, 1], [1, 0], {"fr": "x"}, {"template": "{a}{a}", "slots": {"a": "x"}}, {"number": 1e300},
)  # fmt: skip
"""What a leaf of an atlas' metadata becomes: other types, and words that mean something there."""


def mutate_headers(content: bytes, chance: random.Random) -> bytes:
    """Change bytes of the footer of a Parquet file, or of the header of a page."""
    data = bytearray(content)
    (length,) = struct.unpack("<I", data[-8:-4])
    start, end = len(data) - 8 - length, len(data) - 8
    if chance.random() < 0.3:
        start, end = 4, min(40, start)
    for _change in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(start, end)
        match chance.randrange(3):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case _:
                long = b"\xff" * chance.choice((2, 4, 8)) + b"\x0f"
                data[place : place + len(long)] = long
    return bytes(data)


def swell(table: pa.Table, chance: random.Random) -> pa.Table:
    """Repeat one row of a table without end, in a few kilobytes, one of its texts a long one."""
    import numpy as np
    import pyarrow as pa

    rows = np.zeros(MANY, dtype="int32")
    row, long = chance.randrange(len(table)), chance.choice(("x", "x" * 20_000))
    columns = []
    for name in table.column_names:
        cell = table[name][row].as_py()
        if isinstance(cell, str) and chance.random() < 0.2:
            cell = long
        kind = table.schema.field(name).type
        if isinstance(cell, str | bytes):
            columns.append(pa.DictionaryArray.from_arrays(rows, pa.array([cell], kind)))
        else:
            columns.append(pa.array([cell], kind).take(rows))
    swollen = pa.table(columns, names=table.column_names)
    return swollen.replace_schema_metadata(table.schema.metadata)


def lean(table: pa.Table, chance: random.Random) -> bytes:
    """Write a table whose texts are stored by what they share with the one before."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = io.BytesIO()
    texts = [
        field.name
        for field in table.schema
        if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
    ]
    table = pa.concat_tables([table] * chance.choice((1, 500)))
    encoding = dict.fromkeys(texts, "DELTA_BYTE_ARRAY")
    pq.write_table(table, packed, use_dictionary=False, column_encoding=encoding)
    return packed.getvalue()


def retell(table: pa.Table, chance: random.Random) -> pa.Table:
    """Change, remove, duplicate or exchange leaves of the metadata of an atlas."""
    notes = dict(table.schema.metadata or {})
    metadata = copy.deepcopy(json.loads(notes[ATLAS]))
    for _change in range(chance.choice((1, 1, 1, 3))):
        paths = list(_paths(metadata))
        *above, last = chance.choice(paths)
        node = _node_at(metadata, above)
        match chance.randrange(5):
            case 0:
                del node[last]
            case 1:
                node[last] = copy.deepcopy(_node_at(metadata, chance.choice(paths)))
            case 2 if isinstance(node, list):
                node.append(copy.deepcopy(node[last]))
            case _:
                node[last] = chance.choice(LEAVES)
    notes[ATLAS] = json.dumps(metadata).encode()
    return table.replace_schema_metadata(notes)


def craft_geopackage(database: sqlite3.Connection, table: str, columns: list[str]) -> None:
    """Put a view in the place of a table, its cells hundreds of megabytes each."""
    chosen = ", ".join(
        f'zeroblob(500000000) as "{name}"' if place else f'"{name}"'
        for place, name in enumerate(columns)
    )
    database.execute("pragma legacy_alter_table = on")
    database.execute(f'alter table "{table}" rename to "the old one"')
    database.execute(f'create view "{table}" as select {chosen} from "the old one"')


def compute_column(database: sqlite3.Connection, table: str, column: str) -> None:
    """Compute a column of a table of megabytes that are not in the file."""
    database.execute(f'alter table "{table}" drop column "{column}"')
    database.execute(f'alter table "{table}" add column "{column}" as (zeroblob(500000000))')


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a tree, but the top."""
    if path:
        yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _paths(value, (*path, key))


def _node_at(tree: Any, path: Any) -> Any:
    for key in path:
        tree = tree[key]
    return tree
