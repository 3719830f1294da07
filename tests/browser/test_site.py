"""A static atlas in a browser: from a disk, in a sub-folder, nothing fetched but its own files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_accessibility import faults
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.maps.site.write import write_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(france: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lozere = take(france, (france.territories.parents["departement"] == "48").to_numpy())
    place = tmp_path_factory.mktemp("web") / "a sub folder" / "atlas"
    write_site(lozere, place, lang="fr")
    return place


@pytest.fixture(params=[("light", 1440), ("dark", 390)])
def page(chromium: Browser, folder: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window in a theme; at the end no page has done any wrong."""
    scheme, width = request.param
    opened = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrongs: list[str] = []
    opened.on("console", lambda message: wrongs.append(message.text))
    opened.on("pageerror", lambda error: wrongs.append(str(error)))
    base = folder.as_uri()
    opened.on("request", lambda one: None if one.url.startswith(base) else wrongs.append(one.url))
    yield opened
    opened.close()
    assert wrongs == []


def test_a_reader_finds_a_commune_and_sorts_its_table(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    page.locator("#names").fill("saint chely d apch")
    page.locator("#found a").first.click()
    page.wait_for_url("**/departement/48/index.html#commune/48140")
    assert page.locator(".card h3").inner_text() == "Saint-Chély-d'Apcher (48140)"
    assert page.locator(".card dd").count() == page.locator("table.rows thead th").count() - 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    people = page.locator("table.rows thead button", has_text="Habitants")
    people.click()
    people.click()
    assert page.locator("table.rows tbody th").first.inner_text() == "Mende"
    page.locator("table.rows thead button").first.click()
    assert page.locator("table.rows tbody th").first.inner_text() == "Albaret-le-Comtal"
    page.locator(".card a").click()
    page.wait_for_selector("html[data-ready]", timeout=20_000)
    assert "48140" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, folder: Path, scheme: str) -> None:
    """axe-core reads the style once more by a request of its own, which the policy refuses."""
    page = chromium.new_page(color_scheme=scheme)
    addresses = ("", "departement/48/", "definitions/", "data/", "commune/")
    for address in addresses:
        anchor = "#commune/48095" if "48" in address else ""
        page.goto((folder / address / "index.html").as_uri() + anchor)
        assert faults(page) == [], address
    page.close()


def test_the_list_of_communes_leads_to_a_card(page: Page, folder: Path) -> None:
    page.goto((folder / "commune" / "index.html").as_uri() + "#48095")
    page.wait_for_url("**/departement/48/index.html#commune/48095")
    assert page.locator(".card h3").inner_text() == "Mende (48095)"


def test_a_page_is_complete_without_a_script(chromium: Browser, folder: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "departement" / "48" / "index.html").as_uri())
    assert page.locator("table.rows tbody tr").count() == 152
    assert page.locator("form.search").is_hidden()
    context.close()
