"""The shapes and fields of a vector file, as each format module returns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, shown
from zoneblanche.geo.files.limits import Limits


@dataclass(frozen=True, eq=False)
class Features:
    """The features of a vector file.

    Attributes:
        file: the file, as the user named it.
        shapes: shapely geometries, None if there is none.
        fields: the cells of each requested field that exists: text, int, float, bool or None, as
            the file has them.
        names: all fields of the file.
        crs: the coordinate reference system that the file declares, or None.
        unreadable: features whose shape cannot be read, by 0-based number, and why.
        notices: observations and decisions, as sentences.
    """

    file: str
    shapes: np.ndarray
    fields: Mapping[str, np.ndarray]
    names: tuple[str, ...]
    crs: pyproj.CRS | None
    unreadable: Mapping[int, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.shapes)


def objects(values: list[Any]) -> np.ndarray:
    """Return the values as an array of objects; lists stay whole."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def choose_layer(layers: list[str], wanted: str | None, *, file: str) -> str:
    """Return the layer with that name, or the only one.

    Raises:
        InputError: no layer has that name, or there are several and none was named.
    """
    if wanted is not None and wanted in layers:
        return wanted
    if wanted is None and len(layers) == 1:
        return layers[0]
    if not layers:
        raise InputError(Fault("the file holds no layer of shapes.", file=file, kind="no-features"))
    if wanted is None:
        raise InputError(
            Fault(
                f"the file holds {len(layers)} layers: {first_of(layers, count=12)}.",
                file=file,
                remedy=f"Name one, e.g. layer = {layers[0]!r}.",
                kind="several-layers",
            )
        )
    raise InputError(
        Fault(
            f"the file has no layer {shown(wanted)}.",
            file=file,
            value=wanted,
            remedy=f"{nearest(wanted, layers)} Layers: {first_of(layers, count=12)}.",
            kind="unknown-layer",
        )
    )


def check_features(count: int, fields: int, file: str, limits: Limits) -> None:
    """Refuse a file without features, or with more features or fields than the limits.

    Raises:
        InputError: which limit, and what was found.
    """
    if not count:
        raise InputError(
            Fault(
                "the file holds no features.",
                file=file,
                remedy="Export or fetch it again.",
                kind="no-features",
            )
        )
    for found, limit, what in (
        (count, limits.features, "features"),
        (fields, limits.columns, "fields"),
    ):
        if found > limit:
            raise too_large(f"{found:,} {what}", f"{limit:,}", file)


def too_large(found: str, limit: str, file: str) -> InputError:
    """Return the error of a file beyond a limit."""
    return InputError(
        Fault(
            f"the file holds {found}, more than the limit of {limit}.",
            file=file,
            remedy="Keep only what is needed, or raise the limit.",
            kind="too-large",
        )
    )


def damaged(file: str, what: str, error: Exception) -> InputError:
    """Return the error of a file whose content does not match its first bytes."""
    return InputError(
        Fault(
            f"the {what} is damaged ({type(error).__name__}).",
            file=file,
            remedy="Export or fetch it again.",
            kind="damaged-file",
        )
    )
