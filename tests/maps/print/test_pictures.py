"""Static maps: held to pictures that a person looked at, to their words, and to their bytes.

After a change that is meant, look at what `ZONEBLANCHE_BASELINES=1 pytest tests/maps/print` draws
into `baselines/` before it is committed.
"""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.maps.drawn.distance import round_length
from zoneblanche.maps.drawn.palettes import MISSING, NEED, ramp
from zoneblanche.maps.page.header.places import part_of_each
from zoneblanche.maps.print import write_picture
from zoneblanche.maps.print.compose import Hand
from zoneblanche.maps.print.layout import GAP, MM, letters_for, place_frames, read_paper
from zoneblanche.maps.print.pen import Pen
from zoneblanche.maps.print.shapes import cut_regions, join
from zoneblanche.maps.print.write import Format
from zoneblanche.scripts.cli import main

BASELINES = Path(__file__).parent / "baselines"
SVG = "{http://www.w3.org/2000/svg}"
ODD = "{{7*7}} $x^2$ </svg><script>alert(1)</script> \x00\ud800\u2028 & <b>"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("need", {"width": 170.0, "lang": "fr"}),
        ("density-presence", {"width": 85.0, "lang": "en"}),
        ("sparse", {"width": 85.0, "lang": "fr", "title": "Signalements"}),
    ],
)
def test_pictures_look_as_they_did(
    toy_atlas: Atlas, tmp_path: Path, name: str, options: dict
) -> None:
    write_picture(toy_atlas, tmp_path / "map.png", name, **options)
    assert difference(tmp_path / "map.png", BASELINES / f"{name}.png") < 1.5


def test_distant_parts_have_frames_and_scales(overseas_atlas: Atlas, tmp_path: Path) -> None:
    write_picture(overseas_atlas, tmp_path / "map.png", lang="en", width=85.0)
    assert difference(tmp_path / "map.png", BASELINES / "overseas.png") < 1.5
    write_picture(overseas_atlas, tmp_path / "map.svg", lang="fr", form="svg")
    words = texts(tmp_path / "map.svg")
    assert "Guadeloupe" in words and "secret statistique (1)" in words
    assert sum(word.endswith("\u00a0km") for word in words) == 2  # one scale bar a frame


def test_the_same_atlas_gives_the_same_bytes(toy_atlas: Atlas, tmp_path: Path) -> None:
    forms: tuple[Format, ...] = ("png", "svg", "pdf")
    for form in forms:
        made = [tmp_path / f"{k}.{form}" for k in range(2)]
        for path in made:
            write_picture(toy_atlas, path, form=form, width=85.0)
        assert made[0].read_bytes() == made[1].read_bytes()
        assert b"2026-11" not in made[0].read_bytes()


def test_each_class_has_the_colour_of_the_page(toy_atlas: Atlas, tmp_path: Path) -> None:
    write_picture(toy_atlas, tmp_path / "map.svg", "need", form="svg")
    text = (tmp_path / "map.svg").read_text("utf-8")
    for colour in (*ramp(NEED["light"], 3), MISSING["light"][1]):
        assert f"fill: {colour}" in text or f"stroke: {colour}" in text


@pytest.mark.parametrize(
    ("show", "hatched"),
    [("fibre", True), ("presence", False), (("fibre", "presence"), True), ("density", False)],
)
def test_figures_of_larger_areas_are_hatched(
    toy_atlas: Atlas, tmp_path: Path, show: str | tuple[str, str], hatched: bool
) -> None:
    path = tmp_path / "map.svg"
    write_picture(toy_atlas, path, show, form="svg", lang="en")
    assert ("hatched: measured by" in " ".join(texts(path))) is hatched
    assert ("<pattern" in path.read_text("utf-8")) is hatched


def test_a_vector_picture_says_its_name_and_asks_nothing_of_anyone(
    toy_atlas: Atlas, tmp_path: Path
) -> None:
    alt = write_picture(toy_atlas, tmp_path / "map.svg", "need", form="svg", lang="en", title=ODD)
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    assert root.get("role") == "img" and root.get("lang") == "en"
    assert root.findtext(f"{SVG}desc") == alt
    assert (root.findtext(f"{SVG}title") or "").startswith("{{7*7}} $x^2$ </svg><script>")
    assert "no data (too few indicators known): 1" in alt
    assert not list(root.iter(f"{SVG}script")) and not list(root.iter(f"{SVG}image"))
    text = (tmp_path / "map.svg").read_text("utf-8")
    named = re.findall(r"(?:href=|src=|url\()[\"']?([^\"') ]+)", text)
    assert named and all(link.startswith("#") for link in named), named
    assert "DOCTYPE" not in text


def test_pictures_carry_their_words(toy_atlas: Atlas, tmp_path: Path) -> None:
    alt = write_picture(toy_atlas, tmp_path / "map.png", "need", lang="fr", width=85.0)
    with Image.open(tmp_path / "map.png") as picture:
        assert picture.size[0] == 85 / 25.4 * 300 // 1
        assert picture.info["Title"] == "Besoin\u00a0: T" and picture.info["Description"] == alt
        assert "CC BY 4.0" in picture.info["Source"] and "31 janvier 2026" in picture.info["Source"]
    write_picture(toy_atlas, tmp_path / "map.pdf", "need", form="pdf", lang="en", width=85.0)
    content = (tmp_path / "map.pdf").read_bytes()
    assert b"/Title" in content and b"/Subject" in content and b"/CreationDate" not in content


def test_a_part_keeps_the_colours_of_the_whole(toy_atlas: Atlas, tmp_path: Path) -> None:
    alt = write_picture(toy_atlas, tmp_path / "map.svg", "density", form="svg", area="A", lang="en")
    assert alt.startswith("Map of 2 territories: Density: Alpha.")
    words = " ".join(texts(tmp_path / "map.svg"))
    assert "4 territories" in words  # what was classed


def test_parts_of_one_projection_are_told_apart_at_every_level() -> None:
    codes = pd.Index(["200018653", "249720061"], name="code")  # one EPCI of each island
    shapes = [shapely.box(x, y, x + 0.2, y + 0.2) for x, y in ((-61.6, 16.2), (-61.1, 14.6))]
    nothing = pd.DataFrame(index=codes)
    territories = Territories(
        frame=gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, index=codes, crs=4326),
        level="epci", parents=nothing, facts=nothing, country=read_country("fr"),
    )  # fmt: skip
    assert part_of_each(territories).tolist() == ["guadeloupe", "martinique"]


def test_overlaps_lose_nothing() -> None:
    squares = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
    assert shapely.area(shapely.union_all(join(squares))) == 6
    apart = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    assert shapely.area(join(apart)) == 2


def test_the_largest_distant_part_is_the_main_one_where_there_is_no_other(
    overseas_atlas: Atlas,
) -> None:
    regions = cut_regions(overseas_atlas.territories.take(np.arange(5) > 2), lang="fr")
    assert [(region.title, len(region.members)) for region in regions] == [("", 2)]


def test_without_matplotlib_a_sentence_says_what_to_install(
    toy_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ProblemWithEnvironment, match=r"pip install 'zoneblanche\[static\]'"):
        write_picture(toy_atlas, tmp_path / "map.png")


@pytest.mark.parametrize("name", ["a4-landscape", "slide"])
def test_a_lying_sheet_bounds_the_height(overseas_atlas: Atlas, tmp_path: Path, name: str) -> None:
    paper = read_paper(name)
    assert paper.height is not None
    write_picture(
        overseas_atlas, tmp_path / "map.svg", form="svg", lang="fr",
        width=paper.width, height=paper.height,
    )  # fmt: skip
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    assert float((root.get("height") or "").removesuffix("pt")) <= paper.height * MM + 0.1
    frame = next(text for text in root.iter(f"{SVG}text") if text.text == "Guadeloupe")
    assert float(frame.get("x") or 0) > paper.width * MM / 2, "beside the map, under the legend"


@pytest.mark.parametrize("width", [60.0, 85.0, 170.0])
def test_the_words_of_an_inset_s_scale_stay_under_it(overseas_atlas: Atlas, width: float) -> None:
    region = cut_regions(overseas_atlas.territories, lang="fr")[1]
    pen, letters = Pen(width * MM), letters_for(width)
    (frame, *_) = place_frames([region] * 5, 0.0, 0.0, pen.width - 12)
    Hand(pen, (), letters, "fr").draw_scale(
        frame.placed, frame.box.left, 0.0, frame.box.width, longest=frame.box.width * 0.55
    )
    (words,) = pen.axes.texts
    end = words.get_position()[0] + pen.measure(words.get_text(), letters.small)
    assert end <= frame.box.right + GAP - 1


def test_a_map_of_two_says_where_each_side_leads(toy_atlas: Atlas, tmp_path: Path) -> None:
    write_picture(toy_atlas, tmp_path / "map.svg", "density-presence", form="svg", lang="en")
    words = texts(tmp_path / "map.svg")
    assert "↑ Presence, lower (worse off)" in words and "Density, lower →" in words
    assert "font-family: 'DejaVu Sans', Verdana, sans-serif" in (tmp_path / "map.svg").read_text()


def test_letters_that_the_typeface_lacks_are_no_warning(toy_atlas: Atlas, tmp_path: Path) -> None:
    write_picture(toy_atlas, tmp_path / "map.svg", form="svg", width=60.0, title="中文 \U0001f600")
    assert "中文" in (tmp_path / "map.svg").read_text("utf-8")


def test_a_title_that_goes_on_ends_within_the_paper() -> None:
    pen = Pen(100.0)
    lines = pen.wrap("word " * 200, 100.0, 10.0, most=3)
    assert len(lines) == 3 and lines[-1].endswith(" …")
    assert max(pen.measure(line, 10.0) for line in lines) <= 100.0


def test_widths_and_scales_are_round() -> None:
    assert read_paper("a4").width == 170 and read_paper("92.5").width == 92.5
    for wrong in ("a5", "10", "nan", "1e9"):
        with pytest.raises(InputError, match="not a width"):
            read_paper(wrong)
    for metres in (0.3, 7.0, 1234.5):
        length = round_length(metres, 80)
        assert str(length).strip("0.")[0] in "125" and 32 <= length / metres <= 80.1


def difference(drawn: Path, baseline: Path) -> float:
    """Mean difference of channels, 0 to 255, after both are made small: letters may shift by a
    hair between releases of the drawing library, colours and places may not."""
    with Image.open(drawn) as picture:
        small = picture.convert("RGB").reduce(4)
    if os.environ.get("ZONEBLANCHE_BASELINES"):
        small.quantize(64).save(baseline, optimize=True)
    with Image.open(baseline) as kept:
        looked_at = kept.convert("RGB")
    assert abs(small.size[1] - looked_at.size[1]) <= 3 and small.size[0] == looked_at.size[0]
    high = min(small.size[1], looked_at.size[1])
    boxes = [np.asarray(one, dtype=float)[:high] for one in (small, looked_at)]
    return float(np.abs(boxes[0] - boxes[1]).mean())


def texts(path: Path) -> list[str]:
    """The words that a vector picture shows."""
    root = ElementTree.parse(path).getroot()
    return [(text.text or "").strip() for text in root.iter(f"{SVG}text")]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["zoneblanche", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def test_the_command_draws_what_its_options_say(
    toy_atlas: Atlas,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    atlas = tmp_path / "toy.parquet"
    save_atlas(toy_atlas, atlas)
    out = tmp_path / "map.svg"
    assert run(monkeypatch, "map", atlas, "-o", out, "--breaks", "20;50", "--lang", "en") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(out) and "20.0 to under 50.0: 1" in lines[1]
    assert run(monkeypatch, "map", atlas, "-o", out, "--format", "png") == 2
    assert "do not agree" in capsys.readouterr().err
    assert run(monkeypatch, "map", atlas, "-o", tmp_path / "a.html", "--method", "jenks") == 2
    assert "only a picture has it" in capsys.readouterr().err
    assert run(monkeypatch, "map", atlas, "-o", tmp_path / "a.html", "--within", "A") == 0
    assert (tmp_path / "a.html").stat().st_size > 100_000
