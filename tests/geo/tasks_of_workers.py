"""What workers are given to do. They import this module, and it imports little."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from zoneblanche.geo.errors import InputError


def square(chunk: int, shared: int) -> int:
    return chunk * chunk + shared


def die_once(chunk: int, marks: Path) -> int:
    """The first worker to see chunk 3 is killed in the midst of its work."""
    mark = marks / "died"
    if chunk == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return chunk


def die(chunk: int, shared: None) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return chunk


def refuse(chunk: int, shared: None) -> int:
    raise InputError("row 7 is not a number.")
