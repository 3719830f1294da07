"""Small JSON files that zoneblanche keeps for itself, beside what it fetched.

Nothing that was not written here is believed: what is no plain file, too large or of another form
counts as absent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from zoneblanche.geo.errors import ZoneblancheError
from zoneblanche.geo.files.kinds import check_file, read_bytes


def read_record(path: Path, *, most_bytes: int) -> dict[str, object] | None:
    """The JSON object of a file, or None where there is none that could be one of ours."""
    if path.is_symlink():
        return None
    try:
        check_file(path, most_bytes=most_bytes)
        found = json.loads(read_bytes(path, most_bytes=most_bytes))
    except (ZoneblancheError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def write_whole(path: Path, text: str, *, made: Path) -> None:
    """Writes a small file so that a reader finds the old one or the new one.

    Args:
        path: its place.
        text: what it holds.
        made: where it is until it is whole; what a kill left there is replaced.
    """
    made.unlink(missing_ok=True)
    with made.open("x", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    made.replace(path)


def is_plain_file(path: Path) -> bool:
    """Whether a plain file is there, and no link to one."""
    return path.is_file() and not path.is_symlink()
