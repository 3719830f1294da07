"""Territories as outlines on paper, joined by class, each part of a country in its projection.

All lengths on paper are points (1/72 inch), from the upper left corner downward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.country import Part, in_language
from zoneblanche.maps.drawn.insets import distant_groups
from zoneblanche.maps.page.header.places import choose_outline, describe_levels

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories

FINEST = 0.12
"""Maximum distance in points between an outline on paper and its source: 0.04 mm, half a printer
dot."""

GRID = 0.05
"""Precision of coordinates in points, which keeps vector files small."""


@dataclass(frozen=True)
class Region:
    """The content of one frame, in metres of its own projection.

    Attributes:
        title: of a distant part, "" for the main one.
        members: positions of its territories.
        shapes: of each, projected; not yet simplified.
        groups: number of the containing territory whose border is drawn stronger; -1 for none.
    """

    title: str
    members: np.ndarray
    shapes: np.ndarray
    groups: np.ndarray

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        west, south, east, north = shapely.total_bounds(self.shapes)
        return float(west), float(south), float(east), float(north)


@dataclass(frozen=True)
class Placed:
    """The position of a region on paper: its corner in metres is at `left`, `top`; metres per
    point."""

    region: Region
    left: float
    top: float
    step: float

    def on_paper(self, shapes: np.ndarray) -> np.ndarray:
        """Return shapes in metres as shapes on paper."""
        west, _, _, north = self.region.box
        scaled = shapely.transform(
            shapes,
            lambda at: np.column_stack(
                [
                    (at[:, 0] - west) / self.step + self.left,
                    (north - at[:, 1]) / self.step + self.top,
                ]
            ),
        )
        return np.asarray(scaled)


def cut_regions(territories: Territories, *, lang: str) -> list[Region]:
    """Return the main part of the territories, then the distant ones that have frames."""
    drawn = np.ones(len(territories), dtype=bool)
    distant = distant_groups(territories, drawn)
    main = drawn & ~np.any([inside for _, inside in distant], axis=0) if distant else drawn
    country = territories.country
    rest = None if country is None else country.parts[-1]
    if not main.any():  # only distant parts: the largest is the main one
        distant.sort(key=lambda part: -int(part[1].sum()))
        rest, main = distant.pop(0)
    groups = _groups(territories)
    return [
        _region(territories, main, rest, groups, title=""),
        *(
            _region(territories, inside, part, groups, title=in_language(part.title, lang))
            for part, inside in distant
        ),
    ]


def join_classes(placed: Placed, classes: np.ndarray) -> dict[int, np.ndarray]:
    """Return the territories of each class as outlines on paper, joined and simplified together.

    Args:
        placed: a region on paper.
        classes: of every territory of the atlas, -1 for missing.
    """
    region = placed.region
    present, positions = np.unique(classes[region.members], return_inverse=True)
    joined = np.array([join(region.shapes[positions == k]) for k in range(len(present))])
    simple = simplify(joined, placed.step)
    return {int(k): placed.on_paper(simple[at : at + 1]) for at, k in enumerate(present)}


def outline_groups(placed: Placed) -> tuple[np.ndarray, np.ndarray]:
    """Return borders on paper between containing territories, and the coast around all."""
    region = placed.region
    numbers, positions = np.unique(region.groups, return_inverse=True)
    joined = np.array([join(region.shapes[positions == k]) for k in range(len(numbers))])
    simple = simplify(joined, placed.step)
    coast = simplify(np.array([join(joined)]), placed.step)
    inner = simple if len(numbers) > 1 else simple[:0]
    return placed.on_paper(inner), placed.on_paper(coast)


def typical_width(placed: Placed) -> float:
    """Return the width of a typical territory on paper."""
    boxes = shapely.bounds(placed.region.shapes)
    return float(np.median(boxes[:, 2] - boxes[:, 0])) / placed.step


def simplify(shapes: np.ndarray, step: float) -> np.ndarray:
    """Simplify a coverage to what is visible on paper; neighbours keep one border (Visvalingam and
    Whyatt, 1993)."""
    kept = shapely.coverage_simplify(shapes, FINEST * step)
    gone = shapely.is_empty(kept)
    kept[gone] = shapes[gone]
    return np.asarray(kept)


def join(shapes: np.ndarray) -> shapely.Geometry:
    """Return one shape of several. Neighbours with exactly shared borders are joined fast. If the
    areas do not add up, they are joined the slow way. Overlaps may remain, because they are filled
    with one colour."""
    if len(shapes) == 1:
        return shapes[0]
    try:
        joined = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes)
    total = float(shapely.area(shapes).sum())
    return (
        joined if abs(shapely.area(joined) - total) <= 1e-6 * total else shapely.union_all(shapes)
    )


def _region(
    territories: Territories,
    inside: np.ndarray,
    part: Part | None,
    groups: np.ndarray,
    *,
    title: str,
) -> Region:
    shapes = territories.frame.geometry[inside]
    shapes = shapes.to_crs(_plane_of(shapes, part)).to_numpy()
    return Region(title, np.flatnonzero(inside), shapes, groups[inside])


def _plane_of(shapes: gpd.GeoSeries, part: Part | None) -> str:
    """Return the projection in which shapes are drawn: the legal one of that part of the country,
    their own if it is in metres, else an equal-area one around their middle."""
    if part is not None:
        return part.crs
    axes = shapes.crs.axis_info
    if not shapes.crs.is_geographic and all(axis.unit_name == "metre" for axis in axes):
        return str(shapes.crs.to_wkt())
    west, south, east, north = shapes.to_crs("EPSG:4326").total_bounds
    return (
        f"+proj=laea +lon_0={(west + east) / 2:.4f} +lat_0={(south + north) / 2:.4f} +datum=WGS84"
    )


def _groups(territories: Territories) -> np.ndarray:
    """Return the containing territories whose borders the page draws stronger, as numbers."""
    levels, _, _ = describe_levels(territories)
    level = choose_outline(levels, len(territories))
    if level is None:
        return np.full(len(territories), -1)
    return np.asarray(pd.factorize(territories.parents[level])[0])
