"""What a reader does while the page still reads its names and figures is kept, and done then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, choose_layer
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps import draw_map
from zoneblanche.maps.embed.write import draw_embed, framed_page

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]
Reading = Callable[..., Page]

HOLD = """(() => {
  const Real = window.DecompressionStream;
  const held = new Promise((go) => { window.letGo = go; });
  window.DecompressionStream = class {
    constructor(kind) {
      const { writable, readable } = new Real(kind);
      if (!document.documentElement?.dataset.painted) return { writable, readable };
      const transform = async (chunk, to) => { await held; to.enqueue(chunk); };
      const gate = new TransformStream({ transform });
      return { writable, readable: readable.pipeThrough(gate) };
    }
  };
})();"""
"""Unpacks nothing after the first picture until `letGo` is called: a machine as slow as needed."""
SLOWER = 4
"""How many times slower the processor is in these tests."""
STATE = """async () => {
  const page = await window.zoneblanche.started;
  return { layer: page.layer.id, dark: page.isDark(), names: page.naming, lang: page.speech.lang,
    beside: page.beside?.layer.id ?? null, scheme: page.schemes.get(page.layer.id) ?? null,
    rows: page.grid?.rows.length ?? 0, zoom: page.map.getZoom() };
}"""


@pytest.fixture
def reading(watched: Opener, lozere_page: Path) -> Reading:
    """Open a page, that of Lozère if no other is given, up to its first picture."""

    def open_page(address: str = "", path: Path = lozere_page) -> Page:
        slow = watched()
        page = slow.page
        page.add_init_script(HOLD)
        tools = page.context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        slow.own = path.resolve().as_uri()
        page.goto(slow.own + address, wait_until="commit")
        page.wait_for_selector("html[data-painted]", timeout=20_000)
        return page

    return open_page


def read_rest(page: Page) -> dict[str, Any]:
    """Let the page read its rest, and return its state."""
    assert page.locator("html[data-ready]").count() == 0
    page.evaluate("letGo()")
    page.wait_for_selector("html[data-ready]", timeout=20_000)
    assert page.locator("[aria-busy]").count() == 0
    state: dict[str, Any] = page.evaluate(STATE)
    return state


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#zb-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_without_an_act_the_page_does_not_say_that_it_is_busy(reading: Reading) -> None:
    page = reading()
    assert page.locator("[aria-busy]").count() == 0
    assert read_rest(page)["layer"] == "need"


def test_a_layer_is_named_at_once_and_shown_when_it_is_there(reading: Reading) -> None:
    page = reading()
    choose_layer(page, "density")
    assert page.locator("#zb-layer").input_value() == "Densité"
    assert page.locator("[aria-busy]").count() == 1
    assert read_rest(page)["layer"] == "density"
    assert page.locator("#zb-layer").input_value() == "Densité"
    expect(page.locator(".zb-legend-title")).to_have_text("Densité")
    page.wait_for_function("() => location.hash.includes('layer=density')")


def test_of_two_layers_the_later_is_shown_in_the_theme_chosen(reading: Reading) -> None:
    page = reading()
    choose_layer(page, "density")
    page.locator(".zb-theme-button").click()
    assert "zb-dark" in str(page.locator("#zb").get_attribute("class"))
    choose_layer(page, "gigabit")
    state = read_rest(page)
    assert state["layer"] == "gigabit" and state["dark"]


def test_the_table_opens_when_there_are_names(reading: Reading) -> None:
    page = reading()
    button = page.locator("[data-tool=table]")
    for pressed in ("true", "false", "true"):
        button.click()
        assert button.get_attribute("aria-pressed") == pressed
    assert read_rest(page)["rows"] == 152
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator(".zb-grid tbody tr[role=row]").count() > 5


def test_a_second_map_opens_when_there_are_figures(reading: Reading) -> None:
    page = reading()
    page.locator("[data-tool=compare]").click()
    assert read_rest(page)["beside"] == "gigabit"


def test_what_the_address_opens_can_be_closed_before_it_is_there(reading: Reading) -> None:
    page = reading("#beside=density&table=1")
    for tool in ("table", "compare"):
        button = page.locator(f"[data-tool={tool}]")
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
    state = read_rest(page)
    assert state["beside"] is None and state["rows"] == 0


def test_names_language_and_method_stay_as_chosen(reading: Reading) -> None:
    page = reading("#names=1&lang=fr&method=quantile")
    page.locator("#zb-naming").uncheck()
    page.locator(".zb-lang[lang=en]").click()
    page.locator("#zb-scheme").select_option("equal")
    state = read_rest(page)
    assert not state["names"] and state["lang"] == "en" and state["scheme"] == "equal"
    assert not page.locator("#zb-naming").is_checked()


def test_the_method_of_the_address_is_that_of_its_layer(reading: Reading) -> None:
    page = reading("#method=quantile")
    assert page.locator("#zb-scheme").input_value() == "quantile"
    choose_layer(page, "density")
    choose_layer(page, "need")
    assert read_rest(page)["scheme"] == "quantile"


def test_a_place_that_was_clicked_gets_its_card(reading: Reading) -> None:
    page = reading("#view=44.518,3.499,11&at=48001")
    page.mouse.click(*middle(page))
    assert page.locator(".zb-outline path").last.get_attribute("stroke") != "none"
    read_rest(page)
    assert page.locator(".zb-card h2").inner_text() == "Mende"


def test_a_place_that_was_let_go_gets_none(reading: Reading) -> None:
    page = reading("#view=44.518,3.499,11")
    page.mouse.click(*middle(page))
    page.locator("#zb-map").press("Escape")
    read_rest(page)
    assert page.locator(".zb-card").count() == 0


def test_the_card_of_an_address_that_was_closed_does_not_open(reading: Reading) -> None:
    page = reading("#at=48001")
    page.locator("#zb-map").press("Escape")
    read_rest(page)
    assert page.locator(".zb-card").count() == 0


def test_keys_select_and_move(reading: Reading) -> None:
    page = reading("#view=44.518,3.499,11&at=48001")
    page.locator("#zb-map").press("Enter")
    page.locator("#zb-map").press("+")
    page.wait_for_function("() => document.querySelector('#zb-map.leaflet-zoom-anim') === null")
    state = read_rest(page)
    assert state["zoom"] == 12
    card = page.locator(".zb-card")
    assert card.locator("h2").inner_text() == "Mende"
    expect(card).to_be_focused()


def test_what_is_typed_in_the_search_is_answered(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-search").press_sequentially("mend")
    assert page.locator("[aria-busy]").count() == 1
    read_rest(page)
    assert page.locator("#zb-found [data-found]").first.inner_text().startswith("Mende")
    page.locator("#zb-search").press("e")
    assert page.locator("#zb-search").input_value() == "mende"
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == "Mende"


def test_enter_in_the_search_goes_to_the_territory(reading: Reading) -> None:
    page = reading("#table=1")
    page.locator("#zb-search").press_sequentially("mende")
    page.keyboard.press("Enter")
    read_rest(page)
    assert page.locator(".zb-card h2").inner_text() == "Mende"


def test_a_list_that_is_open_stays_open(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-layer").click()
    read_rest(page)
    page.locator('[data-layer="gigabit"]').click()
    expect(page.locator(".zb-legend-title")).to_have_text("Locaux à 1 Gbit/s")


def test_a_download_waits_for_its_figures(reading: Reading) -> None:
    page = reading()
    page.locator(".zb-save summary").click()
    with page.expect_download() as saved:
        page.locator("[data-save=save_csv]").click()
        read_rest(page)
    assert saved.value.suggested_filename.endswith(".csv")
    assert "152" in page.locator(".zb-save-told").inner_text()


PASTE = """() => {
  const cells = new DataTransfer();
  cells.setData("text/plain", "code;size\\n48095;3\\n48001;4\\n");
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: cells, bubbles: true }));
}"""


def test_a_pasted_table_waits_for_the_codes(reading: Reading) -> None:
    page = reading()
    page.evaluate(PASTE)
    read_rest(page)
    expect(page.locator(".zb-own-account")).to_contain_text("2")


def test_a_pasted_table_is_shown_without_the_dialog_that_was_closed(reading: Reading) -> None:
    page = reading()
    page.evaluate(PASTE)
    page.locator("[data-own=open]").click()
    page.locator(".zb-own .zb-close").click()
    read_rest(page)
    expect(page.locator(".zb-legend-title")).to_have_text("size")
    assert not page.locator(".zb-own").is_visible()


def test_a_layer_chosen_after_a_pasted_table_is_shown(reading: Reading) -> None:
    page = reading()
    page.evaluate(PASTE)
    page.locator("[data-own=open]").click()
    page.locator(".zb-own .zb-close").click()
    choose_layer(page, "density")
    assert read_rest(page)["layer"] == "density"
    expect(page.locator(".zb-legend-title")).to_have_text("Densité")
    page.locator("#zb-layer").click()
    expect(page.locator("[data-layer]").filter(has_text="size")).to_have_count(1)


def test_a_dialog_that_is_opened_again_stays(reading: Reading) -> None:
    page = reading()
    page.evaluate(PASTE)
    for selector in ("[data-own=open]", ".zb-own .zb-close", "[data-own=open]"):
        page.locator(selector).click()
    read_rest(page)
    expect(page.locator(".zb-own-account")).to_contain_text("2")
    assert page.locator(".zb-own").is_visible()


def test_another_address_waits_for_its_layer(reading: Reading) -> None:
    page = reading()
    page.evaluate("location.hash = '#layer=density'")
    page.wait_for_selector("[aria-busy]")
    assert read_rest(page)["layer"] == "density"


def test_limits_of_classes_that_are_being_typed_do_not_stop_the_page(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-scheme").select_option("custom")
    page.locator("#zb-breaks").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("20; 40")
    assert read_rest(page)["scheme"] == "custom"
    page.keyboard.type("; 60")
    assert page.locator("#zb-breaks").input_value() == "20; 40; 60"
    page.keyboard.press("Enter")
    assert page.locator(".zb-class").count() == 4


def test_a_list_that_stays_the_same_is_not_drawn_anew(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-cross").press("Shift")  # a use, with the focus
    page.evaluate("window.list = document.activeElement")
    read_rest(page)
    assert page.evaluate("document.activeElement === window.list")


@pytest.mark.parametrize("field", ["zb-cross", "zb-level", "zb-scheme"])
def test_the_focus_stays_in_a_field_that_is_drawn_anew(
    reading: Reading, france_page: Path, field: str
) -> None:
    page = reading(path=france_page)
    page.locator("#zb-level").select_option("departement")
    page.locator(f"#{field}").focus()
    read_rest(page)
    assert page.evaluate("document.activeElement.id") == field


def test_a_later_click_goes_before_the_search(reading: Reading) -> None:
    page = reading("#view=44.518,3.499,11")
    page.locator("#zb-search").press_sequentially("florac")
    page.keyboard.press("Enter")
    page.mouse.click(*middle(page))
    read_rest(page)
    assert page.locator(".zb-card h2").inner_text() == "Mende"


@pytest.mark.parametrize("name", ["mende", "lozere"])
def test_the_search_leaves_a_later_field_its_focus(
    reading: Reading, france_page: Path, name: str
) -> None:
    page = reading(path=france_page)
    page.locator("#zb-search").press_sequentially(name)
    page.keyboard.press("Enter")
    page.locator("#zb-layer").click()
    page.locator("#zb-layer").press_sequentially("Locaux")
    read_rest(page)
    assert page.locator("#zb-layer").input_value() == "Locaux"
    assert (page.locator(".zb-card h2").text_content() or "").lower().startswith(name[:3])
    expect(page.locator("#zb-layer")).to_be_focused()


def test_the_search_outlives_another_language(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-search").press_sequentially("mende")
    page.keyboard.press("Enter")
    page.locator(".zb-lang[lang=en]").click()
    assert read_rest(page)["lang"] == "en"
    assert page.locator(".zb-card h2").inner_text() == "Mende"


def test_what_is_typed_for_a_layer_stays(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-layer").click()
    page.locator("#zb-layer").press_sequentially("Locaux")
    read_rest(page)
    assert page.locator("#zb-layer").input_value() == "Locaux"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".zb-legend-title")).to_have_text("Locaux à 1 Gbit/s")


def test_a_layer_is_crossed_with_the_one_chosen_before(reading: Reading) -> None:
    page = reading()
    choose_layer(page, "density")
    page.locator("#zb-cross").select_option("gigabit")
    assert read_rest(page)["layer"] == "density-gigabit"


def test_another_address_is_shown_whole_after_a_use(reading: Reading) -> None:
    page = reading()
    page.locator("#zb-map").press("Shift")  # a use, which moves nothing
    page.evaluate("location.hash = '#lang=en&table=1&names=0&view=44.518,3.499,11'")
    page.wait_for_selector("[aria-busy]")
    state = read_rest(page)
    assert state["lang"] == "en" and state["zoom"] == 11 and state["rows"] == 152
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[data-tool=table]").inner_text() == "Table"
    assert page.locator("[data-tool=table]").get_attribute("aria-pressed") == "true"
    assert not page.locator("#zb-naming").is_checked()


@pytest.fixture(scope="module")
def waves_page(lozere: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of Lozère with two earlier dates of a yes-or-no figure, and with made groups."""
    website = lozere.indicator("website")
    places = lozere.territories
    groups = pd.Series([f"G{at // 15:02}" for at in range(len(places))], places.codes, dtype=object)
    parents, names = places.parents.assign(epci=groups), {name: name for name in groups.unique()}
    named = {**places.parent_names, "epci": names}
    atlas = replace(lozere, territories=replace(places, parents=parents, parent_names=named))
    for year in (2020, 2021):
        wave = replace(
            website, id=f"website-{year}", period=f"{year}-07-12", role="context", wave_of="website"
        )
        atlas = atlas.add(wave, lozere.values["website"].where(lozere.values.index > "48100", 0.0))
    path = tmp_path_factory.mktemp("waves") / "waves.html"
    draw_map(atlas, show="website").save(path)
    return path


def test_a_date_of_two_waits_for_the_other(reading: Reading, waves_page: Path) -> None:
    page = reading(path=waves_page)
    dates = page.locator(".zb-gained select")
    dates.nth(0).select_option("website-2020")
    assert read_rest(page)["layer"] == "website"
    assert dates.nth(0).input_value() == "website-2020"
    dates.nth(1).select_option("website")
    assert page.evaluate(STATE)["layer"] == "website-2020/website"


@pytest.mark.parametrize("later", ["layer", "address", "slider", "level"])
def test_two_dates_give_way_to_a_later_choice(
    reading: Reading, waves_page: Path, later: str
) -> None:
    page = reading(path=waves_page)
    dates = page.locator(".zb-gained select")
    dates.nth(0).select_option("website-2020")
    dates.nth(1).select_option("website")
    if later == "layer":
        choose_layer(page, "density")
    elif later == "address":
        page.evaluate("location.hash = '#layer=density'")
    elif later == "slider":
        page.locator("#zb-wave").press("ArrowLeft")
    else:
        page.locator("#zb-level").select_option("epci")
    shown = {"layer": "density", "address": "density", "slider": "website-2021"}
    assert read_rest(page)["layer"] == shown.get(later, "website")


POOLED = """async () => {
  const { shown, layer } = await window.zoneblanche.started;
  return shown.breaks === layer.pooled.jenks;
}"""


def test_a_method_is_chosen_before_the_other_dates_are_there(
    reading: Reading, lozere: Atlas, tmp_path: Path
) -> None:
    gigabit = lozere.indicator("gigabit")
    wave = replace(gigabit, id="gigabit-2018", period="2018-12-31", wave_of="gigabit")
    draw_map(lozere.add(wave, lozere.values["gigabit"] / 2), show="gigabit").save(
        tmp_path / "a.html"
    )
    page = reading(path=tmp_path / "a.html")
    page.locator("#zb-scheme").select_option("jenks")
    assert read_rest(page)["scheme"] == "jenks"
    assert page.evaluate(POOLED)


CARD = ".zb-card h2"


@pytest.mark.parametrize("address", ["#level=commune&at=48095", "#level=commune"])
def test_a_card_is_of_the_level_chosen_after_it(
    reading: Reading, france_page: Path, address: str
) -> None:
    page = reading(f"{address}&view=44.518,3.499,11", france_page)
    if "at=" not in address:
        page.mouse.click(*middle(page))
    page.locator("#zb-level").select_option("departement")
    read_rest(page)
    assert page.locator(CARD).inner_text() == "Lozère"
    page.locator("#zb-level").select_option("")
    assert page.locator(CARD).count() == 0


def test_a_level_chosen_after_a_search_is_shown(reading: Reading, france_page: Path) -> None:
    page = reading("#level=commune", france_page)
    page.locator("#zb-search").press_sequentially("mende")
    page.keyboard.press("Enter")
    page.locator("#zb-level").select_option("departement")
    read_rest(page)
    assert page.locator(CARD).inner_text() == "Lozère"
    assert page.locator("#zb-level").input_value() == "departement"


@pytest.fixture(scope="module")
def groups_page(country: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that opens on groups of communes."""
    path = tmp_path_factory.mktemp("groups") / "groups.html"
    draw_map(country.keep(["gigabit", "presence"])).save(path)
    return path


def test_the_card_of_a_group_closes_when_communes_are_chosen(
    reading: Reading, groups_page: Path
) -> None:
    page = reading("#view=46.1,5.3,7", groups_page)
    page.mouse.click(*middle(page))
    assert page.locator(".zb-outline path").last.get_attribute("stroke") != "none"
    page.locator("#zb-level").select_option("")
    read_rest(page)
    assert page.locator(CARD).count() == 0


def test_compare_is_not_pressed_for_a_layer_that_does_not_exist(reading: Reading) -> None:
    page = reading("#beside=nonsense")
    page.locator("#zb-map").press("Shift")
    assert read_rest(page)["beside"] is None
    assert page.locator("[data-tool=compare]").get_attribute("aria-pressed") == "false"


def test_communes_are_shown_to_a_reader_who_comes_near_early(
    reading: Reading, groups_page: Path
) -> None:
    page = reading("#view=46.1,5.3,7.5", groups_page)
    where = page.locator(".zb-eyebrow")
    assert "340 intercommunalités" in where.inner_text()
    page.locator("#zb-map").press("+")
    page.wait_for_function("() => document.querySelector('#zb-map.leaflet-zoom-anim') === null")
    assert read_rest(page)["zoom"] == 8.5
    assert "5\u202f100 communes" in where.inner_text()
    assert page.locator("#zb-level").input_value() == "auto"


def test_the_slider_of_the_dates_moves_before_they_are_there(
    reading: Reading, waves_page: Path
) -> None:
    page = reading(path=waves_page)
    slider = page.locator("#zb-wave")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    assert read_rest(page)["layer"] == "website-2020"
    expect(slider).to_be_focused()
    assert slider.get_attribute("aria-valuetext") == "12 juillet 2020"
    slider.press("ArrowRight")
    assert page.evaluate(STATE)["layer"] == "website-2021"


def test_a_place_in_an_article_gets_its_card(
    reading: Reading, lozere: Atlas, tmp_path: Path
) -> None:
    drawn = draw_embed(lozere, "gigabit", lang="fr", title=None)
    (tmp_path / "map.html").write_text(framed_page(drawn.text), encoding="utf-8")
    page = reading("#view=44.518,3.499,11", tmp_path / "map.html")
    page.mouse.click(*middle(page))
    read_rest(page)
    assert page.locator(CARD).inner_text() == "Mende"
