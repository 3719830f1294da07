"""What a file is, from its first bytes. Its name decides nothing."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, missing_file
from zoneblanche.geo.messages import _, pgettext, quantity

HEAD = 4096
"""Number of bytes read to determine the kind of a file."""

_AT_ONCE: int = (
    getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x89HDF", "hdf"),
    (b"CDF", "hdf"),
    (b"ARROW1", "arrow"),
    (b"fgb", "flatgeobuf"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"version https://git-lfs", "lfs"),
)

_DBASE_VERSIONS = (b"\x03", b"\x30", b"\x31", b"\x32", b"\x43", b"\x83", b"\x8b", b"\xf5")
_FIELDS = b"0+@BCDFGILMNOPQTVWY"
"""Letters of the types of fields of dBASE tables and of their successors."""

_MARKUP: tuple[tuple[bytes, str], ...] = (
    (rb"<\s*(OGRVRT|VRTDataset)", "vrt"),
    (rb"<\s*kml|opengis\.net/kml|earth\.google\.com/kml", "kml"),
    (rb"<!doctype\s+html|<\s*html|<\s*head|<\s*body|<\s*script", "html"),
    (rb"opengis\.net/gml", "gml"),
    (rb"<", "xml"),
)

DESCRIBED = {
    "zip": _("a ZIP archive"),
    "parquet": _("a Parquet file"),
    "sqlite": _("an SQLite database (a GeoPackage is one)"),
    "shapefile": _("a shapefile"),
    "dbase": _("a dBASE table (.dbf)"),
    "gzip": _("a gzip-compressed file"),
    "bzip2": _("a bzip2-compressed file"),
    "xz": _("an xz-compressed file"),
    "7z": _("a 7z archive"),
    "rar": _("a RAR archive"),
    "zstd": _("a zstd-compressed file"),
    "ole": _("an old Office file (.xls) or an encrypted one"),
    "pdf": _("a PDF"),
    "tiff": _("a TIFF raster"),
    "image": _("a picture"),
    "hdf": _("an HDF or NetCDF file"),
    "arrow": _("an Arrow IPC file"),
    "flatgeobuf": _("a FlatGeobuf file"),
    "program": _("a program"),
    "lfs": _("a Git LFS pointer, not the file itself"),
    "vrt": _("a GDAL virtual file (VRT), which points to other files"),
    "kml": _("a KML file"),
    "html": _("an HTML page (an error or login page, saved in place of the file?)"),
    "gml": _("a GML file"),
    "xml": _("an XML file"),
    "json": _("a JSON file"),
    "text": _("a text file"),
    "binary": _("a binary file of no kind that is known here"),
    "empty": pgettext("a file", "empty"),
}
"""The name of each result of `kind_of` in a sentence."""

REMEDIES = {
    "zip": _("Unpack it, and name the file inside."),
    "dbase": _("Name the .shp next to it, if it is part of a shapefile."),
    "gzip": _("Unpack it first."),
    "bzip2": _("Unpack it first."),
    "xz": _("Unpack it first."),
    "zstd": _("Unpack it first."),
    "7z": _("Unpack it first."),
    "rar": _("Unpack it first."),
    "ole": _("Save it as .xlsx without a password, or as CSV."),
    "lfs": _("Fetch the file itself (git lfs pull)."),
    "html": _("Fetch the file again, and look at it in a text editor."),
    "vrt": _("Name the file it points to; VRT is never followed."),
    "empty": _("Export or fetch it again."),
}
"""What to do about a file of a kind that is not read, if there is advice."""


def kind_of(head: bytes) -> str:
    """Return the kind of a file with these first bytes: a key of `DESCRIBED`.

    >>> kind_of(b"PAR1...."), kind_of(b"code;taux"), kind_of(b" <OGRVRTDataSource>")
    ('parquet', 'text', 'vrt')
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _is_dbase(head):
        return "dbase"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        plain = head.replace(b"\x00", b"")[2:].lstrip()
    else:
        plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain.strip(b"\x00"):
        return "empty" if not plain else "binary"
    if plain.startswith(b"<"):
        return next(kind for pattern, kind in _MARKUP if re.search(pattern, plain, re.IGNORECASE))
    if plain.startswith((b"{", b"[")):
        return "json"
    return "binary" if _is_binary(plain) else "text"


def _is_dbase(head: bytes) -> bool:
    """Return whether a head is that of a dBASE table: its version, date, empty bytes, and the first
    field."""
    if head[:1] not in _DBASE_VERSIONS or len(head) < 65:
        return False
    month, day, start, width = struct.unpack("<2xBB4xHH", head[:12])
    dated = month <= 12 and day <= 31
    return dated and start >= 65 and width >= 2 and head[12:14] == b"\0\0" and head[43] in _FIELDS


def _is_binary(head: bytes) -> bool:
    """Return whether there are control characters, which no text contains. In UTF-16 every second
    byte may be NUL."""
    for half in (head[::2], head[1::2]):
        if half.count(0) > 0.8 * len(half):
            head = head.replace(b"\x00", b"")
    controls = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 26, 27) for byte in head)
    return controls > max(4, len(head) * 0.02)


def check_file(path: Path, *, most_bytes: int, what: str | None = None) -> bytes:
    """Return the first bytes of a regular file that is readable and not too large.

    Raises:
        InputError: no such file, a folder or a device, or more than `most_bytes`.
        ProblemWithEnvironment: no permission to read it.
    """
    with open_plain(path, what=what) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most_bytes:
            raise InputError(
                Fault(
                    _(
                        "the file has {st_size} bytes, more than the limit of {most_bytes}.",
                        st_size=quantity(size),
                        most_bytes=quantity(most_bytes),
                    ),
                    file=str(path),
                    remedy=_("Keep only the rows and columns needed, or raise the limit."),
                    kind="too-large",
                )
            )
        try:
            return stream.read(HEAD)
        except OSError as error:
            raise _unreadable(str(path), error) from error


def check_there(path: Path, *, what: str | None = None) -> None:
    """Refuse a path that leads to no file, or to something other than a regular one.

    Raises:
        InputError: it does.
        ProblemWithEnvironment: the file may not be read.
    """
    open_plain(path, what=what).close()


def read_bytes(path: Path, *, most_bytes: int) -> bytes:
    """Return all bytes of a file that `check_file` accepted.

    Raises:
        InputError: it has grown beyond the limit since.
        ProblemWithEnvironment: it cannot be read.
    """
    with open_plain(path) as stream:
        try:
            # A buffer of the limit would be more memory than a small file needs.
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(min(size, most_bytes) + 1)
            if size < len(data) <= most_bytes:
                data += stream.read(most_bytes + 1 - len(data))
        except OSError as error:
            raise _unreadable(str(path), error) from error
    if len(data) > most_bytes:
        raise InputError(
            Fault(_("the file grew while it was read."), file=str(path), kind="too-large")
        )
    return data


def open_plain(path: Path, *, what: str | None = None) -> io.BufferedReader:
    """Open a regular file for reading, without waiting for a pipe, device or socket.

    Raises:
        InputError: there is no such file, or it is not a regular one.
        ProblemWithEnvironment: it may not be read.
    """
    try:
        _check_plain(path.stat().st_mode, path)
        # A pipe may have replaced the file since the check; this mode does not wait for one.
        handle = os.open(path, os.O_RDONLY | _AT_ONCE)
    except FileNotFoundError:
        raise InputError(missing_file(path, what=what)) from None
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error
    try:
        _check_plain(os.fstat(handle).st_mode, path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _check_plain(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = _("a folder") if stat.S_ISDIR(mode) else _("not a regular file")
        raise InputError(Fault(_("this is {kind}.", kind=kind), file=str(path), kind="not-a-file"))


def refused_kind(path: Path, kind: str, *, accepted: str) -> Fault:
    """Return the fault of a file whose content is of a kind that is not read."""
    return Fault(
        _(
            "the file is {described}; only {accepted} can be read here.",
            described=DESCRIBED[kind],
            accepted=accepted,
        ),
        file=str(path),
        remedy=REMEDIES.get(kind, ""),
        kind="empty-file" if kind == "empty" else "wrong-format",
    )


def _unreadable(file: str, error: Exception) -> ProblemWithEnvironment | InputError:
    if isinstance(error, ValueError):
        return InputError(Fault(_("the name of the file cannot be used."), file=repr(file)))
    reason = getattr(error, "strerror", None) or str(error)
    return ProblemWithEnvironment(
        _("{file}: the file cannot be read ({reason}).", file=file, reason=reason)
    )
