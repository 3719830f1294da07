"""When memory is looked through for what is free, and when it is given back."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

MOST_AREAS = -8
"""What glibc's `mallopt` calls M_ARENA_MAX."""


def share_memory() -> None:
    """Let Arrow take its memory from the C library, which gives back what `release_memory` asks
    for. Arrow's own allocator keeps what a table needed until the process ends."""
    # Most commands need no Arrow.
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


def release_memory() -> None:
    """Return freed memory to the system, where the C library can (glibc); nothing elsewhere.

    glibc keeps what was freed between blocks that are in use: after 104,624 polygons and a table
    were read, a fifth of the process. Takes some hundredths of a second.
    """
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(ctypes.c_size_t(0))


def share_one_area() -> None:
    """Let all threads take their memory from one area, where the C library is glibc: only where
    the process is ours, and before a library starts a thread.

    With an area for each thread, what one of them has freed is of no use to another. The main job
    needed a sixteenth less in the same time, in runs with `MALLOC_ARENA_MAX=1`, which asks for the
    same, and without.
    """
    choose = _of_glibc("mallopt")
    if choose is not None:
        choose(ctypes.c_int(MOST_AREAS), ctypes.c_int(1))


def _of_glibc(name: str) -> Callable[..., int] | None:
    """Return a function of glibc; None where the C library is another."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    # Others have a `mallopt` too, with other parameters.
    return getattr(library, name, None) if hasattr(library, "gnu_get_libc_version") else None


def collect_seldom() -> None:
    """Let Python look for unreachable objects less often: only where the process is ours.

    Loading the libraries makes some hundred thousand objects that stay, and Python would look
    through all of them again and again (`python -m scripts.bench.run` measures the main job).
    """
    gc.set_threshold(100_000, 20, 20)


def skip_last_collection() -> None:
    """Let Python end without looking through all objects once more: only where the process is ours,
    and nothing is done after.

    What is left goes with the process. The last look took a few hundredths of the main job.
    """
    gc.freeze()
