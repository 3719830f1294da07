"""Thrift's compact protocol, written by hand: headers of Parquet files that no library would."""

from __future__ import annotations

from collections.abc import Sequence

_INT32, _INT64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


class Struct:
    """A structure, its fields given in the order of their numbers.

    >>> Struct().i32(1, 1).string(4, b"a").written().hex()
    '150238016100'
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._last = 0

    def i32(self, number: int, value: int) -> Struct:
        """A field of 32 bits, or of more: nothing is checked."""
        return self._field(number, _INT32, _signed(value))

    def i64(self, number: int, value: int) -> Struct:
        """A field of 64 bits."""
        return self._field(number, _INT64, _signed(value))

    def string(self, number: int, value: bytes) -> Struct:
        """A field of bytes."""
        return self._field(number, _BINARY, _unsigned(len(value)) + value)

    def part(self, number: int, value: Struct) -> Struct:
        """A field that is a structure."""
        return self._field(number, _STRUCT, value.written())

    def items(self, number: int, kind: int, encoded: Sequence[bytes]) -> Struct:
        """A field that is a list of items of one type, each written already."""
        head = bytes([min(len(encoded), 15) << 4 | kind])
        size = _unsigned(len(encoded)) if len(encoded) >= 15 else b""
        return self._field(number, _LIST, head + size + b"".join(encoded))

    def written(self) -> bytes:
        """The structure as it is written."""
        return self._bytes + b"\0"

    def _field(self, number: int, kind: int, data: bytes) -> Struct:
        self._bytes += bytes([(number - self._last) << 4 | kind]) + data
        self._last = number
        return self


def _signed(value: int) -> bytes:
    return _unsigned(((value << 1) ^ (value >> 63)) & (2**64 - 1))


def _unsigned(value: int) -> bytes:
    written = b""
    while value >= 0x80:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])
