"""The map page as a reader meets it, in a real browser."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, choose_layer, open_in_frame
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.palettes import BIVARIATE, NEED, ramp, rgb

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

COLOURS = """(points) => {
  const canvas = document.querySelector('#zb-map .zb-territories');
  const context = canvas.getContext('2d');
  return points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
}"""
PAINTED = """() => {
  const canvas = document.querySelector('#zb-map .zb-territories');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Map();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 255) continue;
    const colour = [data[i], data[i + 1], data[i + 2]].join();
    colours.set(colour, (colours.get(colour) || 0) + 1);
  }
  return Object.fromEntries([...colours].filter(([, count]) => count > 200));
}"""
MENDE = "#view=44.5180,3.4990,11"


AT_REST = """async () => {
  const page = await window.zoneblanche.started;
  const busy = () => !page.main.atRest || page.later.waiting.size;
  while (busy()) await new Promise((go) => setTimeout(go, 20));
}"""


def rest(page: Page) -> None:
    """Wait until the smooth picture is painted."""
    page.wait_for_timeout(100)
    page.evaluate(AT_REST)


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#zb-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_france_is_painted_in_the_colours_of_its_legend(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page)
    rest(page)
    painted = page.evaluate(PAINTED)
    wanted = {",".join(map(str, rgb(colour))) for colour in ramp(NEED["light"], 6)}
    assert wanted <= set(painted)
    assert sum(painted.values()) > 60_000
    legend = page.locator(".zb-class .zb-swatch rect").evaluate_all(
        "rects => rects.map(r => r.getAttribute('fill'))"
    )
    assert set(legend) == set(ramp(NEED["light"], 6))


def test_all_territories_are_counted_in_the_legend(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, "#layer=website")
    counts = [
        int(re.sub(r"\D", "", text))
        for text in page.locator(".zb-count").evaluate_all(
            "all => all.map(one => one.firstChild.textContent)"
        )
    ]
    declared = france.values["website"]
    assert counts == [int((declared == 0).sum()), int((declared == 1).sum()), 0]


def test_a_click_on_mende_shows_its_figures(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, MENDE)
    page.mouse.click(*middle(page))
    card = page.locator(".zb-card")
    text = card.inner_text()
    assert "source non fournie" not in text  # what was not measured is not listed
    assert "Mende" in text and "48095" in text and "Lozère" in text and "48000" in text
    gigabit = france.values.loc["48095", "gigabit"]
    row = card.locator(".zb-figure", has_text="Locaux à 1 Gbit/s").text_content()
    assert f"{gigabit:.1f}".replace(".", ",") + "\u00a0%" in row
    assert "31 décembre 2022" in row and "Arcep" in row
    need = france.values["need"].round(1)
    above = int((need > need["48095"]).sum()) + 1
    assert f"{above:,}".replace(",", "\u202f") in card.locator(".zb-rank").inner_text()
    page.wait_for_timeout(300)
    assert "at=48095" in page.url
    page.locator(".zb-close").click()
    assert card.count() == 0


JUMP = """async (jump) => {
  const { map } = await window.zoneblanche.started;
  const wait = (time) => new Promise((go) => setTimeout(go, time));
  map.getContainer().dispatchEvent(new KeyboardEvent("keydown", { keyCode: 187, bubbles: true }));
  while (!document.querySelector(".leaflet-zoom-anim")) await wait(5);
  if (jump === "home") document.querySelector(".zb-home").click();
  else location.hash = jump;
  await wait(400); // longer than Leaflet animates
}"""
PLACE = """async () => {
  const { map } = await window.zoneblanche.started;
  const { lat, lng } = map.getCenter();
  return [lat, lng, map.getZoom()];
}"""


@pytest.mark.parametrize("jump", ["home", "#view=44.4,3.6,10", "#view=44.4,3.6,12", "#at=48001"])
def test_a_jump_ends_the_zoom_before_it(watched: Opener, lozere_page: Path, jump: str) -> None:
    one = watched(reduced_motion="no-preference")
    place = one.open(lozere_page, "" if jump == "home" else jump).evaluate(PLACE)
    page = one.open(lozere_page, MENDE)
    page.locator("#zb-map").focus()
    page.evaluate(JUMP, jump)
    assert page.evaluate(PLACE) == pytest.approx(place, abs=0.01)


def test_what_is_under_the_pointer_is_what_lies_there(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    zoom = 9
    page = watched().open(france_page, f"#view=44.5,3.5,{zoom}")
    box = page.locator("#zb-map").bounding_box()
    assert box is not None
    near = france.territories.frame.cx[1.5:5.5, 43:46].to_crs(3857)
    metres_a_pixel = 156_543 / 2**zoom
    same = 0
    for x, y in [(x, y) for x in range(120, 480, 60) for y in range(60, 420, 60)]:
        page.mouse.move(box["x"] + x, box["y"] + y)
        name = page.locator(".zb-tip strong").inner_text()
        here = shapely.Point(*_place(x, y, box["width"], box["height"], 44.5, 3.5, zoom))
        away = near.geometry[near["name"] == name].distance(here).min()
        # Borders are simplified by up to 240 m; a pointer is on a pixel.
        assert away <= 240 + 1.5 * metres_a_pixel, (x, y, name, away)
        same += away == 0
    assert same >= 30


def _place(
    x: float, y: float, width: float, height: float, lat: float, lon: float, zoom: float
) -> tuple[float, float]:
    """Where the middle of a pixel of the map lies, in Web Mercator."""
    radius = 6378137
    metres = 2 * math.pi * radius / (256 * 2**zoom)
    east = math.radians(lon) * radius + (x + 0.5 - width / 2) * metres
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * radius
    return east, north - (y + 0.5 - height / 2) * metres


def test_another_layer_recolours_the_map_and_its_legend(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    rest(page)
    points = [[x, y] for x in range(250, 650, 40) for y in range(250, 650, 40)]
    before = page.evaluate(COLOURS, points)
    choose_layer(page, "density")
    rest(page)
    after = page.evaluate(COLOURS, points)
    assert sum(one != other for one, other in zip(before, after, strict=True)) > 60
    assert page.locator(".zb-legend-title").inner_text() == "Densité"
    assert page.locator(".zb-direction").inner_text().split() == ["plus", "faible", "plus", "élevé"]
    page.locator("#zb-scheme").select_option("jenks")
    rest(page)
    assert page.evaluate(COLOURS, points) != after
    assert page.locator("#zb-scheme").input_value() == "jenks"


def test_words_are_of_the_frame_after_the_colours(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    rest(page)
    titles = page.evaluate("""async () => {
      const page = await window.zoneblanche.started;
      const other = page.model.layers.find((one) => one !== page.layer && one.kind === "figures");
      const shown = () => [".zb-legend-title", ".zb-head h1"].map((name) =>
        document.querySelector(name).textContent);
      const before = shown();
      page.choose(other);
      for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
      await new Promise((done) => setTimeout(done));
      return [before, shown(), page.speech.text(other.title),
        document.getElementById("zb-layer").value];
    }""")
    before, after, title, chosen = titles
    assert before[0] != title and after[0] == title and before[1] != after[1]
    assert chosen == title


def test_what_follows_one_choice_is_not_done_after_the_next(
    watched: Opener, france_page: Path
) -> None:
    page = watched().open(france_page)  # it fails if the page has an error
    rest(page)
    chosen = page.evaluate("""async () => {
      const page = await window.zoneblanche.started;
      const figures = page.model.layers.filter(({ kind }) => kind === "figures");
      const pair = page.model.layers.find(({ kind }) => kind === "bivariate");
      const frames = async (count) => {
        for (let k = 0; k < count; k++) {
          await new Promise(requestAnimationFrame);
          await new Promise((done) => setTimeout(done));
        }
      };
      const crossed = [];
      for (const between of [1, 2, 3]) {
        page.choose(figures[between]);
        await frames(between);
        page.choose(pair);
        await frames(between);
        page.choose(figures[0]);
        await frames(12);
        crossed.push(document.getElementById("zb-cross").value);
      }
      page.choose(figures[1]);
      page.choose(figures[2], { together: true });
      const legend = () => document.querySelector(".zb-legend-title");
      const first = legend();
      await frames(3);
      const title = page.speech.text(page.layer.title);
      return [crossed, first === legend(), first.textContent === title];
    }""")
    assert chosen == [["", "", ""], True, True]


def test_the_picture_at_rest_is_that_of_the_script(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    rest(page)
    same = """async () => {
      const { main } = await window.zoneblanche.started;
      const copy = new OffscreenCanvas(main._width, main._height).getContext("2d");
      copy.drawImage(main._still, 0, 0);
      const [one, other] = [copy, main._canvas.getContext("2d")].map((context) =>
        context.getImageData(0, 0, main._width, main._height).data);
      return [getComputedStyle(main._still).opacity, one.every((byte, k) => byte === other[k])];
    }"""
    assert page.evaluate(same) == ["1", True]
    drawn = page.evaluate("""async () => {
      const page = await window.zoneblanche.started;
      page.choose(page.model.layers.find((one) => one !== page.layer && one.kind === "figures"));
      return [page.main._canvas, page.main._still].map((one) => getComputedStyle(one).opacity);
    }""")
    assert drawn == ["1", "0"], "the new colours are not behind the old ones"
    rest(page)
    assert page.evaluate(same) == ["1", True]


def test_the_square_of_two_shows_its_classes(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page, "#layer=density-presence")
    rest(page)
    assert page.locator(".zb-cell").count() == 9
    before = page.evaluate(PAINTED)
    corner = page.locator(".zb-cell").nth(2)
    corner.hover()
    rest(page)
    after = page.evaluate(PAINTED)
    strongest, another = (",".join(map(str, rgb(BIVARIATE["light"][k]))) for k in (8, 2))
    assert before[strongest] > 1000 and before[another] > 1000
    assert after[strongest] == before[strongest] and another not in after
    assert "communes" in page.locator(".zb-readout").inner_text()
    assert "Densité <" in (corner.get_attribute("aria-label") or "")


def test_search_is_blind_to_accents_and_works_by_keyboard(
    watched: Opener, france_page: Path
) -> None:
    page = watched().open(france_page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "zb-skip"
    page.keyboard.press("Enter")
    page.keyboard.type("saint etienne du valdonnez")
    field = page.locator("#zb-search")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    chosen = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == "Saint-Étienne-du-Valdonnez"
    assert page.evaluate("document.activeElement.className") == "zb-card"
    assert page.locator("#zb-found").is_hidden()


@pytest.mark.parametrize(
    ("typed", "name"), [("48095", "Mende"), ("97400", "Saint-Denis"), ("MENDE", "Mende")]
)
def test_search_by_code_postal_code_and_name(
    watched: Opener, france_page: Path, typed: str, name: str
) -> None:
    page = watched().open(france_page)
    page.locator("#zb-search").fill(typed)
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == name


def test_everything_is_reached_by_keyboard(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page, MENDE)
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(
            "(e => e.id || e.className || e.name || e.tagName)(document.activeElement)"
        ))  # fmt: skip
    assert {"zb-skip", "zb-search", "zb-scheme", "zb-layer", "zb-lang", "zb-home"} <= reached
    page.locator("#zb-map").focus()
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == "Mende"


def test_distant_parts_have_frames_of_their_own(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page)
    rest(page)
    titles = page.locator(".zb-inset-name").all_inner_texts()
    assert titles == ["Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"]
    assert page.locator(".zb-inset .leaflet-control-scale-line").count() == 5
    silent = page.locator(".zb-inset-map, .zb-inset .leaflet-control-scale")
    assert silent.count() == 10
    assert set(silent.evaluate_all("all => all.map((one) => one.ariaHidden)")) == {"true"}
    page.locator(".zb-inset-map").nth(3).click()
    place = page.locator(".zb-card .zb-place").inner_text()
    assert "La Réunion" in place
    page.get_by_role("button", name="Voir Mayotte en grand").click()
    page.wait_for_timeout(500)
    page.mouse.move(*middle(page))
    page.wait_for_timeout(300)
    assert page.url.split("view=")[1].startswith("-12.")


def test_the_reader_can_change_language(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    page.get_by_role("button", name="English").click()
    headline = page.locator("h1").inner_text()
    assert headline.startswith("Lozère: ") and "of communes below 200 inhabitants" in headline
    assert page.locator(".zb-kicker").inner_text() == "Need"
    assert page.locator("html").get_attribute("lang") == "en"
    assert "better off" in page.locator(".zb-direction").inner_text()
    page.wait_for_timeout(300)
    assert "lang=en" in page.url


def test_a_link_leads_back_to_what_was_shown(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page, "#layer=gigabit&at=48095&lang=en&view=44.5,3.5,10")
    assert page.locator(".zb-legend-title").inner_text() == "Premises at 1 Gbit/s"
    assert page.locator(".zb-card h2").inner_text() == "Mende"
    odd = watched().open(france_page, "#layer=__proto__&at=xx&lang=constructor&view=a,b")
    assert odd.locator(".zb-legend-title").inner_text() == "Besoin"


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_runs_out_of_the_window(
    watched: Opener, lozere_page: Path, width: int, theme: str
) -> None:
    page = watched(width, 800, color_scheme=theme).open(lozere_page, "#at=48095")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    card = page.locator(".zb-card").bounding_box()
    assert card is not None and card["x"] >= 0 and card["x"] + card["width"] <= width + 0.5
    ground = page.evaluate("getComputedStyle(document.querySelector('.zb-root')).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if theme == "light" else "rgb(23, 27, 34)")


def test_paper_gets_the_map_the_legend_and_the_source(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page, "#at=48095")
    rest(page)
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    picture = page.locator(".zb-picture")
    assert picture.is_visible() and picture.get_attribute("aria-label") == "Besoin"
    sheet = picture.text_content() or ""  # letters, not pixels
    for words in ("Lozère", "Mende", "moins bien loti", "Arcep", "IGN"):
        assert words in sheet
    assert sheet.count("Source") == 1  # one credit
    assert picture.locator("path").count() > 5 and page.locator(".zb-card").is_visible()
    for hidden in (".zb-search", ".zb-chooser", ".zb-legend", "#zb-map"):
        assert page.locator(hidden).is_hidden()


def test_seats_are_named_though_their_territory_is_narrow(
    watched: Opener, lozere_page: Path
) -> None:
    page = watched(width=1280, height=800).open(lozere_page)
    rest(page)
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    names = page.locator(".zb-picture text").all_text_contents()
    assert {"Mende", "Marvejols", "Langogne", "Florac Trois Rivières"} <= set(names)
    assert any(name in names for name in ("Vialas", "Vebron", "Luc"))  # wide enough for their own
    page.set_viewport_size({"width": 1045, "height": 718})  # a landscape sheet of A4
    picture = page.locator(".zb-picture").bounding_box()
    assert picture is not None and 400 < picture["height"] <= 718


def test_no_text_of_the_data_runs(watched: Opener, france: Atlas, tmp_path: Path) -> None:
    odd = (
        "{{7*7}}</script><script>alert(1)</script><img src=x onerror=alert(2)>"
        "{% raw %}\u2028${alert(3)}<a href='javascript:alert(4)'>x</a>"
    )
    path = tmp_path / "odd.html"
    draw_map(_spoilt(france, odd), title=odd).save(path)
    page = watched().open(path)
    assert page.locator("h1").inner_text() == odd.replace("\u2028", "\u2028")
    assert page.title().startswith("{{7*7}}</script><script>alert(1)")
    page.mouse.click(*middle(page))
    page.locator("#zb-search").fill("{{7")
    page.wait_for_timeout(200)
    assert page.locator("#zb-found li").count() > 1
    page.keyboard.press("Enter")
    assert odd.split("\u2028")[0] in page.locator(".zb-card h2").inner_text()
    assert (
        page.locator("#zb img:not(.zb-picture), #zb script, #zb a[href^=javascript]").count() == 0
    )
    # Four blocks of data, Leaflet, our script, and the one that unpacks both.
    assert page.evaluate("document.querySelectorAll('script').length") == 7


def _spoilt(france: Atlas, text: str) -> Atlas:
    chosen = france.territories.parents["departement"] == "48"
    some = france.territories.take(chosen)
    source = Source(text, text, "javascript:alert(5)", text, text)
    territories = replace(
        some,
        frame=some.frame.assign(name=text),
        parent_names={"departement": {"48": text}},
        sources=(source,),
        country=None,
    )
    return Atlas(
        territories=territories,
        values=france.values[chosen],
        reasons=france.reasons[chosen],
        indicators={
            name: replace(
                one,
                title={"fr": text, "en": text},
                period=text,
                method=text,
                sources=(source,),
                native_level=text,
            )
            for name, one in france.indicators.items()
        },
        weights=france.weights[chosen],
    )


def test_the_page_works_inside_a_frame(watched: Opener, lozere_page: Path, tmp_path: Path) -> None:
    frame = open_in_frame(watched(), lozere_page, tmp_path, 'width="900" height="600"')
    frame.locator("html[data-ready]").wait_for(timeout=20_000)
    choose_layer(frame, "density")
    expect(frame.locator(".zb-legend-title")).to_have_text("Densité")


def test_a_frame_without_a_height_is_painted_when_it_gets_one(
    watched: Opener, lozere_page: Path, tmp_path: Path
) -> None:
    one = watched()
    open_in_frame(one, lozere_page, tmp_path, 'style="display:none"')
    inner = one.page.locator("iframe").element_handle().content_frame()
    inner.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
    one.page.emulate_media(color_scheme="dark")
    inner.evaluate("document.querySelector('input[type=radio]:not(:checked)').click()")
    one.page.evaluate("document.querySelector('iframe').style = 'width:900px;height:600px'")
    inner.wait_for_function(f"() => Object.keys(({PAINTED})()).length > 3", timeout=10_000)


def test_a_reader_without_script_reads_the_findings(chromium: Browser, lozere_page: Path) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(lozere_page.as_uri())
    text = page.locator("body").inner_text()
    picture = page.locator("noscript img").bounding_box()
    assert picture is not None and picture["y"] < 200 and picture["height"] > 100
    page.close()
    assert "Besoin" in text and "connu pour 152 des 152 communes" in text and "Arcep" in text


def test_overlaps_and_many_territories_are_painted(watched: Opener, tmp_path: Path) -> None:
    side = 260  # 67,600 territories: more than sixteen bits can number
    xs, ys = (place.ravel() * 1000.0 for place in np.meshgrid(np.arange(side), np.arange(side)))
    path = tmp_path / "many.html"
    frame = gpd.GeoSeries(shapely.box(xs, ys, xs + 1000, ys + 1000), crs=3857)
    draw_map(_plain(frame, np.arange(len(xs), dtype=float))).save(path)
    page = watched().open(path)
    page.mouse.click(*middle(page))
    number = int(page.locator(".zb-card h2").inner_text()[1:])
    assert abs(number // side - side / 2) < 3 and abs(number % side - side / 2) < 3

    over = gpd.GeoSeries(
        [shapely.box(0, 0, 3000, 3000), shapely.box(2000, 0, 5000, 3000)], crs=3857
    )
    draw_map(_plain(over, np.array([1.0, 2.0]))).save(path)
    page = watched().open(path)
    x, y = middle(page)
    page.mouse.click(x, y)  # in both: the one that came last
    assert page.locator(".zb-card h2").inner_text() == "n1"
    page.mouse.click(x - 220, y)
    assert page.locator(".zb-card h2").inner_text() == "n0"


def _plain(shapes: gpd.GeoSeries, figures: np.ndarray) -> Atlas:
    codes = pd.Index([f"c-{k}" for k in range(len(shapes))], name="code")
    frame = gpd.GeoDataFrame(
        {"name": [f"n{k}" for k in range(len(shapes))], "geometry": shapes.to_numpy()},
        index=codes, crs=shapes.crs,
    )  # fmt: skip
    nothing = pd.DataFrame(index=codes)
    unknown = pd.DataFrame({"population": np.nan, "area_km2": np.nan}, index=codes)
    territories = Territories(frame=frame, level="cell", parents=nothing, facts=unknown)
    indicator = Indicator("x", "X", better="lower")
    values = pd.DataFrame({"x": figures}, index=codes)
    return Atlas(
        territories=territories,
        values=values,
        reasons=(values * 0).astype("int8"),
        indicators={"x": indicator},
        weights=nothing,
    )


EDGES = """(seed) => {
  SCRIPTS
  const random = (below) => { seed = (seed * 48271) % 2147483647; return seed % below; };
  const [width, height] = [1 + random(40), 1 + random(30)];
  const ids = new Uint16Array(width * height).map(() => random(3) ? 0 : 1 + random(4));
  for (let p = 1; p < ids.length; p++) { // stretches, and the same below
    if (random(3)) ids[p] = ids[p < width || random(2) ? p - 1 : p - width];
  }
  const groups = random(2) ? Uint32Array.of(0, 1, 1, 2, 2) : null;
  const fine = Boolean(random(2));
  const [ends, edges] = [[], []];
  ids.forEach((id, p) => {
    const beside = (p + 1) % width ? ids[p + 1] : id;
    const below = p + width < ids.length ? ids[p + width] : id;
    if (id !== beside || (p + 1) % width === 0) ends.push(p + 1);
    const kind = id === beside && id === below ? 0 : edgeBetween(id, beside, below, groups, fine);
    if (kind) edges.push(4 * p + kind);
  });
  const runs = newRuns(0);
  const swept = ids.map((id, p) => (p % width ? id ^ ids[p - 1] : id)); // changes along each row
  sweep(swept, width, height, runs);
  findEdges(swept, width, height, groups, fine, runs);
  const used = (list, count) => Array.from(list.subarray(0, count));
  return [[swept, used(runs.ends, runs.count), used(runs.edges, runs.edgeCount)].join(";"),
    [ids, ends, edges].join(";")];
}"""


def test_lines_are_where_neighbouring_pixels_differ(chromium: Browser) -> None:
    scripts = read_asset("raster.js") + read_asset("paint.js")
    page = chromium.new_page()
    for seed in range(1, 60):
        drawn, expected = page.evaluate(EDGES.replace("SCRIPTS", scripts), seed)
        assert drawn == expected
    page.close()


def test_budgets_that_do_not_depend_on_the_machine(
    watched: Opener, france_page: Path, lozere_page: Path
) -> None:
    assert france_page.stat().st_size <= 3_000_000
    # Beyond Leaflet; the reader's own table and weights are a third of the scripts.
    assert lozere_page.stat().st_size <= 390_000 + 162_000
    page = watched().open(france_page)
    marks = page.evaluate("JSON.stringify(performance.getEntriesByType('mark').map(m => m.name))")
    assert json.loads(marks) == ["zb-start", "zb-decoded", "zb-painted", "zb-ready"]
