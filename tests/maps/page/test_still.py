"""The picture that a reader without a script gets."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
import shapely

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps import draw_map
from zoneblanche.maps.page.header.places import describe_places
from zoneblanche.maps.page.shapes import still
from zoneblanche.maps.page.shapes.geometry import encode_geometry, mercator
from zoneblanche.maps.page.shapes.still import paint_still


def pixels_of(png: bytes) -> np.ndarray:
    """Palette positions of a PNG that was written without row filters."""
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    begin = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[begin - 8 : begin - 4])
    rows = np.frombuffer(zlib.decompress(png[begin : begin + length]), dtype=np.uint8)
    return rows.reshape(height, width + 1)[:, 1:]


def test_each_pixel_has_the_class_of_the_territory_that_it_is_in(
    toy: Territories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still, "WIDTH", 60)
    geometry = encode_geometry(toy.frame.geometry)
    places = describe_places(toy, geometry)
    classes = np.array([0, 1, -1, 2])
    painted = paint_still(geometry, places, classes, ["#ff0000", "#00ff00", "#0000ff"])
    assert painted is not None
    png, width, height = painted
    pixels = pixels_of(png)
    assert pixels.shape == (height, width) and width == 60
    shapes = mercator(toy.frame.geometry.to_crs("EPSG:4326").to_numpy())
    west, south, east, north = shapely.total_bounds(shapes)
    scale = min((width - 4) / (east - west), (height - 4) / (north - south))
    x = (west + east) / 2 + (np.arange(width) + 0.5 - width / 2) / scale
    y = (south + north) / 2 - (np.arange(height) + 0.5 - height / 2) / scale
    wanted = np.zeros((height, width), dtype=int)
    for shape, colour in zip(shapes, (1, 2, 4, 3), strict=True):
        inside = shapely.contains_xy(shape, *(place.ravel() for place in np.meshgrid(x, y)))
        wanted[inside.reshape(height, width)] = colour
    plain = np.where(pixels == 5, 4, pixels)  # stripes are ground too
    apart = (plain != wanted) & (pixels != 6)  # 6 is the line along the coast
    assert apart.mean() < 0.02 and (wanted > 0).mean() > 0.1


def test_the_page_carries_it_for_readers_without_a_script(toy_atlas: Atlas) -> None:
    text = (
        draw_map(toy_atlas, "presence", lang="fr")
        .write()
        .split("<noscript>")[1]
        .split("</noscript>")[0]
    )
    assert 'alt="Carte de 4 territoires\u00a0: Présence. De 0,0 à moins de' in text
    assert "data:image/png;base64," in text and "(moins bien loti)" in text
    crossed = draw_map(toy_atlas, "density-presence", lang="en").write()
    assert "data:image/png" in crossed and "Where both conditions meet (" in crossed
    missing = (
        draw_map(toy_atlas, "need", lang="fr")
        .write()
        .split("<noscript>")[1]
        .split("</noscript>")[0]
    )
    assert missing.count("<path") == 1 and "Pas de donnée" in missing


def test_overlapping_territories_have_none(toy: Territories) -> None:
    geometry = encode_geometry(toy.frame.geometry)
    header: dict[str, Any] = {**geometry.header, "layered": True}
    layered = geometry.__class__(**{**vars(geometry), "header": header})
    assert paint_still(layered, {}, np.zeros(4, dtype=int), ["#000000"]) is None
