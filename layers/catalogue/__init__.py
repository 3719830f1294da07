"""The layers that ship, a file each or a file a family: a new file with a `LAYER`, or with several
`LAYERS`, is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneblanche.layers.layer import Layer


@cache
def known_layers() -> Mapping[str, Layer]:
    """All layers of the catalogue by the id of their indicator.

    >>> "density" in known_layers()
    True
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    layers: list[Layer] = []
    for module in modules:
        layers += [module.LAYER] if hasattr(module, "LAYER") else getattr(module, "LAYERS", ())
    return {layer.id: layer for layer in layers}
