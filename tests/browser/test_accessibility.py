"""axe-core finds nothing in what we write: both languages, both themes, with everything open.

docs/accessibility.md says what no machine can judge.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import choose_layer
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.maps import draw_map, write_report
from zoneblanche.maps.embed.write import write_embed

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe"
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.slice(0, 3).map(({ target }) => target.join(" ")).join(", ")}`);
}"""

WIDER_TEXT = """() => {
  const style = new CSSStyleSheet();
  style.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [style];
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll(
    ".zb-search input, .zb-chooser input, .leaflet-bar a, .zb-home, .zb-close, .zb-tools-opener")]
  .filter((one) => one.offsetWidth && (one.offsetHeight < 43.5 || one.offsetWidth < 43.5))
  .map((one) => one.className || one.id)"""
DESCRIPTION = """() => document.querySelector(".zb-card").getAttribute("aria-describedby")
  .split(" ").map((id) => document.getElementById(id)?.textContent).join(" ")"""


@pytest.fixture(scope="module")
def folder(france: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page, a report and an embed of Lozère, in both languages."""
    lozere = take(france, (france.territories.parents["departement"] == "48").to_numpy())
    place = tmp_path_factory.mktemp("accessible")
    for lang in ("fr", "en"):
        draw_map(lozere, lang=lang).save(place / f"map-{lang}.html")
        write_report(lozere, place / f"report-{lang}.html", lang=lang)
        write_embed(lozere, place / f"embed-{lang}", lang=lang)
    return place


@pytest.fixture(params=["light", "dark"])
def tall(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window so high that nothing in it has to be scrolled to, in a theme."""
    page = chromium.new_page(viewport={"width": 1280, "height": 2600}, color_scheme=request.param)
    yield page
    page.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_map_page(tall: Page, folder: Path, lang: str) -> None:
    tall.goto((folder / f"map-{lang}.html").as_uri() + "#at=48095&table=1&beside=density")
    tall.wait_for_selector("html[data-ready]")
    tall.locator("#zb-scheme").select_option("custom")
    tall.locator("#zb-search").fill("saint")
    assert faults(tall) == []
    if lang == "en":
        tall.keyboard.press("Escape")
        choose_layer(tall, "density-presence")
        assert faults(tall) == []


def test_a_phone_and_an_articles_map(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page(
        viewport={"width": 390, "height": 2400}, has_touch=True, is_mobile=True, locale="fr-FR"
    )
    page.goto((folder / "map-fr.html").as_uri() + "#at=48095")
    page.wait_for_selector("html[data-ready]")
    page.locator(".zb-neighbours summary").click()
    page.locator("#zb-layer").click()
    assert faults(page) == []
    small = page.evaluate(SMALL_TARGETS)
    assert small == [], small
    page.goto((folder / "embed-fr" / "map.html").as_uri() + "#at=48095")
    page.wait_for_selector("html[data-ready]")
    assert faults(page) == []
    page.close()


@pytest.mark.parametrize("name", ["report-{}.html", "embed-{}/example.html"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_report_and_the_embed(tall: Page, folder: Path, name: str, lang: str) -> None:
    tall.goto((folder / name.format(lang)).as_uri())
    tall.wait_for_load_state("load")
    assert faults(tall) == []


@pytest.mark.parametrize("width", [640, 320])
def test_zoom_and_wider_text_leave_nothing_outside(
    chromium: Browser, folder: Path, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 512})
    page.goto((folder / "map-fr.html").as_uri() + "#at=48095&table=1")
    page.wait_for_selector("html[data-ready]")
    page.evaluate(WIDER_TEXT)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_readers_own_colours(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 2600}, forced_colors="active")
    page.goto((folder / "map-fr.html").as_uri() + "#at=48095&table=1")
    page.wait_for_selector("html[data-ready]")
    assert faults(page) == []
    grounds = page.locator("[data-tool]").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(grounds)) == 2, "the pressed button differs from the other"
    page.close()


def test_sorting_is_said(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page()
    page.goto((folder / "map-fr.html").as_uri() + "#table=1&at=48095")
    page.wait_for_selector("html[data-ready]")
    shown = page.evaluate(DESCRIPTION)
    assert "/ 100" in shown and "Rang" in shown, "the card says its score when it is focused"
    page.locator(".zb-grid thead button").first.press("Enter")
    assert (
        page.locator("#zb > [role=status]").text_content() == "Trié par Commune, ordre croissant."
    )
    page.close()


def test_what_a_screen_reader_reads(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page()
    page.goto((folder / "map-fr.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    first = page.locator(".zb-class").first.text_content() or ""
    assert re.search(r"\u00a0: \d+, \d+\u202f?\s?%$", first), "the count is apart from its share"
    assert "mieux" in (page.locator(".zb-classes").get_attribute("aria-label") or "")
    assert page.locator("[role=status]:empty").count() <= 2, "empty ones are stops on the way"
    method = page.locator("#zb-scheme")
    method.evaluate("(one) => { window.before = one; }")
    method.select_option("jenks")
    assert method.evaluate("(one) => one === window.before"), "the list in use stays"
    field = page.locator("#zb-layer")
    field.click()
    field.fill("dens")
    assert field.get_attribute("aria-activedescendant") is None, "letters are not interrupted"
    status = page.locator("#zb > [role=status]")
    assert (status.text_content() or "").endswith(("résultat", "résultats"))
    page.keyboard.press("ArrowDown")
    reached = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert "Densité" in (reached.text_content() or ""), "the first is not passed over"
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Carte affichée")
    page.locator(".zb-home").focus()
    status.evaluate("(one) => { one.textContent = ''; }")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "zb-map"
    assert "\u00a0: " in (status.text_content() or ""), (
        "the middle of the map is said on the way in"
    )
    page.close()


def test_axe_is_the_one_that_is_described() -> None:
    record = json.loads((AXE / "vendored.json").read_text("utf-8"))
    for file, digest in record["files"].items():
        assert hashlib.sha256((AXE / file).read_bytes()).hexdigest() == digest
    assert "Mozilla Public License" in (AXE / record["licence_file"]).read_text("utf-8")


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong on the page, each with its rule and first places."""
    page.evaluate((AXE / "axe.min.js").read_text("utf-8"))
    violations: list[str] = page.evaluate(RUN)
    return violations
