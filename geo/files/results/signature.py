"""What zoneblanche wrote is known by its hash, not by its name.

A page, a picture, a PDF or a GeoParquet file carries the hash of its own bytes, in a remark that
its format allows. A CSV, a JSON or a PMTiles file has no place for one: there the hash is kept in
an extended attribute of the file, or, where the file system has none, in a list in the user's state
folder. A file whose hash no longer agrees was changed by somebody, and is theirs.

A forged signature does no harm beyond the file that carries it: nobody else's file can be named in
it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_SIGNATURE = re.compile(rb"zoneblanche:([a-z]{1,16}) sha256:([0-9a-f]{64})")
_LONGEST = 160
"""Bytes of a remark at most."""
_TAIL = 4096
"""Bytes from the end of a PDF or a page in which its end mark is sought."""
_CHUNK = 2**20
_ATTRIBUTE = "user.zoneblanche"
_MOST_LISTED = 10_000


def sign(path: Path, kind: str) -> None:
    """Signs a file that is complete, before it takes its place.

    Args:
        path: of the file.
        kind: of the result, such as "map"; lower-case letters.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("rb+") as stream:
        form = _form_of(stream)
        if form is None:
            _remember(path, kind, _digest(stream, kind))
        elif _kind_told(stream, form) != kind:
            _insert(stream, form, kind)


def signed_text(text: str, kind: str) -> str:
    """The text of a page as `sign` makes it in a file."""
    stream = io.BytesIO(text.encode("utf-8"))
    form = _form_of(stream)
    if form is not None:
        _insert(stream, form, kind)
    return stream.getvalue().decode("utf-8")


def _insert(stream: BinaryIO, form: str, kind: str) -> None:
    end = _anchor(stream, form)
    remark = _remark(form, kind, _digest(stream, kind))
    stream.seek(end)
    rest = stream.read()
    stream.seek(end)
    stream.write(remark + rest)


def kind_signed(path: Path) -> str | None:
    """The kind of result that a file is; None where we did not write it, or it was changed since.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        form = _form_of(stream)
        return _remembered(path, stream) if form is None else _kind_told(stream, form)


def _kind_told(stream: BinaryIO, form: str) -> str | None:
    """The kind that the remark in a file tells, if its hash is that of the file."""
    end = _anchor(stream, form)
    start = max(0, end - _LONGEST)
    stream.seek(start)
    before = stream.read(end - start)
    for match in _SIGNATURE.finditer(before):
        kind, digest = match[1].decode(), match[2].decode()
        remark = _remark(form, kind, digest)
        if before.endswith(remark):
            same = _digest(stream, kind, without=(end - len(remark), end)) == digest
            return kind if same else None
    return None


def _form_of(stream: BinaryIO) -> str | None:
    """The format of the file, if it has a place for a remark."""
    stream.seek(0)
    head = stream.read(64)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"%PDF-"):
        return "pdf" if _anchor(stream, "pdf") else None
    if head.startswith(b"PAR1"):
        return "parquet" if _anchor(stream, "parquet") else None
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<?xml", b"<svg")):
        return "markup" if _anchor(stream, "markup") else None
    return None


def _anchor(stream: BinaryIO, form: str) -> int:
    """The position before which the remark stands; 0 where the file has none."""
    size = stream.seek(0, os.SEEK_END)
    if form == "png":
        return max(0, size - 12)  # IEND, the last chunk
    if form == "parquet":
        if size < 12:
            return 0
        stream.seek(size - 8)
        length, magic = struct.unpack("<I4s", stream.read(8))
        return size - 8 - length if magic == b"PAR1" and length < size - 12 else 0
    start = stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    marks = (b"startxref",) if form == "pdf" else (b"</html>", b"</svg>")
    position = max(tail.rfind(mark) for mark in marks)
    return 0 if position < 0 else start + position


def _remark(form: str, kind: str, digest: str) -> bytes:
    text = f"zoneblanche:{kind} sha256:{digest}".encode()
    if form == "png":
        chunk = b"tEXtComment\x00" + text
        return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    if form == "pdf":
        return b"%" + text + b"\n"
    if form == "markup":
        return b"<!-- " + text + b" -->\n"
    return text  # between the last page of a Parquet file and its footer


def _digest(stream: BinaryIO, kind: str, *, without: tuple[int, int] | None = None) -> str:
    """Hash of the kind and of the whole file, without the bytes of the remark."""
    digest = hashlib.sha256(kind.encode() + b"\0")
    size = stream.seek(0, os.SEEK_END)
    start, end = without or (size, size)
    for first, last in ((0, start), (end, size)):
        stream.seek(first)
        left = last - first
        while left > 0 and (block := stream.read(min(left, _CHUNK))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def _remember(path: Path, kind: str, digest: str) -> None:
    """Keeps the hash of a file that cannot carry it. Where there is no place for it at all, the
    file is not known as ours later on, and so is not replaced."""
    text = f"zoneblanche:{kind} sha256:{digest}"
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(path, _ATTRIBUTE, text.encode())
            return
    with suppress(OSError, RuntimeError):  # no home, or none that can be written
        _list_hash(text)


def _remembered(path: Path, stream: BinaryIO) -> str | None:
    signatures = set()
    if hasattr(os, "getxattr"):
        with suppress(OSError):
            signatures.add(os.getxattr(path, _ATTRIBUTE).decode("ascii", "replace"))
    with suppress(OSError, RuntimeError, ValueError):
        signatures |= set(_list().read_text("ascii").split("\n"))
    hashes: dict[str, str] = {}
    for text in sorted(signatures):
        match = _SIGNATURE.fullmatch(text.encode("ascii", "replace"))
        if match:
            kind = match[1].decode()
            if kind not in hashes:
                hashes[kind] = _digest(stream, kind)
            if hashes[kind] == match[2].decode():
                return kind
    return None


def _list() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("zoneblanche", appauthor=False)) / "written"


def _list_hash(text: str) -> None:
    path = _list()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+", encoding="ascii") as stream:
        lines = stream.read().split("\n")
        if len(lines) > _MOST_LISTED:
            stream.seek(0)
            stream.truncate()
            stream.write("\n".join(lines[-_MOST_LISTED // 2 :]))
        stream.write(f"{text}\n")
