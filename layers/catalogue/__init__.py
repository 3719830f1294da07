"""The layers that ship: a TOML file each, or a Python module where a layer computes something.

A file holds `[[layers]]`, as a project does; a module holds a `LAYER`, or `LAYERS`. A new one is
found by itself.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module, resources
from types import ModuleType
from typing import TYPE_CHECKING

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import _
from zoneblanche.geo.plugins import Known, toml_files, with_plugins

if TYPE_CHECKING:
    from zoneblanche.layers.layer import Layer


def known_layers() -> Mapping[str, Layer]:
    """All layers of the catalogue by the id of their indicator, then those of plug-ins.

    >>> "density" in known_layers()
    True
    """
    return _known().things


def added_layers() -> Mapping[str, str]:
    """The distribution of each layer that comes from a plug-in."""
    return _known().distributions


@cache
def _known() -> Known[Layer]:
    from zoneblanche.layers.layer import Layer

    shipped = layers_of(import_module(__name__), prefix="layers/catalogue/")
    return with_plugins(
        "layers",
        {layer.id: layer for layer in shipped},
        types=Layer,
        name_of=lambda layer: layer.id,
        inside=lambda module, distribution: layers_of(module, prefix=f"{distribution}, "),
    )


def layers_of(module: ModuleType, *, prefix: str = "") -> Iterator[Layer]:
    """The layers of a module, or of a package in the order of its files' names.

    Args:
        prefix: stands before the name of a file in its faults.

    Raises:
        InputError: a file is not as it must be.
    """
    from zoneblanche.layers.measuring.source_layers import layers_in

    if not hasattr(module, "__path__"):
        yield from _declared(module)
        return
    tables = {f"{file.name}.toml": file for file in toml_files(resources.files(module), prefix)}
    modules = [f"{file.name}.py" for file in pkgutil.iter_modules(module.__path__)]
    file_of: dict[str, str] = {}
    for name in sorted([*tables, *modules], key=_in_order):
        if name in tables:
            layers: Iterable[Layer] = layers_in(tables[name].read())
        else:
            layers = _declared(import_module(f"{module.__name__}.{name.removesuffix('.py')}"))
        for layer in layers:
            if layer.id in file_of:
                raise InputError(_second(layer, prefix + name, file_of[layer.id]))
            file_of[layer.id] = name
            yield layer


def _declared(module: ModuleType) -> Iterable[Layer]:
    return (module.LAYER,) if hasattr(module, "LAYER") else getattr(module, "LAYERS", ())


def _second(layer: Layer, file: str, first: str) -> Fault:
    """Return the fault of a layer whose id a file before has."""
    return Fault(
        _("two layers have the id {name}.", name=shown(layer.id)),
        file=file,
        column=f"layers.{layer.id}.id",
        value=layer.id,
        remedy=_("{file} has the first: give this one another id.", file=first),
        kind="duplicate-id",
    )


def _in_order(name: str) -> tuple[str, bool]:
    """By name; of one name, what is described before what is computed."""
    stem, _, kind = name.rpartition(".")
    return stem, kind == "py"
