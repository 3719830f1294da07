"""Thrift's compact protocol, as far as the headers of Parquet files need it.

Layout: apache/thrift, doc/specs/thrift-compact-protocol.md.
"""

from __future__ import annotations

from typing import Any

MOST_DEEP = 16
"""Structures within structures: those of Parquet have six."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)


class BadThrift(ValueError):
    """Bytes that are not a structure of the compact protocol."""


def read_struct(data: bytes, place: int = 0) -> tuple[dict[int, Any], int]:
    """Return the fields of a structure by number, and the position after it.

    Integers are int, binaries bytes, lists lists, structures dictionaries.

    Raises:
        BadThrift: the bytes end within it, it holds maps or unknown types, nests too deep, or says
            the same field twice.

    >>> read_struct(bytes([0x15, 0x02, 0x18, 0x01, 0x61, 0x00]))
    ({1: 1, 2: b'a'}, 6)
    """
    try:
        return _struct(data, place, MOST_DEEP)
    except IndexError:
        raise BadThrift("it is cut off") from None


def _struct(data: bytes, place: int, deep: int) -> tuple[dict[int, Any], int]:
    if not deep:
        raise BadThrift("structures nest too deep")
    fields: dict[int, Any] = {}
    number = 0
    while True:
        head = data[place]
        place += 1
        if not head:
            return fields, place
        if head >> 4:
            number += head >> 4
        else:
            number, place = _integer(data, place)
        if number in fields:
            raise BadThrift("a field is there twice")
        kind = head & 15
        if kind in (_TRUE, _FALSE):
            fields[number] = kind == _TRUE
        else:
            fields[number], place = _value(data, place, kind, deep)


def _value(data: bytes, place: int, kind: int, deep: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _integer(data, place)
    if kind == _BINARY:
        size, place = _unsigned(data, place)
        if size > len(data) - place:
            raise BadThrift("it is cut off")
        return data[place : place + size], place + size
    if kind == _STRUCT:
        return _struct(data, place, deep - 1)
    if kind in (_LIST, _SET):
        return _list(data, place, deep)
    if kind in (_BYTE, _TRUE, _FALSE):
        return data[place], place + 1
    if kind == _DOUBLE:
        if len(data) < place + 8:
            raise BadThrift("it is cut off")
        return data[place : place + 8], place + 8
    raise BadThrift("a field is of an unknown type")


def _list(data: bytes, place: int, deep: int) -> tuple[list[Any], int]:
    if not deep:
        raise BadThrift("structures nest too deep")
    head = data[place]
    size, place = head >> 4, place + 1
    if size == 15:
        size, place = _unsigned(data, place)
    if size > len(data) - place:
        raise BadThrift("it is cut off")
    values = []
    for _ in range(size):
        value, place = _value(data, place, head & 15, deep - 1)
        values.append(value)
    return values, place


def _integer(data: bytes, place: int) -> tuple[int, int]:
    number, place = _unsigned(data, place)
    return (number >> 1) ^ -(number & 1), place


def _unsigned(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
        if shift > 63:
            raise BadThrift("a number is too long")
