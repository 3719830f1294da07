"""The encoding of the attribute table of a shapefile, by its bytes.

The table of a shapefile may not say how its text is encoded, and often it says it wrongly. Text in
UTF-8 is recognised with certainty: in no other encoding do its bytes make sense. Text that declares
nothing is recognised by its letters (`geo.files.encoding`).
"""

from __future__ import annotations

import codecs
import re
import struct
from pathlib import Path

from zoneblanche.geo.files.encoding import Guess, foreign_words, guess_encoding
from zoneblanche.geo.files.kinds import open_plain, read_bytes

_HIGH = re.compile(rb"[\x80-\xff]+")
_NOT_LATIN_1 = re.compile(rb"[\x80-\x9f]")
"""Letters and signs of Windows-1252 that are control codes in ISO 8859-1."""
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MOST_WORDS = 5_000
ANSI = "ANSI"
"""What a .dbf declares that is in the encoding of the computer that wrote it."""

CODE_PAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x04: "mac-roman",
    0x57: ANSI,
    0x64: "cp852",
    0x65: "cp866",
    0x66: "cp865",
    0x6A: "cp737",
    0x6B: "cp857",
    0xC8: "cp1250",
    0xC9: "cp1251",
    0xCA: "cp1254",
    0xCB: "cp1253",
    0xCC: "cp1257",
}
"""Of the byte of a .dbf that names its code page, the usual ones."""

_MOST_DECLARATION = 1 << 16

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
        accented = False
        rows = max(_CHUNK_ROWS_BYTES // width, 1)
        while block := stream.read(rows * width):
            for run in _HIGH.finditer(block):
                try:
                    run[0].decode("utf-8")
                    accented = True
                except UnicodeDecodeError as error:
                    cut = error.end == len(run[0]) and error.reason == "unexpected end of data"
                    if not (cut and run.end() % width in ends):
                        return False
        return accented


def guess_of(table: Path) -> Guess | None:
    """Return the encoding of the text of an attribute table (.dbf), by its letters."""
    words: set[bytes] = set()
    with open_plain(table) as stream:
        head = stream.read(_FIELD_BYTES).ljust(_FIELD_BYTES, b"\0")
        stream.seek(struct.unpack("<8xH22x", head)[0])
        while (block := stream.read(_CHUNK_ROWS_BYTES)) and len(words) < _MOST_WORDS:
            words |= foreign_words(block)
    return guess_encoding(words)


def declared_encoding(table: Path, declaration: Path | None) -> str:
    """Return what the .cpg says, or what the attribute table itself does, or "".

    Args:
        table: the .dbf.
        declaration: the .cpg, if there is one.
    """
    if declaration is not None:
        text = read_bytes(declaration, most_bytes=_MOST_DECLARATION)
        return text.decode("ascii", errors="replace").strip()[:40]
    with open_plain(table) as stream:
        number = stream.read(30)[29:]
    return CODE_PAGES.get(number[0], f"LDID {number[0]}") if number and number[0] else ""


def codec_of(declared: str) -> str | None:
    """Return the encoding of Python that a .cpg or a .dbf declares, None if it has none.

    >>> codec_of("1250"), codec_of("ISO 88592"), codec_of("ANSI 1252"), codec_of("ANSI")
    ('cp1250', 'iso8859-2', 'cp1252', None)
    """
    names = [declared] if declared.upper() != ANSI else []
    names += [f"iso-8859-{part}" for part in re.findall(r"8859[-_ ]?([0-9]{1,2})", declared)]
    names += [f"cp{page}" for page in re.findall(r"[0-9]{3,5}", declared)]
    for name in names:
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def fits_cp1252(table: Path) -> bool:
    """Return whether an attribute table (.dbf) has only bytes that Windows-1252 knows."""
    return not _has(table, _NOT_CP1252)


def is_cp1252(table: Path, declared: str) -> bool:
    """Return whether an attribute table (.dbf) that declares ISO 8859-1 is in Windows-1252: it has
    letters such as Œ, which the former lacks."""
    return codec_of(declared) == "iso8859-1" and _has(table, _NOT_LATIN_1) and fits_cp1252(table)


def _has(table: Path, pattern: re.Pattern[bytes]) -> bool:
    with open_plain(table) as stream:
        head = stream.read(_FIELD_BYTES).ljust(_FIELD_BYTES, b"\0")
        stream.seek(struct.unpack("<8xH22x", head)[0])
        while block := stream.read(_CHUNK_ROWS_BYTES):
            if pattern.search(block):
                return True
    return False


def _ends_of_fields(descriptors: bytes) -> set[int]:
    """Return where in a record each field ends, counted from its first byte."""
    ends, place = set(), 1
    for first in range(0, len(descriptors) - _FIELD_BYTES + 1, _FIELD_BYTES):
        if descriptors[first] == 0x0D:
            break
        place += descriptors[first + 16]
        ends.add(place)
    return ends | {0}
