"""Small JSON files that zoneblanche writes for itself, such as the records of fetched files.

A file that is not a regular file, is too large or does not hold a JSON object is ignored.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from zoneblanche.geo.errors import ZoneblancheError
from zoneblanche.geo.files.kinds import check_file, read_bytes


def read_record(path: Path, *, most_bytes: int) -> dict[str, object] | None:
    """Return the JSON object in a file, or None."""
    if path.is_symlink():
        return None
    try:
        check_file(path, most_bytes=most_bytes)
        record = json.loads(read_bytes(path, most_bytes=most_bytes))
    except (ZoneblancheError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def write_whole(path: Path, text: str, *, made: Path) -> None:
    """Write a small file in one step: a reader finds the old file or the new one.

    Args:
        path: the file.
        text: its content.
        made: a temporary file on the same disk; one that an earlier run left is replaced.
    """
    made.unlink(missing_ok=True)
    with made.open("x", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    made.replace(path)


def is_plain_file(path: Path) -> bool:
    """Return whether a path is a regular file, not a link to one."""
    return path.is_file() and not path.is_symlink()
