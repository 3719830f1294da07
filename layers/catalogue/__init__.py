"""The layers that ship: a TOML file each, or a Python module where a layer computes something.

A file holds `[[layers]]`, as a project does; a module holds a `LAYER`, or `LAYERS`. A new one is
found by itself.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING

from zoneblanche.geo.files.toml import parse_document

if TYPE_CHECKING:
    from zoneblanche.layers.layer import Layer


@cache
def known_layers() -> Mapping[str, Layer]:
    """All layers of the catalogue by the id of their indicator.

    >>> "density" in known_layers()
    True
    """
    return {layer.id: layer for layer in layers_of(__name__)}


def layers_of(package: str) -> Iterator[Layer]:
    """The layers of a package, in the order of its files' names.

    Raises:
        InputError: a file is not as it must be.
    """
    from zoneblanche.layers.measuring.source_layers import layers_in

    tables = {
        entry.name: entry
        for entry in resources.files(package).iterdir()
        if entry.name.endswith(".toml")
    }
    modules = [f"{one.name}.py" for one in pkgutil.iter_modules(import_module(package).__path__)]
    for name in sorted([*tables, *modules], key=_in_order):
        if name in tables:
            yield from layers_in(parse_document(tables[name].read_bytes(), file=name))
            continue
        module = import_module(f"{package}.{name.removesuffix('.py')}")
        yield from (module.LAYER,) if hasattr(module, "LAYER") else getattr(module, "LAYERS", ())


def _in_order(name: str) -> tuple[str, bool]:
    """By name; of one name, what is described before what is computed."""
    stem, _, kind = name.rpartition(".")
    return stem, kind == "py"
