"""The one way in which this project compiles a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile with numba on first call, keeping the machine code on disk where that is possible.

    numba looks for a place beside the source, then in the user's cache folder. Where neither can
    be written (a read-only container) it refuses to decorate at all; then the kernel is compiled
    anew in each process, a second or so.
    """
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(kernel))
    except RuntimeError:  # "cannot cache function …: no locator available"
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(kernel))
