"""The communes' polygons: brought to the date of the official code, mended, put on a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from zoneblanche.geo.errors import Fault, InputError, first_of


@dataclass(frozen=True)
class DatedShapes:
    """Polygons of the communes of one date, and what was done to have them.

    Attributes:
        shapes: index code, sorted; polygons and multipolygons in EPSG:4326, none missing.
        recoded: communes that had no shape, and the former code under which it stood.
        restored: communes that had no shape and took the one of the part that they were.
        enlarged: communes whose shape was that of before a merger, and the communes that joined.
        reduced: communes whose shape still held a restored one.
    """

    shapes: pd.Series
    recoded: dict[str, list[str]]
    restored: list[str]
    enlarged: dict[str, list[str]]
    reduced: list[str]


def shapes_of(table: pd.DataFrame, *, types: tuple[str, ...] = ("COM",)) -> pd.Series:
    """The geometries of the rows of these types, by code; None where the table has none."""
    rows = table[table["type"].isin(types)].set_index("code").sort_index()
    cells = rows["geometry"].astype(object).where(rows["geometry"].notna(), None)
    return pd.Series(shapely.from_wkb(cells.to_numpy(dtype=object)), index=rows.index, dtype=object)


def bring_to_date(
    table: pd.DataFrame, *, earlier: pd.DataFrame, former: Mapping[str, str]
) -> DatedShapes:
    """The shapes of the communes of `table`, with those of `earlier` where they are out of date.

    A table may carry the codes of one year and the shapes of another: a new code has no shape,
    and a commune that others joined has the shape of before. A code of `earlier` that is gone
    gives its shape to the commune that has taken its place; a commune that stands alone again
    takes the shape of the part that it was, from the commune that held it.

    Args:
        table: the communes table of the edition's date.
        earlier: the communes table of before the changes.
        former: the current code of each former one.

    Raises:
        InputError: a code is gone that `former` does not know, or a shape is in neither table.
    """
    shapes, before = shapes_of(table), shapes_of(earlier)
    parts = shapes_of(earlier, types=("COMD", "COMA"))
    missing = set(shapes.index[shapes.isna()])
    joined = _joined(before.index.difference(shapes.index), former, known=set(shapes.index))
    for code, others in joined.items():
        pieces = [before[other] for other in others] + ([] if code in missing else [shapes[code]])
        shapes[code] = shapely.union_all(pieces)
    restored = sorted(code for code in missing - set(joined) if code in parts.index)
    for code in restored:
        shapes[code] = parts[code]
    _check_none_missing(shapes)
    shapes, reduced = give_way(shapes, restored)
    return DatedShapes(
        shapes=shapes,
        recoded={code: others for code, others in joined.items() if code in missing},
        restored=restored,
        enlarged={code: others for code, others in joined.items() if code not in missing},
        reduced=reduced,
    )


def give_way(shapes: pd.Series, codes: list[str]) -> tuple[pd.Series, list[str]]:
    """The shapes, of which all others no longer hold those of `codes`; and which ones changed."""
    if not codes:
        return shapes, []
    shapes = shapes.copy()
    taken = shapely.union_all(shapes[codes].to_numpy())
    shapely.prepare(taken)
    near = shapes.index[shapely.intersects(taken, shapes.to_numpy())].difference(codes)
    rest = shapely.difference(shapes[near].to_numpy(), taken)
    # Neighbours that only touch, or overlap by the width of a fault, are the mending's concern.
    width = 0.01 * shapely.area(shapes[codes].to_numpy()).min()
    held = shapely.area(shapes[near].to_numpy()) - shapely.area(rest) > width
    shapes[near[held]] = rest[held]
    return shapes, sorted(near[held])


def restore_collapsed(shapes: pd.Series, finer: Mapping[str, Any]) -> pd.Series:
    """The shapes, where those of `finer` add what a coarse generalisation had taken from them."""
    shapes = shapes.copy()
    for code, shape in finer.items():
        # The union leaves no gap where the two generalisations differ.
        shapes[code] = shapely.union(shapes[code], shape)
    return give_way(shapes, list(finer))[0]


def faulty_codes(shapes: pd.Series) -> list[str]:
    """The codes whose edges do not match their neighbours' exactly."""
    edges = shapely.coverage_invalid_edges(shapes.to_numpy())
    return list(shapes.index[~shapely.is_empty(edges)])


def mend(shapes: pd.Series) -> pd.Series:
    """The shapes as a valid coverage, rings oriented (shells counter-clockwise).

    Overlaps go to the neighbour that shares most of its border with them, and neighbours get the
    same vertices (GEOS CoverageCleaner).
    """
    cleaned = shapely.coverage_clean(shapes.to_numpy())
    return pd.Series(shapely.orient_polygons(cleaned), index=shapes.index, dtype=object)


def geodesic_area_km2(shapes: pd.Series) -> pd.Series:
    """Area on the ellipsoid GRS 80 in km², to 100 m²; shapes oriented, in degrees."""
    geod = pyproj.Geod(ellps="GRS80")
    square_metres = [geod.geometry_area_perimeter(shape)[0] for shape in shapes]
    return (pd.Series(square_metres, index=shapes.index) / 1e6).round(4)


def snap(shapes: pd.Series, step: float) -> pd.Series:
    """The shapes on a grid of `step` degrees, without the vertices that fall together.

    A vertex that neighbours share goes to the same place for both. With a power of two the
    coordinates are exact doubles whose last bytes are zero, which is what makes the file small.

    Raises:
        InputError: the grid is too coarse: a shape is no longer valid, a part or a hole is gone,
            a ring has turned round, or neighbours no longer match.
    """
    before = shapes.to_numpy()
    # Adding 0.0 turns -0.0 into 0.0.
    rounded = shapely.transform(before, lambda xy: np.round(xy / step) * step + 0.0)
    _refuse(shapes.index[~shapely.is_valid(rounded)], step)
    after = shapely.remove_repeated_points(rounded)
    _refuse(shapes.index[(_form(before) != _form(after)).any(axis=1)], step)
    snapped = pd.Series(after, index=shapes.index, dtype=object)
    _refuse(faulty_codes(snapped), step)
    return snapped


def _refuse(bad: Sequence[str] | pd.Index, step: float) -> None:
    if len(bad):
        raise InputError(
            Fault(
                f"{len(bad)} shapes do not survive a grid of {step} degrees "
                f"(first: {first_of(bad)}).",
                remedy="Take a finer grid.",
                kind="geometry",
            )
        )


def _form(shapes: np.ndarray) -> np.ndarray:
    """Per shape: parts, rings, and rings that run counter-clockwise."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    rings, owner = shapely.get_rings(parts, return_index=True)
    of_ring = of_part[owner]
    size = len(shapes)
    return np.column_stack(
        [
            np.bincount(of_part, minlength=size),
            np.bincount(of_ring, minlength=size),
            np.bincount(of_ring, weights=shapely.is_ccw(rings), minlength=size).astype(int),
        ]
    )


def _joined(gone: pd.Index, former: Mapping[str, str], *, known: set[str]) -> dict[str, list[str]]:
    lost = [code for code in gone if former.get(code) not in known]
    if lost:
        message = f"{len(lost)} codes are gone without a successor (first: {first_of(lost)})."
        raise InputError(Fault(message, kind="unknown-code"))
    joined: dict[str, list[str]] = {}
    for code in gone:
        joined.setdefault(former[code], []).append(code)
    return joined


def _check_none_missing(shapes: pd.Series) -> None:
    missing = list(shapes.index[shapes.isna()])
    if missing:
        raise InputError(
            Fault(
                f"{len(missing)} communes have a shape in neither table "
                f"(first: {first_of(missing)}).",
                remedy="Take the earlier shapes from another version.",
                kind="geometry",
            )
        )
