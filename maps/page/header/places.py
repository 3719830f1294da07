"""The territories in the header of a page: names, containing territories, initial view."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.vectors.antimeridian import joined_at_180
from zoneblanche.geo.vintages.former_names import EARLIER_NAMES, MERGED_NAMES
from zoneblanche.layers.analysis.inequality.groups import BAND_EDGES, band_titles
from zoneblanche.maps.page.encoding import (
    bytes_for,
    pack_column,
    pack_planes,
    pack_tokens,
    share_beginnings,
    zigzag,
)
from zoneblanche.maps.page.header.layers import page_text
from zoneblanche.maps.page.shapes.geometry import PageGeometry

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories

EXTRA_FOR_ALL = ("postal_codes",)
EXTRA_AT_MOST = 5_000
"""Up to this number of territories a page contains every extra column; above, only the postal
codes."""

SEAT = "seat"
"""Rank of a commune as a seat, 0 for none: the page uses it to choose names, but does not list
it."""

NOT_LISTED = [SEAT, MERGED_NAMES, EARLIER_NAMES]
"""Texts of territories that the page does not show as such: former names are for its search."""

PLAIN_CODE = re.compile(r"[0-9A-Z]{1,5}")

GROUPS_WANTED = 100
"""Borders of containing territories are most useful with about this number of groups."""

WORLD = [[-60.0, -120.0], [70.0, 120.0]]
"""The view of a map without any shape."""

METRES_A_DEGREE = 111_320
METRES_A_PIXEL = 156_543.0  # of Web Mercator at zoom 0

MOST_DISPLACED = 4
"""Pixels by which simplified borders may leave their source at the deepest zoom."""


def write_json(value: Any) -> bytes:
    """Return JSON in UTF-8; an unpaired surrogate, which UTF-8 cannot represent, becomes a question
    mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def describe_levels(
    territories: Territories,
) -> tuple[list[dict[str, Any]], dict[str, bytes], dict[str, list[list[str]]]]:
    """Return the containing levels; for each, the position of every territory's container (0 for
    none); and the containers' codes and names."""
    levels: list[dict[str, Any]] = []
    streams, containers = {}, {}
    known_levels = territories.country.levels if territories.country else ()
    titles = {level.id: (level.title, level.plural) for level in known_levels}
    for name in map(str, territories.parents.columns):
        codes, distinct = pd.factorize(territories.parents[name], sort=True)
        if not len(distinct):
            continue
        size = bytes_for(len(distinct))
        streams[f"parent/{name}"] = pack_planes(codes + 1, bytes_each=size)
        containers[name] = [[str(code), territories.place_name(name, code)] for code in distinct]
        title, plural = titles.get(name, (name, name))
        levels.append(
            {
                "id": name,
                "title": page_text(title),
                "plural": page_text(plural),
                "bytes": size,
                "count": len(distinct),
            }
        )
    levels.sort(key=lambda level: -level["count"])  # the smallest container first
    return levels, streams, containers


OPENING_COUNT = (300, 5_000)
"""Number of territories that read at a glance on a map of a country."""


def choose_opening(upper: Sequence[Mapping[str, Any]], levels: Sequence[Mapping[str, Any]]) -> str:
    """Return the containing level that a page opens with; "" for its own territories.

    More than a few thousand territories are only a texture at the scale of a country. The finest
    level that has fewer is shown first, and the territories themselves when the reader comes near.
    """
    offered = {level["id"] for level in upper}
    few, many = OPENING_COUNT
    finer = [level for level in levels if level["count"] > few and level["id"] in offered]
    fits = [level["id"] for level in finer if level["count"] <= many]
    return str(fits[0]) if fits else ""


def place_of(territories: Territories) -> Any:
    """Return the name of the smallest territory that contains all of these, or of the country."""
    country = territories.country
    if country is None:
        return ""
    for level in country.levels:
        if level.id == "country" or level.id not in territories.parents:
            continue
        codes = territories.parents[level.id]
        if len(codes) > 1 and codes.notna().all() and (codes == codes.iloc[0]).all():
            return territories.place_name(level.id, str(codes.iloc[0]))
    return page_text(country.name)


def choose_outline(levels: Sequence[Mapping[str, Any]], count: int) -> str | None:
    """Return the level whose borders are drawn stronger: the one nearest to a hundred groups."""
    useful = [level for level in levels if 1 < level["count"] <= count / 2]
    if not useful:
        return None
    nearest = min(useful, key=lambda level: abs(np.log(level["count"] / GROUPS_WANTED)))
    return str(nearest["id"])


def describe_facts(territories: Territories) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return population and area, if known."""
    described, streams = {}, {}
    for name, digits in (("population", 0), ("area_km2", 1)):
        if name not in territories.facts or territories.facts[name].isna().all():
            continue
        figures = territories.facts[name].astype("float64")
        reason_codes = pd.Series(np.where(figures.isna(), int(Reason.NOT_PUBLISHED), 0))
        packed = pack_column(figures, reason_codes, digits=digits)
        described[name] = packed.describe()
        streams[f"fact/{name}"] = packed.data
    return described, streams


def pack_codes(territories: Territories) -> tuple[dict[str, bytes], int]:
    """Return the codes as differences of numbers, and their length; nothing if they differ in form.

    Five digits or capitals are a number in base 36. Neighbours in a sorted list differ by little,
    which takes a sixteenth of the bytes of their text.
    """
    codes = list(territories.codes)
    width = len(codes[0]) if codes else 0
    if not all(len(code) == width and PLAIN_CODE.fullmatch(code) for code in codes):
        return {}, 0
    numbers = np.array([int(code, 36) for code in codes], dtype=np.int64)
    tokens, bits = pack_tokens(zigzag(np.diff(numbers, prepend=0)))
    return {"codes": tokens, "codes.bits": bits}, width


def pack_text(
    territories: Territories,
    containers: Mapping[str, list[list[str]]],
    *,
    with_codes: bool,
    with_former: bool,
) -> bytes:
    """Return names, extra columns, containers, and the codes if they are not packed as numbers.

    Args:
        territories, containers: of the page.
        with_codes: whether the codes are not packed as numbers.
        with_former: whether the former names are included, for the search.
    """
    extra: dict[str, list[str]] = {}
    if territories.extra is not None:
        for name in territories.extra.columns.difference(NOT_LISTED, sort=False):
            if name in EXTRA_FOR_ALL or len(territories) <= EXTRA_AT_MOST:
                column = territories.extra[name].astype("object")
                extra[str(name)] = list(map(str, column.where(column.notna(), "").tolist()))
    return write_json(
        {
            "names": _names(territories, with_former=with_former),
            "codes": share_beginnings(territories.codes) if with_codes else None,
            "extra": extra,
            "seats": _seats(territories),
            "containers": containers,
        }
    )


def _names(territories: Territories, *, with_former: bool) -> list[str | list[Any]]:
    """Return the name of each territory, without the beginning that the one before it has. One with
    former names is a list: its name, those of former territories that it contains, and a list of
    other names that it had itself.

    Next to the present name, which often contains it, a former name needs few bytes.
    """
    names = share_beginnings(map(str, territories.names.tolist()))
    extra = territories.extra
    if not with_former or extra is None or MERGED_NAMES not in extra:
        return [*names]
    merged, earlier = (
        extra[column].fillna("").astype("str").tolist() for column in (MERGED_NAMES, EARLIER_NAMES)
    )
    return [
        _with_former(name, parts, own) if parts or own else name
        for name, parts, own in zip(names, merged, earlier, strict=True)
    ]


def _with_former(name: str, merged: str, earlier: str) -> list[Any]:
    former: list[Any] = merged.split("\n") if merged else []
    return [name, *former, *([earlier.split("\n")] if earlier else [])]


def _seats(territories: Territories) -> list[list[int]]:
    """Return the position and the rank of each seat of a containing territory, for names on the
    map."""
    if territories.extra is None or SEAT not in territories.extra:
        return []
    ranks = pd.to_numeric(territories.extra[SEAT], errors="coerce").fillna(0).to_numpy()
    return [[int(at), int(ranks[at])] for at in np.flatnonzero(ranks > 0)]


def describe_project(territories: Territories) -> dict[str, Any] | None:
    """Return the country, level and selection that a project needs for the same territories; None
    without a country whose boundaries are in the package."""
    country = territories.country
    if country is None or country.edition is None:
        return None
    return {
        "country": country.code,
        "level": territories.level,
        "within": _selection(territories),
    }


def _selection(territories: Territories) -> list[str]:
    """Return the containing territories of an atlas of a part of the country; none if it has
    territories in every part. What they were selected from is not kept after measuring."""
    country = territories.country
    assert country is not None
    level = country.bare_code_level
    everywhere = set(part_of_each(territories)) == {part.id for part in country.parts}
    if everywhere or level not in territories.parents:
        return []
    return [f"{level}:{code}" for code in sorted(territories.parents[level].dropna().unique())]


def describe_places(territories: Territories, geometry: PageGeometry) -> dict[str, Any]:
    """Return the initial view, the parts with their own frames, and the maximum zoom."""
    boxes = geometry.boxes
    present = np.isfinite(boxes).all(axis=1)
    parts, distant = _insets(territories, boxes, present)
    main = present & ~distant
    if not main.any():  # only distant parts were selected: they are the map
        main, parts = present, []
    # One screen pixel is one grid step at the second largest zoom. Simplified borders are triangles
    # where their displacement is several pixels.
    finest = max(geometry.header["grid"] / 2, geometry.tolerance_m / MOST_DISPLACED)
    zoom = np.floor(np.log2(METRES_A_PIXEL / finest))
    return {
        "parts": parts,
        "home": _box(boxes[main]) if main.any() else WORLD,
        "typical_width": _typical_width(boxes[main]),
        "max_zoom": int(np.clip(zoom, 10, 20)),
    }


def describe_bands(territories: Territories) -> dict[str, Any] | None:
    """Return the size bands of a territory's peers; None above the base level of a country, for
    which they are made, and if no population is known."""
    country, facts = territories.country, territories.facts
    if country is None or territories.level != country.base.id:
        return None
    if "population" not in facts or facts["population"].isna().all():
        return None
    return {"edges": list(BAND_EDGES), "titles": list(band_titles().values())}


def describe_level(territories: Territories) -> dict[str, Any]:
    """Return the name of the territories."""
    return {
        "id": territories.level,
        "title": page_text(territories.level_message()),
        "plural": page_text(territories.level_message(plural=True)),
    }


def _insets(
    territories: Territories, boxes: np.ndarray, present: np.ndarray
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Return the parts that the country shows in frames, and their territories."""
    distant = np.zeros(len(boxes), dtype=bool)
    parts: list[dict[str, Any]] = []
    country = territories.country
    if country is None:
        return parts, distant
    part_numbers = part_of_each(territories)
    for part in country.parts:
        inside = present & (part_numbers == part.id)
        if part.inset and inside.any():
            distant |= inside
            box = _box(boxes[inside])
            parts.append({"id": part.id, "title": page_text(part.title), "bounds": box})
    return parts, distant


def part_of_each(territories: Territories) -> np.ndarray:
    """Return the id of the part of the country of each territory.

    Codes of the base level determine the part. A territory of another level is in the part whose
    projection covers the middle of its shape.
    """
    country = territories.country
    assert country is not None
    if country.base.id == territories.level:
        return territories.parts_by_code
    return _parts_by_place(territories)


def _parts_by_place(territories: Territories) -> np.ndarray:
    from pyproj import CRS

    country = territories.country
    assert country is not None
    middle = joined_at_180(territories.frame.geometry.to_crs("EPSG:4326")).bounds
    x, y = (middle["minx"] + middle["maxx"]) / 2, (middle["miny"] + middle["maxy"]) / 2
    part_ids = np.full(len(territories), country.parts[-1].id, dtype=object)
    for part in reversed(country.parts[:-1]):
        area = CRS(part.crs).area_of_use
        bounds = part.bounds or (area and area.bounds)
        if bounds:
            west, south, east, north = bounds
            east += 360 if west > east else 0
            # Shapes at both ends of the map are side by side, on one side of 180 degrees.
            around = [(x + turn).between(west, east) for turn in (-360, 0, 360)]
            inside = (around[0] | around[1] | around[2]) & y.between(south, north)
            part_ids[inside.to_numpy()] = part.id
    return part_ids


def _box(boxes: np.ndarray) -> list[list[float]]:
    """Return the south-west and north-east corner of several boxes, latitude first as in
    Leaflet."""
    west, south = boxes[:, 0].min(), boxes[:, 1].min()
    east, north = boxes[:, 2].max(), boxes[:, 3].max()
    return [[round(float(value), 5) for value in at] for at in ((south, west), (north, east))]


def _typical_width(boxes: np.ndarray) -> float:
    """Return the width of a typical territory, in metres of the projection."""
    if not len(boxes):
        return 1000.0
    return round(float(np.median(boxes[:, 2] - boxes[:, 0])) * METRES_A_DEGREE, 3)
