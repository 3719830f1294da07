"""What was received of a download that broke off, and of which file it is the beginning.

The bytes lie in `partial`, what they are a beginning of in a note beside it. A kill between any two
steps leaves bytes with the note of their own file, or one of both alone, which counts for nothing:
the bytes go before their note does, and come after it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from zoneblanche.geo.files.records import is_plain_file, read_record, write_whole
from zoneblanche.layers.fetching.resume import Begun, valid_etag

_MOST_NOTE_BYTES = 100_000


def begun(partial: Path, url: str) -> Begun | None:
    """What was begun of this address. What was begun of another, or cannot be told, is removed."""
    note = read_record(note_of(partial), most_bytes=_MOST_NOTE_BYTES)
    if note is not None and note.get("url") == url and is_plain_file(partial):
        return Begun(partial.stat().st_size, valid_etag(note.get("etag")))
    forget(partial)
    return None


def begin(partial: Path, url: str, etag: str) -> IO[bytes]:
    """Opens an empty file for the bytes of this address, in the place of what was there."""
    forget(partial)
    note = json.dumps({"url": url, "etag": etag})
    write_whole(note_of(partial), note, made=partial.with_name(partial.name + ".new"))
    return partial.open("xb")


def go_on(partial: Path) -> IO[bytes]:
    """Opens what was begun, to add to it."""
    return partial.open("ab")


def forget(partial: Path) -> None:
    """Removes what was begun, and then what it was the beginning of."""
    partial.unlink(missing_ok=True)
    note_of(partial).unlink(missing_ok=True)


def note_of(partial: Path) -> Path:
    """Where it is noted what was begun."""
    return partial.with_name(partial.name + ".json")
