"""The loops that run draws: in numpy for few of them, compiled for many."""

from __future__ import annotations

import importlib
from types import ModuleType

FEW = 4_000_000
"""Draws × units up to which numpy is faster: numba takes a second to import."""


def loops_for(*, few: bool) -> ModuleType:
    """Return `kernels`, or for few draws × units `plain`, whose results are the same bits."""
    name = "plain" if few else "kernels"
    return importlib.import_module(f"{__package__}.{name}")
