"""The legend as a reader uses it, and as a static map repeats it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from tests.browser.test_map_page import rest
from tests.maps.conftest import make_toy_atlas
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.bivariate import Bivariate, read_show
from zoneblanche.maps.drawn.breaks import METHODS
from zoneblanche.maps.drawn.classes import class_territories
from zoneblanche.maps.drawn.palettes import NEED, ramp
from zoneblanche.maps.page.header.layers import class_breaks
from zoneblanche.maps.page.header.upper_levels import atlases_above

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

SHOWN = """async ([id, method]) => {
  const page = await window.zoneblanche.started;
  page.layer = page.model.layer(id);
  if (method) page.schemes.set(id, method);
  page.show();
  return { of: [...page.shown.classOf],
    classes: page.shown.classes.map(({ label, colour, count }) => ({ label, colour, count })) };
}"""


@pytest.fixture
def toy_atlas(toy: Territories) -> Atlas:
    """The toy country; its third indicator lies on both sides of zero, as differences do."""
    atlas = make_toy_atlas(toy)
    return replace(atlas, values=atlas.values.assign(density=atlas.values["density"] - 5))


@pytest.fixture
def lone_atlas(toy: Territories) -> Atlas:
    """Four figures, two of them in one bar of the histogram and on the two sides of a break."""
    values = pd.DataFrame({"x": [0.0, 9.0, 11.0, 100.0]}, index=toy.codes)
    indicator = Indicator("x", {"fr": "Besoin", "en": "Need"}, "percent", "lower")
    reasons = pd.DataFrame(0, index=toy.codes, columns=["x"], dtype="int8")
    return Atlas(toy, values, reasons, {"x": indicator}, pd.DataFrame(index=toy.codes))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_pictures_and_pages_have_the_same_classes(
    watched: Opener, toy_atlas: Atlas, tmp_path: Path, theme: str, lang: str
) -> None:
    draw_map(toy_atlas, ("density", "presence"), lang=lang).save(tmp_path / "map.html")
    page = watched(color_scheme=theme).open(tmp_path / "map.html")
    everything = np.ones(len(toy_atlas.codes), dtype=bool)
    methods = ["quantile", "jenks", "equal"]
    asked = [(name, method) for name in ("need", "density", "presence") for method in methods]
    for name, method in [*asked, ("fibre", "goalposts"), ("sparse", ""), ("density-presence", "")]:
        shown = page.evaluate(SHOWN, [name, method])
        show = read_show(toy_atlas, name)
        assert isinstance(show, Bivariate) == (name == "density-presence")
        here = class_territories(
            toy_atlas, show, lang=lang, method=method or "quantile", theme=theme
        )
        assert shown["of"] == here.of.tolist(), name
        assert [one["label"] for one in shown["classes"]] == list(here.labels), (name, method)
        assert [one["colour"] for one in shown["classes"]] == list(here.colours)
        assert [one["count"] for one in shown["classes"]] == here.counts(everything)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_classes_that_the_index_names(
    watched: Opener, toy: Territories, tmp_path: Path, lang: str
) -> None:
    table = {
        "id": "lack", "orientation": "worse", "draws": 0, "weights": {"fibre": 1, "presence": 1},
        "classes": {
            "light": [0, 50],
            "strong": {"range": [50, 100], "title": {"fr": "forte", "en": "strong"}},
        },
    }  # fmt: skip
    measured = make_toy_atlas(toy).keep(["fibre", "presence"])
    recipe = recipe_from_table(table, file="", indicators=measured.indicators)
    atlas = compute_index(measured, recipe)
    draw_map(atlas, "lack", lang=lang).save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html", "#method=named")
    shown = page.evaluate(SHOWN, ["lack", ""])
    here = class_territories(atlas, "lack", lang=lang, method="named")
    assert shown["of"] == here.of.tolist()
    assert [one["label"] for one in shown["classes"]] == list(here.labels)
    title = {"fr": "forte", "en": "strong"}[lang]
    assert here.labels[0].startswith("light (") and here.labels[1].startswith(f"{title} (")
    assert here.breaks == (50.0,)
    assert page.locator("#zb-scheme").input_value() == "named"


def test_bars_have_the_exact_colours_of_their_figures(
    watched: Opener, lone_atlas: Atlas, tmp_path: Path
) -> None:
    page = type_breaks(watched, lone_atlas, tmp_path, "10")
    low, high = ramp(NEED["light"], 2)
    fills = page.locator(".zb-histogram rect:not([fill=none])").evaluate_all(
        "rects => rects.map(r => [r.getAttribute('x'), r.getAttribute('fill')])"
    )
    assert fills == [["0.5", low], ["18.5", low], ["18.5", high], ["210.5", high]]


def test_the_reader_types_where_classes_begin(
    watched: Opener, lone_atlas: Atlas, tmp_path: Path
) -> None:
    page = type_breaks(watched, lone_atlas, tmp_path, "9,5; 50 ")
    assert labels(page) == ["de 0,0 à moins de 9,5 %", "de 9,5 à moins de 50,0 %",
                            "de 50,0 à 100,0 %"]  # fmt: skip
    assert counts(page) == ["2", "1", "1"]
    field = page.locator("#zb-breaks")
    assert field.input_value() == "9,5 ; 50,0"
    for wrong in ("5; 3", "many", "", "1;2;3;4;5;6;7;8;9"):
        field.fill(wrong)
        field.press("Enter")
        assert field.get_attribute("aria-invalid") == "true"
        assert "un à huit nombres" in page.locator("#zb-breaks-told").inner_text()
    assert len(labels(page)) == 3  # what stood there stays
    page.get_by_role("button", name="English").click()
    assert page.locator("#zb-breaks").input_value() == "9.5 ; 50.0"


def test_the_legend_counts_territories_or_people(
    watched: Opener, lone_atlas: Atlas, tmp_path: Path
) -> None:
    page = type_breaks(watched, lone_atlas, tmp_path, "10")
    assert counts(page) == ["2", "2"]
    heights = bar_heights(page)
    page.get_by_role("radio", name="habitants").check()
    assert counts(page) == ["400", "1\u202f600"]  # 100 + 300, 1000 + 600
    assert "répartition des habitants" in page.locator(".zb-spread").inner_text()
    assert bar_heights(page) != heights
    assert page.evaluate("document.activeElement.value") == "people"


def test_an_address_keeps_breaks_and_what_is_counted(
    watched: Opener, lone_atlas: Atlas, tmp_path: Path
) -> None:
    page = type_breaks(watched, lone_atlas, tmp_path, "9,5; 50")
    page.get_by_role("radio", name="habitants").check()
    page.wait_for_timeout(300)
    address = page.url.partition("#")[2]
    page = watched().open(tmp_path / "map.html", f"#{address}")
    assert page.locator("#zb-breaks").input_value() == "9,5 ; 50,0"
    assert counts(page) == ["400", "1\u202f000", "600"]
    odd = watched().open(tmp_path / "map.html", "#method=custom:5,1&count=__proto__")
    assert odd.locator("#zb-scheme").input_value() == "quantile"


def test_frames_leave_the_stage_to_a_part_and_come_back(watched: Opener, france_page: Path) -> None:
    page = watched().open(france_page)
    rest(page)
    assert page.locator(".zb-insets").is_visible()
    page.locator("#zb-search").fill("Mende")
    page.keyboard.press("Enter")
    assert page.locator(".zb-insets").is_hidden()
    page.locator(".zb-home").click()
    page.wait_for_timeout(600)
    assert page.locator(".zb-insets").is_visible()
    page.get_by_role("button", name="Voir Guyane en grand").click()
    page.wait_for_timeout(600)
    assert page.evaluate("document.activeElement.id") == "zb-map"
    assert page.locator(".zb-insets").is_hidden()


def test_a_figure_leads_to_its_source(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page, "#at=48095")
    page.locator(".zb-fold summary").first.click()
    source = page.locator(".zb-card").get_by_role("link", name="Arcep, Ma connexion internet")
    assert source.first.inner_text() == "Arcep"
    assert source.first.get_attribute("href") == "https://www.data.gouv.fr/"


def test_a_part_is_ranked_among_what_the_page_shows(
    watched: Opener, toy_atlas: Atlas, tmp_path: Path
) -> None:
    part = take(toy_atlas, np.array([True, True, False, False]))  # ranks 3 and 1 of the whole
    draw_map(part, lang="en").save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html", "#at=A1")
    assert "Rank: 2 of 2." in page.locator(".zb-card").inner_text()


def test_escape_closes_the_card_that_the_search_opened(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    page.locator("#zb-search").fill("Mende")
    page.keyboard.press("Enter")
    assert page.locator(".zb-card").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".zb-card").count() == 0


def type_breaks(watched: Opener, atlas: Atlas, folder: Path, text: str) -> Page:
    draw_map(atlas, lang="fr").save(folder / "map.html")
    page = watched().open(folder / "map.html")
    page.locator("#zb-scheme").select_option("custom")
    page.locator("#zb-breaks").fill(text)
    page.locator("#zb-breaks").press("Enter")
    rest(page)
    return page


def labels(page: Page) -> list[str]:
    texts = page.locator(".zb-classes .zb-class-label").all_inner_texts()
    return [label.replace("\u00a0", " ") for label in texts]


def counts(page: Page) -> list[str]:
    return page.locator(".zb-classes .zb-count").evaluate_all(
        "cells => cells.map(cell => cell.firstChild.textContent)"
    )


def bar_heights(page: Page) -> list[str]:
    return page.locator(".zb-histogram rect[fill=none]").evaluate_all(
        "rects => rects.map(r => r.getAttribute('height'))"
    )


def test_a_finger_on_a_result_does_not_tap_the_map_under_it(
    chromium: Browser, lozere_page: Path
) -> None:
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto(lozere_page.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator("#zb-search").tap()
    page.keyboard.type("florac")
    page.locator("#zb-found li").first.tap()
    page.wait_for_timeout(500)
    name = page.locator(".zb-card h2").inner_text()
    phone.close()
    assert name == "Florac Trois Rivières"


BREAKS = """async (level) => {
  const page = await window.zoneblanche.started;
  page.setLevel(level);
  const plain = (breaks) => breaks && Object.fromEntries(
    ["quantile", "jenks", "equal"].map((method) => [method, breaks[method]]));
  return Object.fromEntries(page.model.layers.filter(({ kind }) => kind === "figures")
    .map(({ id, digits, breaks, pooled }) => [id, [digits, plain(breaks), plain(pooled)]]));
}"""


def test_the_page_computes_the_breaks_that_it_does_not_bring(
    watched: Opener, france: Atlas, tmp_path: Path
) -> None:
    """Those of Python, of each level, and of waves together."""
    earlier = replace(
        france.indicator("gigabit"), id="gigabit-2018", period="2018-12-31", wave_of="gigabit"
    )
    before = (france.values["gigabit"] * 0.7 - 20).clip(lower=0)
    atlas = france.add(earlier, before, reasons=france.reasons["gigabit"])
    # Below zero by so little that the page shows zero.
    gap = Indicator("gap", {"fr": "Écart", "en": "Gap"}, "percent", digits=1)
    atlas = atlas.add(gap, (before - 0.04).clip(upper=40), reasons=france.reasons["gigabit"])
    draw_map(atlas).save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html")
    (upper,) = atlases_above(atlas)
    for level, shown in (("", atlas), ("departement", upper)):
        described = page.evaluate(BREAKS, level)
        assert {"gap", "gigabit", "gigabit-2018", "presence", "density"} <= set(described)
        waves = ("gigabit", "gigabit-2018")
        for name, (digits, breaks, pooled) in described.items():
            indicator, values = shown.indicator(name), shown.values[name]
            if name in waves:
                values = pd.concat([shown.values[one] for one in waves])
            expected = class_breaks(indicator, values, digits)
            assert breaks == {method: expected[method] for method in METHODS}, (level, name)
            if name == "gigabit":
                together = pd.concat([shown.values[one] for one in waves])
                expected = class_breaks(indicator, together, digits)
                assert pooled == {method: expected[method] for method in METHODS}, level
            else:
                assert pooled is None
