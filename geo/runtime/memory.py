"""When memory is looked through for what is free, and when it is given back."""

from __future__ import annotations

import ctypes
import gc
import sys


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
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def collect_seldom() -> None:
    """Let Python look for unreachable objects less often: only where the process is ours.

    Loading the libraries makes some hundred thousand objects that stay, and Python would look
    through all of them again and again (`python -m scripts.bench.run` measures the main job).
    """
    gc.set_threshold(20_000, 20, 20)
