"""Public names that are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__all__`, `__getattr__` and `__dir__` of a package.

    Args:
        package: its name.
        homes: the module of each public name.

    >>> names, get, _ = lazy_names("zoneblanche.toy", {"sqrt": "math"})
    >>> names, get("sqrt")(9.0)
    (['sqrt'], 3.0)
    """
    names = sorted(homes)

    def get(name: str) -> Any:
        if name in homes:
            return getattr(import_module(homes[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return names, get, lambda: names
