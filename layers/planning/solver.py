"""Mixed-integer programmes, solved by HiGHS without a line on the terminal."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

    from zoneblanche.layers.planning.distances import Floats

STDOUT = 1
_LOCK = threading.Lock()
"""Held while standard output goes nowhere: of two that do so at once, the second would keep the
place of nowhere as that of standard output."""


def solve_programme(
    cost: Floats,
    *,
    constraints: LinearConstraint | Sequence[LinearConstraint],
    integrality: Floats | None = None,
    options: dict[str, float],
) -> Any:
    """Return `scipy.optimize.milp` of these arguments; variables are from 0 to 1, and integral
    unless `integrality` says otherwise.

    What other threads write to standard output in the meantime is lost.
    """
    from scipy.optimize import Bounds, milp

    with _silent():
        return milp(
            cost,
            constraints=constraints,
            integrality=np.ones(len(cost)) if integrality is None else integrality,
            bounds=Bounds(0.0, 1.0),
            options=options,
        )


@contextmanager
def _silent() -> Iterator[None]:
    """Let what C prints go nowhere: HiGHS prints a line where it repairs a solution, although
    nothing is to be displayed.

    Standard output belongs to the process: what other threads write to it in the meantime is lost.
    One programme is solved at a time.
    """
    with _LOCK:
        try:
            kept = os.dup(STDOUT)
        except OSError:  # the process has no standard output
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            sys.stdout.flush()
            os.dup2(nowhere, STDOUT)
            yield
        finally:
            # What C has not written yet would be written afterwards.
            with suppress(OSError, TypeError, AttributeError):
                ctypes.CDLL(None).fflush(None)
            os.dup2(kept, STDOUT)
            os.close(kept)
            os.close(nowhere)
