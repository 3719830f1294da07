"""The picture of a report paints what lies there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.maps.report.reading_reports import (
    assert_sound,
)
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.report.picture import lay_out, paint_picture


def test_the_picture_paints_what_lies_there(toy_atlas: Atlas) -> None:
    """Three squares side by side and one apart: a pixel is of whoever holds its middle."""
    colours = ["#111111", "#222222", "#333333", "#444444"]
    territories = toy_atlas.territories
    sheet = lay_out(territories, lang="en", width=300)
    assert sheet is not None
    picture = paint_picture(
        sheet, territories, np.array([0, 1, 2, -1]), colours, missing=("#ffffff", "#999999")
    )
    assert picture.sheet.scale is not None
    pixels, palette = unpacked(picture.png)
    assert pixels.shape == (2 * sheet.height, 600)
    row = pixels[pixels.shape[0] // 2]
    middles = [int(600 * (k + 0.5) / 6) for k in (0, 1, 2, 3, 5)]
    assert [palette[row[at]] for at in middles[:3]] == colours[:3]
    assert row[middles[3]] == 0  # nothing lies between the third and the island
    hatch = {
        palette[value] for value in np.unique(pixels[20:80, middles[4] - 10 : middles[4] + 10])
    }
    assert hatch == {"#ffffff", "#999999"}


def unpacked(png: bytes) -> tuple[np.ndarray, list[str]]:
    """Pixels and palette of a PNG, its checksums held."""
    import struct
    import zlib

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            name + data
        )
        parts[name] = data
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    palette = [f"#{parts[b'PLTE'][k : k + 3].hex()}" for k in range(0, len(parts[b"PLTE"]), 3)]
    return rows[:, 1:], palette


def test_a_territory_without_people_or_shape_is_left_out(toy_atlas: Atlas) -> None:
    facts = toy_atlas.territories.facts.assign(population=np.nan)
    unknown = replace(toy_atlas, territories=replace(toy_atlas.territories, facts=facts))
    page = assert_sound(unknown)
    assert "flag.count" in {sentence.key for sentence in page.sentences}


def test_frames_of_distant_parts_have_scales_of_their_own(overseas_atlas: Atlas) -> None:
    sheet = lay_out(overseas_atlas.territories, lang="fr", width=400)
    assert sheet is not None and sheet.scale is not None
    (frame,) = sheet.frames
    assert frame.scale is not None and frame.scale[1].endswith("\u00a0km")
    assert frame.scale[0] <= 0.55 * frame.width and sheet.height >= frame.y + frame.height + 29
    # two communes of 0.2 degrees, side by side on 16.2 degrees north: 43 km in the frame
    metres = float(frame.scale[1].split("\u00a0")[0].replace(",", ".")) * 1000 / frame.scale[0]
    assert metres == pytest.approx(42_700 / (frame.width - 2 * 4), rel=0.03)
