"""What stands round the map: the table, the levels, the second map, the files, the link."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import folium
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Watched, choose_layer, open_in_frame
from tests.browser.test_map_page import rest
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import explain
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.bivariate import Bivariate
from zoneblanche.maps.drawn.breaks import classify
from zoneblanche.maps.drawn.palettes import DIVERGING
from zoneblanche.maps.page import html as document
from zoneblanche.maps.page.header.layers import Citations, describe_bivariate

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

ROW = ".zb-grid tbody:not(.zb-pad) tr"
TABLE = "#table=1"
VIEWS = """async () => {
  const page = await window.zoneblanche.started;
  return [page.map, page.beside.map].map((map) =>
    [map.getCenter().lat.toFixed(5), map.getCenter().lng.toFixed(5), map.getZoom().toFixed(3)]);
}"""


def linked(page: Page, part: str) -> None:
    """Wait until the address says so."""
    page.wait_for_function("(part) => decodeURIComponent(location.hash).includes(part)", arg=part)


def first_cells(page: Page, column: int) -> list[str]:
    """The cells of a column that are drawn, from the top."""
    cells = page.locator(f"{ROW} > :nth-child({column})")
    return [text.replace("\u202f", "").replace("\u00a0", " ") for text in cells.all_inner_texts()]


# -- the table ------------------------------------------------------------------------------------


def test_the_table_holds_every_territory_and_few_elements(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page)
    page.get_by_role("button", name="Tableau", exact=True).click()
    grid = page.locator("[role=grid]")
    assert grid.get_attribute("aria-rowcount") == str(len(france.codes) + 1)
    assert page.locator(ROW).count() < 60
    page.evaluate("document.querySelector('.zb-scroller').scrollTop = 1e9")
    page.wait_for_timeout(200)
    assert page.locator(ROW).last.get_attribute("aria-rowindex") == str(len(france.codes) + 1)
    assert first_cells(page, 1)[-1] == france.territories.names.iloc[-1]
    page.evaluate("document.querySelector('.zb-scroller').scrollTop = 15000 * 30")
    page.wait_for_timeout(200)
    assert page.locator(ROW).count() < 60
    assert france.territories.names.iloc[15000] in first_cells(page, 1)


def test_the_table_is_sorted_and_missing_figures_come_last_with_their_reason(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, "#table=1&layer=gigabit")
    heading = page.get_by_role("columnheader", name="Locaux à 1 Gbit/s")
    assert heading.get_attribute("aria-sort") == "none"
    for way, ordered in (("descending", False), ("ascending", True)):
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == way
        figures = [float(text[:-2].replace(",", ".")) for text in first_cells(page, 3)]
        assert figures == sorted(figures, reverse=not ordered)
        assert page.evaluate("document.activeElement.textContent").startswith("Locaux")
    known = france.values["gigabit"].round(1)
    assert figures[0] == known.min()
    page.evaluate("document.querySelector('.zb-scroller').scrollTop = 1e9")
    page.wait_for_timeout(200)
    assert known.isna().any()
    assert first_cells(page, 3)[-1] == "absent de la table"


def test_filters_narrow_the_table_and_fade_the_map(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, TABLE)
    page.locator("[data-filter=within]").select_option(label="Lozère")
    grid = page.locator("[role=grid]")
    assert grid.get_attribute("aria-rowcount") == "153"
    assert "152 sur 34\u202f875 communes" in page.locator(".zb-table-count").inner_text()
    kept = page.evaluate(
        "window.zoneblanche.started.then((page) => page.kept.reduce((one, other) => one + other))"
    )
    assert kept == 152
    page.locator("[data-filter=text]").fill("SAINT ETIENNE")
    names = france.territories.names[france.territories.parents["departement"] == "48"]
    assert first_cells(page, 1) == [name for name in names if "Saint-Étienne" in name]
    page.locator("[data-filter=text]").fill("no such place")
    assert page.locator(ROW).count() == 0 and grid.get_attribute("aria-rowcount") == "1"


def test_table_and_map_are_linked_both_ways(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page, TABLE)
    page.locator(ROW).nth(4).click()
    name = page.locator(ROW).nth(4).locator("th").inner_text()
    assert page.locator(".zb-card h2").inner_text() == name
    assert page.locator(ROW).nth(4).get_attribute("aria-selected") == "true"
    page.locator(ROW).nth(2).hover()
    hovered = "window.zoneblanche.started.then((page) => page.main.hovered)"
    assert page.evaluate(hovered) == 3
    page.locator("#zb-search").fill("Villefort")
    page.keyboard.press("Enter")
    selected = page.locator("[role=row][aria-selected=true]")
    assert selected.locator("th").inner_text() == "Villefort"
    page.locator(".zb-close").click()
    assert selected.count() == 0


def test_the_table_works_by_keyboard_alone(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, TABLE)
    grid = page.locator("[role=grid]")
    grid.focus()
    for key in ("End", "Home", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    at = grid.get_attribute("aria-activedescendant")
    assert at == "zb-cell-2-1" and page.locator(f"#{at}").get_attribute("role") == "gridcell"
    page.keyboard.press("Control+End")
    last = f"zb-cell-{len(france.codes) - 1}-"
    assert (grid.get_attribute("aria-activedescendant") or "").startswith(last)
    page.keyboard.press("PageUp")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == france.territories.names.iloc[0]
    linked(page, "at=01001")
    lat, lng, zoom = (float(one) for one in page.url.split("view=")[1].split(","))
    assert abs(lat - 46.15) < 0.2 and abs(lng - 4.95) < 0.4 and zoom > 9
    assert page.evaluate("document.activeElement.getAttribute('role')") == "grid"


def test_the_reader_chooses_columns(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page, TABLE)
    page.locator(".zb-columns summary").click()
    columns = page.locator(".zb-columns-list")
    columns.get_by_label("Présence", exact=True).check()
    columns.get_by_label("Population", exact=True).uncheck()
    heads = page.locator("[role=columnheader]").all_inner_texts()
    assert "Présence" in heads and "Population" not in heads
    page.keyboard.press("Escape")
    assert not page.locator(".zb-columns").evaluate("one => one.open")
    linked(page, "columns=")
    # The address is written when the reader pauses: both changes must be in it.
    page.wait_for_function("() => !decodeURIComponent(location.hash).includes('population')")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("[role=columnheader]").all_inner_texts() == heads


# -- what is taken away ---------------------------------------------------------------------------


def saved(page: Page, kind: str, folder: Path) -> Path:
    if not page.locator(".zb-save").evaluate("menu => menu.open"):
        page.locator(".zb-save summary").click()
    with page.expect_download() as waiting:
        page.locator(f"[data-save=save_{kind}]").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_table_is_saved_as_it_is_shown(
    watched: Opener, france: Atlas, france_page: Path, tmp_path: Path
) -> None:
    page = watched().open(france_page, "#table=1&layer=gigabit&in=48&sort=-gigabit")
    path = saved(page, "csv", tmp_path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and path.name == "france-communes-gigabit.csv"
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][:4] == ["Code", "Commune", "Département", "Locaux à 1 Gbit/s"]
    chosen = france.values["gigabit"][france.territories.parents["departement"] == "48"].round(1)
    assert len(rows) == 153
    assert [row[0] for row in rows[1:]] == list(
        chosen.sort_values(ascending=False, kind="stable", na_position="last").index
    )
    for row in rows[1:]:
        assert float(row[3].replace(",", ".")) == chosen[row[0]]
    english = watched().open(france_page, "#table=1&layer=gigabit&lang=en&in=48")
    text = saved(english, "csv", tmp_path).read_text("utf-8-sig")
    assert text.startswith("Code,Commune,") and "\n48001," in text.replace("\r\n", "\n")


def test_no_cell_of_a_file_is_a_formula(watched: Opener, france: Atlas, tmp_path: Path) -> None:
    """Neither where the file has its cells, nor where a spreadsheet of another locale looks."""
    formula = '=HYPERLINK("http://x";"y")'
    odd = [formula, "|x", "a,=1+1", "a|\u200b＝1", "a;=1+1", 'a,"=1', "Saint-Denis"]
    safe = [f"'{formula}", "'|x", "a,'=1+1", "a|'\u200b＝1", "a;=1+1", "a,'\"=1", "Saint-Denis"]
    chosen = np.arange(len(france.codes)) < len(odd)
    territories = france.territories.take(chosen)
    territories = territories.__class__(
        **{**vars(territories), "frame": territories.frame.assign(name=odd)}
    )
    some = Atlas(
        territories=territories, values=france.values[chosen], reasons=france.reasons[chosen],
        indicators=france.indicators, weights=france.weights[chosen],
    )  # fmt: skip
    draw_map(some).save(tmp_path / "odd.html")
    page = watched().open(tmp_path / "odd.html", TABLE)
    text = saved(page, "csv", tmp_path).read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    assert sorted(row[1] for row in rows[1:]) == sorted(safe)
    picture = saved(page, "svg", tmp_path).read_text("utf-8")
    assert "<script" not in picture and "=HYPERLINK" not in re.sub(r">[^<]*<", "><", picture)


def test_the_map_is_saved_as_a_picture(watched: Opener, lozere_page: Path, tmp_path: Path) -> None:
    page = watched().open(lozere_page, "#at=48095")
    page.wait_for_timeout(450)
    picture = saved(page, "svg", tmp_path).read_text("utf-8")
    for text in ("Besoin", "152 communes", "Arcep", "Pas de donnée"):
        assert text in picture
    fills = page.locator(".zb-class .zb-swatch rect").evaluate_all(
        "rects => rects.map(r => r.getAttribute('fill'))"
    )
    for fill in fills:
        assert re.search(rf'<path d="M[^"]+z" fill="{fill}"', picture), fill
    image = saved(page, "png", tmp_path).read_bytes()
    assert image.startswith(b"\x89PNG") and int.from_bytes(image[16:20], "big") > 1800


# -- levels ---------------------------------------------------------------------------------------


def test_another_level_shows_what_python_aggregates(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, "#layer=gigabit&at=48095")
    spread = page.locator(".zb-spread figcaption")
    assert "communes" in spread.inner_text()
    page.locator("#zb-level").select_option("departement")
    assert "départements" in spread.inner_text()
    card = page.locator(".zb-card")
    assert card.locator("h2").inner_text() == "Lozère"  # Mende's
    upper = atlas_at(france.keep(["gigabit", "presence", "density"]), "departement")
    for name, title in (("gigabit", "Locaux à 1 Gbit/s"), ("presence", "Présence")):
        wanted = f"{upper.values.loc['48', name]:.1f}".replace(".", ",")
        assert wanted in card.locator(".zb-figure", has_text=title).first.text_content()
    people = f"{upper.territories.facts.loc['48', 'population']:,.0f}".replace(",", "\u202f")
    assert people in card.locator(".zb-card-code").inner_text()
    assert "101 départements" in page.locator(".zb-eyebrow").inner_text()
    counts = page.locator(".zb-count").evaluate_all(
        "all => all.map(one => parseInt(one.firstChild.textContent.replace(/\\D/g, '')))"
    )
    assert sum(counts) == 101
    page.get_by_role("button", name="Tableau", exact=True).click()
    assert page.locator("[role=grid]").get_attribute("aria-rowcount") == "102"
    linked(page, "level=departement&at=48&table=1")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".zb-card h2").inner_text() == "Lozère"
    page.locator("#zb-level").select_option("")
    assert "communes" in page.locator(".zb-eyebrow").inner_text()
    assert page.locator(".zb-card").count() == 0


def test_a_joined_level_is_painted_without_its_inner_borders(
    watched: Opener, france_page: Path
) -> None:
    page = watched().open(france_page, "#level=departement&view=44.5,3.5,8")
    box = page.locator("#zb-map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator(".zb-tip strong").inner_text() == "Lozère"
    arcs = page.evaluate(
        "window.zoneblanche.started.then((page) => [page.base, page.model].map("
        "(model) => model.geometry.arcs))"
    )
    assert arcs[1] < arcs[0] / 10


NAMES_DRAWN = """() => {
  const canvas = document.querySelector('#zb-map .zb-names');
  const copy = Object.assign(document.createElement('canvas'),
    { width: canvas.width, height: canvas.height }).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) inked += data[i] > 128;
  return inked;
}"""


def test_names_stand_on_the_map_unless_they_are_not_wanted(
    watched: Opener, france_page: Path
) -> None:
    page = watched().open(france_page, "#level=departement&view=46.5,2.5,7")
    rest(page)
    assert page.evaluate(NAMES_DRAWN) > 2000
    page.get_by_label("Noms").uncheck()
    assert page.evaluate(NAMES_DRAWN) == 0
    linked(page, "names=0")


# -- what a layer and a card tell -----------------------------------------------------------------


@pytest.fixture(scope="module")
def scored(lozere: Atlas) -> Atlas:
    """Lozère with an index that was computed, and a figure on both sides of zero."""
    some = lozere.keep(["gigabit", "presence", "density"])
    table = {"id": "lack", "orientation": "worse", "weights": {"gigabit": 2, "presence": 1}}
    recipe = recipe_from_table(table, file="", indicators=some.indicators)
    some = compute_index(some, recipe, draws=20)
    gap = some.values["presence"] - some.values["presence"].mean()
    return some.add(Indicator("gap", {"fr": "Écart", "en": "Gap"}, better="higher"), gap)


@pytest.fixture(scope="module")
def scored_page(scored: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scored") / "scored.html"
    draw_map(scored).save(path)
    return path


def test_the_card_says_where_the_points_come_from(
    watched: Opener, scored_page: Path, scored: Atlas
) -> None:
    page = watched().open(scored_page, "#at=48095")
    texts = page.locator(".zb-parts li").all_inner_texts()
    parts = explain(scored, "48095", "lack").parts["contribution"].sort_values(ascending=False)
    assert [text.split()[-1] for text in texts] == [
        f"{points:.1f}".replace(".", ",") for points in parts
    ]
    score = scored.values["lack"]
    people = scored.territories.facts["population"]
    peers = score[(people >= 10_000) & (people < 20_000) & score.notna()]
    text = page.locator(".zb-score").inner_text()
    if len(peers) > 1:
        assert f"Parmi {len(peers)} communes de taille comparable" in text
    interval = scored.intervals["lack"].loc["48095"]
    for end in ("score_low", "score_high"):
        assert f"{interval[end]:.1f}".replace(".", ",") in text
    sources = page.locator(".zb-figure .zb-note a")
    assert sources.count() and all(
        (one.get_attribute("href") or "").startswith("https://") for one in sources.all()
    )


def test_peers_are_those_of_the_same_size(
    watched: Opener, france_page: Path, france: Atlas
) -> None:
    page = watched().open(france_page, "#at=48095")
    need, people = france.values["need"].round(1), france.territories.facts["population"]
    peers = need[(people >= 10_000) & (people < 20_000)].dropna()
    text = page.locator(".zb-score").inner_text().replace("\u202f", "")
    mean = f"{peers.mean():.1f}".replace(".", ",")
    assert f"Communes de 10000 à 19999 habitants (moyenne)\n{mean}" in text.replace("\xa0", " ")
    others = need.dropna().drop("48095")
    better_off = int(100 * float((others > need["48095"]).mean()))
    assert f"Situation plus favorable que dans {better_off}\xa0% des communes." in text
    tied = int((others == need["48095"]).sum())
    assert f"{tied} autres ont le même score arrondi." in text


def test_figures_about_zero_have_two_hues(watched: Opener, scored_page: Path) -> None:
    page = watched().open(scored_page, "#layer=gap")
    page.wait_for_timeout(450)
    fills = page.locator(".zb-class .zb-swatch rect").evaluate_all(
        "rects => rects.map(r => r.getAttribute('fill'))"
    )
    labels = page.locator(".zb-class-label").all_inner_texts()
    below = sum(text.startswith("de \u2212") for text in labels)
    assert 0 < below < len(fills)
    worse, better = DIVERGING["light"]["worse"], DIVERGING["light"]["better"]
    assert fills[0] in worse and fills[-1] in better
    assert "de part et d'autre de zéro" in page.locator(".zb-subtitle").inner_text()


def test_any_two_indicators_make_a_map(watched: Opener, france_page: Path, france: Atlas) -> None:
    page = watched().open(france_page)
    choose_layer(page, "gigabit")
    page.get_by_label("Croiser avec").select_option("need")
    rest(page)
    assert page.locator(".zb-legend-title").inner_text() == "Locaux à 1 Gbit/s × Besoin"
    assert page.locator("#zb-layer").input_value() == "Locaux à 1 Gbit/s × Besoin"
    counts = page.evaluate(
        "window.zoneblanche.started.then((page) => page.shown.classes.map(({ count }) => count))"
    )
    drawn = describe_bivariate(france, Bivariate("gigabit", "need"), Citations())["breaks"]
    x = classify(france.values["gigabit"].round(1).to_numpy(), drawn["x"])
    y = classify(france.values["need"].round(1).to_numpy(), drawn["y"])
    # Few gigabit lines are worse, and so is much need: x runs down, y runs up.
    known = (x >= 0) & (y >= 0)
    wanted = np.bincount(3 * y[known] + 2 - x[known], minlength=9)
    assert counts == wanted.tolist()
    linked(page, "layer=gigabit-need")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".zb-cell").count() == 9


STUBS = {"jquery": "window.$ = () => ({ ready: (f) => f() });"}
ASSETS = Path(document.__file__).parents[1] / "assets"


def serve(route: Route) -> None:
    """What folium asks of other sites, from here: Leaflet with our copy, all else with nothing."""
    url = route.request.url
    name = next((name for name in ("leaflet.js", "leaflet.css") if url.endswith(f"/{name}")), "")
    if url.startswith("file:"):
        route.continue_()
    elif name:
        kind = "text/javascript" if name.endswith("js") else "text/css"
        route.fulfill(path=ASSETS / name, content_type=kind)
    else:
        kind = "text/css" if url.split("?")[0].endswith(".css") else "text/javascript"
        route.fulfill(body=next((STUBS[one] for one in STUBS if one in url), ""), content_type=kind)


def test_a_folium_map_with_foreign_layers_works(
    chromium: Browser, scored: Atlas, tmp_path: Path
) -> None:
    drawn = draw_map(scored)
    folium.CircleMarker([44.5, 3.5]).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    with pytest.warns(UserWarning, match="folium writes the page"):
        drawn.save(tmp_path / "folium.html")
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/*", serve)
    page.goto((tmp_path / "folium.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.mouse.move(400, 420)
    tip = page.locator(".zb-tip")
    tip.wait_for()
    box = tip.bounding_box()
    assert box is not None and 350 < box["x"] < 500 and 300 < box["y"] < 500
    page.mouse.click(400, 420)
    assert page.locator(".zb-card").is_visible()
    choose_layer(page, "density")
    expect(page.locator(".zb-legend-title")).to_have_text("Densité")
    page.get_by_role("button", name="Fermer").click()
    panel, foot, control, credit = (
        page.locator(name).bounding_box()
        for name in (
            ".zb-panel",
            ".zb-foot",
            ".leaflet-control-layers",
            ".leaflet-control-attribution",
        )
    )
    assert panel and foot and control and credit, "all are on the map"
    assert control["x"] + control["width"] <= panel["x"], "a user's control is not under the panel"
    assert max(one["y"] + one["height"] for one in (credit, panel)) <= foot["y"] + 1
    page.locator(".leaflet-control-layers input").first.uncheck()
    assert page.locator(".zb-panel").count() == 0
    page.close()
    assert errors == []


# -- two maps, and links --------------------------------------------------------------------------


def test_two_maps_move_as_one(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    page.get_by_role("button", name="Comparer").click()
    page.locator("#zb-beside").select_option("density")
    page.wait_for_timeout(300)
    box = page.locator("#zb-map-beside").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=4)
    page.mouse.up()
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(700)
    one, other = page.evaluate(VIEWS)
    assert one == other
    page.mouse.move(x + 5, y + 5)
    both = "window.zoneblanche.started.then((page) => page.allLayers().map((one) => one.hovered))"
    assert len(set(page.evaluate(both))) == 1 and page.evaluate(both)[0] > 0
    text = page.locator(".zb-tip").inner_text()
    assert "Besoin" in text and "Densité" in text
    page.mouse.click(x + 5, y + 5)
    assert page.locator(".zb-card").count() == 1
    shared = "window.zoneblanche.started.then((p) => p.main._ids === p.beside.main._ids)"
    assert page.evaluate(shared)
    page.get_by_role("button", name="Comparer").click()
    assert page.locator("#zb-map-beside").count() == 0


def test_a_link_holds_all_that_is_shown(watched: Opener, france_page: Path) -> None:
    link = (
        "#layer=gigabit&method=jenks&level=departement&at=48&beside=presence&lang=en"
        "&table=1&q=lo&sort=-gigabit&view=44.5,3.5,8&names=0"
    )
    page = watched().open(france_page, link)
    page.wait_for_timeout(400)
    assert page.locator("#zb-level").input_value() == "departement"
    assert page.locator("#zb-beside").input_value() == "presence"
    assert page.locator("[data-filter=text]").input_value() == "lo"
    assert page.locator(".zb-card h2").inner_text() == "Lozère"
    linked(page, "view=")
    once = page.url
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_timeout(400)
    assert page.url == once
    page.evaluate("window.location.hash = '#layer=density&lang=en'")
    page.wait_for_timeout(300)
    assert page.locator(".zb-legend-title").inner_text() == "Density"
    assert page.locator("#zb-level").input_value() == ""


@pytest.mark.parametrize(
    "garbage",
    [
        "#layer=__proto__&level=constructor&outline=toString&at=__proto__&beside=hasOwnProperty",
        "#view=1e308,NaN,-4&method=__proto__&lang=__proto__&table=1&sort=rank __proto__&flag=y",
        "#%E0%A4%A&&&=&table=1&columns=,,rank%20nothing,__proto__&q=" + "%00<script>" * 40,
        "#view=90,0,99&names=maybe&level=departement&layer=website&beside=website",
    ],
)
def test_garbage_in_a_link_does_no_harm(watched: Opener, lozere_page: Path, garbage: str) -> None:
    page = watched().open(lozere_page, garbage)
    assert page.locator(".zb-legend-title").inner_text()
    assert page.locator("#zb-map .zb-territories").is_visible()


def test_the_table_and_the_second_map_work_inside_a_frame(
    watched: Opener, lozere_page: Path, tmp_path: Path
) -> None:
    one = watched()
    frame = open_in_frame(one, lozere_page, tmp_path, 'width="1200" height="700"')
    frame.locator("html[data-ready]").wait_for(timeout=20_000)
    frame.get_by_role("button", name="Tableau", exact=True).click()
    frame.get_by_role("button", name="Comparer").click()
    assert frame.locator("[role=grid]").get_attribute("aria-rowcount") == "153"
    with one.page.expect_download() as waiting:
        frame.locator(".zb-table-bar").get_by_role("button", name="Tableau (CSV)").click()
    assert waiting.value.suggested_filename.endswith(".csv")


def test_paper_gets_both_maps_with_what_their_colours_stand_for(
    watched: Opener, lozere_page: Path
) -> None:
    page = watched().open(lozere_page, "#layer=gigabit&beside=density")
    rest(page)
    page.emulate_media(media="print")
    sheet = page.locator(".zb-picture")
    sheet.wait_for()
    text = sheet.text_content() or ""
    assert "Locaux à 1 Gbit/s" in text and "Densité" in text
    assert sheet.locator(":scope > svg").count() == 2
    page.emulate_media(media="screen")
    page.locator("[data-tool=compare]").click()
    page.emulate_media(media="print")
    page.wait_for_selector(".zb-picture > svg:only-of-type")


def test_a_phone_shows_the_map_first_and_folds_the_controls(
    watched: Opener, lozere_page: Path
) -> None:
    page = watched(390, 844, has_touch=True, is_mobile=True).open(lozere_page)
    top = page.locator("#zb-map").bounding_box()
    assert top is not None and top["y"] < 0.27 * 844
    opener = page.locator(".zb-tools-opener")
    assert opener.get_attribute("aria-expanded") == "false"
    assert not page.locator("#zb-naming").is_visible()
    opener.tap()
    assert opener.get_attribute("aria-expanded") == "true"
    page.locator("#zb-naming").uncheck()
    assert opener.get_attribute("aria-expanded") == "false"  # what a choice changes is in sight
    opener.tap()
    page.locator("[data-tool=table]").tap()
    assert page.locator(".zb-grid").is_visible()
    opener.tap()
    opener.press("Escape")
    assert not page.locator("#zb-naming").is_visible()
    assert page.evaluate("document.activeElement.classList.contains('zb-tools-opener')")


def test_the_tooltip_stays_on_the_map_and_follows_what_is_shown(
    watched: Opener, lozere_page: Path
) -> None:
    page = watched().open(lozere_page, "#view=44.518,3.499,11")
    tip = page.locator(".zb-tip")
    around = page.locator(".zb-maps").bounding_box()
    assert around is not None
    right, foot = around["x"] + around["width"], around["y"] + around["height"]
    places = [(around["x"] + 300, around["y"] + 300), (right - 20, foot - 20)]
    for x, y in places:
        page.mouse.move(x, y)
        box = tip.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] == pytest.approx(
            min(x + 14 + box["width"], right - 6), abs=1
        )
        above = y + 18 + box["height"] > foot
        assert box["y"] == pytest.approx(y - 12 - box["height"] if above else y + 18, abs=1)
    first = tip.inner_text()
    page.mouse.move(*places[0])
    assert tip.inner_text() != first
    assert tip.locator(".zb-tip-figure").count() == 1
    assert tip.locator(".zb-tip-figure svg").count() == 1
    page.locator("[data-tool=compare]").click()
    page.mouse.move(*places[0])
    assert tip.locator(".zb-tip-figure").count() == 2


def test_the_tooltip_goes_when_the_map_goes_elsewhere(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    page.mouse.move(800, 450)
    assert page.locator(".zb-tip").is_visible()
    page.locator("#zb-search").focus()  # by key: the pointer stays where it is
    page.keyboard.type("Mende")
    page.keyboard.press("Enter")
    page.wait_for_selector(".zb-card")
    assert not page.locator(".zb-tip").is_visible()
