"""The only place where the project compiles a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile with numba on first call, and keep the machine code on disk if possible.

    numba looks for a folder next to the source, then in the user's cache folder. If neither is
    writable (a read-only container), it refuses to decorate. The kernel is then compiled in each
    process, which takes about a second.
    """
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(kernel))
    except RuntimeError:  # "cannot cache function …: no locator available"
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(kernel))
