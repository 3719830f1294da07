"""A picture with a palette, written without a drawing library."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from zoneblanche.maps.drawn.palettes import rgb


def write_png(pixels: NDArray[np.uint8], palette: list[str]) -> bytes:
    """Return a PNG with a palette, in which colour 0 is transparent (ISO/IEC 15948).

    >>> write_png(np.zeros((1, 1), dtype=np.uint8), ["#ffffff"])[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    colours = b"".join(bytes(rgb(colour)) for colour in palette)
    body = zlib.compress(rows.tobytes(), 6)
    parts = (
        (b"IHDR", header),
        (b"PLTE", colours),
        (b"tRNS", b"\0"),
        (b"IDAT", body),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
