"""The reference system that a project names."""

from __future__ import annotations

import pyproj

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.messages import _


def crs_named(name: str | None, file: str, key: str) -> pyproj.CRS | None:
    """Return the reference system with that name; None if none is named.

    Args:
        name: for example "EPSG:2154".
        file, key: where the project names it.

    Raises:
        InputError: an unknown one, or one that is neither projected nor geographic.
    """
    if name is None:
        return None
    try:
        system = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        system = None
    if system is None or not (system.is_geographic or system.is_projected):
        raise InputError(
            Fault(
                _(
                    "{name} is not a reference system of longitudes and latitudes, or of metres.",
                    name=shown(name),
                ),
                file=file,
                column=key,
                remedy=_("Name one by its EPSG code, e.g. EPSG:4326 or EPSG:2154."),
                kind="unknown-crs",
            )
        )
    return pyproj.CRS("OGC:CRS84") if system == pyproj.CRS("EPSG:4326") else system
