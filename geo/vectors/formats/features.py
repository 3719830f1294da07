"""The shapes and fields of a vector file, as each format module returns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyproj

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, shown
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import _, quantity


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
        numbers: the 0-based number of each feature in the file, if some were left out.
    """

    file: str
    shapes: np.ndarray
    fields: Mapping[str, np.ndarray]
    names: tuple[str, ...]
    crs: pyproj.CRS | None
    unreadable: Mapping[int, str] = field(default_factory=dict)
    numbers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.shapes)

    def number_of(self, row: int) -> int:
        """Return the 0-based number of a feature in the file."""
        return row if self.numbers is None else int(self.numbers[row])

    def take(self, rows: np.ndarray) -> Features:
        """Return the features at these positions, in this order."""
        place = {int(row): number for number, row in enumerate(rows)}
        return replace(
            self,
            numbers=rows if self.numbers is None else self.numbers[rows],
            shapes=self.shapes[rows],
            fields={name: cells[rows] for name, cells in self.fields.items()},
            unreadable={
                place[row]: reason for row, reason in self.unreadable.items() if row in place
            },
        )


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
        raise InputError(
            Fault(_("the file holds no layer of shapes."), file=file, kind="no-features")
        )
    if wanted is None:
        raise InputError(
            Fault(
                _(
                    "the file holds {count} layers: {layers}.",
                    count=len(layers),
                    layers=first_of(layers, count=12),
                ),
                file=file,
                remedy=_("Name one, e.g. layer = {layers}.", layers=repr(layers[0])),
                kind="several-layers",
            )
        )
    raise InputError(
        Fault(
            _("the file has no layer {wanted}.", wanted=shown(wanted)),
            file=file,
            value=wanted,
            remedy=_(
                "{nearest} Layers: {layers}.",
                nearest=nearest(wanted, layers),
                layers=first_of(layers, count=12),
            ),
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
                _("the file holds no features."),
                file=file,
                remedy=_("Export or fetch it again."),
                kind="no-features",
            )
        )
    if count > limits.features:
        raise too_large(_("{count} features", count=quantity(count)), limits.features, file)
    if fields > limits.columns:
        raise too_large(_("{count} fields", count=quantity(fields)), limits.columns, file)


def too_large(size: str, limit: int, file: str) -> InputError:
    """Return the error of a file beyond a limit."""
    return InputError(
        Fault(
            _(
                "the file holds {found}, more than the limit of {limit}.",
                found=size,
                limit=quantity(limit),
            ),
            file=file,
            remedy=_("Keep only what is needed, or raise the limit."),
            kind="too-large",
        )
    )


def damaged(file: str, what: str, error: Exception) -> InputError:
    """Return the error of a file whose content does not match its first bytes."""
    return InputError(
        Fault(
            _("the {what} is damaged ({name}).", what=what, name=type(error).__name__),
            file=file,
            remedy=_("Export or fetch it again."),
            kind="damaged-file",
        )
    )
