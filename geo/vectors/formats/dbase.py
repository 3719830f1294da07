"""The encoding of the attribute table of a shapefile, by its bytes.

The table of a shapefile may not say how its text is encoded, and often it says it wrongly. Text in
UTF-8 is recognised with certainty: in no other encoding do its bytes make sense.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

from zoneblanche.geo.files.kinds import open_plain

_HIGH = re.compile(rb"[\x80-\xff]+")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CHUNK_ROWS_BYTES = 1 << 24
_FIELD_BYTES = 32


def is_utf8(table: Path) -> bool:
    """Return whether an attribute table (.dbf) has letters beyond ASCII, and all are UTF-8.

    A letter that is cut off by the width of its field is not counted.
    """
    with open_plain(table) as stream:
        head = stream.read(_FIELD_BYTES).ljust(_FIELD_BYTES, b"\0")
        start, width = struct.unpack("<8xHH20x", head)
        ends = _ends_of_fields(stream.read(max(start - _FIELD_BYTES, 0)))
        if width < 2:
            return False
        stream.seek(start)
        found = False
        rows = max(_CHUNK_ROWS_BYTES // width, 1)
        while block := stream.read(rows * width):
            for run in _HIGH.finditer(block):
                try:
                    run[0].decode("utf-8")
                    found = True
                except UnicodeDecodeError as error:
                    cut = error.end == len(run[0]) and error.reason == "unexpected end of data"
                    if not (cut and run.end() % width in ends):
                        return False
        return found


def fits_cp1252(table: Path) -> bool:
    """Return whether an attribute table (.dbf) has only bytes that Windows-1252 knows."""
    with open_plain(table) as stream:
        head = stream.read(_FIELD_BYTES).ljust(_FIELD_BYTES, b"\0")
        stream.seek(struct.unpack("<8xH22x", head)[0])
        while block := stream.read(_CHUNK_ROWS_BYTES):
            if _NOT_CP1252.search(block):
                return False
    return True


def _ends_of_fields(descriptors: bytes) -> set[int]:
    """Return where in a record each field ends, counted from its first byte."""
    ends, place = set(), 1
    for first in range(0, len(descriptors) - _FIELD_BYTES + 1, _FIELD_BYTES):
        if descriptors[first] == 0x0D:
            break
        place += descriptors[first + 16]
        ends.add(place)
    return ends | {0}
