"""ZIP archives and gzip files, unpacked within limits."""

from __future__ import annotations

import re
import shutil
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
from zoneblanche.geo.messages import Notices, _, quantity

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
_VECTORS = re.compile(r"\.(shp|gpkg|geojson|json|topojson|parquet)$", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:read[-_ ]?me|lisez[-_ ]?moi|licen[cs]e|meta_?data|m[eé]tadonn[eé]es|notice)(?![^\W_])"
    r"|.*_meta_?data$",
    re.IGNORECASE,
)
"""Names of files that describe the others of an archive: they begin with such a word, or end in
"_MetaData", as those of Statistics Canada do."""
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""Of a shapefile, those that are read."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def is_archive(path: Path) -> bool:
    """Return whether a regular file is a ZIP archive.

    Raises:
        InputError: there is no such file, or it is not a regular one.
        ProblemWithEnvironment: it may not be read.
    """
    with open_plain(path) as stream:
        return kind_of(stream.read(HEAD)) == "zip"


def only_member(
    path: Path,
    names: re.Pattern[str],
    *,
    what: str,
    stem: str | None = None,
    notices: Notices,
) -> str:
    """Return a pattern of the one file of an archive with such a name.

    Args:
        path: of a ZIP archive.
        names: regular expression that the name contains; folders and hidden files do not count.
        what: files of this kind in a sentence ("tables").
        stem: of the name without its ending, by which one of several is chosen.
        notices: takes which file is read, where others only describe it.

    Raises:
        InputError: none or several such files, or damage.
    """
    candidates = [name for name in member_names(path) if names.search(name)]
    if len(candidates) > 1 and stem is not None:
        candidates = [name for name in candidates if Path(name).stem == stem] or candidates
    if len(candidates) > 1:
        aside = [name for name in candidates if _ASIDE.match(Path(name).stem)]
        candidates = [name for name in candidates if name not in aside] or candidates
        if aside and len(candidates) == 1:
            notices.remark(
                _(
                    "{file}: {name} is read; by their names other files describe it ({others}).",
                    file=path,
                    name=shown(candidates[0]),
                    others=first_of([shown(name) for name in aside]),
                )
            )
    if len(candidates) != 1:
        fault = _not_one(member_names(path), len(candidates), str(path), what)
        if len({Path(name).stem for name in candidates}) == len(candidates) > 1:
            remedy = _(
                'Name one, without its ending, e.g. layer = "{name}". Files: {names}.',
                name=Path(candidates[0]).stem,
                names=first_of([shown(name) for name in candidates]),
            )
            fault = replace(fault, remedy=remedy)
        raise InputError(fault)
    return f"^{re.escape(candidates[0])}$"


def member_names(path: Path) -> list[str]:
    """Return the names of the files of a ZIP archive, without folders and hidden files.

    Raises:
        InputError: damage.
    """
    try:
        with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(_damaged(str(path), _("archive"), error)) from error
    return [
        name
        for name in names
        if not name.endswith("/")
        and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    ]


@contextmanager
def unpacked_gzip(path: Path, *, limits: Limits) -> Iterator[Path]:
    """Unpack a gzip file for the duration of the block, under its name without `.gz`.

    Raises:
        InputError: see `gunzipped`; the faults that the block finds in the file name the archive.
    """
    data = gunzipped(path, limits=limits)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        place = Path(folder) / (path.stem if path.suffix.lower() == ".gz" else path.name)
        place.write_bytes(data)
        with named(place, str(path)):
            yield place


@contextmanager
def unpacked_member(
    path: Path, pattern: str, *, limits: Limits, what: str, stem: str = "member"
) -> Iterator[Path]:
    """Unpack the one file of an archive with a matching name, for the duration of the block.

    Args:
        path: of a ZIP archive.
        pattern: regular expression that the name contains.
        limits: `archive_bytes` and `archive_ratio` are those of the member.
        what: files of this kind in a sentence ("tables").
        stem: name of the unpacked file, without its ending.

    Yields:
        The file, in a folder of its own, under a name that the archive does not choose but for
        its ending. Next to a dBASE table is the file that names its encoding, if there is one.

    Raises:
        InputError: none or several such files, damage, more than the limits; the faults that the
            block finds in the file name the archive and the file in it.
    """
    file = str(path)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        try:
            with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
                member = _chosen(archive, pattern, file, what)
                ending = _ENDING.search(member.filename)
                place = Path(folder) / f"{stem}{ending[0] if ending else ''}"
                _unpack(archive, member, place, file, limits)
                for encoding in _encodings_beside(archive, member):
                    _unpack(archive, encoding, place.with_suffix(".cpg"), file, limits)
        except InputError:
            raise
        except _DAMAGED as error:
            raise InputError(_damaged(file, _("archive"), error)) from error
        with named(place, f"{file}: {_printable(member.filename)}"):
            yield place


@contextmanager
def unpacked_vector(
    path: Path, *, limits: Limits, layer: str | None = None, notices: Notices
) -> Iterator[Path]:
    """Unpack the one file of polygons of an archive, a shapefile with its parts.

    Args:
        path: of a ZIP archive.
        limits: `archive_bytes` and `archive_ratio` are those of each part.
        layer: the name, without its ending, of one of several files.
        notices: as for `only_member`.

    Yields:
        The file, in a folder of its own, under the name of the archive.

    Raises:
        InputError: none or several such files, damage, more than the limits; the faults that the
            block finds in the file name the archive.
    """
    chosen = only_member(path, _VECTORS, what=_("files of polygons"), stem=layer, notices=notices)
    main = next(name for name in member_names(path) if re.search(chosen, name))
    parts = {main: Path(main).suffix.lower()}
    if parts[main] == ".shp":
        stem = main[: -len(".shp")]
        parts = {
            name: Path(name).suffix.lower()
            for name in member_names(path)
            if name[: -len(Path(name).suffix)] == stem and Path(name).suffix.lower() in _PARTS
        }
    file = str(path)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        try:
            with open_plain(path) as stream, zipfile.ZipFile(stream) as archive:
                for name, ending in parts.items():
                    place = Path(folder) / f"{path.stem}{ending}"
                    _unpack(archive, archive.getinfo(name), place, file, limits)
        except InputError:
            raise
        except _DAMAGED as error:
            raise InputError(_damaged(file, _("archive"), error)) from error
        place = Path(folder) / f"{path.stem}{parts[main]}"
        with named(place, file):
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
    members = [info for info in archive.infolist() if re.search(pattern, info.filename)]
    if len(members) != 1:
        raise InputError(_not_one(archive.namelist(), len(members), file, what))
    return members[0]


def _not_one(members: list[str], count: int, file: str, what: str) -> Fault:
    names = first_of([shown(name) for name in members])
    return Fault(
        _("the archive contains {count} {what}; one was expected.", count=count, what=what),
        file=file,
        remedy=_("It contains {names}. Unpack it, and name the file inside.", names=names)
        if names
        else _("It is empty."),
        kind="archive",
    )


def _encodings_beside(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[zipfile.ZipInfo]:
    """Return the file of an archive that names the encoding of a dBASE table, if there is one."""
    name = member.filename.lower()
    if not name.endswith(".dbf"):
        return []
    wanted = name.removesuffix(".dbf") + ".cpg"
    return [info for info in archive.infolist() if info.filename.lower() == wanted][:1]


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, file: str, limits: Limits
) -> None:
    """Write a file of an archive to a place, within the limits."""
    _check(member, file, limits)
    with archive.open(member) as packed, place.open("wb") as whole:
        shutil.copyfileobj(packed, whole, _PIECE)


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
