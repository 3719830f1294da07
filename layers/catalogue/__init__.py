"""The layers that ship, one file each: a new file with a `LAYER` is a new layer."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.layer import Layer


@cache
def known_layers() -> Mapping[str, Layer]:
    """All layers of the catalogue by the id of their indicator.

    >>> "density" in known_layers()
    True
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    layers = [module.LAYER for module in modules if hasattr(module, "LAYER")]
    return {layer.id: layer for layer in layers}
