"""Well-known text of shapes: `POLYGON ((3 44, 4 44, 4 45, 3 44))`, also with `SRID=4326;` in front.

GEOS reads nested collections by recursion, so the collections of each text are counted first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely

from zoneblanche.geo.messages import _
from zoneblanche.geo.vectors.formats.wkb import MOST_DEEP

_TEXT = re.compile(
    r"\s*(?:SRID=(?P<srid>[0-9]{1,6});)?\s*"
    r"(?P<kind>(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.IGNORECASE,
)
_COLLECTION = re.compile("GEOMETRYCOLLECTION", re.IGNORECASE)


def is_wkt(text: str) -> bool:
    """Return whether a text begins as a shape does.

    >>> is_wkt("POLYGON ((3 44, 4 44, 4 45, 3 44))"), is_wkt("Polygone")
    (True, False)
    """
    return _TEXT.match(text) is not None


def srid_of(text: str) -> int | None:
    """Return the number of the reference system in front of a shape, if there is one; 0 is an
    unknown one, as in PostGIS.

    >>> srid_of("SRID=2154;POINT (700000 6600000)"), srid_of("SRID=0;POINT (1 2)")
    (2154, None)
    """
    match = _TEXT.match(text)
    return int(match["srid"] or 0) or None if match is not None else None


def common_srid(texts: Sequence[str | None], unlike: dict[int, str]) -> int | None:
    """Return the number of the reference system that the first shape names. Shapes that name
    another, or none where the first names one, are noted in `unlike`.

    Args:
        texts: None or "" where there is no shape.
        unlike: gets the number of each such shape, and why it is refused.

    >>> unlike = {}
    >>> common_srid(["SRID=4326;POINT (1 2)", "SRID=2154;POINT (1 2)"], unlike)
    4326
    >>> unlike[1]
    'SRID=2154, but SRID=4326 in the first shape'
    """
    numbers = {
        number: srid_of(text)
        for number, text in enumerate(texts)
        if text is not None and _TEXT.match(text)
    }
    first = next(iter(numbers.values()), None)
    for number, srid in numbers.items():
        if srid != first:
            unlike[number] = _(
                "SRID={srid}, but SRID={first} in the first shape", srid=srid or 0, first=first or 0
            )
    return first


def shapes_of_wkt(texts: Sequence[str | None], unreadable: dict[int, str]) -> np.ndarray:
    """Return shapes from well-known text. Those that cannot be read are noted in `unreadable`.

    Args:
        texts: None or "" where there is no shape.
        unreadable: gets the number of each that cannot be read, and why.

    >>> shapes_of_wkt(["POINT (1 2)", None], {}).tolist()
    [<POINT (1 2)>, None]
    """
    fit = np.empty(len(texts), dtype=object)
    for number, text in enumerate(texts):
        if not text or not text.strip():
            continue
        match = _TEXT.match(text)
        if match is None:
            unreadable[number] = _("no well-known text of a shape")
        elif len(_COLLECTION.findall(text)) > MOST_DEEP:
            unreadable[number] = _("shapes nested more than {deep} deep", deep=MOST_DEEP)
        else:
            fit[number] = text[match.start("kind") :]
    with np.errstate(all="ignore"):  # coordinates that are not finite are a fault further on
        shapes = shapely.from_wkt(fit, on_invalid="ignore")
    present = np.array([text is not None for text in fit], dtype=bool)
    for number in np.flatnonzero(shapely.is_missing(shapes) & present).tolist():
        unreadable[number] = _("no well-known text of a shape")
    return shapes
