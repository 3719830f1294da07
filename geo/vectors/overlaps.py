"""How neighbours fit together: overlaps and gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from zoneblanche.geo.borders.dissolve import dissolve
from zoneblanche.geo.errors import Fault, first_of
from zoneblanche.geo.messages import Notices, _, ngettext
from zoneblanche.geo.territories import measured_area_km2

MOST_OVERLAP = 0.01
"""Share of the smaller shape that two shapes may both cover; more is not a sliver."""


_SAME = 0.999
"""Share of the larger shape that two have in common if they are the same shape twice."""

_ROUNDING = 1e-10
"""Share of the smaller shape below which an overlap, or a gap, is the rounding of coordinates."""

_MOST_UNITED = 300_000
"""Maximum number of vertices of shapes with unmatched borders that are united to find gaps."""


def check_fit(
    shapes: np.ndarray, crs: pyproj.CRS, labels: list[str], *, file: str, notices: Notices
) -> list[Fault]:
    """Check overlaps and gaps between valid polygons of one level.

    Args:
        labels: the code of each.
        notices: takes one of smaller overlaps, and one of gaps that the shapes enclose (a true
            enclave is one), with codes and areas.

    Returns:
        A fault for each pair of which one covers more than `MOST_OVERLAP` of the other.
    """
    clean = shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    faults = _overlaps(shapes, np.flatnonzero(~clean), labels, file, notices=notices)
    if faults:
        return faults
    if shapely.get_num_coordinates(shapes[~clean]).sum() > _MOST_UNITED:
        notices.warn(
            _(
                "{file}: the borders of {value} shapes do not match their neighbours'; "
                "gaps between them were not looked for.",
                file=file,
                value=(~clean).sum(),
            )
        )
    else:
        whole = [dissolve(shapes[clean])] if clean.any() else []
        united = shapely.union_all([*whole, *shapes[~clean]])
        notices.extend(_gaps(united, shapes, crs, labels, file))
    return []


def _overlaps(
    shapes: np.ndarray, suspects: np.ndarray, labels: list[str], file: str, *, notices: Notices
) -> list[Fault]:
    """Return faults of overlapping shapes, among those whose edges match no neighbour."""
    near, other = shapely.STRtree(shapes).query(shapes[suspects], predicate="intersects")
    pairs_found = np.sort(np.column_stack([suspects[near], other]), axis=1)
    first, second = np.unique(pairs_found[pairs_found[:, 0] < pairs_found[:, 1]], axis=0).T
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    areas = shapely.area(shapes)
    share = common / np.minimum(areas[first], areas[second])
    same = common > _SAME * np.maximum(areas[first], areas[second])
    order = np.argsort(-share, kind="stable").tolist()
    faults = [
        _overlap_fault(labels[first[pair]], labels[second[pair]], share[pair], same[pair], file)
        for pair in order
        if share[pair] > MOST_OVERLAP
    ]
    slivers = [pair for pair in order if _ROUNDING < share[pair] <= MOST_OVERLAP]
    if not slivers:
        return faults
    pairs = first_of(
        [
            f"{labels[first[pair]]} / {labels[second[pair]]} ({100 * share[pair]:.2g} %)"
            for pair in slivers
        ]
    )
    notices.warn(
        _(
            "{file}: {count} pairs of neighbours overlap by slivers: {pairs}.",
            file=file,
            count=len(slivers),
            pairs=pairs,
        )
    )
    return faults


def _overlap_fault(first: str, second: str, share: float, same: bool, file: str) -> Fault:
    message = (
        _("it has the shape of {other}.", other=second)
        if same
        else _(
            "it and {other} overlap by {share} % of the smaller one.",
            other=second,
            share=f"{100 * share:.3g}",
        )
    )
    return Fault(
        message,
        file=file,
        feature=first,
        value=f"{first}, {second}",
        remedy=_(
            "Territories of one level may not overlap: repair their borders, or pick those of one "
            "level with where."
        ),
        kind="duplicate-shape" if same else "overlap",
    )


def _gaps(
    united: shapely.Geometry,
    shapes: np.ndarray,
    crs: pyproj.CRS,
    labels: list[str],
    file: str,
) -> list[str]:
    parts = shapely.get_parts(united)
    holes = [hole for part in parts for hole in shapely.get_rings(part)[1:]]
    if not holes:
        return []
    polygons = shapely.polygons(np.array(holes))
    polygons = polygons[shapely.area(polygons) > _ROUNDING * shapely.area(shapes).min()]
    if not len(polygons):
        return []
    area = measured_area_km2(gpd.GeoSeries(polygons, crs=crs)).to_numpy()
    order = np.argsort(-area, kind="stable")
    tree = shapely.STRtree(shapes)
    descriptions = []
    for hole in order[:5].tolist():
        around = tree.query(polygons[hole], predicate="intersects")
        codes = first_of(sorted(labels[number] for number in around), count=4)
        descriptions.append(_("{area} km² between {codes}", area=f"{area[hole]:.3g}", codes=codes))
    others = [""] * (len(area) - len(descriptions))  # of which only the number is stated
    return [
        ngettext(
            "{file}: {count} gap is enclosed by the shapes: {gaps}.",
            "{file}: {count} gaps are enclosed by the shapes: {gaps}.",
            len(area),
            file=file,
            gaps=first_of([*descriptions, *others]),
        )
    ]
