"""Mutations of well-known binary (WKB), the form of geometries in Parquet files and GeoPackages."""

from __future__ import annotations

import random
import struct

from zoneblanche.scripts.trials.mutations.texts import mutate_bytes

_COLLECTION = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"
"""The head of a collection of one geometry."""

KINDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 16, 17, 99, 1003, 2003, 3003, 0x80000003, 0x20000003,
         0xE0000006, 0xFFFFFFFF)  # fmt: skip
COUNTS = (0, 1, 2, 3, 1000, 2**16, 2**26, 2**28, 2**31 - 1, 2**31, 2**32 - 1)
COORDINATES = (float("nan"), float("inf"), -1e308, 1e-320, 0.5, 91.0, 181.0, 1e9, -0.0)
SHAPES = (
    "POINT EMPTY", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "MULTIPOLYGON EMPTY",
    "POINT (4 46)",
    "LINESTRING (4 46, 5 47)", "LINEARRING (4 46, 5 46, 5 47, 4 46)", "POLYGON Z ((4 46 1, 5 46 2, "
    "5 47 3, 4 46 1))", "POLYGON ((4 46, 5 47, 5 46, 4 47, 4 46))",
    "POLYGON ((4 46, 4 46, 4 46, 4 46))",
    "MULTIPOLYGON (((4 46, 5 46, 5 47, 4 46)), ((4 46, 5 46, 5 47, 4 46)))",
    "MULTIPOINT (4 46, 5 47)",
    "GEOMETRYCOLLECTION (POLYGON ((4 46, 5 46, 5 47, 4 46)), POINT (4 46))",
    "POLYGON ((-179 10, 179 10, 179 11, -179 11, -179 10))", "POLYGON ((4 89, 5 89, 5 91, 4 89))",
    "POLYGON ((4 46, 9 46, 9 51, 4 51, 4 46), (3 45, 3.5 45, 3.5 45.5, 3 45))",
)  # fmt: skip


def mutate_wkb(content: bytes, chance: random.Random) -> bytes:
    """Change a type, a count, a coordinate or the byte order, nest the shape, or replace it."""
    data = bytearray(content)
    if len(data) < 9:
        return mutate_bytes(content, chance)
    match chance.randrange(8):
        case 0:
            return _COLLECTION * chance.choice((1, 20, 3000, 100_000)) + content
        case 1:
            data[1:5] = struct.pack("<I", chance.choice(KINDS))
        case 2:
            data[5:9] = struct.pack("<I", chance.choice(COUNTS))
        case 3:
            place = chance.randrange(5, len(data) - 3, 4)
            data[place : place + 4] = struct.pack("<I", chance.choice(COUNTS))
        case 4:
            data[0] = chance.choice((0, 2, 255))
        case 5 | 6:
            # Of a polygon the coordinates begin after 13 bytes, of a part of several after 22.
            place = chance.choice((13, 22)) + 8 * chance.randrange(max(1, len(data) // 8 - 2))
            data[place : place + 8] = struct.pack("<d", chance.choice(COORDINATES))
        case _:
            import shapely

            return bytes(shapely.to_wkb(shapely.from_wkt(chance.choice(SHAPES))))
    return bytes(data)


def mutate_geopackage_shape(content: bytes, chance: random.Random) -> bytes:
    """Mutate the WKB after the header of a geometry in a GeoPackage, or the header."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}.get(content[3] >> 1 & 7) if content else None
    if content[:2] != b"GP" or envelope is None or chance.random() < 0.2:
        return mutate_bytes(content, chance)
    start = 8 + envelope
    return content[:start] + mutate_wkb(content[start:], chance)
