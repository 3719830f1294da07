"""The loops that run draws: in numpy for few of them, compiled for many."""

from __future__ import annotations

import importlib
from types import ModuleType

FEW = 12_000_000
"""Draws × units up to which numpy takes less of the processor: numba takes one to two seconds, and
100 MB, to load."""


def loops_for(*, few: bool) -> ModuleType:
    """Return `kernels`, or for few draws × units `plain`, whose results are the same bits."""
    name = "plain" if few else "kernels"
    return importlib.import_module(f"{__package__}.{name}")
