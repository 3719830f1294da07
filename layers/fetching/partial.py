"""The partial file of an interrupted download, and the note that says which file it belongs to.

The partial file is deleted before its note and created after it. So a kill between two steps leaves
a partial file with its own note, or only one of the two, which is ignored.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from zoneblanche.geo.files.structured.records import is_plain_file, read_record, write_whole
from zoneblanche.layers.fetching.resume import Begun, valid_etag

_MOST_NOTE_BYTES = 100_000


def begun(partial: Path, url: str) -> Begun | None:
    """Return the partial file of this URL, or None. That of another URL is deleted."""
    note = read_record(note_of(partial), most_bytes=_MOST_NOTE_BYTES)
    if note is not None and note.get("url") == url and is_plain_file(partial):
        return Begun(partial.stat().st_size, valid_etag(note.get("etag")))
    forget(partial)
    return None


def begin(partial: Path, url: str, etag: str) -> IO[bytes]:
    """Open an empty partial file for this URL, and delete the one that was there."""
    forget(partial)
    note = json.dumps({"url": url, "etag": etag})
    write_whole(note_of(partial), note, made=partial.with_name(partial.name + ".new"))
    return partial.open("xb")


def go_on(partial: Path) -> IO[bytes]:
    """Open the partial file to append to it."""
    return partial.open("ab")


def forget(partial: Path) -> None:
    """Delete the partial file, then its note."""
    partial.unlink(missing_ok=True)
    note_of(partial).unlink(missing_ok=True)


def note_of(partial: Path) -> Path:
    """Return the path of the note of a partial file."""
    return partial.with_name(partial.name + ".json")
