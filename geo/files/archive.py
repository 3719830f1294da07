"""ZIP archives and gzip files, unpacked within limits."""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, OutOfTime, first_of, shown
from zoneblanche.geo.files.kinds import HEAD, check_file, kind_of, open_plain
from zoneblanche.geo.files.limits import MIB, Limits
from zoneblanche.geo.messages import _, quantity

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
_ALWAYS_FINE = 10 * MIB
"""Unpacked size below which a member may be compressed by any ratio."""

_PIECE = 1 << 20
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def is_archive(path: Path) -> bool:
    """Return whether a regular file is a ZIP archive.

    Raises:
        InputError: there is no such file, or it is not a regular one.
        ProblemWithEnvironment: it may not be read.
    """
    with open_plain(path) as stream:
        return kind_of(stream.read(HEAD)) == "zip"


@contextmanager
def unpacked_member(path: Path, pattern: str, *, limits: Limits, what: str) -> Iterator[Path]:
    """Unpack the one file of an archive with a matching name, for the duration of the block.

    Args:
        path: of a ZIP archive.
        pattern: regular expression that the name contains.
        limits: `archive_bytes` and `archive_ratio` are those of the member.
        what: files of this kind in a sentence ("tables").

    Yields:
        The file, in a folder of its own, under a name that the archive does not choose but for
        its ending.

    Raises:
        InputError: none or several such files, damage, more than the limits; the faults that the
            block finds in the file name the archive and the file in it.
    """
    file = str(path)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        try:
            with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
                member = _chosen(archive, pattern, file, what)
                _check(member, file, limits)
                ending = _ENDING.search(member.filename)
                place = Path(folder) / f"member{ending[0] if ending else ''}"
                with archive.open(member) as packed, place.open("wb") as whole:
                    while piece := packed.read(_PIECE):
                        whole.write(piece)
        except InputError:
            raise
        except _DAMAGED as error:
            raise InputError(_damaged(file, _("archive"), error)) from error
        with named(place, f"{file}: {_printable(member.filename)}"):
            yield place


@contextmanager
def named(place: Path, file: str) -> Iterator[None]:
    """Name `file` in the faults of the block that name `place`, where it was unpacked."""
    try:
        yield
    except OutOfTime:
        raise
    except InputError as error:
        raise InputError(
            [
                replace(fault, file=file) if fault.file == str(place) else fault
                for fault in error.faults
            ]
        ) from error


def gunzipped(path: Path, *, limits: Limits) -> bytes:
    """Return the content of a gzip file.

    Raises:
        InputError: not a regular file, damage, or more than the limits of an archive.
    """
    check_file(path, most_bytes=limits.table_bytes)
    most = limits.archive_bytes
    pieces: list[bytes] = []
    total = packed = 0
    reader = zlib.decompressobj(wbits=31)
    try:
        with open_plain(path) as stream:
            while not reader.eof:
                data = reader.unconsumed_tail or stream.read(_PIECE)
                if not data:
                    raise EOFError
                packed += len(data) - len(reader.unconsumed_tail)
                pieces.append(reader.decompress(data, _PIECE))
                total += len(pieces[-1])
                _check_size(total, packed, path.name, str(path), most, limits)
    except (zlib.error, EOFError, OSError) as error:
        raise InputError(_damaged(str(path), _("gzip file"), error)) from error
    return b"".join(pieces)


def _chosen(archive: zipfile.ZipFile, pattern: str, file: str, what: str) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if re.search(pattern, info.filename)]
    if len(found) != 1:
        names = first_of([shown(name) for name in archive.namelist()])
        raise InputError(
            Fault(
                _(
                    "the archive contains {count} {what}; one was expected.",
                    count=len(found),
                    what=what,
                ),
                file=file,
                remedy=_("It contains {names}.", names=names) if names else _("It is empty."),
                kind="archive",
            )
        )
    return found[0]


def _check(member: zipfile.ZipInfo, file: str, limits: Limits) -> None:
    """Refuse a member by its declared size; zipfile never reads beyond it."""
    _check_size(
        member.file_size, member.compress_size, member.filename, file, limits.archive_bytes, limits
    )


def _check_size(size: int, packed: int, name: str, file: str, most: int, limits: Limits) -> None:
    ratio = size / max(packed, 1)
    if size > _ALWAYS_FINE and ratio > limits.archive_ratio:
        raise InputError(
            Fault(
                _(
                    "{name} unpacks to {ratio} times its size, more than the limit of {limit}.",
                    name=shown(name),
                    ratio=quantity(ratio, 0),
                    limit=quantity(limits.archive_ratio, 0),
                ),
                file=file,
                remedy=_("This looks like an archive bomb; if it is not one, raise the limit."),
                kind="archive-bomb",
            )
        )
    if size > most:
        raise InputError(
            Fault(
                _(
                    "{name} unpacks to {size} bytes, more than the limit of {limit}.",
                    name=shown(name),
                    size=quantity(size),
                    limit=quantity(most),
                ),
                file=file,
                remedy=_("Keep only the rows and columns needed, or raise the limit."),
                kind="too-large",
            )
        )


def _damaged(file: str, what: str, error: Exception) -> Fault:
    return Fault(
        _("the {what} is damaged ({name}).", what=what, name=type(error).__name__),
        file=file,
        remedy=_("Export or fetch it again."),
        kind="damaged-file",
    )


def _printable(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[-60:]
