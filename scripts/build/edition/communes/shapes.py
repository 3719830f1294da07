"""The polygons of the communes: updated to the date of the official code, repaired, put on a
grid."""

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
    """Polygons of the communes of one date, and how they were obtained.

    Attributes:
        shapes: index code, sorted; polygons and multipolygons in EPSG:4326, none missing.
        recoded: communes that had no shape, and the former code that had it.
        restored: communes that had no shape and have that of the part that they were.
        enlarged: communes whose shape was from before a merger, and the communes that joined.
        reduced: communes whose shape still included a restored one.
    """

    shapes: pd.Series
    recoded: dict[str, list[str]]
    restored: list[str]
    enlarged: dict[str, list[str]]
    reduced: list[str]


def shapes_of(table: pd.DataFrame, *, types: tuple[str, ...] = ("COM",)) -> pd.Series:
    """Return the geometries of the rows with these types, by code; None if the table has none."""
    rows = table[table["type"].isin(types)].set_index("code").sort_index()
    cells = rows["geometry"].astype(object).where(rows["geometry"].notna(), None)
    return pd.Series(shapely.from_wkb(cells.to_numpy(dtype=object)), index=rows.index, dtype=object)


def bring_to_date(
    table: pd.DataFrame, *, earlier: pd.DataFrame, former: Mapping[str, str]
) -> DatedShapes:
    """Return the shapes of the communes of `table`, with those of `earlier` where they are out of
    date.

    A table may have the codes of one year and the shapes of another. A new code then has no shape,
    and a commune that others joined has the shape from before. A code of `earlier` that has ended
    gives its shape to its successor. A commune that is separate again gets the shape of the part
    that it was, from the commune that included it.

    Args:
        table: the communes table of the edition's date.
        earlier: the communes table from before the changes.
        former: the current code of each former one.

    Raises:
        InputError: a code has ended that is not in `former`, or a shape is in neither table.
    """
    shapes, before = shapes_of(table), shapes_of(earlier)
    parts = shapes_of(earlier, types=("COMD", "COMA"))
    missing = set(shapes.index[shapes.isna()])
    joined = _joined(before.index.difference(shapes.index), former, codes=set(shapes.index))
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
    """Return the shapes, from which those of `codes` are removed where others include them; and the
    changed ones."""
    if not codes:
        return shapes, []
    shapes = shapes.copy()
    covered = shapely.union_all(shapes[codes].to_numpy())
    shapely.prepare(covered)
    near = shapes.index[shapely.intersects(covered, shapes.to_numpy())].difference(codes)
    rest = shapely.difference(shapes[near].to_numpy(), covered)
    # Neighbours that only touch, or overlap by the width of a fault, are repaired elsewhere.
    width = 0.01 * shapely.area(shapes[codes].to_numpy()).min()
    losing = shapely.area(shapes[near].to_numpy()) - shapely.area(rest) > width
    shapes[near[losing]] = rest[losing]
    return shapes, sorted(near[losing])


def restore_collapsed(shapes: pd.Series, finer: Mapping[str, Any]) -> pd.Series:
    """Return the shapes, with those of `finer` added where a coarse generalisation had removed
    them."""
    shapes = shapes.copy()
    for code, shape in finer.items():
        # The union leaves no gap where the two generalisations differ.
        shapes[code] = shapely.union(shapes[code], shape)
    return give_way(shapes, list(finer))[0]


def faulty_codes(shapes: pd.Series) -> list[str]:
    """Return the codes whose edges do not match their neighbours' exactly."""
    edges = shapely.coverage_invalid_edges(shapes.to_numpy())
    return list(shapes.index[~shapely.is_empty(edges)])


def mend(shapes: pd.Series) -> pd.Series:
    """Return the shapes as a valid coverage, rings oriented (shells counter-clockwise).

    Overlaps go to the neighbour that shares most of its border with them, and neighbours get the
    same vertices (GEOS CoverageCleaner).
    """
    cleaned = shapely.coverage_clean(shapes.to_numpy())
    return pd.Series(shapely.orient_polygons(cleaned), index=shapes.index, dtype=object)


def geodesic_area_km2(shapes: pd.Series) -> pd.Series:
    """Return the area on the ellipsoid GRS 80 in km², to 100 m²; shapes oriented, in degrees."""
    geod = pyproj.Geod(ellps="GRS80")
    square_metres = [geod.geometry_area_perimeter(shape)[0] for shape in shapes]
    return (pd.Series(square_metres, index=shapes.index) / 1e6).round(4)


def snap(shapes: pd.Series, step: float) -> pd.Series:
    """Return the shapes on a grid of `step` degrees, without vertices that coincide.

    A vertex that neighbours share moves to the same place for both. With a power of two the
    coordinates are exact doubles whose last bytes are zero, which makes the file small.

    Raises:
        InputError: the grid is too coarse: a shape is no longer valid, a part or a hole is lost, a
            ring is reversed, or neighbours no longer match.
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
    """Return for each shape: parts, rings, and rings that run counter-clockwise."""
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


def _joined(gone: pd.Index, former: Mapping[str, str], *, codes: set[str]) -> dict[str, list[str]]:
    lost = [code for code in gone if former.get(code) not in codes]
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
